// provider_errors_test.c - each provider's own way to say no: what it is to people, and how long nobody asks.
//
// The answers were written by hand after each provider's documentation.
#include "remote_world.h"
#include "tests/unit/unit.h"

#include <time.h>

#define SAYS(status, body) JSON(status, "", body)
#define ANTHROPIC(status, type, message)                                                                     \
    SAYS(status, "{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"" message               \
                 "\"},\"request_id\":\"req_1\"}")
#define BROKEN(type, message)                                                                                \
    STREAM "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n"                     \
           "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"" message \
           "\"}}\n\n"
#define VLLM(status, type, message)                                                                          \
    SAYS(status, "{\"object\":\"error\",\"message\":\"" message "\",\"type\":\"" type                        \
                 "\",\"param\":null,\"code\":400}")
#define OPENAI(status, headers, type, code, message)                                                         \
    JSON(status, headers,                                                                                    \
         "{\"error\":{\"message\":\"" message "\",\"type\":\"" type "\",\"param\":null,\"code\":\"" code     \
         "\"}}")

static const struct {
    const char *provider, *bytes;
    int code;
    const char *message, *hint; // must be in them
    uint32_t wait_ms;
} rows[] = {
    // llama-server
    {"llama-server",
     SAYS("401 Unauthorized",
          "{\"error\":{\"code\":401,\"message\":\"Invalid API Key\",\"type\":\"authentication_error\"}}"),
     ERR_DENIED, "Invalid API Key", "model.keyEnvironment", 0},
    {"llama-server",
     SAYS("400 Bad Request",
          "{\"error\":{\"code\":400,\"message\":\"model name is missing from the request\","
          "\"type\":\"invalid_request_error\"}}"),
     ERR_INVALID, "model name is missing", "model.name", 0}, // a router
    {"llama-server", SAYS("404 Not Found", "{\"error\":{\"code\":404,\"message\":\"File Not Found\"}}"),
     ERR_NOT_FOUND, "File Not Found", "model.provider", 0},
    {"llama-server",
     SAYS("501 Not Implemented", "{\"error\":{\"code\":501,\"message\":\"This server does not support "
                                 "completions\",\"type\":\"not_supported_error\"}}"),
     ERR_UNSUPPORTED, "does not support completions", "model.provider", 0},
    {"llama-server",
     STREAM "data: {\"content\":\"a\",\"stop\":false}\n\n"
            "data: {\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\","
            "\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9000,\"n_ctx\":512}}\n\n",
     ERR_TOO_LARGE, "available context size", "model.contextTokens", 0},

    // Ollama
    {"ollama", SAYS("404 Not Found", "{\"error\":\"model \\\"m\\\" not found, try pulling it first\"}"),
     ERR_NOT_FOUND, "try pulling it first", "ollama pull", 0},
    {"ollama",
     SAYS("400 Bad Request", "{\"error\":\"registry.ollama.ai/library/m:latest does not support insert\"}"),
     ERR_UNSUPPORTED, "does not support insert", "fill in the middle", 0},
    {"ollama",
     SAYS("500 Internal Server Error", "{\"error\":\"model requires more system memory (5.6 GiB) than is "
                                       "available (2.0 GiB)\"}"),
     ERR_UNAVAILABLE, "more system memory", "log", 0},
    {"ollama",
     SAYS("503 Service Unavailable",
          "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}"),
     ERR_UNAVAILABLE, "server busy", "log", 0},

    // vLLM
    {"vllm",
     VLLM("400 Bad Request", "BadRequestError",
          "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4904 in "
          "the prompt, 96 in the completion)."),
     ERR_TOO_LARGE, "4096 tokens", "model.contextTokens", 0},
    {"vllm", VLLM("404 Not Found", "NotFoundError", "The model `m` does not exist."), ERR_NOT_FOUND,
     "does not exist", "model.name", 0},
    {"vllm", VLLM("400 Bad Request", "BadRequestError", "suffix is not currently supported"), ERR_UNSUPPORTED,
     "suffix", "model.template", 0},
    {"vllm", SAYS("401 Unauthorized", "{\"error\":\"Unauthorized\"}"), ERR_DENIED, "(HTTP 401): Unauthorized",
     "model.keyFile", 0},
    {"vllm",
     STREAM TEXT("a") "data: {\"error\":{\"object\":\"error\",\"message\":\"EngineCore died\","
                      "\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}\n\n" DONE,
     ERR_UNAVAILABLE, "broke off: EngineCore died", "log", 0},

    // LM Studio
    {"openai",
     OPENAI("404 Not Found", "", "invalid_request_error", "model_not_found",
            "No models loaded. Please load one."),
     ERR_NOT_FOUND, "No models loaded", "model.name", 0},
    {"openai",
     STREAM TEXT("a") "event: error\ndata: {\"error\":{\"message\":\"The model has crashed.\"}}\n\n",
     ERR_UNAVAILABLE, "The model has crashed", "log", 0},
    {"openai", SAYS("200 OK", "{\"error\":\"Unexpected endpoint or method. (POST /v1/completions)\"}"),
     ERR_UNAVAILABLE, "Unexpected endpoint", "log", 0},

    // OpenAI
    {"openai",
     OPENAI("404 Not Found", "", "invalid_request_error", "",
            "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use "
            "v1/chat/completions?"),
     ERR_UNSUPPORTED, "chat model", "model.provider to \"chat\"", 0},
    {"chat",
     OPENAI(
         "404 Not Found", "", "invalid_request_error", "",
         "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean "
         "to use v1/completions?"),
     ERR_UNSUPPORTED, "not a chat model", "model.provider to \"openai\"", 0},
    {"chat", OPENAI("404 Not Found", "", "", "", "Invalid URL (POST /v1/v1/chat/completions)"), ERR_NOT_FOUND,
     "Invalid URL", "model.url", 0},
    {"chat",
     OPENAI("429 Too Many Requests",
            "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 1s\r\n"
            "x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 6m0s\r\n",
            "requests", "rate_limit_exceeded", "Rate limit reached"),
     ERR_BUSY, "too many requests", "waits", 360000},
    {"chat",
     OPENAI("429 Too Many Requests", "retry-after: 9\r\n", "insufficient_quota", "insufficient_quota",
            "You exceeded your current quota"),
     ERR_DENIED, "no credit (HTTP 429)", "billing", 0}, // a quota is no rate
    {"chat", OPENAI("429 Too Many Requests", "x-ms-retry-after-ms: 700\r\n", "", "429", "Azure"), ERR_BUSY,
     "Azure", "waits", 700},

    // OpenRouter
    {"chat",
     STREAM ": OPENROUTER PROCESSING\n\n"
            "data: {\"id\":\"1\",\"error\":{\"code\":502,\"message\":\"Provider disconnected\"},"
            "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
     ERR_UNAVAILABLE, "broke off: Provider disconnected", "running", 0},
    {"chat", SAYS("402 Payment Required", "{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}"),
     ERR_DENIED, "no credit (HTTP 402): Insufficient credits", "billing", 0},
    {"chat", STREAM "data: {\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}\n\n", ERR_DENIED,
     "Insufficient credits", "billing", 0},
    {"chat", STREAM "data: {\"error\":{\"code\":429,\"message\":\"Slow down. Try again in 2s.\"}}\n\n",
     ERR_BUSY, "Slow down", "waits", 2000},

    // Groq
    {"chat",
     OPENAI("429 Too Many Requests", "retry-after: 8\r\nx-ratelimit-reset-tokens: 7.66s\r\n", "tokens",
            "rate_limit_exceeded", "Rate limit reached for model `m`. Please try again in 7.66s."),
     ERR_BUSY, "Rate limit reached", "waits", 8000},
    {"chat",
     OPENAI("413 Payload Too Large", "", "tokens", "rate_limit_exceeded",
            "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000"),
     ERR_TOO_LARGE, "Request too large", "model.contextTokens", 0},
    {"chat", OPENAI("498 Flex", "", "", "capacity_exceeded", "Flex tier capacity exceeded"), ERR_UNAVAILABLE,
     "overloaded (HTTP 498)", "waits", 0},
    {"chat",
     OPENAI("400 Bad Request", "", "invalid_request_error", "model_decommissioned",
            "The model `m` has been decommissioned and is no longer supported."),
     ERR_NOT_FOUND, "not offered any more", "model.name", 0},

    // Anthropic
    {"anthropic", ANTHROPIC("400 Bad Request", "invalid_request_error", "max_tokens: Field required"),
     ERR_INVALID, "Field required", "model.name", 0},
    {"anthropic", ANTHROPIC("401 Unauthorized", "authentication_error", "invalid x-api-key"), ERR_DENIED,
     "invalid x-api-key", "model.keyCommand", 0},
    {"anthropic", ANTHROPIC("402 Payment Required", "billing_error", "pay"), ERR_DENIED, "no credit",
     "billing", 0},
    {"anthropic", ANTHROPIC("403 Forbidden", "permission_error", "not for you"), ERR_DENIED, "refuses access",
     "key", 0},
    {"anthropic", ANTHROPIC("404 Not Found", "not_found_error", "model: m"), ERR_NOT_FOUND, "model: m",
     "model.name", 0},
    {"anthropic", ANTHROPIC("413 Large", "request_too_large", "Request exceeds the maximum size"),
     ERR_TOO_LARGE, "exceeds the maximum size", "model.contextTokens", 0},
    {"anthropic",
     ANTHROPIC("400 Bad Request", "invalid_request_error",
               "prompt is too long: 210000 tokens > 200000 maximum"),
     ERR_TOO_LARGE, "prompt is too long", "model.contextTokens", 0},
    {"anthropic",
     JSON("429 Too Many Requests", "retry-after: 12\r\n",
          "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"}}"),
     ERR_BUSY, "slow down", "waits", 12000},
    {"anthropic", ANTHROPIC("500 Internal Server Error", "api_error", "Internal server error"),
     ERR_UNAVAILABLE, "has trouble", "log", 0},
    {"anthropic", ANTHROPIC("504 Gateway Timeout", "timeout_error", "timed out"), ERR_UNAVAILABLE,
     "timed out", "running", 0},
    {"anthropic", ANTHROPIC("529 Overloaded", "overloaded_error", "Overloaded"), ERR_UNAVAILABLE,
     "the provider is overloaded (HTTP 529)", "waits", 0},
    {"anthropic", BROKEN("overloaded_error", "Overloaded"), ERR_UNAVAILABLE, "broke off: Overloaded", "waits",
     0},
    {"anthropic", BROKEN("rate_limit_error", "slow down"), ERR_BUSY, "broke off: slow down", "waits", 0},
    {"anthropic", BROKEN("api_error", "Internal server error"), ERR_UNAVAILABLE, "broke off", "log", 0},

    // Mistral
    {"mistral", SAYS("429 Too Many Requests", "{\"message\":\"Requests rate limit exceeded\"}"), ERR_BUSY,
     "Requests rate limit exceeded", "waits", 0},
    {"mistral",
     JSON("429 Too Many Requests", "ratelimitbysize-remaining: 0\r\nratelimitbysize-reset: 58\r\n",
          "{\"message\":\"Requests rate limit exceeded\"}"),
     ERR_BUSY, "rate limit", "waits", 58000},
    {"mistral",
     SAYS("400 Bad Request", "{\"object\":\"error\",\"message\":\"Invalid model: m\",\"type\":"
                             "\"invalid_model\",\"param\":null,\"code\":\"1500\"}"),
     ERR_INVALID, "Invalid model: m", "model.name", 0},

    // DeepSeek
    {"deepseek", OPENAI("401 Unauthorized", "", "authentication_error", "invalid_request_error", "Fails"),
     ERR_DENIED, "Fails", "model.keyFile", 0},
    {"deepseek", OPENAI("422 Unprocessable", "", "invalid_request_error", "", "max_tokens > 4096"),
     ERR_INVALID, "max_tokens > 4096", "model.name", 0},
    {"deepseek", OPENAI("503 Unavailable", "", "", "", "Server overloaded"), ERR_UNAVAILABLE,
     "the provider is overloaded", "waits", 0},

    // text-generation-inference
    {"tgi",
     SAYS(
         "422 Unprocessable Entity",
         "{\"error\":\"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3000 "
         "`inputs` tokens and 96 `max_new_tokens`\",\"error_type\":\"validation\"}"),
     ERR_TOO_LARGE, "must be <= 2048", "model.contextTokens", 0},
    {"tgi",
     SAYS("429 Too Many Requests", "{\"error\":\"Model is overloaded\",\"error_type\":\"overloaded\"}"),
     ERR_UNAVAILABLE, "Model is overloaded", "waits", 0},
    {"tgi", STREAM "data:{\"error\":\"Model is overloaded\",\"error_type\":\"overloaded\"}\n\n",
     ERR_UNAVAILABLE, "Model is overloaded", "waits", 0},

    // Gemini
    {"gemini",
     SAYS("429 Too Many Requests",
          "[{\"error\":{\"code\":429,\"message\":\"quota\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":["
          "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"38s\"}]}}]"),
     ERR_BUSY, "quota", "waits", 38000},
    {"gemini",
     SAYS("503 Service Unavailable", "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\"}}"),
     ERR_UNAVAILABLE, "overloaded", "waits", 0},
    {"gemini",
     SAYS("404 Not Found", "{\"error\":{\"code\":404,\"message\":\"models/m is not found for API version "
                           "v1beta\",\"status\":\"NOT_FOUND\"}}"),
     ERR_NOT_FOUND, "models/m is not found", "model.name", 0},
    {"gemini", STREAM "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{}}\n\n",
     ERR_DENIED, "broke off: SAFETY", "filter", 0},
    {"gemini", STREAM "data: {\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\n\n", ERR_UNAVAILABLE,
     "broke off: OTHER", "log", 0},

    // Tabby
    {"tabby", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ERR_DENIED,
     "a valid key (HTTP 401)", "model.keyFile", 0},
    {"tabby", "HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
     ERR_UNSUPPORTED, "cannot do this", "model.provider", 0},
    {"tabby", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!DOCTYPE html>",
     ERR_INVALID, "web page", "Tabby", 0},
};

