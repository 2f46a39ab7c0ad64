// snapshot_test.c - pins keep a generation alive; the first one is empty.

#include "records.h"
#include "retrieval/snapshot.h"
#include "tests/unit/unit.h"

static void publish(struct snapshot_slot *slot, struct record *record) {
    struct segment *segment = segment_of(&record, 1);
    publish_segments(slot, &segment, 1);
}

static void test_first_is_empty(void **state) {
    (void)state;
    struct snapshot_slot slot;
    struct snapshot_file at;
    snapshot_slot_init(&slot);
    const struct snapshot *snapshot = snapshot_pin(&slot);
    assert_int_equal(snapshot->generation, 0);
    assert_false(snapshot_find(snapshot, SLICE_LITERAL("a.py"), &at));
    snapshot_unpin(&slot, snapshot);
    snapshot_slot_fini(&slot);
}

// A pinned generation outlives later ones and goes with the first publication after its last unpin.
static void test_pin_keeps(void **state) {
    (void)state;
    struct snapshot_slot slot;
    struct snapshot_file at;
    snapshot_slot_init(&slot);
    struct record *old = record_of("old.py", "def f():\n    pass\n");
    record_retain(old);
    publish(&slot, old);
    const struct snapshot *pinned = snapshot_pin(&slot);
    for (int i = 0; i < 30; i++) {
        publish(&slot, record_of("new.py", "def g():\n    pass\n"));
    }
    assert_true(snapshot_find(pinned, SLICE_LITERAL("old.py"), &at));
    assert_int_equal(pinned->generation, 1);
    assert_int_equal(atomic_load(&old->holders), 2);
    snapshot_unpin(&slot, pinned);
    publish(&slot, record_of("new.py", "def g():\n    pass\n"));
    assert_int_equal(atomic_load(&old->holders), 1);
    const struct snapshot *current = snapshot_pin(&slot);
    assert_int_equal(current->generation, 32); // S3
    assert_false(snapshot_find(current, SLICE_LITERAL("old.py"), &at));
    snapshot_unpin(&slot, current);
    snapshot_slot_fini(&slot);
    record_release(old);
}

// S2 for paths: a dead file is not found, though its segment still lists it.
static void test_dead_files(void **state) {
    (void)state;
    struct snapshot_slot slot;
    struct snapshot_file at;
    struct record *records[70];
    uint64_t dead[2] = {1ull << 3, 1ull << 5}, *gone = dead;
    snapshot_slot_init(&slot);
    for (int i = 0; i < 70; i++) {
        char path[16];
        snprintf(path, sizeof path, "f%02d.py", i);
        records[i] = record_of(path, "x = 1\n");
    }
    struct segment *segment = segment_of(records, 70);
    snapshot_publish(&slot,
                     &(struct snapshot_parts){.segments = &segment, .gone = &gone, .segment_count = 1});
    const struct snapshot *snapshot = snapshot_pin(&slot);
    assert_false(snapshot_find(snapshot, SLICE_LITERAL("f03.py"), &at));
    assert_false(snapshot_find(snapshot, SLICE_LITERAL("f69.py"), &at));
    assert_true(snapshot_find(snapshot, SLICE_LITERAL("f05.py"), &at));
    assert_int_equal(at.file, 5);
    snapshot_unpin(&slot, snapshot);
    snapshot_slot_fini(&slot);
    segment_release(segment);
}

