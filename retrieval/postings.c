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
enum { LISTS_PER_GUIDE = 4, GUIDE_BITS = 24 };
enum { GAP_BITS = 16 - POSTINGS_IMPACT_BITS, GAP_VALUES = 1 << GAP_BITS };
// A list of more units has its documents counted beside it, shorter ones are counted when they are found.
enum { SHORT_UNITS = 31, SHORT_HEAD = 3, LONG_HEAD = 7 };
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
    uint16_t *units; // NULL: only counted
    uint64_t unit_count;
    uint32_t list_count;
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

static void put_list(const struct writing *writing, uint32_t key) {
    uint16_t *units = writing->units + writing->unit_count;
    uint32_t length = (uint32_t)writing->list.count, head = SHORT_HEAD;
    put_number(units, key);
    units[2] = (uint16_t)length;
    if (length > SHORT_UNITS) {
        units[2] = 0;
        put_number(units + 3, length);
        put_number(units + 5, writing->documents);
        head = LONG_HEAD;
    }
    memcpy(units + head, writing->list.items, length * sizeof *units);
}

// Ends the list in work; one without documents is none.
static void end_list(struct writing *writing, uint32_t key) {
    size_t length = writing->list.count;
    if (length) {
        if (writing->units) {
            put_list(writing, key);
        }
        writing->unit_count += length + (length > SHORT_UNITS ? LONG_HEAD : SHORT_HEAD);
        writing->list_count++;
    }
    writing->list.count = 0;
    writing->documents = writing->last = 0;
}

// Once the units are in.
static void make_guide(struct postings *postings) {
    unsigned bits = 1;
    while (bits < GUIDE_BITS && (1u << bits) < postings->list_count / LISTS_PER_GUIDE) {
        bits++;
    }
    uint32_t values = 1u << bits, value = 0, start = 0;
    postings->shift = 32 - bits;
    postings->guide = spill_alloc((values + (size_t)1) * sizeof *postings->guide);
    struct postings_reader reader = postings_read(postings);
    while (postings_read_next(&reader)) {
        while (value <= reader.key >> postings->shift) {
            postings->guide[value++] = start;
        }
        start = (uint32_t)(reader.at - postings->units);
    }
    while (value <= values) {
        postings->guide[value++] = start;
    }
}

// Calls write twice, to count and to write.
static void make(struct postings *postings, void (*write)(struct writing *writing, const void *from),
                 const void *from) {
    struct writing writing = {0};
    write(&writing, from);
    *postings = (struct postings){.units = spill_alloc((writing.unit_count + 1) * sizeof *postings->units)};
    writing.units = postings->units;
    writing.unit_count = writing.list_count = 0;
    write(&writing, from);
    postings->unit_count = (uint32_t)writing.unit_count;
    postings->list_count = writing.list_count;
    vec_free(&writing.list);
    make_guide(postings);
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
    return postings->unit_count * sizeof *postings->units +
           (UINT64_C(1) << (32 - postings->shift)) * sizeof *postings->guide;
}

static size_t guide_values(const struct postings *postings) {
    return ((size_t)1 << (KEY_AT - postings->shift)) + 1;
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
    in->is_bad = in->is_bad || numbers[2] < KEY_AT - GUIDE_BITS || numbers[2] >= KEY_AT;
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

// The units of the list that begins here.
static struct postings_list open_list(const uint16_t *units) {
    if (units[2] == 0) {
        units += SHORT_HEAD;
        return (struct postings_list){units + 4, units + 4 + get_number(units), get_number(units + 2), 0, 0};
    }
    struct postings_list list = {.at = units + SHORT_HEAD, .end = units + SHORT_HEAD + units[2]};
    for (const uint16_t *unit = list.at; unit < list.end; unit++) {
        list.length += *unit % POSTINGS_IMPACTS > 0;
    }
    return list;
}

// Where it ends, without counting its documents.
static const uint16_t *end_of_list(const uint16_t *units) {
    return units[2] ? units + SHORT_HEAD + units[2] : units + LONG_HEAD + get_number(units + SHORT_HEAD);
}

struct postings_reader postings_read(const struct postings *postings) {
    return (struct postings_reader){.at = postings->units, .end = postings->units + postings->unit_count};
}

bool postings_read_next(struct postings_reader *reader) {
    if (!reader->at || reader->at >= reader->end) {
        return false;
    }
    reader->key = get_number(reader->at);
    reader->list = open_list(reader->at);
    reader->at = reader->list.end;
    return true;
}

struct postings_list postings_find(const struct postings *postings, uint32_t key) {
    const uint32_t *guide = &postings->guide[key >> postings->shift];
    const uint16_t *at = postings->units + guide[0], *end = postings->units + guide[1];
    while (at < end) {
        uint32_t here = get_number(at);
        if (here == key) {
            return open_list(at);
        }
        if (here > key) {
            break;
        }
        at = end_of_list(at);
    }
    return (struct postings_list){0};
}
