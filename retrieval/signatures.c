// signatures.c - see signatures.h.
//
// Candidates come from three doors: BM25 over the signature documents, names
// that the file says elsewhere (below the cursor, in its imports), and names
// that occur in chunks similar to the lines around the cursor: whoever writes
// similar code needs the same helpers. All three are cheap look-ups in
// postings.
//
// The weights were fitted as a softmax over the candidates of each of some
// 700 held-out completions in seven languages, and rounded. A second
// definition of a name already listed is worth less than the first, so it
// waits behind other names.
#include "retrieval/signatures.h"

#include "base/mem.h"
#include "retrieval/paths.h"

#include <math.h>

enum { BM25_LIMIT = 1500, NAME_LIMIT = 24, SIMILAR_CHUNKS = 24, USES_LIMIT = 256 };

static const float weights[SIGNATURE_FEATURE_COUNT] = {
    [SIGNATURE_BM25] = 4.0f,       [SIGNATURE_SIMILAR] = 4.0f,        [SIGNATURE_DIRECT] = 2.0f,
    [SIGNATURE_PACKAGE] = 1.5f,    [SIGNATURE_SECOND] = 1.0f,         [SIGNATURE_FOLDER] = 0.3f,
    [SIGNATURE_NEAR] = 0.5f,       [SIGNATURE_BELOW] = 1.5f,          [SIGNATURE_BELOW_NEAR] = 1.0f,
    [SIGNATURE_IMPORTED] = 2.5f,   [SIGNATURE_ABOVE] = -2.0f,         [SIGNATURE_RECEIVER] = 2.0f,
    [SIGNATURE_SCOPE_NEAR] = 1.0f, [SIGNATURE_SCOPE_IMPORTED] = 0.5f, [SIGNATURE_MEMBER] = 0.5f,
    [SIGNATURE_FREE] = -0.5f,      [SIGNATURE_FUNCTION] = 0.5f,       [SIGNATURE_TYPE] = 0.3f,
    [SIGNATURE_CONSTANT] = 0.0f,   [SIGNATURE_FIELD] = -0.3f,         [SIGNATURE_TEST] = -1.5f,
    [SIGNATURE_BOTH_TEST] = -0.5f, [SIGNATURE_VENDORED] = -1.0f,      [SIGNATURE_USED] = 0.5f,
    [SIGNATURE_USED_NEAR] = 0.5f,  [SIGNATURE_PRIVATE] = -0.5f,       [SIGNATURE_PREFIX] = 4.0f,
};
static const float REPEATED_NAME = 1.5f; // what a name's every further definition loses

struct ranking {
    const struct signatures_input *input;
    struct map known; // segment and id -> candidate
    VEC(struct signature) candidates;
    struct map similar; // name key -> index in evidence
    VEC(float) evidence;
    struct map scopes; // segment_name_key of a name near -> distance
    float most_evidence;
    float *kinship[SNAPSHOT_SEGMENTS]; // of each folder: 1 for the own, less the farther away
};

static void offer_candidate(struct ranking *ranking, uint32_t segment, uint32_t id, float bm25) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    uint32_t file = snapshot->segments[segment]->fields[SEGMENT_SYMBOLS].entries[id].file;
    const struct snapshot_file *self = ranking->input->self;
    bool is_self = self && self->segment == segment && self->file == file;
    if (is_self || snapshot_is_dead(snapshot, segment, file) ||
        ranking->candidates.count >= SIGNATURES_CANDIDATES) {
        return;
    }
    size_t count = ranking->candidates.count;
    if (*map_insert(&ranking->known, (uint64_t)segment << 32 | id, count) == count) {
        struct signature candidate = {.segment = segment, .id = id};
        candidate.features[SIGNATURE_BM25] = bm25;
        vec_push(&ranking->candidates, candidate);
    }
}

static void offer_ranked(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    struct bm25_hit *hits = mem_alloc(BM25_LIMIT * sizeof *hits);
    size_t count = bm25_search(input->snapshot, SEGMENT_SYMBOLS, input->query->terms,
                               input->query->term_count, input->self, BM25_LIMIT, hits);
    for (size_t i = 0; i < count; i++) {
        offer_candidate(ranking, hits[i].segment, hits[i].id, hits[i].score / hits[0].score);
    }
    free(hits);
}

// Every definition of a name, unless there are so many that the name says little.
static void offer_named(struct ranking *ranking, uint32_t key) {
    struct postings_list lists[SNAPSHOT_SEGMENTS];
    uint32_t total = 0;
    for (int s = 0; s < SNAPSHOT_SEGMENTS; s++) {
        lists[s] = postings_find(&ranking->input->snapshot->segments[s]->names, key);
        total += lists[s].length;
    }
    for (uint32_t s = 0; s < SNAPSHOT_SEGMENTS && total <= NAME_LIMIT; s++) {
        for (uint32_t i = 0; i < lists[s].length; i++) {
            offer_candidate(ranking, s, lists[s].documents[i], 0);
        }
    }
}

