// segment.c - see segment.h.
//
// A record already holds its chunks' counted terms (the forward rows), so the
// chunks' postings are a transposition. The signature documents are small and
// counted here, once, into forward rows of the same shape that live only as
// long as the build.
#include "retrieval/segment.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"
#include "indexer/language.h"
#include "indexer/terms.h"
#include "retrieval/embedder.h"
#include "retrieval/paths.h"

#include <stdlib.h>

// The forward rows of the signature documents, while a segment is built.
struct rows {
    VEC(struct term) terms;
    VEC(size_t) ends; // of each symbol's row
    struct arena arena;
    struct term_counter *counter;
};

struct build {
    struct segment *segment;
    struct rows rows;
};

uint32_t segment_key(enum segment_spelling spelling, struct slice text) {
    return hash_fold(hash_bytes(text.data, text.length) * 31 + (uint64_t)spelling);
}

uint64_t segment_exact_key(struct slice name) {
    uint64_t key = hash_bytes(name.data, name.length);
    return key ? key : 1;
}

uint32_t segment_name_key(struct slice name) {
    char lower[128];
    while (name.length && name.data[0] == '_') {
        name = slice_sub(name, 1, name.length);
    }
    while (name.length && name.data[name.length - 1] == '_') {
        name.length--;
    }
    size_t length = name.length < sizeof lower ? name.length : sizeof lower;
    for (size_t i = 0; i < length; i++) {
        char c = name.data[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return hash_fold(hash_bytes(lower, length));
}

// Keys of data (JSON, CSS, Markdown) are no definitions that code could use; their chunks are found all the same.
static uint32_t document_count(const struct record *record, enum segment_field field) {
    if (field == SEGMENT_CHUNKS) {
        return record->chunk_count;
    }
    return language_is_data(language_of_id(record->language)) ? 0 : record->symbol_count;
}

static void number_entries(struct segment *segment, enum segment_field field) {
    struct segment_part *part = &segment->fields[field];
    for (uint32_t f = 0; f < segment->file_count; f++) {
        const struct record *record = segment->files[f].record;
        part->count += document_count(record, field);
    }
    part->entries = spill_alloc((part->count + (size_t)1) * sizeof *part->entries);
    uint32_t id = 0;
    for (uint32_t f = 0; f < segment->file_count; f++) {
        const struct record *record = segment->files[f].record;
        uint32_t count = document_count(record, field);
        for (uint32_t i = 0; i < count; i++) {
            part->entries[id++] =
                (struct segment_entry){f, i, field == SEGMENT_CHUNKS ? record->chunks[i].length : 0};
        }
    }
}

static void feed_chunks(struct postings *postings, void *context) {
    const struct segment *segment = ((struct build *)context)->segment;
    for (uint32_t id = 0; id < segment->fields[SEGMENT_CHUNKS].count; id++) {
        const struct chunk *chunk = segment_chunk(segment, id);
        for (uint32_t i = 0; i < chunk->term_count; i++) {
            postings_add(postings, chunk->terms[i].hash, id, chunk->terms[i].count);
        }
    }
}

static void append_words(struct str *out, struct slice words) {
    str_append_slice(out, words);
    str_append_char(out, ' ');
}

static void write_signature_document(struct str *out, const struct record *record,
                                     const struct symbol *symbol) {
    str_clear(out);
    append_words(out, slice_of_string(symbol->name));
    append_words(out, slice_of_string(symbol->name));
    append_words(out, slice_of_string(symbol->scope));
    append_words(out, slice_of_string(symbol->signature));
    append_words(out, paths_stem(slice_of_string(record->path)));
}

static void count_signatures(struct build *build) {
    struct segment *segment = build->segment;
    struct segment_part *part = &segment->fields[SEGMENT_SYMBOLS];
    struct str document;
    str_init(&document);
    for (uint32_t id = 0; id < part->count; id++) {
        uint32_t count = 0;
        write_signature_document(&document, segment->files[part->entries[id].file].record,
                                 segment_symbol(segment, id));
        const struct term *terms = terms_count(build->rows.counter, str_slice(&document), &build->rows.arena,
                                               &count, &part->entries[id].length);
        for (uint32_t i = 0; i < count; i++) {
            vec_push(&build->rows.terms, terms[i]);
        }
        vec_push(&build->rows.ends, build->rows.terms.count);
        if (build->rows.arena.used > 1 << 20) {
            arena_free(&build->rows.arena);
        }
    }
    str_free(&document);
}

static void feed_signatures(struct postings *postings, void *context) {
    const struct rows *rows = &((struct build *)context)->rows;
    size_t at = 0;
    for (uint32_t id = 0; id < rows->ends.count; id++) {
        for (; at < rows->ends.items[id]; at++) {
            postings_add(postings, rows->terms.items[at].hash, id, rows->terms.items[at].count);
        }
    }
}

// The last identifier of a scope such as "a::b::C" or "pkg.Type".
static struct slice last_name(const char *scope) {
    struct slice text = slice_of_string(scope);
    size_t start = text.length;
    while (start > 0 && text.data[start - 1] != '.' && text.data[start - 1] != ':') {
        start--;
    }
    return slice_sub(text, start, text.length);
}

static void hash_names(struct segment *segment) {
    uint32_t count = segment->fields[SEGMENT_SYMBOLS].count;
    segment->keys = spill_alloc((count + (size_t)1) * sizeof *segment->keys);
    for (uint32_t id = 0; id < count; id++) {
        const struct symbol *symbol = segment_symbol(segment, id);
        struct slice name = slice_of_string(symbol->name), scope = last_name(symbol->scope);
        segment->keys[id] = (struct segment_keys){.name = segment_exact_key(name),
                                                  .scope = scope.length ? segment_exact_key(scope) : 0,
                                                  .name_term = segment_name_key(name),
                                                  .scope_term = segment_name_key(scope),
                                                  .kind = (uint8_t)symbol->kind,
                                                  .is_declaration = symbol->is_declaration,
                                                  .is_private = symbol->name[0] == '_'};
    }
}

static void feed_names(struct postings *postings, void *context) {
    const struct segment *segment = ((struct build *)context)->segment;
    for (uint32_t id = 0; id < segment->fields[SEGMENT_SYMBOLS].count; id++) {
        postings_add(postings, segment->keys[id].name_term, id, 1);
    }
}

static void feed_paths(struct postings *postings, void *context) {
    const struct segment *segment = ((struct build *)context)->segment;
    for (uint32_t file = 0; file < segment->file_count; file++) {
        struct slice path = slice_of_string(segment->files[file].record->path);
        postings_add(postings, segment_key(SPELLING_PATH, path), file, 1);
        postings_add(postings, segment_key(SPELLING_BASE, paths_base(path)), file, 1);
        postings_add(postings, segment_key(SPELLING_FOLDER, paths_folder(path)), file, 1);
        postings_add(postings, segment_key(SPELLING_MODULE, paths_module(path)), file, 1);
    }
}

static void average_lengths(struct segment_part *part) {
    uint64_t total = 0;
    for (uint32_t id = 0; id < part->count; id++) {
        total += part->entries[id].length;
    }
    part->average_length = part->count && total ? (double)total / part->count : 1;
}

static void embed_chunk(struct segment *segment, uint32_t id) {
    struct vector vector;
    const struct chunk *chunk = segment_chunk(segment, id);
    const struct segment_part *part = &segment->fields[SEGMENT_CHUNKS];
    embedder_embed_row(&part->terms, part->count, chunk->terms, chunk->term_count, &vector);
    vectors_set(&segment->vectors, id, &vector);
}

static bool same_terms(const struct chunk *a, const struct chunk *b) {
    return a->term_count == b->term_count && a->length == b->length &&
           (a->term_count == 0 || memcmp(a->terms, b->terms, a->term_count * sizeof *a->terms) == 0);
}

static void adopt_vector(struct vectors *vectors, uint32_t id, const struct vectors *old, uint32_t old_id) {
    vectors->vectors[id] = old->vectors[old_id];
    vectors->sketches[id] = old->sketches[old_id];
}

// An edit leaves the first and the last chunks of a file as they were.
static void embed_chunks(struct segment *segment, const struct segment *before) {
    uint32_t count = segment->fields[SEGMENT_CHUNKS].count;
    uint32_t old = before ? before->fields[SEGMENT_CHUNKS].count : 0;
    uint32_t shorter = old < count ? old : count, first = 0, last = 0;
    vectors_init(&segment->vectors, count);
    while (first < shorter && same_terms(segment_chunk(segment, first), segment_chunk(before, first))) {
        adopt_vector(&segment->vectors, first, &before->vectors, first);
        first++;
    }
    while (last < shorter - first &&
           same_terms(segment_chunk(segment, count - 1 - last), segment_chunk(before, old - 1 - last))) {
        adopt_vector(&segment->vectors, count - 1 - last, &before->vectors, old - 1 - last);
        last++;
    }
    for (uint32_t id = first; id < count - last; id++) {
        embed_chunk(segment, id);
    }
}

static void adopt_files(struct segment *segment, const struct segment_file *files, uint32_t count) {
    segment->files = mem_alloc((count + (size_t)1) * sizeof *segment->files);
    segment->file_count = count;
    for (uint32_t i = 0; i < count; i++) {
        segment->files[i].record = record_retain(files[i].record);
        segment->files[i].text = files[i].text ? text_retain(files[i].text) : NULL;
    }
}

static void number_folders(struct segment *segment) {
    struct map folders;
    map_init(&folders);
    segment->folders = mem_alloc((segment->file_count + (size_t)1) * sizeof *segment->folders);
    segment->folder_files = mem_alloc((segment->file_count + (size_t)1) * sizeof *segment->folder_files);
    for (uint32_t file = 0; file < segment->file_count; file++) {
        struct slice folder = paths_folder(slice_of_string(segment->files[file].record->path));
        uint64_t number =
            *map_insert(&folders, hash_bytes(folder.data, folder.length), segment->folder_count);
        if (number == segment->folder_count) {
            segment->folder_files[segment->folder_count++] = file;
        }
        segment->folders[file] = (uint32_t)number;
    }
    map_free(&folders);
}

// The first entry of a file not below `file`; entries ascend by file (G1).
static uint32_t first_entry(const struct segment_part *part, uint32_t file) {
    uint32_t low = 0, high = part->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (part->entries[middle].file < file) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t segment_range(const struct segment *segment, enum segment_field field, uint32_t file,
                       uint32_t *first) {
    *first = first_entry(&segment->fields[field], file);
    return first_entry(&segment->fields[field], file + 1);
}

bool segment_find(const struct segment *segment, struct slice path, uint32_t *file) {
    struct postings_list list = postings_find(&segment->paths, segment_key(SPELLING_PATH, path));
    for (uint32_t i = 0; i < list.length; i++) {
        if (slice_equal(slice_of_string(segment->files[list.documents[i]].record->path), path)) {
            *file = list.documents[i];
            return true;
        }
    }
    return false;
}

static struct segment *build(const struct segment_file *files, uint32_t count, const struct segment *before) {
    struct segment *segment = mem_zero(1, sizeof *segment);
    struct build work = {.segment = segment};
    atomic_init(&segment->references, 1);
    arena_init(&work.rows.arena);
    work.rows.counter = term_counter_new();
    adopt_files(segment, files, count);
    number_folders(segment);
    number_entries(segment, SEGMENT_CHUNKS);
    number_entries(segment, SEGMENT_SYMBOLS);
    count_signatures(&work);
    hash_names(segment);
    postings_build(&segment->fields[SEGMENT_CHUNKS].terms, feed_chunks, &work);
    postings_build(&segment->fields[SEGMENT_SYMBOLS].terms, feed_signatures, &work);
    postings_build(&segment->names, feed_names, &work);
    postings_build(&segment->paths, feed_paths, &work);
    average_lengths(&segment->fields[SEGMENT_CHUNKS]);
    average_lengths(&segment->fields[SEGMENT_SYMBOLS]);
    embed_chunks(segment, before);
    vec_free(&work.rows.terms);
    vec_free(&work.rows.ends);
    arena_free(&work.rows.arena);
    term_counter_free(work.rows.counter);
    return segment;
}

struct segment *segment_build(const struct segment_file *files, uint32_t count) {
    return build(files, count, NULL);
}

struct segment *segment_build_next(const struct segment_file *file, const struct segment *before) {
    return build(file, 1, before);
}

struct segment *segment_retain(struct segment *segment) {
    atomic_fetch_add_explicit(&segment->references, 1, memory_order_relaxed);
    return segment;
}

static void destroy(struct segment *segment) {
    for (uint32_t i = 0; i < segment->file_count; i++) {
        record_release(segment->files[i].record);
        text_release(segment->files[i].text);
    }
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        spill_free(segment->fields[field].entries);
        postings_free(&segment->fields[field].terms);
    }
    postings_free(&segment->names);
    postings_free(&segment->paths);
    vectors_free(&segment->vectors);
    spill_free(segment->keys);
    free(segment->folders);
    free(segment->folder_files);
    free(segment->files);
    free(segment);
}

void segment_release(struct segment *segment) {
    if (segment && atomic_fetch_sub_explicit(&segment->references, 1, memory_order_acq_rel) == 1) {
        destroy(segment);
    }
}
