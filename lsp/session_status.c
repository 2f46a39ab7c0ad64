// session_status.c - what the session tells the client unasked: status, log lines, trace.
//
// A log line may come from any thread, as long as session_status_close has not
// returned: it waits under a mutex for the loop. A line logged while lines are
// sent would come back here, so nothing in this file logs.
#include "lsp/session_state.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

void session_replace_string(char **place, const char *text) {
    char *copy = text ? mem_copy_string(text) : NULL;
    free(*place);
    *place = copy;
}

// Does no other model answer in place of the one that is in trouble?
static bool is_silenced(const struct session *session) {
    const struct config *config = session->options.config;
    if (session->server_trouble) {
        return !config->fall_back_to_builtin && strcmp(config->fallback.provider, "none") == 0;
    }
    return session->model_trouble && session->is_unanswered;
}

static const char *state_of(const struct session *session, const char **message) {
    *message = "";
    if (!session->is_open) {
        *message = session->open_trouble ? session->open_trouble : "";
        return session->open_trouble ? "error" : "starting";
    }
    if (!session->options.config->enabled) {
        *message = outcome_disabled_text(session->options.config);
        return "disabled";
    }
    if (session->model_loading && !session->open_trouble) {
        *message = session->model_loading;
        return "loading";
    }
    const char *trouble = session->open_trouble     ? session->open_trouble
                          : session->server_trouble ? session->server_trouble
                          : session->model_trouble  ? session->model_trouble
                                                    : session->warning;
    if (trouble) {
        *message = trouble;
        return !session->open_trouble && is_silenced(session) ? "error" : "warning";
    }
    if (session->project.indexer && !session->progress.ready) {
        *message = "reading the repository";
        return "indexing";
    }
    return "ready";
}

static void append_state(struct str *out, const char *state, const char *message) {
    static const struct {
        const char *state, *text;
    } sentences[] = {{"starting", "starting"},
                     {"indexing", "reading the repository; completions already work"},
                     {"loading", "its model is not ready yet: "},
                     {"ready", "ready"},
                     {"disabled", "switched off"},
                     {"warning", "working, but: "},
                     {"error", "not working: "}};
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if (strcmp(sentences[i].state, state) == 0) {
            str_append_format(out, "Hunch: %s", sentences[i].text);
        }
    }
    if (message[0] && strcmp(state, "indexing") != 0 && strcmp(state, "disabled") != 0) {
        str_append_string(out, message);
    }
}

// With the way back.
static void append_languages_off(const struct config *config, struct str *out, const struct json *languages) {
    const char *separator = "\noff for: ";
    for (const struct json *language = json_first(languages); language; language = json_next(language)) {
        const char *name = json_string(language, "");
        bool is_own = config_language_origin(config, name) == CONFIG_USER_FILE;
        str_append_format(out, "%s%s (%s)", separator, name,
                          is_own ? "\"languages\" in your own config.json"
                                 : "toggled in the editor, or by its settings");
        separator = ", ";
    }
}

// The walk waits for the parsers, so what it has found so far is less than what there is.
static uint64_t total_of(const struct index_progress *progress) {
    bool guess = !progress->walk_done && progress->files_expected > progress->files_total;
    return guess ? progress->files_expected : progress->files_total;
}

// Between passes it is what there is: a pass's own counts know nothing of what was saved since.
static bool is_complete(const struct index_progress *progress) {
    return progress->ready && !progress->scanning;
}

static void append_vectors(const struct session_vectors *vectors, struct str *out) {
    if (vectors->total == 0) {
        return;
    }
    str_append_format(out, "\nvectors: %llu of %llu chunk%s", (unsigned long long)vectors->done,
                      (unsigned long long)vectors->total, str_plural(vectors->total));
    if (vectors->tokens) {
        str_append_format(out, ", %llu tokens sent", (unsigned long long)vectors->tokens);
    }
    if (vectors->cost > 0) {
        str_append_format(out, " for %.4f", vectors->cost);
    }
}

// Editors look for a mark above the file, or take the folder that is opened.
static void append_no_root(const struct session *session, struct str *out) {
    if (!session->root && !session->open_trouble) {
        str_append_string(
            out, ": the editor named no folder. One with .git, .hg, .svn, .jj or .hunchignore at its top is "
                 "found; to make it one: git init, or an empty .hunchignore there");
    }
}

// The status in lines for people, the same in every editor.
static void append_status_text(const struct session *session, const char *state, const char *message,
                               const struct json *languages_off, struct str *out) {
    append_state(out, state, message);
    append_languages_off(session->options.config, out, languages_off);
    if (session->project.model) {
        str_append_format(out, "\nmodel: %s", session->project.model);
    }
    const struct index_progress *progress = &session->progress;
    if (session->project.indexer && progress->ready) {
        str_append_format(out, "\nindex: %llu file%s", (unsigned long long)progress->files,
                          str_plural(progress->files));
    } else if (session->project.indexer) {
        str_append_format(out, "\nindex: %llu of %llu file%s", (unsigned long long)progress->files_done,
                          (unsigned long long)total_of(progress), str_plural(total_of(progress)));
    } else if (session->is_open) {
        str_append_string(out, "\nindex: none, only open files are known");
        append_no_root(session, out);
    }
    append_vectors(&session->vectors, out);
    if (session->silence && strcmp(session->silence, message) != 0) {
        str_append_format(out, "\nlast suggestion: none, %s", session->silence);
    }
}

