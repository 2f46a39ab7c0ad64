// http_download.c - see http_download.h.
//
// Each redirect is a request of its own, so that its address is judged before
// it is asked. The body of the last one goes to the file; those of redirects and
// errors go nowhere.
//
// Where the file has begun, its rest is asked for. A server may send the whole
// instead (200): then it is begun anew. It may have no rest (416): then the file
// is whole, or wrong, and the checksum tells. Where nobody says a checksum, a
// rest cannot be trusted, and the whole is asked for.
#include "backends/http_download.h"

#include "backends/http.h"
#include "backends/http_failure.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { REDIRECTS = 5, CONNECT_S = 30, SILENT_S = 60 };

struct download {
    const struct http_download_options *options;
    CURL *easy;
    char *url;                     // that is asked now
    struct str part;               // the unfinished file's path
    struct str shown;              // the address that was given, for people
    int file;                      // the part
    uint64_t begun;                // bytes of it that were there
    uint64_t written;              // and since
    char expected[SHA256_HEX + 1]; // "": nobody said
    bool body_begun, distrusted;   // distrusted: it was a rest that cannot be checked
    bool is_local;                 // the address asked now is of this machine
    struct err err;                // what went wrong while curl called us
    char curl_text[CURL_ERROR_SIZE];
};

// --- below: the checksum ---

static bool is_checksum(const char *text) {
    return strspn(text, "0123456789abcdef") == SHA256_HEX && text[SHA256_HEX] == '\0';
}

// "X-Linked-ETag: \"<64 digits>\"" of whichever answer names it first: the first host knows what it stands for.
static void take_named_checksum(struct download *self) {
    struct curl_header *header;
    char digits[SHA256_HEX + 3] = "";
    if (self->expected[0] ||
        curl_easy_header(self->easy, "X-Linked-ETag", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return;
    }
    snprintf(digits, sizeof digits, "%s", header->value + (header->value[0] == '"'));
    digits[strcspn(digits, "\"")] = '\0';
    if (is_checksum(digits)) {
        memcpy(self->expected, digits, sizeof self->expected);
    }
}

// Of what we hold, whatever has its name by now.
static int sum_up(const struct download *self, struct http_download_result *result, struct err *err) {
    struct sha256 sha;
    sha256_init(&sha);
    if (!sha256_add_file(&sha, self->file)) {
        return err_set(err, ERR_IO, "cannot read %s: %s", self->part.data, strerror(errno));
    }
    result->bytes = sha.length;
    sha256_finish(&sha, result->sha256);
    return 0;
}

// --- below: the file ---

// Another download may hold the file, or may just have given it its name: then what we hold is what is in use.
static bool is_ours(const struct download *self, const struct stat *opened) {
    struct stat named;
    return flock(self->file, LOCK_EX | LOCK_NB) == 0 && lstat(self->part.data, &named) == 0 &&
           named.st_dev == opened->st_dev && named.st_ino == opened->st_ino;
}

static int open_part(struct download *self, struct err *err) {
    struct stat status;
    self->file = open(self->part.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (self->file < 0 || fstat(self->file, &status) != 0) {
        return err_set(err, ERR_IO, "cannot write %s: %s", self->part.data, strerror(errno));
    }
    bool regular = S_ISREG(status.st_mode);
    if (regular && is_ours(self, &status)) {
        self->begun = (uint64_t)status.st_size;
        return 0;
    }
    close(self->file);
    self->file = -1;
    return regular ? err_set(err, ERR_BUSY, "%s is being downloaded already: wait for that one, or stop it",
                             self->options->path)
                   : err_set(err, ERR_INVALID, "%s is not a regular file: move it away", self->part.data);
}

static int begin_anew(struct download *self) {
    self->begun = 0;
    if (ftruncate(self->file, 0) != 0) {
        return err_set(&self->err, ERR_IO, "cannot write %s: %s", self->part.data, strerror(errno));
    }
    return 0;
}

static int check_room(struct download *self) {
    struct statvfs disk;
    curl_off_t coming = 0;
    curl_easy_getinfo(self->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &coming);
    if (coming <= 0 || fstatvfs(self->file, &disk) != 0) {
        return 0;
    }
    uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    return (uint64_t)coming <= room
               ? 0
               : err_set(&self->err, ERR_TOO_LARGE, "%s needs %.1f GB more, and there are %.1f GB free",
                         self->options->path, (double)coming / 1e9, (double)room / 1e9);
}

static int begin_body(struct download *self, long status) {
    self->body_begun = true;
    take_named_checksum(self);
    if (status == 206 && !self->expected[0]) {
        self->distrusted = true;
        return ERR_CANCELLED;
    }
    int code = status == 200 ? begin_anew(self) : 0;
    code = code ? code : check_room(self);
    if (code == 0 && lseek(self->file, 0, SEEK_END) < 0) {
        code = err_set(&self->err, ERR_IO, "cannot write %s: %s", self->part.data, strerror(errno));
    }
    return code;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    struct download *self = context;
    size_t length = size * count;
    long status = 0;
    curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 && status != 206) {
        return length;
    }
    if (!self->body_begun && begin_body(self, status) != 0) {
        return CURL_WRITEFUNC_ERROR;
    }
    for (size_t at = 0; at < length;) {
        ssize_t put = write(self->file, bytes + at, length - at);
        if (put < 0 && errno != EINTR) {
            err_set(&self->err, ERR_IO, "cannot write %s: %s", self->part.data, strerror(errno));
            return CURL_WRITEFUNC_ERROR;
        }
        at += put > 0 ? (size_t)put : 0;
    }
    self->written += length;
    return length;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up) {
    struct download *self = context;
    const struct http_download_options *options = self->options;
    (void)up_total;
    (void)up;
    if (!self->body_begun || !options->on_progress) {
        return 0;
    }
    uint64_t whole = total > 0 ? self->begun + (uint64_t)total : 0;
    return options->on_progress(options->context, self->begun + (uint64_t)now, whole) ? 0 : 1;
}

// --- below: one request ---

// A server elsewhere may not make us ask one of this machine: it would be a way past a firewall.
static int check_address(struct download *self, bool is_first, struct err *err) {
    bool loopback = false;
    struct err cause;
    char *base = mem_copy_bytes(self->url, strcspn(self->url, "?"));
    int code = http_check_url(base, &loopback, &cause);
    free(base);
    bool comes_inside = loopback && !is_first && !self->is_local;
    self->is_local = loopback;
    return code || comes_inside ? err_set(err, ERR_DENIED,
                                          "%s leads to an address that is not allowed: only https, or from "
                                          "this machine to itself http",
                                          self->shown.data)
                                : 0;
}

static void set_rules(struct download *self) {
    CURL *easy = self->easy;
    char range[32];
    bool local = strncasecmp(self->url, "https:", 6) != 0;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, self->url);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, self->curl_text);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, local ? "http" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "hunch/" HUNCH_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SILENT_S);
    if (self->begun) { // not as "resume": then curl would call an answer with the whole an error
        snprintf(range, sizeof range, "%" PRIu64 "-", self->begun);
        curl_easy_setopt(easy, CURLOPT_RANGE, range); // copied
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, self);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, self);
    if (self->options->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, self->options->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    if (local) {
        curl_easy_setopt(easy, CURLOPT_PROXY, ""); // else the environment's
    }
}

