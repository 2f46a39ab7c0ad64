// repository_predict.h - the most likely rest of the cursor's line, by beam search over the counts.
//
// Ownership: predictions_free releases the texts.
// Threads:   any, one call at a time for each corpus generation pinned by it, and for each `warm`.
// Errors:    none: nothing to say is count == 0; a cancelled search gives count == 0 too.
// Limits:    PREDICT_CANDIDATES candidates, PREDICT_TOKENS tokens a line.
#ifndef HUNCH_BACKENDS_REPOSITORY_PREDICT_H
#define HUNCH_BACKENDS_REPOSITORY_PREDICT_H

#include "backends/backend.h"
#include "backends/hint.h"
#include "backends/repository_confidence.h"
#include "backends/repository_warm.h"

#include "base/cancel.h"

enum { PREDICT_CANDIDATES = 8, PREDICT_TOKENS = 48 };

struct predict_request {
    const char *path;
    struct slice prefix, suffix;
    uint32_t max_tokens; // 0: PREDICT_TOKENS
    uint32_t max_lines;
    uint32_t candidates;
    const struct cancel *cancel; // NULL: never
    const struct backend_hint *hints;
    size_t hint_count;
    struct edits *edits; // what was changed in open documents; NULL: not known
    size_t cursor;       // where the cursor is in the document as they know it
    struct warm *warm;   // the last request's, for this one and the next; NULL: nothing is kept
};

struct prediction {
    struct str text;
    double confidence;                   // that the text is exactly right
    size_t head;                         // so many bytes of it may be shown without the rest; 0: none
    double head_confidence;              // that these are right
    size_t taken;                        // so many say that its block has it, or it is misplaced; 0: none do
    bool judged, refused;                // whether it is taken or misplaced is known; it is
    uint32_t path;                       // of the search's results, by itself or changed
    uint32_t place;                      // in the order in which lines were found
    double score;                        // what the line to be shown is chosen by
    float features[CONFIDENCE_FEATURES]; // what the confidence is made of, for fitting it
};

struct predictions {
    struct prediction items[PREDICT_CANDIDATES]; // best first
    uint32_t count;
};

void predict(struct corpus *corpus, const struct predict_request *request, struct predictions *out);
// A document was opened: what takes time and needs no cursor is done now.
void predict_ahead(struct corpus *corpus, struct warm *warm, const char *path, struct slice text);
void predictions_free(struct predictions *predictions);

#endif
