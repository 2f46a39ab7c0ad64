// repository_hunks.c - see repository_hunks.h.
//
// Lines that stand once in either text hold the two together, as many of them
// as are in the same order in both (patience diff, Cohen). What lies between
// two of these is a hunk, without the lines it begins and ends with in both.
#include "backends/repository_hunks.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"

struct line {
    uint64_t hash;
    size_t start;
};

struct lines {
    struct slice text;
    VEC(struct line) list; // and one behind the last
};

struct pair {
    uint32_t before, now; // lines
};

struct comparison {
    struct lines before, now;
    VEC(struct pair) held;
    struct hunk *out;
    size_t count, limit;
};

static const uint64_t TWICE = UINT64_MAX;

static void read_lines(struct lines *lines, struct slice text) {
    lines->text = text;
    for (size_t at = 0; at < text.length && lines->list.count <= HUNKS_LINES;) {
        size_t end = slice_line_end(text, at);
        vec_push(&lines->list, (struct line){hash_bytes(text.data + at, end - at), at});
        at = end + 1;
    }
    vec_push(&lines->list, (struct line){0, text.length});
}

static size_t count_of(const struct lines *lines) {
    return lines->list.count - 1;
}

// The lines that stand once, each with its number.
static void index_lines(const struct lines *lines, struct map *map) {
    map_init(map);
    map_reserve(map, lines->list.count);
    for (size_t i = 0; i < count_of(lines); i++) {
        uint64_t *known = map_insert(map, lines->list.items[i].hash, i);
        *known = *known == i ? i : TWICE;
    }
}

static void pair_lines(struct comparison *comparison) {
    struct map before, now;
    index_lines(&comparison->before, &before);
    index_lines(&comparison->now, &now);
    for (size_t i = 0; i < count_of(&comparison->before); i++) {
        uint64_t hash = comparison->before.list.items[i].hash;
        const uint64_t *there = map_get(&now, hash);
        if (there && *there != TWICE && *map_get(&before, hash) != TWICE) {
            vec_push(&comparison->held, (struct pair){(uint32_t)i, (uint32_t)*there});
        }
    }
    map_free(&before);
    map_free(&now);
}

// Leaves the longest rising run of pairs: each pile's top is the end of the best run of that length.
static void keep_rising(struct comparison *comparison) {
    struct pair *pairs = comparison->held.items;
    size_t count = comparison->held.count, piles = 0;
    uint32_t *tops = mem_zero(count + 1, sizeof *tops), *before = mem_zero(count + 1, sizeof *before);
    for (size_t i = 0; i < count; i++) {
        size_t low = 0, high = piles;
        while (low < high) {
            size_t middle = (low + high) / 2;
            bool below = pairs[tops[middle]].now < pairs[i].now;
            low = below ? middle + 1 : low;
            high = below ? high : middle;
        }
        before[i] = low > 0 ? tops[low - 1] : 0;
        tops[low] = (uint32_t)i;
        piles = low == piles ? piles + 1 : piles;
    }
    struct pair *run = mem_zero(piles + 1, sizeof *run);
    for (size_t i = piles, at = piles > 0 ? tops[piles - 1] : 0; i-- > 0; at = before[at]) {
        run[i] = pairs[at];
    }
    free(tops);
    free(before);
    free(pairs);
    comparison->held.items = run;
    comparison->held.count = piles;
    comparison->held.capacity = piles + 1;
}

static struct slice part_of(const struct lines *lines, size_t first, size_t end) {
    return slice_sub(lines->text, lines->list.items[first].start, lines->list.items[end].start);
}

static void add_gap(struct comparison *comparison, struct pair first, struct pair end) {
    const struct line *before = comparison->before.list.items, *now = comparison->now.list.items;
    while (first.before < end.before && first.now < end.now &&
           before[first.before].hash == now[first.now].hash) {
        first.before++;
        first.now++;
    }
    while (first.before < end.before && first.now < end.now &&
           before[end.before - 1].hash == now[end.now - 1].hash) {
        end.before--;
        end.now--;
    }
    if (first.before == end.before && first.now == end.now) {
        return;
    }
    if (comparison->count < comparison->limit) {
        comparison->out[comparison->count] =
            (struct hunk){part_of(&comparison->before, first.before, end.before),
                          part_of(&comparison->now, first.now, end.now)};
    }
    comparison->count++;
}

static void compare(struct comparison *comparison) {
    pair_lines(comparison);
    keep_rising(comparison);
    struct pair from = {0, 0};
    for (size_t i = 0; i < comparison->held.count; i++) {
        struct pair held = comparison->held.items[i];
        add_gap(comparison, from, held);
        from = (struct pair){held.before + 1, held.now + 1};
    }
    add_gap(comparison, from,
            (struct pair){(uint32_t)count_of(&comparison->before), (uint32_t)count_of(&comparison->now)});
}

// What both begin with, in whole lines.
static size_t common_head(struct slice a, struct slice b) {
    return slice_line_start(a, slice_common_head(a, b));
}

// What both end with, behind a line's end.
static size_t common_tail(struct slice a, struct slice b) {
    size_t length = slice_common_tail(a, b);
    while (length > 0 && a.data[a.length - length] != '\n') {
        length--;
    }
    return length > 0 ? length - 1 : 0;
}

size_t hunks_find(struct slice before, struct slice now, struct hunk *out, size_t limit) {
    size_t head = common_head(before, now);
    struct slice old = slice_sub(before, head, before.length), late = slice_sub(now, head, now.length);
    size_t tail = common_tail(old, late);
    struct comparison comparison = {.out = out, .limit = limit};
    read_lines(&comparison.before, slice_sub(old, 0, old.length - tail));
    read_lines(&comparison.now, slice_sub(late, 0, late.length - tail));
    if (count_of(&comparison.before) <= HUNKS_LINES && count_of(&comparison.now) <= HUNKS_LINES) {
        compare(&comparison);
    } else {
        comparison.count = limit + 1;
    }
    vec_free(&comparison.before.list);
    vec_free(&comparison.now.list);
    vec_free(&comparison.held);
    return comparison.count;
}
