// language_detect.c - which language a file is in: by its name, else by its first line.
//
// A name is the surest sign. Scripts often have none that tells: their first
// line names the program that runs them, directly (#!/bin/sh) or through env
// (#!/usr/bin/env -S python3.11 -u). What counts is the last part of that
// program's path, with and without the version behind it. A name may also
// tell too little: C's and C++'s headers share one extension.
#include "indexer/language_internal.h"

#include <strings.h>

enum { FIRST_LINE_MAX = 256 }; // as much as the kernel reads of one
enum { MOST_MISTYPED = 2, LETTERS_EACH = 4, SHORTEST_EXCHANGED = 3, LONGEST_ID = 32 };

static bool list_has(const char *const *list, struct slice text) {
    for (; *list; list++) {
        if (slice_equal(text, slice_of_string(*list))) {
            return true;
        }
    }
    return false;
}

const struct language *language_of_id(const char *id) {
    for (size_t i = 0; id && i < language_table_count; i++) {
        if (list_has(language_table[i].ids, slice_of_string(id))) {
            return &language_table[i];
        }
    }
    return NULL;
}

// What editors call languages that are none of these, but resemble them.
static bool is_another(const char *id) {
    static const char *const others[] = {"csh",  "csv",   "eruby",   "fsharp", "haml", "jsonl", "just",
                                         "luau", "phtml", "python2", "raml",   "rst",  "scss",  "xhtml"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i], id) == 0) {
            return true;
        }
    }
    return false;
}

// js, C++ and golang are names as well, but not what editors call a language.
static bool is_name_of(const struct language *language, const char *id) {
    char extension[LONGEST_ID + 2] = ".";
    size_t length = strlen(language->ids[0]);
    strncat(extension, id, LONGEST_ID);
    return list_has(language->extensions, slice_of_string(extension)) ||
           strcasecmp(language->name, id) == 0 ||
           (strncmp(id, language->ids[0], length) == 0 && strcmp(id + length, "lang") == 0);
}

// Two letters side by side. Editors have no names that are told apart so, but many short ones that differ by a letter.
static bool is_exchanged(const char *id, const char *known) {
    size_t at = 0;
    while (id[at] && id[at] == known[at]) {
        at++;
    }
    return strlen(id) >= SHORTEST_EXCHANGED && known[at] && id[at] && id[at + 1] == known[at] &&
           known[at + 1] == id[at] && strcmp(id + at + 2, known + at + 2) == 0;
}

const char *language_id_meant(const char *id) {
    const char *meant = NULL;
    size_t length = strlen(id), least = MOST_MISTYPED + 1;
    bool is_good = length > LONGEST_ID || language_of_id(id) || is_another(id);
    for (size_t i = 0; i < language_table_count && !is_good; i++) {
        if (is_name_of(&language_table[i], id)) {
            return language_table[i].ids[0];
        }
    }
    for (size_t i = 0; i < language_table_count && !is_good; i++) {
        for (const char *const *known = language_table[i].ids; *known; known++) {
            bool exchanged = is_exchanged(id, *known);
            size_t distance = str_distance(id, *known);
            if (distance < least && (exchanged || distance * LETTERS_EACH <= length)) {
                least = distance;
                meant = *known;
            }
        }
    }
    return meant;
}

static struct slice last_part(struct slice path) {
    size_t start = path.length;
    while (start > 0 && path.data[start - 1] != '/') {
        start--;
    }
    return slice_sub(path, start, path.length);
}

const struct language *language_of_path(const char *path) {
    struct slice file = last_part(slice_of_string(path));
    const char *dot = strrchr(path, '.');
    struct slice extension = dot && dot >= file.data ? slice_of_string(dot) : slice_of_string("");
    for (size_t i = 0; i < language_table_count; i++) {
        const struct language *language = &language_table[i];
        if (list_has(language->files, file) || list_has(language->extensions, extension)) {
            return language;
        }
    }
    return NULL;
}

