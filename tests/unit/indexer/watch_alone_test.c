// watch_alone_test.c - what the watcher tells, and when it tells only that something changed.
#include "base/clock.h"
#include "base/str.h"
#include "indexer/watch.h"
#include "temporary.h"
#include "tests/unit/unit.h"

#include <uv.h>

enum { WAIT_SECONDS = 60 };

struct heard {
    uv_mutex_t lock;
    struct str paths; // a line each
    unsigned rescans, pollings;
    struct str message;
};

static void on_heard(void *context, char *const *paths, size_t count) {
    struct heard *heard = context;
    uv_mutex_lock(&heard->lock);
    for (size_t i = 0; i < count; i++) {
        str_append_format(&heard->paths, "%s\n", paths[i]);
    }
    uv_mutex_unlock(&heard->lock);
}

static void on_heard_rescan(void *context, size_t files) {
    (void)files;
    struct heard *heard = context;
    uv_mutex_lock(&heard->lock);
    heard->rescans++;
    uv_mutex_unlock(&heard->lock);
}

static void on_polling(void *context, const char *message) {
    struct heard *heard = context;
    uv_mutex_lock(&heard->lock);
    heard->pollings++;
    str_append_string(&heard->message, message);
    uv_mutex_unlock(&heard->lock);
}

static struct watch *listen_to(struct heard *heard, const char *root, size_t folder_limit) {
    *heard = (struct heard){0};
    uv_mutex_init(&heard->lock);
    str_init(&heard->paths);
    str_init(&heard->message);
    struct watch_options options = {.root = root,
                                    .folder_limit = folder_limit,
                                    .poll_ms = 20,
                                    .on_changed = on_heard,
                                    .on_rescan = on_heard_rescan,
                                    .on_polling = on_polling,
                                    .context = heard};
    struct watch *watch = watch_open(&options);
    assert_non_null(watch);
    return watch;
}

static void stop_listening(struct heard *heard, struct watch *watch) {
    watch_close(watch);
    str_free(&heard->paths);
    str_free(&heard->message);
    uv_mutex_destroy(&heard->lock);
}

static bool has_heard(struct heard *heard, const char *path, unsigned rescans) {
    uv_mutex_lock(&heard->lock);
    bool yes = (!path || strstr(heard->paths.data, path)) && heard->rescans >= rescans;
    uv_mutex_unlock(&heard->lock);
    return yes;
}

static void wait_heard(struct heard *heard, const char *path, unsigned rescans) {
    uint64_t start = clock_now_us();
    while (!has_heard(heard, path, rescans)) {
        if (clock_ms_since(start) > WAIT_SECONDS * 1000) {
            fail_msg("not heard: %s, %u rescans", path ? path : "", rescans);
        }
        usleep(2000);
    }
}

static void test_only_what_counts_is_told(void **state) {
    (void)state;
    struct heard heard;
    char *root = temporary_make();
    temporary_write(root, ".gitignore", "out/\n");
    temporary_write(root, "out/deep/o.c", "int o;\n");
    temporary_write(root, "node_modules/m.js", "m();\n");
    temporary_write(root, "src/a.c", "int a;\n");
    temporary_write(root, "src/a.o", "object");
    struct watch *watch = listen_to(&heard, root, 0);
    wait_heard(&heard, NULL, 1);
    temporary_write(root, "out/deep/o.c", "int p;\n");
    temporary_write(root, "node_modules/m.js", "n();\n");
    temporary_write(root, "src/a.o", "another object");
    temporary_write(root, "src/a.c", "int b;\n");
    wait_heard(&heard, "src/a.c\n", 1);
    temporary_write(root, "sub/folder/c.c", "int c;\n");
    wait_heard(&heard, "sub/folder/c.c\n", 1);
    uv_mutex_lock(&heard.lock);
    assert_null(strstr(heard.paths.data, "out"));
    assert_null(strstr(heard.paths.data, "node_modules"));
    assert_null(strstr(heard.paths.data, "a.o"));
    assert_int_equal(heard.rescans, 1);
    assert_int_equal(heard.pollings, 0);
    uv_mutex_unlock(&heard.lock);
    stop_listening(&heard, watch);
    temporary_remove(root);
    free(root);
}

static void test_polling_where_nothing_more_can_be_watched(void **state) {
    (void)state;
    struct heard heard;
    char *root = temporary_make();
    temporary_write(root, "a/a.c", "int a;\n");
    temporary_write(root, "b/b.c", "int b;\n");
    struct watch *watch = listen_to(&heard, root, 2);
    wait_heard(&heard, NULL, 2); // at once, and when it has looked for the first time
    assert_int_equal(heard.pollings, 1);
    assert_non_null(strstr(heard.message.data, "more than 2 folders"));
    assert_non_null(strstr(heard.message.data, root));
    temporary_write(root, "b/b.c", "int changed;\n");
    wait_heard(&heard, NULL, 3);
    temporary_delete(root, "a/a.c");
    wait_heard(&heard, NULL, 4);
    stop_listening(&heard, watch);
    assert_int_equal(heard.pollings, 1);
    temporary_remove(root);
    free(root);
}

// The folders grow beyond the limit while they are watched.
static void test_polling_from_later_on(void **state) {
    (void)state;
    struct heard heard;
    char *root = temporary_make();
    temporary_write(root, "a/a.c", "int a;\n");
    struct watch *watch = listen_to(&heard, root, 3);
    wait_heard(&heard, NULL, 1);
    temporary_write(root, "b/b/b/b/b.c", "int b;\n");
    wait_heard(&heard, NULL, 3);
    assert_int_equal(heard.pollings, 1);
    stop_listening(&heard, watch);
    temporary_remove(root);
    free(root);
}

static void test_root_that_is_away_for_a_while(void **state) {
    (void)state;
    struct heard heard;
    char *base = temporary_make();
    char *root = fs_join(base, "root");
    char *away = fs_join(base, "away");
    temporary_write(base, "root/a.c", "int a;\n");
    struct watch *watch = listen_to(&heard, root, 0);
    wait_heard(&heard, NULL, 1);
    assert_int_equal(rename(root, away), 0);
    usleep(3 * WATCH_GATHER_MS * 1000);
    assert_int_equal(rename(away, root), 0);
    wait_heard(&heard, NULL, 2);
    temporary_write(root, "a.c", "int b;\n");
    wait_heard(&heard, "a.c\n", 2);
    stop_listening(&heard, watch);
    temporary_remove(base);
    free(away);
    free(root);
    free(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_counts_is_told),
        cmocka_unit_test(test_polling_where_nothing_more_can_be_watched),
        cmocka_unit_test(test_polling_from_later_on),
        cmocka_unit_test(test_root_that_is_away_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
