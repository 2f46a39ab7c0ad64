// snapshot.c - see snapshot.h.
//
// The one hard question is how a reader can take a reference to something that
// the writer may free at that moment. Here it cannot: snapshots stand in a few
// fixed places, each with a count of pins that outlives them. A reader adds
// its pin to the current place and looks again whether it still is the current
// one; if not, it takes the pin back without having touched the snapshot. The
// writer empties a place only after making another one current and then seeing
// no pin. All of these are sequentially consistent, so one of the two always
// sees the other.
//
//   place:  FREE -(publish)-> CURRENT -(next publish)-> RETIRED -(a publish that sees no pin)-> FREE
#include "retrieval/snapshot.h"

#include "base/mem.h"

#include <stdlib.h>
#include <uv.h>

static void snapshot_free(struct snapshot *snapshot) {
    if (!snapshot) {
        return;
    }
    for (uint32_t i = 0; i < snapshot->module_count; i++) {
        free((char *)(uintptr_t)snapshot->modules[i].folder);
        free((char *)(uintptr_t)snapshot->modules[i].prefix);
    }
    for (uint32_t i = 0; i < snapshot->segment_count; i++) {
        segment_release(snapshot->segments[i]);
    }
    for (uint32_t i = 0; i < snapshot->on_disk; i++) {
        free(snapshot->gone[i]);
        free(snapshot->dead[i]);
    }
    editing_release(snapshot->editing);
    free(snapshot->modules);
    free(snapshot);
}

static void add_segment(struct snapshot *snapshot, struct segment *segment) {
    snapshot->segments[snapshot->segment_count++] = segment_retain(segment);
}

static uint64_t *copy_bits(const uint64_t *bits, const struct segment *segment) {
    uint64_t *copy = mem_alloc(segment_bitmap_words(segment) * sizeof *copy);
    memcpy(copy, bits, segment_bitmap_words(segment) * sizeof *copy);
    return copy;
}

// The files on disk that have the paths of open ones.
static void bury(struct snapshot *snapshot, const struct segment *open) {
    for (uint32_t file = 0; file < open->file_count; file++) {
        struct slice path = slice_of_string(open->files[file].record->path);
        for (uint32_t s = 0; s < snapshot->on_disk; s++) {
            uint32_t hidden = 0;
            if (segment_find(snapshot->segments[s], path, &hidden)) {
                snapshot->dead[s][hidden / 64] |= 1ull << (hidden % 64);
            }
        }
    }
}

static void copy_modules(struct snapshot *snapshot, const struct snapshot_parts *parts) {
    snapshot->modules = mem_zero(parts->module_count + (size_t)1, sizeof *snapshot->modules);
    snapshot->module_count = parts->module_count;
    for (uint32_t i = 0; i < parts->module_count; i++) {
        snapshot->modules[i].folder = mem_copy_string(parts->modules[i].folder);
        snapshot->modules[i].prefix = mem_copy_string(parts->modules[i].prefix);
        snapshot->modules[i].kind = parts->modules[i].kind;
    }
}

static struct snapshot *snapshot_new(const struct snapshot_parts *parts) {
    struct snapshot *snapshot = mem_zero(1, sizeof *snapshot);
    for (uint32_t i = 0; i < parts->segment_count; i++) {
        add_segment(snapshot, parts->segments[i]);
        snapshot->gone[i] = copy_bits(parts->gone[i], parts->segments[i]);
        snapshot->dead[i] = copy_bits(parts->gone[i], parts->segments[i]);
    }
    snapshot->on_disk = parts->segment_count;
    snapshot->editing = editing_retain(parts->editing);
    for (uint32_t i = 0; i < parts->open_count; i++) {
        add_segment(snapshot, parts->open[i]);
        bury(snapshot, parts->open[i]);
    }
    copy_modules(snapshot, parts);
    return snapshot;
}

