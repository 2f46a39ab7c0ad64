// scan.c - see scan.h.
#include "retrieval/scan.h"

#include "retrieval/file_text.h"
#include "retrieval/paths.h"

#include <stdlib.h>
#include <string.h>

enum { COMMENT = 4096 }; // bytes of one

struct scanning {
    const struct scan *scan;
    size_t left; // bytes to be read
    bool is_cut; // there were more
    struct scan_hits found;
};

static void scan_file(struct scanning *scanning, struct snapshot_file at, const struct language *language) {
    const struct scan *scan = scanning->scan;
    const struct segment *segment = scan->snapshot->segments[at.segment];
    struct str buffer;
    str_init(&buffer);
    struct scan_file file = {.segment = segment,
                             .at = at,
                             .language = language,
                             .text = file_text(&segment->files[at.file], scan->root, &buffer)};
    size_t read = file.text.length ? file.text.length : buffer.length; // in vain, if it changed meanwhile
    scanning->left -= read < scanning->left ? read : scanning->left;
    if (file.text.length) {
        scan->look(scan->context, &file, &scanning->found);
    }
    str_free(&buffer);
}

static void scan_all(struct scanning *scanning) {
    const struct scan *scan = scanning->scan;
    struct snapshot_walk walk = snapshot_walk_files(scan->snapshot);
    while (!scanning->is_cut && snapshot_walk_next(&walk)) {
        const struct record *record = snapshot_file(scan->snapshot, walk.at)->record;
        const struct language *language = language_of_id(record->language);
        bool is_asked = paths_is_below(scan->folder, slice_of_string(record->path)) &&
                        scan->is_asked(scan->context, walk.at, language);
        scanning->is_cut = is_asked && scanning->left == 0;
        if (is_asked && !scanning->is_cut) {
            scan_file(scanning, walk.at, language);
        }
    }
}

static int compare_hits(const void *left, const void *right) {
    const struct scan_hit *a = left, *b = right;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    return a->found < b->found ? -1 : a->found > b->found;
}

size_t scan_files(const struct scan *scan, size_t limit, struct scan_hit *hits, bool *is_cut) {
    struct scanning scanning = {.scan = scan, .left = SCAN_BYTES};
    scan_all(&scanning);
    *is_cut = scanning.is_cut;
    size_t found = scanning.found.list.count, count = found < limit ? found : limit;
    for (size_t i = 0; i < found; i++) {
        scanning.found.list.items[i].found = (uint32_t)i;
    }
    if (count) {
        qsort(scanning.found.list.items, found, sizeof *scanning.found.list.items, compare_hits);
        memcpy(hits, scanning.found.list.items, count * sizeof *hits);
    }
    vec_free(&scanning.found.list);
    return count;
}

// --- what stands at a place ---

static const struct chunk *chunk_at(const struct record *record, size_t at) {
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        if (at < record->chunks[i].end_byte) {
            return &record->chunks[i];
        }
    }
    return NULL;
}

// Is the place in the comment right above the definition? No empty line is between them.
static bool leads(struct slice text, size_t at, const struct symbol *symbol) {
    struct slice between = slice_sub(text, at, symbol->start_byte);
    return between.length < COMMENT && slice_find(between, SLICE_LITERAL("\n\n"), 0) == (size_t)-1 &&
           slice_find(between, SLICE_LITERAL("\n\r\n"), 0) == (size_t)-1;
}

struct scan_hit scan_hit_at(const struct scan_file *file, size_t at) {
    const struct record *record = scan_record(file);
    struct scan_hit hit = {.at = file->at, .chunk = chunk_at(record, at)};
    bool is_data = !file->language || language_is_data(file->language);
    uint32_t next = 0;
    for (; next < record->symbol_count && record->symbols[next].start_byte <= at && !is_data; next++) {
        hit.symbol = record->symbols[next].end_byte > at ? &record->symbols[next] : hit.symbol;
    }
    bool is_between = !hit.symbol || hit.symbol->kind == SYMBOL_TYPE || hit.symbol->kind == SYMBOL_MODULE;
    if (is_between && !is_data && next < record->symbol_count &&
        leads(file->text, at, &record->symbols[next])) {
        hit.symbol = &record->symbols[next];
    }
    return hit;
}
