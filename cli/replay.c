// replay.c - `git log -p | hunch replay [DIR]`: what the built-in model is worth on this very repository.
//
// Hunch runs no git in anybody's folder, so the history comes through a pipe: a line of commits, each the parent of the
// one before, which is what --first-parent -m makes of any history.
#include "base/json.h"
#include "base/log.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEFAULT_POSITIONS = 2000, READ_SIZE = 1 << 20 };
#define HISTORY_LIMIT ((size_t)512 << 20)
static const char USAGE[] =
    "git log -p --first-parent -m [-n N] | hunch replay [DIR] [--limit LINES] [--model repository] [--json] "
    "[--evidence FILE]";

static void print_text(const struct history_figures *figures, bool has_evidence) {
    if (figures->positions == 0 && figures->unmatched > 0) {
        printf(
            "None of the %zu change%s read fits the folder: is it the one of this history, as its newest commit left it?\n",
            figures->unmatched, str_plural(figures->unmatched));
        return;
    }
    if (figures->positions == 0) {
        puts(
            "No line of code was added in the commits read: give more of them, as in: git log -p --first-parent -m -n 1000 | hunch replay");
        return;
    }
    printf(
        "%zu line%s that %zu commit%s added, each foretold from one place in it by the built-in model, which had read "
        "the commit before:\n"
        "  %.1f %% exactly as written (%.1f %% from the line's beginning, %.1f %% from within)\n"
        "  %.1f %% among the surest fifth; the confidence is off by %.3f (mean over ten groups; "
        "chance alone makes %.3f)\n"
        "  %.1f ms of processor time each (median; %.1f for the slowest hundredth)\n",
        figures->positions, str_plural(figures->positions), figures->commits, str_plural(figures->commits),
        figures->exact, figures->exact_line_start, figures->exact_within, figures->exact_surest_fifth,
        figures->calibration_error, figures->calibration_chance, figures->p50_ms, figures->p99_ms);
    if (figures->unmatched > 0) {
        printf(
            "  %zu change%s left out: the folder is not as the newest commit left it (git may have other line ends there), "
            "it is another history's, or git log was not told --first-parent -m\n",
            figures->unmatched, figures->unmatched == 1 ? " was" : "s were");
    }
    if (has_evidence) {
        puts("  (for --evidence it is asked nearer to lines' ends, too, where it is right more often)");
    }
}

static void print_json(const char *root, const struct history_figures *figures) {
    struct json *object = json_object();
    json_set_string(object, "root", root);
    json_set_number(object, "commits", (double)figures->commits);
    json_set_number(object, "positions", (double)figures->positions);
    json_set_number(object, "said", (double)figures->said);
    json_set_number(object, "unmatched", (double)figures->unmatched);
    json_set_number(object, "exact", figures->exact);
    json_set_number(object, "exactLineStart", figures->exact_line_start);
    json_set_number(object, "exactWithin", figures->exact_within);
    json_set_number(object, "exactSurestFifth", figures->exact_surest_fifth);
    json_set_number(object, "calibrationError", figures->calibration_error);
    json_set_number(object, "calibrationChance", figures->calibration_chance);
    struct json *groups = json_set(object, "confidence", json_array());
    for (int i = 0; i < HISTORY_GROUPS; i++) {
        const struct history_group *group = &figures->groups[i];
        struct json *row = json_push(groups, json_object());
        json_set_number(row, "lines", group->lines);
        json_set_number(row, "confidence", group->confidence);
        json_set_number(row, "right", group->right);
        json_set_number(row, "variance", group->variance);
    }
    json_set_number(object, "p50Ms", figures->p50_ms);
    json_set_number(object, "p99Ms", figures->p99_ms);
    terminal_print_json_line(object);
}

