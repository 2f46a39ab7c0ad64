// retrieval_bench.c - answers a set of tasks through the retriever alone, without a server.
//
//     retrieval_bench [--sources=NAME,...] COPY ROOT TASKS.jsonl OUT.jsonl [FEATURES.tsv]
//
// COPY is indexed; it should be ROOT with every task's target cut out, or the
// index knows the answers. ROOT holds the whole files, from which each task's
// document is made by cutting its own target. A task is one JSON object per
// line: "id", "file", "offset" (in code points) and "target". A result is one
// line too: {"id","ms","results":[{"file","start","end","score","source"}]},
// lines from 1. With FEATURES, the candidates that signatures_rank orders are
// written for fitting its weights: task, file, name, line, score, features.
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "indexer/syntax.h"
#include "retrieval/chunks.h"
#include "retrieval/retriever.h"
#include "retrieval/shelf.h"
#include "retrieval/signatures.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FILE_MAX_BYTES = 1000 * 1000, OPEN_FOLDERS = 32, BATCH = 64 };

struct bench {
    const char *copy, *root;
    struct retriever *retriever;
    struct index_sink sink;
    struct syntax *syntax;
    size_t files, bytes;
    uint64_t queries, query_us; // processor time, as the machine may be busy
    struct snapshot_slot slot;  // a second index for the features, which the retriever does not show
    struct shelf shelf;
    FILE *features;
    uint32_t sources; // 0: the usual ones
};

static struct bench bench; // nftw has no context

static bool has_any(const char *path, const char *const *parts) {
    for (; *parts; parts++) {
        if (strstr(path, *parts)) {
            return true;
        }
    }
    return false;
}

static enum taint taint_of(const char *path) {
    static const char *const tests[] = {"test/",      "tests/",   "/test_",   "_test.",     "__tests__/",
                                        ".spec.",     "spec/",    "benches/", "testing/",   "Test.java",
                                        "Tests.java", "conftest", "bench/",   "benchmark/", NULL};
    return has_any(path, tests) ? TAINT_TEST : TAINT_OWN;
}

static bool is_skipped(const char *path) {
    static const char *const parts[] = {".git/",   "node_modules/", "/vendor/",      "/third_party/",
                                        "/dist/",  "/testdata/",    "/target/",      "/fixtures/",
                                        "/build/", ".min.js",       "__snapshots__", NULL};
    return has_any(path, parts);
}

static int index_file(const char *full, const struct stat *status, int type, struct FTW *place) {
    (void)place;
    const char *path = full + strlen(bench.copy) + 1;
    const struct language *language = type == FTW_F && !is_skipped(full) ? language_of_path(full) : NULL;
    struct str bytes;
    struct err err;
    str_init(&bytes);
    if (!language || status->st_size > FILE_MAX_BYTES || fs_read(full, FILE_MAX_BYTES, &bytes, &err) != 0) {
        str_free(&bytes);
        return 0;
    }
    struct record *record = record_new(path);
    syntax_extract(bench.syntax, language, str_slice(&bytes), NULL, record);
    record->size = status->st_size;
    record->hash = hash_bytes(bytes.data, bytes.length);
    record->taint = taint_of(path);
    bench.sink.put(bench.sink.self, record, str_slice(&bytes));
    if (bench.features) {
        shelf_put(&bench.shelf, record);
    }
    record_release(record);
    bench.bytes += bytes.length;
    if (++bench.files % BATCH == 0) {
        bench.sink.commit(bench.sink.self, false);
    }
    str_free(&bytes);
    return 0;
}

static void index_copy(void) {
    uint64_t start = clock_now_us();
    bench.syntax = syntax_new();
    nftw(bench.copy, index_file, OPEN_FOLDERS, FTW_PHYS);
    bench.sink.commit(bench.sink.self, true);
    syntax_free(bench.syntax);
    struct retriever_statistics all;
    retriever_statistics(bench.retriever, &all);
    fprintf(stderr, "%s: %llu files, %zu bytes, %llu chunks, %llu symbols in %.0f ms\n", bench.copy,
            (unsigned long long)all.files, bench.bytes, (unsigned long long)all.chunks,
            (unsigned long long)all.symbols, clock_ms_since(start));
}

static void add_go_module(void) {
    struct str bytes;
    struct err err;
    char *path = fs_join(bench.copy, "go.mod");
    str_init(&bytes);
    if (fs_read(path, FILE_MAX_BYTES, &bytes, &err) == 0) {
        shelf_manifest(&bench.shelf, "go.mod", str_slice(&bytes));
    }
    str_free(&bytes);
    free(path);
}

static size_t byte_of(struct slice text, int64_t points) {
    size_t at = 0;
    for (; points > 0 && at < text.length; points--) {
        size_t length;
        utf8_decode(slice_sub(text, at, text.length), &length);
        at += length;
    }
    return at;
}

static void write_result(FILE *out, const char *id, const struct context *context) {
    struct json *row = json_object();
    struct str line;
    json_set_string(row, "id", id);
    json_set_number(row, "ms", context->total_ms);
    struct json *results = json_set(row, "results", json_array());
    for (uint32_t i = 0; i < context->count; i++) {
        const struct context_item *item = &context->items[i];
        struct json *result = json_push(results, json_object());
        json_set_string(result, "file", item->path);
        json_set_number(result, "start", item->start_line + 1);
        json_set_number(result, "end", item->end_line + 1);
        json_set_number(result, "score", item->score);
        json_set_string(result, "source", context_source_name(item->source));
    }
    str_init(&line);
    json_print(row, &line);
    fprintf(out, "%s\n", line.data);
    str_free(&line);
    json_free(row);
}

