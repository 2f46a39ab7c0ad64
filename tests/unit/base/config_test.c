// config_test.c - whose word counts for which setting, and what is said about the rest.

#include "base/config.h"

#include "base/config_rows.h"
#include "base/fs.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct home {
    char folder[64];
    char *file; // the standard place of config.json
    struct str warnings;
    struct config *config;
};

#define LONG "long long long long long long long long long long long long long long long long long long long"

static int begin(void **state) {
    struct home *home = mem_zero(1, sizeof *home);
    snprintf(home->folder, sizeof home->folder, "/tmp/hunch-config-XXXXXX");
    assert_non_null(mkdtemp(home->folder));
    setenv("XDG_CONFIG_HOME", home->folder, 1);
    home->file = config_user_path();
    char *folder = fs_config_folder();
    assert_int_equal(fs_make_folders(folder, NULL), 0);
    free(folder);
    str_init(&home->warnings);
    home->config = config_new();
    *state = home;
    return 0;
}

static int finish(void **state) {
    struct home *home = *state;
    char *folder = fs_config_folder();
    unlink(home->file);
    rmdir(folder);
    rmdir(home->folder);
    config_free(home->config);
    str_free(&home->warnings);
    free(folder);
    free(home->file);
    free(home);
    return 0;
}

static void note(void *context, const char *line) {
    assert_null(strchr(line, '\n'));
    str_append_format(context, "%s\n", line);
}

