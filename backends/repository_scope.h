// repository_scope.h - where each word stands in the open file, as seen from the cursor.
//
// Ownership: scope_new / scope_free; the document is borrowed until then. A standing is valid until the next
//            call of scope_of.
// Threads:   one at a time. Errors: none. Limits: SCOPE_NEAR names at hand.
#ifndef HUNCH_BACKENDS_REPOSITORY_SCOPE_H
#define HUNCH_BACKENDS_REPOSITORY_SCOPE_H

#include "backends/repository_document.h"

// What stands before a word says what kind of word it is: a member, an argument, a statement's first.
enum scope_slot {
    SLOT_LINE, // behind a line end, or at a file's beginning
    SLOT_NAME,
    SLOT_MEMBER, // . -> :: ?.
    SLOT_OPEN,   // ( [ {
    SLOT_COMMA,
    SLOT_ASSIGN, // = := += ...
    SLOT_COLON,
    SLOT_QUOTE,
    SLOT_SIGN, // any other
    SLOT_COUNT
};

enum { SCOPE_NEAR = 48, SCOPE_HIDDEN_LEVEL = 7, SCOPE_AT_ONCE = 128 };

struct standing {
    uint32_t id;
    enum scope_slot slot;     // what kind of word comes behind this one
    bool described;           // the next three are known; always, from scope_of
    uint64_t parts;           // the word's sub-words, each a bit by its hash
    char first;               // its first byte
    uint32_t length;          // in bytes
    uint32_t above, below;    // distance to the nearest, in tokens; 0: nowhere
    uint32_t uses, near_uses; // above the cursor; and not far above
    uint32_t visible;         // distance to the nearest one in a block that is still open; 0: nowhere
    uint32_t visible_uses;    // how many of them
    uint32_t
        level; // of the nearest visible one: 0 in the cursor's block, 1 on the line that opened it, 2 beside it, ...
    uint32_t after[SLOT_COUNT]; // how many stand in each kind of place, above and below
    uint32_t total;             // their sum
    uint32_t query, kept;       // the ranking's own
    uint32_t hint;              // the hints' own
};

struct scope;

// A word's sub-words, each a bit by its hash: `HTTPServer_name2` has those of http, server and name.
uint64_t scope_parts(struct slice word);
// Of the sub-words of both, what share both have.
static inline float scope_alike(uint64_t a, uint64_t b) {
    uint64_t both = a & b;
    return both ? (float)__builtin_popcountll(both) / (float)__builtin_popcountll(a | b) : 0;
}
// Of a word's sub-words, what share is among all of these.
static inline float scope_within(uint64_t parts, uint64_t all) {
    uint64_t both = parts & all;
    return both ? (float)__builtin_popcountll(both) / (float)__builtin_popcountll(parts) : 0;
}

struct scope *scope_new(const struct document *document);
void scope_free(struct scope *scope);
// Of any word; one the file has not gets an empty standing.
struct standing *scope_of(struct scope *scope, uint32_t id);
// In steps, for up to SCOPE_AT_ONCE words, so that the processor waits for many at once. A number stays.
uint32_t scope_number(struct scope *scope, uint32_t id);
void scope_describe(struct scope *scope, const uint32_t *numbers, uint32_t count);
struct standing *scope_at(struct scope *scope, uint32_t number);
// The lines that open the blocks around the cursor, as sub-words: those of the nearest one's line, those of the lines around
// that, and those of the longest name before a "(" there, which mostly is the function's.
struct scope_headers {
    uint64_t nearest, around, called;
};
struct scope_headers scope_headers(const struct scope *scope);
// The names nearest to the cursor, nearest first; those below it come last.
const uint32_t *scope_near(const struct scope *scope, uint32_t *count);

#endif
