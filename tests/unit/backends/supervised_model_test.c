// supervised_model_test.c - what the settings may name, and the folder where a server's users meet.
#include "tests/unit/unit.h"

#include "backends/supervised_model.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LONG_NAME "that-does-not-fit-into-the-address-of-a-socket-together-with-what-follows"

static char folder[64];

static void write_file(const char *name, mode_t mode) {
    char *path = fs_join(folder, name);
    assert_int_equal(fs_write(path, SLICE_LITERAL("#!/bin/sh\n"), false, NULL), 0);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

static int begin(void **state) {
    (void)state;
    char *models = NULL;
    snprintf(folder, sizeof folder, "/tmp/hunch-model-test-%d", (int)getpid());
    models = fs_join(folder, "data/hunch/models");
    assert_int_equal(fs_make_folders(models, NULL), 0);
    free(models);
    char *bin = fs_join(folder, "bin");
    assert_int_equal(fs_make_folders(bin, NULL), 0);
    write_file("bin/llama-server", 0755);
    write_file("bin/other", 0755);
    write_file("bin/no-program", 0644);
    write_file("data/hunch/models/small.gguf", 0644);
    write_file("large.gguf", 0644);
    char *data = fs_join(folder, "data");
    setenv("HOME", folder, 1);
    setenv("XDG_DATA_HOME", data, 1);
    setenv("PATH", bin, 1);
    free(bin);
    free(data);
    return 0;
}

static int finish(void **state) {
    (void)state;
    setenv("PATH", "/usr/bin:/bin", 1);
    static const char *const files[] = {"bin/llama-server",
                                        "bin/other",
                                        "bin/no-program",
                                        "data/hunch/models/small.gguf",
                                        "large.gguf",
                                        "bin",
                                        "data/hunch/models",
                                        "data/hunch",
                                        "data",
                                        "run/hunch",
                                        "run",
                                        "cache/hunch/run",
                                        "cache/hunch",
                                        "cache",
                                        LONG_NAME "/hunch/run",
                                        LONG_NAME "/hunch",
                                        LONG_NAME};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = fs_join(folder, files[i]);
        remove(path);
        free(path);
    }
    return rmdir(folder);
}

static void programs_and_files_are_found(void **state) {
    static const struct {
        const char *program, *file, *found_program, *found_file, *message;
    } rows[] = {
        {"", "~/large.gguf", "bin/llama-server", "large.gguf", NULL},
        {"other", "small", "bin/other", "data/hunch/models/small.gguf", NULL},
        {"~/bin/other", "small.gguf", "bin/other", "data/hunch/models/small.gguf", NULL},
        {"no-program", "small", NULL, NULL, "no no-program on your PATH"},
        {"~/bin/no-program", "small", NULL, NULL, "not a program that can be run"},
        {"bin/other", "small", NULL, NULL, "must be a whole path"},
        {"./other", "small", NULL, NULL, "must be a whole path"},
        {"", "none", NULL, NULL, "data/hunch/models/none.gguf; give the path"},
        {"", "~/none.gguf", NULL, NULL, "none.gguf; give the path"},
        {"", "../large.gguf", NULL, NULL, "must be a whole path"},
        {"", "~/bin", NULL, NULL, "there is no"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct supervised_model model;
        struct err err = {0};
        int code = supervised_model_init(&model, rows[i].program, rows[i].file, NULL, 0, &err);
        assert_int_equal(code == 0, rows[i].message == NULL);
        if (code) {
            if (!strstr(err.message, rows[i].message)) {
                print_error("%s\n", err.message);
            }
            assert_non_null(strstr(err.message, rows[i].message));
            continue;
        }
        char *program = fs_join(folder, rows[i].found_program);
        char *file = fs_join(folder, rows[i].found_file);
        assert_string_equal(model.program, program);
        assert_string_equal(model.file, file);
        assert_int_equal(model.context_tokens, SUPERVISED_CONTEXT);
        free(program);
        free(file);
        supervised_model_fini(&model);
    }
}

static void no_argument_is_dropped_in_silence(void **state) {
    struct supervised_model model;
    struct err err = {0};
    struct str words;
    (void)state;
    str_init(&words);
    for (int i = 0; i < SUPERVISED_WORDS; i++) {
        str_append_string(&words, " \t-v");
    }
    assert_int_equal(supervised_model_init(&model, "", "small", words.data, 0, &err), 0);
    supervised_model_fini(&model);
    str_append_string(&words, " -v");
    assert_int_not_equal(supervised_model_init(&model, "", "small", words.data, 0, &err), 0);
    assert_non_null(strstr(err.message, "model.arguments has 65 words"));
    str_free(&words);
}

// A folder of PATH that is not whole is the workspace's.
static void nothing_is_found_in_the_current_folder(void **state) {
    struct err err;
    char *bin = fs_join(folder, "bin");
    char here[512];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(bin), 0);
    static const char *const paths[] = {"", ".", ":", "bin:.:./", "::"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        setenv("PATH", paths[i], 1);
        assert_null(supervised_find_program("", &err));
    }
    setenv("PATH", bin, 1);
    assert_int_equal(chdir(here), 0);
    free(bin);
}

