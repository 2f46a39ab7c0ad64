// engine_request.h - one request of the engine, as its parts see it; private to engine*.c.
//
// Ownership: holds are counted; engine_request_release gives one back. Threads: the loop's, but for what a job reads.
// Errors, limits: those of engine.h.
#ifndef HUNCH_COMPLETION_ENGINE_REQUEST_H
#define HUNCH_COMPLETION_ENGINE_REQUEST_H

#include "completion/engine.h"
#include "completion/ready.h"

enum { ENGINE_CANDIDATES = 8, ENGINE_KEPT_ANSWERS = 32 };

enum state { QUEUED, CONTEXT, MODEL, DECIDED, ANSWERED };

struct engine_request {
    struct engine *engine;
    struct engine_request *next; // in engine->running
    enum state state;
    int holds; // the engine's list, a worker job, a backend call, the kept answer
    struct arena arena;
    struct engine_query query; // strings are in the arena, text is retained
    void (*on_answer)(void *context, const struct engine_answer *answer);
    void *context;
    struct cancel cancel;
    struct context retrieved;
    uint32_t answer_tokens; // as configured when it began: the job cannot read the settings, which change
    uint32_t sources;       // the same
    const struct backend_traits *model; // which is asked, of those that the backend may choose from
    const struct fim_template
        *fim;                    // the model's when it was chosen: a server may yet say another; NULL: none
    uint32_t context_tokens;     // the same
    struct token_weights tokens; // the same
    struct str prompt;
    struct prompt_report told;
    bool cut_short;   // retrieval did not finish in time
    bool waits;       // for what is asked in the background
    bool passed_over; // the quick model took too long: what it still says is of no use
    struct backend_call *call;
    struct backend *asked; // whose call it is, or was; NULL: nobody was asked yet
    struct backend_request model_request;
    struct engine_answer answer;
    struct engine_candidate candidates[ENGINE_CANDIDATES];
    uint64_t started_us;
    uint64_t context_started_us, model_started_us;
    uint64_t deadline_us; // of all models together
};

struct engine {
    struct engine_options options;
    const char *repository;                           // the root's last component
    struct engine_request *running;                   // newest first, until answered
    struct engine_request *kept[ENGINE_KEPT_ANSWERS]; // most recent first; one per path
    struct prompt_memory *prompts;                    // the worker's
    struct surroundings *surroundings;                // the worker's; of the document asked about last
    uv_timer_t *soon;                                 // answers what is decided when the loop turns
    struct ready *ready;                              // suggestions at hand
    uv_timer_t *late;                                 // passes over the quick model where it takes too long
    struct engine_request *ahead;   // answered; its model is asked in the background. NULL: none
    struct engine_request *reading; // its prompt is read ahead; NULL: none
    bool unread;                    // the last place's prompt, see engine_read_ahead
    uint64_t outcomes[OUTCOME_COUNT];
};

// Settles how the request ends; its answer goes out when the loop turns.
void engine_request_decide(struct engine_request *request, enum outcome outcome, const char *reason);
// Begins a request without looking at others.
struct engine_request *
engine_request_start(struct engine *engine, const struct engine_query *query,
                     void (*on_answer)(void *context, const struct engine_answer *answer), void *context);
void engine_request_release(struct engine_request *request);
// Lays the prompt out anew, for another model, with what was retrieved; then asks that one.
void engine_request_compile(struct engine_request *request);

// --- engine_tier.c ---

// Answers with what is left of a suggestion that is being typed; false: there is none.
bool engine_tier_at_hand(struct engine_request *request);
// Asks the model that may answer first; false: there is none, or not for this request.
bool engine_tier_start(struct engine_request *request);
// This is shown now; is_head: of a line that is not.
void engine_tier_note(struct engine_request *request, const struct backend_candidate *raw, bool is_head);
// Answers with what is left of what is shown, where the model would change it to this; false: this may be shown.
bool engine_tier_keep(struct engine_request *request, struct slice now);
// The quick model's time may be over.
void engine_tier_late(uv_timer_t *timer);
// What is asked in the background is of no use any more.
void engine_tier_stop(struct engine *engine);

// --- engine_ahead.c ---

// Begins it if there is something to read and nobody waits.
void engine_ahead_start(struct engine *engine);
// Somebody asks for an answer.
void engine_ahead_stop(struct engine *engine);
// What a model said of a request tells whether it has read its prompt.
void engine_ahead_note(struct engine_request *request, const struct backend_result *result);

// --- engine_model.c ---

// The request to a model as it is now, for at most so many lines if nobody says otherwise.
void engine_model_fill(struct engine_request *request, uint32_t usual_lines);
uint32_t engine_model_lines(const struct engine_request *request); // of the model itself, usually
// Turns one raw candidate into one to show; the outcome says why not.
enum outcome engine_model_take(struct engine_request *request, const struct backend_candidate *raw,
                               double threshold);

// From now on the request is one for this model: the prompt is to be laid out for it.
void engine_model_choose(struct engine_request *request, const struct backend_traits *model);
// Asks it; the answer decides the request.
void engine_model_start(struct engine_request *request);

#endif
