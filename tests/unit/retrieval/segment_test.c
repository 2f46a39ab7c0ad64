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
            assert_true(file == 0 || strcmp(segment->files[file - 1].record->path, record->path) < 0);
            assert_int_equal(first, expected);
            expected += field == SEGMENT_CHUNKS ? record->chunk_count : record->symbol_count;
            assert_int_equal(end, expected);
            for (uint32_t id = first; id < end; id++) {
                assert_int_equal(segment_file_of(&segment->fields[field], id), file);
            }
        }
        assert_int_equal(segment->fields[field].count, expected);
    }
    segment_release(segment);
}

static int count_named(const struct segment *segment, const char *name) {
    uint32_t key = segment_name_key(slice_of_string(name));
    struct names_walk walk = names_find(&segment->names, key);
    int count = 0;
    while (segment_next_named(segment, &walk, key)) {
        count++;
    }
    return count;
}

static void test_names(void **state) {
    (void)state;
    struct segment *segment = sample();
    uint32_t key = segment_name_key(SLICE_LITERAL("READ_ALL"));
    struct names_walk walk = names_find(&segment->names, key);
    assert_true(segment_next_named(segment, &walk, key));
    assert_string_equal(segment_symbol(segment, walk.symbol)->name, "read_all");
    assert_int_equal(count_named(segment, "read_all"), 2);
    assert_int_equal(count_named(segment, "hidden"), 1);
    assert_int_equal(count_named(segment, "write"), 0);
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
    assert_int_equal(segment_folder_count(segment), 2);
    assert_int_equal(segment->folders[0], segment->folders[1]);
    assert_int_not_equal(segment->folders[0], segment->folders[2]);
    assert_true(slice_equal(segment_folder(segment, segment->folders[2]), SLICE_LITERAL("b/")));
    segment_release(segment);
}

// G3.
static void test_references(void **state) {
    (void)state;
    struct record *record = record_of("a.py", "x = 1\n");
    struct segment_file file = {record, NULL};
    struct segment *segment = segment_build(&file, 1);
    assert_int_equal(atomic_load(&record->holders), 2);
    segment_retain(segment);
    segment_release(segment);
    assert_int_equal(atomic_load(&record->holders), 2);
    segment_release(segment);
    assert_int_equal(atomic_load(&record->holders), 1);
    record_release(record);
}

static void check_postings(const struct postings *a, const struct postings *b) {
    assert_int_equal(a->list_count, b->list_count);
    assert_int_equal(a->unit_count, b->unit_count);
    assert_memory_equal(a->units, b->units, a->unit_count * sizeof *a->units);
}

static void check_same(const struct segment *a, const struct segment *b) {
    assert_int_equal(a->file_count, b->file_count);
    assert_int_equal(segment_folder_count(a), segment_folder_count(b));
    for (uint32_t file = 0; file < a->file_count; file++) {
        assert_ptr_equal(a->files[file].record, b->files[file].record);
        assert_int_equal(a->folders[file], b->folders[file]);
        assert_true(slice_equal(segment_folder(a, a->folders[file]), segment_folder(b, b->folders[file])));
        assert_int_equal(a->taints[file], b->taints[file]);
    }
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        const struct segment_part *x = &a->fields[field], *y = &b->fields[field];
        assert_int_equal(x->count, y->count);
        for (uint32_t id = 0; id < x->count; id++) {
            assert_int_equal(segment_file_of(x, id), segment_file_of(y, id));
        }
        assert_memory_equal(x->firsts, y->firsts, (a->file_count + (size_t)1) * sizeof *x->firsts);
        check_postings(&x->terms, &y->terms);
    }
    assert_int_equal(a->names.count, b->names.count);
    assert_memory_equal(a->names.entries, b->names.entries, a->names.count * sizeof *a->names.entries);
    check_postings(&a->paths, &b->paths);
    for (uint32_t id = 0; id < a->fields[SEGMENT_SYMBOLS].count; id++) {
        assert_int_equal(a->keys[id].name, b->keys[id].name);
    }
}

static void test_can_merge(void **state) {
    (void)state;
    struct segment *segments[] = {sample(), sample()};
    struct segment_source sources[] = {{segments[0], NULL}, {segments[1], NULL}};
    struct postings *all[] = {&segments[0]->fields[SEGMENT_CHUNKS].terms,
                              &segments[0]->fields[SEGMENT_SYMBOLS].terms, &segments[0]->paths};
    assert_true(segment_can_merge(sources, 2));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint32_t before = all[i]->unit_count;
        all[i]->unit_count = POSTINGS_MERGED - before;
        assert_true(segment_can_merge(sources, 2));
        all[i]->unit_count++;
        assert_false(segment_can_merge(sources, 2));
        assert_true(segment_can_merge(sources, 1));
        all[i]->unit_count = before;
    }
    struct segment_part *symbols = &segments[0]->fields[SEGMENT_SYMBOLS];
    uint32_t before = symbols->count;
    symbols->count = NAMES_MOST - before;
    assert_true(segment_can_merge(sources, 2));
    symbols->count++;
    assert_false(segment_can_merge(sources, 2));
    symbols->count = before;
    segment_release(segments[0]);
    segment_release(segments[1]);
}

enum { MERGED = 24, SOURCES = 4 };

// G4, of sources some of whose files are gone.
static void check_merge(uint64_t *seed) {
    struct segment_file all[MERGED], living[MERGED];
    struct segment *parts[SOURCES];
    struct segment_source sources[SOURCES];
    uint64_t gone[SOURCES] = {0};
    uint32_t alive = 0, each = MERGED / SOURCES;
    for (uint32_t i = 0; i < MERGED; i++) {
        char path[32], text[128];
        snprintf(path, sizeof path, "%c/f%u.py", 'a' + (char)(i % 3), i);
        snprintf(text, sizeof text,
                 "class Same:\n    def own%u(self):\n        pass\n\ndef shared():\n    return %c\n", i,
                 'a' + (char)(draw(seed) % 20));
        all[i] = (struct segment_file){record_of(path, text), NULL};
    }
    for (uint32_t s = 0; s < SOURCES; s++) {
        parts[s] = segment_build(all + s * each, each);
        sources[s] = (struct segment_source){parts[s], s ? &gone[s] : NULL};
        for (uint32_t file = 0; file < each; file++) {
            bool dies = s == 1 || (s > 1 && draw(seed) % 3 == 0);
            gone[s] |= (uint64_t)dies << file;
            if (!dies) {
                living[alive++] = parts[s]->files[file];
            }
        }
    }
    struct segment *merged = segment_merge(sources, SOURCES);
    struct segment *built = segment_build(living, alive);
    check_same(merged, built);
    segment_release(merged);
    segment_release(built);
    for (uint32_t s = 0; s < SOURCES; s++) {
        segment_release(parts[s]);
    }
    for (uint32_t i = 0; i < MERGED; i++) {
        assert_int_equal(atomic_load(&all[i].record->holders), 1); // G3
        record_release(all[i].record);
    }
}

static void test_merge(void **state) {
    (void)state;
    uint64_t seed = 6;
    for (int round = 0; round < 20; round++) {
        check_merge(&seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_name_key_is_a_term),
                                       cmocka_unit_test(test_folders),
                                       cmocka_unit_test(test_references),
                                       cmocka_unit_test(test_can_merge),
                                       cmocka_unit_test(test_merge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
