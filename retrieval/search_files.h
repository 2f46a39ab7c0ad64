// search_files.h - the files that a search's text names, and the lines in them.
//
// A place (search_place.h) is written in many ways: from another folder, from
// another machine's root, in another case, without its ending, with the
// dots of a module's name instead of slashes. So paths are compared from their ends: a file
// answers by its name, and the more of the folders before it agree the better. But a path that says where it begins (./x,
// ../x, /x) and leads to a file is that file alone.
//
// Ownership: search_files_init fills, search_files_free releases.
// Threads:   any; the snapshot is pinned.
// Errors:    none; what names no file has none. That a line is beyond its file's end, or a source file nowhere, is said
//            in `note`.
// Limits:    search_place.h's; SEARCH_FILES files of a place.
#ifndef HUNCH_RETRIEVAL_SEARCH_FILES_H
#define HUNCH_RETRIEVAL_SEARCH_FILES_H

#include "base/vec.h"
#include "retrieval/snapshot.h"

enum { SEARCH_FILES = 100 };

struct search_file {
    struct snapshot_file at;
    uint32_t line; // from 1; 0: the whole file
    float fit;     // within (0, 1]; 0: it is no answer itself, but a definition in it may be
};

struct search_files {
    VEC(struct search_file) list;
    bool is_all;  // a file with a line, and nothing else is asked for
    bool is_bare; // one word without a dot or a slash: rather a name, if something has it
    // Of a module's dotted name the last part, which a definition in the file may have: if it is the file's, too, a type.
    struct slice member; // "" if it is no such name
    bool is_member_type;
    // The name of a source file, if that is all of the text, without a line; else "". Its ending is no word.
    struct slice named;
    struct str note;
};

// What is searched, and where from.
struct search_asked {
    const struct snapshot *snapshot;
    const char *root;
    struct slice text;
    struct slice folder; // a folder or file below the root, of which alone answers are; "": everywhere
    struct slice here;   // absolute: "./x" and "../x" begin there, else at the root; "": at the root
};

// Those that the text names, which may be another than asked->text.
void search_files_init(struct search_files *files, const struct search_asked *asked, struct slice text);
void search_files_free(struct search_files *files);

#endif
