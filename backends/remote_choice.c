// remote_choice.c - see remote_choice.h.
#include "backends/remote_choice.h"

#include "backends/answer.h"
#include "backends/fim.h"
#include "backends/http.h"
#include "base/config.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>

enum { SHOWN_NAME_LIMIT = 200 };

static const struct provider *find_provider(const char *name, struct err *err) {
    const struct provider *provider = provider_by_name(name ? name : "");
    if (!provider) {
        struct str known;
        str_init(&known);
        for (size_t i = 0; i < provider_count(); i++) {
            str_append_format(&known, "%s%s", i ? ", " : "", provider_at(i)->name);
        }
        err_set(err, ERR_INVALID, "model.provider \"%.60s\" is not known; known are %s", name ? name : "",
                known.data);
        str_free(&known);
    }
    return provider;
}

static int find_model(const struct provider *provider, const struct remote_options *options,
                      const char **name, struct err *err) {
    *name = options->model && options->model[0] ? options->model : provider->model;
    if (!*name) {
        return err_set(err, ERR_INVALID,
                       "model.name is missing: model.provider %s must be told which model to use",
                       provider->name);
    }
    return 0;
}

static int unknown_template(const char *name, struct err *err) {
    struct str known;
    str_init(&known);
    for (size_t i = 0; i < fim_count(); i++) {
        str_append_format(&known, "%s%s", i ? ", " : "", fim_name(fim_at(i)));
    }
    err_set(err, ERR_INVALID, "model.template \"%.60s\" is not known; known are %s", name, known.data);
    str_free(&known);
    return ERR_INVALID;
}

static int find_template(const struct provider *provider, const struct remote_options *options,
                         const char **name, struct err *err) {
    const char *named = options->template ? options->template : "";
    const struct fim_template *fim =
        named[0] ? fim_by_name(named) : fim_for_model(options->model ? options->model : "");
    *name = provider->template ? provider->template : fim ? fim_name(fim) : NULL;
    if (named[0] && !fim) {
        return unknown_template(named, err);
    }
    if (named[0] && provider->template && strcmp(named, provider->template) != 0) {
        return err_set(err, ERR_INVALID,
                       "model.template \"%.60s\" is not for model.provider %s, which has its own: "
                       "leave it empty",
                       named, provider->name);
    }
    return 0;
}

// How long the name of a setting is that stands at the beginning of the text; 0: none does.
static size_t setting_length(const char *text) {
    char key[64];
    size_t length = strncmp(text, "model.", 6) == 0 ? 6 : 0;
    while (length && length < sizeof key && isalnum((unsigned char)text[length])) {
        length++;
    }
    snprintf(key, sizeof key, "%.*s", (int)length, text);
    return config_has_key(key) ? length : 0;
}

void remote_name_settings(const char *group, const char *text, struct str *out) {
    for (char before = ' '; *text;) {
        size_t length = before == ' ' ? setting_length(text) : 0;
        if (length) {
            str_append_string(out, group);
            str_append(out, text + 5, length - 5);
        } else {
            str_append_char(out, *text);
        }
        before = *text;
        text += length ? length : 1;
    }
}

void remote_name_settings_of(const char *group, struct err *err) {
    struct str words;
    str_init(&words);
    remote_name_settings(group, err->message, &words);
    err_set(err, err->code, "%s", words.data);
    str_free(&words);
}

int remote_choose(const struct remote_options *options, struct remote_choice *choice, struct err *err) {
    *choice = (struct remote_choice){.key = options->key ? options->key : ""};
    choice->provider = find_provider(options->provider, err);
    if (!choice->provider) {
        return ERR_INVALID;
    }
    choice->url = options->url && options->url[0] ? options->url : choice->provider->home;
    int code = http_check_url(choice->url, &choice->loopback, err);
    code = code ? code : http_check_key(choice->key, err);
    code = code ? code : http_check_trust(&options->trust, err);
    code = code ? code : find_model(choice->provider, options, &choice->model, err);
    return code ? code : find_template(choice->provider, options, &choice->template, err);
}

char *remote_shown_name(const char *name) {
    struct str clean;
    str_init(&clean);
    answer_clean_line(slice_of_string(name), SHOWN_NAME_LIMIT, &clean);
    char *shown = mem_copy_string(clean.length ? clean.data : "unnamed");
    str_free(&clean);
    return shown;
}

const char *remote_template_of_tokens(const struct provider *provider, const struct json *json) {
    struct str tokens;
    str_init(&tokens);
    provider->read_tokens(json, &tokens);
    const struct fim_template *fim = fim_for_tokens(str_slice(&tokens));
    str_free(&tokens);
    return fim ? fim_name(fim) : NULL;
}