static void write_file(const char *path, const char *text, mode_t mode) {
    assert_int_equal(fs_write(path, slice_of_string(text), false, NULL), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int load(struct home *home, const char *text, struct err *err) {
    write_file(home->file, text, 0644);
    return config_load(home->config, NULL, note, &home->warnings, err);
}

static void merge(struct home *home, const char *text, enum config_origin origin) {
    struct json *json = json_parse(slice_of_string(text), NULL);
    assert_non_null(json);
    config_merge(home->config, json, origin, note, &home->warnings);
    json_free(json);
}

static void defaults_work(void **state) {
    struct home *home = *state;
    const struct config *config = home->config;
    struct err err;
    assert_int_equal(config_load(home->config, NULL, note, &home->warnings, &err), 0); // no file is no error
    assert_true(config->enabled);
    assert_string_equal(config->model.provider, "repository");
    assert_string_equal(config->model.url, "");
    assert_string_equal(config->embedder.provider, "none");
    assert_true(config->fall_back_to_builtin);
    assert_true(config->instant_confidence > 0.5);
    assert_int_equal(config->max_tokens, 96);
    assert_int_equal(config->timeout_ms, 10000);
    assert_string_equal(config->log_level, "warning");
    assert_true(config_language_enabled(config, "c"));
    assert_string_equal(config_origin_name(config, "model.url"), "default");
    assert_string_equal(home->warnings.data, "");
}

static void the_users_file_sets_everything(void **state) {
    struct home *home = *state;
    const struct config *config = home->config;
    assert_int_equal(
        load(
            home,
            "// mine\n{ /* a model */ \"model\": {\"provider\": \"openai\", \"url\": \"http://127.0.0.1:8012\","
            " \"name\": \"m\", \"template\": \"mellum\", \"keyEnvironment\": \"K\","
            " \"keyFile\": \"~/k\", \"contextTokens\": 8192},\n"
            " \"enabled\": false, \"completion.maxTokens\": 12,\n"
            " \"completion\": {\"maxLines\": 3, \"timeoutMs\": 500, \"minimumConfidence\": 0.25},\n"
            " \"index\": {\"threads\": 2}, \"log\": {\"level\": \"debug\"},\n"
            " \"languages\": {\"markdown\": false, \"c\": true}}\n",
            NULL),
        0);
    assert_string_equal(home->warnings.data, "");
    assert_false(config->enabled);
    assert_string_equal(config->model.provider, "openai");
    assert_string_equal(config->model.url, "http://127.0.0.1:8012");
    assert_string_equal(config->model.name, "m");
    assert_string_equal(config->model.template, "mellum");
    assert_string_equal(config->model.key_env, "K");
    assert_string_equal(config->model.key_file, "~/k");
    assert_int_equal(config->model.context_tokens, 8192);
    assert_int_equal(config->max_tokens, 12);
    assert_int_equal(config->max_lines, 3);
    assert_int_equal(config->timeout_ms, 500);
    assert_true(config->minimum_confidence > 0.24 && config->minimum_confidence < 0.26);
    assert_int_equal(config->index_threads, 2);
    assert_string_equal(config->log_level, "debug");
    assert_false(config_language_enabled(config, "markdown"));
    assert_true(config_language_enabled(config, "python"));
    assert_string_equal(config_origin_name(config, "model.url"), "user file");
}

// What every server has, and what some have.
static void each_server_has_its_own_group(void **state) {
    struct home *home = *state;
    const struct config *config = home->config;
    const struct config_server *servers[] = {&config->model, &config->fallback, &config->embedder};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        char text[300];
        const char *group = servers[i]->group;
        snprintf(text, sizeof text,
                 "{\"%s\": {\"provider\": \"ollama\", \"url\": \"http://127.0.0.1:%zu\", \"name\": \"n%zu\","
                 " \"keyEnvironment\": \"K%zu\", \"keyFile\": \"~/k%zu\"}}",
                 group, i, i, i, i);
        assert_int_equal(load(home, text, NULL), 0);
        for (size_t j = 0; j < sizeof servers / sizeof *servers; j++) {
            const char *otherwise = j == 0 ? "repository" : "none";
            assert_string_equal(servers[j]->provider, i == j ? "ollama" : otherwise);
            assert_int_equal(servers[j]->url[0] != '\0', i == j);
            assert_int_equal(servers[j]->name[0] != '\0', i == j);
            assert_int_equal(servers[j]->key_env[0] != '\0', i == j);
            assert_int_equal(servers[j]->key_file[0] != '\0', i == j);
        }
    }
    assert_string_equal(home->warnings.data, "");
    assert_int_equal(load(home,
                          "{\"fallback\": {\"template\": \"mellum\", \"keyCommand\": \"pass x\","
                          " \"contextTokens\": 2048, \"builtIn\": false}, \"embedder\": {\"path\": \"~/m\"}}",
                          NULL),
                     0);
    assert_string_equal(config->fallback.template, "mellum");
    assert_string_equal(config->fallback.key_command, "pass x");
    assert_int_equal(config->fallback.context_tokens, 2048);
    assert_false(config->fall_back_to_builtin);
    assert_string_equal(config->embedder.path, "~/m");
    assert_string_equal(config->model.template, "");
    assert_string_equal(home->warnings.data, "");
    load(
        home,
        "{\"model\": {\"caFile\": \"~/ca\", \"certificateFile\": \"~/c\", \"certificateKeyFile\": \"~/c.key\","
        " \"insecure\": true}}",
        NULL);
    assert_string_equal(config->model.ca_file, "~/ca");
    assert_string_equal(config->model.certificate_file, "~/c");
    assert_string_equal(config->model.certificate_key_file, "~/c.key");
    assert_true(config->model.insecure);
    assert_false(config->embedder.insecure);
    load(home, "{\"model\": {\"provider\": \"none\"}, \"fallback.provider\": \"repository\"}", NULL);
    assert_non_null(
        strstr(home->warnings.data, "model.provider (user file) is ignored: it is \"none\", and must be "));
    assert_non_null(strstr(home->warnings.data, "fallback.provider (user file) is ignored"));
    str_clear(&home->warnings);
    load(home, "{\"model\": {\"keyCommand\": [\"pass\", \"secret\"]}, \"enabled\": \"" LONG "\"}", NULL);
    assert_non_null(
        strstr(home->warnings.data, "model.keyCommand (user file) is ignored: it is no text, and must be "));
    assert_null(strstr(home->warnings.data, "secret"));
    load(home,
         "{\"model\": {\"provider\": \"https://me:secret@x\", \"insecure\": [\"secret\"], "
         "\"contextTokens\": \"sk-secret-secret-secret\"}, \"fallback.provider\": \"k3y4server\"}",
         NULL);
    assert_null(strstr(home->warnings.data, "secret"));
    assert_null(strstr(home->warnings.data, "k3y4server"));
    assert_non_null(
        strstr(home->warnings.data,
               "model.provider (user file) is ignored: it is something else, and must be one of"));
    assert_non_null(
        strstr(home->warnings.data, "model.insecure (user file) is ignored: it is something else"));
    assert_non_null(strstr(home->warnings.data, "enabled (user file) is ignored: it is \"long long "));
    assert_null(strstr(home->warnings.data, LONG));
}

static bool begins(const char *key, const char *group) {
    return strncmp(key, group, strlen(group)) == 0;
}

// Whatever is ever added to a group of servers, an editor or a workspace cannot set it.
static void no_setting_of_a_server_counts_from_elsewhere(void **state) {
    struct home *home = *state;
    size_t count;
    size_t of_servers = 0;
    const struct config_row *rows = config_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (begins(rows[i].key, "model.") || begins(rows[i].key, "fallback.") ||
            begins(rows[i].key, "embedder.")) {
            assert_true(rows[i].sensitive);
            struct json *object = json_object();
            json_set(object, rows[i].key, config_row_default(&rows[i]));
            str_clear(&home->warnings);
            config_merge(home->config, object, CONFIG_WORKSPACE, note, &home->warnings);
            assert_non_null(strstr(home->warnings.data, "from the workspace is refused"));
            assert_string_equal(config_origin_name(home->config, rows[i].key), "default");
            json_free(object);
            of_servers++;
        }
    }
    assert_in_range(of_servers, 23, count);
}

