// parse.c - text to tree, under a cancel token and a time limit; see syntax.h.
//
// With the tree of an earlier version of the text only what was edited is
// parsed, and what the parser was unsure of: where a text has errors, tree-sitter
// follows several readings at once and takes over nothing of the tree there. The
// edit is found by comparing the two texts as they were parsed, not taken from the
// editor: so versions may be left out between, and macros that are blanked far
// from the edit (mask.c) are seen too.
//
// The progress callback is asked about every hundred parse steps, 0.01 ms apart,
// so a hostile or huge file costs what the caller's deadline allows and no more.
// As a look at the thread's clock is a call to the system, it is taken every
// sixteenth time only.
#include "indexer/syntax_internal.h"

enum { LOOK_EVERY = 16 };

static const char *read_text(void *payload, uint32_t byte, TSPoint position, uint32_t *length) {
    (void)position;
    const struct slice *text = payload;
    if (byte >= text->length) {
        *length = 0;
        return "";
    }
    *length = (uint32_t)(text->length - byte);
    return text->data + byte;
}

static bool should_stop(TSParseState *state) {
    struct extraction *extraction = state->payload;
    return extraction->parse_asked++ % LOOK_EVERY == 0 && extraction_stopped(extraction);
}

// Does the byte go on with a character of UTF-8?
static bool is_inside(struct slice text, size_t at) {
    return at < text.length && ((unsigned char)text.data[at] & 0xC0) == 0x80;
}

// What was inserted or deleted between "int " and "two" may as well have been a whole line before "int two":
// that is what people do, and it leaves more as it was. Only if it can be a line's start.
static struct edit from_line_start(struct edit edit, struct slice longer, uint32_t longer_end) {
    uint32_t back = 0;
    while (back < edit.start && longer.data[edit.start - back - 1] != '\n') {
        if (longer.data[edit.start - back - 1] != longer.data[longer_end - back - 1]) {
            return edit;
        }
        back++;
    }
    return (struct edit){edit.start - back, edit.old_end - back, edit.new_end - back};
}

struct edit edit_between(struct slice old, struct slice new) {
    size_t shorter = old.length < new.length ? old.length : new.length;
    size_t start = 0;
    while (start + 64 <= shorter && memcmp(old.data + start, new.data + start, 64) == 0) {
        start += 64;
    }
    while (start < shorter && old.data[start] == new.data[start]) {
        start++;
    }
    while (start > 0 && (is_inside(old, start) || is_inside(new, start))) {
        start--;
    }
    size_t same = 0;
    while (same + 64 <= shorter - start &&
           memcmp(old.data + old.length - same - 64, new.data + new.length - same - 64, 64) == 0) {
        same += 64;
    }
    while (same < shorter - start && old.data[old.length - same - 1] == new.data[new.length - same - 1]) {
        same++;
    }
    while (same > 0 && is_inside(new, new.length - same)) {
        same--;
    }
    struct edit edit = {(uint32_t)start, (uint32_t)(old.length - same), (uint32_t)(new.length - same)};
    if (edit.old_end == edit.start && edit.new_end > edit.start) {
        return from_line_start(edit, new, edit.new_end);
    }
    return edit.new_end == edit.start && edit.old_end > edit.start ? from_line_start(edit, old, edit.old_end)
                                                                   : edit;
}

static TSPoint point_of(const struct line_starts *starts, uint32_t byte) {
    uint32_t line = line_of(starts, byte);
    return (TSPoint){line, byte - starts->items[line]};
}

// The old tree, told of the edit. The caller deletes it.
static TSTree *edited_tree(const struct extraction *extraction, const struct syntax_tree *before) {
    TSTree *tree = ts_tree_copy(before->tree);
    struct slice old = before->mask.bytes.length ? str_slice(&before->mask.bytes) : text_slice(before->text);
    struct edit edit = edit_between(old, extraction->parsed);
    if (edit_is_empty(edit)) {
        return tree;
    }
    TSInputEdit input = {
        .start_byte = edit.start,
        .old_end_byte = edit.old_end,
        .new_end_byte = edit.new_end,
        .start_point = point_of(&extraction->line_starts, edit.start),
        .old_end_point = point_of(&before->line_starts, edit.old_end),
        .new_end_point = point_of(&extraction->line_starts, edit.new_end),
    };
    ts_tree_edit(tree, &input);
    return tree;
}

TSTree *parse_tree(struct extraction *extraction, const struct syntax_tree *before) {
    TSParser *parser = extraction->parser;
    if (!ts_parser_set_language(parser, extraction->grammar->language)) {
        return NULL;
    }
    TSInput input = {.payload = &extraction->parsed, .read = read_text, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = extraction, .progress_callback = should_stop};
    TSTree *old = before ? edited_tree(extraction, before) : NULL;
    TSTree *tree = ts_parser_parse_with_options(parser, old, input, options);
    if (!tree) {
        ts_parser_reset(parser);
    }
    if (old) {
        ts_tree_delete(old);
    }
    return tree;
}
