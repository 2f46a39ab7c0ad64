// session_test.c - the conversation with an editor, with a played engine, index and config.
#include "tests/unit/unit.h"

#include "base/vec.h"
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

const struct engine_answer *engine_last(const struct engine *engine, const char *path) {
    (void)engine;
    return strcmp(path, "a.c") == 0 ? last_answer : NULL;
}

struct json *engine_answer_json(const struct engine_answer *answer) {
    struct json *json = json_object();
    json_set_string(json, "outcome", outcome_id(answer->outcome));
    return json;
}

static void answer(struct engine_request *request, struct engine_answer given) {
    struct engine_request **link = &running;
    while (*link != request) {
        link = &(*link)->next;
    }
    *link = request->next;
    given.reason = given.reason ? given.reason : outcome_text(given.outcome);
    request->on_answer(request->context, &given);
    text_release(request->text);
    free(request);
}

static void answer_text(struct engine_request *request, const char *text, size_t start, size_t end) {
    struct slice slice = slice_of_string(text);
    struct engine_candidate candidates[2] = {{slice, slice, start, end, 0.5},
                                             {slice, slice, start, end, 0.4}};
    answer(request,
           (struct engine_answer){
               .outcome = OUTCOME_SHOWN, .reason = "", .candidates = candidates, .candidate_count = 2});
}

