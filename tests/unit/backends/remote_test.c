// remote_test.c - what the engine sees of a model server's answer, good or bad.
#include "remote_world.h"
#include "tests/unit/unit.h"

struct answer_case {
    const char *name, *bytes;
    int code;
    const char *text; // of the candidate, on success
    enum backend_finish finish;
    const char *message, *hint; // must be in them
    uint32_t retry_after_ms;
};

static const struct answer_case answers[] = {
    {"a stream", STREAM TEXT("ab") TEXT("c") FINISH("stop") USAGE DONE, 0, "abc", FINISH_STOP, "", "", 0},
    {"cut by max_tokens", STREAM TEXT("ab") FINISH("length") DONE, 0, "ab", FINISH_LENGTH, "", "", 0},
    {"no [DONE]", STREAM TEXT("ab") FINISH("stop"), 0, "ab", FINISH_STOP, "", "", 0},
    {"no finish_reason", STREAM TEXT("ab") DONE, 0, "ab", FINISH_STOP, "", "", 0},
    {"nothing to say", STREAM FINISH("stop") DONE, 0, "", FINISH_STOP, "", "", 0},
    {"comments, \\r\\n",
     STREAM ": wait\r\n\r\ndata:{\"choices\":[{\"text\":\"x\"}]}\r\n\r\ndata:[DONE]\r\n\r\n", 0, "x",
     FINISH_STOP, "", "", 0},
    {"other candidates are left out",
     STREAM "data: {\"choices\":[{\"index\":1,\"text\":\"no\"}]}\n\n" TEXT("a") DONE, 0, "a", FINISH_STOP, "",
     "", 0},
    {"one object instead of a stream",
     JSON("200 OK", "",
          "{\"choices\":[{\"text\":\"ab\",\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":12}}"),
     0, "ab", FINISH_LENGTH, "", "", 0},
    {"hostile text", STREAM TEXT("a\\u0000\\u001b[31mb\\u202ec\\u2066\\udb40\\udc41\\r\\n\\td") DONE, 0,
     "a\xE2\x90\x80[31mbc\n\td", FINISH_STOP, "", "", 0},
    {"bytes that are not UTF-8", STREAM TEXT("a\xff") TEXT("\xe2\x82") TEXT("\xac") TEXT("b\xc3") DONE, 0,
     "a\xEF\xBF\xBD\xE2\x82\xAC"
     "b",
     FINISH_STOP, "", "", 0},
    {"closed in mid-stream", STREAM TEXT("ab") "data: {\"choi", ERR_INVALID, "", FINISH_FAILED,
     "not a completion", "", 0},
    {"closed between events", STREAM TEXT("ab"), ERR_UNAVAILABLE, "", FINISH_FAILED, "mid-answer", "log", 0},
    {"closed with bytes missing",
     "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 5000\r\n\r\n" TEXT("a"),
     ERR_UNAVAILABLE, "", FINISH_FAILED, "mid-answer", "log", 0},
    {"closed without an answer", "", ERR_UNAVAILABLE, "", FINISH_FAILED, "without an answer", "log", 0},
    {"an empty answer", STREAM, ERR_UNAVAILABLE, "", FINISH_FAILED, "mid-answer", "", 0},
    {"an error in the stream", STREAM TEXT("a") "data: {\"error\":{\"message\":\"context \\nfull\"}}\n\n",
     ERR_UNAVAILABLE, "", FINISH_FAILED, "broke off: context full", "", 0},
    {"llama.cpp's error line", STREAM "error: {\"code\":500,\"message\":\"slot gone\"}\n\n", ERR_UNAVAILABLE,
     "", FINISH_FAILED, "slot gone", "", 0},
    {"events that are no JSON", STREAM "data: hello\n\n", ERR_INVALID, "", FINISH_FAILED, "not a completion",
     "OpenAI-compatible", 0},
    {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", ERR_INVALID, "", FINISH_FAILED, "does not speak HTTP",
     "model.url", 0},
    {"a web page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>hi</html>",
     ERR_INVALID, "", FINISH_FAILED, "web page", "OpenAI-compatible", 0},
    {"a redirect", "HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n",
     ERR_UNSUPPORTED, "", FINISH_FAILED, "HTTP 302", "redirects are not followed", 0},
    {"400", JSON("400 Bad Request", "", "{\"error\":{\"message\":\"Unsupported param: stop\"}}"), ERR_INVALID,
     "", FINISH_FAILED, "Unsupported param: stop", "model.template", 0},
    {"401, the key echoed",
     JSON("401 Unauthorized", "", "{\"error\":{\"message\":\"bad key " KEY "\\u001b[0m\"}}"), ERR_DENIED, "",
     FINISH_FAILED, "(HTTP 401): bad key ***[0m", "model.keyFile", 0},
    {"402", JSON("402 Payment Required", "", ""), ERR_DENIED, "", FINISH_FAILED, "no credit", "", 0},
    {"403", JSON("403 Forbidden", "", "{\"message\":\"no\"}"), ERR_DENIED, "", FINISH_FAILED,
     "(HTTP 403): no", "key", 0},
    {"404", JSON("404 Not Found", "", "{\"error\":\"model 'x' not found\"}"), ERR_NOT_FOUND, "",
     FINISH_FAILED, "model 'x' not found", "model.name", 0},
    {"404, a web page", "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n<html>\n<b>nginx</b>",
     ERR_NOT_FOUND, "", FINISH_FAILED, "not found (HTTP 404)", "model.url", 0},
    {"400, a web page with a title",
     "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>\r\n<head><title>400 No "
     "required SSL certificate was sent</title></head>",
     ERR_DENIED, "", FINISH_FAILED, "(HTTP 400): 400 No required SSL certificate was sent",
     "model.certificateFile", 0},
    {"408", JSON("408 Timeout", "", "{}"), ERR_TIMEOUT, "", FINISH_FAILED, "HTTP 408", "", 0},
    {"413", JSON("413 Too Large", "", "{}"), ERR_TOO_LARGE, "", FINISH_FAILED, "HTTP 413",
     "model.contextTokens", 0},
    {"422", JSON("422 Unprocessable", "", "{\"detail\":[{\"loc\":[],\"msg\":\"stop: too many\"}]}"),
     ERR_INVALID, "", FINISH_FAILED, "stop: too many", "", 0},
    {"429", JSON("429 Slow Down", "Retry-After: 7\r\n", "{\"error\":{\"message\":\"slow\"}}"), ERR_BUSY, "",
     FINISH_FAILED, "too many requests (HTTP 429): slow", "waits", 7000},
    {"429 in milliseconds", JSON("429 Slow Down", "retry-after-ms: 250\r\n", ""), ERR_BUSY, "", FINISH_FAILED,
     "HTTP 429", "", 250},
    {"429 for want of money",
     JSON("429 Slow Down", "Retry-After: 7\r\n", "{\"error\":{\"code\":\"insufficient_quota\"}}"), ERR_DENIED,
     "", FINISH_FAILED, "no credit", "billing", 0},
    {"500", JSON("500 Oops", "", "plain words\nand more"), ERR_UNAVAILABLE, "", FINISH_FAILED,
     "plain words and more", "log", 0},
    {"501", JSON("501 No", "", "{}"), ERR_UNSUPPORTED, "", FINISH_FAILED, "HTTP 501", "model.provider", 0},
    {"503 while loading",
     JSON("503 Wait", "Retry-After: 2\r\n", "{\"error\":{\"message\":\"Loading model\"}}"), ERR_UNAVAILABLE,
     "", FINISH_FAILED, "Loading model", "loading", 2000},
    {"a limit that is used up",
     JSON("429 Slow Down",
          "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 6m0s\r\n"
          "x-ratelimit-remaining-tokens: 9\r\nx-ratelimit-reset-tokens: 40m\r\n",
          "{}"),
     ERR_BUSY, "", FINISH_FAILED, "HTTP 429", "waits", 360000},
    {"429 with a date long ago",
     JSON("429 Slow Down", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", "{}"), ERR_BUSY, "",
     FINISH_FAILED, "HTTP 429", "waits", 0},
    {"429 in a sentence",
     JSON("429 Slow Down", "",
          "{\"error\":{\"message\":\"Please try again in 1.5s.\",\"code\":\"rate_limit_exceeded\"}}"),
     ERR_BUSY, "", FINISH_FAILED, "try again in 1.5s", "waits", 1500},
    {"429 in a detail",
     JSON("429 Slow Down", "",
          "{\"error\":{\"message\":\"quota\",\"details\":[{\"x\":1},{\"retryDelay\":\"17s\"}]}}"),
     ERR_BUSY, "", FINISH_FAILED, "HTTP 429", "waits", 17000},
    {"no money, as a 400", JSON("400 No", "", "{\"error\":{\"message\":\"Your credit balance is too low\"}}"),
     ERR_DENIED, "", FINISH_FAILED, "no credit (HTTP 400)", "billing", 0},
    {"a request that is repeated decides nothing",
     JSON("422 No", "", "{\"detail\":[{\"msg\":\"bad\",\"input\":\"insufficient_quota\"}],\"code\":7}"),
     ERR_INVALID, "", FINISH_FAILED, "bad", "model.name", 0},
    {"a model that cannot insert", JSON("400 No", "", "{\"error\":\"m:latest does not support insert\"}"),
     ERR_UNSUPPORTED, "", FINISH_FAILED, "does not support insert", "fill in the middle", 0},
    {"a server without suffix", JSON("400 No", "", "{\"message\":\"suffix is not currently supported\"}"),
     ERR_UNSUPPORTED, "", FINISH_FAILED, "suffix", "model.template", 0},
    {"loading, with its time",
     JSON("503 Wait", "", "{\"error\":\"Model m is currently loading\",\"estimated_time\":20.0}"),
     ERR_UNAVAILABLE, "", FINISH_FAILED, "loading", "wait", 20000},
    {"a gateway",
     "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>nginx</html>",
     ERR_UNAVAILABLE, "", FINISH_FAILED, "behind this address", "running", 0},
    {"405", JSON("405 No", "", "{\"detail\":\"Method Not Allowed\"}"), ERR_UNSUPPORTED, "", FINISH_FAILED,
     "HTTP 405", "model.provider", 0},
    {"overloaded in the stream",
     STREAM TEXT(
         "a") "event: error\ndata: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"try again in 3s\"}}\n\n",
     ERR_UNAVAILABLE, "", FINISH_FAILED, "broke off", "waits", 3000},
    {"a status of one's own", JSON("799 Why", "", "{}"), ERR_INVALID, "", FINISH_FAILED, "HTTP 799", "", 0},
};

