// chunks_test.c - which of several chunks that say the same comes first.

#include "records.h"
#include "retrieval/chunks.h"
#include "tests/unit/unit.h"

static const char SAID[] = "def walrus_flock(herd):\n    return count_walrus(herd)\n";

// Publishes both files as they are on disk, with the second one open.
static void publish(struct snapshot_slot *slot) {
    struct record *records[] = {record_of("a.py", SAID), record_of("b.py", SAID)};
    struct text *text = text_new(slice_of_string(SAID));
    struct segment *segment = segment_of(records, 2);
    struct editing *editing = editing_after(NULL, "b.py", NULL, text);
    uint64_t *gone = calloc(segment_bitmap_words(segment), sizeof *gone);
    snapshot_publish(slot, &(struct snapshot_parts){
                               .segments = &segment, .gone = &gone, .segment_count = 1, .editing = editing});
    free(gone);
    editing_release(editing);
    segment_release(segment);
    text_release(text);
}

static void test_open_documents_come_first(void **state) {
    (void)state;
    static const struct {
        bool prefers_open;
        const char *first;
    } rows[] = {{true, "b.py"}, {false, "a.py"}};
    struct snapshot_slot slot;
    snapshot_slot_init(&slot);
    publish(&slot);
    const struct snapshot *snapshot = snapshot_pin(&slot);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chunks_asker asker = {.is_code = true, .prefers_open = rows[i].prefers_open};
        struct bm25_hit hits[] = {{.id = 0, .score = 1}, {.id = 1, .score = 0.9f}};
        chunks_prefer_own(snapshot, asker, hits, 2);
        uint32_t file = segment_file_of(&snapshot->segments[0]->fields[SEGMENT_CHUNKS], hits[0].id);
        assert_string_equal(snapshot->segments[0]->files[file].record->path, rows[i].first);
    }
    snapshot_unpin(&slot, snapshot);
    snapshot_slot_fini(&slot);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_open_documents_come_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
