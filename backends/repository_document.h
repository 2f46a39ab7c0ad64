// repository_document.h - the open file around the cursor, as tokens: what the search stands on.
//
// Ownership: document_init / document_fini. The text is the reading's, which is not to be taken again until then; hints are
//            borrowed.
// Threads:   one at a time. Errors: none.
// Limits:    DOCUMENT_ABOVE bytes before and DOCUMENT_BELOW behind the cursor are read; DOCUMENT_LINE bytes more on the
//            cursor's line are followed.
#ifndef HUNCH_BACKENDS_REPOSITORY_DOCUMENT_H
#define HUNCH_BACKENDS_REPOSITORY_DOCUMENT_H

#include "backends/backend.h"
#include "backends/hint.h"
#include "backends/repository_reading.h"

enum {
    DOCUMENT_ABOVE = READING_ABOVE,
    DOCUMENT_BELOW = READING_BELOW,
    DOCUMENT_AHEAD = 4,
    DOCUMENT_LINE = 64
};
#define DOCUMENT_NO_WORD UINT32_MAX

struct document {
    struct encoder encoder;
    struct intern unknown;    // words that only this file has, or had while its line was typed
    struct token_list tokens; // TOKEN_FILE, above and left of the cursor, TOKEN_FILE, below the cursor's line
    struct reading *reading, *own; // the latter is ours
    struct token_list
        words; // the ids of above, the typed one and of what stands below, each once, behind those of line ends
    // By the ids of the reading's tokens the index there and the id; 0: not in the document.
    uint32_t *of_met, *met_ids;
    struct token_list numbers; // of every token the index of its word there
    uint32_t *number_table, number_bits;
    uint32_t cursor;           // position of the second TOKEN_FILE
    struct token_list indents; // in columns, of the line behind every line end above the cursor
    struct token_list
        line; // ids typed on the cursor's line since, which stand before the cursor as it is now
    struct slice above, suffix; // the text that was read
    bool cut;                   // there is more above
    size_t start, same;     // where above begins in what the reading has, and so much of that it had before
    struct str cursor_line; // as it is now, up to the cursor
    size_t certain;         // so much of the cursor's line is in tokens, and so much of it was read then
    struct slice typed;     // the word or sign that ends at the cursor and may go on; not in tokens
    uint32_t typed_id;      // its word id, 0 if there is none
    bool spaced;            // white space stands left of the cursor
    bool line_start;        // nothing but white space stands left of the cursor
    bool right;             // text stands right of the cursor on its line
    bool closed;            // only closing brackets do: then not `right`, the line is foretold with its own
    bool last_line;         // nothing but white space stands below the cursor's line
    uint32_t
        ahead[DOCUMENT_AHEAD]; // word ids that follow the cursor: the right text, the line end, what is below
    uint32_t ahead_count;
    struct slice below;               // the next line with text on it, trimmed
    struct slice indentation;         // of the cursor's line
    struct slice unit;                // one step of indentation in this file
    const struct backend_hint *hints; // the request's, set by whoever has them
    size_t hint_count;
};

// reading: it may know most of the text already. NULL: one of its own.
void document_init(struct document *document, struct vocabulary *vocabulary, struct reading *reading,
                   struct slice prefix, struct slice suffix);
void document_fini(struct document *document);
// If this is the same document with more, or less, on the cursor's line than it had then, but not less than is in its
// tokens: takes what is typed there. False: it is another one, and this one of no more use.
bool document_follow(struct document *document, struct slice prefix, struct slice suffix);
// The id of the count-th word before the cursor, 1 being the nearest; 0 if there is none.
uint32_t document_before(const struct document *document, uint32_t count);
// The index of an id among the document's words; DOCUMENT_NO_WORD if it is none of them.
uint32_t document_number(const struct document *document, uint32_t id);
// The indentation of a line that follows one indented by `indent`, in place; line: a TOKEN_LINE_ id.
void document_indent(const struct document *document, uint32_t line, struct str *indent);

#endif
