// symbols.c - definitions and imports, found by the language's own patterns.
//
// A search of a whole tree spends most of its time in function bodies, where
// nothing is to be found. So it goes place by place: the patterns are tried on
// the direct children of one node, and its @container captures name the
// nodes in which to search next (class bodies, #if branches, ERROR nodes). The
// places wait on a heap stack; each is searched once.
//
// A brace that only the preprocessor sees makes C's grammar take the rest of the
// file for the body of one function. What stands there at the first column has
// no business in a body, so it is a definition all the same, and the function
// around it ends where the first of them begins.
//
// A heading (@rank) holds what follows it up to the next one of its rank or a
// higher one, whether its grammar makes a node of all that or not.
//
// What a definition is called depends on where it stands: a function inside a
// type is a method, a variable inside a type a field, a variable in capitals a
// constant.
#include "indexer/syntax_internal.h"

#include "base/map.h"
#include "indexer/tree_walk.h"

struct place {
    TSNode node;
    const char *scope;
    bool in_type;
    uint32_t number;
    uint32_t start;  // of the wrapper that the definitions begin with, or NO_WRAPPER
    uint32_t astray; // levels below a body in which to look for what cannot belong there; 0: no body
};

#define NO_WRAPPER UINT32_MAX

enum { LOOK_EVERY = 32 }; // places between two looks at the clock, which are calls to the system

struct found_symbol {
    struct symbol symbol;
    uint32_t name_byte;
    uint32_t pattern; // of two patterns that find the same name the earlier one wins
    uint32_t order;   // as found; of two matches of one pattern the first wins
    uint32_t place;   // the number of the place it was found in
    bool was_astray;
    unsigned rank; // of a heading; 0: it is none
};

// One match, its captures sorted by role; nodes not captured are null.
struct match {
    const struct capture *definition_capture;
    TSNode definition, name, file, declarator, body, block, value, scope, container, wrapper, target,
        target_end;
    uint32_t pattern;
    unsigned rank; // of a heading; 0: it is none
};

struct search {
    struct extraction *extraction;
    VEC(struct place) places;
    VEC(struct found_symbol) symbols;
    VEC(struct import) imports;
    struct map visited; // node ids of places
    uint32_t place_count;
    bool is_stopped;
};

static void match_read(struct match *match, const struct grammar *grammar, const struct pattern_match *raw) {
    *match = (struct match){.pattern = raw->pattern};
    for (uint32_t i = 0; i < raw->count; i++) {
        const struct capture *capture = &grammar->captures[raw->items[i].capture];
        TSNode node = raw->items[i].node;
        switch (capture->role) {
        case CAPTURE_DEFINITION:
            match->definition = node;
            match->definition_capture = capture;
            break;
        case CAPTURE_NAME:
            match->name = node;
            break;
        case CAPTURE_FILE:
            match->file = node;
            break;
        case CAPTURE_DECLARATOR:
            match->declarator = node;
            break;
        case CAPTURE_BODY:
            match->body = node;
            break;
        case CAPTURE_BLOCK:
            match->block = node;
            break;
        case CAPTURE_CALLABLE:
            match->body = ts_node_child_by_field_id(node, grammar->body_field);
            break;
        case CAPTURE_VALUE:
            match->value = node;
            break;
        case CAPTURE_SCOPE:
            match->scope = node;
            break;
        case CAPTURE_CONTAINER:
            match->container = node;
            break;
        case CAPTURE_WRAPPER:
            match->wrapper = node;
            break;
        case CAPTURE_TARGET:
            match->target = ts_node_is_null(match->target) ? node : match->target;
            match->target_end = node;
            break;
        case CAPTURE_RANK:
            match->rank = capture->rank;
            break;
        default:
            break;
        }
    }
}

