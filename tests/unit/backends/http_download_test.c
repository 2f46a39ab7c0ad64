// http_download_test.c - a file from a server that plays tricks; the server runs in a thread of the test's.
#include "tests/unit/unit.h"

#include "backends/http_download.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHOLE     "0123456789"
#define RIGHT     "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"
#define NAMED     "X-Linked-ETag: \"" RIGHT "\"\r\n"
#define ALL       "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"
#define REST      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\n"
#define EMPTY     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
#define NOTHING   "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 0\r\n"
#define NO_REST   "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 3\r\n"
#define END       "Connection: close\r\n\r\n"
#define MOVED(to) "HTTP/1.1 302 Found\r\nContent-Length: 5\r\nLocation: " to "\r\n"

enum { ANSWERS = 4 };

struct server {
    int listener, port;
    pthread_t thread;
    const char *const *answers; // one a connection
    int asked;
    struct str requests; // their first line and their range
};

static struct server server;
static char folder[64], path[100], part[100];

static void note_request(const char *request) {
    const char *range = strstr(request, "Range: ");
    str_append_format(&server.requests, "%.*s", (int)strcspn(request, "\r"), request);
    if (range) {
        str_append_format(&server.requests, " (%.*s)", (int)strcspn(range, "\r"), range);
    }
    str_append_char(&server.requests, '\n');
}

// "{port}" in an answer is the server's own.
static void send_answer(int peer, const char *answer) {
    char bytes[600];
    const char *mark = strstr(answer, "{port}");
    size_t before = mark ? (size_t)(mark - answer) : strlen(answer);
    snprintf(bytes, sizeof bytes, mark ? "%.*s%d%s" : "%.*s", (int)before, answer, server.port,
             mark ? mark + 6 : "");
    ssize_t put = send(peer, bytes, strlen(bytes), MSG_NOSIGNAL);
    assert_true(put > 0);
}

static void *serve(void *unused) {
    char request[2000];
    (void)unused;
    for (; server.asked < ANSWERS && server.answers[server.asked]; server.asked++) {
        int peer = accept(server.listener, NULL, NULL);
        if (peer < 0) {
            return NULL;
        }
        ssize_t got = read(peer, request, sizeof request - 1);
        request[got > 0 ? got : 0] = '\0';
        note_request(request);
        send_answer(peer, server.answers[server.asked]);
        close(peer);
    }
    return NULL;
}

static void start_server(const char *const *answers) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server = (struct server){.answers = answers, .listener = socket(AF_INET, SOCK_STREAM, 0)};
    str_init(&server.requests);
    assert_int_equal(bind(server.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server.listener, 4), 0);
    assert_int_equal(getsockname(server.listener, (struct sockaddr *)&address, &size), 0);
    server.port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void stop_server(void) {
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.listener);
    str_free(&server.requests);
}

static bool is_there(const char *name) {
    return access(name, F_OK) == 0;
}

static void assert_holds(const char *name, const char *text) {
    struct str bytes;
    str_init(&bytes);
    assert_int_equal(fs_read(name, 100, &bytes, NULL), 0);
    assert_string_equal(bytes.data, text);
    str_free(&bytes);
}

struct row {
    const char *begun;            // what of it is there; NULL: nothing
    const char *sha256;           // asked for
    const char *answers[ANSWERS]; // of the server, one after the other
    const char *requests;         // seen by it
    const char *message;          // "": it works
    bool part_stays;
};

static void check(const struct row *row) {
    char url[100];
    struct err err = {0};
    struct http_download_result result;
    start_server(row->answers);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/a?key=s3cret", server.port);
    if (row->begun) {
        assert_int_equal(fs_write(part, slice_of_string(row->begun), false, NULL), 0);
    }
    struct http_download_options options = {.url = url, .path = path, .sha256 = row->sha256};
    int code = http_download(&options, &result, &err);
    if ((code == 0) != (row->message[0] == '\0') || !strstr(err.message, row->message)) {
        print_error("%s%s\n", server.requests.data, err.message);
    }
    assert_int_equal(code == 0, row->message[0] == '\0');
    assert_non_null(strstr(err.message, row->message));
    assert_null(strstr(err.message, "s3cret"));
    assert_string_equal(server.requests.data, row->requests);
    assert_int_equal(is_there(path), code == 0); // D1
    assert_int_equal(is_there(part), row->part_stays);
    if (code == 0) {
        assert_holds(path, WHOLE);
        assert_string_equal(result.sha256, RIGHT);
        assert_int_equal(result.bytes, 10);
    }
    unlink(path);
    unlink(part);
    stop_server();
}

#define FIRST   "GET /a?key=s3cret HTTP/1.1\n"
#define FROM_4  "GET /a?key=s3cret HTTP/1.1 (Range: bytes=4-)\n"
#define FROM_10 "GET /a?key=s3cret HTTP/1.1 (Range: bytes=10-)\n"

