// http_download.h - one large file from the network into a folder, as a person asked for it: resumed, checked, then named.
//
//     PATH.part grows -> its checksum is right -> it becomes PATH
//
// A download that breaks off leaves PATH.part, and the next one goes on from
// there, if it can be checked at the end. Redirects are followed (large files lie
// elsewhere than where they are named), by the same rules as the first address:
// https, or http to this machine.
//
// Ownership: everything is borrowed for the call.
// Threads:   any, which it holds until the end; not for the loop's.
// Errors:    err names the address without its query, the cause and the way out.
// Limits:    five redirects; a minute without a byte ends it.
//
// Invariants (tests/unit/backends/http_download_test.c):
//   D1  PATH is never there but whole, and right if there is a checksum
//   D2  what has a wrong checksum is removed
//   D3  of two downloads to one PATH the second ends at once and touches nothing
#ifndef HUNCH_BACKENDS_HTTP_DOWNLOAD_H
#define HUNCH_BACKENDS_HTTP_DOWNLOAD_H

#include "base/err.h"
#include "base/sha256.h"

#include <stdbool.h>

struct http_download_options {
    const char *url;     // may have a query
    const char *path;    // where the file shall be; its folder is there
    const char *sha256;  // small hexadecimal digits; NULL: as the server says, if it does (X-Linked-ETag)
    const char *ca_file; // authorities in PEM form, instead of the system's; NULL: those
    // false: stop. total 0: not known. May be NULL.
    bool (*on_progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

struct http_download_result {
    uint64_t bytes;
    char sha256[SHA256_HEX + 1];
    bool checked; // it is what the options or the server said
};

// Is a file that is there already what it must be?
int http_download_check(const char *path, const char *sha256, struct err *err);
int http_download(const struct http_download_options *options, struct http_download_result *result,
                  struct err *err);

#endif
