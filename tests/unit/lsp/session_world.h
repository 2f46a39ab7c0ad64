// session_world.h - a session with a played engine, index and config, for the tests of the session.
//
// Defines the functions of those three, so that a test program that includes it takes them instead of the
// real ones. Requests wait until the test answers them.
#ifndef HUNCH_TESTS_SESSION_WORLD_H
#define HUNCH_TESTS_SESSION_WORLD_H

#include "tests/unit/unit.h"

#include "base/vec.h"
#include "indexer/ignore.h"
#include "lsp/session.h"
#include "retrieval/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// --- the played engine: requests wait until the test answers them ---

struct engine_request {
    struct engine_request *next;
    void (*on_answer)(void *context, const struct engine_answer *answer);
    void *context;
    struct text *text;
    char path[200];
    char language[20];
    size_t cursor;
    unsigned channel;
    bool invoked, context_only, ignored;
    bool ended; // cancelled or superseded: answered when the loop "turns"
    enum outcome outcome;
};

static struct engine_request *running; // oldest first
static int forgotten;
static const struct engine_answer *last_answer;

struct engine_request *engine_start(struct engine *engine, const struct engine_query *query,
                                    void (*on_answer)(void *, const struct engine_answer *), void *context) {
    (void)engine;
    struct engine_request **link = &running;
    for (; *link; link = &(*link)->next) {
        if (!(*link)->ended && (*link)->channel == query->channel &&
            strcmp((*link)->path, query->path) == 0) {
            (*link)->ended = true;
            (*link)->outcome = OUTCOME_SUPERSEDED;
        }
    }
    struct engine_request *request = calloc(1, sizeof *request);
    assert_non_null(request);
    request->on_answer = on_answer;
    request->context = context;
    request->text = text_retain(query->text);
    snprintf(request->path, sizeof request->path, "%s", query->path);
    snprintf(request->language, sizeof request->language, "%s", query->language);
    request->cursor = query->cursor;
    request->channel = query->channel;
    request->invoked = query->invoked;
    request->context_only = query->context_only;
    request->ignored = query->ignored;
    *link = request;
    return request;
}

void engine_cancel(struct engine *engine, struct engine_request *request) {
    (void)engine;
    if (!request->ended) {
        request->ended = true;
        request->outcome = OUTCOME_CANCELLED;
    }
}

void engine_forget(struct engine *engine, const char *path) {
    (void)engine;
    (void)path;
    forgotten++;
}

void engine_read_ahead(struct engine *engine) {
    (void)engine;
}

const struct engine_answer *engine_last(const struct engine *engine, const char *path) {
    (void)engine;
    return strcmp(path, "a.c") == 0 ? last_answer : NULL;
}

struct json *engine_answer_json(const struct engine_answer *answer, bool in_full) {
    assert_true(in_full);
    struct json *json = json_object();
    json_set_string(json, "outcome", outcome_id(answer->outcome));
    return json;
}

void engine_answer_text(const struct engine_answer *answer, struct str *out) {
    str_append_format(out, "silent: %s\n", outcome_text(answer->outcome));
}

static inline void answer(struct engine_request *request, struct engine_answer given) {
    struct engine_request **link = &running;
    while (*link != request) {
        link = &(*link)->next;
    }
    *link = request->next;
    given.instead = given.instead ? given.instead : "";
    given.reason = given.reason ? given.reason : outcome_text(given.outcome);
    given.model = given.model ? given.model : "";
    request->on_answer(request->context, &given);
    text_release(request->text);
    free(request);
}

static inline void answer_text(struct engine_request *request, const char *text, size_t start, size_t end) {
    struct slice slice = slice_of_string(text);
    struct engine_candidate first = {
        .text = slice, .shown = slice, .replace_start = start, .replace_end = end, .confidence = 0.5};
    struct engine_candidate candidates[2] = {first, first};
    candidates[1].confidence = 0.4;
    answer(request,
           (struct engine_answer){
               .outcome = OUTCOME_SHOWN, .reason = "", .candidates = candidates, .candidate_count = 2});
}

// The loop turns: what was ended is answered.
static inline void turn(void) {
    struct engine_request *next = NULL;
    for (struct engine_request *request = running; request; request = next) {
        next = request->next;
        if (request->ended) {
            answer(request, (struct engine_answer){.outcome = request->outcome});
        }
    }
}