static void restart(struct world *world, const char *provider) {
    static const char nothing[] = SAYS("404 Not Found", "{}");
    backend_close(world->backend);
    world->server.routes[0] = (struct route){.start = "GET ", .bytes = nothing};
    world->server.routes[1] = (struct route){.start = "POST /api/show ", .bytes = nothing};
    world->backend = backend_of(world, provider, "m", world->server.port);
}

static void each_says_it_in_its_way(void **state) {
    struct world *world = *state;
    const struct seen *seen = &world->seen;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct backend_request request = request_of("p");
        restart(world, rows[i].provider);
        world->server.script =
            (struct script){.bytes = rows[i].bytes, .byte_by_byte = i % 2, .close_after = true};
        ask(world, &request);
        bool good = seen->result.code == rows[i].code && strstr(seen->message.data, rows[i].message) &&
                    strstr(seen->hint.data, rows[i].hint) && seen->result.retry_after_ms == rows[i].wait_ms;
        if (!good) {
            print_error("%s: %s\ncode %d, message \"%s\", hint \"%s\", wait %u\n", rows[i].provider,
                        rows[i].bytes, seen->result.code, seen->message.data, seen->hint.data,
                        seen->result.retry_after_ms);
        }
        assert_true(good);
        assert_string_equal(seen->text.data, "");
    }
}

