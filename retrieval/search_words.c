// search_words.c - see search_words.h.
//
// Identifiers of the text are looked at one by one. A plain word gives itself
// and its other forms, a name itself and its sub-words. Which beginnings of a
// word are words of their own, only the repository can tell: each is looked up
// in the index, and one that nobody uses there is dropped.
#include "retrieval/search_words.h"

#include "indexer/terms.h"
#include "retrieval/query.h"
#include "retrieval/vocabulary.h"

#include <math.h>

enum {
    SHORTEST_FORM = 3,
    LONGEST_WORD = 64,
    MOST_INSTEAD = 3,      // words for one that is mistyped
    SHORTEST_MISTYPED = 5, // of fewer letters most words are near to some other
    CORRECTIONS = 4,       // words of a search
    FEW_WORDS = 3
};
// Weights of a word's other forms, measured with tests/bench/search.
static const float INFLECTED = 0.5f; // differs by an ending
static const float MISTYPED = 0.5f;
static const float SYNONYM = 0.4f;
static const float BEGINNING = 0.3f; // an abbreviation at best

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
    uint32_t corrections; // words looked for with a letter changed
    size_t last_end;      // of the identifier before
};

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
        known |= form.values[field] > 0;
        word->values[field] = fmaxf(word->values[field], form.values[field]);
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
        if (inflected || !vocabulary_is_stop_word(head)) {
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

static void add_synonym(void *context, struct slice word) {
    add_form(context, segment_name_key(word), SYNONYM);
}

static void add_synonyms(struct reading *reading, struct slice word) {
    static const char *const endings[] = {"", "s", "es", "d", "ed", "ing"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(word, endings[i])) {
            vocabulary_synonyms(slice_sub(word, 0, word.length - strlen(endings[i])), add_synonym, reading);
        }
    }
}

// --- what may be mistyped ---

static bool is_said(const struct snapshot *snapshot, uint32_t hash) {
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        for (int field = 0; field < SEGMENT_FIELDS; field++) {
            if (postings_find(&snapshot->segments[s]->fields[field].terms, hash).length) {
                return true;
            }
        }
    }
    return false;
}

struct instead {
    struct str words; // in quotes
    unsigned count;
};