// What is retired is there for whoever pinned that generation or an earlier one, however many came later.
static void test_retired_records(void **state) {
    (void)state;
    struct snapshot_slot slot;
    snapshot_slot_init(&slot);
    struct record *decoded = record_of("a.py", "def f():\n    pass\n"), *last = record_of("b.py", "x = 1\n");
    publish(&slot, record_of("new.py", "def g():\n    pass\n"));
    const struct snapshot *earlier = snapshot_pin(&slot);
    publish(&slot, record_of("new.py", "def g():\n    pass\n"));
    snapshot_retire(&slot, record_retain(decoded));
    for (int i = 0; i < 20; i++) {
        publish(&slot, record_of("new.py", "def g():\n    pass\n"));
    }
    const struct snapshot *later = snapshot_pin(&slot);
    assert_int_equal(atomic_load(&decoded->holders), 2);
    snapshot_unpin(&slot, earlier);
    publish(&slot, record_of("new.py", "def g():\n    pass\n"));
    assert_int_equal(atomic_load(&decoded->holders), 1); // who came later does not see it
    snapshot_unpin(&slot, later);
    snapshot_retire(&slot, record_retain(last));
    snapshot_slot_fini(&slot);
    assert_int_equal(atomic_load(&last->holders), 1);
    record_release(decoded);
    record_release(last);
}

enum { PARTS = 3, EACH = 4, NAMED = PARTS * EACH, DEAD = 7 };

// Files whose paths alternate between the segments, each with a definition of one name; one of them is gone.
static void publish_namesakes(struct snapshot_slot *slot) {
    struct segment *segments[PARTS];
    uint64_t bits[PARTS] = {0}, *gone[PARTS];
    for (uint32_t part = 0; part < PARTS; part++) {
        struct record *records[EACH];
        for (uint32_t i = 0; i < EACH; i++) {
            char path[16];
            uint32_t number = i * PARTS + (PARTS - 1 - part);
            snprintf(path, sizeof path, "f%02u.py", number);
            records[EACH - 1 - i] = record_of(path, "def other():\n    pass\n\ndef same():\n    pass\n");
            bits[part] |= (uint64_t)(number == DEAD) << i;
        }
        segments[part] = segment_of(records, EACH);
        gone[part] = &bits[part];
    }
    snapshot_publish(slot,
                     &(struct snapshot_parts){.segments = segments, .gone = gone, .segment_count = PARTS});
    for (uint32_t part = 0; part < PARTS; part++) {
        segment_release(segments[part]);
    }
}

// Files and definitions are told in the order of paths, however they are spread over segments, and of many the first.
static void test_order_of_paths(void **state) {
    (void)state;
    struct snapshot_slot slot;
    struct snapshot_symbol named[NAMED + 1];
    char path[16];
    snapshot_slot_init(&slot);
    publish_namesakes(&slot);
    const struct snapshot *snapshot = snapshot_pin(&slot);
    struct snapshot_walk walk = snapshot_walk_files(snapshot);
    for (uint32_t number = 0; number < NAMED; number++) {
        if (number != DEAD) { // S2
            snprintf(path, sizeof path, "f%02u.py", number);
            assert_true(snapshot_walk_next(&walk));
            assert_string_equal(snapshot_file(snapshot, walk.at)->record->path, path);
        }
    }
    assert_false(snapshot_walk_next(&walk));
    for (uint32_t limit = 1; limit <= NAMED; limit++) {
        uint32_t living = NAMED - 1, told = limit < living ? limit : living;
        uint32_t count = snapshot_named(snapshot, segment_name_key(SLICE_LITERAL("same")), limit, named);
        assert_int_equal(count, limit < living ? limit + 1 : living);
        for (uint32_t i = 0; i < told; i++) {
            snprintf(path, sizeof path, "f%02u.py", i < DEAD ? i : i + 1);
            assert_string_equal(
                snapshot_document_path(snapshot, SEGMENT_SYMBOLS, named[i].segment, named[i].id), path);
            assert_string_equal(segment_symbol(snapshot->segments[named[i].segment], named[i].id)->name,
                                "same");
        }
    }
    assert_int_equal(snapshot_named(snapshot, segment_name_key(SLICE_LITERAL("none")), NAMED, named), 0);
    snapshot_unpin(&slot, snapshot);
    snapshot_slot_fini(&slot);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_is_empty),
                                       cmocka_unit_test(test_pin_keeps), cmocka_unit_test(test_dead_files),
                                       cmocka_unit_test(test_retired_records),
                                       cmocka_unit_test(test_order_of_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
