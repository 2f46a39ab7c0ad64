// sink.c - see sink.h.
#include "indexer/sink.h"

static void ignore_record(void *self, struct record *record, struct slice text) {
    (void)self, (void)record, (void)text;
}
static void ignore_path(void *self, const char *path) {
    (void)self, (void)path;
}
static void ignore_commit(void *self, bool full_pass) {
    (void)self, (void)full_pass;
}

struct index_sink index_sink_none(void) {
    return (struct index_sink){.put = ignore_record,
                               .remove = ignore_path,
                               .overlay = ignore_record,
                               .overlay_remove = ignore_path,
                               .commit = ignore_commit};
}
