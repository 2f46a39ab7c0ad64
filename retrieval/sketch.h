// sketch.h - 256 signs that stand for a vector, and the sum of a question's components under those of many.
//
// The one loop of retrieval that looks at everything: a million sketches a
// query. It exists once in plain C, which says what is meant, and once for
// each instruction set that does it faster; the processor is asked which.
//
// A question's components are whole numbers of four bits, from -8 to 7. Held as four planes of one bit each they are
// added up by counting bits: the lowest plane's count once, the next ones' twice and four times, and the highest's,
// the sign's, minus eight times.
//
// Ownership: plain data.
// Threads:   any; pure.
// Errors:    none.
// Limits:    none.
#ifndef HUNCH_RETRIEVAL_SKETCH_H
#define HUNCH_RETRIEVAL_SKETCH_H

#include <stddef.h>
#include <stdint.h>

enum { SKETCH_BITS = 256, SKETCH_WORDS = SKETCH_BITS / 64, SKETCH_PLANES = 4 };

struct sketch {
    uint64_t words[SKETCH_WORDS];
};

struct sketch_question {
    struct sketch planes[SKETCH_PLANES]; // lowest first
};

// For each of sketches[count], the sum of the question's components where it has a one.
void sketch_sums(const struct sketch_question *question, const struct sketch *sketches, uint32_t count,
                 int16_t *sums);

// One way to do it.
struct sketch_kernel {
    const char *name;
    void (*measure)(const struct sketch_question *question, const struct sketch *sketches, uint32_t count,
                    int16_t *sums);
};
enum { SKETCH_KERNELS = 3 };
// Those that this processor can run, the plain one first, the fastest last. Returns how many.
size_t sketch_kernels(struct sketch_kernel kernels[SKETCH_KERNELS]);

#endif
