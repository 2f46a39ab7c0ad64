// search.c - `hunch search "WORDS OR CODE" [FOLDER]`: what answers best, with the lines that say it.
//
// The stored index is brought up to date first, which takes a moment for what
// has not changed and shows a progress bar for what has; then the retriever
// ranks. No server is asked: there need not be one, and its index and ours are
// the same. Exit status as grep's: 0 something was found, 1 nothing was, 2 it
// could not be asked.
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uri.h"
#include "base/worker.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "retrieval/retriever.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

enum { LIMIT = 10, LINES = 4 };
enum { FOLD = 2, PLACES = 3 }; // so many times the limit are looked at; places named of what is folded
enum { OPERANDS = 3 };         // the words, the folder, and one too many
static const char USAGE[] = "hunch search \"WORDS OR CODE\" [FOLDER] [--json] [--limit N] [--lines N]";

struct search_options {
    const char *text;
    const char *folder; // NULL: the whole repository of the current folder
    bool json;
    size_t limit;
    uint32_t lines;
};

struct search_run {
    const struct search_options *options;
    uv_loop_t loop;
    struct indexer *indexer;
    struct retriever *retriever;
    struct embedding *embedding;
    struct search_results results;
    struct err told; // the last warning
    bool embeds;     // some chunks had no vectors
    char *root;
    char *below; // the folder asked for, below the root
    char *here;  // the current folder; NULL: there is none any more
    char *shown; // what stands before paths below the root, so that they lead there from the current folder
    double ms;   // of the search itself
};

// --- output ---

static void print_marked(const struct excerpt_line *line) {
    size_t at = 0;
    for (uint32_t i = 0; i < line->mark_count; i++) {
        terminal_write(stdout, STYLE_PLAIN, slice_sub(line->text, at, line->marks[i].start));
        terminal_write(stdout, STYLE_BOLD, slice_sub(line->text, line->marks[i].start, line->marks[i].end));
        at = line->marks[i].end;
    }
    terminal_write(stdout, STYLE_PLAIN, slice_sub(line->text, at, line->text.length));
    putchar('\n');
}

static void print_place(const struct search_run *run, const struct search_result *result) {
    char line[16];
    int length = snprintf(line, sizeof line, ":%u", result->line + 1);
    terminal_write_name(stdout, STYLE_GREEN, run->shown);
    terminal_write_name(stdout, STYLE_GREEN, result->path);
    terminal_write(stdout, STYLE_GREEN, slice_of(line, (size_t)length));
}

// One line: what editors and grep's readers take for a place.
static void print_short(const struct search_run *run, const struct search_result *result) {
    print_place(run, result);
    fputs(": ", stdout);
    if (result->signature[0] || result->line_count == 0) {
        terminal_write_name(stdout, STYLE_PLAIN, result->signature[0] ? result->signature : result->name);
    } else {
        terminal_write(stdout, STYLE_PLAIN, slice_trim(result->lines[0].text));
    }
    putchar('\n');
}

static void print_result(const struct search_run *run, const struct search_result *result) {
    print_place(run, result);
    fputs("  ", stdout);
    if (result->scope[0]) {
        terminal_write_name(stdout, STYLE_DIM, result->scope);
        terminal_write(stdout, STYLE_DIM, SLICE_LITERAL(" > "));
    }
    terminal_write_name(stdout, STYLE_BOLD, result->name);
    fputs(result->name[0] ? "  " : "", stdout);
    terminal_write(stdout, STYLE_DIM, slice_of_string(result->kind));
    putchar('\n');
    for (uint32_t i = 0; i < result->line_count; i++) {
        char number[24];
        int length = snprintf(number, sizeof number, "%6u | ", result->lines[i].number + 1);
        terminal_write(stdout, STYLE_DIM, slice_of(number, (size_t)length));
        print_marked(&result->lines[i]);
    }
}

// What was searched, and what else may help.
static void print_nothing(const struct search_run *run) {
    fputs("hunch: nothing in ", stderr);
    terminal_write_name(stderr, STYLE_PLAIN, run->root);
    fputs(run->below[0] ? "/" : "", stderr);
    terminal_write_name(stderr, STYLE_PLAIN, run->below);
    fputs(" answers that: no file says any of it, nor a word like it; try other words for it", stderr);
    fputs(run->below[0] ? ", or the whole repository" : "", stderr);
    fputs("; \"hunch index --explain FILE\" tells whether a file is searched\n", stderr);
}

