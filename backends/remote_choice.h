// remote_choice.h - what the settings and a server itself say of it, checked and completed; private to remote*.c.
//
// Ownership: a choice's strings are the options' or static. Threads: any; pure.
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

// Messages and hints name the settings of "model"; those of another server are called after its own group.
void remote_name_settings(const char *group, const char *text, struct str *out);
// The same in place.
void remote_name_settings_of(const char *group, struct err *err);

int remote_choose(const struct remote_options *options, struct remote_choice *choice, struct err *err);

// For what a server says of its model; the name may be anything, and people read it. The caller's to free.
char *remote_shown_name(const char *name);
const char *remote_template_of_tokens(const struct provider *provider, const struct json *json); // or NULL

#endif
