// postings.c - see postings.h.
//
// The feed runs twice: the first pass only counts the entries of each key, the
// second puts them where the counts say. Nothing is sorted and no entry is
// held twice, which matters when a repository has tens of millions of them.
#include "retrieval/postings.h"

#include "base/mem.h"
#include "base/spill.h"

#include <stdlib.h>

static void count_entry(struct postings *postings, uint32_t key) {
    uint64_t *list = map_insert(&postings->keys, key, postings->list_count);
    if (*list == postings->list_count) {
        if ((postings->list_count & (postings->list_count + 1)) == 0) {
            postings->starts =
                mem_resize(postings->starts, (size_t)postings->list_count * 2 + 3, sizeof *postings->starts);
        }
        postings->starts[postings->list_count++] = 0;
    }
    postings->starts[*list]++;
}

void postings_add(struct postings *postings, uint32_t key, uint32_t document, uint32_t count) {
    if (postings->counting) {
        count_entry(postings, key);
        return;
    }
    uint32_t at = postings->filled[*map_get(&postings->keys, key)]++;
    postings->documents[at] = document;
    postings->counts[at] = (uint8_t)(count < 255 ? count : 255);
}

// Turns the counts into the places where the lists begin; returns how many entries there are.
static uint32_t lay_out(struct postings *postings) {
    uint32_t total = 0;
    for (uint32_t i = 0; i < postings->list_count; i++) {
        uint32_t length = postings->starts[i];
        postings->starts[i] = total;
        total += length;
    }
    if (postings->list_count) {
        postings->starts[postings->list_count] = total;
    }
    return total;
}

void postings_build(struct postings *postings, void (*feed)(struct postings *postings, void *context),
                    void *context) {
    *postings = (struct postings){.counting = true};
    map_init(&postings->keys);
    feed(postings, context);
    uint32_t total = lay_out(postings);
    postings->documents = spill_alloc((total ? total : 1) * sizeof *postings->documents);
    postings->counts = spill_alloc(total ? total : 1);
    postings->filled = mem_alloc((postings->list_count + (size_t)1) * sizeof *postings->filled);
    if (postings->list_count) {
        memcpy(postings->filled, postings->starts, postings->list_count * sizeof *postings->filled);
    }
    postings->counting = false;
    feed(postings, context);
    free(postings->filled);
    postings->filled = NULL;
}

void postings_free(struct postings *postings) {
    map_free(&postings->keys);
    free(postings->starts);
    spill_free(postings->documents);
    spill_free(postings->counts);
    *postings = (struct postings){0};
}

struct postings_list postings_find(const struct postings *postings, uint32_t key) {
    const uint64_t *list = postings->list_count ? map_get(&postings->keys, key) : NULL;
    if (!list) {
        return (struct postings_list){0};
    }
    uint32_t start = postings->starts[*list];
    return (struct postings_list){postings->documents + start, postings->counts + start,
                                  postings->starts[*list + 1] - start};
}