// Those whose readers are gone: of the generations that are left the oldest is a later one.
static void release_retired(struct snapshot_slot *slot) {
    uint64_t oldest = UINT64_MAX;
    size_t kept = 0;
    for (unsigned i = 0; i < SNAPSHOT_PLACES; i++) {
        const struct snapshot *snapshot = slot->places[i].snapshot;
        oldest = snapshot && snapshot->generation < oldest ? snapshot->generation : oldest;
    }
    for (size_t i = 0; i < slot->retired.count; i++) {
        struct snapshot_retired retired = slot->retired.items[i];
        if (retired.generation < oldest) {
            record_release(retired.record);
        } else {
            slot->retired.items[kept++] = retired;
        }
    }
    slot->retired.count = kept;
}

void snapshot_slot_init(struct snapshot_slot *slot) {
    *slot = (struct snapshot_slot){0};
    for (int i = 0; i < SNAPSHOT_PLACES; i++) {
        atomic_init(&slot->places[i].pins, 0);
    }
    slot->places[0].snapshot = snapshot_new(&(struct snapshot_parts){0});
    atomic_init(&slot->current, 0);
}

void snapshot_slot_fini(struct snapshot_slot *slot) {
    for (int i = 0; i < SNAPSHOT_PLACES; i++) {
        snapshot_free(slot->places[i].snapshot);
        slot->places[i].snapshot = NULL;
    }
    release_retired(slot);
    vec_free(&slot->retired);
}

const struct snapshot *snapshot_pin(struct snapshot_slot *slot) {
    for (;;) {
        unsigned current = atomic_load(&slot->current);
        struct snapshot_place *place = &slot->places[current];
        atomic_fetch_add(&place->pins, 1);
        if (atomic_load(&slot->current) == current) {
            return place->snapshot;
        }
        atomic_fetch_sub(&place->pins, 1);
    }
}

void snapshot_unpin(struct snapshot_slot *slot, const struct snapshot *snapshot) {
    atomic_fetch_sub(&slot->places[snapshot->place].pins, 1);
}

// Frees what is retired and unpinned; returns an empty place, or SNAPSHOT_PLACES if all are taken.
static unsigned sweep(struct snapshot_slot *slot) {
    unsigned current = atomic_load(&slot->current), empty = SNAPSHOT_PLACES;
    for (unsigned i = 0; i < SNAPSHOT_PLACES; i++) {
        struct snapshot_place *place = &slot->places[i];
        if (i == current || atomic_load(&place->pins) != 0) {
            continue;
        }
        snapshot_free(place->snapshot);
        place->snapshot = NULL;
        empty = i;
    }
    return empty;
}

struct snapshot_parts snapshot_current_parts(const struct snapshot_slot *slot) {
    const struct snapshot *current = slot->places[atomic_load(&slot->current)].snapshot;
    return (struct snapshot_parts){.segments = current->segments,
                                   .gone = current->gone,
                                   .segment_count = current->on_disk,
                                   .modules = current->modules,
                                   .module_count = current->module_count};
}

void snapshot_publish(struct snapshot_slot *slot, const struct snapshot_parts *parts) {
    struct snapshot *snapshot = snapshot_new(parts);
    unsigned place;
    while ((place = sweep(slot)) == SNAPSHOT_PLACES) {
        uv_sleep(1);
    }
    snapshot->place = place;
    snapshot->generation = slot->places[atomic_load(&slot->current)].snapshot->generation + 1;
    slot->places[place].snapshot = snapshot;
    atomic_store(&slot->current, place);
    sweep(slot);
    release_retired(slot);
}

void snapshot_retire(struct snapshot_slot *slot, struct record *record) {
    uint64_t generation = slot->places[atomic_load(&slot->current)].snapshot->generation;
    vec_push(&slot->retired, (struct snapshot_retired){record, generation});
}

