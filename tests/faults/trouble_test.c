// trouble_test.c - every call that the index makes to the disk fails once, in several ways, and every part of
// the store is damaged: each time the index is complete, and after the next start the store is that of a clean
// build.
//
// HUNCH_FLIPS: how many bits are flipped (2000).
#include "tests/faults/dump.h"
#include "tests/faults/inject.h"
#include "tests/unit/indexer/temporary.h"
#include "tests/unit/unit.h"

#include "base/spill.h"
#include "base/vec.h"
#include "indexer/indexer.h"
#include "indexer/store_lock.h"

#include <inttypes.h>

enum { FILES = 8, MOST_CALLS = 2000, WHOLE_RUNS = 40, KEPT = 20000 };

struct scene {
    char *folder; // of all that follows
    char *root;
    char *cache;
    char *store;
    struct str clean; // the dump of a store made without trouble
};

static struct scene scene;

// What this sink wants to be kept, and that what comes back is that or nothing.
static char *keep(void *self, size_t *size) {
    (void)self;
    char *bytes = spill_alloc(KEPT);
    for (size_t i = 0; i < KEPT; i++) {
        bytes[i] = (char)(i * i / 7);
    }
    *size = KEPT;
    return bytes;
}

static void assert_kept_or_nothing(struct slice bytes) {
    size_t size;
    char *expected = keep(NULL, &size);
    if (bytes.length && !slice_equal(bytes, slice_of(expected, size))) {
        fail_msg("%zu bytes came back that nobody had kept", bytes.length);
    }
    spill_free(expected);
}

static void restore(void *self, struct slice bytes) {
    *(bool *)self = true;
    assert_kept_or_nothing(bytes);
}

struct run {
    bool is_restored;
    uv_loop_t loop;
    struct index_progress progress;
    size_t warnings;
    struct str said;
};

static void on_ready(void *context, const struct index_progress *progress) {
    struct run *run = context;
    run->progress = *progress;
    uv_stop(&run->loop);
}

static void on_warning(void *context, const char *message) {
    struct run *run = context;
    run->warnings++;
    str_append_format(&run->said, "%s\n", message);
}

static void index_into(const char *store, struct run *run) {
    *run = (struct run){0};
    str_init(&run->said);
    uv_loop_init(&run->loop);
    struct index_sink sink = index_sink_none();
    sink.self = &run->is_restored;
    sink.keep = keep;
    sink.restore = restore;
    struct indexer_options options = {.root = scene.root,
                                      .store_path = store,
                                      .threads = 1,
                                      .sink = sink,
                                      .keep_at_once = true,
                                      .on_ready = on_ready,
                                      .on_warning = on_warning,
                                      .context = run};
    struct indexer *indexer;
    struct err err = {0};
    if (indexer_open(&indexer, &run->loop, &options, &err) != 0) {
        fail_msg("%s", err.message);
    }
    uv_run(&run->loop, UV_RUN_DEFAULT);
    indexer_close(indexer);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&run->loop), 0);
}

static void write_file(const char *path, int number, const char *more) {
    struct str text;
    str_init(&text);
    str_append_format(&text, "#include \"file%d.h\"\n\n", number);
    for (int i = 0; i < 30; i++) {
        str_append_format(&text,
                          "/* Number %d. */\nstatic int function_%d_%d(int value_%d) {\n"
                          "    return value_%d + function_%d_%d(value_%d);\n}\n",
                          i, number, i, i, i, number, i + 1, i);
    }
    str_append_string(&text, more);
    temporary_write_bytes(scene.folder, path, str_slice(&text));
    str_free(&text);
}

