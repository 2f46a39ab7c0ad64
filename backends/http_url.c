// http_url.c - which addresses and keys http.h accepts, and how an address may be shown; see http.h.
//
// curl's own parser takes the address apart, so that what is checked is what
// is used. curl knows no addresses of Unix sockets: those are taken apart here.
#include "backends/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { URL_LIMIT = 2000, KEY_LIMIT = 4096 };

bool http_split_socket(const char *url, struct str *socket, struct str *rest) {
    static const char scheme[] = "unix:";
    static const char end[] = ".sock";
    const char *path = url + sizeof scheme - 1;
    if (strncmp(url, scheme, sizeof scheme - 1) != 0 || path[0] != '/') {
        return false;
    }
    for (const char *at = strstr(path, end); at; at = strstr(at + 1, end)) {
        const char *behind = at + sizeof end - 1;
        if (*behind == '/' || *behind == '\0') {
            str_append(socket, path, (size_t)(behind - path));
            str_append_string(rest, behind);
            return true;
        }
    }
    return false;
}

void http_show_url(const char *url, struct str *out) {
    const char *authority = strstr(url, "//");
    size_t length = strcspn(url, "?#");
    size_t start = authority && (size_t)(authority - url) < length ? (size_t)(authority - url) + 2 : 0;
    const char *at = strrchr(url + start, '@');
    if (at && at > url + length) {
        length = start; // a password that holds ? or #
        at = NULL;
    }
    str_append(out, url, start);
    if (at) {
        str_append_string(out, "...@");
        start = (size_t)(at - url) + 1;
    }
    for (size_t i = start; i < length && i < URL_LIMIT; i++) {
        str_append_char(out, url[i] > ' ' && url[i] < 0x7F ? url[i] : '?');
    }
}

int http_check_key(const char *key, struct err *err) {
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++) {
        if (key[i] <= ' ' || key[i] >= 0x7F || length > KEY_LIMIT) {
            return err_set(err, ERR_INVALID,
                           "the model's key is not one line of printable ASCII of at most %d characters: "
                           "check model.keyEnvironment, model.keyFile or model.keyCommand",
                           (int)KEY_LIMIT);
        }
    }
    return 0;
}

static bool is_loopback(const char *host) {
    unsigned char v4[4];
    unsigned char v6[16];
    static const unsigned char one[16] = {[15] = 1};
    char bare[64] = "";
    size_t length = strlen(host);
    if (length > 2 && length < sizeof bare && host[0] == '[') {
        memcpy(bare, host + 1, length - 2);
    }
    return strcasecmp(host, "localhost") == 0 || (inet_pton(AF_INET, host, v4) == 1 && v4[0] == 127) ||
           (inet_pton(AF_INET6, bare, v6) == 1 && memcmp(v6, one, sizeof v6) == 0);
}

// Why a URL's parts are refused; NULL if they are not.
static const char *refusal(CURLU *parts, bool *loopback) {
    char *scheme = NULL;
    char *host = NULL;
    char *other = NULL;
    const char *why = NULL;
    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
    curl_url_get(parts, CURLUPART_HOST, &host, 0);
    *loopback = host && is_loopback(host);
    if (curl_url_get(parts, CURLUPART_USER, &other, 0) == CURLUE_OK ||
        curl_url_get(parts, CURLUPART_PASSWORD, &other, 0) == CURLUE_OK) {
        why = "holds a user name or password: put the key in model.keyEnvironment or model.keyFile";
    } else if (curl_url_get(parts, CURLUPART_QUERY, &other, 0) == CURLUE_OK ||
               curl_url_get(parts, CURLUPART_FRAGMENT, &other, 0) == CURLUE_OK) {
        why = "has a part after ? or #: give the server's base address only, a key belongs in model.keyFile";
    } else if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
        why = "is neither http nor https: give an address such as http://127.0.0.1:8012";
    } else if (strcmp(scheme, "http") == 0 && !*loopback) {
        why = "would send your code unencrypted over the network: use https, "
              "or a server on this machine (http://127.0.0.1, http://[::1] or http://localhost)";
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(other);
    return why;
}

static const char *url_refusal(const char *url, bool *loopback) {
    CURLU *parts = curl_url();
    const char *why = "is not a URL: give an address such as http://127.0.0.1:8012";
    if (parts && strlen(url) <= URL_LIMIT &&
        curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
        why = refusal(parts, loopback);
    }
    curl_url_cleanup(parts);
    return why;
}

// The socket's path goes to the system, the rest into a request's line.
static const char *socket_refusal(const char *url) {
    struct str socket, rest;
    str_init(&socket);
    str_init(&rest);
    const char *why =
        !http_split_socket(url, &socket, &rest)
            ? "is not the address of a socket: give its whole path as in unix:/home/me/llama.sock; the "
              "name must end in .sock"
        : socket.length >= sizeof((struct sockaddr_un *)0)->sun_path
            ? "is too long for a socket: choose a shorter path"
        : rest.data[strcspn(rest.data, "?# \t\r\n")]
            ? "has more than a path after it: give the socket's path only"
            : NULL;
    str_free(&socket);
    str_free(&rest);
    return why;
}

int http_check_url(const char *url, bool *loopback, struct err *err) {
    bool is_socket = strncmp(url, "unix:", 5) == 0;
    *loopback = is_socket;
    const char *why = is_socket ? socket_refusal(url) : url_refusal(url, loopback);
    if (!why) {
        return 0;
    }
    struct str shown;
    str_init(&shown);
    http_show_url(url, &shown);
    err_set(err, ERR_DENIED, "model.url %s %s", shown.length ? shown.data : "(empty)", why);
    str_free(&shown);
    return ERR_DENIED;
}