static bool is_folding(const struct search_options *options) {
    return options->lines > 0 && !options->json;
}

// Overloads, and a function's copies for other systems: one shows what they do. Who asks for the name wants all.
static bool is_like(const struct search_run *run, const struct search_result *a,
                    const struct search_result *b) {
    struct slice name = slice_of_string(a->name), text = slice_of_string(run->options->text);
    return is_folding(run->options) && name.length && strcmp(a->name, b->name) == 0 &&
           strcmp(a->scope, b->scope) == 0 && slice_find_word(text, name, 0) == (size_t)-1;
}

static bool is_folded(const struct search_run *run, const struct search_results *results, size_t at) {
    for (size_t i = 0; i < at; i++) {
        if (is_like(run, &results->items[i], &results->items[at])) {
            return true;
        }
    }
    return false;
}

static void print_folded(const struct search_run *run, const struct search_results *results, size_t at) {
    size_t count = 0, named = 0;
    for (size_t i = at + 1; i < results->count; i++) {
        count += is_like(run, &results->items[at], &results->items[i]);
    }
    if (count) {
        printf("         and %zu more like it:", count);
    }
    for (size_t i = at + 1; i < results->count && named < PLACES; i++) {
        if (is_like(run, &results->items[at], &results->items[i])) {
            putchar(' ');
            print_place(run, &results->items[i]);
            named++;
        }
    }
    fputs(count > named ? " ...\n" : count ? "\n" : "", stdout);
}

static void print_text(const struct search_run *run, const struct search_results *results) {
    size_t shown = 0;
    for (size_t i = 0; i < results->count && shown < run->options->limit; i++) {
        if (run->options->lines == 0) {
            print_short(run, &results->items[i]);
            shown++;
        } else if (!is_folded(run, results, i)) {
            fputs(shown ? "\n" : "", stdout);
            print_result(run, &results->items[i]);
            print_folded(run, results, i);
            shown++;
        }
    }
    if (results->count == 0) {
        print_nothing(run);
    }
}

static struct json *lines_json(const struct search_run *run, const struct search_result *result) {
    struct json *lines = json_array();
    for (uint32_t i = 0; i < result->line_count && run->options->lines; i++) {
        const struct excerpt_line *line = &result->lines[i];
        struct json *object = json_push(lines, json_object());
        json_set_number(object, "line", line->number + 1);
        json_set_slice(object, "text", line->text);
        struct json *matches = json_set(object, "matches", json_array());
        for (uint32_t m = 0; m < line->mark_count; m++) {
            struct json *match = json_push(matches, json_array());
            json_push(match, json_new_number(line->marks[m].start));
            json_push(match, json_new_number(line->marks[m].end));
        }
    }
    return lines;
}

static struct json *result_json(const struct search_run *run, const struct search_result *result) {
    struct json *object = json_object();
    json_set_string(object, "path", result->path);
    json_set_number(object, "line", result->line + 1);
    json_set_number(object, "startLine", result->start_line + 1);
    json_set_number(object, "endLine", result->end_line + 1);
    json_set_string(object, "name", result->name);
    json_set_string(object, "kind", result->kind);
    json_set_string(object, "scope", result->scope);
    json_set_string(object, "signature", result->signature);
    json_set_string(object, "doc", result->doc);
    json_set_string(object, "language", result->language);
    json_set_number(object, "score", result->score);
    json_set(object, "lines", lines_json(run, result));
    return object;
}

static void print_json(const struct search_run *run, const struct search_results *results) {
    struct json *object = json_object();
    json_set_string(object, "root", run->root);
    json_set_string(object, "query", run->options->text);
    json_set_number(object, "ms", run->ms);
    json_set_string(object, "note", results->note);
    struct json *list = json_set(object, "results", json_array());
    for (size_t i = 0; i < results->count; i++) {
        json_push(list, result_json(run, &results->items[i]));
    }
    terminal_print_json(object);
}

// --- the index ---

static void on_progress(void *context, const struct index_progress *progress) {
    (void)context;
    terminal_progress(progress);
}

static void on_ready(void *context, const struct index_progress *progress) {
    (void)progress;
    uv_stop(&((struct search_run *)context)->loop);
}

static void on_warning(void *context, const char *message) {
    struct search_run *run = context;
    if (strcmp(message, run->told.message) == 0) { // what the vectors' thread met, the question may meet, too
        return;
    }
    err_set(&run->told, 0, "%s", message);
    terminal_progress_end();
    log_warning("%s", message);
}

