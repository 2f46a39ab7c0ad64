// http_bench.c - what our client of a model's server costs beside a bare curl, in the same process, against the same mock.
//
//   cmake --build --preset release --target http_bench
//   build/release/bin/http_bench [ROUNDS]       1,000 by default
//
// first byte: from asking to the first text of the answer, over a connection that is kept; bare and ours take
// turns, so that both see the same machine. Ours writes the request's JSON and reads the answer's.
// allocations: calls of malloc, calloc and realloc on the loop's thread while tokens come one by one, of tokens
// 200 to 1,200 of a stream. cancel: from backend_cancel to the moment when the server sees the socket closed.
//
// The mock is a thread per connection that sends an event, waits a little, and watches its socket meanwhile.
#include "backends/remote.h"
#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROMPT_BYTES = 10000, FIRST_COUNTED = 200, LAST_COUNTED = 1200, PAUSE_US = 200 };

// --- counted allocations: the C library's own functions stay reachable under these names ---

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static _Thread_local bool counting;
static _Thread_local uint64_t allocations;

void *malloc(size_t size) {
    allocations += counting;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    allocations += counting;
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
    allocations += counting;
    return __libc_realloc(memory, size);
}

// --- the mock ---

struct form { // of a stream
    const char *provider, *path, *type, *event;
    const char *first; // sent before; NULL: nothing
};

static const struct form forms[] = {
    {.provider = "openai",
     .path = "/v1/completions",
     .type = "text/event-stream",
     .event =
         "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
         "\"text\":\" x\",\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n"},
    {.provider = "llama-server",
     .path = "/completion",
     .type = "text/event-stream",
     .event =
         "data: {\"index\":0,\"content\":\" x\",\"tokens\":[87],\"stop\":false,\"id_slot\":0,\"tokens_predicted\":1,"
         "\"tokens_evaluated\":1000}\n\n"},
    {.provider = "chat",
     .path = "/v1/chat/completions",
     .type = "text/event-stream",
     .event =
         "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
         "\"delta\":{\"content\":\" x\"},\"finish_reason\":null}]}\n\n",
     .first = "data: {\"choices\":[{\"delta\":{\"content\":\"<insert>\"}}]}\n\n"},
    {.provider = "ollama",
     .path = "/api/generate",
     .type = "application/x-ndjson",
     .event =
         "{\"model\":\"m\",\"created_at\":\"2026-11-01T10:00:00Z\",\"response\":\" x\",\"done\":false}\n"},
};
enum { FORMS = sizeof forms / sizeof *forms };

static int listener, port;
static atomic_uint_fast64_t closed_us; // when the mock saw that the client is gone

// Reads one request; which form it has, FORMS for any other, -1 at the end.
static int read_request(int connection, char *buffer, size_t room) {
    size_t length = 0;
    for (;;) {
        ssize_t got = recv(connection, buffer + length, room - 1 - length, 0);
        if (got <= 0) {
            return -1;
        }
        length += (size_t)got;
        buffer[length] = '\0';
        const char *head_end = strstr(buffer, "\r\n\r\n");
        const char *field = strstr(buffer, "Content-Length: ");
        size_t body = field ? strtoul(field + 16, NULL, 10) : 0;
        if (head_end && length >= (size_t)(head_end + 4 - buffer) + body) {
            break;
        }
    }
    size_t form = 0;
    while (form < FORMS &&
           strncmp(strchr(buffer, ' ') + 1, forms[form].path, strlen(forms[form].path)) != 0) {
        form++;
    }
    return (int)form;
}

static bool send_all(int connection, const char *bytes) {
    return send(connection, bytes, strlen(bytes), MSG_NOSIGNAL) == (ssize_t)strlen(bytes);
}

// Event after event until the client goes.
static void stream(int connection, const struct form *form) {
    char head[200], chunk[1024];
    struct timespec pause = {0, PAUSE_US * 1000};
    struct pollfd watch = {connection, POLLIN | POLLRDHUP, 0};
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n",
             form->type);
    snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(form->event), form->event);
    bool open = send_all(connection, head);
    if (form->first) {
        char first[200];
        snprintf(first, sizeof first, "%zx\r\n%s\r\n", strlen(form->first), form->first);
        open = send_all(connection, first);
    }
    while (open && send_all(connection, chunk) && ppoll(&watch, 1, &pause, NULL) == 0) {
    }
    atomic_store(&closed_us, clock_now_us());
}

