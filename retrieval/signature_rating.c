// signature_rating.c - see signature_rating.h.
//
// The weights were fitted as a softmax over the candidates of each of some
// 700 held-out completions in seven languages, and rounded; few of those stand
// behind a ".", so RECEIVER's is chosen by tests/bench/members. As the budget
// counts bytes, a long signature must be the likelier for its length.
//
// What all candidates of a file, a folder or a scope share is worked out once.
#include "retrieval/signature_rating.h"

#include "base/mem.h"
#include "retrieval/paths.h"

#include <math.h>

enum { USES_READ = 8 };
enum { SIMILAR_TERMS = 2000 }; // of similar chunks, usually

static const float weights[SIGNATURE_FEATURE_COUNT] = {
    [SIGNATURE_BM25] = 3.0f,
    [SIGNATURE_BM25_LINE] = 2.7f,
    [SIGNATURE_SIMILAR] = 0.0f,
    [SIGNATURE_SIMILAR_RARE] = 2.6f,
    [SIGNATURE_SIMILAR_LINE] = 0.85f,
    [SIGNATURE_DIRECT] = 1.25f,
    [SIGNATURE_PACKAGE] = 1.05f,
    [SIGNATURE_SECOND] = 0.9f,
    [SIGNATURE_SMALL] = 1.0f,
    [SIGNATURE_FOLDER] = -0.4f,
    [SIGNATURE_NEAR] = 0.6f,
    [SIGNATURE_BELOW] = 0.75f,
    [SIGNATURE_BELOW_NEAR] = 0.25f,
    [SIGNATURE_IMPORTED] = 0.0f,
    [SIGNATURE_ABOVE] = -1.8f,
    [SIGNATURE_RECEIVER] = 4.0f,
    [SIGNATURE_SCOPE_NEAR] = 0.6f,
    [SIGNATURE_SCOPE_ABOVE] = 0.55f,
    [SIGNATURE_SCOPE_IMPORTED] = 1.05f,
    [SIGNATURE_MEMBER] = 0.2f,
    [SIGNATURE_FREE] = -0.2f,
    [SIGNATURE_FUNCTION] = 0.5f,
    [SIGNATURE_TYPE] = 0.75f,
    [SIGNATURE_CONSTANT] = 0.5f,
    [SIGNATURE_FIELD] = -0.4f,
    [SIGNATURE_DECLARATION] = -0.3f,
    [SIGNATURE_TEST] = -1.5f,
    [SIGNATURE_BOTH_TEST] = -0.8f,
    [SIGNATURE_VENDORED] = -1.0f,
    [SIGNATURE_USED] = -1.9f,
    [SIGNATURE_USED_NEAR] = 0.5f,
    [SIGNATURE_PRIVATE] = -0.65f,
    [SIGNATURE_PREFIX] = 4.0f,
};
static const float LENGTH_PRICE = 0.5f; // of a signature, per factor e of its length: the budget counts bytes
static const float PLAIN_LENGTH = 60.0f; // of a signature that costs nothing

static void make_room_for_distances(struct signature_rating *rating) {
    const struct signatures_input *input = rating->input;
    for (uint32_t s = 0; s < input->snapshot->segment_count; s++) {
        const struct segment *segment = input->snapshot->segments[s];
        rating->chunks += (float)segment->fields[SEGMENT_CHUNKS].count;
        rating->distances[s] = mem_zero(segment_folder_count(segment) + (size_t)1, sizeof(uint32_t));
    }
}

// Folders away from the open file. Measured when first asked for: there are many folders, and few that matter.
static uint32_t distance_of(struct signature_rating *rating, uint32_t s, uint32_t folder) {
    uint32_t *distance = &rating->distances[s][folder];
    if (*distance == 0) {
        const struct segment *segment = rating->input->snapshot->segments[s];
        struct slice path = segment_folder(segment, folder);
        uint32_t measured = paths_distance(path, rating->input->query->path);
        *distance = 1 + (measured < SIGNATURE_DISTANCES ? measured : SIGNATURE_DISTANCES - 1);
    }
    return *distance - 1;
}

// 1 for the own folder, less the farther away.
static float kinship_of(struct signature_rating *rating, uint32_t s, uint32_t folder) {
    float distance = (float)distance_of(rating, s, folder);
    return 1.0f / (1.0f + distance * distance);
}

