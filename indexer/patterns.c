// patterns.c - see patterns.h: reading, by recursive descent.
#include "indexer/patterns_internal.h"

#include "indexer/scm.h"

enum { DEPTH_MAX = 32, TEXTS_MAX = 64 }; // of nested nodes; of one predicate

struct reader {
    struct patterns *patterns;
    const char *at;
    bool is_good; // nothing was wrong so far
};

static void fail(struct reader *reader) {
    reader->is_good = false;
}

static bool next_is(struct reader *reader, char c) {
    scm_skip_space(&reader->at);
    return *reader->at == c;
}

static bool take(struct reader *reader, char c) {
    return reader->is_good && scm_take(&reader->at, c);
}

static void want(struct reader *reader, char c) {
    if (!take(reader, c)) {
        fail(reader);
    }
}

// Without escapes: no grammar here needs them.
static struct slice read_string(struct reader *reader) {
    want(reader, '"');
    size_t length = strcspn(reader->at, "\"\\");
    struct slice text = slice_of(reader->at, length);
    reader->at += length;
    want(reader, '"');
    return text;
}

static struct pattern_node *node_of(struct reader *reader, uint16_t number) {
    return &reader->patterns->nodes.items[number];
}

static uint16_t add_node(struct reader *reader, struct pattern_node node) {
    if (reader->patterns->nodes.count >= UINT16_MAX) {
        fail(reader);
        return 0;
    }
    vec_push(&reader->patterns->nodes, node);
    return (uint16_t)(reader->patterns->nodes.count - 1);
}

static TSFieldId read_field(struct reader *reader, struct slice name) {
    TSFieldId field =
        ts_language_field_id_for_name(reader->patterns->language, name.data, (uint32_t)name.length);
    if (!field) {
        reader->at = name.data;
        fail(reader);
    }
    return field;
}

static uint16_t add_type(struct reader *reader, struct slice name, bool is_named) {
    const TSLanguage *language = reader->patterns->language;
    TSSymbol symbol = ts_language_symbol_for_name(language, name.data, (uint32_t)name.length, is_named);
    bool is_error = symbol >= reader->patterns->symbols;
    if (!symbol || (!is_error && ts_language_symbol_type(language, symbol) > TSSymbolTypeAnonymous)) {
        reader->at = name.data;
        fail(reader);
    }
    return add_node(reader, (struct pattern_node){.shape = PATTERN_TYPE, .symbol = symbol});
}

static uint32_t read_capture(struct reader *reader) {
    want(reader, '@');
    struct slice name = scm_word(&reader->at);
    struct patterns *patterns = reader->patterns;
    for (size_t i = 0; i < patterns->captures.count; i++) {
        if (slice_equal(slice_of_string(patterns->captures.items[i]), name)) {
            return (uint32_t)i;
        }
    }
    if (patterns->captures.count == PATTERN_CAPTURES || name.length == 0) {
        fail(reader);
        return 0;
    }
    vec_push(&patterns->captures, arena_copy(&patterns->arena, name));
    return (uint32_t)(patterns->captures.count - 1);
}

// #eq? @capture "text", and its like.
static void read_test(struct reader *reader) {
    want(reader, '#');
    struct slice name = scm_word(&reader->at);
    bool is_negated = slice_equal(name, SLICE_LITERAL("not-any-of?"));
    bool is_known =
        is_negated || slice_equal(name, SLICE_LITERAL("any-of?")) || slice_equal(name, SLICE_LITERAL("eq?"));
    struct pattern_test test = {.capture = read_capture(reader), .is_negated = is_negated};
    struct slice texts[TEXTS_MAX];
    while (reader->is_good && next_is(reader, '"') && test.text_count < TEXTS_MAX) {
        texts[test.text_count++] = read_string(reader);
    }
    want(reader, ')');
    if (!is_known || test.text_count == 0) {
        fail(reader);
        return;
    }
    test.texts = arena_alloc(&reader->patterns->arena, test.text_count * sizeof *texts);
    memcpy(test.texts, texts, test.text_count * sizeof *texts);
    vec_push(&reader->patterns->tests, test);
    struct patterns *patterns = reader->patterns;
    patterns->items.items[patterns->items.count - 1].test_count++;
}

static uint16_t read_node(struct reader *reader, int depth);

// Is a predicate next? Then its parenthesis is taken.
static bool take_test(struct reader *reader) {
    scm_skip_space(&reader->at);
    if (reader->is_good && reader->at[0] == '(' && reader->at[1] == '#') {
        reader->at++;
        return true;
    }
    return false;
}

