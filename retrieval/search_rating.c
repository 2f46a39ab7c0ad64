// search_rating.c - see search_rating.h.
#include "retrieval/search_rating.h"

#include "indexer/language.h"
#include "indexer/terms.h"
#include "retrieval/paths.h"

#include <math.h>
#include <string.h>

enum { MANY_LINES = 128 };
static const float SAID_FROM = 0.4f; // weight of a form: an abbreviation alone does not say the word

static void raise(float *feature, float value) {
    *feature = value > *feature ? value : *feature;
}

// --- how much of the words is said ---

// How much of each word is said by some text, and how much that text says besides.
struct coverage {
    const struct search_words *words;
    enum segment_field field;
    float said[SEARCH_WORDS];
    uint64_t mentioned; // bit i: the i-th is said, not by a mere beginning of it
    uint32_t terms, asked_terms;
};

static void say(struct coverage *coverage, const struct search_form *form, enum segment_field field) {
    for (uint32_t i = form->word; i < form->behind; i++) {
        raise(&coverage->said[i], search_words_value(coverage->words, form, i, field));
        coverage->mentioned |= (uint64_t)(form->weight >= SAID_FROM || form->is_compound) << i;
    }
}

static void cover(void *context, uint32_t term) {
    struct coverage *coverage = context;
    const struct search_form *form = search_words_find(coverage->words, term);
    coverage->terms++;
    if (form) {
        say(coverage, form, coverage->field);
        coverage->asked_terms++;
    }
}

static float share(const struct search_rating *rating, const struct coverage *coverage) {
    float sum = 0;
    for (uint32_t i = 0; i < rating->words->count; i++) {
        sum += coverage->said[i];
    }
    float asked = rating->asked[coverage->field];
    return asked > 0 ? sum / asked : 0;
}

// Of few words each is meant. One that no signature says would count for little beside what the others find there.
static bool says_every(const struct search_words *words, const struct coverage *all) {
    bool is_told = true; // by signatures
    for (uint32_t i = 0; i < words->count; i++) {
        is_told = is_told && words->words[i].values[SEGMENT_SYMBOLS] > 0;
    }
    return !is_told && words->count >= 2 && words->count <= SEARCH_FEW_WORDS &&
           all->mentioned == (UINT64_C(1) << words->count) - 1;
}

// Covers the text and adds it to *all.
static float cover_text(const struct search_rating *rating, struct slice text, struct coverage *all,
                        float *says) {
    struct coverage coverage = {.words = rating->words, .field = SEGMENT_SYMBOLS};
    terms_scan(text, cover, &coverage);
    for (uint32_t i = 0; i < rating->words->count; i++) {
        raise(&all->said[i], coverage.said[i]);
    }
    all->mentioned |= coverage.mentioned;
    if (says) {
        *says = coverage.terms ? (float)coverage.asked_terms / (float)coverage.terms : 0;
    }
    return share(rating, &coverage);
}

static float cover_chunk(const struct search_rating *rating, const struct chunk *chunk,
                         struct coverage *all) {
    struct coverage coverage = {.words = rating->words, .field = SEGMENT_CHUNKS};
    for (uint32_t i = 0; i < chunk->term_count; i++) {
        const struct search_form *form = search_words_find(rating->words, chunk->terms[i].hash);
        if (form) {
            say(&coverage, form, SEGMENT_CHUNKS);
            say(all, form, SEGMENT_SYMBOLS);
        }
    }
    return share(rating, &coverage);
}

// --- what is told of a definition ---

// Is it the last identifier of "a::b::C", or of "C<Key, Value>"?
bool search_rating_is_scope(const char *scope, struct slice asked) {
    size_t arguments = strcspn(scope, "<");
    struct slice text = slice_of(scope, arguments);
    return asked.length && text.length >= asked.length &&
           slice_find_word(text, asked, text.length - asked.length) == text.length - asked.length;
}

