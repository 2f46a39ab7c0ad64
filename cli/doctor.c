// doctor.c - `hunch doctor [DIR]`: checks settings, model and index, and names the way out of what is wrong.
//
// A check is a line with a verdict. Exit status 1 if one of them is an error,
// so that scripts can ask too.
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/llama_version.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "indexer/language.h"
#include "indexer/store.h"
#include "indexer/store_vectors.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

enum verdict { FINE, WARNING, WRONG };

struct check {
    const char *name;
    enum verdict verdict;
    char *text;
};

struct doctor;

struct link_check { // of a model that may answer
    struct doctor *doctor;
    const struct app_link *link;
};

struct doctor {
    VEC(struct check) checks;
    struct app *app;
    uv_loop_t loop;
    bool index_done;
    bool cache_told; // why nothing is kept
    size_t probes;   // that run
    struct link_check links[3];
};

static const char *const verdict_names[] = {"ok", "warning", "error"};

static void add(struct doctor *doctor, const char *name, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add(struct doctor *doctor, const char *name, enum verdict verdict, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    vec_push(&doctor->checks, (struct check){name, verdict, mem_copy_string(text)});
}

// --- settings ---

static void on_config_warning(void *context, const char *line) {
    add(context, "settings", WARNING, "%s", line);
}

// The file has the verdict of the worst that is said of it.
static void check_file(struct doctor *doctor, struct config *config, const char *path) {
    size_t place = doctor->checks.count;
    struct err err = {0};
    add(doctor, "settings", FINE, "%s%s", path, fs_is_file(path) ? "" : " (not there: the defaults apply)");
    int code = config_load(config, path, on_config_warning, doctor, &err);
    if (code == 0 && doctor->checks.count == place + 1) {
        return;
    }
    free(doctor->checks.items[place].text);
    struct str text;
    str_init(&text);
    str_append_format(&text, "%s%s", code ? err.message : path,
                      code ? "; the defaults apply meanwhile" : ": not all of it counts");
    doctor->checks.items[place].verdict = code ? WRONG : WARNING;
    doctor->checks.items[place].text = mem_copy_string(text.data);
    str_free(&text);
}

static struct config *check_config(struct doctor *doctor) {
    struct config *config = config_new();
    config_know_languages(config, language_id_meant);
    char *path = config_user_path();
    if (path) {
        check_file(doctor, config, path);
    } else {
        add(doctor, "settings", WARNING,
            "no home folder: set HOME or XDG_CONFIG_HOME to have a settings file");
    }
    free(path);
    if (strcmp(config->model.provider, "repository") != 0) {
        add(doctor, "settings", FINE, "model.provider is %s (%s)", config->model.provider,
            config_origin_name(config, "model.provider"));
    }
    if (strcmp(config->fallback.provider, "none") != 0) {
        add(doctor, "settings", FINE, "fallback.provider is %s (%s)", config->fallback.provider,
            config_origin_name(config, "fallback.provider"));
    }
    if (strcmp(config->embedder.provider, "none") != 0) {
        add(doctor, "settings", FINE, "embedder.provider is %s (%s)", config->embedder.provider,
            config_origin_name(config, "embedder.provider"));
    }
    if (!config->enabled) {
        add(doctor, "settings", WARNING, "\"enabled\" is false: nothing is suggested anywhere");
    }
    for (size_t i = 0; i < language_count(); i++) {
        const char *language = language_id(language_at(i));
        if (!config_language_enabled(config, language)) {
            add(doctor, "settings", WARNING, "\"languages\" switches %s off: nothing is suggested there",
                language);
        }
    }
    return config;
}

static void check_cache(struct doctor *doctor) {
    char *folder = fs_cache_folder();
    struct err err = {0};
    if (!folder) {
        add(doctor, "cache", WARNING,
            "no home folder: the index lives in memory alone; set HOME or XDG_CACHE_HOME to keep it");
    } else if (fs_make_folders(folder, &err) != 0 || access(folder, W_OK) != 0) {
        add(doctor, "cache", WARNING,
            "%s%s; the index lives in memory alone: make the folder writable or set XDG_CACHE_HOME",
            err.code ? err.message : folder, err.code ? "" : " cannot be written");
    } else {
        add(doctor, "cache", FINE, "%s", folder);
    }
    doctor->cache_told = doctor->checks.items[doctor->checks.count - 1].verdict != FINE;
    free(folder);
}

// --- model and index, on the loop ---

static void stop_when_done(struct doctor *doctor) {
    if (doctor->index_done && doctor->probes == 0) {
        uv_stop(&doctor->loop);
    }
}

static void check_traits(struct doctor *doctor, const char *name, const struct backend_traits *traits) {
    add(doctor, name, FINE, "%s, %s: answers; code %s this machine", traits->name, traits->model,
        traits->leaves_machine ? "leaves" : "stays on");
}

static void on_probe(void *context, const struct backend_result *result) {
    const struct link_check *check = context;
    struct doctor *doctor = check->doctor;
    const struct backend_traits *traits = &check->link->backend->traits;
    if (result->code) {
        add(doctor, check->link->group, WRONG, "%s%s%s", result->message, result->hint[0] ? ": " : "",
            result->hint);
    } else {
        check_traits(doctor, check->link->group, traits);
    }
    if (!traits->template && result->code == 0) {
        add(doctor, check->link->group, WARNING,
            "no fill-in-the-middle template is known for \"%s\": it is told what stands above the cursor alone; set "
            "%s.template",
            traits->model, check->link->group);
    }
    doctor->probes--;
    stop_when_done(doctor);
}

static void start_probe(struct doctor *doctor, size_t place) {
    const struct app_link *link = &doctor->app->links[place];
    struct link_check *check = &doctor->links[place];
    *check = (struct link_check){doctor, link};
    if (link->backend->operations->probe) {
        doctor->probes++;
        link->backend->operations->probe(link->backend, &(struct backend_callbacks){NULL, on_probe, check});
    } else {
        bool is_named = strcmp(doctor->app->config->model.provider, "repository") == 0;
        add(doctor, is_named ? "model" : link->group, FINE, "%s, %s: nothing leaves this machine",
            link->backend->traits.name, link->backend->traits.model);
    }
}

static void on_ready(void *context, const struct index_progress *progress) {
    struct doctor *doctor = context;
    terminal_progress_end();
    if (doctor->index_done) {
        return;
    }
    const char *store = indexer_store_path(doctor->app->indexer);
    add(doctor, "index", progress->files ? FINE : WARNING,
        "%" PRIu64 " file%s, %" PRIu64 " chunk%s, %" PRIu64 " symbol%s%s; stored in %s", progress->files,
        str_plural(progress->files), progress->chunks, str_plural(progress->chunks), progress->symbols,
        str_plural(progress->symbols), progress->files ? "" : " (no source file of a known language here)",
        store[0] ? store : "memory alone");
    doctor->index_done = true;
    stop_when_done(doctor);
}

static void on_progress(void *context, const struct index_progress *progress) {
    (void)context;
    terminal_progress(progress);
}

// One that begins with a setting's name is about that.
static void on_app_warning(void *context, const char *message) {
    static const char *const groups[] = {"model.", "fallback.", "embedder."};
    const struct doctor *doctor = context;
    const struct indexer *indexer = doctor->app ? doctor->app->indexer : NULL;
    if (doctor->cache_told && indexer && indexer_warns_of_store(indexer, message)) {
        return;
    }
    const char *name = "index";
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        name = strncmp(message, groups[i], strlen(groups[i])) == 0 ? "settings" : name;
    }
    terminal_progress_end();
    add(context, name, WARNING, "%s", message);
}

