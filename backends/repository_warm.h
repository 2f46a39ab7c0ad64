// repository_warm.h - the open document as the model sees it, kept from one request to the next on the same line, and read
// before the first.
//
// Ownership: warm_new / warm_free. What it is asked with is copied.
// Threads:   one at a time.
// Errors:    none. Limits: one document and a reference to its vocabulary, until another one is asked for, and what was read
//            of the last WARM_DOCUMENTS, see repository_reading.h: at 384 KB each 8 MB of code, 50 of a text where no word
//            comes twice; those of repository_document.h and repository_answers.h; WARM_REQUESTS requests, as each may bring
//            words that the document has not, which pile up beside it: then it is read anew.
//            A longer document than WARM_AHEAD is not read ahead: only what is near the cursor is read of it.
//
// Invariants (tests quote the numbers):
//   W1  a request that differs from the last one in what stands on the cursor's line alone is answered from the
//       document as it was, with the tokens typed since as context
//   W2  while a word is typed, other hints count only if one of them begins as it does
//   W3  whatever else differs (the text, the path, what was learned of any other file) is seen at once
//   W4  no answer is another for what was read ahead
#ifndef HUNCH_BACKENDS_REPOSITORY_WARM_H
#define HUNCH_BACKENDS_REPOSITORY_WARM_H

#include "backends/repository_brackets.h"
#include "backends/repository_counts.h"
#include "backends/repository_edits.h"

enum {
    WARM_REQUESTS = 512, // more than a line takes to type
    WARM_DOCUMENTS = 8,
    WARM_AHEAD = READING_WHOLE
};

struct warm;

// Where a request stands.
struct warm_place {
    const char *path;
    struct slice prefix, suffix;
    const struct backend_hint *hints;
    size_t hint_count;
    struct edits *edits; // NULL: none are known
    size_t cursor;       // where it is in the document that these know
};

struct warm *warm_new(void);
void warm_free(struct warm *warm);
// Nobody asks yet, but soon may, in this document.
void warm_read_ahead(struct warm *warm, const struct generation *generation, const char *path,
                     struct slice text);
// For one request: `counts` of `document`, both valid until the next call. A single one keeps nothing for others.
void warm_take(struct warm *warm, const struct generation *generation, const struct warm_place *place,
               bool single);
const struct document *warm_document(const struct warm *warm);
struct counts *warm_counts(const struct warm *warm);
// What is open above the cursor's line.
const struct brackets *warm_brackets(const struct warm *warm);
// What was changed in the open documents but on the cursor's line, as it was when the document was taken.
const struct changes *warm_changes(const struct warm *warm);

#endif
