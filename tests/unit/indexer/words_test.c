// words_test.c - a large repository is read for its words before it is parsed.
#include "scene.h"

enum { FILES = 120 };

static void write_files(struct scene *scene) {
    for (int i = 0; i < FILES; i++) {
        char name[40];
        snprintf(name, sizeof name, "folder%d/file%d.c", i % 7, i);
        temporary_write(scene->root, name, "int answer(void) {\n    return 42;\n}\n");
    }
}

// Where in the calls the nth of this kind stands; `calls` if there are fewer.
static size_t place_of(const struct scene *scene, char kind, size_t nth) {
    for (size_t i = 0; i < scene->calls.count; i++) {
        if (scene->calls.items[i]->kind == kind && nth-- == 0) {
            return i;
        }
    }
    return scene->calls.count;
}

static void test_all_words_then_all_syntax(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_files(scene);
    scene->words_above = 1000;
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'w'), FILES);
    assert_int_equal(count_calls(scene, 'p'), FILES);
    assert_int_equal(count_calls(scene, 'S'), 1);
    assert_true(place_of(scene, 'w', FILES - 1) < place_of(scene, 'S', 0));
    assert_true(place_of(scene, 'S', 0) < place_of(scene, 'p', 0));
    assert_int_equal(find_call(scene, 'w', "folder3/file3.c")->symbols, 0);
    assert_int_equal(find_call(scene, 'p', "folder3/file3.c")->symbols, 1);
    assert_int_equal(scene->last.files, FILES);
    assert_int_equal(scene->last.files_total, FILES);
    assert_int_equal(scene->last.files_done, FILES);
    assert_int_equal(scene->last.files_parsed, FILES);
    assert_int_equal(scene->last.symbols, FILES);
    assert_true(scene->last.searchable);
    tear_down(scene);
}

static void test_small_repositories_are_parsed_at_once(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_files(scene);
    scene->words_above = 1 << 20;
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'w'), 0);
    assert_int_equal(count_calls(scene, 'p'), FILES);
    assert_int_equal(count_calls(scene, 'S'), 0);
    assert_true(scene->last.searchable);
    tear_down(scene);
}

// What the store knows needs no words.
static void test_second_start_reads_no_words(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_files(scene);
    scene->words_above = 1000;
    open_and_wait(scene, scene->store);
    close_indexer(scene);
    forget_calls(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'w'), 0);
    assert_int_equal(count_calls(scene, 'p'), FILES);
    assert_int_equal(scene->last.symbols, FILES);
    tear_down(scene);
}

// A file that is saved while only its words are known is parsed all the same, once for each.
static void test_saved_between_words_and_syntax(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_files(scene);
    scene->words_above = 1000;
    struct err err;
    assert_int_equal(try_open(scene, scene->store, &err), 0);
    start_ticking(scene);
    for (int i = 0; scene->ready == 0; i++) {
        char name[40];
        snprintf(name, sizeof name, "folder%d/file%d.c", (i % FILES) % 7, i % FILES);
        indexer_file_changed(scene->indexer, name);
        uv_run(&scene->loop, UV_RUN_ONCE);
    }
    stop_ticking(scene);
    assert_int_equal(scene->last.files, FILES);
    assert_int_equal(scene->last.symbols, FILES);
    tear_down(scene);
}

static void test_closed_among_the_words(void **state) {
    (void)state;
    for (int turns = 0; turns < 6; turns++) {
        struct scene *scene = set_up();
        write_files(scene);
        scene->words_above = 1000;
        struct err err;
        assert_int_equal(try_open(scene, scene->store, &err), 0);
        start_ticking(scene);
        for (int i = 0; i < turns; i++) {
            uv_run(&scene->loop, UV_RUN_ONCE);
        }
        stop_ticking(scene);
        tear_down(scene);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_words_then_all_syntax),
        cmocka_unit_test(test_small_repositories_are_parsed_at_once),
        cmocka_unit_test(test_second_start_reads_no_words),
        cmocka_unit_test(test_saved_between_words_and_syntax),
        cmocka_unit_test(test_closed_among_the_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
