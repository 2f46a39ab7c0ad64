// search_results.c - see search_results.h.
//
// Whoever reads the results holds no snapshot, so all is copied: the files'
// texts too, of which the lines are views.
#include "retrieval/search_results.h"

#include "retrieval/file_text.h"
#include "retrieval/licence.h"
#include "retrieval/message.h"

#include <stdlib.h>

enum {
    TEXT_BYTES = 64 << 20,
    COMMENT_LINES = 30,
    LINES_BEFORE = 1 // a place
};

struct showing {
    const struct snapshot *snapshot;
    const char *root;
    const struct search_request *request;
    struct search_words words;
    struct search_results *results;
    struct map texts; // the record -> its text, struct slice in the arena
};

static struct slice text_of(struct showing *showing, const struct segment_file *file) {
    struct arena *arena = &showing->results->arena;
    uint64_t key = (uint64_t)(uintptr_t)file->record >> 4;
    uint64_t *known = map_get(&showing->texts, key);
    if (!known) {
        struct slice *text = arena_alloc(arena, sizeof *text);
        struct str buffer;
        str_init(&buffer);
        *text = arena->used < TEXT_BYTES ? file_text(file, showing->root, &buffer) : SLICE_LITERAL("");
        text->data = arena_copy(arena, *text);
        str_free(&buffer);
        known = map_insert(&showing->texts, key, (uint64_t)(uintptr_t)text);
    }
    return *(const struct slice *)(uintptr_t)*known;
}

// A file that is asked for by its name begins behind its licence, or with its first chunk, whatever that is of.
static void describe_file(const struct search_hit *hit, struct slice text, struct search_result *result) {
    size_t licence = licence_end(text, language_of_id(result->language));
    uint32_t behind = (uint32_t)slice_count(slice_sub(text, 0, licence), '\n');
    result->kind = "file";
    result->name = result->scope = result->signature = result->doc = "";
    result->line = result->start_line = behind ? behind : hit->chunk->start_line;
    result->end_line = hit->chunk->end_line > behind ? hit->chunk->end_line : behind;
}

static void describe(struct arena *arena, const struct search_hit *hit, struct search_result *result) {
    const struct symbol *symbol = hit->symbol;
    result->kind = symbol ? symbol_kind_name(symbol->kind) : "passage";
    // A passage goes by its chunk's name, but a line in it need not be of that.
    bool is_line = hit->features[SEARCH_PATH] > 0;
    result->name = arena_copy_string(arena, symbol ? symbol->name : is_line ? "" : hit->chunk->name);
    result->scope = arena_copy_string(arena, symbol ? symbol->scope : is_line ? "" : hit->chunk->scope);
    result->signature = arena_copy_string(arena, symbol ? symbol->signature : "");
    result->doc = arena_copy_string(arena, symbol ? symbol->doc : "");
    result->line = symbol ? symbol->name_line : hit->chunk->start_line;
    result->start_line = symbol ? symbol->start_line : hit->chunk->start_line;
    result->end_line = symbol ? symbol->end_line : hit->chunk->end_line;
}

// Does a definition stand in these lines?
static bool holds_one(const struct record *record, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        const struct symbol *symbol = &record->symbols[i];
        if (symbol->start_line >= from && symbol->end_line < to) {
            return true;
        }
    }
    return false;
}

// The first line of the comment right above a definition: a chunk that holds both begins with it, unless it begins with
// other definitions.
static uint32_t with_comment(const struct record *record, const struct search_hit *hit, uint32_t start) {
    bool leads = hit->symbol && hit->chunk && hit->chunk->start_line < start &&
                 start - hit->chunk->start_line <= COMMENT_LINES && hit->chunk->kind[0] &&
                 strcmp(hit->chunk->name, hit->symbol->name) == 0;
    return leads && !holds_one(record, hit->chunk->start_line, start) ? hit->chunk->start_line : start;
}

// The first of the lines right above a definition whose comment says the text of the search.
static uint32_t with_lines_above(const struct search_hit *hit, struct slice text, uint32_t start) {
    bool is_said = hit->symbol && hit->features[SEARCH_PHRASE] > 0 && hit->symbol->start_byte < text.length;
    size_t at = is_said ? slice_line_start(text, hit->symbol->start_byte) : 0;
    for (uint32_t i = 0; i < COMMENT_LINES && at > 0 && start > 0; i++) {
        size_t above = slice_line_start(text, at - 1);
        if (slice_trim(slice_sub(text, above, at)).length == 0) {
            break;
        }
        at = above;
        start--;
    }
    return start;
}

// The line that says most, for who has no name to point to.
static uint32_t best_line(const struct search_result *result) {
    uint32_t best = result->line;
    uint32_t marks = 0;
    for (uint32_t i = 0; i < result->line_count; i++) {
        if (result->lines[i].mark_count > marks) {
            marks = result->lines[i].mark_count;
            best = result->lines[i].number;
        }
    }
    return best;
}

// A place is shown as it stands, with the line before it if there are several; a file from its start.
static struct excerpt_range lines_at(const struct search_hit *hit, const struct search_result *result,
                                     uint32_t limit) {
    uint32_t before = limit > 1 && hit->line > LINES_BEFORE ? LINES_BEFORE : 0;
    uint32_t first = hit->line ? hit->line - 1 - before : result->start_line;
    return (struct excerpt_range){first, UINT32_MAX, UINT32_MAX, .is_whole = true};
}

