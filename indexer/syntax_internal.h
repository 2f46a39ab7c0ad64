// syntax_internal.h - what parse, symbols, chunk and syntax share: one file in work.
//
// Ownership: struct extraction is on syntax_extract's stack; results go to the record's arena.
// Threads:   one. Errors: the false results say that the token fired.
// Limits:    named below.
#ifndef HUNCH_INDEXER_SYNTAX_INTERNAL_H
#define HUNCH_INDEXER_SYNTAX_INTERNAL_H

#include "base/text.h"
#include "base/vec.h"
#include "indexer/language_internal.h"
#include "indexer/syntax.h"

enum {
    SIGNATURE_MAX = 300,     // bytes
    SIGNATURE_SCAN = 4096,   // bytes of the file looked at for one signature
    NAME_MAX_BYTES = 200,    // longer names (generated, or a broken file) are cut
    SCOPE_MAX = 200,         // longer paths keep the innermost name only
    VALUE_MAX = 80,          // a longer value stays out of the signature
    SYMBOLS_MAX = 50000,     // of one file; the rest is dropped
    DATA_SYMBOLS_MAX = 4000, // likewise, of a file of keys
    IMPORTS_MAX = 1000,      // likewise: each costs every query in the file some look-ups
    PLACES_MAX = 200000,     // containers searched in one file
    REFERENCES_MAX = 20000,  // likewise
    REFERENCE_SHORTEST = 3,  // names of fewer bytes are locals and type parameters
    REFERENCE_CHILDREN = 32, // children of one node among which a name is sought
    DOC_MAX = 120,           // bytes
    DOC_SCAN = 8192,         // bytes looked at for one
    DECLARATOR_DEPTH = 64,   // int ****...x
    ASTRAY_DEPTH = 24,       // levels of a body in which definitions are sought that strayed into it
    CHUNK_WEIGHT = 1500,     // non-space bytes that a syntax chunk aims at
    LINE_CHUNK_LINES = 40,
    LINE_CHUNK_BYTES = 6000,
};

// What stands at [start, old_end) of the old text is [start, new_end) in the new one; all else is equal.
struct edit {
    uint32_t start, old_end, new_end;
};

// Where the two texts differ, on the boundaries of characters; start, old_end and new_end are equal if nowhere.
struct edit edit_between(struct slice old, struct slice new);
static inline bool edit_is_empty(struct edit edit) {
    return edit.start == edit.old_end && edit.start == edit.new_end;
}

struct line_starts {
    uint32_t *items;
    size_t count;
    size_t capacity;
};

enum token_kind {
    TOKEN_NONE,
    TOKEN_MASKED,
    TOKEN_WORD,
    TOKEN_CAPITALS,
    TOKEN_PARENTHESES,
    TOKEN_PUNCTUATION
};

struct token {
    enum token_kind kind;
    size_t start, end;
};

enum { TOKENS_RECENT = 5 };

// A place in mask.c's pass from which it can go on.
struct mask_point {
    size_t at;
    size_t reach;                       // no byte from here on had been looked at
    struct token recent[TOKENS_RECENT]; // the newest last
};

// A text with its macros blanked, and how that came about.
struct mask {
    struct str bytes;
    struct mask_point *items;
    size_t count;
    size_t capacity;
};

// A text's tree and all that the next version of the text can take over. Never changes once made.
struct syntax_tree {
    atomic_int references;
    const struct grammar *grammar;
    struct text *text;
    struct mask mask; // what was parsed, if it is not the text itself
    struct line_starts line_starts;
    TSTree *tree;
    struct record *record;
};

struct syntax {
    TSParser *parser;           // of trees that are kept
    struct tree_memory *memory; // of those that are not
    // Made when they are needed, kept until syntax_rest.
    struct pattern_matcher *matcher;
    struct term_counter *counter;
    uint64_t limit_us; // 0: none
};

