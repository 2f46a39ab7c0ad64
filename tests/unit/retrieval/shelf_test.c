// shelf_test.c - what readers see after puts, removals, overlays and commits; and that nothing leaks.

#include "records.h"
#include "retrieval/shelf.h"
#include "tests/unit/unit.h"

#include <uv.h>

struct world {
    struct snapshot_slot slot;
    struct shelf shelf;
};

static void setup(struct world *world) {
    snapshot_slot_init(&world->slot);
    shelf_init(&world->shelf, &world->slot);
}

static void teardown(struct world *world) {
    shelf_fini(&world->shelf);
    snapshot_slot_fini(&world->slot);
}

static void put(struct world *world, const char *path, const char *text) {
    struct record *record = record_of(path, text);
    shelf_put(&world->shelf, record);
    record_release(record);
}

static void overlay(struct world *world, const char *path, const char *text, uint64_t version) {
    struct record *record = record_of(path, text);
    struct text *document = text_new(slice_of_string(text));
    shelf_show(&world->shelf, record, document, version);
    text_release(document);
    record_release(record);
}

// The name of the first symbol that the snapshot shows for a path; NULL if the path is not there. Checks S1.
static const char *shown(struct world *world, const char *path) {
    const struct snapshot *snapshot = snapshot_pin(&world->slot);
    const char *name = NULL;
    int places = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        for (uint32_t file = 0; file < snapshot->segments[s]->file_count; file++) {
            const struct record *record = snapshot->segments[s]->files[file].record;
            if (strcmp(record->path, path) == 0 && !snapshot_is_dead(snapshot, s, file)) {
                places++;
                name = record->symbol_count ? record->symbols[0].name : "";
            }
        }
    }
    struct snapshot_file at;
    assert_true(places <= 1);
    assert_int_equal(snapshot_find(snapshot, slice_of_string(path), &at), places);
    snapshot_unpin(&world->slot, snapshot);
    return name;
}

static void check(struct world *world, const char *path, const char *expected) {
    shelf_commit(&world->shelf, true);
    const char *name = shown(world, path);
    if (expected) {
        assert_non_null(name);
        assert_string_equal(name, expected);
    } else {
        assert_null(name);
    }
}

static void test_overlay_stands_in_front(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    check(&world, "a.py", NULL);
    put(&world, "a.py", "def disk():\n    pass\n");
    check(&world, "a.py", "disk");
    overlay(&world, "a.py", "def typed():\n    pass\n", 1);
    check(&world, "a.py", "typed");
    put(&world, "a.py", "def saved():\n    pass\n");
    check(&world, "a.py", "typed");
    shelf_hide(&world.shelf, "a.py", 2);
    check(&world, "a.py", "saved");
    shelf_remove(&world.shelf, "a.py");
    check(&world, "a.py", NULL);
    shelf_remove(&world.shelf, "never/there.py");
    shelf_hide(&world.shelf, "never/there.py", 1);
    check(&world, "never/there.py", NULL);
    overlay(&world, "new.py", "def fresh():\n    pass\n", 3);
    shelf_remove(&world.shelf, "new.py");
    check(&world, "new.py", "fresh");
    teardown(&world);
}

// H2, and that queries need not look into many segments.
static void check_segments(const struct shelf *shelf) {
    assert_true(shelf->segments.count <= SHELF_SEGMENTS);
    for (size_t i = 0; i < shelf->segments.count; i++) {
        const struct shelf_segment *segment = &shelf->segments.items[i];
        uint64_t gone = 0, size = 0;
        for (uint32_t file = 0; file < segment->segment->file_count; file++) {
            uint64_t own = shelf_size_of(segment->segment->files[file].record);
            size += own;
            gone += segment_is_gone(segment->gone, file) ? own : 0;
        }
        assert_int_equal(segment->size, size);
        assert_int_equal(segment->gone_size, gone);
        assert_true(gone <= size - gone);
    }
}

// Puts and removals in many small commits, before the first full pass and after it (H1).
static void change_files(bool full_pass) {
    enum { FILES = 300 };
    struct world world;
    char path[32], text[64];
    int versions[FILES] = {0};
    uint64_t seed = 11;
    setup(&world);
    for (int step = 1; step < 900; step++) {
        int file = (int)(draw(&seed) % FILES);
        bool removes = draw(&seed) % 5 == 0;
        snprintf(path, sizeof path, "d/f%d.py", file);
        snprintf(text, sizeof text, "def v%d():\n    pass\n", step);
        versions[file] = removes ? 0 : step;
        if (removes) {
            shelf_remove(&world.shelf, path);
        } else {
            put(&world, path, text);
        }
        if (step % 3 == 0) {
            shelf_commit(&world.shelf, full_pass);
            check_segments(&world.shelf);
        }
        if (step % 50 == 0) {
            shelf_commit(&world.shelf, true);
            for (int i = 0; i < FILES; i++) {
                snprintf(path, sizeof path, "d/f%d.py", i);
                snprintf(text, sizeof text, "v%d", versions[i]);
                const char *name = shown(&world, path);
                assert_int_equal(name != NULL, versions[i] != 0);
                assert_true(!name || strcmp(name, text) == 0);
            }
        }
    }
    teardown(&world);
}

