// signatures.c - see signatures.h.
//
// Candidates come from three doors: BM25 over the signature documents, names
// that the file says elsewhere (below the cursor, in its imports), and names
// that occur in chunks similar to the lines around the cursor: whoever writes
// similar code needs the same helpers. All three are cheap look-ups in
// postings.
//
// The weights were fitted as a softmax over the candidates of each of some
// 700 held-out completions in seven languages, and rounded; few of those stand
// behind a ".", so RECEIVER's is chosen by tests/bench/members. A second
// definition of a name already listed is worth less than the first, so it
// waits behind other names; and as the budget counts bytes, a long signature
// must be the likelier for its length.
#include "retrieval/signatures.h"

#include "base/mem.h"
#include "retrieval/chunks.h"
#include "retrieval/paths.h"

#include <math.h>

// For a bm25_question: of 328 names that are called next, 35.7 % were found among 820,000 signatures with 150,000,
// 36.0 % with this and 32.6 % with 40,000 (tests/bench/retrieval_speed).
enum { EFFORT = 80000 };
enum { BM25_LIMIT = 500, NAME_LIMIT = 24, SIMILAR_CHUNKS = 8, USES_READ = 16, AHEAD = 16 };
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
static const float REPEATED_NAME = 2.0f; // what a name's every further definition loses
static const float LENGTH_PRICE = 0.5f; // of a signature, per factor e of its length: the budget counts bytes
static const float PLAIN_LENGTH = 60.0f; // of a signature that costs nothing

// Similar to which lines chunks are.
enum { AROUND, LINE, LIKENESSES };

// How strongly a term is spoken of by similar chunks.
struct evidence {
    float sums[LIKENESSES];
};

// What is found, and by what. Its features are worked out twice: first for their score alone, as most are not kept.
struct candidate {
    uint32_t segment, id, file;
    float bm25, bm25_line;
};

// The features that all candidates of one file share, and what they are worth together.
struct place {
    float features[SIGNATURE_FEATURE_COUNT];
    float score;
};

// What the query says of a scope.
struct scope_memo {
    uint32_t scope;
    float near;
    bool receiver, above, imported;
};

struct rank {
    float score;
    uint32_t at; // of the candidate, or of what is kept
};

struct ranking {
    const struct signatures_input *input;
    struct map known; // segment and id -> candidate
    VEC(struct candidate) candidates;
    struct rank
        *ranks; // of the candidates, then of those kept, best first once sorted; behind them room for sorting
    size_t rank_count;
    struct signature *kept;
    VEC(uint32_t) names; // to be offered, as segment_name_key
    struct map terms;    // of similar chunks -> index in evidence
    VEC(struct evidence) evidence;
    float totals[LIKENESSES];               // what a term in every similar chunk would have
    struct map scopes;                      // segment_scope_term of a name near -> distance
    uint32_t *distances[SNAPSHOT_SEGMENTS]; // of each folder: 1 + distance_of it, 0 if not measured yet
    uint32_t *placed[SNAPSHOT_SEGMENTS];    // of each file: 1 + index in places, 0 if not rated yet
    VEC(struct place) places;
    struct scope_memo memo;
    float chunks; // in all
};

static void expect_symbol(const struct segment *segment, uint32_t id) {
    __builtin_prefetch(&segment->keys[id]);
    __builtin_prefetch(&segment->fields[SEGMENT_SYMBOLS].files[id]);
}

// Returns the candidate; NULL if it is none.
static struct candidate *offer_candidate(struct ranking *ranking, uint32_t segment, uint32_t id) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    uint32_t file = snapshot->segments[segment]->fields[SEGMENT_SYMBOLS].files[id];
    const struct snapshot_file *self = ranking->input->self;
    bool is_self = self && self->segment == segment && self->file == file;
    if (is_self || snapshot_is_dead(snapshot, segment, file) ||
        ranking->candidates.count >= SIGNATURES_CANDIDATES) {
        return NULL;
    }
    size_t count = ranking->candidates.count;
    uint64_t at = *map_insert(&ranking->known, (uint64_t)segment << 32 | id, count);
    if (at == count) {
        vec_push(&ranking->candidates, (struct candidate){.segment = segment, .id = id, .file = file});
    }
    return &ranking->candidates.items[at];
}