static const char *scope_join(struct search *search, const char *outer, struct slice inner) {
    struct arena *arena = &search->extraction->record->arena;
    if (inner.length == 0) {
        return outer;
    }
    size_t length = strlen(outer);
    if (length == 0 || length + inner.length + 1 > SCOPE_MAX) {
        return arena_copy(arena, inner);
    }
    return arena_format(arena, "%s.%.*s", outer, (int)inner.length, inner.data);
}

static void push_place(struct search *search, TSNode node, struct place place) {
    uint64_t id = (uint64_t)(uintptr_t)node.id;
    if (search->place_count >= PLACES_MAX || map_get(&search->visited, id)) {
        return;
    }
    map_set(&search->visited, id, 1);
    place.number = search->place_count++;
    place.node = node;
    vec_push(&search->places, place);
}

static bool is_capitals(struct slice name) {
    size_t letters = 0;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (c >= 'a' && c <= 'z') {
            return false;
        }
        letters += c >= 'A' && c <= 'Z';
    }
    return letters >= 2;
}

static void set_kind(struct symbol *symbol, const struct match *match, const struct symbol_name *name,
                     bool in_type) {
    enum symbol_kind kind = match->definition_capture->kind;
    symbol->is_declaration = match->definition_capture->is_declaration;
    if (name->is_function && (kind == SYMBOL_FIELD || kind == SYMBOL_VARIABLE)) {
        kind = SYMBOL_FUNCTION;
        symbol->is_declaration = true;
    }
    if (kind == SYMBOL_FUNCTION && (in_type || name->scope.length || !ts_node_is_null(match->scope))) {
        kind = SYMBOL_METHOD;
    }
    if (kind == SYMBOL_VARIABLE) {
        kind = is_capitals(name->text) ? SYMBOL_CONSTANT : in_type ? SYMBOL_FIELD : SYMBOL_VARIABLE;
    }
    symbol->kind = kind;
}

// Bodies in which something stands at the first column, and all inside that holds such a thing.
static void push_astray(struct search *search, TSNode node, const struct place *outer) {
    struct slice text = node_text(search->extraction, node);
    if (outer->astray < ASTRAY_DEPTH && text_is_astray(text)) {
        push_place(search, node,
                   (struct place){.scope = outer->scope, .start = NO_WRAPPER, .astray = outer->astray + 1});
    }
}

static void push_astray_children(struct search *search, const struct place *place) {
    struct tree_children children = {0};
    tree_children_add(&children, place->node);
    for (size_t i = 0; i < children.count; i++) {
        push_astray(search, children.items[i].node, place);
    }
    tree_children_free(&children);
}

// Where the signature ends: before the body, the value if that is long, or what is searched next.
static uint32_t header_end(const struct search *search, const struct match *match) {
    uint32_t end = ts_node_end_byte(match->definition);
    if (!ts_node_is_null(match->body)) {
        return ts_node_start_byte(match->body);
    }
    if (!ts_node_is_null(match->value)) {
        struct slice value = slice_trim(node_text(search->extraction, match->value));
        bool is_short = value.length <= VALUE_MAX && !memchr(value.data, '\n', value.length);
        return is_short ? ts_node_end_byte(match->value) : ts_node_start_byte(match->value);
    }
    if (!ts_node_is_null(match->container)) {
        uint32_t inner = ts_node_start_byte(match->container);
        return inner < end ? inner : end;
    }
    return end;
}

static uint32_t trimmed_end(const struct extraction *extraction, uint32_t start, uint32_t end) {
    while (end > start + 1 && is_space(extraction->text.data[end - 1])) {
        end--;
    }
    return end;
}

static uint32_t last_line(const struct extraction *extraction, uint32_t start, uint32_t end) {
    end = trimmed_end(extraction, start, end);
    return extraction_line(extraction, end > start ? end - 1 : start);
}

