// repository_hints.c - see repository_hints.h.
//
// Retrieval knows definitions, types and imports; the counts know what people
// write. A hint is a name with what its definition says: how likely it is
// needed here, whose member it is and what its arguments are called. Words are
// compared by their ids, types and parameters by ids and sub-words
// (repository_definitions), so nothing here knows a language.
//
// Whose member a word behind `x.` may be is guessed in three ways: retrieval
// followed the x at the cursor to its type; a type stands right before or
// behind some x of the open file (`Foo *x`, `x: Foo`, `x = new Foo(`); or the
// type's name shares sub-words with x.
#include "backends/repository_hints.h"

#include <math.h>

enum { TYPE_NEAR = 4, TYPES_OF_NAME = 12, LINES_NEAR = 2, BELOW_NEAR = 12, LAST_TOKENS = 3 };
enum { RECEIVERS = 16 }; // a line asks for a few, in turns

struct hint {
    struct definition is; // its word and owner, and the rest once it was asked for
    uint32_t next;        // 1 + the next hint of the same word, 0: none
    float share;          // of the probability, among all hints
    float uses;           // as the hint says
    enum symbol_kind kind;
    bool of_receiver, is_named, is_own;
    bool is_near; // scope_near has it, too
    bool repeats; // an earlier one is of the same word
    bool is_read;
};

// The types of a receiver, for which all of the open file is gone through.
struct types {
    uint32_t name, count, items[TYPES_OF_NAME]; // name 0: none yet
};

struct hints {
    const struct document *document;
    struct scope *scope; // its standings say which is the first hint of a word
    struct definitions read;
    struct hint items[HINTS_KEPT];
    struct backend_hint from[HINTS_KEPT]; // what they are made of, for what is still to be read
    struct arena texts;                   // its strings: by then the request may be another
    uint32_t count;
    uint32_t last[LAST_TOKENS]; // before the cursor
    uint32_t receiver;          // the name before the member sign there; 0: none
    uint64_t above, below;      // sub-words of the lines above the cursor, and of those below
    struct types of_receivers[RECEIVERS];
    uint32_t receivers;        // so many were asked for
    const struct types *types; // of the last one
};

// --- names ---

static struct hint *hint_of(struct hints *hints, const struct standing *word) {
    return word->hint ? &hints->items[word->hint - 1] : NULL;
}

// Another one of the same word.
static struct hint *next_of(struct hints *hints, const struct hint *hint) {
    return hint->next ? &hints->items[hint->next - 1] : NULL;
}

static struct backend_hint copy_of(struct hints *hints, const struct backend_hint *from) {
    struct backend_hint copy = *from;
    const char **const texts[] = {&copy.name, &copy.scope, &copy.signature, &copy.before, &copy.after};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = arena_copy_string(&hints->texts, *texts[i]);
    }
    return copy;
}

// What its definition says.
static const struct definition *definition_of(struct hints *hints, struct hint *hint) {
    if (!hint->is_read) {
        hint->is_read = true;
        definitions_read(&hints->read, &hints->from[hint - hints->items], &hint->is);
    }
    return &hint->is;
}

static void add_hint(struct hints *hints, const struct backend_hint *from) {
    struct definition definition;
    if (hints->count == HINTS_KEPT || !definitions_name(&hints->read, from, &definition)) {
        return;
    }
    hints->from[hints->count] = copy_of(hints, from);
    hints->items[hints->count++] = (struct hint){.is = definition,
                                                 .share = from->score,
                                                 .uses = from->uses,
                                                 .kind = from->kind,
                                                 .of_receiver = from->of_receiver,
                                                 .is_named = from->is_named,
                                                 .is_own = from->is_own};
    struct standing *word = scope_of(hints->scope, definition.id);
    if (word->hint == 0) {
        word->hint = hints->count;
        return;
    }
    hints->items[hints->count - 1].repeats = true;
    struct hint *last = hint_of(hints, word);
    while (last->next) {
        last = next_of(hints, last);
    }
    last->next = hints->count;
}

static bool is_scored(const struct hint *hint) {
    return !hint->is_named && !hint->is_own;
}

