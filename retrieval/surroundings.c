// surroundings.c - see surroundings.h.
//
// A name that an import statement brings in and no line above uses yet is
// likely to be used soon, so names on import lines are kept apart from those in
// code.
//
// Most names of a text are said again and again. A small table of those met last spares most of them their hash and the
// look into the map, which are most of what reading costs.
//
// One map tells of every name. The cursor's line changes it like any other text,
// but what it changes is noted, and taken back before the next reading.
#include "retrieval/surroundings.h"

#include "indexer/terms.h"
#include "indexer/word_key.h"
#include "retrieval/identifiers.h"
#include "retrieval/segment.h"

enum { MET_BITS = 11 };       // more drive out of the near cache what they spare
enum { BYTES_PER_NAME = 64 }; // of a text, usually, when each is counted once

// A name that the cursor's line changed something for.
struct change {
    uint32_t key;
    uint64_t said; // before; 0: it was not there
};

struct surroundings {
    struct str above, line, below; // as read
    int depth;                     // of parentheses, behind an import statement that does not end above
    struct map said;               // segment_exact_key -> where; for surroundings_said
    struct known_lines lines;
    bool line_is_new; // no other is the same
    struct surroundings_names imported, later, mentions;
    VEC(struct change) changes;
};

// Names on their way into surroundings.
struct gathering {
    struct surroundings *surroundings;
    struct slice text;
    uint64_t where;                      // a SAID bit
    bool is_line;                        // of the cursor
    size_t counted;                      // of the text; lines are counted up to there
    uint64_t lines;                      // below the cursor's
    uint64_t *met;                       // of names' word_keys the latest, 1 << MET_BITS; NULL: not kept
    struct surroundings_names *mentions; // NULL: they are none
};

struct surroundings *surroundings_new(void) {
    return mem_zero(1, sizeof(struct surroundings));
}

static void forget(struct surroundings *surroundings) {
    str_free(&surroundings->above);
    str_free(&surroundings->line);
    str_free(&surroundings->below);
    map_free(&surroundings->said);
    known_lines_free(&surroundings->lines);
    vec_free(&surroundings->imported);
    vec_free(&surroundings->later);
    surroundings->depth = 0;
    surroundings->changes.count = 0;
}

void surroundings_free(struct surroundings *surroundings) {
    if (surroundings) {
        forget(surroundings);
        vec_free(&surroundings->mentions);
        vec_free(&surroundings->changes);
        free(surroundings);
    }
}

uint64_t surroundings_said(const struct surroundings *surroundings, uint32_t key) {
    const uint64_t *said = map_get(&surroundings->said, key);
    return said ? *said : 0;
}

const struct surroundings_names *surroundings_mentions(const struct surroundings *surroundings) {
    return &surroundings->mentions;
}

const struct known_lines *surroundings_lines(const struct surroundings *surroundings) {
    return &surroundings->lines;
}

// Does an import statement begin with this line, trimmed?
static bool begins_import(struct slice line) {
    static const char *const heads[] = {"import ",  "import{",  "import\t", "from ",    "use ",
                                        "pub use ", "#include", "export {", "export *", "mod ",
                                        "pub mod ", "using ",   "require"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        bool may = line.length && line.data[0] == heads[i][0]; // nearly always not
        if (may && slice_starts_with(line, slice_of_string(heads[i]))) {
            return true;
        }
    }
    return false;
}

static int depth_change(struct slice line) {
    int depth = 0;
    for (size_t i = 0; i < line.length; i++) {
        char c = line.data[i];
        depth += (c == '(' || c == '{') - (c == ')' || c == '}');
    }
    return depth;
}

static uint64_t lines_until(struct gathering *gathering, size_t at) {
    gathering->lines += slice_count(slice_sub(gathering->text, gathering->counted, at), '\n');
    gathering->counted = at;
    return gathering->lines << SAID_LINES_AT;
}

// Is nothing new said of a name by saying it here? Below, the nearest occurrence is met first, but for the cursor's line.
static bool is_old(const struct gathering *gathering, uint64_t said) {
    bool is_nearer = gathering->is_line && gathering->where == SAID_BELOW && surroundings_lines_below(said);
    return said & SAID_KEYWORD || (said & gathering->where && !is_nearer);
}

// Was it taken a moment ago? Nothing is new of it then, and neither its hash nor the map is asked for.
static inline bool is_met(const struct gathering *gathering, struct slice name) {
    if (!gathering->met) {
        return false;
    }
    uint64_t key = word_key(name.data, name.length, gathering->text.data + gathering->text.length);
    uint64_t *met = &gathering->met[key >> (64 - MET_BITS)];
    bool is_again = *met == key;
    *met = key;
    return is_again;
}

// A keyword is noted as such, so that it need not be looked up again. Not inlined, as nearly all names were met.
static __attribute__((noinline)) void take_name(void *context, struct slice name, size_t at) {
    struct gathering *gathering = context;
    struct surroundings *surroundings = gathering->surroundings;
    uint32_t key = segment_exact_key(name);
    uint64_t *said = map_insert(&surroundings->said, key, 0), before = *said;
    if (is_old(gathering, before)) {
        return;
    }
    if (gathering->is_line) {
        vec_push(&surroundings->changes, (struct change){key, before});
    }
    if (before == 0 && terms_is_keyword(name)) {
        *said = SAID_KEYWORD;
    } else if (gathering->where == SAID_BELOW) {
        uint64_t bits = before % (UINT64_C(1) << SAID_LINES_AT);
        *said = bits | SAID_BELOW | lines_until(gathering, at);
    } else {
        *said |= gathering->where;
    }
    bool is_mention = *said != SAID_KEYWORD && gathering->mentions;
    if (is_mention && gathering->mentions->count < SURROUNDINGS_MENTIONS) {
        vec_push(gathering->mentions, segment_name_key(name));
    }
}

