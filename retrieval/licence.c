// licence.c - see licence.h.
#include "retrieval/licence.h"

#include <string.h>

static bool begins(struct slice text, size_t at, const char *head) {
    size_t length = strlen(head);
    return length && slice_equal_any_case(slice_sub(text, at, at + length), slice_of_string(head));
}

static size_t skip_any(struct slice text, size_t at, const char *bytes) {
    while (at < text.length && strchr(bytes, text.data[at])) {
        at++;
    }
    return at;
}

static size_t next_line(struct slice text, size_t at) {
    at = slice_line_end(text, at);
    return at < text.length ? at + 1 : at;
}

// Behind the comment that begins at `at`, of lines or in /* */; `at` if none does, or it never ends.
static size_t comment_end(struct slice text, size_t at, const char *mark) {
    if (begins(text, at, "/*")) {
        size_t end = slice_find(text, SLICE_LITERAL("*/"), at);
        return end == (size_t)-1 ? at : end + 2;
    }
    while (begins(text, at, mark) && at < text.length) {
        at = next_line(text, at);
    }
    return at;
}

static bool is_licence(struct slice text, size_t at) {
    static const char *const heads[] = {"copyright", "licen", "spdx-", "(c)"};
    size_t said = skip_any(text, at, "/*#-; \t\r\n");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (begins(text, said, heads[i])) {
            return true;
        }
    }
    return false;
}

size_t licence_end(struct slice text, const struct language *language) {
    const char *mark = language_line_comment(language);
    size_t at = begins(text, 0, "#!") ? next_line(text, 0) : 0, behind = 0;
    at = skip_any(text, at, " \t\r\n");
    while (is_licence(text, at) && comment_end(text, at, mark) > at) {
        at = behind = skip_any(text, comment_end(text, at, mark), " \t\r\n");
    }
    return behind < text.length ? slice_line_start(text, behind) : 0;
}
