// prompt.h - lays out what a FIM model is told: context first and stable, best last, then the code around the
// cursor.
//
// The budget is the model's context window less what it may answer, in bytes
// estimated from tokens. The suffix gets a fifth, the prefix about half, the
// retrieved context the rest; what one leaves free the others may use. The prefix is cut at
// a line start that moves only in large steps, so that the model's prompt
// cache survives most keystrokes.
//
// Ownership: out is the caller's. Threads: any; pure: same input, same bytes. Errors: none.
// Limits:    never longer than the budget.
#ifndef HUNCH_COMPLETION_PROMPT_H
#define HUNCH_COMPLETION_PROMPT_H

#include "backends/fim.h"
#include "retrieval/context.h"

struct prompt_query {
    const struct fim_template *fim;
    const char *repository; // its name
    const char *path;
    struct slice prefix, suffix;
    const struct context *context;
    uint32_t context_tokens; // of the model
    uint32_t answer_tokens;
};

void prompt_compile(const struct prompt_query *query, struct str *out);

#endif
