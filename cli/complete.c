// complete.c - `hunch complete FILE:LINE:COL`: one completion, as the editor would get it; `hunch why`: and what was
// retrieved for it.
//
// The index is brought up to date first (a stored one makes that quick), then
// the same engine that the language server uses answers. Exit status 0 also
// when Hunch stays silent: the reason is printed.
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uri.h"
#include "base/utf8.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/place.h"
#include "cli/terminal.h"
#include "indexer/ignore.h"
#include "indexer/language.h"
#include "indexer/source.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_LIMIT = 16 * 1024 * 1024, SHOWN_CONTEXT = 8 };

struct complete_options {
    const char *command; // as it was called
    bool json, why, from_stdin;
    struct place place;
};

struct complete_run {
    const struct complete_options *options;
    struct app *app;
    struct text *text;
    size_t cursor;
    char *path; // below the root
    bool answered;
    bool failed;
};

// Who tries the command on a line that is complete wonders why nothing comes.
static void print_way_out(const struct complete_run *run, const struct engine_answer *answer) {
    struct slice document = text_slice(run->text);
    size_t end = slice_line_end(document, run->cursor);
    bool is_done = answer->outcome == OUTCOME_NOTHING || answer->outcome == OUTCOME_REPEATS;
    if (is_done && slice_trim(slice_sub(document, run->cursor, end)).length) {
        puts(
            "         what stands right of the cursor counts as written; hunch demo FILE takes lines away and "
            "shows what it would put there");
    }
}

static void print_text(const struct complete_run *run, const struct engine_answer *answer) {
    struct str summary;
    str_init(&summary);
    engine_answer_summary(answer, &summary);
    terminal_ghost(stdout, text_slice(run->text), answer);
    printf("         %s\n", summary.data);
    str_free(&summary);
    if (answer->instead[0]) {
        printf("         in place of another model: %s\n", answer->instead);
    }
    print_way_out(run, answer);
    bool was_asked = answer->context->count > 0 || answer->context_ms > 0;
    if (run->options->why && was_asked) {
        terminal_context(stdout, answer, SHOWN_CONTEXT, " (all of them, and their text: --json)");
    }
}

static void on_answer(void *context, const struct engine_answer *answer) {
    struct complete_run *run = context;
    run->answered = true;
    terminal_progress_end(); // the files may have been looked at again meanwhile
    if (run->options->json) {
        terminal_print_json(engine_answer_json(answer, run->options->why));
    } else {
        print_text(run, answer);
    }
    run->failed = outcome_is_failure(answer->outcome);
    uv_stop(run->app->loop);
}

static void on_progress(void *context, const struct index_progress *progress) {
    (void)context;
    terminal_progress(progress);
}

static void ask(void *context) {
    struct complete_run *run = context;
    const char *rule = NULL;
    const char *below_root = run->path[0] == '/' ? run->path + 1 : run->path;
    struct engine_query query = {
        .path = run->path,
        .language = language_id(language_of_text(run->path, text_slice(run->text))),
        .text = run->text,
        .cursor = run->cursor,
        .invoked = true,
        .waited_us = run->app->awaited_us,
        .ignored = ignore_path(run->app->root, below_root, false, &rule),
    };
    engine_start(run->app->engine, &query, on_answer, run);
}

static void on_ready(void *context, const struct index_progress *progress) {
    (void)progress;
    struct complete_run *run = context;
    terminal_progress_end();
    if (!run->answered) {
        app_await_model(run->app, ask, run);
    }
}

static void on_warning(void *context, const char *message) {
    (void)context;
    terminal_progress_end();
    log_warning("%s", message);
}

static void on_model(void *context, const char *loading, const char *trouble) {
    (void)context;
    (void)trouble;
    terminal_note(loading);
}

