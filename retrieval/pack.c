// pack.c - see pack.h.
//
// Items go in by the order of the calls, best first. A symbol is shown by its
// one-line signature; a chunk by its text, read from disk only now and only if
// the file still is what was indexed.
#include "retrieval/pack.h"

#include "base/hash.h"
#include "base/mem.h"
#include "retrieval/file_text.h"

#include <stdio.h>

enum { SMALLEST_BUDGET = 24, FEWEST_LINES = 3, CHUNK_READ_MAX = 64 * 1024 };
static const double BYTES_PER_TOKEN = 3.3;

void pack_init(struct pack *pack, struct context *context, const char *root, const char *path,
               const struct known_lines *known, uint32_t signature_bytes, uint32_t chunk_bytes) {
    *pack = (struct pack){.context = context,
                          .root = root,
                          .path = path,
                          .known = known,
                          .signature_bytes = signature_bytes,
                          .chunk_bytes = chunk_bytes};
    map_init(&pack->shown);
}

static void take_item(struct pack *pack, const struct record *record, struct context_item item) {
    item.path = arena_copy_string(&pack->context->arena, record->path);
    item.taint = record->taint;
    item.tokens = (uint32_t)((double)item.text.length / BYTES_PER_TOKEN) + 1;
    vec_push(&pack->items, item);
}

static uint64_t place_key(const struct record *record, uint32_t line) {
    return hash_bytes(record->path, strlen(record->path)) + line;
}

static void choose_lines(const struct symbol *symbol, uint32_t *start, uint32_t *end) {
    *start =
        symbol->name_line - symbol->start_line < PACK_SYMBOL_LINES ? symbol->start_line : symbol->name_line;
    *end = symbol->header_end_line < *start + PACK_SYMBOL_LINES ? symbol->header_end_line
                                                                : *start + PACK_SYMBOL_LINES - 1;
    *end = *end > symbol->name_line ? *end : symbol->name_line;
}

// Does it name its type before its name: Reader::read, (r *Reader) read, Reader<T>::read?
static bool names_owner(struct slice signature, struct slice name, struct slice type) {
    struct slice head = slice_sub(signature, 0, slice_find_word(signature, name, 0));
    for (size_t at = slice_find_word(head, type, 0); at < head.length;
         at = slice_find_word(head, type, at + 1)) {
        size_t end = at + type.length;
        if (end < head.length && strchr(":.)<", head.data[end])) {
            return true;
        }
    }
    return false;
}

// "int count" alone does not tell of what.
static const char *owner_of(struct pack *pack, const struct symbol *symbol, struct slice signature) {
    bool is_member = symbol->kind == SYMBOL_METHOD || symbol->kind == SYMBOL_FIELD;
    const char *dot = strrchr(symbol->scope, '.');
    struct slice type = slice_of_string(dot ? dot + 1 : symbol->scope);
    struct slice name = slice_of_string(symbol->name);
    bool is_constructor = slice_equal(name, type) || (name.length && name.data[0] == '~');
    return is_member && type.length && name.length && !is_constructor && !names_owner(signature, name, type)
               ? arena_copy_string(&pack->context->arena, type.data)
               : NULL;
}

bool pack_symbol(struct pack *pack, const struct segment_file *file, const struct symbol *symbol,
                 enum context_source source, double score) {
    const struct record *record = file->record;
    struct slice signature = slice_trim(slice_of_string(symbol->signature));
    size_t known = pack->shown.count;
    if (pack->signature_bytes < SMALLEST_BUDGET) {
        return false;
    }
    if (strcmp(record->path, pack->path) == 0 || signature.length == 0 ||
        signature.length + 1 > pack->signature_bytes) {
        return true;
    }
    map_insert(&pack->shown, place_key(record, symbol->name_line), 1);
    if (pack->shown.count == known || known_lines_have(pack->known, signature)) {
        return true;
    }
    struct context_item item = {.start_byte = symbol->start_byte,
                                .end_byte = symbol->end_byte,
                                .source = source,
                                .score = score,
                                .text = {arena_copy(&pack->context->arena, signature), signature.length},
                                .scope = owner_of(pack, symbol, signature)};
    choose_lines(symbol, &item.start_line, &item.end_line);
    take_item(pack, record, item);
    pack->signature_bytes -= (uint32_t)signature.length + 1;
    return true;
}

bool pack_name(struct pack *pack, const struct symbol *symbol, struct context_name about) {
    struct arena *arena = &pack->context->arena;
    if (pack->names.count == CONTEXT_NAMES) {
        return false;
    }
    about.name = arena_copy_string(arena, symbol->name);
    about.scope = arena_copy_string(arena, symbol->scope);
    about.signature = arena_copy_string(arena, symbol->signature);
    about.before = about.before ? arena_copy_string(arena, about.before) : "";
    about.after = about.after ? arena_copy_string(arena, about.after) : "";
    about.kind = symbol->kind;
    vec_push(&pack->names, about);
    return true;
}

