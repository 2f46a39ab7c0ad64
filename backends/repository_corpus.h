// repository_corpus.h - the repository's tokens, in segments that never change, and the thread that learns them.
//
// Ownership: corpus_new / corpus_free (nobody may hold a pin then). corpus_pin gives a reference to the
//            current generation, to be returned with corpus_unpin; pointers into it live as long as the pin.
// Threads:   put, remove, overlay, overlay_remove, complete and commit from one thread, which never waits for
//            the learning; attend, pin, unpin, is_learned and statistics from any. on_learned is called on the
//            corpus' own thread, which runs at low priority.
// Errors:    a file that cannot be read is left out. Without a thread nothing is learned, and the log says so.
// Limits:    max_tokens, see repository_selection.h; 5 to 7 bytes a token plus the vocabulary (see C3), twice that for
//            the moment in which all of it is merged.
//
// Invariants (tests quote the numbers):
//   C1  a generation holds each live path once: the overlay if there is one, else the disk's file
//   C2  what is put or removed before a commit, and what is overlaid, is seen by pins taken after the next
//       on_learned; during a first pass new files may be seen later, at the latest when it is over
//   C3  words that no live file has are forgotten once the vocabulary has doubled since they last were and
//       grown by 2^18; a pinned generation keeps its own
//   C4  an overlay is learned within a few milliseconds of work, whatever else there is to learn
#ifndef HUNCH_BACKENDS_REPOSITORY_CORPUS_H
#define HUNCH_BACKENDS_REPOSITORY_CORPUS_H

#include "backends/repository_order.h"
#include "backends/repository_tokens.h"
#include "indexer/record.h"

struct corpus;
struct classes;

struct segment_file {
    const char *path;   // lives as long as the corpus
    uint32_t id;        // the selection's
    uint64_t folder;    // hash of the path without its last part
    const char *family; // of the language that the path tells
    uint32_t start;     // position of its TOKEN_FILE
    uint32_t end;
    enum taint taint;
    uint32_t version; // of an overlay: another one for every text
};

struct token_segment {
    atomic_int references;
    struct packed tokens, order;
    uint32_t count;
    uint32_t order_count;
    struct segment_file *files; // by start
    uint32_t file_count;
    uint32_t *blocks; // of every SEGMENT_BLOCK-th position, its file
};

enum { SEGMENT_BLOCK = 256, SEGMENT_BASE = 0, SEGMENT_DELTA, SEGMENT_OVERLAY, SEGMENT_COUNT };

struct generation {
    atomic_int references;
    struct vocabulary *vocabulary;                 // what the segments' tokens mean
    struct token_segment *segments[SEGMENT_COUNT]; // never NULL
    unsigned char *dead[SEGMENT_COUNT];            // a byte per file: superseded by a later segment
    struct classes *classes;                       // of base and delta, when they were counted
    uint64_t round;                                // as long as it is the same, so is all but the overlays
};

struct corpus_statistics {
    uint64_t files, tokens, vocabulary, bytes;
};

struct corpus_options {
    const char *root;
    uint64_t max_tokens;               // 0: CORPUS_TOKENS
    void (*on_learned)(void *context); // all that was committed is learned; NULL is allowed
    void *context;
};
#define CORPUS_TOKENS (UINT64_C(64) << 20)

struct corpus *corpus_new(const struct corpus_options *options);
void corpus_stop(struct corpus *corpus); // learns no more; waits some milliseconds for the thread to end
void corpus_free(struct corpus *corpus);
void corpus_put(struct corpus *corpus,
                const struct record *record); // the text is read from disk when its turn comes
void corpus_remove(struct corpus *corpus, const char *path);
void corpus_overlay(struct corpus *corpus, const struct record *record, struct slice text);
void corpus_overlay_remove(struct corpus *corpus, const char *path);
void corpus_complete(struct corpus *corpus); // every file has been put once
void corpus_commit(struct corpus *corpus, bool full_pass);
void corpus_attend(struct corpus *corpus, const char *path); // someone works on this file; does not wait
bool corpus_is_learned(struct corpus *corpus);               // all that was committed
void corpus_settle(struct corpus *corpus);                   // waits for that: for tests and tools

struct generation *corpus_pin(struct corpus *corpus);
void corpus_unpin(struct generation *generation);
void corpus_statistics(struct corpus *corpus, struct corpus_statistics *out);

uint64_t corpus_folder_hash(const char *path);
// The file that holds a position.
static inline uint32_t token_segment_file_at(const struct token_segment *segment, uint32_t position) {
    uint32_t file = segment->blocks[position / SEGMENT_BLOCK];
    while (segment->files[file].end <= position) {
        file++;
    }
    return file;
}

#endif
