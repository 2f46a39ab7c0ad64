// supervised_model.h - which program runs which model file, as the settings say it, and where its sockets are.
//
// All who mean the same program, file and arguments meet at the same place: a folder that only this user can enter,
// $XDG_RUNTIME_DIR/hunch or else `run` below the cache folder, with files named by a hash of the four and of what they
// say to each other: versions of Hunch that understand each other share one server.
//
// Ownership: both structs own their strings: supervised_model_fini, supervised_place_fini.
// Threads:   any; looks at files.
// Errors:    err names the setting or the folder and the way out.
// Limits:    SUPERVISED_WORDS words of arguments. A socket's path must fit in the system's address (about 100 bytes): where
//            it does not, all meet in /tmp/hunch-UID instead.
#ifndef HUNCH_BACKENDS_SUPERVISED_MODEL_H
#define HUNCH_BACKENDS_SUPERVISED_MODEL_H

#include "base/err.h"

#include <stdint.h>

#define SUPERVISED_BLANKS " \t" // between words of arguments

struct supervised_model {
    char *program;           // llama-server's whole path
    char *file;              // the model's
    char *arguments;         // more of the program's, split at SUPERVISED_BLANKS; may be ""
    uint32_t context_tokens; // 0: SUPERVISED_CONTEXT
};

// Grows when a guardian's words, or its duties, change so that users of before would be lost with it; what they do not
// know they ignore.
enum { SUPERVISED_PROTOCOL = 1 };
enum { SUPERVISED_CONTEXT = 4096, SUPERVISED_WORDS = 64 };

// program: a path from / or ~/ on, or a name to be found on PATH, never in the current folder; "": llama-server.
// file: a path from / or ~/ on, or the name of one in the folder of models, with or without ".gguf".
int supervised_model_init(struct supervised_model *model, const char *program, const char *file,
                          const char *arguments, uint32_t context_tokens, struct err *err);
void supervised_model_fini(struct supervised_model *model);
// The first of the two alone. Heap; NULL and err.
char *supervised_find_program(const char *program, struct err *err);
// Where `hunch model setup` puts what it downloads. Heap; NULL without a home.
char *supervised_models_folder(void);
// The file's name without folder and ".gguf". Heap.
char *supervised_name_of(const char *file);

struct supervised_place {
    char *folder;
    char *lock;     // is locked by the guardian
    char *guardian; // the guardian's socket
    char *server;   // llama-server's
};

// Makes the folder.
int supervised_place_init(struct supervised_place *place, const struct supervised_model *model,
                          struct err *err);
void supervised_place_fini(struct supervised_place *place);

#endif
