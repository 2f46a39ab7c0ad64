// shelf_keep_test.c - a segment that was kept answers at the next start as the one that would be made anew.
#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"
#include "indexer/packed.h"
#include "records.h"
#include "retrieval/bm25.h"
#include "retrieval/shelf.h"
#include "tests/unit/unit.h"

#include <uv.h>

enum { FILES = 700, FUNCTIONS = 8, HITS = 20 };

struct world {
    struct snapshot_slot slot;
    struct shelf shelf;
};

struct kept {
    char *bytes;
    size_t size;
};

static void setup(struct world *world) {
    snapshot_slot_init(&world->slot);
    shelf_init(&world->shelf, &world->slot);
}

static void teardown(struct world *world) {
    shelf_fini(&world->shelf);
    snapshot_slot_fini(&world->slot);
}

static const char *path_of(int number) {
    static _Thread_local char path[40];
    snprintf(path, sizeof path, "folder%d/file%d.%s", number % 7, number, number % 5 ? "c" : "json");
    return path;
}

// One of fifty.
static const char *word_numbered(int number) {
    static _Thread_local char word[8];
    snprintf(word, sizeof word, "zq%c%c", 'a' + number % 50 / 10, 'a' + number % 10);
    return word;
}

static struct record *record_numbered(int number, int version) {
    struct str text;
    str_init(&text);
    str_append_format(&text, "#include \"file%d.h\"\n", number + 1);
    for (int i = 0; i < FUNCTIONS; i++) {
        str_append_format(&text, "int call_%d_%d(int count) {\n    return %s + other%d;\n}\n\n", number, i,
                          word_numbered(number * 31 + i * version), i % 3);
    }
    struct record *whole = record_of(path_of(number), text.data), *packed = record_pack(whole);
    record_shed(packed);
    record_release(whole);
    str_free(&text);
    return packed;
}

static void put(struct world *world, int number, int version) {
    struct record *record = record_numbered(number, version);
    shelf_put(&world->shelf, record);
    record_release(record);
}

static void put_all(struct world *world) {
    for (int i = 0; i < FILES; i++) {
        put(world, i, 1);
    }
    shelf_commit(&world->shelf, true);
}

static struct kept keep(struct world *world) {
    struct kept kept = {0};
    kept.bytes = shelf_keep(&world->shelf, &kept.size);
    return kept;
}

static void restore(struct world *world, const struct kept *kept) {
    char *copy = spill_alloc(kept->size);
    memcpy(copy, kept->bytes, kept->size);
    shelf_restore(&world->shelf, copy, kept->size);
}

// What a first run of everything leaves.
static struct kept make_kept(void) {
    struct world world;
    setup(&world);
    put_all(&world);
    struct kept kept = keep(&world);
    assert_non_null(kept.bytes);
    teardown(&world);
    return kept;
}

static void append_hits(struct str *out, const struct snapshot *snapshot, enum segment_field field,
                        struct weighted_term term) {
    struct bm25_hit hits[HITS];
    struct bm25_question question = {.snapshot = snapshot, .field = field, .terms = &term, .count = 1};
    size_t count = bm25_search(&question, HITS, hits);
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = snapshot->segments[hits[i].segment];
        uint32_t file = segment_file_of(&segment->fields[field], hits[i].id);
        const char *text = field == SEGMENT_SYMBOLS ? segment_symbol(segment, hits[i].id)->signature
                                                    : segment_chunk(segment, hits[i].id)->name;
        str_append_format(out, "%s %s %a\n", segment->files[file].record->path, text, (double)hits[i].score);
    }
}

// All that the snapshot says of a few words and of each file.
static char *answers(struct world *world) {
    const struct snapshot *snapshot = snapshot_pin(&world->slot);
    struct str out;
    str_init(&out);
    for (int i = 0; i < 50; i++) {
        char word[20];
        struct weighted_term term = {segment_name_key(slice_of_string(word_numbered(i))), 1};
        append_hits(&out, snapshot, SEGMENT_CHUNKS, term);
        snprintf(word, sizeof word, "call_%d_%d", i * 5 + 1, i % FUNCTIONS);
        append_hits(&out, snapshot, SEGMENT_SYMBOLS,
                    (struct weighted_term){segment_name_key(slice_of_string(word)), 1});
    }
    for (int i = 0; i < FILES; i++) {
        struct snapshot_file at;
        if (!snapshot_find(snapshot, slice_of_string(path_of(i)), &at)) {
            continue;
        }
        const struct segment *segment = snapshot->segments[at.segment];
        const struct record *record = snapshot_record(snapshot, at);
        uint32_t first, end = segment_range(segment, SEGMENT_SYMBOLS, at.file, &first);
        str_append_format(&out, "%s %s %d %u %u:", record->path, record->language, segment->taints[at.file],
                          record->chunk_count, record->import_count);
        for (; first < end; first++) {
            str_append_format(&out, " %s %x", segment_symbol(segment, first)->name,
                              segment->keys[first].name_term);
        }
        str_append_char(&out, '\n');
    }
    snapshot_unpin(&world->slot, snapshot);
    return str_detach(&out);
}

