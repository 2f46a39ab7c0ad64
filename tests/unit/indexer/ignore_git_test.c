// ignore_git_test.c - thousands of made-up rules and paths: do we decide as git does, and by the same rule?
//
// A round is a small repository with rules in every place that git reads them
// from and PATHS paths, which are asked of git in one call (check-ignore) and
// of us one by one. Compared are verdict, file, line and text of the rule.
//
// A round depends on its seed alone, and a failure prints it:
//   HUNCH_IGNORE_SEED=n    first seed (round i uses n + i)
//   HUNCH_IGNORE_CASES=n   how many paths in all (3,000 without it)
#include "indexer/ignore.h"
#include "temporary.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

enum { PATHS = 50, CASES = 3000, ANSWER = 4 };

static uint64_t random_state;

static unsigned random_below(unsigned limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % limit;
}

static bool one_in(unsigned limit) {
    return random_below(limit) == 0;
}

static const char *const parts[] = {"a",   "b",     "foo",         "bar", "a.c",    "b.o", "foo.c",
                                    "x y", "Foo",   "ab",          "a]",  "[x]",    "!a",  "#b",
                                    "a ",  "\\a",   "caf\xc3\xa9", "a-b", "a\tb",   "*",   "?",
                                    "-",   "a\xff", "a.c.o",       "...", "foobar", "a*b"};
static const char *const wildcards[] = {
    "*",           "**",           "***",         "?",          "??",         "*.c",
    "*.*",         "f*",           "*o",          "a*b",        "*o*",        "fo?",
    "?oo",         "**a",          "foo**",       "a**b",       "*?",         "?*",
    "[ab]",        "[!a]*",        "[^b].?",      "[a-f]*",     "[]x]",       "[]-a]",
    "[!]a]*",      "[a-]",         "[--b]",       "[\\]]",      "[\\a-c]",    "[[]x]",
    "[[:alpha:]]", "[[:upper:]]*", "[[:space:]]", "[[:nope:]]", "[[:alpha:]", "[a",
    "[",           "[]",           "[!]",         "\\a",        "b\\*",       "\\*",
    "\\\\a",       "\\",           "[*]",         "[?]",        "[!-~]",      "[z-a]",
    "\\[x\\]",     "*\\.c",        "[/]",         "a[/]b",      "[^/]",       "[[:punct:]]"};

#define PICK(list) (list)[random_below(sizeof(list) / sizeof(list)[0])]

static void random_path(struct str *out) {
    for (unsigned depth = 1 + random_below(4), i = 0; i < depth; i++) {
        str_append_string(out, i ? "/" : "");
        str_append_string(out, random_below(3) ? parts[random_below(10)] : PICK(parts));
    }
}

// A name of a path with bytes put otherwise, so that a match is likely.
static void disguised_part(struct str *out) {
    static const char *const disguises[] = {"?",     "*",      "[^z]", "[!zy]",       "[a-z]",    "[!-~]",
                                            "[^/-]", "[a-f.]", "**",   "[[:alpha:]]", "[]-z!-.]", "[^]]"};
    for (const char *part = PICK(parts); *part; part++) {
        unsigned choice = random_below(9);
        if (choice == 0) {
            str_append_string(out, PICK(disguises));
        } else {
            str_append_string(out, choice == 1 ? "\\" : choice == 2 ? "[" : "");
            str_append_char(out, *part);
            str_append_string(out, choice == 2 ? "]" : "");
        }
    }
}

static void random_part(struct str *out) {
    if (one_in(7)) {
        str_append_string(out, one_in(4) ? "***" : one_in(4) ? "**\\" : "**");
        return;
    }
    if (one_in(2)) {
        disguised_part(out);
        return;
    }
    str_append_string(out, random_below(2) ? PICK(parts) : PICK(wildcards));
    str_append_string(out, one_in(6) ? PICK(wildcards) : "");
}

