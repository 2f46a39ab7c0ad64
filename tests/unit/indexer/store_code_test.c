// store_code_test.c - records survive the way into bytes and back, and bytes that make no sense do no harm.

#include "indexer/store_code.h"
#include "records.h"

#include <stdio.h>
#include <stdlib.h>

static struct record *round_trip(const struct record *record) {
    struct str bytes;
    str_init(&bytes);
    store_encode(record, &bytes);
    struct record *again = store_decode(str_slice(&bytes), record->size, record->mtime_ns);
    str_free(&bytes);
    return again;
}

static void assert_round_trip(const struct record *record) {
    struct record *again = round_trip(record);
    assert_non_null(again);
    assert_same_record(again, record);
    record_release(again);
}

static void test_sizes_of_records(void **state) {
    (void)state;
    static const uint32_t chunks[] = {0, 1, 2, 7, 300};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        struct record *record = make_record("src/a file \xff.c", chunks[i]);
        assert_round_trip(record);
        record_release(record);
    }
}

static void test_a_head_counts_what_it_leaves_out(void **state) {
    (void)state;
    struct record *whole = make_record("b/c.c", 300);
    struct str bytes;
    str_init(&bytes);
    store_encode(whole, &bytes);
    struct record *head = store_decode_head(str_slice(&bytes), whole->size, 7);
    assert_string_equal(head->path, whole->path);
    assert_string_equal(head->language, whole->language);
    assert_true(head->hash == whole->hash);
    assert_int_equal(head->size, whole->size);
    assert_int_equal(head->mtime_ns, 7);
    assert_int_equal(head->line_count, whole->line_count);
    assert_int_equal(head->taint, whole->taint);
    assert_int_equal(head->chunk_count, whole->chunk_count);
    assert_int_equal(head->symbol_count, whole->symbol_count);
    assert_true(!head->chunks && !head->symbols && !head->references && !head->imports);
    record_release(head);
    record_release(whole);
    str_free(&bytes);
}

static void test_every_taint_cut_short_or_not(void **state) {
    (void)state;
    for (int i = 0; i < 2 * (TAINT_GENERATED + 1); i++) {
        struct record *record = record_new("x.c");
        record->taint = (enum taint)(i / 2);
        record->cut_short = i % 2 == 1;
        struct record *again = round_trip(record);
        assert_int_equal(again->taint, record->taint);
        assert_int_equal(again->cut_short, record->cut_short);
        record_release(again);
        record_release(record);
    }
}

static void test_empty_record(void **state) {
    (void)state;
    struct record *record = record_new("x");
    assert_round_trip(record);
    record_release(record);
}

static void test_references(void **state) {
    (void)state;
    static const struct reference references[] = {
        {0, 0, REFERENCE_CALL, 1},
        {0, 0, REFERENCE_TYPE, 2},
        {0, 5, REFERENCE_CALL, 1},
        {1, 0, REFERENCE_TYPE, REFERENCE_PLACES},
        {0xFFFFFFFF, 100000, REFERENCE_CALL, 3},
        {0xFFFFFFFF, 100000, REFERENCE_CALL, 3},
    };
    struct record *record = record_new("references.c");
    record->size = 100000;
    record->references = references;
    record->reference_count = sizeof references / sizeof references[0];
    assert_round_trip(record);
    record_release(record);
}

// R4 holds of their start_byte alone; all else is as a grammar gives it.
static void test_symbols_of_all_shapes(void **state) {
    (void)state;
    static const struct symbol symbols[] = {
        {"", SYMBOL_TYPE, false, 0, 0, 0, 0, 0, 0, "", "", ""},
        {"a", SYMBOL_FUNCTION, false, 9, 7, 8, 90, 0, 4000, "static int a(void)", "scope", "Says a."},
        {"a", SYMBOL_FUNCTION, true, 7, 7, 7, 7, 3000, 3001, "static int a(int)", "scope", ""},
        {"missing", SYMBOL_FIELD, false, 3, 5, 4, 6, 3000, 3000, "static int a(int), later", "a", ""},
        {"m\xc3\xa9thode", SYMBOL_METHOD, false, 2, 2, 2, 2, 3002, 99999, "static int m\xc3\xa9thode",
         "missing", ""},
        {"x", SYMBOL_MODULE, false, 99999, 99999, 99999, 99999, 100000, 100000, "", "scope", ""},
    };
    struct record *record = record_new("shapes.c");
    record->size = 100000;
    record->symbols = symbols;
    record->symbol_count = sizeof symbols / sizeof symbols[0];
    assert_round_trip(record);
    record_release(record);
}

