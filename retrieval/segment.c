// segment.c - see segment.h.
//
// A record already holds its chunks' counted terms (the forward rows), so the
// chunks' postings are a transposition. The signature documents are small and
// counted here, once.
#include "retrieval/segment.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/spill.h"
#include "indexer/language.h"
#include "indexer/terms.h"
#include "retrieval/embedder.h"
#include "retrieval/impact.h"
#include "retrieval/paths.h"

#include <stdlib.h>

enum { ARENA_KEPT = 1 << 20 };

// What building needs for a while.
struct build {
    struct segment *segment;
    struct record **records; // of each file, whole
    struct postings_builder postings;
    struct term_counter *counter;
    struct arena arena; // a signature document's terms
    struct str document;
};

uint32_t segment_key(enum segment_spelling spelling, struct slice text) {
    return hash_fold(hash_bytes(text.data, text.length) * 31 + (uint64_t)spelling);
}

uint32_t segment_exact_key(struct slice name) {
    uint32_t key = hash_fold(hash_bytes(name.data, name.length));
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

void segment_index_documents(struct segment *segment, enum segment_field field) {
    struct segment_part *part = &segment->fields[field];
    uint32_t count = (uint32_t)(((uint64_t)part->count + SEGMENT_BLOCK - 1) / SEGMENT_BLOCK);
    part->blocks = spill_alloc((count + (size_t)1) * sizeof *part->blocks);
    uint32_t file = 0;
    for (uint32_t block = 0; block < count; block++) {
        while (part->firsts[file + 1] <= block * SEGMENT_BLOCK) {
            file++;
        }
        part->blocks[block] = file;
    }
    part->blocks[count] = segment->file_count ? segment->file_count - 1 : 0;
}

static void number_documents(struct segment *segment, enum segment_field field) {
    struct segment_part *part = &segment->fields[field];
    part->firsts = spill_alloc((segment->file_count + (size_t)1) * sizeof *part->firsts);
    for (uint32_t file = 0; file < segment->file_count; file++) {
        part->firsts[file] = part->count;
        part->count += document_count(segment->files[file].record, field);
    }
    part->firsts[segment->file_count] = part->count;
    segment_index_documents(segment, field);
}

static const struct chunk *chunk_of(const struct build *build, uint32_t id) {
    const struct segment_part *part = &build->segment->fields[SEGMENT_CHUNKS];
    uint32_t file = segment_file_of(part, id);
    return &build->records[file]->chunks[id - part->firsts[file]];
}

static const struct symbol *symbol_of(const struct build *build, uint32_t id) {
    const struct segment_part *part = &build->segment->fields[SEGMENT_SYMBOLS];
    uint32_t file = segment_file_of(part, id);
    return &build->records[file]->symbols[id - part->firsts[file]];
}

static void add_terms(struct build *build, enum segment_field field, uint32_t id, const struct term *terms,
                      uint32_t count, uint32_t length) {
    static const float usual[] = {IMPACT_CHUNK_LENGTH, IMPACT_SIGNATURE_LENGTH};
    for (uint32_t i = 0; i < count; i++) {
        postings_add(&build->postings, terms[i].hash, id, impact_of(terms[i].count, length, usual[field]));
    }
}

static void index_chunks(struct build *build) {
    struct segment_part *part = &build->segment->fields[SEGMENT_CHUNKS];
    for (uint32_t id = 0; id < part->count; id++) {
        const struct chunk *chunk = chunk_of(build, id);
        add_terms(build, SEGMENT_CHUNKS, id, chunk->terms, chunk->term_count, chunk->length);
    }
    postings_build(&part->terms, &build->postings);
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

static void index_signatures(struct build *build) {
    struct segment *segment = build->segment;
    struct segment_part *part = &segment->fields[SEGMENT_SYMBOLS];
    for (uint32_t id = 0; id < part->count; id++) {
        uint32_t count, length;
        write_signature_document(&build->document, segment->files[segment_file_of(part, id)].record,
                                 symbol_of(build, id));
        const struct term *terms =
            terms_count(build->counter, str_slice(&build->document), &build->arena, &count, &length);
        add_terms(build, SEGMENT_SYMBOLS, id, terms, count, length);
        if (build->arena.used > ARENA_KEPT) {
            arena_free(&build->arena);
        }
    }
    postings_build(&part->terms, &build->postings);
}

struct slice segment_scope_name(const char *scope) {
    struct slice text = slice_of_string(scope);
    size_t start = text.length;
    while (start > 0 && text.data[start - 1] != '.' && text.data[start - 1] != ':') {
        start--;
    }
    return slice_sub(text, start, text.length);
}

static uint32_t length_of(const struct symbol *symbol) {
    size_t steps = strlen(symbol->signature) / SEGMENT_LENGTH_STEP;
    return (uint32_t)(steps < SEGMENT_LENGTHS ? steps : SEGMENT_LENGTHS - 1);
}

static uint32_t beginning_of(const char *name) {
    return segment_beginning(name[0], name[0] ? name[1] : '\0');
}

static void hash_names(const struct build *build) {
    struct segment *segment = build->segment;
    uint32_t count = segment->fields[SEGMENT_SYMBOLS].count;
    segment->keys = spill_alloc((count + (size_t)1) * sizeof *segment->keys);
    for (uint32_t id = 0; id < count; id++) {
        const struct symbol *symbol = symbol_of(build, id);
        struct slice name = slice_of_string(symbol->name), scope = segment_scope_name(symbol->scope);
        segment->keys[id] =
            (struct segment_keys){.name = segment_exact_key(name),
                                  .scope = scope.length ? segment_exact_key(scope) : 0,
                                  .name_term = segment_name_key(name),
                                  .scope_term = segment_scope_term(scope) & (SEGMENT_SCOPE_TERMS - 1),
                                  .length = length_of(symbol) & (SEGMENT_LENGTHS - 1),
                                  .kind = symbol->kind,
                                  .beginning = beginning_of(symbol->name) & UINT8_MAX,
                                  .is_declaration = symbol->is_declaration};
    }
}

void segment_index_names(struct segment *segment) {
    names_build(&segment->names, &segment->keys->name_term, sizeof *segment->keys,
                segment->fields[SEGMENT_SYMBOLS].count);
}

static void index_paths(struct build *build) {
    const struct segment *segment = build->segment;
    for (uint32_t file = 0; file < segment->file_count; file++) {
        struct slice path = slice_of_string(segment->files[file].record->path);
        postings_add(&build->postings, segment_key(SPELLING_PATH, path), file, 1);
        postings_add(&build->postings, segment_key(SPELLING_BASE, paths_base(path)), file, 1);
        postings_add(&build->postings, segment_key(SPELLING_FOLDER, paths_folder(path)), file, 1);
        postings_add(&build->postings, segment_key(SPELLING_MODULE, paths_module(path)), file, 1);
    }
    postings_build(&build->segment->paths, &build->postings);
}

static int compare_paths(const void *left, const void *right) {
    const struct segment_file *a = left, *b = right;
    return strcmp(a->record->path, b->record->path);
}

static void adopt_files(struct segment *segment, const struct segment_file *files, uint32_t count) {
    segment->files = mem_alloc((count + (size_t)1) * sizeof *segment->files);
    segment->file_count = count;
    for (uint32_t i = 0; i < count; i++) {
        segment->files[i].record = record_retain(files[i].record);
        segment->files[i].text = files[i].text ? text_retain(files[i].text) : NULL;
    }
    if (count > 1) {
        qsort(segment->files, count, sizeof *segment->files, compare_paths);
    }
}

void segment_place_files(struct segment *segment) {
    struct map folders;
    map_init(&folders);
    segment->folders = mem_alloc((segment->file_count + (size_t)1) * sizeof *segment->folders);
    segment->taints = mem_alloc((segment->file_count + (size_t)1) * sizeof *segment->taints);
    str_init(&segment->folder_paths);
    vec_push(&segment->folder_starts, 0);
    for (uint32_t file = 0; file < segment->file_count; file++) {
        struct slice folder = paths_folder(slice_of_string(segment->files[file].record->path));
        uint32_t count = segment_folder_count(segment);
        uint64_t number = *map_insert(&folders, hash_bytes(folder.data, folder.length), count);
        if (number == count) {
            str_append(&segment->folder_paths, folder.data, folder.length + (folder.length > 0));
            vec_push(&segment->folder_starts, (uint32_t)segment->folder_paths.length);
        }
        segment->folders[file] = (uint32_t)number;
        segment->taints[file] = (uint8_t)segment->files[file].record->taint;
    }
    map_free(&folders);
}

bool segment_find(const struct segment *segment, struct slice path, uint32_t *file) {
    struct postings_list list = postings_find(&segment->paths, segment_key(SPELLING_PATH, path));
    while (postings_next(&list)) {
        if (slice_equal(slice_of_string(segment->files[list.document].record->path), path)) {
            *file = list.document;
            return true;
        }
    }
    return false;
}

uint32_t segment_first_behind(const struct segment *segment, enum segment_field field, const char *path) {
    uint32_t low = 0, high = segment->file_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bool is_before = strcmp(segment->files[middle].record->path, path) < 0;
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return segment->fields[field].firsts[low];
}

static void start(struct build *build, const struct segment_file *files, uint32_t count) {
    struct segment *segment = mem_zero(1, sizeof *segment);
    *build = (struct build){.segment = segment, .counter = term_counter_new()};
    atomic_init(&segment->references, 1);
    arena_init(&build->arena);
    str_init(&build->document);
    adopt_files(segment, files, count);
    build->records = mem_alloc((count + (size_t)1) * sizeof *build->records);
    for (uint32_t i = 0; i < count; i++) {
        build->records[i] = record_unpack(segment->files[i].record);
    }
    segment_place_files(segment);
    number_documents(segment, SEGMENT_CHUNKS);
    number_documents(segment, SEGMENT_SYMBOLS);
}

static void finish(struct build *build) {
    for (uint32_t i = 0; i < build->segment->file_count; i++) {
        record_release(build->records[i]);
    }
    free(build->records);
    postings_builder_free(&build->postings);
    str_free(&build->document);
    arena_free(&build->arena);
    term_counter_free(build->counter);
}

struct segment *segment_build(const struct segment_file *files, uint32_t count) {
    struct build build;
    start(&build, files, count);
    hash_names(&build);
    index_chunks(&build);
    index_signatures(&build);
    segment_index_names(build.segment);
    index_paths(&build);
    finish(&build);
    return build.segment;
}

struct segment *segment_retain(struct segment *segment) {
    atomic_fetch_add_explicit(&segment->references, 1, memory_order_relaxed);
    return segment;
}

uint64_t segment_bytes(const struct segment *segment) {
    uint64_t bytes =
        segment->file_count * (sizeof *segment->files + sizeof *segment->folders + sizeof *segment->taints);
    bytes += segment->folder_paths.length + segment->folder_starts.count * sizeof(uint32_t);
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        const struct segment_part *part = &segment->fields[field];
        bytes += segment->file_count * sizeof *part->firsts;
        bytes += part->count / SEGMENT_BLOCK * sizeof *part->blocks + postings_bytes(&part->terms);
    }
    bytes += segment->fields[SEGMENT_SYMBOLS].count * sizeof *segment->keys;
    bytes += names_bytes(&segment->names) + postings_bytes(&segment->paths);
    return bytes;
}

static void destroy(struct segment *segment) {
    for (uint32_t i = 0; i < segment->file_count; i++) {
        record_release(segment->files[i].record);
        text_release(segment->files[i].text);
    }
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        spill_free(segment->fields[field].blocks);
        spill_free(segment->archive ? NULL : segment->fields[field].firsts);
        postings_free(&segment->fields[field].terms);
    }
    names_free(&segment->names);
    postings_free(&segment->paths);
    spill_free(segment->archive ? NULL : segment->keys);
    spill_free(segment->archive);
    free(segment->folders);
    free(segment->taints);
    str_free(&segment->folder_paths);
    vec_free(&segment->folder_starts);
    free(segment->files);
    free(segment);
}

void segment_release(struct segment *segment) {
    if (segment && atomic_fetch_sub_explicit(&segment->references, 1, memory_order_acq_rel) == 1) {
        destroy(segment);
    }
}
