// options.c - see options.h.
#include "cli/options.h"

#include "base/log.h"
#include "base/str.h"
#include "cli/terminal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool options_want_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

// An argument may be the name of somebody else's file.
int options_refuse(const char *usage, const char *format, ...) {
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fputs("hunch: ", stderr);
    terminal_write_name(stderr, STYLE_PLAIN, line);
    fprintf(stderr, "\nhunch: usage: %s\n", usage);
    return OPTIONS_REFUSED;
}

// Of several letters behind one "-" the argument is gone through only at the last.
static const char *refused(char **argv) {
    const char *last = argv[optind - 1], *next = argv[optind];
    const char alone[] = {'-', (char)optopt, '\0'};
    bool is_begun = optopt && next && strncmp(next, alone, 2) == 0 && next[2];
    return is_begun && strcmp(last, alone) != 0 ? next : last;
}

// What follows a "=" is no part of a name.
const char *options_meant(const struct option *known, const char *argument) {
    char typed[64];
    const char *meant = NULL;
    bool is_long = strncmp(argument, "--", 2) == 0;
    snprintf(typed, sizeof typed, "%.*s", is_long ? (int)strcspn(argument + 2, "=") : 0, argument + 2);
    for (; known->name; known++) {
        meant = str_nearer(typed, meant, known->name);
    }
    return meant;
}

int options_refuse_option(const char *usage, const struct option *known, int given, char **argv) {
    const char *argument = refused(argv);
    const char *meant = given == ':' ? NULL : options_meant(known, argument);
    if (meant) {
        return options_refuse(usage, "there is no option %s: did you mean --%s?", argument, meant);
    }
    return options_refuse(usage, given == ':' ? "%s wants a value" : "there is no option %s", argument);
}

int options_refuse_more(const char *usage, const char *argument) {
    return options_refuse(usage, "\"%s\" is one argument too many", argument);
}

int options_refuse_folder(const struct err *err, const char *example) {
    log_error("%s; give the folder of a repository, as in: %s", err->message, example);
    return OPTIONS_REFUSED;
}

bool options_parse(int argc, char **argv, const char *usage, const char *extra, struct options *options) {
    const struct option known[] = {{"json", no_argument, NULL, 'j'}, {extra, no_argument, NULL, 'x'}, {0}};
    *options = (struct options){.folder = "."};
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == '?') {
            options_refuse_option(usage, known, option, argv);
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

bool options_number(const char *text, long least, long most, long *number) {
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= least && *number <= most;
}