static void add_vectors(const struct session_vectors *vectors, struct json *out) {
    json_set_number(out, "done", (double)vectors->done);
    json_set_number(out, "total", (double)vectors->total);
    json_set_number(out, "tokens", (double)vectors->tokens);
    json_set_number(out, "cost", vectors->cost);
}

struct json *session_status_json(const struct session *session) {
    const char *message;
    const char *state = state_of(session, &message);
    struct json *status = json_object();
    json_set_string(status, "state", state);
    json_set_string(status, "message", message);
    json_set_string(status, "silence", session->silence ? session->silence : "");
    struct json *languages_off = config_languages_off(session->options.config);
    struct str text;
    str_init(&text);
    append_status_text(session, state, message, languages_off, &text);
    json_set_slice(status, "text", str_slice(&text));
    str_free(&text);
    json_set_string(status, "model", session->project.model ? session->project.model : "");
    struct json *index = json_set(status, "index", json_object());
    const struct index_progress *progress = &session->progress;
    bool complete = is_complete(progress);
    json_set_number(index, "files", (double)(complete ? progress->files : progress->files_done));
    json_set_number(index, "total", (double)(complete ? progress->files : total_of(progress)));
    json_set_bool(index, "searchable", session->progress.searchable || session->progress.ready);
    json_set_bool(index, "ready", session->progress.ready);
    json_set(status, "languagesOff", languages_off);
    if (session->vectors.total) {
        add_vectors(&session->vectors, json_set(status, "vectors", json_object()));
    }
    return status;
}

// How many bytes of a figure begin there that is another each time: of seconds ("not asked again for 22 s"), or of how
// sure a model is ("6.4 %"); 0: none.
static size_t figure_at(const char *text) {
    size_t digits = strspn(text, "0123456789.");
    bool has_unit =
        digits > 0 && (strncmp(text + digits, " s", 2) == 0 || strncmp(text + digits, " %", 2) == 0);
    bool is_figure = has_unit && !isalpha((unsigned char)text[digits + 2]);
    return is_figure ? digits + 2 : 0;
}

// But for such figures, which are no news: a countdown, or a key that is typed.
static bool is_same_status(const char *a, const char *b) {
    for (;;) {
        size_t of_a = figure_at(a), of_b = figure_at(b);
        if (of_a == 0 || of_b == 0) {
            if (*a != *b || *a == 0) {
                return *a == *b;
            }
            of_a = of_b = 1;
        }
        a += of_a;
        b += of_b;
    }
}

static void tell_status(struct session *session, bool exactly) {
    struct json *status = session_status_json(session);
    struct str text;
    str_init(&text);
    json_print(status, &text);
    bool same = session->last_status && (exactly ? strcmp(session->last_status, text.data) == 0
                                                 : is_same_status(session->last_status, text.data));
    if (same || rpc_phase(session->rpc) != RPC_RUNNING) {
        json_free(status);
    } else {
        session_replace_string(&session->last_status, text.data);
        rpc_notify(session->rpc, "hunch/status", status);
    }
    str_free(&text);
}

void session_status_changed(struct session *session) {
    tell_status(session, false);
}

// It works, but not with the model that the user wants.
static void note_fallback(struct session *session, const struct engine_answer *answer) {
    struct str line;
    str_init(&line);
    str_append_format(&line, "%s; the model that answers now: %s", answer->instead, answer->model);
    session_replace_string(&session->model_trouble, line.data);
    str_free(&line);
}

void session_note_answer(struct session *session, const struct engine_answer *answer, bool by_hand) {
    bool works = answer->outcome == OUTCOME_SHOWN || answer->outcome == OUTCOME_NOTHING ||
                 answer->outcome == OUTCOME_LOW_CONFIDENCE || answer->outcome == OUTCOME_REPEATS ||
                 answer->outcome == OUTCOME_UNBALANCED;
    if (!answer->unasked) {
        session->project.model = answer->model; // a server may have said its name meanwhile
    }
    session->is_unanswered =
        answer->outcome == OUTCOME_UNREACHABLE || answer->outcome == OUTCOME_MODEL_FAILED;
    if (outcome_is_failure(answer->outcome)) {
        session_replace_string(&session->model_trouble, answer->reason);
    } else if (answer->instead[0]) {
        note_fallback(session, answer);
    } else if (works && !answer->unasked) {
        session_replace_string(&session->model_trouble, NULL);
    }
    bool says_nothing = answer->outcome == OUTCOME_CANCELLED || answer->outcome == OUTCOME_SUPERSEDED ||
                        answer->outcome == OUTCOME_CONTEXT;
    if (!says_nothing) {
        session_replace_string(&session->silence, answer->outcome == OUTCOME_SHOWN ? NULL : answer->reason);
    }
    if (session->is_open && !session->ended) {
        tell_status(session, by_hand);
    }
}

