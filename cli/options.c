// options.c - see options.h.
#include "cli/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

enum { WRONG_USAGE = 2 };

int options_refuse(const char *usage, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("hunch: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nhunch: usage: %s\n", usage);
    return WRONG_USAGE;
}

int options_refuse_option(const char *usage, int given, char **argv) {
    // Of several letters behind one "-" the argument is gone through only at the last.
    const char *argument = argv[optind - 1][0] == '-' ? argv[optind - 1] : argv[optind];
    return options_refuse(usage, given == ':' ? "%s wants a value" : "there is no option %s", argument);
}

int options_refuse_more(const char *usage, const char *argument) {
    return options_refuse(usage, "\"%s\" is one argument too many", argument);
}

bool options_parse(int argc, char **argv, const char *usage, const char *extra, struct options *options) {
    const struct option known[] = {{"json", no_argument, NULL, 'j'}, {extra, no_argument, NULL, 'x'}, {0}};
    *options = (struct options){.folder = "."};
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == '?') {
            options_refuse_option(usage, option, argv);
            return false;
        }
        options->json = options->json || option == 'j';
        options->extra = options->extra || option == 'x';
    }
    if (argc - optind > 1 && !options->extra) {
        options_refuse_more(usage, argv[optind + 1]);
        return false;
    }
    options->folder = optind < argc ? argv[optind] : options->folder;
    options->paths = argv + optind;
    options->path_count = argc - optind;
    return true;
}
