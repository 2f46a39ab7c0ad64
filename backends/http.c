// http.c - see http.h.
//
// curl's multi interface tells us which sockets to watch and when to wake it;
// both become libuv handles, and whatever they report goes back to curl. A
// call therefore never has a thread and never blocks the loop.
//
// curl may not be re-entered from its own callbacks, and ours must not run
// inside http_start. One rule gives both: a call that ends, for whatever
// reason, is only marked; an idle handle, which runs at the next turn of the
// loop and never inside curl, takes it off the multi handle (this is what
// closes a cancelled stream) and calls on_done.
//
//     running --end()--> ended --deliver()--> gone
//     running: on the multi handle, its clock runs
//     ended:   the result is fixed, no on_data any more
//
// Not here: cookies, redirects, authentication other than a bearer key.
#include "backends/http.h"

#include "backends/http_failure.h"
#include "backends/http_trust.h"
#include "backends/retry_after.h"
#include "base/clock.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum {
    CONNECT_TIMEOUT_MS = 2000,
    DEADLINE_MS = 10000,
    BODY_LIMIT = 64 * 1024,
    HEADER_LIMIT = 64 * 1024,
    KEPT_CONNECTIONS = 4,
};

struct http {
    uv_loop_t *loop;
    struct http_trust trust;
    CURLM *multi;
    uv_timer_t timer;        // curl's own
    uv_idle_t idle;          // runs while a call waits for its on_done
    struct http_call *calls; // newest first
    size_t handles;          // libuv handles not yet closed
    bool closing;
};

struct http_call {
    struct http *http;
    struct http_call *next;
    struct http_callbacks callbacks;
    CURL *easy;
    struct curl_slist *headers;
    char curl_text[CURL_ERROR_SIZE];
    struct str url;   // as it may be shown
    uv_timer_t clock; // first byte, then the deadline
    uint64_t deadline_us;
    size_t received, body_limit, header_bytes;
    char *key_header; // of a held one
    bool loopback, held, hurried, ended, delivered;
    struct http_result result;
    struct err err;
};

struct watch { // a socket of curl's
    uv_poll_t poll;
    struct http *http;
    curl_socket_t socket;
};

static void forget_handle(struct http *http) {
    if (--http->handles == 0) {
        http_trust_fini(&http->trust);
        free(http);
    }
}

static void on_handle_closed(uv_handle_t *handle) {
    forget_handle(handle->data);
}

static void on_clock_closed(uv_handle_t *handle) {
    struct http_call *call = handle->data;
    struct http *http = call->http;
    str_free(&call->url);
    free(call->key_header);
    free(call);
    forget_handle(http);
}

