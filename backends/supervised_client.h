// supervised_client.h - one user of a guarded model server: finds the guardian, or starts one, and hears how the server is.
//
//     connects -> listens -(the guardian is gone)-> connects
//         `-(nobody is there)-> starts a guardian -> connects        -(it says that it failed, or cannot be had)-> FAILED
//
// To be connected is what keeps the server running.
//
// Ownership: supervised_client_new / supervised_client_close; the model is borrowed. News are borrowed for the call.
// Threads:   the loop's; starting a guardian costs it what child_start does.
// Errors:    FAILED with a message; supervised_client_again tries anew.
// Limits:    a guardian's line of 4 KB; about twenty seconds of trying.
#ifndef HUNCH_BACKENDS_SUPERVISED_CLIENT_H
#define HUNCH_BACKENDS_SUPERVISED_CLIENT_H

#include "backends/supervised_server.h"

#include <stdbool.h>

struct supervised_news {
    enum supervised_phase phase;
    const char *message;   // "", or what went wrong
    const char *url, *key; // "" unless READY
    int process;           // the server's, 0: not known
    uint32_t users;        // when this was said
};

struct supervised_client_options {
    const struct supervised_model *model;
    const char *hunch; // the program whose `model serve` guards; NULL: this one
    bool only_look;    // do not start one: FAILED, with an empty message, if nobody is there
    void (*on_news)(void *context, const struct supervised_news *news); // never inside supervised_client_new
    void *context;
};

struct supervised_client;

// NULL and err if there is no place to meet.
struct supervised_client *
supervised_client_new(uv_loop_t *loop, const struct supervised_client_options *options, struct err *err);
// After FAILED, or where what the guardian says is of no use: leaves it and looks for one anew.
void supervised_client_again(struct supervised_client *client);
// The loop must turn once more. Inside on_news is allowed.
void supervised_client_close(struct supervised_client *client);

#endif
