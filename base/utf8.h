// utf8.h - decoding, validating and counting UTF-8.
//
// Ownership: none. Threads: any. Errors: invalid bytes count as one character each.
#ifndef HUNCH_BASE_UTF8_H
#define HUNCH_BASE_UTF8_H

#include "base/str.h"

#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xFFFD };

// Decodes the character at text[0]; *length gets its bytes (1 for an invalid byte, which decodes to U+FFFD).
// Overlong forms, surrogates and values beyond U+10FFFF are invalid. The slice must not be empty.
uint32_t utf8_decode(struct slice text, size_t *length);
// How many bytes at the start of text are ASCII other than NUL: what most text is, and needs no decoding.
static inline size_t utf8_plain(struct slice text) {
    const uint64_t ones = UINT64_MAX / 255;
    size_t length = 0;
    for (uint64_t eight; text.length - length >= sizeof eight; length += sizeof eight) {
        memcpy(&eight, text.data + length, sizeof eight);
        if (((eight - ones) | eight) & ones << 7) {
            break;
        }
    }
    while (length < text.length && (unsigned char)(text.data[length] - 1) < 0x7F) {
        length++;
    }
    return length;
}
bool utf8_valid(struct slice text);
// Appends text with every invalid byte replaced by U+FFFD and every NUL by U+2400.
void utf8_append_valid(struct str *out, struct slice text);
// Does the character change what is seen without being seen: a control other than tab and line feed, a
// bidirectional control or a tag character? Sources: Unicode 15, UAX #9 section 2 and chapter 23.9; the
// attack is CVE-2021-42574 ("Trojan Source").
bool utf8_is_hidden(uint32_t code);
// The largest position <= at that is a character boundary of text.
size_t utf8_floor(struct slice text, size_t at);

#endif
