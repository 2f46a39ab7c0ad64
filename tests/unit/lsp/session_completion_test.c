// session_completion_test.c - what the engine finds, in the words of each client.
#include "tests/unit/lsp/session_world.h"
#include "tests/unit/unit.h"

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
    say(&world, OPEN("git:/p/a.c", "x"));
    say(&world, "{'id':4,'method':'textDocument/completion','params':{'textDocument':{'uri':'git:/p/a.c'},"
                "'position':{'line':0,'character':0}}}");
    assert_json(result_of(&world, 4), "{'isIncomplete':true,'items':[]}");
    say(&world, "{'id':5,'method':'textDocument/inlineCompletion','params':{}}");
    assert_int_equal(error_of(&world, 5), -32602);
    say(&world, "{'id':6,'method':'textDocument/inlineCompletion','params':[]}");
    assert_int_equal(error_of(&world, 6), -32602);
    end_world(&world);
}

// New documents get what files get, but the index is not told of them.
static void test_unsaved(void **state) {
    (void)state;
    static const struct {
        const char *uri, *path;
        bool ignored;
    } rows[] = {
        {"untitled:Untitled-1", "untitled:Untitled-1.c", false},
        {"untitled:/p/new.c", "new.c", true}, // where it will be saved, the rules may cover it
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world world;
        start_world(&world, "ab");
        overlays = 0;
        index_ignores = true;
        char message[300];
        snprintf(message, sizeof message, OPEN("%s", "int pri"), rows[i].uri);
        say(&world, message);
        snprintf(message, sizeof message,
                 "{'id':4,'method':'textDocument/inlineCompletion','params':{'textDocument':{'uri':'%s'},"
                 "'position':{'line':0,'character':7}}}",
                 rows[i].uri);
        say(&world, message);
        assert_non_null(running);
        assert_string_equal(running->path, rows[i].path);
        assert_string_equal(running->language, "c");
        assert_int_equal(running->ignored, rows[i].ignored);
        answer_text(running, "printf();", 4, 7);
        assert_int_equal(json_count(json_get(result_of(&world, 4), "items")), 1);
        snprintf(message, sizeof message,
                 "{'method':'textDocument/didClose','params':{'textDocument':{'uri':'%s'}}}", rows[i].uri);
        int before = forgotten;
        say(&world, message);
        assert_int_equal(forgotten, before + 1);
        assert_int_equal(overlays, 0);
        index_ignores = false;
        end_world(&world);
    }
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
    // bytes that are no text
    say(&world, ASK(10, "textDocument/inlineCompletion", 0, 5, SELECTED("p\xFF", 2, 5)));
    assert_string_equal(running->text->bytes, "x.p\xEF\xBF\xBD)");
    answer_text(running, "p\xEF\xBF\xBD();", 2, 6);
    assert_int_equal(json_count(json_get(result_of(&world, 10), "items")), 1);
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
    assert_string_equal(json_get_string(item, "sortText", ""), "~hunch0");
    assert_string_equal(json_get_string(json_next(item), "sortText", ""), "~hunch1");
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
    assert_string_equal(json_get_string(status, "state", ""), "error");
    assert_string_equal(json_get_string(status, "message", ""), "127.0.0.1:1 refused");
    assert_non_null(strstr(status_text(&world), "Hunch: not working: 127"));
    assert_null(strstr(status_text(&world), "last suggestion")); // it would be the same words
    say(&world, INLINE(3, 0, 2));
    answer_text(running, "abc", 0, 2);
    assert_string_equal(status_of(&world), "ready");
    say(&world, INLINE(4, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_TIMEOUT}); // the next one may be in time
    assert_string_equal(status_of(&world), "warning");
    say(&world, INLINE(5, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_REPEATS}); // it did answer
    assert_string_equal(status_of(&world), "ready");
    say(&world, INLINE(6, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_NOTHING, .instead = "refused", .model = "b"});
    assert_string_equal(status_of(&world), "warning");
    assert_non_null(strstr(status_text(&world), "Hunch: working, but: refused"));
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
    assert_non_null(json_get(result_of(&world, 4), "text"));
    say(&world, OPEN("git:/p/a.c", ""));
    say(&world, "{'id':8,'method':'hunch/why','params':{'textDocument':{'uri':'git:/p/a.c'}}}");
    assert_non_null(strstr(json_get_string(result_of(&world, 8), "text", ""), "neither a file"));
    struct engine_answer last = {.outcome = OUTCOME_NOTHING};
    last_answer = &last;
    say(&world, "{'id':5,'method':'hunch/why','params':{'textDocument':{'uri':'file:///p/a.c'}}}");
    assert_json(result_of(&world, 5), "{'outcome':'nothing','text':'silent: the model had nothing to say'}");
    say(&world, INLINE(6, 0, 2));
    say(&world, "{'id':7,'method':'hunch/why','params':{}}"); // the document asked for last
    assert_json(result_of(&world, 7), "{'outcome':'nothing','text':'silent: the model had nothing to say'}");
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
    say(&world, "{'method':'textDocument/didSave','params':{'textDocument':{'uri':'file:///p/.gitignore'}}}");
    say(&world, INLINE(3, 0, 6));
    assert_false(running->ignored);
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
    ("{'method':'textDocument/didChange','params':{'textDocument':{'uri':'file:///p/a.c'},"
     "'contentChanges':[{'text':'xyz'}]}}"),
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
        cmocka_unit_test(test_inline),
        cmocka_unit_test(test_nothing_to_say),
        cmocka_unit_test(test_unsaved),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_shutdown_ends_requests),
        cmocka_unit_test(test_selected_item),
        cmocka_unit_test(test_popup),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_model_trouble),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_ignored),
        cmocka_unit_test(test_exactly_one_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
