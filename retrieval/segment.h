// segment.h - an immutable inverted index over a set of files' records.
//
// Holds postings of the chunks' terms, of one-line signature documents (a
// symbol's name twice, its scope, its signature, its file's base name), of the
// symbols' names and of the paths' spellings.
// Files are numbered from 0 in the order of their paths, chunks and symbols in
// that of their files: so whatever is equal is told in an order that the
// repository has and not the chance by which its files were read.
//
// A few files make a segment from their records, segments make a larger one by
// merging: everything but the numbers is copied, and what is dead left out.
//
// The bytes of a large segment may be kept for the next start, which then need
// not make it again.
//
// Ownership: building and merging give one reference and retain every record and text; segment_release drops
//            one.
// Threads:   built by one thread; afterwards any number of readers.
// Errors:    none.
// Limits:    POSTINGS_BUILT chunks and symbols each to build; 2^32 - 1 chunks, symbols and postings to merge.
//
// Invariants (tests/unit/retrieval/segment_test.c quotes the numbers):
//   G1  files' numbers ascend with their paths, chunk and symbol numbers with the file's number
//   G2  every chunk and symbol of every record has exactly one number
//   G3  a segment holds exactly one reference to each of its records
//   G4  a merged segment is, number for number, the one built of the living files
//   G5  a restored segment answers as the one whose bytes it was restored from, of those files that have their
//       records again
#ifndef HUNCH_RETRIEVAL_SEGMENT_H
#define HUNCH_RETRIEVAL_SEGMENT_H

#include "base/text.h"
#include "indexer/packed.h"
#include "retrieval/names.h"
#include "retrieval/postings.h"

#include <stdatomic.h>

struct segment_file {
    struct record *record; // perhaps but a head; segment_record makes it whole
    struct text *text;     // of an open document; NULL when the text is on disk
};

// What every query asks of a symbol, hashed once and side by side: following a symbol's own pointers for
// thousands of candidates would cost a cache miss each.
struct segment_keys {
    uint32_t name, scope;     // segment_exact_key of the name and of the scope's last part; 0: no scope
    uint32_t name_term;       // segment_name_key of the name
    uint32_t scope_term : 13; // segment_scope_term of the scope's last part
    uint32_t length : 7;      // of the signature, in steps of SEGMENT_LENGTH_STEP bytes
    uint32_t beginning : 8;   // segment_beginning of the name
    uint32_t kind : 3;        // enum symbol_kind
    uint32_t is_declaration : 1;
};
enum { SEGMENT_LENGTH_STEP = 4, SEGMENT_LENGTHS = 1 << 7, SEGMENT_SCOPE_TERMS = 1 << 13 };

enum segment_field { SEGMENT_CHUNKS, SEGMENT_SYMBOLS, SEGMENT_FIELDS };

// Chunks or symbols as documents to be ranked.
struct segment_part {
    uint32_t *firsts; // of each file: the number of its first document; behind them the count (G1)
    // Of every SEGMENT_BLOCK-th document the number of its file; behind them the last file's.
    uint32_t *blocks;
    uint32_t count;
    struct postings terms;
};

enum { SEGMENT_BLOCK = 16 };

// What a path is found by; see segment_key.
enum segment_spelling {
    SPELLING_PATH = 'p',
    SPELLING_BASE = 'b',
    SPELLING_FOLDER = 'd',
    SPELLING_MODULE = 'm'
};

struct segment {
    atomic_int references;
    struct segment_file *files;
    uint32_t file_count;
    uint32_t *folders; // of each file: the number of its folder
    uint8_t *taints;   // of each file: its record's, without following a pointer
    // Of all folders, side by side and each with its slash, so that measuring a distance follows no file's pointers.
    struct str folder_paths;
    VEC(uint32_t) folder_starts; // where each one's begins; behind them their end
    struct segment_part fields[SEGMENT_FIELDS];
    struct segment_keys *keys; // of each symbol
    struct names names;        // of symbols, by their keys' name_term
    struct postings paths;     // segment_key -> files
    // Spill memory: where firsts, keys and postings of a restored one lie. NULL: each has its own.
    char *archive;
};

struct segment *segment_build(const struct segment_file *files, uint32_t count);

struct segment_source {
    const struct segment *segment;
    const uint64_t *gone; // bitmap over its files: those to be left out; NULL: none
};
// Do they make no more chunks and postings of a kind than can be numbered, the dead included?
bool segment_can_merge(const struct segment_source *sources, uint32_t count);
// Of sources that can be merged.
struct segment *segment_merge(const struct segment_source *sources, uint32_t count);
struct segment *segment_retain(struct segment *segment);
void segment_release(struct segment *segment); // NULL is allowed

// Its bytes, for segment_restore; of a segment without texts.
void segment_archive(const struct segment *segment, struct archive_out *out);
// The segment with heads instead of records, which have no bytes until somebody shares theirs (record_share), so they
// must count as gone until then. *marks: of each file, what record_hash_of_bytes is of a record that fits; heap.
// NULL: another version, or it makes no sense. Vectors are left out. The bytes, spill memory, are taken over if it is
// not NULL; they must have been proved to be as they were.
struct segment *segment_restore(char *bytes, size_t size, uint64_t **marks);

uint64_t segment_bytes(const struct segment *segment); // what its arrays take, records apart

