// edits_test.c - a text that was edited a thousand times is known as if it had just been opened.
//
// Random edits in every language of tests/corpora/edits and in our own sources. What is made from the version
// before is compared, byte for byte, with what is made from nothing. They may differ only where the text has
// errors or can be read in two ways (syntax.h says why), and there but seldom; the record that typing at rest gives is
// from nothing.
//
//     unit_indexer_edits_test [EDITS [SEED]]    or HUNCH_EDITS; script/nightly makes a million
#include "extract.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/vec.h"
#include "dump.h"
#include "random_edits.h"

#include <stdio.h>
#include <uv.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { EDITS = 2000 };
#else
enum { EDITS = 50000 };
#endif

enum {
    ROUND = 20,        // edits until a text begins anew: a mess is all alike
    SEED_BYTES = 4000, // a larger file only costs time
    TEXT_BYTES = 8000,
    COMPARED = 2,            // every such edit
    AMBIGUOUS_ONE_OF = 2500, // compared ones at most
};

static const char *const own[] = {"base/queue.c", "indexer/mask.c", "retrieval/postings.h",
                                  "tests/e2e/support.py", "editors/vscode/src/server.ts"};

static long edit_count = EDITS;
static uint64_t first_seed = 1;

// One file's texts on their way through the edits.
struct course {
    const char *path;
    const struct language *language;
    struct syntax *syntax;
    struct syntax *fresh; // of the parses from nothing
    struct edits edits;
    struct str seed, text;
    struct text *old_text;
    struct record *old_record;
    struct syntax_tree *tree;
    long compared, differing;
    long ambiguous_rounds; // in which a text without errors was read in another way
    bool is_ambiguous;     // this one is, and what comes after it in the round
};

static void report(const struct course *course, const struct record *next, const struct record *clean) {
    struct str dump;
    str_init(&dump);
    str_append_format(&dump, "%s, state %llu:\n%s\n--- made from nothing:\n", course->path,
                      (unsigned long long)course->edits.state, course->text.data);
    dump_record(clean, &dump);
    str_append_string(&dump, "--- made from the version before:\n");
    dump_record(next, &dump);
    print_error("%s\n", dump.data);
    str_free(&dump);
}

static bool same(const struct record *a, const struct record *b) {
    struct str left, right;
    str_init(&left);
    str_init(&right);
    dump_record(a, &left);
    dump_record(b, &right);
    bool equal = slice_equal(str_slice(&left), str_slice(&right));
    str_free(&left);
    str_free(&right);
    return equal;
}

static void set_version(struct course *course, struct text *text, struct record *record,
                        struct syntax_tree *tree) {
    text_release(course->old_text);
    record_release(course->old_record);
    syntax_tree_release(course->tree);
    course->old_text = text;
    course->old_record = record;
    course->tree = tree;
}

static void begin_anew(struct course *course) {
    str_clear(&course->text);
    str_clear(&course->edits.undo);
    course->is_ambiguous = false;
    str_append_slice(&course->text, str_slice(&course->seed));
    struct text *text = text_new(str_slice(&course->text));
    struct record *record = record_new(course->path);
    struct syntax_tree *tree = NULL;
    assert_int_equal(syntax_extract_tree(course->fresh, course->language, text, NULL, record, &tree), 0);
    set_version(course, text, record, tree);
}

static void note_ambiguous(struct course *course, const struct record *next, const struct record *clean) {
    if (!course->is_ambiguous) {
        course->is_ambiguous = true;
        course->ambiguous_rounds++;
        report(course, next, clean);
    }
}

static void compare(struct course *course, struct text *text, const struct record *next) {
    struct record *clean = record_new(course->path);
    struct syntax_tree *tree = NULL;
    syntax_extract_tree(course->fresh, course->language, text, NULL, clean, &tree);
    course->compared++;
    if (!same(next, clean)) {
        course->differing++;
        if (!tree || !syntax_tree_has_errors(tree)) {
            note_ambiguous(course, next, clean);
        }
    }
    syntax_tree_release(tree);
    record_release(clean);
}

// What stands in where there is no time to parse keeps the rules of every record.
static void check_patch(struct course *course, struct text *text) {
    struct record *record = record_new(course->path);
    syntax_patch(course->syntax, course->language, text, course->old_text, course->old_record, record);
    check_invariants(record, text_slice(text));
    record_release(record);
}

