// file_text.h - the text of a file of a snapshot, as long as it is what was indexed.
//
// Ownership: the text is the open document's, or stands in `buffer`, which is the caller's.
// Threads:   any; the snapshot is pinned.
// Errors:    a file that changed since it was indexed, or cannot be read, has no text: "".
// Limits:    those of source_read.
#ifndef HUNCH_RETRIEVAL_FILE_TEXT_H
#define HUNCH_RETRIEVAL_FILE_TEXT_H

#include "retrieval/segment.h"

// buffer: empty; the file is read into it if it has to be.
struct slice file_text(const struct segment_file *file, const char *root, struct str *buffer);
// Of it the bytes [start, end) alone.
struct slice file_text_part(const struct segment_file *file, const char *root, uint32_t start, uint32_t end,
                            struct str *buffer);

#endif