// Which of equal signatures are the last that fit depends on the order in which the files were read: none of them is then.
static size_t without_cut_ties(const struct bm25_hit *hits, size_t count) {
    size_t kept = count;
    while (count == BM25_LIMIT && kept > 0 && hits[kept - 1].score <= hits[count - 1].score) {
        kept--;
    }
    return kept ? kept : count;
}

static void offer_ranked(struct ranking *ranking, const struct weighted_term *terms, size_t term_count,
                         enum signature_feature feature) {
    const struct signatures_input *input = ranking->input;
    struct bm25_question question = {.snapshot = input->snapshot,
                                     .field = SEGMENT_SYMBOLS,
                                     .terms = terms,
                                     .count = term_count,
                                     .skip = input->self,
                                     .effort = EFFORT};
    struct bm25_hit *hits = mem_alloc(BM25_LIMIT * sizeof *hits);
    size_t count = without_cut_ties(hits, bm25_search(&question, BM25_LIMIT, hits));
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            expect_symbol(input->snapshot->segments[hits[i + AHEAD].segment], hits[i + AHEAD].id);
        }
        struct candidate *candidate = offer_candidate(ranking, hits[i].segment, hits[i].id);
        if (candidate) {
            *(feature == SIGNATURE_BM25 ? &candidate->bm25 : &candidate->bm25_line) =
                hits[i].score / hits[0].score;
        }
    }
    free(hits);
}

// Every definition of a name, unless there are so many that the name says little.
static void offer_named(struct ranking *ranking, uint32_t key) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    struct {
        uint32_t segment, id;
    } named[NAME_LIMIT];
    uint32_t count = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        struct names_walk walk = names_find(&snapshot->segments[s]->names, key);
        while (segment_next_named(snapshot->segments[s], &walk, key)) {
            if (count == NAME_LIMIT) {
                return;
            }
            named[count].segment = s;
            named[count++].id = walk.symbol;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        offer_candidate(ranking, named[i].segment, named[i].id);
    }
}

// Those that may have the name.
static void expect_symbols(const struct segment *segment, uint32_t key) {
    struct names_walk walk = names_find(&segment->names, key);
    for (int count = 0; count < NAME_LIMIT && names_next(&walk); count++) {
        expect_symbol(segment, walk.symbol);
    }
}

static void expect_name(const struct ranking *ranking, size_t i) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct names *names = &snapshot->segments[s]->names;
        if (i + AHEAD < ranking->names.count) {
            names_expect(names, ranking->names.items[i + AHEAD]);
        }
        if (i + AHEAD / 2 < ranking->names.count) {
            names_expect_soon(names, ranking->names.items[i + AHEAD / 2]);
        }
        if (i + AHEAD / 4 < ranking->names.count) {
            expect_symbols(snapshot->segments[s], ranking->names.items[i + AHEAD / 4]);
        }
    }
}

// Of the names that were gathered.
static void offer_names(struct ranking *ranking) {
    for (size_t i = 0; i < ranking->names.count; i++) {
        expect_name(ranking, i);
        offer_named(ranking, ranking->names.items[i]);
    }
    ranking->names.count = 0;
}

static void offer_mentions(struct ranking *ranking) {
    const struct query *query = ranking->input->query;
    for (size_t i = 0; i < query->mentions.count; i++) {
        vec_push(&ranking->names, segment_name_key(query->mentions.items[i]));
    }
    offer_names(ranking);
}

static void gather_evidence(struct ranking *ranking, int likeness, const struct bm25_hit *hits,
                            size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk =
            segment_chunk(ranking->input->snapshot->segments[hits[i].segment], hits[i].id);
        float weight = hits[i].score / hits[0].score;
        ranking->totals[likeness] += weight * weight;
        for (uint32_t t = 0; t < chunk->term_count; t++) {
            uint32_t term = chunk->terms[t].hash;
            uint64_t at = *map_insert(&ranking->terms, term, ranking->evidence.count);
            if (at == ranking->evidence.count) {
                vec_push(&ranking->evidence, (struct evidence){0});
                vec_push(&ranking->names, term);
            }
            ranking->evidence.items[at].sums[likeness] += weight * weight;
        }
    }
    offer_names(ranking);
}

