// remote.h - a model behind a server, whichever provider's protocol it speaks.
//
// Ownership: remote_new / backend_close; strings are copied. The key goes into the header of requests to
//            this host and nowhere else.
// Threads:   the loop's.
// Errors:    every failure names the URL, the cause and the way out through on_done.
// Limits:    loopback or https only (docs/decisions); no redirects; an answer over 64 KiB is cut.
#ifndef HUNCH_BACKENDS_REMOTE_H
#define HUNCH_BACKENDS_REMOTE_H

#include "backends/backend.h"
#include "backends/http.h"

#include <uv.h>

struct remote_options {
    const char *group;       // what the settings begin with that name it, a literal; NULL: "model"
    const char *provider;    // "openai" (backends/provider.h)
    const char *url;         // base, e.g. "http://127.0.0.1:8012" or ".../v1"; "": the provider's usual
    const char *model;       // may be ""
    const char *key;         // may be ""
    const char *key_command; // prints the key, if there is none (backends/key_command.h); NULL or "": none
    const char *template;    // FIM template's name; "": guessed from the model's name
    struct http_trust trust; // of its certificate, and of ours
    bool loaded;             // the server has just loaded its model: it need not be made to
    bool cuts_halves; // it would cut a prompt in halves to little: it is not tried whether it takes one
    uint32_t context_tokens;     // 0: 4,096
    uint32_t connect_timeout_ms; // 0: 2,000
    uint32_t timeout_ms;         // 0: 10,000
};

// NULL and err if the URL is not allowed or not a URL, or the provider, template or key is not one.
struct backend *remote_new(uv_loop_t *loop, const struct remote_options *options, struct err *err);

#endif
