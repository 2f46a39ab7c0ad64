// fim_table.h - the templates' data, private to fim.c and fim_table.c.
//
// Ownership: static. Threads: any. Errors, limits: none.
#ifndef HUNCH_BACKENDS_FIM_TABLE_H
#define HUNCH_BACKENDS_FIM_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { FIM_WORDS = 16 };

enum fim_order {
    FIM_PREFIX_FIRST, // prefix, suffix, middle
    FIM_SUFFIX_FIRST  // suffix, prefix, middle
};

// Where the files of context stand.
enum fim_files {
    FIM_FILES_BEFORE,   // ahead of everything, in blocks of their own
    FIM_FILES_IN_PREFIX // at the head of the prefix
};

// Where the open file is named.
enum fim_current {
    FIM_CURRENT_NOWHERE,
    FIM_CURRENT_OPENED,   // as another file is, right before what is shown of it
    FIM_CURRENT_IN_PREFIX // opened, too, but its path stands behind the prefix' token
};

// How a file's path is written.
enum fim_path {
    FIM_PATH_LINE,   // file_open path \n
    FIM_PATH_COMMENT // as a comment of the file's language: the model knows no separator
};

struct fim_template {
    const char *name;
    const char *models[FIM_WORDS];        // patterns of names, lower case, * is anything; !pattern excludes
    const char *prefix, *suffix, *middle; // with the blanks that belong to them
    const char *head, *files_head;        // ahead of everything; ahead of the files. NULL: nothing
    const char *repository;               // token ahead of the repository's name; NULL: the name is not given
    const char *repository_close;         // behind it; NULL: a newline
    const char *file_open, *file_close;   // around a file; newlines of file_close replace those at its end
    const char *language;            // in a line of its own, ahead of the open file's; NULL: it is not told
    const char *current_close;       // behind all that names the open file; NULL: nothing
    const char *controls[FIM_WORDS]; // exact tokens that user text must not hold
    const char *stops[FIM_WORDS];    // most useful first: strict servers take four
    enum fim_order order;
    enum fim_files files;
    enum fim_path path;
    enum fim_current current;
    bool no_suffix; // what stands behind the cursor is not told
    bool halves;    // not one text: a server wants what is before `suffix` and what is behind it apart
};

extern const struct fim_template fim_table[];
extern const size_t fim_table_count;

#endif