// To a person who waits: a model may take minutes, the first time.
static void on_embedded(void *context, const struct embedding_progress *progress) {
    struct search_run *run = context;
    run->embeds = run->embeds || !progress->ended;
    if (!run->embeds) {
        return;
    }
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\rvectors of %llu of %llu chunks%s", (unsigned long long)progress->done,
                (unsigned long long)progress->total, progress->ended ? "\n" : "");
    }
    if (progress->ended && progress->tokens) {
        fprintf(stderr, "%llu tokens embedded", (unsigned long long)progress->tokens);
        fprintf(stderr, progress->cost > 0 ? ", cost %.4f\n" : "\n", progress->cost);
    }
}

static int open_index(struct search_run *run, const struct config *config, struct err *err) {
    app_spill_to_cache();
    run->retriever = retriever_new(run->root);
    struct embedding_options embedding = {
        .once = true, .on_progress = on_embedded, .on_warning = on_warning, .context = run};
    if (embedding_open(&run->embedding, &run->loop, config, run->retriever, &embedding, err) != 0) {
        on_warning(run, err->message);
    }
    struct indexer_options options = {
        .root = run->root,
        .cache_cap = (int64_t)config->cache_mb * 1024 * 1024,
        .threads = config->index_threads,
        .sink = retriever_sink(run->retriever),
        .keep_at_once = true,
        .on_progress = on_progress,
        .on_ready = on_ready,
        .on_warning = on_warning,
        .context = run,
    };
    int code = indexer_open(&run->indexer, &run->loop, &options, err);
    if (code == 0) {
        uv_run(&run->loop, UV_RUN_DEFAULT);
        terminal_progress_end();
    }
    return code;
}

// Off the loop, which an embedder behind a server needs meanwhile.
static void find(void *context) {
    struct search_run *run = context;
    struct search_request request = {.text = slice_of_string(run->options->text),
                                     .folder = slice_of_string(run->below),
                                     .here = slice_of_string(run->here ? run->here : ""),
                                     .limit = run->options->limit * (is_folding(run->options) ? FOLD : 1),
                                     .lines = run->options->lines};
    retriever_settle(run->retriever);
    uint64_t start = clock_now_us();
    retriever_search(run->retriever, &request, &run->results);
    run->ms = clock_ms_since(start);
}

static void on_found(void *context, bool ran) {
    (void)ran;
    uv_stop(&((struct search_run *)context)->loop);
}

static int answer(struct search_run *run) {
    struct worker *worker = worker_new(&run->loop, 1);
    worker_submit(worker, find, on_found, run);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    worker_free(worker);
    if (run->results.trouble.code) {
        on_warning(run, run->results.trouble.message);
    }
    if (run->results.note[0] && !run->options->json) {
        fputs("hunch: ", stderr);
        terminal_write_name(stderr, STYLE_PLAIN, run->results.note);
        fputc('\n', stderr);
    }
    (run->options->json ? print_json : print_text)(run, &run->results);
    int status = run->results.count ? 0 : 1;
    search_results_free(&run->results);
    return status;
}

// --- places ---

// What leads from the current folder to the root: "" from the root itself, "../" from a folder in it.
static char *path_to_root(const char *current, const char *root) {
    struct str path;
    str_init(&path);
    const char *down = current ? uri_path_below(current, root) : NULL;
    const char *up = current ? uri_path_below(root, current) : NULL;
    if (current && strcmp(current, root) != 0) {
        for (const char *at = down; at && *at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL) {
            str_append_string(&path, "../");
        }
        if (!down) {
            str_append_string(&path, up ? up : root);
            str_append_char(&path, '/');
        }
    }
    return str_detach(&path);
}

static int locate(struct search_run *run, struct err *err) {
    const char *folder = run->options->folder;
    int code = admit_folder(folder, &run->root, err);
    char *real = code == 0 && folder ? fs_real_path(folder, err) : NULL;
    const char *below = code == 0 && real ? uri_path_below(real, run->root) : NULL;
    run->below = mem_copy_string(below ? below : "");
    run->here = fs_real_path(".", NULL);
    run->shown = run->root ? path_to_root(run->here, run->root) : NULL;
    free(real);
    return code;
}

