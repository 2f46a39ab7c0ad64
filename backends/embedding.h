// embedding.h - vectors of texts from a server: OpenAI's /v1/embeddings (llama-server has it, too) or Ollama's /api/embed.
//
// The one who asks waits on a thread of its own; the loop moves the bytes.
// JSON is written and read on the asking thread, as a batch's takes milliseconds.
//
//     ask: queued --wake--> sent --on_done--> answered (or stopped, or out of time)
//
// Ownership: embedding_client_new / embedding_client_close; strings and texts are copied. The key goes into the
//            header of requests to this host and nowhere else.
// Threads:   new and close on the loop's; embed and stop on any other.
// Errors:    err names the URL, the cause and the way out, never the key.
// Limits:    loopback or https only; no redirects; EMBEDDING_TEXTS texts a request, an answer of 32 MB.
#ifndef HUNCH_BACKENDS_EMBEDDING_H
#define HUNCH_BACKENDS_EMBEDDING_H

#include "backends/http.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <uv.h>

enum { EMBEDDING_TEXTS = 256 };

struct embedding_client;

struct embedding_server {
    const char *provider;                      // "openai", "llama-server" or "ollama"
    const char *url;                           // base; "": the provider's usual
    const char *model;                         // may be ""
    const char *key;                           // may be ""
    const char *key_command;                   // prints the key, where there is none; may be ""
    const char *query_prefix, *passage_prefix; // of embedding_prefix.h, or the user's; may be ""
    struct http_trust trust;
};

// What a text is to the others.
enum embedding_role { EMBEDDING_QUERY, EMBEDDING_PASSAGE };

struct embedding_answer {
    float *vectors; // count * dimensions; the caller's to free
    size_t dimensions;
    uint64_t tokens;         // that the server counted; 0 if it does not say
    uint32_t retry_after_ms; // after a failure: as the server asks, 0 if it does not
    bool key_expired;        // after a failure: the next ask comes with another key
};

int embedding_client_new(struct embedding_client **out, uv_loop_t *loop,
                         const struct embedding_server *server, struct err *err);
// Waits at most wait_ms. ERR_TIMEOUT, ERR_CANCELLED after a stop, ERR_BUSY and ERR_UNAVAILABLE where it may work later.
int embedding_client_embed(struct embedding_client *client, enum embedding_role role,
                           const struct slice *texts, size_t count, uint32_t wait_ms,
                           struct embedding_answer *answer, struct err *err);
// Waits for that time; false after a stop.
bool embedding_client_rest(struct embedding_client *client, uint32_t milliseconds);
// Who waits goes on with ERR_CANCELLED, and so does who comes.
void embedding_client_stop(struct embedding_client *client);
void embedding_client_close(
    struct embedding_client *client); // nobody may wait any more; the loop must turn once more
bool embedding_client_leaves_machine(const struct embedding_client *client);

// The bytes, for embedding.c and its tests. read: 0 or ERR_INVALID; exactly `count` vectors of one length.
void embedding_write(const char *provider, const char *model, const char *prefix, const struct slice *texts,
                     size_t count, struct str *out);
int embedding_read(const char *provider, struct slice body, size_t count, struct embedding_answer *answer);

#endif