static void offer_similar(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    struct bm25_hit hits[SIMILAR_CHUNKS];
    size_t count = input->similar_count < SIMILAR_CHUNKS ? input->similar_count : SIMILAR_CHUNKS;
    gather_evidence(ranking, AROUND, input->similar, count);
    count = chunks_similar(input->snapshot, input->query->line_terms, input->query->line_term_count,
                           input->self, SIMILAR_CHUNKS, hits);
    gather_evidence(ranking, LINE, hits, count);
}

static void offer_imported(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    size_t count = input->imports->files.count;
    for (size_t i = 0; i < count && ranking->candidates.count < SIGNATURES_CANDIDATES; i++) {
        struct snapshot_file at = input->imports->files.items[i];
        uint32_t id,
            end = segment_range(input->snapshot->segments[at.segment], SEGMENT_SYMBOLS, at.file, &id);
        for (; id < end; id++) {
            offer_candidate(ranking, at.segment, id);
        }
    }
}

static void make_room_for_places(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    for (uint32_t s = 0; s < input->snapshot->segment_count; s++) {
        const struct segment *segment = input->snapshot->segments[s];
        ranking->chunks += (float)segment->fields[SEGMENT_CHUNKS].count;
        ranking->placed[s] = mem_zero(segment->file_count + (size_t)1, sizeof(uint32_t));
        ranking->distances[s] = mem_zero(segment->folder_count + (size_t)1, sizeof(uint32_t));
    }
}

// Folders away from the open file. Measured when first asked for: there are many folders, and few that matter.
static uint32_t distance_of(struct ranking *ranking, uint32_t s, uint32_t folder) {
    uint32_t *distance = &ranking->distances[s][folder];
    if (*distance == 0) {
        const struct segment *segment = ranking->input->snapshot->segments[s];
        struct slice path = slice_of_string(segment->files[segment->folder_files[folder]].record->path);
        *distance = 1 + paths_distance(path, ranking->input->query->path);
    }
    return *distance - 1;
}

// 1 for the own folder, less the farther away.
static float kinship_of(struct ranking *ranking, uint32_t s, uint32_t folder) {
    float distance = (float)distance_of(ranking, s, folder);
    return 1.0f / (1.0f + distance * distance);
}

