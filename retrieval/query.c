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
enum {
    NEAR_LINES = 2,
    BELOW_LINES = 5,
    HEADERS = 4,
    HEADER_REACH = 2000,
    REACH_STEP = 8 * 1024,
    RECEIVER_USES = 40,   // nearest to the cursor
    TYPE_WORDS = 6,       // of one type
    CHAIN_STEPS = 8,      // to the left of a member's sign
    BRACKETS_REACH = 1024 // bytes
};

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

// The identifier that ends right before `at`, spaces aside.
static struct slice word_before(struct slice text, size_t at) {
    while (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '*' || text.data[at - 1] == '&')) {
        at--;
    }
    size_t end = at;
    while (at > 0 && identifiers_has(text.data[at - 1])) {
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
        if (identifiers_has(last)) {
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
        while (at < end && identifiers_has(text.data[at])) {
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

static bool stands_between(char c) { // what has a member, and the sign of that
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '?' || c == '!';
}

// Where the pair of brackets opens that closes right before `at`; `at` if none does within reach.
static size_t before_brackets(struct slice text, size_t at) {
    size_t depth = 0, least = at > BRACKETS_REACH ? at - BRACKETS_REACH : 0;
    for (size_t start = at; start > least; start--) {
        char c = text.data[start - 1];
        depth += c == ')' || c == ']';
        depth -= depth > 0 && (c == '(' || c == '[');
        if (depth == 0) {
            return c == '(' || c == '[' ? start - 1 : at;
        }
    }
    return at;
}

// Methods of Rust's standard types, and await: the result has the members of what is asked.
static bool is_transparent(struct slice word) {
    static const char *const words[] = {"await",  "unwrap", "expect", "clone",
                                        "as_ref", "as_mut", "borrow", "borrow_mut"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_equal(word, slice_of_string(words[i]))) {
            return true;
        }
    }
    return false;
}

// The name whose type has the members behind a sign at `at`: x of "x", "x?", "x!", "x(y)", "x[y]", "(y as x)" and
// "x().unwrap()", also over lines.
static struct slice receiver_before(struct slice text, size_t at) {
    size_t inside = 0; // the end of what stood in the last brackets
    for (int step = 0; step < CHAIN_STEPS; step++) {
        while (at > 0 && stands_between(text.data[at - 1])) {
            at--;
        }
        size_t open = before_brackets(text, at);
        struct slice name = word_before(text, at);
        size_t start = name.length > 0 ? (size_t)(name.data - text.data) : 0;
        bool is_name = name.length > 0 && !terms_is_keyword(name);
        if (open < at) {
            inside = at - 1;
            at = open;
        } else if (is_transparent(name) && start > 0 && text.data[start - 1] == '.') {
            at = start - 1;
        } else if (!is_name && inside > 0) {
            at = inside;
            inside = 0;
        } else {
            return name;
        }
    }
    return (struct slice){0};
}

// Foo of "Foo::make()" and "Foo.make()": what a type makes is mostly of that type.
static void add_maker(struct query *query, struct slice made) {
    struct slice text = query->text;
    size_t at = (size_t)(made.data - text.data);
    if (at > 1 && (text.data[at - 1] == '.' || text.data[at - 1] == ':')) {
        struct slice maker = word_before(text, at - (text.data[at - 1] == '.' ? 1 : 2));
        if (maker.length > 0 && maker.data[0] >= 'A' && maker.data[0] <= 'Z') {
            query_add_receiver(query, maker);
        }
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
    struct receiving receiving = {.name = receiver_before(text, at)};
    if (receiving.name.length == 0) {
        return;
    }
    map_set(&query->receivers, segment_exact_key(receiving.name), 1);
    vec_push(&query->receiver_names, receiving.name);
    add_maker(query, receiving.name);
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
    map_init(&query->receivers);
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
    map_free(&query->receivers);
    vec_free(&query->receiver_names);
}
