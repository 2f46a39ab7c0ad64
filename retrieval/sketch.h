// sketch.h - 256 bits that stand for a vector, and how many of them differ from those of many others.
//
// The one loop of retrieval that looks at everything: a million sketches a
// query. It exists once in plain C, which says what is meant, and once for
// each instruction set that does it faster; the processor is asked which.
//
// Ownership: plain data.
// Threads:   any; pure.
// Errors:    none.
// Limits:    none.
#ifndef HUNCH_RETRIEVAL_SKETCH_H
#define HUNCH_RETRIEVAL_SKETCH_H

#include <stddef.h>
#include <stdint.h>

enum { SKETCH_BITS = 256, SKETCH_WORDS = SKETCH_BITS / 64 };

struct sketch {
    uint64_t words[SKETCH_WORDS];
};

// The distances of `sketch` to each of sketches[count].
void sketch_distances(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                      uint16_t *distances);

// One way to do it.
struct sketch_kernel {
    const char *name;
    void (*measure)(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                    uint16_t *distances);
};
enum { SKETCH_KERNELS = 3 };
// Those that this processor can run, the plain one first, the fastest last. Returns how many.
size_t sketch_kernels(struct sketch_kernel kernels[SKETCH_KERNELS]);

#endif
