// file_text.c - see file_text.h.
//
// Times change without the content (a branch and back), and the content without them: the hash decides.
#include "retrieval/file_text.h"

#include "base/hash.h"
#include "indexer/source.h"

struct slice file_text(const struct segment_file *file, const char *root, struct str *buffer) {
    struct source_stat status;
    if (file->text) {
        return text_slice(file->text);
    }
    bool is_same = source_read(root, file->record->path, buffer, &status) == 0 &&
                   hash_bytes(buffer->data, buffer->length) == file->record->hash;
    return is_same ? str_slice(buffer) : SLICE_LITERAL("");
}