static bool has(struct world *world, int number, int version) {
    const struct snapshot *snapshot = snapshot_pin(&world->slot);
    struct record *expected = record_numbered(number, version);
    struct snapshot_file at;
    bool found = snapshot_find(snapshot, slice_of_string(expected->path), &at) &&
                 snapshot_file(snapshot, at)->record->hash == expected->hash;
    record_release(expected);
    snapshot_unpin(&world->slot, snapshot);
    return found;
}

// G5, H4.
static void test_restored_equals_rebuilt(void **state) {
    (void)state;
    struct kept kept = make_kept();
    struct world world, rebuilt;
    setup(&world);
    restore(&world, &kept);
    assert_false(has(&world, 3, 1)); // nobody has said yet that it is there
    put_all(&world);
    assert_int_equal(world.shelf.segments.count, 1);
    assert_ptr_equal(world.shelf.segments.items[0].segment, world.shelf.kept); // nothing was built
    setup(&rebuilt);
    put_all(&rebuilt);
    char *seen = answers(&world), *expected = answers(&rebuilt);
    assert_string_equal(seen, expected);
    assert_non_null(strstr(expected, ".c int call_"));
    assert_non_null(strstr(expected, ".c call_"));
    free(seen);
    free(expected);
    assert_null(keep(&world).bytes); // it still serves
    spill_free(kept.bytes);
    teardown(&rebuilt);
    teardown(&world);
}

// H1, H4: whatever changed between two runs is as it is now, from the first commit on.
static void test_what_changed_meanwhile_is_seen(void **state) {
    (void)state;
    struct kept kept = make_kept();
    struct world world;
    setup(&world);
    restore(&world, &kept);
    for (int i = 0; i < FILES; i++) {
        if (i % 20 != 1) { // those are gone
            put(&world, i, i % 20 ? 1 : 2);
        }
        if (i == FILES / 2) {
            shelf_commit(&world.shelf, false);
            assert_true(has(&world, 0, 2) && has(&world, 7, 1));
            assert_false(has(&world, FILES - 1, 1));
        }
    }
    put(&world, FILES, 1);
    put(&world, 7, 3); // and again while it runs
    put(&world, 8, 3);
    put(&world, 8, 1);
    shelf_commit(&world.shelf, true);
    for (int i = 0; i <= FILES; i++) {
        int version = i == 7 ? 3 : i % 20 || i == FILES ? 1 : 2;
        assert_int_equal(has(&world, i, version), i == FILES || i % 20 != 1);
    }
    shelf_remove(&world.shelf, path_of(9));
    shelf_commit(&world.shelf, false);
    assert_false(has(&world, 9, 1));
    spill_free(kept.bytes);
    teardown(&world);
}

// A quarter.
static void test_kept_again_when_enough_is_new(void **state) {
    (void)state;
    struct kept kept = make_kept();
    struct world world;
    setup(&world);
    restore(&world, &kept);
    put_all(&world);
    for (int i = 0; i < FILES / 5; i++) {
        put(&world, i, 2);
    }
    shelf_commit(&world.shelf, false);
    assert_null(keep(&world).bytes);
    for (int i = 0; i < FILES / 3; i++) {
        put(&world, i, 3);
    }
    shelf_commit(&world.shelf, false);
    struct kept again = keep(&world);
    assert_non_null(again.bytes);
    assert_true(has(&world, 3, 3) && has(&world, FILES - 1, 1));
    assert_null(keep(&world).bytes);
    spill_free(again.bytes);
    spill_free(kept.bytes);
    teardown(&world);
}

// What is restored is mostly of no use: everything is one segment again, and kept anew.
static void test_a_restored_segment_of_another_time_is_given_up(void **state) {
    (void)state;
    struct kept kept = make_kept();
    struct world world;
    setup(&world);
    restore(&world, &kept);
    for (int i = 0; i < FILES; i++) {
        put(&world, i, i % 3 ? 4 : 1);
    }
    shelf_commit(&world.shelf, true);
    assert_int_equal(world.shelf.segments.count, 1);
    assert_true(has(&world, 3, 1) && has(&world, 4, 4));
    struct kept again = keep(&world);
    assert_non_null(again.bytes);
    spill_free(again.bytes);
    spill_free(kept.bytes);
    teardown(&world);
}

