// watch_test.c - whatever happens to the files, the index ends like one that is made afresh.
#include "scene.h"

#include "base/clock.h"
#include "base/map.h"
#include "indexer/watch.h"

#include <fcntl.h>

enum { WAIT_SECONDS = 60 };

// --- what an index holds, and what it should ---

struct known {
    char *path;
    uint64_t hash;
};

struct all_known {
    struct known *items;
    size_t count;
    size_t capacity;
};

static void forget(struct all_known *all) {
    for (size_t i = 0; i < all->count; i++) {
        free(all->items[i].path);
    }
    vec_free(all);
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct known *)a)->path, ((const struct known *)b)->path);
}

// What is left of all that the sink was told.
static struct all_known known_to(struct scene *scene) {
    struct all_known all = {0};
    struct intern paths;
    VEC(const struct call *) last = {0};
    intern_init(&paths);
    uv_mutex_lock(&scene->lock);
    for (size_t i = 0; i < scene->calls.count; i++) {
        const struct call *call = scene->calls.items[i];
        if (call->kind == 'p' || call->kind == 'r') {
            uint32_t id = intern_add(&paths, slice_of_string(call->path));
            if (id == last.count) {
                vec_push(&last, call);
            }
            last.items[id] = call;
        }
    }
    for (size_t i = 0; i < last.count; i++) {
        if (last.items[i]->kind == 'p') {
            vec_push(&all, (struct known){mem_copy_string(last.items[i]->path), last.items[i]->hash});
        }
    }
    uv_mutex_unlock(&scene->lock);
    if (all.count) {
        qsort(all.items, all.count, sizeof *all.items, by_path);
    }
    vec_free(&last);
    intern_free(&paths);
    return all;
}

static struct scene *fresh; // on whose loop indexes are made afresh

// What an index of the same folder knows that is made afresh.
static struct all_known known_afresh(char *root) {
    char *own = fresh->root;
    fresh->root = root;
    open_and_wait(fresh, "");
    struct all_known all = known_to(fresh);
    close_indexer(fresh);
    forget_calls(fresh);
    fresh->root = own;
    return all;
}

static bool are_equal(const struct all_known *a, const struct all_known *b) {
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (by_path(&a->items[i], &b->items[i]) != 0 || a->items[i].hash != b->items[i].hash) {
            return false;
        }
    }
    return true;
}

static void tell(const char *title, const struct all_known *all) {
    print_message("%s: %zu files\n", title, all->count);
    for (size_t i = 0; i < all->count && i < 20; i++) {
        print_message("  %s %llx\n", all->items[i].path, (unsigned long long)all->items[i].hash);
    }
}

// Turns the loop until the index is like a fresh one. The limit keeps a failing test from hanging.
static void wait_until_fresh(struct scene *scene, const char *what) {
    struct all_known wanted = known_afresh(scene->root);
    uint64_t start = clock_now_us();
    start_ticking(scene);
    for (;;) {
        struct all_known now = known_to(scene);
        bool equal = are_equal(&now, &wanted);
        bool late = clock_ms_since(start) > WAIT_SECONDS * 1000;
        if (!equal && late) {
            tell("wanted", &wanted);
            tell("known", &now);
            fail_msg("the index did not follow: %s", what);
        }
        forget(&now);
        if (equal) {
            break;
        }
        uv_run(&scene->loop, UV_RUN_ONCE);
    }
    stop_ticking(scene);
    forget(&wanted);
}

static struct scene *watched_scene(void) {
    struct scene *scene = set_up();
    write_repository(scene);
    temporary_write(scene->root, ".git/info/exclude", "# nothing\n");
    temporary_write(scene->root, "lib/one/deep/x.c", "int x(void) { return 1; }\n");
    temporary_write(scene->root, "lib/one/y.c", "int y(void) { return 1; }\n");
    temporary_write(scene->root, "lib/two/z.c", "int z(void) { return 1; }\n");
    scene->watch = true;
    open_and_wait(scene, "");
    return scene;
}

// --- what can happen ---

static const char *root_now; // of the running test
static const char *outside;

static void write_file(const char *path, const char *text) {
    temporary_write(root_now, path, text);
}

static void move(const char *from, const char *to) {
    char *a = fs_join(root_now, from);
    char *b = fs_join(root_now, to);
    assert_int_equal(rename(a, b), 0);
    free(a);
    free(b);
}

static void remove_tree(const char *path) {
    char *whole = fs_join(root_now, path);
    temporary_remove(whole);
    free(whole);
}