// !field, of which the "!" is taken.
static void read_without(struct reader *reader, uint16_t parent) {
    TSFieldId field = read_field(reader, scm_word(&reader->at));
    TSFieldId *without = node_of(reader, parent)->without;
    size_t used = 0;
    while (used < NODE_WITHOUT && without[used]) {
        used++;
    }
    if (used == NODE_WITHOUT) {
        fail(reader);
        return;
    }
    without[used] = field;
}

// Nodes up to the closing mark, each with its field and anchor; the first one's number.
static uint16_t read_list(struct reader *reader, uint16_t parent, char close, int depth) {
    uint16_t first = 0, last = 0;
    bool is_immediate = false;
    while (reader->is_good && !next_is(reader, close)) {
        if (take(reader, '.')) {
            is_immediate = true;
        } else if (parent && take(reader, '!')) {
            read_without(reader, parent);
        } else if (take_test(reader)) {
            read_test(reader);
        } else {
            uint16_t node = read_node(reader, depth + 1);
            node_of(reader, node)->is_immediate = is_immediate;
            *(last ? &node_of(reader, last)->next : &first) = node;
            last = node;
            is_immediate = false;
        }
    }
    want(reader, close);
    if (is_immediate && !last) {
        fail(reader); // an anchor of nothing
    } else if (is_immediate) {
        node_of(reader, last)->is_last = true;
    }
    return first;
}

// What only a node among its parent's children can have.
static bool has_place(const struct pattern_node *node) {
    return node->field || node->is_optional || node->is_immediate || node->is_last;
}

static uint16_t read_choice(struct reader *reader, int depth) {
    uint16_t choice = add_node(reader, (struct pattern_node){.shape = PATTERN_CHOICE});
    uint16_t first = read_list(reader, 0, ']', depth);
    for (uint16_t i = first; i; i = node_of(reader, i)->next) {
        if (has_place(node_of(reader, i))) {
            fail(reader);
        }
    }
    node_of(reader, choice)->inner = first;
    return choice;
}

// (type ...), (_ ...), [...], "literal", _ and, at the top of a pattern, ((a) (b) ...): the first of these.
static uint16_t read_shape(struct reader *reader, int depth) {
    if (take(reader, '[')) {
        return read_choice(reader, depth);
    }
    if (next_is(reader, '"')) {
        return add_type(reader, read_string(reader), false);
    }
    if (!take(reader, '(')) {
        want(reader, '_');
        return add_node(reader, (struct pattern_node){.shape = PATTERN_ANY});
    }
    if (depth == 0 && (next_is(reader, '(') || next_is(reader, '['))) {
        return read_list(reader, 0, ')', depth);
    }
    struct slice name = scm_word(&reader->at);
    uint16_t node = slice_equal(name, SLICE_LITERAL("_"))
                        ? add_node(reader, (struct pattern_node){.shape = PATTERN_NAMED})
                        : add_type(reader, name, true);
    uint16_t inner = read_list(reader, node, ')', depth);
    node_of(reader, node)->inner = inner;
    return node;
}

// A node with its field before it, "?" and captures behind.
static uint16_t read_node(struct reader *reader, int depth) {
    scm_skip_space(&reader->at);
    TSFieldId field = 0;
    const char *start = reader->at;
    struct slice word = scm_word(&reader->at);
    if (word.length && take(reader, ':')) {
        field = read_field(reader, word);
    } else {
        reader->at = start;
    }
    if (depth == DEPTH_MAX) {
        fail(reader);
    }
    uint16_t number = reader->is_good ? read_shape(reader, depth) : 0;
    struct pattern_node *node = node_of(reader, number);
    node->field = field;
    node->is_optional = take(reader, '?');
    while (reader->is_good && next_is(reader, '@')) {
        uint8_t capture = (uint8_t)read_capture(reader);
        if (node->capture_count == NODE_CAPTURES) {
            fail(reader);
            break;
        }
        node->captures[node->capture_count++] = capture;
    }
    return number;
}

static size_t count_captures(struct patterns *patterns, uint16_t number);

// What a match of the node captures at most: of a choice one alternative counts.
static size_t node_captures(struct patterns *patterns, struct pattern_node *node) {
    size_t within = 0;
    if (node->shape != PATTERN_CHOICE) {
        within = count_captures(patterns, node->inner);
    }
    for (uint16_t i = node->shape == PATTERN_CHOICE ? node->inner : 0; i; i = patterns->nodes.items[i].next) {
        size_t here = node_captures(patterns, &patterns->nodes.items[i]);
        within = here > within ? here : within;
    }
    node->captures_within = node->capture_count + within > 0;
    return node->capture_count + within;
}

static size_t count_captures(struct patterns *patterns, uint16_t number) {
    size_t total = 0;
    for (; number; number = patterns->nodes.items[number].next) {
        total += node_captures(patterns, &patterns->nodes.items[number]);
    }
    return total;
}

