// repository_order.c - see repository_order.h.
//
// A position's context is its nearest token and then the context of the position
// before it. Where it is greater than that rest it need not be sorted: going
// through the order from below, each position that has its place gives one to
// the position after it, behind those that the same token got before; and
// likewise from above where it is less. Only where the two kinds meet something
// must be sorted first, which is a third of all (Itoh and Tanaka's two-stage
// sort, with the seeds of Ko and Aluru).
//
// The seeds are sorted by Bentley and Sedgewick's multikey quicksort: a range
// that agrees so far is parted by what comes next into less, equal and greater,
// and only the equal part goes deeper. Licence headers, equal thousands of times
// over, end at ORDER_DEPTH; what is induced is right at least as deep.
//
// The time goes into waiting for memory: the tokens before a position lie
// anywhere. So each position carries as many of the next as fit into one
// number while its range is sorted (Ng and Kakehi's cached multikey quicksort),
// and they are fetched once, not at each comparison. Ranges too large for that
// are parted in place first. Of what fits into the cache a range that is not small
// is parted by eight bits of the keys at once, which compares nothing.
//
// The stack: of the three parts the largest is handled by the loop, so each
// recursion at least halves the range; one by digits is eight bits of a context further.
#include "backends/repository_order.h"

#include "backends/repository_tokens.h"

enum { SMALL_RANGE = 12, KEYED_RANGE = 1 << 17, WATCH_EACH = 1 << 16, WORD = 64, SOON = 32 };
enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, LEAST_DIGITS = 96, MOST_DIGITS = 1 << 16 }; // of a range

struct keyed {
    uint64_t key; // some tokens, the nearest in the highest bits; what is beyond the file's beginning is 0
    uint32_t position;
};

struct sorter {
    struct packed tokens, order;
    const struct order_watch *watch;
    struct keyed *keyed; // room for KEYED_RANGE, or for all if that is less
    struct keyed *spare; // room for MOST_DIGITS, or for all if that is less
    uint32_t bits;       // of a token in a key
    uint32_t width;      // tokens in a key
    uint32_t unwatched;  // positions sorted since the watch was asked
    bool stopped;
};

struct part { // of the order
    uint32_t start;
    uint32_t count;
    uint32_t depth;
};

static inline uint32_t id_at(struct packed tokens, size_t position) {
    return token_id(packed_get(tokens, position));
}

static inline uint32_t key_at(struct packed tokens, uint32_t position, uint32_t depth) {
    return id_at(tokens, (size_t)position - depth);
}

// What will be looked at soon: the processor fetches it meanwhile.
static inline void fetch(struct packed tokens, struct packed order, struct part part, uint32_t at) {
    if (at < part.count) {
        packed_fetch(tokens, packed_get(order, part.start + at));
    }
}

static void note_work(struct sorter *sorter, uint32_t count) {
    sorter->unwatched += count;
    if (sorter->unwatched >= WATCH_EACH) {
        sorter->unwatched = 0;
        sorter->stopped = sorter->stopped || !order_goes_on(sorter->watch);
    }
}

static inline bool goes_on(struct sorter *sorter, uint32_t count) {
    note_work(sorter, count);
    return !sorter->stopped;
}

// At the i-th of many small steps.
static inline bool goes_on_at(struct sorter *sorter, uint32_t i) {
    return goes_on(sorter, i % WORD == 0 ? WORD : 0);
}

static inline uint32_t median(uint32_t a, uint32_t b, uint32_t c) {
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    return c < a ? a : c > b ? b : c;
}

// One of three that lie anywhere: of the first, the middle and the last one, a list of names that is later
// taken down in reverse makes the worst of all pivots, every time.
static inline uint32_t chance(uint32_t *random, uint32_t count) {
    *random = *random * 1664525u + 1013904223u; // Knuth's linear congruential generator
    return (uint32_t)(((uint64_t)*random * count) >> 32);
}

// --- ranges that carry their keys ---

static uint64_t make_key(const struct sorter *sorter, uint32_t position, uint32_t depth) {
    struct packed tokens = sorter->tokens;
    size_t nearest = (size_t)position - depth;
    uint64_t key = 0;
    uint32_t i = 0;
    for (; i < sorter->width; i++) {
        uint32_t id = id_at(tokens, nearest - i);
        key = key << sorter->bits | id;
        if (id == TOKEN_FILE) {
            break;
        }
    }
    return i < sorter->width ? key << sorter->bits * (sorter->width - 1 - i) : key;
}