static void names_are_files_without_their_end(void **state) {
    static const char *const rows[][2] = {
        {"/a/b/qwen.gguf", "qwen"}, {"qwen", "qwen"}, {"/a/x.bin", "x.bin"}, {"/a/.gguf", ".gguf"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *name = supervised_name_of(rows[i][0]);
        assert_string_equal(name, rows[i][1]);
        free(name);
    }
}

static void meet(const struct supervised_model *model, struct supervised_place *place) {
    struct err err = {0};
    int code = supervised_place_init(place, model, &err);
    if (code) {
        print_error("%s\n", err.message);
    }
    assert_int_equal(code, 0);
}

static void the_same_meet_at_a_private_place(void **state) {
    struct supervised_model model = {(char *)(uintptr_t) "/p", (char *)(uintptr_t) "/f",
                                     (char *)(uintptr_t) "", 1};
    struct supervised_place one;
    struct supervised_place two;
    struct stat status;
    char *runtime = fs_join(folder, "run");
    char *own = fs_join(folder, "run/hunch");
    char *cache = fs_join(folder, "cache");
    (void)state;
    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    meet(&model, &one); // there is no such folder
    assert_non_null(strstr(one.folder, "/cache/hunch/run"));
    supervised_place_fini(&one);
    assert_int_equal(fs_make_folders(own, NULL), 0);
    assert_int_equal(chmod(own, 0777), 0);
    meet(&model, &one);
    assert_string_equal(one.folder, own);
    assert_int_equal(stat(own, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    meet(&model, &two);
    assert_string_equal(one.server, two.server);
    supervised_place_fini(&two);
    model.context_tokens = 2;
    meet(&model, &two);
    assert_string_not_equal(one.server, two.server);
    assert_string_not_equal(one.lock, two.lock);
    supervised_place_fini(&one);
    supervised_place_fini(&two);
    free(own);
    free(runtime);
    free(cache);
}

static void for_a_long_path_there_is_a_short_one(void **state) {
    struct supervised_model model = {(char *)(uintptr_t) "/p", (char *)(uintptr_t) "/f",
                                     (char *)(uintptr_t) "", 1};
    struct supervised_place place;
    struct err err = {0};
    (void)state;
    unsetenv("XDG_RUNTIME_DIR");
    char *cache = fs_join(folder, LONG_NAME);
    setenv("XDG_CACHE_HOME", cache, 1);
    char expected[64];
    struct stat status;
    snprintf(expected, sizeof expected, "/tmp/hunch-%u", (unsigned)geteuid());
    assert_int_equal(supervised_place_init(&place, &model, &err), 0);
    assert_string_equal(place.folder, expected);
    assert_int_equal(stat(place.folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_true(strlen(place.guardian) < sizeof((struct sockaddr_un *)0)->sun_path);
    rmdir(place.folder); // unless somebody uses it
    supervised_place_fini(&place);
    free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_and_files_are_found),
        cmocka_unit_test(no_argument_is_dropped_in_silence),
        cmocka_unit_test(nothing_is_found_in_the_current_folder),
        cmocka_unit_test(names_are_files_without_their_end),
        cmocka_unit_test(the_same_meet_at_a_private_place),
        cmocka_unit_test(for_a_long_path_there_is_a_short_one),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
