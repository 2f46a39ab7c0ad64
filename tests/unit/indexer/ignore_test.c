// ignore_test.c - ignore rules by table; ignore_git_test.c compares thousands of made-up ones with git itself.

#include "base/vec.h"
#include "indexer/deny.h"
#include "indexer/ignore.h"
#include "temporary.h"
#include "tests/unit/unit.h"

// One .gitignore at the root; a path that ends in '/' is a folder.
struct row {
    const char *rules;
    const char *path;
    bool excluded;
};

// As the walk does it: every parent is asked first.
static bool excludes(struct ignore *ignore, const char *path) {
    char *copy = mem_copy_string(path);
    size_t length = strlen(copy);
    bool is_folder = length && copy[length - 1] == '/';
    copy[length - (is_folder ? 1 : 0)] = '\0';
    enum skip skip = SKIP_NOT;
    for (char *slash = strchr(copy, '/'); slash && !skip; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        skip = ignore_check(ignore, copy, true, NULL);
        *slash = '/';
    }
    skip = skip ? skip : ignore_check(ignore, copy, is_folder, NULL);
    free(copy);
    return skip != SKIP_NOT;
}

// Enters a folder with the rules of one or two of the files.
static void enter(struct ignore *ignore, const char *folder, const char *gitignore, const char *hunchignore) {
    struct slice texts[IGNORE_FILES] = {
        [IGNORE_GIT] = slice_of_string(gitignore), [IGNORE_HUNCH] = slice_of_string(hunchignore)};
    ignore_enter_text(ignore, folder, texts);
}

static bool is_out(struct ignore *ignore, const char *path, bool is_folder) {
    return ignore_check(ignore, path, is_folder, NULL) != SKIP_NOT;
}

static void test_rules(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"foo", "foo", true},
        {"foo", "a/foo", true},
        {"foo", "foo/", true},
        {"foo", "foo/bar.c", true},
        {"foo", "food", false},
        {"foo/", "foo", false},
        {"foo/", "foo/", true},
        {"foo/", "a/foo/b", true},
        {"/foo", "foo", true},
        {"/foo", "a/foo", false},
        {"a/foo", "a/foo", true},
        {"a/foo", "b/a/foo", false},
        {"a/", "b/a/", true},
        {"*.o\n!keep.o", "x.o", true},
        {"*.o\n!keep.o", "keep.o", false},
        {"!keep.o\n*.o", "keep.o", true},
        {"out/\n!out/keep.c", "out/keep.c", true},
        {"out/*\n!out/keep.c", "out/keep.c", false},
        {"/*\n!/src", "src/a.c", false},
        {"/*\n!/src", "lib/a.c", true},
        {"# comment", "# comment", false},
        {"\\# not comment", "# not comment", true},
        {"\\!bang", "!bang", true},
        {"trail   ", "trail", true},
        {"trail\\ ", "trail ", true},
        {"trail\\ ", "trail", false},
        {"tab\t", "tab", false},
        {"a.c\r\nb.c\r\n", "a.c", true},
        {"a.c\r\nb.c\r\n", "b.c", true},
        {"\xEF\xBB\xBF"
         "bom",
         "bom", true},
        {"\n\n/\n!\n", "x", false},
        {"**/deep", "a/b/deep", true},
        {"a/**/b", "a/b", true},
        {"a/**", "a/x/y", true},
        {"a/**", "a/", false},
        {"**", "x", true},
        {"foo**/bar", "foobar", true}, // git's own quirk: the part before the stars is compared apart
        {"[", "[", false},
        {"f[o-", "f[o-", false},
        {"caf\xc3\xa9", "caf\xc3\xa9", true},
        {"", "x", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ignore *ignore = ignore_new(NULL);
        enter(ignore, "", rows[i].rules, "");
        if (excludes(ignore, rows[i].path) != rows[i].excluded) {
            fail_msg("row %zu: rules '%s', path '%s'", i, rows[i].rules, rows[i].path);
        }
        ignore_free(ignore);
    }
}

