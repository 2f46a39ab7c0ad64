// message_scan.c - see message_scan.h.
#include "retrieval/message_scan.h"

#include "indexer/terms.h"
#include "retrieval/bm25.h"
#include "retrieval/prose.h"

#include <stdlib.h>

enum {
    PASSAGES = 256,
    PASSAGES_OF_FOLDER = 2000,
    PLACES = 200, // in a passage
    GAP = 128     // bytes between two strings
};

struct message_scan {
    const struct snapshot *snapshot;
    const struct message *message;
    uint64_t *chunks[SNAPSHOT_SEGMENTS]; // bitmaps of those that are looked at
    uint64_t *files[SNAPSHOT_SEGMENTS];  // and of their files
};

// --- which passages may have it ---

// A term of the message and what having it counts for.
struct terms {
    uint32_t hashes[MESSAGE_WORDS];
    float rarities[MESSAGE_WORDS];
    uint32_t count;
};

struct passage {
    const struct segment *of;
    uint32_t segment, chunk;
    float score;
};

struct passages {
    VEC(struct passage) list;
};

// Of a word that has parts the first term is the whole.
static void keep_first(void *context, uint32_t hash) {
    uint32_t *first = context;
    *first = *first ? *first : hash;
}

static void add_term(const struct message_scan *scan, struct terms *terms, struct slice word) {
    uint32_t hash = 0;
    terms_scan(word, keep_first, &hash);
    bool is_new = hash != 0;
    for (uint32_t i = 0; i < terms->count && is_new; i++) {
        is_new = terms->hashes[i] != hash;
    }
    if (is_new) {
        terms->rarities[terms->count] = bm25_rarity(scan->snapshot, SEGMENT_CHUNKS, hash, false);
        terms->hashes[terms->count++] = hash;
    }
}

// Those that have `least` of the terms, be it once: a string says a word no oftener.
static void gather(const struct message_scan *scan, uint32_t s, const struct terms *terms, uint32_t least,
                   struct passages *passages) {
    const struct segment *segment = scan->snapshot->segments[s];
    const struct segment_part *chunks = &segment->fields[SEGMENT_CHUNKS];
    float *scores = mem_zero(chunks->count + (size_t)1, sizeof *scores);
    uint8_t *counts = mem_zero(chunks->count + (size_t)1, sizeof *counts);
    for (uint32_t i = 0; i < terms->count; i++) {
        struct postings_list list = postings_find(&chunks->terms, terms->hashes[i]);
        while (postings_next(&list)) {
            scores[list.document] += terms->rarities[i];
            counts[list.document]++;
        }
    }
    for (uint32_t i = 0; i < chunks->count; i++) {
        if (counts[i] >= least && !snapshot_is_dead(scan->snapshot, s, segment_file_of(chunks, i))) {
            vec_push(&passages->list, (struct passage){segment, s, i, scores[i]});
        }
    }
    free(scores);
    free(counts);
}

static const char *path_of(const struct passage *passage) {
    return segment_document_path(passage->of, SEGMENT_CHUNKS, passage->chunk);
}

// Equal ones as snapshot_compare has them.
static int compare_passages(const void *left, const void *right) {
    const struct passage *a = left, *b = right;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    if (a->segment != b->segment) {
        return strcmp(path_of(a), path_of(b));
    }
    return a->chunk < b->chunk ? -1 : a->chunk > b->chunk;
}

static void set(uint64_t *bits, uint32_t at) {
    bits[at / 64] |= UINT64_C(1) << (at % 64);
}

static bool has(const uint64_t *bits, uint32_t at) {
    return bits[at / 64] >> (at % 64) & 1;
}

static uint64_t *new_bits(uint32_t count) {
    return mem_zero((size_t)count / 64 + 1, sizeof(uint64_t));
}

