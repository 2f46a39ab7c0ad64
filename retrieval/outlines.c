// outlines.c - see outlines.h.
#include "retrieval/outlines.h"

// A receiver's type may be named far above; any other only counts near the cursor.
static bool find_type(const struct snapshot *snapshot, const struct query *query,
                      const struct imports *imports, const struct snapshot_file *self, bool of_receiver,
                      struct definition *type) {
    for (size_t i = 0; i < query->name_count; i++) {
        const struct query_name *name = &query->names[i];
        bool counts = of_receiver ? map_get(&query->receivers.keys, segment_exact_key(name->text)) != NULL
                                  : name->distance <= OUTLINES_LINES && name->text.length >= 3;
        if (counts && definitions_of(snapshot, query, name->text, 1u << SYMBOL_TYPE, imports, self, type)) {
            return true;
        }
    }
    return false;
}

size_t outlines_find(const struct snapshot *snapshot, const struct query *query,
                     const struct imports *imports, const struct snapshot_file *self, size_t limit,
                     struct definition *out) {
    struct definition type;
    if (limit == 0 || (!find_type(snapshot, query, imports, self, true, &type) &&
                       !find_type(snapshot, query, imports, self, false, &type))) {
        return 0;
    }
    const struct segment *segment = snapshot->segments[type.segment];
    uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], type.id), first;
    uint32_t end = segment_range(segment, SEGMENT_SYMBOLS, file, &first);
    uint64_t scope = segment->keys[type.id].name;
    size_t count = 0;
    out[count++] = type;
    for (int private = 0; private <= 1; private ++) {
        for (uint32_t id = first; id < end && count < limit; id++) {
            if (segment->keys[id].scope == scope && segment_is_underscored(&segment->keys[id]) == private) {
                out[count++] = (struct definition){type.segment, id, type.score};
            }
        }
    }
    return count;
}
