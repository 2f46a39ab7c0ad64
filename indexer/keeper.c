// keeper.c - see keeper.h.
#include "indexer/keeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/spill.h"

void keeper_init(struct keeper *self, const struct index_sink *sink) {
    *self = (struct keeper){.sink = sink};
}

void keeper_fini(struct keeper *self) {
    spill_free(self->bytes);
    self->bytes = NULL;
}

void keeper_rest_from(struct keeper *self, uint64_t us) {
    self->ask_us = self->sink->keep ? us : 0;
}

uint64_t keeper_due_us(const struct keeper *self) {
    return self->bytes ? 0 : self->ask_us ? self->ask_us : UINT64_MAX;
}

static bool write_piece(struct keeper *self, struct store *store) {
    struct err err = {0};
    struct slice bytes = slice_of(self->bytes, self->size);
    int code = store_keep(store, bytes, self->piece++, &err);
    if (code == ERR_TOO_LARGE) {
        log_debug("%s", err.message);
    } else if (code) {
        log_warning("%s; the next start will take longer", err.message);
    }
    bool is_last = code || self->piece == store_piece_count(self->size);
    if (is_last) {
        keeper_fini(self);
    }
    return is_last;
}

bool keeper_step(struct keeper *self, struct store *store) {
    bool is_over = false;
    if (!store) {
        keeper_fini(self);
        self->ask_us = 0;
    } else if (self->bytes) {
        is_over = write_piece(self, store);
    } else if (clock_now_us() >= keeper_due_us(self)) {
        self->ask_us = 0;
        self->piece = 0;
        self->bytes = self->sink->keep(self->sink->self, &self->size);
    }
    return is_over;
}
