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

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_is_empty),
                                       cmocka_unit_test(test_pin_keeps), cmocka_unit_test(test_dead_files),
                                       cmocka_unit_test(test_retired_records)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
