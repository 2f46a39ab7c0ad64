// store_collect_test.c - old, orphaned and surplus stores go; what is in use stays.

#include "indexer/store.h"
#include "indexer/store_collect.h"
#include "indexer/store_lock.h"
#include "temporary.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

enum { DAY = 24 * 60 * 60 };

static bool is_nfs;

// In place of the C library's: as Linux locks over NFS, where it takes a lock on a range of bytes instead.
int flock(int file, int operation) {
    int mode = fcntl(file, F_GETFL) & O_ACCMODE;
    if (is_nfs && (operation & LOCK_EX) && mode == O_RDONLY) {
        errno = EBADF;
        return -1;
    }
    return (int)syscall(SYS_flock, file, operation);
}

struct scene {
    char *folder;
    char *root; // one that is there
};

static struct scene set_up(void) {
    struct scene scene = {.folder = temporary_make(), .root = temporary_make()};
    return scene;
}

static void tear_down(struct scene *scene) {
    temporary_remove(scene->folder);
    temporary_remove(scene->root);
    free(scene->folder);
    free(scene->root);
}

static char *path_of(const struct scene *scene, unsigned number, const char *ending) {
    struct str path;
    str_init(&path);
    str_append_format(&path, "%s/%016x.sqlite%s", scene->folder, number, ending);
    return str_detach(&path);
}

static struct store *open_store(const struct scene *scene, unsigned number, const char *root) {
    struct err err = {0};
    struct store *store = NULL;
    char *path = path_of(scene, number, "");
    if (store_open(&store, path, root, NULL, &err) != 0) {
        fail_msg("%s", err.message);
    }
    free(path);
    return store;
}

static void make_old(const struct scene *scene, unsigned number, int days) {
    static const char *const endings[] = {"", "-root"};
    struct timespec times[2] = {{.tv_sec = time(NULL) - (time_t)days * DAY}};
    times[1] = times[0];
    for (size_t i = 0; i < 2; i++) {
        char *path = path_of(scene, number, endings[i]);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
        free(path);
    }
}

static void make_store(const struct scene *scene, unsigned number, const char *root, int days) {
    store_close(open_store(scene, number, root));
    make_old(scene, number, days);
}

static bool is_there(const struct scene *scene, unsigned number) {
    static const char *const endings[] = {"", "-wal", "-shm", "-root"};
    size_t found = 0;
    for (size_t i = 0; i < 4; i++) {
        char *path = path_of(scene, number, endings[i]);
        found += access(path, F_OK) == 0 ? 1 : 0;
        free(path);
    }
    assert_true(found == 0 || found == 4); // whole or not at all
    return found > 0;
}

static void collect(const struct scene *scene, int64_t cap, int64_t missing_s,
                    struct store_collection *collection) {
    struct store_rules rules = {.folder = scene->folder, .cap = cap, .missing_s = missing_s};
    store_collect(&rules, collection);
}

static void collect_only(const struct scene *scene, int64_t cap, int64_t missing_s) {
    struct store_collection collection;
    collect(scene, cap, missing_s, &collection);
    store_collection_free(&collection);
}

static void test_what_goes_and_what_stays(void **state) {
    (void)state;
    static const struct {
        const char *root; // NULL: one that is there
        int days;
        int64_t missing_s;
        bool stays;
    } cases[] = {
        {NULL, 0, 0, true},
        {NULL, 59, 0, true},
        {NULL, 61, 0, false},
        {"/not/there/at/all", 0, 0, false},
        {"/not/there/at/all", 6, 7 * DAY, true},
        {"/not/there/at/all", 8, 7 * DAY, false},
        {"", 8, 0, true}, // unknown
        {"", 61, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene = set_up();
        make_store(&scene, 1, cases[i].root ? cases[i].root : scene.root, cases[i].days);
        collect_only(&scene, INT64_MAX, cases[i].missing_s);
        if (is_there(&scene, 1) != cases[i].stays) {
            fail_msg("case %zu", i);
        }
        tear_down(&scene);
    }
}

static void test_over_the_cap_the_one_opened_longest_ago_goes(void **state) {
    (void)state;
    struct scene scene = set_up();
    static const int days[] = {3, 9, 1, 7};
    for (unsigned i = 0; i < 4; i++) {
        make_store(&scene, i, scene.root, days[i]);
    }
    struct store_collection collection;
    collect(&scene, INT64_MAX, 0, &collection);
    assert_int_equal(collection.count, 4);
    assert_int_equal(collection.removed, 0);
    int64_t all = collection.size;
    int64_t one = collection.items[0].size;
    assert_string_equal(collection.items[0].root, scene.root);
    store_collection_free(&collection);
    struct store_rules told = {.folder = scene.folder, .cap = all - one - 1, .only_told = true};
    store_collect(&told, &collection);
    assert_int_equal(collection.removed, 2 * one);
    assert_int_equal(collection.items[3].fate, STORE_OVER_CAP);
    store_collection_free(&collection);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(is_there(&scene, i));
    }
    collect(&scene, all - one - 1, 0, &collection);
    assert_int_equal(collection.size + collection.removed, all);
    store_collection_free(&collection);
    assert_true(is_there(&scene, 0) && is_there(&scene, 2));
    assert_false(is_there(&scene, 1) || is_there(&scene, 3));
    tear_down(&scene);
}

