// model_setup.c - `hunch model setup`: the way to a local model, step by step; fetches one if it is named.
//
// Without a name it looks and explains, and changes nothing. With the name of a
// known model, or the https address of a GGUF file, it downloads that into the
// folder of models and says which settings use it. Your settings are written
// only if you ask (--write) and there are none yet: a file with comments of
// yours is yours to change.
#include "backends/http_download.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/known_models.h"
#include "cli/llama_version.h"
#include "cli/model.h"
#include "cli/options.h"
#include "cli/supervise.h"
#include "cli/terminal.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct setup_options {
    const char *wanted;           // a known name or an address; NULL: only explain
    const char *sha256, *ca_file; // may be NULL
    bool write;
};

// --- below: what is explained ---

static void step(const char *title) {
    terminal_write(stdout, STYLE_BOLD, slice_of_string(title));
    putchar('\n');
}

static void explain_program(const struct config *config) {
    struct str version;
    struct err err = {0};
    char *program = supervised_find_program(config->model.program, &err);
    str_init(&version);
    step("1. The program that runs models: llama-server, of llama.cpp");
    if (program && llama_version(program, &version, &err) == 0) {
        printf("   there: %s, version %s\n", program, version.data);
    } else {
        printf("   missing: %s\n"
               "   Debian 14: apt install llama.cpp-tools; Homebrew, Nix: llama.cpp; others: "
               "https://github.com/ggml-org/llama.cpp\n",
               err.message);
    }
    str_free(&version);
    free(program);
}

static void explain_models(void) {
    size_t count;
    const struct known_model *models = known_models(&count);
    step("2. A model that completes code, as one GGUF file");
    printf("   This machine has %.1f GB of memory. A model on a processor takes about twice its file.\n\n",
           machine_memory() / 1e3);
    for (size_t i = 0; i < count; i++) {
        printf("   %-25s %5.2f GB  %-10s %s; %s\n", models[i].name, models[i].megabytes / 1e3,
               known_model_fits(&models[i]) ? "fits" : "too large", models[i].licence, models[i].remark);
    }
    puts("\n   hunch model setup NAME            downloads one of them\n"
         "   hunch model setup https://...     or any other file (--sha256 DIGITS checks it)\n"
         "   Or bring a file of your own: model.file takes its path.");
    struct json *files = model_files();
    for (const struct json *file = json_first(files); file; file = json_next(file)) {
        printf("   there: %s\n", json_get_string(file, "name", ""));
    }
    json_free(files);
}

static void explain_settings(const struct config *config) {
    char *path = config_user_path();
    step("3. Your settings");
    printf("   %s\n", path ? path : "(no home folder)");
    if (supervise_wanted(&config->model)) {
        printf("   model.provider is \"%s\", model.file \"%s\"; `hunch doctor` tries it\n",
               config->model.provider, config->model.file);
    } else {
        printf("   model.provider is \"%s\"; no model.file is set\n", config->model.provider);
    }
    free(path);
}

static int explain(void) {
    struct config *config = app_load_config(NULL, NULL);
    explain_program(config);
    explain_models();
    explain_settings(config);
    config_free(config);
    return 0;
}

// --- below: what is fetched ---

static bool on_progress(void *context, uint64_t done, uint64_t total) {
    (void)context;
    terminal_bytes(done, total);
    return true;
}

// Where it goes, by the last part of its address. Heap; NULL and err.
static char *path_for(const char *url, struct err *err) {
    char *folder = supervised_models_folder();
    char *address = mem_copy_bytes(url, strcspn(url, "?#"));
    const char *name = strrchr(address, '/') ? strrchr(address, '/') + 1 : "";
    size_t length = strlen(name);
    char *path = NULL;
    if (!folder) {
        err_set(err, ERR_NOT_FOUND, "no home folder: set HOME or XDG_DATA_HOME");
    } else if (length <= 5 || name[0] == '.' || strcmp(name + length - 5, ".gguf") != 0) {
        err_set(err, ERR_INVALID, "%.300s is not the address of a GGUF file: its name must end in .gguf",
                address);
    } else if (fs_make_folders(folder, err) == 0) {
        path = fs_join(folder, name);
    }
    free(address);
    free(folder);
    return path;
}