static void assert_waits_half_a_minute(struct world *world, const char *provider, const char *bytes) {
    struct backend_request request = request_of("p");
    restart(world, provider);
    world->server.script = (struct script){.bytes = bytes, .close_after = true};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_BUSY);
    assert_in_range(world->seen.result.retry_after_ms, 20 * 1000, 30 * 1000);
}

// A date, or a moment in a header of the limit that is used up.
static void a_wait_may_be_a_moment(void **state) {
    char date[64], moment[64], bytes[1024];
    time_t then = time(NULL) + 30;
    struct tm tm;
    assert_non_null(gmtime_r(&then, &tm));
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%SZ", &tm);
    snprintf(bytes, sizeof bytes, JSON("429 Too Many Requests", "Retry-After: %s\r\n", "{}"), date);
    assert_waits_half_a_minute(*state, "mistral", bytes);
    snprintf(bytes, sizeof bytes,
             JSON("429 Too Many Requests",
                  "anthropic-ratelimit-requests-remaining: 4\r\n"
                  "anthropic-ratelimit-requests-reset: 2099-01-01T00:00:00Z\r\n"
                  "anthropic-ratelimit-output-tokens-remaining: 0\r\n"
                  "anthropic-ratelimit-output-tokens-reset: %s\r\n",
                  "{}"),
             moment);
    assert_waits_half_a_minute(*state, "anthropic", bytes);
    assert_waits_half_a_minute(
        *state, "chat",
        JSON("429 Too Many Requests", "RateLimit-Remaining: 0\r\nRateLimit-Reset: 30\r\n", "{}"));
}

