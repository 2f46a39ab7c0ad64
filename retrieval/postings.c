// postings.c - see postings.h.
//
// A small set of entries is sorted by key, digit by digit from the lowest (a
// radix sort, which keeps the order of what is equal), while it fits into the
// processor's caches. Anything larger is made by merging: the lowest of the
// sources' next keys is taken, of its lists the one whose next document is the
// lowest is copied up to where another one goes on, and so on, so that memory is
// read and written in order however large they are.
//
// Either is done twice, first only to count the units: so no more memory is
// taken than they need.
#include "retrieval/postings.h"

#include "base/mem.h"
#include "base/spill.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 3, DIGIT_VALUES = 1 << DIGIT_BITS, KEY_AT = 32, DOCUMENT_AT = 8 };
enum { LISTS_PER_GUIDE = 4, LEAST_GUIDE_BITS = 2, GUIDE_BITS = 24 };
enum { GAP_BITS = 16 - POSTINGS_IMPACT_BITS, GAP_VALUES = 1 << GAP_BITS };
// A list of more units than TINY has their number behind its head; one of more than SHORT has its documents counted there,
// too, shorter ones are counted when they are found.
enum {
    TINY_BITS = 2,
    TINY_UNITS = (1 << TINY_BITS) - 1,
    SHORT_UNITS = 31,
    SHORT_COUNTS = 1,
    LONG_COUNTS = 5
};
static const uint64_t NO_KEY = UINT64_MAX; // behind every key

void postings_add(struct postings_builder *builder, uint32_t key, uint32_t document, uint32_t impact) {
    vec_push(&builder->entries, (uint64_t)key << KEY_AT | (uint64_t)document << DOCUMENT_AT | impact);
}

void postings_builder_free(struct postings_builder *builder) {
    vec_free(&builder->entries);
    vec_free(&builder->sorted);
}

static uint32_t digit_of(uint64_t entry, unsigned digit) {
    return (uint32_t)(entry >> (KEY_AT + digit * DIGIT_BITS)) % DIGIT_VALUES;
}

static void count_digits(const uint64_t *entries, size_t count, uint32_t (*places)[DIGIT_VALUES]) {
    for (size_t i = 0; i < count; i++) {
        for (unsigned digit = 0; digit < DIGITS; digit++) {
            places[digit][digit_of(entries[i], digit)]++;
        }
    }
}

static void sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, unsigned digit,
                          uint32_t *places) {
    uint32_t total = 0;
    for (int value = 0; value < DIGIT_VALUES; value++) {
        uint32_t here = places[value];
        places[value] = total;
        total += here;
    }
    for (size_t i = 0; i < count; i++) {
        to[places[digit_of(from[i], digit)]++] = from[i];
    }
}

// Returns the sorted entries, which are the builder's.
static const uint64_t *sort(struct postings_builder *builder) {
    static const size_t PLACES = sizeof(uint32_t[DIGITS][DIGIT_VALUES]);
    uint32_t(*places)[DIGIT_VALUES] = mem_zero(1, PLACES);
    size_t count = builder->entries.count;
    vec_reserve(&builder->sorted, count);
    count_digits(builder->entries.items, count, places);
    uint64_t *from = builder->entries.items, *to = builder->sorted.items;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        sort_by_digit(from, to, count, digit, places[digit]);
        uint64_t *sorted = to;
        to = from;
        from = sorted;
    }
    free(places);
    return from;
}

static uint32_t key_of(uint64_t entry) {
    return (uint32_t)(entry >> KEY_AT);
}

// Lists on their way into units.
struct writing {
    struct postings *postings; // NULL: they are only counted
    uint64_t unit_count;       // while counting, without heads
    uint32_t list_count;
    uint32_t guided;    // how much of the guide is in
    VEC(uint16_t) list; // the one in work
    uint32_t documents; // in it
    uint32_t last;      // of them
};

