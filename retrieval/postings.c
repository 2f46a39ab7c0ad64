// postings.c - see postings.h.
//
// A small set of entries is sorted by key, digit by digit from the lowest (a
// radix sort, which keeps the order of what is equal), while it fits into the
// processor's caches. Anything larger is made by merging: the lowest of the
// sources' next keys is taken, its lists are copied one behind the other, and
// so on, so that memory is read and written in order however large they are.
#include "retrieval/postings.h"

#include "base/mem.h"
#include "base/spill.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 3, DIGIT_VALUES = 1 << DIGIT_BITS, KEY_AT = 32, DOCUMENT_AT = 8 };
enum { LISTS_PER_GUIDE = 4, GUIDE_BITS = 24 };
static const uint64_t NO_KEY = UINT64_MAX; // behind every key

void postings_add(struct postings_builder *builder, uint32_t key, uint32_t document, uint32_t count) {
    uint64_t kept = count < 255 ? count : 255;
    vec_push(&builder->entries, (uint64_t)key << KEY_AT | (uint64_t)document << DOCUMENT_AT | kept);
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

static uint32_t count_keys(const uint64_t *entries, size_t count) {
    uint32_t keys = count > 0;
    for (size_t i = 1; i < count; i++) {
        keys += key_of(entries[i]) != key_of(entries[i - 1]);
    }
    return keys;
}

// Room for so many lists and entries.
static void make_room(struct postings *postings, uint32_t lists, size_t entries) {
    *postings = (struct postings){0};
    postings->keys = spill_alloc((lists + (size_t)1) * sizeof *postings->keys);
    postings->starts = spill_alloc((lists + (size_t)1) * sizeof *postings->starts);
    postings->documents = spill_alloc((entries + 1) * sizeof *postings->documents);
    postings->counts = spill_alloc(entries + 1);
}

// Once the keys are in.
static void make_guide(struct postings *postings) {
    unsigned bits = 1;
    while (bits < GUIDE_BITS && (1u << bits) < postings->list_count / LISTS_PER_GUIDE) {
        bits++;
    }
    size_t values = (size_t)1 << bits;
    postings->shift = 32 - bits;
    postings->guide = spill_alloc((values + 1) * sizeof *postings->guide);
    uint32_t list = 0;
    for (size_t value = 0; value < values; value++) {
        while (list < postings->list_count && postings->keys[list] >> postings->shift < value) {
            list++;
        }
        postings->guide[value] = list;
    }
    postings->guide[values] = postings->list_count;
}

void postings_build(struct postings *postings, struct postings_builder *builder) {
    size_t count = builder->entries.count;
    const uint64_t *entries = sort(builder);
    make_room(postings, count_keys(entries, count), count);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || key_of(entries[i]) != key_of(entries[i - 1])) {
            postings->starts[postings->list_count] = (uint32_t)i;
            postings->keys[postings->list_count++] = key_of(entries[i]);
        }
        postings->documents[i] = (uint32_t)(entries[i] >> DOCUMENT_AT) % POSTINGS_BUILT;
        postings->counts[i] = (uint8_t)entries[i];
    }
    postings->starts[postings->list_count] = (uint32_t)count;
    make_guide(postings);
    builder->entries.count = 0;
}

struct merging {
    struct postings *out;
    const struct postings_source *sources;
    uint32_t count;
    uint64_t *heads; // of each source: its next key, or NO_KEY
    uint32_t *lists; // of each source: its next list
    uint32_t entries;
};

static size_t count_living(const struct postings_source *source) {
    size_t total = postings_entries(source->postings), living = 0;
    if (!source->numbers) {
        return total;
    }
    for (size_t i = 0; i < total; i++) {
        living += source->numbers[source->postings->documents[i]] != POSTINGS_GONE;
    }
    return living;
}

static void copy_moved(struct merging *merging, const struct postings_source *source, uint32_t start,
                       uint32_t end) {
    uint32_t *documents = merging->out->documents + merging->entries;
    for (uint32_t i = start; i < end; i++) {
        documents[i - start] = source->postings->documents[i] + source->first;
    }
    memcpy(merging->out->counts + merging->entries, source->postings->counts + start, end - start);
    merging->entries += end - start;
}

static void copy_living(struct merging *merging, const struct postings_source *source, uint32_t start,
                        uint32_t end) {
    for (uint32_t i = start; i < end; i++) {
        uint32_t number = source->numbers[source->postings->documents[i]];
        if (number != POSTINGS_GONE) {
            merging->out->documents[merging->entries] = number;
            merging->out->counts[merging->entries++] = source->postings->counts[i];
        }
    }
}

static void show_next_key(struct merging *merging, uint32_t source) {
    const struct postings *postings = merging->sources[source].postings;
    uint32_t list = merging->lists[source];
    merging->heads[source] = list < postings->list_count ? postings->keys[list] : NO_KEY;
}

