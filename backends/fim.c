// fim.c - see fim.h; the data is in fim_table.c.
//
// A prompt is laid out from the same few pieces for every family: files of
// context, the open file's path, prefix, suffix, and the family's tokens
// around them. The single form (no repository's name, no file) names nothing;
// the repository form also names the open file, where the family has a way to.
//
// A repository may well hold the very tokens (a tokenizer's test does): in
// text they would end the prompt early or forge a file. A blank behind the
// first character makes them plain text; the model sees almost the same and
// no other byte changes.
#include "backends/fim.h"

#include "backends/fim_table.h"

#include <ctype.h>
#include <string.h>

size_t fim_count(void) {
    return fim_table_count;
}

const struct fim_template *fim_at(size_t index) {
    return index < fim_table_count ? &fim_table[index] : NULL;
}

const char *fim_name(const struct fim_template *fim) {
    return fim->name;
}

bool fim_has_suffix(const struct fim_template *fim) {
    return !fim->no_suffix;
}

bool fim_is_prefix_first(const struct fim_template *fim) {
    return fim->order == FIM_PREFIX_FIRST;
}

const struct fim_template *fim_by_name(const char *name) {
    for (size_t i = 0; i < fim_table_count; i++) {
        if (strcmp(fim_table[i].name, name) == 0) {
            return &fim_table[i];
        }
    }
    return NULL;
}

// Does text (any case) fit the pattern (lower case, * is any run)?
static bool matches(const char *pattern, const char *text) {
    const char *star = NULL;
    const char *resume = text;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == tolower((unsigned char)*text)) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

static bool fits(const struct fim_template *fim, const char *model) {
    for (size_t i = 0; i < FIM_WORDS && fim->models[i]; i++) {
        bool excludes = fim->models[i][0] == '!';
        if (matches(fim->models[i] + excludes, model)) {
            return !excludes;
        }
    }
    return false;
}

const struct fim_template *fim_for_model(const char *model) {
    for (size_t i = 0; i < fim_table_count; i++) {
        if (fits(&fim_table[i], model)) {
            return &fim_table[i];
        }
    }
    return NULL;
}

const char *const *fim_stops(const struct fim_template *fim, size_t *count) {
    size_t used = 0;
    while (used < FIM_WORDS && fim->stops[used]) {
        used++;
    }
    *count = used;
    return fim->stops;
}

// Families alone: the others' marks are ours.
static bool is_family(const struct fim_template *fim) {
    return fim->models[0] != NULL;
}

// Is it nothing that programs are full of, as <PRE> is of HTML?
static bool is_unmistakable(const char *token) {
    return token[0] == '<' && (strchr("|[\xEF", token[1]) || strncmp(token, "<fim_", 5) == 0);
}

static bool control_of(const struct fim_template *fim, struct slice text, bool unmistakable) {
    for (size_t i = 0; i < FIM_WORDS && fim->controls[i]; i++) {
        bool counts = !unmistakable || is_unmistakable(fim->controls[i]);
        if (counts && slice_starts_with(text, slice_of_string(fim->controls[i]))) {
            return true;
        }
    }
    return false;
}

// Whose tokens a server puts around two halves is not known, so all families' count there.
static bool control_at(const struct fim_template *fim, struct slice text) {
    bool found = control_of(fim, text, false);
    for (size_t i = 0; fim->halves && i < fim_table_count && !found; i++) {
        found = is_family(&fim_table[i]) && control_of(&fim_table[i], text, true);
    }
    return found;
}

// User text: a control token in it gets a blank behind its first character.
static void add_text(const struct fim_template *fim, struct slice text, struct str *out) {
    size_t from = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool opens = text.data[i] == '<' || text.data[i] == '[';
        if (opens && control_at(fim, slice_sub(text, i, text.length))) {
            str_append(out, text.data + from, i + 1 - from);
            str_append_char(out, ' ');
            from = i + 1;
        }
    }
    str_append_slice(out, slice_sub(text, from, text.length));
}

static void add_mark(const char *mark, struct str *out) {
    str_append_string(out, mark ? mark : "");
}

// A name stands on one line, whatever the file system allows.
static void add_name(const struct fim_template *fim, const char *path, struct str *out) {
    struct str line;
    str_init(&line);
    str_append_string(&line, path);
    for (size_t i = 0; i < line.length; i++) {
        line.data[i] = (unsigned char)line.data[i] < ' ' ? '?' : line.data[i];
    }
    add_text(fim, str_slice(&line), out);
    str_free(&line);
}

static const char *comment_of(const char *path) {
    static const struct {
        const char *endings, *opens;
    } rows[] = {
        {".py.sh.bash.rb.pl.r.yml.yaml.toml.ex.exs.jl.nix.cmake.tcl.", "# "},
        {".lua.sql.hs.elm.adb.ads.vhd.vhdl.", "-- "},
        {".lisp.el.clj.scm.asm.ini.", "; "},
        {".erl.tex.", "% "},
    };
    const char *dot = strrchr(path, '.');
    struct str ending;
    const char *opens = "// ";
    str_init(&ending);
    str_append_format(&ending, "%s.", dot && !strchr(dot, '/') ? dot : ".none");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        opens = strstr(rows[i].endings, ending.data) ? rows[i].opens : opens;
    }
    str_free(&ending);
    return opens;
}

