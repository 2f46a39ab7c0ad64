// impact.h - how much a term says about a document: BM25's weight of its count, in 31 steps.
//
// BM25 gives a term (k1 + 1) times count / (count + k1 (1 - b + b length / average)).
// That depends on nothing a query brings, so it is worked out when a document
// is indexed and kept in five bits; what it costs is in docs/internals/retrieval.md.
// The average is one number for all repositories: a document is worth the same
// whatever it stands beside, and wherever it is copied to.
//
// Ownership: plain data.
// Threads:   any; pure.
// Errors:    none.
// Limits:    none; what is longer or more frequent has the last step.
#ifndef HUNCH_RETRIEVAL_IMPACT_H
#define HUNCH_RETRIEVAL_IMPACT_H

#include <stdint.h>

enum { IMPACT_MOST = 31 };
// Terms in a usual chunk and in a usual signature document.
enum { IMPACT_CHUNK_LENGTH = 150, IMPACT_SIGNATURE_LENGTH = 18 };

// From 1 to IMPACT_MOST, of a term that occurs `count` times in a document of `length` terms, where `average` is usual.
uint32_t impact_of(uint32_t count, uint32_t length, float average);
// What an impact stands for, from 0 to k1 + 1.
float impact_value(uint32_t impact);

#endif
