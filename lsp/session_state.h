// session_state.h - what the files of the session share; nobody else includes it.
//
//   session.c             life cycle, the table of methods, parent watch
//   session_sync.c        documents, files on disk, workspace folders
//   session_completion.c  inlineCompletion, completion, hunch/context: requests that the engine answers
//   session_answer.c      its answers in the client's words
//   session_inspect.c     hunch/why, hunch/status, executeCommand
//   session_status.c      hunch/status notifications, log lines, trace
//   session_progress.c    work-done progress
//   session_settings.c    initializationOptions, workspace/configuration
//
// Ownership, threads, errors, limits: see session.h.
#ifndef HUNCH_LSP_SESSION_STATE_H
#define HUNCH_LSP_SESSION_STATE_H

#include "base/log.h"
#include "base/vec.h"
#include "lsp/documents.h"
#include "lsp/rpc.h"
#include "lsp/session.h"

struct flight; // session_completion.c

// A suggestion given to the editor, which may come back as accepted.
struct shown {
    uint64_t id; // 0: a free place
    char *path;
    size_t bytes;
};

// LSP's MessageType.
enum { LINE_ERROR = 1, LINE_WARNING, LINE_INFO, LINE_LOG };

struct log_line {
    int type;
    char *text;
};

// Work that the client is shown while it goes on, pass by pass.
struct session_pass {
    struct session *session;
    const char *token;        // of the first pass
    const char *first, *next; // titles
    const char *unit;         // what is counted; NULL: `doing` is said instead
    const char *doing;        // NULL: nothing
    enum { PROGRESS_HIDDEN, PROGRESS_ASKED, PROGRESS_SHOWN } state;
    unsigned number; // of the running or last one, from 1
    unsigned percentage;
    uint64_t since_us; // when the running pass was heard of first; 0: none runs
    uint64_t done, total;
};

struct session {
    struct session_options options;
    struct rpc *rpc;
    struct documents documents;
    char *root;      // as the client named it; NULL: none
    char *real_root; // links resolved
    struct session_project project;
    bool is_open;
    bool ended;

    // What the client said it can do.
    bool client_progress, client_configuration, client_watching;
    bool trace;
    bool told_strange;  // that a document is neither a file nor a new one
    bool told_settings; // that the editor does not say its settings

    // session_completion.c
    struct flight *flights;
    struct shown shown[SESSION_SHOWN_LIMIT];
    uint64_t last_shown;
    char *last_path; // of the document asked for last

    // session_status.c
    struct index_progress progress;
    char *warning;       // about the index; NULL: none
    char *model_trouble; // of the last answer; NULL: none
    bool is_unanswered;  // for that trouble there was no answer, of no model
    char *open_trouble;
    char *silence;     // why the last suggestion asked for was not shown; NULL: it was, or none was asked for
    char *last_status; // as sent
    struct session_pass indexing, embedding, loading;
    char *model_loading;            // what the model's server does; NULL: it is there, or failed
    char *server_trouble;           // why there is none; NULL: there is one
    struct session_vectors vectors; // total 0: there are none
    bool is_registered;             // to be told of changed files
    uv_mutex_t log_mutex;
    VEC(struct log_line) log_lines; // under log_mutex
    size_t log_dropped;             // under log_mutex
    uv_async_t log_async;
    uv_timer_t parent_timer;
    int parent;
    int handles; // that the loop still knows
};

// What engine and indexer know a document by: its path, below the root if inside it, else absolute; the name of one
// that was never saved. NULL for what gets no suggestions.
const char *session_path(const struct session *session, const struct document *document);
bool session_is_inside(const struct session *session, const struct document *document);
// The document of params.textDocument, NULL if it is not open.
struct document *session_document(const struct session *session, const struct json *params);

// session_sync.c
void session_did_open(void *self, const struct json *params);
void session_did_change(void *self, const struct json *params);
void session_did_close(void *self, const struct json *params);
void session_did_save(void *self, const struct json *params);
void session_did_change_files(void *self, const struct json *params);
void session_did_change_folders(void *self, const struct json *params);
void session_sync_all(struct session *session);          // the index has just opened
void session_register_watching(struct session *session); // asks the client to tell of changed files
void session_note_typing(struct session *session);       // the index holds still for a moment

// Whether an ignore rule or the list of secret files covers the document: looked up once (a few small files
// are read), and again after the rules may have changed.
bool session_is_ignored(struct session *session, struct document *document);
void session_rules_changed(struct session *session);

// session_completion.c
void session_inline_completion(void *self, struct rpc_request *request, const struct json *params);
void session_popup_completion(void *self, struct rpc_request *request, const struct json *params);
void session_context(void *self, struct rpc_request *request, const struct json *params);
void session_cancel_all(struct session *session); // their answers follow
void session_forget_document(struct session *session, const struct document *document);

// session_answer.c: an engine's answer in the client's words
struct answer_place {
    struct text *text; // that the engine saw
    size_t cursor;
    uint32_t line;
    // The popup's selected item, if the request had one: [0, selected_start) and what follows selected_end in
    // `text` are the document's; between them stands the item's text instead of the document's.
    bool selected;
    size_t selected_start, selected_end;
    struct json *selected_range; // as the client sent it
};
struct json *session_inline_items(struct session *session, const struct answer_place *place, const char *path,
                                  const struct engine_answer *answer, bool invoked);
struct json *session_popup_items(struct session *session, const struct answer_place *place, const char *path,
                                 const struct engine_answer *answer);
struct json *session_context_results(const struct session *session, const struct engine_answer *answer);
void session_free_shown(struct session *session);

// session_inspect.c
void session_why(void *self, struct rpc_request *request, const struct json *params);
void session_status_request(void *self, struct rpc_request *request, const struct json *params);
void session_execute_command(void *self, struct rpc_request *request, const struct json *params);

// session_status.c
void session_status_init(struct session *session);
void session_status_close(struct session *session); // after the project's threads are gone: they log
void session_status_free(struct session *session);
struct json *session_status_json(const struct session *session);
void session_status_changed(struct session *session); // sends hunch/status if it says something new
// by_hand: a person waits, and is told exactly.
void session_note_answer(struct session *session, const struct engine_answer *answer, bool by_hand);
struct session_events session_events_of(struct session *session);
void session_trace(struct session *session, const char *message);
// Into the log: the editor answered a request of ours with an error. then: what comes of it, and the way out.
void session_log_refusal(const char *method, const struct json *error, const char *then);
void session_replace_string(char **place, const char *text); // text NULL: none

// session_progress.c
void session_progress_init(struct session *session);
void session_pass_show(struct session_pass *pass); // it begins, and is shown at once
// It goes on; a pass that was not shown is, once it has taken SESSION_PASS_SHOWN_MS.
void session_pass_report(struct session_pass *pass, uint64_t done, uint64_t total);
void session_pass_end(struct session_pass *pass, uint64_t done, uint64_t total);

// session_settings.c
void session_read_settings(struct session *session, const struct json *settings, enum config_origin origin);
void session_did_change_configuration(void *self, const struct json *params);
void session_pull_configuration(struct session *session);

#endif
