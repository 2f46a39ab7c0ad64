// repository_order.c - see repository_order.h.
//
// The sort is a counting sort on the nearest token, then Bentley and
// Sedgewick's multikey quicksort one token of context at a time: a range that
// agrees so far is parted by the next token into less, equal and greater, and
// only the equal part goes deeper. No key is looked at twice, and licence
// headers, equal thousands of times over, end at ORDER_DEPTH.
//
// The stack: of the three parts the largest is handled by the loop, so each
// recursion at least halves the range.
#include "backends/repository_order.h"

#include "backends/repository_tokens.h"

enum { SMALL_RANGE = 12 };

struct part {
    uint32_t *items;
    uint32_t count;
    uint32_t depth;
};

static inline uint32_t key_at(const uint32_t *tokens, uint32_t position, uint32_t depth) {
    return token_id(tokens[position - depth]);
}

// Both agree in depth - 1 tokens; no file begins there.
static int compare(const uint32_t *tokens, uint32_t a, uint32_t b, uint32_t depth) {
    for (; depth <= ORDER_DEPTH; depth++) {
        uint32_t x = key_at(tokens, a, depth), y = key_at(tokens, b, depth);
        if (x != y) {
            return x < y ? -1 : 1;
        }
        if (x == TOKEN_FILE) {
            return 0;
        }
    }
    return 0;
}

static void sort_small(const uint32_t *tokens, struct part part) {
    for (uint32_t i = 1; i < part.count; i++) {
        uint32_t moving = part.items[i], at = i;
        while (at > 0 && compare(tokens, moving, part.items[at - 1], part.depth) < 0) {
            part.items[at] = part.items[at - 1];
            at--;
        }
        part.items[at] = moving;
    }
}

static uint32_t median(uint32_t a, uint32_t b, uint32_t c) {
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    return c < a ? a : c > b ? b : c;
}

static inline void swap_items(uint32_t *items, uint32_t a, uint32_t b) {
    uint32_t held = items[a];
    items[a] = items[b];
    items[b] = held;
}

// The median of three that lie anywhere: of the first, the middle and the last one, a list of names that is
// later taken down in reverse makes the worst of all pivots, every time.
static uint32_t pivot_of(const uint32_t *tokens, struct part part) {
    uint32_t keys[3], random = part.count + part.depth;
    for (uint32_t i = 0; i < 3; i++) {
        random = random * 1664525u + 1013904223u; // Knuth's linear congruential generator
        keys[i] = key_at(tokens, part.items[((uint64_t)random * part.count) >> 32], part.depth);
    }
    return median(keys[0], keys[1], keys[2]);
}

// Parts by the token at part.depth; parts[1] holds the equal ones and goes one deeper.
static void partition(const uint32_t *tokens, struct part part, struct part parts[3]) {
    uint32_t *items = part.items, low = 0, at = 0, high = part.count;
    uint32_t pivot = pivot_of(tokens, part);
    while (at < high) {
        uint32_t key = key_at(tokens, items[at], part.depth);
        if (key < pivot) {
            swap_items(items, low++, at++);
        } else if (key > pivot) {
            swap_items(items, at, --high);
        } else {
            at++;
        }
    }
    parts[0] = (struct part){items, low, part.depth};
    parts[1] = (struct part){items + low, pivot == TOKEN_FILE ? 0 : high - low, part.depth + 1};
    parts[2] = (struct part){items + high, part.count - high, part.depth};
}

static void sort_part(const uint32_t *tokens, struct part part) {
    while (part.count > SMALL_RANGE && part.depth <= ORDER_DEPTH) {
        struct part parts[3];
        partition(tokens, part, parts);
        uint32_t largest = 0;
        for (uint32_t i = 1; i < 3; i++) {
            largest = parts[i].count > parts[largest].count ? i : largest;
        }
        for (uint32_t i = 0; i < 3; i++) {
            if (i != largest) {
                sort_part(tokens, parts[i]);
            }
        }
        part = parts[largest];
    }
    if (part.depth <= ORDER_DEPTH) {
        sort_small(tokens, part);
    }
}

static uint32_t positions(const uint32_t *tokens, uint32_t count, uint32_t *order) {
    uint32_t total = 0;
    for (uint32_t i = 1; i < count; i++) {
        order[total] = i;
        total += token_id(tokens[i]) != TOKEN_FILE;
    }
    return total;
}

// Counting sort by the nearest token; afterwards starts[id] is where the positions behind id end.
static void spread(const uint32_t *tokens, uint32_t count, uint32_t *order, uint32_t *starts, uint32_t ids) {
    for (uint32_t i = 1; i < count; i++) {
        if (token_id(tokens[i]) != TOKEN_FILE) {
            starts[token_id(tokens[i - 1]) + 1]++;
        }
    }
    for (uint32_t id = 0; id < ids; id++) {
        starts[id + 1] += starts[id];
    }
    for (uint32_t i = 1; i < count; i++) {
        if (token_id(tokens[i]) != TOKEN_FILE) {
            order[starts[token_id(tokens[i - 1])]++] = i;
        }
    }
}

uint32_t order_sort(const uint32_t *tokens, uint32_t count, uint32_t *order) {
    uint32_t ids = 0;
    for (uint32_t i = 0; i < count; i++) {
        ids = token_id(tokens[i]) >= ids ? token_id(tokens[i]) + 1 : ids;
    }
    uint32_t total = positions(tokens, count, order);
    if (ids > 4 * (uint64_t)count) { // a small text in a large vocabulary
        sort_part(tokens, (struct part){order, total, 1});
        return total;
    }
    uint32_t *starts = mem_zero((size_t)ids + 1, sizeof *starts);
    spread(tokens, count, order, starts, ids);
    for (uint32_t id = TOKEN_FILE + 1; id < ids; id++) {
        sort_part(tokens, (struct part){order + starts[id - 1], starts[id] - starts[id - 1], 2});
    }
    free(starts);
    return total;
}

struct order_range order_narrow(const uint32_t *tokens, const uint32_t *order, struct order_range range,
                                uint32_t depth, uint32_t id) {
    uint32_t low = range.low, high = range.high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (key_at(tokens, order[middle], depth) < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    struct order_range out = {low, range.high};
    high = range.high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (key_at(tokens, order[middle], depth) <= id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    out.high = low;
    return out;
}