static int check_present(const char *path, const char *sha256, struct err *err) {
    int code = sha256 ? http_download_check(path, sha256, err) : 0;
    if (code == 0) {
        printf("%s is there already%s\n", path, sha256 ? ", and as it should be" : "");
    }
    return code;
}

static int download(const char *url, const char *path, const struct setup_options *setup, struct err *err) {
    struct http_download_result result;
    struct http_download_options options = {.url = url,
                                            .path = path,
                                            .sha256 = setup->sha256,
                                            .ca_file = setup->ca_file,
                                            .on_progress = on_progress};
    fprintf(stderr, "hunch: downloading %s\n", path);
    int code = http_download(&options, &result, err);
    terminal_progress_end();
    if (code == 0) {
        printf("%s: %.2f GB, sha256 %s (%s)\n", path, (double)result.bytes / 1e9, result.sha256,
               result.checked ? "as it should be" : "nobody said what it should be");
    }
    return code;
}

static void print_settings(const char *file, const char *before, struct str *out) {
    char *name = supervised_name_of(file);
    str_append_format(
        out, "%s{\n    \"model\": {\n        \"provider\": \"llama-server\",\n        \"file\": ", before);
    struct json *value = json_new_string(slice_of_string(name));
    json_print(value, out);
    json_free(value);
    str_append_string(out, "\n    }\n}\n");
    free(name);
}

static int offer_settings(const char *path, bool write, struct err *err) {
    struct str text;
    char *settings = config_user_path();
    char *folder = fs_config_folder();
    bool may_write = write && settings && !fs_is_file(settings);
    int code = 0;
    str_init(&text);
    print_settings(path, "", &text);
    if (may_write) {
        code = fs_make_folders(folder, err);
        code = code ? code : fs_write(settings, str_slice(&text), false, err);
    }
    if (code == 0) {
        printf("%s %s:\n\n%s\n", may_write ? "written to" : "to use it, put this into",
               settings ? settings : "config.json", text.data);
        printf("Then `hunch doctor` tries it, and editors use it from their next start.\n");
    }
    str_free(&text);
    free(folder);
    free(settings);
    return code;
}

static const char *address_of(const struct setup_options *options, struct err *err) {
    const struct known_model *known = known_model_find(options->wanted);
    if (known) {
        return known->url;
    }
    if (strstr(options->wanted, "://")) {
        return options->wanted;
    }
    err_set(err, ERR_NOT_FOUND, "%.100s is not a model that Hunch knows: `hunch model setup` lists them",
            options->wanted);
    return NULL;
}

static int fetch(const struct setup_options *options) {
    struct err err = {0};
    const char *url = address_of(options, &err);
    char *path = url ? path_for(url, &err) : NULL;
    int code = !path              ? ERR_INVALID
               : fs_is_file(path) ? check_present(path, options->sha256, &err)
                                  : download(url, path, options, &err);
    code = code ? code : offer_settings(path, options->write, &err);
    if (code) {
        log_error("%s", err.message);
    }
    free(path);
    return !url ? OPTIONS_REFUSED : code ? 1 : 0;
}

int command_model_setup(int argc, char **argv) {
    static const struct option known[] = {{"sha256", required_argument, NULL, 's'},
                                          {"ca-file", required_argument, NULL, 'c'},
                                          {"write", no_argument, NULL, 'w'},
                                          {0}};
    const char *usage = "hunch model setup [NAME | URL [--sha256 DIGITS]] [--ca-file FILE] [--write]";
    struct setup_options options = {0};
    if (options_want_help(argc, argv)) {
        printf("%s\n  the way to a local model, step by step; downloads one if it is named\n", usage);
        return 0;
    }
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, ":", known, NULL)) != -1;) {
        if (option == '?' || option == ':') {
            return options_refuse_option(usage, known, option, argv);
        }
        options.sha256 = option == 's' ? optarg : options.sha256;
        options.ca_file = option == 'c' ? optarg : options.ca_file;
        options.write = options.write || option == 'w';
    }
    options.wanted = optind < argc ? argv[optind] : NULL;
    if (argc - optind > 1) {
        return options_refuse_more(usage, argv[optind + 1]);
    }
    if (!options.wanted && (options.sha256 || options.ca_file || options.write)) {
        return options_refuse(usage, "these options are about a model: give its NAME or URL, too");
    }
    return options.wanted ? fetch(&options) : explain();
}
