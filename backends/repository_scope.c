// repository_scope.c - see repository_scope.h.
//
// The model has no syntax tree: it serves forty languages and files that do
// not compile at the moment. But people indent, so a line that is indented
// deeper than any line between it and the cursor's is in a block that was
// closed, and its own names are out of sight. Walking up from the cursor, the
// least indentation so far tells which lines are still open around it.
#include "backends/repository_scope.h"

#include "base/hash.h"
#include "base/map.h"

enum { NEAR_TOKENS = 256, NEAR_BELOW = 8 };
enum { OTHERS = 512 }; // words that a line asks for and its file has not, most often

struct scope {
    const struct document *document;
    VEC(struct standing) items; // of the document's words by their numbers, then of others
    struct map others;          // id -> index of the latter
    uint32_t near[SCOPE_NEAR];
    uint32_t near_count;
    struct scope_headers headers;
    uint32_t called; // length of the name
};

static bool is_one_of(struct slice word, const char *list) {
    return word.length == 1 && strchr(list, word.data[0]);
}

static bool is_member_sign(struct slice word) {
    return slice_equal(word, SLICE_LITERAL(".")) || slice_equal(word, SLICE_LITERAL("->")) ||
           slice_equal(word, SLICE_LITERAL("::")) || slice_equal(word, SLICE_LITERAL("?."));
}

// Ends in '=', and is no comparison.
static bool is_assignment(struct slice word) {
    return word.length > 0 && word.data[word.length - 1] == '=' &&
           (word.length == 1 || !strchr("=!<>", word.data[0]) || word.length == 3) &&
           !(word.length == 3 && word.data[1] == '=');
}

