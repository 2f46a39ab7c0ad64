// repository_learner_test.c - what is published while a round of learning lasts, and that it can be stopped anywhere.
#include "backends/repository_learner.h"

#include "backends/repository_classes.h"
#include "backends/repository_segment.h"

#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

enum { FILES = 24, WORDS = 4000 };

struct scene {
    char *root;
    struct selection *selection;
    struct learner *learner;
    struct generation *current;
    int asked, published; // so often
    int type_at, stop_at; // which time it is asked; 0: never
    uint64_t expected;    // files in each generation, once they are all learned; 0: not looked at
    uint32_t words[2];    // known to the last generation, and to the one before
};

static bool is_stopped(void *context) {
    const struct scene *scene = context;
    return scene->stop_at && scene->asked >= scene->stop_at;
}

static void type(struct scene *scene, const char *path, const char *text) {
    struct segment_file file = {.folder = corpus_folder_hash(path)};
    file.id = selection_id(scene->selection, path, &file.path);
    learner_overlay(scene->learner, &file, slice_of_string(text));
    learner_show(scene->learner);
}

static void interrupt(void *context) {
    struct scene *scene = context;
    if (++scene->asked == scene->type_at) {
        type(scene, "f7.c", "typed and not saved\n");
    }
}

static uint64_t live_files(const struct generation *generation) {
    uint64_t files = 0;
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        for (uint32_t k = 0; k < generation->segments[i]->file_count; k++) {
            files += !generation->dead[i][k];
        }
    }
    return files;
}

static void publish(void *context, struct generation *generation) {
    struct scene *scene = context;
    if (scene->current) {
        corpus_unpin(scene->current);
    }
    scene->current = generation;
    scene->published++;
    scene->words[1] = scene->words[0];
    scene->words[0] = (uint32_t)generation->vocabulary->words.count;
    if (scene->expected) {
        assert_int_equal(live_files(generation), scene->expected); // C1
    }
}

static void put_some(struct scene *scene, int files, int version) {
    struct str text;
    str_init(&text);
    for (int file = 0; file < files; file++) {
        char path[32];
        snprintf(path, sizeof path, "f%d.c", file);
        str_clear(&text);
        for (int i = 0; i < WORDS; i++) {
            str_append_format(&text, "w%d ", (i * (file + version)) % 997);
        }
        temporary_write(scene->root, path, text.data);
        struct record *record = world_record(path, text.data);
        selection_put(scene->selection, record);
        record_release(record);
    }
    str_free(&text);
}

static void put_all(struct scene *scene, int version) {
    put_some(scene, FILES, version);
}

// Nothing is there yet.
static void open_empty(struct scene *scene) {
    *scene = (struct scene){.root = temporary_make(), .selection = selection_new(CORPUS_TOKENS)};
    struct learner_options options = {scene->root, scene->selection, is_stopped, interrupt, publish, scene};
    scene->learner = learner_new(&options);
}

static void open_scene(struct scene *scene) {
    open_empty(scene);
    put_all(scene, 1);
    selection_complete(scene->selection);
}

static void close_scene(struct scene *scene) {
    learner_free(scene->learner);
    corpus_unpin(scene->current);
    selection_free(scene->selection);
    temporary_remove(scene->root);
    free(scene->root);
}

// Does the last generation know the classes of its words?
static bool has_classes(const struct scene *scene) {
    struct encoder encoder = {.vocabulary = scene->current->vocabulary};
    return classes_know(scene->current->classes, encoder_find(&encoder, SLICE_LITERAL("w1")));
}

// Of a first pass the first files are shown at once; then it is sorted, and its classes counted, once, when all files are known.
static void test_first_pass(void **state) {
    (void)state;
    struct scene scene;
    open_empty(&scene);
    put_some(&scene, 2, 1);
    assert_true(learner_work(scene.learner));
    assert_int_equal(live_files(scene.current), 2);
    assert_false(has_classes(&scene));
    int published = scene.published;
    put_all(&scene, 1);
    assert_true(learner_work(scene.learner));
    assert_int_equal(scene.published, published);
    selection_complete(scene.selection);
    assert_true(learner_work(scene.learner));
    assert_int_equal(scene.published, published + 1);
    assert_int_equal(live_files(scene.current), FILES);
    assert_true(has_classes(&scene));
    close_scene(&scene);
}

