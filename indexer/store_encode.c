// store_encode.c - see store_code.h; a record into bytes.
//
// The dictionary of a file's terms is made by a radix sort of all its chunks'
// terms: it is linear, and most of what encoding costs.
#include "indexer/store_code.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"

enum { RADIX_BITS = 11, RADIX_SIZE = 1 << RADIX_BITS, LONGEST_NUMBER = 10 };

struct encoder {
    const struct record *record;
    struct str *out;
    struct map seen; // hash of a string -> its last place in strings
    VEC(struct slice) strings;
    uint64_t text_size; // of the strings that a decoder has to make
};

// Ends what was written behind out's end by hand.
static void end_at(struct str *out, const char *at) {
    out->length = (size_t)(at - out->data);
    out->data[out->length] = '\0';
}

// There must be room for LONGEST_NUMBER bytes.
static char *number_at(char *at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        *at++ = (char)(0x80 | (value & 0x7F));
    }
    *at++ = (char)value;
    return at;
}

static void put_number(struct encoder *self, uint64_t value) {
    char bytes[LONGEST_NUMBER];
    str_append(self->out, bytes, (size_t)(number_at(bytes, value) - bytes));
}

static void put_difference(struct encoder *self, int64_t value) {
    put_number(self, value < 0 ? ((uint64_t)(-value) << 1) - 1 : (uint64_t)value << 1);
}

static void put_fixed(struct encoder *self, uint64_t value, size_t bytes) {
    for (; bytes; bytes--, value >>= 8) {
        str_append_char(self->out, (char)(value & 0xFF));
    }
}

static void put_text(struct encoder *self, struct slice text) {
    put_number(self, text.length);
    str_append_slice(self->out, text);
    self->text_size += text.length + 1;
}

// From now on it can be referred to.
static void remember(struct encoder *self, struct slice string, uint64_t hash) {
    map_set(&self->seen, hash, self->strings.count);
    vec_push(&self->strings, string);
}

// How many strings ago it stood here last; 0: it did not.
static size_t how_far_back(const struct encoder *self, struct slice string, uint64_t hash) {
    const uint64_t *last = map_get(&self->seen, hash);
    bool is_same = last && self->strings.items && slice_equal(self->strings.items[*last], string);
    return is_same ? self->strings.count - *last : 0;
}

static void put_string(struct encoder *self, const char *text) {
    struct slice string = slice_of_string(text);
    uint64_t hash = hash_bytes(string.data, string.length);
    size_t back = how_far_back(self, string, hash);
    put_number(self, back);
    if (back == 0) {
        put_text(self, string);
    }
    remember(self, string, hash);
}

static size_t shared_head(struct slice a, struct slice b) {
    size_t most = a.length < b.length ? a.length : b.length;
    size_t same = 0;
    while (same < most && a.data[same] == b.data[same]) {
        same++;
    }
    return same;
}

static void put_signature(struct encoder *self, const char *before, const char *signature) {
    struct slice text = slice_of_string(signature);
    size_t same = shared_head(slice_of_string(before), text);
    put_number(self, same);
    put_text(self, slice_sub(text, same, text.length));
    self->text_size += same;
}

static void put_name(struct encoder *self, const struct symbol *symbol) {
    struct slice name = slice_of_string(symbol->name);
    size_t at = name.length ? slice_find(slice_of_string(symbol->signature), name, 0) : (size_t)-1;
    if (at == (size_t)-1) {
        put_number(self, 0);
        put_string(self, symbol->name);
        return;
    }
    put_number(self, at + 1);
    put_number(self, name.length);
    self->text_size += name.length + 1;
    remember(self, name, hash_bytes(name.data, name.length));
}

static bool is_on_one_line(const struct symbol *symbol) {
    uint32_t line = symbol->start_line;
    return symbol->name_line == line && symbol->header_end_line == line && symbol->end_line == line;
}

static void put_symbol(struct encoder *self, const struct symbol *symbol, const struct symbol *before) {
    bool one_line = is_on_one_line(symbol);
    int64_t line = symbol->start_line;
    put_number(self, (uint64_t)symbol->kind * 4 + (symbol->is_declaration ? 2 : 0) + (one_line ? 1 : 0));
    put_signature(self, before->signature, symbol->signature);
    put_name(self, symbol);
    put_string(self, symbol->scope);
    put_string(self, symbol->doc);
    put_number(self, symbol->start_byte - before->start_byte);
    put_number(self, symbol->end_byte - symbol->start_byte);
    put_difference(self, line - before->start_line);
    if (!one_line) {
        put_difference(self, symbol->name_line - line);
        put_difference(self, symbol->header_end_line - line);
        put_difference(self, symbol->end_line - line);
    }
}

static void put_symbols(struct encoder *self) {
    struct symbol before = {.signature = ""};
    for (uint32_t i = 0; i < self->record->symbol_count; i++) {
        put_symbol(self, &self->record->symbols[i], &before);
        before = self->record->symbols[i];
    }
}

static void put_references(struct encoder *self) {
    struct reference before = {0};
    for (uint32_t i = 0; i < self->record->reference_count; i++) {
        struct reference reference = self->record->references[i];
        bool same_name = reference.name == before.name;
        uint64_t line = same_name ? reference.line - before.line : reference.line;
        bool repeated = reference.places > 1;
        put_number(self, reference.name - before.name);
        put_number(self, line * 8 + reference.kind * 2u + (repeated ? 1 : 0));
        if (repeated) {
            put_number(self, reference.places - 2u);
        }
        before = reference;
    }
}

