// status.c - `hunch status [DIR]`: what is stored of a repository's index, without changing any of it.
//
// Works beside a language server that has the same index open, and without one.
// The exit status is 0 if an index is there, complete or not; 1 if nothing is
// stored, or the store is damaged or cannot be read.
#include "base/log.h"
#include "base/mem.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "indexer/store_summary.h"
#include "indexer/store_vectors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct report {
    char *root;
    char *store; // path; NULL without a home
    const char *model;
    struct store_summary summary;
    struct store_vectors_summary vectors;
    bool has_vectors;
    int code;       // of reading it; ERR_NOT_FOUND: nothing is stored
    struct err err; // says more
};

static const char *state_of(const struct report *report) {
    if (report->code) {
        return report->code == ERR_NOT_FOUND || report->code == ERR_UNSUPPORTED ? "none"
               : report->code == ERR_CORRUPT                                    ? "damaged"
                                                                                : "unreadable";
    }
    return report->summary.complete ? "complete" : "incomplete";
}

static void format_time(int64_t seconds, char out[32]) {
    time_t time = (time_t)seconds;
    struct tm parts;
    out[0] = '\0';
    if (seconds && gmtime_r(&time, &parts)) {
        strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
}

static void print_line(const char *name, const char *text) {
    printf("%-8s ", name);
    terminal_write_name(stdout, STYLE_PLAIN, text);
    putchar('\n');
}

static void print_cut_short(const struct store_summary *summary) {
    if (summary->cut_short == 0) {
        return;
    }
    printf("%-8s ", "");
    terminal_write_name(stdout, STYLE_PLAIN, summary->cut_short_path);
    if (summary->cut_short > 1) {
        printf(" and %" PRIu64 " more", summary->cut_short - 1);
    }
    puts(": known by lines alone, for the parse takes too long; not tried again until the file changes");
}

static void print_index(const struct report *report) {
    char updated[32];
    const struct store_summary *summary = &report->summary;
    if (report->code) {
        print_line("index", report->err.message);
        return;
    }
    printf("%-8s %s, %" PRIu64 " file%s, %" PRIu64 " chunk%s, %" PRIu64 " symbol%s\n", "index",
           state_of(report), summary->files, str_plural(summary->files), summary->chunks,
           str_plural(summary->chunks), summary->symbols, str_plural(summary->symbols));
    if (!summary->complete) {
        print_line("", "the repository is being read, or that was cut short: the next start goes on");
    }
    print_cut_short(summary);
    format_time(summary->updated, updated);
    print_line("updated", updated[0] ? updated : "never");
    printf("%-8s %.1f MB\n", "size", (double)summary->bytes / 1e6);
}

static void print_vectors(const struct report *report) {
    if (report->has_vectors && report->vectors.count == 0) {
        print_line("vectors",
                   "none yet: `hunch search` and editors make them (hunch doctor looks at the embedder)");
    } else if (report->has_vectors) {
        printf("%-8s %" PRIu64 " for %" PRIu64 " chunk%s, of ", "vectors", report->vectors.count,
               report->summary.chunks, str_plural(report->summary.chunks));
        terminal_write_name(stdout, STYLE_PLAIN, report->vectors.model);
        putchar('\n');
    }
}

static void print_text(const struct report *report) {
    print_line("folder", report->root);
    print_index(report);
    print_vectors(report);
    print_line("store", report->store ? report->store : "memory alone");
    print_line("model", report->model);
}

static void print_json(const struct report *report) {
    char updated[32];
    const struct store_summary *summary = &report->summary;
    struct json *object = json_object();
    json_set_string(object, "root", report->root);
    json_set_string(object, "index", state_of(report));
    json_set_bool(object, "complete", summary->complete);
    json_set_string(object, "message", report->code ? report->err.message : "");
    json_set_number(object, "files", (double)summary->files);
    json_set_number(object, "chunks", (double)summary->chunks);
    json_set_number(object, "symbols", (double)summary->symbols);
    json_set_number(object, "cutShort", (double)summary->cut_short);
    json_set_number(object, "bytes", (double)summary->bytes);
    format_time(summary->updated, updated);
    json_set_string(object, "updated", updated);
    json_set_string(object, "store", report->store ? report->store : "");
    json_set_string(object, "model", report->model);
    if (report->has_vectors) {
        struct json *vectors = json_set(object, "vectors", json_object());
        json_set_number(vectors, "kept", (double)report->vectors.count);
        json_set_string(vectors, "model", report->vectors.model);
    }
    terminal_print_json_line(object);
}

static void read_store(struct report *report) {
    struct err ignored; // vectors that cannot be read are made again
    report->store = store_path_of(report->root);
    report->has_vectors =
        report->store && store_vectors_summarize(report->store, &report->vectors, &ignored) == 0;
    report->code =
        report->store ? store_summarize(report->store, &report->summary, &report->err) : ERR_NOT_FOUND;
    if (!report->store) {
        err_set(&report->err, ERR_NOT_FOUND,
                "nothing can be stored without a home: set HOME or XDG_CACHE_HOME");
    } else if (report->code == ERR_NOT_FOUND) {
        err_set(&report->err, ERR_NOT_FOUND,
                "nothing is stored of it: hunch index, or opening it in an editor, does that");
    }
}

// As the settings say; the server is not asked.
static const char *name_model(const struct config_server *settings) {
    return strcmp(settings->provider, "repository") == 0 ? "built-in"
           : settings->name[0]                           ? settings->name
           : settings->file[0]                           ? settings->file
                                                         : settings->provider;
}

static int show(const char *folder, bool json) {
    struct report report = {0};
    if (app_require_root(folder, &report.root, &report.err) != 0) {
        return options_refuse_folder(&report.err, "hunch status ~/src/project");
    }
    struct config *config = app_load_config(NULL, NULL);
    report.model = name_model(&config->model);
    read_store(&report);
    (json ? print_json : print_text)(&report);
    int status = report.code ? 1 : 0;
    config_free(config);
    free(report.store);
    free(report.root);
    return status;
}

int command_status(int argc, char **argv) {
    struct options options;
    return options_parse(argc, argv, "hunch status [DIR] [--json]", NULL, &options)
               ? show(options.folder, options.json)
               : OPTIONS_REFUSED;
}
