// http_failure.c - see http_failure.h.
//
// curl has one code for all that can be wrong with a certificate, and one for
// any proxy that refuses; the ways out differ. So what OpenSSL found and what
// the proxy answered are asked for as well.
#include "backends/http_failure.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

// The first row that fits, the last fits all.
static const struct {
    CURLcode curl;
    struct http_failure failure;
} by_code[] = {
    {CURLE_COULDNT_CONNECT,
     {ERR_UNAVAILABLE, "cannot connect", "start the model server, or correct model.url", true}},
    {CURLE_COULDNT_RESOLVE_HOST,
     {ERR_UNAVAILABLE, "the host's name is not known", "check the network and model.url", true}},
    {CURLE_COULDNT_RESOLVE_PROXY,
     {ERR_UNAVAILABLE, "the proxy's name is not known", "check https_proxy in the environment", false}},
    {CURLE_OPERATION_TIMEDOUT,
     {ERR_TIMEOUT, "no connection in time", "check the network and model.url", false}},
    {CURLE_PEER_FAILED_VERIFICATION,
     {ERR_DENIED, "the server's certificate is not trusted",
      "if a certificate authority of your own has signed it, name that one's file in model.caFile", false}},
    {CURLE_SSL_CACERT_BADFILE,
     {ERR_INVALID, "the file of certificate authorities cannot be used",
      "model.caFile must hold certificates in PEM form", false}},
    {CURLE_SSL_CERTPROBLEM,
     {ERR_INVALID, "our own certificate cannot be used",
      "model.certificateFile and model.certificateKeyFile must be PEM, belong together and have no passphrase",
      false}},
    {CURLE_SSL_CLIENTCERT,
     {ERR_DENIED, "the server wants a certificate of ours", "name it in model.certificateFile", true}},
    {CURLE_SSL_CONNECT_ERROR, {ERR_UNAVAILABLE, "no TLS connection", "does this port speak https?", false}},
    {CURLE_GOT_NOTHING,
     {ERR_UNAVAILABLE, "the server closed the connection without an answer", "see the server's log", true}},
    {CURLE_PARTIAL_FILE,
     {ERR_UNAVAILABLE, "the server closed the connection in mid-answer", "see the server's log", true}},
    {CURLE_RECV_ERROR,
     {ERR_UNAVAILABLE, "the connection broke", "see the server's log; does it want https?", false}},
    {CURLE_SEND_ERROR, {ERR_UNAVAILABLE, "the connection broke", "see the server's log", false}},
    {CURLE_UNSUPPORTED_PROTOCOL,
     {ERR_INVALID, "what answers there does not speak HTTP", "correct model.url", true}},
    {CURLE_WEIRD_SERVER_REPLY,
     {ERR_INVALID, "what answers there does not speak HTTP", "correct model.url", true}},
    {CURLE_OK, {ERR_IO, "the request failed", "see the server's log", false}},
};

static const char other_name[] = "give in model.url the name that the certificate is for";

// Source: openssl/x509_vfy.h, X509_V_ERR_*. The last rows are of a certificate with another name, which curl
// finds out itself, before it asks OpenSSL for its verdict.
static const struct {
    long found;
    struct http_failure failure;
} by_certificate[] = {
    {9, {ERR_DENIED, "the server's certificate is not valid yet", "is this machine's clock right?", true}},
    {10,
     {ERR_DENIED, "the server's certificate has expired",
      "whoever runs the server must renew it; is this machine's clock right?", true}},
    {18,
     {ERR_DENIED, "the server's certificate is signed by itself alone",
      "if the server is yours, name its certificate's file in model.caFile", true}},
    {1, {ERR_DENIED, "the server's certificate is for another name", other_name, false}},
    {62, {ERR_DENIED, "the server's certificate is for another name", other_name, false}},
};

static bool is_set(const char *variable) {
    const char *value = getenv(variable);
    return value && value[0];
}

static bool proxy_is_set(void) {
    return is_set("https_proxy") || is_set("HTTPS_PROXY") || is_set("all_proxy") || is_set("ALL_PROXY");
}

static bool of_certificate(CURL *easy, struct http_failure *failure) {
    long found = 0;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &found);
    for (size_t i = 0; i < sizeof by_certificate / sizeof *by_certificate; i++) {
        if (by_certificate[i].found == found) {
            *failure = by_certificate[i].failure;
            return true;
        }
    }
    return false;
}

// What stands between us and the server said no.
static bool of_proxy(CURL *easy, CURLcode code, struct http_failure *failure) {
    static const struct http_failure refused = {ERR_DENIED, "the proxy wants a user name and a password",
                                                "put them into https_proxy: http://USER:PASSWORD@HOST:PORT",
                                                false};
    static const struct http_failure no_way = {
        ERR_UNAVAILABLE, "the proxy does not let us through to the server",
        "see the proxy's log, or name the server in no_proxy, if it can be reached directly", false};
    static const struct http_failure nobody = {
        ERR_UNAVAILABLE, "cannot connect",
        "check the proxy that https_proxy names, the network and model.url", false};
    long answer = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &answer);
    bool said_no = answer >= 300;
    *failure = answer == 407 || answer == 401 ? refused : said_no ? no_way : nobody;
    return said_no || code == CURLE_COULDNT_CONNECT;
}

struct http_failure http_failure_of(CURL *easy, CURLcode code, const char *curl_text, bool direct) {
    struct http_failure failure;
    if (strstr(curl_text, "alert certificate required")) { // in TLS 1.3 it comes with the first bytes we read
        code = CURLE_SSL_CLIENTCERT;
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION && of_certificate(easy, &failure)) {
        return failure;
    }
    if (!direct && proxy_is_set() && of_proxy(easy, code, &failure)) {
        return failure;
    }
    size_t i = 0;
    while (by_code[i].curl != code && by_code[i].curl != CURLE_OK) {
        i++;
    }
    return by_code[i].failure;
}

const char *http_failure_detail(CURLcode code, const char *curl_text) {
    bool may_hold_password = strchr(curl_text, '@') != NULL;
    return curl_text[0] && !may_hold_password ? curl_text : curl_easy_strerror(code);
}

const char *http_failure_cause(CURL *easy, CURLcode code, const char *curl_text,
                               const struct http_failure *failure) {
    long number = 0;
    if (!failure->is_plain) {
        return http_failure_detail(code, curl_text);
    }
    if (code == CURLE_COULDNT_CONNECT) {
        curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    }
    return number > 0 ? strerror((int)number) : "";
}