static int read_stdin(struct str *out, struct err *err) {
    char buffer[65536];
    ssize_t got;
    if (isatty(STDIN_FILENO)) {
        fputs("hunch: type or paste the file's text; Ctrl-D ends it\n", stderr);
    }
    while ((got = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
        str_append(out, buffer, (size_t)got);
        if (out->length > FILE_LIMIT) {
            return err_set(err, ERR_TOO_LARGE, "the text on stdin is over %d bytes", FILE_LIMIT);
        }
    }
    return got < 0 ? err_set(err, ERR_IO, "cannot read stdin") : 0;
}

static int read_document(struct complete_run *run, struct err *err) {
    const struct complete_options *options = run->options;
    struct str bytes;
    str_init(&bytes);
    int code =
        options->from_stdin ? read_stdin(&bytes, err) : fs_read(options->place.file, FILE_LIMIT, &bytes, err);
    if (code == 0 && memchr(bytes.data, '\0', bytes.length)) {
        bool is_utf16 = source_judge_text(options->place.file, str_slice(&bytes)) == SKIP_UTF16;
        code = err_set(err, ERR_INVALID, "%s is not text that can be read: %s", options->place.file,
                       is_utf16 ? "it is UTF-16; save it as UTF-8" : "it holds NUL bytes");
    }
    if (code == 0) {
        code = place_offset(&options->place, str_slice(&bytes), &run->cursor, err);
    }
    if (code == 0) {
        run->text = text_new(str_slice(&bytes));
    }
    str_free(&bytes);
    return code;
}

// A new file, whose text comes through the pipe, has no path yet but that of its folder. NULL: that is not there either.
static char *find_new_file(const char *file, char **root, struct err *err) {
    const char *slash = strrchr(file, '/');
    char *folder = slash ? mem_copy_bytes(file, (size_t)(slash - file) + 1) : mem_copy_string(".");
    char *real = fs_real_path(folder, err);
    char *path = NULL;
    if (real && app_find_root(real, root, err) == 0) {
        path = fs_join(real, slash ? slash + 1 : file);
    }
    free(real);
    free(folder);
    return path;
}

// The root (NULL: the file belongs to no repository) and the file's path below it, else its whole path.
static int locate(struct complete_run *run, char **root, struct err *err) {
    const struct complete_options *options = run->options;
    const char *file = options->place.file;
    struct err cause = {0};
    char *real = fs_real_path(file, &cause);
    if (real && app_find_root(file, root, &cause) != 0) {
        free(real);
        real = NULL;
    } else if (!real && options->from_stdin) {
        real = find_new_file(file, root, &cause);
    }
    struct err refusal;
    if (*root && admit_root(*root, NULL, &refusal) != 0) {
        log_warning("%s; so the file alone is used (an empty .hunchignore makes a folder a repository)",
                    refusal.message);
        free(*root);
        *root = NULL;
    }
    if (!real) {
        return err_set(err, cause.code, "%s; give a file of a repository, as in: hunch %s src/main.c:12:5",
                       cause.message, options->command);
    }
    const char *below = *root ? uri_path_below(real, *root) : real;
    run->path = mem_copy_string(below ? below : real);
    free(real);
    return 0;
}

static int complete(const struct complete_options *options) {
    struct complete_run run = {.options = options};
    struct err err = {0};
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct config *config = app_load_config(NULL, NULL);
    struct app_events events = {.on_progress = on_progress,
                                .on_ready = on_ready,
                                .on_warning = on_warning,
                                .on_model = on_model,
                                .context = &run};
    char *root = NULL;
    int code = locate(&run, &root, &err);
    if (code == 0) {
        code = read_document(&run, &err);
    }
    bool refused = code != 0;
    if (code == 0) {
        code = app_open(&run.app, &loop, config, root, &events, &err);
    }
    if (code == 0 && run.app->repository) {
        repository_attend(run.app->repository, run.path);
    }
    if (code) {
        log_error("%s", err.message);
    } else if (!root) {
        log_write(
            options->why ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
            "%s is in no repository, so only the file itself is used (git init, or an empty .hunchignore, makes a "
            "folder one)",
            run.path);
        app_await_model(run.app, ask, &run);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    app_close(run.app);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    config_free(config);
    text_release(run.text);
    free(run.path);
    free(root);
    return refused ? OPTIONS_REFUSED : code || run.failed ? 1 : 0;
}

static int run(int argc, char **argv, struct complete_options options, const char *usage) {
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"why", no_argument, NULL, 'w'},
                                          {"stdin", no_argument, NULL, 's'},
                                          {0}};
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 'j':
            options.json = true;
            break;
        case 'w':
            options.why = true;
            break;
        case 's':
            options.from_stdin = true;
            break;
        default:
            return options_refuse_option(usage, known, option, argv);
        }
    }
    if (argc == optind) {
        return options_refuse(usage, "no place is given");
    }
    if (argc - optind > 1) {
        return options_refuse_more(usage, argv[optind + 1]);
    }
    struct err err = {0};
    if (place_parse(argv[optind], &options.place, &err) != 0) {
        log_error("%s", err.message);
        return OPTIONS_REFUSED;
    }
    int status = complete(&options);
    place_free(&options.place);
    return status;
}

int command_complete(int argc, char **argv) {
    return run(argc, argv, (struct complete_options){.command = "complete"},
               "hunch complete FILE:LINE:COL [--stdin] [--json] [--why]");
}

int command_why(int argc, char **argv) {
    return run(argc, argv, (struct complete_options){.command = "why", .why = true},
               "hunch why FILE:LINE:COL [--stdin] [--json]");
}