// The key of a name is the term of the whole name (terms.h): lower-cased, so callers compare the case.
uint32_t segment_name_key(struct slice name);
uint32_t segment_exact_key(struct slice name); // never 0
// The last identifier of a scope such as "a::b::C" or "pkg.Type".
struct slice segment_scope_name(const char *scope);
// A small part of the former, for what is worth little and may be mistaken now and then.
static inline uint32_t segment_scope_term(struct slice name) {
    return segment_name_key(name) % SEGMENT_SCOPE_TERMS;
}
uint32_t segment_key(enum segment_spelling spelling, struct slice text);

enum { SEGMENT_SECOND_BITS = 2, SEGMENT_SECOND = (1 << SEGMENT_SECOND_BITS) - 1, SEGMENT_UNDERSCORE = 62 };
// Of the first two bytes of a name that is written like most: the first one, and of the second some bits (SEGMENT_SECOND).
// So most names that do not begin as a typed word are told without their record.
static inline uint32_t segment_beginning(char first, char second) {
    uint32_t c = (unsigned char)first;
    uint32_t class = c >= 'a' && c <= 'z'   ? c - 'a'
                     : c >= 'A' && c <= 'Z' ? c - 'A' + 26
                     : c >= '0' && c <= '9' ? c - '0' + 52
                     : c == '_'             ? SEGMENT_UNDERSCORE
                                            : SEGMENT_UNDERSCORE + 1;
    return class << SEGMENT_SECOND_BITS | ((unsigned char)second & SEGMENT_SECOND);
}
static inline bool segment_is_underscored(const struct segment_keys *keys) {
    return keys->beginning >> SEGMENT_SECOND_BITS == SEGMENT_UNDERSCORE;
}

// The file of that path; a segment has a path once at most.
bool segment_find(const struct segment *segment, struct slice path, uint32_t *file);
// The first document of the files from that path on.
uint32_t segment_first_behind(const struct segment *segment, enum segment_field field, const char *path);

// For what builds segments. The names, once the keys are in; each file's folder and taint, once the files are in; which file a
// document is of, once the firsts are in.
void segment_index_names(struct segment *segment);
void segment_place_files(struct segment *segment);
void segment_index_documents(struct segment *segment, enum segment_field field);

// Of a bitmap over its files; one at least.
static inline size_t segment_bitmap_words(const struct segment *segment) {
    return (segment->file_count + (size_t)64) / 64;
}
static inline bool segment_is_gone(const uint64_t *gone, uint32_t file) {
    return gone && gone[file / 64] >> (file % 64) & 1;
}
static inline uint32_t segment_folder_count(const struct segment *segment) {
    return (uint32_t)segment->folder_starts.count - 1;
}
// With its slash; empty for the root.
static inline struct slice segment_folder(const struct segment *segment, uint32_t folder) {
    uint32_t start = segment->folder_starts.items[folder], end = segment->folder_starts.items[folder + 1];
    return slice_of(segment->folder_paths.data + start, end - start);
}
// The file of a document: the last one of those that its block is of whose first is not behind it.
static inline uint32_t segment_file_of(const struct segment_part *part, uint32_t id) {
    uint32_t low = part->blocks[id / SEGMENT_BLOCK], high = part->blocks[id / SEGMENT_BLOCK + 1];
    while (low < high) {
        uint32_t middle = high - (high - low) / 2;
        bool is_behind = part->firsts[middle] > id;
        high = is_behind ? middle - 1 : high;
        low = is_behind ? low : middle;
    }
    return low;
}
static inline const char *segment_document_path(const struct segment *segment, enum segment_field field,
                                                uint32_t id) {
    return segment->files[segment_file_of(&segment->fields[field], id)].record->path;
}
// The numbers of the file's documents are [*first, result).
static inline uint32_t segment_range(const struct segment *segment, enum segment_field field, uint32_t file,
                                     uint32_t *first) {
    *first = segment->fields[field].firsts[file];
    return segment->fields[field].firsts[file + 1];
}
// Goes on to the next of the symbols that have the name of that key; false at the end. The walk is of names_find.
static inline bool segment_next_named(const struct segment *segment, struct names_walk *walk, uint32_t key) {
    while (names_next(walk)) {
        if (segment->keys[walk->symbol].name_term == key) {
            return true;
        }
    }
    return false;
}
// All that is known of a file. Read and decoded unless it was asked for lately, which takes as long as some thousand looks
// at keys: so not for every candidate. This and the next three are borrowed for as long as the snapshot is pinned, and not
// for files that are dead.
static inline const struct record *segment_record(const struct segment *segment, uint32_t file) {
    return record_whole(segment->files[file].record);
}
// The same without references and chunks, which takes less time and memory.
static inline const struct record *segment_outline(const struct segment *segment, uint32_t file) {
    return record_outline(segment->files[file].record);
}
static inline const struct chunk *segment_chunk(const struct segment *segment, uint32_t id) {
    const struct segment_part *part = &segment->fields[SEGMENT_CHUNKS];
    uint32_t file = segment_file_of(part, id);
    return &segment_record(segment, file)->chunks[id - part->firsts[file]];
}
static inline const struct symbol *segment_symbol(const struct segment *segment, uint32_t id) {
    const struct segment_part *part = &segment->fields[SEGMENT_SYMBOLS];
    uint32_t file = segment_file_of(part, id);
    return &segment_outline(segment, file)->symbols[id - part->firsts[file]];
}

#endif
