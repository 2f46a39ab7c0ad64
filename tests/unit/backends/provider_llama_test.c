// provider_llama_test.c - llama-server: the forms seen on the wire of 0.5.0 and 0.7.0, and its traps.
#include "remote_world.h"
#include "tests/unit/unit.h"

#define PROPS(model, context)                                                                                \
    JSON("200 OK", "",                                                                                       \
         "{\"default_generation_settings\":{\"n_ctx\":" context                                              \
         "},\"total_slots\":1,\"model_alias\":\"" model "\",\"model_path\":\"" model "\"}")
#define PIECE(text)                                                                                          \
    "data: {\"index\":0,\"content\":\"" text "\",\"tokens\":[265],\"stop\":false,\"id_slot\":-1,"            \
    "\"tokens_predicted\":1,\"tokens_evaluated\":5}\n\n"
#define LAST(type)                                                                                           \
    "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"" type "\",\"tokens_evaluated\":12,"              \
    "\"timings\":{\"cache_n\":9,\"prompt_n\":3,\"prompt_ms\":0.8,\"predicted_n\":6}}\n\n"
#define LOADING                                                                                              \
    JSON("503 Service Unavailable", "",                                                                      \
         "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}")

#define READING                                                                                              \
    "data: {\"index\":0,\"content\":\"\",\"tokens\":[0],\"stop\":false,\"tokens_evaluated\":22,"             \
    "\"prompt_progress\":{\"total\":22,\"cache\":20,\"processed\":2,\"time_ms\":11}}\n\n"

static const char warm_up[] = "POST /completion HTTP/1.1\r\n";

static const char no_halves[] = JSON(
    "501 Not Implemented", "",
    "{\"error\":{\"code\":501,\"message\":\"Infill is not supported by this model: prefix token is missing.\","
    "\"type\":\"not_supported_error\"}}");

static const char no_tokens[] = JSON("200 OK", "", "{\"tokens\":[{\"id\":1,\"piece\":[60,80]}]}");

static void restart(struct world *world, const char *model, const char *props) {
    backend_close(world->backend);
    world->server.routes[0] =
        (struct route){.start = model[0] ? "GET /props?model=" : "GET /props HTTP/1.1\r\n", .bytes = props};
    if (!world->server.routes[1].start) {
        world->server.routes[1] = (struct route){.start = "POST /tokenize HTTP/1.1\r\n", .bytes = no_tokens};
    }
    if (!world->server.routes[2].start) {
        world->server.routes[2] = (struct route){.start = "POST /infill HTTP/1.1\r\n", .bytes = no_halves};
    }
    world->backend = backend_of(world, "llama-server", model, world->server.port);
}

// Until the server has said what it is, and has been warmed up.
static void wait_known(struct world *world) {
    world->server.script = (struct script){.bytes = STREAM LAST("limit"), .close_after = true};
    while (world->server.requests == 0 && uv_run(&world->loop, UV_RUN_ONCE)) {
    }
    assert_ptr_equal(strstr(world->server.request.data, warm_up), world->server.request.data);
    assert_non_null(strstr(world->server.request.data, "\"n_predict\":0}"));
    for (int i = 0; i < 20; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
}

// Neither its name nor its tokens are known to us, but the server knows what they are for.
static void begin_with_halves(struct world *world) {
    const char *can = STREAM LAST("limit");
    world->server.routes[2] = (struct route){.start = "POST /infill HTTP/1.1\r\n", .bytes = can};
    restart(world, "", PROPS("mystery", "32768"));
    wait_known(world);
    assert_string_equal(world->backend->traits.template, "halves");
    assert_int_equal(world->backend->traits.context_tokens, 1536); // its batch cuts what is longer
}

static void a_family_that_it_alone_knows_gets_both_halves(void **state) {
    struct world *world = *state;
    begin_with_halves(world);
    assert_int_equal(world->server.routes[2].requests, 1);
    world->server.routes[2] = (struct route){0};
    struct backend_request request = request_of("P<|hunch-halves|>S");
    request.template = "halves";
    world->server.script = (struct script){.bytes = STREAM PIECE("ab") LAST("eos"), .close_after = true};
    ask(world, &request);
    assert_string_equal(world->seen.text.data, "ab");
    const char *sent = world->server.request.data;
    assert_ptr_equal(strstr(sent, "POST /infill HTTP/1.1\r\n"), sent);
    assert_non_null(
        strstr(sent, "{\"input_prefix\":\"P\",\"input_suffix\":\"S\",\"temperature\":0,\"cache_prompt\":true,"
                     "\"stream\":true,"));
    assert_null(strstr(sent, "\"prompt\""));
}

static void what_halves_allow_ends_with_them(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    begin_with_halves(world);
    world->server.script = (struct script){.bytes = LOADING, .close_after = true};
    ask(world, &request); // who comes back may be another
    world->server.routes[0].bytes = PROPS("qwen2.5-coder", "32768");
    ask(world, &request);
    while (strcmp(world->backend->traits.template, "qwen2.5-coder") != 0) {
        uv_run(&world->loop, UV_RUN_ONCE);
    }
    assert_int_equal(world->backend->traits.context_tokens, 4096);
}

// A no is no failure: the server is not asked again what it is.
static void a_model_that_cannot_fill_in_is_asked_once(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    restart(world, "", PROPS("mystery", "32768"));
    wait_known(world);
    assert_null(world->backend->traits.template);
    assert_int_equal(world->backend->traits.context_tokens, 4096);
    world->server.script = (struct script){.bytes = STREAM LAST("eos"), .close_after = true};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, 0);
    assert_int_equal(world->server.routes[0].requests, 1);
    assert_int_equal(world->server.routes[2].requests, 1);
}