static void append(struct writing *writing, uint32_t document, uint32_t impact) {
    uint32_t gap = document - writing->last;
    if (gap >> GAP_BITS) {
        if (gap >> 2 * GAP_BITS) {
            vec_push(&writing->list, (uint16_t)((gap >> 2 * GAP_BITS) << POSTINGS_IMPACT_BITS));
        }
        vec_push(&writing->list, (uint16_t)((gap >> GAP_BITS) % GAP_VALUES << POSTINGS_IMPACT_BITS));
    }
    vec_push(&writing->list, (uint16_t)(gap % GAP_VALUES << POSTINGS_IMPACT_BITS | impact));
    writing->last = document;
    writing->documents++;
}

static void put_number(uint16_t *units, uint32_t number) {
    units[0] = (uint16_t)(number >> 16);
    units[1] = (uint16_t)number;
}

static uint32_t get_number(const uint16_t *units) {
    return (uint32_t)units[0] << 16 | units[1];
}

// Of a list, for its key and TINY_BITS.
static uint32_t head_units(unsigned shift) {
    return shift + TINY_BITS <= 16 ? 1 : 2;
}

// Between the head and the list.
static uint32_t count_units(size_t length) {
    return length <= TINY_UNITS ? 0 : length <= SHORT_UNITS ? SHORT_COUNTS : LONG_COUNTS;
}

static void put_head(uint16_t *units, unsigned shift, uint32_t key, uint32_t tiny) {
    uint32_t head = (key & ((1u << shift) - 1)) << TINY_BITS | tiny;
    if (head_units(shift) == 1) {
        units[0] = (uint16_t)head;
    } else {
        put_number(units, head);
    }
}

static void put_list(const struct writing *writing, uint32_t key) {
    const struct postings *postings = writing->postings;
    uint16_t *units = postings->units + writing->unit_count;
    uint32_t length = (uint32_t)writing->list.count, counts = count_units(length);
    put_head(units, postings->shift, key, counts ? 0 : length);
    units += head_units(postings->shift);
    if (counts == SHORT_COUNTS) {
        units[0] = (uint16_t)length;
    } else if (counts == LONG_COUNTS) {
        units[0] = 0;
        put_number(units + 1, length);
        put_number(units + 3, writing->documents);
    }
    memcpy(units + counts, writing->list.items, length * sizeof *units);
}

// Up to that one, of what begins here or behind.
static void guide_to(struct writing *writing, uint32_t value) {
    while (writing->guided <= value) {
        writing->postings->guide[writing->guided++] = (uint32_t)writing->unit_count;
    }
}

// Ends the list in work; one without documents is none.
static void end_list(struct writing *writing, uint32_t key) {
    size_t length = writing->list.count;
    if (length) {
        if (writing->postings) {
            guide_to(writing, key >> writing->postings->shift);
            put_list(writing, key);
            writing->unit_count += head_units(writing->postings->shift);
        }
        writing->unit_count += length + count_units(length);
        writing->list_count++;
    }
    writing->list.count = 0;
    writing->documents = writing->last = 0;
}

static unsigned shift_for(uint32_t list_count) {
    unsigned bits = LEAST_GUIDE_BITS;
    while (bits < GUIDE_BITS && (1u << bits) < list_count / LISTS_PER_GUIDE) {
        bits++;
    }
    return KEY_AT - bits;
}

static size_t guide_values(const struct postings *postings) {
    return ((size_t)1 << (KEY_AT - postings->shift)) + 1;
}

// Calls write twice, to count and to write.
static void make(struct postings *postings, void (*write)(struct writing *writing, const void *from),
                 const void *from) {
    struct writing writing = {0};
    write(&writing, from);
    *postings = (struct postings){.list_count = writing.list_count, .shift = shift_for(writing.list_count)};
    uint64_t heads = (uint64_t)writing.list_count * head_units(postings->shift);
    postings->unit_count = (uint32_t)(writing.unit_count + heads);
    postings->units = spill_alloc((postings->unit_count + (size_t)1) * sizeof *postings->units);
    postings->guide = spill_alloc(guide_values(postings) * sizeof *postings->guide);
    writing.postings = postings;
    writing.unit_count = writing.list_count = 0;
    write(&writing, from);
    guide_to(&writing, (uint32_t)guide_values(postings) - 1);
    vec_free(&writing.list);
}

struct sorted {
    const uint64_t *entries;
    size_t count;
};

