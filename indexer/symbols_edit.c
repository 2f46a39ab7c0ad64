// symbols_edit.c - the symbols of a text that was edited, without a look at its tree.
//
// Where the parser cannot keep up with typing, what was found in the version
// before stands in until typing rests. All that is known of a symbol is moved
// by the edit; one that began in what was deleted is gone. Names, signatures and
// references are those of before.
#include "indexer/syntax_internal.h"

struct shift {
    struct extraction *extraction;
    uint32_t bytes, lines;              // behind the edit; they wrap around, as does what they are added to
    uint32_t first_line, old_last_line; // of what was replaced
};

static uint32_t moved_line(const struct shift *shift, uint32_t line) {
    if (line <= shift->first_line) {
        return line;
    }
    return line >= shift->old_last_line ? line + shift->lines : shift->first_line;
}

static uint32_t clamped(uint32_t value, uint32_t low, uint32_t high) {
    return value < low ? low : value > high ? high : value;
}

// False: it is gone.
static bool move_symbol(const struct shift *shift, struct symbol *symbol) {
    struct extraction *extraction = shift->extraction;
    struct arena *arena = &extraction->record->arena;
    struct edit edit = extraction->edit;
    uint32_t start = symbol->start_byte, end = symbol->end_byte;
    if (start >= edit.old_end) {
        start += shift->bytes;
    } else if (start > edit.start) {
        return false;
    }
    end = end <= edit.start ? end : end >= edit.old_end ? end + shift->bytes : edit.start;
    if (end <= start) {
        return false;
    }
    symbol->start_byte = start;
    symbol->end_byte = end;
    symbol->start_line = extraction_line(extraction, start);
    symbol->end_line = extraction_line(extraction, end - 1);
    symbol->name_line = clamped(moved_line(shift, symbol->name_line), symbol->start_line, symbol->end_line);
    symbol->header_end_line =
        clamped(moved_line(shift, symbol->header_end_line), symbol->start_line, symbol->end_line);
    symbol->name = arena_copy_string(arena, symbol->name);
    symbol->signature = arena_copy_string(arena, symbol->signature);
    symbol->scope = arena_copy_string(arena, symbol->scope);
    symbol->doc = arena_copy_string(arena, symbol->doc);
    return true;
}

static void move_symbols(const struct shift *shift) {
    struct record *record = shift->extraction->record;
    const struct record *before = shift->extraction->before;
    struct symbol *symbols = arena_alloc(&record->arena, before->symbol_count * sizeof *symbols);
    for (uint32_t i = 0; i < before->symbol_count; i++) {
        symbols[record->symbol_count] = before->symbols[i];
        record->symbol_count += move_symbol(shift, &symbols[record->symbol_count]);
    }
    record->symbols = symbols;
}

static void move_imports(const struct shift *shift) {
    struct record *record = shift->extraction->record;
    const struct record *before = shift->extraction->before;
    struct import *imports = arena_alloc(&record->arena, before->import_count * sizeof *imports);
    for (uint32_t i = 0; i < before->import_count; i++) {
        imports[i] = (struct import){arena_copy_string(&record->arena, before->imports[i].target),
                                     moved_line(shift, before->imports[i].line)};
    }
    record->imports = imports;
    record->import_count = before->import_count;
}

// By name, and lines of a name keep their order: R5 holds.
static void move_references(const struct shift *shift) {
    struct record *record = shift->extraction->record;
    const struct record *before = shift->extraction->before;
    struct reference *references = arena_alloc(&record->arena, before->reference_count * sizeof *references);
    for (uint32_t i = 0; i < before->reference_count; i++) {
        references[i] = before->references[i];
        references[i].line = moved_line(shift, references[i].line) & (REFERENCE_LINES - 1);
    }
    record->references = references;
    record->reference_count = before->reference_count;
}

void symbols_by_edit(struct extraction *extraction, struct slice old_text) {
    struct edit edit = extraction->edit;
    uint32_t removed = (uint32_t)slice_count(slice_sub(old_text, edit.start, edit.old_end), '\n');
    uint32_t added = (uint32_t)slice_count(slice_sub(extraction->text, edit.start, edit.new_end), '\n');
    uint32_t first = extraction_line(extraction, edit.start);
    struct shift shift = {extraction, edit.new_end - edit.old_end, added - removed, first, first + removed};
    move_symbols(&shift);
    move_imports(&shift);
    move_references(&shift);
}
