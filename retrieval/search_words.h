// search_words.h - what a search asks for: its words, their other forms, and the names in it.
//
// People ask "where are sockets closed", code says close_socket; they ask for
// the configuration, code calls it config. So a word stands for itself and, at
// a lower weight, for the forms of it that the repository knows: its stem and
// its beginnings. What is written like a name (parse_header, Foo::bar) is a
// word as a whole and in its parts, and is remembered as a name; so are
// operator== and ~Foo. Words side by side stand for what code writes in one, too. A word that nobody says here may be
// mistyped (spelling.h): what it may be meant for stands in for it. Keywords of the languages are in no index; they are
// remembered for the signatures and the code that say them. A word that is nearly everywhere counts only if there is
// nothing else.
//
// Ownership: search_words_init copies the text; search_words_free releases.
// Threads:   one owner; the snapshot is pinned as long as the words are used.
// Errors:    none; a text without words has none (count is 0).
// Limits:    SEARCH_WORDS words, SEARCH_NAMES names and SEARCH_KEYWORDS keywords, the rest is passed over.
#ifndef HUNCH_RETRIEVAL_SEARCH_WORDS_H
#define HUNCH_RETRIEVAL_SEARCH_WORDS_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "retrieval/bm25.h"
#include "retrieval/phrase.h"

enum { SEARCH_WORDS = 64, SEARCH_NAMES = 16, SEARCH_KEYWORDS = 8 };
enum { SEARCH_FEW_WORDS = 3 }; // each of which is meant

// One form of a word, or several words as code writes them in one ("thread pool", threadpool).
struct search_form {
    uint32_t word, behind; // of the words [word, behind)
    bool is_compound;
    float weight;                 // of the word itself 1
    float values[SEGMENT_FIELDS]; // weight and rarity together
};

struct search_word {
    float values[SEGMENT_FIELDS]; // of its most telling form
};

struct search_name {
    struct slice text;
    struct slice scope; // of Foo::bar, Foo.bar and Foo->bar: Foo; else empty
    bool looks_so;      // by an underscore, a capital within, a scope or a "(" behind it
    bool is_joined;     // of the text's words, which are apart there
};

struct search_words {
    char *text;
    struct search_word words[SEARCH_WORDS];
    uint32_t count;
    VEC(struct search_form) forms;
    VEC(struct weighted_term) terms; // of all forms, for bm25_search
    struct map by_term;              // term -> index in forms
    struct search_name names[SEARCH_NAMES];
    uint32_t name_count;
    struct slice keywords[SEARCH_KEYWORDS]; // without stop words of prose, unless only_keywords
    uint32_t keyword_count;
    bool only_keywords; // nothing else is asked for
    bool keeps_common;  // what is nearly everywhere counts, as there is nothing else
    bool is_question;   // "where is x handled", which asks for the code of x
    bool is_name;       // the whole text is one name, perhaps with a kind before it
    bool asks_kind;     // "class Foo", "fn foo"
    bool has_joined;    // two or three words, which are a name here: "glob set", GlobSet
    struct str note;    // which words nobody says here, and what was taken for them; "" if there are none
    struct str unsaid;  // which nobody says, and nothing was taken for, in quotes; few words, or names
    struct str nowhere; // likewise of a question's many words, in quotes
    struct str
        corrected;      // the text with what was mistyped put right; "" if there is nothing, or nothing sure
    bool is_corrected;  // by search_words_correct
    struct arena arena; // of joined names
    struct phrase phrase;  // the text as it stands, if it is worth looking for; else empty
    bool phrase_first;     // who says it comes first
    bool phrase_is_code;   // what comments and strings say is something else
    enum symbol_kind kind; // SYMBOL_FUNCTION stands for methods, too
};

void search_words_init(struct search_words *words, const struct snapshot *snapshot, const char *root,
                       struct slice text);
// From now on it is the corrected text that was asked for; the note stays.
void search_words_correct(struct search_words *words, const struct snapshot *snapshot, const char *root);
void search_words_free(struct search_words *words);
// The form that the term is; NULL if it is none of this search.
const struct search_form *search_words_find(const struct search_words *words, uint32_t term);
// What the form says of one of its words. A compound says all of each.
static inline float search_words_value(const struct search_words *words, const struct search_form *form,
                                       uint32_t word, enum segment_field field) {
    return form->is_compound ? words->words[word].values[field] : form->values[field];
}
// Is it one of the keywords asked for?
bool search_words_has_keyword(const struct search_words *words, struct slice word);

#endif