static int read_history(struct str *history) {
    if (isatty(STDIN_FILENO)) {
        return options_refuse(USAGE, "hunch replay reads a history, and runs no git by itself");
    }
    terminal_note("reading the history");
    for (;;) {
        str_reserve(history, READ_SIZE);
        ssize_t count = read(STDIN_FILENO, history->data + history->length, READ_SIZE);
        if (count == 0) {
            terminal_note(NULL);
            return 0;
        }
        if (count < 0 && errno != EINTR) {
            terminal_note(NULL);
            log_error("the history cannot be read: %s; pipe git log -p --first-parent -m into hunch replay",
                      strerror(errno));
            return 1;
        }
        history->length += count > 0 ? (size_t)count : 0;
        if (history->length > HISTORY_LIMIT) {
            terminal_note(NULL);
            log_error(
                "the history is larger than %zu MB: give fewer commits, as in: git log -p --first-parent -m -n 500 | hunch replay",
                HISTORY_LIMIT >> 20);
            return 1;
        }
    }
}

struct replay_options {
    long limit;
    bool json;
    const char *evidence; // path, NULL: not wanted
};

static int replay_history(const char *root, struct slice history, const struct replay_options *options) {
    FILE *evidence = options->evidence ? fopen(options->evidence, "w") : NULL;
    if (options->evidence && !evidence) {
        log_error("%s cannot be written: %s; give --evidence another path", options->evidence,
                  strerror(errno));
        return 1;
    }
    struct err err = {0};
    struct history_figures figures;
    int code =
        history_replay(root, history, (size_t)options->limit, evidence, terminal_count, &figures, &err);
    terminal_progress_end();
    if (code != 0) {
        log_error("%s", err.message);
    } else if (options->json) {
        print_json(root, &figures);
    } else {
        print_text(&figures, evidence != NULL);
    }
    if (evidence && fclose(evidence) != 0) {
        log_error("%s cannot be written: %s; give --evidence another path", options->evidence,
                  strerror(errno));
        code = ERR_IO;
    }
    return code ? 1 : 0;
}

static bool has_patch(struct slice history) {
    return slice_find(history, SLICE_LITERAL("diff --"), 0) < history.length;
}

static const char EXAMPLE[] = "git log -p --first-parent -m | hunch replay ~/src/project";

// What is said of the folder's files is of interest only where there is a history of them.
static int replay_patch(const char *root, const char *named, struct slice history,
                        const struct replay_options *options) {
    struct err err = {0};
    if (!has_patch(history)) {
        log_error(
            "there is no patch in what came through the pipe; as in: git log -p --first-parent -m | hunch replay");
        return 1;
    }
    return admit_root(root, named, &err) == 0 ? replay_history(root, history, options)
                                              : options_refuse_folder(&err, EXAMPLE);
}

static int replay_folder(const char *folder, const struct replay_options *options) {
    struct err err = {0};
    char *root = NULL;
    if (app_require_root(folder ? folder : ".", &root, &err) != 0) {
        return options_refuse_folder(&err, EXAMPLE);
    }
    app_spill_to_cache();
    struct str history;
    str_init(&history);
    int status = read_history(&history);
    status = status ? status : replay_patch(root, folder, str_slice(&history), options);
    str_free(&history);
    free(root);
    return status;
}

int command_replay(int argc, char **argv) {
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"limit", required_argument, NULL, 'l'},
                                          {"model", required_argument, NULL, 'm'},
                                          {"evidence", required_argument, NULL, 'e'},
                                          {0}};
    struct replay_options options = {.limit = DEFAULT_POSITIONS};
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, ":", known, NULL)) != -1;) {
        if (option == '?' || option == ':') {
            return options_refuse_option(USAGE, known, option, argv);
        }
        options.json = options.json || option == 'j';
        options.evidence = option == 'e' ? optarg : options.evidence;
        if (option == 'l' && !options_number(optarg, 1, LONG_MAX, &options.limit)) {
            return options_refuse(USAGE, "--limit is \"%s\": a number of lines from 1 on is wanted", optarg);
        }
        if (option == 'm' && strcmp(optarg, "repository") != 0) {
            return options_refuse(USAGE, "--model is \"%s\": \"repository\" is all there is", optarg);
        }
    }
    if (argc - optind > 1) {
        return options_refuse_more(USAGE, argv[optind + 1]);
    }
    return replay_folder(optind < argc ? argv[optind] : NULL, &options);
}
