// json.c - see json.h. struct json is cJSON under another name; only this file knows.
#include "base/json.h"

#include "base/json_fault.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

enum { ALIGNMENT = 16 };

// Where this thread's cJSON takes memory from; NULL: from the heap. Only while it parses, so that whatever it gives
// back meanwhile is of the same room.
static _Thread_local struct json_room *building;

static void *take(size_t size) {
    struct json_room *room = building;
    if (!room) {
        return malloc(size);
    }
    if (size > room->limit - room->used) {
        room->full = true;
        return NULL;
    }
    char *bytes = room->bytes + room->used;
    size_t next = (room->used + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    room->used = next < room->limit ? next : room->limit;
    return bytes;
}

static void give_back(void *memory) {
    if (!building) {
        free(memory);
    }
}

// cJSON knows one allocator for the whole process, so it must be set before any thread uses it.
__attribute__((constructor)) static void set_allocator(void) {
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = take, .free_fn = give_back});
}

static const cJSON *in(const struct json *json) {
    return (const cJSON *)json;
}
static cJSON *inside(struct json *json) {
    return (cJSON *)json;
}
static struct json *out_of(cJSON *json) {
    return (struct json *)json;
}

// The code unit of the escape \uXXXX at text[at]; -1 if there is none.
static long escaped_unit(const char *text, size_t length, size_t at) {
    if (at + 6 > length || text[at] != '\\' || text[at + 1] != 'u') {
        return -1;
    }
    long unit = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        if (!isxdigit((unsigned char)text[i])) {
            return -1;
        }
        unit = unit * 16 + (text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
    }
    return unit;
}

// Replaces, in place and at the same length, the escapes that cJSON cannot keep: \u0000, which would cut the
// string, by \u2400; half a surrogate pair (an editor may split one between two edits) by \ufffd.
static void replace_escapes(char *text, size_t length) {
    for (size_t i = 0; i + 1 < length; i++) {
        if (text[i] != '\\') {
            continue;
        }
        long unit = escaped_unit(text, length, i);
        long next = unit >= 0xD800 && unit < 0xDC00 ? escaped_unit(text, length, i + 6) : -1;
        if (next >= 0xDC00 && next < 0xE000) {
            i += 6;
        } else if (unit == 0) {
            memcpy(text + i + 2, (const char[4]){'2', '4', '0', '0'}, 4);
        } else if (unit >= 0xD800 && unit < 0xE000) {
            memcpy(text + i + 2, (const char[4]){'f', 'f', 'f', 'd'}, 4);
        }
        i++; // whatever is escaped is no backslash of its own
    }
}

static bool contains(struct slice text, const char *needle) {
    return memmem(text.data, text.length, needle, strlen(needle)) != NULL;
}

// A copy where raw NULs (cJSON would stop there) are spaces and escapes are ones that it can keep; NULL if
// none is needed.
static char *guarded_copy(struct slice text) {
    bool escaped = contains(text, "\\u0000") || contains(text, "\\ud") || contains(text, "\\uD");
    bool raw = memchr(text.data, '\0', text.length) != NULL;
    if (!escaped && !raw) {
        return NULL;
    }
    char *copy = mem_copy_bytes(text.data, text.length);
    if (escaped) {
        replace_escapes(copy, text.length);
    }
    for (size_t i = 0; raw && i < text.length; i++) {
        if (copy[i] == '\0') {
            copy[i] = ' ';
        }
    }
    return copy;
}

struct json *json_parse(struct slice text, struct err *err) {
    if (text.length == 0) {
        err_set(err, ERR_INVALID, "empty text is not JSON");
        return NULL;
    }
    char *copy = guarded_copy(text);
    const char *bytes = copy ? copy : text.data;
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(bytes, text.length, &end, 0);
    size_t position = end ? (size_t)(end - bytes) : 0;
    if (json && slice_trim(slice_sub(slice_of(bytes, text.length), position, text.length)).length) {
        cJSON_Delete(json);
        json = NULL;
    }
    if (!json) {
        size_t line = 1;
        for (size_t i = 0; i < position && i < text.length; i++) {
            line += text.data[i] == '\n';
        }
        err_set(err, ERR_INVALID, "JSON syntax error at byte %zu, line %zu", position, line);
    }
    free(copy);
    return out_of(json);
}

