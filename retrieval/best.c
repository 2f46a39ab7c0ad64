// best.c - see best.h.
//
// How many were found of each sum, roughly, tells at once when the worst that still counts rises; the list of what is
// found is cut to the best when it is full.
#include "retrieval/best.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 8, DIGIT_VALUES = 1 << DIGIT_BITS, LEVEL_BITS = BEST_SUM_BITS - BEST_LEVEL_BITS };
enum { ROOM = 4 }; // for what is found, so many times the limit, and as much to sort it into

static uint32_t digit_of(const struct found *found, unsigned digit) {
    return (uint32_t)found->sum >> digit * DIGIT_BITS & (DIGIT_VALUES - 1);
}

// The sum of the limit-th best; *equal gets how many of that sum are among the best.
static int16_t find_least(const struct found *found, size_t count, size_t limit, size_t *equal) {
    uint32_t least = 0, chosen = 0; // digits of it known so far, and their mask
    for (unsigned digit = 2; digit-- > 0;) {
        size_t counts[DIGIT_VALUES] = {0};
        for (size_t i = 0; i < count; i++) {
            if (((uint32_t)found[i].sum & chosen) == least) {
                counts[digit_of(&found[i], digit)]++;
            }
        }
        uint32_t value = DIGIT_VALUES - 1;
        while (counts[value] < limit) {
            limit -= counts[value--];
        }
        least |= value << digit * DIGIT_BITS;
        chosen |= (DIGIT_VALUES - 1u) << digit * DIGIT_BITS;
    }
    *equal = limit;
    return (int16_t)least;
}

// Drops what does not count any more.
static void drop_worse(struct best *best) {
    size_t kept = 0;
    for (size_t i = 0; i < best->found_count; i++) {
        best->found[kept] = best->found[i];
        kept += best->found[i].sum >= best->least;
    }
    best->found_count = kept;
}

// A document with the path that tells its place among others.
struct placed {
    const char *path;
    struct found found;
};

static int compare_placed(const void *left, const void *right) {
    const struct placed *a = left, *b = right;
    int order = a->found.segment == b->found.segment ? 0 : strcmp(a->path, b->path);
    return order ? order : a->found.id < b->found.id ? -1 : a->found.id > b->found.id;
}

// Puts documents of one sum in the snapshot's order. Those of each segment are in it.
static void order_equal(const struct best *best, struct found *equal, size_t count) {
    size_t alike = 0;
    for (; alike < count && equal[alike].segment == equal[0].segment; alike++) {
    }
    if (alike == count) {
        return;
    }
    struct placed *placed = mem_alloc(count * sizeof *placed);
    for (size_t i = 0; i < count; i++) {
        placed[i] = (struct placed){
            snapshot_document_path(best->snapshot, best->field, equal[i].segment, equal[i].id), equal[i]};
    }
    qsort(placed, count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < count; i++) {
        equal[i] = placed[i].found;
    }
    free(placed);
}

// Keeps the best: what is of the least sum behind the others, which stay in the order they were found in.
static void cut(struct best *best) {
    size_t equal, kept = 0, count = 0;
    if (best->found_count < best->limit) {
        return;
    }
    int16_t least = find_least(best->found, best->found_count, best->limit, &equal);
    struct found *others = best->found + ROOM * best->limit;
    for (size_t i = 0; i < best->found_count; i++) {
        struct found found = best->found[i];
        if (found.sum > least) {
            best->found[kept++] = found;
        } else if (found.sum == least) {
            others[count++] = found;
        }
    }
    order_equal(best, others, count);
    memcpy(best->found + kept, others, equal * sizeof *others);
    best->found_count = kept + equal;
    best->least = least;
    const struct found *last = &others[equal - 1];
    const char *path = snapshot_document_path(best->snapshot, best->field, last->segment, last->id);
    const struct segment *segment = best->snapshot->segments[best->segment];
    bool is_here = last->segment == best->segment;
    best->equal_until = is_here ? 0 : segment_first_behind(segment, best->field, path);
}

// Best first: by digits of the sum, the order of what is equal kept.
static void sort_found(struct best *best) {
    size_t count = best->found_count;
    struct found *from = best->found, *to = best->found + ROOM * best->limit;
    for (unsigned digit = 0; digit < 2; digit++) {
        size_t places[DIGIT_VALUES] = {0}, total = 0;
        for (size_t i = 0; i < count; i++) {
            places[digit_of(&from[i], digit)]++;
        }
        for (uint32_t value = DIGIT_VALUES; value-- > 0;) {
            size_t here = places[value];
            places[value] = total;
            total += here;
        }
        for (size_t i = 0; i < count; i++) {
            to[places[digit_of(&from[i], digit)]++] = from[i];
        }
        struct found *sorted = to;
        to = from;
        from = sorted;
    }
}

// Another of that sum is found. A level with enough above it does not count any more.
static void note_sum(struct best *best, int16_t sum) {
    uint32_t level = (uint32_t)sum >> LEVEL_BITS;
    best->levels[level]++;
    best->above += level > best->level;
    while (best->above >= best->limit) {
        best->above -= best->levels[++best->level];
        int16_t least = (int16_t)((best->level << LEVEL_BITS) - 1);
        best->equal_until = least > best->least ? 0 : best->equal_until;
        best->least = least > best->least ? least : best->least;
    }
}

static void make_room(struct best *best) {
    drop_worse(best);
    if (best->found_count > 2 * best->limit) { // much is as good as the worst that counts
        cut(best);
    }
}

void best_add(struct best *best, uint32_t id, int16_t sum) {
    if (best->found_count == ROOM * best->limit) {
        make_room(best);
    }
    best->found[best->found_count++] = (struct found){best->segment, id, sum};
    note_sum(best, sum);
}

// Those of one sum stand side by side.
static void order_all(struct best *best) {
    for (size_t first = 0, end; first < best->found_count; first = end) {
        for (end = first; end < best->found_count && best->found[end].sum == best->found[first].sum; end++) {
        }
        order_equal(best, best->found + first, end - first);
    }
}

void best_order(struct best *best) {
    cut(best);
    sort_found(best);
    order_all(best);
}

void best_go_to(struct best *best, uint32_t segment) {
    best->segment = segment;
    cut(best); // by this segment's paths
}

void best_init(struct best *best, const struct snapshot *snapshot, enum segment_field field, size_t limit) {
    *best = (struct best){.snapshot = snapshot, .field = field, .limit = limit};
    best->found = mem_alloc(2 * ROOM * limit * sizeof *best->found);
}

void best_free(struct best *best) {
    free(best->found);
}