static void add_symbol(struct search *search, const struct place *place, const struct match *match,
                       const struct symbol_name *name, const char *scope) {
    struct extraction *extraction = search->extraction;
    if (name->text.length == 0 || search->symbols.count >= SYMBOLS_MAX) {
        return;
    }
    uint32_t start = ts_node_start_byte(match->definition);
    uint32_t end = trimmed_end(extraction, start, ts_node_end_byte(match->definition));
    if (!ts_node_is_null(match->block)) {
        end = ts_node_end_byte(match->block);
    }
    if (place->start < start) {
        start = place->start;
    }
    if (place->astray && !text_begins_line(extraction->text, start)) {
        return;
    }
    uint32_t header = header_end(search, match);
    struct symbol symbol = {
        .name = arena_copy(&extraction->record->arena, name->text),
        .name_line = extraction_line(extraction, name->byte),
        .start_line = extraction_line(extraction, start),
        .header_end_line = last_line(extraction, start, header),
        .end_line = last_line(extraction, start, end),
        .start_byte = start,
        .end_byte = end,
        .signature = symbol_signature(extraction, match->definition, name, start, header),
        .scope = scope,
        .doc = symbol_doc(extraction, start, ts_node_is_null(match->body) ? match->container : match->body),
    };
    set_kind(&symbol, match, name, place->in_type);
    uint32_t order = (uint32_t)search->symbols.count;
    vec_push(&search->symbols, (struct found_symbol){symbol, name->byte, match->pattern, order, place->number,
                                                     place->astray > 0, match->rank});
}

// Of several targets the import is all from the first to the last: `a.b.{C, D}`.
static void take_import(struct search *search, const struct match *match) {
    struct extraction *extraction = search->extraction;
    struct symbol_name name = symbol_name_between(extraction, match->target, match->target_end);
    if (name.text.length && search->imports.count < IMPORTS_MAX) {
        vec_push(&search->imports, (struct import){arena_copy(&extraction->record->arena, name.text),
                                                   extraction_line(extraction, name.byte)});
    }
}

static struct symbol_name name_of(struct search *search, const struct match *match) {
    if (!ts_node_is_null(match->file)) {
        return symbol_name_of_file(search->extraction, match->file);
    }
    bool is_declared = ts_node_is_null(match->name);
    TSNode node = is_declared ? match->declarator : match->name;
    struct symbol_name none = {0};
    return ts_node_is_null(node) ? none : symbol_name_of(search->extraction, node, is_declared);
}

static void take_match(struct search *search, const struct place *place, const struct match *match) {
    if (!ts_node_is_null(match->target)) {
        take_import(search, match);
        return;
    }
    // A place that is itself a definition or container matches again when it is searched.
    bool again = ts_node_eq(match->definition, place->node) || ts_node_eq(match->container, place->node) ||
                 ts_node_eq(match->wrapper, place->node);
    if (again) {
        return;
    }
    struct place inner = {.scope = place->scope, .in_type = place->in_type, .start = NO_WRAPPER};
    if (!ts_node_is_null(match->scope)) {
        inner.scope = scope_join(search, place->scope, type_name_of(search->extraction, match->scope));
        inner.in_type = true;
    }
    struct symbol_name name = name_of(search, match);
    if (match->definition_capture && name.text.length > 0) {
        const char *scope = scope_join(search, inner.scope, name.scope);
        add_symbol(search, place, match, &name, scope);
        enum symbol_kind kind = match->definition_capture->kind;
        if (!ts_node_is_null(match->container)) {
            inner.scope = scope_join(search, scope, name.text);
            inner.in_type = kind == SYMBOL_TYPE || kind == SYMBOL_VARIABLE || kind == SYMBOL_FIELD;
        }
    }
    if (!ts_node_is_null(match->container)) {
        push_place(search, match->container, inner);
    }
    TSNode body = ts_node_is_null(match->block) ? match->body : match->block;
    if (!ts_node_is_null(body) && search->extraction->grammar->function_declarator) {
        push_astray(search, body, place);
    }
    if (!ts_node_is_null(match->wrapper)) {
        inner.start = place->start < ts_node_start_byte(match->wrapper) ? place->start
                                                                        : ts_node_start_byte(match->wrapper);
        push_place(search, match->wrapper, inner);
    }
}