static void take_progress(struct session *session, const struct index_progress *progress) {
    bool was_ready = session->progress.ready;
    session->progress = *progress;
    session->progress.ready = progress->ready || was_ready;
}

static void on_progress(void *context, const struct index_progress *progress) {
    struct session *session = context;
    take_progress(session, progress);
    if (progress->scanning) {
        session_pass_report(&session->indexing, progress->files_done, total_of(progress));
    }
    if (progress->polling) {
        session_register_watching(session);
    }
    session_status_changed(session);
}

static void on_ready(void *context, const struct index_progress *progress) {
    struct session *session = context;
    session_rules_changed(session); // a pass follows a change of rules
    take_progress(session, progress);
    session->progress.ready = true;
    session_pass_end(&session->indexing, progress->files_done, total_of(progress));
    session_status_changed(session);
}

static void on_vectors(void *context, const struct session_vectors *vectors) {
    struct session *session = context;
    session->vectors = *vectors;
    (vectors->ended ? session_pass_end : session_pass_report)(&session->embedding, vectors->done,
                                                              vectors->total);
    session_status_changed(session);
}

static void on_warning(void *context, const char *message) {
    struct session *session = context;
    session_replace_string(&session->warning, message);
    session_status_changed(session);
}

static void on_model(void *context, const char *loading, const char *trouble) {
    struct session *session = context;
    session_replace_string(&session->model_loading, loading);
    session_replace_string(&session->server_trouble, trouble);
    session->loading.doing = session->model_loading;
    if (!loading) {
        session_pass_end(&session->loading, 0, 0);
    } else if (session->loading.since_us) {
        session_pass_report(&session->loading, 0, 0);
    } else {
        session_pass_show(&session->loading);
    }
    session_status_changed(session);
    if (!loading && !trouble && session->project.engine) {
        engine_read_ahead(session->project.engine);
    }
}

struct session_events session_events_of(struct session *session) {
    return (struct session_events){on_progress, on_ready, on_warning, on_model, on_vectors, session};
}

void session_trace(struct session *session, const char *message) {
    if (!session->trace || rpc_phase(session->rpc) != RPC_RUNNING) {
        return;
    }
    struct json *params = json_object();
    json_set_string(params, "message", message);
    rpc_notify(session->rpc, "$/logTrace", params);
}

void session_log_refusal(const char *method, const struct json *error, const char *then) {
    log_warning("the editor answered %s with an error (%.200s): %s", method,
                json_get_string(error, "message", "without a message"), then);
}

// On any thread.
static void on_log(void *context, enum log_level level, const char *text) {
    static const int types[] = {LINE_ERROR, LINE_WARNING, LINE_INFO, LINE_LOG};
    struct session *session = context;
    uv_mutex_lock(&session->log_mutex);
    if (session->log_lines.count < SESSION_LOG_LIMIT) {
        vec_push(&session->log_lines, (struct log_line){types[level], mem_copy_string(text)});
    } else {
        session->log_dropped++;
    }
    uv_mutex_unlock(&session->log_mutex);
    uv_async_send(&session->log_async);
}

static void send_log(struct session *session, int type, const char *text) {
    struct json *params = json_object();
    json_set_number(params, "type", type);
    json_set_string(params, "message", text);
    rpc_notify(session->rpc, "window/logMessage", params);
}

static void send_logs(uv_async_t *async) {
    struct session *session = async->data;
    if (rpc_phase(session->rpc) != RPC_RUNNING) {
        return; // they wait for initialize, or are dropped with the session
    }
    uv_mutex_lock(&session->log_mutex);
    struct log_line *lines = session->log_lines.items;
    size_t count = session->log_lines.count;
    size_t dropped = session->log_dropped;
    session->log_lines.items = NULL;
    session->log_lines.count = session->log_lines.capacity = session->log_dropped = 0;
    uv_mutex_unlock(&session->log_mutex);
    for (size_t i = 0; i < count; i++) {
        send_log(session, lines[i].type, lines[i].text);
        free(lines[i].text);
    }
    free(lines);
    if (dropped) {
        send_log(session, LINE_WARNING, "more lines than fit were logged; the rest is on stderr");
    }
}

void session_status_init(struct session *session) {
    uv_mutex_init(&session->log_mutex);
    uv_async_init(session->options.loop, &session->log_async, send_logs);
    uv_unref((uv_handle_t *)&session->log_async);
    session->log_async.data = session;
    session->handles++;
    log_set_listener(on_log, session);
    session_progress_init(session);
}

void session_status_close(struct session *session) {
    log_set_listener(NULL, NULL);
    char **strings[] = {&session->warning,       &session->model_loading, &session->server_trouble,
                        &session->model_trouble, &session->open_trouble,  &session->silence,
                        &session->last_status};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        session_replace_string(strings[i], NULL);
    }
}

void session_status_free(struct session *session) {
    for (size_t i = 0; i < session->log_lines.count; i++) {
        free(session->log_lines.items[i].text);
    }
    vec_free(&session->log_lines);
    uv_mutex_destroy(&session->log_mutex);
}
