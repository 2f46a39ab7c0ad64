// dump_main.c - `dump STORE`: prints what it tells; exit status 1 and a message if it is not sound.
#include "tests/faults/dump.h"

#include <stdio.h>

int main(int argc, char **argv) {
    struct str text;
    struct err err = {0};
    str_init(&text);
    int code = argc == 2 ? dump_store(argv[1], &text, &err) : -1;
    if (code) {
        fprintf(stderr, "dump: %s\n", argc == 2 ? err.message : "usage: dump STORE");
    }
    fputs(text.data, stdout);
    str_free(&text);
    return code ? 1 : 0;
}
