// search_forms.c - see search_forms.h.
//
// Which forms of a word are words of their own, only the repository can tell: each is looked up
// in the index, and one that nobody uses there is dropped.
#include "retrieval/search_forms.h"

#include "indexer/terms.h"
#include "retrieval/spelling.h"
#include "retrieval/vocabulary.h"

#include <math.h>

enum {
    SHORTEST_FORM = 3,
    SHORTEST_STEM = 4,
    CORRECTIONS = 4,    // words of a search
    NOWHERE_BYTES = 40, // about: one short line
    NOTE_BYTES = 400    // about: who gives a page of code reads no more of what is not in it
};
// Weights of a word's other forms, measured with tests/bench/search.
static const float INFLECTED = 0.5f; // differs by an ending
static const float SINGULAR = 0.7f;  // of a plural: code has one of what prose has many of
static const float MISTYPED = 0.5f;
static const float SYNONYM = 0.4f;
static const float BEGINNING = 0.3f; // an abbreviation at best
static const float COMPOUND = 0.3f, COMPOUND_OF_FEW = 1;

bool search_forms_has_hump(struct slice word) {
    for (size_t i = 1; i < word.length; i++) {
        bool upper = word.data[i] >= 'A' && word.data[i] <= 'Z';
        bool lower_before = word.data[i - 1] >= 'a' && word.data[i - 1] <= 'z';
        if (word.data[i] == '_' || (upper && lower_before)) {
            return true;
        }
    }
    return word.length > 1 && word.data[0] == '_';
}

// --- words and their forms ---

bool search_forms_is_said(const struct snapshot *snapshot, uint32_t hash) {
    return spelling_held(snapshot, hash) > 0;
}

// Fills in the form's values and remembers it, if the repository knows it.
static bool put_form(struct search_reading *reading, uint32_t hash, struct search_form *form) {
    struct search_words *words = reading->words;
    bool known = false;
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        float rarity = bm25_rarity(reading->snapshot, (enum segment_field)field, hash, words->keeps_common);
        form->values[field] = form->weight * rarity;
        known |= rarity > 0;
    }
    if (known) {
        map_set(&words->by_term, hash, words->forms.count);
        vec_push(&words->forms, *form);
        vec_push(&words->terms, (struct weighted_term){hash, form->weight});
    }
    return known;
}

static void add_form(struct search_reading *reading, uint32_t hash, float weight) {
    struct search_words *words = reading->words;
    struct search_form form = {.word = words->count, .behind = words->count + 1, .weight = weight};
    struct search_word *word = &words->words[words->count];
    if (map_get(&words->by_term, hash)) {
        return;
    }
    if (put_form(reading, hash, &form)) {
        for (int field = 0; field < SEGMENT_FIELDS; field++) {
            word->values[field] = fmaxf(word->values[field], form.values[field]);
        }
    } else if (weight >= 1) {
        reading->is_common = reading->is_common || search_forms_is_said(reading->snapshot, hash);
    }
}

static bool ends_with(struct slice word, const char *ending) {
    size_t length = strlen(ending);
    return word.length > length && memcmp(word.data + word.length - length, ending, length) == 0;
}

static void add_joined(struct search_reading *reading, struct slice stem, const char *ending, float weight) {
    char joined[SEARCH_LONGEST_WORD + 8];
    size_t length = strlen(ending);
    memcpy(joined, stem.data, stem.length);
    memcpy(joined + stem.length, ending, length);
    add_form(reading, segment_name_key(slice_of(joined, stem.length + length)), weight);
}

// parsing -> parse, entries -> entry
static void add_stem(struct search_reading *reading, struct slice word) {
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

static void add_beginnings(struct search_reading *reading, struct slice word) {
    for (size_t length = word.length - 1; length >= SHORTEST_FORM; length--) {
        struct slice head = slice_sub(word, 0, length);
        bool inflected = is_ending(slice_sub(word, length, word.length));
        if (inflected || !vocabulary_is_stop_word(head)) {
            bool is_plural = length + 1 == word.length && word.data[length] == 's';
            add_form(reading, segment_name_key(head),
                     is_plural   ? SINGULAR
                     : inflected ? INFLECTED
                                 : BEGINNING);
        }
    }
}

// Without its ending: evicted and eviction are evict.
static struct slice stem_of(struct slice word) {
    static const char *const endings[] = {"ions", "ion", "ing", "ers", "ors", "ed", "er", "or", "es", "s"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(word, endings[i]) && word.length - strlen(endings[i]) >= SHORTEST_STEM) {
            return slice_sub(word, 0, word.length - strlen(endings[i]));
        }
    }
    return word;
}

