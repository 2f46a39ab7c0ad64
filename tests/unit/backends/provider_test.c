// provider_test.c - each provider's wire forms: what is sent, byte for byte, and what comes back, good or ugly.
//
// The answers were written by hand after each provider's documentation.
#include "remote_world.h"
#include "tests/unit/unit.h"

#include "backends/provider.h"
#include "base/config.h"

#define LINES "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n"
#define DELTA(text)                                                                                          \
    "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text                           \
    "\"},\"finish_reason\":null}]}\n\n"
#define DELTA_END(why)                                                                                       \
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"" why                 \
    "\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":2}}\n\n"
#define BLOCK(text)                                                                                          \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"                       \
    "\"delta\":{\"type\":\"text_delta\",\"text\":\"" text "\"}}\n\n"
#define BLOCK_START                                                                                          \
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":4,"    \
    "\"cache_read_input_tokens\":8}}}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n"
#define BLOCK_END(why)                                                                                       \
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" why              \
    "\"},\"usage\":{\"output_tokens\":2}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define LINE(text) "{\"model\":\"m\",\"response\":\"" text "\",\"done\":false}\n"
#define LINE_END(why)                                                                                        \
    "{\"model\":\"m\",\"response\":\"\",\"done\":true,\"done_reason\":\"" why "\",\"prompt_eval_count\":12}\n"
#define TOKEN(text)                                                                                          \
    "data:{\"token\":{\"id\":1,\"text\":\"" text "\",\"special\":false},\"generated_text\":null}\n\n"
#define TOKEN_END(why)                                                                                       \
    "data:{\"token\":{\"id\":2,\"text\":\"<eos>\",\"special\":true},\"generated_text\":\"ab\","              \
    "\"details\":{\"finish_reason\":\"" why "\"}}\n\n"
#define PART(text)                                                                                           \
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true},{\"text\":\"" text   \
    "\"}],\"role\":\"model\"}}]}\n\n"
#define PART_END(why)                                                                                        \
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}]},\"finishReason\":\"" why              \
    "\"}],\"usageMetadata\":{\"promptTokenCount\":12,\"cachedContentTokenCount\":8}}\n\n"

// --- what is sent ---

struct sent_case {
    const char *provider, *model;
    const char *start;  // of the request
    const char *header; // in it
    const char *body;   // its end
};

static const struct sent_case sent[] = {
    {"openai", "", "POST /v1/completions ", "Authorization: Bearer " KEY,
     "{\"prompt\":\"P\",\"max_tokens\":32,\"temperature\":0,\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\"],\"stream\":true,"
     "\"stream_options\":{\"include_usage\":true}}"},
    {"ollama", "qwen2.5-coder:1.5b", "POST /api/generate ", "Authorization: Bearer " KEY,
     "{\"model\":\"qwen2.5-coder:1.5b\",\"stream\":true,\"options\":{\"num_ctx\":4096,\"num_predict\":32,"
     "\"temperature\":0,\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\",\"s5\"]},"
     "\"prompt\":\"<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>\",\"raw\":true,\"think\":false}"},
    {"mistral", "", "POST /v1/fim/completions ", "Authorization: Bearer " KEY,
     "{\"model\":\"codestral-latest\",\"prompt\":\"P\",\"suffix\":\"S\",\"max_tokens\":32,\"temperature\":0,"
     "\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\"],\"stream\":true}"},
    {"deepseek", "", "POST /beta/completions ", "Authorization: Bearer " KEY,
     "{\"model\":\"deepseek-chat\",\"prompt\":\"P\",\"suffix\":\"S\",\"max_tokens\":32,\"temperature\":0,"
     "\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\"],\"stream\":true,\"stream_options\":{\"include_usage\":true}}"},
    {"chat", "m", "POST /v1/chat/completions ", "Authorization: Bearer " KEY,
     "{\"role\":\"user\",\"content\":\"P<|cursor|>S\"}],\"max_tokens\":32,\"temperature\":0,"
     "\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\"],\"stream\":true,\"stream_options\":{\"include_usage\":true}}"},
    {"anthropic", "m", "POST /v1/messages ", "x-api-key: " KEY "\r\nanthropic-version: 2023-06-01\r\n",
     "\"messages\":[{\"role\":\"user\",\"content\":\"P<|cursor|>S\"}],\"temperature\":0,"
     "\"stop_sequences\":[\"s1\",\"s2\",\"s3\",\"s4\"],\"stream\":true}"},
    {"gemini", "gemini-2.5-flash?key=#x",
     "POST /v1beta/models/gemini-2.5-flashkeyx:streamGenerateContent?alt=sse ", "x-goog-api-key: " KEY,
     "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"P<|cursor|>S\"}]}],\"generationConfig\":"
     "{\"maxOutputTokens\":32,\"temperature\":0,\"stopSequences\":[\"s1\",\"s2\",\"s3\",\"s4\"]}}"},
    {"tgi", "starcoder2", "POST /generate_stream ", "Authorization: Bearer " KEY,
     "{\"inputs\":\"<fim_prefix>P<fim_suffix>S<fim_middle>\",\"parameters\":{\"max_new_tokens\":32,"
     "\"do_sample\":false,\"return_full_text\":false,\"stop\":[\"s1\",\"s2\",\"s3\",\"s4\"]}}"},
    {"tabby", "", "POST /v1/completions ", "Authorization: Bearer " KEY,
     "{\"language\":\"c\",\"segments\":{\"prefix\":\"P\",\"suffix\":\"S\",\"filepath\":\"a.c\"},\"temperature\":0}"},
};