// The key is in one of them.
static void free_headers(struct http_call *call) {
    for (struct curl_slist *line = call->headers; line; line = line->next) {
        explicit_bzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(call->headers);
}

// Off the multi handle first: that closes a stream that still runs.
static void deliver(struct http_call *call) {
    struct http_call **link = &call->http->calls;
    while (*link != call) {
        link = &(*link)->next;
    }
    *link = call->next;
    curl_multi_remove_handle(call->http->multi, call->easy);
    if (!call->delivered) {
        call->delivered = true;
        call->callbacks.on_done(call->callbacks.context, &call->result);
    }
    curl_easy_cleanup(call->easy);
    free_headers(call);
    uv_close((uv_handle_t *)&call->clock, on_clock_closed);
}

// The oldest call that ended; *count gets how many there are.
static struct http_call *oldest_ended(const struct http *http, size_t *count) {
    struct http_call *oldest = NULL;
    *count = 0;
    for (struct http_call *call = http->calls; call; call = call->next) {
        oldest = call->ended ? call : oldest;
        *count += call->ended;
    }
    return oldest;
}

// What ends while this runs has its turn next time: an on_done that starts a request bound to fail, again
// and again, must not hold the loop.
static void on_idle(uv_idle_t *idle) {
    struct http *http = idle->data;
    size_t ready;
    size_t now;
    uv_idle_stop(idle);
    for (struct http_call *call = oldest_ended(http, &ready); ready; ready--) {
        deliver(call);
        call = oldest_ended(http, &now);
    }
    if (http->closing && !http->calls && http->multi) {
        curl_multi_cleanup(http->multi); // gives up its sockets through on_socket
        http->multi = NULL;
        uv_close((uv_handle_t *)&http->timer, on_handle_closed);
        uv_close((uv_handle_t *)&http->idle, on_handle_closed);
    }
}

// Fixes the result; on_idle does the rest.
static void end(struct http_call *call, int code, const char *hint) {
    call->ended = true;
    call->result.code = code;
    call->result.message = code ? call->err.message : "";
    call->result.hint = hint;
    uv_timer_stop(&call->clock);
    uv_idle_start(&call->http->idle, on_idle);
}

static const char *header_of(const struct http_call *call, const char *name) {
    struct curl_header *header;
    return curl_easy_header(call->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : "";
}

// When a limit that is used up begins anew; of several the last.
static uint32_t limits_reset_ms(const struct http_call *call, double now_s) {
    static const struct {
        const char *left, *reset;
    } limits[] = {
        {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
        {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
        {"x-ratelimit-remaining", "x-ratelimit-reset"},
        {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
        {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
        {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
        {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
        {"ratelimit-remaining", "ratelimit-reset"},             // the IETF's draft
        {"ratelimitbysize-remaining", "ratelimitbysize-reset"}, // Mistral
        {"x-ratelimitbysize-remaining", "x-ratelimitbysize-reset"},
    };
    uint32_t longest = 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        bool used_up = strcmp(header_of(call, limits[i].left), "0") == 0;
        uint32_t wait = used_up ? retry_after_ms(header_of(call, limits[i].reset), now_s) : 0;
        longest = wait > longest ? wait : longest;
    }
    return longest;
}

static uint32_t milliseconds_of(const char *text) {
    long long named = strtoll(text, NULL, 10);
    return named <= 0 ? 0 : named < RETRY_AFTER_LIMIT_MS ? (uint32_t)named : RETRY_AFTER_LIMIT_MS;
}

// The exact form counts before the usual one, that before the limits' own; an HTTP date is curl's to read.
static uint32_t read_retry_after(const struct http_call *call) {
    double now_s = (double)time(NULL);
    curl_off_t seconds = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &seconds);
    uint32_t exact = milliseconds_of(header_of(call, "retry-after-ms"));
    exact = exact ? exact : milliseconds_of(header_of(call, "x-ms-retry-after-ms")); // Azure
    uint32_t usual = retry_after_ms(header_of(call, "retry-after"), now_s);
    usual = usual            ? usual
            : seconds <= 0   ? 0 // a date long ago
            : seconds < 3600 ? (uint32_t)seconds * 1000
                             : RETRY_AFTER_LIMIT_MS;
    return exact ? exact : usual ? usual : call->result.head.status == 429 ? limits_reset_ms(call, now_s) : 0;
}

static void read_head(struct http_call *call) {
    struct http_head *head = &call->result.head;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &head->status);
    char *type = NULL;
    curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    head->content_type = type ? type : "";
    head->retry_after_ms = read_retry_after(call);
}

static void end_by_curl(struct http_call *call, CURLcode code) {
    read_head(call);
    if (code == CURLE_OK) {
        end(call, 0, "");
        return;
    }
    struct http_failure failure = http_failure_of(call->easy, code, call->curl_text, call->loopback);
    const char *cause = http_failure_cause(call->easy, code, call->curl_text, &failure);
    err_set(&call->err, failure.code, "%s: %s%s%s%s", call->url.data, failure.what, cause[0] ? " (" : "",
            cause, cause[0] ? ")" : "");
    end(call, failure.code, failure.hint);
}

static void take_messages(struct http *http) {
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
        struct http_call *call = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        if (message->msg == CURLMSG_DONE && call && !call->ended) {
            end_by_curl(call, code);
        }
    }
}

static void act(struct http *http, curl_socket_t socket, int events) {
    int running;
    if (http->multi) {
        curl_multi_socket_action(http->multi, socket, events, &running);
        take_messages(http);
    }
}

static void on_timer(uv_timer_t *timer) {
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer_wish(CURLM *multi, long timeout_ms, void *context) {
    (void)multi;
    struct http *http = context;
    if (timeout_ms < 0) {
        return uv_timer_stop(&http->timer);
    }
    uv_update_time(http->loop);
    return uv_timer_start(&http->timer, on_timer, (uint64_t)timeout_ms, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct watch *watch = poll->data;
    // On an error curl shall also try to read and write: only that tells which error.
    int flags = status < 0 ? CURL_CSELECT_ERR | CURL_CSELECT_IN | CURL_CSELECT_OUT : 0;
    flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    act(watch->http, watch->socket, flags);
}

static void on_watch_closed(uv_handle_t *handle) {
    struct watch *watch = handle->data;
    forget_handle(watch->http);
    free(watch);
}

static struct watch *watch_new(struct http *http, curl_socket_t socket) {
    struct watch *watch = mem_zero(1, sizeof *watch);
    watch->http = http;
    watch->socket = socket;
    if (uv_poll_init_socket(http->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    http->handles++;
    curl_multi_assign(http->multi, socket, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    (void)easy;
    struct http *http = context;
    struct watch *watch = known;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            curl_multi_assign(http->multi, socket, NULL);
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        }
        return 0;
    }
    if (!watch && !(watch = watch_new(http, socket))) {
        return -1; // curl ends the transfer
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watch->poll, events, on_poll);
}

static void prepare_process(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    signal(SIGPIPE, SIG_IGN);
}

void http_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_process);
}

struct http *http_new(uv_loop_t *loop, const struct http_trust *trust) {
    http_prepare();
    struct http *http = mem_zero(1, sizeof *http);
    http->loop = loop;
    http_trust_copy(&http->trust, trust ? trust : &(struct http_trust){0});
    http->multi = curl_multi_init();
    if (!http->multi) {
        abort(); // out of memory, as in mem.h
    }
    uv_timer_init(loop, &http->timer);
    uv_idle_init(loop, &http->idle);
    http->timer.data = http->idle.data = http;
    http->handles = 2;
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
    return http;
}

static struct http_call *undelivered(const struct http *http) {
    struct http_call *call = http->calls;
    while (call && call->delivered) {
        call = call->next;
    }
    return call;
}

// An on_done may start another call, which comes first in the list.
void http_close(struct http *http) {
    http->closing = true;
    for (struct http_call *call; (call = undelivered(http));) {
        call->ended = false; // whatever its end was: nobody may go on from it
        http_cancel(call);
        call->delivered = true;
        call->callbacks.on_done(call->callbacks.context, &call->result);
    }
    uv_idle_start(&http->idle, on_idle);
}

void http_cancel(struct http_call *call) {
    if (!call->ended) {
        err_set(&call->err, ERR_CANCELLED, "%s: cancelled", call->url.data);
        end(call, ERR_CANCELLED, "");
    }
}

static void on_clock(uv_timer_t *clock) {
    struct http_call *call = clock->data;
    if (call->hurried) {
        end(call, 0, "");
        return;
    }
    err_set(&call->err, ERR_TIMEOUT, "%s: %s in time", call->url.data,
            call->received ? "the answer did not end" : "no answer");
    end(call, ERR_TIMEOUT,
        "is the model still loading, or too large for this machine? "
        "raise completion.timeoutMs or take a smaller model");
}

// Lets the clock ring at the deadline, or earlier.
static void set_clock(struct http_call *call, uint32_t limit_ms) {
    uint64_t now = clock_now_us();
    uint64_t left = call->deadline_us > now ? (call->deadline_us - now + 999) / 1000 : 0;
    uv_update_time(call->http->loop);
    uv_timer_start(&call->clock, on_clock, limit_ms && limit_ms < left ? limit_ms : left, 0);
}

void http_hurry(struct http_call *call, uint32_t milliseconds) {
    if (!call->ended) {
        call->hurried = true;
        set_clock(call, milliseconds);
    }
}

static void end_too_large(struct http_call *call, const char *what, size_t limit) {
    err_set(&call->err, ERR_TOO_LARGE, "%s: the answer's %s are over %zu bytes", call->url.data, what, limit);
    end(call, ERR_TOO_LARGE, "is model.url the address of a model server?");
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    struct http_call *call = context;
    call->header_bytes += size * count;
    if (call->header_bytes > HEADER_LIMIT && !call->ended) {
        end_too_large(call, "headers", HEADER_LIMIT);
    }
    return call->ended ? CURL_WRITEFUNC_ERROR : size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    struct http_call *call = context;
    size_t length = size * count;
    if (call->ended) {
        return CURL_WRITEFUNC_ERROR;
    }
    if (call->received == 0) {
        read_head(call);
        set_clock(call, 0);
    }
    size_t room = call->body_limit - call->received;
    call->received += length < room ? length : room;
    struct slice got = slice_of(bytes, length < room ? length : room);
    bool wanted = call->callbacks.on_data(call->callbacks.context, &call->result.head, got);
    if (!wanted && !call->ended) {
        call->result.stopped = true;
        end(call, 0, "");
    } else if (length > room && !call->ended) {
        end_too_large(call, "bytes", call->body_limit);
    }
    return length;
}

static void add_header(struct http_call *call, const char *line) {
    call->headers = curl_slist_append(call->headers, line);
}

static void set_key(struct http_call *call, const char *header, const char *key) {
    struct str line;
    str_init(&line);
    str_append_format(&line, "%s%s", header ? header : "Authorization: Bearer ", header ? ": " : "");
    str_append_string(&line, key);
    add_header(call, line.data);
    explicit_bzero(line.data, line.length);
    str_free(&line);
}

static void set_headers(struct http_call *call, const struct http_request *request) {
    add_header(call, "User-Agent: hunch/" HUNCH_VERSION);
    if (request->bearer && request->bearer[0]) {
        set_key(call, request->key_header, request->bearer);
    }
    if (request->header) {
        add_header(call, request->header);
    }
    if (request->body.length) {
        add_header(call, "Content-Type: application/json");
        add_header(call, "Accept: text/event-stream, application/json");
        add_header(call, "Expect:"); // no round trip before the body
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(call->easy, CURLOPT_COPYPOSTFIELDS, request->body.data);
    }
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static void set_address(struct http_call *call, const struct http_request *request) {
    struct str url, socket, rest;
    str_init(&url);
    str_init(&socket);
    str_init(&rest);
    bool by_socket = http_split_socket(request->url, &socket, &rest);
    str_append_format(&url, "%s%s%s%s", by_socket ? "http://localhost" : request->url, rest.data,
                      request->query ? "?" : "", request->query ? request->query : "");
    curl_easy_setopt(call->easy, CURLOPT_URL, url.data); // copied, as the other
    curl_easy_setopt(call->easy, CURLOPT_UNIX_SOCKET_PATH, by_socket ? socket.data : NULL);
    str_free(&url);
    str_free(&socket);
    str_free(&rest);
}

static void set_rules(struct http_call *call, const struct http_request *request) {
    uint32_t connect_ms = request->connect_timeout_ms ? request->connect_timeout_ms : CONNECT_TIMEOUT_MS;
    CURL *easy = call->easy;
    set_address(call, request);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_text);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Else a cancelled call waits, and the loop with it, until a name server that is asked has answered.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, call->loopback ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (call->loopback) {
        curl_easy_setopt(easy, CURLOPT_PROXY, ""); // else the environment's
    }
    http_trust_apply(&call->http->trust, easy);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
}

static struct http_call *call_new(struct http *http, const struct http_request *request,
                                  const struct http_callbacks *callbacks) {
    struct http_call *call = mem_zero(1, sizeof *call);
    call->http = http;
    call->callbacks = *callbacks;
    call->easy = curl_easy_init();
    if (!call->easy) {
        abort(); // out of memory, as in mem.h
    }
    call->body_limit = request->body_limit ? request->body_limit : BODY_LIMIT;
    call->deadline_us = request->deadline_us ? request->deadline_us : clock_now_us() + DEADLINE_MS * 1000u;
    call->result.head.content_type = "";
    str_init(&call->url);
    http_show_url(request->url, &call->url);
    uv_timer_init(http->loop, &call->clock);
    call->clock.data = call;
    http->handles++;
    call->next = http->calls;
    http->calls = call;
    return call;
}

static void send_call(struct http_call *call) {
    CURLMcode added = curl_multi_add_handle(call->http->multi, call->easy);
    if (added != CURLM_OK) {
        err_set(&call->err, ERR_IO, "%s: %s", call->url.data, curl_multi_strerror(added));
        end(call, ERR_IO, "");
    }
}

void http_release(struct http *http, const char *bearer, const struct err *refusal, const char *hint) {
    for (struct http_call *call = http->calls; call; call = call->next) {
        if (!call->held || call->ended) {
            continue;
        }
        call->held = false;
        if (refusal) {
            call->err = *refusal;
            end(call, refusal->code, hint);
            continue;
        }
        if (bearer[0]) {
            set_key(call, call->key_header, bearer);
            curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
        }
        send_call(call);
    }
}

struct http_call *http_start(struct http *http, const struct http_request *request,
                             const struct http_callbacks *callbacks) {
    struct http_call *call = call_new(http, request, callbacks);
    int refused = http_check_url(request->url, &call->loopback, &call->err);
    if (!refused && request->bearer) {
        refused = http_check_key(request->bearer, &call->err);
    }
    if (request->refusal) {
        call->err = *request->refusal;
        refused = call->err.code;
    }
    if (refused || http->closing) {
        end(call, refused ? refused : ERR_CANCELLED, "");
        return call;
    }
    set_rules(call, request);
    set_headers(call, request);
    set_clock(call, request->first_byte_timeout_ms);
    if (request->held) {
        call->held = true;
        call->key_header = request->key_header ? mem_copy_string(request->key_header) : NULL;
    } else {
        send_call(call);
    }
    return call;
}