static void add_inflections(struct search_reading *reading, struct slice word) {
    static const char *const endings[] = {"s", "d", "ed", "ing", "er", "ion", "ions"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        add_joined(reading, word, endings[i], INFLECTED);
    }
    struct slice stem = stem_of(word);
    bool loses_e = ends_with(word, "e") && word.length > SHORTEST_STEM; // expire: expiring, expiration
    stem = loses_e ? slice_sub(word, 0, word.length - 1) : stem;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && stem.length < word.length; i++) {
        add_joined(reading, stem, endings[i], INFLECTED);
    }
    if (loses_e) {
        add_joined(reading, stem, "ation", INFLECTED);
    }
}

static void add_synonym(void *context, struct slice word) {
    add_form(context, segment_name_key(word), SYNONYM);
}

static void add_synonyms(struct search_reading *reading, struct slice word) {
    static const char *const endings[] = {"", "s", "es", "d", "ed", "ing"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(word, endings[i])) {
            vocabulary_synonyms(slice_sub(word, 0, word.length - strlen(endings[i])), add_synonym, reading);
        }
    }
}

// --- what may be mistyped ---

static void note_taken(struct str *note, struct slice word, const char *instead) {
    if (note->length < NOTE_BYTES) {
        str_append_format(note, "%snothing here says \"%.*s\", so %s was taken for it",
                          note->length ? "; " : "", (int)word.length, word.data, instead);
    }
}

static void note_word(struct str *words, struct slice word, size_t most) {
    if (words->length < most) {
        str_append_format(words, "%s\"%.*s\"", words->length ? " or " : "", (int)word.length, word.data);
    }
}

// A word of letters: numbers and the like are values, which no code says.
static void note_nowhere(struct str *note, struct slice word) {
    for (size_t i = 0; i < word.length; i++) {
        if ((word.data[i] | 32) < 'a' || (word.data[i] | 32) > 'z') {
            return;
        }
    }
    note_word(note, word, NOWHERE_BYTES);
}

// Each of few words is meant, and so is each name; of more some are but the question's.
static bool is_meant(const struct search_reading *reading, struct slice typed) {
    return reading->identifiers <= SEARCH_FEW_WORDS || search_forms_has_hump(typed);
}

static void put_right(struct search_reading *reading, struct slice typed, const char *right) {
    struct str *corrected = &reading->words->corrected;
    size_t start = (size_t)(typed.data - reading->text.data);
    str_append_slice(corrected, slice_sub(reading->text, reading->put_right, start));
    str_append_string(corrected, right);
    reading->put_right = start + typed.length;
}

// Each guess stands in for the word; the only one is what was meant.
static void take_instead(struct search_reading *reading, struct slice typed, const struct spelling *guesses,
                         uint32_t count) {
    struct str instead;
    str_init(&instead);
    for (uint32_t i = 0; i < count; i++) {
        add_form(reading, segment_name_key(slice_of(guesses[i].text, guesses[i].length)), MISTYPED);
        str_append_format(&instead, "%s\"%s\"", i ? " or " : "", guesses[i].text);
    }
    note_taken(&reading->words->note, typed, instead.data);
    str_free(&instead);
    if (count == 1 && is_meant(reading, typed)) {
        put_right(reading, typed, guesses[0].text);
    }
}

