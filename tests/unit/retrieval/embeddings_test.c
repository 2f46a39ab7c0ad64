// embeddings_test.c - vectors follow what the snapshots show; a search finds what is nearest in the asker's own.
#include "../indexer/temporary.h"
#include "records.h"
#include "retrieval/embedder_hashed.h"
#include "retrieval/embeddings.h"
#include "retrieval/retriever.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <unistd.h>

enum { HITS = 8 };

// An embedder of letters: a text points where its first letter does. Fails while it is told to.
struct lettered {
    struct embedder embedder;
    atomic_int texts; // that it was given
    atomic_bool fails;
};

static int embed_letters(struct embedder *embedder, const struct slice *texts, size_t count,
                         struct vector *out, struct err *err) {
    struct lettered *self = (struct lettered *)embedder;
    if (atomic_load(&self->fails)) {
        return err_set(err, ERR_UNAVAILABLE, "no letters today");
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct vector){{0}};
        if (texts[i].length && texts[i].data[0] != '#') {
            out[i].components[(unsigned char)texts[i].data[0] % VECTOR_DIMENSIONS] = 127;
        }
    }
    atomic_fetch_add(&self->texts, (int)count);
    return 0;
}

static void close_letters(struct embedder *embedder) {
    (void)embedder;
}

static const struct embedder_operations letters = {.embed = embed_letters, .close = close_letters};

struct world {
    char *root;
    struct lettered embedder;
    struct retriever *retriever;
    struct index_sink sink;
    char trouble[128];
    int told;
};

static void on_progress(void *context, const struct embeddings_progress *progress) {
    struct world *world = context;
    snprintf(world->trouble, sizeof world->trouble, "%s", progress->trouble);
    world->told++;
}

static void setup(struct world *world) {
    *world = (struct world){.root = temporary_make()};
    world->embedder.embedder = (struct embedder){.operations = &letters, .model = "letters", .batch = 3};
    world->retriever = retriever_new(world->root);
    world->sink = retriever_sink(world->retriever);
    struct embeddings_options options = {
        .embedder = &world->embedder.embedder, .on_progress = on_progress, .context = world};
    retriever_embed(world->retriever, &options);
}

static void teardown(struct world *world) {
    retriever_free(world->retriever);
    temporary_remove(world->root);
    free(world->root);
}

static void put(struct world *world, const char *path, const char *text) {
    temporary_write(world->root, path, text);
    struct record *record = record_of(path, text);
    world->sink.put(world->sink.self, record, slice_of_string(text));
    record_release(record);
}

static void commit(struct world *world) {
    world->sink.commit(world->sink.self, true);
    retriever_settle(world->retriever);
}

// The paths of what is nearest to the letter, as the retriever's own context shows them.
static void check_nearest(struct world *world, const char *asked, const char *expected) {
    struct context context;
    struct str found;
    struct retrieval_query query = {.path = "new.txt",
                                    .language = "plaintext",
                                    .text = slice_of_string(asked),
                                    .cursor = strlen(asked),
                                    .sources = CONTEXT_BIT(CONTEXT_VECTOR)};
    context_init(&context);
    str_init(&found);
    retriever_query(world->retriever, &query, &context);
    for (uint32_t i = 0; i < context.count; i++) {
        assert_int_equal(context.items[i].source, CONTEXT_VECTOR);
        str_append_format(&found, "%s ", context.items[i].path);
    }
    assert_string_equal(found.data ? found.data : "", expected);
    context_free(&context);
    str_free(&found);
}

// V1, V2
static void test_follows_the_snapshot(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    put(&world, "x.txt", "xylophones make a sound\n");
    put(&world, "y.txt", "yards are outside\n");
    put(&world, "none.txt", "# without a direction\n");
    commit(&world);
    check_nearest(&world, "xx", "x.txt ");
    check_nearest(&world, "yy", "y.txt ");
    check_nearest(&world, "zz", "");
    put(&world, "x.txt", "zylophones make a sound\n"); // changed
    commit(&world);
    check_nearest(&world, "xx", "");
    check_nearest(&world, "zz", "x.txt ");
    world.sink.remove(world.sink.self, "x.txt");
    commit(&world);
    check_nearest(&world, "zz", "");
    check_nearest(&world, "yy", "y.txt ");
    teardown(&world);
}

static void append_lines(struct str *out, char first) {
    for (int line = 0; line < 200; line++) {
        str_append_format(out, "%c of line %d, which fills a chunk with others\n", first, line);
    }
}

// A hit is the chunk whose vector it is, though some before it have no direction.
static void test_chunks_without_a_direction(void **state) {
    (void)state;
    struct world world;
    struct str text;
    struct context context;
    setup(&world);
    str_init(&text);
    append_lines(&text, 'a');
    append_lines(&text, '#');
    append_lines(&text, 'z');
    put(&world, "x.txt", text.data);
    commit(&world);
    struct retrieval_query query = {.path = "new.txt",
                                    .language = "plaintext",
                                    .text = slice_of_string("zz"),
                                    .cursor = 2,
                                    .sources = CONTEXT_BIT(CONTEXT_VECTOR)};
    context_init(&context);
    retriever_query(world.retriever, &query, &context);
    assert_true(context.count > 0);
    for (uint32_t i = 0; i < context.count; i++) {
        assert_true(context.items[i].text.data[0] == 'z');
    }
    context_free(&context);
    str_free(&text);
    teardown(&world);
}

