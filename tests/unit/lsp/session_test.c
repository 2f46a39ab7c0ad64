// session_test.c - the life of a conversation: start, settings, files, status, end.
#include "tests/unit/lsp/session_world.h"
#include "tests/unit/unit.h"

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

static void test_popup_for_those_without_ghost_text(void **state) {
    (void)state;
    static const struct {
        const char *capabilities;
        bool popup;
    } cases[] = {{"{}", true},
                 {"{'textDocument':{'completion':{}}}", true},
                 {"{'textDocument':{'inlineCompletion':{'dynamicRegistration':false}}}", false},
                 {"{'textDocument':{'inlineCompletion':null}}", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        struct str message;
        new_world(&world);
        str_init(&message);
        str_append_format(&message, "{'id':1,'method':'initialize','params':{'capabilities':%s}}",
                          cases[i].capabilities);
        say(&world, message.data);
        const struct json *answer = json_get(result_of(&world, 1), "capabilities");
        assert_int_equal(json_get(answer, "completionProvider") != NULL, cases[i].popup);
        str_free(&message);
        end_world(&world);
    }
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

static void test_why_nothing_is_indexed(void **state) {
    (void)state;
    for (int is_found = 0; is_found < 2; is_found++) {
        struct world world;
        new_world(&world);
        world.no_index = true;
        say(&world, is_found ? INITIALIZE("") : "{'id':1,'method':'initialize','params':{'rootUri':null}}");
        say(&world, INITIALIZED);
        world.events.on_warning(world.events.context, "so it is");
        const char *text = status_text(&world);
        assert_non_null(strstr(text, "\nindex: none, only open files are known"));
        assert_true((strstr(text, "named no folder. One with .git, ") != NULL) == !is_found);
        end_world(&world);
    }
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
    assert_non_null(strstr(json_get_string(status, "message", ""), "M-x lsp-hunch-toggle"));
    // settings along with the notification count until the client has answered
    say(&world, "{'method':'workspace/didChangeConfiguration','params':{'settings':{'hunch':{'x':1}}}}");
    assert_string_equal(merged.data, "2:{\"enabled\":false}3:{\"model.url\":\"http://evil\"}3:{\"x\":1}");
    say(&world, "{'id':2,'result':[null]}"); // takes back what came before
    assert_string_equal(merged.data,
                        "2:{\"enabled\":false}3:{\"model.url\":\"http://evil\"}3:{\"x\":1}3:null");
    say(&world, "{'method':'workspace/didChangeConfiguration','params':{'settings':null}}");
    say(&world, "{'id':3,'error':{'code':1,'message':'no'}}"); // leaves it
    assert_string_equal(merged.data,
                        "2:{\"enabled\":false}3:{\"model.url\":\"http://evil\"}3:{\"x\":1}3:null");
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
    struct index_progress progress = {.files_total = 10, .files_done = 5, .scanning = true};
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
    progress.files_done = progress.files = 100;
    progress.scanning = false;
    world.events.on_ready(world.events.context, &progress);
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/index','value':{'kind':'end','message':'100 of 100 files'}}");
    assert_json(
        json_get(last_sent(&world, "hunch/status"), "params"),
        "{'state':'ready','message':'','silence':'','text':'Hunch: ready\\nmodel: played\\nindex: 100 files',"
        "'model':'played','index':{'files':100,'total':100,'searchable':true,'ready':true},'languagesOff':[]}");
    size_t count = world.sent.count;
    world.events.on_progress(world.events.context, &progress); // nothing new: nothing is sent
    assert_int_equal(world.sent.count, count);
    world.events.on_warning(world.events.context, "the store is not writable");
    assert_string_equal(status_of(&world), "warning");
    assert_string_equal(status_text(&world),
                        "Hunch: working, but: the store is not writable\nmodel: played\nindex: 100 files");
    progress.files = 101; // one was saved since
    world.events.on_progress(world.events.context, &progress);
    assert_json(json_get(json_get(last_sent(&world, "hunch/status"), "params"), "index"),
                "{'files':101,'total':101,'searchable':true,'ready':true}");
    end_world(&world);
}

static void test_a_model_on_its_way_is_shown(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    world.no_index = true;
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, INITIALIZED);
    void *context = world.events.context;
    world.events.on_model(context, "starting llama-server", NULL);
    assert_string_equal(status_of(&world), "loading");
    assert_json(json_get(last_sent(&world, "window/workDoneProgress/create"), "params"),
                "{'token':'hunch/model'}");
    assert_null(last_sent(&world, "$/progress"));
    say(&world, "{'id':1,'result':null}");
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/model','value':{'kind':'begin','message':'starting llama-server',"
                "'title':'Hunch: model','cancellable':false}}");
    world.events.on_model(context, "loading the model", NULL);
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/model','value':{'kind':'report','message':'loading the model'}}");
    assert_string_equal(status_text(&world), "Hunch: its model is not ready yet: loading the model\nmodel: "
                                             "played\nindex: none, only open files are known");
    world.events.on_model(context, NULL, NULL);
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/model','value':{'kind':'end'}}");
    assert_string_equal(status_of(&world), "ready");
    world.events.on_model(context, NULL, "it ended with status 1");
    assert_string_equal(status_of(&world), "warning");
    world.config.fall_back_to_builtin = false; // now nobody answers in its place
    world.events.on_model(context, NULL, "it ended with status 1 again");
    assert_string_equal(status_of(&world), "error");
    world.events.on_model(context, "starting llama-server", NULL); // there before the client has a token
    world.events.on_model(context, NULL, NULL);
    say(&world, "{'id':2,'result':null}");
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/model/2','value':{'kind':'end'}}");
    assert_string_equal(status_of(&world), "ready");
    end_world(&world);
}

