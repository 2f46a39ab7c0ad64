// manifests_test.c - which names the manifests of a repository give to its folders.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "retrieval/manifests.h"
#include "tests/unit/unit.h"

static const struct {
    const char *path, *text, *names; // "name=folder name=folder"
} rows[] = {
    {"go.mod", "// why\nmodule example.org/a // so\n\ngo 1.22\n", "example.org/a="},
    {"sub/go.mod", "module \"quoted\"\n", "quoted=sub"},
    {"sub/go.mod", "modules x\nmodule\nmodule \n", ""},
    {"libs/core/package.json", "{\"name\": \"@app/core\", \"version\": \"1.0.0\"}", "@app/core=libs/core"},
    {"package.json", "{\"private\": true}", ""},
    {"package.json", "{\"name\": 7}", ""},
    {"package.json", "{\"name\": ", ""},
    {"crates/matcher/Cargo.toml", "[package]\nname = \"grep-matcher\"\n[lib]\nname = \"other\"\n",
     "grep_matcher=crates/matcher"},
    {"Cargo.toml", "[workspace]\nname = \"no\"\n", ""},
    {"Cargo.toml", "[package]\nname\nname = \"open\n", ""},
    {"web/tsconfig.json",
     "{ // comments are allowed\n"
     "  \"compilerOptions\": {\"baseUrl\": \"./src\", \"paths\": {\n"
     "    \"@ui/*\": [\"ui/*\", \"old/*\"], \"config\": [\"../config.ts\"], \"*\": [\"x/*\"], \"none\": []}}}",
     "@ui/=web/src/ui config=web/config.ts"},
    {"tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"~/*\": [\"./*\"], \"up\": [\"../../x\"]}}}",
     "~/= up="},
    {"tsconfig.json", "[]", ""},
    {"other.json", "{\"name\": \"x\"}", ""},
};

static void note(void *context, const char *name, const char *folder) {
    struct str *got = context;
    str_append_format(got, "%s%s=%s", got->length ? " " : "", name, folder);
}

static void test_names(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str got;
        str_init(&got);
        manifests_read(slice_of_string(rows[i].path), slice_of_string(rows[i].text), note, &got);
        assert_string_equal(got.data, rows[i].names);
        str_free(&got);
    }
}

// No more names of one file than the limit.
static void test_limit(void **state) {
    (void)state;
    struct str text, got;
    str_init(&text);
    str_init(&got);
    str_append_string(&text, "{\"compilerOptions\": {\"paths\": {\"a0\": [\"x\"]");
    for (int i = 1; i < 100; i++) {
        str_append_format(&text, ", \"a%d\": [\"x\"]", i);
    }
    str_append_string(&text, "}}}");
    manifests_read(SLICE_LITERAL("tsconfig.json"), str_slice(&text), note, &got);
    size_t count = 0;
    for (size_t i = 0; i < got.length; i++) {
        count += got.data[i] == '=';
    }
    assert_int_equal(count, MANIFEST_NAMES);
    str_free(&got);
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
