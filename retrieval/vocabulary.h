// vocabulary.h - what words of a question mean that those of code do not: the words of English that say nothing, and what
// prose and code call the same.
//
// Ownership: views are borrowed for the call.
// Threads:   any; pure.
// Errors:    none.
// Limits:    words of small letters.
#ifndef HUNCH_RETRIEVAL_VOCABULARY_H
#define HUNCH_RETRIEVAL_VOCABULARY_H

#include "base/str.h"

// One that says nothing about code.
bool vocabulary_is_stop_word(struct slice word);
// "while loop", "if statement" ask for the keyword: in code the other word does not follow it.
bool vocabulary_is_construct(struct slice word);
// What begins a question for a place ("where"), and what it is asked of ("handled"): these say nothing there.
bool vocabulary_asks(struct slice word);
bool vocabulary_is_asked_of(struct slice word);
// Calls tell for each word that stands for the same, itself included.
void vocabulary_synonyms(struct slice word, void (*tell)(void *context, struct slice word), void *context);

#endif