static void load_keys(const struct sorter *sorter, struct keyed *items, uint32_t count, uint32_t depth) {
    for (uint32_t i = 0; i < count; i++) {
        if (i + SOON < count) {
            packed_fetch(sorter->tokens, items[i + SOON].position - depth);
        }
        items[i].key = make_key(sorter, items[i].position, depth);
    }
}

static inline void swap_keyed(struct keyed *items, uint32_t a, uint32_t b) {
    struct keyed held = items[a];
    items[a] = items[b];
    items[b] = held;
}

static uint64_t keyed_pivot(const struct keyed *items, uint32_t count, uint32_t depth) {
    uint32_t random = count + depth;
    uint64_t a = items[chance(&random, count)].key, b = items[chance(&random, count)].key,
             c = items[chance(&random, count)].key;
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

static void insert_keyed(struct keyed *items, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct keyed moving = items[i];
        uint32_t at = i;
        while (at > 0 && moving.key < items[at - 1].key) {
            items[at] = items[at - 1];
            at--;
        }
        items[at] = moving;
    }
}

static void sort_keyed(struct sorter *sorter, struct keyed *items, uint32_t count, uint32_t depth);

static bool is_over(const struct sorter *sorter, uint64_t key) {
    return (key & ((UINT64_C(1) << sorter->bits) - 1)) == TOKEN_FILE;
}

// Most often two are left.
static void sort_two(const struct sorter *sorter, struct keyed items[2], uint32_t depth) {
    while (items[0].key == items[1].key && !is_over(sorter, items[0].key) &&
           depth + sorter->width <= ORDER_DEPTH) {
        depth += sorter->width;
        items[0].key = make_key(sorter, items[0].position, depth);
        items[1].key = make_key(sorter, items[1].position, depth);
    }
    if (items[1].key < items[0].key) {
        swap_keyed(items, 0, 1);
    }
}

// All agree in the tokens from depth on that a key holds.
static void sort_deeper(struct sorter *sorter, struct keyed *items, uint32_t count, uint32_t depth) {
    if (count == 2) {
        sort_two(sorter, items, depth);
    } else if (count > 1 && !is_over(sorter, items[0].key) && depth + sorter->width <= ORDER_DEPTH) {
        load_keys(sorter, items, count, depth + sorter->width);
        sort_keyed(sorter, items, count, depth + sorter->width);
    }
}

static void sort_few_keyed(struct sorter *sorter, struct keyed *items, uint32_t count, uint32_t depth) {
    insert_keyed(items, count);
    for (uint32_t start = 0, end = 0; start < count; start = end) {
        for (end = start + 1; end < count && items[end].key == items[start].key; end++) {
        }
        sort_deeper(sorter, items + start, end - start, depth);
    }
}

// Into 256 by the highest bits in which they differ: no comparison is guessed wrongly then.
static void sort_by_digit(struct sorter *sorter, struct keyed *items, uint32_t count, uint32_t depth) {
    uint64_t differing = 0;
    for (uint32_t i = 1; i < count; i++) {
        differing |= items[i].key ^ items[0].key;
    }
    if (differing == 0) {
        sort_deeper(sorter, items, count, depth);
        return;
    }
    uint32_t highest = 63 - (uint32_t)__builtin_clzll(differing),
             shift = highest >= DIGIT_BITS ? highest + 1 - DIGIT_BITS : 0, starts[DIGITS + 1] = {0};
    for (uint32_t i = 0; i < count; i++) {
        starts[(items[i].key >> shift) % DIGITS + 1]++;
    }
    for (uint32_t digit = 0; digit < DIGITS; digit++) {
        starts[digit + 1] += starts[digit];
    }
    memcpy(sorter->spare, items, count * sizeof *items);
    for (uint32_t i = 0; i < count; i++) {
        items[starts[(sorter->spare[i].key >> shift) % DIGITS]++] = sorter->spare[i];
    }
    for (uint32_t digit = 0, start = 0; digit < DIGITS; start = starts[digit++]) {
        if (starts[digit] - start > 1) {
            sort_keyed(sorter, items + start, starts[digit] - start, depth);
        }
    }
}