static enum scope_slot slot_behind(uint32_t id, struct slice word) {
    if (id < TOKEN_FIRST_WORD) {
        return SLOT_LINE;
    }
    return token_is_name(id)         ? SLOT_NAME
           : is_member_sign(word)    ? SLOT_MEMBER
           : is_one_of(word, "([{")  ? SLOT_OPEN
           : is_one_of(word, ",")    ? SLOT_COMMA
           : is_assignment(word)     ? SLOT_ASSIGN
           : is_one_of(word, ":")    ? SLOT_COLON
           : is_one_of(word, "\"'`") ? SLOT_QUOTE
                                     : SLOT_SIGN;
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c) {
    return is_upper(c) || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

// Does a sub-word begin at a letter behind another? `HTTPServer`: at the S, which a small letter follows.
static bool is_turn(struct slice word, size_t at) {
    bool small_follows = at + 1 < word.length && is_letter(word.data[at + 1]) && !is_upper(word.data[at + 1]);
    return is_upper(word.data[at]) && (!is_upper(word.data[at - 1]) || small_follows);
}

uint64_t scope_parts(struct slice word) {
    uint64_t parts = 0;
    for (size_t at = 0; at < word.length;) {
        char part[32];
        size_t length = 0, start = at;
        while (at < word.length && is_letter(word.data[at]) && (at == start || !is_turn(word, at))) {
            char c = word.data[at++];
            if (length < sizeof part) {
                part[length++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
            }
        }
        at += at == start; // no letter
        if (length > 1) {
            parts |= UINT64_C(1) << (hash_bytes(part, length) % 64);
        }
    }
    return parts;
}

static struct standing standing_of(const struct scope *scope, uint32_t id) {
    struct slice word = token_is_name(id) ? slice_of("", 0) : encoder_word(&scope->document->encoder, id);
    return (struct standing){.id = id, .slot = slot_behind(id, word), .level = SCOPE_HIDDEN_LEVEL};
}

static void describe(struct standing *standing, struct slice word) {
    standing->parts = token_is_name(standing->id) ? scope_parts(word) : 0;
    standing->first = word.length > 0 ? word.data[0] : 0;
    standing->length = (uint32_t)word.length;
    standing->described = true;
}

uint32_t scope_number(struct scope *scope, uint32_t id) {
    uint32_t number = document_number(scope->document, id);
    if (number == DOCUMENT_NO_WORD) {
        number = (uint32_t)*map_insert(&scope->others, id, scope->items.count);
    }
    if (number == scope->items.count) {
        vec_push(&scope->items, standing_of(scope, id));
    }
    __builtin_prefetch(&scope->items.items[number]);
    return number;
}

// Their bytes are anywhere in memory, too.
void scope_describe(struct scope *scope, const uint32_t *numbers, uint32_t count) {
    struct standing *standings[SCOPE_AT_ONCE];
    struct slice words[SCOPE_AT_ONCE];
    uint32_t ids[SCOPE_AT_ONCE], found = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct standing *standing = &scope->items.items[numbers[i]];
        if (!standing->described) {
            standings[found] = standing;
            ids[found++] = standing->id;
        }
    }
    if (found > 0) {
        encoder_words(&scope->document->encoder, ids, found, words);
    }
    for (uint32_t i = 0; i < found; i++) {
        describe(standings[i], words[i]);
    }
}

struct standing *scope_at(struct scope *scope, uint32_t number) {
    struct standing *standing = &scope->items.items[number];
    if (!standing->described) {
        describe(standing, encoder_word(&scope->document->encoder, standing->id));
    }
    return standing;
}

struct standing *scope_of(struct scope *scope, uint32_t id) {
    return scope_at(scope, scope_number(scope, id));
}

static void add_words(struct scope *scope) {
    const struct token_list *words = &scope->document->words;
    vec_reserve(&scope->items, words->count + OTHERS);
    for (size_t i = 0; i < words->count; i++) {
        vec_push(&scope->items, standing_of(scope, words->items[i]));
    }
}

static void add_near(struct scope *scope, const struct standing *standing, uint32_t limit) {
    if (scope->near_count < limit && standing->above + standing->below == 0 && token_is_name(standing->id)) {
        scope->near[scope->near_count++] = standing->id;
    }
}

// The lines above the cursor, nearest first, as the walk up passes them.
struct climb {
    const struct document *document;
    size_t line; // how many line ends stand above the one the walk is on
    uint32_t least, level;
    bool visible;
    bool in_header; // on a line that opens a block, or above one that only has its bracket
    bool named;     // there is a name on it
};

static uint32_t indent_of(const struct document *document, size_t line) {
    return line > 0 ? document->indents.items[line - 1] : 0;
}

static void climb_line(struct climb *climb) {
    climb->line--;
    uint32_t indent = indent_of(climb->document, climb->line);
    climb->visible = indent <= climb->least;
    if (indent < climb->least) {
        climb->level += climb->level % 2 ? 2 : 1; // to the line that opens the block
        climb->least = indent;
    } else if (climb->visible && climb->level % 2) {
        climb->level++; // to its neighbours
    }
    if (climb->visible) {
        climb->in_header = climb->level % 2 || (climb->in_header && !climb->named);
        climb->named = false;
    }
}

// open: an opening parenthesis follows.
static void read_header(struct scope *scope, struct climb *climb, struct standing *standing, bool open) {
    if (!token_is_name(standing->id)) {
        return;
    }
    if (!standing->described) {
        describe(standing, encoder_word(&scope->document->encoder, standing->id));
    }
    *(climb->level <= 2 ? &scope->headers.nearest : &scope->headers.around) |= standing->parts;
    climb->named = true;
    if (open && standing->length > scope->called) {
        scope->called = standing->length;
        scope->headers.called = standing->parts;
    }
}

static void see(struct standing *standing, uint32_t level, uint32_t distance) {
    if (standing->visible == 0) {
        standing->visible = distance;
        standing->level = level < SCOPE_HIDDEN_LEVEL ? level : SCOPE_HIDDEN_LEVEL - 1;
    }
    standing->visible_uses++;
}

// What the document's places walk over.
struct walk {
    struct standing *standings;
    const uint32_t *numbers, *tokens;
};

static struct walk walk_of(struct scope *scope) {
    const struct document *document = scope->document;
    return (struct walk){scope->items.items, document->numbers.items, document->tokens.items};
}

static struct standing *standing_at(const struct walk *walk, size_t position) {
    return &walk->standings[walk->numbers[position]];
}

static void count_slot(struct standing *standing, const struct standing *before) {
    standing->after[before->slot]++;
    standing->total++;
}

static void look_above(struct scope *scope) {
    const struct document *document = scope->document;
    const struct walk walk = walk_of(scope);
    struct climb climb = {.document = document, .line = document->indents.count, .visible = true};
    uint32_t parenthesis = encoder_find(&document->encoder, SLICE_LITERAL("(")), behind = 0;
    struct standing *standing = standing_at(&walk, document->cursor - 1), *before;
    climb.least = indent_of(document, climb.line);
    for (uint32_t distance = 1; distance <= document->cursor; distance++, standing = before) {
        uint32_t position = document->cursor - distance, id = token_id(walk.tokens[position]);
        before = standing_at(&walk, position > 0 ? position - 1 : 0); // a file begins as a line does
        add_near(scope, standing, SCOPE_NEAR - NEAR_BELOW);
        count_slot(standing, before);
        standing->above = standing->above ? standing->above : distance;
        standing->uses++;
        standing->near_uses += distance <= NEAR_TOKENS;
        if (climb.visible) {
            see(standing, climb.level, distance);
            if (climb.in_header) {
                read_header(scope, &climb, standing, behind == parenthesis);
            }
        }
        behind = id;
        if (token_is_line(id) && climb.line > 0) {
            climb_line(&climb);
        }
    }
}

static void look_below(struct scope *scope) {
    const struct document *document = scope->document;
    const struct walk walk = walk_of(scope);
    const struct standing *before = standing_at(&walk, document->cursor - 1);
    uint32_t count = (uint32_t)document->tokens.count;
    for (uint32_t i = document->cursor; i < count; i++) {
        struct standing *standing = standing_at(&walk, i);
        add_near(scope, standing, SCOPE_NEAR);
        count_slot(standing, before);
        standing->below = standing->below ? standing->below : i - document->cursor + 1;
        before = standing;
    }
}

struct scope *scope_new(const struct document *document) {
    struct scope *scope = mem_zero(1, sizeof *scope);
    scope->document = document;
    map_reserve(&scope->others, OTHERS);
    add_words(scope);
    look_above(scope);
    look_below(scope);
    return scope;
}

void scope_free(struct scope *scope) {
    if (scope) {
        map_free(&scope->others);
        vec_free(&scope->items);
        free(scope);
    }
}

struct scope_headers scope_headers(const struct scope *scope) {
    return scope->headers;
}

const uint32_t *scope_near(const struct scope *scope, uint32_t *count) {
    *count = scope->near_count;
    return scope->near;
}