// --- the played index ---

static char overlaid[200];
static int overlays, overlays_removed, files_changed;
static unsigned pauses; // asked for
static bool index_ignores;

void indexer_overlay(struct indexer *indexer, const char *path, const char *language, struct text *text) {
    (void)indexer;
    (void)language;
    snprintf(overlaid, sizeof overlaid, "%s=%s", path, text->bytes);
    overlays++;
}
void indexer_overlay_remove(struct indexer *indexer, const char *path) {
    (void)indexer;
    (void)path;
    overlays_removed++;
}
void indexer_file_changed(struct indexer *indexer, const char *path) {
    (void)indexer;
    assert_true(path[0] != '/');
    files_changed++;
}
void indexer_pause_for(struct indexer *indexer, unsigned ms) {
    (void)indexer;
    pauses += ms > 0;
}
bool ignore_path(const char *root, const char *path, bool is_folder, const char **reason) {
    (void)is_folder;
    assert_true(root[0] == '/' && path[0] && path[0] != '/');
    *reason = index_ignores ? "a rule in .gitignore excludes it" : NULL;
    return index_ignores;
}
bool ignore_is_rules(const char *path) {
    return strstr(path, ".gitignore") != NULL;
}

// --- the played config ---

static struct str merged;

static const char *language_off; // one, or NULL for none

struct json *config_languages_off(const struct config *config) {
    (void)config;
    struct json *off = json_array();
    if (language_off) {
        json_push(off, json_new_string(slice_of_string(language_off)));
    }
    return off;
}

enum config_origin config_language_origin(const struct config *config, const char *language) {
    (void)config;
    (void)language;
    return CONFIG_USER_FILE;
}

const char *config_origin_name(const struct config *config, const char *key) {
    (void)key;
    return config->enabled ? "default" : "editor";
}

void config_merge(struct config *config, const struct json *object, enum config_origin origin,
                  void (*warn)(void *, const char *), void *context) {
    str_append_format(&merged, "%d:", (int)origin);
    json_print(object, &merged);
    if (!json_is_null(json_get(object, "model.url"))) {
        warn(context, "model.url: only your own configuration may set this");
    }
    config->enabled = json_get_bool(object, "enabled", config->enabled);
}

// --- the world: a session, and what it sent ---

struct world {
    uv_loop_t loop;
    struct config config;
    struct session *session;
    struct session_events events;
    VEC(struct json *) sent;
    char root[100];
    int opened, closed, accepted, exit_code;
    bool fail_open, no_index;
};

static inline void send_body(void *self, struct slice body) {
    struct world *world = self;
    struct json *json = json_parse(body, NULL);
    assert_non_null(json);
    vec_push(&world->sent, json);
}

static inline int open_project(void *self, const char *root, const struct session_events *events,
                               struct session_project *out, struct err *err) {
    struct world *world = self;
    static char engine, indexer;
    if (world->fail_open && root) {
        return err_set(err, ERR_NOT_FOUND, "no such folder");
    }
    snprintf(world->root, sizeof world->root, "%s", root ? root : "(none)");
    world->events = *events;
    world->opened++;
    out->engine = (struct engine *)&engine;
    out->indexer = root && !world->no_index ? (struct indexer *)&indexer : NULL;
    out->model = "played";
    return 0;
}

static inline void close_project(void *self) {
    struct world *world = self;
    world->closed++;
    for (struct engine_request *request = running; request; request = request->next) {
        engine_cancel(NULL, request);
    }
    turn();
}

static inline void on_accept(void *self, const char *path, size_t bytes) {
    struct world *world = self;
    assert_true(path[0] && bytes);
    world->accepted++;
}

static inline void on_exit_code(void *self, int code) {
    struct world *world = self;
    assert_int_equal(world->exit_code, -1);
    world->exit_code = code;
}

