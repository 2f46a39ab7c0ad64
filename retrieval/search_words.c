// search_words.c - see search_words.h.
//
// Identifiers of the text are looked at one by one. A plain word gives itself
// and its other forms, a name itself and its sub-words (search_forms.h).
#include "retrieval/search_words.h"

#include "indexer/terms.h"
#include "retrieval/query.h"
#include "retrieval/search_forms.h"
#include "retrieval/vocabulary.h"

static const struct {
    const char *word;
    enum symbol_kind kind;
} kinds[] = {{"class", SYMBOL_TYPE},      {"struct", SYMBOL_TYPE},    {"enum", SYMBOL_TYPE},
             {"union", SYMBOL_TYPE},      {"interface", SYMBOL_TYPE}, {"trait", SYMBOL_TYPE},
             {"type", SYMBOL_TYPE},       {"typedef", SYMBOL_TYPE},   {"def", SYMBOL_FUNCTION},
             {"func", SYMBOL_FUNCTION},   {"fn", SYMBOL_FUNCTION},    {"function", SYMBOL_FUNCTION},
             {"method", SYMBOL_FUNCTION}, {"macro", SYMBOL_MACRO},    {"define", SYMBOL_MACRO},
             {"const", SYMBOL_CONSTANT},  {"module", SYMBOL_MODULE},  {"namespace", SYMBOL_MODULE}};

// --- names ---

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

static void note_name(struct search_reading *reading, struct slice name, size_t at) {
    name = whole_name(reading->text, name, &at);
    struct search_words *words = reading->words;
    struct search_name *before = words->name_count ? &words->names[words->name_count - 1] : NULL;
    bool joined = before && is_joint(slice_sub(reading->text, reading->last_end, at));
    size_t end = at + name.length;
    bool called = end < reading->text.length && reading->text.data[end] == '(';
    if (joined) {
        *before = (struct search_name){.text = name, .scope = before->text, .looks_so = true};
    } else if (words->name_count < SEARCH_NAMES) {
        words->names[words->name_count++] =
            (struct search_name){.text = name, .looks_so = called || search_forms_has_hump(name)};
    }
    reading->last_end = end;
}

static bool note_kind(struct search_reading *reading, struct slice name) {
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
    struct search_reading *reading = context;
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
    struct search_reading *reading = context;
    if (reading->words->count >= SEARCH_WORDS - 1) {
        return;
    }
    if (name.length > SEARCH_LONGEST_WORD) {
        search_forms_add_parts(reading, name);
        return;
    }
    if (reading->words->only_keywords && reading->words->keyword_count && vocabulary_is_construct(name)) {
        return;
    }
    char lower[SEARCH_LONGEST_WORD] = {0};
    to_lower(name, lower);
    struct slice word = slice_of(lower, name.length);
    reading->words->is_question = reading->words->is_question || (at == 0 && vocabulary_asks(word));
    if (search_forms_has_hump(name)) {
        search_forms_add_name(reading, name, word);
        return;
    }
    bool skipped = vocabulary_is_stop_word(word) ||
                   (reading->words->is_question && vocabulary_is_asked_of(word)) ||
                   (reading->words->is_name && reading->words->asks_kind && at == 0);
    if (reading->keeps_stop_words || !skipped) {
        search_forms_add_word(reading, word, name, at);
    }
    if (reading->keeps_stop_words || !skipped || reading->words->only_keywords) {
        note_keyword(reading->words, name);
    }
}

// --- a name in words ---

static bool is_defined(const struct snapshot *snapshot, struct slice name) {
    struct snapshot_symbol one;
    return snapshot_named(snapshot, segment_name_key(name), 1, &one) > 0;
}

static void add_joined_name(struct search_words *words, const struct snapshot *snapshot, struct slice name) {
    if (words->name_count < SEARCH_NAMES && is_defined(snapshot, name)) {
        struct slice copy = slice_of(arena_copy(&words->arena, name), name.length);
        words->names[words->name_count++] = (struct search_name){copy, .looks_so = true, .is_joined = true};
        words->has_joined = true;
    }
}

// Nothing but words of letters, apart or with a dash between them, the first and the last no keyword?
static bool is_words_alone(const struct search_words *words, struct slice text) {
    bool is_so = words->name_count >= 2 && words->name_count <= SEARCH_FEW_WORDS;
    size_t end = 0;
    for (uint32_t i = 0; i < words->name_count && is_so; i++) {
        struct slice name = words->names[i].text;
        size_t at = (size_t)(name.data - text.data);
        bool is_rim = i == 0 || i + 1 == words->name_count;
        is_so = !words->names[i].looks_so && !(is_rim && terms_is_keyword(name)) &&
                search_forms_is_between_words(slice_sub(text, end, at));
        end = at + name.length;
    }
    return is_so && end == text.length;
}

