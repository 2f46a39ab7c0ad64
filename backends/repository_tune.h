#ifndef TUNE_H
#define TUNE_H
#include <stdlib.h>
static inline double tune_get(const char *name, double value) {
    const char *text = getenv(name);
    return text ? strtod(text, NULL) : value;
}
#define TUNE(name, value)                                                                                    \
    __extension__({                                                                                          \
        static double cached = -1e99;                                                                        \
        if (cached == -1e99)                                                                                 \
            cached = tune_get(#name, value);                                                                 \
        cached;                                                                                              \
    })
#endif