// A router of several models tells nothing of one that it is not asked for.
static void a_router_is_asked_for_the_model(void **state) {
    static const char router[] =
        JSON("200 OK", "",
             "{\"role\":\"router\",\"model_alias\":\"llama-server\",\"model_path\":\"none\","
             "\"default_generation_settings\":{\"params\":null,\"n_ctx\":0}}");
    struct world *world = *state;
    world->server.routes[2] = (struct route){.start = "GET /props?model=org/qwen2.5-coder HTTP/1.1\r\n",
                                             .bytes = PROPS("qwen2.5-coder", "2048")};
    backend_close(world->backend);
    world->server.routes[0] = (struct route){.start = "GET /props HTTP/1.1\r\n", .bytes = router};
    world->server.routes[1] = (struct route){.start = "POST /tokenize HTTP/1.1\r\n", .bytes = no_tokens};
    // What is no name goes into no address.
    world->backend = backend_of(world, "llama-server", "org/qwen2.5-coder\" &#", world->server.port);
    wait_known(world);
    assert_int_equal(world->server.routes[2].requests, 1);
    assert_int_equal(world->server.routes[0].requests, 0);
    assert_int_equal(world->backend->traits.context_tokens, 2048);
}

static void restart_known(struct world *world, const char *model, const char *props) {
    restart(world, model, props);
    wait_known(world);
}

