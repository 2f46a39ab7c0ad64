// utf8.c - see utf8.h. Source of the ranges: Unicode 15, table 3-7 (well-formed byte sequences).
#include "base/utf8.h"

uint32_t utf8_decode(struct slice text, size_t *length) {
    const unsigned char *p = (const unsigned char *)text.data;
    *length = 1;
    if (p[0] < 0x80) {
        return p[0];
    }
    size_t need = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0xC2 || p[0] > 0xF4 || text.length < need) {
        return UTF8_REPLACEMENT;
    }
    uint32_t code = p[0] & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return UTF8_REPLACEMENT;
        }
        code = code << 6 | (p[i] & 0x3Fu);
    }
    if (code < smallest[need] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return UTF8_REPLACEMENT;
    }
    *length = need;
    return code;
}

// A decoded U+FFFD of one byte was an invalid byte; the real character has three.
static bool invalid(uint32_t code, size_t length) {
    return code == UTF8_REPLACEMENT && length == 1;
}

bool utf8_valid(struct slice text) {
    size_t length = 1;
    for (size_t i = 0; i < text.length; i += length) {
        uint32_t code = utf8_decode(slice_sub(text, i, text.length), &length);
        if (invalid(code, length)) {
            return false;
        }
    }
    return true;
}

void utf8_append_valid(struct str *out, struct slice text) {
    size_t length = 1;
    size_t from = 0;
    for (size_t i = 0; i < text.length; i += length) {
        length = utf8_plain(slice_sub(text, i, text.length));
        if (length) {
            continue;
        }
        uint32_t code = utf8_decode(slice_sub(text, i, text.length), &length);
        if (code == 0 || invalid(code, length)) {
            str_append(out, text.data + from, i - from);
            str_append_string(out, code == 0 ? "\xE2\x90\x80" : "\xEF\xBF\xBD");
            from = i + length;
        }
    }
    str_append(out, text.data + from, text.length - from);
}

size_t utf8_floor(struct slice text, size_t at) {
    if (at >= text.length) {
        return text.length;
    }
    size_t start = at;
    while (start > 0 && at - start < 3 && ((unsigned char)text.data[start] & 0xC0) == 0x80) {
        start--;
    }
    size_t length = 1;
    utf8_decode(slice_sub(text, start, text.length), &length);
    return start + length > at ? start : at;
}

bool utf8_is_hidden(uint32_t code) {
    bool control = (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7F && code <= 0x9F);
    bool bidi = code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                (code >= 0x2066 && code <= 0x2069);
    return control || bidi || (code >= 0xE0000 && code <= 0xE007F);
}
