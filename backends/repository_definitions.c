// repository_definitions.c - see repository_definitions.h.
//
// A signature is read as text: what stands in the parentheses behind the name
// are parameters, cut at the commas of no deeper bracket, and words of both a
// parameter's name and its type count as its names; all else but the name says
// of what type it is. That is the same for C, Go, Python, Rust and the others, so
// nothing here knows a language but for the few signs of a signature.
//
// Requests on the same line bring mostly the same definitions, and to read a
// signature takes long, so what was read is remembered. Nor is one read before
// its name is ranked: of most that retrieval finds nobody asks more than the name.
#include "backends/repository_definitions.h"

#include "base/hash.h"

enum { NEAR_ARGUMENT = 200 };

void definitions_init(struct definitions *read, const struct document *document, struct scope *scope) {
    *read = (struct definitions){.document = document, .scope = scope};
    map_init(&read->known);
}

void definitions_fini(struct definitions *read) {
    map_free(&read->known);
    vec_free(&read->items);
    vec_free(&read->parameters);
}

void definitions_make_room(struct definitions *read, size_t count) {
    if (read->items.count + count > DEFINITIONS_READ) {
        map_free(&read->known);
        map_init(&read->known);
        read->items.count = read->parameters.count = 0;
    }
}

const struct parameter *definitions_parameter(const struct definitions *read,
                                              const struct definition *definition, uint32_t index) {
    return &read->parameters.items[definition->parameters + index];
}

static uint32_t id_of(const struct definitions *read, struct slice word) {
    return encoder_find(&read->document->encoder, word);
}

static bool is_self(struct slice word) {
    return slice_equal(word, SLICE_LITERAL("self")) || slice_equal(word, SLICE_LITERAL("cls"));
}

// The next run of word characters, empty at the end.
static struct slice next_word(struct slice text, size_t *at) {
    while (*at < text.length && !slice_is_word_byte(text.data[*at])) {
        ++*at;
    }
    size_t start = *at;
    while (*at < text.length && slice_is_word_byte(text.data[*at])) {
        ++*at;
    }
    return slice_sub(text, start, *at);
}

// A default, an optional one or a list: calls may have fewer arguments, or more.
static bool is_optional(struct slice text) {
    return slice_starts_with(text, SLICE_LITERAL("*")) || memchr(text.data, '=', text.length) ||
           memchr(text.data, '?', text.length) || slice_find(text, SLICE_LITERAL("..."), 0) < text.length;
}

static void add_parameter(struct definitions *read, struct definition *definition, struct slice text) {
    struct parameter parameter = {0};
    bool own = false;
    size_t at = 0, words = 0;
    text = slice_trim(text);
    for (struct slice word = next_word(text, &at); word.length > 0; word = next_word(text, &at), words++) {
        own |= is_self(word);
        if (word.length > 1 && parameter.id_count < PARAMETER_NAMES) {
            uint32_t id = id_of(read, word);
            parameter.ids[parameter.id_count] = id;
            parameter.id_count += id != 0;
            definition->has_unknown |= id == 0;
            parameter.parts |= scope_parts(word);
        }
    }
    bool nothing = words == 0 || slice_equal(text, SLICE_LITERAL("void"));
    if (!own && !nothing && definition->parameter_count < DEFINITIONS_PARAMETERS) {
        definition->is_open |= is_optional(text);
        vec_push(&read->parameters, parameter);
        definition->parameter_count++;
    }
}

// Everything but the name and what stands in parentheses.
static void read_types(struct definition *definition, struct slice name, struct slice text) {
    size_t depth = 0;
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        while (at < text.length && slice_is_word_byte(text.data[at])) {
            at++;
        }
        struct slice word = slice_sub(text, start, at);
        if (depth == 0 && word.length > 1 && !slice_equal(word, name)) {
            definition->type_parts |= scope_parts(word);
        }
        if (at == start) {
            depth += text.data[at] == '(';
            depth -= text.data[at] == ')' && depth > 0;
            at++;
        }
    }
}