// Until the tokenizer has been asked for each sample, and `more` times.
static void turn_until_measured(struct world *world, int more) {
    int wanted = more + (int)token_sample_count();
    for (int i = 0; i < 2000 && world->server.routes[1].requests < wanted; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    for (int i = 0; i < 20; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    assert_int_equal(world->server.routes[1].requests, wanted);
}

static void it_says_what_it_is(void **state) {
    static const struct {
        const char *named, *props, *model, *template;
        uint32_t context;
    } rows[] = {
        {"", PROPS("/models/qwen2.5-coder-1.5b-q8_0.gguf", "32768"), "qwen2.5-coder-1.5b-q8_0.gguf",
         "qwen2.5-coder", 4096},
        {"", PROPS("C:\\\\models\\\\codellama-7b.gguf", "2048"), "codellama-7b.gguf", "codellama", 2048},
        {"starcoder2", PROPS("/models/qwen2.5-coder.gguf", "0"), "starcoder2", "starcoder2", 4096},
        {"", PROPS("mystery", "512"), "mystery", NULL, 512},
        {"", PROPS("mys\\u001b[2J\\ntery", "512"), "mys[2J tery", NULL, 512},
        {"", JSON("200 OK", "", "{}"), "unnamed", NULL, 4096},
        {"", JSON("200 OK", "", "{\"model_alias\":7,\"default_generation_settings\":[]}"), "unnamed", NULL,
         4096},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world->server.requests = 0;
        restart_known(world, rows[i].named, rows[i].props);
        const struct backend_traits *traits = &world->backend->traits;
        assert_string_equal(traits->name, "llama-server");
        assert_string_equal(traits->model, rows[i].model);
        assert_int_equal(traits->context_tokens, rows[i].context);
        assert_string_equal(traits->template ? traits->template : "-",
                            rows[i].template ? rows[i].template : "-");
    }
}

static void its_tokens_tell_what_its_name_does_not(void **state) {
    static const char pieces[] = JSON(
        "200 OK", "",
        "{\"tokens\":[{\"id\":1,\"piece\":\"<|fim_prefix|>\"},{\"id\":2,\"piece\":\"\\n\"},"
        "{\"id\":3,\"piece\":\"<|fim_suffix|>\"},{\"id\":4,\"piece\":\"<|fim_middle|>\"},{\"id\":5,\"piece\":\"<\"},"
        "{\"id\":6,\"piece\":\"<|file_sep|>\"}]}");
    struct world *world = *state;
    world->server.routes[1] = (struct route){.start = "POST /tokenize HTTP/1.1\r\n", .bytes = pieces};
    restart_known(world, "", PROPS("mystery", "4096"));
    turn_until_measured(world, 1);
    assert_string_equal(world->backend->traits.template, "qwen2.5-coder");
}

// One token a byte, as of a model that has no other.
static void its_tokenizer_is_measured_once(void **state) {
    struct world *world = *state;
    struct str many;
    str_init(&many);
    str_append_string(&many, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
                             "{\"tokens\":[0");
    for (int i = 1; i < 76; i++) {
        str_append_format(&many, ",%d", i);
    }
    str_append_string(&many, "]}");
    world->server.routes[1] = (struct route){.start = "POST /tokenize HTTP/1.1\r\n", .bytes = many.data};
    restart(world, "", PROPS("qwen2.5-coder", "4096"));
    assert_true(world->backend->traits.tokens.code == 0);
    wait_known(world);
    turn_until_measured(world, 0);
    assert_true(world->backend->traits.tokens.digit > 1 && world->backend->traits.tokens.digit < 1.1);
    struct backend_request request = request_of("p");
    world->server.script = (struct script){.bytes = STREAM LAST("eos"), .close_after = true};
    ask(world, &request);
    turn_until_measured(world, 0);
    str_free(&many);
}

// A refusal tells how much room there is, and how densely this text is packed.
static void a_refused_prompt_is_learned_from(void **state) {
    static const char refused[] = JSON(
        "400 Bad Request", "",
        "{\"error\":{\"code\":400,\"message\":\"request (9000 tokens) exceeds the available context size "
        "(2048 tokens), try increasing it\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9000,"
        "\"n_ctx\":2048}}");
    struct world *world = *state;
    struct str prompt;
    str_init(&prompt);
    for (int i = 0; i < 5000; i++) {
        str_append_string(&prompt, "ab ");
    }
    restart_known(world, "", PROPS("qwen2.5-coder", "0"));
    turn_until_measured(world, 0);
    struct backend_request request = request_of(prompt.data);
    double before = token_estimate(&world->backend->traits.tokens, request.prompt);
    world->server.script = (struct script){.bytes = refused, .close_after = true};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_TOO_LARGE);
    assert_int_equal(world->backend->traits.context_tokens, 2048);
    double after = token_estimate(&world->backend->traits.tokens, request.prompt);
    assert_true(before < 9000);
    assert_true(after >= 9000); // T1
    assert_true(after < 9500);
    str_free(&prompt);
}

static void the_request_avoids_its_traps(void **state) {
    struct world *world = *state;
    const char *stops[] = {"s1", "s2", "", "s3", "s4", "s5"};
    restart_known(world, "qwen2.5-coder", PROPS("x", "4096"));
    struct backend_request request = request_of("<|fim_prefix|>a<|fim_suffix|>");
    request.stops = stops;
    request.stop_count = 6;
    ask(world, &request);
    const char *body = strstr(world->server.request.data, "\r\n\r\n") + 4;
    assert_string_equal(
        body, "{\"model\":\"qwen2.5-coder\",\"prompt\":\"<|fim_prefix|>a<|fim_suffix|>\",\"temperature\":0,"
              "\"cache_prompt\":true,\"stream\":true,\"return_progress\":true,"
              "\"response_fields\":[\"content\",\"stop\",\"stop_type\",\"timings\"],"
              "\"n_predict\":32,\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\",\"s5\"]}");
}

static void answers_end_with_stop_and_no_done(void **state) {
    static const struct {
        const char *bytes, *text;
        int code;
        enum backend_finish finish;
        uint32_t prompt, cached;
        const char *message, *hint;
    } rows[] = {
        {STREAM PIECE("if") PIECE(" (") LAST("eos"), "if (", 0, FINISH_STOP, 12, 9, "", ""},
        {STREAM PIECE("if") LAST("word"), "if", 0, FINISH_STOP, 12, 9, "", ""},
        {STREAM ": ping\n\n" PIECE("if") LAST("limit"), "if", 0, FINISH_LENGTH, 12, 9, "", ""},
        {STREAM PIECE("if") "data: {\"content\":\"\",\"stop\":true}\n\n", "if", 0, FINISH_STOP, 0, 0, "", ""},
        {STREAM READING PIECE("if\\nno"), "if", 0, FINISH_ENOUGH, 22, 20, "", ""},
        {STREAM PIECE("if") "data: {\"content\":\"\"}\n\n", "", ERR_UNAVAILABLE, FINISH_FAILED, 0, 0,
         "closed the connection in mid-answer", "log"},
        {STREAM PIECE("if") "data: {\"error\":{\"code\":500,\"message\":\"slot gone\"}}\n\n", "",
         ERR_UNAVAILABLE, FINISH_FAILED, 0, 0, "broke off: slot gone", "log"},
        {LOADING, "", ERR_UNAVAILABLE, FINISH_FAILED, 0, 0, "Loading model", "loading"},
        {JSON(
             "400 Bad Request", "",
             "{\"error\":{\"code\":400,\"message\":\"request (9000 tokens) exceeds the available context size "
             "(8192 tokens), try increasing it\",\"type\":\"exceed_context_size_error\",\"n_ctx\":8192}}"),
         "", ERR_TOO_LARGE, FINISH_FAILED, 0, 0, "9000 tokens", "model.contextTokens"},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world->server.requests = 0;
        restart_known(world, "", PROPS("qwen2.5-coder", "4096"));
        struct backend_request request = request_of("p");
        request.max_lines = 1;
        world->server.script = (struct script){.bytes = rows[i].bytes, .close_after = true};
        ask(world, &request);
        const struct seen *seen = &world->seen;
        assert_int_equal(seen->result.code, rows[i].code);
        assert_string_equal(seen->text.data, rows[i].text);
        assert_int_equal(seen->result.finish, rows[i].finish);
        assert_int_equal(seen->result.prompt_tokens, rows[i].prompt);
        assert_int_equal(seen->result.cached_tokens, rows[i].cached);
        assert_non_null(strstr(seen->message.data, rows[i].message));
        assert_non_null(strstr(seen->hint.data, rows[i].hint));
    }
}

static void an_open_stream_does_not_hold_a_complete_answer(void **state) {
    struct world *world = *state;
    restart_known(world, "", PROPS("qwen2.5-coder", "4096"));
    struct backend_request request = request_of("p");
    world->server.script = (struct script){.bytes = STREAM PIECE("if") LAST("eos")};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, 0);
    assert_string_equal(world->seen.text.data, "if");
}

