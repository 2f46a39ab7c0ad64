// signatures.c - see signatures.h.
//
// Candidates come from four doors: members of the type left of the ".", BM25
// over the signature documents, names that the file says elsewhere (below the
// cursor, in its imports), and names that occur in chunks similar to the lines
// around the cursor: whoever writes similar code needs the same helpers. All are
// cheap look-ups.
//
// What each is worth is signature_rating.h's. A second definition of a name
// already listed is worth less than the first, so it waits behind other names.
#include "retrieval/signatures.h"

#include "base/mem.h"
#include "retrieval/signature_rating.h"

// For a bm25_question: of 1,444 names that are called next, 36.4 % were found among 820,000 signatures with 40,000,
// 37.3 % with this and 38.2 % with 160,000 (tests/bench/retrieval_speed).
enum { EFFORT = 80000 };
enum { BM25_LIMIT = 500, NAME_LIMIT = 24, SIMILAR_CHUNKS = CHUNKS_LINE, AHEAD = 32 };
enum { MEMBERS = 200 }; // of types left of a "."

static const float REPEATED_NAME = 2.0f; // what a name's every further definition loses

struct rank {
    float score;
    uint32_t at; // of the candidate, or of what is kept
};

struct ranking {
    const struct signatures_input *input;
    struct signature_rating rating;
    struct map known; // segment and id -> candidate
    VEC(struct signature_candidate) candidates;
    // Of the candidates, then of those kept, best first once sorted; behind them room for sorting.
    struct rank *ranks;
    size_t rank_count;
    struct signature *kept;
    VEC(uint32_t) names; // to be offered, as segment_name_key
};

static void expect_symbol(const struct segment *segment, uint32_t id) {
    __builtin_prefetch(&segment->keys[id]);
}

static bool is_full(const struct ranking *ranking) {
    return ranking->candidates.count >= SIGNATURES_CANDIDATES;
}

// Returns the candidate; NULL if it is none.
static struct signature_candidate *offer_candidate(struct ranking *ranking, uint32_t segment, uint32_t id) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    uint32_t file = segment_file_of(&snapshot->segments[segment]->fields[SEGMENT_SYMBOLS], id);
    const struct snapshot_file *self = ranking->input->self;
    bool is_self = self && self->segment == segment && self->file == file;
    if (is_self || snapshot_is_dead(snapshot, segment, file) || is_full(ranking)) {
        return NULL;
    }
    __builtin_prefetch(&snapshot->segments[segment]->folders[file]); // for signature_rating_cheap
    __builtin_prefetch(&snapshot->segments[segment]->taints[file]);
    size_t count = ranking->candidates.count;
    uint64_t at = *map_insert(&ranking->known, (uint64_t)segment << 32 | id, count);
    if (at == count) {
        vec_push(
            &ranking->candidates,
            (struct signature_candidate){
                .segment = segment, .id = id, .file = file, .keys = snapshot->segments[segment]->keys[id]});
    }
    return &ranking->candidates.items[at];
}

static void offer_hits(struct ranking *ranking, const struct bm25_hits *result,
                       enum signature_feature feature) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    const struct bm25_hit *hits = result->hits;
    for (size_t i = 0; i < result->count; i++) {
        if (i + AHEAD < result->count) {
            expect_symbol(snapshot->segments[hits[i + AHEAD].segment], hits[i + AHEAD].id);
        }
        struct signature_candidate *candidate = offer_candidate(ranking, hits[i].segment, hits[i].id);
        if (candidate) {
            *(feature == SIGNATURE_BM25 ? &candidate->bm25 : &candidate->bm25_line) =
                hits[i].score / hits[0].score;
        }
    }
}

// By the words of the lines around the cursor, and by those of the nearest three.
static void offer_ranked(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    struct bm25_hit *hits = mem_alloc(2 * (size_t)BM25_LIMIT * sizeof *hits);
    struct bm25_hits results[] = {{hits, BM25_LIMIT, 0}, {hits + BM25_LIMIT, BM25_LIMIT, 0}};
    struct bm25_question around = {.snapshot = input->snapshot,
                                   .field = SEGMENT_SYMBOLS,
                                   .terms = input->query->terms,
                                   .count = input->query->term_count,
                                   .skip = input->self,
                                   .effort = EFFORT};
    struct bm25_question questions[] = {around, around};
    questions[1].terms = input->query->line_terms;
    questions[1].count = input->query->line_term_count;
    bm25_search_both(questions, results);
    offer_hits(ranking, &results[0], SIGNATURE_BM25);
    offer_hits(ranking, &results[1], SIGNATURE_BM25_LINE);
    free(hits);
}

