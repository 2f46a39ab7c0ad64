// base_test.c - the small modules of base/ that everything stands on: str, arena, vec, map, intern, packed, err,
// queue.
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/packed.h"
#include "base/queue.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static void str_splices(void **state) {
    (void)state;
    static const struct {
        size_t start, end;
        const char *with, *want;
    } cases[] = {
        {0, 0, "x", "xabcdef"}, {6, 6, "x", "abcdefx"},   {2, 4, "", "abef"},     {2, 4, "XYZ", "abXYZef"},
        {5, 99, "!", "abcde!"}, {99, 99, "!", "abcdef!"}, {4, 2, "-", "ab-cdef"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str str;
        str_init(&str);
        str_append_string(&str, "abcdef");
        str_splice(&str, cases[i].start, cases[i].end, cases[i].with, strlen(cases[i].with));
        assert_string_equal(str.data, cases[i].want);
        assert_int_equal(str.length, strlen(cases[i].want));
        str_free(&str);
    }
}

static void str_grows_and_detaches(void **state) {
    (void)state;
    struct str str;
    str_init(&str);
    assert_string_equal(str.data, "");
    for (int i = 0; i < 1000; i++) {
        str_append_format(&str, "%d,", i % 10);
    }
    assert_int_equal(str.length, 2000);
    char *text = str_detach(&str);
    assert_int_equal(strlen(text), 2000);
    assert_int_equal(str.length, 0);
    free(text);
    char *nothing = str_detach(&str);
    assert_string_equal(nothing, "");
    free(nothing);
}

// Of all lengths up to some blocks, at every place that can differ.
static void slices_have_common_ends(void **state) {
    (void)state;
    char a[200], b[200];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    for (size_t length = 0; length < sizeof a; length++) {
        assert_int_equal(slice_common_head(slice_of(a, length), slice_of(b, sizeof b)), length);
        assert_int_equal(slice_common_tail(slice_of(a, length), slice_of(b, sizeof b)), length);
    }
    for (size_t at = 0; at < sizeof a; at++) {
        a[at] = 'y';
        assert_int_equal(slice_common_head(slice_of(a, sizeof a), slice_of(b, sizeof b)), at);
        assert_int_equal(slice_common_tail(slice_of(a, sizeof a), slice_of(b, sizeof b)), sizeof a - 1 - at);
        a[at] = 'x';
    }
    assert_int_equal(slice_common_head(slice_of(NULL, 0), slice_of(b, sizeof b)), 0);
    assert_int_equal(slice_common_tail(slice_of(NULL, 0), slice_of(NULL, 0)), 0);
}

static void slices_find_and_trim(void **state) {
    (void)state;
    struct slice text = SLICE_LITERAL("  a b a b\n");
    assert_int_equal(slice_find(text, SLICE_LITERAL("a b"), 0), 2);
    assert_int_equal(slice_find(text, SLICE_LITERAL("a b"), 3), 6);
    assert_true(slice_find(text, SLICE_LITERAL("c"), 0) == (size_t)-1);
    assert_true(slice_find(text, SLICE_LITERAL("a"), 99) == (size_t)-1);
    struct slice code = SLICE_LITERAL("unset set_1 set(reset) ~set");
    assert_int_equal(slice_find_word(code, SLICE_LITERAL("set"), 0), 12);
    assert_int_equal(slice_find_word(code, SLICE_LITERAL("set"), 13), 24);
    assert_int_equal(slice_find_word(code, SLICE_LITERAL("~set"), 0), 23);
    assert_true(slice_find_word(code, SLICE_LITERAL("set"), 25) == (size_t)-1);
    assert_int_equal(slice_find_word(code, slice_of(NULL, 0), 1), 5);
    assert_int_equal(slice_count(SLICE_LITERAL("a\nb\n\n"), '\n'), 3);
    assert_int_equal(slice_count(slice_of("", 0), '\n'), 0);
    char many[1000];
    memset(many, 'x', sizeof many);
    memset(many + 300, '\n', 600);
    assert_int_equal(slice_count(slice_of(many, sizeof many), '\n'), 600);
    assert_int_equal(slice_count(slice_of(many, 301), '\n'), 1);
    assert_true(slice_equal(slice_trim(text), SLICE_LITERAL("a b a b")));
    assert_int_equal(slice_trim(SLICE_LITERAL(" \t\r\n")).length, 0);
    static const size_t lines[][3] = {
        {0, 0, 2}, {2, 0, 2}, {3, 3, 3}, {4, 4, 6}, {6, 4, 6}}; // at, start, end
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(slice_line_start(SLICE_LITERAL("ab\n\ncd"), lines[i][0]), lines[i][1]);
        assert_int_equal(slice_line_end(SLICE_LITERAL("ab\n\ncd"), lines[i][0]), lines[i][2]);
    }
}

