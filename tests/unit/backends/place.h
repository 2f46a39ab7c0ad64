// place.h - a cursor in an open document, and the word that comes, for tests of what a line says.
#ifndef HUNCH_TESTS_PLACE_H
#define HUNCH_TESTS_PLACE_H

#include "backends/repository_document.h"

#include <string.h>

struct place {
    struct vocabulary *vocabulary;
    struct document document;
    struct token_list ids; // what stands before the cursor, and the word that comes
};

// text: with one '|' at the cursor, and the word that comes behind it up to the line's end.
static inline struct place place_of(const char *text) {
    const char *cursor = strchr(text, '|');
    struct slice before = slice_of(text, (size_t)(cursor - text));
    struct slice word = slice_sub(slice_of_string(cursor + 1), 0, strcspn(cursor + 1, "\n"));
    struct place place = {.vocabulary = vocabulary_new()};
    struct encoder learner = {.vocabulary = place.vocabulary};
    vec_push(&place.ids, token_make(TOKEN_FILE, 0));
    encoder_append(&learner, before, &place.ids);
    encoder_append(&learner, word, &place.ids);
    for (size_t i = 0; i < place.ids.count; i++) {
        place.ids.items[i] = token_id(place.ids.items[i]);
    }
    document_init(&place.document, place.vocabulary, NULL, before, slice_of_string(word.data + word.length));
    return place;
}

static inline void place_free(struct place *place) {
    document_fini(&place->document);
    vec_free(&place->ids);
    vocabulary_release(place->vocabulary);
}

// The cursor's line as it would be with what stands behind the '|'. str_free.
static inline struct str place_line(const struct place *place, const char *text) {
    const char *cursor = strchr(text, '|');
    struct str line;
    str_init(&line);
    str_append_slice(&line, str_slice(&place->document.cursor_line));
    str_append_slice(&line, slice_of(cursor + 1, strcspn(cursor + 1, "\n")));
    return line;
}

#endif
