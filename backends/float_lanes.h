// float_lanes.h - four numbers at once, and their logarithms.
//
// Ownership: none. Threads: any. Errors: none. Limits: see ln_of_all.
#ifndef HUNCH_BACKENDS_FLOAT_LANES_H
#define HUNCH_BACKENDS_FLOAT_LANES_H

#include <stdint.h>
#include <string.h>

enum { FLOAT_LANES = 4 };
typedef float float_lanes __attribute__((vector_size(FLOAT_LANES * sizeof(float))));
typedef int32_t int_lanes __attribute__((vector_size(FLOAT_LANES * sizeof(int32_t))));

static inline float_lanes float_lanes_at(const float *numbers) {
    float_lanes out;
    memcpy(&out, numbers, sizeof out);
    return out;
}

// x = 2^k m with m about 1, and ln m = 2 artanh s = 2 (s + s^3 / 3 + ...) with s = (m - 1) / (m + 1). Right to
// seven digits for finite x > 0.
static inline float_lanes ln_of_all(float_lanes x) {
    const int32_t half = 0x3f3504f3; // the root of 1/2, as bits
    int_lanes bits = (int_lanes)x, power = (bits - half) >> 23;
    float_lanes m = (float_lanes)(bits - (power << 23)), s = (m - 1) / (m + 1), t = s * s;
    float_lanes series = 1 + t * (1.0f / 3 + t * (1.0f / 5 + t * (1.0f / 7 + t * (1.0f / 9))));
    return __builtin_convertvector(power, float_lanes) * 0.69314718f + 2 * s * series;
}

#endif