static void test_deeper_rules_win_and_end_with_their_folder(void **state) {
    (void)state;
    struct ignore *ignore = ignore_new(NULL);
    enter(ignore, "", "*.log\n/only_here\n", "");
    assert_true(is_out(ignore, "x.log", false));
    enter(ignore, "a", "!x.log\n/anchored\n", "");
    assert_false(is_out(ignore, "a/x.log", false));
    assert_true(is_out(ignore, "a/y.log", false));
    assert_true(is_out(ignore, "a/anchored", false));
    assert_false(is_out(ignore, "a/only_here", false));
    ignore_leave(ignore);
    assert_true(is_out(ignore, "x.log", false));
    assert_false(is_out(ignore, "anchored", false));
    ignore_free(ignore);
}

static void test_own_file_wins_over_gits(void **state) {
    (void)state;
    struct ignore *ignore = ignore_new(NULL);
    enter(ignore, "", "generated/\n", "!generated/\nhuge.c\n");
    assert_false(is_out(ignore, "generated", true));
    assert_true(is_out(ignore, "huge.c", false));
    assert_int_equal(ignore_check(ignore, "huge.c", false, NULL), SKIP_HUNCHIGNORE);
    ignore_free(ignore);
}

static void test_most_restrictive_wins(void **state) {
    (void)state;
    static const struct {
        const char *rules[IGNORE_FILES]; // NULL: no such file
        enum skip skip;                  // of x.c
    } rows[] = {
        {{"x.c", NULL, NULL, NULL, NULL}, SKIP_GITIGNORE},
        {{NULL, "x.c", NULL, NULL, NULL}, SKIP_HUNCHIGNORE},
        {{NULL, NULL, "x.c", NULL, NULL}, SKIP_CURSORIGNORE},
        {{NULL, NULL, NULL, "x.c", NULL}, SKIP_AIEXCLUDE},
        {{NULL, NULL, NULL, NULL, "x.c"}, SKIP_COPILOTIGNORE},
        {{"x.c", "!x.c", NULL, NULL, NULL}, SKIP_NOT},       // ours takes back what git's exclude
        {{"x.c", NULL, "!x.c", NULL, NULL}, SKIP_GITIGNORE}, // the others do not
        {{"x.c", NULL, NULL, "!x.c", "!x.c"}, SKIP_GITIGNORE},
        {{"!x.c", "x.c", NULL, NULL, NULL}, SKIP_HUNCHIGNORE},
        {{NULL, "!x.c", "x.c", NULL, NULL}, SKIP_CURSORIGNORE}, // nor does ours what they exclude
        {{NULL, "!x.c", NULL, "*\n!y.c", NULL}, SKIP_AIEXCLUDE},
        {{NULL, NULL, "*\n!x.c", "*\n!x.c", "*\n!x.c"}, SKIP_NOT}, // each for itself
        {{NULL, "!x.c", "*\n!x.c", "*\n!x.c", "!x.c\n*"}, SKIP_COPILOTIGNORE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice texts[IGNORE_FILES];
        for (int file = 0; file < IGNORE_FILES; file++) {
            texts[file] = slice_of_string(rows[i].rules[file] ? rows[i].rules[file] : "");
        }
        struct ignore *ignore = ignore_new(NULL);
        ignore_enter_text(ignore, "", texts);
        enum skip skip = ignore_check(ignore, "x.c", false, NULL);
        if (skip != rows[i].skip) {
            fail_msg("row %zu: %s", i, skip_words(skip));
        }
        ignore_free(ignore);
    }
}

static const struct {
    const char *name;
    bool is_folder;
    bool denied;
} denied_names[] = {
    {".env", false, true},
    {".env.local", false, true},
    {".ENV", false, true},
    {"server.pem", false, true},
    {"Server.KEY", false, true},
    {"id_rsa", false, true},
    {"id_ed25519.pub", false, true},
    {"store.p12", false, true},
    {"store.pfx", false, true},
    {".netrc", false, true},
    {".npmrc", false, true},
    {".pypirc", false, true},
    {"credentials.json", false, true},
    {".env.example", false, true},
    {"production.env", false, true},
    {"db-secrets.yaml", false, true},
    {"terraform.tfstate.backup", false, true},
    {"prod.auto.tfvars", false, true},
    {"service-account-prod.json", false, true},
    {"AuthKey_A1.p8", false, true},
    {".bash_history", false, true},
    {"kubeconfig.yaml", false, true},
    {".env-production", false, true},
    {".env_local", false, true},
    {".npmrc.ci", false, true},
    {".dev.vars", false, true},
    {".dev.vars.staging", false, true},
    {"deploy_rsa", false, true},
    {"old_dsa", false, true},
    {"ci_ecdsa", false, true},
    {"github_ed25519", false, true},
    {"deploy_key", false, true},
    {"Signing-Key", false, true},
    {"wg0.conf", false, true},
    {".aws", true, true},
    {".kube", true, true},
    {".gnupg", true, true},
    {".git", true, true},
    {"node_modules", true, true},
    {"__pycache__", true, true},
    {".venv", true, true},
    {".ssh", true, true},
    {"environment.c", false, false},
    {"key.c", false, false},
    {"sort_key.c", false, false},
    {"test_rsa.py", false, false},
    {"deploy_key", true, false},
    {"monkey", false, false},
    {"wget.conf", false, false},
    {".environment", false, false},
    {"keys", true, false},
    {"target", true, false},
    {"build", true, false},
    {".env", true, false},
    {"node_modules", false, false},
    {"credentials.py", false, false},
    {"secrets.py", false, false},
    {"keyboard.c", false, false},
    {"environment", false, false},
    {"id_map.c", false, false},
    {"pem", false, false},
};

static void test_secrets_cannot_be_taken_back(void **state) {
    (void)state;
    struct ignore *ignore = ignore_new(NULL);
    enter(ignore, "", "!*\n!.env\n", "!*\n!.env\n");
    for (size_t i = 0; i < sizeof denied_names / sizeof denied_names[0]; i++) {
        if (is_out(ignore, denied_names[i].name, denied_names[i].is_folder) != denied_names[i].denied) {
            fail_msg("%s", denied_names[i].name);
        }
    }
    ignore_free(ignore);
}

static bool path_excluded(const char *root, const char *below, const char *path) {
    const char *reason;
    char *folder = below ? fs_join(root, below) : mem_copy_string(root);
    bool excluded = ignore_path(folder, path, false, &reason);
    free(folder);
    return excluded;
}

static void test_files_on_disk(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, ".git/info/exclude", "local.c\nweak.c\n");
    temporary_write(root, ".gitignore", "*.tmp\n/sub/anchored.c\n!weak.c\n");
    temporary_write(root, "sub/.gitignore", "mine.c\n");
    temporary_write(root, "sub/deeper/.hunchignore", "own.c\n");
    assert_true(path_excluded(root, NULL, "sub/local.c"));
    assert_false(path_excluded(root, NULL, "weak.c"));
    assert_true(path_excluded(root, NULL, "sub/mine.c"));
    assert_false(path_excluded(root, NULL, "mine.c"));
    assert_true(path_excluded(root, NULL, "sub/deeper/own.c"));
    assert_false(path_excluded(root, NULL, "sub/own.c"));
    // The folder that was opened lies inside the git repository.
    assert_true(path_excluded(root, "sub", "x.tmp"));
    assert_true(path_excluded(root, "sub", "anchored.c"));
    assert_true(path_excluded(root, "sub/deeper", "mine.c"));
    assert_true(path_excluded(root, "sub/deeper", "local.c"));
    assert_false(path_excluded(root, "sub/deeper", "anchored.c"));
    temporary_remove(root);
    free(root);
}

