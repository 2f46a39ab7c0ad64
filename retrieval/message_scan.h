// message_scan.h - which definitions have the string that a message was made of.
//
// A message with values in it stands nowhere as it is. So the files are read whose passages have enough of its
// words, and the strings in their code compared (message.h).
//
// Ownership, threads, errors, limits: scan.h's.
#ifndef HUNCH_RETRIEVAL_MESSAGE_SCAN_H
#define HUNCH_RETRIEVAL_MESSAGE_SCAN_H

#include "retrieval/message.h"
#include "retrieval/scan.h"

// Of the files in the folder ("": all), the best first, with the string's line; scores are message_match's. Returns how many of
// hits[limit] are filled. *is_cut: there is more text than is read.
size_t message_scan(const struct snapshot *snapshot, const char *root, const struct message *message,
                    struct slice folder, size_t limit, struct scan_hit *hits, bool *is_cut);

#endif
