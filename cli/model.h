// model.h - what the parts of `hunch model` share.
//
// Ownership: as said. Threads: main. Errors: as said. Limits: none.
#ifndef HUNCH_CLI_MODEL_H
#define HUNCH_CLI_MODEL_H

#include "backends/supervised_client.h"
#include "base/config.h"

// How a model's server is just now. Waits for a guardian's first words; starts nothing.
struct model_server {
    bool is_there;
    enum supervised_phase phase;
    char message[512];
    int process; // 0: not known
    uint32_t users;
};
void model_look(const struct supervised_model *model, struct model_server *out);
// The names of the files in the folder of models, without ".gguf", as a JSON array of {name, bytes}. The caller's.
struct json *model_files(void);

#endif
