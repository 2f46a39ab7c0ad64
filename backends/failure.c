// failure.c - see failure.h.
//
// Servers agree on the happy path and on little else. An error may be
// {"error":{"message"}}, {"error":"..."}, {"message"}, {"detail":"..."} or
// {"detail":[{"msg"}]}, or a web page with a title, of what stands before the
// server; whichever is there is shown, on one clean line, because the server
// knows better than we do what was wrong.
#include "backends/failure.h"

#include "backends/answer.h"
#include "backends/retry_after.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROOM_BYTES = 256 * 1024 }; // an error with more parts than that is shown as it came

// The words of an error in whatever shape; "" if there are none.
static const char *words_of(const struct json *json) {
    json = json_is_array(json) ? json_first(json) : json; // Gemini
    const struct json *error = json_get(json, "error");
    const struct json *detail = json_get(json, "detail");
    const char *words = json_string(json, "");
    words = json_get_string(json, "blockReason", words); // Gemini
    words = json_get_string(json, "message", words);
    words = json_is_array(detail) ? json_get_string(json_first(detail), "msg", words) : words;
    words = json_string(detail, words);
    words = json_string(error, words);
    return json_get_string(error, "message", words);
}

static bool is_page(struct slice body) {
    struct slice text = slice_trim(body);
    return text.length && text.data[0] == '<';
}

static struct slice title_of(struct slice page) {
    size_t start = slice_find(page, SLICE_LITERAL("<title>"), 0);
    size_t end = slice_find(page, SLICE_LITERAL("</title>"), 0);
    bool found = start != (size_t)-1 && end != (size_t)-1 && start < end;
    return found ? slice_sub(page, start + strlen("<title>"), end) : slice_of("", 0);
}

// As much of the text as can be shown, with the key hidden: a cut through its middle would leave half of it.
static void add_hidden(struct str *out, struct slice text, const char *key) {
    struct slice needle = slice_of_string(key);
    for (size_t from = 0; from < text.length && out->length <= FAILURE_WORDS_LIMIT;) {
        size_t at = needle.length ? slice_find(text, needle, from) : (size_t)-1;
        bool found = at != (size_t)-1;
        size_t end = found ? at : text.length;
        str_append_slice(out, slice_sub(text, from, end));
        str_append_string(out, found ? "***" : "");
        from = end + needle.length;
    }
}

static void add_words(struct str *out, const char *key, struct slice words) {
    struct str text, hidden, line;
    str_init(&text);
    str_init(&hidden);
    str_init(&line);
    answer_clean_line(words, 4 * words.length, &text); // whole, as what is cleaned may grow
    add_hidden(&hidden, str_slice(&text), key);
    answer_clean_line(str_slice(&hidden), FAILURE_WORDS_LIMIT, &line);
    if (line.length) {
        str_append_format(out, ": %s", line.data);
    }
    str_free(&line);
    str_free(&hidden);
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
    {401, 401, ERR_DENIED, "the server wants a valid key",
     "set model.keyEnvironment, model.keyFile or model.keyCommand"},
    {402, 402, ERR_DENIED, "the account has no credit", "see the provider's billing page"},
    {403, 403, ERR_DENIED, "the server refuses access", "may this key use this model?"},
    {404, 404, ERR_NOT_FOUND, "not found", "check model.url, model.name and model.provider"},
    {405, 405, ERR_UNSUPPORTED, "the server does not know this request",
     "check model.provider and model.url"},
    {408, 408, ERR_TIMEOUT, "the server gave up waiting", "try again; is the server overloaded?"},
    {410, 410, ERR_NOT_FOUND, "not offered any more", "check model.name: the provider may have withdrawn it"},
    {413, 413, ERR_TOO_LARGE, "the prompt is too large for the server", "lower model.contextTokens"},
    {422, 422, ERR_INVALID, "the server does not accept the request",
     "check model.name, model.template and model.contextTokens"},
    {429, 429, ERR_BUSY, "too many requests", "Hunch waits before it asks again"},
    {498, 498, ERR_UNAVAILABLE, "the provider is overloaded", "Hunch waits before it asks again"}, // Groq
    {501, 501, ERR_UNSUPPORTED, "the server cannot do this", "check model.provider and model.template"},
    {502, 502, ERR_UNAVAILABLE, "the server behind this address does not answer",
     "is it running? see its log"},
    {504, 504, ERR_UNAVAILABLE, "the server behind this address does not answer",
     "is it running? see its log"},
    {529, 529, ERR_UNAVAILABLE, "the provider is overloaded", "Hunch waits before it asks again"},
    {500, 599, ERR_UNAVAILABLE, "the server has trouble",
     "see the server's log; a model may still be loading"},
    {0, 999, ERR_INVALID, "an unexpected answer", "check model.url"},
};