bool snapshot_find(const struct snapshot *snapshot, struct slice path, struct snapshot_file *out) {
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        uint32_t file = 0;
        if (segment_find(snapshot->segments[s], path, &file) && !snapshot_is_dead(snapshot, s, file)) {
            *out = (struct snapshot_file){s, file};
            return true;
        }
    }
    return false;
}

int snapshot_compare_files(const struct snapshot *snapshot, struct snapshot_file a, struct snapshot_file b) {
    if (a.segment == b.segment) {
        return a.file < b.file ? -1 : a.file > b.file;
    }
    return strcmp(snapshot_file(snapshot, a)->record->path, snapshot_file(snapshot, b)->record->path);
}

int snapshot_compare(const struct snapshot *snapshot, enum segment_field field, uint32_t segment, uint32_t id,
                     uint32_t other_segment, uint32_t other_id) {
    if (segment == other_segment) {
        return id < other_id ? -1 : id > other_id;
    }
    return strcmp(snapshot_document_path(snapshot, field, segment, id),
                  snapshot_document_path(snapshot, field, other_segment, other_id));
}

static void skip_dead(struct snapshot_walk *walk, uint32_t s) {
    while (walk->next[s] < walk->snapshot->segments[s]->file_count &&
           snapshot_is_dead(walk->snapshot, s, walk->next[s])) {
        walk->next[s]++;
    }
}

struct snapshot_walk snapshot_walk_files(const struct snapshot *snapshot) {
    struct snapshot_walk walk = {.snapshot = snapshot};
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        skip_dead(&walk, s);
    }
    return walk;
}

bool snapshot_walk_next(struct snapshot_walk *walk) {
    bool is_there = false;
    for (uint32_t s = 0; s < walk->snapshot->segment_count; s++) {
        struct snapshot_file at = {s, walk->next[s]};
        if (at.file < walk->snapshot->segments[s]->file_count &&
            (!is_there || snapshot_compare_files(walk->snapshot, at, walk->at) < 0)) {
            walk->at = at;
            is_there = true;
        }
    }
    if (is_there) {
        walk->next[walk->at.segment]++;
        skip_dead(walk, walk->at.segment);
    }
    return is_there;
}

// A segment's symbols of a name, at the next living one.
struct namesakes {
    uint32_t segment;
    struct names_walk walk;
};

static bool go_on(const struct snapshot *snapshot, struct namesakes *namesakes, uint32_t key) {
    const struct segment *segment = snapshot->segments[namesakes->segment];
    const struct segment_part *symbols = &segment->fields[SEGMENT_SYMBOLS];
    while (segment_next_named(segment, &namesakes->walk, key)) {
        uint32_t file = segment_file_of(symbols, namesakes->walk.symbol);
        if (!snapshot_is_dead(snapshot, namesakes->segment, file)) {
            return true;
        }
    }
    return false;
}

// Which of them goes on first.
static uint32_t first_of(const struct snapshot *snapshot, const struct namesakes *all, uint32_t count) {
    uint32_t first = 0;
    for (uint32_t i = 1; i < count; i++) {
        bool is_before = snapshot_compare(snapshot, SEGMENT_SYMBOLS, all[i].segment, all[i].walk.symbol,
                                          all[first].segment, all[first].walk.symbol) < 0;
        first = is_before ? i : first;
    }
    return first;
}

uint32_t snapshot_named(const struct snapshot *snapshot, uint32_t key, uint32_t limit,
                        struct snapshot_symbol *out) {
    struct namesakes all[SNAPSHOT_SEGMENTS];
    uint32_t count = 0, found = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        all[count] = (struct namesakes){s, names_find(&snapshot->segments[s]->names, key)};
        count += go_on(snapshot, &all[count], key);
    }
    while (count && found < limit) {
        struct namesakes *first = &all[first_of(snapshot, all, count)];
        out[found++] = (struct snapshot_symbol){first->segment, first->walk.symbol};
        if (!go_on(snapshot, first, key)) {
            *first = all[--count];
        }
    }
    return count ? limit + 1 : found;
}
