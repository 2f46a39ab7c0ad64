// hint.h - a name that the code at the cursor may use, as a request carries it to a model that takes hints.
//
// Apart from backend.h, so that the backends that take none know nothing of the index.
//
// Ownership: borrowed, with all strings. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_HINT_H
#define HUNCH_BACKENDS_HINT_H

#include "indexer/record.h"

#include <stdbool.h>

// A definition that the code at the cursor may name. Strings as in struct symbol.
struct backend_hint {
    const char *name, *scope, *signature;
    const char *before, *after; // the names defined right above and below it in the same scope, "" if none
    enum symbol_kind kind;
    bool of_receiver; // a member of what may be the type of the thing left of the "."
    bool is_named;    // on the cursor's line or the one above
    bool is_own;      // a function of the open file itself
    float uses;       // of those: log of 1 + how many places of the index say the name
    float score;      // of those that are neither: as the log of a probability, up to a constant
};

#endif
