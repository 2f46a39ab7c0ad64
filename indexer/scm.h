// scm.h - the words and signs of an .scm file of indexer/languages, whoever makes something of them.
//
// `*at` is where reading has come to in a text that ends with a zero byte; blanks and comments (";" to the end of
// the line) before what is looked for are passed over.
//
// Ownership: words are borrowed from the text. Threads: any. Errors: what is not there is not taken.
// Limits:    none.
#ifndef HUNCH_INDEXER_SCM_H
#define HUNCH_INDEXER_SCM_H

#include "base/str.h"

void scm_skip_space(const char **at);
// Passes over the sign if it is the next one.
bool scm_take(const char **at, char sign);
// The next letters, digits and "_-.?"; may be empty.
struct slice scm_word(const char **at);

#endif
