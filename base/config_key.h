// config_key.h - reads a server's key from where the settings say it is, and never shows it.
//
// Ownership: the key is appended to the caller's str. Threads: any.
// Errors:    err names setting, variable or file, never the key, not even one that was put in a wrong place.
// Limits:    a key of 4 KB.
#ifndef HUNCH_BASE_CONFIG_KEY_H
#define HUNCH_BASE_CONFIG_KEY_H

#include "base/err.h"
#include "base/str.h"

// The settings' names and what they say; "": nothing.
struct config_key {
    const char *environment_setting, *environment;
    const char *file_setting, *file;
};

int config_key_read(struct config_key key, struct str *out, struct err *err);
// The variable's name as people may see it.
const char *config_key_showable(const char *name);
bool config_is_full_path(const char *path); // from / or ~/ on

#endif