static void create_file(void) {
    write_file("src/new.c", "int brand_new(void) { return 1; }\n");
}
static void change_file(void) {
    write_file("src/new.c", "int changed(void) { return 22; }\n"); // cut and written, as many editors do
}
static void save_beside_and_rename(void) {
    write_file("src/.new.c.swp", "swap");
    write_file("src/4913", "probe");
    remove_tree("src/4913");
    move("src/new.c", "src/new.c~");
    write_file("src/new.c", "int saved(void) { return 333; }\n");
    remove_tree("src/new.c~");
    remove_tree("src/.new.c.swp");
}
static void replace_by_rename(void) {
    write_file("src/new.c.tmp", "int replaced(void) { return 4444; }\n");
    move("src/new.c.tmp", "src/new.c");
}
static void append_to_file(void) {
    char *path = fs_join(root_now, "src/new.c");
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs("int appended(void) { return 5; }\n", file);
    fclose(file);
    free(path);
}
static void rename_file(void) {
    move("src/new.c", "src/renamed.c");
}
static void rename_case_only(void) {
    move("src/renamed.c", "src/Renamed.c");
}
static void delete_file(void) {
    remove_tree("src/Renamed.c");
}
static void create_folders(void) {
    write_file("fresh/a/b/c/one.c", "int one(void) { return 1; }\n");
    write_file("fresh/a/two.c", "int two(void) { return 2; }\n");
}
static void write_in_new_folder(void) {
    write_file("fresh/a/b/c/one.c", "int one_more(void) { return 11; }\n");
    write_file("fresh/a/b/three.c", "int three(void) { return 3; }\n");
}
static void rename_folder(void) {
    move("fresh", "stale");
}
static void write_in_renamed_folder(void) {
    write_file("stale/a/b/three.c", "int tres(void) { return 33; }\n");
}
static void swap_folders(void) {
    move("lib/one", "lib/spare");
    move("lib/two", "lib/one");
    move("lib/spare", "lib/two");
}
static void write_in_swapped_folder(void) {
    write_file("lib/two/deep/x.c", "int swapped(void) { return 6; }\n");
}
static void move_folder_out(void) {
    char *from = fs_join(root_now, "stale");
    char *to = fs_join(outside, "stale");
    assert_int_equal(rename(from, to), 0);
    free(from);
    free(to);
}
static void write_outside(void) {
    temporary_write(outside, "stale/a/b/elsewhere.c", "int elsewhere(void) { return 7; }\n");
    write_file("a.c", "int marker(void) { return 1; }\n");
}
static void move_folder_in(void) {
    char *from = fs_join(outside, "stale");
    char *to = fs_join(root_now, "src/back");
    assert_int_equal(rename(from, to), 0);
    free(from);
    free(to);
}
static void delete_folder(void) {
    remove_tree("src/back");
}
static void recreate_folder(void) {
    remove_tree("lib/two");
    write_file("lib/two/deep/x.c", "int again(void) { return 8; }\n");
}
static void write_in_recreated_folder(void) {
    write_file("lib/two/deep/x.c", "int once_more(void) { return 99; }\n");
}
static void file_becomes_folder(void) {
    remove_tree("a.c");
    write_file("a.c/inner.c", "int inner(void) { return 1; }\n");
}
static void folder_becomes_file(void) {
    remove_tree("a.c");
    write_file("a.c", "int outer(void) { return 1; }\n");
}
static void ignore_folder(void) {
    write_file(".gitignore", "out/\nlib/two/\n");
}
static void write_in_ignored_folder(void) {
    write_file("lib/two/deep/x.c", "int unseen(void) { return 1; }\n");
    write_file("lib/two/new/n.c", "int unseen(void) { return 1; }\n");
}
static void take_folder_back(void) {
    write_file(".gitignore", "out/\n");
}
static void write_in_folder_taken_back(void) {
    write_file("lib/two/new/n.c", "int seen_again(void) { return 1; }\n");
}
static void nested_rules(void) {
    write_file("lib/.gitignore", "deep\n");
}
static void remove_nested_rules(void) {
    remove_tree("lib/.gitignore");
}
static void exclude_by_git(void) {
    write_file(".git/info/exclude", "lib/\n");
}
static void exclude_no_more(void) {
    write_file(".git/info/exclude", "");
}
static void own_rules(void) {
    write_file(".hunchignore", "*.py\n");
}
static void become_link(void) {
    char *path = fs_join(root_now, "a.c");
    remove(path);
    assert_int_equal(symlink("src/deep/b.c", path), 0);
    free(path);
}
static void become_pipe(void) {
    char *path = fs_join(root_now, "src/deep/b.c");
    remove(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
}
static void folder_becomes_link(void) {
    char *path = fs_join(root_now, "lib/one");
    temporary_remove(path);
    assert_int_equal(symlink("two", path), 0);
    free(path);
}
static void delete_root(void) {
    temporary_remove(root_now);
    assert_int_equal(mkdir(root_now, 0755), 0);
    write_file("first.c", "int first(void) { return 1; }\n");
}
static void write_in_new_root(void) {
    write_file("first.c", "int first_again(void) { return 2; }\n");
    write_file("sub/second.c", "int second(void) { return 2; }\n");
}

#define HAPPENS(name)                                                                                        \
    { #name, name }
static const struct happening {
    const char *name;
    void (*act)(void);
} happenings[] = {
    HAPPENS(create_file),
    HAPPENS(change_file),
    HAPPENS(save_beside_and_rename),
    HAPPENS(replace_by_rename),
    HAPPENS(append_to_file),
    HAPPENS(rename_file),
    HAPPENS(rename_case_only),
    HAPPENS(delete_file),
    HAPPENS(create_folders),
    HAPPENS(write_in_new_folder),
    HAPPENS(rename_folder),
    HAPPENS(write_in_renamed_folder),
    HAPPENS(swap_folders),
    HAPPENS(write_in_swapped_folder),
    HAPPENS(move_folder_out),
    HAPPENS(write_outside),
    HAPPENS(move_folder_in),
    HAPPENS(delete_folder),
    HAPPENS(recreate_folder),
    HAPPENS(write_in_recreated_folder),
    HAPPENS(file_becomes_folder),
    HAPPENS(folder_becomes_file),
    HAPPENS(ignore_folder),
    HAPPENS(write_in_ignored_folder),
    HAPPENS(take_folder_back),
    HAPPENS(write_in_folder_taken_back),
    HAPPENS(nested_rules),
    HAPPENS(remove_nested_rules),
    HAPPENS(exclude_by_git),
    HAPPENS(exclude_no_more),
    HAPPENS(own_rules),
    HAPPENS(become_link),
    HAPPENS(become_pipe),
    HAPPENS(folder_becomes_link),
    HAPPENS(delete_root),
    HAPPENS(write_in_new_root),
};

enum { HAPPENINGS = sizeof happenings / sizeof happenings[0] };

static void test_one_after_the_other(void **state) {
    (void)state;
    struct scene *scene = watched_scene();
    root_now = scene->root;
    outside = scene->store_folder;
    for (size_t i = 0; i < HAPPENINGS; i++) {
        happenings[i].act();
        wait_until_fresh(scene, happenings[i].name);
    }
    assert_string_equal(scene->warnings.data, "");
    tear_down(scene);
}

// Without waiting in between, so that several come in one batch and in the middle of passes.
static void test_all_at_once(void **state) {
    (void)state;
    for (size_t together = 2; together <= 8; together += 3) {
        struct scene *scene = watched_scene();
        root_now = scene->root;
        outside = scene->store_folder;
        for (size_t i = 0; i < HAPPENINGS; i++) {
            happenings[i].act();
            if (i % together == 0) {
                indexer_rescan(scene->indexer);
            }
            if (i % together == together - 1) {
                wait_until_fresh(scene, happenings[i].name);
            }
        }
        wait_until_fresh(scene, "all");
        tear_down(scene);
    }
}

// More than is told path by path, in more folders than are added one by one.
static void test_a_storm(void **state) {
    (void)state;
    enum { FILES = 3000, FOLDERS = 150 };
    struct scene *scene = watched_scene();
    root_now = scene->root;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < FILES; i++) {
            char path[60], text[60];
            snprintf(path, sizeof path, "many/%d/%d/file%d.c", i % 7, i % FOLDERS, i);
            snprintf(text, sizeof text, "int f%d_%d;\n", round, i);
            write_file(path, text);
        }
        wait_until_fresh(scene, "a storm");
    }
    write_file("many/0/0/file0.c", "int after;\n");
    wait_until_fresh(scene, "the calm after it");
    remove_tree("many");
    wait_until_fresh(scene, "all gone");
    assert_string_equal(scene->warnings.data, "");
    tear_down(scene);
}

