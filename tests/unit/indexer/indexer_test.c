// indexer_test.c - one repository through its life: first pass, edits, second start, trouble.
#include "scene.h"

#include "tests/unit/unit.h"
#include <fcntl.h>

static void test_first_pass_delivers_every_source_file(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'p'), 4);
    const struct call *call = find_call(scene, 'p', "a.c");
    assert_non_null(call);
    assert_int_equal(call->text_length, strlen(c_file));
    assert_int_equal(call->symbols, 1);
    assert_int_equal(call->taint, TAINT_OWN);
    assert_int_equal(find_call(scene, 'p', "vendor/v.c")->taint, TAINT_VENDORED);
    assert_non_null(find_call(scene, 'p', "src/deep/b.c"));
    assert_non_null(find_call(scene, 'p', "src/tool.py"));
    assert_non_null(find_call(scene, 'C', ""));
    assert_int_equal(scene->last.files_total, 4);
    assert_int_equal(scene->last.files_done, 4);
    assert_int_equal(scene->last.files_parsed, 4);
    assert_int_equal(scene->last.files_failed, 0);
    assert_true(scene->last.chunks >= 4);
    assert_true(scene->last.symbols >= 4);
    assert_string_equal(scene->warnings.data, "");
    assert_string_equal(indexer_store_path(scene->indexer), scene->store);
    tear_down(scene);
}

static void on_ready_close(void *context, const struct index_progress *progress) {
    on_ready(context, progress);
    close_in_callback(context);
}

static void test_pass_keeps_the_loop_alive_until_closed(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    scene->on_ready = on_ready_close;
    struct err err;
    assert_int_equal(try_open(scene, "", &err), 0);
    uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_int_equal(scene->ready, 1);
    tear_down(scene);
}

static void test_second_start_reads_nothing_again(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    struct index_progress first = scene->last;
    close_indexer(scene);
    forget_calls(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'p'), 4);
    assert_int_equal(find_call(scene, 'p', "a.c")->symbols, 1);
    assert_int_equal(scene->last.files_parsed, 0);
    assert_int_equal(scene->last.files_done, 4);
    assert_int_equal(scene->last.chunks, first.chunks);
    assert_int_equal(scene->last.symbols, first.symbols);
    assert_string_equal(scene->warnings.data, "");
    tear_down(scene);
}