static const char wants_other_text[] =
    "the provider's filter does not like this text: no setting of Hunch changes that";
static const char wants_family[] = "this server takes no suffix: set model.template to the model's family";

// What a server calls the trouble, where that says more than the status under which it comes; the first row that is
// found counts.
static const struct phrase {
    const char *words;
    long status;      // the one that it is in truth
    const char *hint; // NULL: that status's
} phrases[] = {
    {"insufficient_quota", 402, NULL},        // OpenAI, as a 429: waiting does not help
    {"billing", 402, NULL},                   // OpenAI and Anthropic
    {"credit balance is too low", 402, NULL}, // Anthropic, as a 400
    {"exceed_context_size", 413, NULL},       // llama.cpp, as a 400
    {"maximum context length", 413, NULL},    // OpenAI, vLLM
    {"prompt is too long", 413, NULL},        // Anthropic
    {"`inputs`", 413, NULL},                  // TGI: tokens and max_new_tokens are over its total
    {"verloaded", 529, NULL},                 // Anthropic in a stream, TGI
    {"use v1/chat/completions", 501, "this is a chat model: set model.provider to \"chat\""}, // OpenAI
    {"use v1/completions", 501, "this is no chat model: set model.provider to \"openai\""},   // OpenAI
    {"decommissioned", 410, NULL}, // Groq, as a 400
    {"does not support insert", 501,
     "take a model that can fill in the middle (`ollama show` says \"insert\"), or set model.template"},
    {"try pulling it", 404, "`ollama pull` fetches it, `ollama list` shows what is there"},
    {"suffix is not", 501, wants_family},                                       // vLLM
    {"param: suffix", 501, wants_family},                                       // llama.cpp
    {"API key not valid", 401, NULL},                                           // Gemini, as a 400
    {"currently loading", 503, "the model is still loading: wait a little"},    // Hugging Face
    {"Loading model", 503, "the model is still loading: wait a little"},        // llama.cpp
    {"SSL certificate", 403, "name your certificate in model.certificateFile"}, // nginx, as a 400
    {"PROHIBITED_CONTENT", 403, wants_other_text},                              // Gemini
    {"SAFETY", 403, wants_other_text},
    {"BLOCKLIST", 403, wants_other_text},
};

static const struct json *error_of(const struct json *json) {
    json = json_is_array(json) ? json_first(json) : json; // Gemini
    const struct json *error = json_get(json, "error");
    return json_is_object(error) ? error : json;
}

// Only what the server itself says: a request that it repeats may hold any words.
static const struct phrase *phrase_of(const struct json *json, struct slice title) {
    const struct json *error = error_of(json);
    const struct slice said[] = {title, slice_of_string(words_of(json)),
                                 slice_of_string(json_get_string(error, "code", "")),
                                 slice_of_string(json_get_string(error, "type", ""))};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        for (size_t j = 0; j < sizeof said / sizeof *said; j++) {
            if (slice_find(said[j], slice_of_string(phrases[i].words), 0) != (size_t)-1) {
                return &phrases[i];
            }
        }
    }
    return NULL;
}

static const struct meaning *meaning_of(long status) {
    const struct meaning *meaning = meanings;
    while (status < meaning->first || status > meaning->last) {
        meaning++;
    }
    return meaning;
}

// The wait that a body names, if its head named none.
static uint32_t wait_of(const struct json *json, uint32_t named_ms) {
    double now_s = (double)time(NULL);
    const struct json *error = error_of(json);
    uint32_t wait = named_ms;
    for (const struct json *one = json_first(json_get(error, "details")); one && !wait;
         one = json_next(one)) {
        wait = retry_after_ms(json_get_string(one, "retryDelay", ""), now_s); // Gemini
    }
    if (!wait) {
        double seconds = json_get_number(json, "estimated_time", 0); // Hugging Face
        wait = seconds > 0 && seconds < RETRY_AFTER_LIMIT_MS / 1000.0 ? (uint32_t)(seconds * 1000) : 0;
    }
    if (!wait) {
        const struct json *headers = json_get(json_get(error, "metadata"), "headers"); // OpenRouter
        wait = retry_after_ms(json_get_string(headers, "X-RateLimit-Reset", ""), now_s);
    }
    return wait ? wait : retry_after_in_words(words_of(json), now_s);
}

// What servers say of a prompt that is too long, and where its numbers stand.
static const struct measure {
    const char *before; // a number
    bool is_room;       // else it is the prompt's length
} measures[] = {
    {"maximum context length is ", true},  // OpenAI, vLLM
    {"available context size (", true},    // llama.cpp
    {"request (", false},                  //
    {"tokens > ", true},                   // Anthropic: "prompt is too long: 210000 tokens > 200000 maximum"
    {"prompt is too long: ", false},       //
    {"max_new_tokens` must be <= ", true}, // TGI
    {"you requested ", false},             // OpenAI, vLLM: with the answer, which is on the safe side
    {"Given: ", false},                    // TGI
};

