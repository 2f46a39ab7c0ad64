// gitplaces_test.c - where git keeps rules outside the tree, and what its configuration says of them.
#include "indexer/gitplaces.h"
#include "temporary.h"
#include "tests/unit/unit.h"

static void test_values(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *value; // NULL: none
    } rows[] = {
        {"[core]\nexcludesFile = ~/x\n", "~/x"},
        {"[core]excludesfile=/x", "/x"},
        {"[CORE]\n\tEXCLUDESFILE\t=\t/x y \t\r\n", "/x y"},
        {"[core]\nexcludesFile = \"/x ; y # z\" ; why\n", "/x ; y # z"},
        {"[core]\nexcludesFile = \"  /x  \"\n", "  /x  "},
        {"[core]\nexcludesFile = /a\"b c\"d # e\n", "/ab cd"},
        {"[core]\nexcludesFile = /a\\\\b\\\"c\n", "/a\\b\"c"},
        {"[core]\nexcludesFile = /a\\\n  b\n", "/a  b"},
        {"[core]\nexcludesFile = /first\nexcludesFile = /last\n", "/last"},
        {"[core]\nexcludesFile =\n", ""},
        {"[core]\nexcludesFile\n", NULL},
        {"[core \"sub\"]\nexcludesFile = /x\n", NULL},
        {"[core.sub]\nexcludesFile = /x\n", NULL},
        {"[cores]\nexcludesFile = /x\n[score]\nexcludesFile = /x\n", NULL},
        {"[core]\nexcludesFiles = /x\n", NULL},
        {"# [core]\nexcludesFile = /x\n", NULL},
        {"[core]\n; excludesFile = /x\n", NULL},
        {"[user]\nname = \"[core]\\nexcludesFile = /x\"\n", NULL},
        {"[url \"a]b\"]\ninsteadOf = x\n[core]\nexcludesFile = /x\n", "/x"},
        {"[include]\npath = /nowhere\n[core]\nexcludesFile = /x\n", "/x"},
        {"", NULL},
        {"[", NULL},
        {"[core", NULL},
        {"[core]\nexcludesFile = \"/open", "/open"},
        {"[core]\nexcludesFile = /x\\", "/x"},
        {"= = =\n[core]\n=\nexcludesFile = /x\n", "/x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *value = gitplaces_value(slice_of_string(rows[i].text), NULL);
        if ((value == NULL) != (rows[i].value == NULL) || (value && strcmp(value, rows[i].value) != 0)) {
            fail_msg("row %zu: %s", i, value ? value : "none");
        }
        free(value);
    }
}

static void expect_global(const char *top, const char *expected) {
    char *path = gitplaces_global(top);
    if (!expected) {
        assert_null(path);
    } else {
        assert_non_null(path);
        assert_string_equal(path, expected);
    }
    free(path);
}

static void test_global_file(void **state) {
    (void)state;
    char *home = temporary_make();
    char *mine = fs_join(home, "mine"), *standard = fs_join(home, ".config/git/ignore");
    char *moved = fs_join(home, "moved/git/ignore");
    setenv("HOME", home, 1);
    unsetenv("XDG_CONFIG_HOME");
    expect_global("/top", standard);
    setenv("XDG_CONFIG_HOME", "", 1);
    expect_global("/top", standard);
    char *place = fs_join(home, "moved");
    setenv("XDG_CONFIG_HOME", place, 1);
    expect_global("/top", moved);
    temporary_write(home, "moved/git/config", "[core]\nexcludesFile = /from/xdg\n");
    expect_global("/top", "/from/xdg");
    temporary_write(home, ".gitconfig", "[core]\nexcludesFile = ~/mine\n"); // read later, so stronger
    expect_global("/top", mine);
    temporary_write(home, ".gitconfig", "[include]\npath = parts/core\n");
    temporary_write(home, "parts/core", "[core]\nexcludesFile = ~/mine\n[include]\npath = core\n"); // itself
    expect_global("/top", mine);
    temporary_write(home, ".gitconfig", "[core]\nexcludesFile = rules/ignore\n");
    expect_global("/top", "/top/rules/ignore");
    temporary_write(home, ".gitconfig", "[core]\nexcludesFile = ~somebody/ignore\n");
    expect_global("/top", NULL);
    temporary_write(home, ".gitconfig", "[core]\nexcludesFile =\n");
    expect_global("/top", NULL);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    expect_global("/top", NULL);
    temporary_remove(home);
    free(place);
    free(moved);
    free(standard);
    free(mine);
    free(home);
}

// A folder, its .git (NULL: a folder), and where info/exclude is then, below the root.
static void test_exclude_file(void **state) {
    (void)state;
    char *root = temporary_make();
    temporary_write(root, "main/.git/HEAD", "");
    temporary_write(root, "main/.git/worktrees/w/commondir", "../..\n");
    temporary_write(root, "w/.git", "gitdir: ../main/.git/worktrees/w\n");
    temporary_write(root, "main/.git/modules/m/HEAD", "");
    temporary_write(root, "main/m/.git", "gitdir: ../.git/modules/m\n");
    temporary_write(root, "odd/.git", "nonsense\n");
    static const struct {
        const char *top;
        const char *path;
    } rows[] = {
        {"main", "main/.git/info/exclude"},
        {"w", "w/../main/.git/worktrees/w/../../info/exclude"},
        {"main/m", "main/m/../.git/modules/m/info/exclude"},
        {"odd", "odd/.git/info/exclude"},
        {"none", "none/.git/info/exclude"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *top = fs_join(root, rows[i].top), *expected = fs_join(root, rows[i].path);
        char *path = gitplaces_exclude(top);
        assert_string_equal(path, expected);
        free(path);
        free(expected);
        free(top);
    }
    temporary_remove(root);
    free(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_global_file),
        cmocka_unit_test(test_exclude_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
