// terminal.h - what a person sees: a progress bar, colours, ghost text.
//
// Colours only on a terminal and without NO_COLOR (https://no-color.org).
//
// Ownership: none. Threads: main. Errors: none. Limits: the bar redraws in place on one line.
#ifndef HUNCH_CLI_TERMINAL_H
#define HUNCH_CLI_TERMINAL_H

#include "base/json.h"
#include "base/str.h"
#include "completion/engine.h"
#include "indexer/indexer.h"

#include <stdio.h>

enum terminal_style { STYLE_PLAIN, STYLE_DIM, STYLE_BOLD, STYLE_GREEN, STYLE_RED };

// Writes text in a style; control characters and what is no UTF-8 are shown as '?', so that a file's bytes cannot
// drive the terminal.
void terminal_write(FILE *out, enum terminal_style style, struct slice text);
// The same of a path or a name, which stays in its line whatever it holds.
void terminal_write_name(FILE *out, enum terminal_style style, const char *name);
// Both take the object over.
void terminal_print_json(struct json *object); // laid out for people
void terminal_print_json_line(struct json *object);
// A stream into memory (open_memstream) that is coloured as stdout would be; fclose it, then free *memory.
FILE *terminal_open_memory(char **memory, size_t *size);
// Redraws the index's progress on stderr; nothing if stderr is no terminal.
void terminal_progress(const struct index_progress *progress);
// The same of a download's bytes; total 0: not known.
void terminal_bytes(uint64_t done, uint64_t total);
// And of anything else that takes its time: lines, say.
void terminal_count(const char *what, uint64_t done, uint64_t total);
// What is waited for; NULL: nothing any more.
void terminal_note(const char *waiting);
void terminal_progress_end(void);
// The cursor's line with its line number, two lines above it, and the suggestion as ghost text.
void terminal_ghost(FILE *out, struct slice document, const struct engine_answer *answer);
// What was retrieved for an answer, as engine_context_text tells it.
void terminal_context(FILE *out, const struct engine_answer *answer, uint32_t limit, const char *all);

#endif