void json_room_init(struct json_room *room, size_t limit) {
    *room = (struct json_room){.limit = limit};
}

void json_room_free(struct json_room *room) {
    free(room->bytes);
    *room = (struct json_room){.limit = room->limit};
}

const struct json *json_parse_in(struct json_room *room, struct slice text, struct err *err) {
    room->bytes = room->bytes ? room->bytes : mem_alloc(room->limit);
    room->used = 0;
    room->full = false;
    building = room;
    const struct json *json = json_parse(text, err);
    building = NULL;
    if (room->full) {
        err_set(err, ERR_TOO_LARGE, "JSON that takes more than %zu bytes of memory", room->limit);
    }
    return json;
}

// Blanks comments outside strings, keeping newlines so that error positions stay true.
static void blank_comments(char *text, size_t length) {
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted) {
            i += text[i] == '\\';
            quoted = i < length && text[i] != '"';
        } else if (text[i] == '"') {
            quoted = true;
        } else if (text[i] == '/' && i + 1 < length && text[i + 1] == '/') {
            while (i < length && text[i] != '\n') {
                text[i++] = ' ';
            }
        } else if (text[i] == '/' && i + 1 < length && text[i + 1] == '*') {
            text[i++] = ' ';
            while (i < length && !(text[i] == '/' && text[i - 1] == '*')) {
                text[i - 1] = text[i - 1] == '\n' ? '\n' : ' ';
                i++;
            }
            text[i - 1] = ' ';
            if (i < length) {
                text[i] = ' ';
            }
        }
    }
}

struct json *json_parse_relaxed(struct slice text, struct err *err) {
    char *copy = mem_copy_bytes(text.data, text.length);
    blank_comments(copy, text.length);
    struct json *json = json_parse(slice_of(copy, text.length), err);
    struct json_fault fault = {0};
    if (!json && err) {
        fault = json_fault_find(text);
    }
    if (fault.words) {
        err_set(err, ERR_INVALID, "line %zu: %s", fault.line, fault.words);
    }
    free(copy);
    return json;
}

void json_free(struct json *json) {
    cJSON_Delete(inside(json));
}
struct json *json_copy(const struct json *json) {
    return out_of(cJSON_Duplicate(in(json), 1));
}

bool json_is_null(const struct json *json) {
    return !json || cJSON_IsNull(in(json));
}
bool json_is_object(const struct json *json) {
    return cJSON_IsObject(in(json));
}
bool json_is_array(const struct json *json) {
    return cJSON_IsArray(in(json));
}
bool json_is_string(const struct json *json) {
    return cJSON_IsString(in(json)) && in(json)->valuestring;
}
bool json_is_number(const struct json *json) {
    return cJSON_IsNumber(in(json));
}
bool json_is_bool(const struct json *json) {
    return cJSON_IsBool(in(json));
}

const struct json *json_get(const struct json *object, const char *key) {
    return json_is_object(object) ? (const struct json *)cJSON_GetObjectItemCaseSensitive(in(object), key)
                                  : NULL;
}

size_t json_count(const struct json *container) {
    return container ? (size_t)cJSON_GetArraySize(in(container)) : 0;
}

const struct json *json_first(const struct json *container) {
    return container ? (const struct json *)in(container)->child : NULL;
}

const struct json *json_next(const struct json *child) {
    return (const struct json *)in(child)->next;
}
const char *json_key(const struct json *child) {
    return in(child)->string ? in(child)->string : "";
}

const char *json_string(const struct json *json, const char *fallback) {
    return json_is_string(json) ? in(json)->valuestring : fallback;
}

