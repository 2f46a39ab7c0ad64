// position_test.c - bytes and editor positions, in all three encodings.
#include "tests/unit/unit.h"

#include "base/position.h"
#include "base/utf8.h"

// a, e acute (2 bytes), a face (4 bytes, 2 UTF-16 units), z
#define MIXED "a\xC3\xA9\xF0\x9F\x98\x80z"

static const struct {
    const char *text;
    enum position_encoding encoding;
    uint32_t line, character;
    size_t byte;
} to_byte[] = {
    {"", POSITION_UTF16, 0, 0, 0},
    {"", POSITION_UTF16, 9, 9, 0},
    {"abc", POSITION_UTF16, 0, 2, 2},
    {"abc", POSITION_UTF16, 0, 99, 3},
    {"abc", POSITION_UTF16, 1, 0, 3},
    {"abc\n", POSITION_UTF16, 1, 0, 4},
    {"ab\ncd", POSITION_UTF16, 0, 99, 2},
    {"ab\ncd", POSITION_UTF16, 1, 1, 4},
    {"ab\r\ncd", POSITION_UTF16, 0, 3, 2},
    {"ab\r\ncd", POSITION_UTF16, 1, 0, 4},
    {"ab\rcd", POSITION_UTF16, 1, 1, 4},
    {"\r\r\n\n", POSITION_UTF16, 1, 0, 1},
    {"\r\r\n\n", POSITION_UTF16, 2, 0, 3},
    {"\r\r\n\n", POSITION_UTF16, 3, 0, 4},
    {MIXED, POSITION_UTF16, 0, 1, 1},
    {MIXED, POSITION_UTF16, 0, 2, 3},
    {MIXED, POSITION_UTF16, 0, 3, 3}, // the middle of the surrogate pair
    {MIXED, POSITION_UTF16, 0, 4, 7},
    {MIXED, POSITION_UTF16, 0, 5, 8},
    {MIXED, POSITION_UTF8, 0, 1, 1},
    {MIXED, POSITION_UTF8, 0, 2, 1}, // the middle of the two bytes
    {MIXED, POSITION_UTF8, 0, 3, 3},
    {MIXED, POSITION_UTF8, 0, 6, 3},
    {MIXED, POSITION_UTF8, 0, 7, 7},
    {MIXED, POSITION_UTF32, 0, 2, 3},
    {MIXED, POSITION_UTF32, 0, 3, 7},
    {MIXED, POSITION_UTF32, 0, 4, 8},
    {"abc", POSITION_UTF16, UINT32_MAX, UINT32_MAX, 3},
    {"abc", POSITION_UTF16, 0, UINT32_MAX, 3},
};

static void test_to_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof to_byte / sizeof to_byte[0]; i++) {
        struct slice text = slice_of_string(to_byte[i].text);
        struct line_index index;
        line_index_init(&index, text);
        struct position position = {to_byte[i].line, to_byte[i].character};
        size_t byte = position_to_byte(&index, text, position, to_byte[i].encoding);
        if (byte != to_byte[i].byte) {
            print_message("row %zu: byte %zu, wanted %zu\n", i, byte, to_byte[i].byte);
        }
        assert_int_equal(byte, to_byte[i].byte);
        line_index_free(&index);
    }
}

static const struct {
    const char *text;
    enum position_encoding encoding;
    size_t byte;
    uint32_t line, character;
} from_byte[] = {
    {"", POSITION_UTF16, 5, 0, 0},         {"ab\r\ncd", POSITION_UTF16, 2, 0, 2},
    {"ab\r\ncd", POSITION_UTF16, 3, 0, 2}, // between CR and LF: the line's end
    {"ab\r\ncd", POSITION_UTF16, 4, 1, 0}, {"ab\r\ncd", POSITION_UTF16, 99, 1, 2},
    {"ab\n", POSITION_UTF16, 3, 1, 0},     {MIXED, POSITION_UTF16, 7, 0, 4},
    {MIXED, POSITION_UTF16, 5, 0, 2}, // inside the face
    {MIXED, POSITION_UTF8, 7, 0, 7},       {MIXED, POSITION_UTF32, 7, 0, 3},
};

static void test_from_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof from_byte / sizeof from_byte[0]; i++) {
        struct slice text = slice_of_string(from_byte[i].text);
        struct line_index index;
        line_index_init(&index, text);
        struct position got = position_from_byte(&index, text, from_byte[i].byte, from_byte[i].encoding);
        if (got.line != from_byte[i].line || got.character != from_byte[i].character) {
            print_message("row %zu: %u:%u\n", i, got.line, got.character);
        }
        assert_int_equal(got.line, from_byte[i].line);
        assert_int_equal(got.character, from_byte[i].character);
        line_index_free(&index);
    }
}

static uint32_t seed = 1;
static uint32_t random_below(uint32_t limit) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % limit;
}

static void append_random(struct str *out, uint32_t pieces) {
    static const char *const alphabet[] = {
        "a", "\n", "\r", "\r\n", "\xC3\xA9", "\xF0\x9F\x98\x80", "\xE2\x82\xAC", "b"};
    for (uint32_t i = 0; i < pieces; i++) {
        str_append_string(out, alphabet[random_below(8)]);
    }
}

// Every character boundary that is not inside a line's end comes back from its position unchanged.
static void test_round_trip(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    for (int round = 0; round < 300; round++) {
        str_clear(&text);
        append_random(&text, random_below(40));
        struct slice view = str_slice(&text);
        struct line_index index;
        line_index_init(&index, view);
        for (int encoding = POSITION_UTF16; encoding <= POSITION_UTF32; encoding++) {
            for (size_t byte = 0; byte <= view.length; byte++) {
                bool in_crlf =
                    byte > 0 && byte < view.length && view.data[byte - 1] == '\r' && view.data[byte] == '\n';
                if (utf8_floor(view, byte) != byte || in_crlf) {
                    continue;
                }
                struct position at = position_from_byte(&index, view, byte, (enum position_encoding)encoding);
                assert_int_equal(position_to_byte(&index, view, at, (enum position_encoding)encoding), byte);
            }
        }
        line_index_free(&index);
    }
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_byte),
        cmocka_unit_test(test_from_byte),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