// How many chunks say the name; *near weighs each by its folder's kinship, of which the first few speak for all.
static float count_uses(struct ranking *ranking, uint32_t term, float *near) {
    struct postings_list lists[SNAPSHOT_SEGMENTS];
    const struct snapshot *snapshot = ranking->input->snapshot;
    uint32_t used = 0, read = 0;
    *near = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        lists[s] = postings_find(&snapshot->segments[s]->fields[SEGMENT_CHUNKS].terms, term);
        used += lists[s].length;
    }
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s];
        const uint32_t *files = segment->fields[SEGMENT_CHUNKS].files;
        for (; read < USES_READ && postings_next(&lists[s]); read++) {
            *near += kinship_of(ranking, s, segment->folders[files[lists[s].document]]);
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

static void rate_place(struct ranking *ranking, struct snapshot_file at, float *features) {
    const struct segment *segment = ranking->input->snapshot->segments[at.segment];
    enum imports_way way = imports_way(ranking->input->imports, at);
    enum taint taint = (enum taint)segment->taints[at.file];
    uint32_t distance = distance_of(ranking, at.segment, segment->folders[at.file]), first;
    uint32_t symbols = segment_range(segment, SEGMENT_SYMBOLS, at.file, &first) - first;
    features[SIGNATURE_DIRECT] = way == IMPORTS_DIRECT;
    features[SIGNATURE_PACKAGE] = way == IMPORTS_PACKAGE;
    features[SIGNATURE_SECOND] = way == IMPORTS_SECOND;
    features[SIGNATURE_SMALL] = way != IMPORTS_NONE ? 1.0f / sqrtf(1.0f + (float)symbols) : 0;
    features[SIGNATURE_FOLDER] = distance == 0;
    features[SIGNATURE_NEAR] = 1.0f / (1.0f + (float)distance);
    features[SIGNATURE_TEST] = taint == TAINT_TEST && !ranking->input->is_test;
    features[SIGNATURE_BOTH_TEST] = taint == TAINT_TEST && ranking->input->is_test;
    features[SIGNATURE_VENDORED] = taint == TAINT_VENDORED || taint == TAINT_GENERATED;
}

// Rated on first use. Its features do not overlap with what a candidate is found by.
static const struct place *place_of(struct ranking *ranking, struct snapshot_file at) {
    uint32_t *placed = &ranking->placed[at.segment][at.file];
    if (*placed == 0) {
        struct place place = {0};
        rate_place(ranking, at, place.features);
        place.score = score_of(place.features);
        vec_push(&ranking->places, place);
        *placed = (uint32_t)ranking->places.count;
    }
    return &ranking->places.items[*placed - 1];
}

static void rate_name(const struct ranking *ranking, const struct segment_keys *keys, float *features) {
    uint64_t said = query_said(ranking->input->query, keys->name);
    const uint64_t *at = map_get(&ranking->terms, keys->name_term);
    if (at) {
        const struct evidence *evidence = &ranking->evidence.items[*at];
        features[SIGNATURE_SIMILAR] = evidence->sums[AROUND] / ranking->totals[AROUND];
        features[SIGNATURE_SIMILAR_LINE] = evidence->sums[LINE] / ranking->totals[LINE];
    }
    if (said) {
        bool above = said & QUERY_ABOVE, below = said & QUERY_BELOW;
        features[SIGNATURE_ABOVE] = above;
        features[SIGNATURE_BELOW] = below;
        features[SIGNATURE_BELOW_NEAR] = below ? 1.0f / (1.0f + (float)query_lines_below(said) * 0.1f) : 0;
        features[SIGNATURE_IMPORTED] = !above && (said & QUERY_IMPORTED);
    }
}

// Does the symbol begin with the word being typed?
static bool continues_word(const struct query *query, const struct segment *segment, uint32_t id) {
    size_t typed = query->cursor - query->word;
    const char *word = query->text.data + query->word;
    if (typed == 0 || segment->keys[id].initial != (unsigned char)word[0]) {
        return false;
    }
    const char *name = segment_symbol(segment, id)->name;
    return strncmp(name, word, typed) == 0 && name[typed] != '\0';
}

// Candidates of one scope mostly follow each other, so what was found out last is kept.
static const struct scope_memo *look_up_scope(struct ranking *ranking, const struct segment_keys *keys) {
    const struct query *query = ranking->input->query;
    struct scope_memo *memo = &ranking->memo;
    if (memo->scope != keys->scope) {
        const uint64_t *near = map_get(&ranking->scopes, keys->scope_term);
        uint64_t said = query_said(query, keys->scope);
        *memo = (struct scope_memo){.scope = keys->scope,
                                    .near = near ? 1.0f / (1.0f + (float)*near * 0.2f) : 0,
                                    .receiver = map_get(&query->receivers, keys->scope) != NULL,
                                    .above = said & QUERY_ABOVE,
                                    .imported = said & QUERY_IMPORTED};
    }
    return memo;
}

static void rate_scope(struct ranking *ranking, const struct segment_keys *keys, float *features) {
    const struct query *query = ranking->input->query;
    bool member = keys->scope != 0;
    features[SIGNATURE_MEMBER] = query->after_member && member;
    features[SIGNATURE_FREE] = query->after_member && !member;
    if (member) {
        const struct scope_memo *memo = look_up_scope(ranking, keys);
        features[SIGNATURE_RECEIVER] = memo->receiver;
        features[SIGNATURE_SCOPE_NEAR] = memo->near;
        features[SIGNATURE_SCOPE_ABOVE] = memo->above;
        features[SIGNATURE_SCOPE_IMPORTED] = memo->imported;
    }
}

// All but what its place and count_uses tell; features are 0 before.
static void rate(struct ranking *ranking, const struct candidate *candidate, bool is_own_folder,
                 float *features) {
    const struct segment *segment = ranking->input->snapshot->segments[candidate->segment];
    const struct segment_keys *keys = &segment->keys[candidate->id];
    features[SIGNATURE_BM25] = candidate->bm25;
    features[SIGNATURE_BM25_LINE] = candidate->bm25_line;
    rate_name(ranking, keys, features);
    rate_scope(ranking, keys, features);
    features[SIGNATURE_FUNCTION] = keys->kind == SYMBOL_FUNCTION || keys->kind == SYMBOL_METHOD;
    features[SIGNATURE_TYPE] = keys->kind == SYMBOL_TYPE;
    features[SIGNATURE_CONSTANT] = keys->kind == SYMBOL_CONSTANT || keys->kind == SYMBOL_MACRO;
    features[SIGNATURE_FIELD] = keys->kind == SYMBOL_FIELD;
    features[SIGNATURE_DECLARATION] = keys->is_declaration;
    features[SIGNATURE_PRIVATE] = keys->initial == '_' && !is_own_folder;
    features[SIGNATURE_PREFIX] = continues_word(ranking->input->query, segment, candidate->id);
}

static bool is_own_folder(const struct place *place) {
    return place->features[SIGNATURE_FOLDER] > 0;
}

static float rate_cheaply(struct ranking *ranking, const struct candidate *candidate) {
    const struct place *place =
        place_of(ranking, (struct snapshot_file){candidate->segment, candidate->file});
    float features[SIGNATURE_FEATURE_COUNT] = {0};
    rate(ranking, candidate, is_own_folder(place), features);
    return place->score + score_of(features);
}

static float rate_in_full(struct ranking *ranking, const struct candidate *candidate, float *features) {
    const struct segment *segment = ranking->input->snapshot->segments[candidate->segment];
    const struct place *place =
        place_of(ranking, (struct snapshot_file){candidate->segment, candidate->file});
    float near, used = count_uses(ranking, segment->keys[candidate->id].name_term, &near);
    memcpy(features, place->features, sizeof place->features);
    rate(ranking, candidate, is_own_folder(place), features);
    features[SIGNATURE_SIMILAR_RARE] =
        features[SIGNATURE_SIMILAR] * logf((ranking->chunks + 1) / (used + 1)) / 5.0f;
    features[SIGNATURE_USED] = logf(1.0f + used) / 5.0f;
    features[SIGNATURE_USED_NEAR] = logf(1.0f + near) / 3.0f;
    float length = 1.0f + (float)(segment->keys[candidate->id].length * SEGMENT_LENGTH_STEP);
    return score_of(features) - LENGTH_PRICE * logf(length / PLAIN_LENGTH);
}

// Higher scores give lower keys.
static uint32_t key_of(float score) {
    uint32_t bits;
    memcpy(&bits, &score, sizeof bits);
    return bits >> 31 ? bits : ~bits & 0x7FFFFFFFu;
}

// By bytes of the key from the lowest, each time keeping the order of what is equal. Candidates come in an order
// that depends on the index and the query alone, so ties do too.
static void sort(struct ranking *ranking) {
    size_t count = ranking->rank_count;
    struct rank *from = ranking->ranks, *to = ranking->ranks + SIGNATURES_CANDIDATES;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        uint32_t places[256] = {0}, total = 0;
        for (size_t i = 0; i < count; i++) {
            places[key_of(from[i].score) >> shift & 0xFF]++;
        }
        for (size_t value = 0; value < 256; value++) {
            uint32_t here = places[value];
            places[value] = total;
            total += here;
        }
        for (size_t i = 0; i < count; i++) {
            to[places[key_of(from[i].score) >> shift & 0xFF]++] = from[i];
        }
        struct rank *sorted = to;
        to = from;
        from = sorted;
    }
}

