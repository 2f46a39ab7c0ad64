// provider.h - what differs between the servers that models stand behind: paths, a request's body, a reader of answers.
//
// remote.c lives a call's life and asks this table what to send and what came.
// A provider holds no state, opens no socket and reads no setting, so all of it
// can be tested as bytes.
//
// Ownership: static tables. What read_event and read_facts point to belongs to the JSON they were given.
// Threads:   any; pure.
// Errors:    a reader never fails: a field that is absent or of the wrong type counts as not said.
// Limits:    PROVIDER_STOPS stop strings are sent where strict servers refuse more; answer.c applies all.
#ifndef HUNCH_BACKENDS_PROVIDER_H
#define HUNCH_BACKENDS_PROVIDER_H

#include "base/json.h"

enum { PROVIDER_STOPS = 4 };

struct provider_ask {
    const char *model;   // "" if nobody named one
    struct slice prompt; // laid out by the template
    const char *const *stops;
    size_t stop_count;
    uint32_t max_tokens;
};

// What a server says of itself.
struct provider_facts {
    const char *model;       // "" if it does not say
    uint32_t context_tokens; // 0 if it does not say
};

enum provider_end { PROVIDER_GOES_ON, PROVIDER_STOPPED, PROVIDER_CUT /* by max_tokens */ };

// What one message of an answer says; all zero says nothing.
struct provider_event {
    const char *text;         // never NULL
    const struct json *error; // NULL, or what the server says went wrong
    enum provider_end end;
    bool last; // the server sends nothing after it, not even counts
    uint32_t prompt_tokens, cached_tokens;
};

struct provider {
    const char *name;       // "model.provider"
    const char *speaks;     // "an OpenAI-compatible server": what model.url must be
    const char *home;       // its usual address, where the user names none; "": there is none
    const char *version;    // a last part of model.url that is no part of the server's root: "/v1"
    const char *path;       // below the root
    const char *facts_path; // a GET of it shows that the server is there, and what it is
    void (*write_body)(const struct provider_ask *ask, struct json *body);
    void (*read_event)(const struct json *json, struct provider_event *event);
    void (*read_facts)(const struct json *json, struct provider_facts *facts); // NULL: nothing of use is said
    // What to ask once the server is known to be there, so that its model is in memory before somebody waits for
    // it. NULL: nothing.
    void (*write_warm_up)(const char *model, struct json *body);
};

const struct provider *provider_by_name(const char *name); // NULL: not known
size_t provider_count(void);
const struct provider *provider_at(size_t index);

// The address of a path at a server whose base address may end in slashes, in the version, or in that very path.
void provider_url(const struct provider *provider, const char *base, const char *path, struct str *out);

#endif
