// query.c - see query.h.
//
// The lines just above the cursor tell what is being written; the headers of
// the blocks around it (found by indentation alone, which works in a broken
// file and in every language) tell where.
#include "retrieval/query.h"

#include "base/mem.h"
#include "indexer/terms.h"
#include "retrieval/identifiers.h"

#include <stdlib.h>

static const float BELOW_WEIGHT = 0.35f;  // of a line below the cursor
static const float HEADER_WEIGHT = 0.6f;  // of a header of a block around the cursor
static const float DISTANCE_FADE = 0.12f; // a line's weight is 1 / (1 + fade * distance)
enum { NEAR_LINES = 2, BELOW_LINES = 5, HEADERS = 4, HEADER_REACH = 2000, REACH_STEP = 8 * 1024 };

struct weighing {
    struct map weights; // term -> index in sums
    VEC(struct weighted_term) sums;
    float weight;
};

void query_identifiers(struct slice text, size_t start, size_t end,
                       void (*emit)(void *context, struct slice name, size_t at), void *context) {
    identifiers_scan(text, start, end, emit, context);
}

static void weigh_term(void *context, uint32_t hash) {
    struct weighing *weighing = context;
    uint64_t at = *map_insert(&weighing->weights, hash, weighing->sums.count);
    if (at == weighing->sums.count) {
        vec_push(&weighing->sums, (struct weighted_term){hash, 0});
    }
    struct weighted_term *sum = &weighing->sums.items[at];
    // Repetition adds less and less, and never more than the nearest two lines together would.
    sum->weight += weighing->weight / (1.0f + 2.0f * sum->weight);
}

static void weigh_line(struct weighing *weighing, struct slice text, size_t start, size_t end, float weight) {
    weighing->weight = weight;
    terms_scan(slice_sub(text, start, end), weigh_term, weighing);
}

static size_t indentation(struct slice text, size_t start, size_t end) {
    size_t at = start;
    while (at < end && (text.data[at] == ' ' || text.data[at] == '\t')) {
        at++;
    }
    return at == end ? SIZE_MAX : at - start;
}

// Lines above the near ones that are indented less than all below them: the headers of the blocks around.
static void weigh_headers(struct weighing *weighing, struct slice text, size_t cursor) {
    size_t start = slice_line_start(text, cursor),
           level = indentation(text, start, slice_line_end(text, start));
    level = level == SIZE_MAX ? cursor - start : level;
    int headers = 0;
    for (int line = 0; start > 0 && level > 0 && headers < HEADERS && line < HEADER_REACH; line++) {
        size_t end = start - 1;
        start = slice_line_start(text, end);
        size_t here = indentation(text, start, end);
        bool closes = here != SIZE_MAX && (text.data[start + here] == '}' || text.data[start + here] == ')');
        if (here != SIZE_MAX && here < level && !closes) {
            level = here;
            headers++;
            if (line >= QUERY_LINES) {
                weigh_line(weighing, text, start, end, HEADER_WEIGHT);
            }
        }
    }
}

// The cursor's line and `count` lines above it.
static void weigh_above(struct weighing *weighing, const struct query *query, uint32_t count) {
    size_t end = query->cursor;
    for (uint32_t distance = 0; distance <= count; distance++) {
        size_t start = slice_line_start(query->text, end);
        weigh_line(weighing, query->text, start, end, 1.0f / (1.0f + DISTANCE_FADE * (float)distance));
        if (start == 0) {
            break;
        }
        end = start - 1;
    }
}

static void weigh_near(struct query *query) {
    struct weighing weighing = {0};
    map_init(&weighing.weights);
    weigh_above(&weighing, query, NEAR_LINES);
    map_free(&weighing.weights);
    query->line_terms = weighing.sums.items;
    query->line_term_count = weighing.sums.count;
}

