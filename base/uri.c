// uri.c - see uri.h. Source of the rules: RFC 3986 (unreserved characters,
// dot segments), RFC 8089 (file:/x, file:///x and
// file://localhost/x name the same file).
#include "base/uri.h"

#include "base/str.h"

#include <stdlib.h>
#include <strings.h>

enum { PATH_LIMIT = 4096 };

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Where the path begins in a file URI of this machine; NULL if it is none.
static const char *path_part(const char *uri) {
    if (strncasecmp(uri, "file:", 5) != 0) {
        return NULL;
    }
    const char *rest = uri + 5;
    if (rest[0] == '/' && rest[1] == '/') {
        rest += 2;
        if (strncasecmp(rest, "localhost/", 10) == 0) {
            rest += 9;
        }
    }
    return rest[0] == '/' ? rest : NULL;
}

// Takes "/." and "/x/.." out, in place: one file has one name, and none is above the root. A name that a link
// gives a folder is not looked at, as editors do not either.
static void remove_dots(char *path) {
    char *out = path;
    for (const char *from = path; *from;) {
        size_t length = 1 + strcspn(from + 1, "/"); // the slash and the name behind it
        bool dot = length == 2 && from[1] == '.';
        bool dots = length == 3 && from[1] == '.' && from[2] == '.';
        if (dots) {
            while (out > path && *--out != '/') {
            }
        }
        if (!dot && !dots) {
            memmove(out, from, length);
            out += length;
        }
        from += length;
        if ((dot || dots) && !*from) {
            *out++ = '/'; // a folder stays one
        }
    }
    *out = '\0';
}

char *uri_to_path(const char *uri) {
    const char *from = path_part(uri);
    if (!from) {
        return NULL;
    }
    struct str path;
    str_init(&path);
    for (; *from; from++) {
        char c = *from;
        if (c == '%') {
            int high = hex_value(from[1]);
            int low = high < 0 ? -1 : hex_value(from[2]);
            c = (char)(low < 0 ? 0 : high << 4 | low);
            from += 2;
        }
        if (c == '\0' || path.length == PATH_LIMIT) {
            str_free(&path);
            return NULL;
        }
        str_append_char(&path, c);
    }
    char *whole = str_detach(&path);
    remove_dots(whole);
    return whole;
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~/", c));
}

char *uri_from_path(const char *path) {
    struct str uri;
    str_init(&uri);
    str_append_string(&uri, "file://");
    for (; *path; path++) {
        if (is_plain(*path)) {
            str_append_char(&uri, *path);
        } else {
            str_append_format(&uri, "%%%02X", (unsigned)(unsigned char)*path);
        }
    }
    return str_detach(&uri);
}

const char *uri_path_below(const char *path, const char *root) {
    size_t length = strlen(root);
    while (length && root[length - 1] == '/') {
        length--;
    }
    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
        return NULL;
    }
    path += length;
    while (*path == '/') {
        path++;
    }
    return path;
}
