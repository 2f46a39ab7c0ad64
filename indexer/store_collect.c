// store_collect.c - see store_collect.h.
//
// No store is opened for this: file names, sizes and the -root files
// (store_lock.h) tell all there is to know, so it costs a few stats a store.
#include "indexer/store_collect.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/map.h"
#include "base/thread.h"
#include "base/vec.h"
#include "indexer/store_lock.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME = 16, DAY = 24 * 60 * 60, LONGEST_ROOT = 8192 };

static const char *const endings[] = {
    ".sqlite",         ".sqlite-wal",     ".sqlite-shm",         ".sqlite-root",
    ".sqlite-journal", ".sqlite-vectors", ".sqlite-vectors-wal", ".sqlite-vectors-shm"};
enum { DATABASE, ROOT = 3, ENDINGS = sizeof endings / sizeof endings[0] };

static bool is_store_name(const char *name) {
    if (strspn(name, "0123456789abcdef") != NAME) {
        return false;
    }
    for (size_t i = 0; i < ENDINGS; i++) {
        if (strcmp(name + NAME, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

// The names, without their endings, of all that looks like a store.
static void list_names(const char *folder, struct intern *names) {
    DIR *listing = opendir(folder);
    for (struct dirent *entry; listing && (entry = readdir(listing)) && names->count < STORE_MOST;) {
        if (is_store_name(entry->d_name)) {
            intern_add(names, slice_of(entry->d_name, NAME));
        }
    }
    if (listing) {
        closedir(listing);
    }
}

static char *file_of(const char *folder, struct slice name, size_t ending) {
    struct str path;
    str_init(&path);
    str_append_format(&path, "%s/%.*s%s", folder, (int)name.length, name.data, endings[ending]);
    return str_detach(&path);
}

static char *read_root(const char *path) {
    struct str root;
    str_init(&root);
    if (fs_read(path, LONGEST_ROOT, &root, NULL) != 0 || memchr(root.data, '\0', root.length)) {
        str_clear(&root);
    }
    return str_detach(&root);
}

static void look_at(const char *folder, struct slice name, struct store_entry *entry) {
    *entry = (struct store_entry){.fate = STORE_LEFTOVER};
    for (size_t i = 0; i < ENDINGS; i++) {
        char *path = file_of(folder, name, i);
        struct stat status;
        if (lstat(path, &status) == 0) {
            entry->size += status.st_size;
            entry->opened_s = i == DATABASE || i == ROOT ? (int64_t)status.st_mtime : entry->opened_s;
            entry->fate = i == DATABASE ? STORE_KEPT : entry->fate;
        }
        if (i == ROOT) {
            entry->root = read_root(path);
        }
        free(path);
    }
    entry->path = file_of(folder, name, DATABASE);
}

static int compare_opened(const void *left, const void *right) {
    const struct store_entry *a = left;
    const struct store_entry *b = right;
    if (a->opened_s != b->opened_s) {
        return a->opened_s > b->opened_s ? -1 : 1;
    }
    return strcmp(a->path, b->path);
}

static void look_at_all(const char *folder, struct store_collection *collection) {
    struct intern names;
    intern_init(&names);
    list_names(folder, &names);
    for (uint32_t i = 0; i < names.count; i++) {
        struct store_entry entry;
        look_at(folder, intern_string(&names, i), &entry);
        collection->size += entry.size;
        vec_push(collection, entry);
    }
    intern_free(&names);
    if (collection->count) {
        qsort(collection->items, collection->count, sizeof *collection->items, compare_opened);
    }
}

static bool is_missing(const char *root) {
    struct stat status;
    return root[0] && stat(root, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static enum store_fate judge(const struct store_rules *rules, const struct store_entry *entry, int64_t now) {
    int64_t age = now - entry->opened_s;
    if (entry->fate == STORE_LEFTOVER) {
        return STORE_LEFTOVER;
    }
    if (age > (int64_t)STORE_UNUSED_DAYS * DAY) {
        return STORE_UNUSED;
    }
    return age >= rules->missing_s && is_missing(entry->root) ? STORE_MISSING : STORE_KEPT;
}

// With the folder locked. False: it is still there.
static bool delete_all(const char *path) {
    for (size_t i = 0; i < ENDINGS; i++) {
        struct str name;
        str_init(&name);
        str_append_format(&name, "%s%s", path, endings[i] + strlen(endings[DATABASE]));
        bool gone = unlink(name.data) == 0 || errno == ENOENT;
        str_free(&name);
        if (!gone) {
            return false;
        }
    }
    return true;
}

static enum store_fate try_to_delete(const struct store_rules *rules, const struct store_entry *entry,
                                     enum store_fate why) {
    if (rules->only_told) {
        return store_is_used(entry->path) ? STORE_IN_USE : why;
    }
    int folder = store_lock_folder(entry->path, NULL);
    if (folder == STORE_LOCK_BUSY) {
        return STORE_STUCK;
    }
    enum store_fate fate = store_is_used(entry->path) ? STORE_IN_USE
                           : delete_all(entry->path)  ? why
                                                      : STORE_STUCK;
    store_unlock(folder);
    return fate;
}

static void remove_entry(const struct store_rules *rules, struct store_collection *collection,
                         struct store_entry *entry, enum store_fate why) {
    entry->fate = try_to_delete(rules, entry, why);
    if (entry->fate == why) {
        collection->size -= entry->size;
        collection->removed += entry->size;
    }
}

char *store_folder(void) {
    char *cache = fs_cache_folder();
    char *folder = cache ? fs_join(cache, "index") : NULL;
    free(cache);
    return folder;
}

void store_collect(const struct store_rules *rules, struct store_collection *collection) {
    *collection = (struct store_collection){0};
    look_at_all(rules->folder, collection);
    int64_t now = (int64_t)time(NULL);
    for (size_t i = 0; i < collection->count; i++) {
        struct store_entry *entry = &collection->items[i];
        entry->fate = judge(rules, entry, now);
        if (entry->fate != STORE_KEPT) {
            remove_entry(rules, collection, entry, entry->fate);
        }
    }
    for (size_t i = collection->count; i > 0 && collection->size > rules->cap; i--) {
        if (collection->items[i - 1].fate == STORE_KEPT) {
            remove_entry(rules, collection, &collection->items[i - 1], STORE_OVER_CAP);
        }
    }
}

static void log_removed(const struct store_collection *collection) {
    for (size_t i = 0; i < collection->count; i++) {
        const struct store_entry *entry = &collection->items[i];
        if (entry->fate > STORE_STUCK) {
            log_info("removed the index store %s of %s: %s", entry->path, entry->root[0] ? entry->root : "?",
                     store_fate_text(entry->fate));
        }
    }
}

static void *collect_main(void *argument) {
    int64_t *cap = argument;
    thread_name("hunch-collect");
    char *folder = store_folder();
    if (folder) {
        struct store_rules rules = {
            .folder = folder, .cap = *cap, .missing_s = (int64_t)STORE_MISSING_DAYS * DAY};
        struct store_collection collection;
        store_collect(&rules, &collection);
        log_removed(&collection);
        store_collection_free(&collection);
    }
    free(folder);
    free(cap);
    return NULL;
}

// Not joined: a root may lie on a server that does not answer.
void store_collect_in_background(int64_t cap) {
    int64_t *argument = mem_alloc(sizeof *argument);
    *argument = cap;
    pthread_t thread;
    if (pthread_create(&thread, NULL, collect_main, argument) == 0) {
        pthread_detach(thread);
    } else {
        free(argument);
    }
}

const char *store_fate_text(enum store_fate fate) {
    static const char *const texts[] = {
        [STORE_KEPT] = "kept",
        [STORE_IN_USE] = "in use",
        [STORE_STUCK] = "could not be deleted",
        [STORE_LEFTOVER] = "it was left over",
        [STORE_MISSING] = "the repository has gone",
        [STORE_UNUSED] = "not opened for 60 days",
        [STORE_OVER_CAP] = "all were over index.cacheMb",
    };
    return texts[fate];
}

void store_collection_free(struct store_collection *collection) {
    for (size_t i = 0; i < collection->count; i++) {
        free(collection->items[i].path);
        free(collection->items[i].root);
    }
    vec_free(collection);
}
