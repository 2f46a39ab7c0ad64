// watch_tree.c - the folders that are watched; see watch_internal.h.
//
// A tree that mirrors the folders on disk, each with its own handle (inotify
// watches one folder a handle, not what is below it). The walk below goes depth
// first with a stack of its own, beside a stack of ignore rules, as walk.c does,
// but it looks at folders alone: the names and their kinds are all it reads.
//
// A watch belongs to the folder itself: it moves along with it and dies with it,
// and another folder may have taken the path. So whenever a folder is met again
// a second handle is started on its path before the first one is closed. The
// system gives both the same watch if it is still the same folder, so nothing
// is lost in between, and a new one if it is not. W1 of watch.h: the handle is
// started first, then the names are read; if the folder was exchanged in
// between, the folder above is watched already and tells of it.
#include "indexer/watch_internal.h"

#include "base/fs.h"
#include "indexer/ignore.h"
#include "indexer/source.h"
#include "indexer/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct frame {
    struct watch_folder *folder;
    struct watch_paths names; // of the folders in it
    size_t next;
};

struct scan {
    struct watch *watch;
    struct ignore *ignore;
    struct watch_paths *found; // NULL: nobody asks for files
    VEC(struct frame) frames;
};

static const char git_folder[] = ".git/info";

static const char *name_of(const struct watch_folder *folder) {
    const char *slash = strrchr(folder->path, '/');
    return slash ? slash + 1 : folder->path;
}

// --- the tree ---

static int compare_name(struct slice name, const struct watch_folder *folder) {
    struct slice other = slice_of_string(name_of(folder));
    size_t common = name.length < other.length ? name.length : other.length;
    int order = common ? memcmp(name.data, other.data, common) : 0;
    return order ? order : (name.length > other.length) - (name.length < other.length);
}