static void test_second_start_sees_what_changed_between(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    close_indexer(scene);
    forget_calls(scene);
    temporary_write(scene->root, "a.c", "int thrice(int x) { return 3 * x; }\nint more;\n");
    temporary_write(scene->root, "new.c", "int new_one(void) { return 1; }\n");
    temporary_delete(scene->root, "src/tool.py");
    open_and_wait(scene, scene->store);
    assert_int_equal(scene->last.files_parsed, 2);
    assert_int_equal(scene->last.files_total, 4);
    assert_int_equal(find_call(scene, 'p', "a.c")->symbols, 2);
    assert_non_null(find_call(scene, 'p', "new.c"));
    assert_null(find_call(scene, 'p', "src/tool.py"));
    close_indexer(scene);
    forget_calls(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(scene->last.files_parsed, 0);
    assert_int_equal(count_calls(scene, 'p'), 4);
    assert_null(find_call(scene, 'p', "src/tool.py"));
    tear_down(scene);
}

// As unpacking another version over the first does, when both carry the same date.
static void test_same_size_and_time_but_other_content(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    char *path = fs_join(scene->root, "a.c");
    struct timespec old[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    usleep(60000); // not to be distrusted for being young
    open_and_wait(scene, scene->store);
    close_indexer(scene);
    forget_calls(scene);
    temporary_write(scene->root, "a.c", "int other(int x) {\n    return x + x;\n}\n");
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    open_and_wait(scene, scene->store);
    assert_int_equal(scene->last.files_parsed, 1);
    assert_int_equal(find_call(scene, 'p', "a.c")->text_length, strlen(c_file));
    free(path);
    tear_down(scene);
}

static void test_saved_file_is_seen(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    forget_calls(scene);
    temporary_write(scene->root, "a.c", "int one, two;\nint three(void) { return 3; }\n");
    indexer_file_changed(scene->indexer, "a.c");
    wait_call(scene, 'p', "a.c");
    temporary_write(scene->root, "src/created.c", c_file);
    indexer_file_changed(scene->indexer, "src/created.c");
    wait_call(scene, 'p', "src/created.c");
    temporary_delete(scene->root, "src/created.c");
    indexer_file_changed(scene->indexer, "src/created.c");
    wait_call(scene, 'r', "src/created.c");
    temporary_write(scene->root, "out/ignored.c", c_file);
    indexer_file_changed(scene->indexer, "out/ignored.c");
    indexer_file_changed(scene->indexer, "../outside.c");
    temporary_write(scene->root, "last.c", c_file);
    indexer_file_changed(scene->indexer, "last.c");
    wait_call(scene, 'p', "last.c");
    assert_null(find_call(scene, 'p', "out/ignored.c"));
    tear_down(scene);
}

static void test_deleted_folder_takes_its_files_along(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    char *folder = fs_join(scene->root, "src");
    temporary_remove(folder);
    free(folder);
    indexer_file_changed(scene->indexer, "src");
    wait_call(scene, 'r', "src/tool.py");
    wait_call(scene, 'r', "src/deep/b.c");
    tear_down(scene);
}

static void test_new_ignore_rule_removes_files(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    temporary_write(scene->root, ".gitignore", "src/\n");
    indexer_file_changed(scene->indexer, ".gitignore");
    wait_ready(scene);
    assert_non_null(find_call(scene, 'r', "src/tool.py"));
    assert_non_null(find_call(scene, 'r', "src/deep/b.c"));
    assert_non_null(find_call(scene, 'p', "out/o.c"));
    assert_int_equal(scene->last.files_parsed, 1);
    tear_down(scene);
}

static void test_rescan_without_changes_tells_nothing(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, "");
    assert_string_equal(indexer_store_path(scene->indexer), "");
    // Files this young could change within their time stamp's tick, so they are read again once.
    usleep(60000);
    indexer_rescan(scene->indexer);
    wait_ready(scene);
    forget_calls(scene);
    indexer_rescan(scene->indexer);
    wait_ready(scene);
    assert_int_equal(count_calls(scene, 'p'), 0);
    assert_int_equal(count_calls(scene, 'r'), 0);
    assert_int_equal(scene->last.files_total, 4);
    assert_int_equal(scene->last.files_parsed, 0);
    tear_down(scene);
}

static void overlay(struct scene *scene, const char *path, const char *language, const char *text) {
    struct text *document = text_new(slice_of_string(text));
    indexer_overlay(scene->indexer, path, language, document);
    text_release(document);
}

static void test_open_document_stands_in_front(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, scene->store);
    overlay(scene, "a.c", "c", "int first;\n");
    overlay(scene, "a.c", "c", "int first;\nint second(void) { return 2; }\n");
    // The first text may be shown too, if this thread had to wait for long between the two.
    wait_symbols(scene, 'o', "a.c", 2);
    indexer_overlay_remove(scene->indexer, "a.c");
    wait_call(scene, 'x', "a.c");
    assert_int_equal(count_calls(scene, 'x'), 1);
    tear_down(scene);
}

static void test_closed_document_is_not_parsed(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, "");
    overlay(scene, "a.c", "c", "int first;\n");
    indexer_overlay_remove(scene->indexer, "a.c");
    overlay(scene, "src/deep/b.c", "c", "int other;\n");
    wait_call(scene, 'o', "src/deep/b.c");
    // Unless closing it took this thread longer than the delay; then it is taken back.
    if (find_call(scene, 'o', "a.c")) {
        wait_call(scene, 'x', "a.c");
    } else {
        assert_null(find_call(scene, 'x', "a.c"));
    }
    wait_call(scene, 'h', "a.c"); // in any case: the worker may have shown it
    tear_down(scene);
}

static void test_ignored_and_secret_documents_stay_out(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    open_and_wait(scene, "");
    overlay(scene, ".env", "", "SECRET=1\n");
    overlay(scene, "deploy_key", "", "opaque\n");
    overlay(scene, "notes", "", "-----BEGIN PRIVATE KEY-----\nMIIE\n");
    overlay(scene, "out/o.c", "c", "int generated;\n");
    overlay(scene, "../other/x.c", "c", "int outside;\n");
    overlay(scene, "untitled.c", "c", "int untitled;\n");
    wait_call(scene, 'o', "untitled.c");
    assert_int_equal(count_calls(scene, 'o'), 1);
    tear_down(scene);
}