static void on_unusable(void *context, const char *group, const char *message) {
    terminal_progress_end();
    add(context, group, WRONG, "%s", message);
}

// The program of a model that Hunch serves itself; the model's answer, or why there is none, follows.
static void check_program(struct doctor *doctor, const struct config *config) {
    struct str version;
    struct err err = {0};
    if (!supervise_wanted(&config->model) || strcmp(config->model.provider, "llama-server") != 0) {
        return; // a file that another provider has no use for is a trouble of the settings
    }
    char *program = supervised_find_program(config->model.program, &err);
    str_init(&version);
    if (program && llama_version(program, &version, &err) == 0) {
        add(doctor, "program", FINE, "%s, version %s", program, version.data);
    } else {
        add(doctor, "program", WRONG, "%s", err.message);
    }
    str_free(&version);
    free(program);
}

// A large model takes its time.
static void on_model(void *context, const char *loading, const char *trouble) {
    (void)context;
    (void)trouble;
    terminal_note(loading);
}

// --- the embedder ---

// What is kept of another model, or of nothing, costs the time or the money once more.
static void check_vectors(struct doctor *doctor, const char *root, const struct embedding_state *state) {
    struct store_vectors_summary kept;
    struct err err;
    char *store = store_path_of(root);
    int code = store ? store_vectors_summarize(store, &kept, &err) : ERR_NOT_FOUND;
    const char *then = "`hunch search` and editors make them";
    if (code == ERR_NOT_FOUND || (code == 0 && kept.count == 0)) {
        add(doctor, "vectors", FINE, "none are kept yet: %s", then);
    } else if (code) {
        add(doctor, "vectors", WARNING, "%s: %s anew", err.message, then);
    } else if (!kept.is_current || strncmp(kept.model, state->model, sizeof kept.model - 1) != 0) {
        add(doctor, "vectors", WARNING, "%" PRIu64 " are kept, but of %s: %s anew", kept.count,
            kept.is_current ? kept.model : "another version", then);
    } else {
        add(doctor, "vectors", FINE, "%" PRIu64 " are kept", kept.count);
    }
    free(store);
}