static void words_have_a_distance(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {{"", "", 0},
                {"python", "Python", 0},
                {"pyhton", "python", 1},
                {"serach", "search", 1},
                {"jsno", "JSON", 1},
                {"ba", "ab", 1},
                {"bca", "abc", 2},
                {"pythn", "python", 1},
                {"pythoon", "python", 1},
                {"", "abc", 3},
                {"abc", "", 3},
                {"abc", "xyz", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(str_distance(rows[i].a, rows[i].b), rows[i].distance);
    }
}

static void what_was_typed_means_a_word(void **state) {
    (void)state;
    static const char *const words[] = {"search", "status", "lsp"};
    static const struct {
        const char *typed, *meant;
    } rows[] = {{"serach", "search"}, {"stats", "status"}, {"lp", "lsp"},
                {"x", NULL},          {"", NULL},          {"quagga", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *meant = NULL;
        for (size_t j = 0; j < sizeof words / sizeof *words; j++) {
            meant = str_nearer(rows[i].typed, meant, words[j]);
        }
        assert_ptr_equal(meant, rows[i].meant);
    }
}

static void arena_keeps_small_and_large(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena);
    char *small = arena_copy_string(&arena, "small");
    char *large = arena_alloc(&arena, 100000);
    large[99999] = 'x';
    char *next = arena_format(&arena, "%s-%d", small, 7);
    assert_string_equal(next, "small-7");
    assert_int_equal((uintptr_t)large % 16, 0);
    assert_string_equal(small, "small");
    arena_free(&arena);
    assert_int_equal(arena.used, 0);
}

static void map_agrees_with_an_array(void **state) {
    (void)state;
    enum { KEYS = 512 };
    struct map map;
    map_init(&map);
    uint64_t wanted[KEYS] = {0};
    uint32_t random = 1;
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        uint32_t key = random >> 16 & (KEYS - 1);
        if (random & 1) {
            map_set(&map, (uint64_t)key << 32, (uint64_t)step + 1);
            wanted[key] = (uint64_t)step + 1;
        } else {
            assert_int_equal(map_remove(&map, (uint64_t)key << 32), wanted[key] != 0);
            wanted[key] = 0;
        }
    }
    for (uint64_t key = 0; key < KEYS; key++) {
        const uint64_t *value = map_get(&map, key << 32);
        assert_int_equal(value ? *value : 0, wanted[key]);
    }
    map_free(&map);
}

// Keys whose hash (map.c) differs in its lowest bits alone, so that home and mark are one; or its highest, so that
// only the home is; or in those between.
static void map_tells_keys_of_like_hashes_apart(void **state) {
    (void)state;
    enum { KEYS = 120 };
    static const unsigned shifts[] = {0, 57, 20};
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        struct map map;
        uint64_t keys[KEYS];
        map_init(&map);
        for (uint64_t k = 0; k < KEYS; k++) {
            keys[k] = (k << shifts[i]) * 0xF1DE83E19937733DU; // the inverse of the hash's factor
            map_set(&map, keys[k], k);
        }
        for (uint64_t k = 0; k < KEYS; k += 3) {
            assert_true(map_remove(&map, keys[k]));
        }
        for (uint64_t k = 0; k < KEYS; k++) {
            const uint64_t *value = map_get(&map, keys[k]);
            assert_int_equal(value ? *value : KEYS, k % 3 ? k : KEYS);
        }
        map_free(&map);
    }
}

static void reserved_map_does_not_grow(void **state) {
    (void)state;
    for (uint64_t count = 0; count < 100; count++) {
        struct map map;
        map_init(&map);
        map_reserve(&map, count);
        size_t capacity = map.capacity;
        for (uint64_t key = 0; key < count; key++) {
            map_set(&map, key, key);
        }
        assert_int_equal(map.capacity, capacity);
        assert_int_equal(map.count, count);
        map_free(&map);
    }
}

static void intern_gives_each_string_one_number(void **state) {
    (void)state;
    struct intern intern;
    intern_init(&intern);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5000; i++) {
            char name[32];
            snprintf(name, sizeof name, "name%d", i);
            assert_int_equal(intern_add(&intern, slice_of_string(name)), i);
        }
    }
    assert_int_equal(intern.count, 5000);
    assert_int_equal(intern_find(&intern, SLICE_LITERAL("name42")), 42);
    assert_true(intern_find(&intern, SLICE_LITERAL("absent")) == INTERN_NONE);
    assert_true(slice_equal(intern_string(&intern, 7), SLICE_LITERAL("name7")));
    intern_free(&intern);
}

