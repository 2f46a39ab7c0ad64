// shelf_trim.c - what was decoded for queries does not stay forever; see shelf.h.
//
// A record is decoded for whoever asks first and waits at its head for who asks
// next, as a place being edited asks for the same ones again and again. The hand
// of the clock algorithm goes round the files: what was asked for since it came by
// last stays, the rest goes. A reader may look at it just now; so
// it is taken away from its head, another generation is published, which cannot
// find it, and those that could are waited for (snapshot_retire).
// Source of the algorithm: F. J. Corbato, A paging experiment with the Multics system, 1968.
#include "retrieval/shelf.h"

enum { ROUNDS = 3 }; // the end of one, one that finds all asked for, and one more

// The hand's file, and goes on; NULL: a round is over.
static struct record *look_at_next(const struct snapshot_parts *parts, struct snapshot_file *hand) {
    while (hand->segment < parts->segment_count && hand->file >= parts->segments[hand->segment]->file_count) {
        *hand = (struct snapshot_file){hand->segment + 1, 0};
    }
    if (hand->segment >= parts->segment_count) {
        *hand = (struct snapshot_file){0};
        return NULL;
    }
    return parts->segments[hand->segment]->files[hand->file++].record;
}

static void retire_decoded(struct snapshot_slot *slot, struct record *head) {
    for (struct record *decoded; (decoded = record_take_decoded(head));) {
        snapshot_retire(slot, decoded);
    }
}

static void take_away(struct shelf *shelf, const struct snapshot_parts *parts, size_t left) {
    for (int round = 0; round < ROUNDS && record_decoded_bytes() > left;) {
        struct record *head = look_at_next(parts, &shelf->hand);
        round += head ? 0 : 1;
        if (head && head->is_head && !record_was_used(head)) {
            retire_decoded(shelf->slot, head);
        }
    }
}

void shelf_trim(struct shelf *shelf, size_t most) {
    if (record_decoded_bytes() <= most) {
        return;
    }
    uv_mutex_lock(&shelf->lock);
    struct snapshot_parts parts = snapshot_current_parts(shelf->slot);
    take_away(shelf, &parts, most / 4 * 3);
    shelf_publish(shelf, parts);
    uv_mutex_unlock(&shelf->lock);
}