static void restart(struct world *world, const char *provider, const char *model) {
    backend_close(world->backend);
    world->backend = backend_of(world, provider, model, world->server.port);
}

static struct backend_request halves(void) {
    static const char *const stops[] = {"s1", "s2", "", "s3", "s4", "s5"};
    struct backend_request request = request_of("");
    request.prefix = SLICE_LITERAL("P");
    request.suffix = SLICE_LITERAL("S");
    request.stops = stops;
    request.stop_count = 6;
    return request;
}

static void silence_facts(struct world *world) {
    static const char nothing[] = JSON("404 Not Found", "", "{}");
    world->server.routes[0] = (struct route){.start = "GET ", .bytes = nothing};
    world->server.routes[1] = (struct route){.start = "POST /api/show ", .bytes = nothing};
}

static void what_is_sent(void **state) {
    struct world *world = *state;
    silence_facts(world);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        struct backend_request request = halves();
        restart(world, sent[i].provider, sent[i].model);
        world->server.script = (struct script){.bytes = STREAM DONE, .close_after = true};
        ask(world, &request);
        struct slice bytes = str_slice(&world->server.request);
        struct slice body = slice_of_string(sent[i].body);
        bool good = slice_starts_with(bytes, slice_of_string(sent[i].start)) &&
                    strstr(bytes.data, sent[i].header) &&
                    slice_equal(slice_sub(bytes, bytes.length - body.length, bytes.length), body);
        if (!good) {
            print_error("%s sends %s\n", sent[i].provider, bytes.data);
        }
        assert_true(good);
    }
}

// H3: in its header and nowhere else.
static void the_key_is_sent_once(void **state) {
    struct world *world = *state;
    silence_facts(world);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        struct backend_request request = halves();
        restart(world, sent[i].provider, sent[i].model);
        world->server.script = (struct script){.bytes = STREAM DONE, .close_after = true};
        ask(world, &request);
        const char *first = strstr(world->server.request.data, KEY);
        assert_non_null(first);
        assert_null(strstr(first + 1, KEY));
        assert_true(first < strstr(world->server.request.data, "\r\n\r\n"));
    }
}

// --- what comes back ---

struct came_case {
    const char *provider, *bytes, *text;
    int code;
    enum backend_finish finish;
    uint32_t prompt, cached;
    const char *message;
};

