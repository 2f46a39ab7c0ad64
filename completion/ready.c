// ready.c - see ready.h.
#include "completion/ready.h"

#include "base/mem.h"
#include "completion/postprocess.h"

#include <stdlib.h>

struct entry {
    char *path;
    struct text *document; // as it was asked for
    size_t cursor;
    struct str text;
    const char *model;
    double confidence;
    uint32_t max_lines;
    bool shown;
};

struct ready {
    struct entry *entries[READY_KEPT]; // newest first
};

struct ready *ready_new(void) {
    return mem_zero(1, sizeof(struct ready));
}

static void entry_free(struct entry *entry) {
    if (entry) {
        free(entry->path);
        text_release(entry->document);
        str_free(&entry->text);
        free(entry);
    }
}

void ready_free(struct ready *ready) {
    for (size_t i = 0; ready && i < READY_KEPT; i++) {
        entry_free(ready->entries[i]);
    }
    free(ready);
}

void ready_put(struct ready *ready, const char *path, struct text *document, size_t cursor,
               const struct ready_suggestion *suggestion, bool shown) {
    struct entry *entry = mem_zero(1, sizeof *entry);
    entry->path = mem_copy_string(path);
    entry->document = text_retain(document);
    entry->cursor = cursor;
    str_init(&entry->text);
    str_append_slice(&entry->text, suggestion->text);
    entry->model = suggestion->model;
    entry->confidence = suggestion->confidence;
    entry->max_lines = suggestion->max_lines;
    entry->shown = shown;
    entry_free(ready->entries[READY_KEPT - 1]);
    memmove(ready->entries + 1, ready->entries, (READY_KEPT - 1) * sizeof *ready->entries);
    ready->entries[0] = entry;
}

// Behind the cursor editors add and take away closing brackets as one types; whatever else is there must not change.
static struct slice behind(struct slice document, size_t cursor) {
    return slice_sub(document, cursor + postprocess_closers(document, cursor), document.length);
}

// Is the document the entry's, with the beginning or all of its text typed?
static bool fits(const struct entry *entry, const char *path, struct slice document, size_t cursor) {
    if (cursor <= entry->cursor || cursor - entry->cursor > entry->text.length) {
        return false;
    }
    struct slice then = text_slice(entry->document);
    struct slice typed = slice_sub(document, entry->cursor, cursor);
    return slice_equal(typed, slice_sub(str_slice(&entry->text), 0, typed.length)) &&
           strcmp(entry->path, path) == 0 &&
           slice_equal(slice_sub(document, 0, entry->cursor), slice_sub(then, 0, entry->cursor)) &&
           slice_equal(behind(document, cursor), behind(then, entry->cursor));
}

static size_t left_of(const struct entry *entry, size_t cursor) {
    return entry->text.length - (cursor - entry->cursor);
}

static const struct entry *find(const struct ready *ready, const char *path, struct slice document,
                                size_t cursor, bool shown) {
    for (size_t i = 0; i < READY_KEPT && ready->entries[i]; i++) {
        const struct entry *entry = ready->entries[i];
        if (entry->shown == shown && fits(entry, path, document, cursor) && left_of(entry, cursor) > 0) {
            return entry;
        }
    }
    return NULL;
}

bool ready_find(const struct ready *ready, const char *path, struct slice document, size_t cursor,
                struct ready_suggestion *out) {
    const struct entry *entry = find(ready, path, document, cursor, true);
    entry = entry ? entry : find(ready, path, document, cursor, false);
    if (entry) {
        struct slice rest = slice_sub(str_slice(&entry->text), cursor - entry->cursor, entry->text.length);
        *out = (struct ready_suggestion){rest, entry->model, entry->confidence, entry->max_lines};
    }
    return entry != NULL;
}

bool ready_is_typed(const struct ready *ready, const char *path, struct slice document, size_t cursor) {
    const struct entry *last = ready->entries[0];
    return last && last->shown && fits(last, path, document, cursor) && left_of(last, cursor) == 0;
}