static void sensitive_keys_count_only_in_the_users_file(void **state) {
    static const char *const keys[] = {"model.provider", "model.url", "fallback.url", "embedder.keyFile"};
    static const enum config_origin origins[] = {CONFIG_EDITOR, CONFIG_WORKSPACE};
    struct home *home = *state;
    load(home, "{\"model\": {\"url\": \"http://127.0.0.1:1\"}}", NULL);
    for (size_t i = 0; i < 2 * sizeof keys / sizeof *keys; i++) {
        char object[80];
        char name[40];
        snprintf(name, sizeof name, "%s from the ", keys[i / 2]);
        snprintf(object, sizeof object, "{\"%s\": \"openai\"}", keys[i / 2]);
        str_clear(&home->warnings);
        merge(home, object, origins[i % 2]);
        assert_ptr_equal(strstr(home->warnings.data, name), home->warnings.data);
        assert_non_null(strstr(home->warnings.data, home->file)); // where to put it
    }
    str_clear(&home->warnings);
    merge(home, "{\"model.url\": \"https://evil.example.com\", \"model\": {\"contextTokens\": 1}}",
          CONFIG_WORKSPACE);
    assert_non_null(strstr(home->warnings.data, "model.url from the workspace is refused"));
    assert_non_null(strstr(home->warnings.data, "model.contextTokens from the workspace is refused"));
    assert_string_equal(home->config->model.url, "http://127.0.0.1:1");
    assert_string_equal(home->config->model.provider, "repository");
}

static void assert_languages_off(const struct config *config, const char *expected) {
    struct json *off = config_languages_off(config);
    struct str text;
    str_init(&text);
    json_print(off, &text);
    assert_string_equal(text.data, expected);
    str_free(&text);
    json_free(off);
}

