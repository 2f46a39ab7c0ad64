// repository_order_test.c - the order against a naive reading of O1 and O2, on random corpora.
#include "backends/repository_order.h"
#include "backends/repository_tokens.h"

#include "tests/unit/unit.h"

static struct packed pack(const uint32_t *tokens, uint32_t count) {
    uint32_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        all |= tokens[i];
    }
    struct packed packed = packed_make(count, packed_bits(all));
    packed_write(packed, 0, tokens, count);
    return packed;
}

// Sorted, as the segments do it: the order is unpacked for what is asserted of it.
static uint32_t sort(const uint32_t *tokens, uint32_t count, uint32_t *order,
                     const struct order_watch *watch) {
    struct packed packed = pack(tokens, count), sorted = packed_make(count, packed_bits(count));
    uint32_t total = order_sort(packed, count, sorted, watch);
    if (total != ORDER_STOPPED) {
        packed_read(sorted, 0, order, total);
    }
    packed_free(&packed), packed_free(&sorted);
    return total;
}

static bool merge(const uint32_t *tokens, uint32_t count, uint32_t *items, uint32_t many_count,
                  const uint32_t *few, uint32_t few_count) {
    struct packed packed = pack(tokens, count), apart = pack(few, few_count);
    struct packed order = packed_make(count, packed_bits(count));
    packed_write(order, few_count, items + few_count, many_count);
    bool done = order_merge(packed, order, many_count, apart, few_count, NULL);
    packed_read(order, 0, items, many_count + few_count);
    packed_free(&packed), packed_free(&apart), packed_free(&order);
    return done;
}

static int compare_contexts(const uint32_t *tokens, uint32_t a, uint32_t b) {
    for (uint32_t depth = 1; depth <= ORDER_DEPTH; depth++) {
        uint32_t x = token_id(tokens[a - depth]), y = token_id(tokens[b - depth]);
        if (x != y) {
            return x < y ? -1 : 1;
        }
        if (x == TOKEN_FILE) {
            return 0;
        }
    }
    return 0;
}

// Few different ids, so that long contexts repeat; spaces at random, which must not matter.
static uint32_t *random_corpus(uint32_t count, uint32_t ids, uint32_t base) {
    uint32_t *tokens = mem_zero(count, sizeof *tokens);
    for (uint32_t i = 1; i < count; i++) {
        uint32_t id = rand() % 50 == 0 ? TOKEN_FILE : base + (uint32_t)rand() % ids;
        if (i > 200 && rand() % 3 > 0) {
            id = token_id(tokens[i - 100]); // repeats
        }
        tokens[i] = token_make(id, (uint32_t)rand() % 3);
    }
    return tokens;
}

static void check_corpus(uint32_t count, uint32_t ids, uint32_t base) {
    uint32_t *tokens = random_corpus(count, ids, base);
    uint32_t *order = mem_zero(count + 1, sizeof *order);
    unsigned char *seen = mem_zero(count, 1);
    uint32_t total = sort(tokens, count, order, NULL), words = 0;
    for (uint32_t i = 0; i < count; i++) {
        words += token_id(tokens[i]) != TOKEN_FILE;
    }
    assert_int_equal(total, words); // O1
    for (uint32_t i = 0; i < total; i++) {
        assert_true(token_id(tokens[order[i]]) != TOKEN_FILE);
        assert_int_equal(seen[order[i]]++, 0);
        if (i > 0) { // O2
            assert_true(compare_contexts(tokens, order[i - 1], order[i]) <= 0);
        }
    }
    free(tokens);
    free(order);
    free(seen);
}

// The order of all is that of two parts of it, each sorted alone and then merged, however unequal they are.
static void check_merge(uint32_t count, uint32_t ids, uint32_t cut) {
    uint32_t *tokens = random_corpus(count, ids, TOKEN_FIRST_WORD), *few = mem_zero(count + 1, sizeof *few);
    uint32_t *items = mem_zero(count + 1, sizeof *items), *order = mem_zero(count + 1, sizeof *order);
    tokens[cut] = token_make(TOKEN_FILE, 0);
    uint32_t few_count = sort(tokens, cut, few, NULL);
    uint32_t many_count = sort(tokens + cut, count - cut, items + few_count, NULL);
    for (uint32_t i = 0; i < many_count; i++) {
        items[few_count + i] += cut;
    }
    assert_true(merge(tokens, count, items, many_count, few, few_count));
    uint32_t total = sort(tokens, count, order, NULL);
    assert_int_equal(total, many_count + few_count);
    unsigned char *seen = mem_zero(count, 1);
    for (uint32_t i = 0; i < total; i++) {
        assert_int_equal(seen[items[i]]++, 0);                             // O1
        assert_int_equal(compare_contexts(tokens, order[i], items[i]), 0); // O2
    }
    free(tokens), free(few), free(items), free(order), free(seen);
}

