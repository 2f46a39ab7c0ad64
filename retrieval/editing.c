// editing.c - see editing.h.
//
// Each change makes a new object of what is kept of the old one; with a few
// dozen entries, copying is cheaper than sharing would be complicated.
#include "retrieval/editing.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

// A change of one document, in lines.
struct change {
    const char *path;
    struct text *now;
    int64_t start;            // the first line that differs
    int64_t old_end, new_end; // the last one, before and now
};

static uint64_t key_of(const char *path) {
    return hash_bytes(path, strlen(path));
}

// False if the texts are the same.
static bool compare(struct slice old, struct slice now, struct change *change) {
    size_t head = slice_common_head(old, now);
    if (head == old.length && head == now.length) {
        return false;
    }
    size_t tail = slice_common_tail(slice_sub(old, head, old.length), slice_sub(now, head, now.length));
    change->start = (int64_t)slice_count(slice_sub(now, 0, head), '\n');
    change->old_end = change->start + (int64_t)slice_count(slice_sub(old, head, old.length - tail), '\n');
    change->new_end = change->start + (int64_t)slice_count(slice_sub(now, head, now.length - tail), '\n');
    return true;
}

static void add_place(struct editing *editing, const char *path, struct text *text, int64_t start,
                      int64_t end) {
    if (editing->place_count < EDITING_PLACES && end - start < EDITING_LINES) {
        editing->places[editing->place_count++] = (struct editing_place){.path = mem_copy_string(path),
                                                                         .text = text_retain(text),
                                                                         .start_line = (uint32_t)start,
                                                                         .end_line = (uint32_t)end};
    }
}

// Does the change go on where that place is? Then they are one: widens start and end, lines of the new text.
static bool goes_on(const struct editing_place *place, const struct change *change, int64_t *start,
                    int64_t *end) {
    int64_t first = place->start_line, last = place->end_line;
    if (strcmp(place->path, change->path) != 0 || change->start > last + EDITING_NEARBY ||
        change->old_end < first - EDITING_NEARBY) {
        return false;
    }
    int64_t moved = last > change->old_end ? last + change->new_end - change->old_end : change->new_end;
    *start = first < *start ? first : *start;
    *end = moved > *end ? moved : *end;
    return true;
}

// A place that the change does not touch, where it is now.
static void move_place(struct editing *editing, const struct editing_place *place,
                       const struct change *change) {
    bool below = place->start_line > change->old_end;
    int64_t shift = below ? change->new_end - change->old_end : 0;
    add_place(editing, place->path, change->now, place->start_line + shift, place->end_line + shift);
}

static void keep_place(struct editing *editing, const struct editing_place *place) {
    add_place(editing, place->path, place->text, place->start_line, place->end_line);
}

static void add_change(struct editing *editing, const struct editing *before, const struct change *change) {
    bool joined[EDITING_PLACES] = {false};
    int64_t start = change->start, end = change->new_end;
    for (uint32_t i = 0; i < before->place_count; i++) {
        joined[i] = goes_on(&before->places[i], change, &start, &end);
    }
    add_place(editing, change->path, change->now, start, end);
    for (uint32_t i = 0; i < before->place_count; i++) {
        const struct editing_place *place = &before->places[i];
        if (strcmp(place->path, change->path) != 0) {
            keep_place(editing, place);
        } else if (!joined[i]) {
            move_place(editing, place, change);
        }
    }
}

static void keep_others(struct editing *editing, const struct editing *before, const char *path) {
    for (uint32_t i = 0; i < before->place_count; i++) {
        if (strcmp(before->places[i].path, path) != 0) {
            keep_place(editing, &before->places[i]);
        }
    }
}

static void note_open(struct editing *editing, const struct editing *before, const char *path, bool is_open) {
    uint64_t key = key_of(path);
    if (is_open) {
        editing->open[editing->open_count++] = key;
    }
    for (uint32_t i = 0; i < before->open_count && editing->open_count < EDITING_OPEN; i++) {
        if (before->open[i] != key) {
            editing->open[editing->open_count++] = before->open[i];
        }
    }
}

struct editing *editing_after(const struct editing *before, const char *path, struct text *old,
                              struct text *now) {
    static const struct editing nothing;
    struct change change = {.path = path, .now = now};
    struct editing *editing = mem_zero(1, sizeof *editing);
    before = before ? before : &nothing;
    atomic_init(&editing->references, 1);
    note_open(editing, before, path, now != NULL);
    if (old && now && !compare(text_slice(old), text_slice(now), &change)) {
        for (uint32_t i = 0; i < before->place_count; i++) {
            keep_place(editing, &before->places[i]);
        }
    } else if (old && now) {
        add_change(editing, before, &change);
    } else {
        keep_others(editing, before, path);
    }
    return editing;
}

struct editing *editing_retain(struct editing *editing) {
    if (editing) {
        atomic_fetch_add_explicit(&editing->references, 1, memory_order_relaxed);
    }
    return editing;
}

void editing_release(struct editing *editing) {
    if (!editing || atomic_fetch_sub_explicit(&editing->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (uint32_t i = 0; i < editing->place_count; i++) {
        free(editing->places[i].path);
        text_release(editing->places[i].text);
    }
    free(editing);
}

bool editing_is_open(const struct editing *editing, const char *path) {
    uint64_t key = key_of(path);
    for (uint32_t i = 0; editing && i < editing->open_count; i++) {
        if (editing->open[i] == key) {
            return true;
        }
    }
    return false;
}
