// retriever.h - finds what the code at the cursor needs, within milliseconds.
//
// Offers a sink to the indexer, turns what arrives into immutable snapshots,
// and answers queries from the current one.
//
// Ownership: retriever_new / retriever_free; the root path is copied.
// Threads:   the sink's functions on the indexer's writer thread; retriever_query on any thread, never waiting
//            for the writer; free after the indexer is closed and no query runs.
// Errors:    a query cannot fail: with nothing indexed, or past its deadline, it returns what it has.
// Limits:    at most `signature_bytes` of signatures; 2 edits, 2 callers and 5 chunks within `chunk_bytes`.
#ifndef HUNCH_RETRIEVAL_RETRIEVER_H
#define HUNCH_RETRIEVAL_RETRIEVER_H

#include "base/cancel.h"
#include "indexer/sink.h"
#include "retrieval/context.h"
#include "retrieval/embeddings.h"
#include "retrieval/search_results.h"
#include "retrieval/surroundings.h"

struct retriever;

struct retrieval_query {
    const char *path;            // of the open document, below the root; never returned itself
    const char *language;        // LSP id
    struct slice text;           // the document as the editor has it
    size_t cursor;               // byte offset
    uint32_t signature_bytes;    // 0: the default of 4,000
    uint32_t chunk_bytes;        // 0: the default of 6,000
    const struct cancel *cancel; // NULL: none
    uint32_t sources;            // CONTEXT_BITs of those to ask; 0: CONTEXT_USUAL
    // What was read of a document at the last query that has these, by one thread at a time; NULL: nothing is kept.
    struct surroundings *surroundings;
};

struct retriever_statistics {
    uint64_t generation, files, chunks, symbols;
    uint64_t bytes; // of the segments, their records apart
    uint32_t segments;
};

struct retriever *retriever_new(const char *root);
void retriever_free(struct retriever *retriever);
const char *retriever_root(const struct retriever *retriever);
// Vectors of what it gets from now on, for CONTEXT_VECTOR. Without, none are made and none found. Takes the embedder
// over; on_progress as in embeddings.h.
void retriever_embed(struct retriever *retriever, const struct embeddings_options *options);
// Waits until all that was published has its vectors, if there shall be any, or their embedder failed.
void retriever_settle(struct retriever *retriever);
struct index_sink retriever_sink(struct retriever *retriever);
void retriever_query(struct retriever *retriever, const struct retrieval_query *query, struct context *out);
// What is known of the file of that path, an open one as it is typed: a reference, NULL if nothing. Any thread.
struct record *retriever_record(struct retriever *retriever, const char *path);
// Reads the files of what it found. search_results_free the results.
void retriever_search(struct retriever *retriever, const struct search_request *request,
                      struct search_results *results);
void retriever_statistics(struct retriever *retriever, struct retriever_statistics *out);

#endif