static void test_terms_at_the_edges(void **state) {
    (void)state;
    static const struct term first[] = {{0, 1}, {1, 2}, {0xFFFFFFFE, 3}, {0xFFFFFFFF, 127}};
    static const struct term second[] = {{1, 0x7FFFFFFF}, {0x80000000, 128}};
    static const struct chunk chunks[] = {
        {0, 10, 0, 0, "lines", "", "", first, 4, 1 + 2 + 3 + 127},
        {10, 10, 3, 3, "lines", "", "", NULL, 0, 0},
        {20, 90, 1, 5, "function", "lines", "function", second, 2, 0x7FFFFFFFu + 128},
    };
    struct record *record = record_new("terms.c");
    record->size = 90;
    record->chunks = chunks;
    record->chunk_count = 3;
    assert_round_trip(record);
    record_release(record);
}

static void test_offsets_and_lines_stay_within_the_file(void **state) {
    (void)state;
    struct record *record = make_record("a.c", 20);
    struct str bytes;
    str_init(&bytes);
    store_encode(record, &bytes);
    assert_null(store_decode(str_slice(&bytes), 98, 0));
    assert_null(store_decode(str_slice(&bytes), 0, 0));
    assert_null(store_decode(str_slice(&bytes), -1, 0));
    assert_null(store_decode(str_slice(&bytes), INT64_MAX, 0));
    str_free(&bytes);
    record_release(record);
}

static void test_every_length_of_it_is_refused(void **state) {
    (void)state;
    struct record *record = make_record("a.c", 3);
    struct str bytes;
    str_init(&bytes);
    store_encode(record, &bytes);
    for (size_t length = 0; length < bytes.length; length++) {
        // A block of its own, so that a sanitizer sees a byte too many.
        char *copy = malloc(length + 1);
        assert_non_null(copy);
        memcpy(copy, bytes.data, length);
        struct record *decoded = store_decode(slice_of(copy, length), record->size, 0);
        if (decoded) {
            fail_msg("the first %zu of %zu bytes decode", length, bytes.length);
        }
        record_release(store_decode_head(slice_of(copy, length), record->size, 0)); // may pass for one
        free(copy);
    }
    str_free(&bytes);
    record_release(record);
}

// Without the row's checksum some would pass for a record; that R1 to R5 hold even then is what readers need.
static void assert_sound(const struct record *record, int64_t size) {
    uint32_t end = 0;
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        assert_true(chunk->start_byte >= end && chunk->end_byte >= chunk->start_byte); // R1
        assert_true(chunk->end_line >= chunk->start_line && chunk->end_line <= size);  // R2
        end = chunk->end_byte;
        for (uint32_t k = 1; k < chunk->term_count; k++) {
            assert_true(chunk->terms[k].hash > chunk->terms[k - 1].hash); // R3
        }
    }
    assert_true(end <= size);
    uint32_t start = 0;
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        assert_true(record->symbols[i].start_byte >= start); // R4
        start = record->symbols[i].start_byte;
    }
    assert_true(start <= size);
    for (uint32_t i = 1; i < record->reference_count; i++) {
        assert_true(reference_compare(&record->references[i - 1], &record->references[i]) <= 0); // R5
    }
}

static void test_flipped_bits_do_no_harm(void **state) {
    (void)state;
    struct record *record = make_record("a.c", 5);
    struct str bytes;
    str_init(&bytes);
    store_encode(record, &bytes);
    for (size_t bit = 0; bit < bytes.length * 8; bit++) {
        bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ (1 << bit % 8));
        struct record *decoded = store_decode(str_slice(&bytes), record->size, 0);
        if (decoded) {
            assert_sound(decoded, record->size);
            record_release(round_trip(decoded));
            record_release(decoded);
        }
        record_release(store_decode_head(str_slice(&bytes), record->size, 0));
        bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ (1 << bit % 8));
    }
    str_free(&bytes);
    record_release(record);
}

static void test_random_bytes_do_no_harm(void **state) {
    (void)state;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        size_t length = (size_t)rand() % sizeof bytes;
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char)(rand() % 3 ? rand() % 8 : rand());
        }
        struct record *decoded = store_decode(slice_of(bytes, length), 1000, 0);
        if (decoded) {
            assert_sound(decoded, 1000);
            record_release(decoded);
        }
        record_release(store_decode_head(slice_of(bytes, length), 1000, 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_of_records),
        cmocka_unit_test(test_a_head_counts_what_it_leaves_out),
        cmocka_unit_test(test_every_taint_cut_short_or_not),
        cmocka_unit_test(test_empty_record),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_symbols_of_all_shapes),
        cmocka_unit_test(test_terms_at_the_edges),
        cmocka_unit_test(test_offsets_and_lines_stay_within_the_file),
        cmocka_unit_test(test_every_length_of_it_is_refused),
        cmocka_unit_test(test_flipped_bits_do_no_harm),
        cmocka_unit_test(test_random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