static void test_closing_while_it_is_set_up(void **state) {
    (void)state;
    struct scene *scene = set_up();
    scene->watch = true;
    for (int i = 0; i < 300; i++) {
        char path[40];
        snprintf(path, sizeof path, "folder%d/file.c", i);
        temporary_write(scene->root, path, c_file);
    }
    for (int i = 0; i < 20; i++) {
        struct err err;
        assert_int_equal(try_open(scene, "", &err), 0);
        usleep((useconds_t)i * 500);
        close_indexer(scene);
    }
    tear_down(scene);
}

// Both the editor and the watcher tell of one change: it is parsed once.
static void test_told_twice_is_parsed_once(void **state) {
    (void)state;
    struct scene *scene = watched_scene();
    root_now = scene->root;
    struct index_progress before;
    struct index_progress after;
    indexer_progress(scene->indexer, &before);
    write_file("a.c", "int told_twice(void) { return 1; }\n");
    indexer_file_changed(scene->indexer, "a.c");
    wait_until_fresh(scene, "told by the editor");
    usleep(3 * WATCH_GATHER_MS * 1000); // the watcher's word comes too
    indexer_file_changed(scene->indexer, "a.c");
    write_file("b.c", "int next(void) { return 1; }\n");
    wait_until_fresh(scene, "the next file");
    indexer_progress(scene->indexer, &after);
    assert_int_equal(after.files_parsed - before.files_parsed, 2);
    tear_down(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_after_the_other),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_a_storm),
        cmocka_unit_test(test_closing_while_it_is_set_up),
        cmocka_unit_test(test_told_twice_is_parsed_once),
    };
    fresh = set_up();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tear_down(fresh);
    return failed;
}