// The loop turns: what was ended is answered.
static void turn(void) {
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
bool indexer_includes(struct indexer *indexer, const char *path, const char **reason) {
    (void)indexer;
    (void)path;
    *reason = index_ignores ? "ignored by .gitignore" : "";
    return !index_ignores;
}

// --- the played config ---

static struct str merged;

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

static void send_body(void *self, struct slice body) {
    struct world *world = self;
    struct json *json = json_parse(body, NULL);
    assert_non_null(json);
    vec_push(&world->sent, json);
}

static int open_project(void *self, const char *root, const struct session_events *events,
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

static void close_project(void *self) {
    struct world *world = self;
    world->closed++;
    for (struct engine_request *request = running; request; request = request->next) {
        engine_cancel(NULL, request);
    }
    turn();
}

static void on_accept(void *self, const char *path, size_t bytes) {
    struct world *world = self;
    assert_true(path[0] && bytes);
    world->accepted++;
}

static void on_exit_code(void *self, int code) {
    struct world *world = self;
    assert_int_equal(world->exit_code, -1);
    world->exit_code = code;
}

static void new_world(struct world *world) {
    *world = (struct world){.exit_code = -1, .config = {.enabled = true}};
    forgotten = overlays = overlays_removed = files_changed = 0;
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

static void clear_sent(struct world *world) {
    for (size_t i = 0; i < world->sent.count; i++) {
        json_free(world->sent.items[i]);
    }
    world->sent.count = 0;
}

static void end_world(struct world *world) {
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
static void say(struct world *world, const char *text) {
    char *copy = mem_copy_string(text);
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }
    session_receive(world->session, slice_of_string(copy));
    free(copy);
}

// The one answer to a request, NULL if there is none yet.
static const struct json *answer_to(const struct world *world, int id) {
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

static const struct json *result_of(const struct world *world, int id) {
    return json_get(answer_to(world, id), "result");
}

static int64_t error_of(const struct world *world, int id) {
    return json_get_integer(json_get(answer_to(world, id), "error"), "code", 0);
}

// The last message with this method.
static const struct json *last_sent(const struct world *world, const char *method) {
    for (size_t i = world->sent.count; i-- > 0;) {
        if (strcmp(json_get_string(world->sent.items[i], "method", ""), method) == 0) {
            return world->sent.items[i];
        }
    }
    return NULL;
}

static void assert_json(const struct json *json, const char *wanted) {
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

static void start_world(struct world *world, const char *text) {
    new_world(world);
    say(world, INITIALIZE(""));
    say(world, INITIALIZED);
    struct str open;
    str_init(&open);
    str_append_format(&open, OPEN("file:///p/a.c", "%s"), text);
    say(world, open.data);
    str_free(&open);
}

static void test_life_cycle(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(""));
    const struct json *capabilities = json_get(result_of(&world, 1), "capabilities");
    assert_string_equal(json_get_string(capabilities, "positionEncoding", ""), "utf-16");
    assert_true(json_get_bool(capabilities, "inlineCompletionProvider", false));
    assert_json(json_get(capabilities, "textDocumentSync"),
                "{'openClose':true,'change':2,'save':{'includeText':false}}");
    assert_json(json_get(capabilities, "executeCommandProvider"), "{'commands':['hunch.didAccept']}");
    assert_json(json_get(capabilities, "workspace"),
                "{'workspaceFolders':{'supported':true,'changeNotifications':true}}");
    assert_string_equal(json_get_string(json_get(result_of(&world, 1), "serverInfo"), "name", ""), "hunch");
    assert_int_equal(world.opened, 0); // nothing slow before the answer
    say(&world, INITIALIZED);
    say(&world, INITIALIZED);
    assert_int_equal(world.opened, 1);
    assert_string_equal(world.root, "/p");
    say(&world, "{'id':2,'method':'shutdown'}");
    assert_true(json_is_null(result_of(&world, 2)) && !error_of(&world, 2));
    say(&world, INLINE(3, 0, 0));
    assert_int_equal(error_of(&world, 3), -32600);
    say(&world, "{'method':'exit'}");
    assert_int_equal(world.exit_code, 0);
    say(&world, "{'id':4,'method':'shutdown'}"); // nobody listens any more
    assert_null(answer_to(&world, 4));
    end_world(&world);
    assert_int_equal(world.closed, 1);
}

static void test_ends(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, "{'method':'exit'}");
    assert_int_equal(world.exit_code, 1);
    end_world(&world);
    assert_int_equal(world.closed, 0);

    new_world(&world);
    say(&world, INITIALIZE(""));
    session_end_of_input(world.session);
    session_end_of_input(world.session);
    assert_int_equal(world.exit_code, 1);
    end_world(&world);

    new_world(&world);
    say(&world, INITIALIZE(""));
    say(&world, "{'id':2,'method':'shutdown'}");
    session_end_of_input(world.session);
    assert_int_equal(world.exit_code, 0);
    end_world(&world);
}

static const struct {
    const char *params, *root, *encoding;
} roots[] = {
    {"'rootUri':'file:///p'", "/p", "utf-16"},
    {"'rootUri':'file:///p','workspaceFolders':[{'uri':'file:///w%20x','name':'w'},{'uri':'file:///v'}]",
     "/w x", "utf-16"},
    {"'rootUri':'file:///p','workspaceFolders':null", "/p", "utf-16"},
    {"'rootUri':'file:///p','workspaceFolders':[]", "/p", "utf-16"},
    {"'rootUri':null,'rootPath':'/q'", "/q", "utf-16"},
    {"'rootPath':'relative'", "(none)", "utf-16"},
    {"'rootUri':'vscode-vfs://github/x'", "(none)", "utf-16"},
    {"", "(none)", "utf-16"},
    {"'capabilities':{'general':{'positionEncodings':['utf-8','utf-16']}}", "(none)", "utf-16"},
    {"'capabilities':{'general':{'positionEncodings':['utf-32','utf-8']}}", "(none)", "utf-8"},
    {"'capabilities':{'general':{'positionEncodings':['utf-32']}}", "(none)", "utf-32"},
    {"'capabilities':{'general':{'positionEncodings':[]}}", "(none)", "utf-16"},
    {"'capabilities':5,'workspaceFolders':{},'trace':7,'processId':'x'", "(none)", "utf-16"},
};

static void test_initialize_params(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        struct world world;
        new_world(&world);
        struct str text;
        str_init(&text);
        str_append_format(&text, "{'id':1,'method':'initialize','params':{%s}}", roots[i].params);
        say(&world, text.data);
        say(&world, INITIALIZED);
        str_free(&text);
        assert_string_equal(world.root, roots[i].root);
        const struct json *capabilities = json_get(result_of(&world, 1), "capabilities");
        assert_string_equal(json_get_string(capabilities, "positionEncoding", ""), roots[i].encoding);
        end_world(&world);
    }
}

static void test_inline(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "\xF0\x9F\x98\x80 x\\nint pri\\n");
    assert_string_equal(overlaid, "a.c=\xF0\x9F\x98\x80 x\nint pri\n");
    say(&world, INLINE(2, 1, 7));
    assert_non_null(running);
    assert_string_equal(running->path, "a.c");
    assert_string_equal(running->language, "c");
    assert_int_equal(running->cursor, 14);
    assert_false(running->invoked || running->context_only || running->ignored);
    answer_text(running, "printf();", 11, 14);
    assert_json(
        result_of(&world, 2),
        "{'items':[{'insertText':'printf();','range':{'start':{'line':1,'character':4},'end':{'line':1,"
        "'character':7}},'command':{'title':'Accept','command':'hunch.didAccept','arguments':['1']}}]}");
    say(&world, ASK(3, "textDocument/inlineCompletion", 0, 4, ",'context':{'triggerKind':1}"));
    assert_true(running->invoked);
    assert_int_equal(running->cursor, 6);
    answer_text(running, "y", 4, 6); // after the face: two units
    assert_int_equal(json_count(json_get(result_of(&world, 3), "items")), 2);
    const struct json *range = json_get(json_first(json_get(result_of(&world, 3), "items")), "range");
    assert_json(range, "{'start':{'line':0,'character':2},'end':{'line':0,'character':4}}");
    end_world(&world);
}

static void test_nothing_to_say(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab\\ncd");
    static const enum outcome silent[] = {OUTCOME_NOTHING, OUTCOME_DISABLED, OUTCOME_TIMEOUT,
                                          OUTCOME_MODEL_FAILED, OUTCOME_BUSY};
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        say(&world, INLINE(2, 0, 2));
        answer(running, (struct engine_answer){.outcome = silent[i]});
        assert_json(result_of(&world, 2), "{'items':[]}");
        clear_sent(&world);
    }
    // ranges that no client could use
    static const size_t bad[][2] = {{3, 2}, {0, 9}, {0, 4}, {2, 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        say(&world, INLINE(2, 0, 2));
        answer_text(running, "x", bad[i][0], bad[i][1]);
        assert_json(result_of(&world, 2), "{'items':[]}");
        clear_sent(&world);
    }
    say(&world,
        "{'id':3,'method':'textDocument/inlineCompletion','params':{'textDocument':{'uri':'file:///p/b'},"
        "'position':{'line':0,'character':0}}}");
    assert_json(result_of(&world, 3), "{'items':[]}"); // not open
    say(&world, OPEN("untitled:1", "x"));
    say(&world, "{'id':4,'method':'textDocument/completion','params':{'textDocument':{'uri':'untitled:1'},"
                "'position':{'line':0,'character':0}}}");
    assert_json(result_of(&world, 4), "{'isIncomplete':true,'items':[]}");
    say(&world, "{'id':5,'method':'textDocument/inlineCompletion','params':{}}");
    assert_int_equal(error_of(&world, 5), -32602);
    say(&world, "{'id':6,'method':'textDocument/inlineCompletion','params':[]}");
    assert_int_equal(error_of(&world, 6), -32602);
    end_world(&world);
}

static void test_cancel(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    say(&world, INLINE(2, 0, 2));
    say(&world, "{'method':'$/cancelRequest','params':{'id':2}}");
    say(&world, "{'method':'$/cancelRequest','params':{'id':2}}");
    turn();
    assert_int_equal(error_of(&world, 2), -32800);
    say(&world, "{'method':'$/cancelRequest','params':{'id':2}}");
    say(&world, "{'method':'$/cancelRequest','params':{'id':99}}");
    // the next request ends the one before, of the same kind and document only
    say(&world, INLINE(3, 0, 2));
    say(&world, ASK(4, "textDocument/completion", 0, 2, ""));
    say(&world, INLINE(5, 0, 2));
    turn();
    assert_int_equal(error_of(&world, 3), -32800);
    assert_null(answer_to(&world, 4));
    assert_null(answer_to(&world, 5));
    // closing the document ends the rest
    say(&world, "{'method':'textDocument/didClose','params':{'textDocument':{'uri':'file:///p/a.c'}}}");
    turn();
    assert_int_equal(error_of(&world, 4), -32800);
    assert_int_equal(error_of(&world, 5), -32800);
    assert_int_equal(forgotten, 1);
    assert_int_equal(overlays_removed, 1);
    end_world(&world);
}

static void test_shutdown_ends_requests(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    say(&world, INLINE(2, 0, 2));
    say(&world, "{'id':3,'method':'shutdown'}");
    turn();
    assert_int_equal(error_of(&world, 2), -32800);
    say(&world, "{'method':'exit'}");
    end_world(&world);

    start_world(&world, "ab");
    say(&world, INLINE(2, 0, 2));
    session_end_of_input(world.session);
    session_close(world.session); // the project ends with a request under way
    world.session = NULL;
    assert_int_equal(error_of(&world, 2), -32800);
    end_world(&world);
}

#define SELECTED(text, from, to)                                                                             \
    ",'context':{'triggerKind':2,'selectedCompletionInfo':{'text':'" text "','range':{'start':{'line':0,"    \
    "'character':" #from "},'end':{'line':0,'character':" #to "}}}}"

static void test_selected_item(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "x.pri)");
    // the engine sees the item in the text; the client gets the item's own range
    say(&world, ASK(2, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 2, 5)));
    assert_string_equal(running->text->bytes, "x.printf)");
    assert_int_equal(running->cursor, 8);
    answer_text(running, "printf(a)", 2, 8);
    const struct json *item = json_first(json_get(result_of(&world, 2), "items"));
    assert_string_equal(json_get_string(item, "insertText", ""), "printf(a)");
    assert_json(json_get(item, "range"), "{'start':{'line':0,'character':2},'end':{'line':0,'character':5}}");
    // the engine's range may be wider or narrower than the item's
    say(&world, ASK(3, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 2, 5)));
    answer_text(running, "x.printf(b)", 0, 8);
    item = json_first(json_get(result_of(&world, 3), "items"));
    assert_string_equal(json_get_string(item, "insertText", ""), "printf(b)");
    say(&world, ASK(4, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 2, 5)));
    answer_text(running, "(c)", 8, 8);
    item = json_first(json_get(result_of(&world, 4), "items"));
    assert_string_equal(json_get_string(item, "insertText", ""), "printf(c)");
    say(&world, ASK(5, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 2, 5)));
    answer_text(running, "(d))", 8, 9); // over the closer that it repeats
    item = json_first(json_get(result_of(&world, 5), "items"));
    assert_string_equal(json_get_string(item, "insertText", ""), "printf(d)");
    // what does not begin with the item, or only is the item, is not shown
    say(&world, ASK(6, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 2, 5)));
    answer_text(running, "putchar()", 2, 8);
    assert_json(result_of(&world, 6), "{'items':[]}");
    say(&world, ASK(7, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 2, 5)));
    answer_text(running, "printf", 2, 8);
    assert_json(result_of(&world, 7), "{'items':[]}");
    // ranges that make no sense
    say(&world, ASK(8, "textDocument/inlineCompletion", 0, 5, SELECTED("printf", 0, 2)));
    assert_json(result_of(&world, 8), "{'items':[]}");
    say(&world, ASK(9, "textDocument/inlineCompletion", 0, 5, ",'context':{'selectedCompletionInfo':7}"));
    assert_json(result_of(&world, 9), "{'items':[]}");
    assert_null(running);
    end_world(&world);
}