static const struct came_case came[] = {
    {"ollama", LINES LINE("a") LINE("b") LINE_END("stop"), "ab", 0, FINISH_STOP, 12, 0, ""},
    {"ollama", LINES LINE("ab") LINE_END("length"), "ab", 0, FINISH_LENGTH, 12, 0, ""},
    {"ollama", LINES LINE("ab") "{\"error\":\"llama runner process has terminated\"}\n", "", ERR_UNAVAILABLE,
     FINISH_FAILED, 0, 0, "runner process"},
    {"ollama", LINES LINE("ab"), "", ERR_UNAVAILABLE, FINISH_FAILED, 0, 0, "mid-answer"},
    {"ollama", LINES LINE("ab") "{\"resp", "", ERR_INVALID, FINISH_FAILED, 0, 0, "not a completion"},
    {"ollama", JSON("404 Not Found", "", "{\"error\":\"model 'm' not found\"}"), "", ERR_NOT_FOUND,
     FINISH_FAILED, 0, 0, "model 'm' not found"},
    {"ollama", STREAM LINE("ab"), "", ERR_INVALID, FINISH_FAILED, 0, 0, "not a completion"},
    {"mistral", STREAM DELTA("a") DELTA("b") DELTA_END("stop") DONE, "ab", 0, FINISH_STOP, 12, 0, ""},
    {"mistral", STREAM DELTA("ab") DELTA_END("length") DONE, "ab", 0, FINISH_LENGTH, 12, 0, ""},
    {"mistral", JSON("401 Unauthorized", "", "{\"message\":\"Unauthorized\",\"request_id\":\"1\"}"), "",
     ERR_DENIED, FINISH_FAILED, 0, 0, "(HTTP 401): Unauthorized"},
    {"mistral",
     JSON("422 No", "", "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Extra inputs\",\"type\":\"x\"}]}"), "",
     ERR_INVALID, FINISH_FAILED, 0, 0, "Extra inputs"},
    {"deepseek", STREAM ": keep-alive\n\n\n\n" TEXT("ab") FINISH("stop") USAGE DONE, "ab", 0, FINISH_STOP, 12,
     8, ""},
    {"deepseek", JSON("402 Payment Required", "", "{\"error\":{\"message\":\"Insufficient Balance\"}}"), "",
     ERR_DENIED, FINISH_FAILED, 0, 0, "no credit (HTTP 402): Insufficient Balance"},
    {"chat",
     STREAM "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n" DELTA("Sure <ins")
         DELTA("ert>a") DELTA("b</insert> ok") DELTA_END("stop") DONE,
     "ab", 0, FINISH_STOP, 0, 0, ""},
    {"chat", STREAM DELTA("```c\\nab\\n```") DELTA_END("stop") DONE, "ab", 0, FINISH_STOP, 12, 0, ""},
    {"chat", STREAM DELTA("<think>hm") DELTA("</think>ab") DELTA_END("length") DONE, "ab", 0, FINISH_LENGTH,
     12, 0, ""},
    {"chat",
     STREAM "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\",\"content\":null}}]}\n\n" DELTA(
         "ab") DELTA_END("stop") DONE,
     "ab", 0, FINISH_STOP, 12, 0, ""},
    {"chat",
     JSON("200 OK", "",
          "{\"choices\":[{\"message\":{\"content\":\"<insert>ab</insert>\"},\"finish_reason\":\"stop\"}]}"),
     "ab", 0, FINISH_STOP, 0, 0, ""},
    {"anthropic", STREAM BLOCK_START BLOCK("<insert>a") BLOCK("b") BLOCK_END("stop_sequence"), "ab", 0,
     FINISH_STOP, 12, 8, ""},
    {"anthropic", STREAM BLOCK_START BLOCK("<insert>ab") BLOCK_END("max_tokens"), "ab", 0, FINISH_LENGTH, 12,
     8, ""},
    {"anthropic",
     STREAM BLOCK_START BLOCK("<insert>ab") "event: error\ndata: {\"type\":\"error\",\"error\":"
                                            "{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
     "", ERR_UNAVAILABLE, FINISH_FAILED, 12, 8, "broke off: Overloaded"},
    {"anthropic", STREAM BLOCK_START BLOCK("<insert>ab"), "", ERR_UNAVAILABLE, FINISH_FAILED, 12, 8,
     "mid-answer"},
    {"anthropic",
     JSON("529 Busy", "",
          "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"),
     "", ERR_UNAVAILABLE, FINISH_FAILED, 0, 0, "(HTTP 529): Overloaded"},
    {"gemini", STREAM PART("<insert>a") PART("b") PART_END("STOP"), "ab", 0, FINISH_STOP, 12, 8, ""},
    {"gemini", STREAM PART("<insert>ab") PART_END("MAX_TOKENS"), "ab", 0, FINISH_LENGTH, 12, 8, ""},
    {"gemini",
     JSON("400 Bad", "", "[{\"error\":{\"code\":400,\"message\":\"API key not valid\",\"status\":\"X\"}}]"),
     "", ERR_DENIED, FINISH_FAILED, 0, 0, "API key not valid"},
    {"tgi", STREAM TOKEN("a") TOKEN("b") TOKEN_END("eos_token"), "ab", 0, FINISH_STOP, 0, 0, ""},
    {"tgi", STREAM TOKEN("ab") TOKEN_END("length"), "ab", 0, FINISH_LENGTH, 0, 0, ""},
    {"tgi", JSON("200 OK", "", "[{\"generated_text\":\"ab\"}]"), "ab", 0, FINISH_STOP, 0, 0, ""},
    {"chat", STREAM DELTA("<think>hm") DELTA_END("length") DONE, "", ERR_UNSUPPORTED, FINISH_FAILED, 12, 0,
     "before it came to the text"},
    {"chat",
     STREAM
     "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\",\"content\":\"\"}}]}\n\n" DELTA_END("length") DONE,
     "", ERR_UNSUPPORTED, FINISH_FAILED, 12, 0, "before it came to the text"},
    {"gemini",
     STREAM "data: {\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"MAX_TOKENS\"}]}\n\n",
     "", ERR_UNSUPPORTED, FINISH_FAILED, 0, 0, "before it came to the text"},
    {"chat", STREAM DELTA("<insert></insert>") DELTA_END("stop") DONE, "", 0, FINISH_STOP, 0, 0, ""},
    {"gemini", STREAM PART("<insert>ab") PART_END("SAFETY"), "ab", 0, FINISH_STOP, 12, 8, ""},
    {"anthropic", STREAM BLOCK_START BLOCK_END("refusal"), "", 0, FINISH_STOP, 12, 8, ""},
    {"ollama", LINES LINE_END("load"), "", 0, FINISH_STOP, 12, 0, ""},
    {"vllm", STREAM TEXT("ab") FINISH("length") USAGE DONE, "ab", 0, FINISH_LENGTH, 12, 8, ""},
    {"chat",
     STREAM ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" DELTA("<insert>ab</insert>")
         DELTA_END("stop") DONE,
     "ab", 0, FINISH_STOP, 0, 0, ""},
    {"tgi", STREAM "data:{\"error\":\"Request failed during generation\",\"error_type\":\"generation\"}\n\n",
     "", ERR_UNAVAILABLE, FINISH_FAILED, 0, 0, "failed during generation"},
    {"tgi", JSON("503 Wait", "", "{\"error\":\"Model X is currently loading\",\"estimated_time\":20.0}"), "",
     ERR_UNAVAILABLE, FINISH_FAILED, 0, 0, "currently loading"},
    {"tabby", JSON("200 OK", "", "{\"id\":\"cmpl-1\",\"choices\":[{\"index\":0,\"text\":\"ab\"}]}"), "ab", 0,
     FINISH_STOP, 0, 0, ""},
    {"tabby", JSON("200 OK", "", "{\"id\":\"cmpl-1\",\"choices\":[]}"), "", 0, FINISH_STOP, 0, 0, ""},
};