static void sort_keyed(struct sorter *sorter, struct keyed *items, uint32_t count, uint32_t depth) {
    while (count > SMALL_RANGE && !sorter->stopped) {
        if (count >= LEAST_DIGITS && count <= MOST_DIGITS) {
            sort_by_digit(sorter, items, count, depth);
            return;
        }
        uint64_t pivot = keyed_pivot(items, count, depth);
        uint32_t low = 0, high = count;
        for (uint32_t at = 0; at < high;) {
            if (items[at].key < pivot) {
                swap_keyed(items, low++, at++);
            } else if (items[at].key > pivot) {
                swap_keyed(items, at, --high);
            } else {
                at++;
            }
        }
        sort_deeper(sorter, items + low, high - low, depth);
        bool left_is_less = low < count - high;
        sort_keyed(sorter, left_is_less ? items : items + high, left_is_less ? low : count - high, depth);
        items = left_is_less ? items + high : items;
        count = left_is_less ? count - high : low;
    }
    if (count > 1 && !sorter->stopped) {
        sort_few_keyed(sorter, items, count, depth);
    }
}

static void sort_with_keys(struct sorter *sorter, struct part part) {
    if (part.count < 2) {
        return;
    }
    for (uint32_t i = 0; i < part.count; i++) {
        fetch(sorter->tokens, sorter->order, part, i + SOON);
        uint32_t position = packed_get(sorter->order, part.start + i);
        sorter->keyed[i] = (struct keyed){make_key(sorter, position, part.depth), position};
    }
    sort_keyed(sorter, sorter->keyed, part.count, part.depth);
    for (uint32_t i = 0; i < part.count; i++) {
        packed_set(sorter->order, part.start + i, sorter->keyed[i].position);
    }
    note_work(sorter, part.count);
}

// --- larger ranges ---

static inline void swap_items(struct packed order, uint32_t a, uint32_t b) {
    uint32_t held = packed_get(order, a);
    packed_set(order, a, packed_get(order, b));
    packed_set(order, b, held);
}

static uint32_t pivot_of(const struct sorter *sorter, struct part part) {
    uint32_t keys[3], random = part.count + part.depth;
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t position = packed_get(sorter->order, part.start + chance(&random, part.count));
        keys[i] = key_at(sorter->tokens, position, part.depth);
    }
    return median(keys[0], keys[1], keys[2]);
}

// Parts by the token at part.depth; parts[1] holds the equal ones and goes one deeper.
static void partition(const struct sorter *sorter, struct part part, struct part parts[3]) {
    struct packed tokens = sorter->tokens, order = sorter->order;
    uint32_t low = 0, at = 0, high = part.count, start = part.start, pivot = pivot_of(sorter, part);
    while (at < high) {
        fetch(tokens, order, part, at + SOON);
        uint32_t key = key_at(tokens, packed_get(order, start + at), part.depth);
        if (key < pivot) {
            swap_items(order, start + low++, start + at++);
        } else if (key > pivot) {
            swap_items(order, start + at, start + --high);
            fetch(tokens, order, part, high - SOON); // or beyond the end, then not
        } else {
            at++;
        }
    }
    parts[0] = (struct part){start, low, part.depth};
    parts[1] = (struct part){start + low, pivot == TOKEN_FILE ? 0 : high - low, part.depth + 1};
    parts[2] = (struct part){start + high, part.count - high, part.depth};
}

static void sort_part(struct sorter *sorter, struct part part) {
    while (part.count > KEYED_RANGE && part.depth <= ORDER_DEPTH && !sorter->stopped) {
        struct part parts[3];
        partition(sorter, part, parts);
        note_work(sorter, part.count / 8);
        uint32_t largest = 0;
        for (uint32_t i = 1; i < 3; i++) {
            largest = parts[i].count > parts[largest].count ? i : largest;
        }
        for (uint32_t i = 0; i < 3; i++) {
            if (i != largest) {
                sort_part(sorter, parts[i]);
            }
        }
        part = parts[largest];
    }
    if (part.depth <= ORDER_DEPTH && !sorter->stopped) {
        sort_with_keys(sorter, part);
    }
}

// --- all of it ---

static uint32_t positions(const struct sorter *sorter, uint32_t count) {
    uint32_t total = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (id_at(sorter->tokens, i) != TOKEN_FILE) {
            packed_set(sorter->order, total++, i);
        }
    }
    return total;
}

static inline bool has_bit(const uint64_t *bits, uint32_t position) {
    return bits[position / WORD] >> position % WORD & 1;
}

// A position's context is greater than that of the position before it, which is the rest of it, or less.
struct induction {
    struct packed tokens;
    // 0: nothing there yet. Position 1 is not greater, and the less ones come when all are there.
    struct packed order;
    uint32_t count, ids, total;
    uint64_t *greater, *less; // a bit a position; neither where a file begins
    uint32_t *starts;         // of each id's bucket, the positions behind it; one more than there are ids
    uint32_t *next;           // where the next one of a bucket goes
};