static void try_instead(struct reading *reading, struct slice other, struct instead *found) {
    uint32_t hash = segment_name_key(other);
    bool has_rims = other.data[0] == '_' || other.data[other.length - 1] == '_'; // which are of no term
    if (!has_rims && found->count < MOST_INSTEAD && !map_get(&reading->words->by_term, hash) &&
        is_said(reading->snapshot, hash)) {
        add_form(reading, hash, MISTYPED);
        str_append_format(&found->words, "%s\"%.*s\"", found->count ? " or " : "", (int)other.length,
                          other.data);
        found->count++;
    }
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

// All that differ from the word by one letter: changed, put in, left out, or exchanged with its neighbour. With another
// digit it is another name, not a mistyped one.
static void try_others(struct reading *reading, struct slice word, struct instead *found) {
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz_";
    char other[LONGEST_WORD + 1];
    for (size_t at = 0; at <= word.length; at++) {
        memcpy(other, word.data, at);
        for (const char *letter = LETTERS; *letter; letter++) {
            other[at] = *letter;
            memcpy(other + at + 1, word.data + at, word.length - at);
            try_instead(reading, slice_of(other, word.length + 1), found);
            if (at < word.length && *letter != word.data[at] && !is_digit(word.data[at])) {
                memcpy(other + at + 1, word.data + at + 1, word.length - at - 1);
                try_instead(reading, slice_of(other, word.length), found);
            }
        }
        if (at < word.length && !is_digit(word.data[at])) {
            memcpy(other + at, word.data + at + 1, word.length - at - 1);
            try_instead(reading, slice_of(other, word.length - 1), found);
        }
        if (at + 1 < word.length && !is_digit(word.data[at]) && !is_digit(word.data[at + 1])) {
            memcpy(other, word.data, word.length);
            other[at] = word.data[at + 1];
            other[at + 1] = word.data[at];
            try_instead(reading, slice_of(other, word.length), found);
        }
    }
}

static void note_unsaid(struct str *note, struct slice word, const char *instead) {
    str_append_format(note, "%snothing here says \"%.*s\", so ", note->length ? "; " : "", (int)word.length,
                      word.data);
    str_append_string(note, instead);
}

// Each of few words is meant, and so is each name; of more some are but the question's.
static bool is_meant(const struct reading *reading, struct slice word) {
    return reading->identifiers <= FEW_WORDS || memchr(word.data, '_', word.length);
}

// Of small letters; `typed` is as it was given. A keyword is in no index, however often it stands there, nor is a letter.
static void correct(struct reading *reading, struct slice word, struct slice typed) {
    if (word.length < 2 || terms_is_keyword(word) || is_said(reading->snapshot, segment_name_key(word))) {
        return;
    }
    struct instead found = {.count = 0};
    str_init(&found.words);
    if (word.length >= SHORTEST_MISTYPED && reading->corrections < CORRECTIONS) {
        reading->corrections++;
        try_others(reading, word, &found);
    }
    if (found.count) {
        str_append_string(&found.words, " was taken for it");
        note_unsaid(&reading->words->note, typed, found.words.data);
    } else if (is_meant(reading, word)) {
        note_unsaid(&reading->words->unsaid, typed, "these are the nearest");
    }
    str_free(&found.words);
}

static void next_word(struct search_words *words) {
    const struct search_word *word = &words->words[words->count];
    if (word->values[SEGMENT_CHUNKS] > 0 || word->values[SEGMENT_SYMBOLS] > 0) {
        words->count++;
    }
}

// Do the forms from that one on stand for no more than a beginning of their word?
static bool is_hardly_known(const struct search_words *words, size_t first) {
    for (size_t i = first; i < words->forms.count; i++) {
        if (words->forms.items[i].weight > BEGINNING) {
            return false;
        }
    }
    return !words->only_keywords;
}

// Of at most LONGEST_WORD small letters; `typed` is as it was given.
static void add_plain_word(struct reading *reading, struct slice word, struct slice typed) {
    size_t first = reading->words->forms.count;
    add_form(reading, segment_name_key(word), 1);
    if (word.length > SHORTEST_FORM && !reading->words->only_keywords) { // goto is no form of "got"
        add_stem(reading, word);
        add_inflections(reading, word);
        add_beginnings(reading, word);
    }
    add_synonyms(reading, word);
    if (is_hardly_known(reading->words, first)) {
        correct(reading, word, typed);
    }
    next_word(reading->words);
}

static void add_part(void *context, uint32_t hash) {
    struct reading *reading = context;
    if (reading->words->count < SEARCH_WORDS - 1) {
        add_form(reading, hash, 1);
        next_word(reading->words);
    }
}

// parse_header is parseHeader elsewhere.
static void add_other_spelling(struct reading *reading, struct slice name) {
    char joined[LONGEST_WORD], apart[2 * LONGEST_WORD];
    size_t joined_length = 0, apart_length = 0;
    for (size_t i = 0; i < name.length; i++) {
        bool is_capital = name.data[i] >= 'A' && name.data[i] <= 'Z';
        bool behind_small = i > 0 && name.data[i - 1] >= 'a' && name.data[i - 1] <= 'z';
        if (is_capital && behind_small) {
            apart[apart_length++] = '_';
        }
        apart[apart_length++] = name.data[i];
        if (name.data[i] != '_') {
            joined[joined_length++] = name.data[i];
        }
    }
    add_form(reading, segment_name_key(slice_of(joined, joined_length)), 1);
    add_form(reading, segment_name_key(slice_of(apart, apart_length)), 1);
}

// In its parts, and as a whole in other spellings; lower is the name in small letters.
static void add_name(struct reading *reading, struct slice name, struct slice lower) {
    terms_scan(name, add_part, reading);
    if (!is_said(reading->snapshot, segment_name_key(lower))) {
        size_t first = reading->words->forms.count;
        add_other_spelling(reading, name);
        if (reading->words->forms.count == first) {
            correct(reading, lower, name);
        }
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

static bool is_in_capitals(struct slice word) {
    for (size_t i = 0; i < word.length; i++) {
        if (word.data[i] < 'A' || word.data[i] > 'Z') {
            return false;
        }
    }
    return true;
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
    bool is_of_keyword = reading->identifiers > 0 && vocabulary_is_construct(name);
    if (!note_kind(reading, name)) {
        note_name(reading, name, at);
    }
    reading->identifiers++;
    reading->words->only_keywords &= terms_is_keyword(name) || is_of_keyword;
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
    if (name.length > LONGEST_WORD) {
        terms_scan(name, add_part, reading);
        return;
    }
    if (reading->words->only_keywords && reading->words->keyword_count && vocabulary_is_construct(name)) {
        return;
    }
    char lower[LONGEST_WORD] = {0};
    to_lower(name, lower);
    struct slice word = slice_of(lower, name.length);
    if (has_hump(name)) {
        add_name(reading, name, word);
        return;
    }
    bool skipped =
        vocabulary_is_stop_word(word) || (reading->words->is_name && reading->words->asks_kind && at == 0);
    if (reading->keeps_stop_words || !skipped) {
        add_plain_word(reading, word, name);
    }
    if (reading->keeps_stop_words || !skipped || reading->words->only_keywords) {
        note_keyword(reading->words, name);
    }
}

// --- the text as it stands ---

static bool is_defined(const struct snapshot *snapshot, struct slice name) {
    uint32_t key = segment_name_key(name);
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        struct names_walk walk = names_find(&snapshot->segments[s]->names, key);
        if (segment_next_named(snapshot->segments[s], &walk, key)) {
            return true;
        }
    }
    return false;
}

static bool has_keyword(const struct phrase *phrase) {
    for (uint32_t i = 0; i < phrase->count; i++) {
        if (terms_is_keyword(phrase->tokens[i])) {
            return true;
        }
    }
    return false;
}

// One word: if the index does not know it, or nothing here has the name, but code may use it.
static bool is_worth_reading_for(const struct search_words *words, const struct snapshot *snapshot,
                                 struct slice word) {
    bool is_used = has_hump(word) || is_said(snapshot, segment_name_key(word));
    return words->count == 0 || (is_used && !is_defined(snapshot, word));
}

// Are all of its signs of those that names are joined, called or made of?
static bool has_signs_of_names(const struct phrase *phrase) {
    for (uint32_t i = 0; i < phrase->count; i++) {
        struct slice token = phrase->tokens[i];
        if (slice_equal(token, SLICE_LITERAL("operator"))) {
            return true;
        }
        if (!slice_is_word_byte(token.data[0]) && (unsigned char)token.data[0] < 0x80 &&
            !memchr(".:->#()~", token.data[0], 8)) {
            return false;
        }
    }
    return true;
}

// Three words that stand somewhere side by side are no chance, nor are signs. Of two, prose says many.
static void note_phrase(struct search_words *words, const struct snapshot *snapshot, struct slice text) {
    struct phrase phrase;
    phrase_init(&phrase, text);
    bool is_literal = phrase.is_quoted || phrase.has_signs, is_word = phrase.count == 1 && !is_literal;
    bool is_known = is_word && !is_worth_reading_for(words, snapshot, phrase.tokens[0]);
    if (is_known || (words->only_keywords && !is_literal) || (phrase.count == 1 && phrase.word_count == 0)) {
        return;
    }
    words->phrase = phrase;
    words->phrase.is_whole = is_word && words->count > 0;
    words->phrase.is_of_parts = is_word && has_hump(phrase.tokens[0]);
    // Of a word that may be plain English, only code's use of it as a name is meant.
    bool is_plain =
        is_word && words->count > 0 && !has_hump(phrase.tokens[0]) && !is_in_capitals(phrase.tokens[0]);
    words->phrase_is_code = is_plain || (!is_literal && phrase.word_count == 2 && has_keyword(&phrase));
    bool is_quoted_code = phrase.is_quoted && phrase.has_signs;
    words->is_name = words->is_name && has_signs_of_names(&phrase) && !is_quoted_code;
    words->phrase_first = is_literal || phrase.word_count != 2 || words->phrase_is_code;
}

void search_words_init(struct search_words *words, const struct snapshot *snapshot, struct slice text) {
    *words = (struct search_words){.text = mem_copy_bytes(text.data, text.length)};
    struct reading reading = {
        .words = words, .snapshot = snapshot, .text = slice_trim(slice_of(words->text, text.length))};
    map_init(&words->by_term);
    str_init(&words->note);
    str_init(&words->unsaid);
    words->only_keywords = true;
    query_identifiers(reading.text, 0, reading.text.length, find_name, &reading);
    words->only_keywords &= reading.identifiers > 0;
    if (words->asks_kind && words->name_count != 1) { // "type of the value" asks for no kind
        words->asks_kind = false;
    }
    words->is_name = words->name_count == 1;
    query_identifiers(reading.text, 0, reading.text.length, read_word, &reading);
    if (words->count == 0) {
        reading.keeps_stop_words = true;
        query_identifiers(reading.text, 0, reading.text.length, read_word, &reading);
    }
    note_phrase(words, snapshot, reading.text);
}

void search_words_free(struct search_words *words) {
    vec_free(&words->forms);
    vec_free(&words->terms);
    map_free(&words->by_term);
    str_free(&words->note);
    str_free(&words->unsaid);
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