static void check_came(struct world *world, const struct came_case *want, bool byte_by_byte) {
    const struct seen *seen = &world->seen;
    struct backend_request request = halves();
    restart(world, want->provider, "m");
    world->server.script =
        (struct script){.bytes = want->bytes, .byte_by_byte = byte_by_byte, .close_after = true};
    ask(world, &request);
    if (seen->result.code != want->code || strcmp(seen->text.data, want->text) != 0 ||
        !strstr(seen->message.data, want->message)) {
        print_error("%s: %s: code %d, text \"%s\", message \"%s\"\n", want->provider, want->bytes,
                    seen->result.code, seen->text.data, seen->message.data);
    }
    assert_int_equal(seen->result.code, want->code);
    assert_string_equal(seen->text.data, want->text);
    assert_int_equal(seen->result.finish, want->finish);
    assert_non_null(strstr(seen->message.data, want->message));
    assert_int_equal(seen->result.prompt_tokens, want->prompt);
    assert_int_equal(seen->result.cached_tokens, want->cached);
    assert_true(want->code == 0 || seen->hint.length > 0); // the way out
}

static void what_comes_back(void **state) {
    silence_facts(*state);
    for (size_t i = 0; i < sizeof came / sizeof *came; i++) {
        check_came(*state, &came[i], false);
        check_came(*state, &came[i], true);
    }
}