static void look_for_arguments(struct definitions *read, struct definition *definition) {
    float found = 0;
    for (uint32_t p = 0; p < definition->parameter_count; p++) {
        const struct parameter *parameter = &read->parameters.items[definition->parameters + p];
        bool seen = false;
        for (uint32_t i = 0; i < parameter->id_count; i++) {
            const struct standing *standing = scope_of(read->scope, parameter->ids[i]);
            bool near = standing->visible > 0 && standing->visible < NEAR_ARGUMENT;
            seen |= near;
            definition->has_fresh |= near && standing->uses == 1;
        }
        found += seen;
    }
    definition->at_hand = definition->parameter_count > 0 ? found / (float)definition->parameter_count : 0;
}

static bool is_opening(char c) {
    return c == '(' || c == '[' || c == '{' || c == '<';
}

static bool is_closing(char c) {
    return c == ')' || c == ']' || c == '}' || c == '>';
}

// What stands between the parentheses behind the name, cut at the commas of no deeper bracket.
static void read_parameters(struct definitions *read, struct definition *definition, struct slice name,
                            struct slice text) {
    size_t at = slice_find(text, SLICE_LITERAL("("), slice_find_word(text, name, 0));
    size_t depth = 0, start = at + 1;
    for (; at < text.length; at++) {
        char c = text.data[at];
        bool arrow = c == '>' && at > 0 && (text.data[at - 1] == '-' || text.data[at - 1] == '=');
        if (is_opening(c)) {
            depth++;
        } else if (is_closing(c) && !arrow && --depth == 0) {
            add_parameter(read, definition, slice_sub(text, start, at));
            definition->has_parameters = true;
            return;
        } else if (c == ',' && depth == 1) {
            add_parameter(read, definition, slice_sub(text, start, at));
            start = at + 1;
        }
    }
}

static struct slice last_name(struct slice scope) {
    size_t start = scope.length;
    while (start > 0 && slice_is_word_byte(scope.data[start - 1])) {
        start--;
    }
    return slice_sub(scope, start, scope.length);
}

bool definitions_name(const struct definitions *read, const struct backend_hint *from,
                      struct definition *definition) {
    struct slice owner = last_name(slice_of_string(from->scope));
    *definition = (struct definition){.id = id_of(read, slice_of_string(from->name)),
                                      .owner = owner.length > 0 ? id_of(read, owner) : 0,
                                      .owner_parts = scope_parts(owner)};
    definition->has_unknown = owner.length > 0 && definition->owner == 0;
    return definition->id != 0;
}

static void read_definition(struct definitions *read, const struct backend_hint *from,
                            struct definition *definition) {
    struct slice name = slice_of_string(from->name);
    uint32_t before = id_of(read, slice_of_string(from->before));
    uint32_t after = id_of(read, slice_of_string(from->after));
    definition->parameters = (uint32_t)read->parameters.count;
    definition->before = before ? scope_of(read->scope, before)->above : 0;
    definition->after = after ? scope_of(read->scope, after)->below : 0;
    read_types(definition, name, slice_of_string(from->signature));
    if (from->kind == SYMBOL_FUNCTION || from->kind == SYMBOL_METHOD || from->kind == SYMBOL_MACRO) {
        read_parameters(read, definition, name, slice_of_string(from->signature));
        look_for_arguments(read, definition);
    }
}

static uint64_t key_of(const struct backend_hint *from) {
    uint64_t key = (uint64_t)from->kind;
    const char *const parts[] = {from->name, from->scope, from->signature, from->before, from->after};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        key = key * 0x9E3779B97F4A7C15u + hash_bytes(parts[i], strlen(parts[i]));
    }
    return key;
}

void definitions_read(struct definitions *read, const struct backend_hint *from,
                      struct definition *definition) {
    uint64_t key = key_of(from), *known = map_get(&read->known, key);
    if (known) {
        *definition = read->items.items[*known];
        return;
    }
    if (definitions_name(read, from, definition)) {
        read_definition(read, from, definition);
        if (!definition->has_unknown) {
            map_set(&read->known, key, read->items.count);
        }
        vec_push(&read->items, *definition); // its parameters take room, remembered or not
    }
}