// Who opens a folder wants it indexed; in a repository its own rules stay in force.
static void test_everything_is_excluded_in_repositories_alone(void **state) {
    (void)state;
    static const struct {
        const char *rules, *path;
        bool out_anywhere;
    } rows[] = {{"/*\n!/debian/\n", "kernel/fork.c", false},
                {"*\n!*.h\n", "a.c", false},
                {"/*\n*.o\n", "a.o", true},
                {"*.c\n/*\n", "a.c", true},
                {"*/\n", "a/b.c", true},
                {"/*.c\n", "a.c", true},
                {"*\n/build/\n", "build/x.c", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *root = temporary_make();
        temporary_write(root, ".gitignore", rows[i].rules);
        temporary_write(root, "deep/.gitignore", "*\n");
        if (path_excluded(root, NULL, rows[i].path) != rows[i].out_anywhere) {
            fail_msg("row %zu", i);
        }
        assert_true(path_excluded(root, NULL, "deep/x.h"));
        temporary_write(root, ".git/HEAD", "");
        assert_true(path_excluded(root, NULL, rows[i].path));
        temporary_remove(root);
        free(root);
    }
}

static void test_the_story_tells_of_a_rule_that_does_not_count(void **state) {
    (void)state;
    char *root = temporary_make();
    struct ignore_story story;
    temporary_write(root, ".gitignore", "# all\n/*\n!/debian/\n");
    ignore_tell(root, "kernel/fork.c", false, &story);
    assert_int_equal(story.skip, SKIP_NOT);
    assert_true(story.is_waived);
    assert_int_equal(story.line, 2);
    assert_string_equal(story.written, "/*");
    ignore_story_free(&story);
    ignore_tell(root, "debian", true, &story);
    assert_false(story.is_waived);
    assert_int_equal(story.line, 3);
    ignore_story_free(&story);
    temporary_remove(root);
    free(root);
}

static void test_worktree_reads_the_common_exclude_file(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, "main/.git/info/exclude", "local.c\n");
    temporary_write(root, "main/.git/worktrees/w/commondir", "../..\n");
    temporary_write(root, "w/.git", "gitdir: ../main/.git/worktrees/w\n");
    assert_true(path_excluded(root, "w", "local.c"));
    assert_false(path_excluded(root, "w", "other.c"));
    temporary_remove(root);
    free(root);
}

