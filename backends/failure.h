// failure.h - what a server's refusal means to a person: code, words, way out, and how long to wait.
//
// Ownership: struct failure is plain data; hints are static.
// Threads:   any; pure.
// Errors:    none: whatever the server said, some words come out, on one line, without the key.
// Limits:    a server's own words are cut at 200 bytes.
#ifndef HUNCH_BACKENDS_FAILURE_H
#define HUNCH_BACKENDS_FAILURE_H

#include "backends/http.h"
#include "backends/provider.h"

enum { FAILURE_WORDS_LIMIT = 200 };

struct failure {
    struct err err;
    const char *hint;
    uint32_t retry_after_ms;
    unsigned refused_fields; // of enum provider_field: what the server does not take
    bool prompt_too_long;
    uint32_t prompt_tokens, context_tokens; // then: how long it was, what there is room for; 0: not said
};

// What a status other than 2xx means, with the server's own words.
void failure_of_answer(const char *url, const char *key, const struct http_head *head, struct slice body,
                       struct failure *out);
// What an error inside a stream means.
void failure_of_event(const char *url, const char *key, const struct json *error, struct failure *out);

#endif
