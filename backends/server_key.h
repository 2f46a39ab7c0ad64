// server_key.h - the key of one server: given, or printed by the user's command when it is first wanted.
//
// Ownership: embedded; server_key_init / server_key_fini, which overwrites it. Strings are copied.
// Threads:   the loop's.
// Errors:    on_key gets them; a later wish asks the command again.
// Limits:    a process that holds a key leaves no core dump; else those of key_command.h; a key must fit in one header line.
#ifndef HUNCH_BACKENDS_SERVER_KEY_H
#define HUNCH_BACKENDS_SERVER_KEY_H

#include "backends/key_command.h"

#include <stdbool.h>

struct server_key {
    uv_loop_t *loop;
    char *text; // "" while it is not known; once it has expired, for hiding it alone
    bool expired;
    char *command; // "": there is none
    struct key_command *run;
    void (*on_key)(void *context, const struct err *err); // what was wished for is there, or err says why not
    void *context;
};

// A given text makes the command needless. NULL is "" for both.
void server_key_init(struct server_key *key, uv_loop_t *loop, const char *text, const char *command,
                     void (*on_key)(void *context, const struct err *err), void *context);
void server_key_fini(struct server_key *key);
// Must one wait for on_key before the text can be used? Starts the command if so.
bool server_key_wish(struct server_key *key);
// The server does not take it any more: the command may know a newer one. A given key stays.
// What is still on its way with it may bring it back, so it is kept for hiding it.
void server_key_expired(struct server_key *key);

#endif