static void test_popup(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "pri");
    say(&world, ASK(2, "textDocument/completion", 0, 3, ",'context':{'triggerKind':1}"));
    answer_text(running, "print {\n  x\n}", 0, 3);
    assert_true(json_get_bool(result_of(&world, 2), "isIncomplete", false));
    const struct json *items = json_get(result_of(&world, 2), "items");
    assert_int_equal(json_count(items), 2);
    const struct json *item = json_first(items);
    assert_string_equal(json_get_string(item, "label", ""), "print {");
    assert_string_equal(json_get_string(item, "filterText", ""), "print {");
    assert_int_equal(json_get_integer(item, "insertTextFormat", 0), 1);
    assert_json(json_get(item, "textEdit"), "{'range':{'start':{'line':0,'character':0},'end':{'line':0,"
                                            "'character':3}},'newText':'print {\\n  x\\n}'}");
    end_world(&world);
}

static void test_accept(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "pri");
    say(&world, INLINE(2, 0, 3));
    answer_text(running, "print", 0, 3);
    const char *accept =
        "{'id':3,'method':'workspace/executeCommand','params':{'command':'hunch.didAccept','arguments':['1']}}";
    say(&world, accept);
    assert_true(answer_to(&world, 3) && json_is_null(result_of(&world, 3)) && !error_of(&world, 3));
    assert_int_equal(world.accepted, 1);
    say(&world, "{'id':4,'method':'workspace/executeCommand','params':{'command':'hunch.didAccept',"
                "'arguments':['77']}}");
    say(&world, "{'id':5,'method':'workspace/executeCommand','params':{'command':'hunch.didAccept'}}");
    assert_true(!error_of(&world, 4) && !error_of(&world, 5)); // unknown ids are harmless
    assert_int_equal(world.accepted, 1);
    say(&world, "{'id':6,'method':'workspace/executeCommand','params':{'command':'rm'}}");
    assert_int_equal(error_of(&world, 6), -32602);
    end_world(&world);
}

