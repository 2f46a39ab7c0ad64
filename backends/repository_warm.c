// repository_warm.c - see repository_warm.h.
//
// Somebody who types asks at every key, and from one key to the next hardly
// anything changes. So the document stays as it was at the first request on a
// line; what is typed there since is context, as a path of the search is, and
// most of what the search asks it has asked before.
//
// Each key also makes a new generation, since what is typed is learned at once.
// It is another one for us only if it differs in more than the open file.
//
// The first request in a document would take half of its time for reading it.
// So a document is read when it is opened, which needs no cursor, and what was
// read of the last few stays, as people look into files and come back.
#include "backends/repository_warm.h"

#include "backends/repository_lexer.h"

#include "base/hash.h"

// What is open at some lines' beginnings in what the document's reading has, so that not all is read again.
enum { MARK_EACH = 2048 };
struct mark {
    size_t at;
    struct brackets brackets;
};
struct marks {
    const struct language *language; // what they were made for, as is the rest but the items
    size_t start;
    bool cut;
    VEC(struct mark) items;
};

// What was read of a document, which holds for parts of it and for its next state.
struct known {
    char *path; // NULL: none yet
    struct reading *reading;
    struct marks marks;
};

struct warm {
    bool taken;
    uint32_t requests;             // that the document was taken for
    struct vocabulary *vocabulary; // a reference of our own: the document's ids are its words' numbers
    uint64_t round, overlays;      // of the generation
    char *path;
    uint64_t hints;                     // a hash
    VEC(uint64_t) names;                // hashes of the hints' names
    uint64_t line;                      // a hash of the cursor's line before the word that is typed
    struct known known[WARM_DOCUMENTS]; // of the document; of others, the last one first
    struct document document;
    struct counts *counts;
    struct brackets brackets; // above the cursor's line
    struct changes changes;
};

static uint64_t mix(uint64_t hash, const void *bytes, size_t length) {
    return hash * 0x9E3779B97F4A7C15u + (length > 0 ? hash_bytes(bytes, length) : 0);
}

// Of the open documents but this one.
static uint64_t hash_overlays(const struct generation *generation, const char *path) {
    const struct token_segment *overlays = generation->segments[SEGMENT_OVERLAY];
    uint64_t hash = 0;
    for (uint32_t i = 0; i < overlays->file_count; i++) {
        const struct segment_file *file = &overlays->files[i];
        if (!generation->dead[SEGMENT_OVERLAY][i] && strcmp(file->path, path) != 0) {
            hash += hash_bytes(&file->version, sizeof file->version); // their order is of no matter
        }
    }
    return hash;
}

static uint64_t hash_line(const struct document *document) {
    return mix(0, document->cursor_line.data, document->cursor_line.length - document->typed.length);
}

static uint64_t hash_name(const struct backend_hint *hint) {
    return hash_bytes(hint->name, strlen(hint->name));
}

static uint64_t hash_hints(const struct warm_place *place) {
    uint64_t hash = place->hint_count;
    for (size_t i = 0; i < place->hint_count; i++) {
        const struct backend_hint *hint = &place->hints[i];
        const unsigned char kind[4] = {(unsigned char)hint->kind, hint->of_receiver, hint->is_named,
                                       hint->is_own};
        hash = mix(hash, hint->name, strlen(hint->name));
        hash = mix(hash, hint->scope, strlen(hint->scope));
        hash = mix(hash, hint->signature, strlen(hint->signature));
        hash = mix(hash, hint->before, strlen(hint->before));
        hash = mix(hash, hint->after, strlen(hint->after));
        hash = mix(hash, &hint->uses, sizeof hint->uses);
        hash = mix(hash, kind, sizeof kind);
        hash = mix(hash, &hint->score, sizeof hint->score);
    }
    return hash;
}

static void forget(struct known *known) {
    free(known->path);
    reading_free(known->reading);
    vec_free(&known->marks.items);
    *known = (struct known){.path = NULL};
}

struct warm *warm_new(void) {
    return mem_zero(1, sizeof(struct warm));
}

static void let_go(struct warm *warm) {
    if (warm->taken) {
        document_fini(&warm->document);
        vocabulary_release(warm->vocabulary);
        changes_fini(&warm->changes);
        free(warm->path);
        warm->taken = false;
    }
}

