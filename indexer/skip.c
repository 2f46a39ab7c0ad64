// skip.c - see skip.h.
#include "indexer/skip.h"

static const struct {
    const char *key;
    const char *words;
} reasons[] = {
#define SKIP_ROW(name, key, words) {key, words},
    SKIP_LIST(SKIP_ROW)
#undef SKIP_ROW
};

const char *skip_key(enum skip skip) {
    return reasons[skip].key;
}

const char *skip_words(enum skip skip) {
    return reasons[skip].words;
}