struct place_search {
    struct search *search;
    const struct place *place;
};

static void take_raw(void *context, const struct pattern_match *raw) {
    const struct place_search *self = context;
    struct match match;
    match_read(&match, self->search->extraction->grammar, raw);
    take_match(self->search, self->place, &match);
}

static bool should_stop(void *context) {
    const struct place_search *self = context;
    self->search->is_stopped = extraction_stopped(self->search->extraction);
    return self->search->is_stopped;
}

static void search_place(struct search *search, struct place place) {
    const struct extraction *extraction = search->extraction;
    struct place_search self = {search, &place};
    struct pattern_search patterns = {extraction->grammar->symbols, extraction->text, take_raw, should_stop,
                                      &self};
    patterns_search(extraction->syntax->matcher, &patterns, place.node);
    if (place.astray) {
        push_astray_children(search, &place);
    }
}

static int by_name(const void *left, const void *right) {
    const struct found_symbol *a = left, *b = right;
    if (a->name_byte != b->name_byte) {
        return a->name_byte < b->name_byte ? -1 : 1;
    }
    if (a->pattern != b->pattern) {
        return a->pattern < b->pattern ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

static int by_start(const void *left, const void *right) {
    const struct found_symbol *a = left, *b = right;
    if (a->symbol.start_byte != b->symbol.start_byte) {
        return a->symbol.start_byte < b->symbol.start_byte ? -1 : 1;
    }
    return (a->name_byte > b->name_byte) - (a->name_byte < b->name_byte);
}

static void end_at(const struct extraction *extraction, struct symbol *symbol, uint32_t byte) {
    symbol->end_byte = trimmed_end(extraction, symbol->start_byte, byte);
    symbol->end_line = last_line(extraction, symbol->start_byte, symbol->end_byte);
}

// Headings end where the next one of their rank or a higher one begins, and are named by those that they are below.
static void nest_headings(struct search *search, struct found_symbol *found, size_t count) {
    const struct extraction *extraction = search->extraction;
    VEC(struct found_symbol *) open = {0};
    for (size_t i = 0; i < count; i++) {
        if (!found[i].rank) {
            continue;
        }
        while (open.count && open.items[open.count - 1]->rank >= found[i].rank) {
            end_at(extraction, &open.items[--open.count]->symbol, found[i].symbol.start_byte);
        }
        const struct symbol *outer = open.count ? &open.items[open.count - 1]->symbol : NULL;
        found[i].symbol.scope = outer ? scope_join(search, outer->scope, slice_of_string(outer->name)) : "";
        vec_push(&open, &found[i]);
    }
    while (open.count) {
        end_at(extraction, &open.items[--open.count]->symbol, (uint32_t)extraction->text.length);
    }
    vec_free(&open);
}

// Functions end where what strayed into them begins.
static void end_before_astray(const struct extraction *extraction, struct found_symbol *found, size_t count) {
    VEC(size_t) open = {0}; // functions around the present symbol
    for (size_t i = 0; i < count; i++) {
        uint32_t start = found[i].symbol.start_byte;
        bool is_function = found[i].symbol.kind == SYMBOL_FUNCTION || found[i].symbol.kind == SYMBOL_METHOD;
        while (open.count && (is_function && found[i].was_astray)) {
            struct symbol *outer = &found[open.items[--open.count]].symbol;
            if (outer->end_byte > start && outer->start_byte < start) {
                end_at(extraction, outer, start);
            }
        }
        if (is_function) {
            vec_push(&open, i);
        }
    }
    vec_free(&open);
}

// Are these neighbours clauses of one function, or its signature and its first clause?
static bool is_same_function(const struct found_symbol *first, const struct found_symbol *second) {
    const struct symbol *a = &first->symbol, *b = &second->symbol;
    return first->place == second->place && a->kind == b->kind && a->kind <= SYMBOL_MACRO &&
           a->kind != SYMBOL_TYPE && strcmp(a->name, b->name) == 0;
}

static size_t join_clauses(struct found_symbol *found, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept && is_same_function(&found[kept - 1], &found[i])) {
            struct symbol *whole = &found[kept - 1].symbol;
            whole->end_byte = found[i].symbol.end_byte;
            whole->end_line = found[i].symbol.end_line;
            whole->is_declaration = whole->is_declaration && found[i].symbol.is_declaration;
        } else {
            found[kept++] = found[i];
        }
    }
    return kept;
}

