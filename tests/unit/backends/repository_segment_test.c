// repository_segment_test.c - that segments keep their tokens and their order when widths change under them.
#include "backends/repository_segment.h"

#include "tests/unit/unit.h"

static uint32_t context_at(const struct token_segment *segment, uint32_t position, uint32_t depth) {
    return token_id(packed_get(segment->tokens, position - depth));
}

static int compare_contexts(const struct token_segment *segment, uint32_t a, uint32_t b) {
    for (uint32_t depth = 1; depth <= ORDER_DEPTH; depth++) {
        uint32_t x = context_at(segment, a, depth), y = context_at(segment, b, depth);
        if (x != y || x == TOKEN_FILE) {
            return (x > y) - (x < y);
        }
    }
    return 0;
}

static void check_order(const struct token_segment *segment) { // O1, O2
    unsigned char *seen = mem_zero((size_t)segment->count + 1, 1);
    assert_int_equal(segment->order_count, segment->count - segment->file_count);
    for (uint32_t i = 0; i < segment->order_count; i++) {
        uint32_t position = packed_get(segment->order, i);
        assert_true(position < segment->count && seen[position]++ == 0);
        assert_true(token_id(packed_get(segment->tokens, position)) != TOKEN_FILE);
        assert_true(i == 0 || compare_contexts(segment, packed_get(segment->order, i - 1), position) <= 0);
    }
    free(seen);
}

// Exactly these tokens, a TOKEN_FILE before each file included.
static void check_segment(const struct token_segment *segment, const struct token_list *expected) {
    assert_int_equal(segment->count, expected->count);
    for (uint32_t i = 0; i < segment->count; i++) {
        assert_int_equal(packed_get(segment->tokens, i), expected->items[i]);
    }
    assert_int_equal(segment->order.bits, packed_bits(segment->count));
    check_order(segment);
}

// A file of random tokens, the last of which has the greatest id; they are expected from then on.
static void add(struct segment_builder *builder, struct token_list *expected, uint32_t count,
                uint32_t greatest) {
    struct segment_file file = {.path = "a.c"};
    struct token_list tokens = {0};
    while (tokens.count < count) {
        uint32_t id = tokens.count + 1 == count ? greatest : (uint32_t)rand() % 40 * (greatest / 40) + 1;
        vec_push(&tokens, token_make(id, (uint32_t)rand() % 16));
    }
    assert_true(token_segment_add(builder, &file, tokens.items, tokens.count));
    vec_push(expected, token_make(TOKEN_FILE, 0));
    for (size_t i = 0; i < tokens.count; i++) {
        vec_push(expected, tokens.items[i]);
    }
    vec_free(&tokens);
}

static void test_widens_while_gathered(void **state) {
    (void)state;
    srand(5);
    struct segment_builder builder = {0};
    struct token_list expected = {0};
    for (uint32_t bits = 3; bits <= 28; bits++) { // of an id
        add(&builder, &expected, 50, (1u << bits) - 1);
        assert_int_equal(builder.tokens.bits, bits + TOKEN_SPACE_BITS);
        add(&builder, &expected, 20, 7); // and narrow ones behind them
        assert_int_equal(builder.tokens.bits, bits + TOKEN_SPACE_BITS);
    }
    struct token_segment *segment = token_segment_finish(&builder, NULL);
    check_segment(segment, &expected);
    token_segment_release(segment);
    vec_free(&expected);
}

struct half {
    uint32_t count, greatest; // tokens, and the largest id
};

static struct token_segment *make(struct half half, struct token_list *expected) {
    struct segment_builder builder = {0};
    add(&builder, expected, half.count / 2, half.greatest);
    add(&builder, expected, half.count - half.count / 2 - 2, half.greatest / 2);
    return token_segment_finish(&builder, NULL);
}

static void test_merge_goes_over_a_border(void **state) {
    (void)state;
    static const struct half cases[][2] = {
        {{(1 << 10) - 9, 100}, {9, 100}},            // as many positions as fit
        {{(1 << 10) - 8, 100}, {9, 100}},            // one more, merged
        {{9, 100}, {(1 << 10) - 8, 100}},            // the other way round
        {{1 << 10, 100}, {1 << 10, 100}},            // sorted anew
        {{1 << 16, 1000}, {100, (1 << 20) - 1}},     // wider words come
        {{100, (1 << 20) - 1}, {1 << 16, 1 << 20}},  // and wider still
        {{1 << 16, (1 << 28) - 1}, {1 << 16, 1000}}, // as wide as they get
    };
    srand(6);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token_list expected = {0};
        struct token_segment *a = make(cases[i][0], &expected), *b = make(cases[i][1], &expected);
        uint32_t a_bits = a->tokens.bits, b_bits = b->tokens.bits;
        struct token_segment *merged = token_segment_merge(a, NULL, b, NULL, NULL, NULL);
        check_segment(merged, &expected);
        assert_int_equal(merged->tokens.bits, a_bits > b_bits ? a_bits : b_bits);
        token_segment_release(merged);
        vec_free(&expected);
    }
}