// Whole words at a time, since to look at each position costs as much as to sort it.
static void compare_with_rest(struct sorter *sorter, struct induction *induction) {
    struct packed tokens = induction->tokens;
    uint32_t nearest = TOKEN_FILE, next = TOKEN_FILE, last = 0, largest = 0;
    for (size_t start = 0; start < induction->count && goes_on(sorter, WORD); start += WORD) {
        size_t end = induction->count - start < WORD ? induction->count : start + WORD;
        uint64_t greater = 0, there = 0;
        for (size_t i = start; i < end; i++) {
            uint32_t id = id_at(tokens, i), is_there = id != TOKEN_FILE;
            last = (uint32_t)(nearest > next) | ((uint32_t)(nearest == next) & last);
            greater |= (uint64_t)last << i % WORD;
            there |= (uint64_t)is_there << i % WORD;
            induction->starts[nearest + 1] += is_there;
            largest = id > largest ? id : largest;
            next = nearest;
            nearest = id;
        }
        induction->greater[start / WORD] = greater & there;
        induction->less[start / WORD] = there & ~greater;
    }
    induction->ids = largest + 1;
    for (uint32_t id = 0; id < induction->ids; id++) {
        induction->starts[id + 1] += induction->starts[id];
    }
    induction->total = induction->starts[induction->ids];
}

// Those before which a file begins, and those that are less and followed by one that is greater.
static uint64_t seeds_of(const struct induction *induction, uint32_t word) {
    const uint64_t *greater = induction->greater + word, *less = induction->less + word;
    uint64_t there = *greater | *less, before = word > 0 ? greater[-1] | less[-1] : 0;
    uint64_t is_first = there & ~(there << 1 | before >> (WORD - 1));
    return is_first | (*less & (*greater >> 1 | greater[1] << (WORD - 1)));
}

// To the end of their buckets.
static void place_seeds(struct sorter *sorter, struct induction *induction) {
    memcpy(induction->next, induction->starts + 1, induction->ids * sizeof *induction->next);
    for (uint32_t word = 0; word * WORD < induction->count && goes_on(sorter, WORD); word++) {
        for (uint64_t seeds = seeds_of(induction, word); seeds; seeds &= seeds - 1) {
            uint32_t position = word * WORD + (uint32_t)__builtin_ctzll(seeds);
            uint32_t nearest = id_at(induction->tokens, position - 1);
            packed_set(induction->order, --induction->next[nearest], position);
        }
    }
}

static void sort_seeds(struct sorter *sorter, const struct induction *induction) {
    for (uint32_t id = TOKEN_FILE + 1; id < induction->ids && !sorter->stopped; id++) {
        uint32_t low = induction->next[id], high = induction->starts[id + 1];
        sort_part(sorter, (struct part){low, high - low, 2});
    }
}

// The position after one that has its place is put at the next place of its bucket.
static inline void induce(struct induction *induction, uint32_t at, bool greater) {
    uint32_t position = packed_get(induction->order, at);
    if (has_bit(greater ? induction->greater : induction->less, position + 1)) {
        uint32_t *next = &induction->next[id_at(induction->tokens, position)];
        packed_set(induction->order, greater ? (*next)++ : --*next, position + 1);
    }
}

static void induce_all(struct sorter *sorter, struct induction *induction) {
    struct part all = {.count = induction->total};
    memcpy(induction->next, induction->starts, induction->ids * sizeof *induction->next);
    for (uint32_t i = 0; i < induction->total && goes_on_at(sorter, i); i++) {
        fetch(induction->tokens, induction->order, all, i + SOON);
        induce(induction, i, true);
    }
    memcpy(induction->next, induction->starts + 1, induction->ids * sizeof *induction->next);
    for (uint32_t i = induction->total; i-- > 0 && goes_on_at(sorter, i);) {
        fetch(induction->tokens, induction->order, all, i - SOON); // or beyond the end, then not
        induce(induction, i, false);
    }
}