// An answer of one event, so that the connection can be kept.
static bool answer(int connection, const struct form *form) {
    char whole[1500];
    const char *end = form->type[0] == 't' ? "data: [DONE]\n\n" : "";
    snprintf(
        whole, sizeof whole,
        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n%s%s\r\n0\r\n\r\n",
        form->type, strlen(form->event) + strlen(end), form->event, end);
    return send_all(connection, whole);
}

static void *serve(void *context) {
    int connection = (int)(intptr_t)context;
    char *buffer = malloc(1 << 20);
    bool open = true;
    while (open) {
        int form = read_request(connection, buffer, 1 << 20);
        if (form < 0) {
            break;
        }
        if (form == FORMS) {
            open =
                send_all(connection,
                         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        } else if (strstr(buffer, "endless")) {
            stream(connection, &forms[form]);
            open = false;
        } else {
            open = answer(connection, &forms[form]);
        }
    }
    free(buffer);
    close(connection);
    return NULL;
}

static void *accept_all(void *context) {
    (void)context;
    for (;;) {
        pthread_t thread;
        int one = 1;
        int connection = accept(listener, NULL, NULL);
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection);
        pthread_detach(thread);
    }
    return NULL;
}

static void start_mock(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    pthread_t thread;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 64) != 0) {
        perror("http_bench");
        exit(1);
    }
    getsockname(listener, (struct sockaddr *)&address, &length);
    port = ntohs(address.sin_port);
    pthread_create(&thread, NULL, accept_all, NULL);
}

// --- bare curl ---

static uint64_t first_us;

static size_t on_bytes(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes, (void)context;
    first_us = first_us ? first_us : clock_now_us();
    return size * count;
}

static CURL *bare_new(const char *body, struct curl_slist *headers) {
    char url[64];
    CURL *easy = curl_easy_init();
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/completions", port);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    return easy;
}

static double ask_bare(CURL *easy) {
    first_us = 0;
    uint64_t started = clock_now_us();
    curl_easy_perform(easy);
    return (double)(first_us - started) / 1000;
}

// --- ours ---

struct ours {
    struct backend_request request; // that runs
    struct backend_callbacks callbacks;
    uv_loop_t loop;
    struct backend *backend;
    uint32_t tokens;
    bool done;
};

static bool on_delta(void *context, struct slice delta) {
    struct ours *ours = context;
    (void)delta;
    first_us = first_us ? first_us : clock_now_us();
    ours->tokens++;
    counting = ours->tokens >= FIRST_COUNTED && ours->tokens < LAST_COUNTED;
    return true;
}

static void on_done(void *context, const struct backend_result *result) {
    struct ours *ours = context;
    counting = false;
    ours->done = true;
    if (result->code && result->code != ERR_CANCELLED) {
        fprintf(stderr, "http_bench: %s\n", result->message);
        exit(1);
    }
}

static struct ours *ours_new(const char *provider) {
    struct ours *ours = mem_zero(1, sizeof *ours);
    struct err err;
    char url[64];
    uv_loop_init(&ours->loop);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    struct remote_options options = {.provider = provider, .url = url, .model = "qwen2.5-coder"};
    ours->backend = remote_new(&ours->loop, &options, &err);
    uv_run(&ours->loop, UV_RUN_DEFAULT); // what it wants to know of the server
    return ours;
}

static void ours_free(struct ours *ours) {
    backend_close(ours->backend);
    uv_run(&ours->loop, UV_RUN_DEFAULT);
    uv_loop_close(&ours->loop);
    free(ours);
}

static struct backend_call *start(struct ours *ours, const char *prompt) {
    ours->request = (struct backend_request){
        .path = "a.c", .language = "c", .prompt = slice_of_string(prompt), .max_tokens = 100000};
    ours->callbacks = (struct backend_callbacks){on_delta, on_done, ours};
    ours->done = false;
    ours->tokens = 0;
    first_us = 0;
    return backend_start(ours->backend, &ours->request, &ours->callbacks);
}