// --- what a server says of itself ---

static void ollama_says_what_a_model_can(void **state) {
    static const struct {
        const char *model, *facts, *template;
        uint32_t context;
    } rows[] = {
        {"mine", "{\"capabilities\":[\"completion\",\"insert\"],\"model_info\":{\"x.context_length\":2048}}",
         "halves", 2048},
        {"mine",
         "{\"capabilities\":[\"completion\"],\"model_info\":{\"general.basename\":\"Qwen2.5-Coder\"}}",
         "qwen2.5-coder", 4096},
        {"mine", "{\"capabilities\":[\"completion\"]}", "-", 4096},
        {"codellama:7b", "{\"capabilities\":[\"insert\"]}", "codellama", 4096},
        {"mine", "{\"capabilities\":7,\"model_info\":[1]}", "-", 4096},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str show;
        str_init(&show);
        str_append_format(&show, JSON("200 OK", "", "%s"), rows[i].facts);
        world->server.routes[0] = (struct route){.start = "POST /api/show ", .bytes = show.data};
        world->server.script = (struct script){.bytes = LINES LINE_END("load"), .close_after = true};
        world->server.requests = 0;
        restart(world, "ollama", rows[i].model);
        while (world->server.requests == 0 && uv_run(&world->loop, UV_RUN_ONCE)) {
        }
        const struct backend_traits *traits = &world->backend->traits;
        assert_string_equal(traits->template ? traits->template : "-", rows[i].template);
        assert_int_equal(traits->context_tokens, rows[i].context);
        char options[64]; // the warm-up loads it as the requests will want it
        snprintf(options, sizeof options, "\"options\":{\"num_ctx\":%u}}", rows[i].context);
        assert_non_null(strstr(world->server.request.data, options));
        str_free(&show);
    }
}

static void with_a_suffix_ollama_lays_out(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("P<|hunch-halves|>S");
    request.template = "halves";
    silence_facts(world);
    restart(world, "ollama", "mine");
    world->server.script = (struct script){.bytes = LINES LINE_END("stop"), .close_after = true};
    ask(world, &request);
    assert_non_null(strstr(world->server.request.data, "\"prompt\":\"P\",\"suffix\":\"S\",\"think\":false}"));
    assert_null(strstr(world->server.request.data, "raw"));
    request = request_of("P<|hunch-halves|>"); // without a suffix it would make a chat of it
    request.template = "halves";
    ask(world, &request);
    assert_non_null(
        strstr(world->server.request.data, "\"prompt\":\"P\",\"suffix\":\"\\n\",\"think\":false}"));
}

// What a server answers that is asked for its model and how that counts tokens: 76 for any text.
static struct str asked_to_count, counts;

static const struct script *count_for(struct slice request) {
    static struct script script = {.bytes = NULL, .close_after = true};
    static const char end[] = STREAM DONE;
    bool counting = slice_starts_with(request, SLICE_LITERAL("POST /tokenize HTTP/1.1\r\n"));
    if (counting) {
        str_append_slice(&asked_to_count, request);
    }
    script.bytes = counting ? counts.data : end;
    return &script;
}

