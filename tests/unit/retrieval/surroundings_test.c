// surroundings_test.c - what is kept of a document from one keystroke to the next.
#include "retrieval/query.h"
#include "tests/unit/unit.h"

#include <stdio.h>

enum { EDITS = 3000, WORDS = 60 };

struct typing {
    struct str text;
    size_t cursor;
    uint64_t seed;
};

static uint32_t draw(struct typing *typing, size_t below) {
    typing->seed = typing->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((typing->seed >> 33) % below);
}

static void type(struct typing *typing, const char *bytes) {
    str_splice(&typing->text, typing->cursor, typing->cursor, bytes, strlen(bytes));
    typing->cursor += strlen(bytes);
}

static void type_word(struct typing *typing) {
    char word[16];
    snprintf(word, sizeof word, "name%u", draw(typing, WORDS));
    type(typing, word);
}

static void erase(struct typing *typing) {
    size_t bytes = draw(typing, 4) ? 1 : draw(typing, 100);
    size_t start = typing->cursor < bytes ? 0 : typing->cursor - bytes;
    str_splice(&typing->text, start, typing->cursor, NULL, 0);
    typing->cursor = start;
}

static void edit(struct typing *typing) {
    static const char *const pieces[] = {" ",       "(",     ")",          "\n", "\n    ", "return ", ".",
                                         "import ", "from ", "\nimport (", "a",  "b",      "1",       "\n\n"};
    switch (draw(typing, 12)) {
    case 0:
        erase(typing);
        break;
    case 1:
        if (draw(typing, 8) == 0) {
            typing->cursor = draw(typing, typing->text.length + 1);
        }
        break;
    case 2:
    case 3:
    case 4:
        type_word(typing);
        break;
    default:
        type(typing, pieces[draw(typing, sizeof pieces / sizeof pieces[0])]);
    }
}

static void compare_names(const struct surroundings *kept, const struct surroundings *fresh) {
    const struct surroundings_names *a = surroundings_mentions(kept), *b = surroundings_mentions(fresh);
    assert_int_equal(a->count, b->count);
    assert_true(a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
    for (int i = 0; i < WORDS * 10; i++) {
        char word[16];
        snprintf(word, sizeof word, "name%d", i); // and what a word is while a digit of it is typed
        uint32_t key = segment_exact_key(slice_of_string(word));
        assert_int_equal(surroundings_said(kept, key), surroundings_said(fresh, key));
    }
    static const char *const keywords[] = {"import", "from", "return"};
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        uint32_t key = segment_exact_key(slice_of_string(keywords[i]));
        assert_int_equal(surroundings_said(kept, key), surroundings_said(fresh, key));
    }
}

static void compare_lines(const struct surroundings *kept, const struct surroundings *fresh) {
    const struct known_lines *a = surroundings_lines(kept), *b = surroundings_lines(fresh);
    assert_int_equal(a->hashes.count, b->hashes.count);
    for (size_t slot = 0; slot < b->hashes.capacity; slot++) {
        assert_true(!b->hashes.used[slot] || map_get(&a->hashes, b->hashes.slots[slot].key));
    }
}

// O1: with a document that is longer than what is read of it, too.
static void test_kept_as_new(void **state) {
    (void)state;
    for (size_t length = 0; length <= 3 * QUERY_REACH; length += 3 * QUERY_REACH) {
        struct surroundings *kept = surroundings_new();
        struct typing typing = {.seed = 7 + length};
        str_init(&typing.text);
        while (typing.text.length < length) {
            type_word(&typing);
            type(&typing, draw(&typing, 5) ? " " : "\n");
        }
        typing.cursor = typing.text.length / 2;
        for (int i = 0; i < (length ? EDITS / 20 : EDITS); i++) {
            struct query with, without;
            edit(&typing);
            query_init(&with, SLICE_LITERAL("a.py"), str_slice(&typing.text), typing.cursor, kept);
            query_init(&without, SLICE_LITERAL("a.py"), str_slice(&typing.text), typing.cursor, NULL);
            compare_names(kept, without.surroundings);
            compare_lines(kept, without.surroundings);
            query_free(&with);
            query_free(&without);
        }
        str_free(&typing.text);
        surroundings_free(kept);
    }
}

static uint64_t said(const struct surroundings *surroundings, const char *name) {
    return surroundings_said(surroundings, segment_exact_key(slice_of_string(name)));
}

// What the cursor's line says is nearest, and forgotten with it.
static void test_line_of_cursor(void **state) {
    (void)state;
    struct surroundings *kept = surroundings_new();
    struct query query;
    struct slice text = SLICE_LITERAL("first\nhere later\n\nlater\n");
    query_init(&query, SLICE_LITERAL("a.py"), text, strlen("first\n"), kept);
    assert_int_equal(said(kept, "here"), SAID_BELOW);
    assert_int_equal(said(kept, "later"), SAID_BELOW);
    assert_true(known_lines_have(surroundings_lines(kept), SLICE_LITERAL("here later")));
    query_free(&query);
    text = SLICE_LITERAL("first\n\n\nlater\n");
    query_init(&query, SLICE_LITERAL("a.py"), text, strlen("first\n"), kept);
    assert_int_equal(said(kept, "here"), 0);
    assert_int_equal(said(kept, "later"), SAID_BELOW | 2 << SAID_LINES_AT);
    assert_int_equal(said(kept, "first"), SAID_ABOVE);
    assert_false(known_lines_have(surroundings_lines(kept), SLICE_LITERAL("here later")));
    query_free(&query);
    surroundings_free(kept);
}

// Names met again tell nothing new, but those that are said elsewhere, or are alike, do.
static void test_met_again(void **state) {
    (void)state;
    static const struct {
        const char *above, *below, *name;
        uint64_t said;
    } rows[] = {
        {"import one\none one\n", "\none\none\n", "one",
         SAID_ABOVE | SAID_IMPORTED | SAID_BELOW | 1 << SAID_LINES_AT},
        {"two\nimport two\ntwo\n", "\n", "two", SAID_ABOVE | SAID_IMPORTED},
        {"if\nif if\n", "\nif\n", "if", SAID_KEYWORD},
        {"a_name_of_more_than_32_bytes_that_ends_in_one a_name_of_more_than_32_bytes_that_ends_in_two\n",
         "\n", "a_name_of_more_than_32_bytes_that_ends_in_two", SAID_ABOVE},
        {"of_exactly_thirty_two_bytes__one of_exactly_thirty_two_bytes__two\n", "\n",
         "of_exactly_thirty_two_bytes__two", SAID_ABOVE},
        {"last last_\n", "\n\nlast_ last", "last", SAID_ABOVE | SAID_BELOW | 2 << SAID_LINES_AT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str text;
        struct query query;
        str_init(&text);
        str_append_slice(&text, slice_of_string(rows[i].above));
        str_append_slice(&text, slice_of_string(rows[i].below));
        query_init(&query, SLICE_LITERAL("a.py"), str_slice(&text), strlen(rows[i].above), NULL);
        assert_int_equal(said(query.surroundings, rows[i].name), rows[i].said);
        query_free(&query);
        str_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kept_as_new),
                                       cmocka_unit_test(test_line_of_cursor),
                                       cmocka_unit_test(test_met_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
