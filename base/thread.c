// thread.c - see thread.h.
#include "base/thread.h"

#ifdef __linux__
#include <pthread.h>
#include <stdio.h>

enum { NAME_SIZE = 16 }; // the kernel's, with its NUL

void thread_name(const char *name) {
    char cut[NAME_SIZE];
    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(pthread_self(), cut);
}
#else
void thread_name(const char *name) {
    (void)name;
}
#endif