static void test_settings(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'initializationOptions':{'enabled':false},'capabilities':{'workspace':"
                           "{'configuration':true}}"));
    say(&world, INITIALIZED);
    const struct json *pull = last_sent(&world, "workspace/configuration");
    assert_json(json_get(pull, "params"), "{'items':[{'section':'hunch'}]}");
    say(&world, "{'id':1,'result':[{'model.url':'http://evil'}]}");
    assert_string_equal(merged.data, "2:{\"enabled\":false}3:{\"model.url\":\"http://evil\"}");
    const struct json *status = json_get(last_sent(&world, "hunch/status"), "params");
    assert_string_equal(json_get_string(status, "state", ""), "disabled");
    // settings along with the notification count only from clients that cannot be asked
    say(&world, "{'method':'workspace/didChangeConfiguration','params':{'settings':{'hunch':{'x':1}}}}");
    assert_null(strstr(merged.data, "\"x\""));
    say(&world, "{'id':2,'result':[null]}");
    say(&world, "{'id':2,'error':{'code':1,'message':'no'}}");
    end_world(&world);

    new_world(&world);
    say(&world, INITIALIZE(""));
    say(&world, INITIALIZED);
    assert_null(last_sent(&world, "workspace/configuration"));
    say(&world,
        "{'method':'workspace/didChangeConfiguration','params':{'settings':{'hunch':{'x':1},'y':2}}}");
    say(&world, "{'method':'workspace/didChangeConfiguration','params':{'settings':null}}");
    say(&world, "{'method':'workspace/didChangeConfiguration','params':null}");
    assert_string_equal(merged.data, "3:{\"x\":1}");
    end_world(&world);
}

