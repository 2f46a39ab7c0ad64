// model_serve.c - `hunch model serve`: the process that keeps a model's server running (supervised_guardian.h).
//
// Editors start it by themselves, with --background and what to serve; a person
// may, to keep the model in memory, and without arguments gets that of the settings.
#include "backends/supervised_guardian.h"
#include "base/log.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/supervise.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct serve_options {
    bool background;
    const char *program, *arguments, *file; // file NULL: the settings'
    uint32_t context_tokens;
};

// The exit status, if anything is wrong.
static int parse(int argc, char **argv, const char *usage, struct serve_options *options) {
    static const struct option known[] = {{"background", no_argument, NULL, 'b'},
                                          {"program", required_argument, NULL, 'p'},
                                          {"arguments", required_argument, NULL, 'a'},
                                          {"context", required_argument, NULL, 'c'},
                                          {0}};
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, ":", known, NULL)) != -1;) {
        switch (option) {
        case 'b':
            options->background = true;
            break;
        case 'p':
            options->program = optarg;
            break;
        case 'a':
            options->arguments = optarg;
            break;
        case 'c':
            options->context_tokens = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        default:
            return options_refuse_option(usage, known, option, argv);
        }
    }
    options->file = optind < argc ? argv[optind] : NULL;
    return argc - optind > 1 ? options_refuse_more(usage, argv[optind + 1]) : 0;
}

static int model_of_settings(struct supervised_model *model, struct err *err) {
    struct config *config = app_load_config(NULL, NULL);
    int code = supervise_wanted(&config->model)
                   ? supervise_model(&config->model, model, err)
                   : err_set(err, ERR_NOT_FOUND, "your settings name no model.file; see `hunch model setup`");
    config_free(config);
    return code;
}

static void tell(const char *line) {
    fprintf(stderr, "hunch: llama-server: %s\n", line);
}

static int serve(const struct serve_options *options) {
    struct supervised_model model;
    struct err err = {0};
    int code = options->file ? supervised_model_init(&model, options->program, options->file,
                                                     options->arguments, options->context_tokens, &err)
                             : model_of_settings(&model, &err);
    bool refused = code && options->file; // there is no such file, or nothing that runs it
    if (code == 0) {
        struct guardian_options guardian = {&model, options->background, options->background ? NULL : tell};
        code = supervised_guardian_run(&guardian, &err);
        supervised_model_fini(&model);
    }
    if (code) {
        log_error("%s", err.message);
    }
    return refused ? OPTIONS_REFUSED : code ? 1 : 0;
}

int command_model_serve(int argc, char **argv) {
    const char *usage = "hunch model serve [--program PROGRAM] [--context TOKENS] [--arguments WORDS] [FILE]";
    struct serve_options options = {.program = ""};
    if (options_want_help(argc, argv)) {
        printf("%s\n  keeps the local model running without an editor, until it is interrupted\n", usage);
        return 0;
    }
    int status = parse(argc, argv, usage, &options);
    return status ? status : serve(&options);
}
