// repository_counts.h - what follows a context, and how likely: counts blended from the longest match down.
//
// Ownership: counts_new / counts_free; what it is given is borrowed until then.
// Threads:   one at a time.
// Errors:    none. Limits: COUNTS_WORDS different next tokens a query, COUNTS_HITS places looked at a depth.
#ifndef HUNCH_BACKENDS_REPOSITORY_COUNTS_H
#define HUNCH_BACKENDS_REPOSITORY_COUNTS_H

#include "backends/repository_corpus.h"

enum { COUNTS_WORDS = 2048, COUNTS_HITS = 192, COUNTS_SOURCES = SEGMENT_COUNT + 1 };

struct counts;

struct counted {
    uint32_t id;
    uint32_t space; // the class most of its places have
    double probability;
};

// The answer to one query.
struct counts_answer {
    struct counted *words; // by falling probability
    uint32_t count;
    uint32_t depth;  // tokens of context in the longest match
    double support;  // weight of the places found there
    double residual; // probability left for words never seen behind any part of the context
};

// The open file, as tokens: those before the cursor, TOKEN_FILE, those below the cursor's line.
struct counts_document {
    const uint32_t *tokens;
    uint32_t count;
    uint32_t cursor;  // position of the second TOKEN_FILE
    const char *path; // its copies in the generation are not used
};

struct counts *counts_new(const struct generation *generation, const struct counts_document *document);
void counts_free(struct counts *counts);
// context: word ids, the nearest last. The answer is valid until the next query.
const struct counts_answer *counts_query(struct counts *counts, const uint32_t *context, size_t length);
double counts_probability(const struct counts_answer *answer, uint32_t id);

#endif