static void test_segments_come_and_go(void **state) {
    (void)state;
    change_files(false);
    change_files(true);
}

// Read by words alone a file can be found until its syntax comes.
static void test_words_come_first(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    for (int i = 0; i < 10; i++) {
        char path[16];
        snprintf(path, sizeof path, "f%d.py", i);
        struct record *record = record_of(path, "def words():\n    pass\n");
        record->by_words = true;
        shelf_put(&world.shelf, record);
        record_release(record);
    }
    shelf_searchable(&world.shelf);
    assert_string_equal(shown(&world, "f3.py"), "words");
    assert_int_equal(world.shelf.segments.count, 1);
    put(&world, "f3.py", "def syntax():\n    pass\n");
    shelf_commit(&world.shelf, false);
    assert_string_equal(shown(&world, "f3.py"), "syntax");
    check(&world, "f3.py", "syntax");
    assert_int_equal(world.shelf.segments.count, 1);
    teardown(&world);
}

// As if it held so many that no other fits beside it.
static void fill_up(struct shelf_segment *segment) {
    struct postings *terms = &segment->segment->fields[SEGMENT_CHUNKS].terms;
    terms->unit_count = POSTINGS_MERGED;
}

// What one segment could not hold stays apart, and no more are published than a snapshot takes.
static void test_full_segments_stay_apart(void **state) {
    (void)state;
    enum { FILES = SHELF_SEGMENTS + 4 };
    struct world world;
    setup(&world);
    for (size_t i = 0; i < FILES; i++) {
        char path[32];
        snprintf(path, sizeof path, "f%d.py", (int)i);
        put(&world, path, "def own():\n    pass\n");
        shelf_commit(&world.shelf, false);
        assert_int_equal(world.shelf.segments.count, i + 1);
        fill_up(&world.shelf.segments.items[i]);
        assert_int_equal(shown(&world, path) != NULL, i < SHELF_SEGMENTS);
        assert_non_null(shown(&world, "f0.py"));
    }
    shelf_remove(&world.shelf, "f0.py"); // all that it holds
    shelf_commit(&world.shelf, false);
    assert_int_equal(world.shelf.segments.count, FILES - 1);
    assert_non_null(shown(&world, "f16.py"));
    teardown(&world);
}

// H2: replaced records go as soon as no generation shows them.
static void test_no_generation_keeps_old_records(void **state) {
    (void)state;
    struct world world;
    struct record *kept[20];
    setup(&world);
    for (int i = 0; i < 20; i++) {
        kept[i] = record_of("a.py", "def f():\n    pass\n");
        struct text *text = text_new(SLICE_LITERAL("def f():\n    pass\n"));
        shelf_show(&world.shelf, kept[i], text, (uint64_t)i + 1);
        text_release(text);
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(atomic_load(&kept[i]->holders) > 1, i == 19);
    }
    shelf_hide(&world.shelf, "a.py", 21);
    assert_int_equal(atomic_load(&kept[19]->holders), 1);
    for (int i = 0; i < 20; i++) {
        record_release(kept[i]);
    }
    teardown(&world);
}

static uint32_t open_segments(struct world *world) {
    const struct snapshot *snapshot = snapshot_pin(&world->slot);
    uint32_t count = snapshot->segment_count - snapshot->on_disk;
    snapshot_unpin(&world->slot, snapshot);
    return count;
}

// H3: the highest version counts, whatever came last; no commit is needed.
static void test_versions(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    overlay(&world, "a.py", "def second():\n    pass\n", 8);
    overlay(&world, "a.py", "def first():\n    pass\n", 7);
    assert_string_equal(shown(&world, "a.py"), "second");
    overlay(&world, "a.py", "def again():\n    pass\n", 8);
    assert_string_equal(shown(&world, "a.py"), "second");
    shelf_hide(&world.shelf, "a.py", 20);
    assert_null(shown(&world, "a.py"));
    overlay(&world, "a.py", "def late():\n    pass\n", 12);
    assert_null(shown(&world, "a.py"));
    overlay(&world, "a.py", "def reopened():\n    pass\n", 24);
    assert_string_equal(shown(&world, "a.py"), "reopened");
    teardown(&world);
}

// A document that reads as on disk costs no query anything, until the disk changes below it.
static void test_unchanged_documents_need_no_segment(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    put(&world, "a.py", "def same():\n    pass\n");
    shelf_commit(&world.shelf, true);
    overlay(&world, "a.py", "def same():\n    pass\n", 1);
    assert_int_equal(open_segments(&world), 0);
    assert_string_equal(shown(&world, "a.py"), "same");
    overlay(&world, "a.py", "def typed():\n    pass\n", 2);
    assert_int_equal(open_segments(&world), 1);
    put(&world, "a.py", "def typed():\n    pass\n");
    check(&world, "a.py", "typed");
    assert_int_equal(open_segments(&world), 0);
    put(&world, "a.py", "def other():\n    pass\n");
    check(&world, "a.py", "typed");
    assert_int_equal(open_segments(&world), 1);
    teardown(&world);
}

