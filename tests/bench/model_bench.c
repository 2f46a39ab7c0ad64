// model_bench.c - the built-in model's answers to a file of completion tasks.
//
//     model_bench [--without-hints] [--opened] ROOT TASKS.jsonl OUT.jsonl [EVIDENCE]
//     model_bench [--without-hints] --typing ROOT TASKS.jsonl OUT.jsonl [KEYS]
//     model_bench [--without-hints] --neighbours ROOT TASKS.jsonl OUT.jsonl
//
// Learns every source file below ROOT with all targets of the task file cut
// out, then predicts each task from its document without its own target, told
// what retrieval finds in the same files, as a server tells it. OUT gets rows
// {"id","ms","completion","confidence","shown","replaced",...}: the answer, what an editor shows of it, and in place of how many
// bytes right of the cursor. EVIDENCE is what fit_model.py fits the word ranking from. Figures of speed go to stderr.
//
// --opened: each task's document is opened before, so that the model has read it when it is asked, as in an editor.
// --typing: each task's line is typed key by key up to the target and on through it, in a document that stays open, and the
// model is asked at every key as a server would ask it. OUT has the answer at the task's own place, given so, KEYS that at every
// key, with where in the line it is and what of the line was to come there (score_typing.py).
// --neighbours: so are the lines below it, one after the other, each in place of itself.
#include "backends/repository_beam.h"
#include "backends/repository_predict.h"
#include "backends/repository_rank.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "cli/hinting.h"
#include "completion/postprocess.h"
#include "indexer/source.h"

#include "tests/unit/indexer/temporary.h"

#include <dirent.h>
#include <stdio.h>

struct task {
    const struct json *json;
    const char *file, *target;
    size_t offset; // in characters
};

static struct {
    struct json **trees;
    size_t tree_count;
    struct task *items;
    size_t count;
} tasks;

static const char *const EXTENSIONS[] = {".c",   ".h",  ".cc",  ".cpp", ".cxx", ".hpp", ".py",   ".go",
                                         ".rs",  ".ts", ".tsx", ".js",  ".jsx", ".mjs", ".java", ".kt",
                                         ".lua", ".rb", ".php", ".cs",  ".sh",  ".pyi", ".swift"};
static const char *const SKIPPED[] = {".git", "node_modules", "dist", "target", "build"};