static void offer_mentions(struct ranking *ranking) {
    const struct query *query = ranking->input->query;
    for (size_t i = 0; i < query->mentions.count; i++) {
        offer_named(ranking, segment_name_key(query->mentions.items[i]));
    }
}

static void add_evidence(struct ranking *ranking, uint32_t key, float weight) {
    uint64_t at = *map_insert(&ranking->similar, key, ranking->evidence.count);
    if (at == ranking->evidence.count) {
        vec_push(&ranking->evidence, 0);
    }
    ranking->evidence.items[at] += weight;
    ranking->most_evidence = fmaxf(ranking->most_evidence, ranking->evidence.items[at]);
}

static void offer_similar(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    for (size_t i = 0; i < input->similar_count && i < SIMILAR_CHUNKS; i++) {
        const struct bm25_hit *hit = &input->similar[i];
        const struct chunk *chunk = segment_chunk(input->snapshot->segments[hit->segment], hit->id);
        float weight = hit->score / input->similar[0].score;
        for (uint32_t t = 0; t < chunk->term_count; t++) {
            add_evidence(ranking, chunk->terms[t].hash, weight * weight);
        }
        for (uint32_t t = 0; t < chunk->term_count; t++) {
            offer_named(ranking, chunk->terms[t].hash);
        }
    }
}

static void offer_imported(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    for (size_t i = 0; i < input->imports->files.count; i++) {
        struct snapshot_file at = input->imports->files.items[i].at;
        uint32_t id,
            end = segment_range(input->snapshot->segments[at.segment], SEGMENT_SYMBOLS, at.file, &id);
        for (; id < end; id++) {
            offer_candidate(ranking, at.segment, id, 0);
        }
    }
}

static void measure_kinship(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    for (int s = 0; s < SNAPSHOT_SEGMENTS; s++) {
        const struct segment *segment = input->snapshot->segments[s];
        ranking->kinship[s] = mem_alloc((segment->folder_count + (size_t)1) * sizeof(float));
        for (uint32_t i = 0; i < segment->folder_count; i++) {
            struct slice path = slice_of_string(segment->files[segment->folder_files[i]].record->path);
            float distance = (float)paths_distance(path, input->query->path);
            ranking->kinship[s][i] = 1.0f / (1.0f + distance * distance);
        }
    }
}

// How many chunks say the name; *near weighs each by its folder's kinship.
static float count_uses(const struct ranking *ranking, uint32_t term, float *near) {
    uint32_t used = 0;
    *near = 0;
    for (int s = 0; s < SNAPSHOT_SEGMENTS; s++) {
        const struct segment *segment = ranking->input->snapshot->segments[s];
        const struct segment_part *part = &segment->fields[SEGMENT_CHUNKS];
        struct postings_list list = postings_find(&part->terms, term);
        for (uint32_t i = 0; i < list.length && i < USES_LIMIT; i++) {
            *near += ranking->kinship[s][segment->folders[part->entries[list.documents[i]].file]];
        }
        used += list.length;
    }
    return (float)used;
}

// The last identifier of a scope such as "a::b::C" or "pkg.Type".
static struct slice last_name(const char *scope) {
    struct slice text = slice_of_string(scope);
    size_t start = text.length;
    while (start > 0 && text.data[start - 1] != '.' && text.data[start - 1] != ':') {
        start--;
    }
    return slice_sub(text, start, text.length);
}

static void rate_place(const struct ranking *ranking, const struct record *record, struct snapshot_file at,
                       float *features) {
    const struct query *query = ranking->input->query;
    struct slice path = slice_of_string(record->path);
    enum imports_way way = imports_way(ranking->input->imports, at);
    features[SIGNATURE_DIRECT] = way == IMPORTS_DIRECT;
    features[SIGNATURE_PACKAGE] = way == IMPORTS_PACKAGE;
    features[SIGNATURE_SECOND] = way == IMPORTS_SECOND;
    features[SIGNATURE_FOLDER] = slice_equal(paths_folder(path), paths_folder(query->path));
    features[SIGNATURE_NEAR] = 1.0f / (1.0f + (float)paths_distance(path, query->path));
    features[SIGNATURE_TEST] = record->taint == TAINT_TEST && !ranking->input->is_test;
    features[SIGNATURE_BOTH_TEST] = record->taint == TAINT_TEST && ranking->input->is_test;
    features[SIGNATURE_VENDORED] = record->taint == TAINT_VENDORED || record->taint == TAINT_GENERATED;
}