// More open documents than are shown as they stand: those changed last are.
static void test_many_documents(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    for (uint64_t i = 0; i < SNAPSHOT_OPEN + 10; i++) {
        char path[32];
        snprintf(path, sizeof path, "f%d.py", (int)i);
        put(&world, path, "def disk():\n    pass\n");
        overlay(&world, path, "def typed():\n    pass\n", i + 1);
    }
    check(&world, "f5.py", "disk");
    check(&world, "f10.py", "typed");
    overlay(&world, "f5.py", "def typed():\n    pass\n", 1000);
    check(&world, "f5.py", "typed");
    check(&world, "f10.py", "disk");
    for (int i = 0; i < 2 * SHELF_CLOSED; i++) {
        char path[32];
        snprintf(path, sizeof path, "g%d.py", i);
        shelf_hide(&world.shelf, path, 1);
    }
    assert_int_equal(world.shelf.documents.count, SNAPSHOT_OPEN + 10 + SHELF_CLOSED);
    teardown(&world);
}

static void check_module(const char *text, const char *expected) {
    struct world world;
    setup(&world);
    shelf_manifest(&world.shelf, "sub/go.mod", slice_of_string(text));
    shelf_commit(&world.shelf, true);
    const struct snapshot *snapshot = snapshot_pin(&world.slot);
    assert_int_equal(snapshot->module_count, expected[0] != '\0');
    if (snapshot->module_count) {
        assert_string_equal(snapshot->modules[0].prefix, expected);
        assert_string_equal(snapshot->modules[0].folder, "sub");
    }
    snapshot_unpin(&world.slot, snapshot);
    shelf_manifest(&world.shelf, "sub/go.mod", SLICE_LITERAL(""));
    shelf_commit(&world.shelf, true);
    snapshot = snapshot_pin(&world.slot);
    assert_int_equal(snapshot->module_count, 0);
    snapshot_unpin(&world.slot, snapshot);
    teardown(&world);
}

static void test_go_modules(void **state) {
    (void)state;
    check_module("module example.org/a\n\ngo 1.22\n", "example.org/a");
    check_module("// comment\n\nmodule example.org/a/v2 // why\n", "example.org/a/v2");
    check_module("module \"quoted\"\n", "quoted");
    check_module("module", "");
    check_module("module \n", "");
    check_module("modules x\n", "");
    check_module("", "");
}

enum { READERS = 3, COMMITS = 150 };

struct reading {
    struct world *world;
    atomic_bool stop;
    atomic_int failures; // cmocka's own assertions belong to its thread
};

// S1, S3 and that a pinned snapshot stays whole while the writer goes on.
static void read_snapshots(void *context) {
    struct reading *reading = context;
    uint64_t last = 0;
    while (!atomic_load(&reading->stop)) {
        const struct snapshot *snapshot = snapshot_pin(&reading->world->slot);
        atomic_fetch_add(&reading->failures, snapshot->generation < last);
        last = snapshot->generation;
        for (uint32_t s = 0; s < snapshot->segment_count; s++) {
            const struct segment *segment = snapshot->segments[s];
            for (uint32_t i = 0; i < segment->fields[SEGMENT_SYMBOLS].count; i++) {
                atomic_fetch_add(&reading->failures, segment_symbol(segment, i)->name[0] != 'v');
            }
        }
        snapshot_unpin(&reading->world->slot, snapshot);
    }
}

static void test_readers_beside_the_writer(void **state) {
    (void)state;
    struct world world;
    struct reading reading = {.world = &world};
    uv_thread_t threads[READERS];
    setup(&world);
    atomic_init(&reading.stop, false);
    atomic_init(&reading.failures, 0);
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(uv_thread_create(&threads[i], read_snapshots, &reading), 0);
    }
    for (int i = 0; i < COMMITS; i++) {
        char path[32], text[64];
        snprintf(path, sizeof path, "f%d.py", i % 7);
        snprintf(text, sizeof text, "def v%d():\n    pass\n", i);
        if (i % 3) {
            put(&world, path, text);
        } else {
            overlay(&world, path, text, (uint64_t)i + 1);
        }
        shelf_commit(&world.shelf, true);
    }
    atomic_store(&reading.stop, true);
    for (int i = 0; i < READERS; i++) {
        uv_thread_join(&threads[i]);
    }
    assert_int_equal(atomic_load(&reading.failures), 0);
    const struct snapshot *snapshot = snapshot_pin(&world.slot);
    assert_int_equal(snapshot->generation, COMMITS);
    snapshot_unpin(&world.slot, snapshot);
    teardown(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overlay_stands_in_front),
        cmocka_unit_test(test_segments_come_and_go),
        cmocka_unit_test(test_words_come_first),
        cmocka_unit_test(test_full_segments_stay_apart),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_unchanged_documents_need_no_segment),
        cmocka_unit_test(test_many_documents),
        cmocka_unit_test(test_no_generation_keeps_old_records),
        cmocka_unit_test(test_go_modules),
        cmocka_unit_test(test_readers_beside_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