static uint32_t sort_by_induction(struct sorter *sorter, uint32_t count, uint32_t ids) {
    struct induction induction = {.tokens = sorter->tokens, .order = sorter->order, .count = count};
    size_t words = (size_t)count / WORD + 2; // one behind the last is looked at
    induction.greater = mem_zero(words, sizeof *induction.greater);
    induction.less = mem_zero(words, sizeof *induction.less);
    induction.starts = mem_zero((size_t)ids + 1, sizeof *induction.starts);
    compare_with_rest(sorter, &induction);
    induction.next = mem_zero(induction.ids, sizeof *induction.next);
    place_seeds(sorter, &induction);
    sort_seeds(sorter, &induction);
    induce_all(sorter, &induction);
    free(induction.greater);
    free(induction.less);
    free(induction.starts);
    free(induction.next);
    return induction.total;
}

uint32_t order_sort(struct packed tokens, uint32_t count, struct packed order,
                    const struct order_watch *watch) {
    uint32_t bits = tokens.bits > TOKEN_SPACE_BITS ? tokens.bits - TOKEN_SPACE_BITS : 1, ids = 1u << bits;
    struct sorter sorter = {
        .tokens = tokens, .order = order, .watch = watch, .bits = bits, .width = 64 / bits};
    sorter.keyed = mem_alloc((count < KEYED_RANGE ? count + 1 : KEYED_RANGE) * sizeof *sorter.keyed);
    sorter.spare = mem_alloc((count < MOST_DIGITS ? count + 1 : MOST_DIGITS) * sizeof *sorter.spare);
    uint32_t total = 0;
    if (ids > 4 * (uint64_t)count) { // a small text in a large vocabulary
        total = positions(&sorter, count);
        sort_part(&sorter, (struct part){0, total, 1});
    } else {
        total = sort_by_induction(&sorter, count, ids);
    }
    free(sorter.keyed);
    free(sorter.spare);
    return sorter.stopped ? ORDER_STOPPED : total;
}

// --- two orders into one ---

// Does a stand before b, or at the same place?
static bool not_after(struct packed tokens, uint32_t a, uint32_t b) {
    for (uint32_t depth = 1; depth <= ORDER_DEPTH; depth++) {
        uint32_t x = key_at(tokens, a, depth), y = key_at(tokens, b, depth);
        if (x != y) {
            return x < y;
        }
        if (x == TOKEN_FILE) {
            break;
        }
    }
    return true;
}

// How many of the sorted positions from start to end stand before another: in steps that double, then by halves,
// since the next few are the likeliest.
static uint32_t count_before(struct packed tokens, struct packed order, uint32_t start, uint32_t end,
                             uint32_t position) {
    uint32_t low = start, step = 1;
    while (step <= end - low && not_after(tokens, packed_get(order, low + step - 1), position)) {
        low += step;
        step = step < UINT32_MAX / 2 ? 2 * step : step;
    }
    uint32_t high = step <= end - low ? low + step - 1 : end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (not_after(tokens, packed_get(order, middle), position)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - start;
}

bool order_merge(struct packed tokens, struct packed order, uint32_t many_count, struct packed few,
                 uint32_t few_count, const struct order_watch *watch) {
    uint32_t rest = few_count, end = few_count + many_count, at = 0;
    for (uint32_t i = 0; i < few_count; i++) {
        uint32_t position = packed_get(few, i), run = count_before(tokens, order, rest, end, position);
        packed_copy(order, at, order, rest, run);
        rest += run;
        at += run;
        packed_set(order, at++, position);
        if (i % WATCH_EACH == WATCH_EACH - 1 && !order_goes_on(watch)) {
            return false;
        }
    }
    return true;
}

// 1 or 0.
static inline uint32_t is_less(struct packed tokens, struct packed order, uint32_t at, uint32_t depth,
                               uint32_t id) {
    return key_at(tokens, packed_get(order, at), depth) < id;
}

// The first position in the range whose depth-th token leftwards is id or more.
static uint32_t lower_bound(struct packed tokens, struct packed order, struct order_range range,
                            uint32_t depth, uint32_t id) {
    uint32_t low = range.low, high = range.high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_less(tokens, order, middle, depth, id)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The range is mostly a small part of the one it is looked for in: so its end is looked for in steps that double.
struct order_range order_narrow(struct packed tokens, struct packed order, struct order_range range,
                                uint32_t depth, uint32_t id) {
    uint32_t low = lower_bound(tokens, order, range, depth, id), last = low, step = 1;
    while (step <= range.high - last && key_at(tokens, packed_get(order, last + step - 1), depth) == id) {
        last += step;
        step = step < UINT32_MAX / 2 ? 2 * step : step;
    }
    uint32_t end = step <= range.high - last ? last + step - 1 : range.high;
    return (struct order_range){low,
                                lower_bound(tokens, order, (struct order_range){last, end}, depth, id + 1)};
}