static void test_merge(void **state) {
    (void)state;
    srand(7);
    for (uint32_t round = 0; round < 60; round++) {
        uint32_t count = 2 + (uint32_t)rand() % 3000;
        check_merge(count, 1 + (uint32_t)rand() % 20, 1 + (uint32_t)rand() % (count - 1));
    }
}

static bool never(void *context) {
    ++*(int *)context;
    return false;
}

static void test_gives_up(void **state) {
    (void)state;
    int asked = 0;
    struct order_watch watch = {never, &asked};
    uint32_t count = 1 << 20, *tokens = random_corpus(count, 50, TOKEN_FIRST_WORD),
             *order = mem_zero(count, 4);
    assert_int_equal(sort(tokens, count, order, &watch), ORDER_STOPPED);
    assert_int_equal(asked, 1);
    free(tokens);
    free(order);
}

static void test_random_corpora(void **state) {
    (void)state;
    srand(11);
    for (uint32_t round = 0; round < 40; round++) {
        check_corpus(1 + (uint32_t)rand() % 3000, 1 + (uint32_t)rand() % 20, TOKEN_FIRST_WORD);
        check_corpus(1 + (uint32_t)rand() % 500, 1 + (uint32_t)rand() % 20, TOKEN_UNKNOWN);
        check_corpus(1 + (uint32_t)rand() % 500, 20,
                     (1u << (4 + round % 23)) - 10); // around a width's border
    }
}

static void test_licence_headers(void **state) { // equal files, deeper than ORDER_DEPTH
    (void)state;
    enum { FILES = 300, LENGTH = 60 };
    uint32_t *tokens = mem_zero(FILES * LENGTH, sizeof *tokens);
    uint32_t *order = mem_zero(FILES * LENGTH, sizeof *order);
    for (uint32_t i = 0; i < FILES * LENGTH; i++) {
        tokens[i] = i % LENGTH == 0 ? 0 : token_make(TOKEN_FIRST_WORD + i % LENGTH % 7, 0);
    }
    assert_int_equal(sort(tokens, FILES * LENGTH, order, NULL), FILES * (LENGTH - 1));
    for (uint32_t i = 1; i < FILES * (LENGTH - 1); i++) {
        assert_true(compare_contexts(tokens, order[i - 1], order[i]) <= 0);
    }
    free(tokens);
    free(order);
}

static void test_narrow(void **state) {
    (void)state;
    srand(3);
    uint32_t count = 2000, *tokens = random_corpus(count, 6, TOKEN_FIRST_WORD), *order = mem_zero(count, 4);
    uint32_t total = sort(tokens, count, order, NULL);
    struct packed packed = pack(tokens, count), sorted = pack(order, total);
    for (uint32_t position = 100; position < 200; position++) {
        struct order_range range = {0, total};
        for (uint32_t depth = 1; depth <= 8 && range.low < range.high; depth++) {
            uint32_t id = token_id(tokens[position - depth]), expected = 0;
            for (uint32_t i = range.low; i < range.high; i++) {
                expected += token_id(tokens[order[i] - depth]) == id;
            }
            range = order_narrow(packed, sorted, range, depth, id);
            assert_int_equal(range.high - range.low, expected);
            if (id == TOKEN_FILE) {
                break;
            }
        }
    }
    packed_free(&packed), packed_free(&sorted);
    free(tokens);
    free(order);
}

static void test_nothing(void **state) {
    (void)state;
    uint32_t tokens[1] = {0}, order[1];
    assert_int_equal(sort(tokens, 0, order, NULL), 0);
    assert_int_equal(sort(tokens, 1, order, NULL), 0);
    struct order_range none =
        order_narrow((struct packed){0}, (struct packed){0}, (struct order_range){0, 0}, 1, 5);
    assert_int_equal(none.low, none.high);
}

// A list of names, later the same in reverse: the middle is the greatest, both ends are the least.
static void test_there_and_back(void **state) { // O1, O2
    (void)state;
    enum { COUNT = 1 << 20 };
    uint32_t *tokens = mem_zero(COUNT, sizeof *tokens), *order = mem_zero(COUNT, sizeof *order);
    for (uint32_t i = 1; i < COUNT; i++) {
        uint32_t name = TOKEN_FIRST_WORD + 8 + (i < COUNT / 2 ? i : COUNT - i);
        tokens[i] = token_make(i % 2 ? TOKEN_FIRST_WORD : name, 0);
    }
    assert_int_equal(sort(tokens, COUNT, order, NULL), COUNT - 1);
    for (uint32_t i = 1; i < COUNT - 1; i++) {
        assert_true(compare_contexts(tokens, order[i - 1], order[i]) <= 0);
    }
    free(tokens);
    free(order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),  cmocka_unit_test(test_random_corpora),
        cmocka_unit_test(test_licence_headers), cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_nothing),         cmocka_unit_test(test_merge),
        cmocka_unit_test(test_gives_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