static void expect_uses(const struct ranking *ranking, size_t i) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    for (size_t ahead = AHEAD / 2; ahead <= AHEAD && i + ahead < ranking->rank_count; ahead += AHEAD / 2) {
        const struct candidate *next = &ranking->candidates.items[ranking->ranks[i + ahead].at];
        uint32_t term = snapshot->segments[next->segment]->keys[next->id].name_term;
        for (uint32_t s = 0; s < snapshot->segment_count; s++) {
            const struct postings *terms = &snapshot->segments[s]->fields[SEGMENT_CHUNKS].terms;
            if (ahead == AHEAD) {
                postings_expect(terms, term);
            } else {
                postings_expect_soon(terms, term);
            }
        }
    }
}

// The best by what is cheap to know are kept, and rated in full.
static void keep_best(struct ranking *ranking) {
    size_t count = ranking->rank_count < SIGNATURES_KEPT ? ranking->rank_count : SIGNATURES_KEPT;
    ranking->rank_count = count;
    ranking->kept = mem_alloc((count + 1) * sizeof *ranking->kept);
    for (size_t i = 0; i < count; i++) {
        const struct candidate *candidate = &ranking->candidates.items[ranking->ranks[i].at];
        struct signature *kept = &ranking->kept[i];
        *kept =
            (struct signature){.segment = candidate->segment, .id = candidate->id, .file = candidate->file};
        expect_uses(ranking, i);
        ranking->ranks[i] = (struct rank){rate_in_full(ranking, candidate, kept->features), (uint32_t)i};
    }
}

