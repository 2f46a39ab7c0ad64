// sha256.h - the checksum by which others say what a file must be: SHA-256.
//
// Ownership: embedded, plain data. Threads: one owner at a time. Errors: none. Limits: 2^61 bytes.
//
// Source: FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4
#ifndef HUNCH_BASE_SHA256_H
#define HUNCH_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_HEX = 64 };

struct sha256 {
    uint32_t state[8];
    uint64_t length; // bytes so far
    unsigned char block[SHA256_BLOCK];
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t length);
// All of an open file, from its beginning; false with errno.
bool sha256_add_file(struct sha256 *sha, int file);
// Small hexadecimal digits and a NUL; ends the sum.
void sha256_finish(struct sha256 *sha, char hex[SHA256_HEX + 1]);

#endif
