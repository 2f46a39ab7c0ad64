// What record packing keeps: everything, for whoever asks first, and something harmless of bytes that are wrong.
#include "base/mem.h"
#include "indexer/packed.h"
#include "indexer/store_code.h"
#include "tests/unit/indexer/records.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <uv.h>

static void test_a_packed_record_is_whole_when_asked_for(void **state) {
    (void)state;
    struct record *whole = make_record("src/a.c", 30);
    struct record *packed = record_pack(whole);
    assert_true(packed->is_head && !packed->chunks && !packed->symbols);
    assert_int_equal(packed->chunk_count, 30);
    assert_string_equal(packed->path, "src/a.c");
    assert_string_equal(packed->language, whole->language);
    assert_ptr_equal(record_whole(packed), whole); // nothing is decoded as long as it is of use
    record_shed(packed);
    const struct record *decoded = record_whole(packed);
    assert_ptr_not_equal(decoded, whole);
    assert_same_record(decoded, whole);
    assert_ptr_equal(record_whole(packed), decoded);
    assert_ptr_equal(record_whole(whole), whole);
    record_release(packed);
    record_release(whole);
}

// Symbols and imports, which stay beside the whole one until both are taken away.
static void test_an_outline_is_part_of_it(void **state) {
    (void)state;
    struct record *whole = make_record("src/a.c", 30);
    struct record *packed = record_pack(whole), *taken[3];
    assert_ptr_equal(record_outline(packed), whole);
    assert_ptr_equal(record_outline(whole), whole);
    record_shed(packed);
    size_t before = record_decoded_bytes();
    const struct record *outline = record_outline(packed);
    assert_int_equal(outline->symbol_count, whole->symbol_count);
    assert_int_equal(outline->import_count, whole->import_count);
    assert_int_equal(outline->chunk_count, 0);
    assert_int_equal(outline->reference_count, 0);
    for (uint32_t i = 0; i < whole->symbol_count; i++) {
        assert_string_equal(outline->symbols[i].signature, whole->symbols[i].signature);
        assert_int_equal(outline->symbols[i].end_byte, whole->symbols[i].end_byte);
    }
    for (uint32_t i = 0; i < whole->import_count; i++) {
        assert_string_equal(outline->imports[i].target, whole->imports[i].target);
    }
    assert_true(record_decoded_bytes() > before);
    assert_ptr_equal(record_outline(packed), outline);
    assert_ptr_not_equal(record_whole(packed), outline);
    for (size_t i = 0; i < 3; i++) {
        taken[i] = record_take_decoded(packed);
    }
    assert_true(taken[0] && taken[1] && !taken[2]);
    assert_int_equal(record_decoded_bytes(), before);
    record_release(taken[0]);
    record_release(taken[1]);
    record_release(packed);
    record_release(whole);
}

// A whole record serves for both.
static void test_a_whole_one_has_the_outline(void **state) {
    (void)state;
    struct record *whole = make_record("src/a.c", 3);
    struct record *packed = record_pack(whole);
    record_shed(packed);
    const struct record *decoded = record_whole(packed);
    assert_false(record_was_used(packed)); // by who decoded it
    record_whole(packed);
    assert_true(record_was_used(packed));
    assert_false(record_was_used(packed));
    assert_ptr_equal(record_outline(packed), decoded);
    assert_true(record_was_used(packed));
    record_release(packed);
    record_release(whole);
}

static void test_unpacking_keeps_nothing(void **state) {
    (void)state;
    struct record *whole = make_record("src/a.c", 3);
    struct record *packed = record_pack(whole);
    record_shed(packed);
    struct record *first = record_unpack(packed), *second = record_unpack(packed);
    assert_ptr_not_equal(first, second);
    record_release(packed);
    assert_same_record(first, whole); // and outlives what it came from
    assert_same_record(second, whole);
    struct record *itself = record_unpack(whole);
    assert_ptr_equal(itself, whole);
    record_release(itself);
    record_release(first);
    record_release(second);
    record_release(whole);
}

// A language that this version does not know is kept by its name.
static void test_any_language_survives(void **state) {
    (void)state;
    static const char *const languages[] = {"c", "", "klingon"};
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        struct record *whole = make_record("src/a.c", 1);
        record_set_language(whole, languages[i]);
        struct record *packed = record_pack(whole);
        record_shed(packed);
        record_release(whole);
        struct record *unpacked = record_unpack(packed);
        assert_string_equal(packed->language, languages[i]);
        record_release(packed);
        assert_string_equal(unpacked->language, languages[i]);
        record_release(unpacked);
    }
}

