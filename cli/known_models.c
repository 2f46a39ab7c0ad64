// known_models.c - see known_models.h.
//
// Few, on purpose: those that llama.cpp itself names for this use, which Hunch
// knows the template of. Base models at 8 bits, since quantisation below that
// costs small models more than it gains. Addresses, sizes and licences are as
// published in the repositories named.
#include "cli/known_models.h"

#include <string.h>
#include <unistd.h>

#define GGML_ORG(size, file)                                                                                 \
    "https://huggingface.co/ggml-org/Qwen2.5-Coder-" size "-Q8_0-GGUF/resolve/main/" file

static const struct known_model models[] = {
    {"qwen2.5-coder-0.5b-q8_0", GGML_ORG("0.5B", "qwen2.5-coder-0.5b-q8_0.gguf"), 531, "Apache-2.0",
     "for a few processor cores"},
    {"qwen2.5-coder-1.5b-q8_0", GGML_ORG("1.5B", "qwen2.5-coder-1.5b-q8_0.gguf"), 1650, "Apache-2.0",
     "for many cores, or any graphics card"},
    {"qwen2.5-coder-3b-q8_0", GGML_ORG("3B", "qwen2.5-coder-3b-q8_0.gguf"), 3290,
     "Qwen Research (not for commercial use)", "for a graphics card"},
    {"qwen2.5-coder-7b-q8_0", GGML_ORG("7B", "qwen2.5-coder-7b-q8_0.gguf"), 8100, "Apache-2.0",
     "for a graphics card of 12 GB or more"},
};
enum { MODELS = sizeof models / sizeof *models, BESIDE_MB = 300 };

const struct known_model *known_models(size_t *count) {
    *count = MODELS;
    return models;
}

const struct known_model *known_model_find(const char *name) {
    for (size_t i = 0; i < MODELS; i++) {
        if (strcmp(models[i].name, name) == 0) {
            return &models[i];
        }
    }
    return NULL;
}

uint32_t known_model_memory(const struct known_model *model) {
    return 2 * model->megabytes + BESIDE_MB;
}

uint32_t machine_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint32_t)((uint64_t)pages * (uint64_t)size / 1000000) : 0;
}

bool known_model_fits(const struct known_model *model) {
    return known_model_memory(model) <= machine_memory() / 4 * 3;
}