struct extraction {
    struct syntax *syntax;
    TSParser *parser;
    const struct language *language;
    const struct grammar *grammar;
    bool keeps_tree;
    const char *comment; // what begins a line comment
    struct slice text;
    struct slice parsed; // what the parser sees: the text, or the text with macros blanked
    const struct cancel *cancel;
    uint64_t stop_us;     // clock_thread_us() from which on there is no time left; 0: no limit
    unsigned parse_asked; // how often the parser asked whether to go on
    struct record *record;
    struct chunk *chunks; // the record's, while they are still ours to change
    struct line_starts line_starts;
    const struct record *before; // of an earlier version of the text, NULL: none
    struct edit edit;            // from that version
};

bool extraction_stopped(const struct extraction *extraction);
// mask.c: `text` with the macros blanked that C's grammar cannot place, same length; empty if there are none.
void mask_macros(struct slice text, struct str *out);
// The same, for a text of which there will be other versions; and for those.
void mask_begin(struct slice text, struct mask *out);
void mask_again(const struct mask *before, struct slice text, struct edit edit, struct mask *out);
void mask_free(struct mask *mask);

// NULL when the token fired. The caller deletes the tree. `before`: the tree of an earlier version, or NULL.
TSTree *parse_tree(struct extraction *extraction, const struct syntax_tree *before);

// Fills the record's symbols (R4) and imports.
bool symbols_extract(struct extraction *extraction, TSNode root);
// symbols_edit.c: those of the version before, moved; what was deleted is left out.
void symbols_by_edit(struct extraction *extraction, struct slice old_text);

// Fills the record's references (R5); needs its symbols.
void references_extract(struct extraction *extraction, TSNode root);

// Fills the record's chunks (R1), without labels and terms.
bool chunks_by_syntax(struct extraction *extraction, TSNode root);
void chunks_by_lines(struct extraction *extraction);
// The chunks of the version before, moved; what the edit touches is cut by lines.
void chunks_by_edit(struct extraction *extraction);
// Names the chunks after the symbols they hold and counts their terms (R3).
void chunks_finish(struct extraction *extraction);

uint32_t line_of(const struct line_starts *starts, uint32_t byte);
static inline uint32_t extraction_line(const struct extraction *extraction, uint32_t byte) {
    return line_of(&extraction->line_starts, byte);
}
static inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// symbols_text.c: the words of a symbol.
struct symbol_name {
    struct slice text;
    uint32_t byte;      // where the name stands
    struct slice scope; // what a qualified name says before its last ::, or empty
    bool is_function;   // the declarator is a function's
};

struct symbol_name symbol_name_of(const struct extraction *extraction, TSNode node, bool is_declarator);
// Of what a file gives away without a name, which stands for it at the node: what those who import it from there mostly call
// it, `readAll` of read-all.js and of readAll/index.js. Empty if that is no name.
struct symbol_name symbol_name_of_file(const struct extraction *extraction, TSNode node);
// All from the first node to the last, without quotes.
struct symbol_name symbol_name_between(const struct extraction *extraction, TSNode first, TSNode last);
// One line of [start, end), comments left out, white space collapsed, the name behind it if it stands
// further on; in the record's arena.
const char *symbol_signature(const struct extraction *extraction, TSNode definition,
                             const struct symbol_name *name, uint32_t start, uint32_t end);
// Does a line of it but the first begin at the first column with what begins a definition?
bool text_is_astray(struct slice text);
bool text_begins_line(struct slice text, uint32_t byte);
// symbols_doc.c: the first line of the doc comment above `start` or at the head of the body; in the record's
// arena, or "".
const char *symbol_doc(const struct extraction *extraction, uint32_t start, TSNode body);
// The bare name in a type's text: `*Server[T]` and `&mut a::Server<T>` are Server.
struct slice type_name_of(const struct extraction *extraction, TSNode node);
struct slice node_text(const struct extraction *extraction, TSNode node);

#endif