static uint32_t number_at(const char *text) {
    unsigned long number = strtoul(text, NULL, 10);
    return number < UINT32_MAX ? (uint32_t)number : 0;
}

static uint32_t field_of(const struct json *json, const char *key) {
    int64_t number = json_get_integer(json, key, 0);
    return number > 0 && number < UINT32_MAX ? (uint32_t)number : 0;
}

static void read_lengths(const struct json *json, struct failure *out) {
    const char *words = words_of(json);
    out->prompt_tokens = field_of(error_of(json), "n_prompt_tokens"); // llama.cpp
    out->context_tokens = field_of(error_of(json), "n_ctx");
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
        const char *at = strstr(words, measures[i].before);
        uint32_t *number = measures[i].is_room ? &out->context_tokens : &out->prompt_tokens;
        if (at && !*number) {
            *number = number_at(at + strlen(measures[i].before));
        }
    }
}

// Is the field named by a refusal: as `param`, as the last of FastAPI's `loc`, or in quotes?
static bool names_field(const struct json *json, const char *field) {
    const struct json *at = json_first(json_get(json_first(json_get(json, "detail")), "loc"));
    const char *words = words_of(json);
    size_t length = strlen(field);
    bool named = strcmp(json_get_string(error_of(json), "param", ""), field) == 0;
    for (; at && !named; at = json_next(at)) {
        named = strcmp(json_string(at, ""), field) == 0;
    }
    for (const char *found = words; !named && (found = strstr(found, field)); found += length) {
        named = found > words && strchr("'`\"", found[-1]) && found[length] == found[-1];
    }
    return named;
}

// Fields that not all servers of a dialect, or not all their models, take. Of a limit only its name may be wrong.
static unsigned refused_fields(const struct json *json) {
    static const struct {
        const char *name;
        unsigned field;
    } fields[] = {{"temperature", PROVIDER_TEMPERATURE},
                  {"stop", PROVIDER_STOP},
                  {"stream_options", PROVIDER_USAGE},
                  {"max_completion_tokens", PROVIDER_MAX_TOKENS}};
    unsigned refused = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        refused |= names_field(json, fields[i].name) ? fields[i].field : 0;
    }
    return refused;
}

static void judge(const struct json *json, const struct meaning *meaning, const struct phrase *phrase,
                  uint32_t named_ms, struct failure *out) {
    bool passes = meaning->code == ERR_BUSY || meaning->code == ERR_UNAVAILABLE;
    out->hint = phrase && phrase->hint ? phrase->hint : meaning->hint;
    out->retry_after_ms = passes ? wait_of(json, named_ms) : 0;
    out->prompt_tokens = out->context_tokens = 0;
    out->prompt_too_long = meaning->code == ERR_TOO_LARGE;
    out->refused_fields = meaning->code == ERR_INVALID ? refused_fields(json) : 0;
    if (out->prompt_too_long) {
        read_lengths(json, out);
    }
}

void failure_of_answer(const char *url, const char *key, const struct http_head *head, struct slice body,
                       struct failure *out) {
    struct json_room room;
    json_room_init(&room, ROOM_BYTES);
    const struct json *json = json_parse_in(&room, body, NULL);
    struct slice title = is_page(body) ? title_of(body) : slice_of("", 0);
    const struct phrase *phrase = phrase_of(json, title);
    const struct meaning *meaning = meaning_of(phrase ? phrase->status : head->status);
    struct str words;
    str_init(&words);
    add_words(&words, key, json ? slice_of_string(words_of(json)) : is_page(body) ? title : body);
    err_set(&out->err, meaning->code, "%s: %s (HTTP %ld)%s", url, meaning->what, head->status, words.data);
    judge(json, meaning, phrase, head->retry_after_ms, out);
    str_free(&words);
    json_room_free(&room);
}

// The status that an error would have come under, had nothing been sent yet: llama.cpp and OpenRouter say it.
static long status_of(const struct json *error) {
    int64_t code = json_get_integer(error_of(error), "code", 0);
    bool limited = strstr(json_get_string(error_of(error), "type", ""), "rate_limit"); // Anthropic
    return limited ? 429 : code >= 400 && code <= 599 ? (long)code : 500;
}

void failure_of_event(const char *url, const char *key, const struct json *error, struct failure *out) {
    const struct phrase *phrase = phrase_of(error, slice_of("", 0));
    const struct meaning *meaning = meaning_of(phrase ? phrase->status : status_of(error));
    struct str words;
    str_init(&words);
    add_words(&words, key, slice_of_string(words_of(error)));
    err_set(&out->err, meaning->code, "%s: the server broke off%s", url, words.data);
    judge(error, meaning, phrase, 0, out);
    str_free(&words);
}
