// repository_counts.h - what follows a context: every word seen behind it, and the evidence for each.
//
// Ownership: counts_new / counts_free; what it is given is borrowed until then.
// Threads:   one at a time.
// Errors:    none. Limits: COUNTS_WORDS different next words a query, and COUNTS_ADDED names at hand in the open
//            file; so many places looked at for each depth and source (HITS).
#ifndef HUNCH_BACKENDS_REPOSITORY_COUNTS_H
#define HUNCH_BACKENDS_REPOSITORY_COUNTS_H

#include "backends/repository_corpus.h"
#include "backends/repository_document.h"

enum { COUNTS_WORDS = 2048, COUNTS_ADDED = 48 + 48, COUNTS_SOURCES = SEGMENT_COUNT + 1, COUNTS_SORTED = 16 };

#define COUNTS_NONE UINT32_MAX

struct counts;

struct counted {
    uint32_t id;
    uint32_t space; // the class that most of its places have
    float likely;   // e^score, of which its probability is the share
    uint32_t rated; // by which hints, unless a call's parameters counted, too; 0: not
    double probability;
    double blend;   // Witten and Bell's estimate
    double soft;    // share of the places, each weighed by how much of its left side agrees
    double framed;  // the same, with what stands below taken into account
    double sharp;   // the same, with likeness weighed twice
    double near;    // distance of its nearest place in the open file, in tokens; 0: none there
    double deepest; // share at the longest match
    double shallow; // share behind the nearest token alone
    double classed; // of its class, see repository_classes.h; 0: not ranked
    double like;    // of the place most like the cursor's
    double both;    // the same, with what stands below
    double renamed; // share of its places that say so by renaming only
    double own;     // longest match in the open file
    double away;    // longest match elsewhere
};

// The answer to one query.
struct counts_answer {
    struct counted *words; // in no order; a name at hand that no place has is without evidence
    uint32_t count;
    uint32_t seen;       // so many of them have a place, and come first
    uint32_t *likeliest; // their indices, the first COUNTS_SORTED by falling probability
    uint32_t line_ends[TOKEN_LINE_SHALLOWER + 1]; // by their ids, their indices; COUNTS_NONE: not among them
    const struct counts *counts;
    uint32_t hints;  // which ones it was ranked by
    uint32_t depth;  // tokens of context in the longest match
    double support;  // weight of the places found there
    double residual; // Witten and Bell's share for words never seen behind any part of the context
};

// path: the open file's; nothing that stands in its copies in the generation is counted, but places there take part in
// the choice of those that are looked at, and a depth that only they have votes.
struct counts *counts_new(const struct generation *generation, const struct document *document,
                          const char *path);
void counts_free(struct counts *counts);
// The same for another document. is_same: its path is the same, and all that was learned but the overlay of that path; so
// what is known of the rest stays.
void counts_renew(struct counts *counts, const struct generation *generation, const struct document *document,
                  const char *path, bool is_same);
// From now on answers are kept, for a document that is followed. The generation may be another one that differs in the
// open file alone, and the document may have got new hints.
void counts_keep(struct counts *counts);
void counts_follow(struct counts *counts, const struct generation *generation, bool new_hints);
// context: word ids, the nearest last. The answer is valid until the next query, and not to be changed.
const struct counts_answer *counts_query(struct counts *counts, const uint32_t *context, size_t length);
// Its index among the words; COUNTS_NONE if it is not there.
uint32_t counts_find(const struct counts_answer *answer, uint32_t id);
// The same, in an answer that is being ranked: what is not there is added, without evidence.
uint32_t counts_add(struct counts_answer *answer, uint32_t id, uint32_t space);
// Of one word alone, without ranking: its share of the places, see `soft`.
double counts_share(struct counts *counts, const uint32_t *context, size_t length, uint32_t id);
double counts_probability(const struct counts_answer *answer, uint32_t id);

#endif