struct reading {
    struct world *world;
    atomic_bool is_over;
    atomic_uint answered;
};

static void read_on(void *argument) {
    struct reading *reading = argument;
    while (!atomic_load(&reading->is_over)) {
        char *seen = answers(reading->world);
        atomic_fetch_add(&reading->answered, seen[0] != '\0');
        free(seen);
    }
}

// S2: files come back to life, change and go while others look at them.
static void test_readers_look_while_files_come_back(void **state) {
    (void)state;
    struct kept kept = make_kept();
    struct world world;
    setup(&world);
    struct reading reading = {.world = &world};
    uv_thread_t threads[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(uv_thread_create(&threads[i], read_on, &reading), 0);
    }
    restore(&world, &kept);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < FILES; i++) {
            put(&world, i, i % 9 == round ? 2 : 1);
            if (i % 50 == 0) {
                shelf_commit(&world.shelf, false);
            }
        }
        shelf_commit(&world.shelf, round > 0);
    }
    unsigned before = atomic_load(&reading.answered);
    while (atomic_load(&reading.answered) < before + 2) {
        uv_sleep(1);
    }
    atomic_store(&reading.is_over, true);
    for (int i = 0; i < 2; i++) {
        uv_thread_join(&threads[i]);
    }
    assert_true(has(&world, 2, 2) && has(&world, 3, 1));
    spill_free(kept.bytes);
    teardown(&world);
}

static void test_little_is_not_kept(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    put(&world, 1, 1);
    shelf_commit(&world.shelf, true);
    assert_null(keep(&world).bytes);
    teardown(&world);
}

static void test_bytes_that_end_early_or_late_are_left_aside(void **state) {
    (void)state;
    struct kept kept = make_kept();
    uint64_t *marks;
    for (int i = -300; i < 300; i++) {
        size_t size = i < -1 ? (size_t)(i + 300) * 8 : kept.size - (size_t)i * 8;
        char *bytes = spill_alloc(size + 1);
        memcpy(bytes, kept.bytes, size < kept.size ? size : kept.size);
        struct segment *segment = segment_restore(bytes, size, &marks);
        assert_int_equal(segment != NULL, size == kept.size);
        if (!segment) {
            spill_free(bytes);
        }
        segment_release(segment);
        free(marks);
    }
    memset(kept.bytes, 0xFF, sizeof(uint32_t)); // another format
    assert_null(segment_restore(kept.bytes, kept.size, &marks));
    spill_free(kept.bytes);
}

// A head is freed by its path's length.
static void test_a_path_that_ends_early_is_left_aside(void **state) {
    (void)state;
    uint64_t *marks;
    struct kept kept = make_kept();
    char *path = memmem(kept.bytes, kept.size, "folder", strlen("folder"));
    assert_non_null(path);
    *path = '\0';
    assert_null(segment_restore(kept.bytes, kept.size, &marks));
    assert_null(marks);
    spill_free(kept.bytes);
}

// Then what stands before its arrays looks like the head of an allocation.
static void test_nothing_of_a_segment_left_aside_is_freed_alone(void **state) {
    (void)state;
    uint64_t *marks;
    struct record *record = record_of("a.txt", "");
    struct segment *segment = segment_of(&record, 1);
    struct archive_out out = {0};
    segment_archive(segment, &out);
    size_t size = out.size;
    out = (struct archive_out){.bytes = spill_alloc(size + 8)};
    segment_archive(segment, &out);
    assert_null(segment_restore(out.bytes, size + 8, &marks));
    assert_null(marks);
    spill_free(out.bytes);
    segment_release(segment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restored_equals_rebuilt),
        cmocka_unit_test(test_what_changed_meanwhile_is_seen),
        cmocka_unit_test(test_kept_again_when_enough_is_new),
        cmocka_unit_test(test_a_restored_segment_of_another_time_is_given_up),
        cmocka_unit_test(test_readers_look_while_files_come_back),
        cmocka_unit_test(test_little_is_not_kept),
        cmocka_unit_test(test_bytes_that_end_early_or_late_are_left_aside),
        cmocka_unit_test(test_a_path_that_ends_early_is_left_aside),
        cmocka_unit_test(test_nothing_of_a_segment_left_aside_is_freed_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
