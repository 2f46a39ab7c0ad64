// patch.c - see patch.h.
//
// Lines of a hunk are counted as its head says, so nothing that a changed file
// holds can be taken for a head. Outside of hunks a line that begins with
// "commit " or "diff " is one: git indents messages.
#include "cli/patch.h"

static const struct slice COMMIT = {"commit ", 7}, DIFF = {"diff ", 5}, HUNK = {"@@ -", 4}, OLD = {"--- ", 4},
                          NEW = {"+++ ", 4}, RENAME_FROM = {"rename from ", 12},
                          RENAME_TO = {"rename to ", 10};

static struct slice peek_line(const struct patch_reader *reader) {
    return slice_sub(reader->text, reader->at, slice_line_end(reader->text, reader->at));
}

static void pass_line(struct patch_reader *reader, struct slice line) {
    reader->at += line.length + 1;
}

static bool at_end(const struct patch_reader *reader) {
    return reader->at >= reader->text.length;
}

static struct slice behind(struct slice line, struct slice head) {
    return slice_sub(line, head.length, line.length);
}

// `a/path`, `b/path` or /dev/null; git ends a name that has blanks with a tab.
static struct slice path_of(struct slice name) {
    if (name.length > 0 && name.data[name.length - 1] == '\t') {
        name.length--;
    }
    bool known = name.length > 2 && name.data[1] == '/' && name.data[0] != '"';
    return known ? slice_sub(name, 2, name.length) : slice_of("", 0);
}

static size_t read_number(struct slice text, size_t *at) {
    size_t number = 0;
    while (*at < text.length && text.data[*at] >= '0' && text.data[*at] <= '9' && number < SIZE_MAX / 16) {
        number = number * 10 + (size_t)(text.data[(*at)++] - '0');
    }
    return number;
}

// `start,count` or `start`, which is a count of one.
static void read_range(struct slice text, size_t *at, size_t *start, size_t *count) {
    *start = read_number(text, at);
    *count = 1;
    if (*at < text.length && text.data[*at] == ',') {
        (*at)++;
        *count = read_number(text, at);
    }
}

static void read_hunk(struct patch_reader *reader, struct slice head, struct patch_commit *commit) {
    size_t at = HUNK.length, old_start, old_count, new_start, new_count;
    read_range(head, &at, &old_start, &old_count);
    at += 2; // " +"
    read_range(head, &at, &new_start, &new_count);
    size_t before = new_count > 0 && new_start > 0 ? new_start - 1 : new_start;
    while (!at_end(reader)) {
        struct slice line = peek_line(reader);
        char kind = line.length > 0 ? line.data[0] : ' ';
        if (kind == '\\' && commit->lines.count > 0) {
            commit->lines.items[commit->lines.count - 1].unended = true;
        } else if ((kind != ' ' && kind != '-' && kind != '+') || (old_count == 0 && kind != '+') ||
                   (new_count == 0 && kind != '-')) {
            return;
        } else {
            vec_push(&commit->lines,
                     (struct patch_line){kind, false, before, slice_sub(line, 1, line.length)});
            old_count -= kind != '+';
            new_count -= kind != '-';
            before += kind != '-';
        }
        pass_line(reader, line);
    }
}

static void read_file(struct patch_reader *reader, struct patch_commit *commit) {
    struct patch_file file = {.first = commit->lines.count};
    pass_line(reader, peek_line(reader));
    while (!at_end(reader)) {
        struct slice line = peek_line(reader);
        if (slice_starts_with(line, DIFF) || slice_starts_with(line, COMMIT)) {
            break;
        }
        pass_line(reader, line);
        if (slice_starts_with(line, HUNK)) {
            read_hunk(reader, line, commit);
        } else if (slice_starts_with(line, OLD)) {
            file.old_path = path_of(behind(line, OLD));
        } else if (slice_starts_with(line, NEW)) {
            file.new_path = path_of(behind(line, NEW));
        } else if (slice_starts_with(line, RENAME_FROM)) {
            file.old_path = behind(line, RENAME_FROM);
        } else if (slice_starts_with(line, RENAME_TO)) {
            file.new_path = behind(line, RENAME_TO);
        }
    }
    file.count = commit->lines.count - file.first;
    if (file.old_path.length + file.new_path.length > 0) {
        vec_push(&commit->files, file);
    }
}

bool patch_next(struct patch_reader *reader, struct patch_commit *commit) {
    commit->files.count = commit->lines.count = 0;
    struct slice line = slice_of("", 0);
    while (!at_end(reader) && !slice_starts_with(line = peek_line(reader), COMMIT)) {
        pass_line(reader, line);
    }
    if (at_end(reader)) {
        return false;
    }
    commit->id = behind(line, COMMIT);
    pass_line(reader, line);
    while (!at_end(reader) && !slice_starts_with(line = peek_line(reader), COMMIT)) {
        if (slice_starts_with(line, DIFF)) {
            read_file(reader, commit);
        } else {
            pass_line(reader, line);
        }
    }
    return true;
}

void patch_free(struct patch_commit *commit) {
    vec_free(&commit->files);
    vec_free(&commit->lines);
}

// Behind the line that begins at `at`; its text without the line end in *line.
static size_t take_line(struct slice text, size_t at, struct slice *line) {
    size_t end = slice_line_end(text, at);
    *line = slice_sub(text, at, end);
    return end < text.length ? end + 1 : end;
}

static void keep_line(struct str *old_text, struct slice line, bool unended) {
    str_append_slice(old_text, line);
    if (!unended) {
        str_append_char(old_text, '\n');
    }
}

bool patch_revert(const struct patch_commit *commit, const struct patch_file *file, struct slice new_text,
                  struct str *old_text, struct patch_place *places) {
    size_t at = 0, lines = 0;
    struct slice there;
    for (size_t i = 0; i < file->count; i++) {
        const struct patch_line *line = &commit->lines.items[file->first + i];
        size_t start = at;
        for (; lines < line->new_before && at < new_text.length; lines++) {
            at = take_line(new_text, at, &there);
        }
        str_append_slice(old_text, slice_sub(new_text, start, at));
        if (places) {
            places[i] = (struct patch_place){at, old_text->length};
        }
        if (line->kind != '-') {
            if (lines != line->new_before || at >= new_text.length) {
                return false;
            }
            at = take_line(new_text, at, &there);
            lines++;
            if (!slice_equal(there, line->text)) {
                return false;
            }
        }
        if (line->kind != '+') {
            keep_line(old_text, line->text, line->unended);
        }
    }
    str_append_slice(old_text, slice_sub(new_text, at, new_text.length));
    return true;
}