// With a backend of its own: one that has failed is left alone for a while.
static void check_answer(struct world *world, const struct answer_case *want, bool byte_by_byte) {
    const struct seen *seen = &world->seen;
    backend_close(world->backend);
    world->backend = backend_at(world, world->server.port);
    struct backend_request request = request_of("p");
    world->server.script =
        (struct script){.bytes = want->bytes, .byte_by_byte = byte_by_byte, .close_after = true};
    ask(world, &request);
    if (seen->result.code != want->code || strcmp(seen->text.data, want->text) != 0) {
        print_error("%s: code %d, text \"%s\", message \"%s\"\n", want->name, seen->result.code,
                    seen->text.data, seen->message.data);
    }
    assert_int_equal(seen->result.code, want->code);
    assert_string_equal(seen->text.data, want->text);
    assert_int_equal(seen->result.finish, want->finish);
    assert_non_null(strstr(seen->message.data, want->message));
    assert_non_null(strstr(seen->hint.data, want->hint));
    assert_int_equal(seen->result.retry_after_ms, want->retry_after_ms);
    if (want->code == 0) {
        assert_string_equal(seen->deltas.data, want->text);
        assert_string_equal(seen->message.data, "");
    } else {
        assert_non_null(strstr(seen->message.data, "http://127.0.0.1:")); // names the URL
    }
}

