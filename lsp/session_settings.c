// session_settings.c - what the editor sets; config.h decides what it may.
#include "base/log.h"
#include "lsp/session_state.h"

static void warn(void *context, const char *line) {
    (void)context;
    log_warning("%s", line);
}

static void take(struct session *session, const struct json *settings, enum config_origin origin,
                 void (*on_warning)(void *context, const char *line)) {
    session_replace_string(&session->silence, NULL); // it may have been a setting's
    config_merge(session->options.config, settings, origin, on_warning, NULL);
    if (session->options.config->log_level) {
        log_set_level_named(session->options.config->log_level);
    }
    session_status_changed(session);
}

void session_read_settings(struct session *session, const struct json *settings, enum config_origin origin) {
    take(session, settings, origin, warn);
}

// No settings at all (null) take back those that came before.
static void on_configuration(void *context, const struct json *result, const struct json *error) {
    struct session *session = context;
    if (!error) {
        session_read_settings(session, json_first(result), CONFIG_WORKSPACE);
    } else if (!session->told_settings) {
        session->told_settings = true;
        session_log_refusal("workspace/configuration", error,
                            "what it set before counts on; your own config.json is read in any case");
    }
}

void session_pull_configuration(struct session *session) {
    if (!session->client_configuration) {
        return;
    }
    struct json *params = json_object();
    struct json *items = json_set(params, "items", json_array());
    struct json *item = json_push(items, json_object());
    json_set_string(item, "section", "hunch");
    rpc_call(session->rpc, "workspace/configuration", params, on_configuration, session);
}

// Editors that answer workspace/configuration are asked again, and told of what is wrong when they have answered. What
// they send along counts at once: whoever has just switched something asks how it is before that.
void session_did_change_configuration(void *self, const struct json *params) {
    struct session *session = self;
    const struct json *settings = json_get(json_get(params, "settings"), "hunch");
    if (!json_is_null(settings)) {
        take(session, settings, CONFIG_WORKSPACE, session->client_configuration ? NULL : warn);
    }
    session_pull_configuration(session);
}
