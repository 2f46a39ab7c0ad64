// session.c - the life cycle of a session; see session.h and session_state.h.
#include "base/fs.h"
#include "base/log.h"
#include "base/uri.h"
#include "lsp/session_state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct json *sync_capability(void) {
    struct json *sync = json_object();
    json_set_bool(sync, "openClose", true);
    json_set_number(sync, "change", 2);
    struct json *save = json_set(sync, "save", json_object());
    json_set_bool(save, "includeText", false);
    return sync;
}

static struct json *workspace_capability(void) {
    struct json *workspace = json_object();
    struct json *folders = json_set(workspace, "workspaceFolders", json_object());
    json_set_bool(folders, "supported", true);
    json_set_bool(folders, "changeNotifications", true);
    return workspace;
}

static struct json *list_of(const char *const *strings, size_t count) {
    struct json *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_push(list, json_new_string(slice_of_string(strings[i])));
    }
    return list;
}

static const char *encoding_name(enum position_encoding encoding) {
    static const char *const names[] = {"utf-16", "utf-8", "utf-32"};
    return names[encoding];
}

// Clients with ghost text would show each suggestion twice. (One names the capability with the value null.)
static bool wants_popup(const struct json *client) {
    return !json_get(json_get(client, "textDocument"), "inlineCompletion");
}

static struct json *popup_capability(void) {
    static const char *const triggers[] = {".", ">", ":"};
    struct json *popup = json_object();
    json_set(popup, "triggerCharacters", list_of(triggers, sizeof triggers / sizeof triggers[0]));
    json_set_bool(popup, "resolveProvider", false);
    return popup;
}

static struct json *initialize_result(const struct session *session, const struct json *client) {
    static const char *const commands[] = {"hunch.didAccept"};
    struct json *result = json_object();
    struct json *capabilities = json_set(result, "capabilities", json_object());
    json_set_string(capabilities, "positionEncoding", encoding_name(session->documents.encoding));
    json_set(capabilities, "textDocumentSync", sync_capability());
    // `true` and not {}: some clients take an empty object for nothing.
    json_set_bool(capabilities, "inlineCompletionProvider", true);
    if (wants_popup(client)) {
        json_set(capabilities, "completionProvider", popup_capability());
    }
    struct json *execute = json_set(capabilities, "executeCommandProvider", json_object());
    json_set(execute, "commands", list_of(commands, 1));
    json_set(capabilities, "workspace", workspace_capability());
    struct json *info = json_set(result, "serverInfo", json_object());
    json_set_string(info, "name", "hunch");
    json_set_string(info, "version", HUNCH_VERSION);
    return result;
}

// UTF-16 unless the client offers only others: some plugins send UTF-16 positions whatever their editor
// offers.
static enum position_encoding choose_encoding(const struct json *offered) {
    enum position_encoding choice = POSITION_UTF16;
    for (const struct json *name = json_first(offered); name; name = json_next(name)) {
        const char *text = json_string(name, "");
        if (strcmp(text, "utf-16") == 0) {
            return POSITION_UTF16;
        }
        if (strcmp(text, "utf-8") == 0) {
            choice = POSITION_UTF8;
        } else if (strcmp(text, "utf-32") == 0 && choice == POSITION_UTF16) {
            choice = POSITION_UTF32;
        }
    }
    return choice;
}

// The first workspace folder, else rootUri, else rootPath, else NULL.
static char *choose_root(const struct json *params) {
    const struct json *folder = json_first(json_get(params, "workspaceFolders"));
    const char *uri = json_get_string(folder, "uri", json_get_string(params, "rootUri", NULL));
    if (uri) {
        return uri_to_path(uri);
    }
    const char *path = json_get_string(params, "rootPath", NULL);
    return path && path[0] == '/' ? mem_copy_string(path) : NULL;
}

static bool is_alive(int process) {
    return kill(process, 0) == 0 || errno != ESRCH;
}

static void end(struct session *session, int code) {
    if (!session->ended) {
        session->ended = true;
        uv_timer_stop(&session->parent_timer);
        session->options.host.on_exit(session->options.host.self, code);
    }
}

static void check_parent(uv_timer_t *timer) {
    struct session *session = timer->data;
    if (!is_alive(session->parent)) {
        log_warning("the editor (process %d) is gone", session->parent);
        end(session, 1);
    }
}

// An editor in another container names a process that does not exist here: then there is nothing to watch.
static void watch_parent(struct session *session, int64_t process) {
    if (process <= 0 || process > INT32_MAX || !is_alive((int)process)) {
        return;
    }
    session->parent = (int)process;
    uv_timer_start(&session->parent_timer, check_parent, SESSION_PARENT_CHECK_MS, SESSION_PARENT_CHECK_MS);
}

static void set_trace(struct session *session, const char *value) {
    session->trace = strcmp(value, "messages") == 0 || strcmp(value, "verbose") == 0;
}

static void initialize(void *self, struct rpc_request *request, const struct json *params) {
    struct session *session = self;
    const struct json *capabilities = json_get(params, "capabilities");
    const struct json *general = json_get(capabilities, "general");
    session->documents.encoding = choose_encoding(json_get(general, "positionEncodings"));
    session->client_progress = json_get_bool(json_get(capabilities, "window"), "workDoneProgress", false);
    session->client_configuration =
        json_get_bool(json_get(capabilities, "workspace"), "configuration", false);
    const struct json *watching = json_get(json_get(capabilities, "workspace"), "didChangeWatchedFiles");
    session->client_watching = json_get_bool(watching, "dynamicRegistration", false);
    session->root = choose_root(params);
    const char *editor = json_get_string(json_get(params, "clientInfo"), "name", "");
    snprintf(session->options.config->editor, sizeof session->options.config->editor, "%s", editor);
    set_trace(session, json_get_string(params, "trace", "off"));
    const struct json *options = json_get(params, "initializationOptions");
    if (!json_is_null(options)) {
        session_read_settings(session, options, CONFIG_EDITOR);
    }
    watch_parent(session, json_get_integer(params, "processId", 0));
    rpc_set_phase(session->rpc, RPC_RUNNING);
    rpc_reply(request, initialize_result(session, capabilities));
}

