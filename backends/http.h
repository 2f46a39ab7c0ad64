// http.h - HTTP requests on the loop: libcurl's multi interface driven by libuv.
//
// Connections stay open between requests and are reused; over TLS HTTP/2 is
// taken where offered. No redirect is ever followed. Proxies of the
// environment are used, except for loopback. Only http*.c
// include curl.
//
//     start -> on_data* -> on_done
//
// Ownership: http_new / http_close. A call belongs to the http and dies after its on_done. Request strings
//            are copied; what the callbacks receive is borrowed for the call.
// Threads:   the loop's; http_prepare: any.
// Errors:    http_start never fails by itself: trouble arrives through on_done, in words that name the URL
//            and never hold the key.
// Limits:    plain http to loopback and Unix sockets only, https to anywhere; connect timeout, first-byte timeout and
//            deadline per request; body_limit bytes of body, 64 KiB of headers.
//
// Invariants (tests/unit/backends/remote_life_test.c, remote_storm_test.c):
//   H1  callbacks never run inside http_start or http_cancel
//   H2  on_done comes exactly once; on_data never after http_cancel or after it returned false
//   H3  the key stands in the header that is meant for it and nowhere else
#ifndef HUNCH_BACKENDS_HTTP_H
#define HUNCH_BACKENDS_HTTP_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <uv.h>

struct http;
struct http_call;

// Whom https trusts, and how it shows who we are. Paths of PEM files, from / or ~/ on; NULL or "": none.
struct http_trust {
    const char *group;                // "model": whose settings an error names; NULL: that
    const char *ca_file;              // the only authorities that count; none: the system's
    const char *certificate_file;     // shown to the server
    const char *certificate_key_file; // its private key; none: in certificate_file
    bool insecure;                    // whoever answers is believed
};

struct http_request {
    const char *url;
    const char *query;              // what stands behind a "?" of ours; NULL: nothing
    const char *bearer;             // the key; "" or NULL: no Authorization header
    const char *key_header;         // the header that takes the key as it is; NULL: "Authorization: Bearer"
    const char *header;             // one more line, "name: value"; NULL: none
    struct slice body;              // JSON to POST; empty: GET
    uint32_t connect_timeout_ms;    // 0: 2,000
    uint32_t first_byte_timeout_ms; // 0: only the deadline counts
    uint64_t deadline_us;           // clock_now_us() terms; 0: 10 seconds from now
    size_t body_limit;              // bytes beyond close the connection; 0: 64 KiB
    const struct err *refusal;      // not NULL: nothing is sent, on_done comes with this
    bool held;                      // nothing is sent before http_release; the deadline runs
};

struct http_head {
    long status;              // 0 if there was no answer
    const char *content_type; // "" if the server named none
    uint32_t retry_after_ms;  // 0 if the server named none
};

struct http_result {
    int code;            // 0 (whatever the status), or an err_code; ERR_TOO_LARGE at body_limit
    const char *message; // "" on success
    const char *hint;
    bool stopped; // on_data returned false
    struct http_head head;
};

struct http_callbacks {
    // Bytes of the body. False: enough, the connection is closed and on_done follows with `stopped`.
    bool (*on_data)(void *context, const struct http_head *head, struct slice bytes);
    void (*on_done)(void *context, const struct http_result *result);
    void *context;
};

// Once a process, before anything is asked of curl: readies it, and ignores SIGPIPE, which TLS would raise. http_new
// does it itself.
void http_prepare(void);
struct http *http_new(uv_loop_t *loop, const struct http_trust *trust); // copied; NULL: as by default
// Ends every call with ERR_CANCELLED (those on_done come inside), also those that such an on_done starts, which must
// not do so for ever; then frees; the loop must turn once more. Not from inside on_data.
void http_close(struct http *http);
struct http_call *http_start(struct http *http, const struct http_request *request,
                             const struct http_callbacks *callbacks);
// Closes the stream; on_done(ERR_CANCELLED) follows when the loop turns next. Not after on_done.
void http_cancel(struct http_call *call);
// Sends all that is held, with this key; or ends it with the refusal, if that is not NULL.
void http_release(struct http *http, const char *bearer, const struct err *refusal, const char *hint);
// The answer is complete, only the stream's end is missing: wait at most this long for it.
void http_hurry(struct http_call *call, uint32_t milliseconds);

// Is it a URL that Hunch may talk to? Plain http to loopback or over a Unix socket (unix:/path/name.sock), or https; no
// user information, query or fragment. On success *loopback says whether the host is this machine.
int http_check_url(const char *url, bool *loopback, struct err *err);
// Of unix:/path/name.sock/what/is/asked: appends the socket's path and the rest. False: it is no such address.
bool http_split_socket(const char *url, struct str *socket, struct str *rest);
// Are the files there, and is the private key readable by its owner alone? err names the setting.
int http_check_trust(const struct http_trust *trust, struct err *err);
// The URL as error texts may show it: without user information, query, fragment and control characters.
void http_show_url(const char *url, struct str *out);
// A key must fit in one header line: printable ASCII. The message never holds the key.
int http_check_key(const char *key, struct err *err);

#endif
