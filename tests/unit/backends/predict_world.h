// predict_world.h - what the built-in model says at a cursor, for tests of what a person sees.
#ifndef HUNCH_TESTS_PREDICT_WORLD_H
#define HUNCH_TESTS_PREDICT_WORLD_H

#include "backends/repository_predict.h"

#include "base/utf8.h"
#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

// document: the text with one '|' at the cursor.
static inline struct predictions ask(const struct world *world, const char *path, const char *document,
                                     uint32_t lines, uint32_t candidates) {
    const char *cursor = strchr(document, '|');
    struct predict_request request = {.path = path,
                                      .prefix = slice_of(document, (size_t)(cursor - document)),
                                      .suffix = slice_of_string(cursor + 1),
                                      .max_lines = lines,
                                      .candidates = candidates};
    struct predictions found;
    predict(world->corpus, &request, &found);
    for (uint32_t i = 0; i < found.count; i++) {
        struct slice text = str_slice(&found.items[i].text);
        assert_true(text.length > 0 && utf8_valid(text));
        assert_true(text.data[text.length - 1] != ' ' && text.data[text.length - 1] != '\t');
        assert_true(found.items[i].confidence >= 0 && found.items[i].confidence <= 1);
    }
    return found;
}

// A file whose eight functions have one line each, which is the same but for a word.
static inline struct world world_of_eight(const char *path, const char *before, const char *behind) {
    static const char *const words[] = {"door", "gate", "lid", "lock", "hatch", "window", "drawer", "cage"};
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        str_append_format(&text, "int f%zu(void) {\n    %s%s%s\n}\n", i, before, words[i], behind);
    }
    struct world world = world_of(path, text.data);
    str_free(&text);
    return world;
}

static inline void assert_says(const struct world *world, const char *path, const char *document,
                               const char *expected) {
    struct predictions found = ask(world, path, document, 1, 1);
    assert_string_equal(found.count ? found.items[0].text.data : "", expected);
    predictions_free(&found);
}

static inline bool any_says(const struct world *world, const char *path, const char *document,
                            const char *part) {
    struct predictions found = ask(world, path, document, 1, PREDICT_CANDIDATES);
    bool said = false;
    for (uint32_t i = 0; i < found.count; i++) {
        said |= strstr(found.items[i].text.data, part) != NULL;
    }
    predictions_free(&found);
    return said;
}

static inline bool any_begins(const struct world *world, const char *path, const char *document,
                              const char *start) {
    struct predictions found = ask(world, path, document, 1, PREDICT_CANDIDATES);
    bool begins = false;
    for (uint32_t i = 0; i < found.count; i++) {
        begins |= slice_starts_with(str_slice(&found.items[i].text), slice_of_string(start));
    }
    predictions_free(&found);
    return begins;
}

#endif
