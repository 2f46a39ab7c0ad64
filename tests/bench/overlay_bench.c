// overlay_bench.c - from an edited line of an open document to its being found by retrieval, in processor time.
//
//     cmake --build build/release --target overlay_bench
//     build/release/bin/overlay_bench [FILE...]
//
// Without a file: our own C sources, one behind the other, up to ten thousand lines. Each edit puts a statement
// with a name of its own somewhere into the file; every twentieth is followed by the full parse that comes when
// typing rests, which is not counted. What is counted is what the interactive worker does: comparing, parsing if
// that is quick, publishing; and, apart, the parse that is put off until nothing else waits. A few names are
// asked for between the two, to see that they are found.
#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/vec.h"
#include "indexer/live.h"
#include "retrieval/retriever.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { EDITS = 1000, LINES = 10000, REST = 20, ASKED = 50, FILE_LIMIT = 1 << 20 };

struct bench {
    const char *path;
    struct retriever *retriever;
    struct live *live;
    struct index_sink sink;
    struct syntax *syntax;
    struct str text;
    uint64_t ticket, seed;
    double shown_ms[EDITS], parsed_ms[EDITS];
    double settle_ms;
    int found, asked;
};

static uint32_t draw(struct bench *bench, size_t below) {
    bench->seed = bench->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((bench->seed >> 33) % below);
}

static void rest(struct bench *bench) {
    struct text *text = text_new(str_slice(&bench->text));
    struct record *record = record_new(bench->path);
    struct syntax_tree *tree = NULL;
    uint64_t start = clock_thread_us();
    syntax_extract_tree(bench->syntax, language_of_path(bench->path), text, NULL, record, &tree);
    bench->settle_ms = (double)(clock_thread_us() - start) / 1000;
    record->size = (int64_t)text->length;
    live_settle(bench->live, text, record, tree, bench->ticket);
    bench->sink.show(bench->sink.self, record, text, overlay_version(bench->ticket, OVERLAY_AT_REST));
    syntax_tree_release(tree);
    record_release(record);
    text_release(text);
}

static void ask(struct bench *bench, const char *name) {
    char text[64];
    snprintf(text, sizeof text, "int x = %s", name);
    struct retrieval_query query = {.path = "elsewhere.c", .language = "c", .text = slice_of_string(text)};
    query.cursor = query.text.length;
    struct context context;
    context_init(&context);
    retriever_query(bench->retriever, &query, &context);
    bool found = false;
    for (uint32_t i = 0; i < context.count; i++) {
        found = found ||
                slice_find(context.items[i].text, slice_of_string(name), 0) < context.items[i].text.length;
    }
    bench->asked++;
    bench->found += found;
    context_free(&context);
}

// Where a statement may stand: at the start of an indented line, behind one that ends with a semicolon.
static size_t draw_place(struct bench *bench) {
    const char *data = bench->text.data;
    for (;;) {
        size_t at = draw(bench, bench->text.length);
        while (at > 0 && data[at - 1] != '\n') {
            at--;
        }
        if (at > 1 && data[at - 2] == ';' && (data[at] == ' ' || data[at] == '\t')) {
            return at;
        }
    }
}

static double edit(struct bench *bench, const char *line) {
    size_t at = draw_place(bench);
    str_splice(&bench->text, at, at, line, strlen(line));
    uint64_t start = clock_thread_us();
    struct text *text = text_new(str_slice(&bench->text)); // as the loop does
    live_want(bench->live, bench->path, "", text, ++bench->ticket);
    live_run(bench->live);
    text_release(text);
    return (double)(clock_thread_us() - start) / 1000;
}

static double parse(struct bench *bench) {
    uint64_t start = clock_thread_us();
    live_parse(bench->live);
    return (double)(clock_thread_us() - start) / 1000;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static size_t count_lines(const struct str *text) {
    size_t lines = 0;
    for (size_t i = 0; i < text->length; i++) {
        lines += text->data[i] == '\n';
    }
    return lines;
}

static void run(struct bench *bench) {
    bench->retriever = retriever_new("/");
    bench->sink = retriever_sink(bench->retriever);
    bench->live = live_new(&bench->sink);
    bench->syntax = syntax_new();
    size_t lines = count_lines(&bench->text);
    rest(bench);
    for (int i = 0; i < EDITS; i++) {
        char name[32], line[64];
        snprintf(name, sizeof name, "fresh%dword", i);
        snprintf(line, sizeof line, "    %s = %d;\n", name, i);
        bench->shown_ms[i] = edit(bench, line);
        if (i % (EDITS / ASKED) == 0) {
            ask(bench, name);
        }
        bench->parsed_ms[i] = parse(bench);
        if (i % REST == REST - 1) {
            rest(bench);
        }
    }
    qsort(bench->shown_ms, EDITS, sizeof *bench->shown_ms, compare);
    qsort(bench->parsed_ms, EDITS, sizeof *bench->parsed_ms, compare);
    printf("%-34.34s %6zu %5zu %8.2f %7.2f %7.2f %9.2f %7.2f %8.1f %4d/%d\n", bench->path, lines,
           bench->text.length / 1000, bench->shown_ms[EDITS / 2], bench->shown_ms[EDITS * 99 / 100],
           bench->shown_ms[EDITS - 1], bench->parsed_ms[EDITS / 2], bench->parsed_ms[EDITS * 99 / 100],
           bench->settle_ms, bench->found, bench->asked);
    live_free(bench->live);
    retriever_free(bench->retriever);
    syntax_free(bench->syntax);
    str_free(&bench->text);
}

// Our own sources, larger folders first.
static void gather(struct str *text) {
    static const char *const folders[] = {"backends",   "indexer", "retrieval", "lsp",
                                          "completion", "base",    "cli"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        uv_fs_t listing;
        uv_dirent_t entry;
        uv_fs_scandir(NULL, &listing, folders[i], 0, NULL);
        while (uv_fs_scandir_next(&listing, &entry) == 0 && count_lines(text) < LINES) {
            size_t length = strlen(entry.name);
            char *path = fs_join(folders[i], entry.name);
            if (length > 2 && strcmp(entry.name + length - 2, ".c") == 0) {
                fs_read(path, FILE_LIMIT, text, NULL);
            }
            free(path);
        }
        uv_fs_req_cleanup(&listing);
    }
}

static void run_file(const char *path) {
    static struct bench bench;
    bench = (struct bench){.path = path, .seed = 1};
    str_init(&bench.text);
    struct err err = {0};
    if (!path) {
        bench.path = "own.c";
        gather(&bench.text);
    } else if (fs_read(path, FILE_LIMIT, &bench.text, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    run(&bench);
}

int main(int argc, char **argv) {
    printf("%-34s %6s %5s %24s %17s %8s %s\n", "", "", "", "shown after ms", "parsed after ms", "full", "");
    printf("%-34s %6s %5s %8s %7s %7s %9s %7s %8s %s\n", "file", "lines", "KB", "p50", "p99", "max", "p50",
           "p99", "parse ms", "found");
    for (int i = 1; i < argc; i++) {
        run_file(argv[i]);
    }
    if (argc == 1) {
        run_file(NULL);
    }
    return 0;
}