// How many of the keywords asked for are in it, as whole words?
uint32_t search_rating_count_keywords(const struct search_words *words, const char *signature) {
    struct slice text = slice_of_string(signature);
    uint32_t count = 0;
    for (uint32_t i = 0; i < words->keyword_count; i++) {
        count += slice_find_word(text, words->keywords[i], 0) != (size_t)-1;
    }
    return count;
}

// Of examples, benchmarks and documents; and of tests, as in jvmTest and Json.Tests.
static bool is_folder_aside(struct slice name) {
    static const char *const folders[] = {"bench", "benches", "benchmark", "benchmarks", "demo",   "demos",
                                          "doc",   "docs",    "example",   "examples",   "sample", "samples"};
    static const char *const endings[] = {"Test", "Tests", "-test", "-tests", "_test", "_tests"};
    bool is_so = false, may_end = name.length && strchr("ts", name.data[name.length - 1]);
    bool may_begin = name.length && strchr("bdesBDES", name.data[0]);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && may_begin; i++) {
        is_so = is_so || slice_equal_any_case(name, slice_of_string(folders[i]));
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && may_end; i++) {
        struct slice ending = slice_of_string(endings[i]);
        is_so = is_so || (name.length > ending.length &&
                          slice_equal(slice_sub(name, name.length - ending.length, name.length), ending));
    }
    return is_so;
}

// Who shows how code is used, or how fast it is, uses it as tests do. What prose says there is of the code itself.
static bool is_aside(const struct record *record) {
    const struct language *language = language_of_id(record->language);
    struct slice path = paths_folder(slice_of_string(record->path));
    bool is_so = false;
    for (; path.length && language && !language_is_data(language) && !is_so; path = paths_folder(path)) {
        is_so = is_folder_aside(paths_base(path));
    }
    return is_so;
}

bool search_rating_is_own(const struct segment *segment, uint32_t file) {
    return segment->taints[file] == TAINT_OWN && !is_aside(segment->files[file].record);
}

// Who types a type's name and no more wants the type, not one of its constructors.
static bool is_asked_as_type(const struct search_words *words, const struct symbol *symbol) {
    bool is_function = symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD;
    return (words->is_name || words->has_joined) && !words->asks_kind && words->names[0].scope.length == 0 &&
           is_function && search_rating_is_scope(symbol->scope, slice_of_string(symbol->name));
}

// "#define MOST(a, b)", not "#define MOST (1 << 4)".
static bool takes_arguments(const struct symbol *macro) {
    struct slice signature = slice_of_string(macro->signature), name = slice_of_string(macro->name);
    size_t at = slice_find_word(signature, name, 0);
    return at != (size_t)-1 && signature.data[at + name.length] == '('; // the signature ends in a 0
}

static bool has_members(const struct record *outline, const struct symbol *symbol) {
    uint32_t next = record_symbols_before(outline, symbol->start_byte + 1);
    return next < outline->symbol_count && outline->symbols[next].start_byte < symbol->end_byte;
}

// An alias or an associated type, which is no more than a name for another. What has a body has lines below its header,
// or, all on one line, members.
static bool is_bare_type(const struct search_rating *rating, const struct search_hit *hit) {
    const struct symbol *symbol = hit->symbol;
    return symbol->kind == SYMBOL_TYPE && symbol->header_end_line == symbol->end_line &&
           !has_members(snapshot_outline(rating->snapshot, hit->at), symbol);
}