static void random_rule(struct str *out) {
    static const char *const heads[] = {"!", "/", "!/", "\\!", "\\#", "#", " ", "//", "!!", "**/", "./"};
    static const char *const tails[] = {"/", "//", "/**", "/*", "  ", "\\ ", "\\  ", "\t", " /", "/ ", "\\"};
    static const char *const ends[] = {"\r\n", "\r\n", "\n\n", "\r\r\n", "\n#\n", "\n \n"};
    str_append_string(out, one_in(2) ? "" : one_in(2) ? "!" : PICK(heads));
    for (unsigned depth = 1 + (one_in(2) ? random_below(4) : 0), i = 0; i < depth; i++) {
        str_append_string(out, i ? "/" : "");
        random_part(out);
    }
    str_append_string(out, one_in(3) ? PICK(tails) : "");
    str_append_string(out, one_in(6) ? PICK(ends) : "\n");
}

static void random_rules(const char *root, const char *path) {
    struct str text;
    str_init(&text);
    str_append_string(&text, one_in(10) ? "\xEF\xBB\xBF" : "");
    for (unsigned i = 1 + random_below(6); i > 0; i--) {
        random_rule(&text);
    }
    if (one_in(3)) {
        str_truncate(&text, text.length - 1); // no newline at the end
    }
    temporary_write_bytes(root, path, str_slice(&text));
    str_free(&text);
}

struct oracle {
    char *root; // holds `tree`, `home`, and git's input and output beside them
    char *tree;
    char *home;
};

static void run_child(const struct oracle *oracle, const char *const arguments[]) {
    char *input = fs_join(oracle->root, "input"), *output = fs_join(oracle->root, "output");
    int in = open(input, O_RDONLY);
    int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int null = open("/dev/null", O_WRONLY);
    if (chdir(oracle->tree) != 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0) {
        _exit(126);
    }
    unsetenv("GIT_DIR");
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    execvp("git", (char *const *)arguments);
    _exit(127);
}

