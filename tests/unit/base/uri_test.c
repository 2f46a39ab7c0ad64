// uri_test.c - file URIs and paths.
#include "tests/unit/unit.h"

#include "base/uri.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *uri;
    const char *path; // NULL: refused
} decoded[] = {
    {"file:///a/b.c", "/a/b.c"},
    {"file:///a%20b/%C3%A9.c", "/a b/\xC3\xA9.c"},
    {"file:///a%2fb", "/a/b"},
    {"file:///c%3A/x", "/c:/x"},
    {"FILE:///x", "/x"},
    {"file:/x", "/x"},
    {"file://localhost/x", "/x"},
    {"file://LocalHost/x", "/x"},
    {"file:///a?b#c", "/a?b#c"},
    {"file:///", "/"},
    {"file:///a/../b", "/b"},
    {"file:///a/b/../../../c", "/c"},
    {"file:///a/%2e%2E/b/./c", "/b/c"},
    {"file:///a/b/..", "/a/"},
    {"file:///..", "/"},
    {"file:///a/.../.b/..c", "/a/.../.b/..c"},
    {"file:///a%2f..%2fb", "/b"},
    {"file://server/share", NULL},
    {"file://", NULL},
    {"file:", NULL},
    {"file:x", NULL},
    {"", NULL},
    {"/x", NULL},
    {"untitled:Untitled-1", NULL},
    {"git:/x?{}", NULL},
    {"vscode-notebook-cell:/x#W0", NULL},
    {"http://x/y", NULL},
    {"file:///a%00b", NULL},
    {"file:///a%", NULL},
    {"file:///a%4", NULL},
    {"file:///a%zz", NULL},
};

static void test_decode(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof decoded / sizeof decoded[0]; i++) {
        char *path = uri_to_path(decoded[i].uri);
        if (!decoded[i].path) {
            assert_null(path);
        } else {
            assert_non_null(path);
            assert_string_equal(path, decoded[i].path);
        }
        free(path);
    }
}

static void test_long(void **state) {
    (void)state;
    char uri[6000];
    memset(uri, 'a', sizeof uri);
    memcpy(uri, "file:///", 8);
    uri[sizeof uri - 1] = '\0';
    assert_null(uri_to_path(uri));
}

static void test_round_trip(void **state) {
    (void)state;
    static const char *const paths[] = {"/", "/a b", "/100%", "/x#y?z", "/\xC3\xA9/\xFF", "/a:b;c&d=e'()"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char *uri = uri_from_path(paths[i]);
        char *path = uri_to_path(uri);
        assert_non_null(path);
        assert_string_equal(path, paths[i]);
        free(path);
        free(uri);
    }
    char *uri = uri_from_path("/a b#\xC3\xA9");
    assert_string_equal(uri, "file:///a%20b%23%C3%A9");
    free(uri);
}

static const struct {
    const char *path, *root, *below;
} belows[] = {
    {"/a/b/c", "/a", "b/c"}, {"/a/b", "/a/", "b"}, {"/a", "/a", ""},     {"/ab", "/a", NULL},
    {"/b", "/a", NULL},      {"/x/y", "/", "x/y"}, {"/a//b", "/a", "b"},
};

static void test_below(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof belows / sizeof belows[0]; i++) {
        const char *below = uri_path_below(belows[i].path, belows[i].root);
        if (!belows[i].below) {
            assert_null(below);
        } else {
            assert_non_null(below);
            assert_string_equal(below, belows[i].below);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
