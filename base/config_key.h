// config_key.h - what people may see of the settings that say where a server's key is.
//
// Private to config; the key itself is read by config_read_key (config.h).
// Ownership: strings are borrowed. Threads: any. Errors: none.
#ifndef HUNCH_BASE_CONFIG_KEY_H
#define HUNCH_BASE_CONFIG_KEY_H

#include <stdbool.h>

// The variable's name as people may see it.
const char *config_key_showable(const char *name);
bool config_is_full_path(const char *path); // from / or ~/ on

#endif
