// admit.c - see admit.h.
#include "cli/admit.h"

#include "base/fs.h"
#include "base/uri.h"
#include "cli/app.h"
#include "cli/terminal.h"
#include "indexer/store_summary.h"
#include "indexer/walk.h"

#include <inttypes.h>
#include <stdlib.h>

enum { COUNT_US = 2000000 };
static const char MARKS[] = "no .git, .hg, .svn, .jj or .hunchignore is in it";

struct counting {
    struct cancel cancel;
    uint64_t files;
};

static void on_file(void *context, const char *path, const struct source_stat *status) {
    struct counting *counting = context;
    (void)path;
    (void)status;
    if (++counting->files > ADMIT_FILES) {
        cancel_fire(&counting->cancel);
    }
}

// More than ADMIT_FILES: there are more, or it takes too long to tell.
static uint64_t count_files(const char *root) {
    struct counting counting = {.files = 0};
    struct walk_stats stats = {0};
    struct err ignored; // the index will meet the same, and tell
    cancel_init(&counting.cancel, clock_now_us() + COUNT_US);
    int code = walk_run(root, &counting.cancel, on_file, &counting, &stats, &ignored);
    return code == ERR_CANCELLED ? ADMIT_FILES + 1 : counting.files;
}

// The home folder, or a folder that holds it?
static bool holds_home(const char *root) {
    const char *home = getenv("HOME");
    char *real = home ? fs_real_path(home, NULL) : NULL;
    bool holds = real && uri_path_below(real, root);
    free(real);
    return holds;
}

static void announce(const char *root, uint64_t files) {
    fputs("hunch: ", stderr);
    terminal_write_name(stderr, STYLE_PLAIN, root);
    if (files > ADMIT_FILES) {
        fprintf(stderr, " is no repository (%s): all that is below it is read, and there is much", MARKS);
    } else {
        fprintf(stderr, " is no repository (%s): all of its %" PRIu64 " files are read", MARKS, files);
    }
    fputs("; name a folder in it to read less\n", stderr);
}

// Somebody wanted it before; only what changed is read again.
static bool is_stored(const char *root) {
    char *store = store_path_of(root);
    bool is_there = store && fs_is_file(store);
    free(store);
    return is_there;
}

int admit_root(const char *root, const char *named, struct err *err) {
    bool is_named = named && fs_is_folder(named);
    if (app_is_marked(root) || is_stored(root)) {
        return 0;
    }
    if (!is_named && holds_home(root)) {
        return err_set(
            err, ERR_DENIED,
            "%s is or holds your home folder and no repository (%s): it is read only if it is named", root,
            MARKS);
    }
    uint64_t files = count_files(root);
    if (!is_named && files > ADMIT_FILES) {
        return err_set(
            err, ERR_DENIED,
            "%s is no repository (%s) and has more than %d files: they are read only if it is named", root,
            MARKS, ADMIT_FILES);
    }
    if (files > ADMIT_SILENTLY) {
        announce(root, files);
    }
    return 0;
}

int admit_folder(const char *folder, char **root, struct err *err) {
    int code = app_require_root(folder ? folder : ".", root, err);
    if (code == 0) {
        code = admit_root(*root, folder, err);
    }
    if (code) {
        free(*root);
        *root = NULL;
    }
    return code;
}
