// model.c - `hunch model`: what there is of a local model, and how its server is; starts and fetches nothing.
#include "cli/model.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/llama_version.h"
#include "cli/options.h"
#include "cli/supervise.h"
#include "cli/terminal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

// --- below: the server ---

struct look {
    struct supervised_client *client;
    struct model_server *server;
};

static void on_news(void *context, const struct supervised_news *news) {
    struct look *look = context;
    struct model_server *server = look->server;
    server->is_there = news->phase != SUPERVISED_FAILED || news->message[0];
    server->phase = news->phase;
    server->process = news->process;
    server->users = news->users > 1 ? news->users - 1 : 0; // we are one
    snprintf(server->message, sizeof server->message, "%s", news->message);
    supervised_client_close(look->client);
}

void model_look(const struct supervised_model *model, struct model_server *out) {
    uv_loop_t loop;
    struct err err;
    struct look look = {.server = out};
    struct supervised_client_options options = {
        .model = model, .only_look = true, .on_news = on_news, .context = &look};
    *out = (struct model_server){0};
    uv_loop_init(&loop);
    look.client = supervised_client_new(&loop, &options, &err);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}

// --- below: the files ---

static bool is_model(const char *name) {
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".gguf") == 0;
}

static void add_file(struct json *files, const char *folder, const char *name) {
    struct stat status;
    char *path = fs_join(folder, name);
    if (is_model(name) && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        struct json *file = json_push(files, json_object());
        char *bare = supervised_name_of(name);
        json_set_string(file, "name", bare);
        json_set_number(file, "bytes", (double)status.st_size);
        free(bare);
    }
    free(path);
}

struct json *model_files(void) {
    struct json *files = json_array();
    char *folder = supervised_models_folder();
    DIR *entries = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        add_file(files, folder, entry->d_name);
    }
    if (entries) {
        closedir(entries);
    }
    free(folder);
    return files;
}

// --- below: the report, as JSON first ---

static void report_program(const struct config_server *settings, struct json *report) {
    struct str version;
    struct err err = {0};
    char *program = supervised_find_program(settings->program, &err);
    str_init(&version);
    json_set_string(report, "program", program ? program : "");
    if (program && llama_version(program, &version, &err) == 0) {
        json_set_string(report, "version", version.data);
    } else {
        json_set_string(report, "programTrouble", err.message);
    }
    str_free(&version);
    free(program);
}

static void report_server(const struct config_server *settings, struct json *report) {
    struct supervised_model model;
    struct model_server server;
    struct err err = {0};
    if (supervise_model(settings, &model, &err) != 0) {
        json_set_string(report, "trouble", err.message);
        json_set_string(report, "file", settings->file);
        return;
    }
    model_look(&model, &server);
    json_set_string(report, "file", model.file);
    json_set_string(report, "state", server.is_there ? supervised_phase_name(server.phase) : "not running");
    json_set_string(report, "message", server.message);
    json_set_number(report, "process", server.process);
    json_set_number(report, "users", server.users);
    supervised_model_fini(&model);
}

static struct json *make_report(const struct config *config) {
    struct json *report = json_object();
    json_set_string(report, "provider", config->model.provider);
    report_program(&config->model, report);
    if (supervise_wanted(&config->model)) {
        report_server(&config->model, report);
    }
    json_set(report, "files", model_files());
    return report;
}

// --- below: the same for people ---

static void print_line(const char *name, const char *text) {
    printf("%-9s ", name);
    terminal_write_name(stdout, STYLE_PLAIN, text);
    putchar('\n');
}

static void print_program(const struct json *report) {
    struct str line;
    str_init(&line);
    const char *version = json_get_string(report, "version", "");
    str_append_format(&line, "%s%s%s", json_get_string(report, "program", ""), version[0] ? ", version " : "",
                      version[0] ? version : "");
    print_line("program", version[0] ? line.data : json_get_string(report, "programTrouble", ""));
    str_free(&line);
}

static void print_server(const struct json *report) {
    struct str line;
    str_init(&line);
    const char *message = json_get_string(report, "message", "");
    int users = (int)json_get_integer(report, "users", 0);
    print_line("file", json_get_string(report, "file", ""));
    str_append_format(&line, "%s%s%s", json_get_string(report, "state", ""), message[0] ? ": " : "", message);
    if (json_get_integer(report, "process", 0)) {
        str_append_format(&line, ", process %d, %d user%s", (int)json_get_integer(report, "process", 0),
                          users, users == 1 ? "" : "s");
    }
    print_line("server", line.data);
    str_free(&line);
}

static void print_files(const struct json *files) {
    const char *name = "models";
    for (const struct json *file = json_first(files); file; file = json_next(file)) {
        struct str line;
        str_init(&line);
        str_append_format(&line, "%s, %.2f GB", json_get_string(file, "name", ""),
                          json_number(json_get(file, "bytes"), 0) / 1e9);
        print_line(name, line.data);
        str_free(&line);
        name = "";
    }
    if (!json_first(files)) {
        print_line(name, "none downloaded; `hunch model setup` shows which fit this machine");
    }
}

static void print_report(const struct json *report) {
    const char *trouble = json_get_string(report, "trouble", "");
    bool same = strcmp(trouble, json_get_string(report, "programTrouble", "")) == 0;
    print_line("provider", json_get_string(report, "provider", ""));
    print_program(report);
    if (trouble[0] && same) {
        print_line("file", json_get_string(report, "file", ""));
    } else if (trouble[0]) {
        print_line("file", trouble);
    } else if (json_get(report, "file")) {
        print_server(report);
    } else {
        print_line("file", "your settings name no model.file: Hunch serves no model itself");
    }
    print_files(json_get(report, "files"));
}

static int show(bool as_json) {
    struct config *config = app_load_config(NULL, NULL);
    struct json *report = make_report(config);
    bool failed = json_get_string(report, "trouble", "")[0] ||
                  strcmp(json_get_string(report, "state", ""), "failed") == 0;
    if (as_json) {
        terminal_print_json(report);
    } else {
        print_report(report);
        json_free(report);
    }
    config_free(config);
    return failed ? 1 : 0;
}

int command_model(int argc, char **argv) {
    struct options options;
    if (argc > 1 && strcmp(argv[1], "serve") == 0) {
        return command_model_serve(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "setup") == 0) {
        return command_model_setup(argc - 1, argv + 1);
    }
    const char *usage = "hunch model [setup | serve] [--json]";
    if (options_want_help(argc, argv)) {
        printf("%s\n  the local model: what there is, how to get one; keep it running\n", usage);
        return 0;
    }
    if (!options_parse(argc, argv, usage, NULL, &options)) {
        return OPTIONS_REFUSED;
    }
    if (options.path_count) {
        const char *meant = str_nearer(options.folder, str_nearer(options.folder, NULL, "setup"), "serve");
        return meant ? options_refuse(usage, "\"%s\" is none of its commands: did you mean %s?",
                                      options.folder, meant)
                     : options_refuse_more(usage, options.folder);
    }
    return show(options.json);
}