static void on_timer(uv_timer_t *timer) {
    uv_close((uv_handle_t *)timer, NULL);
}

// Lets the loop deliver what waits in it.
static void turn_loop(struct world *world) {
    uv_timer_t timer;
    uv_timer_init(&world->loop, &timer);
    uv_timer_start(&timer, on_timer, 1, 0);
    uv_run(&world->loop, UV_RUN_DEFAULT);
}

static void test_refused_setting_is_said(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'initializationOptions':{'model.url':'http://evil'}"));
    say(&world, INITIALIZED);
    turn_loop(&world); // log lines come through it
    const struct json *line = json_get(last_sent(&world, "window/logMessage"), "params");
    assert_int_equal(json_get_integer(line, "type", 0), 2);
    assert_non_null(strstr(json_get_string(line, "message", ""), "model.url"));
    end_world(&world);
}

static const char *status_of(const struct world *world) {
    return json_get_string(json_get(last_sent(world, "hunch/status"), "params"), "state", "");
}

static void test_status_and_progress(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, "{'id':9,'method':'hunch/status'}");
    assert_string_equal(json_get_string(result_of(&world, 9), "state", ""), "starting");
    say(&world, INITIALIZED);
    assert_string_equal(status_of(&world), "indexing");
    const struct json *create = last_sent(&world, "window/workDoneProgress/create");
    assert_json(json_get(create, "params"), "{'token':'hunch/index'}");
    assert_null(last_sent(&world, "$/progress"));
    say(&world, "{'id':1,'result':null}");
    assert_json(
        json_get(last_sent(&world, "$/progress"), "params"),
        "{'token':'hunch/index','value':{'kind':'begin','message':'0 of 0 files','title':'Hunch: indexing',"
        "'cancellable':false,'percentage':0}}");
    struct index_progress progress = {.files_total = 10, .files_done = 5};
    world.events.on_progress(world.events.context, &progress);
    assert_json(
        json_get(last_sent(&world, "$/progress"), "params"),
        "{'token':'hunch/index','value':{'kind':'report','message':'5 of 10 files','percentage':50}}");
    progress.files_total = 100; // the walk found more: the percentage does not go back
    world.events.on_progress(world.events.context, &progress);
    assert_json(
        json_get(last_sent(&world, "$/progress"), "params"),
        "{'token':'hunch/index','value':{'kind':'report','message':'5 of 100 files','percentage':50}}");
    assert_string_equal(status_of(&world), "indexing");
    progress.files_done = 100;
    world.events.on_ready(world.events.context, &progress);
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/index','value':{'kind':'end','message':'100 of 100 files'}}");
    assert_json(
        json_get(last_sent(&world, "hunch/status"), "params"),
        "{'state':'ready','message':'','model':'played','index':{'files':100,'total':100,'ready':true}}");
    size_t count = world.sent.count;
    world.events.on_progress(world.events.context, &progress); // nothing new: nothing is sent
    assert_int_equal(world.sent.count, count);
    world.events.on_warning(world.events.context, "the store is not writable");
    assert_string_equal(status_of(&world), "warning");
    end_world(&world);
}