static void it_is_had_whole_or_not_at_all(void **state) {
    static const struct row rows[] = {
        {NULL, NULL, {ALL END WHOLE}, FIRST, "", false},
        {NULL, RIGHT, {ALL END WHOLE}, FIRST, "", false},
        {NULL, NULL, {ALL NAMED END WHOLE}, FIRST, "", false},
        {NULL, NULL, {ALL NAMED END "012345678x"}, FIRST, "instead of " RIGHT, false}, // D2
        {NULL, RIGHT, {ALL END "012345678x"}, FIRST, "instead of " RIGHT, false},
        {NULL, "abc", {NULL}, "", "64 hexadecimal digits", false},
        {NULL, RIGHT, {ALL END "0123"}, FIRST, "the same command goes on", true},
        {"0123", RIGHT, {REST END "456789"}, FROM_4, "", false},
        {"0123", NULL, {REST NAMED END "456789"}, FROM_4, "", false},
        {"0123", NULL, {REST END "456789", ALL END WHOLE}, FROM_4 FIRST, "", false}, // who could check it?
        {"xxxx", RIGHT, {REST END "456789"}, FROM_4, "instead of " RIGHT, false},
        {"0123", RIGHT, {ALL END WHOLE}, FROM_4, "", false}, // it knows no ranges
        {NULL, NULL, {EMPTY END}, FIRST, "gave an empty file", false},
        {NULL, RIGHT, {EMPTY END}, FIRST, "instead of " RIGHT, false},
        {"0123", NULL, {NOTHING END, ALL END WHOLE}, FROM_4 FIRST, "", false}, // nor could it an empty rest
        {"0123",
         NULL,
         {REST END "456789", REST END "456789"},
         FROM_4 FIRST,
         "gives parts where the whole was asked for",
         false},
        {WHOLE, RIGHT, {NO_REST END "no\n"}, FROM_10, "", false},
        {WHOLE, NULL, {NO_REST END "no\n", ALL END WHOLE}, FROM_10 FIRST, "", false},
        {NULL,
         NULL,
         {"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n" END "no\n"},
         FIRST,
         "is not there (HTTP 404)",
         false},
        {NULL,
         NULL,
         {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n" END "no\n"},
         FIRST,
         "without an account",
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i]);
    }
}

static void redirects_are_followed_where_they_may_lead(void **state) {
    static const struct row rows[] = {
        {NULL,
         NULL,
         {MOVED("http://127.0.0.1:{port}/b?signed=s3cret") NAMED END "moved", ALL END WHOLE},
         FIRST "GET /b?signed=s3cret HTTP/1.1\n",
         "",
         false},
        {NULL, NULL, {MOVED("/c") END "moved", ALL END WHOLE}, FIRST "GET /c HTTP/1.1\n", "", false},
        {"0123",
         NULL,
         {MOVED("/c") NAMED END "moved", REST END "456789"},
         FROM_4 "GET /c HTTP/1.1 (Range: bytes=4-)\n",
         "",
         false},
        {NULL, NULL, {MOVED("http://192.0.2.1/b") END "moved"}, FIRST, "not allowed: only https", false},
        {NULL, NULL, {MOVED("file:///etc/passwd") END "moved"}, FIRST, "not allowed: only https", false},
        {NULL,
         NULL,
         {MOVED("http://me:s3cret@127.0.0.1/") END "moved"},
         FIRST,
         "not allowed: only https",
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i]);
    }
}

static void only_a_file_is_written_to(void **state) {
    struct err err = {0};
    struct http_download_result result;
    struct http_download_options options = {.url = "http://127.0.0.1:1/a", .path = path};
    (void)state;
    assert_int_equal(mkfifo(part, 0600), 0);
    assert_int_equal(http_download(&options, &result, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "not a regular file"));
    assert_true(is_there(part));
    unlink(part);
}

static bool stop_at_once(void *context, uint64_t done, uint64_t total) {
    int *calls = context;
    assert_true(done <= total || total == 0);
    (*calls)++;
    return false;
}

static void it_can_be_stopped(void **state) {
    static const char *const answers[ANSWERS] = {ALL END "01234"};
    struct err err = {0};
    struct http_download_result result;
    char url[100];
    int calls = 0;
    (void)state;
    start_server(answers);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/a", server.port);
    struct http_download_options options = {
        .url = url, .path = path, .on_progress = stop_at_once, .context = &calls};
    assert_int_equal(http_download(&options, &result, &err), ERR_CANCELLED);
    assert_int_equal(calls, 1);
    assert_false(is_there(path)); // D1
    unlink(part);
    stop_server();
}

static int begin(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hunch-download-test-%d", (int)getpid());
    snprintf(path, sizeof path, "%s/model.gguf", folder);
    snprintf(part, sizeof part, "%s/model.gguf.part", folder);
    return mkdir(folder, 0700);
}

static int finish(void **state) {
    (void)state;
    return rmdir(folder);
}

// D3
static void two_do_not_write_the_same_file(void **state) {
    struct http_download_options options = {.url = "http://127.0.0.1:1/a", .path = path};
    struct http_download_result result;
    struct err err = {0};
    (void)state;
    int other = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(other, LOCK_EX), 0);
    assert_int_equal(http_download(&options, &result, &err), ERR_BUSY);
    assert_non_null(strstr(err.message, "is being downloaded already"));
    assert_true(is_there(part));
    close(other);
    unlink(part);
}

// curl repeats the variable as it stands when it cannot read it.
static void a_proxys_password_is_not_shown(void **state) {
    struct http_download_options options = {.url = "https://127.0.0.1:1/a", .path = path};
    struct http_download_result result;
    struct err err = {0};
    (void)state;
    setenv("https_proxy", "http://me:s3cret@127.0.0.1:no-port/", 1);
    assert_int_not_equal(http_download(&options, &result, &err), 0);
    unsetenv("https_proxy");
    assert_null(strstr(err.message, "s3cret"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_had_whole_or_not_at_all),
        cmocka_unit_test(redirects_are_followed_where_they_may_lead),
        cmocka_unit_test(only_a_file_is_written_to),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(two_do_not_write_the_same_file),
        cmocka_unit_test(a_proxys_password_is_not_shown),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