// What is called like its file may have that very name, too.
static size_t drop_twins(struct found_symbol *found, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct symbol *last = kept ? &found[kept - 1].symbol : NULL, *symbol = &found[i].symbol;
        bool is_twin = last && last->start_byte == symbol->start_byte && last->kind == symbol->kind &&
                       strcmp(last->name, symbol->name) == 0;
        if (!is_twin) {
            found[kept++] = found[i];
        }
    }
    return kept;
}

// Each name once, in the order of the file.
static size_t sort_found(struct search *search) {
    struct found_symbol *found = search->symbols.items;
    size_t count = 0;
    if (search->symbols.count) {
        qsort(found, search->symbols.count, sizeof *found, by_name);
    }
    for (size_t i = 0; i < search->symbols.count; i++) {
        if (count == 0 || found[i].name_byte != found[count - 1].name_byte) {
            found[count++] = found[i];
        }
    }
    if (count) {
        qsort(found, count, sizeof *found, by_start);
        count = drop_twins(found, count);
        end_before_astray(search->extraction, found, count);
        nest_headings(search, found, count);
    }
    if (search->extraction->language->is_data && count > DATA_SYMBOLS_MAX) {
        count = DATA_SYMBOLS_MAX;
    }
    return search->extraction->language->has_clauses ? join_clauses(found, count) : count;
}

static void keep_symbols(struct search *search) {
    struct record *record = search->extraction->record;
    struct found_symbol *found = search->symbols.items;
    size_t count = sort_found(search);
    struct symbol *symbols = arena_alloc(&record->arena, count * sizeof *symbols);
    for (size_t i = 0; i < count; i++) {
        symbols[i] = found[i].symbol;
    }
    record->symbols = symbols;
    record->symbol_count = (uint32_t)count;
}

static int by_line(const void *left, const void *right) {
    const struct import *a = left, *b = right;
    return a->line != b->line ? (a->line < b->line ? -1 : 1) : strcmp(a->target, b->target);
}

static void keep_imports(struct search *search) {
    struct record *record = search->extraction->record;
    size_t count = 0;
    struct import *imports = arena_alloc(&record->arena, search->imports.count * sizeof *imports);
    if (search->imports.count) {
        qsort(search->imports.items, search->imports.count, sizeof *imports, by_line);
    }
    for (size_t i = 0; i < search->imports.count; i++) {
        struct import import = search->imports.items[i];
        bool known = count && by_line(&imports[count - 1], &import) == 0;
        if (!known) {
            imports[count++] = import;
        }
    }
    record->imports = imports;
    record->import_count = (uint32_t)count;
}

bool symbols_extract(struct extraction *extraction, TSNode root) {
    struct search search = {.extraction = extraction};
    map_init(&search.visited);
    push_place(&search, root, (struct place){.scope = "", .start = NO_WRAPPER});
    for (unsigned searched = 0; search.places.count && !search.is_stopped; searched++) {
        struct place place = search.places.items[--search.places.count];
        search_place(&search, place);
        if (searched % LOOK_EVERY == 0) { // the first one, too
            search.is_stopped = search.is_stopped || extraction_stopped(extraction);
        }
    }
    if (!search.is_stopped) {
        keep_symbols(&search);
        keep_imports(&search);
    }
    map_free(&search.visited);
    vec_free(&search.places);
    vec_free(&search.symbols);
    vec_free(&search.imports);
    return !search.is_stopped;
}
