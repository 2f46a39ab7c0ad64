// search_forms.h - what stands for a word of a search: its other forms, what it may be meant for, what it makes with the word
// before.
//
// A part of search_words, which reads the text word by word. Nothing is added that the repository does not know.
//
// Ownership: everything goes into reading->words.
// Threads, errors, limits: search_words.h's; words are of SEARCH_LONGEST_WORD bytes at most.
#ifndef HUNCH_RETRIEVAL_SEARCH_FORMS_H
#define HUNCH_RETRIEVAL_SEARCH_FORMS_H

#include "retrieval/search_words.h"
#include "retrieval/spelling.h"

enum { SEARCH_LONGEST_WORD = SPELLING_LONGEST };

struct search_reading {
    struct search_words *words;
    const struct snapshot *snapshot;
    const char *root;
    struct slice text;
    bool keeps_stop_words;
    uint32_t identifiers; // seen
    size_t last_end;      // of the identifier before
    uint32_t corrections; // words looked for with a letter changed
    size_t put_right;     // up to there the text is in words->corrected
    bool is_common;       // a word is nearly everywhere, and so counts nothing
    // The plain word before, in small letters.
    char before[SEARCH_LONGEST_WORD];
    size_t before_length, before_end;
    uint32_t before_number;
};

// The words are read from the start.
void search_forms_begin(struct search_reading *reading);
// `word` is in small letters, `typed` as it was given, at that place of the text.
void search_forms_add_word(struct search_reading *reading, struct slice word, struct slice typed, size_t at);
// In its parts, and as a whole in other spellings; `lower` is the name in small letters.
void search_forms_add_name(struct search_reading *reading, struct slice name, struct slice lower);
void search_forms_add_parts(struct search_reading *reading, struct slice name);
void search_forms_end(struct search_reading *reading);

// Is what the repository says of the words no more than synonyms and abbreviations?
bool search_forms_are_little(const struct search_words *words);
bool search_forms_is_said(const struct snapshot *snapshot, uint32_t hash);
bool search_forms_has_hump(struct slice word); // is it a name of parts?
// Blanks, or the dash of "thread-pool".
bool search_forms_is_between_words(struct slice between);

#endif
