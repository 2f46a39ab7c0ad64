// query.c - see query.h.
//
// The lines just above the cursor tell what is being written; the headers of
// the blocks around it (found by indentation alone, which works in a broken
// file and in every language) tell where. A name that an import statement
// brings in and no line above uses yet is likely to be used soon, so names on
// import lines are kept apart from those in code.
#include "retrieval/query.h"

#include "base/mem.h"
#include "indexer/lanes.h"
#include "indexer/terms.h"

#include <stdlib.h>

static const float BELOW_WEIGHT = 0.35f;  // of a line below the cursor
static const float HEADER_WEIGHT = 0.6f;  // of a header of a block around the cursor
static const float DISTANCE_FADE = 0.12f; // a line's weight is 1 / (1 + fade * distance)
enum {
    NEAR_LINES = 2,
    BELOW_LINES = 5,
    HEADERS = 4,
    HEADER_REACH = 2000,
    MENTIONS = 3000,
    BYTES_PER_NAME = 64, // of a text, usually, when each is counted once
    RECEIVER_USES = 40,  // nearest to the cursor
    TYPE_WORDS = 6       // of one type
};

struct weighing {
    struct map weights; // term -> index in sums
    VEC(struct weighted_term) sums;
    float weight;
};

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

// Of 64 bytes, a bit for each that is_word.
static inline uint64_t word_bits(const char *bytes) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < LANES_BLOCK; i += LANES) {
        lanes here = lanes_load(bytes + i);
        lanes are_letters = lanes_between(here | 0x20, 'a', 'z') | here; // also all above 127
        lanes are_others = lanes_between(here, '0', '9') | lanes_are(here, '_') | lanes_are(here, '$');
        bits |= lanes_top_bits(are_letters | are_others) << i;
    }
    return bits;
}

typedef void take_name(void *context, struct slice name, size_t at);

static inline void take_word(struct slice text, size_t start, size_t end, take_name *take, void *context) {
    if (text.data[start] < '0' || text.data[start] > '9') {
        take(context, slice_of(text.data + start, end - start), start);
    }
}

// A copy for each that takes, or every name would cost a call through a pointer.
static inline __attribute__((always_inline)) void scan_names(struct slice text, size_t start, size_t end,
                                                             take_name *take, void *context) {
    text = slice_sub(text, 0, end);
    size_t word = text.length; // where the one in work starts
    for (size_t at = start; at < text.length; at += LANES_BLOCK) {
        char padded[LANES_BLOCK];
        uint64_t bits = word_bits(lanes_block(text, at, padded)), inside = word < at;
        // Where one ends or starts, in turn.
        for (uint64_t rims = bits ^ (bits << 1 | inside); rims; rims &= rims - 1) {
            size_t rim = at + (size_t)__builtin_ctzll(rims);
            if (word < rim) {
                take_word(text, word, rim, take, context);
                word = text.length;
            } else {
                word = rim;
            }
        }
    }
    if (word < text.length) {
        take_word(text, word, text.length, take, context);
    }
}

void query_identifiers(struct slice text, size_t start, size_t end,
                       void (*emit)(void *context, struct slice name, size_t at), void *context) {
    scan_names(text, start, end, emit, context);
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

// Does an import statement begin at this place?
static bool begins_import(struct slice line) {
    static const char *const heads[] = {"import ",  "import{",  "import\t", "from ",    "use ",
                                        "pub use ", "#include", "export {", "export *", "mod ",
                                        "pub mod ", "using ",   "require"};
    line = slice_trim(line);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        bool may = line.length && line.data[0] == heads[i][0]; // nearly always not
        if (may && slice_starts_with(line, slice_of_string(heads[i]))) {
            return true;
        }
    }
    return false;
}

static int depth_change(struct slice line) {
    int depth = 0;
    for (size_t i = 0; i < line.length; i++) {
        char c = line.data[i];
        depth += (c == '(' || c == '{') - (c == ')' || c == '}');
    }
    return depth;
}

