// imports_test.c - what import statements lead to, per language.

#include "records.h"
#include "retrieval/imports.h"
#include "tests/unit/unit.h"

enum { FILES = 16, PARTS = 3 };

struct row {
    const char *language;
    const char *path;         // of the importing file
    const char *statements;   // separated by spaces
    const char *files[FILES]; // the repository, the importing file aside
    const char *expected;     // "path:way path:way", in order; way is d, p or s
};

static void describe(const struct snapshot *snapshot, const struct imports *imports, struct str *out) {
    static const char ways[] = "?dps";
    for (size_t i = 0; i < imports->files.count; i++) {
        struct snapshot_file at = imports->files.items[i];
        str_append_format(out, "%s%s:%c", out->length ? " " : "", snapshot_file(snapshot, at)->record->path,
                          ways[imports_way(imports, at)]);
    }
}

// In one segment, or each file in the segment that its number says: which changes nothing.
static void check(const struct row *row, uint32_t parts) {
    struct record *records[FILES + 1];
    uint32_t count = 0;
    static const struct module modules[] = {
        {"", "example.org/app/v2", MANIFEST_GO, NULL},
        {"tools", "example.org/tools", MANIFEST_GO, NULL},
        {"libs/core", "@app/core", MANIFEST_NODE, NULL},
        {"web/ui", "#ui/", MANIFEST_TYPESCRIPT, NULL},
        {"web/config.ts", "settings", MANIFEST_TYPESCRIPT, NULL},
        {"parts/tree", "app_tree", MANIFEST_CARGO, NULL},
    };
    for (; row->files[count]; count++) {
        // "path>statements": a file that imports in turn
        const char *mark = strchr(row->files[count], '>');
        char path[80];
        snprintf(path, sizeof path, "%.*s", mark ? (int)(mark - row->files[count]) : 79, row->files[count]);
        records[count] = record_importing(path, row->language, mark ? mark + 1 : "");
    }
    records[count++] = record_importing(row->path, row->language, row->statements);
    struct record *self = record_retain(records[count - 1]);
    struct segment *segments[PARTS];
    uint64_t nobody = 0, *gone[PARTS];
    for (uint32_t part = 0; part < parts; part++) {
        struct record *own[FILES + 1];
        uint32_t own_count = 0;
        for (uint32_t i = part; i < count; i += parts) {
            own[own_count++] = records[count - 1 - i]; // whichever was read first
        }
        segments[part] = segment_of(own, own_count);
        gone[part] = &nobody;
    }
    struct snapshot_slot slot;
    snapshot_slot_init(&slot);
    snapshot_publish(&slot, &(struct snapshot_parts){.segments = segments,
                                                     .gone = gone,
                                                     .segment_count = parts,
                                                     .modules = modules,
                                                     .module_count = sizeof modules / sizeof modules[0]});
    const struct snapshot *snapshot = snapshot_pin(&slot);
    struct imports imports;
    struct str got;
    str_init(&got);
    imports_init(&imports, snapshot, slice_of_string(row->path), row->language, self->imports,
                 self->import_count);
    describe(snapshot, &imports, &got);
    assert_string_equal(got.data, row->expected);
    str_free(&got);
    imports_free(&imports);
    snapshot_unpin(&slot, snapshot);
    snapshot_slot_fini(&slot);
    for (uint32_t part = 0; part < parts; part++) {
        segment_release(segments[part]);
    }
    record_release(self);
}

