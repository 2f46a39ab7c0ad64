// repository_segment.h - building one immutable, sorted run of files; see repository_corpus.h for the struct.
//
// Ownership: the builder owns what it gathers until segment_finish, which gives one reference.
// Threads:   one maker; the finished segment any.
// Errors:    none. Limits: 2^32 - 2 tokens; what would go beyond is left out.
#ifndef HUNCH_BACKENDS_REPOSITORY_SEGMENT_H
#define HUNCH_BACKENDS_REPOSITORY_SEGMENT_H

#include "backends/repository_corpus.h"

struct segment_builder {
    struct token_list tokens; // its items come from spill.h
    struct {
        struct segment_file *items;
        size_t count, capacity;
    } files;
};

// Room for so many tokens, a TOKEN_FILE for each file included; an estimate that is too low costs a copy.
void token_segment_reserve(struct segment_builder *builder, size_t total);
// The tokens are without TOKEN_FILE. The path is borrowed and must outlive the segment.
void token_segment_add(struct segment_builder *builder, const char *path, enum taint taint,
                       const uint32_t *tokens, size_t count);
struct token_segment *token_segment_finish(struct segment_builder *builder); // leaves an empty builder
struct token_segment *token_segment_retain(struct token_segment *segment);
void token_segment_release(struct token_segment *segment);
uint64_t token_segment_bytes(const struct token_segment *segment);

#endif
