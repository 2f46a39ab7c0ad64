// search.c - see search.h.
#include "retrieval/search.h"

#include "base/hash.h"
#include "indexer/language.h"
#include "retrieval/paths.h"
#include "retrieval/search_rating.h"

#include <math.h>
#include <stdlib.h>

enum { HITS = 300, FOLDER_HITS = 5000 };
enum { COPY_LINES = 2 };

// Those of text and names are fitted, as a softmax over each question's candidates, on questions made from the doc
// comments of eight repositories in seven languages (tests/bench/search). All answers there are functions, so what
// is said of kinds and of foreign code is chosen.
static const float weights[SEARCH_FEATURE_COUNT] = {
    [SEARCH_NEAR_CHUNK] = 0.25f, [SEARCH_SIGNATURE] = 4.0f,    [SEARCH_CHUNK] = 1.8f,
    [SEARCH_NAME_SAYS] = 1.0f,   [SEARCH_SCOPE] = 0.8f,        [SEARCH_LINE] = 2.0f,
    [SEARCH_DOC] = 0.3f,         [SEARCH_FILE] = 0.3f,         [SEARCH_FOLDER] = 0.5f,
    [SEARCH_BODY] = 1.8f,        [SEARCH_ALL] = 1.5f,          [SEARCH_EXACT] = 0.5f,
    [SEARCH_EXACT_CASE] = 1.0f,  [SEARCH_EXACT_SCOPE] = 1.0f,  [SEARCH_KIND] = 1.0f,
    [SEARCH_FUNCTION] = 0.5f,    [SEARCH_TYPE] = 0.4f,         [SEARCH_CONSTANT] = -0.8f,
    [SEARCH_FIELD] = -0.5f,      [SEARCH_VARIABLE] = -0.3f,    [SEARCH_DECLARATION] = -0.3f,
    [SEARCH_LARGE] = 0.4f,       [SEARCH_PRIVATE] = -0.1f,     [SEARCH_TEST] = -3.0f,
    [SEARCH_VENDORED] = -1.5f,   [SEARCH_COPY] = -3.0f,        [SEARCH_PROSE] = -0.5f,
    [SEARCH_KEYWORD] = 1.0f,     [SEARCH_CONSTRUCTOR] = -5.0f, [SEARCH_PHRASE] = 3.0f,
    [SEARCH_EVERY] = 8.0f,
};
static const float EXACT_FIRST = 100;   // no other features together come near
static const float FILE_FIRST = 20000;  // nor any of what follows
static const float BEHIND_A_NAME = 190; // in the right case
static const float BEHIND_NAMES = 0.9f;
static const float OTHER_CASE = 0.8f;  // of a name, which is before a file that is called so
static const float OF_A_FIELD = 0.4f;  // in the right case, or of a test's name: behind such a file
static const float FOREIGN = 0.15f;    // so much less for text of vendored code or documents
static const float OF_TEST = 0.6f;     // of tests: what they say is what is expected of other code
static const float TEST_OF_WORDS = -3; // more
static const float TEST_OF_QUESTION = -5;
static const float IDLE_OF_QUESTION = -1; // of what does nothing
static const float APART = 0.5f;          // of a signature that says all keywords, but not side by side

struct searching {
    const struct snapshot *snapshot;
    const struct search_words *words;
    struct slice folder;
    VEC(struct search_hit) found;
    struct map known;  // the symbol or chunk -> index in found
    float file_first;  // what a file's name counts for
    struct phrase row; // the keywords side by side, if nothing else is asked for
};

// --- candidates ---

static bool is_asked_for(const struct searching *searching, uint32_t s, uint32_t file) {
    return !snapshot_is_dead(searching->snapshot, s, file) &&
           paths_is_below(searching->folder,
                          slice_of_string(searching->snapshot->segments[s]->files[file].record->path));
}

// By what they tell, as either may be decoded twice.
static uint64_t key_of(uint32_t s, uint32_t file, const struct symbol *symbol, const struct chunk *chunk) {
    uint64_t name = symbol ? hash_bytes(symbol->name, strlen(symbol->name)) : 0;
    uint64_t parts[] = {(uint64_t)s << 32 | file, symbol ? symbol->start_byte : chunk->start_byte,
                        symbol ? symbol->name_line : UINT64_MAX, name};
    return hash_bytes(parts, sizeof parts);
}

