// language_scanner.c - a grammar's own scanner, kept within the room that it has.
//
// Where a grammar needs to remember something (how deep a list is indented), it
// has a scanner in C, and tree-sitter keeps that scanner's state with each
// token: at most 1024 bytes, which the scanner is trusted not to exceed. The
// ones of Markdown and YAML exceed it where a few hundred blocks are nested,
// over the end of the buffer. So each scanner writes into a larger buffer here,
// and a state that is too large is replaced by the empty one, which scanners
// start with: the parser stumbles there, as over any broken file.
//
// One token opens at most a few blocks, and what is to be written next grew out
// of a state that fitted, so SCANNER_ROOM is never reached.
//
// OCaml's scanner, moreover, follows comments in comments by recursion: some
// hundred thousand of them, which fit a file of 1 MB, use up a thread's stack.
// Such a language names the marks ("nesting"), and a text that nests them
// deeper than any person would is not parsed.
#include "indexer/language_internal.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

enum { STATE_MAX = 1024, SCANNER_ROOM = 64 * 1024, NESTING_MAX = 1000 }; // the first is tree-sitter's

unsigned language_scanner_state(unsigned (*serialize)(void *, char *), void *scanner, char *buffer) {
    alignas(max_align_t) char room[SCANNER_ROOM];
    unsigned length = serialize(scanner, room);
    if (length > STATE_MAX) {
        return 0;
    }
    memcpy(buffer, room, length);
    return length;
}

bool language_nests_too_deep(const struct language *language, struct slice text) {
    if (!language->nesting[0]) {
        return false;
    }
    struct slice open = slice_of_string(language->nesting[0]), close = slice_of_string(language->nesting[1]);
    uint32_t depth = 0;
    for (size_t at = 0; at < text.length && depth <= NESTING_MAX; at++) {
        struct slice rest = slice_of(text.data + at, text.length - at);
        if (slice_starts_with(rest, open)) {
            depth++;
        } else if (depth && slice_starts_with(rest, close)) {
            depth--;
        }
    }
    return depth > NESTING_MAX;
}
