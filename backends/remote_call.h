// remote_call.h - one request to a server, from bytes on a wire to a result; private to remote*.c.
//
// A call asks for a completion, or (probing) for what the server says of itself.
//
// Ownership: a call is freed after its on_done; the remote outlives it.
// Threads:   the loop's.
// Errors:    all through on_done. Limits: those of remote.h.
#ifndef HUNCH_BACKENDS_REMOTE_CALL_H
#define HUNCH_BACKENDS_REMOTE_CALL_H

#include "backends/answer.h"
#include "backends/breaker.h"
#include "backends/failure.h"
#include "backends/ndjson.h"
#include "backends/remote.h"
#include "backends/remote_shape.h"
#include "backends/reply.h"
#include "backends/server_key.h"
#include "backends/sse.h"
#include "base/json.h"

struct remote {
    struct backend backend;
    const struct provider *provider;
    struct http *http;
    struct server_key key; // calls are held until it is there
    const char *group;     // what the settings that name it begin with
    char *url, *model;
    char *shown_model; // the server's own name of its model, if the user gave none
    uint32_t connect_timeout_ms, timeout_ms;
    uint32_t context_tokens; // the user's or the default, or less, once a prompt was refused as too long
    uint32_t server_tokens;  // what it says that it can take; 0: it has not said
    struct json_room room;   // where what comes is read, message by message
    struct breaker breaker;
    struct failure last;  // why the breaker is open, if it is
    bool checking;        // whether it is there again
    bool checked;         // it is
    bool learning, known; // what the server says of itself
    bool warm;            // its model is in memory, or is on its way there
    size_t measured;      // so many of token_sample
    bool template_given;  // by the settings: named, or known by the model's name
    bool context_given;   // by the settings
    bool cuts_halves;     // as in remote_options
    unsigned without;     // of enum provider_field: what the server has refused
};

struct backend_call {
    struct remote *self;
    struct http_call *http;
    struct backend_callbacks callbacks;
    struct str url;
    struct sse sse;
    struct ndjson lines;
    struct reply reply;
    struct answer answer;
    struct str body; // of an answer that is no stream
    enum shape shape;
    uint64_t started_us, deadline_us;
    uint32_t first_token_ms; // 0: only the deadline counts
    bool probing, cancelled, enough, complete, failed;
    bool counts;              // for the breaker
    bool trial;               // whether the server can do it is the question: a no is no failure
    bool tokenizing;          // probing: which tokens the model knows, or how many a sample has
    size_t sample;            // its place plus one; 0: none
    struct token_units units; // of the prompt
    struct failure failure;
    struct backend_result result;
    struct str message, hint; // as people read them
};

enum { REMOTE_ROOM_BYTES = 1024 * 1024 }; // about 16,000 values of JSON: a millisecond on the loop

struct backend_call *remote_call_new(struct remote *self, const char *path,
                                     const struct answer_limits *limits,
                                     const struct backend_callbacks *callbacks);
// Before it is sent: to another of the provider's paths.
void remote_call_aim(struct backend_call *call, const char *path);
// Frees body; NULL: a GET. One that has failed already sends nothing, and ends with that.
void remote_call_send(struct backend_call *call, struct json *body);

#endif