struct gathering {
    struct query *query;
    uint64_t where; // a bit of query_said
    size_t counted; // of the text; lines are counted up to there
    uint64_t lines; // below the cursor
};

static uint64_t lines_until(struct gathering *gathering, size_t at) {
    if (gathering->where == QUERY_BELOW) {
        struct slice more = slice_sub(gathering->query->text, gathering->counted, at);
        gathering->lines += slice_count(more, '\n');
        gathering->counted = at;
    }
    return gathering->lines;
}

// A keyword is noted as such, so that it need not be looked up again.
static void gather_name(void *context, struct slice name, size_t at) {
    struct gathering *gathering = context;
    struct query *query = gathering->query;
    if (name.length < 2) {
        return;
    }
    uint64_t *said = map_insert(&query->said, segment_exact_key(name), 0);
    if (*said == 0 && terms_is_keyword(name)) {
        *said = QUERY_KEYWORD;
    }
    if (*said & (QUERY_KEYWORD | gathering->where)) {
        return; // below, the nearest occurrence is met first
    }
    *said |= gathering->where | lines_until(gathering, at) << QUERY_LINES_AT;
    if (gathering->where != QUERY_ABOVE && query->mentions.count < MENTIONS) {
        vec_push(&query->mentions, name);
    }
}

static void gather(struct query *query, size_t start, size_t end, uint64_t where) {
    struct gathering gathering = {.query = query, .where = where, .counted = start};
    scan_names(query->text, start, end, gather_name, &gathering);
}

// Whole lines from the reach's beginning to the cursor: names of import statements apart from the others.
static void gather_before(struct query *query) {
    struct slice text = query->text;
    size_t from = 0; // of the lines that are no imports
    int depth = 0;
    for (size_t start = 0, end; start < query->cursor; start = end + 1) {
        end = slice_line_end(text, start);
        struct slice line = slice_sub(text, start, end);
        if (end < query->cursor && (depth > 0 || begins_import(line))) {
            depth += depth_change(line);
            depth = depth < 0 ? 0 : depth;
            gather(query, from, start, QUERY_ABOVE);
            gather(query, start, end, QUERY_IMPORTED);
            from = end + 1;
        }
    }
    gather(query, from, query->word, QUERY_ABOVE);
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

// The identifier that ends right before `at`, spaces aside.
static struct slice word_before(struct slice text, size_t at) {
    while (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '*' || text.data[at - 1] == '&')) {
        at--;
    }
    size_t end = at;
    while (at > 0 && is_word(text.data[at - 1])) {
        at--;
    }
    return slice_sub(text, at, end);
}

static bool is_passed_over(struct slice word) {
    return slice_equal(word, SLICE_LITERAL("new")) || slice_equal(word, SLICE_LITERAL("mut")) ||
           slice_equal(word, SLICE_LITERAL("await")) || slice_equal(word, SLICE_LITERAL("const")) ||
           slice_equal(word, SLICE_LITERAL("struct"));
}

void query_add_receiver(struct query *query, struct slice name) {
    uint32_t key = segment_exact_key(name);
    if (name.length > 1 && !terms_is_keyword(name) && !map_get(&query->receivers, key)) {
        map_set(&query->receivers, key, 1);
        vec_push(&query->receiver_names, name);
    }
}

// Foo in "Foo x" and "Foo *x"; all in "Foo<Bar> x".
static void add_type_before(struct query *query, size_t at) {
    struct slice text = query->text;
    int depth = 0;
    while (at > 0 && strchr(" *&", text.data[at - 1])) {
        at--;
    }
    for (int words = 0; at > 0 && words < TYPE_WORDS;) {
        char last = text.data[at - 1];
        if (is_word(last)) {
            struct slice word = word_before(text, at);
            query_add_receiver(query, word);
            words += depth == 0 ? TYPE_WORDS : 1;
            at -= word.length;
        } else if (last == '>' || (depth > 0 && strchr("<, *&:?", last))) {
            depth += (last == '>') - (last == '<');
            at--;
        } else {
            return;
        }
    }
}

