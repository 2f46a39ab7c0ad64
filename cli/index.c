// index.c - `hunch index [DIR]`: brings the stored index of a repository up to date, with a progress bar.
//
// The exit status is 1 if the index could not be kept, too: then the next start has to do it all again. Why stands on
// stderr, once.
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>

struct index_run {
    uv_loop_t loop;
    struct indexer *indexer;
    bool json;
    struct index_progress progress;
};

static void on_progress(void *context, const struct index_progress *progress) {
    (void)context;
    terminal_progress(progress);
}

static void on_ready(void *context, const struct index_progress *progress) {
    struct index_run *run = context;
    run->progress = *progress;
    uv_stop(&run->loop);
}

// What is the matter with the store is said at the end of the table.
static void on_warning(void *context, const char *message) {
    const struct index_run *run = context;
    if (!run->json && indexer_warns_of_store(run->indexer, message)) {
        return;
    }
    terminal_progress_end();
    log_warning("%s", message);
}

// The reasons of a table's last rows, the most frequent first.
static void print_skipped(const struct skip_counts *skipped) {
    struct skip_counts left = *skipped;
    for (;;) {
        int most = 0;
        for (int i = 1; i < SKIP_COUNT; i++) {
            most = left.of[i] > left.of[most] ? i : most;
        }
        if (left.of[most] == 0) {
            return;
        }
        printf("  skipped  %10" PRIu64 "  %s\n", left.of[most], skip_words((enum skip)most));
        left.of[most] = 0;
    }
}

static void print_read(const struct index_progress *progress, double ms) {
    if (progress->files_parsed) {
        double megabytes = (double)progress->bytes_parsed / 1e6;
        printf("  read     %10" PRIu64 "  new or changed, %.1f MB", progress->files_parsed, megabytes);
        if (megabytes >= 1) { // of less the speed says nothing
            printf(" (%.1f MB/s)", megabytes / (ms / 1000));
        }
        puts("");
    } else {
        puts("  read              0  nothing is new or changed");
    }
    if (progress->files_failed) {
        printf("  failed   %10" PRIu64 "  could not be read\n", progress->files_failed);
    }
}

static void print_store(const struct indexer *indexer) {
    const char *trouble;
    indexer_store_trouble(indexer, &trouble);
    if (trouble) {
        fflush(stdout);
        log_error("not stored: %s", trouble);
    } else {
        fputs("stored in ", stdout);
        terminal_write_name(stdout, STYLE_PLAIN, indexer_store_path(indexer));
        putchar('\n');
    }
}

static void print_text(const struct index_run *run, const char *root, double ms) {
    const struct index_progress *progress = &run->progress;
    terminal_write_name(stdout, STYLE_PLAIN, root);
    printf(": indexed in %.2f s\n", ms / 1000);
    const struct {
        const char *what;
        uint64_t count;
    } rows[] = {{"files", progress->files},
                {"lines", progress->lines},
                {"chunks", progress->chunks},
                {"symbols", progress->symbols}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        printf("  %-8s %10" PRIu64 "\n", rows[i].what, rows[i].count);
    }
    print_read(progress, ms);
    print_skipped(&progress->skipped);
    puts("  (whether a file is in, and why: hunch index --explain PATH...)");
    print_store(run->indexer);
}

// Reason -> how many files and folders; what is left out as a rule (caches of tools, say) counts too.
static void set_skipped(struct json *object, const struct skip_counts *skipped) {
    struct json *reasons = json_set(object, "skipped", json_object());
    for (int i = 0; i < SKIP_COUNT; i++) {
        if (skipped->of[i]) {
            json_set_number(reasons, skip_key((enum skip)i), (double)skipped->of[i]);
        }
    }
}

static void print_json(const struct index_run *run, const char *root, double ms) {
    const struct index_progress *progress = &run->progress;
    struct json *object = json_object();
    json_set_string(object, "root", root);
    json_set_number(object, "files", (double)progress->files);
    json_set_number(object, "parsed", (double)progress->files_parsed);
    json_set_number(object, "failed", (double)progress->files_failed);
    json_set_number(object, "bytesParsed", (double)progress->bytes_parsed);
    json_set_number(object, "lines", (double)progress->lines);
    json_set_number(object, "chunks", (double)progress->chunks);
    json_set_number(object, "symbols", (double)progress->symbols);
    set_skipped(object, &progress->skipped);
    json_set_number(object, "ms", ms);
    const char *trouble;
    indexer_store_trouble(run->indexer, &trouble);
    json_set_string(object, "store", indexer_store_path(run->indexer));
    json_set_string(object, "message", trouble ? trouble : "");
    terminal_print_json_line(object);
}

// To store it is what the command is for; but of very many very small files it is better not kept.
static int store_failed(const struct index_run *run) {
    const char *trouble;
    int code = indexer_store_trouble(run->indexer, &trouble);
    return code == ERR_TOO_LARGE ? 0 : code;
}

static int run_index(const char *folder, bool json) {
    struct err err = {0};
    char *root = NULL;
    if (admit_folder(folder, &root, &err) != 0) {
        return options_refuse_folder(&err, "hunch index ~/src/project");
    }
    struct config *config = app_load_config(NULL, NULL);
    struct index_run run = {.json = json};
    uv_loop_init(&run.loop);
    struct indexer_options options = {
        .root = root,
        .cache_cap = (int64_t)config->cache_mb * 1024 * 1024,
        .threads = config->index_threads,
        .sink = index_sink_none(), // the store alone is wanted here
        .counts_suffice = true,
        .on_progress = on_progress,
        .on_ready = on_ready,
        .on_warning = on_warning,
        .context = &run,
    };
    uint64_t start = clock_now_us();
    int code = indexer_open(&run.indexer, &run.loop, &options, &err);
    if (code) {
        log_error("%s", err.message);
    } else {
        uv_run(&run.loop, UV_RUN_DEFAULT);
        terminal_progress_end();
        (json ? print_json : print_text)(&run, root, clock_ms_since(start));
        code = store_failed(&run);
        indexer_close(run.indexer);
        uv_run(&run.loop, UV_RUN_DEFAULT);
    }
    uv_loop_close(&run.loop);
    config_free(config);
    free(root);
    return code ? 1 : 0;
}

static bool has_option(int argc, char **argv, const char *option) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], option) == 0) {
            return true;
        }
    }
    return false;
}

int command_index(int argc, char **argv) {
    const char *usage = "hunch index [DIR | --gc [--dry-run] | --explain PATH...] [--json]";
    if (has_option(argc, argv, "--gc")) {
        return command_collect(argc, argv);
    }
    if (has_option(argc, argv, "--dry-run")) {
        return options_refuse(
            usage, "--dry-run is of --gc alone: hunch index --gc --dry-run tells which stored indexes would "
                   "go; whether a file would be indexed, and why, tells hunch index --explain PATH");
    }
    struct options options;
    if (!options_parse(argc, argv, usage, "explain", &options)) {
        return OPTIONS_REFUSED;
    }
    return options.extra ? explain_command(options.paths, options.path_count, options.json)
                         : run_index(options.path_count ? options.folder : NULL, options.json);
}
