// repository_segment.h - building immutable, sorted runs of files; see repository_corpus.h for the struct.
//
// Ownership: the builder owns what it gathers until token_segment_finish, which gives one reference.
// Threads:   one maker; the finished segment any.
// Errors:    NULL from what its watch stopped. Limits: 2^32 - 2 tokens; what would go beyond is left out.
#ifndef HUNCH_BACKENDS_REPOSITORY_SEGMENT_H
#define HUNCH_BACKENDS_REPOSITORY_SEGMENT_H

#include "backends/repository_corpus.h"

struct segment_builder {
    struct packed tokens; // as wide as the largest so far needs
    size_t count, capacity;
    struct {
        struct segment_file *items;
        size_t count, capacity;
    } files;
};

// Room for so many tokens of so many bits (0: not known yet), a TOKEN_FILE for each file included; an estimate that is
// too low costs a copy.
void token_segment_reserve(struct segment_builder *builder, size_t total, uint32_t bits);
// The tokens are without TOKEN_FILE, and not none. The path is borrowed and must outlive the segment. False:
// left out.
bool token_segment_add(struct segment_builder *builder, const struct segment_file *file,
                       const uint32_t *tokens, size_t count); // of the file, start and end are set here
void token_segment_drop(struct segment_builder *builder);     // gathers from nothing again
// Sorts; leaves an empty builder.
struct token_segment *token_segment_finish(struct segment_builder *builder, const struct order_watch *watch);
// The same without an order: to be merged with what is not much larger, and nothing else.
struct token_segment *token_segment_unsorted(struct segment_builder *builder);
// The living files of both, in this order, sorted. dead: a byte a file, or NULL. renumbered: NULL, or of each word its new
// number, in the old order (vocabulary_shrink). Takes over the references; what nobody else holds of b is
// freed on the way.
struct token_segment *token_segment_merge(struct token_segment *a, const unsigned char *a_dead,
                                          struct token_segment *b, const unsigned char *b_dead,
                                          const uint32_t *renumbered, const struct order_watch *watch);
struct token_segment *token_segment_retain(struct token_segment *segment);
void token_segment_release(struct token_segment *segment);
uint64_t token_segment_bytes(const struct token_segment *segment);

#endif