// The first files were all there are: what is counted once that is known is shown, too.
static void test_first_files_are_all(void **state) {
    (void)state;
    struct scene scene;
    open_empty(&scene);
    put_some(&scene, 2, 1);
    assert_true(learner_work(scene.learner));
    assert_false(has_classes(&scene));
    selection_complete(scene.selection);
    assert_true(learner_work(scene.learner));
    assert_true(has_classes(&scene));
    close_scene(&scene);
}

// However far a round is: no file is missing since its new text is not sorted yet, and none is there twice.
static void test_typed_while_all_changes(void **state) { // C1, C4
    (void)state;
    int rounds = 1;
    for (int at = 1; at <= rounds; at += 1 + rounds / 7) {
        struct scene scene;
        open_scene(&scene);
        assert_true(learner_work(scene.learner));
        assert_int_equal(live_files(scene.current), FILES);
        put_all(&scene, 2);
        scene.expected = FILES;
        scene.asked = 0;
        scene.type_at = at;
        int before = scene.published;
        assert_true(learner_work(scene.learner));
        assert_true(scene.published >= before + 2);
        assert_int_equal(scene.current->segments[SEGMENT_OVERLAY]->file_count, 1);
        rounds = scene.asked;
        type(&scene, "f7.c", ""); // closed: the file on disk comes to light
        assert_int_equal(scene.current->segments[SEGMENT_OVERLAY]->file_count, 0);
        close_scene(&scene);
    }
    assert_true(rounds > FILES);
}

static void test_stopped_anywhere(void **state) {
    (void)state;
    int rounds = 1;
    for (int at = 0; at <= rounds; at += 1 + rounds / 11) { // first not at all
        struct scene scene;
        open_scene(&scene);
        scene.stop_at = at;
        assert_int_equal(learner_work(scene.learner), at == 0);
        rounds = at == 0 ? scene.asked : rounds;
        close_scene(&scene);
    }
}

// Half of the files go, then most of the rest: what is left is what a learner of that alone would have.
static void test_forgets(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    assert_true(learner_work(scene.learner));
    static const int left[] = {FILES / 2, 2, 0};
    int there = FILES;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        for (; there > left[i]; there--) {
            char path[32];
            snprintf(path, sizeof path, "f%d.c", there - 1);
            selection_remove(scene.selection, path);
        }
        assert_true(learner_work(scene.learner));
        assert_int_equal(live_files(scene.current), left[i]);
        const struct token_segment *base = scene.current->segments[SEGMENT_BASE];
        assert_true(base->count <= (uint32_t)there * (WORDS + 2) * 2 + (1 << 17)); // the memory, too
        for (uint32_t k = 1; k < base->order_count; k++) {
            uint32_t position = packed_get(base->order, k);
            assert_true(position < base->count);
            assert_true(token_id(packed_get(base->tokens, position)) != TOKEN_FILE);
        }
    }
    close_scene(&scene);
}

// Words are forgotten after what was merged is shown: of the segments before there is nothing left by then.
static void test_shows_before_it_forgets_words(void **state) {
    (void)state;
    enum { NEW_WORDS = 12000 };
    struct scene scene;
    open_scene(&scene);
    for (int version = 1; version <= 2; version++) {
        for (int file = 0; file < FILES; file++) {
            char path[32];
            struct str text;
            str_init(&text);
            for (int i = 0; i < NEW_WORDS; i++) {
                str_append_format(&text, "v%d_%d_%d ", version, file, i);
            }
            snprintf(path, sizeof path, "f%d.c", file);
            temporary_write(scene.root, path, text.data);
            struct record *record = world_record(path, text.data);
            selection_put(scene.selection, record);
            record_release(record);
            str_free(&text);
        }
        assert_true(learner_work(scene.learner));
    }
    assert_true(scene.words[1] >= 2u * FILES * NEW_WORDS);
    assert_true(scene.words[0] < FILES * NEW_WORDS + 2000u);
    assert_int_equal(live_files(scene.current), FILES);
    close_scene(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_pass),
        cmocka_unit_test(test_first_files_are_all),
        cmocka_unit_test(test_typed_while_all_changes),
        cmocka_unit_test(test_stopped_anywhere),
        cmocka_unit_test(test_forgets),
        cmocka_unit_test(test_shows_before_it_forgets_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