static void put_imports(struct encoder *self) {
    int64_t line = 0;
    for (uint32_t i = 0; i < self->record->import_count; i++) {
        const struct import *import = &self->record->imports[i];
        put_string(self, import->target);
        put_difference(self, import->line - line);
        line = import->line;
    }
}

// A term of some chunk, and which one of all chunks' it is.
struct posting {
    uint32_t hash;
    uint32_t number;
};

// One round of the sort: by the RADIX_BITS from shift on, keeping the order of those alike.
static void sort_round(const struct posting *from, struct posting *to, size_t count, unsigned shift) {
    uint32_t places[RADIX_SIZE] = {0};
    for (size_t i = 0; i < count; i++) {
        places[from[i].hash >> shift & (RADIX_SIZE - 1)]++;
    }
    uint32_t place = 0;
    for (size_t i = 0; i < RADIX_SIZE; i++) {
        uint32_t here = places[i];
        places[i] = place;
        place += here;
    }
    for (size_t i = 0; i < count; i++) {
        to[places[from[i].hash >> shift & (RADIX_SIZE - 1)]++] = from[i];
    }
}

static size_t count_postings(const struct record *record) {
    size_t count = 0;
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        count += record->chunks[i].term_count;
    }
    return count;
}

// All chunks' terms sorted by hash; spare: as much room again.
static const struct posting *sorted_postings(const struct record *record, struct posting *postings,
                                             struct posting *spare) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        for (uint32_t k = 0; k < chunk->term_count; k++, count++) {
            postings[count] = (struct posting){chunk->terms[k].hash, count};
        }
    }
    sort_round(postings, spare, count, 0);
    sort_round(spare, postings, count, RADIX_BITS);
    sort_round(postings, spare, count, 2 * RADIX_BITS);
    return spare;
}

static size_t count_distinct(const struct posting *sorted, size_t count) {
    size_t distinct = count ? 1 : 0;
    for (size_t i = 1; i < count; i++) {
        distinct += sorted[i].hash != sorted[i - 1].hash ? 1 : 0;
    }
    return distinct;
}

// Writes the dictionary; places[n] gets the place in it, from 1, of posting number n.
static void put_dictionary(struct encoder *self, const struct posting *sorted, size_t count,
                           uint32_t *places) {
    size_t distinct = count_distinct(sorted, count);
    put_number(self, distinct);
    str_reserve(self->out, distinct * LONGEST_NUMBER);
    char *at = self->out->data + self->out->length;
    uint64_t below = 0; // one more than the last hash
    uint32_t place = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i].hash != sorted[i - 1].hash) {
            at = number_at(at, sorted[i].hash - below);
            below = (uint64_t)sorted[i].hash + 1;
            place++;
        }
        places[sorted[i].number] = place;
    }
    end_at(self->out, at);
}

static void put_terms(struct encoder *self, const struct chunk *chunk, const uint32_t *places) {
    put_number(self, chunk->term_count);
    str_reserve(self->out, (size_t)chunk->term_count * 2 * LONGEST_NUMBER);
    char *at = self->out->data + self->out->length;
    uint32_t last = 0;
    for (uint32_t i = 0; i < chunk->term_count; i++) {
        uint32_t count = chunk->terms[i].count;
        at = number_at(at, (uint64_t)(places[i] - last - 1) * 2 + (count > 1 ? 1 : 0));
        if (count > 1) {
            at = number_at(at, count - 2);
        }
        last = places[i];
    }
    end_at(self->out, at);
}

static void put_chunks(struct encoder *self, const uint32_t *places) {
    uint32_t byte = 0;
    int64_t line = 0;
    for (uint32_t i = 0; i < self->record->chunk_count; i++) {
        const struct chunk *chunk = &self->record->chunks[i];
        put_string(self, chunk->kind);
        put_string(self, chunk->name);
        put_string(self, chunk->scope);
        put_number(self, chunk->start_byte - byte);
        put_number(self, chunk->end_byte - chunk->start_byte);
        put_difference(self, chunk->start_line - line);
        put_number(self, chunk->end_line - chunk->start_line);
        put_terms(self, chunk, places);
        places += chunk->term_count;
        byte = chunk->end_byte;
        line = chunk->end_line;
    }
}

static void put_dictionary_and_chunks(struct encoder *self, size_t count) {
    struct posting *postings = mem_alloc((count + 1) * 2 * sizeof *postings);
    uint32_t *places = mem_alloc((count + 1) * sizeof *places);
    const struct posting *sorted = sorted_postings(self->record, postings, postings + count);
    put_dictionary(self, sorted, count, places);
    put_chunks(self, places);
    free(postings);
    free(places);
}

static void put_file(struct encoder *self) {
    const struct record *record = self->record;
    put_number(self, strlen(record->path));
    str_append_string(self->out, record->path);
    put_string(self, record->language);
    put_fixed(self, record->hash, 8);
    put_number(self, record->line_count);
    put_number(self, (uint64_t)record->taint + (record->cut_short ? STORE_CUT_SHORT : 0));
}

void store_encode(const struct record *record, struct str *out) {
    struct encoder self = {.record = record, .out = out};
    size_t postings = count_postings(record);
    put_number(&self, record->symbol_count);
    put_number(&self, record->reference_count);
    put_number(&self, record->import_count);
    put_number(&self, record->chunk_count);
    put_number(&self, postings);
    put_file(&self);
    put_symbols(&self);
    put_references(&self);
    put_imports(&self);
    put_dictionary_and_chunks(&self, postings);
    put_fixed(&self, self.text_size, 4);
    map_free(&self.seen);
    vec_free(&self.strings);
}
