// store_decode.c - see store_code.h; bytes into a record.
//
// The sizes at the front and the end give room for all of it at once. Whatever
// makes no sense sets is_bad, and from then on every number is 0 and every
// string empty, so that loops end by themselves.
#include "indexer/store_code.h"

#include "base/vec.h"

enum extent { HEAD, OUTLINE, WHOLE };

struct decoder {
    enum extent extent;
    const unsigned char *at;
    const unsigned char *end;
    bool is_bad;
    int64_t size; // of the file
    struct record *record;
    char *text; // room for strings ...
    size_t text_left;
    VEC(struct slice) strings; // ... that can be referred to
    uint32_t *dictionary;
    uint64_t dictionary_count;
    struct term *terms; // room for those of the chunks to come
    uint64_t terms_left;
};

static uint64_t bad(struct decoder *self) {
    self->is_bad = true;
    self->at = self->end;
    return 0;
}

static size_t left(const struct decoder *self) {
    return (size_t)(self->end - self->at);
}

static uint64_t long_number(struct decoder *self) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && self->at < self->end; shift += 7) {
        unsigned char byte = *self->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            return value;
        }
    }
    return bad(self);
}

// Most are small.
static inline uint64_t number(struct decoder *self) {
    return self->at < self->end && *self->at < 0x80 ? *self->at++ : long_number(self);
}

static uint64_t number_up_to(struct decoder *self, uint64_t most) {
    uint64_t value = number(self);
    return value <= most ? value : bad(self);
}

static uint64_t fixed(struct decoder *self, size_t bytes) {
    if (left(self) < bytes) {
        return bad(self);
    }
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)*self->at++ << 8 * i;
    }
    return value;
}

// base plus a difference; a line or byte of the file.
static uint32_t near(struct decoder *self, uint32_t base) {
    uint64_t coded = number_up_to(self, UINT32_MAX * (uint64_t)2);
    int64_t half = (int64_t)((coded + 1) >> 1);
    int64_t value = (int64_t)base + (coded & 1 ? -half : half);
    return value >= 0 && value <= self->size ? (uint32_t)value : (uint32_t)bad(self);
}

// base plus a distance; a line or byte of the file.
static uint32_t beyond(struct decoder *self, uint32_t base) {
    return self->is_bad ? 0 : base + (uint32_t)number_up_to(self, (uint64_t)self->size - base);
}

// Room for a string of this length, with its NUL; NULL if there is none.
static char *text_room(struct decoder *self, size_t length) {
    if (self->is_bad || length >= self->text_left) {
        bad(self);
        return NULL;
    }
    char *room = self->text;
    self->text += length + 1;
    self->text_left -= length + 1;
    return room;
}

// head, then as many of the bytes that come as a number says.
static struct slice text(struct decoder *self, struct slice head) {
    size_t length = number_up_to(self, left(self));
    char *room = text_room(self, head.length + length);
    if (!room || memchr(self->at, '\0', length)) {
        bad(self);
        return SLICE_LITERAL("");
    }
    memcpy(room, head.data, head.length);
    memcpy(room + head.length, self->at, length);
    self->at += length;
    return slice_of(room, head.length + length);
}

static struct slice remember(struct decoder *self, struct slice string) {
    vec_push(&self->strings, string);
    return string;
}

static const char *string(struct decoder *self) {
    uint64_t back = number_up_to(self, self->strings.count);
    struct slice string =
        back ? self->strings.items[self->strings.count - back] : text(self, SLICE_LITERAL(""));
    return remember(self, string).data;
}

static struct slice signature(struct decoder *self, struct slice before) {
    return text(self, slice_of(before.data, number_up_to(self, before.length)));
}

static const char *name(struct decoder *self, struct slice signature) {
    uint64_t at = number_up_to(self, signature.length);
    if (at == 0) {
        return string(self);
    }
    uint64_t length = number_up_to(self, signature.length - (at - 1));
    char *room = text_room(self, length);
    if (!room) {
        return "";
    }
    memcpy(room, signature.data + at - 1, length);
    return remember(self, slice_of(room, length)).data;
}

static struct slice decode_symbol(struct decoder *self, struct symbol *symbol, const struct symbol *before,
                                  struct slice signature_before) {
    uint64_t head = number_up_to(self, SYMBOL_MODULE * 4 + 3);
    struct slice line = signature(self, signature_before);
    symbol->kind = (enum symbol_kind)(head >> 2);
    symbol->is_declaration = (head & 2) != 0;
    symbol->signature = line.data;
    symbol->name = name(self, line);
    symbol->scope = string(self);
    symbol->doc = string(self);
    symbol->start_byte = beyond(self, before->start_byte);
    symbol->end_byte = beyond(self, symbol->start_byte);
    symbol->start_line = near(self, before->start_line);
    bool one_line = (head & 1) != 0;
    symbol->name_line = one_line ? symbol->start_line : near(self, symbol->start_line);
    symbol->header_end_line = one_line ? symbol->start_line : near(self, symbol->start_line);
    symbol->end_line = one_line ? symbol->start_line : near(self, symbol->start_line);
    return line;
}

