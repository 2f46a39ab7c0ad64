// language.h - the table of languages, generated from indexer/languages/*/.
//
// Ownership: all pointers are static.
// Threads:   any; patterns are compiled once, on first use, under a lock.
// Errors:    an unknown path or id gives NULL. Limits: none.
#ifndef HUNCH_INDEXER_LANGUAGE_H
#define HUNCH_INDEXER_LANGUAGE_H

#include "base/str.h"

struct language;

// By file name and extension; NULL if unknown (such files are chunked by lines).
const struct language *language_of_path(const char *path);
// Likewise, and where the name does not tell, by the text: a script's first line, a C++ header's words.
const struct language *language_of_text(const char *path, struct slice text);
// By LSP language id ("c", "cpp", "python", "typescriptreact", ...).
const struct language *language_of_id(const char *id);
// The id that somebody who wrote this one meant, if it is none: "python" of "pyhton". NULL: it is one, or resembles none.
const char *language_id_meant(const char *id);
const char *language_id(const struct language *language);           // "c"; "" for NULL
const char *language_name(const struct language *language);         // "C"; "text" for NULL
const char *language_extension(const struct language *language);    // its usual one, ".c"; "" for NULL
const char *language_line_comment(const struct language *language); // "//" or "#"; "//" for NULL
// Languages of one family use each other's code, or could, as C++ and C; "" for NULL.
const char *language_family(const struct language *language);
// Are its symbols keys of data, as JSON's are, not what a program can call? False for NULL.
bool language_is_data(const struct language *language);
// Is a ' of names and numbers, too, as in Rust's 'static and Haskell's foldl'? Then no more than one character is quoted
// with it. False for NULL.
bool language_has_apostrophes(const struct language *language);
// May a bracket of its code close nothing, as in the shell's `case`, or in prose? True for NULL.
bool language_has_unpaired(const struct language *language);
// Do statements end in semicolons, so that none stands in a call's parentheses? False for NULL.
bool language_has_semicolons(const struct language *language);
// May a quote in " or ' go on on the next line? True for NULL.
bool language_has_long_quotes(const struct language *language);
// Is what stands between two backticks a text, which may have several lines? False for NULL.
bool language_has_backticks(const struct language *language);
// Does ${ begin code in such a text, which } ends, unless a backslash stands before it? False for NULL.
bool language_has_templates(const struct language *language);
// Does a / where a value may begin open a regular expression, which another one ends? False for NULL.
bool language_has_patterns(const struct language *language);
// Does a : at a line's end open a block, and one behind a name say its type, as in Python? False for NULL.
bool language_has_colons(const struct language *language);
// May functions of one block have the same name, if their parameters differ? True for NULL.
bool language_has_overloads(const struct language *language);
size_t language_count(void);
const struct language *language_at(size_t index);
// The reserved words of all languages, sorted, NULL-terminated.
const char *const *language_keywords(void);

#endif
