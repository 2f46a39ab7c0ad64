// walk_test.c - which paths a walk reports, in which order, and what it steps around.

#include "indexer/walk.h"
#include "temporary.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

struct seen {
    struct str paths; // one a line
    struct cancel *cancel_after_first;
};

static void on_file(void *context, const char *path, const struct source_stat *status) {
    struct seen *seen = context;
    assert_true(status->is_file);
    str_append_string(&seen->paths, path);
    str_append_char(&seen->paths, '\n');
    if (seen->cancel_after_first) {
        cancel_fire(seen->cancel_after_first);
    }
}

static int walk(const char *root, struct cancel *cancel, struct seen *seen, struct walk_stats *stats) {
    struct err err = {0};
    str_init(&seen->paths);
    seen->cancel_after_first = cancel;
    return walk_run(root, cancel, on_file, seen, stats, &err);
}

static void assert_walk(const char *root, const char *expected, struct walk_stats *stats) {
    struct seen seen;
    assert_int_equal(walk(root, NULL, &seen, stats), 0);
    assert_string_equal(seen.paths.data, expected);
    str_free(&seen.paths);
}

static void test_order_and_rules(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, "z.c", "");
    temporary_write(root, "a.c", "");
    temporary_write(root, "b/x.py", "");
    temporary_write(root, "b/c/y.c", "");
    temporary_write(root, "b/.gitignore", "c/\n!/c/\n");
    temporary_write(root, "lib/i.c", "");
    temporary_write(root, "lib/.hunchignore", "*\n");
    temporary_write(root, "node_modules/m.c", "");
    temporary_write(root, "readme.unknown", "");
    temporary_write(root, "photo.jpg", "");
    temporary_write(root, ".hidden/h.c", "");
    struct walk_stats stats;
    assert_walk(root, "a.c\nreadme.unknown\nz.c\n.hidden/h.c\nb/x.py\nb/c/y.c\n", &stats);
    assert_int_equal(stats.files, 6);
    assert_int_equal(stats.skipped.of[SKIP_HUNCHIGNORE], 2); // its own file too
    assert_int_equal(stats.first_rule, SKIP_HUNCHIGNORE);
    assert_int_equal(stats.skipped.of[SKIP_MEDIA], 1);
    assert_int_equal(stats.skipped.of[SKIP_FOREIGN], 1);
    assert_int_equal(stats.skipped.of[SKIP_DATA], 1); // b/.gitignore
    temporary_remove(root);
    free(root);
}

static void test_links_and_special_files(void **state) {
    (void)state;
    char *root = temporary_make();
    char *elsewhere = temporary_make();
    temporary_write(elsewhere, "outside.c", "");
    temporary_write(root, "inside/a.c", "");
    char *names[] = {fs_join(root, "out"), fs_join(root, "up"), fs_join(root, "file.c"),
                     fs_join(root, "pipe.c"), fs_join(root, "broken.c")};
    assert_int_equal(symlink(elsewhere, names[0]), 0);
    assert_int_equal(symlink("..", names[1]), 0);
    assert_int_equal(symlink("inside/a.c", names[2]), 0);
    assert_int_equal(mkfifo(names[3], 0600), 0);
    assert_int_equal(symlink("nowhere", names[4]), 0);
    struct walk_stats stats;
    assert_walk(root, "inside/a.c\n", &stats);
    assert_int_equal(stats.skipped.of[SKIP_LINK], 4);
    assert_int_equal(stats.skipped.of[SKIP_SPECIAL], 1);
    for (size_t i = 0; i < 5; i++) {
        free(names[i]);
    }
    temporary_remove(elsewhere);
    temporary_remove(root);
    free(elsewhere);
    free(root);
}

static void test_deep_folders_end_at_the_path_limit(void **state) {
    (void)state;
    char *root = temporary_make();
    // Deeper than a path can be: each step from within.
    int home = open(".", O_RDONLY | O_DIRECTORY);
    assert_int_equal(chdir(root), 0);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(mkdir("folder-with-a-name-of-length-30", 0700), 0);
        assert_int_equal(chdir("folder-with-a-name-of-length-30"), 0);
        FILE *file = fopen("x.c", "w");
        assert_non_null(file);
        fclose(file);
    }
    struct seen seen;
    struct walk_stats stats;
    assert_int_equal(walk(root, NULL, &seen, &stats), 0);
    assert_true(stats.files > 50 && stats.files < 300);
    assert_true(stats.skipped.of[SKIP_LONG_PATH] >= 1);
    str_free(&seen.paths);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(unlink("x.c"), 0);
        assert_int_equal(chdir(".."), 0);
        assert_int_equal(rmdir("folder-with-a-name-of-length-30"), 0);
    }
    assert_int_equal(fchdir(home), 0);
    close(home);
    temporary_remove(root);
    free(root);
}