static void rate_kind(const struct search_rating *rating, struct search_hit *hit) {
    const struct search_words *words = rating->words;
    const struct symbol *symbol = hit->symbol;
    float *features = hit->features;
    static const enum search_feature kinds[] = {
        [SYMBOL_FUNCTION] = SEARCH_FUNCTION, [SYMBOL_METHOD] = SEARCH_FUNCTION,
        [SYMBOL_TYPE] = SEARCH_TYPE,         [SYMBOL_MACRO] = SEARCH_FUNCTION,
        [SYMBOL_CONSTANT] = SEARCH_CONSTANT, [SYMBOL_FIELD] = SEARCH_FIELD,
        [SYMBOL_VARIABLE] = SEARCH_VARIABLE, [SYMBOL_MODULE] = SEARCH_MODULE};
    float lines = (float)(symbol->end_line - symbol->start_line + 1);
    bool is_method = symbol->kind == SYMBOL_METHOD && words->kind == SYMBOL_FUNCTION;
    bool is_constant = symbol->kind == SYMBOL_MACRO && !takes_arguments(symbol);
    features[is_constant || is_bare_type(rating, hit) ? SEARCH_CONSTANT : kinds[symbol->kind]] = 1;
    features[SEARCH_KIND] = words->asks_kind && (symbol->kind == words->kind || is_method);
    features[SEARCH_CONSTRUCTOR] = is_asked_as_type(words, symbol);
    features[SEARCH_DECLARATION] = symbol->is_declaration;
    features[SEARCH_PRIVATE] = symbol->name[0] == '_';
    features[SEARCH_LARGE] = fminf(1, log2f(lines) / log2f(MANY_LINES));
}

static void rate_symbol(const struct search_rating *rating, struct search_hit *hit, struct coverage *all) {
    const struct symbol *symbol = hit->symbol;
    float *features = hit->features;
    features[SEARCH_NAME] =
        cover_text(rating, slice_of_string(symbol->name), all, &features[SEARCH_NAME_SAYS]);
    features[SEARCH_SCOPE] = cover_text(rating, slice_of_string(symbol->scope), all, NULL);
    features[SEARCH_LINE] = cover_text(rating, slice_of_string(symbol->signature), all, NULL);
    features[SEARCH_DOC] = cover_text(rating, slice_of_string(symbol->doc), all, NULL);
    if (rating->words->keyword_count) {
        features[SEARCH_KEYWORD] = (float)search_rating_count_keywords(rating->words, symbol->signature) /
                                   (float)rating->words->keyword_count;
    }
    rate_kind(rating, hit);
}

// Within the module that Rust's files keep their tests in.
static bool is_test_of_file(const struct symbol *symbol) {
    static const char *const modules[] = {"tests", "test"};
    bool is_so = false;
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        size_t length = strlen(modules[i]);
        const char end = strncmp(symbol->scope, modules[i], length) == 0 ? symbol->scope[length] : 'x';
        is_so = is_so || end == '\0' || end == '.';
    }
    return is_so;
}

void search_rating_rate(const struct search_rating *rating, struct search_hit *hit) {
    const struct record *record = snapshot_file(rating->snapshot, hit->at)->record;
    struct coverage all = {.words = rating->words, .field = SEGMENT_SYMBOLS};
    struct slice path = slice_of_string(record->path);
    float *features = hit->features;
    features[SEARCH_FILE] = cover_text(rating, paths_plain_stem(path), &all, NULL);
    features[SEARCH_FOLDER] = cover_text(rating, paths_folder(path), &all, NULL);
    features[SEARCH_BODY] = hit->chunk ? cover_chunk(rating, hit->chunk, &all) : 0;
    features[SEARCH_PASSAGE] = !hit->symbol;
    if (hit->symbol) {
        rate_symbol(rating, hit, &all);
    }
    features[SEARCH_ALL] = share(rating, &all);
    features[SEARCH_EVERY] = says_every(rating->words, &all);
    features[SEARCH_TEST] =
        record->taint == TAINT_TEST || is_aside(record) || (hit->symbol && is_test_of_file(hit->symbol));
    features[SEARCH_VENDORED] = record->taint == TAINT_VENDORED || record->taint == TAINT_GENERATED;
    features[SEARCH_PROSE] =
        !language_of_id(record->language) || language_is_data(language_of_id(record->language));
}

void search_rating_init(struct search_rating *rating, const struct snapshot *snapshot,
                        const struct search_words *words) {
    *rating = (struct search_rating){.snapshot = snapshot, .words = words};
    for (uint32_t i = 0; i < words->count; i++) {
        for (int field = 0; field < SEGMENT_FIELDS; field++) {
            rating->asked[field] += words->words[i].values[field];
        }
    }
}
