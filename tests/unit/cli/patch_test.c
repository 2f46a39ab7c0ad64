// patch_test.c - a history as git prints it, and one file's changes taken back.
#include "cli/patch.h"
#include "tests/unit/unit.h"

static const char HISTORY[] = "commit 1111 (HEAD -> main)\n"
                              "Author: A <a@example.org>\n"
                              "\n"
                              "    commit and diff in a message are indented\n"
                              "\n"
                              "diff --git a/a b.c b/a b.c\n"
                              "index 1..2 100644\n"
                              "--- a/a b.c\t\n"
                              "+++ b/a b.c\t\n"
                              "@@ -2 +2,2 @@ int f(void)\n"
                              "-two\n"
                              "+second\n"
                              "+diff --git a/x b/x\n"
                              "@@ -4,0 +6 @@\n"
                              "+five\n"
                              "\\ No newline at end of file\n"
                              "diff --git a/gone.c b/gone.c\n"
                              "deleted file mode 100644\n"
                              "--- a/gone.c\n"
                              "+++ /dev/null\n"
                              "@@ -1 +0,0 @@\n"
                              "---- here\n"
                              "diff --git a/old.c b/new.c\n"
                              "similarity index 100%\n"
                              "rename from old.c\n"
                              "rename to new.c\n"
                              "diff --git a/picture.png b/picture.png\n"
                              "Binary files a/picture.png and b/picture.png differ\n"
                              "\n"
                              "commit 2222\n"
                              "diff --git a/born.c b/born.c\n"
                              "--- /dev/null\n"
                              "+++ b/born.c\n"
                              "@@ -0,0 +1,2 @@\n"
                              "+one\n"
                              "+two\n";

static struct slice path_old(const struct patch_commit *commit, size_t i) {
    return commit->files.items[i].old_path;
}

static struct slice path_new(const struct patch_commit *commit, size_t i) {
    return commit->files.items[i].new_path;
}

static void a_history_is_read(void **state) {
    (void)state;
    struct patch_reader reader = {slice_of_string(HISTORY), 0};
    struct patch_commit commit = {{0}, {0}, {0}};
    assert_true(patch_next(&reader, &commit));
    assert_true(slice_starts_with(commit.id, SLICE_LITERAL("1111")));
    assert_int_equal(commit.files.count, 3); // what is binary is left out
    assert_true(slice_equal(path_old(&commit, 0), SLICE_LITERAL("a b.c")));
    assert_true(slice_equal(path_new(&commit, 0), SLICE_LITERAL("a b.c")));
    assert_int_equal(commit.files.items[0].count, 4);
    assert_true(slice_equal(path_old(&commit, 1), SLICE_LITERAL("gone.c")));
    assert_int_equal(path_new(&commit, 1).length, 0);
    assert_true(slice_equal(path_old(&commit, 2), SLICE_LITERAL("old.c")));
    assert_true(slice_equal(path_new(&commit, 2), SLICE_LITERAL("new.c")));
    assert_true(patch_next(&reader, &commit));
    assert_int_equal(commit.files.count, 1);
    assert_int_equal(path_old(&commit, 0).length, 0);
    assert_false(patch_next(&reader, &commit));
    patch_free(&commit);
}

static void changes_are_taken_back(void **state) {
    (void)state;
    static const struct {
        size_t file;
        const char *now, *before; // NULL: it does not fit
    } cases[] = {
        {0, "one\nsecond\ndiff --git a/x b/x\nthree\nfour\nfive", "one\ntwo\nthree\nfour\n"},
        {0, "one\nsecond\nsomething else\nthree\nfour\nfive", NULL},
        {0, "one\n", NULL},
        {1, "", "--- here\n"},
        {2, "int same;\n", "int same;\n"},
    };
    struct patch_reader reader = {slice_of_string(HISTORY), 0};
    struct patch_commit commit = {{0}, {0}, {0}};
    assert_true(patch_next(&reader, &commit));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str before;
        str_init(&before);
        bool fits = patch_revert(&commit, &commit.files.items[cases[i].file], slice_of_string(cases[i].now),
                                 &before, NULL);
        assert_int_equal(fits, cases[i].before != NULL);
        if (fits) {
            assert_string_equal(before.data, cases[i].before);
        }
        str_free(&before);
    }
    patch_free(&commit);
}

// What stands above an added line is the new text's, what stands below it the old one's.
static void places_are_told(void **state) {
    (void)state;
    struct patch_reader reader = {slice_of_string(HISTORY), 0};
    struct patch_commit commit = {{0}, {0}, {0}};
    assert_true(patch_next(&reader, &commit));
    struct patch_place places[4];
    struct str before;
    str_init(&before);
    assert_true(patch_revert(&commit, &commit.files.items[0],
                             SLICE_LITERAL("one\nsecond\ndiff --git a/x b/x\nthree\nfour\nfive"), &before,
                             places));
    static const struct patch_place expected[4] = {{4, 4}, {4, 8}, {11, 8}, {41, 19}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(places[i].in_new, expected[i].in_new);
        assert_int_equal(places[i].in_old, expected[i].in_old);
    }
    str_free(&before);
    patch_free(&commit);
}

// Cut anywhere, it is read to its end without going beyond it.
static void a_cut_history_is_harmless(void **state) {
    (void)state;
    for (size_t length = 0; length < sizeof HISTORY - 1; length++) {
        char *cut = mem_copy_bytes(HISTORY, length);
        struct patch_reader reader = {slice_of(cut, length), 0};
        struct patch_commit commit = {{0}, {0}, {0}};
        size_t commits = 0;
        while (patch_next(&reader, &commit)) {
            commits++;
        }
        assert_true(commits <= 2);
        patch_free(&commit);
        free(cut);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_history_is_read),
        cmocka_unit_test(changes_are_taken_back),
        cmocka_unit_test(places_are_told),
        cmocka_unit_test(a_cut_history_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
