// json.h - the one door to cJSON: typed, checked reading and plain building.
//
// Guards the traps of cJSON 1.7: an escaped NUL, which would cut a string
// short, is read as U+2400, and half a surrogate pair, which would fail the
// whole text, as U+FFFD; integers beyond 2^53 are refused by json_integer
// instead of rounded; getters never crash on a missing or mistyped value, they
// give the fallback.
//
// Ownership: json_parse, json_object and json_array give an owned tree, freed
//            by json_free; json_set*/json_push take over the child.
//            Strings got from a tree are borrowed from it.
// Threads:   one owner at a time; a tree in a room belongs to the owner of the room.
// Errors:    json_parse fills err with the position; getters cannot fail.
// Limits:    nesting of 1,000; the caller caps the text's size.
#ifndef HUNCH_BASE_JSON_H
#define HUNCH_BASE_JSON_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct json;

struct json *json_parse(struct slice text, struct err *err); // NULL on failure
// As json_parse, with // and /* */ comments allowed (configuration files); err has the line to mend.
struct json *json_parse_relaxed(struct slice text, struct err *err);
// Where trees are built that are read at once and forgotten: no allocation each, and no more work than `limit`
// bytes of tree are, about 64 a value.
struct json_room {
    char *bytes; // from the first parse on
    size_t used, limit;
    bool full;
};
void json_room_init(struct json_room *room, size_t limit);
void json_room_free(struct json_room *room);
// As json_parse; the tree lives until the next one is built in the room, and is not for json_free. ERR_TOO_LARGE if
// it does not fit.
const struct json *json_parse_in(struct json_room *room, struct slice text, struct err *err);
void json_free(struct json *json);
struct json *json_copy(const struct json *json);

bool json_is_null(const struct json *json); // also true for a missing (NULL) value
bool json_is_object(const struct json *json);
bool json_is_array(const struct json *json);
bool json_is_string(const struct json *json);
bool json_is_number(const struct json *json);
bool json_is_bool(const struct json *json);

const struct json *json_get(const struct json *object, const char *key); // NULL if absent
size_t json_count(const struct json *container);
const struct json *json_first(const struct json *container); // for (c = json_first(x); c; c = json_next(c))
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *child); // "" outside an object

const char *json_string(const struct json *json, const char *fallback);
double json_number(const struct json *json, double fallback);
int64_t json_integer(const struct json *json, int64_t fallback); // fallback too if not whole or beyond 2^53
bool json_bool(const struct json *json, bool fallback);
// The same on a member of an object.
const char *json_get_string(const struct json *object, const char *key, const char *fallback);
double json_get_number(const struct json *object, const char *key, double fallback);
int64_t json_get_integer(const struct json *object, const char *key, int64_t fallback);
bool json_get_bool(const struct json *object, const char *key, bool fallback);

struct json *json_object(void);
struct json *json_array(void);
struct json *json_new_string(struct slice text); // bytes that are not UTF-8 become U+FFFD
struct json *json_new_number(double number);
struct json *json_new_bool(bool value);
struct json *json_new_null(void);
struct json *json_set(struct json *object, const char *key, struct json *value); // returns value
void json_set_string(struct json *object, const char *key, const char *text);
void json_set_slice(struct json *object, const char *key, struct slice text);
void json_set_number(struct json *object, const char *key, double number);
void json_set_bool(struct json *object, const char *key, bool value);
struct json *json_push(struct json *array, struct json *value); // returns value

void json_print(const struct json *json, struct str *out); // one line, appended
void json_print_pretty(const struct json *json,
                       struct str *out); // appended; what does not fit into a line is indented

#endif
