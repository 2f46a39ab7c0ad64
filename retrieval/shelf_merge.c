// shelf_merge.c - keeps the segments few, and the dead fewer than the living; see shelf.h.
//
// Segments of a size within the same factor of eight are of one rank, and
// eight of a rank make one of the next. So a file is copied once per rank, of
// which a million chunks make four, and there are seldom more than a dozen
// segments; the smallest are merged when there are. A restored segment waits
// for its files and is left alone until the first full pass is over.
#include "retrieval/shelf.h"

#include "base/mem.h"

#include <stdlib.h>

enum { LIKE = 8, LOWEST_RANK = 4096, RANKS = 64 };

void shelf_add_segment(struct shelf *shelf, struct segment *segment) {
    struct shelf_segment added = {.segment = segment};
    added.gone = mem_zero(segment_bitmap_words(segment), sizeof *added.gone);
    for (uint32_t file = 0; file < segment->file_count; file++) {
        added.size += shelf_size_of(segment->files[file].record);
    }
    vec_push(&shelf->segments, added);
}

static uint64_t living_size(const struct shelf_segment *segment) {
    return segment->size - segment->gone_size;
}

static int rank_of(const struct shelf_segment *segment) {
    int rank = 0;
    for (uint64_t size = living_size(segment); size >= LOWEST_RANK; size /= LIKE) {
        rank++;
    }
    return rank;
}

static void release(struct shelf_segment *segment) {
    segment_release(segment->segment);
    free(segment->gone);
    free(segment->marks);
}

struct choice {
    VEC(struct shelf_segment) chosen, others;
    VEC(struct segment_source) sources; // the chosen ones
    size_t first;                       // where among the others the first one stood
    uint64_t living, gone;              // sizes
    bool left_some;                     // that did not fit
};

static bool take(struct choice *choice, const struct shelf_segment *segment) {
    vec_push(&choice->sources, (struct segment_source){segment->segment, segment->gone});
    if (!segment_can_merge(choice->sources.items, (uint32_t)choice->sources.count)) {
        choice->sources.count--;
        choice->left_some = true;
        return false;
    }
    choice->first = choice->chosen.count ? choice->first : choice->others.count;
    choice->living += living_size(segment);
    choice->gone += segment->gone_size;
    vec_push(&choice->chosen, *segment);
    return true;
}

static void replace(struct shelf *shelf, struct choice *choice) {
    shelf->segments.count = 0;
    for (size_t i = 0; i <= choice->others.count; i++) {
        if (i == choice->first && choice->living) {
            shelf_add_segment(shelf, segment_merge(choice->sources.items, (uint32_t)choice->sources.count));
        }
        if (i < choice->others.count) {
            vec_push(&shelf->segments, choice->others.items[i]);
        }
    }
    for (size_t i = 0; i < choice->chosen.count; i++) {
        bool was_kept = choice->chosen.items[i].segment == shelf->kept;
        shelf->kept = was_kept ? NULL : shelf->kept;
        release(&choice->chosen.items[i]);
    }
}

// Replaces those that are chosen by one, in the place of the first, unless nothing in them lives. What one cannot
// hold stays apart; for a single one of several it is not done, but to be rid of what is gone.
static void merge(struct shelf *shelf, bool (*is_chosen)(const struct shelf_segment *segment, uint64_t which),
                  uint64_t which) {
    struct choice choice = {0};
    for (size_t i = 0; i < shelf->segments.count; i++) {
        struct shelf_segment segment = shelf->segments.items[i];
        if (segment.marks || !is_chosen(&segment, which) || !take(&choice, &segment)) {
            vec_push(&choice.others, segment);
        }
    }
    if (choice.chosen.count > 1 || !choice.left_some || choice.gone) {
        replace(shelf, &choice);
    }
    vec_free(&choice.chosen);
    vec_free(&choice.others);
    vec_free(&choice.sources);
}

static bool is_mostly_gone(const struct shelf_segment *segment, uint64_t which) {
    (void)which;
    return !segment->marks && segment->gone_size > living_size(segment);
}

static bool has_rank(const struct shelf_segment *segment, uint64_t which) {
    return (uint64_t)rank_of(segment) == which;
}

static bool is_at_most(const struct shelf_segment *segment, uint64_t which) {
    return living_size(segment) <= which;
}

static bool is_any(const struct shelf_segment *segment, uint64_t which) {
    (void)segment;
    (void)which;
    return true;
}

static size_t count_rank(const struct shelf *shelf, int rank) {
    size_t count = 0;
    for (size_t i = 0; i < shelf->segments.count; i++) {
        const struct shelf_segment *segment = &shelf->segments.items[i];
        count += !segment->marks && rank_of(segment) == rank;
    }
    return count;
}

static int compare_sizes(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static uint64_t median_size(const struct shelf *shelf) {
    size_t count = shelf->segments.count;
    uint64_t *sizes = mem_alloc((count + 1) * sizeof *sizes);
    for (size_t i = 0; i < count; i++) {
        sizes[i] = living_size(&shelf->segments.items[i]);
    }
    qsort(sizes, count, sizeof *sizes, compare_sizes);
    uint64_t median = sizes[count / 2];
    free(sizes);
    return median;
}

static bool some_are_mostly_gone(const struct shelf *shelf) {
    bool some = false;
    for (size_t i = 0; i < shelf->segments.count; i++) {
        some = some || is_mostly_gone(&shelf->segments.items[i], 0);
    }
    return some;
}

void shelf_merge_like(struct shelf *shelf) {
    if (some_are_mostly_gone(shelf)) {
        merge(shelf, is_mostly_gone, 0);
    }
    for (int rank = 0; rank < RANKS; rank++) { // what is merged is of a higher one
        if (count_rank(shelf, rank) >= LIKE) {
            merge(shelf, has_rank, (uint64_t)rank);
        }
    }
    for (size_t before = SIZE_MAX;
         shelf->segments.count > SHELF_SEGMENTS && shelf->segments.count < before;) {
        before = shelf->segments.count;
        merge(shelf, is_at_most, median_size(shelf));
    }
}

void shelf_merge_all(struct shelf *shelf) {
    merge(shelf, is_any, 0);
}