// Foo in "x: Foo", "x = new Foo(", "x := &pkg.Foo{", "x Foo"; all in "x: Foo[Bar]".
static void add_type_behind(struct query *query, size_t at) {
    struct slice text = query->text;
    size_t end = slice_line_end(text, at);
    for (int words = 0; words < TYPE_WORDS;) {
        while (at < end && strchr(" :=&*?\"'", text.data[at])) {
            at++;
        }
        size_t start = at;
        while (at < end && is_word(text.data[at])) {
            at++;
        }
        struct slice word = slice_sub(text, start, at);
        bool passed_over = is_passed_over(word);
        if (!passed_over) {
            query_add_receiver(query, word);
        }
        if (word.length == 0 || at == end || !(passed_over || strchr(".:<[", text.data[at]))) {
            return;
        }
        words += !passed_over;
        at += strchr(".<[", text.data[at]) != NULL;
    }
}

struct receiving {
    struct slice name;
    size_t ends[RECEIVER_USES]; // of the last uses
    size_t uses;
};

static void receive(void *context, struct slice name, size_t at) {
    struct receiving *receiving = context;
    if (slice_equal(name, receiving->name)) {
        receiving->ends[receiving->uses++ % RECEIVER_USES] = at + name.length;
    }
}

// What stands left of the "." before the word, and by which types it is declared or made above.
static void gather_receivers(struct query *query) {
    struct slice text = query->text;
    size_t at = query->word;
    if (at >= 1 && text.data[at - 1] == '.') {
        at -= 1;
    } else if (at >= 2 &&
               (memcmp(text.data + at - 2, "->", 2) == 0 || memcmp(text.data + at - 2, "::", 2) == 0)) {
        at -= 2;
    } else {
        return;
    }
    query->after_member = true;
    struct receiving receiving = {.name = word_before(text, at)};
    if (receiving.name.length == 0) {
        return;
    }
    map_set(&query->receivers, segment_exact_key(receiving.name), 1);
    vec_push(&query->receiver_names, receiving.name);
    query_identifiers(text, 0, at, receive, &receiving);
    size_t uses = receiving.uses < RECEIVER_USES ? receiving.uses : RECEIVER_USES;
    for (size_t i = 1; i <= uses && query->receiver_names.count < QUERY_RECEIVERS; i++) {
        size_t end = receiving.ends[(receiving.uses - i) % RECEIVER_USES];
        add_type_before(query, end - receiving.name.length);
        if (end < text.length && strchr(" :=", text.data[end])) {
            add_type_behind(query, end);
        }
    }
}

void query_init(struct query *query, struct slice path, struct slice text, size_t cursor) {
    cursor = cursor < text.length ? cursor : text.length;
    size_t from = cursor > QUERY_REACH ? cursor - QUERY_REACH : 0;
    *query = (struct query){
        .path = path, .text = slice_sub(text, from, cursor + QUERY_REACH), .cursor = cursor - from};
    query->word = query->cursor;
    while (query->word > 0 && is_word(text.data[query->word - 1])) {
        query->word--;
    }
    map_init(&query->said);
    map_reserve(&query->said, query->text.length / BYTES_PER_NAME);
    map_init(&query->receivers);
    weigh_lines(query);
    weigh_near(query);
    gather_names(query);
    gather_before(query);
    gather(query, query->cursor, query->text.length, QUERY_BELOW);
    gather_receivers(query);
}

void query_free(struct query *query) {
    free(query->terms);
    free(query->line_terms);
    free(query->names);
    map_free(&query->said);
    map_free(&query->receivers);
    vec_free(&query->mentions);
    vec_free(&query->receiver_names);
}