// Its exit status; 127: there is no git.
static int run_git(const struct oracle *oracle, const char *const arguments[]) {
    pid_t child = fork();
    if (child == 0) {
        run_child(oracle, arguments);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

static bool start_oracle(struct oracle *oracle) {
    oracle->root = temporary_make();
    temporary_write(oracle->root, "tree/x", "");
    temporary_write(oracle->root, "home/x", "");
    temporary_write(oracle->root, "input", "");
    oracle->tree = fs_join(oracle->root, "tree");
    oracle->home = fs_join(oracle->root, "home");
    setenv("HOME", oracle->home, 1);
    unsetenv("XDG_CONFIG_HOME");
    const char *const arguments[] = {"git", "init", "-q", ".", NULL};
    return run_git(oracle, arguments) == 0;
}

static void stop_oracle(struct oracle *oracle) {
    temporary_remove(oracle->root);
    free(oracle->home);
    free(oracle->tree);
    free(oracle->root);
}

// The user's own file: named in one of many ways, or at the place without a name.
static void random_home(const struct oracle *oracle) {
    static const char *const configs[] = {
        "[core]\n\texcludesFile = ~/global\n",
        "[core] excludesfile=~/global ; mine\n",
        "# first\n[CORE]\nbare = false\nEXCLUDESFILE = \"~/glo\"bal # end\n[alias]\nx = y\n",
        "[core]\nexcludesFile = /nowhere\n[core]\nexcludesFile = ~/glo\\\nbal\n",
        "[core]\nexcludesFile = ~/global\n[core \"s]ub\"]\nexcludesFile = /wrong\n",
        "\xEF\xBB\xBF[core]\r\n\texcludesFile = ~/global\r\n",
        "[include]\npath = more.inc\n[core]\npager\n",
        "[core]\nexcludesFile = ~/wrong\n[include]\npath = ~/more.inc\n",
        "[core]\nexcludesFile = \n",
        "[user]\nname = \"a ; b # c\\\" d\"\n",
    };
    static const char *const files[] = {".gitconfig", ".config/git/config", ".config/git/ignore", "global"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        temporary_delete(oracle->home, files[i]);
    }
    temporary_write(oracle->home, "more.inc", "[core]\nexcludesFile = ~/global\n");
    if (random_below(3)) {
        temporary_write(oracle->home, one_in(3) ? files[1] : files[0], PICK(configs));
    }
    for (size_t i = 2; i < 4; i++) {
        if (one_in(2)) {
            random_rules(oracle->home, files[i]);
        }
    }
}

static void random_tree(const struct oracle *oracle) {
    static const char *const folders[] = {"", "a/", "foo/", "a/b/", "a/b/foo/", "bar/ab/"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = fs_join(folders[i], ".gitignore");
        const char *relative = path + (path[0] == '/' ? 1 : 0);
        temporary_delete(oracle->tree, relative);
        if (one_in(i ? 3 : 1)) {
            random_rules(oracle->tree, relative);
        }
        free(path);
    }
    temporary_delete(oracle->tree, ".git/info/exclude");
    if (one_in(2)) {
        random_rules(oracle->tree, ".git/info/exclude");
    }
}

// The next of git's answers: file, line, rule, path.
static void next_answer(const struct str *output, size_t *at, const char *answer[ANSWER]) {
    for (size_t i = 0; i < ANSWER; i++) {
        assert_true(*at < output->length);
        answer[i] = output->data + *at;
        *at += strlen(answer[i]) + 1;
    }
}

// True if it is excluded.
static bool compare_path(const struct oracle *oracle, uint64_t seed, const char *const answer[ANSWER]) {
    const char *path = answer[3];
    char *whole = fs_join(oracle->tree, path);
    struct ignore_story story;
    ignore_tell(oracle->tree, path, fs_is_folder(whole), &story);
    bool excluded = answer[0][0] && answer[2][0] != '!';
    bool same_rule = strcmp(story.file, answer[0]) == 0 && story.line == strtoul(answer[1], NULL, 10) &&
                     strcmp(story.written, answer[2]) == 0;
    if ((story.skip != SKIP_NOT) != excluded || !same_rule) {
        fail_msg("HUNCH_IGNORE_SEED=%llu HUNCH_IGNORE_CASES=%d; path '%s' in %s: "
                 "git says %s:%s:'%s', we say %d by %s:%u:'%s'",
                 (unsigned long long)seed, PATHS, path, oracle->tree, answer[0], answer[1], answer[2],
                 story.skip, story.file, story.line, story.written);
    }
    ignore_story_free(&story);
    free(whole);
    return excluded;
}

static unsigned compare_round(const struct oracle *oracle, uint64_t seed) {
    random_state = seed * 0x9E3779B97F4A7C15u;
    random_home(oracle);
    random_tree(oracle);
    struct str input, output;
    str_init(&input);
    str_init(&output);
    for (size_t i = 0; i < PATHS; i++) {
        random_path(&input);
        str_append_char(&input, '\0');
    }
    temporary_write_bytes(oracle->root, "input", str_slice(&input));
    const char *const arguments[] = {"git", "check-ignore", "--no-index", "-z", "-v", "-n", "--stdin", NULL};
    int status = run_git(oracle, arguments);
    assert_true(status == 0 || status == 1);
    char *answers = fs_join(oracle->root, "output");
    assert_int_equal(fs_read(answers, 1 << 20, &output, NULL), 0);
    free(answers);
    unsigned excluded = 0;
    size_t at = 0;
    for (size_t i = 0; i < PATHS; i++) {
        const char *answer[ANSWER];
        next_answer(&output, &at, answer);
        excluded += compare_path(oracle, seed, answer);
    }
    str_free(&output);
    str_free(&input);
    return excluded;
}

static uint64_t number_of(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text && text[0] ? strtoull(text, NULL, 10) : otherwise;
}

static void test_git_agrees(void **state) {
    (void)state;
    struct oracle oracle;
    if (!start_oracle(&oracle)) {
        stop_oracle(&oracle);
        print_message("git is not on PATH: the comparison with git is skipped\n");
        skip();
    }
    temporary_write(oracle.tree, "a/b/foo/keep", "");
    temporary_write(oracle.tree, "foo/bar/keep", "");
    temporary_write(oracle.tree, "bar/ab/keep", "");
    uint64_t seed = number_of("HUNCH_IGNORE_SEED", 20260101);
    uint64_t rounds = (number_of("HUNCH_IGNORE_CASES", CASES) + PATHS - 1) / PATHS, excluded = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        excluded += compare_round(&oracle, seed + i);
    }
    stop_oracle(&oracle);
    print_message("%zu paths, %zu of them excluded\n", (size_t)(rounds * PATHS), (size_t)excluded);
    // Were all or none excluded, the comparison would say little.
    assert_true(rounds < 20 || (excluded > rounds * PATHS / 10 && excluded < rounds * PATHS * 9 / 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_git_agrees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