// The candidate of that symbol or chunk, of a file that is asked for.
static struct search_hit *candidate(struct searching *searching, uint32_t s, uint32_t file,
                                    const struct symbol *symbol, const struct chunk *chunk) {
    uint64_t at = *map_insert(&searching->known, key_of(s, file, symbol, chunk), searching->found.count);
    if (at == searching->found.count) {
        const char *path = searching->snapshot->segments[s]->files[file].record->path;
        vec_push(&searching->found, (struct search_hit){.at = {s, file},
                                                        .path = path,
                                                        .symbol = symbol,
                                                        .found = (uint32_t)searching->found.count});
    }
    return &searching->found.items[at];
}

static void raise(float *feature, float value) {
    *feature = value > *feature ? value : *feature;
}

static void add_signature(struct searching *searching, uint32_t s, uint32_t id, float score) {
    const struct segment *segment = searching->snapshot->segments[s];
    uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], id);
    if (is_asked_for(searching, s, file)) {
        struct search_hit *hit = candidate(searching, s, file, segment_symbol(segment, id), NULL);
        raise(&hit->features[SEARCH_SIGNATURE], score);
    }
}

static void add_passage(struct searching *searching, struct snapshot_file at, const struct symbol *symbol,
                        const struct chunk *chunk, enum search_feature feature, float score) {
    struct search_hit *hit = candidate(searching, at.segment, at.file, symbol, chunk);
    if (score > hit->features[feature]) {
        hit->features[feature] = score;
        hit->chunk = !hit->chunk || feature == SEARCH_CHUNK ? chunk : hit->chunk;
    }
}

// The innermost definition that reaches into the chunk from before it.
static const struct symbol *enclosing(const struct record *record, const struct chunk *chunk,
                                      uint32_t *next) {
    const struct symbol *innermost = NULL;
    for (*next = 0; *next < record->symbol_count; ++*next) {
        const struct symbol *symbol = &record->symbols[*next];
        if (symbol->start_byte >= chunk->start_byte) {
            break;
        }
        innermost = symbol->end_byte > chunk->start_byte && symbol_holds_others(symbol) ? symbol : innermost;
    }
    return innermost;
}

// A chunk stands for the definitions that begin in it and for the one whose middle it is.
static void add_chunk(struct searching *searching, uint32_t s, uint32_t id, enum search_feature feature,
                      float score) {
    const struct segment *segment = searching->snapshot->segments[s];
    struct snapshot_file at = {s, segment_file_of(&segment->fields[SEGMENT_CHUNKS], id)};
    if (!is_asked_for(searching, s, at.file)) {
        return;
    }
    const struct chunk *chunk = segment_chunk(segment, id);
    const struct record *record = segment_record(segment, at.file);
    bool stands = false;
    uint32_t next = 0;
    if (!language_is_data(language_of_id(record->language))) {
        const struct symbol *around = enclosing(record, chunk, &next);
        for (; next < record->symbol_count && record->symbols[next].start_byte < chunk->end_byte; next++) {
            if (symbol_holds_others(&record->symbols[next])) {
                add_passage(searching, at, &record->symbols[next], chunk, feature, score);
                stands = true;
            }
        }
        if (around) {
            add_passage(searching, at, around, chunk, feature, score);
            stands = true;
        }
    }
    if (!stands) {
        add_passage(searching, at, NULL, chunk, feature, score);
    }
}

static size_t rank(const struct searching *searching, enum segment_field field, size_t limit,
                   struct bm25_hit *hits) {
    const struct search_words *words = searching->words;
    struct bm25_question question = {.snapshot = searching->snapshot,
                                     .field = field,
                                     .terms = words->terms.items,
                                     .count = words->terms.count,
                                     .keeps_common = words->keeps_common};
    return bm25_search(&question, limit, hits);
}

