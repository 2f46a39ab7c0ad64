// supervised_environment.c - see supervised_environment.h.
//
// Sources: the READMEs of llama.cpp and its backends (docs/build.md, docs/backend/*.md), the manuals of CUDA, ROCm,
// Vulkan's loader, Mesa and OpenMP for what each reads; NVIDIA's README of its Linux
// driver, "PRIME Render Offload".
#include "backends/supervised_environment.h"

#include "base/vec.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// A name, or with a "_" at its end the beginning of names.
static const char *const passing[] = {
    // any program
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_", "TZ", "TMPDIR", "XDG_", "LD_", "DYLD_",
    "NIX_", "LOCALE_ARCHIVE",
    // llama.cpp itself, and its threads
    "GGML_", "LLAMA_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "BLIS_",
    // graphics cards
    "CUDA_", "NVIDIA_", "HIP_", "HIPBLASLT_", "HSA_", "ROCM_", "ROCR_", "ROCBLAS_", "AMD_", "GPU_", "VK_",
    "MESA_", "RADV_", "AMDVLK_", "NVK_", "ANV_", "DRI_", "LIBVA_", "SYCL_", "ONEAPI_", "ZE_", "ZES_", "UR_",
    "INTEL_", "OCL_", "OPENCL_", "POCL_", "RUSTICL_", "MUSA_", "MTHREADS_", "ASCEND_", "MTL_", "METAL_",
    // which of a laptop's two, as prime-run and switcherooctl set it
    "__NV_", "__VK_", "NODEVICE_SELECT",
    // a build that checks itself
    "ASAN_", "LSAN_", "UBSAN_", "TSAN_"};

// NVIDIA_API_KEY is a cloud's.
static const char *const secrets[] = {"KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL", "AUTH"};

static bool names(const char *variable, const char *name) {
    size_t length = strlen(name);
    return strncmp(variable, name, length) == 0 && (name[length - 1] == '_' || variable[length] == '=');
}

static bool speaks_of_secret(const char *variable) {
    size_t length = strcspn(variable, "=");
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        const char *found = strcasestr(variable, secrets[i]);
        if (found && found < variable + length) {
            return true;
        }
    }
    return false;
}

static bool passes(const char *variable) {
    bool named = false;
    for (size_t i = 0; i < sizeof passing / sizeof *passing && !named; i++) {
        named = names(variable, passing[i]);
    }
    return named && !speaks_of_secret(variable);
}

const char **supervised_environment(const char *more) {
    VEC(const char *) all = {0};
    for (char **own = environ; own && *own; own++) {
        if (passes(*own)) {
            vec_push(&all, *own);
        }
    }
    if (more) {
        vec_push(&all, more);
    }
    vec_push(&all, NULL);
    return all.items;
}
