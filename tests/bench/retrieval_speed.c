// retrieval_speed.c - what the index of a folder costs retrieval, and how long its queries take.
//
//     cmake --build build/release --target retrieval_speed
//     build/release/bin/retrieval_speed FOLDER STORE [QUERIES]
//
// The first run parses the folder and fills STORE (a file); from the next on, records come from there, as when a
// server starts again. Told are seconds on the wall until everything is searchable and complete, the writing thread's
// processor time until then, and how much of that is retrieval's; bytes per chunk of what retrieval builds (records
// apart); then, on this one thread, queries at random places of random files, in milliseconds of processor time: asked
// for the first time ("first", when much of what it shows is yet to be decoded), again (the least of three times, as
// machines are shared), and at each of seven keystrokes that lead to the place ("keystroke"), with what is kept from the
// one before, as the server does; and, of its parts, by
// the clock. What a query reads from disk to show is part of it. Where a name is called next that its file does not say elsewhere, it is cut out before asking:
// in how many of these places a definition of it is among the signatures tells what speed has cost; the digest of all that
// was answered, whether anything has changed at all.
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"
#include "indexer/indexer.h"
#include "indexer/language.h"
#include "retrieval/retriever.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TIMES = 3,
    KEYSTROKES = 8,
    QUERIES = 1000,
    CALL_REACH = 2000,
    NAME_LEAST = 4,
    FILE_LIMIT = 1 << 20,
    WORDS_ABOVE = 32 << 20
};

enum times { FIRST, QUERY, KEYSTROKE, DEFINITIONS, LEXICAL, SIGNATURES, VECTORS, PARTS };
static const char *const names_of_times[] = {"first",   "query",      "keystroke", "definitions",
                                             "lexical", "signatures", "vectors"};

struct bench {
    const char *folder;
    struct retriever *retriever;
    struct surroundings *surroundings; // at keystrokes
    struct index_sink sink;
    struct indexer *indexer;
    VEC(char *) paths; // of code
    uint64_t start_us, searchable_us, retrieval_us, seed;
    uint64_t writer_us;       // of the processor, until the last commit
    uint64_t digest;          // of the answers
    VEC(double) times[PARTS]; // in ms
    uint32_t named, found;    // places where a name was cut out, and those of them where it was found
};

static void put(void *self, struct record *record, struct slice text) {
    struct bench *bench = self;
    uint64_t start = clock_thread_us();
    bench->sink.put(bench->sink.self, record, text);
    bench->retrieval_us += clock_thread_us() - start;
    if (!record->by_words && record->language[0]) {
        vec_push(&bench->paths, mem_copy_string(record->path));
    }
}

static void commit(void *self, bool full_pass) {
    struct bench *bench = self;
    uint64_t start = clock_thread_us();
    bench->sink.commit(bench->sink.self, full_pass);
    bench->writer_us = clock_thread_us();
    bench->retrieval_us += bench->writer_us - start;
}

static void restore(void *self, char *bytes, size_t size) {
    struct bench *bench = self;
    uint64_t start = clock_thread_us();
    bench->sink.restore(bench->sink.self, bytes, size);
    bench->retrieval_us += clock_thread_us() - start;
    printf("restored from %.1f MB in %.2f s\n", (double)size / 1e6,
           (double)(clock_thread_us() - start) / 1e6);
}

static char *keep(void *self, size_t *size) {
    struct bench *bench = self;
    return bench->sink.keep(bench->sink.self, size);
}

static void searchable(void *self) {
    struct bench *bench = self;
    uint64_t start = clock_thread_us();
    bench->sink.searchable(bench->sink.self);
    bench->retrieval_us += clock_thread_us() - start;
    bench->searchable_us = clock_now_us();
    printf("searchable after %.2f s, of which retrieval %.2f s\n",
           (double)(bench->searchable_us - bench->start_us) / 1e6, (double)bench->retrieval_us / 1e6);
}

static void ready(void *context, const struct index_progress *progress) {
    struct bench *bench = context;
    printf(
        "complete after %.2f s; writer %.2f s of the processor, of which retrieval %.2f s: %llu files (%llu parsed)\n",
        (double)(clock_now_us() - bench->start_us) / 1e6, (double)bench->writer_us / 1e6,
        (double)bench->retrieval_us / 1e6, (unsigned long long)progress->files,
        (unsigned long long)progress->files_parsed);
    indexer_close(bench->indexer);
}