static void test_close_in_the_middle_of_a_pass(void **state) {
    (void)state;
    struct scene *scene = set_up();
    for (int i = 0; i < 300; i++) {
        char name[40];
        snprintf(name, sizeof name, "folder%d/file%d.c", i % 7, i);
        temporary_write(scene->root, name, c_file);
    }
    struct err err;
    assert_int_equal(try_open(scene, scene->store, &err), 0);
    close_indexer(scene); // at once
    scene->close_on_progress = true;
    assert_int_equal(try_open(scene, scene->store, &err), 0);
    while (scene->indexer) {
        uv_run(&scene->loop, UV_RUN_ONCE);
    }
    uv_run(&scene->loop, UV_RUN_DEFAULT);
    scene->close_on_progress = false;
    forget_calls(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'p'), 300);
    assert_int_equal(scene->last.files_total, 300);
    tear_down(scene);
}

static void test_roots_that_cannot_be_indexed(void **state) {
    (void)state;
    struct scene *scene = set_up();
    temporary_write(scene->root, "file", "x");
    char *home = scene->root;
    static const struct {
        const char *name;
        int code;
        const char *says;
    } rows[] = {
        {"missing", ERR_NOT_FOUND, "there is no such folder"},
        {"file", ERR_INVALID, "it is not a folder"},
        {"file/below", ERR_INVALID, "it is not a folder"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        scene->root = fs_join(home, rows[i].name);
        assert_int_equal(try_open(scene, "", &err), rows[i].code);
        assert_non_null(strstr(err.message, rows[i].says));
        assert_non_null(strstr(err.message, scene->root));
        free(scene->root);
    }
    scene->root = home;
    tear_down(scene);
}

static void test_everything_ignored_is_a_warning(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    temporary_write(scene->root, ".gitignore", "/*\n");
    temporary_write(scene->root, ".git/HEAD", "");
    open_and_wait(scene, "");
    assert_int_equal(scene->last.files_total, 0);
    assert_non_null(strstr(scene->warnings.data, "nothing in"));
    assert_non_null(strstr(scene->warnings.data, ".gitignore"));
    assert_non_null(strstr(scene->warnings.data, ".hunchignore"));
    tear_down(scene);
}

static void test_empty_folder_is_ready_without_words(void **state) {
    (void)state;
    struct scene *scene = set_up();
    temporary_write(scene->root, ".git/config", "");
    open_and_wait(scene, scene->store);
    assert_int_equal(scene->last.files_total, 0);
    assert_string_equal(scene->warnings.data, "");
    tear_down(scene);
}

static void test_store_that_cannot_be_made_costs_one_warning(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    temporary_write(scene->store_folder, "a", "a file where a folder should be");
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'p'), 4);
    assert_non_null(strstr(scene->warnings.data, scene->store_folder));
    const char *end = strchr(scene->warnings.data, '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    assert_string_equal(indexer_store_path(scene->indexer), "");
    const char *trouble;
    assert_int_not_equal(indexer_store_trouble(scene->indexer, &trouble), 0);
    assert_non_null(strstr(trouble, scene->store_folder));
    tear_down(scene);
}

static void test_what_the_sink_keeps_comes_back_before_all_else(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    scene->keep_at_once = true;
    scene->keeps = 5000;
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'k'), 1);
    assert_null(find_call(scene, 'R', ""));
    close_indexer(scene);
    forget_calls(scene);
    scene->keeps = 0; // what was kept last still serves
    for (int start = 0; start < 2; start++) {
        open_and_wait(scene, scene->store);
        assert_int_equal(scene->calls.items[0]->kind, 'R');
        assert_int_equal(scene->calls.items[0]->text_length, 5000);
        close_indexer(scene);
        forget_calls(scene);
    }
    open_and_wait(scene, ""); // without a store nothing is asked
    assert_int_equal(count_calls(scene, 'k') + count_calls(scene, 'R'), 0);
    tear_down(scene);
}

static void test_the_sink_is_asked_when_the_index_rests(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    scene->rest_ms = 1;
    scene->keeps = 5000;
    while (!find_call(scene, 'R', "")) { // a start that is closed too early has kept nothing
        open_and_wait(scene, scene->store);
        wait_call(scene, 'k', "");
        close_indexer(scene);
    }
    scene->rest_ms = 0;
    forget_calls(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'k'), 0);
    tear_down(scene);
}