static const struct row rows[] = {
    {"c",
     "src/a.c",
     "b.h uv/x.h stdio.h",
     {"src/b.h", "src/b.c", "include/uv/x.h", "src/a.h", "x.h"},
     "src/b.h:d src/b.c:d include/uv/x.h:d src/a.h:d"},
    {"c", "src/a.c", "../inc/b.h", {"inc/b.h>c.h", "inc/c.h", "src/c.h"}, "inc/b.h:d inc/c.h:s"},
    {"c", "a.c", "util.h", {"x/y/util.h", "z/util.h"}, "z/util.h:d x/y/util.h:d"},
    {"c",
     "a/b/m.c",
     "util.h",
     {"x/1/util.h", "x/2/util.h", "x/3/util.h", "x/4/util.h", "a/util.h", "a/b/c/util.h"},
     "a/b/c/util.h:d a/util.h:d x/1/util.h:d"},
    {"c",
     "a/m.c",
     "uv/util.h",
     {"a/util.h", "auv/util.h", "a/v/util.h", "z/y/uv/util.h", "uv/util.h"},
     "uv/util.h:d z/y/uv/util.h:d"},
    {"cpp",
     "db/db.cc",
     "db/db.h leveldb/status.h",
     {"db/db.h", "include/leveldb/status.h", "util/status.cc"},
     "db/db.h:d include/leveldb/status.h:d"},
    {"c", "a.c", "../../../etc/passwd", {"passwd"}, ""},
    {"python",
     "app/core/run.py",
     "app.util ..model .local os",
     {"app/util.py", "app/model.py", "app/core/local.py", "os.txt"},
     "app/util.py:d app/model.py:d app/core/local.py:d"},
    {"python",
     "tests/test_run.py",
     "pkg.run.Thing",
     {"src/pkg/run.py", "lib/other.py", "run.py"},
     "src/pkg/run.py:d run.py:d"},
    {"python",
     "main.py",
     "pkg",
     {"pkg/__init__.py", "pkg/a.py", "pkg/test_a.py"},
     "pkg/__init__.py:d pkg/a.py:s"},
    {"python", "pkg/b.py", ".", {"pkg/__init__.py", "pkg/a.py"}, "pkg/__init__.py:d pkg/a.py:s"},
    {"go",
     "cmd/main.go",
     "fmt example.org/app/v2/store example.org/app/v2x/no example.org/tools/gen",
     {"store/a.go", "store/a_test.go", "store/notes.txt", "cmd/flags.go", "no/b.go", "tools/gen/g.go"},
     "store/a.go:d tools/gen/g.go:d cmd/flags.go:p"},
    {"go", "x/a_test.go", "example.org/app/v2", {"root.go", "x/a.go"}, "root.go:d x/a.go:d"},
    {"typescript",
     "src/a.ts",
     "./b ../lib/c.js ./d @app/shared @/e react",
     {"src/b.ts", "lib/c.ts", "src/d/index.ts", "packages/shared/src/index.ts>./f",
      "packages/shared/src/f.ts", "src/e.tsx"},
     "src/b.ts:d lib/c.ts:d src/d/index.ts:d packages/shared/src/index.ts:d src/e.tsx:d "
     "packages/shared/src/f.ts:s"},
    {"javascript", "a.js", "./b", {"b.js", "b.ts"}, "b.ts:d b.js:d"},
    {"java",
     "src/main/java/org/x/A.java",
     "org.y.B org.y.C.Inner java.util.List org.z.*",
     {"src/main/java/org/y/B.java", "src/main/java/org/y/C.java", "src/main/java/org/z/Z.java",
      "src/main/java/org/x/Own.java", "other/B.java"},
     "src/main/java/org/y/B.java:d src/main/java/org/y/C.java:d src/main/java/org/z/Z.java:d "
     "src/main/java/org/x/Own.java:p"},
    {"java",
     "src/test/java/org/x/ATest.java",
     "",
     {"src/main/java/org/x/A.java", "src/main/java/org/x/B.java"},
     "src/main/java/org/x/A.java:d src/main/java/org/x/B.java:p"},
    {"rust",
     "crates/core/src/main.rs",
     "crate::flags::{HiArgs,Mode} app_matcher::Matcher std::io search",
     {"crates/core/src/flags/mod.rs", "crates/matcher/src/lib.rs", "crates/core/src/search.rs",
      "crates/core/src/own.rs", "io.py"},
     "crates/core/src/flags/mod.rs:d crates/matcher/src/lib.rs:d crates/core/src/search.rs:d "
     "crates/core/src/own.rs:p"},
    {"typescript",
     "src/a.ts",
     "@app/core @app/core/list.js #ui/button settings @app/corex",
     {"libs/core/src/index.ts", "libs/core/src/list.ts", "web/ui/button.tsx", "web/config.ts",
      "libs/core/x.ts"},
     "libs/core/src/index.ts:d libs/core/src/list.ts:d web/ui/button.tsx:d web/config.ts:d"},
    {"rust",
     "one/src/main.rs",
     "near crate::deep::leaf::Leaf self::side::go app_tree::node::{A,B} app_tree::Root",
     {"one/src/near.rs", "one/src/deep/mod.rs", "one/src/deep/leaf.rs", "one/src/side.rs",
      "parts/tree/src/lib.rs", "parts/tree/src/node.rs", "two/src/near.rs", "two/src/leaf.rs"},
     "one/src/near.rs:d one/src/deep/mod.rs:d one/src/deep/leaf.rs:d one/src/side.rs:d "
     "parts/tree/src/node.rs:d parts/tree/src/lib.rs:d"},
    {"rust",
     "one/src/deep/leaf.rs",
     "super::twig::Twig super::super::near self::below",
     {"one/src/main.rs", "one/src/near.rs", "one/src/deep/mod.rs", "one/src/deep/twig.rs",
      "one/src/deep/leaf/below.rs"},
     "one/src/deep/twig.rs:d one/src/near.rs:d one/src/deep/leaf/below.rs:d one/src/deep/mod.rs:p"},
    {"ruby", "lib/a.rb", "b x/c", {"lib/b.rb", "app/x/c.rb"}, "lib/b.rb:d app/x/c.rb:d"},
    {"", "notes", "a", {"b"}, ""},
};