static void load(struct bench *bench, const char *store) {
    struct err err;
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct index_sink sink = index_sink_none();
    sink.self = bench;
    sink.put = put;
    sink.commit = commit;
    sink.searchable = searchable;
    sink.restore = restore;
    sink.keep = keep;
    struct indexer_options options = {.root = bench->folder,
                                      .store_path = store,
                                      .words_above = WORDS_ABOVE,
                                      .keep_at_once = true,
                                      .sink = sink,
                                      .on_ready = ready,
                                      .context = bench};
    bench->start_us = clock_now_us();
    if (indexer_open(&bench->indexer, &loop, &options, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}

static uint32_t draw(struct bench *bench, size_t below) {
    bench->seed = bench->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((bench->seed >> 33) % below);
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

// The next name behind `from` that is called and is said nowhere else in the text; empty if there is none near.
static struct slice next_call(struct slice text, size_t from) {
    size_t end = from + CALL_REACH < text.length ? from + CALL_REACH : text.length;
    for (size_t at = from; at < end; at++) {
        size_t start = at;
        while (at < end && is_word(text.data[at])) {
            at++;
        }
        struct slice name = slice_sub(text, start, at);
        bool is_whole = start > 0 && !is_word(text.data[start - 1]);
        if (is_whole && at < end && text.data[at] == '(' && name.length >= NAME_LEAST &&
            slice_find(text, name, 0) == start && slice_find(text, name, at) >= text.length) {
            return name;
        }
    }
    return slice_of(text.data, 0);
}

// Is it shown by a signature or a definition?
static bool is_shown(const struct context *context, struct slice name) {
    for (uint32_t i = 0; i < context->count; i++) {
        const struct context_item *item = &context->items[i];
        bool is_symbol = item->source == CONTEXT_SIGNATURE || item->source == CONTEXT_DEFINITION;
        if (is_symbol && slice_find(item->text, name, 0) < item->text.length) {
            return true;
        }
    }
    return false;
}

static void digest(struct bench *bench, const struct context *context) {
    for (uint32_t i = 0; i < context->count; i++) {
        const struct context_item *item = &context->items[i];
        uint64_t parts[] = {bench->digest, hash_bytes(item->path, strlen(item->path)), item->start_line,
                            hash_bytes(item->text.data, item->text.length)};
        bench->digest = hash_bytes(parts, sizeof parts);
    }
}

static double time_once(struct bench *bench, const struct retrieval_query *query, struct context *context) {
    context_free(context);
    context_init(context);
    uint64_t start = clock_thread_us();
    retriever_query(bench->retriever, query, context);
    return (double)(clock_thread_us() - start) / 1000.0;
}

static double time_again(struct bench *bench, const struct retrieval_query *query, struct context *context) {
    double least = time_once(bench, query, context);
    for (int time = 1; time < TIMES; time++) {
        double ms = time_once(bench, query, context);
        least = ms < least ? ms : least;
    }
    return least;
}

// What stands before the cursor is typed, a byte at a time.
static void time_keystrokes(struct bench *bench, struct retrieval_query query, struct str *text) {
    struct context context;
    size_t typed = query.cursor < KEYSTROKES ? query.cursor : KEYSTROKES, start = query.cursor - typed;
    char *bytes = mem_copy_bytes(text->data + start, typed);
    context_init(&context);
    str_splice(text, start, query.cursor, NULL, 0);
    query.surroundings = bench->surroundings;
    for (size_t i = 0; i < typed; i++) {
        str_splice(text, start + i, start + i, bytes + i, 1);
        query.text = str_slice(text);
        query.cursor = start + i + 1;
        double ms = time_once(bench, &query, &context);
        if (i > 0) { // before the first, another document was read
            vec_push(&bench->times[KEYSTROKE], ms);
        }
    }
    context_free(&context);
    free(bytes);
}

// At the end of a word in a random line, or instead of the next name.
static void ask(struct bench *bench, const char *path, struct str *text, struct context *context) {
    size_t cursor = draw(bench, text->length + 1);
    struct slice name = next_call(str_slice(text), cursor);
    char *cut = mem_copy_bytes(name.data, name.length);
    while (cursor < text->length && text->data[cursor] != ' ' && text->data[cursor] != '(') {
        cursor++;
    }
    if (name.length) {
        cursor = (size_t)(name.data - text->data);
        str_splice(text, cursor, cursor + name.length, NULL, 0);
    }
    struct retrieval_query query = {.path = path,
                                    .language = language_id(language_of_path(path)),
                                    .text = str_slice(text),
                                    .cursor = cursor};
    vec_push(&bench->times[FIRST], time_once(bench, &query, context));
    vec_push(&bench->times[QUERY], time_again(bench, &query, context));
    vec_push(&bench->times[DEFINITIONS], context->definitions_ms);
    vec_push(&bench->times[LEXICAL], context->lexical_ms);
    vec_push(&bench->times[SIGNATURES], context->signatures_ms);
    vec_push(&bench->times[VECTORS], context->vectors_ms);
    digest(bench, context);
    bench->named += name.length > 0;
    bench->found += name.length > 0 && is_shown(context, slice_of(cut, name.length));
    free(cut);
    time_keystrokes(bench, query, text);
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void print_times(const char *what, double *ms, size_t count) {
    if (count == 0) {
        return;
    }
    qsort(ms, count, sizeof *ms, compare);
    printf("%-12s p50 %6.2f  p95 %6.2f  p99 %6.2f  max %6.2f ms\n", what, ms[count / 2], ms[count * 95 / 100],
           ms[count * 99 / 100], ms[count - 1]);
}

static int compare_paths(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

// Whatever the order in which the files were read, the places are the same.
static void ask_all(struct bench *bench, size_t queries) {
    if (bench->paths.count) {
        qsort(bench->paths.items, bench->paths.count, sizeof *bench->paths.items, compare_paths);
    }
    while (bench->times[QUERY].count < queries && bench->paths.count) {
        const char *path = bench->paths.items[draw(bench, bench->paths.count)];
        char *full = fs_join(bench->folder, path);
        struct str text;
        struct context context;
        str_init(&text);
        context_init(&context);
        if (fs_read(full, FILE_LIMIT, &text, NULL) == 0) {
            ask(bench, path, &text, &context);
        }
        context_free(&context);
        str_free(&text);
        free(full);
    }
    for (int i = 0; i < PARTS; i++) {
        print_times(names_of_times[i], bench->times[i].items, bench->times[i].count);
        vec_free(&bench->times[i]);
    }
    printf("of %u names called next and said nowhere else in their file, %.1f %% are among the signatures\n",
           bench->named, 100.0 * bench->found / (bench->named ? bench->named : 1));
    printf("digest %016llx\n", (unsigned long long)bench->digest);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: retrieval_speed FOLDER STORE [QUERIES]\n");
        return 2;
    }
    mem_set_up(); // as hunch does
    char *cache = fs_cache_folder();
    spill_folder(cache);
    free(cache);
    struct bench bench = {.folder = argv[1],
                          .retriever = retriever_new(argv[1]),
                          .surroundings = surroundings_new(),
                          .seed = 1};
    bench.sink = retriever_sink(bench.retriever);
    load(&bench, argv[2]);
    struct retriever_statistics all;
    struct spill_statistics memory;
    retriever_statistics(bench.retriever, &all);
    spill_statistics(&memory);
    printf("%llu chunks, %llu symbols in %u segments; %.0f bytes a chunk, %.0f more of which are records'\n",
           (unsigned long long)all.chunks, (unsigned long long)all.symbols, all.segments,
           (double)all.bytes / (double)(all.chunks ? all.chunks : 1),
           (double)(memory.ordinary + memory.in_files - all.bytes) / (double)(all.chunks ? all.chunks : 1));
    ask_all(&bench, argc > 3 ? strtoul(argv[3], NULL, 10) : QUERIES);
    for (size_t i = 0; i < bench.paths.count; i++) {
        free(bench.paths.items[i]);
    }
    vec_free(&bench.paths);
    surroundings_free(bench.surroundings);
    retriever_free(bench.retriever);
    return 0;
}