static void test_what_is_open_stays_whatever_its_age(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene, 1, "/not/there");
    make_old(&scene, 1, 100);
    struct store_collection collection;
    collect(&scene, 0, 0, &collection);
    assert_int_equal(collection.items[0].fate, STORE_IN_USE);
    store_collection_free(&collection);
    assert_true(is_there(&scene, 1));
    store_close(store);
    make_old(&scene, 1, 100);
    collect_only(&scene, 0, 0);
    assert_false(is_there(&scene, 1));
    tear_down(&scene);
}

static void test_what_is_open_on_nfs_stays(void **state) {
    is_nfs = true;
    test_what_is_open_stays_whatever_its_age(state);
    is_nfs = false;
}

static void test_unless_it_can_be_told_a_store_is_used(void **state) {
    (void)state;
    struct scene scene = set_up();
    char *path = path_of(&scene, 1, "");
    char *lock = path_of(&scene, 1, "-root");
    assert_false(store_is_used(path));
    assert_int_equal(symlink("elsewhere", lock), 0);
    assert_true(store_is_used(path));
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(mkdir(lock, 0700), 0);
    assert_true(store_is_used(path));
    free(path);
    free(lock);
    tear_down(&scene);
}

static void test_opening_counts_as_use(void **state) {
    (void)state;
    struct scene scene = set_up();
    make_store(&scene, 1, scene.root, 61);
    store_close(open_store(&scene, 1, scene.root));
    collect_only(&scene, INT64_MAX, 0);
    assert_true(is_there(&scene, 1));
    tear_down(&scene);
}

static void test_leftovers_go_and_strangers_stay(void **state) {
    (void)state;
    struct scene scene = set_up();
    static const char *const leftovers[] = {"0123456789abcdef.sqlite-wal", "0123456789abcdee.sqlite-root"};
    static const char *const strangers[] = {"notes.txt", "0123456789abcde.sqlite",
                                            "0123456789abcdef.sqlite.bak", "0123456789abcdeF.sqlite", "lock"};
    for (size_t i = 0; i < 2; i++) {
        temporary_write(scene.folder, leftovers[i], "x");
    }
    for (size_t i = 0; i < 5; i++) {
        temporary_write(scene.folder, strangers[i], "x");
    }
    collect_only(&scene, 0, 0);
    for (size_t i = 0; i < 2; i++) {
        char *path = fs_join(scene.folder, leftovers[i]);
        assert_int_not_equal(access(path, F_OK), 0);
        free(path);
    }
    for (size_t i = 0; i < 5; i++) {
        char *path = fs_join(scene.folder, strangers[i]);
        assert_int_equal(access(path, F_OK), 0);
        free(path);
    }
    tear_down(&scene);
}

static void test_no_folder_holds_no_stores(void **state) {
    (void)state;
    struct store_rules rules = {.folder = "/not/there/at/all"};
    struct store_collection collection;
    store_collect(&rules, &collection);
    assert_int_equal(collection.count, 0);
    store_collection_free(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_goes_and_what_stays),
        cmocka_unit_test(test_over_the_cap_the_one_opened_longest_ago_goes),
        cmocka_unit_test(test_what_is_open_stays_whatever_its_age),
        cmocka_unit_test(test_what_is_open_on_nfs_stays),
        cmocka_unit_test(test_unless_it_can_be_told_a_store_is_used),
        cmocka_unit_test(test_opening_counts_as_use),
        cmocka_unit_test(test_leftovers_go_and_strangers_stay),
        cmocka_unit_test(test_no_folder_holds_no_stores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
