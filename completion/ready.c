// ready.c - see ready.h.
#include "completion/ready.h"

#include "base/hash.h"
#include "base/mem.h"
#include "completion/postprocess.h"

#include <stdlib.h>

struct entry {
    char *path;
    size_t cursor, below_length; // of the document as it was asked for
    uint64_t above, below;       // hashes of what stood before the cursor and behind it
    struct str text;
    const char *model;
    double confidence;
    uint32_t max_lines;
    bool is_head, shown;
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

// Behind the cursor editors add and take away closing brackets as one types; whatever else is there must not change.
static struct slice behind(struct slice document, size_t cursor) {
    return slice_sub(document, cursor + postprocess_closers(document, cursor), document.length);
}

static uint64_t hash_of(struct slice text) {
    return hash_bytes(text.data, text.length);
}

void ready_put(struct ready *ready, const char *path, struct slice document, size_t cursor,
               const struct ready_suggestion *suggestion, bool shown) {
    struct entry *entry = mem_zero(1, sizeof *entry);
    entry->path = mem_copy_string(path);
    entry->cursor = cursor;
    entry->below_length = behind(document, cursor).length;
    entry->above = hash_of(slice_sub(document, 0, cursor));
    entry->below = hash_of(behind(document, cursor));
    str_init(&entry->text);
    str_append_slice(&entry->text, suggestion->text);
    entry->model = suggestion->model;
    entry->confidence = suggestion->confidence;
    entry->max_lines = suggestion->max_lines;
    entry->is_head = suggestion->is_head;
    entry->shown = shown;
    entry_free(ready->entries[READY_KEPT - 1]);
    memmove(ready->entries + 1, ready->entries, (READY_KEPT - 1) * sizeof *ready->entries);
    ready->entries[0] = entry;
}

// Is the document the entry's, with the beginning or all of its text typed?
static bool fits(const struct entry *entry, const char *path, struct slice document, size_t cursor) {
    if (cursor <= entry->cursor || cursor - entry->cursor > entry->text.length) {
        return false;
    }
    struct slice typed = slice_sub(document, entry->cursor, cursor);
    struct slice below = behind(document, cursor);
    return slice_equal(typed, slice_sub(str_slice(&entry->text), 0, typed.length)) &&
           strcmp(entry->path, path) == 0 && below.length == entry->below_length &&
           hash_of(slice_sub(document, 0, entry->cursor)) == entry->above && hash_of(below) == entry->below;
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
        struct slice text = str_slice(&entry->text);
        size_t typed = cursor - entry->cursor;
        *out = (struct ready_suggestion){.text = slice_sub(text, typed, text.length),
                                         .typed = slice_sub(text, 0, typed),
                                         .model = entry->model,
                                         .confidence = entry->confidence,
                                         .max_lines = entry->max_lines,
                                         .is_head = entry->is_head};
    }
    return entry != NULL;
}

bool ready_is_typed(const struct ready *ready, const char *path, struct slice document, size_t cursor) {
    const struct entry *last = ready->entries[0];
    return last && last->shown && fits(last, path, document, cursor) && left_of(last, cursor) == 0;
}