static int search(const struct search_options *options) {
    struct search_run run = {.options = options};
    struct err err = {0};
    uv_loop_init(&run.loop);
    struct config *config = app_load_config(NULL, NULL);
    int code = locate(&run, &err), status;
    code = code ? code : open_index(&run, config, &err);
    if (code) {
        status = options_refuse_folder(
            &err, "hunch search \"open a socket\" ~/src/project (several words in quotes)");
    } else {
        status = answer(&run);
        indexer_close(run.indexer);
    }
    retriever_free(run.retriever);
    embedding_close(run.embedding);
    uv_run(&run.loop, UV_RUN_DEFAULT);
    uv_loop_close(&run.loop);
    config_free(config);
    free(run.root);
    free(run.below);
    free(run.here);
    free(run.shown);
    return status;
}

// --- arguments ---

static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                      {"limit", required_argument, NULL, 'n'},
                                      {"lines", required_argument, NULL, 'l'},
                                      {0}};

// Of an option with a number.
static int refuse_number(const char *name, long least, long most) {
    return options_refuse(USAGE, "%s is \"%s\": a number from %ld to %ld is wanted", name, optarg, least,
                          most);
}

static int refuse_option(const char *argument) {
    const char *meant = options_meant(known, argument);
    char guess[80] = "; to";
    if (meant) {
        snprintf(guess, sizeof guess, ": did you mean --%s? To", meant);
    }
    return options_refuse(USAGE,
                          "there is no option %s%s search for it, put -- before it: hunch search -- \"%s\"",
                          argument, guess, argument);
}

// 0, or the exit status of what was refused. argument: which the option is in.
static int read_option(int option, const char *argument, struct search_options *options) {
    long number = 0;
    switch (option) {
    case 'j':
        options->json = true;
        return 0;
    case 'n':
        if (!options_number(optarg, 1, SEARCH_MOST, &number)) {
            return refuse_number("--limit", 1, SEARCH_MOST);
        }
        options->limit = (size_t)number;
        return 0;
    case 'l':
        if (!options_number(optarg, 0, EXCERPT_LINES, &number)) {
            return refuse_number("--lines", 0, EXCERPT_LINES);
        }
        options->lines = (uint32_t)number;
        return 0;
    case ':':
        return options_refuse(USAGE, "%s wants a value", argument);
    default:
        return refuse_option(argument);
    }
}

// A word, or two signs: one is everywhere.
static bool has_something(const char *text) {
    int signs = 0;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (slice_is_word_byte(*text) || c > 127) {
            return true;
        }
        signs += c > ' ';
    }
    return signs > 1;
}

// "--- FAIL", "->next" and "-1" are words; what begins as an option does is one.
static bool may_be_option(const char *argument) {
    size_t dashes = strspn(argument, "-");
    char first = argument[dashes];
    bool is_letter = (first | 32) >= 'a' && (first | 32) <= 'z';
    return (dashes == 1 || dashes == 2) && is_letter && !strpbrk(argument, " \t\n");
}

struct operands {
    const char *given[OPERANDS];
    int count;
};

static void take_operand(struct operands *operands, const char *argument) {
    if (operands->count < OPERANDS) {
        operands->given[operands->count++] = argument;
    }
}

// Options may stand anywhere before "--". 0, or the exit status of what was refused.
static int read_arguments(int argc, char **argv, struct search_options *options, struct operands *operands) {
    bool has_ended = false;
    opterr = 0; // what is wrong is told here
    while (optind < argc) {
        const char *argument = argv[optind];
        if (!has_ended && may_be_option(argument)) {
            int status = read_option(getopt_long(argc, argv, "+:n:", known, NULL), argument, options);
            if (status) {
                return status;
            }
            continue;
        }
        bool ends = !has_ended && strcmp(argument, "--") == 0;
        has_ended = has_ended || ends;
        if (!ends) {
            take_operand(operands, argument);
        }
        optind++;
    }
    return 0;
}

int command_search(int argc, char **argv) {
    struct search_options options = {.limit = LIMIT, .lines = LINES};
    struct operands operands = {.count = 0};
    int status = read_arguments(argc, argv, &options, &operands);
    if (status) {
        return status;
    }
    if (operands.count < 1) {
        return options_refuse(USAGE, "no words are given");
    }
    if (operands.count >= OPERANDS) {
        return options_refuse(USAGE, "\"%s\" is one argument too many: quote the words",
                              operands.given[OPERANDS - 1]);
    }
    options.text = operands.given[0];
    options.folder = operands.count > 1 ? operands.given[1] : NULL;
    if (!has_something(options.text)) {
        log_error("there is no word in \"%s\" to search for", options.text);
        return OPTIONS_REFUSED;
    }
    return search(&options);
}
