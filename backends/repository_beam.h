// repository_beam.h - likely token sequences from the cursor to where the text goes on.
//
// Ownership: beam_search fills the caller's struct; nothing to free.
// Threads:   one search at a time for one struct counts.
// Errors:    none. Limits: BEAM_PATHS results of BEAM_TOKENS tokens.
#ifndef HUNCH_BACKENDS_REPOSITORY_BEAM_H
#define HUNCH_BACKENDS_REPOSITORY_BEAM_H

#include "backends/repository_brackets.h"
#include "backends/repository_counts.h"
#include "backends/repository_document.h"

#include "base/cancel.h"

enum { BEAM_TOKENS = 48, BEAM_CONTEXT = 32, BEAM_PATHS = 16 };

// The least that any word of a path has of each; see struct counted.
struct beam_weakest {
    double soft, sharp, deepest, shallow, both, own, classed;
    double match; // the longer one of its longest matches in the open file and elsewhere
    double near;  // the largest, not the least
};

// What is known of the line's end behind a path.
struct beam_end {
    double probability, any; // of the end that stands in the document, and of any
    double depth, support;   // of the longest match, which takes in the path
    double classed;          // of the document's end
    double away;             // longest match of the document's end, outside the open file
};

struct beam_path {
    uint32_t ids[BEAM_CONTEXT + BEAM_TOKENS + DOCUMENT_AHEAD]; // the context's ids, then the path's
    uint32_t tokens[BEAM_TOKENS];
    uint32_t context, count;     // tokens of each
    double log_probability;      // of the path, and once finished of its end
    double score;                // what paths are ordered by; at last also by what stands below and by length
    double log_names, log_signs; // its log probability without the end, in two parts
    double least, first;         // probability of its least likely and of its first token
    uint32_t head;               // so many of its first words may be shown without the rest
    double head_probability;     // of these
    struct beam_weakest weakest;
    struct beam_end line_end;
    double end;   // probability that the line ends (or the right text goes on) there
    double ahead; // log probability of what is below, given the path
    bool finished;
    struct brackets brackets; // behind it, if the request has any
};

struct beam_request {
    const struct document *document;
    const uint32_t *context; // ids, nearest last
    size_t context_count;
    struct slice typed; // what the first word must begin with
    bool use_ahead;     // the path ends where the document goes on; else at any line end
    bool several;       // paths are wanted, not the best one alone
    uint32_t max_tokens;
    const struct cancel *cancel;
    const struct brackets *brackets; // at the cursor: no path closes what is not open; NULL: any may
};

struct beam_result {
    struct beam_path paths[BEAM_PATHS]; // best first, at least one byte of text each
    uint32_t count;
    double mass;     // sum of the probabilities of all paths found, the empty one included
    double line_end; // probability that the line ends at the cursor, the typed word being whole
    // Of all found, how much it is that nothing is missing before what stands right of the cursor.
    double joined;
    uint32_t depth;
    double support;
    uint32_t seen;        // words behind the context that was searched from
    uint32_t left, typed; // tokens of that on the last line, and bytes of the word that is typed there
    bool cancelled;
};

void beam_search(struct counts *counts, const struct beam_request *request, struct beam_result *out);
// In bytes, white space not counted, and what is typed of its first word included.
size_t beam_path_length(const struct document *document, const struct beam_path *path);

#endif
