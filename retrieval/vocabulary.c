// vocabulary.c - see vocabulary.h.
#include "retrieval/vocabulary.h"

// Words that say nothing about code; a search of nothing else keeps them.
static const char *const stop_words[] = {
    "a",    "an",   "and",  "any",   "are",   "as",   "at",   "be",    "been",  "but",    "by",
    "can",  "do",   "does", "each",  "for",   "from", "has",  "have",  "how",   "if",     "in",
    "into", "is",   "it",   "its",   "not",   "of",   "on",   "or",    "our",   "should", "so",
    "such", "than", "that", "the",   "their", "them", "then", "there", "these", "they",   "this",
    "to",   "used", "uses", "was",   "we",    "were", "what", "when",  "where", "which",  "who",
    "why",  "will", "with", "would", "you",   "your"};

// What prose and code call the same: each row's words stand for each other.
static const char *const synonyms[] = {
    " get return fetch retrieve obtain ",
    " is has can check whether true test if determine ",
    " new create make construct build instantiate ",
    " alloc allocate reserve ",
    " delete remove erase drop del rm destroy ",
    " free release destroy dispose deallocate ",
    " init initialize setup prepare ",
    " print write output show display dump format ",
    " err error fail failure exception ",
    " msg message ",
    " buf buffer ",
    " ptr pointer ",
    " ctx context ",
    " len length size count num number ",
    " find search lookup look locate ",
    " start begin run execute exec launch ",
    " stop end finish close shutdown terminate ",
    " add append insert push register ",
    " convert to transform from as ",
    " parse read decode load ",
    " encode serialize store save write ",
    " cb callback handler on called ",
    " cmd command ",
    " str string ",
    " char character ",
    " dir directory folder ",
    " copy clone duplicate dup ",
    " set update change modify assign ",
    " equal equals eq same compare cmp ",
    " key name id identifier ",
    " draw drawn drew ",
    " write written wrote ",
    " build built ",
    " send sent ",
    " find found ",
    " keep kept ",
    " choose chosen chose ",
    " throw thrown threw ",
    " break broken broke ",
    " bind bound ",
    " lose lost ",
    " hold held ",
    " catch caught ",
    " take taken took ",
    " give given gave ",
    " hide hidden hid ",
    " db database ",
    " cfg config configuration ",
    " src source ",
    " dst dest destination ",
    " idx index ",
    " pkg package ",
    " tx txn transaction ",
    " stmt statement ",
    " hdr header ",
    " pkt packet ",
    " evt event ",
    " mgr manager ",
    " srv server ",
    " recv receive ",
    " tmp temporary ",
    " pwd passwd password ",
    " ns namespace ",
    " fs filesystem ",
    " fmt format ",
    " env environment ",
};

static const char *const constructs[] = {"loop",   "loops",  "statement", "statements", "block",
                                         "blocks", "clause", "clauses",   "keyword",    "keywords"};

static const char *const askers[] = {"where", "how", "what", "which", "when", "who"};
static const char *const asked_of[] = {"handle",      "handles", "handled", "implement", "implements",
                                       "implemented", "defined", "located", "done",      "happen",
                                       "happens",     "works",   "work",    "performed"};

bool vocabulary_is_stop_word(struct slice word) {
    return slice_is_among(word, stop_words, sizeof stop_words / sizeof stop_words[0]);
}

bool vocabulary_is_construct(struct slice word) {
    return slice_is_among(word, constructs, sizeof constructs / sizeof constructs[0]);
}

bool vocabulary_asks(struct slice word) {
    return slice_is_among(word, askers, sizeof askers / sizeof askers[0]);
}

bool vocabulary_is_asked_of(struct slice word) {
    return slice_is_among(word, asked_of, sizeof asked_of / sizeof asked_of[0]);
}

// Is it a word of the row?
static bool is_of_row(struct slice row, struct slice word) {
    size_t at = word.length ? slice_find(row, word, 0) : (size_t)-1;
    while (at != (size_t)-1 && !(row.data[at - 1] == ' ' && row.data[at + word.length] == ' ')) {
        at = slice_find(row, word, at + 1);
    }
    return at != (size_t)-1;
}

void vocabulary_synonyms(struct slice word, void (*tell)(void *context, struct slice word), void *context) {
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++) {
        struct slice row = slice_of_string(synonyms[i]);
        for (size_t at = is_of_row(row, word) ? 1 : row.length; at < row.length;) {
            size_t end = slice_find(row, SLICE_LITERAL(" "), at);
            tell(context, slice_sub(row, at, end));
            at = end + 1;
        }
    }
}