static void the_strongest_layer_counts(void **state) {
    struct home *home = *state;
    merge(home,
          "{\"completion\": {\"maxTokens\": 30}, \"languages\": {\"c\": false},"
          " \"retrieval.sources\": {\"vector\": false, \"caller\": true}}",
          CONFIG_WORKSPACE);
    merge(
        home,
        "{\"completion\": {\"maxTokens\": 20, \"maxLines\": 2}, \"languages\": {\"c\": true, \"go\": false}}",
        CONFIG_EDITOR);
    load(home, "{\"completion\": {\"maxTokens\": 10, \"maxLines\": 1, \"timeoutMs\": 100}}", NULL);
    assert_int_equal(home->config->max_tokens, 30);
    assert_int_equal(home->config->max_lines, 2);
    assert_int_equal(home->config->timeout_ms, 100);
    assert_false(config_language_enabled(home->config, "c"));
    assert_false(config_language_enabled(home->config, "go"));
    assert_languages_off(home->config, "[\"c\",\"go\"]");
    assert_false(config_source_enabled(home->config, "vector", true)); // a workspace may switch both ways
    assert_true(config_source_enabled(home->config, "caller", false));
    assert_true(config_source_enabled(home->config, "lexical", true)); // of which nobody said anything
    assert_false(config_source_enabled(home->config, "outline", false));
    assert_string_equal(config_origin_name(home->config, "completion.maxTokens"), "workspace");
    assert_string_equal(config_origin_name(home->config, "completion.maxLines"), "editor");
    merge(home, "{}", CONFIG_WORKSPACE); // what it said before is gone
    assert_int_equal(home->config->max_tokens, 20);
    assert_languages_off(home->config, "[\"go\"]");
    assert_string_equal(home->warnings.data, "");
}

static const char *meant(const char *name) {
    return strncmp(name, "pyh", 3) == 0 ? "python" : NULL;
}

static void mistyped_languages_are_named(void **state) {
    struct home *home = *state;
    const char *object = "{\"languages\": {\"pyhton\": false, \"scss\": false, \"pyh\\n\": true}}";
    merge(home, object, CONFIG_EDITOR);
    assert_string_equal(home->warnings.data, ""); // nobody knows any
    config_know_languages(home->config, meant);
    merge(home, object, CONFIG_EDITOR);
    assert_string_equal(home->warnings.data,
                        "unknown language pyhton in languages (editor): did you mean python?\n"
                        "unknown language pyh? in languages (editor): did you mean python?\n");
    assert_false(config_language_enabled(home->config, "pyhton")); // it counts all the same
    struct str many;
    str_init(&many);
    for (int i = 0; i < 100; i++) {
        str_append_format(&many, "%s\"pyh%d\": false", i ? "," : "{\"languages\": {", i);
    }
    str_append_string(&many, "}}");
    str_clear(&home->warnings);
    merge(home, many.data, CONFIG_WORKSPACE);
    assert_int_equal(slice_count(str_slice(&home->warnings), '\n'), 20);
    str_free(&many);
}

// A repository's own settings of an editor may have any number.
static void too_many_switches_are_refused(void **state) {
    struct home *home = *state;
    for (int count = CONFIG_SWITCHES_MOST; count <= CONFIG_SWITCHES_MOST + 1; count++) {
        struct str many;
        str_init(&many);
        for (int i = 0; i < count; i++) {
            str_append_format(&many, "%s\"x%d\": false", i ? "," : "{\"languages\": {", i);
        }
        str_append_string(&many, "}}");
        merge(home, many.data, CONFIG_EDITOR);
        assert_int_equal(config_language_enabled(home->config, "x7"), count > CONFIG_SWITCHES_MOST);
        str_free(&many);
    }
    assert_non_null(strstr(home->warnings.data, "an object such as {\"markdown\": false}, of at most 200"));
}

static void mistyped_sources_are_named(void **state) {
    struct home *home = *state;
    merge(home, "{\"retrieval\": {\"sources\": {\"lexcial\": false, \"edit\": false}}}", CONFIG_EDITOR);
    assert_string_equal(home->warnings.data,
                        "unknown name lexcial in retrieval.sources (editor): it must be one of "
                        "definition|signature|outline|caller|lexical|vector|edit|neighbour\n");
    assert_false(config_source_enabled(home->config, "edit", true)); // the others count
}

