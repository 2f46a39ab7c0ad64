// repository_document.c - see repository_document.h.
//
// What is above and below the cursor is evidence; the cursor's own line right
// of the cursor is not (it is what must not be repeated). A word that ends at
// the cursor is perhaps half a word, so it is taken off the context and the
// first predicted word has to begin with it.
#include "backends/repository_document.h"

#include "backends/repository_lexer.h"

// Of the text right of the cursor: a few words are looked at, and a line may be a whole minified program.
enum { RIGHT_READ = 4 << 10 };
static const struct slice LINE_END = {"\n", 1};

struct keyed_word {
    uint32_t id, index;
};

// The last `limit` bytes, from a line's beginning.
static struct slice tail(struct slice text, size_t limit) {
    if (text.length <= limit) {
        return text;
    }
    size_t start = slice_find(text, LINE_END, text.length - limit);
    return start == (size_t)-1 ? slice_sub(text, text.length - limit, text.length)
                               : slice_sub(text, start + 1, text.length);
}

static size_t line_start(struct slice text) {
    size_t at = text.length;
    while (at > 0 && text.data[at - 1] != '\n') {
        at--;
    }
    return at;
}

// How much of the text left of the cursor is certain; what is typed behind it may be half a word.
static size_t find_typed(struct document *document, struct slice text) {
    struct slice line = slice_sub(text, line_start(text), text.length);
    struct lexeme lexeme = {LEXEME_END, line, {line.data, 0}};
    document->line_start = true;
    for (size_t at = 0; lexer_next(line, &at, &lexeme);) {
        document->line_start &= lexeme.kind == LEXEME_END;
    }
    document->spaced = lexeme.kind == LEXEME_END && lexeme.space.length > 0;
    if (lexeme.kind == LEXEME_END || !lexer_extends(lexeme.text)) {
        return text.length;
    }
    document->typed = lexeme.text;
    document->spaced = lexeme.space.length > 0;
    return text.length - lexeme.text.length;
}

static struct slice indentation_of(struct slice line) {
    size_t end = 0;
    while (end < line.length && (line.data[end] == ' ' || line.data[end] == '\t')) {
        end++;
    }
    return slice_sub(line, 0, end);
}

// A tab if any line begins with one, else the fewest spaces, two or more, that a line begins with.
static struct slice indent_unit(struct slice text) {
    struct slice unit = SLICE_LITERAL("    ");
    size_t fewest = unit.length + 1;
    for (size_t at = 0; at < text.length;) {
        size_t end = slice_find(text, LINE_END, at);
        end = end == (size_t)-1 ? text.length : end;
        struct slice indent = indentation_of(slice_sub(text, at, end));
        if (indent.length > 0 && indent.data[0] == '\t') {
            return SLICE_LITERAL("\t");
        }
        if (indent.length > 1 && indent.length < fewest) {
            fewest = indent.length;
            unit = indent;
        }
        at = end + 1;
    }
    return unit;
}

void document_indent(const struct document *document, uint32_t line, struct str *indent) {
    if (line == TOKEN_LINE_DEEPER) {
        str_append_slice(indent, document->unit);
    } else if (line == TOKEN_LINE_SHALLOWER) {
        size_t less = document->unit.length;
        str_truncate(indent, indent->length > less ? indent->length - less : 0);
    }
}

static void look_ahead(struct document *document, const struct token_list *list) {
    for (size_t i = 0; i < list->count && document->ahead_count < DOCUMENT_AHEAD; i++) {
        document->ahead[document->ahead_count++] = token_id(list->items[i]);
    }
}

static struct slice first_line(struct slice text) {
    struct slice trimmed = slice_trim(text);
    size_t end = slice_find(trimmed, LINE_END, 0);
    return slice_trim(end == (size_t)-1 ? trimmed : slice_sub(trimmed, 0, end));
}

// Brackets and quotes that editors close by themselves, and what people type behind them.
static bool is_closers(struct slice right) {
    for (size_t i = 0; i < right.length; i++) {
        if (!strchr(")]}\"'`;, \t", right.data[i])) {
            return false;
        }
    }
    return right.length > 0;
}

static void read_suffix(struct document *document, struct slice suffix) {
    size_t end = slice_find(suffix, LINE_END, 0);
    end = end == (size_t)-1 ? suffix.length : end;
    struct slice right = slice_sub(slice_trim(slice_sub(suffix, 0, end)), 0, RIGHT_READ);
    struct slice below = slice_sub(suffix, end, end + DOCUMENT_BELOW);
    struct token_list list = {0};
    document->encoder.started = true;
    document->closed = is_closers(right);
    if (!document->closed) {
        encoder_append(&document->encoder, right, &list);
    }
    document->right = list.count > 0;
    look_ahead(document, &list);
    list.count = 0;
    document->below = first_line(below);
    document->last_line = document->below.length == 0;
    if (!document->last_line) {
        encoder_append(&document->encoder, below, &list);
        look_ahead(document, &list);
    }
    for (size_t i = 0; i < list.count; i++) {
        vec_push(&document->tokens, list.items[i]);
    }
    vec_free(&list);
}