// root NULL: of no repository.
static void check_embedder(struct doctor *doctor, const struct config *config, const char *root) {
    struct embedding_state state;
    if (strcmp(config->embedder.provider, "none") == 0) {
        return;
    }
    embedding_examine(&state, &doctor->loop, config);
    if (state.err.code) {
        add(doctor, "embedder", WRONG, "%s", state.err.message);
    } else {
        add(doctor, "embedder", FINE, "%s: answers; code %s this machine", state.model,
            state.leaves_machine ? "leaves" : "stays on");
    }
    if (root && state.is_kept && state.model) {
        check_vectors(doctor, root, &state);
    }
    free(state.model);
}

// Says whether the index may read it. folder: what the user gave, NULL: nothing.
static bool check_repository(struct doctor *doctor, const char *root, const char *folder) {
    struct err err = {0};
    if (app_is_marked(root)) {
        add(doctor, "repository", FINE, "%s", root);
    } else {
        add(doctor, "repository", WARNING,
            "%s has no .git, .hg, .svn, .jj or .hunchignore: an editor that looks for one finds no repository, and "
            "there is no index then; run `git init` there, or make an empty .hunchignore",
            root);
    }
    bool is_read = admit_root(root, folder, &err) == 0;
    if (!is_read) {
        add(doctor, "index", WARNING, "%s", err.message);
    }
    return is_read;
}

// The index and the models. root NULL: the models alone.
static void check_app(struct doctor *doctor, const struct config *config, const char *root) {
    struct err err = {0};
    struct app_events events = {.on_progress = on_progress,
                                .on_ready = on_ready,
                                .on_warning = on_app_warning,
                                .on_unusable = on_unusable,
                                .on_model = on_model,
                                .context = doctor,
                                .without_embedder = true};
    if (app_open(&doctor->app, &doctor->loop, config, root, &events, &err) == 0) {
        for (size_t i = 0; i < doctor->app->link_count; i++) {
            start_probe(doctor, i);
        }
        uv_run(&doctor->loop, UV_RUN_DEFAULT);
        app_close(doctor->app);
        uv_run(&doctor->loop, UV_RUN_DEFAULT);
    } else {
        add(doctor, "index", WRONG, "%s", err.message);
    }
}

// --- the report ---

