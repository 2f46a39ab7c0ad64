// known_models.h - models that fill in the middle and can be had as one GGUF file, and what this machine has room for.
//
// Ownership: static tables; names are borrowed. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_CLI_KNOWN_MODELS_H
#define HUNCH_CLI_KNOWN_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known_model {
    const char *name; // the file's, without ".gguf"
    const char *url;
    uint32_t megabytes; // of the file
    const char *licence;
    const char *remark;
};

const struct known_model *known_models(size_t *count);        // small ones first
const struct known_model *known_model_find(const char *name); // NULL: it is not one
// What it takes while it runs on a processor, in megabytes: weights are held twice, once as the file has them and
// once laid out for the processor.
uint32_t known_model_memory(const struct known_model *model);
uint32_t machine_memory(void);                          // megabytes; 0: not known
bool known_model_fits(const struct known_model *model); // with room for an editor beside it

#endif