static bool goes_on_for(void *left) {
    return (*(int *)left)-- > 0;
}

// What comes to nothing, or to what is dead, is sorted where it is, or given up.
static void test_sorted_in_its_place(void **state) {
    (void)state;
    srand(7);
    static const unsigned char dead[] = {1};
    for (int row = 0; row < 4; row++) {
        struct token_list gone = {0}, expected = {0};
        struct segment_builder old = {0}, fresh = {0};
        int left = 0;
        const struct order_watch stops = {goes_on_for, &left};
        bool is_empty = row % 2, is_stopped = row / 2;
        if (!is_empty) {
            add(&old, &gone, 100, 1000);
        }
        add(&fresh, &expected, 1 << 16, 1000);
        add(&fresh, &expected, 100, 100);
        struct token_segment *a = token_segment_finish(&old, NULL), *b = token_segment_unsorted(&fresh),
                             *merged =
                                 token_segment_merge(a, dead, b, NULL, NULL, is_stopped ? &stops : NULL);
        assert_ptr_equal(merged, is_stopped ? NULL : b);
        if (merged) {
            check_segment(merged, &expected);
        }
        token_segment_release(merged);
        vec_free(&gone);
        vec_free(&expected);
    }
}

static void test_narrows_when_files_and_words_go(void **state) {
    (void)state;
    srand(8);
    enum { WORDS = 1 << 20 };
    uint32_t *renumbered = mem_zero(WORDS, sizeof *renumbered);
    for (uint32_t i = 0; i < WORDS; i++) {
        renumbered[i] = i / 1024;
    }
    struct token_list gone = {0}, kept = {0};
    struct segment_builder builder = {0}, none = {0};
    add(&builder, &gone, 3000, 2 * WORDS - 1);
    add(&builder, &kept, 1000, 2 * WORDS - 1);
    struct token_segment *wide = token_segment_finish(&builder, NULL);
    assert_int_equal(wide->tokens.bits, 25);
    for (size_t i = 0; i < kept.count; i++) {
        uint32_t id = token_id(kept.items[i]);
        id =
            id < TOKEN_FIRST_WORD ? id : (id - TOKEN_FIRST_WORD) / 2 / 1024 * 2 + TOKEN_FIRST_WORD + (id & 1);
        kept.items[i] = token_make(id, token_space(kept.items[i]));
    }
    struct token_segment *narrow = token_segment_merge(
        wide, (const unsigned char[]){1, 0}, token_segment_finish(&none, NULL), NULL, renumbered, NULL);
    check_segment(narrow, &kept);
    assert_int_equal(narrow->tokens.bits, 16);
    assert_int_equal(narrow->order.bits, 10);
    token_segment_release(narrow);
    vec_free(&gone);
    vec_free(&kept);
    free(renumbered);
}

// Wherever a merge is given up, the two are gone or as they were.
static void test_given_up_anywhere(void **state) {
    (void)state;
    static const struct half cases[][2] = {
        {{1 << 18, 1000}, {1 << 10, 1 << 20}}, // merged
        {{1 << 17, 1 << 20}, {1 << 17, 1000}}, // sorted anew
    };
    srand(9);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token_list kept = {0}, gone = {0};
        struct token_segment *a = make(cases[i][0], &kept), *merged = NULL;
        int stops = 0;
        for (; !merged; stops++) {
            int left = stops;
            const struct order_watch watch = {goes_on_for, &left};
            gone.count = 0;
            struct token_segment *b = make(cases[i][1], &gone);
            merged = token_segment_merge(token_segment_retain(a), NULL, b, NULL, NULL, &watch);
        }
        assert_true(stops > 4);
        check_segment(a, &kept);
        for (size_t k = 0; k < gone.count; k++) {
            vec_push(&kept, gone.items[k]);
        }
        check_segment(merged, &kept);
        token_segment_release(a), token_segment_release(merged);
        vec_free(&kept);
        vec_free(&gone);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widens_while_gathered), cmocka_unit_test(test_merge_goes_over_a_border),
        cmocka_unit_test(test_sorted_in_its_place),   cmocka_unit_test(test_narrows_when_files_and_words_go),
        cmocka_unit_test(test_given_up_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