// OpenRouter's, which repeats the headers of whom it asked in the body.
static void a_wait_may_be_counted_since_1970(void **state) {
    char bytes[1024];
    long long then = (long long)time(NULL) + 30;
    snprintf(
        bytes, sizeof bytes,
        JSON("429 Too Many Requests", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %lld000\r\n", "{}"),
        then);
    assert_waits_half_a_minute(*state, "chat", bytes);
    snprintf(
        bytes, sizeof bytes,
        SAYS("429 Too Many Requests",
             "{\"error\":{\"code\":429,\"message\":\"Rate limit exceeded: free-models-per-min. \","
             "\"metadata\":{\"headers\":{\"X-RateLimit-Limit\":\"20\",\"X-RateLimit-Reset\":\"%lld000\"}}}}"),
        then);
    assert_waits_half_a_minute(*state, "chat", bytes);
}

// What a server does not take is left out from then on; it is no failure that the breaker counts.
static void a_refused_field_is_not_sent_again(void **state) {
    static const struct {
        const char *provider, *bytes, *before, *after; // of the request's body; after: NULL: only not before
    } fields[] = {
        {"chat",
         SAYS("400 Bad Request",
              "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens' is not supported "
              "with this model. Use 'max_completion_tokens' instead.\",\"type\":"
              "\"invalid_request_error\",\"param\":\"max_tokens\",\"code\":"
              "\"unsupported_parameter\"}}"),
         "\"max_tokens\":32", "\"max_completion_tokens\":32"},
        {"chat",
         SAYS("400 Bad Request",
              "{\"error\":{\"message\":\"Unsupported value: 'temperature' does not support 0 "
              "with this model.\",\"type\":\"invalid_request_error\",\"param\":"
              "\"temperature\",\"code\":\"unsupported_value\"}}"),
         "\"temperature\":0", NULL},
        {"anthropic",
         ANTHROPIC("400 Bad Request", "invalid_request_error", "`temperature` is deprecated for this model."),
         "\"temperature\":0", NULL},
        {"chat", VLLM("400 Bad Request", "BadRequestError", "Unknown field 'stop'"), "\"stop\":[\"s\"]",
         NULL},
        {"openai",
         SAYS("422 Unprocessable Entity",
              "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\","
              "\"stream_options\"],\"msg\":\"Extra inputs are not permitted\"}]}"),
         "\"stream_options\":", NULL},
    };
    static const char *const stops[] = {"s"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct backend_request request = request_of("p");
        request.stops = stops;
        request.stop_count = 1;
        restart(world, fields[i].provider);
        world->server.script = (struct script){.bytes = fields[i].bytes, .close_after = true};
        ask(world, &request);
        assert_int_equal(world->seen.result.code, ERR_INVALID);
        assert_string_equal(world->seen.hint.data, "the next request does without it");
        assert_non_null(strstr(world->server.request.data, fields[i].before));
        ask(world, &request);
        assert_null(strstr(world->server.request.data, fields[i].before));
        assert_true(!fields[i].after || strstr(world->server.request.data, fields[i].after));
        assert_non_null(
            strstr(world->seen.hint.data, "model.name")); // refused although it is gone: no promise
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_says_it_in_its_way, begin, finish),
        cmocka_unit_test_setup_teardown(a_wait_may_be_a_moment, begin, finish),
        cmocka_unit_test_setup_teardown(a_wait_may_be_counted_since_1970, begin, finish),
        cmocka_unit_test_setup_teardown(a_refused_field_is_not_sent_again, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