static void gather_lexical(struct searching *searching) {
    // Of a folder's own hits some stand far behind the whole repository's.
    size_t limit = searching->folder.length ? FOLDER_HITS : HITS;
    struct bm25_hit *hits = mem_alloc(limit * sizeof *hits);
    size_t count = rank(searching, SEGMENT_SYMBOLS, limit, hits);
    for (size_t i = 0; i < count; i++) {
        add_signature(searching, hits[i].segment, hits[i].id, hits[i].score / hits[0].score);
    }
    count = rank(searching, SEGMENT_CHUNKS, limit, hits);
    for (size_t i = 0; i < count; i++) {
        add_chunk(searching, hits[i].segment, hits[i].id, SEARCH_CHUNK, hits[i].score / hits[0].score);
    }
    free(hits);
}

// Measured from the last of a full list: models differ in how near to each other they put what has nothing in common.
static void gather_near(struct searching *searching, struct search_near near) {
    float last = near.count < SEARCH_NEAR ? 0 : near.hits[near.count - 1].score;
    for (size_t i = 0; i < near.count && near.hits[i].score > last; i++) {
        add_chunk(searching, near.hits[i].segment, near.hits[i].id, SEARCH_NEAR_CHUNK,
                  (near.hits[i].score - last) / (near.hits[0].score - last));
    }
}

static bool is_own(const struct segment *segment, uint32_t id) {
    return search_rating_is_own(segment, segment_file_of(&segment->fields[SEGMENT_SYMBOLS], id));
}

// Words that happen to be a field's name, or one of a test, mean something else oftener than not.
static bool is_of_note(const struct segment *segment, uint32_t id) {
    uint32_t kind = segment->keys[id].kind;
    return is_own(segment, id) && kind != SYMBOL_FIELD && kind != SYMBOL_CONSTANT && kind != SYMBOL_VARIABLE;
}

// How well its case fits. The type comes before the many fields that hold one (Crawler, self.crawler).
static float case_of(const struct segment *segment, uint32_t id, const struct symbol *symbol,
                     const struct search_name *name) {
    bool is_same = segment->keys[id].name == segment_exact_key(name->text);
    bool is_held = symbol->kind == SYMBOL_FIELD || !is_own(segment, id);
    if (!is_same && !name->is_joined) { // the index takes _name and name_ for the same
        bool is_alike = slice_equal_any_case(slice_of_string(symbol->name), name->text);
        return is_alike && is_of_note(segment, id) ? OTHER_CASE : 0;
    }
    return is_held && !name->scope.length ? OF_A_FIELD : 1;
}

static void add_named(struct searching *searching, uint32_t s, const struct search_name *name) {
    const struct segment *segment = searching->snapshot->segments[s];
    uint32_t key = segment_name_key(name->text);
    struct names_walk walk = names_find(&segment->names, key);
    while (segment_next_named(segment, &walk, key)) {
        uint32_t id = walk.symbol;
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], id);
        if (is_asked_for(searching, s, file) && (!name->is_joined || is_of_note(segment, id))) {
            struct search_hit *hit = candidate(searching, s, file, segment_symbol(segment, id), NULL);
            hit->features[SEARCH_EXACT] = 1;
            raise(&hit->features[SEARCH_EXACT_CASE], case_of(segment, id, hit->symbol, name));
            raise(&hit->features[SEARCH_EXACT_SCOPE],
                  search_rating_is_scope(hit->symbol->scope, name->scope));
        }
    }
}

static void gather_named(struct searching *searching) {
    for (uint32_t i = 0; i < searching->words->name_count; i++) {
        const struct search_name *name = &searching->words->names[i];
        for (uint32_t s = 0;
             s < searching->snapshot->segment_count && (name->looks_so || searching->words->is_name); s++) {
            add_named(searching, s, name);
        }
    }
}

static const struct chunk *chunk_at(const struct record *record, uint32_t line) {
    uint32_t i = 0;
    while (i + 1 < record->chunk_count && record->chunks[i].end_line < line) {
        i++;
    }
    return &record->chunks[i];
}

// A file by its first chunk; with a line, the definition around that, or the passage.
static void add_file(struct searching *searching, const struct search_file *file) {
    const struct record *record = snapshot_record(searching->snapshot, file->at);
    bool is_code = !language_is_data(language_of_id(record->language));
    const struct chunk *chunk = chunk_at(record, file->line ? file->line - 1 : 0);
    const struct symbol *symbol = file->line && is_code ? record_symbol_at(record, file->line - 1) : NULL;
    struct search_hit *hit = candidate(searching, file->at.segment, file->at.file, symbol, chunk);
    hit->chunk = chunk;
    hit->line = file->line;
    raise(&hit->features[SEARCH_PATH], file->fit);
}

