// hash.h - one non-cryptographic hash for content, terms and maps: XXH3.
//
// Source: xxHash 0.8 (https://xxhash.com), inlined from Debian's libxxhash-dev.
// Stored values depend on it, so a change of hash is a change of the store's schema.
#ifndef HUNCH_BASE_HASH_H
#define HUNCH_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *bytes, size_t length);
static inline uint32_t hash_fold(uint64_t hash) {
    return (uint32_t)(hash ^ (hash >> 32));
}

#endif