static int fail_by_curl(const struct download *self, CURLcode code, struct err *err) {
    if (self->err.code) {
        *err = self->err;
        return err->code;
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        return err_set(err, ERR_CANCELLED, "%s: stopped; the same command goes on from here",
                       self->shown.data);
    }
    bool untrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    struct http_failure failure = http_failure_of(self->easy, code, self->curl_text, self->is_local);
    const char *cause = http_failure_cause(self->easy, code, self->curl_text, &failure);
    return err_set(err, untrusted ? ERR_DENIED : ERR_UNAVAILABLE, "%s: %s%s%s%s; %s", self->shown.data,
                   failure.what, cause[0] ? " (" : "", cause, cause[0] ? ")" : "",
                   untrusted ? "--ca-file takes the certificate of an authority of your own"
                             : "the same command goes on where this one stopped");
}

// The status; -1 and err if there was none.
static long ask(struct download *self, struct err *err) {
    long status = -1;
    self->curl_text[0] = '\0';
    set_rules(self);
    CURLcode code = curl_easy_perform(self->easy);
    curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &status);
    take_named_checksum(self);
    if (status == 206 && !self->expected[0]) {
        self->distrusted = true; // an empty rest, too
    }
    if (code != CURLE_OK && !self->distrusted) {
        fail_by_curl(self, code, err);
        return -1;
    }
    return status;
}

static int follow(struct download *self, struct err *err) {
    char *target = NULL;
    curl_easy_getinfo(self->easy, CURLINFO_REDIRECT_URL, &target);
    if (!target) {
        return err_set(err, ERR_INVALID, "%s: a redirect without an address", self->shown.data);
    }
    free(self->url);
    self->url = mem_copy_string(target);
    return check_address(self, false, err);
}

static int fail_by_status(const struct download *self, long status, struct err *err) {
    const char *why = status == 401 || status == 403 ? "may not be had without an account there"
                      : status == 404                ? "is not there"
                                                     : "was not given";
    return err_set(err, status == 404 ? ERR_NOT_FOUND : ERR_DENIED, "%s %s (HTTP %ld)", self->shown.data, why,
                   status);
}