static void write_sorted(struct writing *writing, const void *from) {
    const struct sorted *sorted = from;
    for (size_t i = 0; i < sorted->count; i++) {
        uint64_t entry = sorted->entries[i];
        append(writing, (uint32_t)(entry >> DOCUMENT_AT) % POSTINGS_BUILT,
               (uint32_t)entry % POSTINGS_IMPACTS);
        if (i + 1 == sorted->count || key_of(sorted->entries[i + 1]) != key_of(entry)) {
            end_list(writing, key_of(entry));
        }
    }
}

void postings_build(struct postings *postings, struct postings_builder *builder) {
    struct sorted sorted = {sort(builder), builder->entries.count};
    make(postings, write_sorted, &sorted);
    builder->entries.count = 0;
}

// A list being merged, at its next document that lives on.
struct merged_list {
    struct postings_list list;
    const uint32_t *numbers;
    uint32_t number;
};

struct merging {
    const struct postings_source *sources;
    uint32_t count;
    struct postings_reader *readers; // of each source: at its next list
    uint64_t *heads;                 // its key, or NO_KEY
    struct merged_list *lists;       // of the key in work
};

// False at the end.
static bool go_on(struct merged_list *merged) {
    while (postings_next(&merged->list)) {
        merged->number = merged->numbers[merged->list.document];
        if (merged->number != POSTINGS_GONE) {
            return true;
        }
    }
    return false;
}

// The list that goes on first; *bound: where another one does.
static uint32_t lowest_list(const struct merged_list *lists, uint32_t count, uint32_t *bound) {
    uint32_t lowest = 0;
    *bound = POSTINGS_GONE;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t higher = lists[i].number < lists[lowest].number ? lowest : i;
        lowest = higher == i ? lowest : i;
        *bound = lists[higher].number < *bound ? lists[higher].number : *bound;
    }
    return lowest;
}

static void append_lists(struct writing *writing, struct merged_list *lists, uint32_t count) {
    while (count) {
        uint32_t bound, lowest = lowest_list(lists, count, &bound);
        struct merged_list *merged = &lists[lowest];
        bool goes_on = true;
        while (goes_on && merged->number < bound) {
            append(writing, merged->number, merged->list.impact);
            goes_on = go_on(merged);
        }
        if (!goes_on) {
            *merged = lists[--count];
        }
    }
}

static void read_next(struct merging *merging, uint32_t source) {
    struct postings_reader *reader = &merging->readers[source];
    merging->heads[source] = postings_read_next(reader) ? reader->key : NO_KEY;
}

static uint64_t lowest_key(const struct merging *merging) {
    uint64_t lowest = NO_KEY;
    for (uint32_t i = 0; i < merging->count; i++) {
        lowest = merging->heads[i] < lowest ? merging->heads[i] : lowest;
    }
    return lowest;
}

static void merge_key(struct writing *writing, struct merging *merging, uint64_t key) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < merging->count; i++) {
        if (merging->heads[i] == key) {
            struct merged_list *merged = &merging->lists[count];
            *merged = (struct merged_list){merging->readers[i].list, merging->sources[i].numbers, 0};
            count += go_on(merged);
            read_next(merging, i);
        }
    }
    append_lists(writing, merging->lists, count);
    end_list(writing, (uint32_t)key);
}

static void write_merged(struct writing *writing, const void *from) {
    struct merging merging = *(const struct merging *)from;
    for (uint32_t i = 0; i < merging.count; i++) {
        merging.readers[i] = postings_read(merging.sources[i].postings);
        read_next(&merging, i);
    }
    for (uint64_t key; (key = lowest_key(&merging)) != NO_KEY;) {
        merge_key(writing, &merging, key);
    }
}

void postings_merge(struct postings *postings, const struct postings_source *sources, uint32_t count) {
    struct merging merging = {.sources = sources, .count = count};
    merging.heads = mem_zero(count + (size_t)1, sizeof *merging.heads);
    merging.readers = mem_zero(count + (size_t)1, sizeof *merging.readers);
    merging.lists = mem_zero(count + (size_t)1, sizeof *merging.lists);
    make(postings, write_merged, &merging);
    free(merging.heads);
    free(merging.readers);
    free(merging.lists);
}

