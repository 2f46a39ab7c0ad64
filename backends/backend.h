// backend.h - the one contract between Hunch and a model: built in, local or remote.
//
// A backend gets a request, reports text as it comes, and ends with exactly
// one on_done. It owns its sockets and processes, never sees an editor's
// document object, never outlives the request's deadline.
//
// Ownership: the request's memory is the caller's and stays until on_done; what the callbacks receive is
//            borrowed for the call. backend_close frees the backend (after cancelling what runs).
// Threads:   every function and callback on the loop's thread.
// Errors:    start never fails by itself: trouble arrives through on_done as {code, message, hint,
//            retry_after}.
// Limits:    max_tokens, max_lines, deadline of the request; 64 KiB of text.
//
// A request: start -> on_delta* -> on_done. backend_cancel leads to on_done(ERR_CANCELLED) soon, at the
// latest when the loop turns next; on_delta is not called again after a cancel or after it returned false.
#ifndef HUNCH_BACKENDS_BACKEND_H
#define HUNCH_BACKENDS_BACKEND_H

#include "backends/token_estimate.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct backend;
struct backend_call; // one running request; opaque outside the backend
struct backend_hint; // see backends/hint.h

struct backend_request {
    const struct backend_traits *model; // of the one that backend_choose named; NULL: whichever
    const char *path;                   // below the root, or the file's own name outside
    const char *language;               // LSP id
    struct slice prefix;                // the document before the cursor, whole
    struct slice suffix;                // and after it
    struct slice prompt;  // compiled by completion/prompt for models that read one (backend_traits.template)
    const char *template; // that the prompt was compiled with
    const char *const *stops;
    size_t stop_count;
    // No text is wanted: the prompt is read, so that the next one like it is read already (reads_ahead).
    bool ahead;
    uint32_t max_tokens;
    uint32_t max_lines;      // 1: to the end of the line
    uint32_t candidates;     // how many different ones are wanted; a backend may give fewer
    uint64_t deadline_us;    // clock_now_us() terms; 0: the backend's default
    uint64_t begun_us;       // the same: since when this model is waited for; 0: since now
    uint32_t first_token_ms; // the wait for the first text, where it may be shorter; 0: till the deadline
    const struct backend_hint
        *hints; // named and own ones first, then the likeliest; a backend may do without
    size_t hint_count;
};

struct backend_candidate {
    struct slice text;
    double confidence;      // 0..1 that the text is exactly right; negative if the model has no idea
    size_t head;            // where that is too little: so many bytes of it may be shown alone; 0: none
    double head_confidence; // 0..1 that these are right as far as they go
    bool refused;           // it is there already or out of place, and so next to never right
};

enum backend_finish {
    FINISH_STOP,
    FINISH_LENGTH /* cut, by max_tokens or at its deadline: then after a whole line */,
    FINISH_ENOUGH /* on_delta said so, or max_lines are in */,
    FINISH_FAILED
};

struct backend_result {
    int code;            // 0, or an err_code
    const char *message; // "" on success: what, why
    const char *hint;    // "": the way out
    uint32_t retry_after_ms;
    const struct backend_candidate *candidates; // best first
    size_t candidate_count;
    enum backend_finish finish;
    double first_token_ms, total_ms;
    uint32_t prompt_tokens, cached_tokens; // 0 if unknown
    const char *instead; // why those that come first did not answer; "" or NULL: the first one did
};

struct backend_callbacks {
    // The text so far grew by delta. Return false when it is enough: the backend stops and calls on_done with
    // FINISH_ENOUGH. Backends that have it all at once may skip it.
    bool (*on_delta)(void *context, struct slice delta);
    void (*on_done)(void *context, const struct backend_result *result);
    void *context;
};

// What the prompt compiler must know of a model. A server may say more of it later: on the loop's thread, between
// its turns. Strings stay valid until the backend is closed.
struct backend_traits {
    const char *name;            // "repository", or the provider
    const char *model;           // for people: "built-in", "qwen2.5-coder:1.5b"
    const char *template;        // FIM template's name (backends/fim.h); NULL: none is known
    bool reads_prompt;           // that a template lays out; else it reads prefix and suffix itself
    uint32_t context_tokens;     // 0: unlimited
    struct token_weights tokens; // how it counts them
    bool leaves_machine;         // its host is not loopback
    bool reads_ahead;            // it can read a prompt without answering, and keeps what it has read
    // Unless the settings say else: below the first nothing is shown that nobody asked for; below the second only the head of
    // what is said, if that has one.
    double minimum_confidence, cut_confidence;
};

struct backend_operations {
    // Begins; on_done comes later, never from inside start.
    struct backend_call *(*start)(struct backend *self, const struct backend_request *request,
                                  const struct backend_callbacks *callbacks);
    // The call's on_done follows with ERR_CANCELLED, unless it was called already (then this must not be
    // called).
    void (*cancel)(struct backend *self, struct backend_call *call);
    // Is it there and usable? Ends with on_done, candidates empty. NULL: always.
    void (*probe)(struct backend *self, const struct backend_callbacks *callbacks);
    // Is it worth asking now? If it failed of late and is left alone, `why` says what is wrong. NULL: always.
    bool (*available)(struct backend *self, struct err *why);
    // See backend_choose. NULL: there is one model, the backend's own.
    const struct backend_traits *(*choose)(struct backend *self, const struct backend_traits *after);
    // Cancels what runs (their on_done come first), then frees. The loop must turn once more.
    // Not from inside on_delta.
    void (*close)(struct backend *self);
};

// Embedded first in every implementation.
struct backend {
    const struct backend_operations *operations;
    struct backend_traits traits;
};

static inline struct backend_call *backend_start(struct backend *backend,
                                                 const struct backend_request *request,
                                                 const struct backend_callbacks *callbacks) {
    return backend->operations->start(backend, request, callbacks);
}
// Of several models that answer in each other's place, the one that a request is for, so that its prompt can be laid out
// for it: the first that is available, or, if `after` has failed at this request, the next. NULL: none is left
// (after NULL: never). The pointer stays valid until the backend is closed.
static inline const struct backend_traits *backend_choose(struct backend *backend,
                                                          const struct backend_traits *after) {
    if (backend->operations->choose) {
        return backend->operations->choose(backend, after);
    }
    return after ? NULL : &backend->traits;
}
static inline void backend_cancel(struct backend *backend, struct backend_call *call) {
    backend->operations->cancel(backend, call);
}
static inline void backend_close(struct backend *backend) {
    if (backend) {
        backend->operations->close(backend);
    }
}

#endif