static struct excerpt_range lines_of(const struct record *record, const struct search_hit *hit,
                                     struct slice text, const struct search_result *result) {
    uint32_t start = with_lines_above(hit, text, result->start_line);
    uint32_t named = hit->symbol ? result->line : UINT32_MAX;
    return (struct excerpt_range){.first = with_comment(record, hit, start),
                                  .last = result->end_line,
                                  .name_line = hit->line ? hit->line - 1 : named};
}

// Where the text of the search stands, unless the definition or the file itself was asked for; else the best line, if
// there is no name.
static void point(const struct showing *showing, const struct search_hit *hit, struct slice text,
                  struct excerpt_range range, struct search_result *result) {
    const float *features = hit->features;
    bool is_said = features[SEARCH_PHRASE] > features[SEARCH_EXACT];
    uint32_t said = is_said ? excerpt_phrase_line(&showing->words, text, range) : UINT32_MAX;
    if (hit->line) {
        result->line = hit->line - 1;
    } else if (features[SEARCH_PATH] > 0) {
        result->line = result->start_line;
    } else if (said != UINT32_MAX) {
        result->line = said;
    } else if (!hit->symbol) {
        result->line = best_line(result);
    }
}

static void show(struct showing *showing, const struct search_hit *hit, struct search_result *result) {
    struct arena *arena = &showing->results->arena;
    const struct segment_file *file = snapshot_file(showing->snapshot, hit->at);
    result->path = arena_copy_string(arena, hit->path);
    result->language = arena_copy_string(arena, file->record->language);
    result->score = (double)hit->score;
    struct slice text = text_of(showing, file);
    bool is_asked_for = hit->features[SEARCH_PATH] > 0;
    if (is_asked_for && !hit->line) {
        describe_file(hit, text, result);
    } else {
        describe(arena, hit, result);
    }
    uint32_t limit = showing->request->lines ? showing->request->lines : 1;
    struct excerpt_range range =
        is_asked_for ? lines_at(hit, result, limit)
                     : lines_of(snapshot_record(showing->snapshot, hit->at), hit, text, result);
    result->lines = excerpt_choose(&showing->words, text, range, limit, arena, &result->line_count);
    point(showing, hit, text, range, result);
}

static void tell_if_cut(bool is_cut, struct err *trouble) {
    if (is_cut) {
        err_set(trouble, ERR_TOO_LARGE,
                "only %d MB of the code were read for such words: name a folder to search the rest",
                SCAN_BYTES >> 20);
    }
}

static void append_note(struct str *notes, const struct str *note) {
    if (note->length) {
        str_append_string(notes, notes->length ? "; " : "");
        str_append_slice(notes, str_slice(note));
    }
}

static void append_unsaid(struct str *notes, const struct str *words) {
    if (words->length) {
        str_append_format(notes, "%snothing here says %s, so these are the nearest",
                          notes->length ? "; " : "", words->data);
    }
}

// Of a question; what a message has in it is often a value.
static void append_nowhere(struct str *notes, struct slice words, struct slice text) {
    struct message message;
    message_init(&message, text);
    if (words.length && message.count == 0) {
        str_append_string(notes, notes->length ? "; nothing here says " : "nothing here says ");
        str_append_slice(notes, words);
    }
}

// What is found where the text itself stands, or leads to, needs no word about its words.
static char *note_of(struct showing *showing, const struct search_read *read) {
    struct str note;
    str_init(&note);
    str_append_slice(&note, str_slice(&read->files.note));
    const struct search_words *words = &showing->words;
    bool is_told = search_read_found(read) && !words->is_corrected;
    bool has_some = showing->results->count > 0; // else that nothing answers says which words are nowhere
    if (!is_told) {
        append_note(&note, &words->note);
    }
    if (!is_told && has_some) {
        append_unsaid(&note, &words->unsaid);
        append_nowhere(&note, str_slice(&words->nowhere), slice_of_string(words->text));
    }
    char *copy = arena_copy(&showing->results->arena, str_slice(&note));
    str_free(&note);
    return copy;
}

void search_results_find(const struct snapshot *snapshot, struct search_near near, const char *root,
                         const struct search_request *request, struct search_results *results) {
    struct showing showing = {.snapshot = snapshot, .root = root, .request = request, .results = results};
    size_t limit = request->limit < SEARCH_MOST ? request->limit : SEARCH_MOST;
    struct search_hit *hits = mem_alloc((limit + 1) * sizeof *hits);
    *results = (struct search_results){0};
    arena_init(&results->arena);
    map_init(&showing.texts);
    struct search_read read;
    struct search_asked asked = {snapshot, root, request->text, request->folder, request->here};
    search_read_init(&read, &showing.words, &asked);
    tell_if_cut(read.is_cut, &results->trouble);
    results->count = search_run(snapshot, &showing.words, near, &read, request->folder, limit, hits);
    results->items = arena_alloc(&results->arena, (results->count + 1) * sizeof *results->items);
    for (size_t i = 0; i < results->count; i++) {
        show(&showing, &hits[i], &results->items[i]);
    }
    results->note = note_of(&showing, &read);
    search_words_free(&showing.words);
    map_free(&showing.texts);
    search_read_free(&read);
    free(hits);
}

void search_results_free(struct search_results *results) {
    arena_free(&results->arena);
    *results = (struct search_results){0};
}