static void decode_symbols(struct decoder *self) {
    struct record *record = self->record;
    struct symbol *symbols = arena_alloc(&record->arena, record->symbol_count * sizeof *symbols);
    static const struct symbol none;
    struct slice signature_before = SLICE_LITERAL("");
    for (uint32_t i = 0; i < record->symbol_count && !self->is_bad; i++) {
        signature_before = decode_symbol(self, &symbols[i], i ? &symbols[i - 1] : &none, signature_before);
    }
    record->symbols = symbols;
}

static struct reference decode_reference(struct decoder *self, struct reference before) {
    uint64_t ahead = number_up_to(self, UINT32_MAX - before.name);
    uint64_t head = number_up_to(self, (uint64_t)REFERENCE_LINES * 8);
    uint64_t line = (ahead ? 0 : before.line) + (head >> 3);
    uint64_t kind = head >> 1 & 3;
    uint64_t places = head & 1 ? number_up_to(self, REFERENCE_PLACES - 2) + 2 : 1;
    if (line >= REFERENCE_LINES || line > (uint64_t)self->size || kind > REFERENCE_TYPE) {
        bad(self);
    }
    return (struct reference){.name = before.name + (uint32_t)ahead,
                              .line = line & (REFERENCE_LINES - 1),
                              .kind = kind & 3,
                              .places = places & REFERENCE_PLACES};
}

static void decode_references(struct decoder *self) {
    struct record *record = self->record;
    struct reference *references = arena_alloc(&record->arena, record->reference_count * sizeof *references);
    struct reference before = {0};
    for (uint32_t i = 0; i < record->reference_count && !self->is_bad; i++) {
        references[i] = decode_reference(self, before);
        if (i && reference_compare(&before, &references[i]) > 0) { // R5: of one line, the kinds
            bad(self);
        }
        before = references[i];
    }
    record->references = references;
}

static void skip_references(struct decoder *self) {
    struct reference before = {0};
    for (uint32_t i = 0; i < self->record->reference_count && !self->is_bad; i++) {
        before = decode_reference(self, before);
    }
}

static void decode_imports(struct decoder *self) {
    struct record *record = self->record;
    struct import *imports = arena_alloc(&record->arena, record->import_count * sizeof *imports);
    uint32_t line = 0;
    for (uint32_t i = 0; i < record->import_count && !self->is_bad; i++) {
        imports[i].target = string(self);
        imports[i].line = line = near(self, line);
    }
    record->imports = imports;
}

static void decode_dictionary(struct decoder *self) {
    self->dictionary_count = number_up_to(self, left(self));
    self->dictionary = mem_alloc((self->dictionary_count + 1) * sizeof *self->dictionary);
    uint64_t below = 0;
    for (uint64_t i = 0; i < self->dictionary_count && !self->is_bad; i++) {
        uint64_t hash = below + number_up_to(self, UINT32_MAX);
        self->dictionary[i] = (uint32_t)hash;
        below = hash + 1;
        if (hash > UINT32_MAX) {
            bad(self);
        }
    }
}

static void decode_terms(struct decoder *self, struct chunk *chunk) {
    chunk->term_count = (uint32_t)number_up_to(self, self->terms_left);
    struct term *terms = self->terms;
    uint64_t place = 0; // in the dictionary, of the next term if it is the very next
    uint64_t length = 0;
    for (uint32_t i = 0; i < chunk->term_count; i++) {
        uint64_t coded = number(self);
        place += coded >> 1;
        if (self->is_bad || place >= self->dictionary_count) {
            bad(self);
            return;
        }
        uint32_t count = coded & 1 ? (uint32_t)number_up_to(self, UINT32_MAX - 2) + 2 : 1;
        terms[i] = (struct term){self->dictionary[place++], count};
        length += count;
    }
    chunk->terms = terms;
    chunk->length = length <= UINT32_MAX ? (uint32_t)length : (uint32_t)bad(self);
    self->terms += chunk->term_count;
    self->terms_left -= chunk->term_count;
}

static void decode_chunks(struct decoder *self) {
    struct record *record = self->record;
    struct chunk *chunks = arena_alloc(&record->arena, record->chunk_count * sizeof *chunks);
    uint32_t byte = 0;
    uint32_t line = 0;
    for (uint32_t i = 0; i < record->chunk_count && !self->is_bad; i++) {
        struct chunk *chunk = &chunks[i];
        chunk->kind = string(self);
        chunk->name = string(self);
        chunk->scope = string(self);
        chunk->start_byte = beyond(self, byte);
        chunk->end_byte = byte = beyond(self, chunk->start_byte);
        chunk->start_line = near(self, line);
        chunk->end_line = line = beyond(self, chunk->start_line);
        decode_terms(self, chunk);
    }
    record->chunks = chunks;
}

