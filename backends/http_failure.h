// http_failure.h - what curl's codes mean to a person; private to http*.c.
//
// Ownership: static strings. Threads: any. Errors: none, every code has words.
// Limits:    why a certificate is not trusted is known of OpenSSL alone; of others curl's own words tell.
#ifndef HUNCH_BACKENDS_HTTP_FAILURE_H
#define HUNCH_BACKENDS_HTTP_FAILURE_H

#include <curl/curl.h>
#include <stdbool.h>

struct http_failure {
    int code; // an err_code
    const char *what, *hint;
    bool is_plain; // curl's words would say it once more
};

// Of a transfer that ended with this code and these words of curl's; direct: no proxy was asked.
struct http_failure http_failure_of(CURL *easy, CURLcode code, const char *curl_text, bool direct);
// What curl adds in its own words, "" if that might hold a proxy's password: of an address that it cannot read
// it shows all.
const char *http_failure_detail(CURLcode code, const char *curl_text);
// What there is to add to the failure's own words: of a connection the system's reason, else curl's. May be "".
const char *http_failure_cause(CURL *easy, CURLcode code, const char *curl_text,
                               const struct http_failure *failure);

#endif
