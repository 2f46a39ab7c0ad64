// http_test.c - which URLs and keys are allowed, and what a refusal says.

#include "backends/remote.h"

#include "backends/http.h"
#include "backends/http_failure.h"
#include "tests/unit/unit.h"

#include <string.h>

static void allowed_urls(void **state) {
    static const struct {
        const char *url;
        bool loopback;
    } rows[] = {
        {"http://127.0.0.1:8012", true},     {"http://127.0.0.1", true},
        {"http://127.8.9.10:1/v1/", true},   {"http://localhost:11434/v1", true},
        {"http://LOCALHOST:11434", true},    {"http://[::1]:8080", true},
        {"http://[0:0:0:0:0:0:0:1]/", true}, {"HTTP://127.0.0.1:8012", true},
        {"https://127.0.0.1:8443/", true},   {"https://api.example.com", false},
        {"https://192.168.1.5:8443", false}, {"https://api.example.com/openai/v1", false},
        {"unix:/tmp/a.sock", true},          {"unix:/tmp/a.sock/v1/", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0, ""};
        bool loopback = !rows[i].loopback;
        int code = http_check_url(rows[i].url, &loopback, &err);
        if (code) {
            print_error("%s: %s\n", rows[i].url, err.message);
        }
        assert_int_equal(code, 0);
        assert_int_equal(loopback, rows[i].loopback);
    }
}

static void refused_urls(void **state) {
    static const struct {
        const char *url, *shown, *why;
    } rows[] = {
        {"http://api.example.com/v1", "http://api.example.com/v1", "use https"},
        {"http://192.168.1.5:8012", "http://192.168.1.5:8012", "unencrypted"},
        {"http://0.0.0.0:8012", "http://0.0.0.0:8012", "http://127.0.0.1"},
        {"http://127.0.0.1.example.com", "http://127.0.0.1.example.com", "use https"},
        {"http://localhost.example.com", "http://localhost.example.com", "use https"},
        {"http://[::2]:80", "http://[::2]:80", "use https"},
        {"http://[::ffff:127.0.0.1]:80", "http://[::ffff:127.0.0.1]:80", "use https"},
        {"http://128.0.0.1", "http://128.0.0.1", "use https"},
        {"https://me:s3cret@api.example.com", "https://...@api.example.com", "model.keyFile"},
        {"https://s3cret@api.example.com/", "https://...@api.example.com/", "model.keyFile"},
        {"http://127.0.0.1@evil.example.com/", "http://...@evil.example.com/", "model.keyFile"},
        {"https://api.example.com/?key=s3cret", "https://api.example.com/", "model.keyFile"},
        {"https://api.example.com/#s3cret", "https://api.example.com/", "model.keyFile"},
        {"https://me:s3cret#1@api.example.com", "https://", "not a URL"},
        {"https://me:s3cret?1@api.example.com", "https://", "not a URL"},
        {"http://127.0.0.1#@evil.example.com", "http://", "model.keyFile"},
        {"ftp://127.0.0.1/", "ftp://127.0.0.1/", "neither http nor https"},
        {"file:///etc/passwd", "file:///etc/passwd", "neither http nor https"},
        {"unix:///tmp/s", "unix:///tmp/s", "must end in .sock"},
        {"unix:tmp/a.sock", "unix:tmp/a.sock", "whole path"},
        {"unix:/tmp/a.socket", "unix:/tmp/a.socket", "must end in .sock"},
        {"unix:/tmp/a.sock?x", "unix:/tmp/a.sock", "must end in .sock"},
        {"unix:/tmp/a.sock/v1?key=s3cret", "unix:/tmp/a.sock/v1", "socket's path only"},
        {"unix:/tmp/a.sock/a b", "unix:/tmp/a.sock/a?b", "socket's path only"},
        {"unix:/tmp/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789.sock",
         "unix:/tmp/0", "too long"},
        {"127.0.0.1:8012", "127.0.0.1:8012", "http://127.0.0.1:8012"},
        {"me:s3cret@127.0.0.1", "...@127.0.0.1", "give an address"},
        {"", "(empty)", "not a URL"},
        {"http://", "http://", "not a URL"},
        {"http://127.0.0.1:99999", "http://127.0.0.1:99999", "not a URL"},
        {"http://127.0.0.1:80 12", "http://127.0.0.1:80?12", "not a URL"},
        {"http://127.0.0.1/\r\nX: y", "http://127.0.0.1/??X:?y", "not a URL"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0, ""};
        bool loopback = false;
        int code = http_check_url(rows[i].url, &loopback, &err);
        if (!code || !strstr(err.message, rows[i].shown) || !strstr(err.message, rows[i].why)) {
            print_error("%s: %d %s\n", rows[i].url, code, err.message);
        }
        assert_int_equal(code, ERR_DENIED);
        assert_non_null(strstr(err.message, "model.url"));
        assert_non_null(strstr(err.message, rows[i].shown));
        assert_non_null(strstr(err.message, rows[i].why));
        assert_null(strstr(err.message, "s3cret"));
        struct remote_options options = {.provider = "openai", .url = rows[i].url};
        assert_null(remote_new(uv_default_loop(), &options, &err));
    }
}

static void a_very_long_url_is_refused(void **state) {
    (void)state;
    struct err err;
    bool loopback;
    struct str url;
    str_init(&url);
    str_append_string(&url, "http://127.0.0.1/");
    for (int i = 0; i < 3000; i++) {
        str_append_char(&url, 'a');
    }
    assert_int_equal(http_check_url(url.data, &loopback, &err), ERR_DENIED);
    str_free(&url);
}