static inline void gather_name(void *context, struct slice name, size_t at) {
    if (name.length > 1 && !is_met(context, name)) {
        take_name(context, name, at);
    }
}

static void gather(struct gathering *gathering, size_t start, size_t end) {
    gathering->counted = start;
    identifiers_scan(gathering->text, start, end, gather_name, gathering);
}

// Whole lines, and the names in them: those of import statements apart from the others.
static void gather_above(struct surroundings *surroundings, struct slice text) {
    uint64_t met[1 << MET_BITS] = {0};
    struct gathering usual = {.surroundings = surroundings, .text = text, .where = SAID_ABOVE, .met = met};
    struct gathering imported = {.surroundings = surroundings,
                                 .text = text,
                                 .where = SAID_IMPORTED,
                                 .mentions = &surroundings->imported};
    size_t from = 0; // of the lines that are no imports
    for (size_t start = 0, end; start < text.length; start = end + 1) {
        end = slice_line_end(text, start);
        struct slice line = slice_trim(slice_of(text.data + start, end - start));
        known_lines_add_line(&surroundings->lines, line);
        if (surroundings->depth > 0 || begins_import(line)) {
            surroundings->depth += depth_change(line);
            surroundings->depth = surroundings->depth < 0 ? 0 : surroundings->depth;
            gather(&usual, from, start);
            gather(&imported, start, end);
            from = end + 1;
        }
    }
    gather(&usual, from, text.length);
}

static void read_above(struct surroundings *surroundings, struct slice above) {
    struct slice more = slice_sub(above, surroundings->above.length, above.length);
    if (more.length) {
        gather_above(surroundings, more);
        str_append_slice(&surroundings->above, more);
    }
}

static void read_below(struct surroundings *surroundings, struct slice below) {
    uint64_t met[1 << MET_BITS] = {0};
    struct gathering gathering = {.surroundings = surroundings,
                                  .text = below,
                                  .where = SAID_BELOW,
                                  .mentions = &surroundings->later,
                                  .met = met};
    gather(&gathering, 0, below.length);
    known_lines_add(&surroundings->lines, below);
    str_append_slice(&surroundings->below, below);
}

static void append_mentions(struct surroundings_names *all, const struct surroundings_names *names) {
    vec_reserve(all, all->count + names->count);
    if (names->count) {
        memcpy(all->items + all->count, names->items, names->count * sizeof *names->items);
        all->count += names->count;
    }
}

static void read_line(struct surroundings *surroundings, struct slice text, struct surroundings_place place) {
    struct gathering before = {
        .surroundings = surroundings, .text = text, .where = SAID_ABOVE, .is_line = true};
    struct gathering behind = before;
    struct surroundings_names names = {0};
    behind.where = SAID_BELOW;
    behind.mentions = &names;
    gather(&before, place.line, place.word);
    gather(&behind, place.cursor, place.line_end);
    str_append_slice(&surroundings->line, slice_sub(text, place.line, place.line_end));
    size_t known = surroundings->lines.hashes.count;
    known_lines_add(&surroundings->lines, str_slice(&surroundings->line));
    surroundings->line_is_new = surroundings->lines.hashes.count > known;
    append_mentions(&surroundings->mentions, &surroundings->imported);
    append_mentions(&surroundings->mentions, &names);
    append_mentions(&surroundings->mentions, &surroundings->later);
    vec_free(&names);
}

// Takes back what the cursor's line changed, the latest first.
static void leave_line(struct surroundings *surroundings) {
    while (surroundings->changes.count > 0) {
        struct change change = surroundings->changes.items[--surroundings->changes.count];
        if (change.said) {
            map_set(&surroundings->said, change.key, change.said);
        } else {
            map_remove(&surroundings->said, change.key);
        }
    }
    if (surroundings->line_is_new) {
        known_lines_forget(&surroundings->lines, str_slice(&surroundings->line));
    }
    surroundings->line_is_new = false;
    str_clear(&surroundings->line);
    surroundings->mentions.count = 0;
}

static void make_room(struct surroundings *surroundings, size_t bytes) {
    map_reserve(&surroundings->said, bytes / BYTES_PER_NAME);
    known_lines_reserve(&surroundings->lines, bytes);
}

void surroundings_read(struct surroundings *surroundings, struct slice text,
                       struct surroundings_place place) {
    struct slice above = slice_sub(text, 0, place.line), below = slice_sub(text, place.line_end, text.length);
    leave_line(surroundings);
    if (!slice_equal(below, str_slice(&surroundings->below)) ||
        !slice_starts_with(above, str_slice(&surroundings->above)) || !surroundings->said.capacity) {
        forget(surroundings);
        make_room(surroundings, text.length);
        read_below(surroundings, below);
    }
    read_above(surroundings, above);
    read_line(surroundings, text, place);
}