static void share_out(struct hints *hints) {
    float best = -1e9f, sum = 0;
    for (uint32_t i = 0; i < hints->count; i++) {
        best = is_scored(&hints->items[i]) ? fmaxf(best, hints->items[i].share) : best;
    }
    for (uint32_t i = 0; i < hints->count; i++) {
        struct hint *hint = &hints->items[i];
        hint->share = is_scored(hint) ? expf(hint->share - best) : 0;
        sum += hint->share;
    }
    for (uint32_t i = 0; i < hints->count && sum > 0; i++) {
        hints->items[i].share /= sum;
    }
}

static uint32_t receiver_of(struct hints *hints, const uint32_t *context, size_t length, bool *is_member) {
    *is_member = length > 0 && scope_of(hints->scope, context[length - 1])->slot == SLOT_MEMBER;
    return *is_member && length > 1 && token_is_name(context[length - 2]) ? context[length - 2] : 0;
}

// A "." may become "..." and so is not among the tokens yet.
static void read_last(struct hints *hints) {
    const struct document *document = hints->document;
    uint32_t typed = document->typed_id;
    bool is_typed = typed != 0 && !token_is_name(typed), is_member;
    for (uint32_t i = 0; i < LAST_TOKENS; i++) {
        uint32_t before = LAST_TOKENS - i - is_typed;
        hints->last[i] = before > 0 ? document_before(document, before) : typed;
    }
    hints->receiver = receiver_of(hints, hints->last, LAST_TOKENS, &is_member);
}

// What retrieval followed to its type is known for the cursor alone: a name may stand there again, an expression may not.
static bool is_at_cursor(const struct hints *hints, const struct hints_place *place, const uint32_t *context,
                         size_t length) {
    if (place->receiver) {
        return place->receiver == hints->receiver;
    }
    return place->is_member && length >= LAST_TOKENS &&
           memcmp(context + length - LAST_TOKENS, hints->last, sizeof hints->last) == 0;
}

static void mark_near(struct hints *hints) {
    uint32_t count;
    const uint32_t *near = scope_near(hints->scope, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct hint *hint = hint_of(hints, scope_of(hints->scope, near[i]));
        if (hint) {
            hint->is_near = true;
        }
    }
}

static void read_lines(struct hints *hints) {
    const struct document *document = hints->document;
    uint32_t lines = 0;
    hints->above = hints->below = 0;
    uint32_t above = document->cursor + (uint32_t)document->line.count;
    for (uint32_t i = 1; i < above && lines <= LINES_NEAR; i++) {
        uint32_t id = document_before(document, i);
        hints->above |= scope_of(hints->scope, id)->parts;
        lines += token_is_line(id);
    }
    for (uint32_t i = document->cursor; i < document->tokens.count && i < document->cursor + BELOW_NEAR;
         i++) {
        hints->below |= scope_of(hints->scope, token_id(document->tokens.items[i]))->parts;
    }
}

static void take_hints(struct hints *hints) {
    const struct document *document = hints->document;
    for (size_t i = 0; i < document->hint_count; i++) {
        add_hint(hints, &document->hints[i]);
    }
    share_out(hints);
    read_lines(hints);
    mark_near(hints);
    read_last(hints);
}

struct hints *hints_new(const struct document *document, struct scope *scope) {
    struct hints *hints = mem_zero(1, sizeof *hints);
    hints->document = document;
    hints->scope = scope;
    arena_init(&hints->texts);
    definitions_init(&hints->read, document, scope);
    take_hints(hints);
    return hints;
}

void hints_renew(struct hints *hints) {
    for (uint32_t i = 0; i < hints->count; i++) {
        scope_of(hints->scope, hints->items[i].is.id)->hint = 0;
    }
    hints->count = hints->receivers = 0;
    memset(hints->of_receivers, 0, sizeof hints->of_receivers);
    arena_free(&hints->texts);
    definitions_make_room(&hints->read, HINTS_KEPT);
    take_hints(hints);
}

void hints_free(struct hints *hints) {
    if (hints) {
        definitions_fini(&hints->read);
        arena_free(&hints->texts);
        free(hints);
    }
}

// --- places ---

static bool is_owner(const struct hints *hints, uint32_t id) {
    for (uint32_t i = 0; i < hints->count; i++) {
        if (hints->items[i].is.owner == id) {
            return true;
        }
    }
    return false;
}

static bool is_among(const struct types *types, uint32_t id) {
    for (uint32_t i = 0; i < types->count; i++) {
        if (types->items[i] == id) {
            return true;
        }
    }
    return false;
}

