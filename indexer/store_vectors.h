// store_vectors.h - vectors of chunks on disk, so that no text is embedded twice.
//
// A SQLite file of its own beside the repository's store (store.c): what the
// store holds is made again from the sources in seconds, what a model was asked
// for costs money or minutes, so it outlives a store that is made anew.
//
//   about    key, value     "model": whose vectors these are. Another model's are thrown away when it is opened
//   vectors  text, vector   XXH3 of the text that was embedded, xor XXH3 of the model's name, signed; the vector's bytes
//
// Ownership: store_vectors_open / store_vectors_close.
// Threads:   one at a time. Several processes may have the same file open.
// Errors:    err says what it means for the user; go on without. What cannot be read counts as not there. A file
//            that is found damaged when it is opened or written is made anew.
// Limits:    waits STORE_BUSY_MS for another process. Beyond twice the vectors in use (store_vectors_trim), those that
//            are not are removed.
#ifndef HUNCH_INDEXER_STORE_VECTORS_H
#define HUNCH_INDEXER_STORE_VECTORS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_vectors;

struct store_vectors_summary {
    uint64_t count;  // vectors, some perhaps of texts that are no more
    char model[256]; // whose; cut if it is longer
    bool is_current; // kept as this version keeps them
};

// path: the store's (store_path_of); size: of a vector, in bytes.
int store_vectors_open(struct store_vectors **out, const char *path, const char *model, size_t size,
                       struct err *err);
void store_vectors_close(struct store_vectors *store); // NULL is allowed
bool store_vectors_get(struct store_vectors *store, uint64_t text, void *vector);
// All of them or none.
int store_vectors_put(struct store_vectors *store, const uint64_t *texts, const void *vectors, size_t count,
                      struct err *err);
// These are all that are in use.
int store_vectors_trim(struct store_vectors *store, const uint64_t *texts, size_t count, struct err *err);

// What is kept beside the store at this path, without changing it, also beside a server that writes. ERR_NOT_FOUND:
// nothing.
int store_vectors_summarize(const char *path, struct store_vectors_summary *summary, struct err *err);

#endif
