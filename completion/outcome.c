// outcome.c - see outcome.h.
#include "completion/outcome.h"

const char *outcome_id(enum outcome outcome) {
    switch (outcome) {
#define OUTCOME_ID(name, id, text)                                                                           \
    case name:                                                                                               \
        return id;
        OUTCOME_LIST(OUTCOME_ID)
#undef OUTCOME_ID
    default:
        return "unknown";
    }
}

const char *outcome_text(enum outcome outcome) {
    switch (outcome) {
#define OUTCOME_TEXT(name, id, text)                                                                         \
    case name:                                                                                               \
        return text;
        OUTCOME_LIST(OUTCOME_TEXT)
#undef OUTCOME_TEXT
    default:
        return "unknown outcome";
    }
}

bool outcome_is_failure(enum outcome outcome) {
    return outcome == OUTCOME_UNREACHABLE || outcome == OUTCOME_MODEL_FAILED || outcome == OUTCOME_TIMEOUT;
}
