// explain.c - see explain.h.
#include "indexer/explain.h"

#include "base/mem.h"
#include "indexer/language.h"
#include "indexer/source.h"
#include "indexer/syntax.h"
#include "indexer/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static enum explain_kind kind_of(const char *root, const char *path, struct source_stat *status) {
    if (source_stat(root, path, status) != 0) {
        return EXPLAIN_MISSING;
    }
    return status->is_folder ? EXPLAIN_FOLDER : status->is_file ? EXPLAIN_FILE : EXPLAIN_OTHER;
}

static struct record *extract(const char *path, struct slice text) {
    struct record *record = record_new(path);
    struct syntax *syntax = syntax_new();
    syntax_limit(syntax, SYNTAX_FILE_MS);
    record->taint = source_taint(path, text);
    record->size = (int64_t)text.length;
    syntax_extract(syntax, language_of_path(path), text, NULL, record);
    syntax_free(syntax);
    return record;
}

// Name, size, then content, as the walk and the parser look at them.
static enum skip judge_file(const char *root, const char *path, struct explanation *out) {
    enum skip skip = walk_judge_file(path, out->size);
    if (skip || out->kind == EXPLAIN_MISSING) {
        return skip;
    }
    struct str text;
    struct source_stat status;
    str_init(&text);
    skip = source_read(root, path, &text, &status) == 0 ? source_judge_text(path, str_slice(&text))
                                                        : SKIP_UNREADABLE;
    out->record = skip ? NULL : extract(path, str_slice(&text));
    str_free(&text);
    return skip;
}

static bool is_locked(const char *root, const char *folder) {
    int file = source_open(root, folder, O_RDONLY | O_DIRECTORY);
    bool locked = file < 0 && (errno == EACCES || errno == EPERM);
    if (file >= 0) {
        close(file);
    }
    return locked;
}

// The walk goes into no folder that it may not read: the first such on the path, itself counted, is told as the reason.
static enum skip judge_folders(const char *root, const char *path, struct explanation *out) {
    char *folder = mem_copy_string(path);
    char *slash = strchr(folder, '/');
    bool locked = false;
    for (; slash && !locked; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        locked = is_locked(root, folder);
        *slash = locked ? '\0' : '/';
    }
    if (!locked && !(out->kind == EXPLAIN_FOLDER && is_locked(root, folder))) {
        free(folder);
        return SKIP_NOT;
    }
    ignore_story_free(&out->story);
    out->story = (struct ignore_story){.skip = SKIP_UNREADABLE,
                                       .subject = folder,
                                       .is_folder = true,
                                       .file = mem_copy_string(""),
                                       .written = mem_copy_string("")};
    return SKIP_UNREADABLE;
}

static enum skip judge(const char *root, const char *path, struct explanation *out) {
    ignore_tell(root, path, out->is_folder, &out->story);
    if (out->story.skip) {
        return out->story.skip;
    }
    if (judge_folders(root, path, out)) {
        return SKIP_UNREADABLE;
    }
    return out->is_folder ? SKIP_NOT : judge_file(root, path, out);
}

void explain_path(const char *root, const char *path, struct explanation *out) {
    *out = (struct explanation){.kind = EXPLAIN_FOLDER, .is_folder = true};
    if (!*path) {
        return;
    }
    char *copy = mem_copy_string(path);
    size_t length = strlen(copy);
    bool is_folder = copy[length - 1] == '/';
    copy[length - (is_folder ? 1 : 0)] = '\0';
    out->skip = walk_judge_path(root, copy);
    if (!out->skip) {
        struct source_stat status = {0};
        out->kind = kind_of(root, copy, &status);
        out->size = status.size;
        out->is_folder = out->kind == EXPLAIN_FOLDER || (out->kind == EXPLAIN_MISSING && is_folder);
        out->skip = out->kind != EXPLAIN_OTHER ? judge(root, copy, out)
                    : status.is_link           ? SKIP_LINK
                                               : SKIP_SPECIAL;
    }
    free(copy);
}

void explanation_free(struct explanation *explanation) {
    ignore_story_free(&explanation->story);
    record_release(explanation->record);
}

bool explain_by_syntax(const struct record *record) {
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        if (strcmp(record->chunks[i].kind, "lines") != 0) {
            return true;
        }
    }
    return false;
}