double json_number(const struct json *json, double fallback) {
    return json_is_number(json) ? in(json)->valuedouble : fallback;
}

int64_t json_integer(const struct json *json, int64_t fallback) {
    double number = json_number(json, NAN);
    bool whole = number >= -9007199254740992.0 && number <= 9007199254740992.0 && number == floor(number);
    return whole ? (int64_t)number : fallback;
}

bool json_bool(const struct json *json, bool fallback) {
    return json_is_bool(json) ? (bool)cJSON_IsTrue(in(json)) : fallback;
}

const char *json_get_string(const struct json *object, const char *key, const char *fallback) {
    return json_string(json_get(object, key), fallback);
}
double json_get_number(const struct json *object, const char *key, double fallback) {
    return json_number(json_get(object, key), fallback);
}
int64_t json_get_integer(const struct json *object, const char *key, int64_t fallback) {
    return json_integer(json_get(object, key), fallback);
}
bool json_get_bool(const struct json *object, const char *key, bool fallback) {
    return json_bool(json_get(object, key), fallback);
}

struct json *json_object(void) {
    return out_of(cJSON_CreateObject());
}
struct json *json_array(void) {
    return out_of(cJSON_CreateArray());
}

struct json *json_new_string(struct slice text) {
    struct str valid;
    str_init(&valid);
    utf8_append_valid(&valid, text);
    struct json *json = out_of(cJSON_CreateString(valid.data));
    str_free(&valid);
    return json;
}

struct json *json_new_number(double number) {
    return out_of(cJSON_CreateNumber(number));
}
struct json *json_new_bool(bool value) {
    return out_of(cJSON_CreateBool(value));
}
struct json *json_new_null(void) {
    return out_of(cJSON_CreateNull());
}

struct json *json_set(struct json *object, const char *key, struct json *value) {
    cJSON_AddItemToObject(inside(object), key, inside(value));
    return value;
}

void json_set_string(struct json *object, const char *key, const char *text) {
    json_set(object, key, json_new_string(slice_of_string(text)));
}
void json_set_slice(struct json *object, const char *key, struct slice text) {
    json_set(object, key, json_new_string(text));
}
void json_set_number(struct json *object, const char *key, double number) {
    json_set(object, key, json_new_number(number));
}
void json_set_bool(struct json *object, const char *key, bool value) {
    json_set(object, key, json_new_bool(value));
}

struct json *json_push(struct json *array, struct json *value) {
    cJSON_AddItemToArray(inside(array), inside(value));
    return value;
}

void json_print(const struct json *json, struct str *out) {
    char *text = cJSON_PrintUnformatted(in(json));
    if (text) {
        str_append_string(out, text);
        cJSON_free(text);
    }
}

static void begin_line(size_t indent, struct str *out) {
    str_append_format(out, "\n%*s", (int)indent, "");
}

static void append_key(const cJSON *member, struct str *out) {
    struct json *key = json_new_string(slice_of_string(member->string));
    json_print(key, out);
    str_append_string(out, ": ");
    json_free(key);
}

static void print_pretty(const cJSON *json, size_t indent, struct str *out) {
    enum { WIDTH = 140, INDENT = 2 };
    size_t start = out->length;
    json_print((const struct json *)json, out);
    if (!json->child || indent + out->length - start <= WIDTH) {
        return;
    }
    str_truncate(out, start);
    str_append_char(out, cJSON_IsObject(json) ? '{' : '[');
    for (const cJSON *child = json->child; child; child = child->next) {
        begin_line(indent + INDENT, out);
        if (cJSON_IsObject(json)) {
            append_key(child, out);
        }
        print_pretty(child, indent + INDENT, out);
        str_append_string(out, child->next ? "," : "");
    }
    begin_line(indent, out);
    str_append_char(out, cJSON_IsObject(json) ? '}' : ']');
}

void json_print_pretty(const struct json *json, struct str *out) {
    print_pretty(in(json), 0, out);
}