// --- below: the whole ---

static int fetch(struct download *self, struct err *err) {
    for (int hops = 0; hops <= REDIRECTS; hops++) {
        bool for_all = self->begun == 0;
        long status = ask(self, err);
        bool whole = status == 416 && self->begun && self->expected[0];
        bool anew =
            self->distrusted || (status == 416 && self->begun) || (status == 200 && !self->body_begun);
        if (status < 0 || whole) {
            return status < 0 ? err->code : 0;
        }
        if (self->distrusted && for_all) {
            return err_set(err, ERR_INVALID,
                           "%s gives parts where the whole was asked for: say what it must be with --sha256",
                           self->shown.data);
        }
        if (anew && begin_anew(self) != 0) {
            *err = self->err;
            return err->code;
        }
        if (status >= 300 && status <= 399 && follow(self, err) != 0) {
            return err->code;
        }
        if ((status == 200 || status == 206) && !self->distrusted) {
            return 0;
        }
        if (!anew && (status < 300 || status > 399)) {
            return fail_by_status(self, status, err);
        }
        self->distrusted = self->body_begun = false;
    }
    return err_set(err, ERR_INVALID, "%s: too many redirects", self->shown.data);
}

static int check_and_name(struct download *self, struct http_download_result *result, struct err *err) {
    int code = sum_up(self, result, err);
    if (code) {
        return code;
    }
    result->checked = self->expected[0] != '\0';
    if (!result->checked && result->bytes == 0) {
        return err_set(err, ERR_CORRUPT, "%s gave an empty file: is it the right address?", self->shown.data);
    }
    if (result->checked && strcmp(self->expected, result->sha256) != 0) {
        unlink(self->part.data);
        return err_set(err, ERR_CORRUPT,
                       "what came from %s has the checksum %s instead of %s: it is removed; try again",
                       self->shown.data, result->sha256, self->expected);
    }
    if (rename(self->part.data, self->options->path) != 0) {
        return err_set(err, ERR_IO, "cannot rename %s: %s", self->part.data, strerror(errno));
    }
    return 0;
}

static int check_wanted(const char *sha256, struct err *err) {
    return is_checksum(sha256)
               ? 0
               : err_set(err, ERR_INVALID,
                         "the checksum must be 64 hexadecimal digits, the letters among them small");
}

int http_download_check(const char *path, const char *sha256, struct err *err) {
    char is[SHA256_HEX + 1];
    struct sha256 sha;
    if (check_wanted(sha256, err) != 0) {
        return err->code;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    sha256_init(&sha);
    bool read_all = file >= 0 && sha256_add_file(&sha, file);
    int error = errno;
    if (file >= 0) {
        close(file);
    }
    if (!read_all) {
        return err_set(err, ERR_IO, "cannot read %s: %s", path, strerror(error));
    }
    sha256_finish(&sha, is);
    return strcmp(is, sha256) == 0
               ? 0
               : err_set(
                     err, ERR_CORRUPT,
                     "%s has the checksum %s instead of %s: move it away, and the same command fetches it anew",
                     path, is, sha256);
}

static int download(struct download *self, struct http_download_result *result, struct err *err) {
    const char *wanted = self->options->sha256;
    if (wanted && check_wanted(wanted, err) != 0) {
        return err->code;
    }
    snprintf(self->expected, sizeof self->expected, "%s", wanted ? wanted : "");
    int code = check_address(self, true, err);
    code = code ? code : open_part(self, err);
    code = code ? code : fetch(self, err);
    if (code == 0 && fsync(self->file) != 0) {
        code = err_set(err, ERR_IO, "cannot write %s: %s", self->part.data, strerror(errno));
    }
    return code ? code : check_and_name(self, result, err);
}

int http_download(const struct http_download_options *options, struct http_download_result *result,
                  struct err *err) {
    struct download self = {.options = options, .file = -1};
    http_prepare();
    *result = (struct http_download_result){0};
    self.easy = curl_easy_init();
    self.url = mem_copy_string(options->url);
    str_init(&self.part);
    str_init(&self.shown);
    str_append_format(&self.part, "%s.part", options->path);
    http_show_url(options->url, &self.shown);
    int code = self.easy ? download(&self, result, err) : err_set(err, ERR_IO, "curl cannot be used");
    if (code && self.file >= 0 && self.begun + self.written == 0) {
        unlink(self.part.data);
    }
    if (self.file >= 0) {
        close(self.file);
    }
    curl_easy_cleanup(self.easy);
    free(self.url);
    str_free(&self.part);
    str_free(&self.shown);
    return code;
}