// Those that say most. Keywords and letters are in no index, so as many fewer of the words are needed.
static void choose(struct message_scan *scan, struct slice folder) {
    struct terms terms = {.count = 0};
    struct passages passages = {0};
    for (uint32_t i = 0; i < scan->message->count; i++) {
        add_term(scan, &terms, scan->message->words[i]);
    }
    uint32_t least = message_least_words(scan->message), unknown = scan->message->count - terms.count;
    for (uint32_t s = 0; s < scan->snapshot->segment_count; s++) {
        gather(scan, s, &terms, least > unknown ? least - unknown : 1, &passages);
    }
    if (passages.list.count) {
        qsort(passages.list.items, passages.list.count, sizeof *passages.list.items, compare_passages);
    }
    size_t most = folder.length ? PASSAGES_OF_FOLDER : PASSAGES;
    for (size_t i = 0; i < passages.list.count && i < most; i++) {
        const struct passage *passage = &passages.list.items[i];
        const struct segment *segment = scan->snapshot->segments[passage->segment];
        set(scan->chunks[passage->segment], passage->chunk);
        set(scan->files[passage->segment], segment_file_of(&segment->fields[SEGMENT_CHUNKS], passage->chunk));
    }
    vec_free(&passages.list);
}

static bool may_have(const void *context, struct snapshot_file at, const struct language *language) {
    const struct message_scan *scan = context;
    return language && has(scan->files[at.segment], at.file);
}

// --- where it stands in a file ---

// Where a string begins right behind one, as long messages are cut into several; `at` itself if none does.
static size_t next_string(struct slice text, size_t at) {
    size_t next = at;
    while (next < text.length && next < at + GAP && strchr(" \t\r\n+\\", text.data[next])) {
        next++;
    }
    bool has_prefix = next + 1 < text.length && strchr("fFrRbBuU", text.data[next]) != NULL;
    next += has_prefix;
    return next < text.length && strchr("\"'`", text.data[next]) ? next : at;
}

// Behind the last of the strings that follow one another, the first of which ends at `end`.
static size_t strings_end(struct slice text, size_t start, size_t end, struct prose_marks marks) {
    for (size_t next; (next = next_string(text, end)) > end && end < start + MESSAGE_STRING;) {
        size_t behind = prose_skip(text, next, marks);
        if (behind <= next + 1) {
            break;
        }
        end = behind;
    }
    return end;
}

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

static void rate(const struct message_scan *scan, const struct scan_file *file, const struct chunk *chunk,
                 struct slice string, struct scan_hits *found) {
    float score = string.length ? message_match(scan->message, string) : 0;
    if (score > 0) {
        size_t at = (size_t)(string.data - file->text.data);
        struct scan_hit hit = scan_hit_at(file, at);
        size_t lines = slice_count(slice_sub(file->text, chunk->start_byte, at), '\n');
        hit.score = score;
        hit.line = chunk->start_line + (uint32_t)lines + 1;
        hit.chunk = hit.chunk ? hit.chunk : chunk;
        vec_push(&found->list, hit);
    }
}

// Each string, and those that follow one another as one. A passage may begin within a comment; then its first strings
// are lost.
static void look_at(const struct message_scan *scan, const struct scan_file *file, const struct chunk *chunk,
                    struct scan_hits *found) {
    struct prose_marks marks = prose_marks_of(file->language);
    size_t most = found->list.count + PLACES;
    size_t joined = 0; // up to there strings were looked at as one
    for (size_t at = chunk->start_byte, behind;
         at < chunk->end_byte && found->list.count<most; at = behind> at ? behind : at + 1) {
        behind = prose_skip(file->text, at, marks);
        if (behind <= at + 1 || !strchr("\"'`", file->text.data[at])) {
            continue;
        }
        rate(scan, file, chunk, string_at(file->text, at, behind), found);
        size_t end = at < joined ? behind : strings_end(file->text, at, behind, marks);
        if (end > behind) {
            rate(scan, file, chunk, string_at(file->text, at, end), found);
            joined = end;
        }
    }
}

static void look(const void *context, const struct scan_file *file, struct scan_hits *found) {
    const struct message_scan *scan = context;
    const struct segment *segment = scan->snapshot->segments[file->at.segment];
    uint32_t first, end = segment_range(segment, SEGMENT_CHUNKS, file->at.file, &first);
    for (uint32_t id = first; id < end; id++) {
        if (has(scan->chunks[file->at.segment], id)) {
            look_at(scan, file, &scan_record(file)->chunks[id - first], found);
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