void warm_free(struct warm *warm) {
    if (warm) {
        counts_free(warm->counts);
        let_go(warm);
        for (int i = 0; i < WARM_DOCUMENTS; i++) {
            forget(&warm->known[i]);
        }
        vec_free(&warm->names);
        free(warm);
    }
}

// Is all that was learned as it was, but what is typed in the open file?
static bool is_same(const struct warm *warm, const struct generation *generation,
                    const struct warm_place *place) {
    return warm->taken && warm->vocabulary == generation->vocabulary && warm->round == generation->round &&
           strcmp(warm->path, place->path) == 0 && warm->overlays == hash_overlays(generation, place->path);
}

static bool is_of(const struct known *known, const char *path) {
    return known->path && strcmp(known->path, path) == 0;
}

// What is read next into it is this document's.
static void name(struct known *known, const char *path) {
    if (!is_of(known, path)) {
        forget(known); // the words of another text would soon be too many, and all be read anew
        known->path = mem_copy_string(path);
        known->reading = reading_new();
    }
}

// What was read for another vocabulary is of no use, and keeps all of its words.
static void forget_stale(struct warm *warm, int place, const struct vocabulary *vocabulary) {
    for (int i = place; i < WARM_DOCUMENTS; i++) {
        if (warm->known[i].path && !reading_is_of(warm->known[i].reading, vocabulary)) {
            forget(&warm->known[i]);
        }
    }
}

// Moves what is known of this document to that place, or what was longest not asked for, to be read anew.
static struct known *turn_to(struct warm *warm, int place, const struct vocabulary *vocabulary,
                             const char *path) {
    forget_stale(warm, place, vocabulary);
    int at = place;
    while (at < WARM_DOCUMENTS - 1 && !is_of(&warm->known[at], path)) {
        at++;
    }
    struct known known = warm->known[at];
    memmove(&warm->known[place + 1], &warm->known[place], (size_t)(at - place) * sizeof known);
    warm->known[place] = known;
    name(&warm->known[place], path);
    return &warm->known[place];
}

// A part of what was read, up to a line's beginning.
struct lines {
    struct slice text;
    size_t start; // in what was read
    size_t same;  // so much of which was there before
    bool cut;     // there is more above
};

// Forgets those that are of another text.
static void check_marks(struct marks *marks, const struct lines *lines, const struct language *language) {
    if (marks->language != language || marks->start != lines->start || marks->cut != lines->cut) {
        marks->items.count = 0;
    }
    while (marks->items.count > 0 && marks->items.items[marks->items.count - 1].at > lines->same) {
        marks->items.count--;
    }
    marks->language = language;
    marks->start = lines->start;
    marks->cut = lines->cut;
}

static size_t line_behind(struct slice text, size_t at) {
    size_t end = slice_find(text, SLICE_LITERAL("\n"), at);
    return end == (size_t)-1 ? text.length : end + 1;
}

// What is open behind these lines. From the last mark on; those behind them stay for other lines.
static struct brackets read_brackets(struct marks *marks, const struct lines *lines,
                                     const struct language *language) {
    struct brackets brackets;
    check_marks(marks, lines, language);
    size_t first = marks->items.count, at = 0;
    while (first > 0 && marks->items.items[first - 1].at > lines->start + lines->text.length) {
        first--;
    }
    brackets_init(&brackets, language, lines->cut);
    if (first > 0) {
        brackets = marks->items.items[first - 1].brackets;
        at = marks->items.items[first - 1].at - lines->start;
    }
    bool is_beyond = first == marks->items.count;
    while (is_beyond && lines->text.length - at > MARK_EACH) {
        size_t end = line_behind(lines->text, at + MARK_EACH - 1);
        brackets_read(&brackets, slice_sub(lines->text, at, end));
        vec_push(&marks->items, (struct mark){lines->start + end, brackets});
        at = end;
    }
    brackets_read(&brackets, slice_sub(lines->text, at, lines->text.length));
    return brackets;
}

static struct lines lines_above(const struct document *document) {
    struct slice above = document->above;
    return (struct lines){.text = slice_sub(above, 0, slice_line_start(above, above.length)),
                          .start = document->start,
                          .same = document->same,
                          .cut = document->cut};
}

