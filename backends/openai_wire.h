// openai_wire.h - the OpenAI completion protocol as bytes: what is asked, what comes back, what went wrong.
//
// No sockets here; openai.c moves the bytes.
//
// Ownership: openai_chunk owns its tree until openai_chunk_free; its strings point into it.
// Threads:   any; pure.
// Errors:    a chunk that is not JSON says so; fields of the wrong type count as absent.
// Limits:    4 stops are sent (strict servers refuse more); a server's message is cut at 200 bytes.
#ifndef HUNCH_BACKENDS_OPENAI_WIRE_H
#define HUNCH_BACKENDS_OPENAI_WIRE_H

#include "backends/backend.h"
#include "backends/http.h"
#include "base/json.h"

enum { OPENAI_SENT_STOPS = 4, OPENAI_MESSAGE_LIMIT = 200 };

// Base URL (with or without /v1, with or without a slash at the end) and endpoint, appended.
void openai_url(const char *base, const char *endpoint, struct str *out);
void openai_body(const struct backend_request *request, const char *model, struct slice prompt,
                 struct str *out);

struct openai_chunk {
    struct json *json;
    const char *text;          // ""
    const char *finish_reason; // "" while the model goes on
    const struct json *error;  // NULL, or what the server says in the stream
    bool has_usage;
    uint32_t prompt_tokens, cached_tokens;
};

int openai_chunk_read(struct slice bytes, struct openai_chunk *chunk); // 0 or ERR_INVALID
void openai_chunk_free(struct openai_chunk *chunk);

struct openai_trouble {
    struct err err;
    const char *hint;
    uint32_t retry_after_ms;
};

// What a status other than 2xx means, with the server's own words, without the key.
void openai_explain(const char *url, const char *key, const struct http_head *head, struct slice body,
                    struct openai_trouble *out);
// What an error object inside a stream means.
void openai_explain_stream(const char *url, const char *key, const struct json *error,
                           struct openai_trouble *out);

#endif
