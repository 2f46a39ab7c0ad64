// options.c - see options.h.
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>

bool options_parse(int argc, char **argv, const char *usage, struct options *options) {
    static const struct option known[] = {{"json", no_argument, NULL, 'j'}, {0}};
    *options = (struct options){".", false};
    bool right = true;
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        right = right && option == 'j';
        options->json = true;
    }
    if (!right || argc - optind > 1) {
        fprintf(stderr, "hunch: usage: %s\n", usage);
        return false;
    }
    options->folder = optind < argc ? argv[optind] : options->folder;
    return true;
}