// The definition of that name in the module, of a module's dotted name. Is there one?
static bool add_member(struct searching *searching, const struct search_files *files,
                       struct snapshot_file at) {
    bool is_there = false;
    for (size_t i = 0; i < searching->found.count && files->member.length; i++) {
        struct search_hit *hit = &searching->found.items[i];
        bool is_in =
            hit->at.segment == at.segment && hit->at.file == at.file && hit->features[SEARCH_EXACT] > 0;
        if (is_in && (!files->is_member_type || hit->symbol->kind == SYMBOL_TYPE)) {
            hit->features[SEARCH_EXACT_SCOPE] = 1;
            is_there = true;
        }
    }
    return is_there;
}

// Once the names are in.
static void gather_files(struct searching *searching, const struct search_files *files) {
    for (size_t i = 0; i < files->list.count; i++) {
        const struct search_file *file = &files->list.items[i];
        if (!add_member(searching, files, file->at) && file->fit > 0) {
            add_file(searching, file);
        }
    }
    searching->file_first = files->is_bare ? BEHIND_A_NAME : FILE_FIRST;
}

static void add_if_it_says_all(struct searching *searching, uint32_t s, uint32_t file, uint32_t id) {
    const struct search_words *words = searching->words;
    if (is_asked_for(searching, s, file)) {
        const struct symbol *symbol = segment_symbol(searching->snapshot->segments[s], id);
        if (search_rating_count_keywords(words, symbol->signature) == words->keyword_count) {
            candidate(searching, s, file, symbol, NULL);
        }
    }
}

// By reading every signature, as keywords are in no index; and where code says them.
static void gather_keywords(struct searching *searching) {
    const struct search_words *words = searching->words;
    if (!words->only_keywords) {
        return;
    }
    struct snapshot_walk walk = snapshot_walk_files(searching->snapshot);
    while (words->keyword_count && snapshot_walk_next(&walk)) {
        const struct segment *segment = searching->snapshot->segments[walk.at.segment];
        uint32_t id, end = segment_range(segment, SEGMENT_SYMBOLS, walk.at.file, &id);
        for (; id < end && searching->found.count < SEARCH_READ_HITS; id++) {
            add_if_it_says_all(searching, walk.at.segment, walk.at.file, id);
        }
    }
}

// What reading the files found.
static void gather_read(struct searching *searching, const struct scan_hit *hits, size_t count,
                        enum search_feature feature) {
    for (size_t i = 0; i < count; i++) {
        const struct scan_hit *hit = &hits[i];
        struct search_hit *found =
            candidate(searching, hit->at.segment, hit->at.file, hit->symbol, hit->chunk);
        found->chunk = hit->chunk ? hit->chunk : found->chunk;
        bool is_place = found->features[SEARCH_PATH] > 0 && found->line; // shown as it was asked for
        if (!is_place && hit->line && hit->score > found->features[feature]) {
            found->line = hit->line;
        }
        raise(&found->features[feature], hit->score);
    }
}

// --- order ---

// What makes two definitions copies of each other; 0 for those too short to tell.
static uint64_t copy_key(const struct symbol *symbol) {
    uint64_t parts[] = {0, 0, 0, symbol ? symbol->end_line - symbol->start_line : 0};
    if (parts[3] < COPY_LINES) {
        return 0;
    }
    parts[0] = hash_bytes(symbol->name, strlen(symbol->name));
    parts[1] = hash_bytes(symbol->scope, strlen(symbol->scope));
    parts[2] = hash_bytes(symbol->signature, strlen(symbol->signature));
    return hash_bytes(parts, sizeof parts);
}

// A library that also comes as one large file has everything twice; people edit the small ones.
static void mark_copies(struct searching *searching) {
    struct map smallest; // copy_key -> the size of the smallest file that has it
    map_init(&smallest);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < searching->found.count; i++) {
            struct search_hit *hit = &searching->found.items[i];
            uint64_t key = copy_key(hit->symbol);
            uint64_t size = (uint64_t)snapshot_file(searching->snapshot, hit->at)->record->size;
            uint64_t *least = key ? map_insert(&smallest, key, size) : &size;
            *least = size < *least ? size : *least;
            hit->features[SEARCH_COPY] = size > *least;
        }
    }
    map_free(&smallest);
}

