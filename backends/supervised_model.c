// supervised_model.c - see supervised_model.h.
#include "backends/supervised_model.h"

#include "base/config.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GUARDIAN_END ".guardian.sock" // the longest
enum {
    SOCKET_PATH = sizeof((struct sockaddr_un *)0)->sun_path,
    NAME_LENGTH = sizeof "/0123456789abcdef" GUARDIAN_END - 1,
};

// --- below: the program ---

static bool is_program(const char *path) {
    return fs_is_file(path) && access(path, X_OK) == 0;
}

// A folder of PATH that is not whole may be a workspace's.
static char *find_on_path(const char *name) {
    const char *at = getenv("PATH");
    for (size_t length; at && *at; at += length + (at[length] == ':')) {
        length = strcspn(at, ":");
        char *folder = mem_copy_bytes(at, length);
        char *path = fs_join(folder, name);
        free(folder);
        if (at[0] == '/' && is_program(path)) {
            return path;
        }
        free(path);
    }
    return NULL;
}

char *supervised_find_program(const char *program, struct err *err) {
    const char *name = program[0] ? program : "llama-server";
    bool is_name = strchr(name, '/') == NULL;
    char *path = is_name ? find_on_path(name) : config_full_path(name);
    if (!path && is_name) {
        err_set(err, ERR_NOT_FOUND,
                "there is no %.100s on your PATH: install llama.cpp, or name the program in model.program",
                name);
    } else if (!path) {
        err_set(err, ERR_INVALID, "model.program %.200s must be a whole path, from / or ~/ on", name);
    } else if (!is_program(path)) {
        err_set(err, ERR_NOT_FOUND, "model.program %.300s is not a program that can be run", path);
        free(path);
        path = NULL;
    }
    return path;
}

// --- below: the model's file ---

char *supervised_models_folder(void) {
    char *data = fs_data_folder();
    char *folder = data ? fs_join(data, "models") : NULL;
    free(data);
    return folder;
}

char *supervised_name_of(const char *file) {
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    size_t length = strlen(name);
    size_t end = length > 5 && strcmp(name + length - 5, ".gguf") == 0 ? length - 5 : length;
    return mem_copy_bytes(name, end);
}

static char *in_models_folder(const char *name) {
    char *folder = supervised_models_folder();
    char *bare = supervised_name_of(name);
    struct str path;
    str_init(&path);
    if (folder) {
        str_append_format(&path, "%s/%s.gguf", folder, bare);
    }
    free(folder);
    free(bare);
    return str_detach(&path);
}

static char *find_file(const char *file, struct err *err) {
    bool is_name = strchr(file, '/') == NULL;
    char *path = is_name ? in_models_folder(file) : config_full_path(file);
    if (!path) {
        err_set(err, ERR_INVALID, "model.file %.200s must be a whole path, from / or ~/ on, or a name", file);
    } else if (!fs_is_file(path)) {
        err_set(err, ERR_NOT_FOUND,
                "model.file: there is no %.300s; give the path of a GGUF file, or see `hunch model setup`",
                path);
        free(path);
        path = NULL;
    }
    return path;
}

static int check_arguments(const char *arguments, struct err *err) {
    size_t words = 0;
    for (const char *at = arguments + strspn(arguments, SUPERVISED_BLANKS); *at; words++) {
        at += strcspn(at, SUPERVISED_BLANKS);
        at += strspn(at, SUPERVISED_BLANKS);
    }
    return words <= SUPERVISED_WORDS
               ? 0
               : err_set(err, ERR_TOO_LARGE, "model.arguments has %zu words, and %d are allowed: remove some",
                         words, SUPERVISED_WORDS);
}

int supervised_model_init(struct supervised_model *model, const char *program, const char *file,
                          const char *arguments, uint32_t context_tokens, struct err *err) {
    *model =
        (struct supervised_model){.context_tokens = context_tokens ? context_tokens : SUPERVISED_CONTEXT};
    model->arguments = mem_copy_string(arguments ? arguments : "");
    model->file = check_arguments(model->arguments, err) ? NULL : find_file(file, err);
    model->program = model->file ? supervised_find_program(program ? program : "", err) : NULL;
    if (model->program) {
        return 0;
    }
    supervised_model_fini(model);
    return ERR_NOT_FOUND;
}

void supervised_model_fini(struct supervised_model *model) {
    free(model->program);
    free(model->file);
    free(model->arguments);
    *model = (struct supervised_model){0};
}

// --- below: where it all meets ---

static char *usual_folder(void) {
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && runtime[0] == '/' && fs_is_folder(runtime)) {
        return fs_join(runtime, "hunch");
    }
    char *cache = fs_cache_folder();
    char *folder = cache ? fs_join(cache, "run") : NULL;
    free(cache);
    return folder;
}

// A short one where the usual is too long for a socket's address; make_private looks whose it is.
static char *choose_folder(void) {
    char *folder = usual_folder();
    if (folder && strlen(folder) + NAME_LENGTH >= SOCKET_PATH) {
        struct str path;
        str_init(&path);
        str_append_format(&path, "/tmp/hunch-%u", (unsigned)geteuid());
        free(folder);
        folder = str_detach(&path);
    }
    return folder;
}

// What lies in it decides who gets the key and the code.
static int make_private(const char *folder, struct err *err) {
    struct stat status;
    int code = fs_make_folders(folder, err);
    if (code) {
        return code;
    }
    if (lstat(folder, &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid()) {
        return err_set(err, ERR_DENIED,
                       "%s is not a folder of yours: move it away, or set XDG_RUNTIME_DIR to a short path",
                       folder);
    }
    if ((status.st_mode & 077) && chmod(folder, 0700) != 0) {
        return err_set(err, ERR_DENIED, "%s can be entered by others: run chmod 700 on it", folder);
    }
    return 0;
}

static uint64_t identity_of(const struct supervised_model *model) {
    struct str all;
    str_init(&all);
    str_append_format(&all, "%d\n%s\n%s\n%s\n%" PRIu32, SUPERVISED_PROTOCOL, model->program, model->file,
                      model->arguments, model->context_tokens);
    uint64_t hash = hash_bytes(all.data, all.length);
    str_free(&all);
    return hash;
}

static char *name_in(const char *folder, uint64_t identity, const char *end) {
    struct str path;
    str_init(&path);
    str_append_format(&path, "%s/%016" PRIx64 "%s", folder, identity, end);
    return str_detach(&path);
}

int supervised_place_init(struct supervised_place *place, const struct supervised_model *model,
                          struct err *err) {
    *place = (struct supervised_place){.folder = choose_folder()};
    if (!place->folder) {
        return err_set(err, ERR_NOT_FOUND,
                       "no folder for the model server's socket: set XDG_RUNTIME_DIR or HOME");
    }
    int code = make_private(place->folder, err);
    uint64_t identity = identity_of(model);
    place->lock = name_in(place->folder, identity, ".lock");
    place->guardian = name_in(place->folder, identity, GUARDIAN_END);
    place->server = name_in(place->folder, identity, ".sock");
    if (code) {
        supervised_place_fini(place);
    }
    return code;
}

void supervised_place_fini(struct supervised_place *place) {
    free(place->folder);
    free(place->lock);
    free(place->guardian);
    free(place->server);
    *place = (struct supervised_place){0};
}
