// config_rows.h - every key of the settings: its type, default and bounds, who may set it, and which value it takes.
//
// Private to config. A new key is one row (and one line in docs/configuration.md); a key that every server has is
// one line of a group's rows.
//
// Ownership: rows are constants; config_row_allows appends to the caller's str. Threads: any. Errors: none.
#ifndef HUNCH_BASE_CONFIG_ROWS_H
#define HUNCH_BASE_CONFIG_ROWS_H

#include "base/json.h"

enum config_type { CONFIG_BOOL, CONFIG_TEXT, CONFIG_COUNT, CONFIG_FRACTION, CONFIG_SWITCHES };

// What a person may see of a text that may hold a key put in a wrong place.
enum config_shown {
    CONFIG_SHOW_ALL,
    CONFIG_SHOW_VARIABLE,
    CONFIG_SHOW_PATH,
    CONFIG_SHOW_URL,
    CONFIG_SHOW_SET
};

#define CONFIG_NO_MEMBER ((size_t)-1)
enum { CONFIG_SWITCHES_MOST = 200 }; // names of one object

struct config_row {
    const char *key;
    size_t member;       // offset in struct config, or CONFIG_NO_MEMBER
    const char *text;    // default; of a text with choices, one of them; of switches an example
    const char *choices; // "a|b": the only values allowed, of switches the only names; NULL: any
    double number;       // default
    double least, most;  // bounds of a number
    enum config_type type;
    enum config_shown shown;
    bool sensitive; // the user's own file only
};

const struct config_row *config_rows(size_t *count);
const struct config_row *config_row_find(const char *key); // NULL: there is none
size_t config_row_index(const struct config_row *row);
// The key that is spelled most like this one; NULL: none is like it.
const char *config_row_nearest(const char *key);
// Is the value one that the row allows? `want` says which are.
bool config_row_allows(const struct config_row *row, const struct json *value, struct str *want);
bool config_row_has_choice(const struct config_row *row, const char *text); // of a row that has choices
struct json *config_row_default(const struct config_row *row);              // the caller's
// The value as a person may paste it into a report: a key in a wrong place does not come along. The caller's.
struct json *config_row_show(const struct config_row *row, const struct json *value);

#endif