static void test_vectors_are_shown_while_they_are_made(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, INITIALIZED);
    struct session_vectors vectors = {.done = 1, .total = 8};
    world.events.on_vectors(world.events.context, &vectors);
    assert_json(json_get(json_get(last_sent(&world, "hunch/status"), "params"), "vectors"),
                "{'done':1,'total':8,'tokens':0,'cost':0}");
    uv_sleep(SESSION_PASS_SHOWN_MS + 1);
    world.events.on_vectors(world.events.context, &vectors);
    assert_json(json_get(last_sent(&world, "window/workDoneProgress/create"), "params"),
                "{'token':'hunch/vectors'}");
    say(&world, "{'id':2,'result':null}");
    assert_json(
        json_get(last_sent(&world, "$/progress"), "params"),
        "{'token':'hunch/vectors','value':{'kind':'begin','message':'1 of 8 chunks','title':'Hunch: making vectors',"
        "'cancellable':false,'percentage':12}}");
    vectors = (struct session_vectors){.done = 7, .total = 8, .ended = true, .tokens = 900, .cost = 0.5};
    world.events.on_vectors(world.events.context, &vectors); // a file could not be read: it ends all the same
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/vectors','value':{'kind':'end','message':'7 of 8 chunks'}}");
    assert_non_null(strstr(status_text(&world), "\nvectors: 7 of 8 chunks, 900 tokens sent for 0.5000"));
    end_world(&world);
}

// While the walk goes on, what it has found so far is no measure.
static void test_progress_knows_how_much_to_expect(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, INITIALIZED);
    say(&world, "{'id':1,'result':null}");
    struct index_progress progress = {
        .files_total = 10, .files_done = 5, .files_expected = 200, .scanning = true};
    world.events.on_progress(world.events.context, &progress);
    assert_json(
        json_get(last_sent(&world, "$/progress"), "params"),
        "{'token':'hunch/index','value':{'kind':'report','message':'5 of 200 files','percentage':2}}");
    progress.walk_done = true;
    progress.files_total = 180;
    progress.files_done = 90;
    world.events.on_progress(world.events.context, &progress);
    assert_json(
        json_get(last_sent(&world, "$/progress"), "params"),
        "{'token':'hunch/index','value':{'kind':'report','message':'90 of 180 files','percentage':50}}");
    end_world(&world);
}