static void rate_name(const struct ranking *ranking, const struct symbol *symbol, float *features) {
    const struct query *query = ranking->input->query;
    struct slice name = slice_of_string(symbol->name);
    uint64_t key = query_key(name);
    uint32_t term = segment_name_key(name);
    const uint64_t *below = map_get(&query->after, key), *similar = map_get(&ranking->similar, term);
    bool above = map_get(&query->before, key) != NULL;
    float near, used = count_uses(ranking, term, &near);
    features[SIGNATURE_ABOVE] = above;
    features[SIGNATURE_BELOW] = below != NULL;
    features[SIGNATURE_BELOW_NEAR] = below ? 1.0f / (1.0f + (float)*below * 0.1f) : 0;
    features[SIGNATURE_IMPORTED] = !above && map_get(&query->imported, key);
    features[SIGNATURE_SIMILAR] = similar ? ranking->evidence.items[*similar] / ranking->most_evidence : 0;
    features[SIGNATURE_USED] = logf(1.0f + used) / 5.0f;
    features[SIGNATURE_USED_NEAR] = logf(1.0f + near) / 3.0f;
    features[SIGNATURE_PRIVATE] = symbol->name[0] == '_' && features[SIGNATURE_FOLDER] <= 0;
    size_t typed = query->cursor - query->word;
    features[SIGNATURE_PREFIX] =
        typed > 0 && name.length > typed && memcmp(name.data, query->text.data + query->word, typed) == 0;
}

static void rate_scope(const struct ranking *ranking, const struct symbol *symbol, float *features) {
    const struct query *query = ranking->input->query;
    struct slice scope = last_name(symbol->scope);
    bool member = scope.length > 0;
    features[SIGNATURE_MEMBER] = query->after_member && member;
    features[SIGNATURE_FREE] = query->after_member && !member;
    if (member) {
        const uint64_t *near = map_get(&ranking->scopes, segment_name_key(scope));
        features[SIGNATURE_RECEIVER] = map_get(&query->receivers, query_key(scope)) != NULL;
        features[SIGNATURE_SCOPE_NEAR] = near ? 1.0f / (1.0f + (float)*near * 0.2f) : 0;
        features[SIGNATURE_SCOPE_IMPORTED] = map_get(&query->imported, query_key(scope)) != NULL;
    }
}

static void rate(struct ranking *ranking, struct signature *candidate) {
    const struct segment *segment = ranking->input->snapshot->segments[candidate->segment];
    const struct symbol *symbol = segment_symbol(segment, candidate->id);
    uint32_t file = segment->fields[SEGMENT_SYMBOLS].entries[candidate->id].file;
    float *features = candidate->features;
    rate_place(ranking, segment->files[file].record, (struct snapshot_file){candidate->segment, file},
               features);
    rate_name(ranking, symbol, features);
    rate_scope(ranking, symbol, features);
    features[SIGNATURE_FUNCTION] = symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD;
    features[SIGNATURE_TYPE] = symbol->kind == SYMBOL_TYPE;
    features[SIGNATURE_CONSTANT] = symbol->kind == SYMBOL_CONSTANT || symbol->kind == SYMBOL_MACRO;
    features[SIGNATURE_FIELD] = symbol->kind == SYMBOL_FIELD;
    features[SIGNATURE_DECLARATION] = symbol->is_declaration;
    candidate->score = 0;
    for (int i = 0; i < SIGNATURE_FEATURE_COUNT; i++) {
        candidate->score += weights[i] * features[i];
    }
}

static int compare_scores(const void *left, const void *right) {
    const struct signature *a = left, *b = right;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    if (a->segment != b->segment) {
        return a->segment < b->segment ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id;
}

static void sort(struct ranking *ranking) {
    if (ranking->candidates.count) {
        qsort(ranking->candidates.items, ranking->candidates.count, sizeof(struct signature), compare_scores);
    }
}

static void push_back_repeated(struct ranking *ranking) {
    struct map seen;
    map_init(&seen);
    for (size_t i = 0; i < ranking->candidates.count; i++) {
        struct signature *candidate = &ranking->candidates.items[i];
        const struct segment *segment = ranking->input->snapshot->segments[candidate->segment];
        const char *name = segment_symbol(segment, candidate->id)->name;
        uint64_t *times = map_insert(&seen, query_key(slice_of_string(name)), 0);
        candidate->score -= REPEATED_NAME * (float)(*times)++;
    }
    map_free(&seen);
}

static void note_scopes(struct ranking *ranking) {
    const struct query *query = ranking->input->query;
    for (size_t i = 0; i < query->name_count; i++) {
        map_insert(&ranking->scopes, segment_name_key(query->names[i].text), query->names[i].distance);
    }
}

struct signature *signatures_rank(const struct signatures_input *input, size_t *count) {
    struct ranking ranking = {.input = input};
    map_init(&ranking.known);
    map_init(&ranking.similar);
    map_init(&ranking.scopes);
    note_scopes(&ranking);
    measure_kinship(&ranking);
    offer_ranked(&ranking);
    if (!cancel_fired(input->cancel)) {
        offer_mentions(&ranking);
        offer_similar(&ranking);
        offer_imported(&ranking);
    }
    for (size_t i = 0; i < ranking.candidates.count; i++) {
        rate(&ranking, &ranking.candidates.items[i]);
    }
    sort(&ranking);
    push_back_repeated(&ranking);
    sort(&ranking);
    map_free(&ranking.known);
    map_free(&ranking.similar);
    map_free(&ranking.scopes);
    vec_free(&ranking.evidence);
    for (int s = 0; s < SNAPSHOT_SEGMENTS; s++) {
        free(ranking.kinship[s]);
    }
    *count = ranking.candidates.count;
    return ranking.candidates.items;
}