static void every_answer(void **state) {
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        check_answer(*state, &answers[i], false);
    }
}

static void every_answer_byte_by_byte(void **state) {
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        check_answer(*state, &answers[i], true);
    }
}

static void usage_and_times_are_reported(void **state) {
    struct world *world = *state;
    check_answer(world, &answers[0], false);
    assert_int_equal(world->seen.result.prompt_tokens, 12);
    assert_int_equal(world->seen.result.cached_tokens, 8);
    assert_true(world->seen.result.first_token_ms > 0);
    assert_true(world->seen.result.total_ms >= world->seen.result.first_token_ms);
    assert_true(world->seen.result.candidate_count == 1);
}

static void the_request_is_what_servers_expect(void **state) {
    struct world *world = *state;
    const char *stops[] = {"s1", "s2", "", "s3", "s4", "s5"};
    struct backend_request request = request_of("<|fim_prefix|>a\n\"<|fim_suffix|>");
    request.stops = stops;
    request.stop_count = 6;
    world->server.script = (struct script){.bytes = STREAM DONE, .close_after = true};
    ask(world, &request);
    const char *sent = world->server.request.data;
    assert_ptr_equal(strstr(sent, "POST /v1/completions HTTP/1.1\r\n"), sent);
    assert_non_null(strstr(sent, "\r\nAuthorization: Bearer " KEY "\r\n"));
    assert_non_null(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    assert_null(strstr(sent, "Expect:"));
    const char *body = strstr(sent, "\r\n\r\n") + 4;
    assert_string_equal(
        body, "{\"model\":\"qwen2.5-coder:1.5b\",\"prompt\":\"<|fim_prefix|>a\\n\\\"<|fim_suffix|>\","
              "\"max_tokens\":32,\"temperature\":0,\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\"],"
              "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
}

static void without_a_prompt_the_template_lays_it_out(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("");
    request.prefix = SLICE_LITERAL("P");
    request.suffix = SLICE_LITERAL("S");
    world->server.script = (struct script){.bytes = STREAM DONE, .close_after = true};
    ask(world, &request);
    assert_non_null(
        strstr(world->server.request.data, "\"prompt\":\"<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>\""));
}

static void stops_are_applied_here_too(void **state) {
    static const struct {
        const char *bytes, *text;
        uint32_t max_lines;
        enum backend_finish finish;
    } rows[] = {
        {STREAM TEXT("ab<e") TEXT("nd>cd") TEXT("e"), "ab", 0, FINISH_STOP},
        {STREAM TEXT("ab<e") TEXT("x"), "ab<ex", 0, FINISH_STOP},
        {STREAM TEXT("ab<en"), "ab<en", 0, FINISH_STOP},
        {STREAM TEXT("ab\\ncd\\nef"), "ab", 1, FINISH_ENOUGH},
        {STREAM TEXT("\\n  \\nab") TEXT("\\ncd"), "\n  \nab", 1, FINISH_ENOUGH},
        {STREAM TEXT("a\\n\\nb\\nc"), "a\n\nb", 3, FINISH_ENOUGH},
    };
    const char *stops[] = {"1", "2", "3", "4", "<end>"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str bytes;
        str_init(&bytes);
        str_append_format(&bytes, "%s%s", rows[i].bytes, DONE);
        struct backend_request request = request_of("p");
        request.stops = stops;
        request.stop_count = 5;
        request.max_lines = rows[i].max_lines;
        world->server.script = (struct script){.bytes = bytes.data, .close_after = true};
        ask(world, &request);
        assert_int_equal(world->seen.result.code, 0);
        assert_string_equal(world->seen.text.data, rows[i].text);
        assert_string_equal(world->seen.deltas.data, rows[i].text);
        assert_int_equal(world->seen.result.finish, rows[i].finish);
        str_free(&bytes);
    }
}

static void probing(void **state) {
    static const struct {
        const char *bytes;
        int code;
    } rows[] = {
        {JSON("200 OK", "", "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}"), 0},
        {JSON("200 OK", "", "<html>"), ERR_INVALID},
        {JSON("401 No", "", "{}"), ERR_DENIED},
        {JSON("404 No", "", "{}"), ERR_NOT_FOUND},
    };
    struct world *world = *state;
    struct backend_callbacks callbacks = callbacks_of(world);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        forget(&world->seen);
        world->server.script = (struct script){.bytes = rows[i].bytes, .close_after = true};
        world->backend->operations->probe(world->backend, &callbacks);
        wait_done(world);
        assert_int_equal(world->seen.result.code, rows[i].code);
        assert_int_equal(world->seen.result.candidate_count, 0);
        assert_ptr_equal(strstr(world->server.request.data, "GET /v1/models HTTP/1.1\r\n"),
                         world->server.request.data);
    }
}

// What is read on the loop is bounded; a list of models is not read at all.
static void whole_answers_are_bounded(void **state) {
    static const struct {
        bool probes;
        size_t length;
        int code;
    } rows[] = {{true, 1000 * 1000, 0}, {false, 200 * 1000, 0}, {false, 300 * 1000, ERR_TOO_LARGE}};
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str bytes;
        str_init(&bytes);
        str_append_format(&bytes, JSON("200 OK", "", "{\"choices\":[{\"text\":\"ab\"}],\"x\":\"%*s\"}"),
                          (int)rows[i].length, "");
        forget(&world->seen);
        world->server.script = (struct script){.bytes = bytes.data, .close_after = true};
        if (rows[i].probes) {
            world->backend->operations->probe(world->backend, &callbacks);
        } else {
            backend_start(world->backend, &request, &callbacks);
        }
        wait_done(world);
        assert_int_equal(world->seen.result.code, rows[i].code);
        assert_string_equal(world->seen.text.data, rows[i].probes || rows[i].code ? "" : "ab");
        str_free(&bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_answer, begin, finish),
        cmocka_unit_test_setup_teardown(every_answer_byte_by_byte, begin, finish),
        cmocka_unit_test_setup_teardown(usage_and_times_are_reported, begin, finish),
        cmocka_unit_test_setup_teardown(the_request_is_what_servers_expect, begin, finish),
        cmocka_unit_test_setup_teardown(without_a_prompt_the_template_lays_it_out, begin, finish),
        cmocka_unit_test_setup_teardown(stops_are_applied_here_too, begin, finish),
        cmocka_unit_test_setup_teardown(probing, begin, finish),
        cmocka_unit_test_setup_teardown(whole_answers_are_bounded, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