// A segment's chunks that say a name, at the next living one.
struct uses {
    uint32_t segment;
    struct postings_list list;
};

static bool go_on(const struct snapshot *snapshot, struct uses *uses) {
    const struct segment_part *chunks = &snapshot->segments[uses->segment]->fields[SEGMENT_CHUNKS];
    bool is_there;
    do {
        is_there = postings_next(&uses->list);
    } while (is_there &&
             snapshot_is_dead(snapshot, uses->segment, segment_file_of(chunks, uses->list.document)));
    return is_there;
}

// Which of them goes on first.
static uint32_t first_uses(const struct snapshot *snapshot, const struct uses *uses, uint32_t count) {
    uint32_t first = 0;
    for (uint32_t i = 1; i < count; i++) {
        bool is_before = snapshot_compare(snapshot, SEGMENT_CHUNKS, uses[i].segment, uses[i].list.document,
                                          uses[first].segment, uses[first].list.document) < 0;
        first = is_before ? i : first;
    }
    return first;
}

// How many chunks say the name; *near weighs each by its folder's kinship, of which the first few speak for all.
static float count_uses(struct signature_rating *rating, uint32_t term, float *near) {
    struct uses uses[SNAPSHOT_SEGMENTS];
    const struct snapshot *snapshot = rating->input->snapshot;
    uint32_t used = 0, read = 0, count = 0;
    *near = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct postings *terms = &snapshot->segments[s]->fields[SEGMENT_CHUNKS].terms;
        uses[count] = (struct uses){s, postings_find(terms, term)};
        used += uses[count].list.length;
        count += go_on(snapshot, &uses[count]);
    }
    for (; read < USES_READ && count; read++) {
        struct uses *first = &uses[first_uses(snapshot, uses, count)];
        const struct segment *segment = snapshot->segments[first->segment];
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_CHUNKS], first->list.document);
        *near += kinship_of(rating, first->segment, segment->folders[file]);
        if (!go_on(snapshot, first)) {
            *first = uses[--count];
        }
    }
    *near *= read ? (float)used / (float)read : 0;
    return (float)used;
}

