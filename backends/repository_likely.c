// repository_likely.c - see repository_likely.h.
#include "backends/repository_likely.h"

bool likely_is_before(const struct likely *a, const struct likely *b) {
    return a->key > b->key || (a->key == b->key && a->id < b->id);
}

uint32_t likely_insert(struct likely *items, uint32_t *count, uint32_t limit, struct likely item) {
    uint32_t at = *count, fallen = LIKELY_NONE;
    if (at == limit) {
        if (!likely_is_before(&item, &items[limit - 1])) {
            return item.index;
        }
        fallen = items[--at].index;
    } else {
        (*count)++;
    }
    for (; at > 0 && likely_is_before(&item, &items[at - 1]); at--) {
        items[at] = items[at - 1];
    }
    items[at] = item;
    return fallen;
}

static void swap(struct likely *a, struct likely *b) {
    struct likely other = *a;
    *a = *b;
    *b = other;
}

void likely_select(struct likely *items, uint32_t count, uint32_t limit) {
    for (uint32_t low = 0, high = count; high - low > 1;) {
        uint32_t left = low;
        swap(&items[low + (high - low) / 2], &items[high - 1]);
        for (uint32_t i = low; i + 1 < high; i++) {
            if (likely_is_before(&items[i], &items[high - 1])) {
                swap(&items[i], &items[left++]);
            }
        }
        swap(&items[left], &items[high - 1]);
        if (left == limit - 1) {
            return;
        }
        *(left < limit - 1 ? &low : &high) = left < limit - 1 ? left + 1 : left;
    }
}