static void edit_once(struct course *course, bool compares) {
    edits_apply(&course->edits, &course->text);
    if (course->text.length > TEXT_BYTES) {
        begin_anew(course);
        return;
    }
    struct text *text = text_new(str_slice(&course->text));
    struct record *record = record_new(course->path);
    struct syntax_tree *tree = NULL;
    check_patch(course, text);
    int code = syntax_extract_next(course->syntax, course->language, text, course->tree, record, &tree);
    if (code != 0) { // a header has become C++, or is no more
        text_release(text);
        record_release(record);
        begin_anew(course);
        return;
    }
    check_invariants(record, text_slice(text));
    if (compares) {
        compare(course, text, record);
    }
    set_version(course, text, record, tree);
}

static struct course course_of(const char *path, uint64_t seed) {
    struct course course = {.path = path, .language = language_of_path(path), .edits = {.state = seed}};
    struct err err;
    str_init(&course.edits.undo);
    str_init(&course.seed);
    str_init(&course.text);
    assert_non_null(course.language);
    assert_int_equal(fs_read(path, 1 << 20, &course.seed, &err), 0);
    str_truncate(&course.seed, SEED_BYTES);
    course.syntax = syntax_new();
    course.fresh = syntax_new();
    return course;
}

static void course_free(struct course *course) {
    set_version(course, NULL, NULL, NULL);
    syntax_free(course->syntax);
    syntax_free(course->fresh);
    str_free(&course->edits.undo);
    str_free(&course->seed);
    str_free(&course->text);
}

static void run_course(const char *path, uint64_t seed, long count) {
    struct course course = course_of(path, seed);
    for (long i = 0; i < count; i++) {
        if (i % ROUND == 0) {
            begin_anew(&course);
        }
        edit_once(&course, i % COMPARED == 0);
    }
    print_message("%-32s %ld edits, %ld compared, %ld differ where there are errors\n", path, count,
                  course.compared, course.differing);
    // The edits of one round are made to one text: if that is such a mess, many of them differ.
    assert_true(course.differing <= ROUND / COMPARED + course.compared / 50);
    assert_true(course.ambiguous_rounds <= course.compared / AMBIGUOUS_ONE_OF);
    course_free(&course);
}

static void test_edits(void **state) {
    (void)state;
    VEC(char *) paths = {0};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        vec_push(&paths, mem_copy_string(own[i]));
    }
    uv_fs_t listing;
    uv_dirent_t entry;
    assert_true(uv_fs_scandir(NULL, &listing, "tests/corpora/edits", 0, NULL) > 0);
    while (uv_fs_scandir_next(&listing, &entry) == 0) {
        vec_push(&paths, fs_join("tests/corpora/edits", entry.name));
    }
    uv_fs_req_cleanup(&listing);
    for (size_t i = 0; i < paths.count; i++) {
        run_course(paths.items[i], first_seed + i, edit_count / (long)paths.count + 1);
        free(paths.items[i]);
    }
    vec_free(&paths);
}

// The whole text was replaced, nothing was, or all is gone: what editors send, too.
static void test_extremes(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "int f(void);\n",
        "int f(void);\n",
        "",
        "\n",
        "int g;\n\n\nint h;",
        "\xEF\xBB\xBFint g;\r\nint h;\r\n",
        "\xC3\xA9\xC3\xA8",
        "\xC3\xA9\xC2\xA8",
        "int f(void) {\n",
        "int f(void) {\n}",
        "}",
        "x",
    };
    struct course course = course_of("base/queue.c", 1);
    begin_anew(&course);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text *text = text_new(slice_of_string(texts[i]));
        struct record *record = record_new(course.path);
        struct syntax_tree *tree = NULL;
        check_patch(&course, text);
        assert_int_equal(
            syntax_extract_next(course.syntax, course.language, text, course.tree, record, &tree), 0);
        compare(&course, text, record);
        set_version(&course, text, record, tree);
    }
    assert_int_equal(course.differing, 0);
    course_free(&course);
}

int main(int argc, char **argv) {
    const char *count = argc > 1 ? argv[1] : getenv("HUNCH_EDITS");
    edit_count = count && strtol(count, NULL, 10) > 0 ? strtol(count, NULL, 10) : EDITS;
    first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_extremes), cmocka_unit_test(test_edits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
