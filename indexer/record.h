// record.h - all that the index knows of one file: chunks, symbols, references, imports.
//
// A record is made by one indexing thread (record_new, syntax_extract), then
// never changes: the store writes it, snapshots share it, readers on any
// thread follow its pointers for as long as they hold a reference.
//
// Where many are kept they are heads, see packed.h; then nothing may be asked of the four lists but their counts.
//
// Ownership: record_new gives one reference; record_retain adds, record_release
//            drops. Everything in it lives in its arena.
// Threads:   one maker; afterwards any number of readers.
// Errors:    none.
// Limits:    offsets are 32 bit: files over 4 GB never get here (see walk.h).
//
// Invariants (tests quote the numbers):
//   R1  chunks are sorted by start_byte, do not overlap, and cover every byte that is not white space
//   R2  lines are 0-based; end_line is inclusive
//   R3  terms of a chunk are sorted by hash, without duplicates
//   R4  symbols are sorted by start_byte
//   R5  references are sorted by name, then line, then kind
#ifndef HUNCH_INDEXER_RECORD_H
#define HUNCH_INDEXER_RECORD_H

#include "base/arena.h"

#include <stdatomic.h>
#include <stdint.h>

enum taint { TAINT_OWN, TAINT_TEST, TAINT_VENDORED, TAINT_GENERATED };

enum symbol_kind {
    SYMBOL_FUNCTION,
    SYMBOL_METHOD,
    SYMBOL_TYPE, // class, struct, union, enum, interface, trait, typedef, alias
    SYMBOL_MACRO,
    SYMBOL_CONSTANT, // enumerator, constant
    SYMBOL_FIELD,
    SYMBOL_VARIABLE, // of file or module scope
    SYMBOL_MODULE,
};

// Sub-word term and how often it occurs; see terms.h.
struct term {
    uint32_t hash;
    uint32_t count;
};

struct chunk {
    uint32_t start_byte, end_byte;
    uint32_t start_line, end_line; // R2
    const char *kind;              // "function", "type", "import", "statement", "lines", ...
    const char *name;              // "" if none
    const char *scope;             // enclosing type or namespace, "" if none
    const struct term *terms;      // the forward row, R3
    uint32_t term_count;
    uint32_t length; // sum of the counts
};

struct symbol {
    const char *name;
    enum symbol_kind kind;
    bool is_declaration;           // a prototype or forward declaration, not the definition
    uint32_t name_line;            // the line of the name, which is what "definition line" means to people
    uint32_t start_line;           // of the definition
    uint32_t header_end_line;      // last line of the signature, before the body
    uint32_t end_line;             // of the whole definition
    uint32_t start_byte, end_byte; // of the whole definition
    const char *signature;         // one line, white space collapsed, at most 300 bytes
    const char *scope;             // enclosing type or namespace, "" if none
    const char *doc;               // first line of its doc comment, at most 120 bytes, "" if none
};

enum reference_kind { REFERENCE_CALL, REFERENCE_TYPE };

// A name that one definition (or the file outside of any) calls or has as a type, listed once however often it
// does. The name is kept as a hash: whoever asks has the name, and of millions each may take eight bytes.
struct reference {
    uint32_t name;       // reference_key()
    uint32_t line : 22;  // of the first place
    uint32_t kind : 2;   // enum reference_kind
    uint32_t places : 8; // how many; REFERENCE_PLACES stands for more, too
};

enum { REFERENCE_LINES = 1 << 22, REFERENCE_PLACES = 255 };

struct import {
    const char *target; // as written, without quotes: "uv/unix.h", "a.b.c", "../x", "crate::y::Z"
    uint32_t line;
};

struct scratch; // base/scratch.h

// How much of a record may be decoded: without references and chunks, or all.
enum record_extent { RECORD_OUTLINE, RECORD_WHOLE, RECORD_EXTENTS };

struct record {
    atomic_int holders;
    bool is_head;        // the four lists are counted and not there; see packed.h
    atomic_bool is_used; // of a head: what is decoded was asked for lately
    bool by_words;       // chunks by lines and nothing else, until it is its turn to be parsed; never stored
    bool cut_short;      // chunks by lines, as its parse ran into the time limit; so until the file changes
    struct arena arena;
    struct scratch *_Atomic packed;                 // of a head: the record's bytes
    struct record *whole;                           // of a head: what it was packed from, for the time being
    struct record *_Atomic decoded[RECORD_EXTENTS]; // of a head, for who asks next
    const char *path;                               // below the root, '/'-separated
    const char *language;                           // language_id(), "" if none is known
    uint64_t hash;                                  // of the file's bytes
    int64_t size;
    int64_t mtime_ns;
    uint32_t line_count;
    enum taint taint;
    const struct chunk *chunks;
    const struct symbol *symbols;
    const struct reference *references;
    const struct import *imports;
    uint32_t chunk_count, symbol_count, reference_count, import_count;
};

struct record *record_new(const char *path);       // empty but for the path
struct record *record_new_head(struct slice path); // likewise, to stay a head; no NUL within
struct record *record_retain(struct record *record);
void record_release(struct record *record);                            // NULL is allowed
void record_set_language(struct record *record, const char *language); // copied if need be
const char *symbol_kind_name(enum symbol_kind kind);
// May other definitions and references stand in it? Not in fields and constants, whatever their length.
bool symbol_holds_others(const struct symbol *symbol);

// The innermost definition around a line, fields and constants aside; NULL if there is none.
const struct symbol *record_symbol_at(const struct record *record, uint32_t line);
// How many symbols begin before the byte.
uint32_t record_symbols_before(const struct record *record, uint32_t byte);
// The header line of a chunk: the signature of the definition whose middle it is, "" if it begins with its own.
const char *record_chunk_header(const struct record *record, const struct chunk *chunk);

uint32_t reference_key(struct slice name);
int reference_compare(const void *left, const void *right); // in the order of R5, for qsort too
// The first of the references to a name, and how many follow it in the list with it; NULL if there are none.
const struct reference *record_references(const struct record *record, struct slice name, size_t *count);

#endif