static void test_progress_unwanted(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(""));
    say(&world, INITIALIZED);
    struct index_progress progress = {.files_total = 1, .files_done = 1};
    world.events.on_ready(world.events.context, &progress);
    assert_null(last_sent(&world, "window/workDoneProgress/create"));
    assert_null(last_sent(&world, "$/progress"));
    end_world(&world);

    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, INITIALIZED);
    say(&world, "{'id':1,'error':{'code':-32601,'message':'no'}}");
    world.events.on_ready(world.events.context, &progress);
    assert_null(last_sent(&world, "$/progress"));
    end_world(&world);
}

static void test_model_trouble(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    struct index_progress progress = {0};
    world.events.on_ready(world.events.context, &progress);
    assert_string_equal(status_of(&world), "ready");
    say(&world, INLINE(2, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_UNREACHABLE, .reason = "127.0.0.1:1 refused"});
    const struct json *status = json_get(last_sent(&world, "hunch/status"), "params");
    assert_string_equal(json_get_string(status, "state", ""), "warning");
    assert_string_equal(json_get_string(status, "message", ""), "127.0.0.1:1 refused");
    say(&world, INLINE(3, 0, 2));
    answer_text(running, "abc", 0, 2);
    assert_string_equal(status_of(&world), "ready");
    end_world(&world);
}

static void test_open_fails(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    world.fail_open = true;
    say(&world, INITIALIZE(""));
    say(&world, INITIALIZED);
    assert_string_equal(world.root, "(none)"); // completions from the open documents are left
    assert_string_equal(status_of(&world), "warning");
    say(&world, OPEN("file:///p/a.c", "ab"));
    say(&world, INLINE(2, 0, 2));
    answer_text(running, "abc", 0, 2);
    assert_int_equal(json_count(json_get(result_of(&world, 2), "items")), 1);
    end_world(&world);
}

static void test_context(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    say(&world, ASK(2, "hunch/context", 0, 1, ""));
    assert_true(running->context_only);
    struct context_item items[] = {{.path = "lib/x y.c",
                                    .start_line = 3,
                                    .end_line = 4,
                                    .source = CONTEXT_DEFINITION,
                                    .score = 1.5,
                                    .tokens = 12}};
    struct context context = {.items = items, .count = 1, .total_ms = 2.5};
    answer(running, (struct engine_answer){.outcome = OUTCOME_CONTEXT, .reason = "", .context = &context});
    assert_json(json_get(result_of(&world, 2), "results"),
                "[{'uri':'file:///p/lib/x%20y.c','range':{'start':{'line':3,'character':0},'end':{'line':5,"
                "'character':0}},'source':'definition','score':1.5,'tokens':12}]");
    assert_true(json_get_number(json_get(result_of(&world, 2), "timings"), "total", 0) == 2.5);
    end_world(&world);
}

