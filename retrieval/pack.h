// pack.h - fills a context with what the sources found, within the budget and without saying things twice.
//
// Ownership: the context's arena owns the items' texts and paths; the lines known are borrowed; pack_finish frees the
//            rest.
// Threads:   one owner at a time; the snapshot is pinned while it packs.
// Errors:    a file that changed since it was indexed or cannot be read gives no chunk.
// Limits:    signature_bytes for definitions and signatures, chunk_bytes for what shows lines of files, PACK_CHUNKS for
//            chunks.
//
// Invariants (tests/unit/retrieval/pack_test.c quotes the numbers):
//   K1  no item is of the open file
//   K2  the texts of each kind together stay within its budget
//   K3  no two symbol items show the same line, no two items that show lines of a file overlap
//   K4  a chunk most of whose lines the open document has already is left out
#ifndef HUNCH_RETRIEVAL_PACK_H
#define HUNCH_RETRIEVAL_PACK_H

#include "base/map.h"
#include "base/vec.h"
#include "retrieval/context.h"
#include "retrieval/known_lines.h"
#include "retrieval/segment.h"

enum { PACK_CHUNKS = 5, PACK_CHUNK_LINES = 40, PACK_SYMBOL_LINES = 3 };

struct pack {
    struct context *context;
    const char *root;
    const char *path;                      // of the open document
    const struct known_lines *known;       // its
    uint32_t signature_bytes, chunk_bytes; // left
    uint32_t chunks;                       // taken
    VEC(struct context_item) items;
    VEC(struct context_name) names;
    struct map shown; // path and line of symbol items
};

void pack_init(struct pack *pack, struct context *context, const char *root, const char *path,
               const struct known_lines *known, uint32_t signature_bytes, uint32_t chunk_bytes);
// All return false when the budget of the kind is spent and no further call can add anything.
bool pack_symbol(struct pack *pack, const struct segment_file *file, const struct symbol *symbol,
                 enum context_source source, double score);
// about: what the symbol itself does not say. Costs nothing of the budgets; false when there are CONTEXT_NAMES.
bool pack_name(struct pack *pack, const struct symbol *symbol, struct context_name about);
bool pack_chunk(struct pack *pack, const struct segment_file *file, const struct chunk *chunk,
                enum context_source source, double score);
// Lines of a file, inclusive.
bool pack_lines(struct pack *pack, const struct segment_file *file, uint32_t start_line, uint32_t end_line,
                enum context_source source, double score);
void pack_finish(struct pack *pack); // hands the items to the context

#endif
