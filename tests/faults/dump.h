// dump.h - what a store tells, decoded and in the order of the paths: to see whether two tell the same.
//
// Ownership: the text is the caller's. Threads: one. Errors: as of the store.
// Limits:    none.
#ifndef HUNCH_TESTS_DUMP_H
#define HUNCH_TESTS_DUMP_H

#include "indexer/store.h"

void dump_records(const struct store_records *records, struct str *out); // sorts them
void dump_record(const struct record *record, struct str *out);
// All of the store at path. The message of what was wrong with it, if anything was, goes to err.
int dump_store(const char *path, struct str *out, struct err *err);

#endif
