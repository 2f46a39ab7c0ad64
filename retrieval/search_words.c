// search_words.c - see search_words.h.
//
// Identifiers of the text are looked at one by one. A plain word gives itself
// and its other forms, a name itself and its sub-words. Which beginnings of a
// word are words of their own, only the repository can tell: each is looked up
// in the index, and one that nobody uses there is dropped.
#include "retrieval/search_words.h"

#include "indexer/terms.h"
#include "retrieval/query.h"

enum { SHORTEST_FORM = 3, LONGEST_WORD = 64 };
// Weights of a word's other forms, measured with tests/bench/search.
static const float INFLECTED = 0.5f; // differs by an ending
static const float SYNONYM = 0.4f;
static const float BEGINNING = 0.3f; // an abbreviation at best

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
};

static const struct {
    const char *word;
    enum symbol_kind kind;
} kinds[] = {{"class", SYMBOL_TYPE},      {"struct", SYMBOL_TYPE},    {"enum", SYMBOL_TYPE},
             {"union", SYMBOL_TYPE},      {"interface", SYMBOL_TYPE}, {"trait", SYMBOL_TYPE},
             {"type", SYMBOL_TYPE},       {"typedef", SYMBOL_TYPE},   {"def", SYMBOL_FUNCTION},
             {"func", SYMBOL_FUNCTION},   {"fn", SYMBOL_FUNCTION},    {"function", SYMBOL_FUNCTION},
             {"method", SYMBOL_FUNCTION}, {"macro", SYMBOL_MACRO},    {"define", SYMBOL_MACRO},
             {"const", SYMBOL_CONSTANT},  {"module", SYMBOL_MODULE},  {"namespace", SYMBOL_MODULE}};

struct reading {
    struct search_words *words;
    const struct snapshot *snapshot;
    struct slice text;
    bool keeps_stop_words;
    uint32_t identifiers; // seen
    size_t last_end;      // of the identifier before
};

static bool is_stop_word(struct slice word) {
    for (size_t i = 0; i < sizeof stop_words / sizeof stop_words[0]; i++) {
        if (slice_equal(slice_of_string(stop_words[i]), word)) {
            return true;
        }
    }
    return false;
}

// --- words and their forms ---

static void add_form(struct reading *reading, uint32_t hash, float weight) {
    struct search_words *words = reading->words;
    struct search_form form = {.word = words->count, .weight = weight};
    struct search_word *word = &words->words[words->count];
    bool known = false;
    if (map_get(&words->by_term, hash)) {
        return;
    }
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        form.values[field] = weight * bm25_rarity(reading->snapshot, (enum segment_field)field, hash);
        word->values[field] =
            form.values[field] > word->values[field] ? form.values[field] : word->values[field];
        known |= form.values[field] > 0;
    }
    if (known) {
        map_set(&words->by_term, hash, words->forms.count);
        vec_push(&words->forms, form);
        vec_push(&words->terms, (struct weighted_term){hash, weight});
    }
}

static bool ends_with(struct slice word, const char *ending) {
    size_t length = strlen(ending);
    return word.length > length && memcmp(word.data + word.length - length, ending, length) == 0;
}

static void add_joined(struct reading *reading, struct slice stem, const char *ending, float weight) {
    char joined[LONGEST_WORD + 8];
    size_t length = strlen(ending);
    memcpy(joined, stem.data, stem.length);
    memcpy(joined + stem.length, ending, length);
    add_form(reading, segment_name_key(slice_of(joined, stem.length + length)), weight);
}

// parsing -> parse, entries -> entry
static void add_stem(struct reading *reading, struct slice word) {
    if (ends_with(word, "ing") && word.length > 5) {
        add_joined(reading, slice_sub(word, 0, word.length - 3), "e", INFLECTED);
    } else if (ends_with(word, "ies") || ends_with(word, "ied")) {
        add_joined(reading, slice_sub(word, 0, word.length - 3), "y", INFLECTED);
    }
}

