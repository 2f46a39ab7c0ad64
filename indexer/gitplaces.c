// gitplaces.c - see gitplaces.h.
//
// The reader of git's configuration knows sections, quotes, escapes, comments
// and continued lines, and looks for two keys: core.excludesFile, of which the
// last one counts, and include.path, which is read at its place.
#include "indexer/gitplaces.h"

#include "base/fs.h"
#include "base/mem.h"

#include <stdlib.h>
#include <strings.h>

enum { CONFIG_LIMIT = 1024 * 1024, POINTER_LIMIT = 4096, INCLUDE_DEPTH = 10, NAME_LIMIT = 64 };

// A path as git's files have it: relative ones counted from the folder.
static char *resolve(const char *folder, struct slice named) {
    char *copy = mem_copy_bytes(named.data, named.length);
    char *path = copy[0] == '/' ? mem_copy_string(copy) : fs_join(folder, copy);
    free(copy);
    return path;
}

// Follows a file that names another folder behind `head`; the folder itself otherwise.
static char *follow(char *folder, const char *base, const char *pointer, struct slice head) {
    struct str text;
    str_init(&text);
    if (fs_read(pointer, POINTER_LIMIT, &text, NULL) == 0 && slice_starts_with(str_slice(&text), head)) {
        char *named = resolve(base, slice_trim(slice_sub(str_slice(&text), head.length, text.length)));
        free(folder);
        folder = named;
    }
    str_free(&text);
    return folder;
}

char *gitplaces_exclude(const char *top) {
    char *git = fs_join(top, ".git");
    char *pointer = mem_copy_string(git);
    git = follow(git, top, pointer, SLICE_LITERAL("gitdir:"));
    free(pointer);
    pointer = fs_join(git, "commondir");
    char *base = mem_copy_string(git);
    git = follow(git, base, pointer, slice_of("", 0));
    free(base);
    free(pointer);
    char *path = fs_join(git, "info/exclude");
    free(git);
    return path;
}

// --- the configuration ---

struct reader {
    struct slice text;
    size_t at;
    const char *folder; // of the file that is read; NULL: no includes
    int depth;
    char section[NAME_LIMIT]; // lower case; "" for one with a subsection
    char **found;
};

static int peek(const struct reader *self) {
    return self->at < self->text.length ? (unsigned char)self->text.data[self->at] : -1;
}

static void skip_line(struct reader *self) {
    while (peek(self) >= 0 && peek(self) != '\n') {
        self->at++;
    }
}

static void skip_blanks(struct reader *self) {
    while (peek(self) == ' ' || peek(self) == '\t' || peek(self) == '\r') {
        self->at++;
    }
}

