// repository_answers.c - see repository_answers.h.
//
// While a word is typed the context before it stays the same, and when somebody
// types what was foretold, the next contexts are those the search has asked for
// already. So the answers to a line's questions are kept, in a ring: a line asks
// a few dozen, and those that were asked longest ago belong to paths that were
// not taken.
#include "backends/repository_answers.h"

#include "base/hash.h"

struct share {
    uint64_t key; // 0: none
    double of_word;
};

struct answers {
    uint64_t keys[ANSWERS_KEPT]; // apart from the answers, since all of them are looked through
    struct counts_answer items[ANSWERS_KEPT];
    uint32_t first, count; // of the ring
    size_t words;
    struct share shares[ANSWERS_SHARES];
};

static uint64_t key_of(const uint32_t *context, size_t length) {
    size_t last = length < ANSWERS_CONTEXT ? length : ANSWERS_CONTEXT;
    return last > 0 ? hash_bytes(context + length - last, last * sizeof *context) : 0;
}

struct answers *answers_new(void) {
    return mem_zero(1, sizeof(struct answers));
}

static void forget_first(struct answers *answers) {
    struct counts_answer *oldest = &answers->items[answers->first];
    answers->words -= oldest->count;
    free(oldest->words);
    free(oldest->likeliest);
    answers->first = (answers->first + 1) % ANSWERS_KEPT;
    answers->count--;
}

void answers_free(struct answers *answers) {
    while (answers && answers->count > 0) {
        forget_first(answers);
    }
    free(answers);
}

struct counts_answer *answers_find(struct answers *answers, const uint32_t *context, size_t length) {
    uint64_t key = key_of(context, length);
    for (uint32_t i = answers->count; i-- > 0;) {
        uint32_t at = (answers->first + i) % ANSWERS_KEPT;
        if (answers->keys[at] == key) {
            return &answers->items[at];
        }
    }
    return NULL;
}

void answers_keep(struct answers *answers, const uint32_t *context, size_t length,
                  const struct counts_answer *answer) {
    while (answers->count > 0 &&
           (answers->count == ANSWERS_KEPT || answers->words + answer->count > ANSWERS_WORDS)) {
        forget_first(answers);
    }
    uint32_t at = (answers->first + answers->count++) % ANSWERS_KEPT;
    struct counts_answer *kept = &answers->items[at];
    answers->keys[at] = key_of(context, length);
    *kept = *answer;
    kept->words = mem_alloc((answer->count + 1) * sizeof *kept->words);
    kept->likeliest = mem_alloc((answer->count + 1) * sizeof *kept->likeliest);
    memcpy(kept->words, answer->words, answer->count * sizeof *kept->words);
    memcpy(kept->likeliest, answer->likeliest, answer->count * sizeof *kept->likeliest);
    answers->words += answer->count;
}

double *answers_share(struct answers *answers, const uint32_t *context, size_t length, uint32_t id) {
    uint64_t key = (key_of(context, length) ^ id * UINT64_C(0x9E3779B97F4A7C15)) | 1;
    struct share *share = &answers->shares[(key >> 32) % ANSWERS_SHARES];
    if (share->key != key) {
        *share = (struct share){key, -1};
    }
    return &share->of_word;
}