static void open_project(struct session *session) {
    const struct session_host *host = &session->options.host;
    struct session_events events = session_events_of(session);
    struct err err = {0};
    int result = host->open(host->self, session->root, &events, &session->project, &err);
    if (result != 0 && session->root) {
        log_error("%s: %s", session->root, err.message);
        session_replace_string(&session->open_trouble, err.message);
        result = host->open(host->self, NULL, &events, &session->project, &err);
    }
    session->is_open = result == 0;
    if (result != 0) {
        session_replace_string(&session->open_trouble, err.message);
    }
}

static void initialized(void *self, const struct json *params) {
    (void)params;
    struct session *session = self;
    if (session->is_open || session->open_trouble) {
        return;
    }
    session->real_root = session->root ? fs_real_path(session->root, NULL) : NULL;
    open_project(session);
    session_sync_all(session);
    session_pull_configuration(session);
    if (session->project.indexer) {
        session_pass_show(&session->indexing); // the user has just opened the folder
    }
    session_status_changed(session);
    uv_async_send(&session->log_async); // lines logged before
}

static void shut_down(void *self, struct rpc_request *request, const struct json *params) {
    (void)params;
    struct session *session = self;
    session_cancel_all(session);
    rpc_set_phase(session->rpc, RPC_SHUT_DOWN);
    rpc_reply(request, NULL);
}

static void leave(void *self, const struct json *params) {
    (void)params;
    struct session *session = self;
    end(session, rpc_phase(session->rpc) == RPC_SHUT_DOWN ? 0 : 1);
}

static void set_trace_value(void *self, const struct json *params) {
    set_trace(self, json_get_string(params, "value", "off"));
}

static const struct rpc_method methods[] = {
    {"initialize", initialize, NULL},
    {"initialized", NULL, initialized},
    {"shutdown", shut_down, NULL},
    {"exit", NULL, leave},
    {"$/setTrace", NULL, set_trace_value},
    {"textDocument/didOpen", NULL, session_did_open},
    {"textDocument/didChange", NULL, session_did_change},
    {"textDocument/didClose", NULL, session_did_close},
    {"textDocument/didSave", NULL, session_did_save},
    {"textDocument/inlineCompletion", session_inline_completion, NULL},
    {"textDocument/completion", session_popup_completion, NULL},
    {"workspace/executeCommand", session_execute_command, NULL},
    {"workspace/didChangeConfiguration", NULL, session_did_change_configuration},
    {"workspace/didChangeWatchedFiles", NULL, session_did_change_files},
    {"workspace/didChangeWorkspaceFolders", NULL, session_did_change_folders},
    {"hunch/context", session_context, NULL},
    {"hunch/why", session_why, NULL},
    {"hunch/status", session_status_request, NULL},
};

struct session *session_new(const struct session_options *options) {
    struct session *session = mem_zero(1, sizeof *session);
    session->options = *options;
    documents_init(&session->documents);
    struct rpc_options rpc = {
        .methods = methods,
        .method_count = sizeof methods / sizeof methods[0],
        .context = session,
        .send = options->host.send,
        .send_context = options->host.self,
    };
    session->rpc = rpc_new(&rpc);
    uv_timer_init(options->loop, &session->parent_timer);
    uv_unref((uv_handle_t *)&session->parent_timer);
    session->parent_timer.data = session;
    session->handles = 1;
    session_status_init(session);
    return session;
}

bool session_receive(struct session *session, struct slice body) {
    return session->ended || rpc_receive(session->rpc, body);
}

void session_end_of_input(struct session *session) {
    end(session, rpc_phase(session->rpc) == RPC_SHUT_DOWN ? 0 : 1);
}

static void on_closed(uv_handle_t *handle) {
    struct session *session = handle->data;
    if (--session->handles == 0) {
        session_status_free(session);
        free(session);
    }
}

void session_close(struct session *session) {
    session->ended = true;
    session_cancel_all(session);
    if (session->is_open) {
        session->is_open = false;
        session->options.host.close(session->options.host.self);
    }
    session_status_close(session);
    session_free_shown(session);
    rpc_free(session->rpc);
    documents_free(&session->documents);
    free(session->root);
    free(session->real_root);
    free(session->last_path);
    uv_close((uv_handle_t *)&session->parent_timer, on_closed);
    uv_close((uv_handle_t *)&session->log_async, on_closed);
}

struct document *session_document(const struct session *session, const struct json *params) {
    const struct json *identifier = json_get(params, "textDocument");
    return documents_find(&session->documents, json_get_string(identifier, "uri", NULL));
}

static const char *below_root(const struct session *session, const struct document *document) {
    const char *below = NULL;
    if (document->path && session->root) {
        below = uri_path_below(document->path, session->root);
    }
    if (document->path && !below && session->real_root) {
        below = uri_path_below(document->path, session->real_root);
    }
    return below && below[0] ? below : NULL;
}

bool session_is_inside(const struct session *session, const struct document *document) {
    return below_root(session, document) != NULL;
}

const char *session_path(const struct session *session, const struct document *document) {
    const char *below = below_root(session, document);
    return below ? below : document->path ? document->path : document->name;
}
