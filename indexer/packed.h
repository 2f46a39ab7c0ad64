// packed.h - records of which only the head is at hand, and the rest as the store's bytes.
//
// What is asked of every file of a repository (path, language, taint, sizes) is
// in a record's head. The rest takes four times as much room decoded as in the
// bytes of store_code.h, and most of it is never looked at: so the index keeps
// the bytes, and of many not in memory (scratch.h), and a record is made whole when
// somebody asks for it.
//
//   head    is_head; symbols, references, imports and chunks are counted, not there
//   packed  a head with its bytes
//   outline its symbols and imports; there are no references and chunks
//   whole   all of it; what record_new makes
//
// What was decoded stays with the head for who asks next, until somebody who knows that nobody looks at it takes it
// away to have fewer of them.
//
// Ownership: record_pack and record_unpack give a new reference; what record_whole and record_outline return is borrowed
//            from the head and lives until it is taken away or the head's end.
//            Asked again they may give another copy, so pointers into them tell nothing apart.
// Threads:   record_whole, record_outline, record_unpack and record_take_decoded from any. record_pack, record_lend
//            and record_shed for who has the record alone.
// Errors:    bytes that make no sense, whatever their checksum, or can no more be read stand for so many symbols and
//            chunks that are empty, and the log says so.
// Limits:    none.
#ifndef HUNCH_INDEXER_PACKED_H
#define HUNCH_INDEXER_PACKED_H

#include "indexer/record.h"

// The record as bytes, with a reference to the whole one so that nothing is decoded while it still is of use.
struct record *record_pack(struct record *whole);
// Gives a head the bytes, as store_encode makes them.
void record_lend(struct record *head, struct slice bytes);
// Gives a head the bytes that another record of the same content has, and its time, unless it has bytes already.
void record_share(struct record *head, const struct record *from);
// Appends the bytes; false: it has none, or they are lost, which the log says.
bool record_read_bytes(const struct record *record, struct str *out);
uint64_t record_hash_of_bytes(const struct record *record); // hash_bytes; 0 if it has none
// From now on what is asked of it is decoded. Nobody may hold what record_whole returned.
void record_shed(struct record *record);
// A whole record, this one if it is one: for who looks once and keeps nothing.
struct record *record_unpack(const struct record *record);

// What all that is decoded and waits at heads takes.
size_t record_decoded_bytes(void);
// Takes some of it away from the head: the caller's reference; NULL if there is no more.
struct record *record_take_decoded(struct record *head);
// Was what is decoded asked for since this was asked last?
bool record_was_used(struct record *head);
void record_forget_decoded(struct record *head); // for record_release

const struct record *record_decode(const struct record *head,
                                   enum record_extent extent); // for the next four
static inline void record_note_use(const struct record *head) {
    if (!atomic_load_explicit(&head->is_used, memory_order_relaxed)) { // written seldom, for many read it
        atomic_store_explicit(&((struct record *)(uintptr_t)head)->is_used, true, memory_order_relaxed);
    }
}
static inline const struct record *record_to(const struct record *record, enum record_extent extent) {
    if (!record->is_head) {
        return record;
    }
    const struct record *decoded = atomic_load_explicit(&record->decoded[extent], memory_order_acquire);
    if (!decoded) {
        return record_decode(record, extent);
    }
    record_note_use(record);
    return decoded;
}
static inline const struct record *record_whole(const struct record *record) {
    return record_to(record, RECORD_WHOLE);
}
// A record with symbols and imports, perhaps with the rest, too.
static inline const struct record *record_outline(const struct record *record) {
    return record_to(record, RECORD_OUTLINE);
}

#endif