// Of small letters; `typed` is as it was given. A keyword is in no index, however often it stands there, nor is a letter.
static void correct(struct search_reading *reading, struct slice word, struct slice typed) {
    struct spelling guesses[SPELLING_GUESSES];
    bool may_be = word.length >= SPELLING_LONG || is_meant(reading, typed);
    uint32_t count = 0;
    if (word.length < 2 || terms_is_keyword(word) ||
        search_forms_is_said(reading->snapshot, segment_name_key(word))) {
        return;
    }
    if (may_be && reading->corrections < CORRECTIONS) {
        reading->corrections++;
        count = spelling_guess(reading->snapshot, reading->root, word, is_meant(reading, typed), guesses);
    }
    for (uint32_t i = 0; i < count; i++) {
        spelling_write_as_named(reading->snapshot, typed, &guesses[i]);
    }
    if (count == 0 && is_meant(reading, typed) && spelling_split(reading->snapshot, word, guesses)) {
        count = 1;
    }
    if (count) {
        take_instead(reading, typed, guesses, count);
    } else if (is_meant(reading, typed)) {
        note_word(&reading->words->unsaid, typed, NOTE_BYTES);
    } else {
        note_nowhere(&reading->words->nowhere, typed);
    }
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

// Of at most SEARCH_LONGEST_WORD small letters; `typed` is as it was given.
static void add_plain_word(struct search_reading *reading, struct slice word, struct slice typed) {
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

// --- words that code writes in one ---

bool search_forms_is_between_words(struct slice between) {
    return slice_trim(between).length == 0 || slice_equal(between, SLICE_LITERAL("-"));
}

static void add_compound(struct search_reading *reading, struct slice joined) {
    struct search_words *words = reading->words;
    struct search_form form = {.word = reading->before_number,
                               .behind = words->count,
                               .is_compound = true,
                               .weight =
                                   reading->identifiers <= SEARCH_FEW_WORDS ? COMPOUND_OF_FEW : COMPOUND};
    uint32_t hash = segment_name_key(joined);
    bool is_new = !map_get(&words->by_term, hash);
    if (is_new && form.word < form.behind) {
        put_form(reading, hash, &form);
    } else if (is_new) { // neither counts by itself
        add_form(reading, hash, 1);
        next_word(words);
    }
}

// "thread pool" is threadpool, "thread pools" are that, too.
static void join_to_before(struct search_reading *reading, struct slice word, size_t at) {
    char joined[2 * SEARCH_LONGEST_WORD];
    size_t length = reading->before_length + word.length;
    if (reading->before_length &&
        search_forms_is_between_words(slice_sub(reading->text, reading->before_end, at))) {
        memcpy(joined, reading->before, reading->before_length);
        memcpy(joined + reading->before_length, word.data, word.length);
        add_compound(reading, slice_of(joined, length));
        if (joined[length - 1] == 's') {
            add_compound(reading, slice_of(joined, length - 1));
        }
    }
}

void search_forms_add_word(struct search_reading *reading, struct slice word, struct slice typed, size_t at) {
    uint32_t number = reading->words->count;
    add_plain_word(reading, word, typed);
    join_to_before(reading, word, at);
    memcpy(reading->before, word.data, word.length);
    reading->before_length = word.length;
    reading->before_end = at + word.length;
    reading->before_number = number;
}

// --- names in parts ---

static void add_part(void *context, uint32_t hash) {
    struct search_reading *reading = context;
    if (reading->words->count < SEARCH_WORDS - 1) {
        add_form(reading, hash, 1);
        next_word(reading->words);
    }
}

// parse_header is parseHeader elsewhere.
static void add_other_spelling(struct search_reading *reading, struct slice name) {
    char joined[SEARCH_LONGEST_WORD], apart[2 * SEARCH_LONGEST_WORD];
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

void search_forms_add_name(struct search_reading *reading, struct slice name, struct slice lower) {
    terms_scan(name, add_part, reading);
    if (!search_forms_is_said(reading->snapshot, segment_name_key(lower))) {
        size_t first = reading->words->forms.count;
        add_other_spelling(reading, name);
        if (reading->words->forms.count == first) {
            correct(reading, lower, name);
        }
        next_word(reading->words);
    }
}

void search_forms_add_parts(struct search_reading *reading, struct slice name) {
    terms_scan(name, add_part, reading);
}

// --- all of them ---

void search_forms_begin(struct search_reading *reading) {
    struct search_words *words = reading->words;
    memset(words->words, 0, sizeof words->words);
    words->count = words->keyword_count = 0;
    words->forms.count = words->terms.count = 0;
    map_free(&words->by_term);
    map_init(&words->by_term);
    str_clear(&words->note);
    str_clear(&words->unsaid);
    str_clear(&words->nowhere);
    str_clear(&words->corrected);
    reading->put_right = reading->before_length = 0;
    reading->corrections = 0;
}

void search_forms_end(struct search_reading *reading) {
    if (reading->put_right) {
        str_append_slice(&reading->words->corrected,
                         slice_sub(reading->text, reading->put_right, reading->text.length));
    }
}

bool search_forms_are_little(const struct search_words *words) {
    for (size_t i = 0; i < words->forms.count; i++) {
        if (words->forms.items[i].weight > SYNONYM) {
            return false;
        }
    }
    return true;
}