static void test_cancel_ends_it(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, "a.c", "");
    temporary_write(root, "b.c", "");
    temporary_write(root, "c/d.c", "");
    struct cancel cancel;
    cancel_init(&cancel, 0);
    struct seen seen;
    struct walk_stats stats;
    assert_int_equal(walk(root, &cancel, &seen, &stats), ERR_CANCELLED);
    assert_string_equal(seen.paths.data, "a.c\n");
    str_free(&seen.paths);
    temporary_remove(root);
    free(root);
}

struct swap {
    char *folder, *aside, *outside;
    struct seen seen;
};

// At b.c the folder a was looked at already and is yet to be entered.
static void swap_folder(void *context, const char *path, const struct source_stat *status) {
    struct swap *swap = context;
    on_file(&swap->seen, path, status);
    if (strcmp(path, "b.c") == 0) {
        assert_int_equal(rename(swap->folder, swap->aside), 0);
        assert_int_equal(symlink(swap->outside, swap->folder), 0);
    }
}

static void test_folder_that_becomes_a_link_is_not_entered(void **state) {
    (void)state;
    char *root = temporary_make();
    struct swap swap = {
        .folder = fs_join(root, "a"), .aside = fs_join(root, "0"), .outside = temporary_make()};
    str_init(&swap.seen.paths);
    temporary_write(root, "a/x.c", "");
    temporary_write(root, "b.c", "");
    temporary_write(swap.outside, "secret.c", "");
    struct walk_stats stats;
    struct err err;
    assert_int_equal(walk_run(root, NULL, swap_folder, &swap, &stats, &err), 0);
    assert_string_equal(swap.seen.paths.data, "b.c\n");
    assert_int_equal(stats.skipped.of[SKIP_UNREADABLE], 1);
    str_free(&swap.seen.paths);
    temporary_remove(root);
    temporary_remove(swap.outside);
    free(swap.outside);
    free(swap.folder);
    free(swap.aside);
    free(root);
}

static void test_single_paths(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, "src/a.c", "");
    temporary_write(root, ".gitignore", "out/\n");
    char *link = fs_join(root, "link");
    assert_int_equal(symlink("src", link), 0);
    static const struct {
        const char *path;
        bool included;
    } rows[] = {
        {"src/a.c", true},    {"src/not-there-yet.c", true}, {"out/a.c", false},  {"link/a.c", false},
        {"../a.c", false},    {"src/../src/a.c", false},     {"/etc/a.c", false}, {"", false},
        {"src//a.c", false},  {"./src/a.c", false},          {"..c", true},       {".env", false},
        {"src/a.jpg", false}, {"a/node_modules/b.c", false}, {"..c", true},       {"..a/b.c", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *reason = NULL;
        struct source_stat status;
        bool included = walk_includes(root, rows[i].path, &status, &reason);
        if (included != rows[i].included || included != (reason == NULL)) {
            fail_msg("'%s': %s", rows[i].path, reason ? reason : "included");
        }
    }
    free(link);
    temporary_remove(root);
    free(root);
}

static void test_unreadable_folder_is_counted(void **state) {
    (void)state;
    if (geteuid() == 0) {
        print_message("root may read anything: the test of an unreadable folder is skipped\n");
        skip();
    }
    char *root = temporary_make();
    temporary_write(root, "a.c", "");
    temporary_write(root, "shut/b.c", "");
    char *shut = fs_join(root, "shut");
    assert_int_equal(chmod(shut, 0), 0);
    struct walk_stats stats;
    assert_walk(root, "a.c\n", &stats);
    assert_int_equal(stats.skipped.of[SKIP_UNREADABLE], 1);
    assert_int_equal(chmod(shut, 0700), 0);
    free(shut);
    temporary_remove(root);
    free(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_rules),
        cmocka_unit_test(test_links_and_special_files),
        cmocka_unit_test(test_deep_folders_end_at_the_path_limit),
        cmocka_unit_test(test_cancel_ends_it),
        cmocka_unit_test(test_folder_that_becomes_a_link_is_not_entered),
        cmocka_unit_test(test_single_paths),
        cmocka_unit_test(test_unreadable_folder_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
