// openai_wire.c - see openai_wire.h.
//
// Servers agree on the happy path and on little else. An error may be
// {"error":{"message"}}, {"error":"..."}, {"message"}, {"detail":"..."} or
// {"detail":[{"msg"}]}; whichever is there is shown, on one clean line, because
// the server knows better than we do what was wrong.
#include "backends/openai_wire.h"

#include "backends/answer.h"

#include <stdlib.h>

void openai_url(const char *base, const char *endpoint, struct str *out) {
    struct slice url = slice_of_string(base);
    while (url.length && url.data[url.length - 1] == '/') {
        url.length--;
    }
    str_append_slice(out, url);
    if (url.length < 3 || memcmp(url.data + url.length - 3, "/v1", 3) != 0) {
        str_append_string(out, "/v1");
    }
    str_append_string(out, endpoint);
}

static void set_stops(struct json *body, const struct backend_request *request) {
    struct json *stops = json_array();
    size_t sent = 0;
    for (size_t i = 0; i < request->stop_count && sent < OPENAI_SENT_STOPS; i++) {
        if (request->stops[i][0]) {
            json_push(stops, json_new_string(slice_of_string(request->stops[i])));
            sent++;
        }
    }
    if (sent) {
        json_set(body, "stop", stops);
    } else {
        json_free(stops);
    }
}

void openai_body(const struct backend_request *request, const char *model, struct slice prompt,
                 struct str *out) {
    struct json *body = json_object();
    if (model[0]) {
        json_set_string(body, "model", model);
    }
    json_set_slice(body, "prompt", prompt);
    json_set_number(body, "max_tokens", request->max_tokens ? request->max_tokens : 96);
    json_set_number(body, "temperature", 0);
    set_stops(body, request);
    json_set_bool(body, "stream", true);
    json_set_bool(json_set(body, "stream_options", json_object()), "include_usage", true);
    json_print(body, out);
    json_free(body);
}

static uint32_t count_of(const struct json *object, const char *key) {
    int64_t count = json_get_integer(object, key, 0);
    return count > 0 && count <= UINT32_MAX ? (uint32_t)count : 0;
}

static void read_usage(struct openai_chunk *chunk) {
    const struct json *usage = json_get(chunk->json, "usage");
    const struct json *timings = json_get(chunk->json, "timings"); // llama.cpp
    chunk->has_usage = json_is_object(usage);
    chunk->prompt_tokens = count_of(usage, "prompt_tokens");
    chunk->cached_tokens = count_of(json_get(usage, "prompt_tokens_details"), "cached_tokens");
    if (chunk->cached_tokens == 0) {
        chunk->cached_tokens = count_of(timings, "cache_n");
    }
}

// The choice with index 0; there may be none (usage comes alone).
static const struct json *first_choice(const struct json *json) {
    const struct json *choices = json_get(json, "choices");
    const struct json *choice = json_is_array(choices) ? json_first(choices) : NULL;
    while (choice && json_get_integer(choice, "index", 0) != 0) {
        choice = json_next(choice);
    }
    return choice;
}

int openai_chunk_read(struct slice bytes, struct openai_chunk *chunk) {
    *chunk = (struct openai_chunk){.text = "", .finish_reason = ""};
    struct json *json = json_parse(bytes, NULL);
    if (!json_is_object(json)) {
        json_free(json);
        return ERR_INVALID;
    }
    chunk->json = json;
    const struct json *error = json_get(json, "error");
    chunk->error = json_is_null(error) ? NULL : error;
    const struct json *choice = first_choice(json);
    chunk->text = json_get_string(choice, "text", "");
    chunk->finish_reason = json_get_string(choice, "finish_reason", "");
    read_usage(chunk);
    return 0;
}

void openai_chunk_free(struct openai_chunk *chunk) {
    json_free(chunk->json);
    chunk->json = NULL;
}

// The words of an error in whatever shape; "" if there are none.
static const char *words_of(const struct json *json) {
    const struct json *error = json_get(json, "error");
    const struct json *detail = json_get(json, "detail");
    const char *words = json_string(json, "");
    words = json_get_string(json, "message", words);
    words = json_is_array(detail) ? json_get_string(json_first(detail), "msg", words) : words;
    words = json_string(detail, words);
    words = json_string(error, words);
    return json_get_string(error, "message", words);
}