static void test_why(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    say(&world, "{'id':2,'method':'hunch/why'}");
    assert_non_null(json_get(result_of(&world, 2), "message"));
    say(&world, "{'id':3,'method':'hunch/why','params':{'textDocument':{'uri':'file:///p/a.c'}}}");
    assert_non_null(json_get(result_of(&world, 3), "message"));
    say(&world, "{'id':4,'method':'hunch/why','params':{'textDocument':{'uri':'file:///p/none.c'}}}");
    assert_non_null(json_get(result_of(&world, 4), "message"));
    struct engine_answer last = {.outcome = OUTCOME_NOTHING};
    last_answer = &last;
    say(&world, "{'id':5,'method':'hunch/why','params':{'textDocument':{'uri':'file:///p/a.c'}}}");
    assert_json(result_of(&world, 5), "{'outcome':'nothing'}");
    say(&world, INLINE(6, 0, 2));
    say(&world, "{'id':7,'method':'hunch/why','params':{}}"); // the document asked for last
    assert_json(result_of(&world, 7), "{'outcome':'nothing'}");
    end_world(&world);
}

static void test_trace(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    say(&world, INLINE(2, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_NOTHING});
    assert_null(last_sent(&world, "$/logTrace"));
    say(&world, "{'method':'$/setTrace','params':{'value':'messages'}}");
    say(&world, INLINE(3, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_NOTHING, .total_ms = 1.25});
    const struct json *line = json_get(last_sent(&world, "$/logTrace"), "params");
    assert_string_equal(json_get_string(line, "message", ""),
                        "inlineCompletion a.c:1: nothing in 1.2 ms (the model had nothing to say)");
    say(&world, "{'method':'$/setTrace','params':{'value':'off'}}");
    clear_sent(&world);
    say(&world, INLINE(4, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_NOTHING});
    assert_null(last_sent(&world, "$/logTrace"));
    end_world(&world);
}

static void test_files(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(""));
    say(&world, OPEN("file:///p/a.c", "early")); // before the index is there
    assert_int_equal(overlays, 0);
    say(&world, INITIALIZED);
    assert_string_equal(overlaid, "a.c=early");
    say(&world, OPEN("file:///elsewhere/b.c", "x"));
    assert_int_equal(overlays, 1); // outside the root
    say(&world,
        "{'method':'textDocument/didChange','params':{'textDocument':{'uri':'file:///p/a.c','version':2},"
        "'contentChanges':[{'text':'late'}]}}");
    assert_string_equal(overlaid, "a.c=late");
    say(&world, "{'method':'textDocument/didSave','params':{'textDocument':{'uri':'file:///p/a.c'}}}");
    say(&world,
        "{'method':'workspace/didChangeWatchedFiles','params':{'changes':[{'uri':'file:///p/z','type':3},"
        "{'uri':'file:///other','type':1},{'uri':'git:x','type':1},{},5]}}");
    assert_int_equal(files_changed, 2);
    say(&world, "{'id':2,'method':'textDocument/inlineCompletion','params':{'textDocument':{'uri':"
                "'file:///elsewhere/b.c'},'position':{'line':0,'character':1}}}");
    assert_string_equal(running->path, "/elsewhere/b.c");
    answer_text(running, "xy", 0, 1);
    say(&world,
        "{'method':'workspace/didChangeWorkspaceFolders','params':{'event':{'added':[{'uri':'file:///n',"
        "'name':'n'}],'removed':[]}}}");
    say(&world, "{'method':'textDocument/didClose','params':{'textDocument':{'uri':'file:///none'}}}");
    say(&world, "{'method':'textDocument/didChange','params':{'textDocument':{'uri':'file:///none'}}}");
    say(&world, "{'method':'textDocument/didOpen','params':{}}");
    end_world(&world);
}

static void test_ignored(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    index_ignores = true;
    say(&world, INITIALIZE(""));
    say(&world, INITIALIZED);
    say(&world, OPEN("file:///p/a.c", "secret"));
    assert_int_equal(overlays, 0);
    say(&world, INLINE(2, 0, 6));
    assert_true(running->ignored);
    answer(running, (struct engine_answer){.outcome = OUTCOME_IGNORED});
    index_ignores = false; // the rule is gone
    say(&world, INLINE(3, 0, 6));
    assert_false(running->ignored);
    assert_int_equal(overlays, 1);
    answer(running, (struct engine_answer){.outcome = OUTCOME_NOTHING});
    end_world(&world);
}

