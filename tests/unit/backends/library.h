// library.h - a repository of two functions, for tests of what a person sees of the built-in model.
#ifndef HUNCH_TESTS_LIBRARY_H
#define HUNCH_TESTS_LIBRARY_H

#include "tests/unit/backends/corpus_world.h"

#define LIBRARY                                                                                              \
    "int open_door(struct door *door) {\n"                                                                   \
    "    if (door == NULL) {\n"                                                                              \
    "        return report_missing(door, \"no door\");\n"                                                    \
    "    }\n"                                                                                                \
    "    door->state = DOOR_OPEN;\n"                                                                         \
    "    return 0;\n"                                                                                        \
    "}\n"                                                                                                    \
    "\n"                                                                                                     \
    "int close_door(struct door *door) {\n"                                                                  \
    "    if (door == NULL) {\n"                                                                              \
    "        return report_missing(door, \"no door\");\n"                                                    \
    "    }\n"                                                                                                \
    "    door->state = DOOR_CLOSED;\n"                                                                       \
    "    return 0;\n"                                                                                        \
    "}\n"

// They are the same but for a word or two.
static inline struct world library(void) {
    return world_of("src/door.c", LIBRARY);
}

#endif
