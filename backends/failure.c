// failure.c - see failure.h.
//
// Servers agree on the happy path and on little else. An error may be
// {"error":{"message"}}, {"error":"..."}, {"message"}, {"detail":"..."} or
// {"detail":[{"msg"}]}; whichever is there is shown, on one clean line, because
// the server knows better than we do what was wrong.
#include "backends/failure.h"

#include "backends/answer.h"

// The words of an error in whatever shape; "" if there are none.
static const char *words_of(const struct json *json) {
    json = json_is_array(json) ? json_first(json) : json; // Gemini
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
    answer_clean_line(words, 8 * FAILURE_WORDS_LIMIT, &text);
    hide_key(&text, key);
    answer_clean_line(str_slice(&text), FAILURE_WORDS_LIMIT, &line);
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

// Words that say more than the status under which they come; the first row found counts.
static const struct phrase {
    const char *words;
    long status; // the one that it is in truth
} phrases[] = {
    {"exceed_context_size", 413}, // llama.cpp, as a 400
    {"exceeds the available context size", 413},
    {"maximum context length", 413}, // OpenAI, vLLM
};

// "Too many requests" may mean an empty purse: then waiting does not help.
static bool out_of_quota(const struct json *json) {
    const struct json *error = json_get(json, "error");
    const char *code = json_get_string(error, "code", json_get_string(error, "type", ""));
    return strcmp(code, "insufficient_quota") == 0 || strncmp(code, "billing", 7) == 0;
}

static long status_in_truth(long status, struct slice body) {
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (slice_find(body, slice_of_string(phrases[i].words), 0) != (size_t)-1) {
            return phrases[i].status;
        }
    }
    return status;
}

void failure_of_answer(const char *url, const char *key, const struct http_head *head, struct slice body,
                       struct failure *out) {
    struct json *json = json_parse(body, NULL);
    long status = head->status == 429 && out_of_quota(json) ? 402 : status_in_truth(head->status, body);
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

void failure_of_event(const char *url, const char *key, const struct json *error, struct failure *out) {
    struct str words;
    str_init(&words);
    add_words(&words, key, slice_of_string(words_of(error)));
    err_set(&out->err, ERR_UNAVAILABLE, "%s: the server broke off%s", url, words.data);
    out->hint = "see the server's log";
    out->retry_after_ms = 0;
    str_free(&words);
}