static void weigh_lines(struct query *query) {
    struct weighing weighing = {0};
    struct slice text = query->text;
    map_init(&weighing.weights);
    weigh_above(&weighing, query, QUERY_LINES);
    size_t start = query->cursor;
    for (uint32_t distance = 0; distance <= BELOW_LINES && start < text.length; distance++) {
        size_t stop = slice_line_end(text, start);
        weigh_line(&weighing, text, start, stop, BELOW_WEIGHT);
        start = stop + 1;
    }
    weigh_headers(&weighing, text, query->cursor);
    map_free(&weighing.weights);
    query->terms = weighing.sums.items;
    query->term_count = weighing.sums.count;
}

struct naming {
    struct query *query;
    struct map seen;
    uint32_t distance;
    struct slice line[64]; // names of the line in work
    size_t count;
};

static void name_of_line(void *context, struct slice name, size_t at) {
    (void)at;
    struct naming *naming = context;
    if (naming->count < sizeof naming->line / sizeof naming->line[0] && name.length > 1 &&
        !terms_is_keyword(name)) {
        naming->line[naming->count++] = name;
    }
}

static void take_line(struct naming *naming) {
    struct query *query = naming->query;
    while (naming->count > 0 && query->name_count < QUERY_NAMES) {
        struct slice name = naming->line[--naming->count];
        size_t known = naming->seen.count;
        map_insert(&naming->seen, segment_exact_key(name), 1);
        if (naming->seen.count > known) {
            query->names[query->name_count++] = (struct query_name){name, naming->distance};
        }
    }
    naming->count = 0;
}

static void gather_names(struct query *query) {
    struct naming naming = {.query = query};
    query->names = mem_alloc(QUERY_NAMES * sizeof *query->names);
    map_init(&naming.seen);
    size_t end = query->word;
    for (naming.distance = 0; naming.distance <= QUERY_LINES; naming.distance++) {
        size_t start = slice_line_start(query->text, end);
        query_identifiers(query->text, start, end, name_of_line, &naming);
        take_line(&naming);
        if (start == 0) {
            break;
        }
        end = start - 1;
    }
    map_free(&naming.seen);
}

static void gather_receivers(struct query *query) {
    size_t sign = types_sign_before(query->text, query->word);
    query->after_member = sign < query->word;
    if (query->after_member) {
        types_read(&query->receivers, query->text, types_holder_before(query->text, sign), sign);
    }
}

// What is within reach; *line_end gets where the cursor's line ends, or its reach. While a line is typed, the rims stay
// where they are, but for a step now and then.
static struct slice within_reach(struct slice text, size_t cursor, size_t *start, size_t *line_end) {
    *start = cursor > QUERY_REACH ? (cursor - QUERY_REACH) / REACH_STEP * REACH_STEP : 0;
    *line_end = slice_line_end(slice_sub(text, 0, cursor + QUERY_REACH), cursor);
    return slice_sub(text, *start, *line_end < cursor + QUERY_REACH ? *line_end + QUERY_REACH : *line_end);
}

static void read_surroundings(struct query *query, size_t line_end) {
    struct surroundings_place place = {.line = slice_line_start(query->text, query->word),
                                       .word = query->word,
                                       .cursor = query->cursor,
                                       .line_end = line_end};
    surroundings_read(query->surroundings, query->text, place);
}

void query_init(struct query *query, struct slice path, struct slice text, size_t cursor,
                struct surroundings *kept) {
    size_t start, line_end;
    cursor = cursor < text.length ? cursor : text.length;
    *query = (struct query){.path = path, .text = within_reach(text, cursor, &start, &line_end)};
    query->surroundings = kept ? kept : surroundings_new();
    query->owns_surroundings = !kept;
    query->cursor = query->word = cursor - start;
    while (query->word > 0 && identifiers_has(query->text.data[query->word - 1])) {
        query->word--;
    }
    types_init(&query->receivers);
    weigh_lines(query);
    weigh_near(query);
    gather_names(query);
    read_surroundings(query, line_end - start);
    gather_receivers(query);
}

void query_free(struct query *query) {
    free(query->terms);
    free(query->line_terms);
    free(query->names);
    if (query->owns_surroundings) {
        surroundings_free(query->surroundings);
    }
    types_free(&query->receivers);
}