static void while_it_loads_it_is_asked_again_with_each_call(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    restart(world, "", LOADING);
    world->server.script = (struct script){.bytes = LOADING, .close_after = true};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_UNAVAILABLE);
    assert_null(world->backend->traits.template);
    world->server.routes[0].bytes = PROPS("qwen2.5-coder", "4096");
    world->server.script = (struct script){.bytes = STREAM LAST("eos"), .close_after = true};
    while (!world->backend->traits.template) {
        ask(world, &request);
    }
    assert_string_equal(world->backend->traits.template, "qwen2.5-coder");
    for (int i = 0; i < 20; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
    int asked = world->server.routes[0].requests;
    ask(world, &request);
    assert_int_equal(world->server.routes[0].requests, asked);
}

// An answer may have come just then that leads to the next question.
static void it_can_be_closed_at_any_turn(void **state) {
    struct world *world = *state;
    for (int turns = 0; turns < 60; turns++) {
        restart(world, "", PROPS("mystery", "512"));
        world->server.script = (struct script){.bytes = STREAM LAST("limit"), .close_after = true};
        for (int i = 0; i < turns; i++) {
            uv_run(&world->loop, UV_RUN_NOWAIT);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_what_it_is, begin, finish),
        cmocka_unit_test_setup_teardown(a_router_is_asked_for_the_model, begin, finish),
        cmocka_unit_test_setup_teardown(a_family_that_it_alone_knows_gets_both_halves, begin, finish),
        cmocka_unit_test_setup_teardown(what_halves_allow_ends_with_them, begin, finish),
        cmocka_unit_test_setup_teardown(a_model_that_cannot_fill_in_is_asked_once, begin, finish),
        cmocka_unit_test_setup_teardown(its_tokens_tell_what_its_name_does_not, begin, finish),
        cmocka_unit_test_setup_teardown(a_refused_prompt_is_learned_from, begin, finish),
        cmocka_unit_test_setup_teardown(its_tokenizer_is_measured_once, begin, finish),
        cmocka_unit_test_setup_teardown(the_request_avoids_its_traps, begin, finish),
        cmocka_unit_test_setup_teardown(answers_end_with_stop_and_no_done, begin, finish),
        cmocka_unit_test_setup_teardown(an_open_stream_does_not_hold_a_complete_answer, begin, finish),
        cmocka_unit_test_setup_teardown(while_it_loads_it_is_asked_again_with_each_call, begin, finish),
        cmocka_unit_test_setup_teardown(it_can_be_closed_at_any_turn, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