const char *language_extension(const struct language *language) {
    return language && language->extensions[0] ? language->extensions[0] : "";
}

static const struct language *language_of_program(struct slice program) {
    for (size_t i = 0; program.length && i < language_table_count; i++) {
        if (list_has(language_table[i].shebangs, program)) {
            return &language_table[i];
        }
    }
    return NULL;
}

static struct slice without_version(struct slice program) {
    while (program.length && strchr("0123456789.-", program.data[program.length - 1])) {
        program.length--;
    }
    return program;
}

// Cuts the first word off `rest`; empty at its end.
static struct slice next_word(struct slice *rest) {
    size_t start = 0;
    while (start < rest->length && strchr(" \t\r", rest->data[start])) {
        start++;
    }
    size_t end = start;
    while (end < rest->length && !strchr(" \t\r", rest->data[end])) {
        end++;
    }
    struct slice word = slice_sub(*rest, start, end);
    *rest = slice_sub(*rest, end, rest->length);
    return word;
}

static bool is_word(struct slice word, const char *text) {
    return slice_equal(word, slice_of_string(text));
}

// What env starts: the first word behind its options and the variables that it sets.
static struct slice program_of_env(struct slice rest) {
    static const char *const glued[] = {"--split-string=", "-S", "-vS"};
    struct slice word = next_word(&rest);
    while (word.length && (word.data[0] == '-' || memchr(word.data, '=', word.length))) {
        for (size_t i = 0; i < sizeof glued / sizeof glued[0]; i++) {
            struct slice option = slice_of_string(glued[i]);
            if (slice_starts_with(word, option) && word.length > option.length) {
                return slice_sub(word, option.length, word.length);
            }
        }
        if (is_word(word, "-u") || is_word(word, "-C")) {
            next_word(&rest);
        }
        word = next_word(&rest);
    }
    return word;
}

static const struct language *language_of_first_line(struct slice text) {
    if (!slice_starts_with(text, SLICE_LITERAL("#!"))) {
        return NULL;
    }
    struct slice line = slice_sub(text, 2, text.length < FIRST_LINE_MAX ? text.length : FIRST_LINE_MAX);
    const char *newline = memchr(line.data, '\n', line.length);
    line.length = newline ? (size_t)(newline - line.data) : line.length;
    struct slice program = last_part(next_word(&line));
    if (is_word(program, "env")) {
        program = last_part(program_of_env(line));
    }
    const struct language *language = language_of_program(program);
    return language ? language : language_of_program(without_version(program));
}

const struct language *language_of_text(const char *path, struct slice text) {
    return language_refine(language_of_path(path), path, text);
}

// Does a line of text begin, after blanks, with a word that only C++ has there?
static bool reads_like_cpp(struct slice text) {
    static const char *const heads[] = {
        "class ", "namespace ", "template", "public:", "private:", "using ", "extern \"C++\"", "protected:"};
    size_t at = 0;
    while (at < text.length) {
        while (at < text.length && (text.data[at] == ' ' || text.data[at] == '\t')) {
            at++;
        }
        struct slice rest = slice_of(text.data + at, text.length - at);
        for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
            bool may_be =
                rest.length && rest.data[0] == heads[i][0]; // seldom, and to compare all takes its time
            if (may_be && slice_starts_with(rest, slice_of_string(heads[i]))) {
                return true;
            }
        }
        const char *newline = memchr(rest.data, '\n', rest.length);
        if (!newline) {
            return false;
        }
        at = (size_t)(newline - text.data) + 1;
    }
    return false;
}

const struct language *language_refine(const struct language *language, const char *path, struct slice text) {
    if (!language) {
        return language_of_first_line(text);
    }
    size_t length = strlen(path);
    bool is_header = length > 2 && strcmp(path + length - 2, ".h") == 0;
    if (is_header && strcmp(language_id(language), "c") == 0 && reads_like_cpp(text)) {
        const struct language *cpp = language_of_id("cpp");
        return cpp ? cpp : language;
    }
    return language;
}