static struct slice copy(struct pack *pack, struct slice text) {
    return slice_of(arena_copy(&pack->context->arena, text), text.length);
}

static struct slice chunk_text(struct pack *pack, const struct segment_file *file,
                               const struct chunk *chunk) {
    uint32_t end = chunk->end_byte - chunk->start_byte > CHUNK_READ_MAX ? chunk->start_byte + CHUNK_READ_MAX
                                                                        : chunk->end_byte;
    struct str buffer;
    str_init(&buffer);
    struct slice text = copy(pack, file_text_part(file, pack->root, chunk->start_byte, end, &buffer));
    str_free(&buffer);
    return text;
}

// As many whole lines as fit into the limits; *lines gets their number.
static struct slice fit_lines(struct slice text, size_t bytes, uint32_t limit, uint32_t *lines) {
    size_t end = 0;
    for (*lines = 0; *lines < limit && end < text.length; ++*lines) {
        const char *newline = memchr(text.data + end, '\n', text.length - end);
        size_t next = newline ? (size_t)(newline - text.data) + 1 : text.length;
        if (next > bytes) {
            break;
        }
        end = next;
    }
    return slice_sub(text, 0, end);
}

static bool overlaps(const struct pack *pack, const struct record *record, uint32_t start, uint32_t end) {
    for (size_t i = 0; i < pack->items.count; i++) {
        const struct context_item *item = &pack->items.items[i];
        if (context_shows_lines(item->source) && item->start_line <= end && start <= item->end_line &&
            strcmp(item->path, record->path) == 0) {
            return true;
        }
    }
    return false;
}

// The text begins at that byte and line; the item gets what of it fits. False: nothing does, or nothing is new.
static bool take_lines(struct pack *pack, const struct record *record, struct slice whole,
                       struct context_item item) {
    uint32_t lines;
    struct slice text = fit_lines(whole, pack->chunk_bytes, PACK_CHUNK_LINES, &lines);
    if (text.length == 0 || (text.length < whole.length && lines < FEWEST_LINES) ||
        known_lines_cover(pack->known, text)) {
        return false;
    }
    item.end_line = item.start_line + lines - 1;
    item.end_byte = item.start_byte + (uint32_t)text.length;
    item.text = text;
    take_item(pack, record, item);
    pack->chunk_bytes -= (uint32_t)text.length;
    return true;
}

bool pack_chunk(struct pack *pack, const struct segment_file *file, const struct chunk *chunk,
                enum context_source source, double score) {
    if (pack->chunks >= PACK_CHUNKS || pack->chunk_bytes < SMALLEST_BUDGET) {
        return false;
    }
    if (strcmp(file->record->path, pack->path) == 0 ||
        overlaps(pack, file->record, chunk->start_line, chunk->end_line)) {
        return true;
    }
    struct context_item item = {
        .start_line = chunk->start_line, .start_byte = chunk->start_byte, .source = source, .score = score};
    pack->chunks += take_lines(pack, file->record, chunk_text(pack, file, chunk), item);
    return true;
}

// The byte at which a line starts; the text's length if it has fewer.
static size_t line_start(struct slice text, uint32_t line) {
    size_t at = 0;
    for (; line > 0 && at < text.length; line--) {
        const char *newline = memchr(text.data + at, '\n', text.length - at);
        at = newline ? (size_t)(newline - text.data) + 1 : text.length;
    }
    return at;
}

bool pack_lines(struct pack *pack, const struct segment_file *file, uint32_t start_line, uint32_t end_line,
                enum context_source source, double score) {
    if (pack->chunk_bytes < SMALLEST_BUDGET) {
        return false;
    }
    if (strcmp(file->record->path, pack->path) == 0 || overlaps(pack, file->record, start_line, end_line)) {
        return true;
    }
    struct str buffer;
    str_init(&buffer);
    struct slice all = file_text(file, pack->root, &buffer);
    size_t start = line_start(all, start_line);
    struct slice lines = copy(pack, slice_sub(all, start, line_start(all, end_line + 1)));
    str_free(&buffer);
    take_lines(
        pack, file->record, lines,
        (struct context_item){
            .start_line = start_line, .start_byte = (uint32_t)start, .source = source, .score = score});
    return true;
}

void pack_finish(struct pack *pack) {
    struct context *context = pack->context;
    context->count = (uint32_t)pack->items.count;
    context->items = arena_alloc(&context->arena, (pack->items.count + 1) * sizeof *context->items);
    if (pack->items.count) {
        memcpy(context->items, pack->items.items, pack->items.count * sizeof *context->items);
    }
    context->name_count = (uint32_t)pack->names.count;
    context->names = arena_alloc(&context->arena, (pack->names.count + 1) * sizeof *context->names);
    if (pack->names.count) {
        memcpy(context->names, pack->names.items, pack->names.count * sizeof *context->names);
    }
    vec_free(&pack->items);
    vec_free(&pack->names);
    map_free(&pack->shown);
}
