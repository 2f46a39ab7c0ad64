// message_scan.c - see message_scan.h.
#include "retrieval/message_scan.h"

#include "indexer/terms.h"
#include "retrieval/bm25.h"
#include "retrieval/prose.h"

#include <stdlib.h>

enum { PASSAGES = 64, PASSAGES_OF_FOLDER = 2000 };

struct message_scan {
    const struct snapshot *snapshot;
    const struct message *message;
    uint64_t *chunks[SNAPSHOT_SEGMENTS]; // bitmaps of those that are looked at
    uint64_t *files[SNAPSHOT_SEGMENTS];  // and of their files
};

// --- which passages may have it ---

struct terms {
    struct weighted_term items[MESSAGE_WORDS];
    size_t count;
};

// Of a word that has parts the first term is the whole.
static void keep_first(void *context, uint32_t hash) {
    uint32_t *first = context;
    *first = *first ? *first : hash;
}

static void add_term(struct terms *terms, struct slice word) {
    uint32_t hash = 0;
    terms_scan(word, keep_first, &hash);
    bool is_new = hash != 0;
    for (size_t i = 0; i < terms->count && is_new; i++) {
        is_new = terms->items[i].hash != hash;
    }
    if (is_new) {
        terms->items[terms->count++] = (struct weighted_term){hash, 1};
    }
}

static void set(uint64_t *bits, uint32_t at) {
    bits[at / 64] |= UINT64_C(1) << (at % 64);
}

static bool has(const uint64_t *bits, uint32_t at) {
    return bits[at / 64] >> (at % 64) & 1;
}

static uint64_t *new_bits(uint32_t count) {
    size_t bytes = ((size_t)count / 64 + 1) * sizeof(uint64_t);
    return memset(mem_alloc(bytes), 0, bytes);
}

static bool says(const struct chunk *chunk, uint32_t hash) {
    uint32_t low = 0, high = chunk->term_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (chunk->terms[middle].hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < chunk->term_count && chunk->terms[low].hash == hash;
}

// Keywords and letters are in no index, so as many fewer are needed.
static bool says_enough(const struct chunk *chunk, const struct terms *terms, const struct message *message) {
    size_t said = message->count - terms->count;
    for (size_t i = 0; i < terms->count; i++) {
        said += says(chunk, terms->items[i].hash);
    }
    return said >= message_least_words(message);
}

// Those that rank best by the message's words: the string's own passage has them.
static void choose(struct message_scan *scan, struct slice folder) {
    struct terms terms = {.count = 0};
    for (uint32_t i = 0; i < scan->message->count; i++) {
        add_term(&terms, scan->message->words[i]);
    }
    struct bm25_question question = {
        .snapshot = scan->snapshot, .field = SEGMENT_CHUNKS, .terms = terms.items, .count = terms.count};
    size_t limit = folder.length ? PASSAGES_OF_FOLDER : PASSAGES;
    struct bm25_hit *hits = mem_alloc(limit * sizeof *hits);
    size_t count = bm25_search(&question, limit, hits);
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = scan->snapshot->segments[hits[i].segment];
        if (says_enough(segment_chunk(segment, hits[i].id), &terms, scan->message)) {
            set(scan->chunks[hits[i].segment], hits[i].id);
            set(scan->files[hits[i].segment], segment->fields[SEGMENT_CHUNKS].files[hits[i].id]);
        }
    }
    free(hits);
}

static bool may_have(const void *context, struct snapshot_file at, const struct language *language) {
    const struct message_scan *scan = context;
    return language && has(scan->files[at.segment], at.file);
}

// --- where it stands in a file ---

// In the quotes of the string that begins at `at`; empty if none does.
static struct slice string_at(struct slice text, size_t at, size_t behind) {
    char quote = text.data[at];
    size_t rim = 0;
    while (rim < 3 && at + rim < text.length && text.data[at + rim] == quote && strchr("\"'`", quote)) {
        rim++;
    }
    rim = rim == 2 ? 1 : rim;
    return rim && behind - at > 2 * rim ? slice_sub(text, at + rim, behind - rim) : slice_of(NULL, 0);
}

static void rate(const struct message_scan *scan, const struct scan_file *file, struct slice string,
                 struct scan_hits *found) {
    float score = string.length ? message_match(scan->message, string) : 0;
    if (score > 0) {
        size_t at = (size_t)(string.data - file->text.data);
        struct scan_hit hit = scan_hit_at(file, at);
        hit.score = score;
        hit.line = (uint32_t)slice_count(slice_sub(file->text, 0, at), '\n') + 1;
        if (hit.chunk) {
            vec_push(&found->list, hit);
        }
    }
}

// A passage may begin within a comment; then its first strings are lost.
static void look_at(const struct message_scan *scan, const struct scan_file *file, const struct chunk *chunk,
                    struct scan_hits *found) {
    struct prose_marks marks = prose_marks_of(file->language);
    for (size_t at = chunk->start_byte; at < chunk->end_byte;) {
        size_t behind = prose_skip(file->text, at, marks);
        if (behind > at + 1) {
            rate(scan, file, string_at(file->text, at, behind), found);
        }
        at = behind > at ? behind : at + 1;
    }
}

static void look(const void *context, const struct scan_file *file, struct scan_hits *found) {
    const struct message_scan *scan = context;
    const struct segment *segment = scan->snapshot->segments[file->at.segment];
    uint32_t first, end = segment_range(segment, SEGMENT_CHUNKS, file->at.file, &first);
    for (uint32_t id = first; id < end; id++) {
        if (has(scan->chunks[file->at.segment], id)) {
            look_at(scan, file, &file->record->chunks[id - first], found);
        }
    }
}

size_t message_scan(const struct snapshot *snapshot, const char *root, const struct message *message,
                    struct slice folder, size_t limit, struct scan_hit *hits, bool *is_cut) {
    struct message_scan context = {.snapshot = snapshot, .message = message};
    struct scan scan = {.snapshot = snapshot,
                        .root = root,
                        .folder = folder,
                        .is_asked = may_have,
                        .look = look,
                        .context = &context};
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        context.chunks[s] = new_bits(snapshot->segments[s]->fields[SEGMENT_CHUNKS].count);
        context.files[s] = new_bits(snapshot->segments[s]->file_count);
    }
    choose(&context, folder);
    size_t count = scan_files(&scan, limit, hits, is_cut);
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        free(context.chunks[s]);
        free(context.files[s]);
    }
    return count;
}