static void oddities_are_named_and_ignored(void **state) {
    static const struct {
        const char *object, *warning;
    } rows[] = {
        {"{\"completion\": {\"maxToken\": 5}}",
         "unknown setting completion.maxToken (editor): did you mean completion.maxTokens?"},
        {"{\"modle\": {\"url\": \"x\"}}", "did you mean model.url?"},
        {"{\"Enabled\": true}", "did you mean enabled?"},
        {"{\"foo\": 1}", "unknown setting foo (editor): docs/configuration.md lists those there are"},
        {"{\"enabled\": \"yes\"}", "enabled (editor) is ignored: it is \"yes\", and must be true or false"},
        {"{\"completion\": {\"maxTokens\": \"5\"}}",
         "it is \"5\", and must be a whole number from 1 to 4096"},
        {"{\"completion\": {\"maxTokens\": 0}}", "it is 0, and must be a whole number from 1 to 4096"},
        {"{\"completion\": {\"maxTokens\": 1.5}}", "it is 1.5, and must be a whole number from 1 to 4096"},
        {"{\"completion\": {\"maxTokens\": 1e99}}", "it is 1e+99, and must be a whole number from 1 to 4096"},
        {"{\"completion\": {\"maxLines\": -1}}", "it is -1, and must be a whole number from 0 to 200"},
        {"{\"completion\": {\"minimumConfidence\": 1.01}}", "it is 1.01, and must be a number from 0 to 1"},
        {"{\"completion\": 5}", "unknown setting completion (editor)"},
        {"{\"log\": {\"level\": \"loud\"}}", "it is \"loud\", and must be one of error|warning|info|debug"},
        {"{\"log\": {\"level\": \"\"}}", "it is \"\", and must be one of error|warning|info|debug"},
        {"{\"log\": {\"level\": \"err\"}}", "it is \"err\", and must be one of error|warning|info|debug"},
        {"{\"languages\": [\"c\"]}", "it is [\"c\"], and must be an object such as"},
        {"{\"languages\": {\"c\": 1}}", "it is {\"c\":1}, and must be an object such as"},
        {"{\"retrieval\": {\"sources\": [\"vector\"]}}",
         "it is [\"vector\"], and must be an object such as {\"vector\": false}"},
        {"{\"a\": {\"b\": {\"c\": {\"d\": {\"e\": {\"f\": 1}}}}}}", "unknown setting a.b.c.d"},
        {"{\"a\\n\\u001b[1m\": 1}", "unknown setting a??[1m (editor)"},
        {"[1]", "the settings from the editor are ignored"},
    };
    struct home *home = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_clear(&home->warnings);
        merge(home, rows[i].object, CONFIG_EDITOR);
        if (!strstr(home->warnings.data, rows[i].warning)) {
            print_error("%s: %s\n", rows[i].object, home->warnings.data);
        }
        assert_non_null(strstr(home->warnings.data, rows[i].warning));
        assert_int_equal(home->config->max_tokens, 96);
        assert_true(home->config->enabled);
    }
}

static void what_editors_add_is_passed_over(void **state) {
    struct home *home = *state;
    merge(
        home,
        "{\"trace\": {\"server\": \"verbose\"}, \"server.path\": \"/x\", \"enabled\": null, \"index\": null}",
        CONFIG_WORKSPACE);
    merge(home, "null", CONFIG_EDITOR);
    assert_string_equal(home->warnings.data, "");
    config_merge(home->config, NULL, CONFIG_EDITOR, NULL, NULL);
}

static void a_broken_file_leaves_the_defaults(void **state) {
    static const char *const texts[] = {"{\n\"enabled\": false,\n\"model\": {]\n}", "[false]",
                                        "{\"enabled\": false"};
    struct home *home = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = {0, ""};
        assert_int_equal(load(home, texts[i], &err), ERR_INVALID);
        assert_non_null(strstr(err.message, home->file));
        assert_non_null(strstr(err.message, "line "));
        assert_non_null(strstr(err.message, "mend it"));
        assert_true(home->config->enabled);
    }
    struct err err;
    load(home, texts[0], &err);
    assert_non_null(strstr(err.message, "line 3"));
}

static void other_files(void **state) {
    struct home *home = *state;
    struct err err = {0, ""};
    assert_int_equal(load(home, "", &err), 0);
    assert_int_equal(config_load(home->config, "/dev/null", note, &home->warnings, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "/dev/null"));
    assert_int_equal(config_load(home->config, home->folder, note, &home->warnings, &err), ERR_INVALID);
    struct str large;
    str_init(&large);
    for (int i = 0; i < 100 * 1000; i++) {
        str_append_string(&large, "            ");
    }
    assert_int_equal(load(home, large.data, &err), ERR_TOO_LARGE);
    str_free(&large);
}