static void test_only_a_long_later_pass_is_shown(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, INITIALIZED);
    say(&world, "{'id':1,'result':null}");
    struct index_progress progress = {.files_total = 10, .files_done = 10, .ready = true};
    world.events.on_ready(world.events.context, &progress);
    clear_sent(&world);
    progress.scanning = true;
    progress.files_done = 1;
    world.events.on_progress(world.events.context, &progress);
    world.events.on_ready(world.events.context, &progress); // a short one
    progress.files_done = 2;
    world.events.on_progress(world.events.context, &progress);
    assert_null(last_sent(&world, "window/workDoneProgress/create"));
    usleep((SESSION_PASS_SHOWN_MS + 10) * 1000);
    progress.files_done = 3;
    world.events.on_progress(world.events.context, &progress);
    assert_json(json_get(last_sent(&world, "window/workDoneProgress/create"), "params"),
                "{'token':'hunch/index/2'}");
    say(&world, "{'id':2,'result':null}");
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/index/2','value':{'kind':'begin','message':'3 of 10 files','title':'Hunch: "
                "indexing what changed','cancellable':false,'percentage':30}}");
    progress.files_done = 10;
    progress.scanning = false;
    world.events.on_ready(world.events.context, &progress);
    assert_json(json_get(last_sent(&world, "$/progress"), "params"),
                "{'token':'hunch/index/2','value':{'kind':'end','message':'10 of 10 files'}}");
    end_world(&world);
}

static void test_the_client_watches_when_the_index_cannot(void **state) {
    (void)state;
    static const struct {
        const char *capabilities;
        bool registers;
    } cases[] = {
        {",'capabilities':{'workspace':{'didChangeWatchedFiles':{'dynamicRegistration':true}}}", true},
        {",'capabilities':{'workspace':{'didChangeWatchedFiles':{'dynamicRegistration':false}}}", false},
        {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        struct str message;
        new_world(&world);
        str_init(&message);
        str_append_format(
            &message,
            "{'jsonrpc':'2.0','id':1,'method':'initialize','params':{'processId':null,'rootUri':'file:///p'%s}}",
            cases[i].capabilities);
        say(&world, message.data);
        say(&world, INITIALIZED);
        struct index_progress progress = {.files_total = 1, .files_done = 1};
        world.events.on_ready(world.events.context, &progress);
        world.events.on_progress(world.events.context, &progress);
        assert_null(last_sent(&world, "client/registerCapability")); // it watches itself
        progress.polling = true;
        world.events.on_progress(world.events.context, &progress);
        const struct json *call = last_sent(&world, "client/registerCapability");
        assert_int_equal(call != NULL, cases[i].registers);
        if (call) {
            assert_json(json_get(call, "params"),
                        "{'registrations':[{'id':'hunch/files','method':'workspace/didChangeWatchedFiles',"
                        "'registerOptions':{'watchers':[{'globPattern':'**/*'}]}}]}");
        }
        clear_sent(&world);
        world.events.on_progress(world.events.context, &progress);
        assert_null(last_sent(&world, "client/registerCapability")); // once
        str_free(&message);
        end_world(&world);
    }
}

static void test_the_index_holds_still_while_someone_types(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    assert_int_equal(pauses, 0);
    say(&world,
        "{'method':'textDocument/didChange','params':{'textDocument':{'uri':'file:///p/a.c','version':2},"
        "'contentChanges':[{'text':'abc'}]}}");
    assert_int_equal(pauses, 1);
    say(&world, INLINE(2, 0, 2));
    assert_int_equal(pauses, 2);
    answer_text(running, "abc", 0, 2);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life_cycle),
        cmocka_unit_test(test_popup_for_those_without_ghost_text),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_initialize_params),
        cmocka_unit_test(test_why_nothing_is_indexed),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_refused_setting_is_said),
        cmocka_unit_test(test_status_and_progress),
        cmocka_unit_test(test_a_model_on_its_way_is_shown),
        cmocka_unit_test(test_vectors_are_shown_while_they_are_made),
        cmocka_unit_test(test_progress_knows_how_much_to_expect),
        cmocka_unit_test(test_only_a_long_later_pass_is_shown),
        cmocka_unit_test(test_the_client_watches_when_the_index_cannot),
        cmocka_unit_test(test_the_index_holds_still_while_someone_types),
        cmocka_unit_test(test_progress_unwanted),
        cmocka_unit_test(test_open_fails),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
