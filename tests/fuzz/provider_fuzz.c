// provider_fuzz.c - whatever a server answers, every provider's readers and the words of a failure take it.
//
// The first byte chooses the provider, the second the status.
#include "backends/failure.h"
#include "backends/provider.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void read_all(const struct provider *provider, const struct json *json) {
    struct provider_event event = {.text = ""};
    struct provider_facts facts = {.model = ""};
    struct str tokens;
    str_init(&tokens);
    provider->read_event(json, &event);
    if (provider->read_facts) {
        provider->read_facts("", json, &facts);
    }
    if (provider->read_tokens) {
        provider->read_tokens(json, &tokens);
    }
    if (!event.text || !facts.model) {
        abort();
    }
    str_free(&tokens);
}

static void check(const struct failure *failure) {
    if (!failure->err.code || !failure->hint || !failure->hint[0] || strchr(failure->err.message, '\n') ||
        strstr(failure->err.message, "sk-key")) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length < 2) {
        return 0;
    }
    struct slice body = slice_of((const char *)bytes + 2, length - 2);
    struct http_head head = {.status = 300 + 2L * bytes[1], .content_type = ""};
    struct json *json = json_parse(body, NULL);
    struct failure failure;
    failure_of_answer("http://h", "sk-key", &head, body, &failure);
    check(&failure);
    failure_of_event("http://h", "sk-key", json, &failure);
    check(&failure);
    if (json_is_object(json)) {
        read_all(provider_at(bytes[0] % provider_count()), json);
    }
    json_free(json);
    return 0;
}