static void intern_finds_many_as_one_by_one(void **state) {
    enum { MANY = 200, KNOWN = 150 };
    static char texts[MANY][16];
    struct slice strings[MANY];
    uint32_t ids[MANY];
    (void)state;
    struct intern intern;
    intern_init(&intern);
    for (uint32_t i = 0; i < MANY; i++) {
        strings[i] = slice_of(texts[i], (size_t)snprintf(texts[i], sizeof texts[i], "text%u", i));
    }
    intern_find_all(&intern, strings, MANY, ids);
    assert_true(ids[0] == INTERN_NONE && ids[MANY - 1] == INTERN_NONE);
    for (uint32_t i = 0; i < KNOWN; i++) {
        intern_add(&intern, strings[i]);
    }
    intern_find_all(&intern, strings, MANY, ids);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(ids[i] == (i < KNOWN ? i : INTERN_NONE));
    }
    intern_free(&intern);
}

static void intern_keeps_any_bytes_where_they_are(void **state) {
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 254, 255, 256, 257, 65535, 65536, 300000};
    enum { COUNT = sizeof lengths / sizeof *lengths };
    struct slice first[COUNT];
    struct intern intern;
    intern_init(&intern);
    assert_true(intern_find(&intern, SLICE_LITERAL("")) == INTERN_NONE);
    char *bytes = mem_zero(lengths[COUNT - 1], 1); // NUL is a byte like others
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(intern_add(&intern, slice_of(bytes, lengths[i])), i);
        first[i] = intern_string(&intern, i);
    }
    for (int i = 0; i < 5000; i++) {
        char name[32];
        intern_add(&intern, slice_of(name, (size_t)snprintf(name, sizeof name, "%d", i)));
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        struct slice string = intern_string(&intern, i);
        assert_true(string.data == first[i].data && slice_equal(string, slice_of(bytes, lengths[i])));
        assert_int_equal(string.data[string.length], 0);
        assert_int_equal(intern_find(&intern, string), i);
    }
    assert_true(intern_size(&intern) > lengths[COUNT - 1]);
    free(bytes);
    intern_free(&intern);
}

static uint32_t draw(uint32_t bits) {
    uint32_t number = (uint32_t)rand() << 16 ^ (uint32_t)rand();
    return number & (uint32_t)((UINT64_C(1) << bits) - 1);
}

static void check_packed(struct packed packed, const uint32_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(packed_get(packed, i), numbers[i]);
    }
}

static void packed_keeps_numbers_of_any_width(void **state) { // P1, P2
    (void)state;
    enum { COUNT = 700 };
    uint32_t numbers[COUNT], read[COUNT];
    for (uint32_t bits = 1; bits <= 32; bits++) {
        struct packed packed = packed_make(COUNT, bits), wider = packed_make(COUNT, 32);
        for (uint32_t i = 0; i < COUNT; i++) {
            assert_int_equal(packed_get(packed, i), 0);
            numbers[i] = draw(bits);
        }
        for (uint32_t i = 0; i < COUNT; i++) { // in some other order: 700 and 257 have no common factor
            packed_set(packed, i * 257 % COUNT, numbers[i * 257 % COUNT]);
        }
        check_packed(packed, numbers, COUNT);
        for (uint32_t round = 0; round < 50; round++) {
            uint32_t start = (uint32_t)rand() % COUNT, count = (uint32_t)rand() % (COUNT - start + 1);
            for (uint32_t i = 0; i < count; i++) {
                numbers[start + i] = draw(bits);
            }
            packed_write(packed, start, numbers + start, count);
        }
        check_packed(packed, numbers, COUNT);
        packed_read(packed, 3, read, COUNT - 3);
        assert_memory_equal(read, numbers + 3, (COUNT - 3) * sizeof *read);
        packed_copy(wider, 0, packed, 0, COUNT);
        check_packed(wider, numbers, COUNT);
        packed_copy(packed, 5, packed, 8, COUNT - 8); // towards the beginning, over itself
        check_packed(packed, numbers, 5);
        for (uint32_t i = 8; i < COUNT; i++) {
            assert_int_equal(packed_get(packed, i - 3), numbers[i]);
        }
        packed_free(&packed), packed_free(&wider);
    }
}

static void packed_knows_how_many_bits(void **state) {
    (void)state;
    static const struct {
        uint32_t largest, bits;
    } cases[] = {{0, 1},        {1, 1},         {2, 2},        {0xFFFFF, 20},
                 {1 << 20, 21}, {0xFFFFFF, 24}, {1 << 24, 25}, {UINT32_MAX, 32}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(packed_bits(cases[i].largest), cases[i].bits);
    }
    uint32_t items[4] = {7, 0, UINT32_MAX, 0};
    check_packed(packed_view(items), items, 3);
}

