// repository_answers.h - answers that were given already, by the context that was asked for.
//
// Ownership: answers_new / answers_free. It copies what it keeps; what it returns is valid until the next answers_keep.
// Threads:   one at a time.
// Errors:    none. Limits: ANSWERS_KEPT answers and ANSWERS_WORDS words in all; the oldest go first. ANSWERS_SHARES
//            shares.
#ifndef HUNCH_BACKENDS_REPOSITORY_ANSWERS_H
#define HUNCH_BACKENDS_REPOSITORY_ANSWERS_H

#include "backends/repository_counts.h"

enum { ANSWERS_KEPT = 256, ANSWERS_WORDS = 1 << 15, ANSWERS_SHARES = 256, ANSWERS_CONTEXT = 32 };

struct answers;

struct answers *answers_new(void);
void answers_free(struct answers *answers);
// Contexts with the same last ANSWERS_CONTEXT ids are taken for the same; of places no more is compared, and of a longer
// line only its names and the call it is in. NULL: not asked, or forgotten.
struct counts_answer *answers_find(struct answers *answers, const uint32_t *context, size_t length);
void answers_keep(struct answers *answers, const uint32_t *context, size_t length,
                  const struct counts_answer *answer);
// Where a word's share behind a context is kept, see counts_share; less than 0: not asked, or forgotten.
double *answers_share(struct answers *answers, const uint32_t *context, size_t length, uint32_t id);

#endif