static void describing_names_value_and_origin(void **state) {
    struct home *home = *state;
    merge(home, "{\"completion\": {\"maxTokens\": 7}}", CONFIG_EDITOR);
    struct json *all = config_describe(home->config);
    const struct json *tokens = json_get(all, "completion.maxTokens");
    assert_int_equal(json_get_integer(tokens, "value", 0), 7);
    assert_string_equal(json_get_string(tokens, "origin", ""), "editor");
    assert_true(json_get_bool(json_get(all, "enabled"), "value", false));
    assert_string_equal(json_get_string(json_get(all, "log.level"), "origin", ""), "default");
    assert_true(json_is_object(json_get(json_get(all, "languages"), "value")));
    assert_int_equal(json_count(all), 56);
    json_free(all);
}

static void describing_shows_no_misplaced_key(void **state) {
    static const char *const texts[] = {"{\"model.keyEnvironment\": \"sk-s3cret\"}",
                                        "{\"model.keyFile\": \"sk-s3cret\"}",
                                        "{\"fallback.keyFile\": \"sk-s3cret\"}",
                                        "{\"embedder.keyEnvironment\": \"sk-s3cret\"}",
                                        "{\"fallback.url\": \"https://me:s3cret@example.com\"}",
                                        "{\"model.keyCommand\": \"vault --token s3cret\"}",
                                        "{\"model.url\": \"https://me:s3cret@example.com\"}",
                                        "{\"model.url\": \"https://example.com/?key=s3cret\"}"};
    struct home *home = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str text;
        str_init(&text);
        load(home, texts[i], NULL);
        struct json *all = config_describe(home->config);
        json_print(all, &text);
        assert_null(strstr(text.data, "s3cret"));
        assert_non_null(strstr(text.data, "user file"));
        json_free(all);
        str_free(&text);
    }
}

static void many_unknown_settings_are_cut_short(void **state) {
    struct home *home = *state;
    struct json *object = json_object();
    for (int i = 0; i < 1000; i++) {
        char key[20];
        snprintf(key, sizeof key, "x%d", i);
        json_set_bool(object, key, true);
    }
    config_merge(home->config, object, CONFIG_WORKSPACE, note, &home->warnings);
    size_t lines = 0;
    for (const char *at = home->warnings.data; (at = strstr(at, "unknown setting")); at++) {
        lines++;
    }
    assert_int_equal(lines, 20);
    json_free(object);
}

static int read_key(struct home *home, struct str *key, struct err *err) {
    str_clear(key);
    return config_read_key(&home->config->model, key, err);
}

static void who_has_read_a_key_leaves_no_core_dump(void **state) {
    struct home *home = *state;
    struct err err = {0};
    struct str key;
    str_init(&key);
    prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
    load(home, "{}", NULL);
    assert_int_equal(read_key(home, &key, &err), 0);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 1);
    load(home, "{\"model.keyEnvironment\": \"HOME\"}", NULL);
    assert_int_equal(read_key(home, &key, &err), 0);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 0);
    str_free(&key);
}

static void the_key_comes_from_a_variable(void **state) {
    struct home *home = *state;
    struct err err = {0, ""};
    struct str key;
    str_init(&key);
    assert_int_equal(read_key(home, &key, &err), 0);
    assert_string_equal(key.data, "");
    load(home, "{\"model.keyEnvironment\": \"HUNCH_TEST_KEY\"}", NULL);
    unsetenv("HUNCH_TEST_KEY");
    assert_int_equal(read_key(home, &key, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "HUNCH_TEST_KEY"));
    setenv("HUNCH_TEST_KEY", " k1\n", 1);
    assert_int_equal(read_key(home, &key, &err), 0);
    assert_string_equal(key.data, "k1");
    load(home, "{\"fallback.keyEnvironment\": \"HUNCH_TEST_KEY\"}", NULL); // another server's
    assert_int_equal(read_key(home, &key, &err), 0);
    assert_string_equal(key.data, "");
    assert_int_equal(config_read_key(&home->config->fallback, &key, &err), 0);
    assert_string_equal(key.data, "k1");
    load(home, "{\"fallback.keyFile\": \"s3cret\"}", NULL);
    assert_int_equal(config_read_key(&home->config->fallback, &key, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "fallback.keyFile is not a path"));
    load(home, "{\"model.keyEnvironment\": \"sk-live-s3cret\"}", NULL); // the key in the wrong place
    assert_int_equal(read_key(home, &key, &err), ERR_NOT_FOUND);
    assert_null(strstr(err.message, "s3cret"));
    str_free(&key);
}

