// impact.c - see impact.h.
#include "retrieval/impact.h"

static const float SATURATION = 1.2f;     // k1
static const float LENGTH_WEIGHT = 0.75f; // b

uint32_t impact_of(uint32_t count, uint32_t length, float average) {
    float norm = SATURATION * (1.0f - LENGTH_WEIGHT + LENGTH_WEIGHT * (float)length / average);
    uint32_t impact = (uint32_t)((float)IMPACT_MOST * (float)count / ((float)count + norm) + 0.5f);
    return impact ? impact : 1;
}

float impact_value(uint32_t impact) {
    return (SATURATION + 1.0f) * (float)impact / (float)IMPACT_MOST;
}
