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

// What may be left out of a request, as some models and servers refuse it.
enum provider_field {
    PROVIDER_TEMPERATURE = 1,
    PROVIDER_STOP = 2, // answer.c applies all stops anyway
    PROVIDER_USAGE = 4,
    PROVIDER_MAX_TOKENS = 8 // not left out, but called max_completion_tokens
};

struct provider_ask {
    const char *model; // "" if nobody named one
    const char *path;  // of the open file
    const char *language;
    struct slice prompt; // laid out by the template
    struct slice suffix; // its second half, where the template has halves; else data is NULL
    const char *const *stops;
    size_t stop_count;
    bool ahead; // the prompt is to be read, and nothing to be said
    uint32_t max_tokens;
    uint32_t context_tokens; // how long prompt and answer may be together
    unsigned without;        // of enum provider_field
};

// What a server says of itself.
struct provider_facts {
    const char *model;       // "" if it does not say
    uint32_t context_tokens; // 0 if it does not say
    bool takes_halves;       // it can put its model's tokens around a prefix and a suffix
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

enum provider_framing { PROVIDER_EVENTS /* server-sent events */, PROVIDER_LINES /* one JSON a line */ };

struct provider {
    const char *name; // "model.provider"
    const char *hint; // where something else answers: "is model.url an OpenAI-compatible server?"
    const char *home; // its usual address, where the user names none; "": there is none
    const char *
        model; // what is asked for where the user names no model; "": the server knows; NULL: one must be named
    const char *version;     // besides "/v1": an end of model.url that is no part of the server's root
    const char *path;        // below the root; {model} is the model's name
    const char *halves_path; // for a prefix and a suffix apart; NULL: the same path
    // How long both are at most, unless the settings say else; 0: no less than any prompt.
    uint32_t halves_tokens;
    const char *query;      // behind a "?"; NULL: none
    const char *key_header; // NULL: Authorization: Bearer
    const char *header;     // one more; NULL: none
    const char *template;   // the only one it can use; NULL: the model's
    const char *facts_path; // what is asked there shows that the server is there, and what it is
    bool facts_by_model;    // with the model's name, if there is one, as its query
    enum provider_framing framing;
    bool replies; // in the manner of a chat: reply.h finds the text
    void (*write_body)(const struct provider_ask *ask, struct json *body);
    void (*read_event)(const struct json *json, struct provider_event *event);
    void (*write_facts)(const char *model, struct json *body); // NULL: a GET
    // model: which is meant, where it speaks of several; may be "".
    void (*read_facts)(const char *model, const struct json *json,
                       struct provider_facts *facts); // NULL: nothing of use is said
    // Asks how a text is cut into tokens; appends each as a line of its own. tokens_path NULL: it cannot be asked.
    const char *tokens_path;
    void (*write_tokens)(const char *model, struct slice text, struct json *body);
    void (*read_tokens)(const struct json *json,
                        struct str *tokens); // NULL: it tells only how many there are
    uint32_t (*count_tokens)(const struct json *json);
    bool reads_ahead; // as backend_traits has it
    bool counts_part; // of a prompt: what it has not kept from the one before
    // What to ask once the server is known to be there, so that its model is in memory before somebody waits for
    // it; the ask has no prompt. NULL: nothing.
    void (*write_warm_up)(const struct provider_ask *ask, struct json *body);
    // What to ask at halves_path to find out whether the model can do that. NULL: nothing.
    void (*write_halves_trial)(const struct provider_ask *ask, struct json *body);
};

const struct provider *provider_by_name(const char *name); // NULL: not known
size_t provider_count(void);
const struct provider *provider_at(size_t index);

// The address of a path at a server whose base address may end in slashes, in the version, or be the whole address
// of the provider's path already.
void provider_url(const struct provider *provider, const char *base, const char *path, const char *model,
                  struct str *out);
// The model's name as a query of the facts' path; nothing where it has none.
void provider_facts_query(const struct provider *provider, const char *model, struct str *out);

#endif
