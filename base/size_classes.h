// size_classes.h - the sizes in which room that is used again is handed out, so many to each doubling.
//
// A place that is larger than what is asked for wastes the difference, at most a part in `steps`; one class to every
// size would leave freed places that nothing fits.
//
// Threads: any; pure. Errors: none. Limits: least is a multiple of steps, and the class's size one of size_t.
#ifndef HUNCH_BASE_SIZE_CLASSES_H
#define HUNCH_BASE_SIZE_CLASSES_H

#include <stddef.h>

static inline size_t size_class_bytes(size_t least, unsigned steps, unsigned class) {
    size_t doubled = least << class / steps;
    return doubled + doubled / steps * (class % steps);
}

// The smallest that holds so many bytes.
static inline unsigned size_class_of(size_t least, unsigned steps, size_t size) {
    unsigned class = 0;
    while (size_class_bytes(least, steps, class) < size) {
        class ++;
    }
    return class;
}

#endif
