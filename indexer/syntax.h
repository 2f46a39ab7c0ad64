// syntax.h - from a file's text to chunks, symbols and imports, with tree-sitter.
//
// Works inside ERROR nodes (a fifth to two thirds of C files have some), never
// gives up on a file: without a language, or past the deadline, it falls back
// to chunks by lines.
//
// The text of an open document is extracted again with every keystroke. Its tree
// can be kept, and the next version's begins from it: what was not edited is
// neither parsed nor counted again. The record is that of a parse from nothing,
// byte for byte, but for texts with errors: one in a thousand of those differs,
// since how an error is got over depends on where the parser began. So does,
// once in a million edits, which of two ways a text is read that the grammar
// allows both (Haskell: a function's clause or a pattern's binding). So a parse
// from nothing is to follow when typing rests.
//
// Ownership: a struct syntax holds the parsers of one thread. A tree starts with one reference and never
//            changes; syntax_tree_release drops one.
// Threads:   one struct syntax per thread; trees are shared by any.
// Errors:    0, or ERR_CANCELLED / ERR_TIMEOUT when the token fired or the time limit was reached: the record
//            then has line chunks only; of the time limit it says so (cut_short).
// Limits:    syntax_limit, SYNTAX_FILE_MS for the index; symbols, imports and lengths are capped in syntax_internal.h.
#ifndef HUNCH_INDEXER_SYNTAX_H
#define HUNCH_INDEXER_SYNTAX_H

#include "base/cancel.h"
#include "base/text.h"
#include "indexer/language.h"
#include "indexer/record.h"

struct syntax;
struct syntax_tree;

enum { SYNTAX_FILE_MS = 500 }; // what the index gives a file; then it is cut by lines

struct syntax *syntax_new(void);
void syntax_free(struct syntax *syntax);
// The thread's processor time that a file may take from now on; 0 (at first): any. What a busy machine or
// the first use of a language costs does not count.
void syntax_limit(struct syntax *syntax, unsigned milliseconds);
// Before the thread waits: what is kept for the next tree, up to 10 MB, goes back.
void syntax_rest(struct syntax *syntax);
// Fills language, line_count, chunks (with forward rows), symbols and imports of a fresh record.
int syntax_extract(struct syntax *syntax, const struct language *language, struct slice text,
                   const struct cancel *cancel, struct record *record);
// The same without parsing, a hundred times quicker: chunks by lines, no symbols.
void syntax_words(struct syntax *syntax, const struct language *language, struct slice text,
                  struct record *record);

// The same, and *tree gets the tree; NULL if the text has none (no language, or stopped).
int syntax_extract_tree(struct syntax *syntax, const struct language *language, struct text *text,
                        const struct cancel *cancel, struct record *record, struct syntax_tree **tree);
// The same from the tree of an earlier version of the text. ERR_TIMEOUT: not within the limit, or the
// language is another now; *tree and the record are of no use then.
int syntax_extract_next(struct syntax *syntax, const struct language *language, struct text *text,
                        const struct syntax_tree *before, struct record *record, struct syntax_tree **tree);
// Without parsing, at any time: the old record, moved. What the edit touches is cut by lines, its words are
// counted; symbols, references and imports are those of before.
void syntax_patch(struct syntax *syntax, const struct language *language, struct text *text,
                  struct text *old_text, const struct record *old, struct record *record);
bool syntax_tree_has_errors(const struct syntax_tree *tree);
struct syntax_tree *syntax_tree_retain(struct syntax_tree *tree);
void syntax_tree_release(struct syntax_tree *tree); // NULL is allowed

#endif
