// terminal.c - see terminal.h.
#include "cli/terminal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { BAR_WIDTH = 30, LINES_ABOVE = 2, LINE_SHOWN = 200, REDRAW_US = 100 * 1000 };

// A stream into memory has no descriptor of its own: it will be printed on stdout.
static bool coloured(FILE *out) {
    const char *no_color = getenv("NO_COLOR");
    int file = fileno(out);
    return isatty(file < 0 ? STDOUT_FILENO : file) && !(no_color && no_color[0]);
}

FILE *terminal_open_memory(char **memory, size_t *size) {
    FILE *out = open_memstream(memory, size);
    if (!out) {
        log_error("cannot write to memory: the machine is out of it");
        abort();
    }
    return out;
}

// A terminal may take a byte that is no UTF-8 for a command of its own (0x9B begins some).
static bool is_harmful(uint32_t code, size_t length, bool one_line) {
    return utf8_is_hidden(code) || (code == UTF8_REPLACEMENT && length == 1) || (one_line && code == '\n');
}

static void write_styled(FILE *out, enum terminal_style style, struct slice text, bool one_line) {
    static const char *const codes[] = {"", "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[31m"};
    bool colour = style != STYLE_PLAIN && coloured(out);
    fputs(colour ? codes[style] : "", out);
    size_t length = 1;
    for (size_t i = 0; i < text.length; i += length) {
        uint32_t code = utf8_decode(slice_sub(text, i, text.length), &length);
        if (is_harmful(code, length, one_line)) {
            fputc('?', out);
        } else {
            fwrite(text.data + i, 1, length, out);
        }
    }
    fputs(colour ? "\x1b[0m" : "", out);
}

void terminal_write(FILE *out, enum terminal_style style, struct slice text) {
    write_styled(out, style, text, false);
}

void terminal_write_name(FILE *out, enum terminal_style style, const char *name) {
    write_styled(out, style, slice_of_string(name), true);
}

static void print_json(struct json *object, void (*print)(const struct json *json, struct str *out)) {
    struct str text;
    str_init(&text);
    print(object, &text);
    puts(text.data);
    str_free(&text);
    json_free(object);
}

void terminal_print_json(struct json *object) {
    print_json(object, json_print_pretty);
}

void terminal_print_json_line(struct json *object) {
    print_json(object, json_print);
}

// Begins the line anew.
static void draw_bar(uint64_t done, uint64_t total) {
    int filled = (int)(done * BAR_WIDTH / (total ? total : 1));
    filled = filled > BAR_WIDTH ? BAR_WIDTH : filled;
    fputs("\r\x1b[K[", stderr);
    for (int i = 0; i < BAR_WIDTH; i++) {
        fputc(i < filled ? '#' : '.', stderr);
    }
}

void terminal_progress(const struct index_progress *progress) {
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    draw_bar(progress->files_done, progress->files_total);
    fprintf(stderr, "] %" PRIu64 "/%" PRIu64 " file%s%s, %" PRIu64 " symbol%s", progress->files_done,
            progress->files_total, str_plural(progress->files_total), progress->walk_done ? "" : " so far",
            progress->symbols, str_plural(progress->symbols));
}

// So often is enough; the end is always shown.
static bool is_due(bool ended) {
    static uint64_t last_us;
    uint64_t now = clock_now_us();
    if (!isatty(STDERR_FILENO) || (now - last_us < REDRAW_US && !ended)) {
        return false;
    }
    last_us = now;
    return true;
}

void terminal_bytes(uint64_t done, uint64_t total) {
    if (!is_due(done >= total)) {
        return;
    }
    draw_bar(total ? done : 0, total);
    fprintf(stderr, "] %.1f MB", (double)done / 1e6);
    if (total) {
        fprintf(stderr, " of %.1f MB", (double)total / 1e6);
    }
}

void terminal_count(const char *what, uint64_t done, uint64_t total) {
    if (is_due(total && done >= total)) {
        draw_bar(total ? done : 0, total);
        fprintf(stderr, "] %" PRIu64, done);
        if (total) {
            fprintf(stderr, " of %" PRIu64, total);
        }
        fprintf(stderr, " %s", what);
    }
}

void terminal_note(const char *waiting) {
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\x1b[K%s%s", waiting ? waiting : "", waiting ? " ..." : "");
    }
}

void terminal_progress_end(void) {
    if (isatty(STDERR_FILENO)) {
        fputs("\r\x1b[K", stderr);
    }
}

// Of CRLF the LF alone ends a line; the CR is no text.
static size_t text_end(struct slice document, size_t at) {
    size_t end = slice_line_end(document, at);
    return end > at && document.data[end - 1] == '\r' ? end - 1 : end;
}

static size_t line_number(struct slice document, size_t at) {
    return slice_count(slice_sub(document, 0, at), '\n') + 1;
}

static void write_number(FILE *out, size_t number) {
    char text[32];
    int length = snprintf(text, sizeof text, "%6zu | ", number);
    terminal_write(out, STYLE_DIM, slice_of(text, (size_t)length));
}

// Of a line too long to be read what is nearest to the cursor.
static void write_end(FILE *out, struct slice text) {
    size_t from = text.length > LINE_SHOWN ? utf8_floor(text, text.length - LINE_SHOWN) : 0;
    terminal_write(out, STYLE_DIM, slice_of_string(from > 0 ? "..." : ""));
    terminal_write(out, STYLE_PLAIN, slice_sub(text, from, text.length));
}

static void write_beginning(FILE *out, struct slice text) {
    size_t end = text.length > LINE_SHOWN ? utf8_floor(text, LINE_SHOWN) : text.length;
    terminal_write(out, STYLE_PLAIN, slice_sub(text, 0, end));
    terminal_write(out, STYLE_DIM, slice_of_string(end < text.length ? "..." : ""));
}

static void write_lines_above(FILE *out, struct slice document, size_t start, size_t number) {
    size_t from = start;
    size_t above = 0;
    while (above < LINES_ABOVE && from > 0) {
        from = slice_line_start(document, from - 1);
        above++;
    }
    for (size_t line = number - above; line < number; line++) {
        size_t end = slice_line_end(document, from);
        write_number(out, line);
        write_beginning(out, slice_sub(document, from, text_end(document, from)));
        fputc('\n', out);
        from = end + 1;
    }
}

void terminal_ghost(FILE *out, struct slice document, const struct engine_answer *answer) {
    size_t start = slice_line_start(document, answer->cursor);
    size_t number = line_number(document, start);
    write_lines_above(out, document, start, number);
    write_number(out, number);
    write_end(out, slice_sub(document, start, answer->cursor));
    size_t after = answer->cursor;
    if (answer->candidate_count) {
        // Without colours the ghost text would not stand out: brackets mark it then.
        const struct engine_candidate *best = &answer->candidates[0];
        fputs(coloured(out) ? "" : "\xE2\x9F\xA6", out);
        terminal_write(out, STYLE_DIM, best->shown);
        fputs(coloured(out) ? "" : "\xE2\x9F\xA7", out);
        after = best->replace_end;
    }
    write_beginning(out, slice_sub(document, after, text_end(document, after)));
    fputc('\n', out);
}

void terminal_context(FILE *out, const struct engine_answer *answer, uint32_t limit, const char *all) {
    struct str text;
    str_init(&text);
    engine_context_text(answer, limit, "         ", all, &text);
    fwrite(text.data, 1, text.length, out);
    str_free(&text);
}
