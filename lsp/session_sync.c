// session_sync.c - the editor's documents and files, passed on to the index; see session_state.h.
#include "base/fs.h"
#include "base/log.h"
#include "base/uri.h"
#include "indexer/ignore.h"
#include "lsp/session_state.h"

#include <stdlib.h>

// Outside the root every rule on the way to the file counts, as if the root were "/".
static bool is_excluded_path(const struct session *session, char *path) {
    const char *reason = NULL;
    struct document file = {.path = path};
    bool inside = session_is_inside(session, &file);
    const char *root = !inside ? "/" : session->real_root ? session->real_root : session->root;
    const char *below = inside ? session_path(session, &file) : path + 1;
    return below[0] && ignore_path(root, below, false, &reason);
}

// A link must not give a file that is left alone a harmless name.
static bool is_excluded(const struct session *session, const struct document *document) {
    char *real = document->path ? fs_real_path(document->path, NULL) : NULL;
    bool excluded = document->path && is_excluded_path(session, document->path);
    if (!excluded && real && strcmp(real, document->path) != 0) {
        excluded = is_excluded_path(session, real);
    }
    free(real);
    return excluded;
}

// The index gets the document's text, or loses it.
static void overlay(struct session *session, struct document *document) {
    struct indexer *indexer = session->project.indexer;
    if (!indexer || document->is_unsaved || !session_is_inside(session, document)) {
        return;
    }
    const char *path = session_path(session, document);
    if (!session_is_ignored(session, document) && !document->too_large) {
        indexer_overlay(indexer, path, document->language, document->text);
        document->overlaid = true;
    } else if (document->overlaid) {
        indexer_overlay_remove(indexer, path);
        document->overlaid = false;
    }
}

bool session_is_ignored(struct session *session, struct document *document) {
    if (!document->ignored_known) {
        document->ignored_known = true;
        document->ignored = is_excluded(session, document);
    }
    return document->ignored;
}

void session_rules_changed(struct session *session) {
    for (size_t i = 0; i < session->documents.open.count; i++) {
        session->documents.open.items[i]->ignored_known = false;
    }
}

void session_sync_all(struct session *session) {
    session_rules_changed(session);
    for (size_t i = 0; i < session->documents.open.count; i++) {
        overlay(session, session->documents.open.items[i]);
    }
}

void session_note_typing(struct session *session) {
    if (session->project.indexer) {
        indexer_pause_for(session->project.indexer, SESSION_TYPING_MS);
    }
}

static void on_registered(void *context, const struct json *result, const struct json *error) {
    (void)context;
    (void)result;
    if (error) {
        session_log_refusal("client/registerCapability", error,
                            "it does not tell of changed files, which are looked for by and by instead");
    }
}

// The index watches the files itself, and better: it knows what is ignored, and many clients' watchers cost much
// on Linux, so they are asked only when it cannot.
void session_register_watching(struct session *session) {
    if (session->is_registered || !session->client_watching) {
        return;
    }
    session->is_registered = true;
    struct json *params = json_object();
    struct json *registration = json_push(json_set(params, "registrations", json_array()), json_object());
    json_set_string(registration, "id", "hunch/files");
    json_set_string(registration, "method", "workspace/didChangeWatchedFiles");
    struct json *options = json_set(registration, "registerOptions", json_object());
    struct json *watcher = json_push(json_set(options, "watchers", json_array()), json_object());
    json_set_string(watcher, "globPattern", "**/*");
    rpc_call(session->rpc, "client/registerCapability", params, on_registered, session);
}

// What comes of a version control (git:), a plugin's window or a notebook is nobody's file: no rule says whether it may
// be shown to a model.
static void tell_strange(struct session *session, const struct document *document) {
    if (!session->told_strange && !session_path(session, document)) {
        session->told_strange = true;
        log_warning("%s: no suggestions there; files and new documents (untitled:) get them", document->uri);
    }
}

void session_did_open(void *self, const struct json *params) {
    struct session *session = self;
    const struct json *item = json_get(params, "textDocument");
    const char *uri = json_get_string(item, "uri", NULL);
    if (!uri) {
        return;
    }
    const char *text = json_get_string(item, "text", "");
    struct document *document =
        documents_open(&session->documents, uri, json_get_string(item, "languageId", ""),
                       json_get_integer(item, "version", 0), slice_of_string(text));
    tell_strange(session, document);
    overlay(session, document);
}

void session_did_change(void *self, const struct json *params) {
    struct session *session = self;
    struct document *document = session_document(session, params);
    if (!document) {
        return;
    }
    int64_t version = json_get_integer(json_get(params, "textDocument"), "version", document->version);
    documents_change(&session->documents, document, version, json_get(params, "contentChanges"));
    session_note_typing(session);
    overlay(session, document);
}

void session_did_close(void *self, const struct json *params) {
    struct session *session = self;
    struct document *document = session_document(session, params);
    if (!document) {
        return;
    }
    session_forget_document(session, document);
    if (document->overlaid) {
        indexer_overlay_remove(session->project.indexer, session_path(session, document));
    }
    documents_close(&session->documents, document);
}

static void file_changed(struct session *session, const char *uri) {
    char *path = uri ? uri_to_path(uri) : NULL;
    if (path && session->project.indexer) {
        struct document file = {.path = path};
        if (session_is_inside(session, &file)) {
            indexer_file_changed(session->project.indexer, session_path(session, &file));
        }
    }
    if (path && ignore_is_rules(path)) {
        session_rules_changed(session);
    }
    free(path);
}

void session_did_save(void *self, const struct json *params) {
    struct session *session = self;
    file_changed(session, json_get_string(json_get(params, "textDocument"), "uri", NULL));
}

void session_did_change_files(void *self, const struct json *params) {
    struct session *session = self;
    const struct json *changes = json_get(params, "changes");
    for (const struct json *change = json_first(changes); change; change = json_next(change)) {
        file_changed(session, json_get_string(change, "uri", NULL));
    }
}

void session_did_change_folders(void *self, const struct json *params) {
    (void)self;
    if (json_count(json_get(json_get(params, "event"), "added"))) {
        log_info("only the first workspace folder is indexed; open the other in a window of its own");
    }
}
