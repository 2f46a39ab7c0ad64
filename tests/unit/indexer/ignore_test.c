// ignore_test.c - ignore rules by table, then hundreds of made-up cases against git itself.

#include "base/vec.h"
#include "indexer/deny.h"
#include "indexer/ignore.h"
#include "temporary.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

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

static void test_secrets_cannot_be_taken_back(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool is_folder;
        bool denied;
    } rows[] = {
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
        {".git", true, true},
        {"node_modules", true, true},
        {"__pycache__", true, true},
        {".venv", true, true},
        {".ssh", true, true},
        {"environment.c", false, false},
        {"key.c", false, false},
        {"keys", true, false},
        {"target", true, false},
        {"build", true, false},
        {".env", true, false},
        {"node_modules", false, false},
        {"credentials.py", false, false},
    };
    struct ignore *ignore = ignore_new(NULL);
    enter(ignore, "", "!*\n!.env\n", "!*\n!.env\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (is_out(ignore, rows[i].name, rows[i].is_folder) != rows[i].denied) {
            fail_msg("%s", rows[i].name);
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

// --- git as the oracle ---

static uint64_t random_state = 20260101;

static unsigned random_below(unsigned limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % limit;
}

static const char *const parts[] = {"a", "b", "foo", "bar", "a.c", "b.o", "foo.c", "x y", "Foo", "ab", "[x]"};
static const char *const wildcards[] = {
    "*",   "**",   "?",   "*.c",   "f*",          "*o",  "[ab]", "[!a]*", "a*b",  "fo?", "[a-f]*",
    "\\a", "b\\*", "**a", "foo**", "[[:alpha:]]", "?oo", "*.*",  "[]x]",  "a**/", "**/", "[^b].?"};

#define PICK(list) (list)[random_below(sizeof(list) / sizeof(list)[0])]

static void random_path(struct str *out) {
    unsigned depth = 1 + random_below(4);
    for (unsigned i = 0; i < depth; i++) {
        str_append_string(out, i ? "/" : "");
        str_append_string(out, PICK(parts));
    }
}

static void random_rule(struct str *out) {
    str_append_string(out, random_below(4) == 0 ? "!" : "");
    str_append_string(out, random_below(4) == 0 ? "/" : "");
    unsigned depth = 1 + random_below(3);
    for (unsigned i = 0; i < depth; i++) {
        str_append_string(out, i ? "/" : "");
        str_append_string(out, random_below(2) ? PICK(parts) : PICK(wildcards));
        str_append_string(out, random_below(6) == 0 ? PICK(wildcards) : "");
    }
    str_append_string(out, random_below(4) == 0 ? "/" : "");
    str_append_string(out, random_below(12) == 0 ? "  " : "");
    str_append_string(out, random_below(12) == 0 ? "\r\n" : "\n");
}

static void random_rules(const char *root, const char *path) {
    struct str text;
    str_init(&text);
    for (unsigned i = 1 + random_below(5); i > 0; i--) {
        random_rule(&text);
    }
    temporary_write_bytes(root, path, str_slice(&text));
    str_free(&text);
}

// Runs git in a folder with stdin and stdout on files. Its exit status; 127: there is no git.
static int run_git(const char *folder, const char *input, const char *output, const char *const arguments[]) {
    pid_t child = fork();
    if (child == 0) {
        int in = open(input, O_RDONLY);
        int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int null = open("/dev/null", O_WRONLY);
        if (chdir(folder) != 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0) {
            _exit(126);
        }
        unsetenv("GIT_DIR");
        setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
        setenv("HOME", "/nonexistent", 1);
        unsetenv("XDG_CONFIG_HOME");
        execvp("git", (char *const *)arguments);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

struct oracle {
    char *root; // holds `tree`, and git's input and output beside it
    char *tree;
    char *input;
    char *output;
};

static bool start_oracle(struct oracle *oracle) {
    oracle->root = temporary_make();
    temporary_write(oracle->root, "tree/x", "");
    temporary_write(oracle->root, "input", "");
    oracle->tree = fs_join(oracle->root, "tree");
    oracle->input = fs_join(oracle->root, "input");
    oracle->output = fs_join(oracle->root, "output");
    const char *const arguments[] = {"git", "init", "-q", ".", NULL};
    return run_git(oracle->tree, oracle->input, oracle->output, arguments) == 0;
}

static void stop_oracle(struct oracle *oracle) {
    temporary_remove(oracle->root);
    free(oracle->output);
    free(oracle->input);
    free(oracle->tree);
    free(oracle->root);
}

static bool is_listed(struct slice output, const char *path) {
    size_t at = 0;
    while (at < output.length) {
        size_t length = strnlen(output.data + at, output.length - at);
        if (slice_equal(slice_of(output.data + at, length), slice_of_string(path))) {
            return true;
        }
        at += length + 1;
    }
    return false;
}

enum { ROUNDS = 30, PATHS = 24 };

// One tree with rules on several levels; every path is asked of git in one call.
static unsigned compare_tree(struct oracle *oracle) {
    struct str paths[PATHS];
    struct str input;
    str_init(&input);
    for (size_t i = 0; i < PATHS; i++) {
        str_init(&paths[i]);
        random_path(&paths[i]);
        str_append(&input, paths[i].data, paths[i].length + 1);
    }
    temporary_write_bytes(oracle->root, "input", str_slice(&input));
    const char *const arguments[] = {"git", "check-ignore", "--no-index", "-z", "--stdin", NULL};
    int status = run_git(oracle->tree, oracle->input, oracle->output, arguments);
    assert_true(status == 0 || status == 1);
    struct str output;
    str_init(&output);
    assert_int_equal(fs_read(oracle->output, 1 << 20, &output, NULL), 0);
    unsigned excluded = 0;
    for (size_t i = 0; i < PATHS; i++) {
        const char *reason;
        bool expected = is_listed(str_slice(&output), paths[i].data);
        char *whole = fs_join(oracle->tree, paths[i].data);
        if (ignore_path(oracle->tree, paths[i].data, fs_is_folder(whole), &reason) != expected) {
            fail_msg("git says %d for '%s' in %s", expected, paths[i].data, oracle->tree);
        }
        excluded += expected;
        free(whole);
        str_free(&paths[i]);
    }
    str_free(&output);
    str_free(&input);
    return excluded;
}

static void test_git_agrees(void **state) {
    (void)state;
    static const char *const rule_files[] = {".gitignore", "a/.gitignore", "foo/.gitignore", "a/b/.gitignore",
                                             ".git/info/exclude"};
    struct oracle oracle;
    if (!start_oracle(&oracle)) {
        stop_oracle(&oracle);
        print_message("git is not on PATH: the comparison with git is skipped\n");
        skip();
    }
    temporary_write(oracle.tree, "a/b/foo/keep", "");
    temporary_write(oracle.tree, "foo/bar/keep", "");
    temporary_write(oracle.tree, "bar/ab/keep", "");
    unsigned excluded = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof rule_files / sizeof rule_files[0]; i++) {
            temporary_delete(oracle.tree, rule_files[i]);
            if (i == 0 || random_below(2)) {
                random_rules(oracle.tree, rule_files[i]);
            }
        }
        excluded += compare_tree(&oracle);
    }
    stop_oracle(&oracle);
    // Were all or none excluded, the comparison would say little.
    assert_true(excluded > ROUNDS * PATHS / 10 && excluded < ROUNDS * PATHS * 9 / 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_deeper_rules_win_and_end_with_their_folder),
        cmocka_unit_test(test_own_file_wins_over_gits),
        cmocka_unit_test(test_secrets_cannot_be_taken_back),
        cmocka_unit_test(test_files_on_disk),
        cmocka_unit_test(test_worktree_reads_the_common_exclude_file),
        cmocka_unit_test(test_git_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