static void hide_key(struct str *text, const char *key) {
    struct slice needle = slice_of_string(key);
    size_t at = 0;
    while (needle.length && (at = slice_find(str_slice(text), needle, at)) != (size_t)-1) {
        str_splice(text, at, at + needle.length, "***", 3);
        at += 3;
    }
}

// The key is hidden first: a cut through its middle would leave half of it.
static void add_words(struct str *out, const char *key, struct slice words) {
    struct str text;
    struct str line;
    str_init(&text);
    str_init(&line);
    answer_clean_line(words, 8 * OPENAI_MESSAGE_LIMIT, &text);
    hide_key(&text, key);
    answer_clean_line(str_slice(&text), OPENAI_MESSAGE_LIMIT, &line);
    if (line.length) {
        str_append_format(out, ": %s", line.data);
    }
    str_free(&line);
    str_free(&text);
}

static const struct meaning {
    long first, last;
    int code;
    const char *what, *hint;
} meanings[] = {
    {300, 399, ERR_UNSUPPORTED, "the server redirects",
     "redirects are not followed: put the final address in model.url"},
    {400, 400, ERR_INVALID, "the server does not accept the request",
     "check model.name, model.template and model.contextTokens"},
    {401, 401, ERR_DENIED, "the server wants a valid key", "set model.keyEnvironment or model.keyFile"},
    {402, 402, ERR_DENIED, "the account has no credit", "see the provider's billing page"},
    {403, 403, ERR_DENIED, "the server refuses access", "may this key use this model?"},
    {404, 404, ERR_NOT_FOUND, "not found", "check model.url and model.name"},
    {408, 408, ERR_TIMEOUT, "the server gave up waiting", "try again; is the server overloaded?"},
    {413, 413, ERR_TOO_LARGE, "the prompt is too large for the server", "lower model.contextTokens"},
    {422, 422, ERR_INVALID, "the server does not accept the request",
     "check model.name, model.template and model.contextTokens"},
    {429, 429, ERR_BUSY, "too many requests", "Hunch waits before it asks again"},
    {501, 501, ERR_UNSUPPORTED, "the server cannot do this", "does it offer /v1/completions?"},
    {500, 599, ERR_UNAVAILABLE, "the server has trouble",
     "see the server's log; a model may still be loading"},
    {0, 999, ERR_INVALID, "an unexpected answer", "check model.url"},
};

// "Too many requests" may mean an empty purse: then waiting does not help.
static bool out_of_quota(const struct json *json) {
    const struct json *error = json_get(json, "error");
    const char *code = json_get_string(error, "code", json_get_string(error, "type", ""));
    return strcmp(code, "insufficient_quota") == 0 || strncmp(code, "billing", 7) == 0;
}

void openai_explain(const char *url, const char *key, const struct http_head *head, struct slice body,
                    struct openai_trouble *out) {
    struct json *json = json_parse(body, NULL);
    long status = head->status == 429 && out_of_quota(json) ? 402 : head->status;
    const struct meaning *meaning = meanings;
    while (status < meaning->first || status > meaning->last) {
        meaning++;
    }
    bool markup = body.length && slice_trim(body).length && slice_trim(body).data[0] == '<';
    struct str words;
    str_init(&words);
    add_words(&words, key, json ? slice_of_string(words_of(json)) : markup ? slice_of("", 0) : body);
    err_set(&out->err, meaning->code, "%s: %s (HTTP %ld)%s", url, meaning->what, head->status, words.data);
    out->hint = meaning->hint;
    out->retry_after_ms =
        meaning->code == ERR_BUSY || meaning->code == ERR_UNAVAILABLE ? head->retry_after_ms : 0;
    str_free(&words);
    json_free(json);
}

void openai_explain_stream(const char *url, const char *key, const struct json *error,
                           struct openai_trouble *out) {
    struct str words;
    str_init(&words);
    add_words(&words, key, slice_of_string(words_of(error)));
    err_set(&out->err, ERR_UNAVAILABLE, "%s: the server broke off%s", url, words.data);
    out->hint = "see the server's log";
    out->retry_after_ms = 0;
    str_free(&words);
}
