// packed.h - records of which only the head is at hand, and the rest as the store's bytes.
//
// What is asked of every file of a repository (path, language, taint, sizes) is
// in a record's head. The rest takes four times as much room decoded as in the
// bytes of store_code.h, and most of it is never looked at: so the index keeps
// the bytes, and a record is made whole when somebody first asks for it.
//
//   head    is_head; symbols, references, imports and chunks are counted, not there
//   packed  a head with its bytes
//   whole   all of it; what record_new makes
//
// Ownership: record_pack and record_unpack give a new reference; what record_whole returns is borrowed from the
//            head and lives as long as it.
// Threads:   record_whole and record_unpack from any. record_pack, record_lend and record_shed for who has the
//            record alone.
// Errors:    bytes that make no sense, whatever their checksum, stand for so many symbols and chunks that are
//            empty, and the log says so.
// Limits:    a record once made whole stays so until record_shed or its end.
#ifndef HUNCH_INDEXER_PACKED_H
#define HUNCH_INDEXER_PACKED_H

#include "indexer/record.h"

// The record as bytes, with a reference to the whole one so that nothing is decoded while it still is of use.
struct record *record_pack(struct record *whole);
// Gives a head the bytes, as store_encode makes them.
void record_lend(struct record *head, struct slice bytes);
// Gives a head the bytes that another record of the same content has, unless it has them already.
void record_share(struct record *head, const struct record *from);
// The bytes; {NULL, 0} if it has none.
struct slice record_bytes(const struct record *record);
// From now on what is asked of it is decoded. Nobody may hold what record_whole returned.
void record_shed(struct record *record);
// A whole record, this one if it is one: for who looks once and keeps nothing.
struct record *record_unpack(const struct record *record);

void packed_release(struct packed *packed);                        // for record_release; NULL is allowed
const struct record *record_make_whole(const struct record *head); // for record_whole
static inline const struct record *record_whole(const struct record *record) {
    const struct record *whole =
        record->is_head ? atomic_load_explicit(&record->whole, memory_order_acquire) : record;
    return whole ? whole : record_make_whole(record);
}

#endif
