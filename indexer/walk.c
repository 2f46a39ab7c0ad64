// walk.c - see walk.h.
//
// Depth first with a stack of its own. A frame is a folder that was read: its
// files were reported at once, its sub-folders wait in the frame. The stack of
// frames and the stack of ignore levels grow and shrink together.
#include "indexer/walk.h"

#include "base/fs.h"
#include "base/vec.h"
#include "indexer/ignore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct frame {
    char **folders; // names, in order
    size_t count;
    size_t next;
    size_t path_length; // of the folder's path, which the names go behind
};

struct names_read {
    char **items;
    size_t count;
    size_t capacity;
};

struct walk {
    const char *root;
    const struct cancel *cancel;
    void (*on_file)(void *context, const char *path, const struct source_stat *status);
    void *context;
    struct walk_stats *stats;
    struct ignore *ignore;
    struct str path; // of what is looked at, below the root
    VEC(struct frame) frames;
};

int walk_check_root(const char *root, struct err *err) {
    DIR *folder = opendir(root);
    if (folder) {
        closedir(folder);
        return 0;
    }
    switch (errno) {
    case ENOENT:
        return err_set(err, ERR_NOT_FOUND,
                       "cannot index %s: there is no such folder; check the path for a typing error", root);
    case ENOTDIR:
        return err_set(err, ERR_INVALID, "cannot index %s: it is not a folder; name the folder it lies in",
                       root);
    case EACCES:
        return err_set(err, ERR_DENIED,
                       "cannot index %s: you have no permission to read it; "
                       "allow it with chmod u+rx, or open another folder",
                       root);
    default:
        return err_set(err, ERR_IO, "cannot index %s: %s; check that the disk is there and readable", root,
                       strerror(errno));
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(char **names, size_t from, size_t count) {
    for (size_t i = from; i < count; i++) {
        free(names[i]);
    }
    free(names);
}

// All names in the folder, sorted, so that two walks report in the same order. Gives their ignore_mark.
static unsigned read_names(DIR *folder, struct names_read *names) {
    unsigned marks = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            vec_push(names, mem_copy_string(entry->d_name));
            marks |= ignore_mark(entry->d_name);
        }
    }
    if (names->count) {
        qsort(names->items, names->count, sizeof *names->items, by_name);
    }
    return marks;
}

// What the thing is, before anybody's rules.
static enum skip judge_kind(const struct source_stat *status) {
    return status->is_file || status->is_folder ? SKIP_NOT : status->is_link ? SKIP_LINK : SKIP_SPECIAL;
}

enum skip walk_judge_file(const char *path, int64_t size) {
    enum skip skip = source_judge_name(path);
    return skip ? skip : source_judge_size(path, size);
}

// `name` in `folder`, at self->path. SKIP_NOT: to be reported, or a folder to go into.
static enum skip judge(struct walk *self, int folder, const char *name, struct source_stat *status) {
    if (self->path.length + strlen(self->root) >= WALK_PATH_LIMIT) {
        return SKIP_LONG_PATH;
    }
    if (source_stat_in(folder, name, status) != 0) {
        return SKIP_UNREADABLE;
    }
    enum skip skip = judge_kind(status);
    skip = skip ? skip : ignore_check(self->ignore, self->path.data, status->is_folder, NULL);
    return skip || status->is_folder ? skip : walk_judge_file(self->path.data, status->size);
}

// True for a folder to go into later.
static bool visit(struct walk *self, int folder, const char *name) {
    struct source_stat status;
    enum skip skip = judge(self, folder, name, &status);
    if (skip) {
        self->stats->skipped.of[skip]++;
        if (skip_is_rule(skip) && !self->stats->first_rule) {
            self->stats->first_rule = skip;
        }
        return false;
    }
    if (status.is_folder) {
        return true;
    }
    self->stats->files++;
    self->on_file(self->context, self->path.data, &status);
    return false;
}

static void append_name(struct str *path, const char *name) {
    if (path->length) {
        str_append_char(path, '/');
    }
    str_append_string(path, name);
}

