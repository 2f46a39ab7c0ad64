// supervise.h - the model file of the settings as a backend that Hunch keeps running.
//
// Ownership: the backend is the caller's (backend_close); events are borrowed until then.
// Threads:   the loop's. Errors: err names the setting and the way out. Limits: none.
#ifndef HUNCH_CLI_SUPERVISE_H
#define HUNCH_CLI_SUPERVISE_H

#include "backends/supervised.h"
#include "base/config.h"

// What becomes of a model's server, for people.
struct model_events {
    // loading: what is done, NULL once the model can be asked or failed. trouble: what went wrong, NULL: nothing.
    void (*on_model)(void *context, const char *loading, const char *trouble); // may be NULL
    void *context;
};

// Do these settings name a model that Hunch keeps running itself?
bool supervise_wanted(const struct config_server *server);
struct backend *supervise(uv_loop_t *loop, const struct config *config, const struct config_server *server,
                          const struct model_events *events, struct err *err);
// The program, file and arguments of the settings, checked; supervised_model_fini releases.
int supervise_model(const struct config_server *server, struct supervised_model *model, struct err *err);

#endif
