// session_status_test.c - what the session tells the client unasked: when its status is sent and in which words, and what
// becomes of requests that the client refuses.
#include "tests/unit/lsp/session_world.h"
#include "tests/unit/unit.h"

static void test_status_names_languages_off(void **state) {
    (void)state;
    struct world world;
    language_off = "markdown";
    start_world(&world, "ab");
    say(&world, "{'id':2,'method':'hunch/status'}");
    assert_non_null(strstr(json_get_string(result_of(&world, 2), "text", ""),
                           "\noff for: markdown (\"languages\" in your own config.json)\n"));
    language_off = NULL;
    end_world(&world);
}

static void test_status_says_why_silent(void **state) {
    (void)state;
    struct world world;
    start_world(&world, "ab");
    say(&world, INLINE(2, 0, 2));
    answer(running, (struct engine_answer){.outcome = OUTCOME_NOTHING});
    assert_non_null(strstr(status_text(&world), "\nlast suggestion: none, the model had nothing to say"));
    say(&world, INLINE(3, 0, 2));
    say(&world, "{'method':'$/cancelRequest','params':{'id':3}}"); // says nothing about the last one
    assert_non_null(strstr(status_text(&world), "last suggestion"));
    say(&world, INLINE(4, 0, 2));
    answer_text(running, "abc", 0, 2);
    assert_null(strstr(status_text(&world), "last suggestion"));
    end_world(&world);
}

// Every request to a server that is left alone ends with the seconds that are left.
static void test_status_is_not_sent_for_a_countdown(void **state) {
    (void)state;
    static const struct {
        const char *reason;
        bool sent;
    } rows[] = {
        {"it is away (not asked again for 22 s)", true},   {"it is away (not asked again for 9 s)", false},
        {"it is away (being asked again)", true},          {"HTTP 500 (not asked again for 9 s)", true},
        {"HTTP 503 (not asked again for 10 s)", true},     {"HTTP 503 (not asked again for 1 s)", false},
        {"HTTP 503 (not asked again for 1 service)", true}};
    struct world world;
    start_world(&world, "ab");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clear_sent(&world);
        say(&world, INLINE(2, 0, 2));
        answer(running, (struct engine_answer){.outcome = OUTCOME_MODEL_FAILED, .reason = rows[i].reason});
        assert_int_equal(last_sent(&world, "hunch/status") != NULL, rows[i].sent);
    }
    end_world(&world);
}

#define UNSURE(percent) "not sure enough: its best line is " percent " % sure, shown from 8 % on"

// While one types each key has another figure; who asks by hand is told the last one.
static void test_status_is_not_sent_for_a_figure(void **state) {
    (void)state;
    static const struct {
        const char *reason;
        bool by_hand, sent;
    } rows[] = {{UNSURE("6.4"), false, true}, {UNSURE("0.1"), false, false}, {UNSURE("12"), false, false},
                {"nothing", false, true},     {UNSURE("3"), false, true},    {UNSURE("2.5"), true, true},
                {UNSURE("2.5"), true, false}, {UNSURE("2.4"), false, false}};
    struct world world;
    start_world(&world, "ab");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        clear_sent(&world);
        say(&world, rows[i].by_hand
                        ? ASK(2, "textDocument/inlineCompletion", 0, 2, ",'context':{'triggerKind':1}")
                        : INLINE(2, 0, 2));
        answer(running, (struct engine_answer){.outcome = OUTCOME_LOW_CONFIDENCE, .reason = rows[i].reason});
        assert_int_equal(last_sent(&world, "hunch/status") != NULL, rows[i].sent);
        say(&world, "{'id':3,'method':'hunch/status'}"); // which tells the last one always
        assert_string_equal(json_get_string(result_of(&world, 3), "silence", ""), rows[i].reason);
    }
    end_world(&world);
}