static void err_cuts_at_a_character(void **state) {
    (void)state;
    char text[600];
    memset(text, 'a', sizeof text);
    // The three bytes of U+2026 straddle the limit of 511.
    for (size_t i = 510; i + 3 < sizeof text; i += 3) {
        text[i] = '\xE2', text[i + 1] = '\x80', text[i + 2] = '\xA6';
    }
    text[sizeof text - 1] = '\0';
    struct err err;
    assert_int_equal(err_set(&err, ERR_IO, "%s", text), ERR_IO);
    assert_true(utf8_valid(slice_of_string(err.message)));
    assert_int_equal(strlen(err.message), 510);
    assert_int_equal(err_set(NULL, ERR_IO, "nobody listens"), ERR_IO);
    assert_string_equal(err_text(ERR_NOT_FOUND), "not found");
    assert_string_equal(err_text(12345), "unknown error");
}

static void vec_pushes_values_with_commas(void **state) {
    (void)state;
    struct pair {
        int a, b;
    };
    VEC(struct pair) pairs = {0};
    for (int i = 0; i < 100; i++) {
        vec_push(&pairs, (struct pair){i, 2 * i});
    }
    assert_int_equal(pairs.count, 100);
    assert_int_equal(pairs.items[99].b, 198);
    vec_free(&pairs);
    assert_null(pairs.items);
}

enum { ITEMS = 2000 };

static void produce(void *argument) {
    struct queue *queue = argument;
    for (uintptr_t i = 1; i <= ITEMS; i++) {
        // The queue carries numbers here, not addresses.
        queue_push(queue, (void *)i); // NOLINT(performance-no-int-to-ptr)
    }
}

static void queue_passes_everything_in_order(void **state) {
    (void)state;
    struct queue queue;
    queue_init(&queue, 7);
    uv_thread_t thread;
    uv_thread_create(&thread, produce, &queue);
    for (uintptr_t i = 1; i <= ITEMS; i++) {
        assert_int_equal((uintptr_t)queue_pop(&queue), i);
    }
    uv_thread_join(&thread);
    int item = 0;
    for (int i = 0; i < 7; i++) {
        assert_true(queue_try_push(&queue, &item));
    }
    assert_false(queue_try_push(&queue, &item));
    queue_close(&queue);
    assert_false(queue_push(&queue, &item));
    for (int i = 0; i < 7; i++) {
        assert_ptr_equal(queue_pop(&queue), &item);
    }
    assert_null(queue_pop(&queue));
    queue_fini(&queue);
}

static void read_own_name(char name[32]) {
    FILE *file = fopen("/proc/thread-self/comm", "r");
    assert_non_null(file);
    assert_non_null(fgets(name, 32, file));
    fclose(file);
}

static void name_itself(void *argument) {
    thread_name("hunch-longer-than-15");
    read_own_name(argument);
}

static void a_thread_is_named(void **state) {
    (void)state;
    char before[32], other[32] = "", after[32];
    uv_thread_t thread;
    read_own_name(before);
    assert_int_equal(uv_thread_create(&thread, name_itself, other), 0);
    uv_thread_join(&thread);
    read_own_name(after);
    assert_string_equal(other, "hunch-longer-th\n");
    assert_string_equal(after, before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_have_common_ends),
        cmocka_unit_test(str_splices),
        cmocka_unit_test(str_grows_and_detaches),
        cmocka_unit_test(slices_find_and_trim),
        cmocka_unit_test(words_have_a_distance),
        cmocka_unit_test(what_was_typed_means_a_word),
        cmocka_unit_test(arena_keeps_small_and_large),
        cmocka_unit_test(map_agrees_with_an_array),
        cmocka_unit_test(map_tells_keys_of_like_hashes_apart),
        cmocka_unit_test(reserved_map_does_not_grow),
        cmocka_unit_test(intern_gives_each_string_one_number),
        cmocka_unit_test(intern_finds_many_as_one_by_one),
        cmocka_unit_test(intern_keeps_any_bytes_where_they_are),
        cmocka_unit_test(packed_keeps_numbers_of_any_width),
        cmocka_unit_test(packed_knows_how_many_bits),
        cmocka_unit_test(err_cuts_at_a_character),
        cmocka_unit_test(vec_pushes_values_with_commas),
        cmocka_unit_test(queue_passes_everything_in_order),
        cmocka_unit_test(a_thread_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