static void test_languages(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(&rows[i], 1);
        check(&rows[i], PARTS);
    }
}

// I1: a header that includes the file back, twice the same import, and itself.
static void test_once_and_never_itself(void **state) {
    (void)state;
    static const struct row row = {"c", "a.h", "b.h b.h a.h", {"b.h>a.h c.h", "c.h>a.h"}, "b.h:d c.h:s"};
    check(&row, 1);
}

enum { MANY = 8 * IMPORTS_FILES, SPREAD = 8 };

// Of a folder with more files than count the first ones, however they are spread; more is not looked at.
static void test_large_folder(void **state) {
    (void)state;
    struct segment *segments[SPREAD];
    for (uint32_t part = 0; part < SPREAD; part++) {
        struct record *own[MANY / SPREAD];
        for (uint32_t i = 0; i < MANY / SPREAD; i++) {
            char path[32];
            snprintf(path, sizeof path, "large/f%06u.go", i * SPREAD + (SPREAD - 1 - part));
            own[i] = record_importing(path, "go", "");
        }
        segments[part] = segment_of(own, MANY / SPREAD);
    }
    struct snapshot_slot slot;
    struct imports imports;
    snapshot_slot_init(&slot);
    publish_segments(&slot, segments, SPREAD);
    const struct snapshot *snapshot = snapshot_pin(&slot);
    imports_init(&imports, snapshot, SLICE_LITERAL("large/own.go"), "go", NULL, 0);
    assert_int_equal(imports.files.count, IMPORTS_FILES);
    for (uint32_t i = 0; i < IMPORTS_FILES; i++) {
        char path[32];
        snprintf(path, sizeof path, "large/f%06u.go", i);
        assert_string_equal(snapshot_file(snapshot, imports.files.items[i])->record->path, path);
    }
    imports_free(&imports);
    snapshot_unpin(&slot, snapshot);
    snapshot_slot_fini(&slot);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_languages),
                                       cmocka_unit_test(test_once_and_never_itself),
                                       cmocka_unit_test(test_large_folder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