static enum skip skip_of(const char *root, const char *path) {
    struct ignore_story story;
    ignore_tell(root, path, false, &story);
    enum skip skip = story.skip;
    ignore_story_free(&story);
    return skip;
}

static void test_users_own_file(void **state) {
    (void)state;
    char *root = temporary_make();
    char *tree = fs_join(root, "tree");
    setenv("HOME", root, 1);
    unsetenv("XDG_CONFIG_HOME");
    temporary_write(root, ".gitconfig", "[core]\nexcludesFile = ~/global\n");
    temporary_write(root, "global", "*.scratch\nweak.c\n");
    temporary_write(root, "tree/.git/info/exclude", "!weak.c\n");
    // A repository must not name files outside itself.
    temporary_write(root, "tree/.git/config", "[core]\nexcludesFile = ~/other\n");
    temporary_write(root, "other", "*.c\n");
    assert_int_equal(skip_of(tree, "src/a.scratch"), SKIP_GIT_GLOBAL);
    assert_int_equal(skip_of(tree, "weak.c"), SKIP_NOT);
    assert_int_equal(skip_of(tree, "a.c"), SKIP_NOT);
    unsetenv("HOME");
    assert_int_equal(skip_of(tree, "src/a.scratch"), SKIP_NOT);
    temporary_remove(root);
    free(tree);
    free(root);
}

static void test_repository_in_a_repository(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, ".git/info/exclude", "outer.c\n");
    temporary_write(root, "sub/.git/info/exclude", "/inner.c\n");
    temporary_write(root, "sub/.gitignore", "!outer.c\n");
    assert_int_equal(skip_of(root, "sub/inner.c"), SKIP_GIT_EXCLUDE);
    assert_int_equal(skip_of(root, "inner.c"), SKIP_NOT);
    assert_int_equal(skip_of(root, "outer.c"), SKIP_GIT_EXCLUDE);
    assert_int_equal(skip_of(root, "sub/outer.c"), SKIP_NOT);
    temporary_remove(root);
    free(root);
}

