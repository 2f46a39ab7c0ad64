// corpus_world.h - a corpus over a folder that lives for one test.
#ifndef HUNCH_TESTS_CORPUS_WORLD_H
#define HUNCH_TESTS_CORPUS_WORLD_H

#include "backends/repository_corpus.h"
#include "base/hash.h"

#include "tests/unit/indexer/temporary.h"

struct world {
    char *root;
    struct corpus *corpus;
};

static inline struct world world_new(uint64_t max_tokens) {
    struct world world = {.root = temporary_make()};
    struct corpus_options options = {.root = world.root, .max_tokens = max_tokens};
    world.corpus = corpus_new(&options);
    return world;
}

static inline void world_free(struct world *world) {
    corpus_free(world->corpus);
    temporary_remove(world->root);
    free(world->root);
}

static inline struct record *world_record(const char *path, const char *text) {
    struct record *record = record_new(path);
    record->language = "c";
    record->size = (int64_t)strlen(text);
    record->hash = hash_bytes(text, strlen(text));
    return record;
}

static inline void world_put(const struct world *world, const char *path, const char *text) {
    struct record *record = world_record(path, text);
    temporary_write(world->root, path, text);
    corpus_put(world->corpus, record);
    record_release(record);
}

static inline void world_overlay(const struct world *world, const char *path, const char *text) {
    struct record *record = world_record(path, text);
    corpus_overlay(world->corpus, record, slice_of_string(text));
    record_release(record);
}

static inline void world_commit(const struct world *world, bool full_pass) {
    corpus_commit(world->corpus, full_pass);
    corpus_settle(world->corpus);
}

// One that has learned one file.
static inline struct world world_of(const char *path, const char *text) {
    struct world world = world_new(0);
    world_put(&world, path, text);
    world_commit(&world, true);
    return world;
}

#endif