static void the_key_comes_from_a_private_file(void **state) {
    static const struct {
        mode_t mode;
        int code;
    } rows[] = {{0600, 0}, {0400, 0}, {0644, ERR_DENIED}, {0660, ERR_DENIED}, {0601, ERR_DENIED}};
    struct home *home = *state;
    struct err err = {0, ""};
    struct str key;
    char text[128];
    char path[80];
    str_init(&key);
    setenv("HOME", home->folder, 1);
    snprintf(path, sizeof path, "%s/key", home->folder);
    snprintf(text, sizeof text, "{\"model\": {\"keyFile\": \"~/key\"}}");
    load(home, text, NULL);
    assert_int_equal(read_key(home, &key, &err), ERR_NOT_FOUND);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(path, "  s3cret\n", rows[i].mode);
        assert_int_equal(read_key(home, &key, &err), rows[i].code);
        assert_string_equal(key.data, rows[i].code ? "" : "s3cret");
        unlink(path);
    }
    assert_non_null(strstr(err.message, "chmod 600"));
    assert_non_null(strstr(err.message, path));
    load(home, "{\"model.keyFile\": \"sk-s3cret\"}", NULL); // the key in the wrong place
    assert_int_equal(read_key(home, &key, &err), ERR_INVALID);
    assert_null(strstr(err.message, "s3cret"));
    load(home, text, NULL);
    struct str large;
    str_init(&large);
    for (int i = 0; i < 5000; i++) {
        str_append_char(&large, 'k');
    }
    write_file(path, large.data, 0600);
    assert_int_equal(read_key(home, &key, &err), ERR_INVALID);
    unlink(path);
    mkdir(path, 0700);
    assert_int_equal(read_key(home, &key, &err), ERR_INVALID);
    rmdir(path);
    str_free(&large);
    str_free(&key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_work, begin, finish),
        cmocka_unit_test_setup_teardown(the_users_file_sets_everything, begin, finish),
        cmocka_unit_test_setup_teardown(each_server_has_its_own_group, begin, finish),
        cmocka_unit_test_setup_teardown(no_setting_of_a_server_counts_from_elsewhere, begin, finish),
        cmocka_unit_test_setup_teardown(sensitive_keys_count_only_in_the_users_file, begin, finish),
        cmocka_unit_test_setup_teardown(the_strongest_layer_counts, begin, finish),
        cmocka_unit_test_setup_teardown(mistyped_languages_are_named, begin, finish),
        cmocka_unit_test_setup_teardown(mistyped_sources_are_named, begin, finish),
        cmocka_unit_test_setup_teardown(too_many_switches_are_refused, begin, finish),
        cmocka_unit_test_setup_teardown(oddities_are_named_and_ignored, begin, finish),
        cmocka_unit_test_setup_teardown(what_editors_add_is_passed_over, begin, finish),
        cmocka_unit_test_setup_teardown(a_broken_file_leaves_the_defaults, begin, finish),
        cmocka_unit_test_setup_teardown(other_files, begin, finish),
        cmocka_unit_test_setup_teardown(describing_names_value_and_origin, begin, finish),
        cmocka_unit_test_setup_teardown(describing_shows_no_misplaced_key, begin, finish),
        cmocka_unit_test_setup_teardown(many_unknown_settings_are_cut_short, begin, finish),
        cmocka_unit_test_setup_teardown(who_has_read_a_key_leaves_no_core_dump, begin, finish),
        cmocka_unit_test_setup_teardown(the_key_comes_from_a_variable, begin, finish),
        cmocka_unit_test_setup_teardown(the_key_comes_from_a_private_file, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