// What an unreadable file wanted hidden is not known; git's own count as absent, as in git.
static void test_unreadable_files_hide_all(void **state) {
    (void)state;
    char *root = temporary_make();
    char *big = mem_zero(1, 1024 * 1024 + 2);
    memset(big, '#', 1024 * 1024 + 1);
    temporary_write(root, "rules", "a.c\n");
    temporary_write(root, "big/.cursorignore", big);
    temporary_write(root, "git/.gitignore", big);
    temporary_write(root, "folder/.copilotignore/x", "");
    temporary_write(root, "empty/.aiexclude", "");
    temporary_write(root, "blank/.aiexclude", "\n");
    temporary_write(root, "none/.cursorignore", "");
    static const char *const links[][2] = {{"../rules", "linked/.cursorignore"},
                                           {"../rules", "gitlinked/.gitignore"},
                                           {"nowhere", "broken/.hunchignore"},
                                           {".hunchignore", "loop/.hunchignore"},
                                           {"/dev/zero", "device/.hunchignore"}};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        temporary_write(root, links[i][1], "");
        temporary_delete(root, links[i][1]);
        char *link = fs_join(root, links[i][1]);
        assert_int_equal(symlink(links[i][0], link), 0);
        free(link);
    }
    static const struct {
        const char *path;
        enum skip skip;
    } rows[] = {
        {"big/a.c", SKIP_CURSORIGNORE},
        {"git/a.c", SKIP_NOT},
        {"folder/a.c", SKIP_COPILOTIGNORE},
        {"empty/a.c", SKIP_AIEXCLUDE},
        {"blank/a.c", SKIP_NOT},
        {"none/a.c", SKIP_NOT},
        {"linked/a.c", SKIP_CURSORIGNORE},
        {"linked/b.c", SKIP_NOT},
        {"gitlinked/a.c", SKIP_NOT},
        {"broken/sub/a.c", SKIP_HUNCHIGNORE},
        {"loop/a.c", SKIP_HUNCHIGNORE},
        {"device/a.c", SKIP_HUNCHIGNORE},
        {"a.c", SKIP_NOT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (skip_of(root, rows[i].path) != rows[i].skip) {
            fail_msg("%s: %s", rows[i].path, skip_words(skip_of(root, rows[i].path)));
        }
    }
    free(big);
    temporary_remove(root);
    free(root);
}

static void test_story_names_the_rule(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, ".gitignore", "# first\n\nout/   \n*.log\n");
    temporary_write(root, "src/.gitignore", "!keep.log\n");
    static const struct {
        const char *path, *subject, *file;
        unsigned line;
        const char *written;
    } rows[] = {
        {"out/deep/a.c", "out", ".gitignore", 3, "out/"},
        {"a.log", "a.log", ".gitignore", 4, "*.log"},
        {"src/keep.log", "src/keep.log", "src/.gitignore", 1, "!keep.log"},
        {"src/a.c", "src/a.c", "", 0, ""},
        {".env", ".env", "", 0, ""},
        {"a/node_modules/b/c.js", "a/node_modules", "", 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ignore_story story;
        ignore_tell(root, rows[i].path, false, &story);
        assert_string_equal(story.subject, rows[i].subject);
        assert_string_equal(story.file, rows[i].file);
        assert_int_equal(story.line, rows[i].line);
        assert_string_equal(story.written, rows[i].written);
        ignore_story_free(&story);
    }
    temporary_remove(root);
    free(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_deeper_rules_win_and_end_with_their_folder),
        cmocka_unit_test(test_own_file_wins_over_gits),
        cmocka_unit_test(test_most_restrictive_wins),
        cmocka_unit_test(test_secrets_cannot_be_taken_back),
        cmocka_unit_test(test_files_on_disk),
        cmocka_unit_test(test_everything_is_excluded_in_repositories_alone),
        cmocka_unit_test(test_the_story_tells_of_a_rule_that_does_not_count),
        cmocka_unit_test(test_worktree_reads_the_common_exclude_file),
        cmocka_unit_test(test_users_own_file),
        cmocka_unit_test(test_repository_in_a_repository),
        cmocka_unit_test(test_unreadable_files_hide_all),
        cmocka_unit_test(test_story_names_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
