// random_edits.h - edits as people and editors make them, drawn from a seed.
//
// Pieces are such as change how the rest of a text is read: brackets, quotes,
// openers of comments, macros, characters of several bytes. An edit that makes a
// mess is often taken back, as people do, so that texts are not a mess throughout.
#ifndef HUNCH_TESTS_UNIT_INDEXER_RANDOM_EDITS_H
#define HUNCH_TESTS_UNIT_INDEXER_RANDOM_EDITS_H

#include "base/str.h"
#include "base/utf8.h"

#include <stdint.h>

struct edits {
    uint64_t state;
    struct str undo; // the text before the last edit, empty if it was taken back
};

static inline uint32_t edits_draw(struct edits *edits, uint32_t below) {
    edits->state = edits->state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(edits->state >> 33) % below;
}

static const char *const edit_pieces[] = {
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ";",
    ",",
    ":",
    ".",
    "=",
    "\"",
    "'",
    "`",
    "\\",
    "/*",
    "*/",
    "//",
    "#",
    "\"\"\"",
    "<!--",
    "\n",
    "\r\n",
    "\t",
    "    ",
    " ",
    "a",
    "x",
    "Z",
    "_",
    "0",
    "9",
    "name",
    "if",
    "else",
    "for",
    "return ",
    "class ",
    "struct ",
    "enum ",
    "def ",
    "fn ",
    "func ",
    "function ",
    "import ",
    "const ",
    "static ",
    "public ",
    "\xC3\xA9",
    "\xE2\x82\xAC",
    "\xF0\x9F\x98\x80",
    "MACRO_WORD",
    "MACRO_WORD(a, b)",
    "API_EXPORT ",
    "#if A\n",
    "#else\n",
    "#endif\n",
    "#define MACRO(x) \\\n    x\n",
    "#include \"a.h\"\n",
    "int f(void) {\n    return 1;\n}\n",
    "struct point { int x, y; };\n",
    "class A:\n    def f(self):\n        pass\n",
    "function g(a) { return a; }\n",
    "import { x } from './y';\n",
    "fn h() -> u8 { 1 }\n",
    "// a comment\n",
    "/* a\n comment */\n",
    "\"text\"",
    "'c'",
    "x = 1\n",
    "=> {",
    "});\n",
    "EOF\n",
    "- item\n",
    "key: value\n",
    "# heading\n",
    "<div>",
    "</div>",
    "|",
    "&",
    "*",
    "@",
    "$",
    "!",
    "?",
    "~",
    "^",
    "%",
    "+",
    "-",
};

static inline size_t edits_line(struct edits *edits, const struct str *text) {
    size_t at = text->length ? edits_draw(edits, (uint32_t)text->length) : 0;
    while (at > 0 && text->data[at - 1] != '\n') {
        at--;
    }
    return at;
}

static inline size_t edits_line_end(const struct str *text, size_t at) {
    while (at < text->length && text->data[at] != '\n') {
        at++;
    }
    return at < text->length ? at + 1 : at;
}

static inline void edits_insert(struct edits *edits, struct str *text, size_t at) {
    const char *piece = edit_pieces[edits_draw(edits, sizeof edit_pieces / sizeof edit_pieces[0])];
    str_splice(text, at, at, piece, strlen(piece));
}

// Copies or moves a few whole lines.
static inline void edits_block(struct edits *edits, struct str *text, bool moves) {
    size_t from = edits_line(edits, text), end = from;
    for (uint32_t lines = 1 + edits_draw(edits, 8); lines; lines--) {
        end = edits_line_end(text, end);
    }
    char *block = mem_copy_bytes(text->data + from, end - from);
    size_t length = end - from;
    if (moves) {
        str_splice(text, from, end, "", 0);
    }
    size_t to = edits_line(edits, text);
    str_splice(text, to, to, block, length);
    free(block);
}

static inline void edits_apply(struct edits *edits, struct str *text) {
    if (edits->undo.length && edits_draw(edits, 4) > 0) {
        str_clear(text);
        str_append_slice(text, str_slice(&edits->undo));
        str_clear(&edits->undo);
        return;
    }
    str_clear(&edits->undo);
    str_append_slice(&edits->undo, str_slice(text));
    size_t at = utf8_floor(str_slice(text), edits_draw(edits, (uint32_t)text->length + 1));
    size_t line = edits_line(edits, text);
    switch (edits_draw(edits, 10)) {
    case 0: // a whole line goes
        str_splice(text, line, edits_line_end(text, line), "", 0);
        break;
    case 1: { // a stretch goes, perhaps for a piece
        size_t end = utf8_floor(str_slice(text), at + edits_draw(edits, 30));
        str_splice(text, at, end < at ? at : end, "", 0);
        if (edits_draw(edits, 2)) {
            edits_insert(edits, text, at);
        }
        break;
    }
    case 2:
        edits_block(edits, text, true);
        break;
    case 3:
        edits_block(edits, text, false);
        break;
    case 4:
    case 5:
        edits_insert(edits, text, line);
        break;
    case 6: { // one character goes
        size_t end = utf8_floor(str_slice(text), at + 4 < text->length ? at + 4 : text->length);
        size_t length = 1;
        if (at < text->length) {
            utf8_decode(slice_sub(str_slice(text), at, text->length), &length);
            end = at + length;
        }
        str_splice(text, at, end < at ? at : end, "", 0);
        break;
    }
    default:
        edits_insert(edits, text, at);
        break;
    }
}

#endif
