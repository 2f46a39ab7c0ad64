// live.h - open documents between two full parses: what was typed is known at the next keystroke.
//
// When typing rests a document is parsed from nothing, like every file. What a
// keystroke changes is found by comparing its text with the one before, and the
// record is made from what is known already, in one of two ways:
//
//   - parsed from the tree of the text before (syntax_extract_next): at once, if that was quick the last
//     time. Else it is
//   - moved (syntax_patch), which takes a millisecond or two for ten thousand lines, and parsed when the
//     worker has nothing else to do.
//
//   document:  NONE -(live_settle)-> AT REST -(live_run)-> MOVED or PARSED
//              MOVED -(live_parse)-> PARSED    MOVED, PARSED -(live_settle)-> AT REST
//              any -(live_drop)-> CLOSED -(live_settle, of a later text)-> AT REST
//
// Ownership: live_new / live_free; texts, records and trees passed in are borrowed.
// Threads:   live_want from the loop, live_run and live_parse from the interactive worker, live_settle and
//            live_drop from any. Nobody parses or frees a text, record or tree under the lock.
// Errors:    none; a text that cannot be shown at once is shown when typing rests.
// Limits:    LIVE_TREE_BYTES of source have a tree; LIVE_PARSE_MS for a parse; LIVE_CLOSED closed documents are
//            remembered.
#ifndef HUNCH_INDEXER_LIVE_H
#define HUNCH_INDEXER_LIVE_H

#include "base/text.h"
#include "indexer/sink.h"
#include "indexer/syntax.h"

enum {
    LIVE_TREE_BYTES = 4 << 20, // a tree weighs about twenty times its text
    LIVE_QUICK_US = 1500,      // of processor time: such a parse need not be put off
    LIVE_PARSE_MS = 15,        // of processor time: a longer one holds up the worker too long
    LIVE_PATIENCE = 100,       // texts until a document whose parse took longer is tried again
    LIVE_CLOSED = 256,         // far more than can be closed while one is being parsed
};

struct live;

struct live *live_new(const struct index_sink *sink);
void live_free(struct live *live);
// The document reads so now. True: live_run is to be called, which has not been asked for yet.
bool live_want(struct live *live, const char *path, const char *language, struct text *text, uint64_t ticket);
void live_unwant(struct live *live); // live_run will not be called after all
// Shows every document as it was wanted last.
void live_run(struct live *live);
// Is there something left for live_parse?
bool live_can_parse(struct live *live);
// Parses one document that live_run put off, unless it has been typed in since.
void live_parse(struct live *live);
// The text was parsed from nothing; tree NULL: it has none. Ignored if the document was closed since.
void live_settle(struct live *live, struct text *text, struct record *record, struct syntax_tree *tree,
                 uint64_t ticket);
// The document was closed, unless it is known of a later ticket.
void live_drop(struct live *live, const char *path, uint64_t ticket);

#endif
