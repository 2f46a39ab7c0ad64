// model.c - `hunch model`: what there is of a local model.
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

int command_model(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "serve") == 0) {
        return command_model_serve(argc - 1, argv + 1);
    }
    return 2;
}
