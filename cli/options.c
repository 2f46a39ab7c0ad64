// options.c - see options.h.
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>

bool options_parse(int argc, char **argv, const char *usage, const char *extra, struct options *options) {
    const struct option known[] = {{"json", no_argument, NULL, 'j'}, {extra, no_argument, NULL, 'x'}, {0}};
    *options = (struct options){.folder = "."};
    bool right = true;
    opterr = 0; // the usage says it all
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        right = right && (option == 'j' || option == 'x');
        options->json = options->json || option == 'j';
        options->extra = options->extra || option == 'x';
    }
    if (!right || (argc - optind > 1 && !options->extra)) {
        fprintf(stderr, "hunch: usage: %s\n", usage);
        return false;
    }
    options->folder = optind < argc ? argv[optind] : options->folder;
    options->paths = argv + optind;
    options->path_count = argc - optind;
    return true;
}
