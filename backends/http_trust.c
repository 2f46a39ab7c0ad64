// http_trust.c - see http_trust.h.
//
// A file of authorities takes the place of the system's: who names one talks to
// one server, and nobody else's authority has a say in that. Our certificate is
// shown to the server alone, never to a proxy, and a proxy over TLS is judged by
// the system's authorities whatever is said of the server.
#include "backends/http_trust.h"

#include "base/config.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_given(const char *path) {
    return path && path[0];
}

static char *whole_path(const char *path) {
    return is_given(path) ? config_full_path(path) : NULL;
}

void http_trust_copy(struct http_trust *trust, const struct http_trust *from) {
    *trust = (struct http_trust){.ca_file = whole_path(from->ca_file),
                                 .certificate_file = whole_path(from->certificate_file),
                                 .certificate_key_file = whole_path(from->certificate_key_file),
                                 .insecure = from->insecure};
}

void http_trust_fini(struct http_trust *trust) {
    free((char *)(uintptr_t)trust->ca_file);
    free((char *)(uintptr_t)trust->certificate_file);
    free((char *)(uintptr_t)trust->certificate_key_file);
    *trust = (struct http_trust){0};
}

// Is the file there, and private if it holds a key?
static int check_file(const char *setting, const char *path, bool holds_key, struct err *err) {
    struct stat status;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %s %s: %s", setting, path,
                       strerror(errno));
    }
    bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    close(file);
    if (!regular) {
        return err_set(err, ERR_INVALID, "%s %s is not a regular file", setting, path);
    }
    if (holds_key && status.st_mode & 077) {
        return err_set(err, ERR_DENIED,
                       "%s %s holds a private key and can be read by others: run chmod 600 on it", setting,
                       path);
    }
    return 0;
}

static int check_setting(const struct http_trust *trust, const char *name, const char *path, bool holds_key,
                         struct err *err) {
    char setting[64];
    snprintf(setting, sizeof setting, "%s.%s", trust->group ? trust->group : "model", name);
    if (!is_given(path)) {
        return 0;
    }
    char *whole = whole_path(path);
    if (!whole) { // below the current folder, perhaps a workspace
        return err_set(err, ERR_INVALID, "%s is not a whole path: give the file's name from / or ~/ on",
                       setting);
    }
    int code = check_file(setting, whole, holds_key, err);
    free(whole);
    return code;
}

int http_check_trust(const struct http_trust *trust, struct err *err) {
    bool apart = is_given(trust->certificate_key_file);
    const char *group = trust->group ? trust->group : "model";
    if (apart && !is_given(trust->certificate_file)) {
        return err_set(err, ERR_INVALID,
                       "%s.certificateKeyFile is of no use without %s.certificateFile: name both", group,
                       group);
    }
    int code = check_setting(trust, "caFile", trust->ca_file, false, err);
    code = code ? code : check_setting(trust, "certificateFile", trust->certificate_file, !apart, err);
    return code ? code : check_setting(trust, "certificateKeyFile", trust->certificate_key_file, true, err);
}

void http_trust_apply(const struct http_trust *trust, CURL *easy) {
    // A bundle of certificates alone, no folder: only then does curl keep what it parsed for the next
    // connection, and parsing takes tens of milliseconds on the loop.
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    if (trust->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, trust->ca_file);
    }
    if (trust->certificate_file) {
        const char *key = trust->certificate_key_file ? trust->certificate_key_file : trust->certificate_file;
        curl_easy_setopt(easy, CURLOPT_SSLCERT, trust->certificate_file);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, key);
        curl_easy_setopt(easy, CURLOPT_KEYPASSWD, ""); // else OpenSSL asks on the terminal, and waits
    }
    if (trust->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}