// Each editor is told its own command, one that is not known those of all.
static void test_who_asks_is_told_its_own_way_back(void **state) {
    (void)state;
    static const char *const ways[] = {":Hunch toggle", "Hunch: Toggle Everywhere", "M-x lsp-hunch-toggle"};
    static const struct {
        const char *client;
        bool told[3];
    } rows[] = {
        {",'clientInfo':{'name':'Neovim','version':'0.12'}", {true, false, false}},
        {",'clientInfo':{'name':'Visual Studio Code'}", {false, true, false}},
        {",'clientInfo':{'name':'Visual Studio Code - Insiders'}", {false, true, false}},
        {",'clientInfo':{'name':'emacs'}", {false, false, true}},
        {",'clientInfo':{'name':'Another, whose name is longer than any that is known'}", {true, true, true}},
        {",'clientInfo':{'name':5}", {true, true, true}},
        {"", {true, true, true}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        struct str message;
        new_world(&world);
        str_init(&message);
        str_append_format(&message, INITIALIZE(",'initializationOptions':{'enabled':false}%s"),
                          rows[i].client);
        say(&world, message.data);
        say(&world, INITIALIZED);
        const char *told =
            json_get_string(json_get(last_sent(&world, "hunch/status"), "params"), "message", "");
        for (size_t j = 0; j < 3; j++) {
            assert_int_equal(strstr(told, ways[j]) != NULL, rows[i].told[j]);
        }
        assert_non_null(strstr(told, " switches it on again"));
        str_free(&message);
        end_world(&world);
    }
}

// How often the log has said it.
static int count_logged(const struct world *world, const char *words) {
    int count = 0;
    for (size_t i = 0; i < world->sent.count; i++) {
        const struct json *message = world->sent.items[i];
        bool is_line = strcmp(json_get_string(message, "method", ""), "window/logMessage") == 0;
        const char *line = json_get_string(json_get(message, "params"), "message", "");
        count += is_line && strstr(line, words);
    }
    return count;
}

static void test_settings_that_the_editor_refuses_are_said_once(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'workspace':{'configuration':true}}"));
    say(&world, INITIALIZED);
    say(&world, "{'id':1,'error':{'code':-32603,'message':'a plugin broke'}}");
    say(&world, "{'method':'workspace/didChangeConfiguration','params':{'settings':null}}");
    say(&world, "{'id':2,'error':'no'}"); // no error that the protocol knows
    turn_loop(&world);
    assert_int_equal(count_logged(&world, "answered workspace/configuration with an error (a plugin broke)"),
                     1);
    assert_int_equal(count_logged(&world, "workspace/configuration"), 1);
    say(&world, "{'method':'workspace/didChangeConfiguration','params':{'settings':null}}");
    say(&world, "{'id':3,'result':[{'x':1}]}"); // it is asked on, and heard
    assert_non_null(strstr(merged.data, "3:{\"x\":1}"));
    end_world(&world);
}

static void test_progress_that_the_editor_refuses_is_asked_for_once(void **state) {
    (void)state;
    struct world world;
    new_world(&world);
    say(&world, INITIALIZE(",'capabilities':{'window':{'workDoneProgress':true}}"));
    say(&world, INITIALIZED);
    say(&world, "{'id':1,'error':{'code':-32601,'message':'not here'}}");
    clear_sent(&world);
    struct index_progress progress = {.files_total = 10, .files_done = 1, .scanning = true};
    usleep((SESSION_PASS_SHOWN_MS + 10) * 1000);
    for (int i = 0; i < 3; i++) {
        world.events.on_progress(world.events.context, &progress);
    }
    assert_null(last_sent(&world, "window/workDoneProgress/create"));
    turn_loop(&world);
    assert_int_equal(count_logged(&world, "window/workDoneProgress/create with an error (not here)"), 1);
    end_world(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_names_languages_off),
        cmocka_unit_test(test_status_says_why_silent),
        cmocka_unit_test(test_status_is_not_sent_for_a_countdown),
        cmocka_unit_test(test_status_is_not_sent_for_a_figure),
        cmocka_unit_test(test_who_asks_is_told_its_own_way_back),
        cmocka_unit_test(test_settings_that_the_editor_refuses_are_said_once),
        cmocka_unit_test(test_progress_that_the_editor_refuses_is_asked_for_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
