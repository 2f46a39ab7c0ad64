// symbols_text.c - the name and the signature of a definition.
//
// C hides a name inside its declarator: `int *(*table[4])(void)`. The way down
// goes through the `declarator` fields; what was passed last decides whether
// the whole is a function (`int *f(void)`) or holds a pointer to one
// (`int (*f)(void)`).
#include "base/utf8.h"
#include "indexer/syntax_internal.h"

struct slice node_text(const struct extraction *extraction, TSNode node) {
    return slice_sub(extraction->text, ts_node_start_byte(node), ts_node_end_byte(node));
}

static char closing_quote(char opening) {
    switch (opening) {
    case '"':
    case '\'':
    case '`':
        return opening;
    case '<':
        return '>';
    default:
        return '\0';
    }
}

// "name", <name>, :name and name: are name; <=>, :+: and ::name are not.
static struct slice without_quotes(struct slice text) {
    text = slice_trim(text);
    if (text.length >= 2 && text.data[0] == ':' &&
        (slice_is_word_byte(text.data[1]) || strchr("\"[", text.data[1]))) {
        text = slice_of(text.data + 1, text.length - 1);
    }
    if (text.length < 2) {
        return text;
    }
    const char *data = text.data;
    size_t last = text.length - 1;
    bool is_operator = data[0] == '<' && !slice_is_word_byte(data[last - 1]);
    if (data[last] == closing_quote(data[0]) && !is_operator) {
        return slice_of(data + 1, last - 1);
    }
    return data[last] == ':' && slice_is_word_byte(data[last - 1]) ? slice_of(data, last) : text;
}

static void set_name(struct symbol_name *name, const struct extraction *extraction, struct slice text) {
    struct slice bare = without_quotes(text);
    name->text =
        slice_sub(bare, 0, utf8_floor(bare, bare.length < NAME_MAX_BYTES ? bare.length : NAME_MAX_BYTES));
    name->byte = (uint32_t)(bare.data - extraction->text.data);
}

// One step down from a declarator; a null node at the name itself.
static TSNode declarator_step(const struct grammar *grammar, TSNode node, struct symbol_name *name,
                              const struct extraction *extraction) {
    const char *type = ts_node_type(node);
    TSNode next = ts_node_child_by_field_id(node, grammar->declarator_field);
    if (!ts_node_is_null(next)) {
        name->is_function = ts_node_symbol(node) == grammar->function_declarator;
        return next;
    }
    if (strcmp(type, "qualified_identifier") == 0) {
        TSNode scope = ts_node_child_by_field_id(node, grammar->scope_field);
        if (!ts_node_is_null(scope)) {
            name->scope = node_text(extraction, scope);
        }
        return ts_node_child_by_field_id(node, grammar->name_field);
    }
    if (strcmp(type, "template_function") == 0 || strcmp(type, "template_type") == 0) {
        return ts_node_child_by_field_id(node, grammar->name_field);
    }
    if (strcmp(type, "parenthesized_declarator") == 0 || strcmp(type, "reference_declarator") == 0 ||
        strcmp(type, "attributed_declarator") == 0) {
        return ts_node_named_child(node, 0);
    }
    return (TSNode){0};
}

struct symbol_name symbol_name_of(const struct extraction *extraction, TSNode node, bool is_declarator) {
    struct symbol_name name = {0};
    const struct grammar *grammar = extraction->grammar;
    for (int depth = 0; is_declarator && depth < DECLARATOR_DEPTH; depth++) {
        // `operator bool() const`: the cast's type belongs to the name.
        if (grammar->operator_cast && ts_node_symbol(node) == grammar->operator_cast) {
            TSNode tail = ts_node_child_by_field_id(node, grammar->declarator_field);
            uint32_t end = ts_node_is_null(tail) ? ts_node_end_byte(node) : ts_node_start_byte(tail);
            name.is_function = true;
            set_name(&name, extraction, slice_sub(extraction->text, ts_node_start_byte(node), end));
            return name;
        }
        TSNode next = declarator_step(grammar, node, &name, extraction);
        if (ts_node_is_null(next)) {
            break;
        }
        node = next;
    }
    set_name(&name, extraction, node_text(extraction, node));
    return name;
}