// In four sums, as one could be added to only after it was.
static float score_of(const float *features) {
    float sums[4] = {0};
    int i = 0;
    for (; i + 4 <= SIGNATURE_FEATURE_COUNT; i += 4) {
        for (int lane = 0; lane < 4; lane++) {
            sums[lane] += weights[i + lane] * features[i + lane];
        }
    }
    for (; i < SIGNATURE_FEATURE_COUNT; i++) {
        sums[0] += weights[i] * features[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Features are 0 before.
static void rate_place(struct signature_rating *rating, struct snapshot_file at, enum imports_way way,
                       float *features) {
    const struct segment *segment = rating->input->snapshot->segments[at.segment];
    enum taint taint = (enum taint)segment->taints[at.file];
    uint32_t distance = distance_of(rating, at.segment, segment->folders[at.file]), first;
    if (way != IMPORTS_NONE) {
        uint32_t symbols = segment_range(segment, SEGMENT_SYMBOLS, at.file, &first) - first;
        features[SIGNATURE_DIRECT] = way == IMPORTS_DIRECT;
        features[SIGNATURE_PACKAGE] = way == IMPORTS_PACKAGE;
        features[SIGNATURE_SECOND] = way == IMPORTS_SECOND;
        features[SIGNATURE_SMALL] = 1.0f / sqrtf(1.0f + (float)symbols);
    }
    features[SIGNATURE_FOLDER] = distance == 0;
    features[SIGNATURE_NEAR] = 1.0f / (1.0f + (float)distance);
    features[SIGNATURE_TEST] = taint == TAINT_TEST && !rating->input->is_test;
    features[SIGNATURE_BOTH_TEST] = taint == TAINT_TEST && rating->input->is_test;
    features[SIGNATURE_VENDORED] = taint == TAINT_VENDORED || taint == TAINT_GENERATED;
}

// Returns its index.
static uint32_t add_place(struct signature_rating *rating, struct snapshot_file at, enum imports_way way) {
    struct signature_place place = {0};
    rate_place(rating, at, way, place.features);
    place.score = score_of(place.features);
    vec_push(&rating->places, place);
    return (uint32_t)rating->places.count - 1;
}

static uint32_t imported_place(struct signature_rating *rating, struct snapshot_file at,
                               enum imports_way way) {
    uint64_t *known = map_insert(&rating->imported, (uint64_t)at.segment << 32 | at.file, UINT64_MAX);
    if (*known == UINT64_MAX) {
        *known = add_place(rating, at, way);
    }
    return (uint32_t)*known;
}

static uint32_t unimported_place(struct signature_rating *rating, struct snapshot_file at) {
    const struct segment *segment = rating->input->snapshot->segments[at.segment];
    uint32_t distance = distance_of(rating, at.segment, segment->folders[at.file]);
    uint32_t *known = &rating->unimported[distance][segment->taints[at.file]];
    if (*known == 0) {
        *known = 1 + add_place(rating, at, IMPORTS_NONE);
    }
    return *known - 1;
}

// Rated on first use. Its features do not overlap with what a candidate is found by.
static const struct signature_place *place_of(struct signature_rating *rating, struct snapshot_file at) {
    enum imports_way way = imports_way(rating->input->imports, at);
    uint32_t place = way == IMPORTS_NONE ? unimported_place(rating, at) : imported_place(rating, at, way);
    return &rating->places.items[place];
}

static float share_of(const struct signature_rating *rating, const struct signature_evidence *evidence,
                      int likeness) {
    return evidence->sums[likeness] > 0 ? evidence->sums[likeness] / rating->totals[likeness] : 0;
}

static void rate_name(const struct signature_rating *rating, const struct segment_keys *keys,
                      float *features) {
    uint64_t said = surroundings_said(rating->input->query->surroundings, keys->name);
    const uint64_t *at = map_get(&rating->terms, keys->name_term);
    if (at) {
        const struct signature_evidence *evidence = &rating->evidence.items[*at];
        features[SIGNATURE_SIMILAR] = share_of(rating, evidence, SIGNATURE_LIKE_AROUND);
        features[SIGNATURE_SIMILAR_LINE] = share_of(rating, evidence, SIGNATURE_LIKE_LINE);
    }
    if (said) {
        bool above = said & SAID_ABOVE, below = said & SAID_BELOW;
        features[SIGNATURE_ABOVE] = above;
        features[SIGNATURE_BELOW] = below;
        features[SIGNATURE_BELOW_NEAR] =
            below ? 1.0f / (1.0f + (float)surroundings_lines_below(said) * 0.1f) : 0;
        features[SIGNATURE_IMPORTED] = !above && (said & SAID_IMPORTED);
    }
}

// Does the symbol begin with the word being typed?
static bool continues_word(const struct query *query, const struct segment *segment,
                           const struct signature_candidate *candidate) {
    size_t typed = query->cursor - query->word;
    const char *word = query->text.data + query->word;
    if (typed == 0) {
        return false;
    }
    uint32_t beginning = segment_beginning(word[0], typed > 1 ? word[1] : '\0');
    if ((candidate->keys.beginning ^ beginning) & ~(typed > 1 ? 0u : SEGMENT_SECOND)) {
        return false;
    }
    const char *name = segment_symbol(segment, candidate->id)->name;
    return strncmp(name, word, typed) == 0 && name[typed] != '\0';
}

// Candidates of one scope mostly follow each other, so what was found out last is kept.
static const struct signature_scope *look_up_scope(struct signature_rating *rating,
                                                   const struct segment_keys *keys) {
    const struct query *query = rating->input->query;
    struct signature_scope *memo = &rating->memo;
    if (memo->scope != keys->scope) {
        const uint64_t *near = map_get(&rating->scopes, keys->scope_term);
        uint64_t said = surroundings_said(query->surroundings, keys->scope);
        *memo = (struct signature_scope){.scope = keys->scope,
                                         .near = near ? 1.0f / (1.0f + (float)*near * 0.2f) : 0,
                                         .receiver = map_get(&query->receivers.keys, keys->scope) != NULL,
                                         .above = said & SAID_ABOVE,
                                         .imported = said & SAID_IMPORTED};
    }
    return memo;
}

static void rate_scope(struct signature_rating *rating, const struct segment_keys *keys, float *features) {
    const struct query *query = rating->input->query;
    bool member = keys->scope != 0;
    features[SIGNATURE_MEMBER] = query->after_member && member;
    features[SIGNATURE_FREE] = query->after_member && !member;
    if (member) {
        const struct signature_scope *memo = look_up_scope(rating, keys);
        features[SIGNATURE_RECEIVER] = memo->receiver;
        features[SIGNATURE_SCOPE_NEAR] = memo->near;
        features[SIGNATURE_SCOPE_ABOVE] = memo->above;
        features[SIGNATURE_SCOPE_IMPORTED] = memo->imported;
    }
}

// All but what its place and count_uses tell; features are 0 before.
static void rate(struct signature_rating *rating, const struct signature_candidate *candidate,
                 bool is_own_folder, float *features) {
    const struct segment_keys *keys = &candidate->keys;
    features[SIGNATURE_BM25] = candidate->bm25;
    features[SIGNATURE_BM25_LINE] = candidate->bm25_line;
    rate_name(rating, keys, features);
    rate_scope(rating, keys, features);
    features[SIGNATURE_FUNCTION] = keys->kind == SYMBOL_FUNCTION || keys->kind == SYMBOL_METHOD;
    features[SIGNATURE_TYPE] = keys->kind == SYMBOL_TYPE;
    features[SIGNATURE_CONSTANT] = keys->kind == SYMBOL_CONSTANT || keys->kind == SYMBOL_MACRO;
    features[SIGNATURE_FIELD] = keys->kind == SYMBOL_FIELD;
    features[SIGNATURE_DECLARATION] = keys->is_declaration;
    features[SIGNATURE_PRIVATE] = segment_is_underscored(keys) && !is_own_folder;
    features[SIGNATURE_PREFIX] = continues_word(
        rating->input->query, rating->input->snapshot->segments[candidate->segment], candidate);
}

static bool is_own_folder(const struct signature_place *place) {
    return place->features[SIGNATURE_FOLDER] > 0;
}

float signature_rating_cheap(struct signature_rating *rating, const struct signature_candidate *candidate) {
    const struct signature_place *place =
        place_of(rating, (struct snapshot_file){candidate->segment, candidate->file});
    float features[SIGNATURE_FEATURE_COUNT] = {0};
    rate(rating, candidate, is_own_folder(place), features);
    return place->score + score_of(features);
}

float signature_rating_full(struct signature_rating *rating, const struct signature_candidate *candidate,
                            float *features) {
    const struct signature_place *place =
        place_of(rating, (struct snapshot_file){candidate->segment, candidate->file});
    float near, used = count_uses(rating, candidate->keys.name_term, &near);
    memcpy(features, place->features, sizeof place->features);
    rate(rating, candidate, is_own_folder(place), features);
    features[SIGNATURE_SIMILAR_RARE] =
        features[SIGNATURE_SIMILAR] * logf((rating->chunks + 1) / (used + 1)) / 5.0f;
    features[SIGNATURE_USED] = logf(1.0f + used) / 5.0f;
    features[SIGNATURE_USED_NEAR] = logf(1.0f + near) / 3.0f;
    float length = 1.0f + (float)(candidate->keys.length * SEGMENT_LENGTH_STEP);
    return score_of(features) - LENGTH_PRICE * logf(length / PLAIN_LENGTH);
}

static void note_scopes(struct signature_rating *rating) {
    const struct query *query = rating->input->query;
    for (size_t i = 0; i < query->name_count; i++) {
        map_insert(&rating->scopes, segment_scope_term(query->names[i].text), query->names[i].distance);
    }
}

void signature_rating_init(struct signature_rating *rating, const struct signatures_input *input) {
    *rating = (struct signature_rating){.input = input};
    map_init(&rating->terms);
    map_reserve(&rating->terms, SIMILAR_TERMS);
    map_init(&rating->scopes);
    map_init(&rating->imported);
    note_scopes(rating);
    make_room_for_distances(rating);
}

void signature_rating_free(struct signature_rating *rating) {
    map_free(&rating->terms);
    map_free(&rating->scopes);
    map_free(&rating->imported);
    vec_free(&rating->evidence);
    vec_free(&rating->places);
    for (uint32_t s = 0; s < rating->input->snapshot->segment_count; s++) {
        free(rating->distances[s]);
    }
}

bool signature_rating_hear(struct signature_rating *rating, enum signature_likeness likeness, uint32_t term,
                           float weight) {
    size_t count = rating->evidence.count;
    uint64_t at = *map_insert(&rating->terms, term, count);
    if (at == count) {
        vec_push(&rating->evidence, (struct signature_evidence){0});
    }
    rating->evidence.items[at].sums[likeness] += weight;
    return at == count;
}