// Reads the folder at self->path, reports its files and keeps its sub-folders in a new frame.
static void enter(struct walk *self) {
    struct names_read names = {0};
    unsigned marks = 0;
    int file = source_open(self->root, self->path.data, O_RDONLY | O_DIRECTORY);
    DIR *folder = file >= 0 ? fdopendir(file) : NULL;
    if (folder) {
        marks = read_names(folder, &names);
    } else {
        self->stats->skipped.of[SKIP_UNREADABLE]++;
    }
    ignore_enter_marked(self->ignore, self->path.data, file, marks);
    struct frame frame = {.folders = names.items, .path_length = self->path.length};
    for (size_t i = 0; i < names.count; i++) {
        append_name(&self->path, names.items[i]);
        if (!cancel_fired(self->cancel) && visit(self, file, names.items[i])) {
            frame.folders[frame.count++] = names.items[i];
        } else {
            free(names.items[i]);
        }
        str_truncate(&self->path, frame.path_length);
    }
    if (folder) {
        closedir(folder);
    }
    vec_push(&self->frames, frame);
}

static void leave(struct walk *self) {
    struct frame *frame = &self->frames.items[--self->frames.count];
    free_names(frame->folders, frame->next, frame->count);
    ignore_leave(self->ignore);
}

static void go(struct walk *self) {
    enter(self);
    while (self->frames.count) {
        struct frame *frame = &self->frames.items[self->frames.count - 1];
        str_truncate(&self->path, frame->path_length);
        if (frame->next == frame->count || cancel_fired(self->cancel)) {
            leave(self);
            continue;
        }
        char *name = frame->folders[frame->next++];
        append_name(&self->path, name);
        free(name);
        enter(self);
    }
}

int walk_run(const char *root, const struct cancel *cancel,
             void (*on_file)(void *context, const char *path, const struct source_stat *status),
             void *context, struct walk_stats *stats, struct err *err) {
    *stats = (struct walk_stats){0};
    int result = walk_check_root(root, err);
    if (result) {
        return result;
    }
    struct walk self = {
        .root = root, .cancel = cancel, .on_file = on_file, .context = context, .stats = stats};
    self.ignore = ignore_new(root);
    str_init(&self.path);
    go(&self);
    vec_free(&self.frames);
    str_free(&self.path);
    ignore_free(self.ignore);
    return cancel_fired(cancel) ? err_set(err, ERR_CANCELLED, "the walk was cancelled") : 0;
}

// Relative, and without a way out of the root.
static bool is_below_root(const char *path) {
    if (path[0] == '/' || path[0] == '\0') {
        return false;
    }
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/' ? 1 : 0;
        size_t length = strcspn(part, "/");
        if (length == 0 || (part[0] == '.' && (length == 1 || (length == 2 && part[1] == '.')))) {
            return false;
        }
    }
    return true;
}

static bool has_linked_parent(const char *root, const char *path) {
    char *parent = mem_copy_string(path);
    bool linked = false;
    for (char *slash = strchr(parent, '/'); slash && !linked; slash = strchr(slash + 1, '/')) {
        struct source_stat status;
        *slash = '\0';
        linked = source_stat(root, parent, &status) == 0 && !status.is_folder;
        *slash = '/';
    }
    free(parent);
    return linked;
}

enum skip walk_judge_path(const char *root, const char *path) {
    if (!is_below_root(path)) {
        return SKIP_OUTSIDE;
    }
    if (strlen(root) + strlen(path) >= WALK_PATH_LIMIT) {
        return SKIP_LONG_PATH;
    }
    return has_linked_parent(root, path) ? SKIP_BEHIND_LINK : SKIP_NOT;
}

bool walk_allows(const char *root, const char *path, const char **reason) {
    enum skip skip = walk_judge_path(root, path);
    *reason = skip ? skip_words(skip) : NULL;
    return !skip && !ignore_path(root, path, false, reason);
}

bool walk_includes(const char *root, const char *path, struct source_stat *status, const char **reason) {
    struct source_stat unused;
    status = status ? status : &unused;
    *status = (struct source_stat){0};
    if (!walk_allows(root, path, reason)) {
        return false;
    }
    bool exists = source_stat(root, path, status) == 0;
    enum skip skip = !exists || status->is_file ? walk_judge_file(path, status->size)
                     : status->is_folder        ? SKIP_SPECIAL
                                                : judge_kind(status);
    *reason = skip ? skip_words(skip) : NULL;
    return !skip;
}
