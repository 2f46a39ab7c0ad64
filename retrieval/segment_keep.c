// segment_keep.c - a segment as bytes, and back without its records; see segment.h.
//
//   head      struct head
//   files     struct kept_file of each
//   texts     their paths and languages, one behind the other
//   firsts    of chunks and of symbols
//   keys
//   postings  of chunks, signatures and paths
//
// The rest (which document belongs to which file, folders, names) is quickly found
// again. Sizes are checked when read, and that texts are texts; that the numbers are what was written
// has to be proved by a checksum before.
#include "retrieval/segment.h"

#include "base/archive.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/spill.h"

#include <stdlib.h>

// Raise it when what is derived from a record changes (documents, their order, keys, impacts, postings' units); what is in the record
// has STORE_VERSION.
enum { SEGMENT_FORMAT = 6 };

struct head {
    uint32_t format, key_size; // of a symbol
    uint32_t files, documents[SEGMENT_FIELDS];
    uint32_t texts;
};

struct kept_file {
    uint64_t hash, mark; // mark: of the record's bytes
    int64_t size;
    uint32_t lines, taint, chunks, symbols, references, imports;
    uint32_t path, language; // lengths
};

static size_t text_size(const struct segment *segment) {
    size_t size = 0;
    for (uint32_t i = 0; i < segment->file_count; i++) {
        size += strlen(segment->files[i].record->path) + strlen(segment->files[i].record->language);
    }
    return size;
}

static void put_files(const struct segment *segment, struct archive_out *out) {
    for (uint32_t i = 0; i < segment->file_count; i++) {
        const struct record *record = segment->files[i].record;
        struct kept_file file = {.hash = record->hash,
                                 .mark = record_hash_of_bytes(record),
                                 .size = record->size,
                                 .lines = record->line_count,
                                 .taint = (uint32_t)record->taint,
                                 .chunks = record->chunk_count,
                                 .symbols = record->symbol_count,
                                 .references = record->reference_count,
                                 .imports = record->import_count,
                                 .path = (uint32_t)strlen(record->path),
                                 .language = (uint32_t)strlen(record->language)};
        archive_put(out, &file, 1, sizeof file);
    }
}

static void put_texts(const struct segment *segment, struct archive_out *out) {
    struct str texts;
    str_init(&texts);
    for (uint32_t i = 0; i < segment->file_count; i++) {
        str_append_string(&texts, segment->files[i].record->path);
        str_append_string(&texts, segment->files[i].record->language);
    }
    archive_put(out, texts.data, texts.length, 1);
    str_free(&texts);
}

void segment_archive(const struct segment *segment, struct archive_out *out) {
    struct head head = {SEGMENT_FORMAT,
                        sizeof *segment->keys,
                        segment->file_count,
                        {segment->fields[SEGMENT_CHUNKS].count, segment->fields[SEGMENT_SYMBOLS].count},
                        (uint32_t)text_size(segment)};
    archive_put(out, &head, 1, sizeof head);
    put_files(segment, out);
    put_texts(segment, out);
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        const struct segment_part *part = &segment->fields[field];
        archive_put(out, part->firsts, segment->file_count + (size_t)1, sizeof *part->firsts);
        postings_archive(&part->terms, out);
    }
    archive_put(out, segment->keys, segment->fields[SEGMENT_SYMBOLS].count, sizeof *segment->keys);
    postings_archive(&segment->paths, out);
}

static struct record *make_head(const struct kept_file *file, struct slice path, struct slice language) {
    struct record *record = record_new_head(path);
    char *name = mem_copy_bytes(language.data, language.length);
    record_set_language(record, name);
    free(name);
    record->hash = file->hash;
    record->size = file->size;
    record->line_count = file->lines;
    record->taint = (enum taint)file->taint;
    record->chunk_count = file->chunks;
    record->symbol_count = file->symbols;
    record->reference_count = file->references;
    record->import_count = file->imports;
    return record;
}

static void get_files(struct segment *segment, const struct head *head, struct archive_in *in,
                      uint64_t *marks) {
    const struct kept_file *files = archive_view(in, head->files, sizeof *files);
    const char *texts = archive_view(in, head->texts, 1);
    size_t at = 0;
    for (uint32_t i = 0; i < head->files && !in->is_bad; i++) {
        size_t path = files[i].path, language = files[i].language;
        if (path + language > head->texts - at || memchr(texts + at, '\0', path + language)) {
            in->is_bad = true;
            break;
        }
        segment->files[i].record =
            make_head(&files[i], slice_of(texts + at, path), slice_of(texts + at + path, language));
        marks[i] = files[i].mark;
        segment->file_count++;
        at += path + language;
    }
}

// From none to all of them, each file's behind those of the one before.
static bool are_firsts(const struct segment_part *part, uint32_t file_count) {
    bool are = part->firsts[0] == 0 && part->firsts[file_count] == part->count;
    for (uint32_t file = 0; file < file_count; file++) {
        are = are && part->firsts[file] <= part->firsts[file + 1];
    }
    return are;
}

static void get_part(struct segment *segment, enum segment_field field, uint32_t count,
                     struct archive_in *in) {
    struct segment_part *part = &segment->fields[field];
    part->count = count;
    part->firsts = archive_view(in, segment->file_count + (size_t)1, sizeof *part->firsts);
    postings_restore(&part->terms, in);
    in->is_bad = in->is_bad || !are_firsts(part, segment->file_count);
    if (!in->is_bad) {
        segment_index_documents(segment, field);
    }
}

static void get_all(struct segment *segment, const struct head *head, struct archive_in *in,
                    uint64_t *marks) {
    get_files(segment, head, in, marks);
    spill_rest(segment->archive, (size_t)(in->at - segment->archive)); // the files have it now
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        get_part(segment, (enum segment_field)field, head->documents[field], in);
    }
    segment->keys = archive_view(in, head->documents[SEGMENT_SYMBOLS], sizeof *segment->keys);
    postings_restore(&segment->paths, in);
    if (!in->is_bad) {
        segment_index_names(segment);
    }
}

// The bytes stay the caller's, and with them what lies there.
static void give_up(struct segment *segment) {
    segment->archive = NULL;
    segment->keys = NULL;
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        segment->fields[field].firsts = NULL;
    }
    segment_release(segment);
}

struct segment *segment_restore(char *bytes, size_t size, uint64_t **marks) {
    struct archive_in in = {bytes, size, false};
    struct head head;
    archive_get(&in, &head, 1, sizeof head);
    *marks = NULL;
    if (head.format != SEGMENT_FORMAT || head.key_size != sizeof(struct segment_keys) || head.files > size ||
        head.documents[SEGMENT_CHUNKS] > size || head.documents[SEGMENT_SYMBOLS] > size) {
        return NULL;
    }
    struct segment *segment = mem_zero(1, sizeof *segment);
    atomic_init(&segment->references, 1);
    segment->files = mem_zero(head.files + (size_t)1, sizeof *segment->files);
    *marks = mem_zero(head.files + (size_t)1, sizeof **marks);
    segment->archive = bytes;
    get_all(segment, &head, &in, *marks);
    if (in.is_bad || in.left) {
        give_up(segment);
        free(*marks);
        *marks = NULL;
        return NULL;
    }
    segment_place_files(segment);
    return segment;
}