// What is unchanged is not embedded twice, whatever else comes and goes.
static void test_unchanged_files_cost_nothing(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    put(&world, "x.txt", "xylophones make a sound\n");
    commit(&world);
    assert_int_equal(atomic_load(&world.embedder.texts), 1);
    put(&world, "y.txt", "yards are outside\n");
    commit(&world);
    commit(&world);
    assert_int_equal(atomic_load(&world.embedder.texts), 2);
    teardown(&world);
}

static void test_files_by_words_wait(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    struct record *record = record_of("x.txt", "xylophones make a sound\n");
    record->by_words = true;
    world.sink.put(world.sink.self, record, slice_of_string(""));
    record_release(record);
    commit(&world);
    assert_int_equal(atomic_load(&world.embedder.texts), 0);
    teardown(&world);
}

static void test_a_failure_is_told_and_tried_again(void **state) {
    (void)state;
    struct world world;
    setup(&world);
    atomic_store(&world.embedder.fails, true);
    put(&world, "x.txt", "xylophones make a sound\n");
    commit(&world);
    assert_string_equal(world.trouble, "no letters today");
    atomic_store(&world.embedder.fails, false);
    commit(&world);
    assert_string_equal(world.trouble, "");
    check_nearest(&world, "xx", "x.txt ");
    teardown(&world);
}

// V1 while the array grows and shrinks: files come, change and go at random.
static void test_many_changes(void **state) {
    (void)state;
    enum { FILES = 40, STEPS = 120 };
    struct world world;
    char letters_of[FILES] = {0};
    uint64_t seed = 3;
    setup(&world);
    for (int step = 0; step < STEPS; step++) {
        uint32_t file = draw(&seed) % FILES;
        char path[16];
        snprintf(path, sizeof path, "f%02u.txt", file);
        struct str text;
        str_init(&text);
        letters_of[file] = draw(&seed) % 4 ? (char)('a' + (int)(draw(&seed) % 26)) : 0;
        for (int line = 0; line < 400; line++) { // several chunks
            str_append_format(&text, "%cord number %d is here to fill a line of it\n", letters_of[file],
                              line);
        }
        if (letters_of[file]) {
            put(&world, path, text.data);
        } else {
            world.sink.remove(world.sink.self, path);
        }
        str_free(&text);
        if (step % 10 == 9) {
            commit(&world);
            char asked[3] = {letters_of[file], letters_of[file], 0};
            struct context context;
            struct retrieval_query query = {.path = "new.txt",
                                            .language = "plaintext",
                                            .text = slice_of_string(asked),
                                            .cursor = 2,
                                            .sources = CONTEXT_BIT(CONTEXT_VECTOR)};
            context_init(&context);
            retriever_query(world.retriever, &query, &context);
            assert_true(!letters_of[file] || context.count > 0);
            for (uint32_t i = 0; i < context.count; i++) {
                assert_int_equal(letters_of[strtol(context.items[i].path + 1, NULL, 10)], letters_of[file]);
            }
            context_free(&context);
        }
    }
    teardown(&world);
}

static double cosine(const struct vector *a, const struct vector *b) {
    return vector_dot(a, b) / sqrt((double)vector_dot(a, a)) / sqrt((double)vector_dot(b, b));
}

// Texts that share rare words are nearer than those that share common ones.
static void test_hashed(void **state) {
    (void)state;
    static const char *const texts[] = {"def parse_header(packet):\n    return packet.checksum\n",
                                        "def verify(packet):\n    return packet.checksum == header(packet)\n",
                                        "def draw_window(screen):\n    return screen.pixels\n"};
    struct record *records[] = {record_of("a.py", texts[0]), record_of("b.py", texts[1]),
                                record_of("c.py", texts[2])};
    struct slice slices[] = {slice_of_string(texts[0]), slice_of_string(texts[1]), slice_of_string(texts[2])};
    struct pinned pinned;
    struct vector v[3];
    struct err err;
    struct embedder *embedder = embedder_hashed_new();
    pin_records(&pinned, records, 3);
    assert_int_equal(embedder_embed(embedder, slices, 3, v, &err), 0);
    assert_int_equal(vector_dot(&v[0], &v[0]), 0); // nothing was learned yet
    assert_true(embedder_learn(embedder, pinned.snapshot));
    assert_false(embedder_learn(embedder, pinned.snapshot));
    assert_int_equal(embedder_embed(embedder, slices, 3, v, &err), 0);
    assert_true(cosine(&v[0], &v[1]) > cosine(&v[0], &v[2]));
    unpin_records(&pinned);
    embedder_close(embedder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_follows_the_snapshot),
                                       cmocka_unit_test(test_chunks_without_a_direction),
                                       cmocka_unit_test(test_unchanged_files_cost_nothing),
                                       cmocka_unit_test(test_files_by_words_wait),
                                       cmocka_unit_test(test_a_failure_is_told_and_tried_again),
                                       cmocka_unit_test(test_many_changes),
                                       cmocka_unit_test(test_hashed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