// The last part of [0, end) of a path; what stands behind its first dot is left out.
static struct slice path_part(struct slice path, size_t end) {
    size_t start = end, stop;
    while (start > 0 && path.data[start - 1] != '/') {
        start--;
    }
    for (stop = start; stop < end && path.data[stop] != '.'; stop++) {
    }
    return slice_sub(path, start, stop);
}

struct symbol_name symbol_name_of_file(const struct extraction *extraction, TSNode node) {
    struct slice path = slice_of_string(extraction->record->path), part = path_part(path, path.length);
    if (slice_equal(part, SLICE_LITERAL("index")) && part.data > path.data) {
        part = path_part(path, (size_t)(part.data - path.data) - 1);
    }
    size_t most = utf8_floor(part, part.length < NAME_MAX_BYTES ? part.length : NAME_MAX_BYTES);
    part.length = utf8_valid(part) ? most : 0;
    char *name = arena_bytes(&extraction->record->arena, part.length);
    size_t length = 0;
    bool raise = false;
    for (size_t i = 0; i < part.length; i++) {
        char c = part.data[i];
        if (slice_is_word_byte(c) || (unsigned char)c >= 0x80 || c == '$') {
            name[length++] = raise && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        raise = length > 0 && c == '-';
    }
    bool is_name = length > 0 && !(name[0] >= '0' && name[0] <= '9');
    return (struct symbol_name){.text = slice_of(name, is_name ? length : 0),
                                .byte = ts_node_start_byte(node)};
}

struct symbol_name symbol_name_between(const struct extraction *extraction, TSNode first, TSNode last) {
    struct symbol_name name = {0};
    set_name(&name, extraction,
             slice_sub(extraction->text, ts_node_start_byte(first), ts_node_end_byte(last)));
    return name;
}

struct slice type_name_of(const struct extraction *extraction, TSNode node) {
    struct slice text = node_text(extraction, node);
    size_t end = 0;
    size_t start = 0;
    for (; end < text.length && !strchr("<[{(", text.data[end]); end++) {
        if (strchr("*&: '", text.data[end])) {
            start = end + 1;
        }
    }
    struct slice name = slice_sub(text, start, end);
    return slice_sub(name, 0, NAME_MAX_BYTES);
}

// The byte behind the comment that begins at `at`, or `at` itself if none does. Only called where a comment
// may begin, which spares most signatures the look into the tree.
static uint32_t skip_comment(const struct extraction *extraction, TSNode definition, uint32_t at) {
    TSNode node = ts_node_descendant_for_byte_range(definition, at, at + 1);
    if (!ts_node_is_null(node) && !ts_node_is_named(node)) {
        node = ts_node_parent(node); // the mark that begins a comment may be a node in it
    }
    if (!ts_node_is_null(node) && ts_node_is_extra(node) && ts_node_start_byte(node) == at) {
        return ts_node_end_byte(node);
    }
    // In the body of a macro comments are blanked (mask.c) and leave no node.
    bool blanked = extraction->parsed.data[at] == ' ';
    size_t end = blanked ? slice_find(extraction->text, SLICE_LITERAL("*/"), at) : (size_t)-1;
    return end == (size_t)-1 ? at : (uint32_t)end + 2;
}

// May a comment of some language begin with these two characters?
static bool begins_comment(char first, char second) {
    switch (first) {
    case '#':
        return true;
    case '/':
        return second == '/' || second == '*';
    case '-':
        return second == '-';
    case '{':
        return second == '-';
    case '(':
        return second == '*';
    default:
        return false;
    }
}

// A signature being written: one line, white space collapsed.
struct line {
    char bytes[SIGNATURE_MAX + 4]; // room to see whether the last character is whole
    size_t length;
    bool gap; // white space waits for a character behind it
};

static void line_add(struct line *line, char c) {
    if (line->gap && line->length && !strchr("([", line->bytes[line->length - 1]) && !strchr(")],", c)) {
        line->bytes[line->length++] = ' ';
    }
    line->gap = false;
    line->bytes[line->length++] = c;
}

// Most of a signature is letters, and none of them begins anything.
static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void line_add_text(struct line *line, const struct extraction *extraction, TSNode definition,
                          uint32_t start, uint32_t end) {
    const char *data = extraction->text.data;
    for (uint32_t at = start; at < end && line->length <= SIGNATURE_MAX; at++) {
        char c = data[at];
        if (is_plain(c)) {
            line_add(line, c);
            continue;
        }
        bool asks = at + 1 < end && begins_comment(c, data[at + 1]);
        uint32_t behind = asks ? skip_comment(extraction, definition, at) : at;
        bool is_escaped = at > start && data[at - 1] == '\\';
        bool joins_lines = c == '\\' && !is_escaped && at + 1 < end && is_space(data[at + 1]);
        if (behind > at) {
            line->gap = true;
            at = behind - 1;
        } else if (is_space(c) || c == '\0' || joins_lines) {
            line->gap = true;
        } else {
            line_add(line, c);
        }
    }
}

// Without what only announces the body, which says nothing in a signature.
static struct slice line_trim(const struct line *line) {
    struct slice text = slice_of(line->bytes, line->length);
    text.length = utf8_floor(text, SIGNATURE_MAX);
    while (text.length && strchr(" {=;,:\\", text.data[text.length - 1])) {
        text.length--;
    }
    bool ends_in_arrow =
        text.length > 2 && text.data[text.length - 1] == '>' && strchr("=-", text.data[text.length - 2]);
    if (ends_in_arrow) {
        text = slice_trim(slice_of(text.data, text.length - 2));
    }
    return text;
}

const char *symbol_signature(const struct extraction *extraction, TSNode definition,
                             const struct symbol_name *name, uint32_t start, uint32_t end) {
    struct line line = {.length = 0};
    uint32_t scanned = end - start < SIGNATURE_SCAN ? end : start + SIGNATURE_SCAN;
    line_add_text(&line, extraction, definition, start, scanned);
    if (name->byte >= end) { // typedef struct { ... } name
        line.length = line_trim(&line).length;
        line.gap = true;
        line_add_text(&line, extraction, definition, name->byte, name->byte + (uint32_t)name->text.length);
    }
    return arena_copy(&extraction->record->arena, line_trim(&line));
}

bool text_begins_line(struct slice text, uint32_t byte) {
    return byte == 0 || text.data[byte - 1] == '\n';
}

// A word at the first column that is no label, or a macro's definition.
static bool begins_definition(struct slice line) {
    size_t at = 0;
    while (at < line.length && (line.data[at] == '_' || (line.data[at] >= '0' && line.data[at] <= '9') ||
                                ((line.data[at] | 32) >= 'a' && (line.data[at] | 32) <= 'z'))) {
        at++;
    }
    bool is_word = at > 0 && at < line.length && line.data[at] != ':';
    return is_word || slice_starts_with(line, SLICE_LITERAL("#define"));
}

bool text_is_astray(struct slice text) {
    const char *end = text.data + text.length;
    for (const char *at = text.data; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline || newline + 1 == end) {
            return false;
        }
        at = newline + 1;
        bool may_begin = *at == '#' || *at == '_' || ((*at | 32) >= 'a' && (*at | 32) <= 'z');
        if (may_begin && begins_definition(slice_of(at, (size_t)(end - at)))) {
            return true;
        }
    }
    return false;
}
