// remote_shape.h - how an answer of a server is to be read, by its head; private to remote*.c.
//
// Ownership: none. Threads: any; pure. Errors, limits: none.
#ifndef HUNCH_BACKENDS_REMOTE_SHAPE_H
#define HUNCH_BACKENDS_REMOTE_SHAPE_H

#include "backends/http.h"
#include "backends/provider.h"

enum shape { SHAPE_UNKNOWN, SHAPE_STREAM, SHAPE_WHOLE /* one JSON object */, SHAPE_ERROR };

// probing: what the server says of itself was asked for, no completion.
enum shape remote_shape_of(const struct provider *provider, bool probing, const struct http_head *head);

#endif