static bool is_name_byte(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// Lower case; what is longer than any name that is looked for is cut.
static void read_name(struct reader *self, char name[NAME_LIMIT]) {
    size_t length = 0;
    for (; is_name_byte(peek(self)); self->at++) {
        int c = peek(self);
        if (length + 1 < NAME_LIMIT) {
            name[length++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
    }
    name[length] = '\0';
}

// At '['. A quoted subsection may hold any byte.
static void read_section(struct reader *self) {
    self->at++;
    read_name(self, self->section);
    bool quoted = false;
    for (; peek(self) >= 0 && peek(self) != '\n' && (quoted || peek(self) != ']'); self->at++) {
        self->section[0] = '\0';
        if (peek(self) == '"') {
            quoted = !quoted;
        } else if (peek(self) == '\\') {
            self->at++;
        }
    }
    self->at += peek(self) == ']' ? 1 : 0;
}

// Behind a backslash; false ends the value (git calls it an error).
static bool read_escape(struct reader *self, struct str *value) {
    static const char names[] = "ntb\\\"", bytes[] = "\n\t\b\\\"";
    if (peek(self) == '\r') {
        self->at++;
    }
    int c = peek(self);
    const char *known = c > 0 ? strchr(names, c) : NULL;
    if (c == '\n') {
        self->at++;
        return true;
    }
    if (known) {
        str_append_char(value, bytes[known - names]);
        self->at++;
    }
    return known != NULL;
}

// Behind '='. Blanks at the end count only inside quotes.
static void read_value(struct reader *self, struct str *value) {
    skip_blanks(self);
    bool quoted = false;
    size_t keep = 0;
    for (int c = peek(self); c >= 0 && c != '\n'; c = peek(self)) {
        if (!quoted && (c == '#' || c == ';')) {
            break;
        }
        self->at++;
        if (c == '\\') {
            if (!read_escape(self, value)) {
                break;
            }
            keep = value->length;
        } else if (c == '"') {
            quoted = !quoted;
            keep = value->length;
        } else {
            str_append_char(value, (char)c);
            keep = quoted || (c != ' ' && c != '\t' && c != '\r') ? value->length : keep;
        }
    }
    str_truncate(value, keep);
    skip_line(self);
}

// `~/` is the home folder; `~name/` is not known here. NULL: it leads nowhere.
static char *expand(const char *folder, struct slice named) {
    if (!named.length || memchr(named.data, '\0', named.length)) {
        return NULL;
    }
    if (named.data[0] != '~') {
        return folder || named.data[0] == '/' ? resolve(folder, named) : NULL;
    }
    const char *home = getenv("HOME");
    bool is_ours = home && home[0] == '/' && named.length > 1 && named.data[1] == '/';
    return is_ours ? resolve(home, slice_sub(named, 2, named.length)) : NULL;
}

static void read_config(struct reader *self);

static void read_file(const char *path, int depth, char **found) {
    struct str text;
    str_init(&text);
    if (depth <= INCLUDE_DEPTH && fs_read(path, CONFIG_LIMIT, &text, NULL) == 0) {
        char *folder = mem_copy_string(path);
        char *slash = strrchr(folder, '/');
        slash[slash == folder ? 1 : 0] = '\0';
        struct reader reader = {.text = str_slice(&text), .folder = folder, .depth = depth, .found = found};
        read_config(&reader);
        free(folder);
    }
    str_free(&text);
}

static void take(struct reader *self, const char *key, struct slice value) {
    if (strcmp(self->section, "core") == 0 && strcmp(key, "excludesfile") == 0) {
        free(*self->found);
        *self->found = mem_copy_bytes(value.data, value.length);
    } else if (strcmp(self->section, "include") == 0 && strcmp(key, "path") == 0 && self->folder) {
        char *path = expand(self->folder, value);
        if (path) {
            read_file(path, self->depth + 1, self->found);
        }
        free(path);
    }
}

static void read_key(struct reader *self) {
    char key[NAME_LIMIT];
    read_name(self, key);
    skip_blanks(self);
    if (!key[0] || peek(self) != '=') {
        skip_line(self);
        return;
    }
    self->at++;
    struct str value;
    str_init(&value);
    read_value(self, &value);
    take(self, key, str_slice(&value));
    str_free(&value);
}

static void read_config(struct reader *self) {
    if (slice_starts_with(self->text, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        self->at = 3;
    }
    for (int c = peek(self); c >= 0; c = peek(self)) {
        if (c == '\n' || c == ' ' || c == '\t' || c == '\r') {
            self->at++;
        } else if (c == '#' || c == ';') {
            skip_line(self);
        } else if (c == '[') {
            read_section(self);
        } else {
            read_key(self);
        }
    }
}

char *gitplaces_value(struct slice text, const char *folder) {
    char *found = NULL;
    struct reader reader = {.text = text, .folder = folder, .found = &found};
    read_config(&reader);
    return found;
}

// $XDG_CONFIG_HOME/git/NAME, or where that lies without the variable. Heap; NULL without a home.
static char *config_place(const char *name) {
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    struct str path;
    str_init(&path);
    if (base && base[0] == '/') {
        str_append_format(&path, "%s/git/%s", base, name);
    } else if (home && home[0] == '/') {
        str_append_format(&path, "%s/.config/git/%s", home, name);
    } else {
        return NULL;
    }
    return str_detach(&path);
}

char *gitplaces_global(const char *top) {
    const char *home = getenv("HOME");
    char *files[] = {config_place("config"), home && home[0] == '/' ? fs_join(home, ".gitconfig") : NULL};
    char *value = NULL;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i]) {
            read_file(files[i], 0, &value);
        }
        free(files[i]);
    }
    char *path = value ? expand(top, slice_of_string(value)) : config_place("ignore");
    free(value);
    return path;
}
