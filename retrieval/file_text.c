// file_text.c - see file_text.h.
//
// Times change without the content (a branch and back): then the hash decides. Where size and times are what was
// indexed, so is the content, as it is to who looks for what changed (indexer/catalog.c), and a part is read alone.
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

struct slice file_text_part(const struct segment_file *file, const char *root, uint32_t start, uint32_t end,
                            struct str *buffer) {
    const struct record *record = file->record;
    struct source_stat known = {.size = record->size, .mtime_ns = record->mtime_ns};
    if (!file->text && source_read_part(root, record->path, &known, start, end, buffer)) {
        return str_slice(buffer);
    }
    return slice_sub(file_text(file, root, buffer), start, end);
}
