// http_url.c - which addresses and keys http.h accepts, and how an address may be shown; see http.h.
//
// curl's own parser takes the address apart, so that what is checked is what
// is used.
#include "backends/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>

enum { URL_LIMIT = 2000, KEY_LIMIT = 4096 };

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

int http_check_url(const char *url, bool *loopback, struct err *err) {
    CURLU *parts = curl_url();
    const char *why = "is not a URL: give an address such as http://127.0.0.1:8012";
    *loopback = false;
    if (parts && strlen(url) <= URL_LIMIT &&
        curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
        why = refusal(parts, loopback);
    }
    curl_url_cleanup(parts);
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