static uint64_t definition_key(const struct symbol *symbol) {
    uint64_t parts[] = {hash_bytes(symbol->name, strlen(symbol->name)),
                        hash_bytes(symbol->scope, strlen(symbol->scope))};
    return hash_bytes(parts, sizeof parts);
}

// Who finds the definition, too, has no use for what declares it.
static void mark_declarations(struct searching *searching) {
    struct map defined;
    map_init(&defined);
    for (size_t i = 0; i < searching->found.count; i++) {
        const struct symbol *symbol = searching->found.items[i].symbol;
        if (symbol && !symbol->is_declaration) {
            map_set(&defined, definition_key(symbol), 1);
        }
    }
    for (size_t i = 0; i < searching->found.count; i++) {
        struct search_hit *hit = &searching->found.items[i];
        if (hit->symbol && hit->symbol->is_declaration && map_get(&defined, definition_key(hit->symbol))) {
            hit->features[SEARCH_COPY] = 1;
        }
    }
    map_free(&defined);
}

static bool says_row(const struct searching *searching, const struct symbol *symbol) {
    struct slice signature = slice_of_string(symbol ? symbol->signature : "");
    struct phrase_match match;
    return phrase_find(&searching->row, signature, 0, signature.length, &match);
}

static float foreign(const float *features) {
    return fmaxf(OF_TEST * features[SEARCH_TEST],
                 FOREIGN * (features[SEARCH_VENDORED] + features[SEARCH_PROSE]));
}

// Who says the text as it stands is first, but behind the definitions of the one name that is asked for. What documents
// and tests say of the code is no more than another feature, unless it is code itself.
static float score_phrase(const struct search_words *words, const float *features) {
    bool is_plain = !words->phrase.has_signs && !words->phrase.is_quoted;
    bool is_test = features[SEARCH_TEST] > 0 && words->phrase.word_count > 1;
    if (!words->phrase_first || (is_plain && (is_test || features[SEARCH_PROSE] > 0))) {
        return 0;
    }
    bool is_name = (words->is_name && !words->only_keywords) || words->has_joined;
    return (is_name ? BEHIND_NAMES : 3) * EXACT_FIRST * features[SEARCH_PHRASE] * (1 - foreign(features));
}

static bool asks_for_tests(const struct search_words *words) {
    struct slice text = slice_of_string(words->text);
    return slice_find_word(text, SLICE_LITERAL("test"), 0) != (size_t)-1 ||
           slice_find_word(text, SLICE_LITERAL("tests"), 0) != (size_t)-1;
}

// A question asks for the code that does it, and so do some plain words: what tests say of that is no answer.
static float weigh_test(const struct search_words *words) {
    bool is_told = words->count > 1 && !words->is_name;
    return asks_for_tests(words) ? -weights[SEARCH_TEST]
           : words->is_question  ? TEST_OF_QUESTION
           : is_told             ? TEST_OF_WORDS
                                 : 0;
}

static float weigh_idle(const struct search_words *words, const float *features) {
    float is_idle = features[SEARCH_CONSTANT] + features[SEARCH_FIELD] + features[SEARCH_VARIABLE] +
                    features[SEARCH_DECLARATION];
    return words->is_question ? IDLE_OF_QUESTION * is_idle : 0;
}

static void score(const struct searching *searching, struct search_hit *hit) {
    const float *features = hit->features;
    hit->score = searching->file_first * features[SEARCH_PATH];
    for (int i = 0; i < SEARCH_FEATURE_COUNT; i++) {
        hit->score += weights[i] * features[i];
    }
    hit->score += weigh_test(searching->words) * features[SEARCH_TEST];
    hit->score += weigh_idle(searching->words, features);
    hit->score -= weights[SEARCH_PHRASE] * features[SEARCH_PHRASE] * foreign(features);
    if (searching->words->is_name || searching->words->has_joined) {
        hit->score += EXACT_FIRST * (features[SEARCH_EXACT] + features[SEARCH_EXACT_CASE]);
        hit->score +=
            EXACT_FIRST * features[SEARCH_EXACT] * (features[SEARCH_EXACT_SCOPE] + features[SEARCH_KIND]);
    }
    if (searching->words->only_keywords) {
        float row = says_row(searching, hit->symbol) ? 2 : APART;
        hit->score += EXACT_FIRST * fmaxf(features[SEARCH_CODE], floorf(features[SEARCH_KEYWORD]) * row);
    }
    hit->score += score_phrase(searching->words, features);
    hit->score += 3 * EXACT_FIRST * features[SEARCH_MESSAGE] * (1 - foreign(features));
}

