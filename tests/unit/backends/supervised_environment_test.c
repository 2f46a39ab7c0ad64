// supervised_environment_test.c - which variables pass, and that no secret does.
#include "tests/unit/unit.h"

#include "backends/supervised_environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool holds(const char **all, const char *variable) {
    for (; *all; all++) {
        if (strcmp(*all, variable) == 0) {
            return true;
        }
    }
    return false;
}

// E1
static void names_decide(void **state) {
    static const struct {
        const char *variable;
        bool passes;
    } rows[] = {
        {"PATH=/bin", true},
        {"PATHS=/bin", false},
        {"LD_LIBRARY_PATH=/opt/lib", true},
        {"CUDA_VISIBLE_DEVICES=1", true},
        {"HIP_VISIBLE_DEVICES=", true},
        {"GGML_VK_VISIBLE_DEVICES=0", true},
        {"HSA_OVERRIDE_GFX_VERSION=10.3.0", true},
        {"ROCR_VISIBLE_DEVICES=0", true},
        {"MESA_VK_DEVICE_SELECT=10de:2504", true},
        {"DRI_PRIME=1", true},
        {"__NV_PRIME_RENDER_OFFLOAD=1", true}, // what `prime-run` sets
        {"__VK_LAYER_NV_optimus=NVIDIA_only", true},
        {"__GIT_TOKEN=1", false},
        {"LLAMA_ARG_N_GPU_LAYERS=99", true},
        {"LC_ALL=C.UTF-8", true},
        {"XDG_CACHE_HOME=/tmp/a key", true}, // what it says does not matter
        {"LLAMA_API_KEY=sk-mine", false},
        {"NVIDIA_API_KEY=nvapi-1", false},
        {"AWS_SECRET_ACCESS_KEY=1", false},
        {"OPENAI_API_KEY=sk-1", false},
        {"HF_TOKEN=hf_1", false},
        {"XDG_SESSION_PASSWORD=1", false},
        {"SSH_AUTH_SOCK=/run/agent", false},
        {"http_proxy=http://me:secret@proxy", false},
        {"EDITOR=vi", false},
    };
    extern char **environ;
    char *own[sizeof rows / sizeof *rows + 1] = {NULL};
    char **before = environ;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        own[i] = (char *)(uintptr_t)rows[i].variable;
    }
    environ = own;
    const char **all = supervised_environment("LLAMA_API_KEY=ours");
    environ = before;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (holds(all, rows[i].variable) != rows[i].passes) {
            fail_msg("%s", rows[i].variable);
        }
    }
    assert_true(holds(all, "LLAMA_API_KEY=ours"));
    free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_decide)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