// Is what follows the beginning of a word but an ending of it, and not the better part of another?
static bool is_ending(struct slice rest) {
    static const char *const endings[] = {"s", "es", "d", "ed", "r", "er", "or", "ing", "ly", "ion"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (slice_equal(slice_of_string(endings[i]), rest)) {
            return true;
        }
    }
    // stopped, getting: the last letter doubled
    return rest.length > 2 && rest.data[0] == rest.data[-1] && is_ending(slice_sub(rest, 1, rest.length));
}

static void add_beginnings(struct reading *reading, struct slice word) {
    for (size_t length = word.length - 1; length >= SHORTEST_FORM; length--) {
        struct slice head = slice_sub(word, 0, length);
        bool inflected = is_ending(slice_sub(word, length, word.length));
        if (inflected || !is_stop_word(head)) {
            add_form(reading, segment_name_key(head), inflected ? INFLECTED : BEGINNING);
        }
    }
}

static void add_inflections(struct reading *reading, struct slice word) {
    static const char *const endings[] = {"s", "d", "ed", "ing", "er"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        add_joined(reading, word, endings[i], INFLECTED);
    }
}

static void add_synonyms_of(struct reading *reading, struct slice word) {
    char framed[LONGEST_WORD + 2] = " ";
    memcpy(framed + 1, word.data, word.length);
    framed[word.length + 1] = ' ';
    struct slice needle = slice_of(framed, word.length + 2);
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++) {
        struct slice row = slice_of_string(synonyms[i]);
        if (slice_find(row, needle, 0) == (size_t)-1) {
            continue;
        }
        for (size_t at = 1; at < row.length;) {
            size_t end = slice_find(row, SLICE_LITERAL(" "), at);
            add_form(reading, segment_name_key(slice_sub(row, at, end)), SYNONYM);
            at = end + 1;
        }
    }
}

static void add_synonyms(struct reading *reading, struct slice word) {
    static const char *const endings[] = {"", "s", "es", "d", "ed", "ing"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(word, endings[i])) {
            add_synonyms_of(reading, slice_sub(word, 0, word.length - strlen(endings[i])));
        }
    }
}

static void next_word(struct search_words *words) {
    const struct search_word *word = &words->words[words->count];
    if (word->values[SEGMENT_CHUNKS] > 0 || word->values[SEGMENT_SYMBOLS] > 0) {
        words->count++;
    }
}

// Of at most LONGEST_WORD small letters.
static void add_plain_word(struct reading *reading, struct slice word) {
    add_form(reading, segment_name_key(word), 1);
    if (word.length > SHORTEST_FORM && !reading->words->only_keywords) { // goto is no form of "got"
        add_stem(reading, word);
        add_inflections(reading, word);
        add_beginnings(reading, word);
    }
    add_synonyms(reading, word);
    next_word(reading->words);
}

static void add_part(void *context, uint32_t hash) {
    struct reading *reading = context;
    if (reading->words->count < SEARCH_WORDS - 1) {
        add_form(reading, hash, 1);
        next_word(reading->words);
    }
}

// --- names ---

static bool has_hump(struct slice word) {
    for (size_t i = 1; i < word.length; i++) {
        bool upper = word.data[i] >= 'A' && word.data[i] <= 'Z';
        bool lower_before = word.data[i - 1] >= 'a' && word.data[i - 1] <= 'z';
        if (word.data[i] == '_' || (upper && lower_before)) {
            return true;
        }
    }
    return word.length > 1 && word.data[0] == '_';
}

static bool is_joint(struct slice between) {
    return slice_equal(between, SLICE_LITERAL(".")) || slice_equal(between, SLICE_LITERAL("::")) ||
           slice_equal(between, SLICE_LITERAL("->")) || slice_equal(between, SLICE_LITERAL("#"));
}

// With the signs that belong to it: operator==, operator[], ~Foo.
static struct slice whole_name(struct slice text, struct slice name, size_t *at) {
    size_t end = *at + name.length;
    if (slice_equal(name, SLICE_LITERAL("operator"))) {
        while (end < text.length && strchr("=<>!+-*/%&|^~[]", text.data[end])) {
            end++;
        }
        end += slice_starts_with(slice_sub(text, end, text.length), SLICE_LITERAL("()")) ? 2 : 0;
    }
    bool follows_scope = *at >= 2 && text.data[*at - 2] == ':';
    if (*at >= 1 && text.data[*at - 1] == '~' && (*at == 1 || follows_scope)) {
        --*at;
    }
    return slice_sub(text, *at, end);
}