// Where the child is, or belongs.
static size_t child_place(const struct watch_folder *folder, struct slice name, bool *found) {
    size_t low = 0;
    size_t high = folder->children.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_name(name, folder->children.items[middle]);
        if (order == 0) {
            *found = true;
            return middle;
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    *found = false;
    return low;
}

static struct watch_folder *child_of(const struct watch_folder *folder, struct slice name) {
    bool found;
    size_t place = child_place(folder, name, &found);
    return found ? folder->children.items[place] : NULL;
}

static void add_child(struct watch_folder *folder, struct watch_folder *child) {
    bool found;
    size_t place = child_place(folder, slice_of_string(name_of(child)), &found);
    vec_push(&folder->children, child);
    struct watch_folder **items = folder->children.items;
    memmove(items + place + 1, items + place,
            (folder->children.count - 1 - place) * sizeof(struct watch_folder *));
    items[place] = child;
}

static void take_child(struct watch_folder *folder, size_t place) {
    struct watch_folder **items = folder->children.items;
    folder->children.count--;
    memmove(items + place, items + place + 1,
            (folder->children.count - place) * sizeof(struct watch_folder *));
}

struct watch_folder *watch_tree_find(const struct watch *self, const char *path) {
    struct watch_folder *folder = self->top;
    for (const char *part = path; folder && *part; part += *part == '/' ? 1 : 0) {
        size_t length = strcspn(part, "/");
        folder = child_of(folder, slice_of(part, length));
        part += length;
    }
    return folder;
}

static struct watch_folder *find_parent(const struct watch *self, const char *path) {
    const char *slash = strrchr(path, '/');
    char *parent = mem_copy_bytes(path, slash ? (size_t)(slash - path) : 0);
    struct watch_folder *folder = watch_tree_find(self, parent);
    free(parent);
    return folder;
}

static void on_closed(uv_handle_t *handle) {
    free(handle);
}

static void close_handle(struct watch_folder *folder) {
    if (folder->handle) {
        uv_close((uv_handle_t *)folder->handle, on_closed);
        folder->handle = NULL;
    }
}

// It is in no one's children any more.
static void drop(struct watch *self, struct watch_folder *folder) {
    VEC(struct watch_folder *) left = {0};
    vec_push(&left, folder);
    while (left.count) {
        struct watch_folder *last = left.items[--left.count];
        for (size_t i = 0; i < last->children.count; i++) {
            vec_push(&left, last->children.items[i]);
        }
        self->folder_count--;
        close_handle(last);
        vec_free(&last->children);
        free(last->path);
        free(last);
    }
    vec_free(&left);
}

static void drop_one(struct watch *self, struct watch_folder **place) {
    if (*place) {
        drop(self, *place);
        *place = NULL;
    }
}

bool watch_tree_remove(struct watch *self, const char *path) {
    struct watch_folder *parent = find_parent(self, path);
    const char *slash = strrchr(path, '/');
    bool found = false;
    size_t place = parent ? child_place(parent, slice_of_string(slash ? slash + 1 : path), &found) : 0;
    if (found) {
        struct watch_folder *folder = parent->children.items[place];
        take_child(parent, place);
        drop(self, folder);
    }
    return found;
}

void watch_tree_clear(struct watch *self) {
    drop_one(self, &self->top);
    drop_one(self, &self->git);
}

// --- starting to watch one folder ---

static bool is_just_unreadable(int error) {
    return error == UV_ENOENT || error == UV_ENOTDIR || error == UV_EACCES || error == UV_EPERM ||
           error == UV_ELOOP || error == UV_ENAMETOOLONG;
}

static struct watch_folder *new_folder(struct watch *self, const char *path) {
    struct watch_folder *folder = mem_zero(1, sizeof *folder);
    folder->watch = self;
    folder->path = mem_copy_string(path);
    self->folder_count++;
    return folder;
}

// Starts to watch what is at its path now. 0 or libuv's code.
static int start(struct watch *self, struct watch_folder *folder) {
    uv_fs_event_t *handle = mem_zero(1, sizeof *handle);
    uv_fs_event_init(&self->loop, handle);
    handle->data = folder;
    // libuv takes the root's own name from this.
    char *whole = folder->path[0] ? fs_join(self->root, folder->path) : mem_copy_string(self->root);
    int error = uv_fs_event_start(handle, watch_on_event, whole, 0);
    free(whole);
    close_handle(folder);
    folder->handle = handle;
    return error;
}

// Watched and open for reading. *file is -1 if it is gone or may not be read.
static enum watch_outcome start_and_open(struct watch *self, struct watch_folder *folder, int *file) {
    *file = -1;
    int error = start(self, folder);
    if (error && !is_just_unreadable(error)) {
        self->refusal = error;
        return WATCH_NO_MORE;
    }
    if (!error) {
        *file = source_open(self->root, folder->path, O_RDONLY | O_DIRECTORY);
    }
    return WATCH_DONE;
}

static struct watch_folder *child_at(const struct watch *self, const struct watch_folder *parent,
                                     const char *path) {
    const char *slash = strrchr(path, '/');
    return parent ? child_of(parent, slice_of_string(slash ? slash + 1 : path)) : self->top;
}

static void put_in(struct watch *self, struct watch_folder *parent, struct watch_folder *folder) {
    if (parent) {
        add_child(parent, folder);
    } else {
        self->top = folder;
    }
}

static void take_out(struct watch *self, struct watch_folder *parent, const struct watch_folder *folder) {
    if (parent) {
        watch_tree_remove(self, folder->path);
    } else {
        drop_one(self, &self->top);
    }
}

// *out is the folder at the path, watched and in the tree, and *file open; or NULL.
static enum watch_outcome meet(struct watch *self, struct watch_folder *parent, const char *path,
                               struct watch_folder **out, int *file) {
    struct watch_folder *folder = child_at(self, parent, path);
    *out = NULL;
    *file = -1;
    if (!folder && self->folder_count >= self->options.folder_limit) {
        return WATCH_TOO_MANY;
    }
    if (!folder) {
        folder = new_folder(self, path);
        put_in(self, parent, folder);
    }
    enum watch_outcome outcome = start_and_open(self, folder, file);
    if (*file < 0) {
        take_out(self, parent, folder);
    } else {
        *out = folder;
    }
    return outcome;
}

// --- going through the folders ---

static bool is_folder_in(int folder, const struct dirent *entry) {
    struct source_stat status;
    return entry->d_type == DT_DIR ||
           (entry->d_type == DT_UNKNOWN && source_stat_in(folder, entry->d_name, &status) == 0 &&
            status.is_folder);
}

static void visit(struct scan *self, struct frame *frame, int folder, const struct dirent *entry) {
    char *path =
        frame->folder->path[0] ? fs_join(frame->folder->path, entry->d_name) : mem_copy_string(entry->d_name);
    if (is_folder_in(folder, entry)) {
        bool fits = strlen(self->watch->root) + strlen(path) < WALK_PATH_LIMIT;
        if (fits && !ignore_check(self->ignore, path, true, NULL)) {
            vec_push(&frame->names, path);
            return;
        }
    } else if (!source_judge_name(path)) {
        self->watch->file_count++;
        if (self->found && self->found->count <= WATCH_PATHS) {
            vec_push(self->found, path);
            return;
        }
    }
    free(path);
}

static bool is_dots(const char *name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

// Takes over the open folder.
static void read_folder(struct scan *self, struct frame *frame, int file) {
    DIR *folder = fdopendir(file);
    if (!folder) {
        close(file);
        return;
    }
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (!is_dots(entry->d_name)) {
            visit(self, frame, file, entry);
        }
    }
    closedir(folder);
}

static enum watch_outcome enter(struct scan *self, struct watch_folder *parent, const char *path) {
    struct frame frame = {0};
    int file;
    enum watch_outcome outcome = meet(self->watch, parent, path, &frame.folder, &file);
    if (frame.folder) {
        frame.folder->round = self->watch->round;
        ignore_enter(self->ignore, path);
        read_folder(self, &frame, file);
        vec_push(&self->frames, frame);
    }
    return outcome;
}

static void leave(struct scan *self) {
    struct frame *frame = &self->frames.items[--self->frames.count];
    for (; frame->next < frame->names.count; frame->next++) {
        free(frame->names.items[frame->next]);
    }
    vec_free(&frame->names);
    ignore_leave(self->ignore);
}

static enum watch_outcome go(struct scan *self, struct watch_folder *parent, const char *path) {
    enum watch_outcome outcome = enter(self, parent, path);
    while (self->frames.count) {
        struct frame *frame = &self->frames.items[self->frames.count - 1];
        if (outcome == WATCH_DONE && cancel_fired(&self->watch->stop)) {
            outcome = WATCH_STOPPED;
        }
        if (outcome != WATCH_DONE || frame->next == frame->names.count) {
            leave(self);
            continue;
        }
        char *name = frame->names.items[frame->next++];
        outcome = enter(self, frame->folder, name);
        free(name);
    }
    vec_free(&self->frames);
    return outcome;
}

// --- the two walks ---

// What this round did not meet is gone, or excluded by now.
static void sweep(struct watch *self) {
    VEC(struct watch_folder *) left = {0};
    vec_push(&left, self->top);
    while (left.count) {
        struct watch_folder *folder = left.items[--left.count];
        for (size_t i = folder->children.count; i-- > 0;) {
            struct watch_folder *child = folder->children.items[i];
            if (child->round == self->round) {
                vec_push(&left, child);
            } else {
                take_child(folder, i);
                drop(self, child);
            }
        }
    }
    vec_free(&left);
}

static enum watch_outcome watch_git(struct watch *self) {
    int file;
    self->git = self->git ? self->git : new_folder(self, git_folder);
    enum watch_outcome outcome = start_and_open(self, self->git, &file);
    if (file >= 0) {
        close(file);
    } else {
        drop_one(self, &self->git);
    }
    return outcome;
}

enum watch_outcome watch_tree_set_up(struct watch *self) {
    self->round++;
    self->file_count = 0;
    struct scan scan = {.watch = self, .ignore = ignore_new(self->root)};
    enum watch_outcome outcome = go(&scan, NULL, "");
    ignore_free(scan.ignore);
    if (outcome == WATCH_DONE && !self->top) {
        outcome = WATCH_ROOT_GONE;
    } else if (outcome == WATCH_DONE) {
        sweep(self);
        outcome = watch_git(self);
    }
    return outcome;
}

// Goes down to the folder above the path. False if a rule excludes it or one above it.
static bool enter_parents(struct ignore *ignore, const char *path) {
    char *parent = mem_copy_string(path);
    bool excluded = false;
    ignore_enter(ignore, "");
    for (char *slash = strchr(parent, '/'); slash && !excluded; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        excluded = ignore_check(ignore, parent, true, NULL) != 0;
        ignore_enter(ignore, parent);
        *slash = '/';
    }
    excluded = excluded || ignore_check(ignore, path, true, NULL) != 0;
    free(parent);
    return !excluded;
}

enum watch_outcome watch_tree_add(struct watch *self, const char *path, struct watch_paths *found) {
    enum watch_outcome outcome = WATCH_DONE;
    struct watch_folder *parent = find_parent(self, path);
    struct scan scan = {.watch = self, .ignore = ignore_new(self->root), .found = found};
    if (parent && enter_parents(scan.ignore, path)) {
        outcome = go(&scan, parent, path);
    }
    ignore_free(scan.ignore);
    return outcome;
}
