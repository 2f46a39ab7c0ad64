// store_code.h - one record to bytes and back: what a row of the store holds.
//
// The bytes, in this order; a number takes 7 bits a byte, low bits first, high
// bit: more follow; a difference that may be negative is doubled first, odd
// for below zero:
//
//   sizes      number of symbols, references, imports, chunks, terms of all chunks together
//   file       path, language, content's hash (8 bytes, little endian), lines, taint + cut_short * STORE_CUT_SHORT
//   symbols    each: kind * 4 + is_declaration * 2 + is_on_one_line, signature, name, scope, doc,
//              bytes since the last one's start, bytes it spans, lines since the last one's start;
//              unless on one line: name_line, header_end_line and end_line less start_line
//   references each: how much the name's hash is above the last one's,
//              (lines since the last one of the same name) * 8 + kind * 2 + is_repeated; if repeated: places less 2
//   imports    each: target, lines since the last one
//   dictionary number of distinct hashes of terms; each: how much it is above the last one, less 1
//   chunks     each: kind, name, scope, bytes since the last one's end, bytes it spans,
//              lines since the last one's end, lines it spans, number of terms;
//              each term: (places since the last one in the dictionary, less 1) * 2 + is_repeated;
//              if repeated: count less 2
//   end        bytes that all texts take when decoded (4 bytes, little endian)
//
// Path, like all texts, is a length and the bytes. Further:
//
//   string     0 and then length and bytes, or how many strings ago it stood here last
//   signature  bytes shared with the last one's head, number of further bytes, these
//   name       1 + where it stands in the signature, and its length; or 0 and a string
//
// Names are written once and offsets are small, so a record takes a fifth of
// what it tells of. R1 to R5 hold of whatever decodes: most because the format has no
// way to say otherwise.
//
// Ownership: store_decode, store_decode_outline and store_decode_head give a new reference.
// Threads:   any; no state.
// Errors:    they give NULL for bytes that make no sense; none of them can make it read or write
//            elsewhere or take more memory than STORE_TEXT_LIMIT and 200 times their length.
// Limits:    STORE_TEXT_LIMIT.
#ifndef HUNCH_INDEXER_STORE_CODE_H
#define HUNCH_INDEXER_STORE_CODE_H

#include "indexer/record.h"

enum { STORE_TEXT_LIMIT = 256 * 1024 * 1024 }; // names and signatures of one file, a hundred times the usual
enum { STORE_CUT_SHORT = TAINT_GENERATED + 1 };

void store_encode(const struct record *record, struct str *out); // appends; R1 to R5 must hold
// size: of the file, which offsets and lines must not leave.
struct record *store_decode(struct slice bytes, int64_t size, int64_t mtime_ns);
// The same without references and chunks, of which the result has none.
struct record *store_decode_outline(struct slice bytes, int64_t size, int64_t mtime_ns);
// The same without what it counts: no symbol, reference, import or chunk can be looked at, and what is behind the
// head is not checked.
struct record *store_decode_head(struct slice bytes, int64_t size, int64_t mtime_ns);

#endif