// Servers answer in any order; what is read has one.
static size_t rank_of(const struct check *check) {
    static const char *const order[] = {"hunch", "settings", "cache",    "program",  "repository", "index",
                                        "model", "fallback", "built-in", "embedder", "vectors"};
    size_t rank = 0;
    while (rank < sizeof order / sizeof *order && strcmp(order[rank], check->name) != 0) {
        rank++;
    }
    return rank;
}

// Of one name what is fine first, so that nothing that is stands beneath what is not.
static bool is_behind(const struct check *a, const struct check *b) {
    size_t rank = rank_of(a), other = rank_of(b);
    return rank != other ? rank > other : (a->verdict == FINE) < (b->verdict == FINE);
}

static void sort_checks(struct doctor *doctor) {
    for (size_t i = 1; i < doctor->checks.count; i++) {
        struct check check = doctor->checks.items[i];
        size_t at = i;
        for (; at > 0 && is_behind(&doctor->checks.items[at - 1], &check); at--) {
            doctor->checks.items[at] = doctor->checks.items[at - 1];
        }
        doctor->checks.items[at] = check;
    }
}

static void print_text(const struct doctor *doctor) {
    static const enum terminal_style styles[] = {STYLE_GREEN, STYLE_BOLD, STYLE_RED};
    for (size_t i = 0; i < doctor->checks.count; i++) {
        const struct check *check = &doctor->checks.items[i];
        printf("%-10s ", check->name);
        terminal_write(stdout, styles[check->verdict], slice_of_string(verdict_names[check->verdict]));
        fputs(check->verdict == FINE ? "       " : check->verdict == WARNING ? "  " : "    ", stdout);
        terminal_write_name(stdout, STYLE_PLAIN, check->text);
        putchar('\n');
    }
}

static void print_json(const struct doctor *doctor, const struct config *config) {
    struct json *object = json_object();
    json_set_string(object, "version", HUNCH_VERSION);
    struct json *checks = json_set(object, "checks", json_array());
    for (size_t i = 0; i < doctor->checks.count; i++) {
        struct json *check = json_push(checks, json_object());
        json_set_string(check, "name", doctor->checks.items[i].name);
        json_set_string(check, "verdict", verdict_names[doctor->checks.items[i].verdict]);
        json_set_string(check, "text", doctor->checks.items[i].text);
    }
    json_set(object, "settings", config_describe(config));
    terminal_print_json(object);
}

static int examine(const char *folder, bool json) {
    struct doctor doctor = {0};
    struct err err = {0};
    char *root = NULL;
    bool is_read = app_require_root(folder ? folder : ".", &root, &err) == 0;
    if (!is_read && folder) {
        return options_refuse_folder(&err, "hunch doctor ~/src/project");
    }
    log_set_level(LOG_LEVEL_ERROR); // what would be a line of the log is one of the report
    uv_loop_init(&doctor.loop);
    add(&doctor, "hunch", FINE, "version %s", HUNCH_VERSION);
    struct config *config = check_config(&doctor);
    check_cache(&doctor);
    check_program(&doctor, config);
    if (is_read) {
        is_read = check_repository(&doctor, root, folder);
    } else { // as nobody named one, of all else it tells
        add(&doctor, "repository", WRONG,
            "%s; give the folder of a repository, as in: hunch doctor ~/src/project", err.message);
    }
    check_app(&doctor, config, is_read ? root : NULL);
    check_embedder(&doctor, config, root);
    sort_checks(&doctor);
    terminal_progress_end();
    if (json) {
        print_json(&doctor, config);
    } else {
        print_text(&doctor);
    }
    int status = 0;
    for (size_t i = 0; i < doctor.checks.count; i++) {
        status = doctor.checks.items[i].verdict == WRONG ? 1 : status;
        free(doctor.checks.items[i].text);
    }
    vec_free(&doctor.checks);
    config_free(config);
    uv_loop_close(&doctor.loop);
    free(root);
    return status;
}

int command_doctor(int argc, char **argv) {
    struct options options;
    return options_parse(argc, argv, "hunch doctor [DIR] [--json]", NULL, &options)
               ? examine(options.path_count ? options.folder : NULL, options.json)
               : OPTIONS_REFUSED;
}