static inline void new_world(struct world *world) {
    *world = (struct world){
        .exit_code = -1,
        .config = {.enabled = true, .fallback.provider = "none", .fall_back_to_builtin = true}};
    forgotten = overlays = overlays_removed = files_changed = 0;
    pauses = 0;
    index_ignores = false;
    last_answer = NULL;
    overlaid[0] = '\0';
    str_init(&merged);
    uv_loop_init(&world->loop);
    struct session_options options = {&world->loop,
                                      &world->config,
                                      {.self = world,
                                       .send = send_body,
                                       .open = open_project,
                                       .close = close_project,
                                       .on_accept = on_accept,
                                       .on_exit = on_exit_code}};
    world->session = session_new(&options);
}

static inline void clear_sent(struct world *world) {
    for (size_t i = 0; i < world->sent.count; i++) {
        json_free(world->sent.items[i]);
    }
    world->sent.count = 0;
}

static inline void end_world(struct world *world) {
    if (world->session) {
        session_close(world->session);
        world->session = NULL;
    }
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_null(running);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    clear_sent(world);
    vec_free(&world->sent);
    str_free(&merged);
}

// A message with ' for ".
static inline void say(struct world *world, const char *text) {
    char *copy = mem_copy_string(text);
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }
    session_receive(world->session, slice_of_string(copy));
    free(copy);
}

// The one answer to a request, NULL if there is none yet.
static inline const struct json *answer_to(const struct world *world, int id) {
    const struct json *found = NULL;
    for (size_t i = 0; i < world->sent.count; i++) {
        const struct json *message = world->sent.items[i];
        if (json_get_integer(message, "id", -1) == id && json_is_null(json_get(message, "method"))) {
            assert_null(found);
            found = message;
        }
    }
    return found;
}

static inline const struct json *result_of(const struct world *world, int id) {
    return json_get(answer_to(world, id), "result");
}

static inline int64_t error_of(const struct world *world, int id) {
    return json_get_integer(json_get(answer_to(world, id), "error"), "code", 0);
}

// The last message with this method.
static inline const struct json *last_sent(const struct world *world, const char *method) {
    for (size_t i = world->sent.count; i-- > 0;) {
        if (strcmp(json_get_string(world->sent.items[i], "method", ""), method) == 0) {
            return world->sent.items[i];
        }
    }
    return NULL;
}

static inline void assert_json(const struct json *json, const char *wanted) {
    struct str text;
    str_init(&text);
    json_print(json, &text);
    for (size_t i = 0; i < text.length; i++) {
        text.data[i] = (char)(text.data[i] == '"' ? '\'' : text.data[i]);
    }
    assert_string_equal(text.data, wanted);
    str_free(&text);
}

#define INITIALIZE(more)                                                                                     \
    "{'jsonrpc':'2.0','id':1,'method':'initialize','params':{'processId':null,'rootUri':'file:///p'" more "}}"
#define INITIALIZED "{'jsonrpc':'2.0','method':'initialized','params':{}}"
#define OPEN(uri, text)                                                                                      \
    "{'method':'textDocument/didOpen','params':{'textDocument':{'uri':'" uri                                 \
    "','languageId':'c','version':1,'text':'" text "'}}}"
#define ASK(id, method, line, character, more)                                                               \
    "{'id':" #id ",'method':'" method "','params':{'textDocument':{'uri':'file:///p/a.c'},'position':"       \
    "{'line':" #line ",'character':" #character "}" more "}}"
#define INLINE(id, line, character) ASK(id, "textDocument/inlineCompletion", line, character, "")

static inline void start_world(struct world *world, const char *text) {
    new_world(world);
    say(world, INITIALIZE(""));
    say(world, INITIALIZED);
    struct str open;
    str_init(&open);
    str_append_format(&open, OPEN("file:///p/a.c", "%s"), text);
    say(world, open.data);
    str_free(&open);
}

static inline const char *status_of(const struct world *world) {
    return json_get_string(json_get(last_sent(world, "hunch/status"), "params"), "state", "");
}

static inline const char *status_text(const struct world *world) {
    return json_get_string(json_get(last_sent(world, "hunch/status"), "params"), "text", "");
}

static inline void on_timer(uv_timer_t *timer) {
    uv_close((uv_handle_t *)timer, NULL);
}

// Lets the loop deliver what waits in it.
static inline void turn_loop(struct world *world) {
    uv_timer_t timer;
    uv_timer_init(&world->loop, &timer);
    uv_timer_start(&timer, on_timer, 1, 0);
    uv_run(&world->loop, UV_RUN_DEFAULT);
}

#endif