static void copy_next_list(struct merging *merging, uint32_t at) {
    const struct postings_source *source = &merging->sources[at];
    const uint32_t *starts = source->postings->starts + merging->lists[at]++;
    if (source->numbers) {
        copy_living(merging, source, starts[0], starts[1]);
    } else {
        copy_moved(merging, source, starts[0], starts[1]);
    }
    show_next_key(merging, at);
}

static uint64_t lowest_key(const struct merging *merging) {
    uint64_t lowest = NO_KEY;
    for (uint32_t i = 0; i < merging->count; i++) {
        lowest = merging->heads[i] < lowest ? merging->heads[i] : lowest;
    }
    return lowest;
}

// The keys' and lists' arrays are larger than needed until now: how many keys the sources share was not known.
static void shrink(struct postings *postings) {
    uint32_t *keys = postings->keys, *starts = postings->starts;
    size_t lists = postings->list_count + (size_t)1;
    postings->keys = spill_alloc(lists * sizeof *keys);
    postings->starts = spill_alloc(lists * sizeof *starts);
    memcpy(postings->keys, keys, postings->list_count * sizeof *keys);
    memcpy(postings->starts, starts, lists * sizeof *starts);
    free(keys);
    free(starts);
}

static void merge_lists(struct merging *merging) {
    struct postings *out = merging->out;
    for (uint64_t key; (key = lowest_key(merging)) != NO_KEY;) {
        uint32_t start = merging->entries;
        for (uint32_t i = 0; i < merging->count; i++) {
            if (merging->heads[i] == key) {
                copy_next_list(merging, i);
            }
        }
        if (merging->entries > start) {
            out->starts[out->list_count] = start;
            out->keys[out->list_count++] = (uint32_t)key;
        }
    }
    out->starts[out->list_count] = merging->entries;
}

void postings_merge(struct postings *postings, const struct postings_source *sources, uint32_t count) {
    struct merging merging = {.out = postings, .sources = sources, .count = count};
    size_t lists = 0, entries = 0;
    merging.heads = mem_zero(count + (size_t)1, sizeof *merging.heads);
    merging.lists = mem_zero(count + (size_t)1, sizeof *merging.lists);
    for (uint32_t i = 0; i < count; i++) {
        show_next_key(&merging, i);
        lists += sources[i].postings->list_count;
        entries += count_living(&sources[i]);
    }
    *postings = (struct postings){.documents = spill_alloc((entries + 1) * sizeof *postings->documents),
                                  .counts = spill_alloc(entries + 1),
                                  .keys = mem_alloc((lists + 1) * sizeof *postings->keys),
                                  .starts = mem_alloc((lists + 1) * sizeof *postings->starts)};
    merge_lists(&merging);
    shrink(postings);
    make_guide(postings);
    free(merging.heads);
    free(merging.lists);
}

uint64_t postings_bytes(const struct postings *postings) {
    uint64_t entries = postings_entries(postings);
    return entries * (sizeof *postings->documents + sizeof *postings->counts) +
           postings->list_count * (sizeof *postings->keys + sizeof *postings->starts) +
           (UINT64_C(1) << (32 - postings->shift)) * sizeof *postings->guide;
}

void postings_archive(const struct postings *postings, struct archive_out *out) {
    uint32_t sizes[] = {postings->list_count, postings_entries(postings)};
    archive_put(out, sizes, 2, sizeof *sizes);
    archive_put(out, postings->keys, sizes[0], sizeof *postings->keys);
    archive_put(out, postings->starts, sizes[0] + (size_t)1, sizeof *postings->starts);
    archive_put(out, postings->documents, sizes[1], sizeof *postings->documents);
    archive_put(out, postings->counts, sizes[1], sizeof *postings->counts);
}

void postings_restore(struct postings *postings, struct archive_in *in) {
    uint32_t sizes[2];
    archive_get(in, sizes, 2, sizeof *sizes);
    *postings = (struct postings){.list_count = sizes[0]};
    postings->keys = archive_take(in, sizes[0], sizeof *postings->keys);
    postings->starts = archive_take(in, sizes[0] + (size_t)1, sizeof *postings->starts);
    postings->documents = archive_take(in, sizes[1], sizeof *postings->documents);
    postings->counts = archive_take(in, sizes[1], sizeof *postings->counts);
    in->is_bad = in->is_bad || postings->starts[sizes[0]] != sizes[1];
    if (!in->is_bad) {
        make_guide(postings);
    }
}

void postings_free(struct postings *postings) {
    spill_free(postings->keys);
    spill_free(postings->starts);
    spill_free(postings->documents);
    spill_free(postings->counts);
    spill_free(postings->guide);
    *postings = (struct postings){0};
}

struct postings_list postings_find(const struct postings *postings, uint32_t key) {
    uint32_t value = key >> postings->shift;
    uint32_t low = postings->guide[value], end = postings->guide[value + 1], high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (postings->keys[middle] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == end || postings->keys[low] != key) {
        return (struct postings_list){0};
    }
    uint32_t start = postings->starts[low];
    return (struct postings_list){postings->documents + start, postings->counts + start,
                                  postings->starts[low + 1] - start};
}