static double ask_ours(struct ours *ours, const char *prompt) {
    uint64_t started = clock_now_us();
    start(ours, prompt);
    while (!ours->done) {
        uv_run(&ours->loop, UV_RUN_ONCE);
    }
    return (double)(first_us - started) / 1000;
}

// --- figures ---

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, size_t count, double part) {
    qsort(values, count, sizeof *values, by_size);
    return values[(size_t)(part * (double)(count - 1))];
}

static void measure_first_byte(size_t rounds) {
    struct str prompt, body;
    str_init(&prompt);
    str_init(&body);
    while (prompt.length < PROMPT_BYTES) {
        str_append_string(&prompt, "    return account_withdraw(from, cents) != 0;\\n");
    }
    str_append_format(&body, "{\"model\":\"qwen2.5-coder\",\"prompt\":\"%s\",\"stream\":true}", prompt.data);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    CURL *bare = bare_new(body.data, headers);
    struct ours *ours = ours_new("openai");
    double *times[3] = {calloc(rounds, 8), calloc(rounds, 8), calloc(rounds, 8)};
    for (size_t i = 0; i < rounds; i++) {
        times[0][i] = ask_bare(bare);
        times[1][i] = ask_ours(ours, prompt.data);
        times[2][i] = times[1][i] - times[0][i];
    }
    static const char *const names[] = {"bare curl", "ours", "ours less bare, pair by pair"};
    printf("| to the first byte, ms | p50 | p95 | p99 |\n|---|---|---|---|\n");
    for (size_t i = 0; i < 3; i++) {
        printf("| %s | %.3f | %.3f | %.3f |\n", names[i], quantile(times[i], rounds, 0.5),
               quantile(times[i], rounds, 0.95), quantile(times[i], rounds, 0.99));
        free(times[i]);
    }
    ours_free(ours);
    curl_easy_cleanup(bare);
    curl_slist_free_all(headers);
    str_free(&prompt);
    str_free(&body);
}

static void measure_allocations(void) {
    printf("\n| provider | allocations a token |\n|---|---|\n");
    for (size_t i = 0; i < FORMS; i++) {
        struct ours *ours = ours_new(forms[i].provider);
        allocations = 0;
        struct backend_call *call = start(ours, "endless");
        while (!ours->done && ours->tokens < LAST_COUNTED + 10) {
            uv_run(&ours->loop, UV_RUN_ONCE);
        }
        printf("| %s | %.3f |\n", forms[i].provider,
               (double)allocations / (double)(LAST_COUNTED - FIRST_COUNTED));
        if (!ours->done) {
            backend_cancel(ours->backend, call);
        }
        ours_free(ours);
    }
}

static double cancel_once(struct ours *ours) {
    struct timespec moment = {0, 50000};
    struct backend_call *call = start(ours, "endless");
    while (ours->tokens < 3) {
        uv_run(&ours->loop, UV_RUN_ONCE);
    }
    atomic_store(&closed_us, 0);
    uint64_t cancelled = clock_now_us();
    backend_cancel(ours->backend, call);
    while (!ours->done) {
        uv_run(&ours->loop, UV_RUN_ONCE);
    }
    while (!atomic_load(&closed_us)) {
        nanosleep(&moment, NULL);
    }
    return (double)(atomic_load(&closed_us) - cancelled) / 1000;
}

static void measure_cancel(size_t rounds) {
    struct ours *ours = ours_new("openai");
    double *times = calloc(rounds, sizeof *times);
    for (size_t i = 0; i < rounds; i++) {
        times[i] = cancel_once(ours);
    }
    double middle = quantile(times, rounds, 0.5); // sorts
    printf("\n| cancel to closed socket, ms | p50 | p99 | most |\n|---|---|---|---|\n");
    printf("| %zu times | %.3f | %.3f | %.3f |\n", rounds, middle, quantile(times, rounds, 0.99),
           times[rounds - 1]);
    free(times);
    ours_free(ours);
}

int main(int count, char **arguments) {
    size_t rounds = count > 1 ? strtoul(arguments[1], NULL, 10) : 1000;
    if (rounds == 0) {
        fputs("usage: http_bench [ROUNDS]\n", stderr);
        return 2;
    }
    start_mock();
    measure_first_byte(rounds);
    measure_allocations();
    measure_cancel(rounds);
    return 0;
}
