// fs.h - whole files, folders and the user's own places.
//
// Ownership: returned strings are heap, the caller frees.
// Threads:   any; every call may block (never call from the main loop on a slow path).
// Errors:    err names the path, the cause and, where there is one, the way out.
// Limits:    fs_read takes its maximum size.
#ifndef HUNCH_BASE_FS_H
#define HUNCH_BASE_FS_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

// Reads a regular file into out (appended). ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_INVALID (not a regular file),
// ERR_IO. Never waits on a FIFO or a device.
int fs_read(const char *path, size_t limit, struct str *out, struct err *err);
// Writes to a temporary name beside path, then renames. Mode 0600 if private, else 0644.
int fs_write(const char *path, struct slice bytes, bool is_private, struct err *err);
int fs_make_folders(const char *path, struct err *err); // like mkdir -p, mode 0700
bool fs_is_folder(const char *path);
bool fs_is_file(const char *path);
char *fs_join(const char *folder, const char *name);
char *fs_real_path(const char *path, struct err *err); // absolute, links resolved; NULL on failure
// $XDG_CONFIG_HOME/hunch, $XDG_CACHE_HOME/hunch, $XDG_DATA_HOME/hunch, else below $HOME; NULL without either.
char *fs_config_folder(void);
char *fs_cache_folder(void);
char *fs_data_folder(void);

#endif
