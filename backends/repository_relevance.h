// repository_relevance.h - whether a place with the same words before it says anything of what follows at the cursor.
//
// Ownership: what it is given is borrowed. Threads: as the document's. Errors: none.
// Limits:    a comment that began more than RELEVANCE_LINE tokens before a place is not known to be one, nor one whose
//            mark is on another line, but for a `*` that begins this one.
#ifndef HUNCH_BACKENDS_REPOSITORY_RELEVANCE_H
#define HUNCH_BACKENDS_REPOSITORY_RELEVANCE_H

#include "backends/repository_corpus.h"
#include "backends/repository_document.h"

#include "base/packed.h"

enum { RELEVANCE_OPERATORS = 128, RELEVANCE_LINE = 48 };

// What a context does whose nearest parenthesis that opens on its line stands in `name(`: calls it, as a member or not, or
// defines it. CALL_NONE, too, if that is not certain.
enum call { CALL_NONE, CALL_FUNCTION, CALL_MEMBER, CALL_DEFINITION };

struct relevance {
    const struct document *document;
    const char *extension, *family;  // of the open file
    uint32_t comment, block, middle; // ids of what begins a comment, and a line within one; 0: no such word
    uint32_t opening, closing, star, ampersand;
    uint32_t operators[RELEVANCE_OPERATORS]; // a table of ids; 0: free
    // Of the context asked for:
    enum call call;
    uint32_t behind; // so many tokens stand behind that parenthesis
    bool is_code;    // behind a name that stands in no comment
};

void relevance_init(struct relevance *relevance, const struct document *document, const char *path);
// What a place in the file counts beside one in a file like the open one.
double relevance_of_file(const struct relevance *relevance, const struct segment_file *file);
// From now on, of places for this context of ids, the nearest last.
void relevance_ask(struct relevance *relevance, const uint32_t *context, size_t length);
// depth: how many tokens before the place agree with the context.
bool relevance_has(const struct relevance *relevance, struct packed tokens, uint32_t position,
                   uint32_t depth);
// Is a name declared that stands behind the word of this id, as behind `int` or `def`, but not `return`?
bool relevance_declares_behind(const struct document *document, uint32_t id);

#endif