static void test_damaged_store_is_made_anew_and_said(void **state) {
    (void)state;
    struct scene *scene = set_up();
    write_repository(scene);
    temporary_write(scene->store_folder, "a/b/index.sqlite", "this is no database, this is no database");
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'p'), 4);
    assert_non_null(strstr(scene->warnings.data, "damaged"));
    close_indexer(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(scene->last.files_parsed, 0);
    tear_down(scene);
}

static void test_strange_names_do_no_harm(void **state) {
    (void)state;
    struct scene *scene = set_up();
    static const char *const names[] = {"new\nline.c", "bad\xff\xfe.c", "tab\t \"quote\".c", "-rf.c", "*.c"};
    for (size_t i = 0; i < 5; i++) {
        temporary_write(scene->root, names[i], c_file);
    }
    char *link = fs_join(scene->root, "link.c");
    char *loop = fs_join(scene->root, "loop");
    char *pipe = fs_join(scene->root, "pipe.c");
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_int_equal(symlink(".", loop), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    open_and_wait(scene, scene->store);
    close_indexer(scene);
    forget_calls(scene);
    open_and_wait(scene, scene->store);
    assert_int_equal(scene->last.files_parsed, 0);
    assert_int_equal(count_calls(scene, 'p'), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_non_null(find_call(scene, 'p', names[i]));
    }
    const char *reason;
    assert_false(indexer_includes(scene->indexer, "loop/-rf.c", &reason));
    assert_false(indexer_includes(scene->indexer, "link.c", &reason));
    assert_true(indexer_includes(scene->indexer, "-rf.c", &reason));
    free(link);
    free(loop);
    free(pipe);
    tear_down(scene);
}

static void test_binary_and_minified_are_left_out(void **state) {
    (void)state;
    struct scene *scene = set_up();
    temporary_write_bytes(scene->root, "binary.c", slice_of("int\0x;", 6));
    char *line = mem_zero(1, 30001);
    memset(line, 'x', 30000);
    temporary_write(scene->root, "minified.c", line);
    free(line);
    temporary_write(scene->root, "good.c", c_file);
    open_and_wait(scene, scene->store);
    assert_int_equal(count_calls(scene, 'p'), 1);
    for (int i = 0; i < 2; i++) { // the second pass knows them already
        assert_int_equal(scene->last.files_total, 1);
        assert_int_equal(scene->last.files_done, 1);
        assert_int_equal(scene->last.files, 1);
        usleep(60000); // a file this young is read again
        indexer_rescan(scene->indexer);
        wait_ready(scene);
    }
    temporary_write_bytes(scene->root, "good.c", slice_of("int\0x;", 6));
    indexer_file_changed(scene->indexer, "good.c");
    wait_call(scene, 'r', "good.c");
    tear_down(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_pass_delivers_every_source_file),
        cmocka_unit_test(test_pass_keeps_the_loop_alive_until_closed),
        cmocka_unit_test(test_second_start_reads_nothing_again),
        cmocka_unit_test(test_second_start_sees_what_changed_between),
        cmocka_unit_test(test_same_size_and_time_but_other_content),
        cmocka_unit_test(test_saved_file_is_seen),
        cmocka_unit_test(test_deleted_folder_takes_its_files_along),
        cmocka_unit_test(test_new_ignore_rule_removes_files),
        cmocka_unit_test(test_rescan_without_changes_tells_nothing),
        cmocka_unit_test(test_open_document_stands_in_front),
        cmocka_unit_test(test_closed_document_is_not_parsed),
        cmocka_unit_test(test_ignored_and_secret_documents_stay_out),
        cmocka_unit_test(test_close_in_the_middle_of_a_pass),
        cmocka_unit_test(test_roots_that_cannot_be_indexed),
        cmocka_unit_test(test_everything_ignored_is_a_warning),
        cmocka_unit_test(test_empty_folder_is_ready_without_words),
        cmocka_unit_test(test_store_that_cannot_be_made_costs_one_warning),
        cmocka_unit_test(test_what_the_sink_keeps_comes_back_before_all_else),
        cmocka_unit_test(test_the_sink_is_asked_when_the_index_rests),
        cmocka_unit_test(test_damaged_store_is_made_anew_and_said),
        cmocka_unit_test(test_strange_names_do_no_harm),
        cmocka_unit_test(test_binary_and_minified_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
