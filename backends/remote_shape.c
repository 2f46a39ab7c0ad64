// remote_shape.c - see remote_shape.h.
#include "backends/remote_shape.h"

#include <strings.h>

static bool is_stream(const struct provider *provider, const char *content_type) {
    if (provider->framing == PROVIDER_LINES) {
        return !content_type[0] || strcasestr(content_type, "json");
    }
    return !content_type[0] || strcasestr(content_type, "event-stream");
}

enum shape remote_shape_of(const struct provider *provider, bool probing, const struct http_head *head) {
    if (head->status < 200 || head->status > 299) {
        return SHAPE_ERROR;
    }
    bool stream = !probing && is_stream(provider, head->content_type);
    bool whole = probing || strcasestr(head->content_type, "json");
    return stream ? SHAPE_STREAM : whole ? SHAPE_WHOLE : SHAPE_UNKNOWN;
}
