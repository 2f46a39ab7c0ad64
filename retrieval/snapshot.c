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

static size_t dead_words(const struct segment *base) {
    return (base->file_count + (size_t)64) / 64;
}

static void snapshot_free(struct snapshot *snapshot) {
    if (!snapshot) {
        return;
    }
    for (uint32_t i = 0; i < snapshot->module_count; i++) {
        free((char *)(uintptr_t)snapshot->modules[i].folder);
        free((char *)(uintptr_t)snapshot->modules[i].prefix);
    }
    for (int i = 0; i < SNAPSHOT_SEGMENTS; i++) {
        segment_release(snapshot->segments[i]);
    }
    free(snapshot->modules);
    free(snapshot->dead);
    free(snapshot);
}

static struct snapshot *snapshot_new(struct segment *base, struct segment *delta, const uint64_t *dead,
                                     const struct module *modules, uint32_t module_count) {
    struct snapshot *snapshot = mem_zero(1, sizeof *snapshot);
    snapshot->segments[0] = segment_retain(base);
    snapshot->segments[1] = segment_retain(delta);
    snapshot->dead = mem_zero(dead_words(base), sizeof *dead);
    if (dead) {
        memcpy(snapshot->dead, dead, dead_words(base) * sizeof *dead);
    }
    snapshot->modules = mem_zero(module_count + (size_t)1, sizeof *modules);
    snapshot->module_count = module_count;
    for (uint32_t i = 0; i < module_count; i++) {
        snapshot->modules[i].folder = mem_copy_string(modules[i].folder);
        snapshot->modules[i].prefix = mem_copy_string(modules[i].prefix);
        snapshot->modules[i].kind = modules[i].kind;
    }
    return snapshot;
}

void snapshot_slot_init(struct snapshot_slot *slot) {
    struct segment *empty = segment_build(NULL, 0);
    for (int i = 0; i < SNAPSHOT_PLACES; i++) {
        slot->places[i].snapshot = NULL;
        atomic_init(&slot->places[i].pins, 0);
    }
    slot->places[0].snapshot = snapshot_new(empty, empty, NULL, NULL, 0);
    atomic_init(&slot->current, 0);
    segment_release(empty);
}

void snapshot_slot_fini(struct snapshot_slot *slot) {
    for (int i = 0; i < SNAPSHOT_PLACES; i++) {
        snapshot_free(slot->places[i].snapshot);
        slot->places[i].snapshot = NULL;
    }
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

void snapshot_publish(struct snapshot_slot *slot, struct segment *base, struct segment *delta,
                      const uint64_t *dead, const struct module *modules, uint32_t module_count) {
    struct snapshot *snapshot = snapshot_new(base, delta, dead, modules, module_count);
    unsigned place;
    while ((place = sweep(slot)) == SNAPSHOT_PLACES) {
        uv_sleep(1);
    }
    snapshot->place = place;
    snapshot->generation = slot->places[atomic_load(&slot->current)].snapshot->generation + 1;
    slot->places[place].snapshot = snapshot;
    atomic_store(&slot->current, place);
    sweep(slot);
}

bool snapshot_find(const struct snapshot *snapshot, struct slice path, struct snapshot_file *out) {
    for (uint32_t s = 0; s < SNAPSHOT_SEGMENTS; s++) {
        const struct segment *segment = snapshot->segments[s];
        struct postings_list list = postings_find(&segment->paths, segment_key(SPELLING_PATH, path));
        for (uint32_t i = 0; i < list.length; i++) {
            uint32_t file = list.documents[i];
            if (!snapshot_is_dead(snapshot, s, file) &&
                slice_equal(slice_of_string(segment->files[file].record->path), path)) {
                *out = (struct snapshot_file){s, file};
                return true;
            }
        }
    }
    return false;
}