static void take_anew(struct warm *warm, const struct generation *generation, const struct warm_place *place,
                      bool is_known) {
    let_go(warm);
    struct known *known = turn_to(warm, 0, generation->vocabulary, place->path);
    warm->taken = true;
    warm->requests = 0;
    warm->vocabulary = vocabulary_retain(generation->vocabulary);
    warm->round = generation->round;
    warm->overlays = hash_overlays(generation, place->path);
    warm->path = mem_copy_string(place->path);
    document_init(&warm->document, generation->vocabulary, known->reading, place->prefix, place->suffix);
    warm->document.hints = place->hints;
    warm->document.hint_count = place->hint_count;
    if (warm->counts) {
        counts_renew(warm->counts, generation, &warm->document, warm->path, is_known);
    } else {
        warm->counts = counts_new(generation, &warm->document, warm->path);
    }
    const struct lines lines = lines_above(&warm->document);
    warm->brackets = read_brackets(&known->marks, &lines, language_of_path(warm->path));
    changes_init(&warm->changes);
    if (place->edits) {
        edits_read(place->edits, place->path, place->cursor, &warm->changes);
    }
}

void warm_read_ahead(struct warm *warm, const struct generation *generation, const char *path,
                     struct slice text) {
    if (text.length > WARM_AHEAD || is_of(&warm->known[0], path)) { // the latter is taken
        return;
    }
    struct known *known = turn_to(warm, 1, generation->vocabulary, path);
    size_t same = reading_take_whole(known->reading, generation->vocabulary, text);
    reading_known(known->reading);
    const struct lines lines = {.text = slice_sub(text, 0, slice_line_start(text, text.length)),
                                .same = same};
    read_brackets(&known->marks, &lines, language_of_path(path));
}

static bool has_name(const struct warm *warm, uint64_t name) {
    for (size_t i = 0; i < warm->names.count; i++) {
        if (warm->names.items[i] == name) {
            return true;
        }
    }
    return false;
}

static bool has_members(const struct warm_place *place) {
    for (size_t i = 0; i < place->hint_count; i++) {
        if (place->hints[i].of_receiver) {
            return true;
        }
    }
    return false;
}

// Retrieval answers to every letter of a half-typed word a little otherwise, and to rank all anew for that takes
// most of a request's time. The same hints are news only if they are members of what stands at another place now.
static bool brings_news(const struct warm *warm, const struct warm_place *place, uint64_t hints) {
    struct slice typed = warm->document.typed;
    bool is_word = typed.length > 0 && lexer_is_word_byte(typed.data[0]);
    bool is_elsewhere = hash_line(&warm->document) != warm->line;
    if (hints == warm->hints) {
        return is_elsewhere && has_members(place);
    }
    if (is_elsewhere || !is_word) {
        return true;
    }
    for (size_t i = 0; i < place->hint_count; i++) {
        const struct backend_hint *hint = &place->hints[i];
        if (slice_starts_with(slice_of_string(hint->name), typed) && !has_name(warm, hash_name(hint))) {
            return true;
        }
    }
    return false;
}

static void note_hints(struct warm *warm, const struct warm_place *place, uint64_t hash) {
    warm->hints = hash;
    warm->line = hash_line(&warm->document);
    warm->names.count = 0;
    for (size_t i = 0; i < place->hint_count; i++) {
        vec_push(&warm->names, hash_name(&place->hints[i]));
    }
}

void warm_take(struct warm *warm, const struct generation *generation, const struct warm_place *place,
               bool single) {
    uint64_t hints = single ? 0 : hash_hints(place);
    bool is_known = is_same(warm, generation, place);
    bool is_followed = is_known && warm->requests < WARM_REQUESTS &&
                       document_follow(&warm->document, place->prefix, place->suffix);
    bool is_new = !is_followed || brings_news(warm, place, hints);
    if (is_followed) {
        warm->document.hints = place->hints;
        warm->document.hint_count = place->hint_count;
        counts_follow(warm->counts, generation, is_new);
    } else {
        take_anew(warm, generation, place, is_known);
    }
    warm->requests++;
    if (is_new) {
        note_hints(warm, place, hints);
    }
    if (!single) {
        counts_keep(warm->counts);
    }
}

const struct document *warm_document(const struct warm *warm) {
    return &warm->document;
}

struct counts *warm_counts(const struct warm *warm) {
    return warm->counts;
}

const struct brackets *warm_brackets(const struct warm *warm) {
    return &warm->brackets;
}

const struct changes *warm_changes(const struct warm *warm) {
    return &warm->changes;
}