static void push_back_repeated(struct ranking *ranking) {
    struct map seen;
    map_init(&seen);
    map_reserve(&seen, ranking->rank_count);
    for (size_t i = 0; i < ranking->rank_count; i++) {
        const struct signature *kept = &ranking->kept[ranking->ranks[i].at];
        const struct segment *segment = ranking->input->snapshot->segments[kept->segment];
        uint64_t *times = map_insert(&seen, segment->keys[kept->id].name, 0);
        ranking->ranks[i].score -= REPEATED_NAME * (float)(*times)++;
    }
    map_free(&seen);
}

static void rank_candidates(struct ranking *ranking) {
    size_t count = ranking->candidates.count;
    ranking->ranks = mem_alloc(2 * (size_t)SIGNATURES_CANDIDATES * sizeof *ranking->ranks);
    for (size_t i = 0; i < count; i++) {
        ranking->ranks[i] = (struct rank){rate_cheaply(ranking, &ranking->candidates.items[i]), (uint32_t)i};
    }
    ranking->rank_count = count;
    sort(ranking);
    keep_best(ranking);
    sort(ranking);
    push_back_repeated(ranking);
    sort(ranking);
}

static struct signature *copy_ranked(const struct ranking *ranking) {
    struct signature *ranked = mem_alloc((ranking->rank_count + 1) * sizeof *ranked);
    for (size_t i = 0; i < ranking->rank_count; i++) {
        ranked[i] = ranking->kept[ranking->ranks[i].at];
        ranked[i].score = ranking->ranks[i].score;
    }
    return ranked;
}

static void free_ranking(struct ranking *ranking) {
    map_free(&ranking->known);
    map_free(&ranking->terms);
    map_free(&ranking->scopes);
    vec_free(&ranking->evidence);
    vec_free(&ranking->names);
    vec_free(&ranking->places);
    vec_free(&ranking->candidates);
    for (uint32_t s = 0; s < ranking->input->snapshot->segment_count; s++) {
        free(ranking->distances[s]);
        free(ranking->placed[s]);
    }
    free(ranking->ranks);
    free(ranking->kept);
}

static void note_scopes(struct ranking *ranking) {
    const struct query *query = ranking->input->query;
    for (size_t i = 0; i < query->name_count; i++) {
        map_insert(&ranking->scopes, segment_scope_term(query->names[i].text), query->names[i].distance);
    }
}

struct signature *signatures_rank(const struct signatures_input *input, size_t *count) {
    struct ranking ranking = {.input = input};
    map_init(&ranking.known);
    map_init(&ranking.terms);
    map_reserve(&ranking.known, SIGNATURES_CANDIDATES);
    map_reserve(&ranking.terms, SIMILAR_TERMS);
    map_init(&ranking.scopes);
    vec_reserve(&ranking.candidates, SIGNATURES_CANDIDATES);
    note_scopes(&ranking);
    make_room_for_places(&ranking);
    offer_ranked(&ranking, input->query->terms, input->query->term_count, SIGNATURE_BM25);
    offer_ranked(&ranking, input->query->line_terms, input->query->line_term_count, SIGNATURE_BM25_LINE);
    if (!cancel_fired(input->cancel)) {
        offer_mentions(&ranking);
        offer_similar(&ranking);
        offer_imported(&ranking);
    }
    rank_candidates(&ranking);
    struct signature *ranked = copy_ranked(&ranking);
    *count = ranking.rank_count;
    free_ranking(&ranking);
    return ranked;
}