uint64_t postings_bytes(const struct postings *postings) {
    return postings->unit_count * sizeof *postings->units + guide_values(postings) * sizeof *postings->guide;
}

void postings_archive(const struct postings *postings, struct archive_out *out) {
    uint32_t numbers[] = {postings->unit_count, postings->list_count, postings->shift};
    archive_put(out, numbers, 3, sizeof *numbers);
    archive_put(out, postings->units, postings->unit_count, sizeof *postings->units);
    archive_put(out, postings->guide, guide_values(postings), sizeof *postings->guide);
}

void postings_restore(struct postings *postings, struct archive_in *in) {
    uint32_t numbers[3];
    archive_get(in, numbers, 3, sizeof *numbers);
    *postings = (struct postings){
        .unit_count = numbers[0], .list_count = numbers[1], .shift = numbers[2], .is_borrowed = true};
    in->is_bad = in->is_bad || numbers[2] < KEY_AT - GUIDE_BITS || numbers[2] > KEY_AT - LEAST_GUIDE_BITS;
    if (!in->is_bad) {
        postings->units = archive_view(in, numbers[0], sizeof *postings->units);
        postings->guide = archive_view(in, guide_values(postings), sizeof *postings->guide);
    }
}

void postings_free(struct postings *postings) {
    if (!postings->is_borrowed) {
        spill_free(postings->units);
        spill_free(postings->guide);
    }
    *postings = (struct postings){0};
}

// A list that begins somewhere.
struct beginning {
    uint32_t rest;         // of the key, without what the guide tells
    uint32_t length;       // in units; 0: told behind the head
    const uint16_t *units; // behind the head
};

static struct beginning begin_list(unsigned shift, const uint16_t *units) {
    uint32_t head = head_units(shift) == 1 ? units[0] : get_number(units);
    return (struct beginning){head >> TINY_BITS, head & TINY_UNITS, units + head_units(shift)};
}

static struct postings_list open_list(struct beginning list) {
    const uint16_t *units = list.units;
    if (list.length == 0 && units[0] == 0) {
        const uint16_t *at = units + LONG_COUNTS;
        return (struct postings_list){at, at + get_number(units + 1), get_number(units + 3), 0, 0};
    }
    const uint16_t *at = list.length ? units : units + SHORT_COUNTS;
    struct postings_list opened = {.at = at, .end = at + (list.length ? list.length : units[0])};
    for (const uint16_t *unit = opened.at; unit < opened.end; unit++) {
        opened.length += *unit % POSTINGS_IMPACTS > 0;
    }
    return opened;
}

// Where it ends, without counting its documents.
static const uint16_t *end_of_list(struct beginning list) {
    const uint16_t *units = list.units;
    return list.length ? units + list.length
           : units[0]  ? units + SHORT_COUNTS + units[0]
                       : units + LONG_COUNTS + get_number(units + 1);
}

struct postings_reader postings_read(const struct postings *postings) {
    return (struct postings_reader){.postings = postings};
}

bool postings_read_next(struct postings_reader *reader) {
    const struct postings *postings = reader->postings;
    if (reader->at >= postings->unit_count) {
        return false;
    }
    while (postings->guide[reader->value + 1] <= reader->at) {
        reader->value++;
    }
    struct beginning list = begin_list(postings->shift, postings->units + reader->at);
    reader->key = reader->value << postings->shift | list.rest;
    reader->list = open_list(list);
    reader->at = (uint32_t)(reader->list.end - postings->units);
    return true;
}

struct postings_list postings_find(const struct postings *postings, uint32_t key) {
    const uint32_t *guide = &postings->guide[key >> postings->shift];
    const uint16_t *at = postings->units + guide[0], *end = postings->units + guide[1];
    uint32_t rest = key & ((1u << postings->shift) - 1);
    while (at < end) {
        struct beginning list = begin_list(postings->shift, at);
        if (list.rest == rest) {
            return open_list(list);
        }
        if (list.rest > rest) {
            break;
        }
        at = end_of_list(list);
    }
    return (struct postings_list){0};
}