static void open_file(const struct fim_template *fim, const char *path, struct str *out) {
    str_append_string(out, fim->file_open);
    if (fim->path == FIM_PATH_COMMENT) {
        str_append_string(out, comment_of(path));
    }
    add_name(fim, path, out);
    str_append_char(out, '\n');
}

// The path of one that is named in its prefix comes there.
static void open_current(const struct fim_template *fim, const struct fim_parts *parts, struct str *out) {
    if (fim->current == FIM_CURRENT_IN_PREFIX) {
        str_append_string(out, fim->file_open);
    } else if (fim->current == FIM_CURRENT_OPENED && parts->path) {
        open_file(fim, parts->path, out);
    }
    if (fim->language && parts->language && parts->language[0]) {
        str_append_string(out, fim->language);
        add_name(fim, parts->language, out);
        str_append_char(out, '\n');
    }
    add_mark(fim->current_close, out);
}

static void add_files(const struct fim_template *fim, const struct fim_parts *parts, struct str *out) {
    bool own_newlines = fim->file_close[0] == '\n';
    add_mark(parts->file_count ? fim->files_head : NULL, out);
    for (size_t i = 0; i < parts->file_count; i++) {
        struct slice text = parts->files[i].text;
        while (own_newlines && text.length && text.data[text.length - 1] == '\n') {
            text.length--;
        }
        open_file(fim, parts->files[i].path, out);
        add_text(fim, text, out);
        str_append_string(out, fim->file_close);
    }
    open_current(fim, parts, out);
}

static bool in_repository(const struct fim_parts *parts) {
    return parts->file_count || (parts->repository && parts->repository[0]);
}

static void add_prefix(const struct fim_template *fim, const struct fim_parts *parts, struct str *out) {
    str_append_string(out, fim->prefix);
    if (fim->files == FIM_FILES_IN_PREFIX && in_repository(parts)) {
        add_files(fim, parts, out);
    }
    if (fim->current == FIM_CURRENT_IN_PREFIX && in_repository(parts) && parts->path) {
        add_name(fim, parts->path, out);
        str_append_char(out, '\n');
    }
    add_text(fim, parts->prefix, out);
}

static void add_suffix(const struct fim_template *fim, const struct fim_parts *parts, struct str *out) {
    if (fim->no_suffix) {
        return;
    }
    str_append_string(out, fim->suffix);
    add_text(fim, parts->suffix, out);
}

void fim_render(const struct fim_template *fim, const struct fim_parts *parts, struct str *out) {
    add_mark(fim->head, out);
    if (fim->repository && parts->repository && parts->repository[0]) {
        str_append_string(out, fim->repository);
        add_name(fim, parts->repository, out);
        add_mark(fim->repository_close ? fim->repository_close : "\n", out);
    }
    if (in_repository(parts) && fim->files == FIM_FILES_BEFORE) {
        add_files(fim, parts, out);
    }
    if (fim->order == FIM_PREFIX_FIRST) {
        add_prefix(fim, parts, out);
        add_suffix(fim, parts, out);
    } else {
        add_suffix(fim, parts, out);
        add_prefix(fim, parts, out);
    }
    str_append_string(out, fim->middle);
}

bool fim_has_halves(const struct fim_template *fim) {
    return fim->halves;
}

bool fim_halves(const struct fim_template *fim, struct slice prompt, struct slice *prefix,
                struct slice *suffix) {
    struct slice mark = slice_of_string(fim->suffix);
    size_t at = fim->halves ? slice_find(prompt, mark, 0) : (size_t)-1;
    if (at == (size_t)-1) {
        return false;
    }
    *prefix = slice_sub(prompt, 0, at);
    *suffix = slice_sub(prompt, at + mark.length, prompt.length);
    return true;
}

void fim_tokens(struct str *out) {
    for (size_t i = 0; i < fim_table_count; i++) {
        for (size_t j = 0; is_family(&fim_table[i]) && j < FIM_WORDS && fim_table[i].controls[j]; j++) {
            str_append_format(out, "%s\n", fim_table[i].controls[j]);
        }
    }
}

static bool has_line(struct slice lines, const char *wanted) {
    struct slice line = slice_of_string(wanted);
    for (size_t at = 0; (at = slice_find(lines, line, at)) != (size_t)-1; at++) {
        size_t end = at + line.length;
        if ((at == 0 || lines.data[at - 1] == '\n') && (end == lines.length || lines.data[end] == '\n')) {
            return true;
        }
    }
    return false;
}

// How many of a family's tokens are there; 0 if one is missing without which no prompt can be laid out.
static size_t tokens_there(const struct fim_template *fim, struct slice lines) {
    size_t there = 0;
    for (size_t i = 0; i < FIM_WORDS && fim->controls[i]; i++) {
        bool is_there = has_line(lines, fim->controls[i]);
        bool needed = strstr(fim->prefix, fim->controls[i]) || strstr(fim->suffix, fim->controls[i]) ||
                      strstr(fim->middle, fim->controls[i]);
        if (needed && !is_there) {
            return 0;
        }
        there += is_there;
    }
    return there;
}

const struct fim_template *fim_for_tokens(struct slice lines) {
    const struct fim_template *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < fim_table_count; i++) {
        size_t there = is_family(&fim_table[i]) ? tokens_there(&fim_table[i], lines) : 0;
        best = there > most ? &fim_table[i] : best;
        most = there > most ? there : most;
    }
    return best;
}
