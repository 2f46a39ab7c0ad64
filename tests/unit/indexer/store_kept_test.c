// store_kept_test.c - what is kept beside the records comes back whole or not at all, and never takes their room.
#include "base/spill.h"
#include "store_scene.h"

static struct str make_bytes(size_t size, unsigned seed) {
    struct str bytes;
    str_init(&bytes);
    str_reserve(&bytes, size);
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes.data[i] = (char)(seed >> 24);
    }
    bytes.length = size;
    return bytes;
}

static int keep_piece(struct store *store, const struct str *bytes, size_t piece) {
    struct err err = {0};
    return store_keep(store, str_slice(bytes), piece, &err);
}

static void keep(struct store *store, const struct str *bytes) {
    for (size_t piece = 0; piece < store_piece_count(bytes->length); piece++) {
        assert_int_equal(keep_piece(store, bytes, piece), 0);
    }
}

// What the next start finds: these bytes, or nothing (NULL), and all records.
static void assert_kept(const struct scene *scene, const struct str *bytes, size_t records) {
    struct store *store = open_store(scene);
    assert_int_equal(load_count(store), records);
    size_t size = 0;
    char *kept = store_take_kept(store, &size);
    if (bytes) {
        assert_true(slice_equal(slice_of(kept, size), str_slice(bytes)));
    } else {
        assert_null(kept);
    }
    spill_free(kept);
    assert_null(store_rebuilt(store));
    store_close(store);
}

// Of a source that is large enough.
static struct store *open_large(const struct scene *scene) {
    struct store *store = open_store(scene);
    for (int i = 0; i < 60; i++) {
        char name[20];
        snprintf(name, sizeof name, "%d.c", i);
        put(store, name, 2); // of 100,000 bytes
    }
    settle(store);
    return store;
}

static void test_what_is_kept_comes_back(void **state) {
    (void)state;
    static const size_t sizes[] = {
        1, 4096, STORE_PIECE - 1, STORE_PIECE, STORE_PIECE + 1, 3 * STORE_PIECE + 77};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct scene scene = set_up();
        struct store *store = open_large(&scene);
        struct str bytes = make_bytes(sizes[i], 1), shorter = make_bytes(sizes[i] / 2 + 1, 2);
        assert_kept(&scene, NULL, 60);
        keep(store, &bytes);
        settle(store);
        assert_kept(&scene, &bytes, 60);
        keep(store, &shorter);
        assert_kept(&scene, &shorter, 60);
        put(store, "another.c", 1);
        store_close(store);
        assert_kept(&scene, &shorter, 61);
        str_free(&bytes);
        str_free(&shorter);
        tear_down(&scene);
    }
}

// S5: a run that was cut short, and two at once.
static void test_half_of_it_is_nothing(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_large(&scene), *other = open_store(&scene);
    struct str bytes = make_bytes(2 * STORE_PIECE + 5, 1), others = make_bytes(2 * STORE_PIECE + 7, 2);
    assert_int_equal(load_count(other), 60);
    keep(store, &bytes);
    assert_int_equal(keep_piece(store, &bytes, 0), 0);
    assert_kept(&scene, NULL, 60);
    assert_int_equal(keep_piece(store, &bytes, 1), 0);
    assert_kept(&scene, NULL, 60);
    assert_int_equal(keep_piece(other, &others, 0), 0);
    assert_int_equal(keep_piece(store, &bytes, 2), ERR_CANCELLED); // the other has begun later
    assert_kept(&scene, NULL, 60);
    assert_int_equal(keep_piece(other, &others, 1), 0);
    assert_int_equal(keep_piece(other, &others, 2), 0);
    assert_kept(&scene, &others, 60);
    store_close(store);
    store_close(other);
    str_free(&bytes);
    str_free(&others);
    tear_down(&scene);
}

// S5.
static void test_kept_bytes_that_are_not_as_written_are_dropped(void **state) {
    (void)state;
    static const char *const damages[] = {
        "UPDATE kept SET checksum=checksum+1 WHERE piece=2",
        "UPDATE kept SET bytes=zeroblob(length(bytes)) WHERE piece=1",
        "UPDATE kept SET bytes=x'00' WHERE piece=3",
        "UPDATE kept SET bytes=x'' WHERE piece=0",
        "UPDATE kept SET checksum=0 WHERE piece=0",
        "DELETE FROM kept WHERE piece=0",
        "DELETE FROM kept WHERE piece=2",
        "DELETE FROM kept WHERE piece=3",
        "UPDATE kept SET piece=-piece",
        "UPDATE kept SET piece=piece+1 WHERE piece=3",
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        struct scene scene = set_up();
        struct store *store = open_large(&scene);
        struct str bytes = make_bytes(2 * STORE_PIECE + 5, 1);
        keep(store, &bytes);
        store_close(store);
        assert_kept(&scene, &bytes, 60);
        execute(&scene, damages[i]);
        assert_kept(&scene, NULL, 60);
        str_free(&bytes);
        tear_down(&scene);
    }
}

// S4: it goes before the records do.
static void test_what_is_kept_never_makes_the_store_larger_than_its_source(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_large(&scene);
    struct str small = make_bytes(5000000, 1), large = make_bytes(6000000, 2);
    keep(store, &small);
    settle(store);
    assert_int_equal(keep_piece(store, &large, 0), ERR_TOO_LARGE);
    assert_kept(&scene, NULL, 60);
    settle(store);
    assert_true(size_of(&scene, "") < 100000);
    keep(store, &small);
    for (int i = 0; i < 20; i++) { // the source shrinks
        char name[20];
        snprintf(name, sizeof name, "%d.c", i);
        write_one(store, (struct store_op){.kind = STORE_REMOVE, .path = name});
    }
    settle(store);
    assert_true(size_of(&scene, "") < 100000);
    store_close(store);
    assert_kept(&scene, NULL, 40);
    str_free(&small);
    str_free(&large);
    tear_down(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept_comes_back),
        cmocka_unit_test(test_half_of_it_is_nothing),
        cmocka_unit_test(test_kept_bytes_that_are_not_as_written_are_dropped),
        cmocka_unit_test(test_what_is_kept_never_makes_the_store_larger_than_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
