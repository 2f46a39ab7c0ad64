// json_fault.h - where a text that is no JSON goes wrong, and how, for whoever wrote it by hand.
//
// A parser stops where it cannot go on, which may be lines behind what is to be mended: a trailing comma is noticed at
// the bracket below it, a brace that is never closed at the end. This looks for the place to mend.
//
// Ownership: all words are static. Threads: any. Errors: none. Limits: 200 brackets within each other; what is
//            nested deeper is not looked into.
#ifndef HUNCH_BASE_JSON_FAULT_H
#define HUNCH_BASE_JSON_FAULT_H

#include "base/str.h"

struct json_fault {
    size_t line;       // from 1
    const char *words; // what is wrong there; NULL: nothing was found
};

// Comments (//, /* */) are none.
struct json_fault json_fault_find(struct slice text);

#endif