// Whatever is cut off or turned over: as many chunks and symbols as the head says can be looked at.
static void test_damaged_bytes_do_no_harm(void **state) {
    (void)state;
    struct record *whole = make_record("src/a.c", 5);
    struct str bytes;
    str_init(&bytes);
    store_encode(whole, &bytes);
    for (size_t i = 0; i <= bytes.length; i++) {
        struct record *head = record_new_head(SLICE_LITERAL("src/a.c"));
        char *copy = mem_copy_bytes(bytes.data, bytes.length);
        head->size = whole->size;
        head->chunk_count = whole->chunk_count;
        head->symbol_count = whole->symbol_count;
        if (i < bytes.length) {
            copy[i] = (char)(copy[i] ^ 0x55);
        }
        record_lend(head, slice_of(copy, i % 2 ? bytes.length : i));
        assert_int_equal(record_outline(head)->symbol_count, whole->symbol_count);
        const struct record *decoded = record_whole(head);
        assert_int_equal(decoded->chunk_count, whole->chunk_count);
        assert_int_equal(decoded->symbol_count, whole->symbol_count);
        for (uint32_t c = 0; c < decoded->chunk_count; c++) {
            assert_non_null(decoded->chunks[c].name);
        }
        for (uint32_t s = 0; s < decoded->symbol_count; s++) {
            assert_non_null(decoded->symbols[s].signature);
        }
        free(copy);
        record_release(head);
    }
    str_free(&bytes);
    record_release(whole);
}

static void test_a_head_alone_is_empty(void **state) {
    (void)state;
    struct record *head = record_new_head(SLICE_LITERAL("a.c"));
    head->chunk_count = 2;
    assert_string_equal(record_whole(head)->chunks[1].kind, "");
    record_release(head);
}

enum { READERS = 4, PACKED = 50 };

struct reading {
    struct record *records[PACKED];
    const struct record *seen[READERS][PACKED];
    atomic_int next;
};

static void read_all(void *argument) {
    struct reading *reading = argument;
    int reader = atomic_fetch_add(&reading->next, 1);
    for (int i = 0; i < PACKED; i++) {
        reading->seen[reader][i] = record_whole(reading->records[i]);
    }
}

static void test_all_readers_see_the_same_record(void **state) {
    (void)state;
    static struct reading reading;
    uv_thread_t threads[READERS];
    struct record *whole = make_record("src/a.c", 20);
    for (int i = 0; i < PACKED; i++) {
        reading.records[i] = record_pack(whole);
        record_shed(reading.records[i]);
    }
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(uv_thread_create(&threads[i], read_all, &reading), 0);
    }
    for (int i = 0; i < READERS; i++) {
        uv_thread_join(&threads[i]);
    }
    for (int i = 0; i < PACKED; i++) {
        for (int reader = 1; reader < READERS; reader++) {
            assert_ptr_equal(reading.seen[reader][i], reading.seen[0][i]);
        }
        assert_same_record(reading.seen[0][i], whole);
        record_release(reading.records[i]);
    }
    record_release(whole);
}

// A head that was restored knows no time until it has the bytes.
static void test_sharing_gives_the_time(void **state) {
    (void)state;
    struct record *whole = make_record("src/a.c", 3), *head = record_new_head(SLICE_LITERAL("src/a.c"));
    whole->mtime_ns = 77;
    struct record *packed = record_pack(whole);
    record_share(head, packed);
    assert_int_equal(head->mtime_ns, 77);
    assert_true(record_hash_of_bytes(head) == record_hash_of_bytes(packed));
    whole->mtime_ns = 78;
    record_share(head, whole); // has no bytes
    assert_int_equal(head->mtime_ns, 77);
    record_release(head);
    record_release(packed);
    record_release(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_packed_record_is_whole_when_asked_for),
        cmocka_unit_test(test_an_outline_is_part_of_it),
        cmocka_unit_test(test_a_whole_one_has_the_outline),
        cmocka_unit_test(test_unpacking_keeps_nothing),
        cmocka_unit_test(test_any_language_survives),
        cmocka_unit_test(test_damaged_bytes_do_no_harm),
        cmocka_unit_test(test_a_head_alone_is_empty),
        cmocka_unit_test(test_sharing_gives_the_time),
        cmocka_unit_test(test_all_readers_see_the_same_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