// Those around one place of the name.
static void find_types_at(const struct hints *hints, uint32_t position, struct types *types) {
    const struct token_list *tokens = &hints->document->tokens;
    uint32_t first = position > TYPE_NEAR ? position - TYPE_NEAR : 1;
    for (uint32_t i = first; i <= position + TYPE_NEAR && i < tokens->count; i++) {
        uint32_t id = token_id(tokens->items[i]);
        bool is_type = id != types->name && token_is_name(id) && is_owner(hints, id);
        if (is_type && types->count < TYPES_OF_NAME && !is_among(types, id)) {
            types->items[types->count++] = id;
        }
    }
}

// The types that stand a few tokens before or behind a name, anywhere in the open file.
static const struct types *types_of(struct hints *hints, uint32_t name) {
    for (uint32_t i = 0; i < RECEIVERS; i++) {
        if (hints->of_receivers[i].name == name) {
            return &hints->of_receivers[i];
        }
    }
    const struct token_list *tokens = &hints->document->tokens;
    struct types *types = &hints->of_receivers[hints->receivers++ % RECEIVERS];
    *types = (struct types){.name = name};
    for (uint32_t i = 1; i < tokens->count; i++) {
        if (token_id(tokens->items[i]) == name) {
            find_types_at(hints, i, types);
        }
    }
    return types;
}

static bool is_type_of_receiver(const struct hints *hints, const struct hints_place *place, uint32_t owner) {
    return place->receiver && is_among(hints->types, owner);
}

// The call that the context ends in, if its name is a hint with parameters.
static void find_call(struct hints *hints, const uint32_t *context, size_t length,
                      struct hints_place *place) {
    uint32_t closed = 0;
    for (size_t i = length; i > 0 && length - i < HINTS_CONTEXT && context[i - 1] != TOKEN_FILE; i--) {
        const struct standing *standing = scope_of(hints->scope, context[i - 1]);
        bool sign = standing->length == 1 && context[i - 1] >= TOKEN_FIRST_WORD;
        if (sign && strchr(")]}", standing->first)) {
            closed++;
        } else if (sign && strchr("([{", standing->first)) {
            if (closed == 0) {
                bool is_call = standing->first == '(' && i > 1;
                struct hint *hint = is_call ? hint_of(hints, scope_of(hints->scope, context[i - 2])) : NULL;
                while (hint && !definition_of(hints, hint)->has_parameters) {
                    hint = next_of(hints, hint);
                }
                place->call = hint;
                return;
            }
            closed--;
        } else if (closed == 0 && sign && standing->first == ',') {
            place->argument++;
        } else if (closed == 0 && sign && standing->first == ';') {
            return;
        }
    }
}

struct hints_place hints_place(struct hints *hints, const uint32_t *context, size_t length, uint64_t line) {
    struct hints_place place = {.line = line};
    if (hints->count == 0) {
        return place;
    }
    place.receiver = receiver_of(hints, context, length, &place.is_member);
    if (place.receiver) {
        place.parts = scope_of(hints->scope, place.receiver)->parts;
        hints->types = types_of(hints, place.receiver);
    }
    place.at_cursor = is_at_cursor(hints, &place, context, length);
    find_call(hints, context, length, &place);
    enum scope_slot slot = length > 0 ? scope_of(hints->scope, context[length - 1])->slot : SLOT_LINE;
    place.begun = slot != SLOT_OPEN && slot != SLOT_COMMA;
    return place;
}

// --- words ---

static void take_best(float *features, const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        features[i] = values[i] > features[i] ? values[i] : features[i];
    }
}

void hints_fill_word(struct hints *hints, const struct standing *word, float features[HINTS_FEATURES]) {
    enum { OF_ANY = 5 };
    const struct scope_headers headers = scope_headers(hints->scope);
    memset(features, 0, HINTS_OF_WORD * sizeof *features);
    features[0] = scope_within(word->parts, hints->above);
    features[1] = scope_within(word->parts, hints->below);
    features[2] = scope_within(word->parts, headers.nearest);
    features[3] = scope_within(word->parts, headers.around);
    features[4] = scope_alike(word->parts, headers.called);
    for (struct hint *hint = hint_of(hints, word); hint; hint = next_of(hints, hint)) {
        const struct definition *is = definition_of(hints, hint);
        const float values[HINTS_OF_WORD - OF_ANY] = {
            !hint->is_own,
            logf(1 + 1000 * hint->share),
            is->owner != 0 && !hint->is_own,
            hint->kind == SYMBOL_FUNCTION || hint->kind == SYMBOL_METHOD,
            hint->kind == SYMBOL_TYPE,
            hint->kind == SYMBOL_CONSTANT || hint->kind == SYMBOL_MACRO,
            hint->kind == SYMBOL_FIELD,
            hint->is_own,
            hint->is_named,
            is->at_hand,
            is->has_fresh,
            is_scored(hint) ? 1 / (1 + 5 * hint->uses) : 0,
            is_scored(hint) ? hint->uses : 0,
            is->before > 0,
            is->before > 0 ? 1 / (1 + logf(1 + (float)is->before / 8)) : 0,
            is->after > 0,
        };
        take_best(features + OF_ANY, values, HINTS_OF_WORD - OF_ANY);
    }
}

