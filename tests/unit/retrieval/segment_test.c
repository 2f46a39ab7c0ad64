// segment_test.c - numbering, names and ranges of a segment.

#include "base/hash.h"
#include "records.h"
#include "tests/unit/unit.h"

static struct segment *sample(void) {
    struct record *records[] = {
        record_of("a/one.py", "class Reader:\n    def read_all(self):\n        return 1\n"),
        record_of("a/empty.py", ""),
        record_of("b/two.py", "def read_all(path):\n    return path\n\ndef _hidden():\n    pass\n"),
    };
    return segment_of(records, 3);
}

// G1 and G2.
static void test_numbers(void **state) {
    (void)state;
    struct segment *segment = sample();
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        uint32_t expected = 0;
        for (uint32_t file = 0; file < segment->file_count; file++) {
            const struct record *record = segment->files[file].record;
            uint32_t first, end = segment_range(segment, (enum segment_field)field, file, &first);
            assert_int_equal(first, expected);
            expected += field == SEGMENT_CHUNKS ? record->chunk_count : record->symbol_count;
            assert_int_equal(end, expected);
        }
        assert_int_equal(segment->fields[field].count, expected);
    }
    segment_release(segment);
}

static void test_names(void **state) {
    (void)state;
    struct segment *segment = sample();
    struct postings_list list = postings_find(&segment->names, segment_name_key(SLICE_LITERAL("READ_ALL")));
    assert_int_equal(list.length, 2);
    assert_string_equal(segment_symbol(segment, list.documents[0])->name, "read_all");
    assert_int_equal(postings_find(&segment->names, segment_name_key(SLICE_LITERAL("hidden"))).length, 1);
    assert_int_equal(postings_find(&segment->names, segment_name_key(SLICE_LITERAL("write"))).length, 0);
    segment_release(segment);
}

// A name's key is the term that chunks count, so uses can be looked up by it.
static void test_name_key_is_a_term(void **state) {
    (void)state;
    struct segment *segment = sample();
    uint32_t key = segment_name_key(SLICE_LITERAL("Reader"));
    assert_int_equal(postings_find(&segment->fields[SEGMENT_CHUNKS].terms, key).length > 0, 1);
    assert_int_equal(key, hash_fold(hash_bytes("reader", 6)));
    assert_int_equal(segment_name_key(SLICE_LITERAL("")), segment_name_key(SLICE_LITERAL("___")));
    segment_release(segment);
}

static void test_folders(void **state) {
    (void)state;
    struct segment *segment = sample();
    assert_int_equal(segment->folder_count, 2);
    assert_int_equal(segment->folders[0], segment->folders[1]);
    assert_int_not_equal(segment->folders[0], segment->folders[2]);
    segment_release(segment);
}

// G3.
static void test_references(void **state) {
    (void)state;
    struct record *record = record_of("a.py", "x = 1\n");
    struct segment_file file = {record, NULL};
    struct segment *segment = segment_build(&file, 1, NULL);
    assert_int_equal(atomic_load(&record->holders), 2);
    segment_retain(segment);
    segment_release(segment);
    assert_int_equal(atomic_load(&record->holders), 2);
    segment_release(segment);
    assert_int_equal(atomic_load(&record->holders), 1);
    record_release(record);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers), cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_name_key_is_a_term),
                                       cmocka_unit_test(test_folders), cmocka_unit_test(test_references)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
