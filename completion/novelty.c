// novelty.c - see novelty.h.
#include "completion/novelty.h"

#include "base/hash.h"
#include "retrieval/query.h"

static uint64_t name_hash(struct slice name) {
    return hash_bytes(name.data, name.length);
}

static void note_shown(void *context, struct slice name, size_t at) {
    (void)at;
    struct novelty *novelty = context;
    map_insert(&novelty->shown, name_hash(name), 1);
    novelty->word_begins_name |= slice_starts_with(name, novelty->word);
}

static void note_line(void *context, struct slice name, size_t at) {
    (void)at;
    struct novelty *novelty = context;
    if (name.data != novelty->word.data) {
        map_insert(&novelty->line, name_hash(name), 1);
        novelty->word_begins_name |= slice_starts_with(name, novelty->word);
    }
}

static size_t word_before(struct slice text, size_t cursor) {
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (cursor > 0 && text.data[cursor - 1] && strchr(word, text.data[cursor - 1])) {
        cursor--;
    }
    return cursor;
}

void novelty_init(struct novelty *novelty, struct slice around, size_t cursor) {
    size_t start = slice_line_start(around, cursor);
    size_t above = slice_line_start(around, start ? start - 1 : 0);
    size_t end = slice_line_end(around, cursor);
    *novelty = (struct novelty){.word = slice_sub(around, word_before(around, cursor), cursor)};
    if (novelty->word.length < NOVELTY_WORD) {
        novelty->word.length = 0;
    }
    novelty->word_begins_name = novelty->word.length == 0;
    map_init(&novelty->shown);
    map_init(&novelty->line);
    query_identifiers(around, 0, above, note_shown, novelty);
    query_identifiers(around, end, around.length, note_shown, novelty);
    query_identifiers(around, above, end, note_line, novelty);
}

void novelty_free(struct novelty *novelty) {
    map_free(&novelty->shown);
    map_free(&novelty->line);
}

void novelty_show(struct novelty *novelty, struct slice text) {
    query_identifiers(text, 0, text.length, note_shown, novelty);
}

struct reading {
    const struct novelty *novelty;
    bool defines, begins, is_news;
};

static void judge_name(void *context, struct slice name, size_t at) {
    (void)at;
    struct reading *reading = context;
    const struct novelty *novelty = reading->novelty;
    uint64_t hash = name_hash(name);
    reading->is_news |= reading->defines && map_get(&novelty->line, hash) && !map_get(&novelty->shown, hash);
    reading->is_news |=
        reading->begins && name.length > novelty->word.length && slice_starts_with(name, novelty->word);
}

bool novelty_is(const struct novelty *novelty, const struct context_item *item) {
    struct reading reading = {novelty, item->source == CONTEXT_DEFINITION, !novelty->word_begins_name, false};
    query_identifiers(item->text, 0, item->text.length, judge_name, &reading);
    return reading.is_news;
}
