// repository_operands.c - see repository_operands.h.
//
// A name behind a name is declared there (`int x`, `def f`, `let y`), in
// nearly every language; but not behind the few words that work as operators
// do. Those are alike in all languages that have them, so they are one list.
#include "backends/repository_operands.h"

static const char *const WORDS[] = {
    "and",   "assert", "await",  "case",  "co_await", "co_return", "co_yield",   "defer",  "delete", "do",
    "elif",  "else",   "from",   "go",    "goto",     "if",        "import",     "in",     "is",     "match",
    "new",   "not",    "of",     "or",    "raise",    "return",    "instanceof", "sizeof", "switch", "then",
    "throw", "typeof", "unless", "until", "when",     "while",     "yield"};

bool operand_follows(struct slice word) {
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (slice_equal(word, slice_of_string(WORDS[i]))) {
            return true;
        }
    }
    return false;
}
