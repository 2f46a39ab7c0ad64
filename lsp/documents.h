// documents.h - the open documents, as the editor has them.
//
// A document keeps a text to edit, the index of its lines, and the immutable
// copy that everybody else gets. Ranges from the editor are clamped, never
// trusted: at worst the text is wrong, as it then is in any server.
//
//   closed -(documents_open)-> OPEN -(documents_change)-> OPEN -(documents_close)-> closed
//   OPEN -(grows over the limit)-> TOO LARGE -(whole-text change or open within the limit)-> OPEN
//
// Ownership: documents are the table's; text pointers are borrowed until the next change, text_retain keeps
//            them.
// Threads:   the loop's thread.
// Errors:    what makes no sense is ignored.
// Limits:    DOCUMENT_LIMIT bytes of text; a document over it has no text and `too_large` set.
#ifndef HUNCH_LSP_DOCUMENTS_H
#define HUNCH_LSP_DOCUMENTS_H

#include "base/json.h"
#include "base/position.h"
#include "base/text.h"
#include "lsp/gap_text.h"

enum { DOCUMENT_LIMIT = 16 * 1024 * 1024 };

struct document {
    char *uri;  // as the editor wrote it: its key
    char *path; // absolute; NULL for what is no local file
    // What it is called where it has no path and was never saved, with its language's extension: "untitled:1.c".
    // No two open documents have the same. NULL for what has a path, and for what is nobody's to write (git:, output:,
    // ...) or longer than paths may be.
    char *name;
    // It has no file yet, whether or not the editor knows its path: the index is not told of it.
    bool is_unsaved;
    char *language;
    int64_t version;
    struct text *text; // never NULL
    struct line_index lines;
    bool too_large;
    bool ignored; // an ignore rule covers it; kept by the session, as the next two are
    bool ignored_known;
    bool overlaid;       // the index has its text
    struct gap_text gap; // private: the text that edits change
};

struct documents {
    enum position_encoding encoding;
    VEC(struct document *) open;
};

void documents_init(struct documents *documents);
void documents_free(struct documents *documents);
struct document *documents_find(const struct documents *documents, const char *uri); // NULL if not open
// Opens, or opens again with another text.
struct document *documents_open(struct documents *documents, const char *uri, const char *language,
                                int64_t version, struct slice text);
// LSP's contentChanges, in order.
void documents_change(struct documents *documents, struct document *document, int64_t version,
                      const struct json *changes);
void documents_close(struct documents *documents, struct document *document);

// LSP's {line, character} -> position; false if it is none.
bool documents_read_position(const struct json *json, struct position *out);

#endif
