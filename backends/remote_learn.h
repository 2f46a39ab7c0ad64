// remote_learn.h - what a server says of itself: its model, from that the template, and its context; private to remote*.c.
//
// Ownership: none of its own. Threads: the loop's.
// Errors:    a server that cannot tell leaves what the settings say. Limits: none.
#ifndef HUNCH_BACKENDS_REMOTE_LEARN_H
#define HUNCH_BACKENDS_REMOTE_LEARN_H

#include "backends/remote_call.h"

// Asks the server what it is, unless that is known: once at the beginning, and with each call until it has said so.
void remote_learn(struct remote *self);
// Asks in any case; on_done tells whether the server is there.
void remote_inquire(struct remote *self, const struct backend_callbacks *callbacks);
// How long prompt and answer may be: less than is wished where the server has less room, or its template's prompts do.
void remote_fit_context(struct remote *self);
// The answers.
void remote_take_facts(struct remote *self, const struct json *json);
void remote_take_tokens(struct remote *self, const struct json *json);
void remote_take_count(struct remote *self, const struct json *json, size_t sample);
// What it says of a prompt of these units: how many tokens it was, or that it was too long.
void remote_take_counts(struct remote *self, const struct token_units *units, uint32_t tokens);
void remote_take_refusal(struct remote *self, const struct token_units *units, const struct failure *failure);

#endif
