// err.c - see err.h.
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Drops a trailing UTF-8 sequence that vsnprintf cut in two.
static void trim_partial_sequence(char *text) {
    size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < need) {
        text[start - 1] = '\0';
    }
}

int err_set(struct err *err, int code, const char *format, ...) {
    if (err) {
        va_list arguments;
        va_start(arguments, format);
        err->code = code;
        int length = vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
        if (length >= (int)sizeof err->message) {
            trim_partial_sequence(err->message);
        }
    }
    return code;
}

const char *err_text(int code) {
    switch (code) {
    case ERR_OK:
        return "no error";
#define ERR_CASE(name, value, text)                                                                          \
    case name:                                                                                               \
        return text;
        ERR_LIST(ERR_CASE)
#undef ERR_CASE
    default:
        return "unknown error";
    }
}
