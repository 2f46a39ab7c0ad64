// scm.c - see scm.h.
#include "indexer/scm.h"

void scm_skip_space(const char **at) {
    for (;;) {
        *at += strspn(*at, " \t\r\n");
        if (**at != ';') {
            return;
        }
        *at += strcspn(*at, "\n");
    }
}

bool scm_take(const char **at, char sign) {
    scm_skip_space(at);
    bool is_there = **at == sign;
    *at += is_there;
    return is_there;
}

struct slice scm_word(const char **at) {
    scm_skip_space(at);
    size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.?");
    *at += length;
    return slice_of(*at - length, length);
}
