// remote_ask.h - what a request becomes before a provider writes it down; private to remote*.c.
//
// Ownership: the ask borrows from the request, the traits and `rendered`. Threads: any; pure.
// Errors:    none. Limits: none.
#ifndef HUNCH_BACKENDS_REMOTE_ASK_H
#define HUNCH_BACKENDS_REMOTE_ASK_H

#include "backends/backend.h"
#include "backends/provider.h"

// The compiled prompt; without one, the two halves as the template (if any) lays them out, into `rendered`.
struct provider_ask remote_ask(const struct backend_request *request, const struct backend_traits *traits,
                               const char *model, struct str *rendered);

#endif
