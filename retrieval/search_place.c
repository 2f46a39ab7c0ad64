// search_place.c - see search_place.h.
//
// The text is cut into words of what paths are made of; behind each a line's
// number is looked for, in every notation that is known:
//     x.c:12  x.c:12:5  x.c(12)  x.c(12,5)  x.c#L12  "x.py", line 12  x.php on line 12  x.cs:line 12
#include "retrieval/search_place.h"

#include "retrieval/prose.h"

enum { LONGEST_NUMBER = 7, LONGEST_PATH = 4096 };

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_of_path(char byte) {
    return prose_is_of_word(byte) || (byte != '\0' && strchr("./\\-+@~$%", byte));
}

static bool cut_head(struct slice *text, const char *head) {
    struct slice wanted = slice_of_string(head);
    bool stands = slice_starts_with(*text, wanted);
    *text = slice_sub(*text, stands ? wanted.length : 0, text->length);
    return stands;
}

static bool cut_number(struct slice *text, uint32_t *number) {
    size_t length = 0;
    *number = 0;
    for (; length < text->length && length <= LONGEST_NUMBER && is_digit(text->data[length]); length++) {
        *number = *number * 10 + (uint32_t)(text->data[length] - '0');
    }
    bool goes_on = length < text->length && prose_is_of_word(text->data[length]);
    if (length == 0 || length > LONGEST_NUMBER || goes_on || *number == 0) {
        return false;
    }
    *text = slice_sub(*text, length, text->length);
    return true;
}

// `", line 12`, ` on line 12`, `:line 12`
static bool cut_line_word(struct slice *text, uint32_t *line) {
    if (!cut_head(text, "\"")) {
        cut_head(text, "'");
    }
    if (!cut_head(text, ",")) {
        cut_head(text, ":");
    }
    cut_head(text, " ");
    cut_head(text, "on ");
    return cut_head(text, "line ") && cut_number(text, line);
}

// What stands behind a path; on success *rest is what follows the number.
static bool cut_line(struct slice *rest, uint32_t *line) {
    static const char *const signs[] = {":", "(", "#L"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        struct slice text = *rest;
        if (cut_head(&text, signs[i]) && cut_number(&text, line)) {
            *rest = text;
            return true;
        }
    }
    struct slice text = *rest;
    bool stands = cut_line_word(&text, line);
    *rest = stands ? text : *rest;
    return stands;
}

// Nothing but a column or a last line, and what ends a place?
static bool is_end(struct slice rest) {
    uint32_t column;
    if (cut_head(&rest, ":") || cut_head(&rest, ",") || cut_head(&rest, "-")) {
        cut_number(&rest, &column);
    }
    for (size_t i = 0; i < rest.length; i++) {
        if (!strchr(" \t\r\n:)\"'`,.", rest.data[i])) {
            return false;
        }
    }
    return true;
}

// Without the signs that a sentence has around it.
static struct slice without_rims(struct slice path) {
    while (path.length && strchr("-+", path.data[0])) {
        path = slice_sub(path, 1, path.length);
    }
    while (path.length && path.data[path.length - 1] == '.') {
        path.length--;
    }
    return path;
}

static struct slice without_quotes(struct slice text) {
    bool is_quoted =
        text.length > 2 && strchr("\"'`", text.data[0]) && text.data[text.length - 1] == text.data[0];
    return is_quoted ? slice_sub(text, 1, text.length - 1) : text;
}

size_t search_place_read(struct slice text, struct search_place places[SEARCH_PLACES]) {
    size_t count = 0;
    text = without_quotes(slice_trim(text));
    for (size_t at = 0, end; at < text.length && count<SEARCH_PLACES; at = end> at ? end : at + 1) {
        for (end = at; end < text.length && is_of_path(text.data[end]); end++) {
        }
        struct slice path = without_rims(slice_sub(text, at, end)), rest = slice_sub(text, end, text.length);
        uint32_t line;
        if (path.length && path.length <= LONGEST_PATH && cut_line(&rest, &line)) {
            places[count++] = (struct search_place){path, line, at == 0 && is_end(rest)};
            end = text.length - rest.length;
        }
    }
    bool is_line = memchr(text.data, '\n', text.length) == NULL;
    if (count == 0 && text.length && text.length <= LONGEST_PATH && is_line) {
        places[count++] = (struct search_place){.path = text, .is_all = true};
    }
    return count;
}