static void write_candidates(const char *id, const struct snapshot *snapshot, const struct signature *ranked,
                             size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = snapshot->segments[ranked[i].segment];
        const struct symbol *symbol = segment_symbol(segment, ranked[i].id);
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], ranked[i].id);
        if (strpbrk(symbol->name, "\t\n")) {
            continue;
        }
        fprintf(bench.features, "%s\t%s\t%s\t%u\t%zu\t%.4f", id, segment->files[file].record->path,
                symbol->name, symbol->name_line + 1, strlen(symbol->signature), (double)ranked[i].score);
        for (int f = 0; f < SIGNATURE_FEATURE_COUNT; f++) {
            fprintf(bench.features, "\t%g", (double)ranked[i].features[f]);
        }
        fputc('\n', bench.features);
    }
}

static void dump_features(const char *id, const struct retrieval_query *asked) {
    const struct snapshot *snapshot = snapshot_pin(&bench.slot);
    struct query query;
    struct snapshot_file self = {0};
    struct chunks_found similar;
    struct imports imports;
    query_init(&query, slice_of_string(asked->path), asked->text, asked->cursor, NULL);
    bool found = snapshot_find(snapshot, query.path, &self);
    const struct record *record = found ? snapshot_file(snapshot, self)->record : NULL;
    imports_init(&imports, snapshot, query.path, record ? record->language : "",
                 record ? record->imports : NULL, record ? record->import_count : 0);
    struct signatures_input input = {.snapshot = snapshot,
                                     .query = &query,
                                     .imports = &imports,
                                     .self = found ? &self : NULL,
                                     .is_test = taint_of(asked->path) == TAINT_TEST,
                                     .similar = &similar};
    chunks_lexical(snapshot, &query, input.self, &similar);
    size_t count;
    struct signature *ranked = signatures_rank(&input, &count);
    write_candidates(id, snapshot, ranked, count);
    free(ranked);
    imports_free(&imports);
    query_free(&query);
    snapshot_unpin(&bench.slot, snapshot);
}

static uint64_t processor_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void answer(const struct json *task, FILE *out) {
    const char *path = json_get_string(task, "file", "");
    const char *target = json_get_string(task, "target", "");
    char *full = fs_join(bench.root, path);
    struct str text;
    struct err err;
    str_init(&text);
    if (fs_read(full, SIZE_MAX / 2, &text, &err) == 0) {
        size_t cursor = byte_of(str_slice(&text), json_get_integer(task, "offset", 0));
        str_splice(&text, cursor, cursor + strlen(target), NULL, 0);
        struct retrieval_query query = {.path = path,
                                        .language = json_get_string(task, "lang", ""),
                                        .text = str_slice(&text),
                                        .cursor = cursor,
                                        .sources = bench.sources};
        struct context context;
        context_init(&context);
        uint64_t start = processor_us();
        retriever_query(bench.retriever, &query, &context);
        bench.query_us += processor_us() - start;
        bench.queries++;
        write_result(out, json_get_string(task, "id", ""), &context);
        context_free(&context);
        if (bench.features) {
            dump_features(json_get_string(task, "id", ""), &query);
        }
    }
    str_free(&text);
    free(full);
}

static void answer_all(struct slice tasks, FILE *out) {
    size_t start = 0;
    while (start < tasks.length) {
        size_t end = slice_find(tasks, SLICE_LITERAL("\n"), start);
        end = end < tasks.length ? end : tasks.length;
        struct json *task = json_parse(slice_sub(tasks, start, end), NULL);
        if (task) {
            answer(task, out);
        }
        json_free(task);
        start = end + 1;
    }
}

static void write_feature_names(void) {
#define NAME(name) "\t" #name
    fprintf(bench.features, "task\tfile\tname\tline\tlength\tscore" SIGNATURE_FEATURES(NAME) "\n");
#undef NAME
}

// The sources whose names are in the list.
static uint32_t sources_of(const char *list) {
    uint32_t sources = 0;
    for (int i = 0; i < CONTEXT_SOURCES; i++) {
        sources |= strstr(list, context_source_name((enum context_source)i)) ? CONTEXT_BIT(i) : 0;
    }
    return sources;
}

int main(int argc, char **argv) {
    if (argc > 1 && strncmp(argv[1], "--sources=", 10) == 0) {
        bench.sources = sources_of(argv[1]);
        argv++;
        argc--;
    }
    struct str tasks;
    struct err err;
    FILE *out = argc > 4 ? fopen(argv[4], "w") : NULL;
    str_init(&tasks);
    if (!out || fs_read(argv[3], SIZE_MAX / 2, &tasks, &err) != 0) {
        fprintf(
            stderr,
            "usage: retrieval_bench [--sources=NAME,...] COPY ROOT TASKS.jsonl OUT.jsonl [FEATURES.tsv]\n");
        return 2;
    }
    bench.copy = argv[1];
    bench.root = argv[2];
    bench.features = argc > 5 ? fopen(argv[5], "w") : NULL;
    bench.retriever = retriever_new(bench.copy);
    bench.sink = retriever_sink(bench.retriever);
    snapshot_slot_init(&bench.slot);
    shelf_init(&bench.shelf, &bench.slot);
    if (bench.features) {
        write_feature_names();
    }
    index_copy();
    add_go_module();
    shelf_commit(&bench.shelf, true);
    answer_all(str_slice(&tasks), out);
    fprintf(stderr, "%.2f ms of processor time per query\n",
            (double)bench.query_us / 1000.0 / (double)(bench.queries ? bench.queries : 1));
    if (bench.features) {
        fclose(bench.features);
    }
    fclose(out);
    shelf_fini(&bench.shelf);
    snapshot_slot_fini(&bench.slot);
    retriever_free(bench.retriever);
    str_free(&tasks);
    return 0;
}