// By path rather than by number, so that the same repository answers alike in whatever order it was read.
static int compare_hits(const void *left, const void *right) {
    const struct search_hit *a = left, *b = right;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    int order = strcmp(a->path, b->path);
    if (order) {
        return order;
    }
    uint32_t a_line = a->symbol ? a->symbol->name_line : a->chunk->start_line;
    uint32_t b_line = b->symbol ? b->symbol->name_line : b->chunk->start_line;
    if (a_line != b_line) {
        return a_line < b_line ? -1 : 1;
    }
    return a->found < b->found ? -1 : a->found > b->found;
}

static void sort(struct searching *searching) {
    if (searching->found.count) {
        qsort(searching->found.items, searching->found.count, sizeof *searching->found.items, compare_hits);
    }
}

// What is one definition under two names: `module.exports = function make() {}` is make, and called like its file.
static uint64_t body_key(const struct search_hit *hit) {
    const struct symbol *symbol = hit->symbol;
    bool has_body =
        symbol && !symbol->is_declaration &&
        (symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD || symbol->kind == SYMBOL_TYPE);
    if (!has_body) {
        return 0;
    }
    uint64_t parts[] = {(uint64_t)hit->at.segment << 32 | hit->at.file, symbol->start_byte, symbol->end_byte};
    return hash_bytes(parts, sizeof parts);
}

// By its better name. The hits are sorted.
static void keep_once(struct searching *searching) {
    struct map seen; // body_key -> 1
    map_init(&seen);
    size_t kept = 0;
    for (size_t i = 0; i < searching->found.count; i++) {
        uint64_t key = body_key(&searching->found.items[i]);
        if (!key || !map_get(&seen, key)) {
            searching->found.items[kept++] = searching->found.items[i];
        }
        if (key) {
            map_set(&seen, key, 1);
        }
    }
    searching->found.count = kept;
    map_free(&seen);
}

static void gather(struct searching *searching, struct search_near near, const struct search_read *read) {
    if (read->files.is_all) {
        gather_files(searching, &read->files);
        return;
    }
    gather_lexical(searching);
    gather_named(searching);
    gather_files(searching, &read->files);
    gather_near(searching, near);
    gather_keywords(searching);
    gather_read(searching, read->keywords, read->keyword_count, SEARCH_CODE);
    gather_read(searching, read->phrases, read->phrase_count, SEARCH_PHRASE);
    gather_read(searching, read->messages, read->message_count, SEARCH_MESSAGE);
}

size_t search_run(const struct snapshot *snapshot, const struct search_words *words, struct search_near near,
                  const struct search_read *read, struct slice folder, size_t limit,
                  struct search_hit *hits) {
    struct searching searching = {.snapshot = snapshot, .words = words, .folder = folder};
    map_init(&searching.known);
    struct search_rating rating;
    search_rating_init(&rating, snapshot, words);
    phrase_init(&searching.row, slice_of_string(words->only_keywords ? words->text : ""));
    gather(&searching, near, read);
    for (size_t i = 0; i < searching.found.count; i++) {
        search_rating_rate(&rating, &searching.found.items[i]);
    }
    mark_copies(&searching);
    mark_declarations(&searching);
    for (size_t i = 0; i < searching.found.count; i++) {
        score(&searching, &searching.found.items[i]);
    }
    sort(&searching);
    keep_once(&searching);
    size_t count = searching.found.count < limit ? searching.found.count : limit;
    if (count) {
        memcpy(hits, searching.found.items, count * sizeof *hits);
    }
    map_free(&searching.known);
    vec_free(&searching.found);
    return count;
}
