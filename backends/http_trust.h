// http_trust.h - whom an https connection trusts, and how it shows who we are; private to http*.c.
//
// Ownership: embedded; http_trust_copy / http_trust_fini. Threads: the loop's.
// Errors:    files were looked at by http_check_trust (http.h); what has become of them since, curl says.
// Limits:    PEM files; a private key with a passphrase is refused, never asked for.
#ifndef HUNCH_BACKENDS_HTTP_TRUST_H
#define HUNCH_BACKENDS_HTTP_TRUST_H

#include "backends/http.h"

#include <curl/curl.h>

void http_trust_copy(struct http_trust *trust, const struct http_trust *from);
void http_trust_fini(struct http_trust *trust);
void http_trust_apply(const struct http_trust *trust, CURL *easy);

#endif
