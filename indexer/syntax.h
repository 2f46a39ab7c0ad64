// syntax.h - from a file's text to chunks, symbols and imports, with tree-sitter.
//
// Works inside ERROR nodes (a fifth to two thirds of C files have some), never
// gives up on a file: without a language, or past the deadline, it falls back
// to chunks by lines.
//
// Ownership: a struct syntax holds the parsers of one thread.
// Threads:   one struct syntax per thread.
// Errors:    0, or ERR_CANCELLED / ERR_TIMEOUT when the token fired or the time limit was reached: the record
//            then has line chunks only.
// Limits:    syntax_limit; symbols, imports and lengths are capped in syntax_internal.h.
#ifndef HUNCH_INDEXER_SYNTAX_H
#define HUNCH_INDEXER_SYNTAX_H

#include "base/cancel.h"
#include "indexer/language.h"
#include "indexer/record.h"

struct syntax;

struct syntax *syntax_new(void);
void syntax_free(struct syntax *syntax);
// The thread's processor time that a file may take from now on; 0 (at first): any. What a busy machine or
// the first use of a language costs does not count.
void syntax_limit(struct syntax *syntax, unsigned milliseconds);
// Fills language, line_count, chunks (with forward rows), symbols and imports of a fresh record.
int syntax_extract(struct syntax *syntax, const struct language *language, struct slice text,
                   const struct cancel *cancel, struct record *record);
// The same without parsing, a hundred times quicker: chunks by lines, no symbols.
void syntax_words(struct syntax *syntax, const struct language *language, struct slice text,
                  struct record *record);

#endif
