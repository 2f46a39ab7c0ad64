// definitions.c - see definitions.h.
//
// A name may have many definitions. The one in an imported file is nearly
// always the one meant; after that come the own package, what is not a test,
// definitions before declarations, and the nearest file, of equal ones the first
// in the order of paths. Fields count only behind a member operator, and words in
// strings not at all.
#include "retrieval/definitions.h"

#include "retrieval/paths.h"

static const uint32_t ANY_KIND = UINT32_MAX;

struct choice {
    uint32_t segment, id;
    uint32_t cost;
    uint32_t places;
    bool found, reachable, is_own;
};

static uint32_t cost_of(const struct record *record, const struct segment_keys *keys, enum imports_way way,
                        struct slice path) {
    static const uint32_t ways[] = {
        [IMPORTS_NONE] = 3000, [IMPORTS_DIRECT] = 0, [IMPORTS_PACKAGE] = 1000, [IMPORTS_SECOND] = 2000};
    uint32_t distance = paths_distance(slice_of_string(record->path), path);
    return ways[way] + (record->taint != TAINT_OWN ? 5000u : 0) + (keys->is_declaration ? 200u : 0) +
           (distance < 100 ? distance : 100);
}

// Does the name follow a member operator? Only then can it mean a field.
static bool is_member(struct slice text, size_t at) {
    while (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '\t')) {
        at--;
    }
    return at > 0 && (text.data[at - 1] == '.' || text.data[at - 1] == '>' || text.data[at - 1] == ':');
}

// An odd number of double quotes to the left on its line: words in a string are prose.
static bool is_quoted(struct slice text, size_t at) {
    bool quoted = false;
    size_t start = at;
    while (start > 0 && text.data[start - 1] != '\n') {
        start--;
    }
    for (size_t i = start; i < at; i++) {
        quoted ^= text.data[i] == '"';
        i += text.data[i] == '\\';
    }
    return quoted;
}

static void consider(struct choice *choice, const struct snapshot *snapshot, struct snapshot_file at,
                     uint32_t id, const struct imports *imports, struct slice path) {
    const struct segment *segment = snapshot->segments[at.segment];
    enum imports_way way = imports_way(imports, at);
    uint32_t cost = cost_of(segment->files[at.file].record, &segment->keys[id], way, path);
    choice->places++;
    choice->reachable |= way != IMPORTS_NONE;
    bool is_before =
        choice->found && cost == choice->cost &&
        snapshot_compare(snapshot, SEGMENT_SYMBOLS, at.segment, id, choice->segment, choice->id) < 0;
    if (!choice->found || cost < choice->cost || is_before) {
        choice->found = true;
        choice->cost = cost;
        choice->segment = at.segment;
        choice->id = id;
    }
}

// kinds: bits of enum symbol_kind.
static struct choice choose(const struct snapshot *snapshot, struct slice name, uint32_t kinds,
                            const struct imports *imports, const struct snapshot_file *self,
                            struct slice path) {
    struct choice choice = {0};
    uint32_t key = segment_name_key(name), exact = segment_exact_key(name);
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s];
        struct names_walk walk = names_find(&segment->names, key);
        while (segment_next_named(segment, &walk, key)) {
            uint32_t id = walk.symbol;
            struct snapshot_file at = {s, segment_file_of(&segment->fields[SEGMENT_SYMBOLS], id)};
            if (snapshot_is_dead(snapshot, s, at.file) || segment->keys[id].name != exact) {
                continue;
            }
            if (self && self->segment == s && self->file == at.file) {
                choice.is_own = true;
                return choice;
            }
            if (kinds >> segment->keys[id].kind & 1) {
                consider(&choice, snapshot, at, id, imports, path);
            }
        }
    }
    return choice;
}

static bool is_good(const struct choice *choice) {
    return choice->found && !choice->is_own && (choice->reachable || choice->places <= DEFINITIONS_FILES);
}

bool definitions_of(const struct snapshot *snapshot, const struct query *query, struct slice name,
                    uint32_t kinds, const struct imports *imports, const struct snapshot_file *self,
                    struct definition *out) {
    struct choice choice = choose(snapshot, name, kinds, imports, self, query->path);
    *out = (struct definition){choice.segment, choice.id, 1.0f};
    return is_good(&choice);
}

size_t definitions_find(const struct snapshot *snapshot, const struct query *query,
                        const struct imports *imports, const struct snapshot_file *self, size_t limit,
                        struct definition *out) {
    size_t count = 0;
    for (size_t i = 0; i < query->name_count && count < limit; i++) {
        const struct query_name *name = &query->names[i];
        size_t at = (size_t)(name->text.data - query->text.data);
        if (name->distance >= DEFINITIONS_LINES || name->text.length < 3 || is_quoted(query->text, at)) {
            continue;
        }
        uint32_t kinds = is_member(query->text, at) ? ANY_KIND : ANY_KIND & ~(1u << SYMBOL_FIELD);
        struct choice choice = choose(snapshot, name->text, kinds, imports, self, query->path);
        if (is_good(&choice)) {
            out[count] = (struct definition){choice.segment, choice.id, 1.0f / (1.0f + (float)count)};
            count++;
        }
    }
    return count;
}