static bool is_listed(const char *const *list, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++) {
        if (text && strcmp(list[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static size_t byte_offset(struct slice text, size_t characters) {
    size_t at = 0;
    for (; at < text.length; at++) {
        if (((unsigned char)text.data[at] & 0xC0) != 0x80 && characters-- == 0) {
            break;
        }
    }
    return at;
}

// Every target in this file becomes as many line ends as it had.
static void cut_targets(const char *path, struct str *text) {
    for (size_t i = tasks.count; i-- > 0;) {
        if (strcmp(tasks.items[i].file, path) != 0) {
            continue;
        }
        size_t start = byte_offset(str_slice(text), tasks.items[i].offset);
        size_t length = strlen(tasks.items[i].target), lines = 0;
        for (size_t k = 0; k < length; k++) {
            lines += tasks.items[i].target[k] == '\n';
        }
        static const char ends[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
        str_splice(text, start, start + length, ends, lines < sizeof ends ? lines : sizeof ends - 1);
    }
}

static uint64_t learned_bytes;

static struct hinting *hinting;
static bool without_hints, typing;
static struct warm *ahead;                    // NULL: no document is read ahead
static FILE *keys;                            // NULL: nobody wants them
static size_t neighbours;                     // how many lines below a task's own are typed, too
static VEC(double) line_ms, key_ms, first_ms; // of the processor, per request

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_times(const char *what, double *items, size_t count) {
    if (count > 0) {
        qsort(items, count, sizeof *items, by_size);
        fprintf(stderr, "%s: %zu, ms of the processor: p50 %.3f, p90 %.3f, p99 %.3f\n", what, count,
                items[count / 2], items[count * 9 / 10], items[count * 99 / 100]);
    }
}

// The corpus reads from a folder of copies, which have the targets cut out.
static void learn_file(struct corpus *corpus, const char *copies, const char *path, const char *full) {
    struct str text;
    str_init(&text);
    if (fs_read(full, 1 << 20, &text, NULL) == 0 && text.length > 0) {
        cut_targets(path, &text);
        temporary_write_bytes(copies, path, str_slice(&text));
        struct record *record = record_new(path);
        record->size = (int64_t)text.length;
        record->hash = hash_bytes(text.data, text.length);
        record->taint = source_taint(path, str_slice(&text));
        hinting_put(hinting, record, str_slice(&text));
        corpus_put(corpus, record);
        record_release(record);
        learned_bytes += text.length;
    }
    str_free(&text);
}

static void learn_folder(struct corpus *corpus, const char *copies, const char *root, const char *below) {
    char *folder = below[0] ? fs_join(root, below) : mem_copy_string(root);
    DIR *dir = opendir(folder);
    for (struct dirent *item = dir ? readdir(dir) : NULL; item; item = readdir(dir)) {
        const char *dot = strrchr(item->d_name, '.');
        char *path = below[0] ? fs_join(below, item->d_name) : mem_copy_string(item->d_name);
        char *full = fs_join(root, path);
        if (item->d_type == DT_DIR && item->d_name[0] != '.' &&
            !is_listed(SKIPPED, sizeof SKIPPED / sizeof *SKIPPED, item->d_name)) {
            learn_folder(corpus, copies, root, path);
        } else if (item->d_type == DT_REG &&
                   is_listed(EXTENSIONS, sizeof EXTENSIONS / sizeof *EXTENSIONS, dot)) {
            learn_file(corpus, copies, path, full);
        }
        free(path);
        free(full);
    }
    if (dir) {
        closedir(dir);
    }
    free(folder);
}

static int by_offset(const void *a, const void *b) {
    const struct task *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool read_tasks(const char *path) {
    struct str text;
    str_init(&text);
    struct err err;
    if (fs_read(path, 64 << 20, &text, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    for (size_t at = 0; at < text.length;) {
        size_t end = slice_find(str_slice(&text), SLICE_LITERAL("\n"), at);
        end = end == (size_t)-1 ? text.length : end;
        struct json *json = json_parse(slice_sub(str_slice(&text), at, end), NULL);
        if (json) {
            tasks.items = mem_resize(tasks.items, tasks.count + 1, sizeof *tasks.items);
            tasks.items[tasks.count++] =
                (struct task){json, json_get_string(json, "file", ""), json_get_string(json, "target", ""),
                              (size_t)json_get_integer(json, "offset", 0)};
        }
        at = end + 1;
    }
    qsort(tasks.items, tasks.count, sizeof *tasks.items, by_offset);
    str_free(&text);
    return true;
}

static struct json *row_of(const struct task *task, const struct predictions *found, double ms) {
    struct json *row = json_object();
    json_set_string(row, "id", json_get_string(task->json, "id", ""));
    json_set_number(row, "ms", ms);
    json_set_slice(row, "completion", found->count ? str_slice(&found->items[0].text) : slice_of("", 0));
    json_set_number(row, "confidence", found->count ? found->items[0].confidence : 0);
    json_set_number(row, "head", found->count ? (double)found->items[0].head : 0);
    json_set_number(row, "headConfidence", found->count ? found->items[0].head_confidence : 0);
    return row;
}

// As a server shows it, which nobody asked by hand.
static void add_shown(struct json *row, const struct predict_request *request,
                      const struct prediction *best) {
    static const double least = 0.08,
                        cut = 0.15; // as MINIMUM_CONFIDENCE and CUT_CONFIDENCE in backends/repository.c
    struct slice whole = str_slice(&best->text), head = slice_sub(whole, 0, best->head);
    struct postprocess_result result = {.shown = slice_of("", 0)};
    struct arena arena;
    struct str text;
    arena_init(&arena);
    str_init(&text);
    str_append_slice(&text, request->prefix);
    str_append_slice(&text, request->suffix);
    struct postprocess_query query = {str_slice(&text), request->prefix.length, 1};
    bool is_cut = best->confidence < cut && head.length > 0 && best->head_confidence >= least &&
                  postprocess(&query, head, &arena, &result) == OUTCOME_SHOWN;
    bool is_shown =
        is_cut || (best->confidence >= least && postprocess(&query, whole, &arena, &result) == OUTCOME_SHOWN);
    json_set_slice(row, "shown", is_shown ? result.shown : slice_of("", 0));
    json_set_number(row, "replaced", is_shown ? (double)(result.replace_end - request->prefix.length) : 0);
    str_free(&text);
    arena_free(&arena);
}

static void print_row(FILE *out, struct json *row) {
    struct str line;
    str_init(&line);
    json_print(row, &line);
    fprintf(out, "%s\n", line.data);
    str_free(&line);
    json_free(row);
}

static const struct counts_answer *sorted_answer;

static int by_probability(const void *a, const void *b) {
    const struct counted *words = sorted_answer->words;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    double lead = words[y].probability - words[x].probability;
    return lead > 0 ? 1 : lead < 0 ? -1 : (words[x].id > words[y].id) - (words[x].id < words[y].id);
}

// One event for each word of the target, as 32-bit floats: the index of the right word or -1, how many words,
// the unseen word's features; then the features of each of the likeliest words, the right one among them if it is
// known.
static void print_event(FILE *out, struct rank *rank, const struct counts_answer *answer,
                        const uint32_t *context, size_t length, uint32_t id) {
    enum { SHOWN = 64 };
    uint32_t right = 0, shown = answer->count < SHOWN ? answer->count : SHOWN;
    sorted_answer = answer; // as a request needs it, only COUNTS_SORTED of them are sorted
    qsort(answer->likeliest, answer->count, sizeof *answer->likeliest, by_probability);
    while (right < answer->count && answer->words[answer->likeliest[right]].id != id) {
        right++;
    }
    if (right >= SHOWN && right < answer->count) {
        answer->likeliest[SHOWN - 1] = answer->likeliest[right];
        right = SHOWN - 1;
    }
    double unseen[RANK_UNSEEN];
    rank_unseen_features(answer, unseen);
    float row[2 + RANK_UNSEEN] = {right < shown ? (float)right : -1, (float)shown};
    for (int i = 0; i < RANK_UNSEEN; i++) {
        row[2 + i] = (float)unseen[i];
    }
    fwrite(row, sizeof *row, 2 + RANK_UNSEEN, out);
    for (uint32_t k = 0; k < shown; k++) {
        float features[RANK_FEATURES];
        rank_features(rank, context, length, &answer->words[answer->likeliest[k]], features);
        fwrite(features, sizeof *features, RANK_FEATURES, out);
    }
}

static void print_evidence(FILE *out, struct corpus *corpus, const struct predict_request *request,
                           const struct task *task) {
    struct generation *generation = corpus_pin(corpus);
    struct document document;
    document_init(&document, generation->vocabulary, NULL, request->prefix, request->suffix);
    document.hints = request->hints;
    document.hint_count = request->hint_count;
    struct counts *counts = counts_new(generation, &document, request->path);
    struct rank *rank = rank_new(&document, generation, request->path);
    struct token_list list = {0};
    for (uint32_t i = 0; i < document.cursor; i++) {
        vec_push(&list, document.tokens.items[i]);
    }
    struct str rest;
    str_init(&rest);
    str_append_slice(&rest, document.typed);
    str_append_string(&rest, task->target);
    encoder_append(&document.encoder, str_slice(&rest), &list);
    vec_push(&list, token_make(document.ahead_count ? document.ahead[0] : TOKEN_LINE_SAME, 0));
    for (size_t i = 0; i < list.count; i++) {
        list.items[i] = token_id(list.items[i]);
    }
    for (size_t i = document.cursor + (document.typed.length > 0); i < list.count; i++) {
        print_event(out, rank, counts_query(counts, list.items, i), list.items, i, list.items[i]);
    }
    vec_free(&list);
    str_free(&rest);
    rank_free(rank);
    counts_free(counts);
    document_fini(&document);
    corpus_unpin(generation);
}

// One request as a server would make it; the time is what the model alone takes.
static double ask(struct corpus *corpus, struct predict_request *request, const struct task *task,
                  struct predictions *found) {
    struct hinting_place place = {task->file, json_get_string(task->json, "lang", ""), request->prefix,
                                  request->suffix};
    if (!without_hints) {
        request->hints = hinting_ask(hinting, &place, &request->hint_count);
    }
    uint64_t began = clock_thread_us();
    predict(corpus, request, found);
    return (double)(clock_thread_us() - began) / 1000;
}

static size_t line_end(struct slice text, size_t at) {
    size_t end = slice_find(text, SLICE_LITERAL("\n"), at);
    return end == (size_t)-1 ? text.length : end;
}

// From its indentation to `end`, key by key; `found` is what is said at `place`. Returns what that took.
static double type_keys(struct corpus *corpus, struct predict_request *request, const struct task *task,
                        struct slice line, size_t end, const char *place, struct predictions *found) {
    enum { LONGEST = 200 }; // bytes of the line before the target
    size_t at = place && (size_t)(place - line.data) > LONGEST ? (size_t)(place - line.data) - LONGEST : 0;
    const char *text = request->prefix.data;
    double ms = 0;
    bool is_first = true;
    while (at < end && line.data + at != place && (line.data[at] == ' ' || line.data[at] == '\t')) {
        at++; // editors indent by themselves
    }
    for (; at < end || line.data + at == place; at++, is_first = false) {
        struct predictions other = {.count = 0};
        bool is_place = line.data + at == place;
        request->prefix = slice_of(text, (size_t)(line.data - text) + at);
        double took = ask(corpus, request, task, is_place ? found : &other);
        ms = is_place ? took : ms;
        vec_push(&key_ms, took);
        if (keys) {
            struct json *row = row_of(task, is_place ? found : &other, took);
            json_set_number(row, "at", (double)at);
            json_set_slice(row, "rest", slice_sub(line, at, end));
            print_row(keys, row);
        }
        if (is_first) {
            vec_push(&first_ms, took);
        }
        predictions_free(&other);
    }
    return ms;
}

// As a server does when a document is opened: without the line.
static void read_ahead(struct corpus *corpus, const struct predict_request *request, struct slice above) {
    struct str opened;
    str_init(&opened);
    str_append_slice(&opened, above);
    str_append_slice(&opened, request->suffix);
    predict_ahead(corpus, request->warm, request->path, str_slice(&opened));
    str_free(&opened);
}

// The task's line, then those below it.
static double type_lines(struct corpus *corpus, struct predict_request *request, const struct task *task,
                         struct slice text, size_t start, struct predictions *found) {
    size_t at = start, end = start + strlen(task->target);
    while (at > 0 && text.data[at - 1] != '\n') {
        at--;
    }
    request->warm = warm_new();
    read_ahead(corpus, request, slice_sub(text, 0, at));
    double ms =
        type_keys(corpus, request, task, slice_sub(text, at, text.length),
                  (end < line_end(text, start) ? end : line_end(text, start)) - at, text.data + start, found);
    for (size_t i = 0; i < neighbours && line_end(text, end) < text.length; i++) {
        at = line_end(text, end) + 1;
        end = line_end(text, at);
        request->suffix = slice_sub(text, end, text.length);
        type_keys(corpus, request, task, slice_sub(text, at, text.length), end - at, NULL, NULL);
    }
    warm_free(request->warm);
    return ms;
}

static void run_task(struct corpus *corpus, const char *root, const struct task *task, FILE *out,
                     FILE *evidence) {
    char *full = fs_join(root, task->file);
    struct str text;
    str_init(&text);
    struct predictions found = {.count = 0};
    if (fs_read(full, 64 << 20, &text, NULL) == 0) {
        size_t start = byte_offset(str_slice(&text), task->offset);
        struct slice suffix = slice_sub(str_slice(&text), start + strlen(task->target), text.length);
        struct predict_request request = {.path = task->file,
                                          .prefix = slice_sub(str_slice(&text), 0, start),
                                          .suffix = suffix,
                                          .max_lines = 1,
                                          .candidates = 1,
                                          .warm = ahead};
        if (ahead) {
            read_ahead(corpus, &request, request.prefix);
        }
        double ms = typing ? type_lines(corpus, &request, task, str_slice(&text), start, &found)
                           : ask(corpus, &request, task, &found);
        vec_push(&line_ms, ms);
        if (evidence) {
            print_evidence(evidence, corpus, &request, task);
        }
        struct json *row = row_of(task, &found, ms);
        static const struct prediction nothing;
        add_shown(row, &request, found.count ? &found.items[0] : &nothing);
        print_row(out, row);
    }
    predictions_free(&found);
    str_free(&text);
    free(full);
}

// Milliseconds of the processor, and of the clock.
static double learn_all(struct corpus *corpus, double *wall) {
    struct timespec before, after;
    hinting_commit(hinting, true);
    uint64_t began = clock_now_us();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    corpus_commit(corpus, true);
    corpus_settle(corpus);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    *wall = clock_ms_since(began);
    return (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
}

// An option, if it comes next.
static bool takes(int *argc, char ***argv, const char *option) {
    bool is_next = *argc > 1 && strcmp((*argv)[1], option) == 0;
    *argc -= is_next;
    *argv += is_next;
    return is_next;
}

int main(int argc, char **argv) {
    without_hints = takes(&argc, &argv, "--without-hints");
    ahead = takes(&argc, &argv, "--opened") ? warm_new() : NULL;
    neighbours = takes(&argc, &argv, "--neighbours") ? 5 : 0;
    typing = takes(&argc, &argv, "--typing") || neighbours > 0;
    if (argc < 4 || (argc > 4 && neighbours > 0) || !read_tasks(argv[2])) {
        fprintf(stderr,
                "usage: model_bench [--without-hints] [--opened] ROOT TASKS.jsonl OUT.jsonl [EVIDENCE]\n"
                "       model_bench [--without-hints] --typing ROOT TASKS.jsonl OUT.jsonl [KEYS]\n"
                "       model_bench [--without-hints] --neighbours ROOT TASKS.jsonl OUT.jsonl\n");
        return 2;
    }
    char *copies = temporary_make();
    struct corpus_options options = {.root = copies};
    struct corpus *corpus = corpus_new(&options);
    hinting = hinting_new(copies);
    learn_folder(corpus, copies, argv[1], "");
    double wall, processor = learn_all(corpus, &wall);
    struct corpus_statistics figures;
    corpus_statistics(corpus, &figures);
    fprintf(
        stderr,
        "%s: %lu files, %lu tokens, %lu words, %.1f MB; %.1f MB learned in %.0f ms, %.0f of the processor\n",
        argv[1], figures.files, figures.tokens, figures.vocabulary, (double)figures.bytes / 1e6,
        (double)learned_bytes / 1e6, wall, processor);
    FILE *out = fopen(argv[3], "w");
    FILE *evidence = argc > 4 && !typing ? fopen(argv[4], "w") : NULL;
    keys = argc > 4 && typing ? fopen(argv[4], "w") : NULL;
    for (size_t i = 0; out && i < tasks.count; i++) {
        run_task(corpus, argv[1], &tasks.items[i], out, evidence);
    }
    print_times("lines", line_ms.items, line_ms.count);
    print_times("keys", key_ms.items, key_ms.count);
    print_times("first keys of a line", first_ms.items, first_ms.count);
    if (out) {
        fclose(out);
    }
    if (evidence) {
        fclose(evidence);
    }
    if (keys) {
        fclose(keys);
    }
    warm_free(ahead);
    corpus_free(corpus);
    hinting_free(hinting);
    vec_free(&line_ms);
    vec_free(&key_ms);
    vec_free(&first_ms);
    temporary_remove(copies);
    free(copies);
    for (size_t i = 0; i < tasks.count; i++) {
        json_free((struct json *)(uintptr_t)tasks.items[i].json);
    }
    free(tasks.items);
    return out ? 0 : 1;
}
