// http_names_test.c - a name server that does not answer must not hold the loop.
//
// The program's own getaddrinfo takes the C library's place: it answers only when the test is through.
#include "tests/unit/unit.h"

#include "backends/http.h"

#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

enum { GIVES_UP_AFTER_S = 20 };

static atomic_bool asked;
static atomic_bool answered;
static sem_t may_answer;

int getaddrinfo(const char *restrict name, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out) {
    (void)name, (void)service, (void)hints, (void)out;
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += GIVES_UP_AFTER_S;
    atomic_store(&asked, true);
    sem_timedwait(&may_answer, &end);
    atomic_store(&answered, true);
    return EAI_FAIL;
}

static bool on_data(void *context, const struct http_head *head, struct slice bytes) {
    (void)context, (void)head, (void)bytes;
    return true;
}

static void on_done(void *context, const struct http_result *result) {
    *(int *)context = result->code;
}

static void cancelling_does_not_wait_for_a_name(void **state) {
    (void)state;
    uv_loop_t loop;
    int code = 0;
    sem_init(&may_answer, 0, 0);
    uv_loop_init(&loop);
    struct http *http = http_new(&loop, NULL);
    struct http_request request = {.url = "https://name.example.com", .body = SLICE_LITERAL("{}")};
    struct http_callbacks callbacks = {on_data, on_done, &code};
    struct http_call *call = http_start(http, &request, &callbacks);
    while (!atomic_load(&asked)) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    http_cancel(call);
    while (code == 0) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    assert_int_equal(code, ERR_CANCELLED);
    http_close(http);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_false(atomic_load(&answered));
    assert_int_equal(uv_loop_close(&loop), 0);
    sem_post(&may_answer);
    while (!atomic_load(&answered)) {
        uv_sleep(1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cancelling_does_not_wait_for_a_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
