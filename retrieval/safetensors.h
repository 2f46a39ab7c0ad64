// safetensors.h - reads tensors out of a safetensors file, row by row.
//
// The file: 8 bytes, the header's length (little-endian); the header, a JSON
// object {"name": {"dtype", "shape", "data_offsets": [first, behind]}, ...};
// the tensors' bytes, to which the offsets are relative. Nothing in it is
// believed before it was compared with the file's size.
// Source: https://huggingface.co/docs/safetensors, format.
//
// It is read and not mapped: a mapped file that somebody shortens kills the reader.
//
// Ownership: safetensors_open / safetensors_close.
// Threads:   one at a time.
// Errors:    err names the file and what is wrong with it or not supported.
// Limits:    a header of SAFETENSORS_HEADER bytes; tensors of one or two dimensions of F32, F16, BF16, I8 or I64.
#ifndef HUNCH_RETRIEVAL_SAFETENSORS_H
#define HUNCH_RETRIEVAL_SAFETENSORS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { SAFETENSORS_HEADER = 1 << 20 };

struct safetensors;

enum tensor_type { TENSOR_F32, TENSOR_F16, TENSOR_BF16, TENSOR_I8, TENSOR_I64 };

struct tensor {
    enum tensor_type type;
    uint64_t rows, columns; // of one dimension: its length and 1
    uint64_t offset;        // in the file
};

int safetensors_open(const char *path, struct safetensors **out, struct err *err);
void safetensors_close(struct safetensors *file); // NULL is allowed
// ERR_NOT_FOUND if there is none of that name.
int safetensors_find(struct safetensors *file, const char *name, struct tensor *out, struct err *err);
// One row as numbers into values[columns].
int safetensors_read(struct safetensors *file, const struct tensor *tensor, uint64_t row, float *values,
                     struct err *err);

#endif
