// edits.c - see edits.h.
#include "retrieval/edits.h"

#include "indexer/terms.h"

enum { NEAR_LINES = 10, ENOUGH = 2, SHORT_NAME = 3, TELLING_NAME = 6 };

struct sharing {
    struct map names; // near the cursor: segment_exact_key -> whether it was seen in the place
    uint32_t count;
    uint32_t evidence; // a name of TELLING_NAME bytes counts for ENOUGH
};

static void share_name(void *context, struct slice name, size_t at) {
    (void)at;
    struct sharing *sharing = context;
    uint64_t *seen = map_get(&sharing->names, segment_exact_key(name));
    if (seen && !*seen) {
        *seen = 1;
        sharing->count++;
        sharing->evidence += name.length >= TELLING_NAME ? ENOUGH : 1;
    }
}

static void note_names(const struct query *query, struct sharing *sharing) {
    for (size_t i = 0; i < query->name_count; i++) {
        struct slice name = query->names[i].text;
        if (query->names[i].distance <= NEAR_LINES && name.length >= SHORT_NAME && !terms_is_keyword(name)) {
            map_set(&sharing->names, segment_exact_key(name), 0);
        }
    }
}

static struct slice lines_of(struct slice text, uint32_t start, uint32_t end) {
    size_t at = 0, from = 0;
    for (uint32_t line = 0; line <= end && at < text.length; line++) {
        from = line == start ? at : from;
        const char *newline = memchr(text.data + at, '\n', text.length - at);
        at = newline ? (size_t)(newline - text.data) + 1 : text.length;
    }
    return slice_sub(text, from, at);
}

// Returns how much that says.
static uint32_t count_shared(const struct query *query, struct slice text, uint32_t *count) {
    struct sharing sharing = {0};
    map_init(&sharing.names);
    note_names(query, &sharing);
    query_identifiers(text, 0, text.length, share_name, &sharing);
    map_free(&sharing.names);
    *count = sharing.count;
    return sharing.evidence;
}

static struct edit edit_of(const struct editing_place *place) {
    struct edit edit = {.text = place->text, .start_line = place->start_line, .end_line = place->end_line};
    uint32_t last = edit.start_line + EDITS_LINES - 1;
    edit.end_line = (edit.end_line < last ? edit.end_line : last) + 1;
    edit.start_line -= edit.start_line > 0;
    return edit;
}

size_t edits_find(const struct snapshot *snapshot, const struct query *query, size_t limit,
                  struct edit *out) {
    size_t count = 0;
    const struct editing *editing = snapshot->editing;
    for (uint32_t i = 0; editing && i < editing->place_count && count < limit; i++) {
        struct edit edit = edit_of(&editing->places[i]);
        struct slice path = slice_of_string(editing->places[i].path);
        struct slice lines = lines_of(text_slice(edit.text), edit.start_line, edit.end_line);
        uint32_t shared;
        if (!slice_equal(path, query->path) && snapshot_find(snapshot, path, &edit.file) &&
            count_shared(query, lines, &shared) >= ENOUGH) {
            edit.score = (float)shared;
            out[count++] = edit;
        }
    }
    return count;
}
