// engine.h - one completion request's life, from the cursor to a suggestion or a reason for silence.
//
//     gate -> context (worker) -> prompt -> model -> post-process -> show or stay silent
//
// Ownership: engine_new borrows loop, worker, retriever, backend and config, which outlive it. An answer is
//            borrowed for the callback, and kept (one per document path) for engine_last.
//            To end: free the worker first (no job may run any more), then the engine, then the backend.
// Threads:   the loop's; retrieval and prompt compilation run in the worker.
// Errors:    every request ends in exactly one on_answer with an outcome; trouble is an outcome with a reason.
// Limits:    one running request per path and channel: a new one supersedes the old (OUTCOME_SUPERSEDED);
//            the last answers of 32 documents are kept.
#ifndef HUNCH_COMPLETION_ENGINE_H
#define HUNCH_COMPLETION_ENGINE_H

#include "backends/backend.h"
#include "base/config.h"
#include "base/text.h"
#include "base/worker.h"
#include "completion/outcome.h"
#include "completion/prompt.h"
#include "retrieval/retriever.h"

struct engine;
struct engine_request;

struct engine_query {
    const char *path;     // below the root if inside it, else absolute
    const char *language; // LSP id
    struct text *text;    // retained by the engine while it needs it
    size_t cursor;        // byte offset, a character boundary
    bool invoked;         // asked for by hand: several candidates, a fifth of the threshold
    uint64_t waited_us;   // for the model, before it is asked: the time that it has is less by that
    uint32_t candidates;  // 0: 1, or 3 when invoked
    bool context_only;    // hunch/context: stop after retrieval
    unsigned channel;     // what asks (ghost text, popup, context): requests supersede only their own kind
    bool ahead;           // private to the engine: only the model reads the prompt, see engine_read_ahead
    bool ignored;         // the path is under an ignore rule: nothing may be sent, the answer says so
};

struct engine_candidate {
    struct slice text;                 // what to put in place of [replace_start, replace_end)
    struct slice shown;                // the part of it that is new at the cursor
    size_t replace_start, replace_end; // byte offsets in the document, on the cursor's line
    double confidence;                 // that it is right, as far as it goes
    struct slice whole; // the line that it is cut from, as it was not sure enough; empty: nothing was cut
    double whole_confidence; // that this is right
};

struct engine_answer {
    enum outcome outcome;
    const char *reason; // one line for people, "" when shown; of failed models it names each
    const struct engine_candidate *candidates;
    size_t candidate_count;
    const struct context *context; // what was retrieved; never NULL
    struct slice prompt;           // empty for models that read prefix and suffix themselves
    struct prompt_report told;     // what of it is new to the model; zero without a prompt
    const char *model;             // who answered, or was asked last
    const char *instead; // why a model that comes before it did not; "": it is the first, or failed, too
    struct slice unsure; // the best line, where it is not sure enough to be shown; else empty
    struct slice typed;  // of a suggestion made before, whose rest this is; empty: it is made now
    bool unasked; // at hand, or the quick model's: it tells nothing of the model that the settings name
    double usual_confidence; // asked for by hand: from how sure on it is shown to who types; else 0
    size_t cursor;
    double context_ms, model_ms, first_token_ms, total_ms;
    uint32_t prompt_tokens, cached_tokens;
};

struct engine_options {
    uv_loop_t *loop;
    struct worker *worker;
    struct retriever *retriever;
    struct backend *backend;
    const struct config *config;
    struct backend *instant; // a model that may answer before it when it is sure; NULL: none. Borrowed, too
    const char *root;        // absolute; its last component names the repository in prompts
};

struct engine *engine_new(const struct engine_options *options);
void engine_free(struct engine *engine); // ends running requests with OUTCOME_CANCELLED first
struct engine_request *engine_start(struct engine *engine, const struct engine_query *query,
                                    void (*on_answer)(void *context, const struct engine_answer *answer),
                                    void *context);
// on_answer follows with OUTCOME_CANCELLED. Must not be called after on_answer.
void engine_cancel(struct engine *engine, struct engine_request *request);
// The document is closed: forgets its last answer (not its last prompt, which a server may still have).
void engine_forget(struct engine *engine, const char *path);
// The model has been started anew, or has forgotten what it has read: has it read the prompt of the place that was
// asked for last, once nobody waits for an answer. What is asked meanwhile comes first.
void engine_read_ahead(struct engine *engine);
// The last finished answer of a document (not superseded, not cancelled), or NULL; valid until the next one.
const struct engine_answer *engine_last(const struct engine *engine, const char *path);
uint64_t engine_outcome_count(const struct engine *engine, enum outcome outcome);

// An answer as JSON, for `hunch why`, hunch/why and (not in full: without the texts of what was retrieved) `hunch
// complete --json`.
struct json *engine_answer_json(const struct engine_answer *answer, bool in_full);

// An answer in lines for people, appended; each line ends with a newline, the summary with none.
void engine_answer_text(const struct engine_answer *answer, struct str *out);
// The model, the time and how sure it is; or why it is silent.
void engine_answer_summary(const struct engine_answer *answer, struct str *out);
// A confidence in per cent, rounded down to a tenth lest it seem to reach the measure it stays below.
double engine_answer_percent(double confidence);
// What was retrieved, each line behind `margin`: how much of it was used, then at most `limit` items, those that were used
// before the others, each of the two best first. all: how to see all of them; "": that is not said.
void engine_context_text(const struct engine_answer *answer, uint32_t limit, const char *margin,
                         const char *all, struct str *out);

#endif
