// repository_lexer.h - text as words, numbers, signs and line ends, whatever the language.
//
// Ownership: lexemes are views into the text given. Threads: any; pure.
// Errors:    none: every byte string has lexemes, damaged UTF-8, NULs and open strings included.
// Limits:    a word over LEXER_WORD_LIMIT bytes is cut into several.
//
// Invariants (tests quote the numbers):
//   L1  the spaces and texts of all lexemes, one after the other, are the text, byte for byte
//   L2  only the last lexeme of a text may have an empty text (white space at the end)
//   L3  a LEXEME_LINE holds the line end, all blank lines after it and the next line's indentation
#ifndef HUNCH_BACKENDS_REPOSITORY_LEXER_H
#define HUNCH_BACKENDS_REPOSITORY_LEXER_H

#include "base/str.h"

#include <stdint.h>

enum { LEXER_WORD_LIMIT = 256 };

enum lexeme_kind { LEXEME_WORD, LEXEME_SIGN, LEXEME_LINE, LEXEME_END };

struct lexeme {
    enum lexeme_kind kind;
    struct slice space; // white space before it, on its line
    struct slice text;
};

// The lexeme at *at, which moves behind it; false at the end of the text.
bool lexer_next(struct slice text, size_t *at, struct lexeme *out);
// Could more typing make a longer lexeme that starts with this one?
bool lexer_extends(struct slice lexeme);
bool lexer_is_word_byte(char c);

// White space before a token as one of SPACE_COUNT classes, and back. Unusual runs come back as one space.
enum { SPACE_NONE = 0, SPACE_ONE = 1, SPACE_COUNT = 16 };
uint32_t lexer_space_class(struct slice space);
struct slice lexer_space_text(uint32_t space_class);
// Columns of the white space that ends a LEXEME_LINE's text; a tab goes to the next multiple of four.
uint32_t lexer_indent(struct slice line);
// Has a LEXEME_LINE's text more line ends than the one it begins with?
bool lexer_has_blank_line(struct slice line);

#endif
