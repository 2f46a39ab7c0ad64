// outcome.h - the ways a completion request can end: the one list that counts, explains and tests use.
#ifndef HUNCH_COMPLETION_OUTCOME_H
#define HUNCH_COMPLETION_OUTCOME_H

#include <stdbool.h>

#define OUTCOME_LIST(X)                                                                                      \
    X(OUTCOME_SHOWN, "shown", "a suggestion was given")                                                      \
    X(OUTCOME_CONTEXT, "context", "only the context was asked for")                                          \
    X(OUTCOME_DISABLED, "disabled", "switched off in the settings")                                          \
    X(OUTCOME_LANGUAGE_OFF, "language-off", "switched off for this language")                                \
    X(OUTCOME_IGNORED, "ignored", "this file is left out by a rule (hunch index --explain FILE names it)")   \
    X(OUTCOME_MID_WORD, "mid-word", "the cursor is inside a word")                                           \
    X(OUTCOME_NOTHING, "nothing", "the model had nothing to say")                                            \
    X(OUTCOME_LOW_CONFIDENCE, "low-confidence", "the model was not sure enough")                             \
    X(OUTCOME_REPEATS, "repeats", "what the model would suggest stands there already")                       \
    X(OUTCOME_UNBALANCED, "unbalanced", "the suggestion closes a bracket that is not open")                  \
    X(OUTCOME_CANCELLED, "cancelled", "the editor cancelled the request")                                    \
    X(OUTCOME_SUPERSEDED, "superseded", "a newer request took its place")                                    \
    X(OUTCOME_TIMEOUT, "timeout", "the model took too long")                                                 \
    X(OUTCOME_UNREACHABLE, "unreachable", "the model's server did not answer")                               \
    X(OUTCOME_MODEL_FAILED, "model-failed", "the model's server reported an error")                          \
    X(OUTCOME_BUSY, "busy", "too many requests wait already")

enum outcome {
#define OUTCOME_ENUM(name, id, text) name,
    OUTCOME_LIST(OUTCOME_ENUM)
#undef OUTCOME_ENUM
        OUTCOME_COUNT
};

struct config;

const char *outcome_id(enum outcome outcome);
const char *outcome_text(enum outcome outcome);
// Of OUTCOME_DISABLED: by whom, and what to do to have it back.
const char *outcome_disabled_text(const struct config *config);
// Likewise of OUTCOME_LANGUAGE_OFF.
const char *outcome_language_off_text(const struct config *config, const char *language);
// No model answered, though one was asked.
bool outcome_is_failure(enum outcome outcome);

#endif