static void note_name(struct reading *reading, struct slice name, size_t at) {
    name = whole_name(reading->text, name, &at);
    struct search_words *words = reading->words;
    struct search_name *before = words->name_count ? &words->names[words->name_count - 1] : NULL;
    bool joined = before && is_joint(slice_sub(reading->text, reading->last_end, at));
    size_t end = at + name.length;
    bool called = end < reading->text.length && reading->text.data[end] == '(';
    if (joined) {
        *before = (struct search_name){name, before->text, true};
    } else if (words->name_count < SEARCH_NAMES) {
        words->names[words->name_count++] =
            (struct search_name){.text = name, .looks_so = called || has_hump(name)};
    }
    reading->last_end = end;
}

static bool note_kind(struct reading *reading, struct slice name) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && reading->identifiers == 0; i++) {
        if (slice_equal(slice_of_string(kinds[i].word), name)) {
            reading->words->asks_kind = true;
            reading->words->kind = kinds[i].kind;
            return true;
        }
    }
    return false;
}

// --- reading the text ---

static void find_name(void *context, struct slice name, size_t at) {
    struct reading *reading = context;
    if (!note_kind(reading, name)) {
        note_name(reading, name, at);
    }
    reading->identifiers++;
    reading->words->only_keywords &= terms_is_keyword(name);
}

static void to_lower(struct slice name, char *lower) {
    for (size_t i = 0; i < name.length; i++) {
        lower[i] =
            name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] + ('a' - 'A')) : name.data[i];
    }
}

static void note_keyword(struct search_words *words, struct slice name) {
    if (words->keyword_count < SEARCH_KEYWORDS && terms_is_keyword(name) &&
        !search_words_has_keyword(words, name)) {
        words->keywords[words->keyword_count++] = name;
    }
}

static void read_word(void *context, struct slice name, size_t at) {
    (void)at;
    struct reading *reading = context;
    if (reading->words->count >= SEARCH_WORDS - 1) {
        return;
    }
    if (has_hump(name) || name.length > LONGEST_WORD) {
        terms_scan(name, add_part, reading);
        return;
    }
    char lower[LONGEST_WORD];
    struct slice word = slice_of(lower, name.length);
    to_lower(name, lower);
    bool skipped = is_stop_word(word) || (reading->words->is_name && reading->words->asks_kind && at == 0);
    if (reading->keeps_stop_words || !skipped) {
        add_plain_word(reading, word);
    }
    if (reading->keeps_stop_words || !skipped || reading->words->only_keywords) {
        note_keyword(reading->words, name);
    }
}

void search_words_init(struct search_words *words, const struct snapshot *snapshot, struct slice text) {
    *words = (struct search_words){.text = mem_copy_bytes(text.data, text.length)};
    struct reading reading = {
        .words = words, .snapshot = snapshot, .text = slice_trim(slice_of(words->text, text.length))};
    map_init(&words->by_term);
    words->only_keywords = true;
    query_identifiers(reading.text, 0, reading.text.length, find_name, &reading);
    if (words->asks_kind && words->name_count != 1) { // "type of the value" asks for no kind
        words->asks_kind = false;
    }
    words->is_name = words->name_count == 1;
    query_identifiers(reading.text, 0, reading.text.length, read_word, &reading);
    if (words->count == 0) {
        reading.keeps_stop_words = true;
        query_identifiers(reading.text, 0, reading.text.length, read_word, &reading);
    }
}

void search_words_free(struct search_words *words) {
    vec_free(&words->forms);
    vec_free(&words->terms);
    map_free(&words->by_term);
    free(words->text);
}

const struct search_form *search_words_find(const struct search_words *words, uint32_t term) {
    const uint64_t *found = map_get(&words->by_term, term);
    return found ? &words->forms.items[*found] : NULL;
}

bool search_words_has_keyword(const struct search_words *words, struct slice word) {
    for (uint32_t i = 0; i < words->keyword_count; i++) {
        if (slice_equal(words->keywords[i], word)) {
            return true;
        }
    }
    return false;
}