static void append_count(struct str *out, bool is_list) {
    str_append_string(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
    str_append_string(out, is_list ? "[" : "{\"count\":76,\"max_model_len\":2048,\"tokens\":[");
    for (int i = 0; i < 76; i++) {
        str_append_format(out, is_list ? "%s{\"id\":%d,\"text\":\"a\"}" : "%s%d", i ? "," : "", i);
    }
    str_append_string(out, is_list ? "]" : "]}");
}

static size_t count_of(struct slice text, const char *needle) {
    size_t count = 0;
    for (size_t at = 0; (at = slice_find(text, slice_of_string(needle), at)) != (size_t)-1; at++) {
        count++;
    }
    return count;
}

static void turn_for(struct world *world, size_t counted) {
    for (int i = 0; i < 2000 && count_of(str_slice(&asked_to_count), "POST ") < counted; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    for (int i = 0; i < 20; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
}

static void servers_tell_their_model_and_how_it_counts(void **state) {
    static const struct {
        const char *provider, *model, *path, *facts;
        bool is_list;                        // what counts tokens answers
        const char *shown, *template, *body; // body: a part of the request
    } rows[] = {
        {"vllm", "", "GET /v1/models ",
         JSON("200 OK", "",
              "{\"object\":\"list\",\"data\":[{\"id\":\"Qwen/Qwen2.5-Coder-1.5B\",\"max_model_len\":2048},"
              "{\"id\":\"an-adapter\",\"max_model_len\":512}]}"),
         false, "Qwen/Qwen2.5-Coder-1.5B", "qwen2.5-coder", "{\"prompt\":\"3141592653589"},
        {"vllm", "starcoder2", "GET /v1/models ",
         JSON("200 OK", "",
              "{\"object\":\"list\",\"data\":[{\"id\":\"x\",\"max_model_len\":512},"
              "{\"id\":\"starcoder2\",\"max_model_len\":2048}]}"),
         false, "starcoder2", "starcoder2", "{\"model\":\"starcoder2\",\"prompt\":\"3141592653589"},
        {"tgi", "", "GET /info ",
         JSON("200 OK", "", "{\"model_id\":\"bigcode/starcoder2-3b\",\"max_total_tokens\":2048}"), true,
         "bigcode/starcoder2-3b", "starcoder2", "{\"inputs\":\"3141592653589"},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_init(&asked_to_count);
        str_init(&counts);
        append_count(&counts, rows[i].is_list);
        world->server.routes[0] = (struct route){.start = rows[i].path, .bytes = rows[i].facts};
        world->server.choose = count_for;
        restart(world, rows[i].provider, rows[i].model);
        turn_for(world, token_sample_count());
        const struct backend_traits *traits = &world->backend->traits;
        assert_string_equal(traits->model, rows[i].shown);
        assert_string_equal(traits->template, rows[i].template);
        assert_int_equal(traits->context_tokens, 2048);
        assert_int_equal(count_of(str_slice(&asked_to_count), "POST "), token_sample_count()); // once each
        assert_int_equal(count_of(str_slice(&asked_to_count), rows[i].body), 1);
        assert_int_equal(count_of(str_slice(&asked_to_count), "\"add_special_tokens\":false}"),
                         token_sample_count());
        assert_true(traits->tokens.digit > 1 && traits->tokens.digit < 1.1); // the sample has 76 digits
        str_free(&asked_to_count);
        str_free(&counts);
    }
}

// An older server knows no such path: its counts come with the answers.
static void a_server_that_does_not_count_is_asked_once(void **state) {
    static const char *const names[] = {"vllm", "tgi"};
    struct world *world = *state;
    for (size_t i = 0; i < 2; i++) {
        struct backend_request request = request_of("p");
        str_init(&asked_to_count);
        str_init(&counts);
        str_append_string(&counts, JSON("404 Not Found", "", "{\"detail\":\"Not Found\"}"));
        world->server.routes[0] = (struct route){.start = "GET ", .bytes = JSON("200 OK", "", "{}")};
        world->server.choose = count_for;
        restart(world, names[i], "starcoder2");
        turn_for(world, 1);
        ask(world, &request);
        assert_int_equal(world->seen.result.code, 0);
        turn_for(world, 0);
        assert_int_equal(count_of(str_slice(&asked_to_count), "POST "), 1);
        assert_true(world->backend->traits.tokens.code == 0); // nothing is known
        str_free(&asked_to_count);
        str_free(&counts);
    }
}

// --- the table ---

static void urls(void **state) {
    static const struct {
        const char *provider, *base, *url, *facts;
    } rows[] = {
        {"openai", "http://h:1", "http://h:1/v1/completions", "http://h:1/v1/models"},
        {"openai", "http://h:1/v1//", "http://h:1/v1/completions", "http://h:1/v1/models"},
        {"openai", "http://h:1/v1/completions", "http://h:1/v1/completions", "http://h:1/v1/models"},
        {"chat", "https://h/openai/chat/completions", "https://h/openai/chat/completions",
         "https://h/openai/v1/models"},
        {"llama-server", "http://h/v1", "http://h/completion", "http://h/props"},
        {"ollama", "http://h/v1/", "http://h/api/generate", "http://h/api/show"},
        {"deepseek", "https://h/v1", "https://h/beta/completions", "https://h/models"},
        {"deepseek", "https://h/beta", "https://h/beta/completions", "https://h/models"},
        {"gemini", "https://h", "https://h/v1beta/models/m:streamGenerateContent",
         "https://h/v1beta/models/m"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct provider *provider = provider_by_name(rows[i].provider);
        struct str url;
        str_init(&url);
        provider_url(provider, rows[i].base, provider->path, "m", &url);
        assert_string_equal(url.data, rows[i].url);
        str_clear(&url);
        provider_url(provider, rows[i].base, provider->facts_path, "m", &url);
        assert_string_equal(url.data, rows[i].facts);
        str_free(&url);
    }
}

static void note(void *context, const char *line) {
    str_append_string(context, line);
}

static void the_settings_know_every_provider(void **state) {
    (void)state;
    for (size_t i = 0; i < provider_count(); i++) {
        struct config *config = config_new();
        struct json *object = json_object();
        struct str warnings;
        str_init(&warnings);
        json_set_string(object, "model.provider", provider_at(i)->name);
        config_merge(config, object, CONFIG_USER_FILE, note, &warnings);
        assert_string_equal(warnings.data, "");
        assert_string_equal(config->model.provider, provider_at(i)->name);
        json_free(object);
        str_free(&warnings);
        config_free(config);
    }
    assert_null(provider_by_name("repository"));
    assert_null(provider_at(provider_count()));
}

static void what_is_missing_or_wrong_is_said(void **state) {
    static const struct {
        struct remote_options options;
        const char *message;
    } rows[] = {
        {{.provider = "ollama"}, "model.name is missing"},
        {{.provider = "anthropic"}, "model.name is missing"},
        {{.provider = "chat", .model = "m"}, "model.url (empty)"},
        {{.provider = "mistral", .template = "codestral"}, "leave it empty"},
        {{.provider = "mistral", .template = "x"}, "not known"},
        {{.provider = "olama"}, "known are llama-server, ollama"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err;
        assert_null(remote_new(uv_default_loop(), &rows[i].options, &err));
        assert_non_null(strstr(err.message, rows[i].message));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sent, begin, finish),
        cmocka_unit_test_setup_teardown(the_key_is_sent_once, begin, finish),
        cmocka_unit_test_setup_teardown(what_comes_back, begin, finish),
        cmocka_unit_test_setup_teardown(ollama_says_what_a_model_can, begin, finish),
        cmocka_unit_test_setup_teardown(with_a_suffix_ollama_lays_out, begin, finish),
        cmocka_unit_test_setup_teardown(servers_tell_their_model_and_how_it_counts, begin, finish),
        cmocka_unit_test_setup_teardown(a_server_that_does_not_count_is_asked_once, begin, finish),
        cmocka_unit_test(urls),
        cmocka_unit_test(the_settings_know_every_provider),
        cmocka_unit_test(what_is_missing_or_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