static void keys_fit_in_a_header(void **state) {
    static const char *const bad[] = {"a b", "s3cret\r\nX-Evil: 1", "s3cret\n", "\xC3\xA4"};
    (void)state;
    struct err err;
    assert_int_equal(http_check_key("", &err), 0);
    assert_int_equal(http_check_key("sk-0123_abc.DEF~=", &err), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct remote_options options = {.provider = "openai", .url = "http://127.0.0.1:1", .key = bad[i]};
        assert_null(remote_new(uv_default_loop(), &options, &err));
        assert_int_equal(err.code, ERR_INVALID);
        assert_null(strstr(err.message, "s3cret"));
        assert_non_null(strstr(err.message, "model.keyFile"));
    }
}

static void traits_tell_what_the_model_is(void **state) {
    static const struct {
        struct remote_options options;
        const char *template;
        bool leaves;
        uint32_t context;
    } rows[] = {
        {{.provider = "openai", .url = "http://127.0.0.1:1", .model = "Qwen2.5-Coder-7B-Q8_0.gguf"},
         "qwen2.5-coder",
         false,
         4096},
        {{.provider = "openai", .url = "https://api.example.com", .model = "mystery", .context_tokens = 99},
         NULL,
         true,
         99},
        {{.provider = "openai", .url = "https://api.example.com", .model = "mystery", .template = "mellum"},
         "mellum",
         true,
         4096},
        {{.provider = "openai", .url = "http://[::1]:1"}, NULL, false, 4096},
    };
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err;
        struct backend *backend = remote_new(&loop, &rows[i].options, &err);
        assert_non_null(backend);
        assert_string_equal(backend->traits.name, "openai");
        assert_int_equal(backend->traits.leaves_machine, rows[i].leaves);
        assert_int_equal(backend->traits.context_tokens, rows[i].context);
        if (rows[i].template) {
            assert_string_equal(backend->traits.template, rows[i].template);
        } else {
            assert_null(backend->traits.template);
        }
        backend_close(backend);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void an_unknown_template_names_the_known(void **state) {
    (void)state;
    struct err err;
    struct remote_options options = {.provider = "openai", .url = "http://127.0.0.1:1", .template = "qwen"};
    assert_null(remote_new(uv_default_loop(), &options, &err));
    assert_non_null(strstr(err.message, "\"qwen\""));
    assert_non_null(strstr(err.message, "qwen2.5-coder"));
}

// Those that curl makes of a proxy's address that it cannot read show all of it.
static void what_may_hold_a_password_is_not_shown(void **state) {
    (void)state;
    assert_string_equal(http_failure_detail(CURLE_COULDNT_CONNECT, "Failed to connect to x port 1"),
                        "Failed to connect to x port 1");
    assert_string_equal(
        http_failure_detail(CURLE_COULDNT_CONNECT, "Unsupported proxy scheme for 'x://me:s3cret@host'"),
        curl_easy_strerror(CURLE_COULDNT_CONNECT));
    assert_string_equal(http_failure_detail(CURLE_RECV_ERROR, ""), curl_easy_strerror(CURLE_RECV_ERROR));
}

static void nothing_is_said_twice(void **state) {
    static const char curls[] = "Failed to connect to x port 1 after 0 ms: Couldn't connect to server";
    static const struct {
        CURLcode code;
        const char *curl_text, *cause;
    } rows[] = {
        {CURLE_COULDNT_CONNECT, curls, ""}, // nobody tried: the system has no reason
        {CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: x", ""},
        {CURLE_GOT_NOTHING, "Empty reply from server", ""},
        {CURLE_RECV_ERROR, "Recv failure: Connection reset by peer",
         "Recv failure: Connection reset by peer"},
        {CURLE_COULDNT_RESOLVE_PROXY, "Could not resolve proxy: y", "Could not resolve proxy: y"},
    };
    CURL *easy = curl_easy_init();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_failure failure = http_failure_of(easy, rows[i].code, rows[i].curl_text, true);
        assert_string_equal(http_failure_cause(easy, rows[i].code, rows[i].curl_text, &failure),
                            rows[i].cause);
    }
    curl_easy_cleanup(easy);
}

static void every_failure_has_words_and_a_way_out(void **state) {
    CURL *easy = curl_easy_init();
    (void)state;
    for (int code = CURLE_OK + 1; code < CURL_LAST; code++) {
        struct http_failure failure = http_failure_of(easy, (CURLcode)code, "", true);
        assert_true(failure.code < 0);
        assert_true(failure.what[0] && failure.hint[0]);
    }
    struct http_failure refused =
        http_failure_of(easy, CURLE_RECV_ERROR, "tlsv13 alert certificate required", true);
    assert_non_null(strstr(refused.hint, "model.certificateFile"));
    curl_easy_cleanup(easy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allowed_urls),
        cmocka_unit_test(refused_urls),
        cmocka_unit_test(a_very_long_url_is_refused),
        cmocka_unit_test(keys_fit_in_a_header),
        cmocka_unit_test(what_may_hold_a_password_is_not_shown),
        cmocka_unit_test(nothing_is_said_twice),
        cmocka_unit_test(every_failure_has_words_and_a_way_out),
        cmocka_unit_test(traits_tell_what_the_model_is),
        cmocka_unit_test(an_unknown_template_names_the_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
