// callers.c - see callers.h.
//
// The index knows what each file calls by name. Files that may are found by the name as a word of their
// chunks; their records tell the line.
#include "retrieval/callers.h"

#include "retrieval/chunks.h"
#include "retrieval/paths.h"

enum { SHORT_NAME = 4 };

// The function at whose head the line is; NULL if it is at none.
static const struct symbol *written(const struct record *record, uint32_t line) {
    const struct symbol *symbol = record_symbol_at(record, line);
    bool is_function = symbol && (symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD);
    bool at_head = is_function && line <= symbol->header_end_line + CALLERS_BODY_LINES;
    return at_head && strlen(symbol->name) >= SHORT_NAME ? symbol : NULL;
}

// The first call of the name within the chunk.
static bool find_call(const struct record *record, const struct chunk *chunk, struct slice name,
                      uint32_t *line) {
    size_t count = 0;
    const struct reference *references = record_references(record, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (references[i].kind == REFERENCE_CALL && references[i].line >= chunk->start_line &&
            references[i].line <= chunk->end_line) {
            *line = references[i].line;
            return true;
        }
    }
    return false;
}

// What is not a test comes first, then what is near.
static float worth(const struct query *query, const struct record *record) {
    float distance = (float)paths_distance(slice_of_string(record->path), query->path);
    return (record->taint == TAINT_OWN ? 1.0f : 0.0f) + 1.0f / (1.0f + distance);
}

// Puts it where it belongs among the best; a file counts once.
static size_t offer(struct caller *best, size_t count, size_t limit, struct caller caller) {
    for (size_t i = 0; i < count; i++) {
        if (best[i].file.segment == caller.file.segment && best[i].file.file == caller.file.file) {
            return count;
        }
    }
    size_t at = count;
    while (at > 0 && best[at - 1].score < caller.score) {
        at--;
    }
    if (at == limit) {
        return count;
    }
    count += count < limit;
    memmove(best + at + 1, best + at, (count - at - 1) * sizeof *best);
    best[at] = caller;
    return count;
}

size_t callers_find(const struct snapshot *snapshot, const struct query *query, const struct record *record,
                    uint32_t line, const struct snapshot_file *self, size_t limit, struct caller *out) {
    const struct symbol *function = written(record, line);
    if (!function || limit == 0) {
        return 0;
    }
    struct slice name = slice_of_string(function->name);
    struct weighted_term term = {segment_name_key(name), 1};
    struct bm25_hit hits[CALLERS_CHUNKS];
    size_t found = chunks_similar(snapshot, &term, 1, self, CALLERS_CHUNKS, hits), count = 0;
    for (size_t i = 0; i < found; i++) {
        const struct segment *segment = snapshot->segments[hits[i].segment];
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_CHUNKS], hits[i].id);
        const struct record *calling = segment_record(segment, file);
        struct caller caller = {.file = {hits[i].segment, file}, .score = worth(query, calling)};
        if (find_call(calling, segment_chunk(segment, hits[i].id), name, &caller.line)) {
            count = offer(out, count, limit, caller);
        }
    }
    return count;
}