// The different ids of the tokens, as they come; numbers: of every token the index of its id.
static void find_words(struct document *document) {
    size_t count = document->tokens.count;
    uint32_t bits = 4;
    while ((size_t)1 << bits < 2 * count) {
        bits++;
    }
    uint32_t *table = mem_zero((size_t)1 << bits, sizeof *table); // an index and one, 0 for none
    vec_reserve(&document->numbers, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t id = token_id(document->tokens.items[i]), at = (id * 2654435761u) >> (32 - bits);
        while (table[at] && document->words.items[table[at] - 1] != id) {
            at = (at + 1) & ((1u << bits) - 1);
        }
        if (!table[at]) {
            vec_push(&document->words, id);
            table[at] = (uint32_t)document->words.count;
        }
        document->numbers.items[i] = table[at] - 1;
    }
    document->numbers.count = count;
    free(table);
}

// By its digits, the lowest first.
static void sort_by_id(struct keyed_word *words, size_t count) {
    enum { DIGIT = 10, DIGITS = 3, VALUES = 1 << DIGIT };
    _Static_assert(DIGIT * DIGITS + TOKEN_SPACE_BITS >= 32, "all bits of an id are looked at");
    struct keyed_word *from = words, *to = mem_alloc((count + 1) * sizeof *to), *other = to;
    for (uint32_t shift = 0; shift < DIGIT * DIGITS; shift += DIGIT) {
        uint32_t starts[VALUES + 1] = {0};
        for (size_t i = 0; i < count; i++) {
            starts[((from[i].id >> shift) & (VALUES - 1)) + 1]++;
        }
        for (uint32_t value = 0; value < VALUES; value++) {
            starts[value + 1] += starts[value];
        }
        for (size_t i = 0; i < count; i++) {
            to[starts[(from[i].id >> shift) & (VALUES - 1)]++] = from[i];
        }
        struct keyed_word *swap = from;
        from = to;
        to = swap;
    }
    memcpy(words, from, from == words ? 0 : count * sizeof *words);
    free(other);
}

// Small numbers in the order of the ids make sorting what stands before the tokens quick.
static void number_words(struct document *document) {
    find_words(document);
    size_t count = document->words.count;
    struct keyed_word *sorted = mem_alloc((count + 1) * sizeof *sorted);
    uint32_t *ranks = mem_alloc((count + 1) * sizeof *ranks);
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = (struct keyed_word){document->words.items[i], i};
    }
    sort_by_id(sorted, count);
    for (uint32_t i = 0; i < count; i++) {
        document->words.items[i] = sorted[i].id;
        ranks[sorted[i].index] = token_make(i, 0);
    }
    for (size_t i = 0; i < document->numbers.count; i++) {
        document->numbers.items[i] = ranks[document->numbers.items[i]];
    }
    free(sorted);
    free(ranks);
}

void document_init(struct document *document, struct vocabulary *vocabulary, struct slice prefix,
                   struct slice suffix) {
    *document = (struct document){0};
    intern_init(&document->unknown);
    document->encoder = (struct encoder){.vocabulary = vocabulary, .unknown = &document->unknown};
    struct slice above = tail(prefix, DOCUMENT_ABOVE);
    size_t certain = find_typed(document, above);
    document->indentation = indentation_of(slice_sub(above, line_start(above), above.length));
    document->unit = indent_unit(above);
    vec_push(&document->tokens, token_make(TOKEN_FILE, 0));
    document->encoder.indents = &document->indents;
    encoder_append(&document->encoder, slice_sub(above, 0, certain), &document->tokens);
    document->encoder.indents = NULL;
    document->cursor = (uint32_t)document->tokens.count;
    struct token_list typed = {0};
    encoder_append(&document->encoder, document->typed, &typed);
    document->typed_id = typed.count > 0 ? token_id(typed.items[0]) : 0;
    vec_free(&typed);
    vec_push(&document->tokens, token_make(TOKEN_FILE, 0));
    read_suffix(document, suffix);
    number_words(document);
}

void document_fini(struct document *document) {
    intern_free(&document->unknown);
    vec_free(&document->tokens);
    vec_free(&document->words);
    vec_free(&document->numbers);
    vec_free(&document->indents);
}