static uint32_t seed = 3;
static uint32_t random_below(uint32_t limit) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % limit;
}

static const char *const random_messages[] = {
    "{'id':@,'method':'textDocument/inlineCompletion','params':{'textDocument':{'uri':'file:///p/a.c'},"
    "'position':{'line':0,'character':2}}}",
    "{'id':@,'method':'textDocument/completion','params':{'textDocument':{'uri':'file:///p/a.c'},"
    "'position':{'line':0,'character':1}}}",
    "{'id':@,'method':'hunch/context','params':{'textDocument':{'uri':'file:///p/b.c'},"
    "'position':{'line':0,'character':1}}}",
    "{'id':@,'method':'hunch/why'}",
    "{'id':@,'method':'hunch/status'}",
    "{'id':@,'method':'hunch/nonsense'}",
    "{'id':@,'method':'initialize','params':{'rootUri':'file:///p'}}",
    "{'id':@,'method':'workspace/executeCommand','params':{'command':'hunch.didAccept','arguments':['@']}}",
    "{'id':@,'method':7}",
};

static const char *const random_notifications[] = {
    INITIALIZED,
    OPEN("file:///p/a.c", "ab"),
    OPEN("file:///p/b.c", "cd"),
    "{'method':'textDocument/didClose','params':{'textDocument':{'uri':'file:///p/a.c'}}}",
    "{'method':'textDocument/didChange','params':{'textDocument':{'uri':'file:///p/a.c'},"
    "'contentChanges':[{'text':'xyz'}]}}",
    "{'method':'$/setTrace','params':{'value':'verbose'}}",
    "{'method':'nonsense'}",
};

// With the id for each @.
static void say_with_id(struct world *world, const char *text, int id) {
    struct str message;
    str_init(&message);
    for (; *text; text++) {
        if (*text == '@') {
            str_append_format(&message, "%d", id);
        } else {
            str_append_char(&message, *text);
        }
    }
    say(world, message.data);
    str_free(&message);
}

static void random_step(struct world *world, int *ids) {
    switch (random_below(8)) {
    case 0:
    case 1:
    case 2:
        say_with_id(world, random_messages[random_below(9)], ++*ids);
        break;
    case 3:
    case 4:
        say(world, random_notifications[random_below(7)]);
        break;
    case 5:
        say_with_id(world, "{'method':'$/cancelRequest','params':{'id':@}}",
                    (int)random_below((uint32_t)*ids + 3));
        break;
    case 6:
        if (running && !running->ended) {
            answer_text(running, "abc", 0, running->cursor);
        }
        break;
    default:
        turn();
    }
}

// Whatever comes in whatever order: every request gets exactly one answer.
static void test_exactly_one_answer(void **state) {
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct world world;
        new_world(&world);
        world.no_index = random_below(2) == 0;
        int ids = 0;
        if (random_below(4)) {
            say(&world, "{'id':0,'method':'initialize','params':{'rootUri':'file:///p'}}");
            say(&world, INITIALIZED);
        }
        for (int step = 0; step < 60; step++) {
            random_step(&world, &ids);
        }
        if (random_below(2)) {
            say_with_id(&world, "{'id':@,'method':'shutdown'}", ++ids);
        }
        session_close(world.session);
        world.session = NULL;
        for (int id = 1; id <= ids; id++) {
            assert_non_null(answer_to(&world, id));
        }
        end_world(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life_cycle),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_initialize_params),
        cmocka_unit_test(test_inline),
        cmocka_unit_test(test_nothing_to_say),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_shutdown_ends_requests),
        cmocka_unit_test(test_selected_item),
        cmocka_unit_test(test_popup),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_refused_setting_is_said),
        cmocka_unit_test(test_status_and_progress),
        cmocka_unit_test(test_progress_unwanted),
        cmocka_unit_test(test_model_trouble),
        cmocka_unit_test(test_open_fails),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_ignored),
        cmocka_unit_test(test_exactly_one_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
