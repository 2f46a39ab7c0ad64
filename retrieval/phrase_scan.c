// phrase_scan.c - see phrase_scan.h.
#include "retrieval/phrase_scan.h"

#include "indexer/terms.h"
#include "retrieval/binding.h"
#include "retrieval/bm25.h"
#include "retrieval/prose.h"

#include <stdlib.h>
#include <string.h>

enum {
    TERMS = 24,  // that a file has to have; more would hardly narrow it down further
    PLACES = 200 // in a file
};
static const float CUT = 0.8f, OTHER_CASE = 0.6f;
static const float USED = 0.7f; // a name that gets its meaning elsewhere

struct phrase_scan {
    const struct snapshot *snapshot;
    const struct phrase *phrase;
    bool code_alone;
    uint32_t terms[TERMS];
    uint32_t term_count;
    uint64_t *files[SNAPSHOT_SEGMENTS]; // bitmaps of those that may say it; NULL: all may
};

// --- which files may say it ---

static void add_term(void *context, uint32_t hash) {
    struct phrase_scan *scan = context;
    for (uint32_t s = 0; s < scan->snapshot->segment_count && scan->term_count < TERMS; s++) {
        if (postings_find(&scan->snapshot->segments[s]->fields[SEGMENT_CHUNKS].terms, hash).length) {
            scan->terms[scan->term_count++] = hash;
            return;
        }
    }
}

// Words that nobody says may be parts of others.
static void add_terms(struct phrase_scan *scan, uint32_t first, uint32_t end) {
    for (uint32_t i = first; i < end; i++) {
        terms_scan(scan->phrase->tokens[i], add_term, scan);
    }
}

// Of the chunks those that have the term or are beside one that has it stay near.
static void keep_near(const struct segment_part *chunks, uint32_t term, uint8_t *near, uint8_t *has) {
    struct postings_list list = postings_find(&chunks->terms, term);
    memset(has, 0, chunks->count + (size_t)2);
    while (postings_next(&list)) {
        has[list.document] = has[list.document + 1] = has[list.document + 2] = 1;
    }
    for (uint32_t i = 0; i < chunks->count; i++) {
        near[i] &= has[i + 1];
    }
}

static uint64_t *files_with_terms(const struct phrase_scan *scan, const struct segment *segment) {
    const struct segment_part *chunks = &segment->fields[SEGMENT_CHUNKS];
    uint64_t *files = mem_alloc(segment_bitmap_words(segment) * sizeof *files);
    uint8_t *near = mem_alloc(2 * ((size_t)chunks->count + 2)), *has = near + chunks->count + 2;
    memset(files, 0, segment_bitmap_words(segment) * sizeof *files);
    memset(near, 1, chunks->count);
    for (uint32_t i = 0; i < scan->term_count; i++) {
        keep_near(chunks, scan->terms[i], near, has);
    }
    for (uint32_t i = 0; i < chunks->count; i++) {
        uint32_t file = segment_file_of(chunks, i);
        files[file / 64] |= (uint64_t)near[i] << (file % 64);
    }
    free(near);
    return files;
}

static void narrow(struct phrase_scan *scan) {
    uint32_t count = scan->phrase->count;
    add_terms(scan, 1, count ? count - 1 : 0);
    if (scan->term_count == 0) {
        add_terms(scan, 0, count);
    }
    for (uint32_t s = 0; s < scan->snapshot->segment_count && scan->term_count; s++) {
        scan->files[s] = files_with_terms(scan, scan->snapshot->segments[s]);
    }
}

static bool may_say(const void *context, struct snapshot_file at, const struct language *language) {
    const struct phrase_scan *scan = context;
    const uint64_t *files = scan->files[at.segment];
    bool is_code = language && !language_is_data(language);
    return (is_code || !scan->code_alone) && (!files || files[at.file / 64] >> (at.file % 64) & 1);
}

// --- where it stands in a file ---

static bool is_same(const struct scan_hit *a, const struct scan_hit *b) {
    return a->symbol == b->symbol && (a->symbol || a->chunk == b->chunk);
}

static float rate(const struct phrase_match *match) {
    return (match->is_exact ? 1 : OTHER_CASE) * (match->is_whole ? 1 : CUT);
}

static void put(struct scan_hits *found, const struct scan_hit *hit) {
    if (hit->score > 0) {
        vec_push(&found->list, *hit);
    }
}

// Each match begins where the one before it was left, so that a file is gone through once.
struct reached {
    size_t code;    // a place that is in code
    size_t counted; // before which `lines` lines end
    uint32_t lines;
};

static uint32_t line_of(struct slice text, size_t at, struct reached *reached) {
    reached->lines += (uint32_t)slice_count(slice_sub(text, reached->counted, at), '\n');
    reached->counted = at;
    return reached->lines + 1;
}

// How well the match answers; 0: not at all.
static void rate_place(const struct phrase_scan *scan, const struct scan_file *file,
                       const struct phrase_match *match, struct reached *reached, struct scan_hit *hit) {
    const struct phrase *phrase = scan->phrase;
    bool is_name = phrase->count == 1 && phrase->word_count == 1 && !phrase->is_quoted;
    bool binds =
        is_name && match->is_whole && binding_is_at(file->text, match->start, match->end, file->language);
    bool is_code = false;
    if (scan->code_alone || binds) {
        reached->code = prose_end(file->text, reached->code, match->start, prose_marks_of(file->language));
        is_code = reached->code == match->start;
    }
    if (is_code || !scan->code_alone) {
        hit->score = rate(match) * (is_name && !(binds && is_code) ? USED : 1);
        hit->line = binds && is_code ? line_of(file->text, match->start, reached) : 0;
    }
}

// Several places in one definition are one hit.
static void look(const void *context, const struct scan_file *file, struct scan_hits *found) {
    const struct phrase_scan *scan = context;
    struct scan_hit last = {0};
    struct phrase_match match = {0};
    struct reached reached = {0};
    size_t at = 0;
    for (int place = 0;
         place < PLACES && phrase_find(scan->phrase, file->text, at, file->text.length, &match); place++) {
        at = match.start + 1;
        struct scan_hit hit = scan_hit_at(file, match.start);
        if (hit.chunk) {
            rate_place(scan, file, &match, &reached, &hit);
        }
        if (hit.score <= 0) {
            continue;
        }
        if (!is_same(&last, &hit)) {
            put(found, &last);
        }
        last = is_same(&last, &hit) && hit.score <= last.score ? last : hit;
    }
    put(found, &last);
}

size_t phrase_scan(const struct snapshot *snapshot, const char *root, const struct phrase *phrase,
                   bool code_alone, struct slice folder, size_t limit, struct scan_hit *hits, bool *is_cut) {
    struct phrase_scan context = {.snapshot = snapshot, .phrase = phrase, .code_alone = code_alone};
    struct scan scan = {.snapshot = snapshot,
                        .root = root,
                        .folder = folder,
                        .is_asked = may_say,
                        .look = look,
                        .context = &context};
    narrow(&context);
    size_t count = scan_files(&scan, limit, hits, is_cut);
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        free(context.files[s]);
    }
    return count;
}