static bool is_wild(const struct patterns *patterns, uint16_t number) {
    const struct pattern_node *node = &patterns->nodes.items[number];
    bool wild = node->shape == PATTERN_NAMED || node->shape == PATTERN_ANY;
    for (uint16_t i = node->shape == PATTERN_CHOICE ? node->inner : 0; i; i = patterns->nodes.items[i].next) {
        wild = wild || is_wild(patterns, i);
    }
    return wild;
}

static void read_pattern(struct reader *reader) {
    struct patterns *patterns = reader->patterns;
    vec_push(&patterns->items, (struct pattern){.first_test = (uint16_t)patterns->tests.count});
    uint16_t root = read_node(reader, 0);
    patterns->items.items[patterns->items.count - 1].root = root;
    if (is_wild(patterns, root) || has_place(&patterns->nodes.items[root]) ||
        count_captures(patterns, root) > MATCH_CAPTURES) {
        fail(reader);
    }
}

// Calls for each symbol that the node may be, with choices opened.
static void each_symbol(const struct patterns *patterns, uint16_t number, uint16_t pattern,
                        void (*call)(void *context, TSSymbol row, uint16_t pattern), void *context) {
    const struct pattern_node *node = &patterns->nodes.items[number];
    if (node->shape == PATTERN_TYPE) {
        call(context, patterns_row(patterns, node->symbol), pattern);
    }
    for (uint16_t i = node->shape == PATTERN_CHOICE ? node->inner : 0; i; i = patterns->nodes.items[i].next) {
        each_symbol(patterns, i, pattern, call, context);
    }
}

static void count_row(void *context, TSSymbol row, uint16_t pattern) {
    (void)pattern;
    struct patterns *patterns = context;
    patterns->begin[row + 2]++;
}

static void fill_row(void *context, TSSymbol row, uint16_t pattern) {
    struct patterns *patterns = context;
    patterns->order[patterns->begin[row + 1]++] = pattern;
}

// Which patterns may begin with which symbol: counted, summed up, dealt out.
static void sort_patterns(struct patterns *patterns) {
    size_t rows = (size_t)patterns->symbols + 1;
    patterns->begin = arena_alloc(&patterns->arena, (rows + 2) * sizeof *patterns->begin);
    for (size_t i = 0; i < patterns->items.count; i++) {
        each_symbol(patterns, patterns->items.items[i].root, (uint16_t)i, count_row, patterns);
    }
    for (size_t row = 2; row < rows + 2; row++) {
        patterns->begin[row] = (uint16_t)(patterns->begin[row] + patterns->begin[row - 1]);
    }
    patterns->order = arena_alloc(&patterns->arena, patterns->begin[rows + 1] * sizeof *patterns->order);
    for (size_t i = 0; i < patterns->items.count; i++) {
        each_symbol(patterns, patterns->items.items[i].root, (uint16_t)i, fill_row, patterns);
    }
}

struct patterns *patterns_new(const TSLanguage *language, const char *const *texts, size_t text_count,
                              const char **mistake) {
    struct patterns *patterns = mem_zero(1, sizeof *patterns);
    patterns->language = language;
    patterns->symbols = (TSSymbol)ts_language_symbol_count(language);
    arena_init(&patterns->arena);
    vec_push(&patterns->nodes, (struct pattern_node){.shape = PATTERN_ANY});
    struct reader reader = {.patterns = patterns, .is_good = true};
    for (size_t i = 0; i < text_count && reader.is_good; i++) {
        reader.at = texts[i];
        while (reader.is_good && !next_is(&reader, '\0')) {
            read_pattern(&reader);
        }
    }
    if (!reader.is_good) {
        *mistake = reader.at;
        patterns_free(patterns);
        return NULL;
    }
    sort_patterns(patterns);
    return patterns;
}

void patterns_free(struct patterns *patterns) {
    if (patterns) {
        vec_free(&patterns->nodes);
        vec_free(&patterns->items);
        vec_free(&patterns->tests);
        vec_free(&patterns->captures);
        arena_free(&patterns->arena);
        free(patterns);
    }
}

size_t patterns_capture_count(const struct patterns *patterns) {
    return patterns->captures.count;
}

const char *patterns_capture_name(const struct patterns *patterns, size_t capture) {
    return patterns->captures.items[capture];
}

const char *patterns_kind(const struct patterns *patterns, TSSymbol symbol) {
    TSSymbol row = patterns_row(patterns, symbol);
    for (size_t i = patterns->begin[row]; i < patterns->begin[row + 1]; i++) {
        const struct pattern *pattern = &patterns->items.items[patterns->order[i]];
        const struct pattern_node *node = &patterns->nodes.items[pattern->root];
        if (node->capture_count && !node->inner && !node->next) {
            return patterns->captures.items[node->captures[0]];
        }
    }
    return NULL;
}