// "glob set" is GlobSet or glob_set, if anything here is called so.
static void note_joined_names(struct search_words *words, const struct snapshot *snapshot,
                              struct slice text) {
    struct str joined, apart;
    if (words->asks_kind || !is_words_alone(words, text)) {
        return;
    }
    str_init(&joined);
    str_init(&apart);
    for (uint32_t i = 0; i < words->name_count; i++) {
        str_append_slice(&joined, words->names[i].text);
        str_append_string(&apart, i ? "_" : "");
        str_append_slice(&apart, words->names[i].text);
    }
    add_joined_name(words, snapshot, str_slice(&joined));
    add_joined_name(words, snapshot, str_slice(&apart));
    str_free(&joined);
    str_free(&apart);
}

// --- the text as it stands ---

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
    bool is_used = search_forms_has_hump(word) || search_forms_is_said(snapshot, segment_name_key(word));
    return words->count == 0 || (is_used && !is_defined(snapshot, word));
}

// "--- FAIL" is no name, "--fail" and "->fail" are.
static bool is_dash(const struct phrase *phrase, uint32_t at) {
    const char *behind = phrase->tokens[at].data + 1;
    bool is_before_blank = at + 1 < phrase->count && phrase->tokens[at + 1].data != behind;
    return phrase->tokens[at].data[0] == '-' && is_before_blank;
}

// Are all of its signs of those that names are joined, called or made of?
static bool has_signs_of_names(const struct phrase *phrase) {
    for (uint32_t i = 0; i < phrase->count; i++) {
        struct slice token = phrase->tokens[i];
        if (slice_equal(token, SLICE_LITERAL("operator"))) {
            return true;
        }
        bool is_word = slice_is_word_byte(token.data[0]) || (unsigned char)token.data[0] >= 0x80;
        if (!is_word && (is_dash(phrase, i) || !memchr(".:->#()~", token.data[0], 8))) {
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
    words->phrase.is_of_parts = is_word && search_forms_has_hump(phrase.tokens[0]);
    // Of a word that may be plain English, only code's use of it as a name is meant.
    bool is_plain = is_word && words->count > 0 && !search_forms_has_hump(phrase.tokens[0]) &&
                    !is_in_capitals(phrase.tokens[0]);
    words->phrase_is_code = is_plain || (!is_literal && phrase.word_count == 2 && has_keyword(&phrase));
    bool is_quoted_code = phrase.is_quoted && phrase.has_signs;
    words->is_name = words->is_name && has_signs_of_names(&phrase) && !is_quoted_code;
    words->phrase_first = is_literal || phrase.word_count != 2 || words->phrase_is_code;
}

static void read_words(struct search_reading *reading) {
    search_forms_begin(reading);
    query_identifiers(reading->text, 0, reading->text.length, read_word, reading);
    search_forms_end(reading);
}

void search_words_init(struct search_words *words, const struct snapshot *snapshot, const char *root,
                       struct slice text) {
    *words = (struct search_words){.text = mem_copy_bytes(text.data, text.length)};
    struct search_reading reading = {.words = words,
                                     .snapshot = snapshot,
                                     .root = root,
                                     .text = slice_trim(slice_of(words->text, text.length))};
    map_init(&words->by_term);
    arena_init(&words->arena);
    str_init(&words->note);
    str_init(&words->unsaid);
    str_init(&words->nowhere);
    str_init(&words->corrected);
    words->only_keywords = true;
    query_identifiers(reading.text, 0, reading.text.length, find_name, &reading);
    words->only_keywords &= reading.identifiers > 0;
    if (words->asks_kind && words->name_count != 1) { // "type of the value" asks for no kind
        words->asks_kind = false;
    }
    words->is_name = words->name_count == 1;
    read_words(&reading);
    if (words->count == 0) {
        reading.keeps_stop_words = true;
        read_words(&reading);
    }
    // Of a name that is nowhere, a part that is nearly everywhere tells nothing.
    bool has_parts = words->is_name && search_forms_has_hump(reading.text);
    if (reading.is_common && !has_parts && search_forms_are_little(words)) {
        words->keeps_common = true;
        read_words(&reading);
    }
    note_joined_names(words, snapshot, reading.text);
    note_phrase(words, snapshot, reading.text);
}

void search_words_correct(struct search_words *words, const struct snapshot *snapshot, const char *root) {
    struct str text = words->corrected, note = words->note;
    str_init(&words->corrected);
    str_init(&words->note);
    search_words_free(words);
    search_words_init(words, snapshot, root, str_slice(&text));
    str_free(&words->note); // it told of the same words
    words->note = note;
    words->is_corrected = true;
    str_free(&text);
}

void search_words_free(struct search_words *words) {
    vec_free(&words->forms);
    vec_free(&words->terms);
    map_free(&words->by_term);
    str_free(&words->note);
    str_free(&words->unsaid);
    str_free(&words->nowhere);
    str_free(&words->corrected);
    arena_free(&words->arena);
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