static void decode_file(struct decoder *self) {
    struct record *record = self->record;
    record->language = string(self);
    record->hash = fixed(self, 8);
    record->line_count = (uint32_t)number_up_to(self, (uint64_t)self->size + 1);
    uint64_t taint = number_up_to(self, STORE_CUT_SHORT + TAINT_GENERATED);
    record->taint = (enum taint)(taint % STORE_CUT_SHORT);
    record->cut_short = taint >= STORE_CUT_SHORT;
}

// The sizes, believed as far as so many bytes can hold so much.
static void decode_sizes(struct decoder *self, struct record *sizes, uint64_t text_size) {
    sizes->symbol_count = (uint32_t)number_up_to(self, left(self));
    sizes->reference_count = (uint32_t)number_up_to(self, left(self));
    sizes->import_count = (uint32_t)number_up_to(self, left(self));
    sizes->chunk_count = (uint32_t)number_up_to(self, left(self));
    self->terms_left = number_up_to(self, left(self));
    self->text_left = text_size <= STORE_TEXT_LIMIT ? text_size : bad(self);
}

static struct record *decode_path(struct decoder *self) {
    size_t length = number_up_to(self, left(self));
    if (length == 0 || memchr(self->at, '\0', length)) {
        bad(self);
        return NULL;
    }
    struct slice path = slice_of((const char *)self->at, length);
    self->at += length;
    if (self->extent == HEAD) {
        return record_new_head(path);
    }
    char *copy = mem_copy_bytes(path.data, path.length);
    struct record *record = record_new(copy);
    free(copy);
    return record;
}

enum { HEAD_TEXT = 64 }; // a language's name

static void decode_head(struct decoder *self, const struct record *sizes, int64_t mtime_ns) {
    struct record *record = self->record;
    record->size = self->size;
    record->mtime_ns = mtime_ns;
    record->symbol_count = sizes->symbol_count;
    record->reference_count = sizes->reference_count;
    record->import_count = sizes->import_count;
    record->chunk_count = sizes->chunk_count;
    decode_file(self);
}

// Of a head, which has no room for texts.
static void decode_short_head(struct decoder *self, const struct record *sizes, int64_t mtime_ns) {
    char text[HEAD_TEXT] = {0}; // strings end with what is there already
    self->text = text;
    self->text_left = self->text_left < sizeof text ? self->text_left : sizeof text;
    decode_head(self, sizes, mtime_ns);
    record_set_language(self->record, self->is_bad ? "" : self->record->language);
}

// Each symbol remembers three strings or less, each chunk three.
static void start_texts(struct decoder *self, const struct record *sizes, int64_t mtime_ns) {
    vec_reserve(&self->strings, 3 * ((size_t)sizes->symbol_count + sizes->chunk_count) + 1);
    self->text = arena_alloc(&self->record->arena, self->text_left);
    decode_head(self, sizes, mtime_ns);
}

static void decode_outline(struct decoder *self, const struct record *sizes, int64_t mtime_ns) {
    start_texts(self, sizes, mtime_ns);
    decode_symbols(self);
    skip_references(self);
    decode_imports(self);
    self->record->reference_count = self->record->chunk_count = 0;
}

static void decode_whole(struct decoder *self, const struct record *sizes, int64_t mtime_ns) {
    start_texts(self, sizes, mtime_ns);
    self->terms = arena_alloc(&self->record->arena, self->terms_left * sizeof *self->terms);
    decode_symbols(self);
    decode_references(self);
    decode_imports(self);
    decode_dictionary(self);
    decode_chunks(self);
    if (self->at != self->end || self->terms_left) {
        bad(self);
    }
}

static struct record *decode(struct slice bytes, int64_t size, int64_t mtime_ns, enum extent extent) {
    static void (*const decoders[])(struct decoder *, const struct record *, int64_t) = {
        [HEAD] = decode_short_head, [OUTLINE] = decode_outline, [WHOLE] = decode_whole};
    if (bytes.length < 4 || size < 0 || size > UINT32_MAX) {
        return NULL;
    }
    struct decoder self = {
        .extent = extent, .size = size, .at = (const unsigned char *)bytes.data + bytes.length - 4};
    self.end = self.at + 4;
    uint64_t text_size = fixed(&self, 4);
    self.at = (const unsigned char *)bytes.data;
    self.end -= 4;
    struct record sizes = {0};
    decode_sizes(&self, &sizes, text_size);
    self.record = decode_path(&self);
    if (self.record) {
        decoders[extent](&self, &sizes, mtime_ns);
    }
    if (self.is_bad) {
        record_release(self.record);
        self.record = NULL;
    }
    vec_free(&self.strings);
    free(self.dictionary);
    return self.record;
}

struct record *store_decode(struct slice bytes, int64_t size, int64_t mtime_ns) {
    return decode(bytes, size, mtime_ns, WHOLE);
}

struct record *store_decode_outline(struct slice bytes, int64_t size, int64_t mtime_ns) {
    return decode(bytes, size, mtime_ns, OUTLINE);
}

struct record *store_decode_head(struct slice bytes, int64_t size, int64_t mtime_ns) {
    return decode(bytes, size, mtime_ns, HEAD);
}