static void dump(const char *store, struct str *text) {
    struct err err = {0};
    if (dump_store(store, text, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static void empty_cache(void) {
    temporary_remove(scene.cache);
}

// Saved from one test of an old state to the next.
static void copy_store(const char *from, const char *to) {
    struct str bytes;
    struct err err = {0};
    str_init(&bytes);
    if (fs_read(from, 64 * 1024 * 1024, &bytes, &err) != 0 || fs_make_folders(scene.cache, &err) != 0 ||
        fs_write(to, str_slice(&bytes), true, &err) != 0) {
        fail_msg("%s", err.message);
    }
    str_free(&bytes);
}

static int set_up(void **state) {
    (void)state;
    scene.folder = temporary_make();
    scene.root = fs_join(scene.folder, "root");
    scene.cache = fs_join(scene.folder, "cache");
    scene.store = fs_join(scene.cache, "0123456789abcdef.sqlite");
    for (int i = 0; i < FILES; i++) {
        char path[40];
        snprintf(path, sizeof path, "root/src/file%d.c", i);
        write_file(path, i, "");
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    temporary_remove(scene.folder);
    str_free(&scene.clean);
    free(scene.store);
    free(scene.cache);
    free(scene.root);
    free(scene.folder);
    return 0;
}

// As the next start has it: whole, and quietly so.
static void assert_recovers(const char *after) {
    struct run run;
    index_into(scene.store, &run);
    assert_int_equal(run.progress.files, FILES);
    struct str now;
    str_init(&now);
    dump(scene.store, &now);
    if (strcmp(now.data, scene.clean.data) != 0) {
        fail_msg("after %s another index than that of a clean build; it had said: %s", after, run.said.data);
    }
    str_free(&now);
    str_free(&run.said);
    index_into(scene.store, &run);
    assert_true(run.is_restored); // what that one kept
    str_free(&run.said);
}

// One run with trouble, then one without. False: the run had fewer calls than that.
static bool one_trouble(const char *before, enum inject_kind kind, long at, bool ever) {
    static const char *const names[] = {"", "a full disk", "a broken disk", "a short transfer"};
    char what[100];
    snprintf(what, sizeof what, "%s at call %ld%s", names[kind], at, ever ? " and later" : "");
    empty_cache();
    if (before) {
        copy_store(before, scene.store);
    }
    struct run run;
    inject_start(scene.cache, kind, at, ever);
    index_into(scene.store, &run);
    long calls = inject_stop();
    if (run.progress.files != FILES || run.warnings > 2) {
        fail_msg("%s: %" PRIu64 " files, said: %s", what, run.progress.files, run.said.data);
    }
    str_free(&run.said);
    assert_recovers(what);
    return calls >= at;
}

static long trouble_at_every_call(const char *before, enum inject_kind kind, bool ever) {
    long at = 1;
    while (one_trouble(before, kind, at, ever)) {
        at++;
        assert_true(at < MOST_CALLS);
    }
    assert_true(at > 3); // or nothing was tried
    return at;
}

static void trouble_of_every_kind(const char *before) {
    for (enum inject_kind kind = INJECT_FULL; kind <= INJECT_SHORT; kind++) {
        long once = trouble_at_every_call(before, kind, false);
        long ever = kind == INJECT_SHORT ? 0 : trouble_at_every_call(before, kind, true);
        print_message("kind %d: %ld calls once, %ld from then on\n", (int)kind, once, ever);
    }
}

static void make_clean(void) {
    struct run run;
    empty_cache();
    index_into(scene.store, &run);
    str_free(&run.said);
    str_free(&scene.clean);
    dump(scene.store, &scene.clean);
}

static void test_trouble_in_the_first_pass(void **state) {
    (void)state;
    make_clean();
    trouble_of_every_kind(NULL);
}

static void test_trouble_when_files_have_changed(void **state) {
    (void)state;
    char *before = fs_join(scene.folder, "before.sqlite");
    make_clean();
    copy_store(scene.store, before);
    write_file("root/src/file1.c", 100, "int changed;\n");
    write_file("root/src/file2.c", 101, "int changed_too;\n");
    temporary_delete(scene.folder, "root/src/file3.c");
    write_file("root/src/file9.c", 102, "int added;\n");
    make_clean();
    trouble_of_every_kind(before);
    free(before);
}

// --- bits ---

struct known {
    struct store_records records; // as they should be
    struct str *texts;
};

static void know(struct known *known) {
    struct store *store = NULL;
    struct err err = {0};
    assert_int_equal(store_open(&store, scene.store, scene.root, NULL, &err), 0);
    assert_int_equal(store_load(store, &known->records, &err), 0);
    store_close(store);
    known->texts = mem_zero(known->records.count, sizeof *known->texts);
    for (size_t i = 0; i < known->records.count; i++) {
        str_init(&known->texts[i]);
        dump_record(known->records.items[i], &known->texts[i]);
    }
}

static void forget(struct known *known) {
    for (size_t i = 0; i < known->records.count; i++) {
        str_free(&known->texts[i]);
        record_release(known->records.items[i]);
    }
    vec_free(&known->records);
    free(known->texts);
}

// Which of the known ones this is; it must be one, word for word.
static size_t recognise(const struct known *known, const struct record *record) {
    struct str text;
    str_init(&text);
    dump_record(record, &text);
    size_t which = 0;
    while (which < known->records.count && strcmp(known->texts[which].data, text.data) != 0) {
        which++;
    }
    if (which == known->records.count) {
        fail_msg("a wrong answer: %s", text.data);
    }
    str_free(&text);
    return which;
}

// What an index does: takes what is there and writes what is not.
static void load_and_complete(const struct known *known) {
    struct store *store = NULL;
    struct err err = {0};
    struct store_records records;
    if (store_open(&store, scene.store, scene.root, NULL, &err) != 0 ||
        store_load(store, &records, &err) != 0) {
        fail_msg("%s", err.message);
    }
    assert_kept_or_nothing(store_kept(store));
    bool found[FILES] = {false};
    for (size_t i = 0; i < records.count; i++) {
        found[recognise(known, records.items[i])] = true;
        record_release(records.items[i]);
    }
    vec_free(&records);
    for (size_t i = 0; i < known->records.count; i++) {
        struct store_op op = {.kind = STORE_PUT, .record = known->records.items[i]};
        if (!found[i] && store_write(store, &op, 1, &err) != 0) {
            // It has been thrown away for the next start.
            assert_int_equal(err.code, ERR_CORRUPT);
            break;
        }
    }
    store_close(store);
}

static void damage(const struct str *sound, size_t bit) {
    struct err err;
    struct str bytes;
    str_init(&bytes);
    str_append_slice(&bytes, str_slice(sound));
    bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ (1 << bit % 8));
    empty_cache();
    assert_int_equal(fs_make_folders(scene.cache, &err), 0);
    assert_int_equal(fs_write(scene.store, str_slice(&bytes), true, &err), 0);
    str_free(&bytes);
}

static uint64_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

// A third in the first page, where SQLite's header and the schema are, the others anywhere.
static size_t choose_bit(uint64_t *state, size_t length) {
    size_t most = next_random(state) % 3 ? length : 4096;
    return next_random(state) % most * 8 + next_random(state) % 8;
}

static long count_from_environment(const char *name, long usual) {
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : usual;
}

static void test_flipped_bits(void **state) {
    (void)state;
    make_clean();
    struct known known = {0};
    know(&known);
    struct str sound;
    struct err err;
    str_init(&sound);
    assert_int_equal(fs_read(scene.store, 64 * 1024 * 1024, &sound, &err), 0);
    long flips = count_from_environment("HUNCH_FLIPS", 2000);
    uint64_t seed = 11;
    for (long i = 0; i < flips; i++) {
        size_t bit = choose_bit(&seed, sound.length);
        char what[60];
        snprintf(what, sizeof what, "bit %zu", bit);
        damage(&sound, bit);
        load_and_complete(&known);
        load_and_complete(&known);
        struct str now;
        str_init(&now);
        if (dump_store(scene.store, &now, &err) != 0 || strcmp(now.data, scene.clean.data) != 0) {
            fail_msg("%s: %s", what, err.message);
        }
        str_free(&now);
        if (i < WHOLE_RUNS) {
            damage(&sound, bit);
            assert_recovers(what);
        }
    }
    str_free(&sound);
    forget(&known);
}

int main(void) {
    store_patience = (struct store_patience){.opening = 20, .later = 40}; // nobody else holds a lock here
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_trouble_in_the_first_pass),
        cmocka_unit_test(test_trouble_when_files_have_changed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
