// shelf_trim_test.c - what was decoded for queries goes when it is too much, and never from under a reader.
#include "records.h"
#include "retrieval/shelf.h"
#include "tests/unit/unit.h"

#include <uv.h>

enum { FILES = 40, READERS = 3, ROUNDS = 60 };

struct world {
    struct snapshot_slot slot;
    struct shelf shelf;
    atomic_bool stop;
    atomic_int failures; // cmocka's own assertions belong to its thread
};

static struct record *record_numbered(int number) {
    char path[32], text[256];
    snprintf(path, sizeof path, "f%d.py", number);
    snprintf(text, sizeof text, "def f%d(a):\n    return a\n\n\ndef g%d(b):\n    return f%d(b)\n", number,
             number, number);
    struct record *whole = record_of(path, text), *packed = record_pack(whole);
    record_shed(packed);
    record_release(whole);
    return packed;
}

static void setup(struct world *world) {
    *world = (struct world){0};
    snapshot_slot_init(&world->slot);
    shelf_init(&world->shelf, &world->slot);
    for (int i = 0; i < FILES; i++) {
        struct record *record = record_numbered(i);
        shelf_put(&world->shelf, record);
        record_release(record);
    }
    shelf_commit(&world->shelf, true);
}

static void teardown(struct world *world) {
    shelf_fini(&world->shelf);
    snapshot_slot_fini(&world->slot);
    assert_int_equal(record_decoded_bytes(), 0);
}

// How many of the files' symbols and chunks are not what they should be. All is looked at twice, as each may be decoded.
static int count_wrong(const struct snapshot *snapshot, uint32_t from, uint32_t to) {
    const struct segment *segment = snapshot->segments[0];
    int wrong = 0;
    for (uint32_t file = from; file < to; file++) {
        uint32_t first, end = segment_range(segment, SEGMENT_SYMBOLS, file, &first);
        const struct symbol *symbol = segment_symbol(segment, first);
        const struct record *record = segment_record(segment, file);
        wrong += end != first + 2 || strcmp(symbol[0].name + 1, symbol[1].name + 1) != 0;
        wrong += strcmp(record->symbols[0].name, symbol[0].name) != 0 || !record->chunk_count ||
                 !record->chunks[0].term_count;
    }
    return wrong;
}

static void test_a_pin_keeps_what_was_decoded(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    const struct snapshot *snapshot = snapshot_pin(&world.slot);
    const struct symbol *symbol = segment_symbol(snapshot->segments[0], 0);
    for (int i = 0; i < 20; i++) {
        shelf_trim(&world.shelf, 0);
    }
    assert_int_equal(record_decoded_bytes(), 0);
    assert_int_equal(symbol->name[0], 'f');
    assert_int_equal(world.slot.retired.count, 1);
    snapshot_unpin(&world.slot, snapshot);
    shelf_publish_all(&world.shelf);
    assert_int_equal(world.slot.retired.count, 0);
    teardown(&world);
}

// What is asked for again and again stays longest.
static void test_what_is_used_stays(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    const struct snapshot *snapshot = snapshot_pin(&world.slot);
    const struct segment *segment = snapshot->segments[0];
    assert_int_equal(count_wrong(snapshot, 0, FILES), 0);
    size_t all = record_decoded_bytes();
    for (uint32_t file = 0; file < FILES; file++) {
        record_was_used(segment->files[file].record);
    }
    const struct record *used = segment_record(segment, FILES / 2);
    shelf_trim(&world.shelf, all - 1);
    assert_true(record_decoded_bytes() <= (all - 1) / 4 * 3);
    assert_true(record_decoded_bytes() > all / 2); // and no more than needed
    shelf_trim(&world.shelf, record_decoded_bytes() - 1);
    assert_true(record_decoded_bytes() > 0);
    assert_ptr_equal(segment_record(segment, FILES / 2), used);
    uint64_t generation = snapshot->generation;
    snapshot_unpin(&world.slot, snapshot);
    shelf_trim(&world.shelf, record_decoded_bytes()); // it is not too much
    snapshot = snapshot_pin(&world.slot);
    assert_int_equal(snapshot->generation, generation + 2);
    snapshot_unpin(&world.slot, snapshot);
    teardown(&world);
}

static void read_all(void *context) {
    struct world *world = context;
    for (uint32_t from = 0; !atomic_load(&world->stop); from = (from + 1) % FILES) {
        const struct snapshot *snapshot = snapshot_pin(&world->slot);
        atomic_fetch_add(&world->failures, count_wrong(snapshot, from, FILES));
        snapshot_unpin(&world->slot, snapshot);
        shelf_trim(&world->shelf, 1000); // as behind a query
    }
}

static void test_readers_beside_each_other(void **state) {
    (void)state;
    static struct world world;
    uv_thread_t threads[READERS];
    setup(&world);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(uv_thread_create(&threads[i], read_all, &world), 0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        const struct snapshot *snapshot = snapshot_pin(&world.slot);
        assert_int_equal(count_wrong(snapshot, 0, FILES), 0);
        shelf_trim(&world.shelf, 0); // while it is pinned
        assert_int_equal(count_wrong(snapshot, 0, FILES), 0);
        snapshot_unpin(&world.slot, snapshot);
        shelf_publish_all(&world.shelf);
    }
    atomic_store(&world.stop, true);
    for (int i = 0; i < READERS; i++) {
        uv_thread_join(&threads[i]);
    }
    assert_int_equal(atomic_load(&world.failures), 0);
    teardown(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pin_keeps_what_was_decoded),
        cmocka_unit_test(test_what_is_used_stays),
        cmocka_unit_test(test_readers_beside_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
