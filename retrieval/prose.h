// prose.h - comments and strings: what of a file's text is no code.
//
// Told by the marks that a language has, without a parser, which is exact enough for a search. Of comments over
// several lines those in /* */ and (* *) are known. A ' may be of a name or a number, as Rust's lifetimes are.
//
// Ownership: everything is borrowed.
// Threads:   any; pure.
// Errors:    none; what never ends reaches to the end of the text, a string in one line to nowhere.
// Limits:    none.
#ifndef HUNCH_RETRIEVAL_PROSE_H
#define HUNCH_RETRIEVAL_PROSE_H

#include "base/str.h"
#include "indexer/language.h"

// What tells them apart in a language.
struct prose_marks {
    struct slice comment; // makes the rest of a line one; OCaml's are all in brackets, so it has ""
    bool has_apostrophes;
};

struct prose_marks prose_marks_of(const struct language *language);
// Behind the comment, string or name with an apostrophe that begins at `at`, which is in code; `at` itself if none does.
size_t prose_skip(struct slice text, size_t at, struct prose_marks marks);
// The first byte from `at` on that is in no comment or string, as one goes through the text from `from` on, which is in
// code.
size_t prose_end(struct slice text, size_t from, size_t at, struct prose_marks marks);
// A letter, a digit, "_", or a byte of any other script's.
static inline bool prose_is_of_word(char byte) {
    return slice_is_word_byte(byte) || (unsigned char)byte >= 0x80;
}

#endif