// How alike what its definitions say of its type and the parameter are.
static float type_alike(struct hints *hints, const struct standing *word, const struct parameter *parameter) {
    float best = 0;
    for (struct hint *hint = hint_of(hints, word); hint; hint = next_of(hints, hint)) {
        best = fmaxf(best, scope_alike(definition_of(hints, hint)->type_parts, parameter->parts));
    }
    return best;
}

// Of a word that may stand in a call's argument, or end it.
static void fill_argument(struct hints *hints, const struct hints_place *place,
                          const struct standing *standing, float *features) {
    const struct definition *call = &place->call->is;
    bool is_name = token_is_name(standing->id);
    if (is_name && place->argument < call->parameter_count) {
        const struct parameter *parameter = definitions_parameter(&hints->read, call, place->argument);
        features[4] = type_alike(hints, standing, parameter);
        for (uint32_t i = 0; i < parameter->id_count && !place->begun; i++) {
            features[1] = parameter->ids[i] == standing->id ? 1 : features[1];
        }
        features[0] = place->begun ? 0 : scope_alike(standing->parts, parameter->parts);
    }
    bool full = place->argument + place->begun >= call->parameter_count;
    bool sign = standing->length == 1 && !call->is_open;
    if (sign && standing->first == ')') {
        features[2] = full ? 1 : -1;
    } else if (sign && standing->first == ',') {
        features[2] = full ? -1 : 1;
    }
    features[3] = !place->begun && is_name;
}

bool hints_fill_place(struct hints *hints, const struct hints_place *place, const struct standing *word,
                      float features[HINTS_FEATURES]) {
    enum { OF_HINT = 4, OF_PLACE = HINTS_FEATURES - HINTS_OF_WORD };
    struct hint *hint = hint_of(hints, word);
    float *own = features + HINTS_OF_WORD;
    memset(own, 0, OF_PLACE * sizeof *own);
    if (!hint && !place->call) {
        return false;
    }
    for (; hint; hint = next_of(hints, hint)) {
        const float values[OF_HINT] = {
            hint->of_receiver && place->at_cursor,
            hint->is.owner && is_type_of_receiver(hints, place, hint->is.owner),
            place->is_member ? scope_alike(hint->is.owner_parts, place->parts) : 0,
            scope_alike(definition_of(hints, hint)->type_parts, place->line),
        };
        take_best(own, values, OF_HINT);
    }
    if (place->call) {
        fill_argument(hints, place, word, own + OF_HINT);
    }
    bool any = false;
    for (int i = 0; i < OF_PLACE; i++) {
        any |= own[i] != 0;
    }
    return any;
}

// May one of the word's hints be a member of what stands left of the sign?
static bool fits(struct hints *hints, const struct hints_place *place, const struct hint *hint) {
    for (; hint; hint = next_of(hints, hint)) {
        bool is_alike = is_type_of_receiver(hints, place, hint->is.owner) ||
                        (place->receiver && (hint->is.owner_parts & place->parts));
        if (hint->is.owner && ((hint->of_receiver && place->at_cursor) || is_alike)) {
            return true;
        }
    }
    return false;
}

uint32_t hints_names(struct hints *hints, const struct hints_place *place, uint32_t limit, uint32_t *ids) {
    uint32_t count = 0;
    for (int other = 0; other <= 1; other++) {
        for (uint32_t i = 0; i < hints->count && count < limit; i++) {
            const struct hint *hint = &hints->items[i];
            bool is_first = place->is_member && fits(hints, place, hint);
            if (is_first != (bool)other && !hint->is_near && !hint->repeats) {
                ids[count++] = hint->is.id;
            }
        }
    }
    return count;
}
