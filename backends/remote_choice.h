// remote_choice.h - what the settings say of a server, checked and completed; private to remote*.c.
//
// Ownership: the strings are the options' or static. Threads: any; pure.
// Errors:    err names the setting and the way out.
// Limits:    none.
#ifndef HUNCH_BACKENDS_REMOTE_CHOICE_H
#define HUNCH_BACKENDS_REMOTE_CHOICE_H

#include "backends/provider.h"
#include "backends/remote.h"

struct remote_choice {
    const struct provider *provider;
    const char *url, *model, *key; // never NULL
    const char *template;          // the provider's, the named or the one for the model; NULL: none is known
    bool loopback;
};

int remote_choose(const struct remote_options *options, struct remote_choice *choice, struct err *err);

#endif