// Every definition of a name, unless there are so many that the name says little.
static void offer_named(struct ranking *ranking, uint32_t key) {
    struct snapshot_symbol named[NAME_LIMIT];
    uint32_t count = snapshot_named(ranking->input->snapshot, key, NAME_LIMIT, named);
    for (uint32_t i = 0; i < count && count <= NAME_LIMIT; i++) {
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
    for (size_t i = 0; i < ranking->names.count && !is_full(ranking); i++) {
        expect_name(ranking, i);
        offer_named(ranking, ranking->names.items[i]);
    }
    ranking->names.count = 0;
}

// Of a type, what stands in the file of its definition.
static void offer_members_of(struct ranking *ranking, uint32_t s, uint32_t type) {
    const struct segment *segment = ranking->input->snapshot->segments[s];
    uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], type), id;
    uint32_t end = segment_range(segment, SEGMENT_SYMBOLS, file, &id);
    for (; id < end && ranking->candidates.count < MEMBERS; id++) {
        if (segment->keys[id].scope == segment->keys[type].name) {
            offer_candidate(ranking, s, id);
        }
    }
}

// Of its first definitions, if there are many.
static void offer_members_of_type(struct ranking *ranking, struct slice type) {
    const struct snapshot *snapshot = ranking->input->snapshot;
    struct snapshot_symbol named[NAME_LIMIT];
    uint32_t exact = segment_exact_key(type);
    uint32_t count = snapshot_named(snapshot, segment_name_key(type), NAME_LIMIT, named);
    for (uint32_t i = 0; i < count && i < NAME_LIMIT; i++) {
        const struct segment_keys *keys = &snapshot->segments[named[i].segment]->keys[named[i].id];
        if (keys->kind == SYMBOL_TYPE && keys->name == exact && !keys->is_declaration) {
            offer_members_of(ranking, named[i].segment, named[i].id);
        }
    }
}

// Of what may be the type of the thing left of the ".". First of all, as none of them may miss its place.
static void offer_members(struct ranking *ranking) {
    const struct query *query = ranking->input->query;
    for (size_t i = 0; i < query->receivers.names.count; i++) {
        offer_members_of_type(ranking, query->receivers.names.items[i]);
    }
}

static void offer_mentions(struct ranking *ranking) {
    const struct surroundings_names *mentions = surroundings_mentions(ranking->input->query->surroundings);
    for (size_t i = 0; i < mentions->count; i++) {
        vec_push(&ranking->names, mentions->items[i]);
    }
    offer_names(ranking);
}

static void gather_evidence(struct ranking *ranking, enum signature_likeness likeness,
                            const struct bm25_hit *hits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk =
            segment_chunk(ranking->input->snapshot->segments[hits[i].segment], hits[i].id);
        float weight = hits[i].score / hits[0].score;
        ranking->rating.totals[likeness] += weight * weight;
        for (uint32_t t = 0; t < chunk->term_count; t++) {
            uint32_t term = chunk->terms[t].hash;
            if (signature_rating_hear(&ranking->rating, likeness, term, weight * weight)) {
                vec_push(&ranking->names, term);
            }
        }
    }
    offer_names(ranking);
}

static void offer_similar(struct ranking *ranking) {
    const struct chunks_found *similar = ranking->input->similar;
    size_t count = similar->around_count < SIMILAR_CHUNKS ? similar->around_count : SIMILAR_CHUNKS;
    gather_evidence(ranking, SIGNATURE_LIKE_AROUND, similar->around, count);
    gather_evidence(ranking, SIGNATURE_LIKE_LINE, similar->line, similar->line_count);
}

static void offer_imported(struct ranking *ranking) {
    const struct signatures_input *input = ranking->input;
    size_t count = input->imports->files.count;
    for (size_t i = 0; i < count && !is_full(ranking); i++) {
        struct snapshot_file at = input->imports->files.items[i];
        uint32_t id,
            end = segment_range(input->snapshot->segments[at.segment], SEGMENT_SYMBOLS, at.file, &id);
        for (; id < end; id++) {
            offer_candidate(ranking, at.segment, id);
        }
    }
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
        uint32_t term = ranking->candidates.items[ranking->ranks[i + ahead].at].keys.name_term;
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
        const struct signature_candidate *candidate = &ranking->candidates.items[ranking->ranks[i].at];
        struct signature *kept = &ranking->kept[i];
        *kept =
            (struct signature){.segment = candidate->segment, .id = candidate->id, .file = candidate->file};
        expect_uses(ranking, i);
        ranking->ranks[i] =
            (struct rank){signature_rating_full(&ranking->rating, candidate, kept->features), (uint32_t)i};
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
        ranking->ranks[i] = (struct rank){
            signature_rating_cheap(&ranking->rating, &ranking->candidates.items[i]), (uint32_t)i};
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
    signature_rating_free(&ranking->rating);
    map_free(&ranking->known);
    vec_free(&ranking->names);
    vec_free(&ranking->candidates);
    free(ranking->ranks);
    free(ranking->kept);
}

struct signature *signatures_rank(const struct signatures_input *input, size_t *count) {
    struct ranking ranking = {.input = input};
    signature_rating_init(&ranking.rating, input);
    map_init(&ranking.known);
    map_reserve(&ranking.known, SIGNATURES_CANDIDATES);
    vec_reserve(&ranking.candidates, SIGNATURES_CANDIDATES);
    offer_members(&ranking);
    offer_ranked(&ranking);
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
