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

// The last `limit` bytes, from a line's beginning.
static struct slice tail(struct slice text, size_t limit) {
    if (text.length <= limit) {
        return text;
    }
    size_t start = slice_find(text, LINE_END, text.length - limit);
    return start == (size_t)-1 ? slice_sub(text, text.length - limit, text.length)
                               : slice_sub(text, start + 1, text.length);
}

// How much of the cursor's line is certain; what is typed behind it may be half a word.
static size_t find_typed(struct document *document, struct slice line) {
    document->typed = slice_of("", 0);
    struct lexeme lexeme = {LEXEME_END, line, {line.data, 0}};
    document->line_start = true;
    for (size_t at = 0; lexer_next(line, &at, &lexeme);) {
        document->line_start &= lexeme.kind == LEXEME_END;
    }
    document->spaced = lexeme.kind == LEXEME_END && lexeme.space.length > 0;
    if (lexeme.kind == LEXEME_END || !lexer_extends(lexeme.text)) {
        return line.length;
    }
    document->typed = lexeme.text;
    document->spaced = lexeme.space.length > 0;
    return line.length - lexeme.text.length;
}

static struct slice indentation_of(struct slice line) {
    return slice_sub(line, 0, slice_indentation(line));
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
            unit = slice_sub(unit, 0, fewest);
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

// Adds to what follows the cursor.
static void look_ahead(struct document *document, const uint32_t *tokens, size_t count) {
    for (size_t i = 0; i < count && document->ahead_count < DOCUMENT_AHEAD; i++) {
        document->ahead[document->ahead_count++] = token_id(tokens[i]);
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

// What is read of the text behind the cursor.
static struct slice head(struct slice suffix) {
    size_t end = slice_find(suffix, LINE_END, 0);
    return slice_sub(suffix, 0, (end == (size_t)-1 ? 0 : end) + DOCUMENT_BELOW);
}

static void read_right(struct document *document, struct slice right) {
    struct token_list list = {0};
    document->closed = is_closers(right);
    if (!document->closed) {
        encoder_append(&document->encoder, right, &list);
    }
    document->right = list.count > 0;
    look_ahead(document, list.items, list.count);
    vec_free(&list);
}

static void read_suffix(struct document *document, struct slice suffix) {
    size_t end = slice_find(suffix, LINE_END, 0), start = document->tokens.count;
    end = end == (size_t)-1 ? suffix.length : end;
    struct slice below = slice_sub(suffix, end, suffix.length);
    document->encoder.started = true;
    read_right(document, slice_sub(slice_trim(slice_sub(suffix, 0, end)), 0, RIGHT_READ));
    document->below = first_line(below);
    document->last_line = document->below.length == 0;
    if (!document->last_line) {
        reading_append(document->reading, &document->encoder, below, &document->tokens);
        look_ahead(document, document->tokens.items + start, document->tokens.count - start);
    }
}

// Where the table holds a word's index and one, or 0 and would hold it.
static uint32_t *number_slot(const struct document *document, uint32_t id) {
    uint32_t at = (id * 2654435761u) >> (32 - document->number_bits), *table = document->number_table;
    while (table[at] && document->words.items[table[at] - 1] != id) {
        at = (at + 1) & ((1u << document->number_bits) - 1);
    }
    return &table[at];
}

uint32_t document_number(const struct document *document, uint32_t id) {
    return *number_slot(document, id) - 1; // of 0 that is DOCUMENT_NO_WORD
}

static void make_table(struct document *document) {
    document->number_bits = 4;
    while ((size_t)1 << document->number_bits < 2 * document->words.count) {
        document->number_bits++;
    }
    document->number_table = mem_zero((size_t)1 << document->number_bits, sizeof *document->number_table);
    for (uint32_t i = 0; i < document->words.count; i++) {
        *number_slot(document, document->words.items[i]) = i + 1;
    }
}

// Of a number in the reading the index and the id here; the document counts words as they come.
static void meet(struct document *document, const uint32_t *known, uint32_t number) {
    uint32_t met = number - TOKEN_FIRST_WORD;
    struct slice word = reading_words(document->reading)->items.items[met].text;
    document->of_met[number] = (uint32_t)document->words.count;
    document->met_ids[number] = encoder_id(&document->encoder, word, known[met]);
    vec_push(&document->words, document->met_ids[number]);
}

// Only a file's beginning has the index 0.
static inline bool is_new(const struct document *document, uint32_t number) {
    return document->of_met[number] == 0 && number != TOKEN_FILE;
}

static void resolve_tokens(struct document *document, const uint32_t *known, size_t from, size_t to) {
    uint32_t *tokens = document->tokens.items, *numbers = document->numbers.items;
    const uint32_t *of_met = document->of_met, *met_ids = document->met_ids;
    for (size_t i = from; i < to; i++) {
        uint32_t number = token_id(tokens[i]);
        if (is_new(document, number)) {
            meet(document, known, number);
        }
        numbers[i] = of_met[number];
        tokens[i] = token_make(met_ids[number], token_space(tokens[i]));
    }
}

static uint32_t resolve_word(struct document *document, const uint32_t *known, uint32_t number) {
    if (is_new(document, number)) {
        meet(document, known, number);
    }
    return document->met_ids[number];
}

// Words are known by their numbers in the reading until here, those of line ends by their ids.
static void resolve(struct document *document) {
    const uint32_t *known = reading_known(document->reading);
    size_t met = TOKEN_FIRST_WORD + reading_words(document->reading)->items.count;
    document->of_met = mem_zero(met, sizeof *document->of_met);
    document->met_ids = mem_zero(met, sizeof *document->met_ids);
    for (uint32_t id = 0; id < TOKEN_FIRST_WORD; id++) {
        document->of_met[id] = document->met_ids[id] = id;
        vec_push(&document->words, id);
    }
    vec_reserve(&document->numbers, document->tokens.count);
    document->numbers.count = document->tokens.count;
    resolve_tokens(document, known, 0, document->cursor);
    document->typed_id = resolve_word(document, known, document->typed_id);
    for (uint32_t i = 0; i < document->ahead_count; i++) {
        document->ahead[i] = resolve_word(document, known, document->ahead[i]);
    }
    resolve_tokens(document, known, document->cursor, document->tokens.count);
    document->encoder.numbered = NULL;
    document->encoder.met = reading_words(document->reading);
    document->encoder.met_ids = document->met_ids + TOKEN_FIRST_WORD;
    make_table(document);
}

// Returns how much of it is certain.
static size_t read_line(struct document *document, struct slice line) {
    str_clear(&document->cursor_line);
    str_append_slice(&document->cursor_line, line);
    line = str_slice(&document->cursor_line);
    document->indentation = indentation_of(line);
    return find_typed(document, line);
}

static void read_typed(struct document *document, struct slice typed) {
    struct token_list tokens = {0};
    encoder_append(&document->encoder, typed, &tokens);
    document->typed_id = tokens.count > 0 ? token_id(tokens.items[0]) : 0;
    vec_free(&tokens);
}

static void take_text(struct document *document, struct vocabulary *vocabulary, struct slice prefix,
                      struct slice suffix) {
    struct slice above = prefix, below = suffix;
    document->same = reading_take(document->reading, vocabulary, &above, &below);
    document->above = tail(above, DOCUMENT_ABOVE);
    document->start = reading_start(document->reading, document->above);
    document->cut = document->above.length < prefix.length;
    document->suffix = head(below);
    document->encoder = (struct encoder){.vocabulary = vocabulary,
                                         .unknown = &document->unknown,
                                         .known = (uint32_t)vocabulary_count(vocabulary, NULL),
                                         .numbered = reading_words(document->reading)};
}

static void read_above(struct document *document, struct slice above) {
    vec_push(&document->tokens, token_make(TOKEN_FILE, 0));
    document->encoder.indents = &document->indents;
    reading_append(document->reading, &document->encoder, above, &document->tokens);
    document->encoder.indents = NULL;
    document->cursor = (uint32_t)document->tokens.count;
    vec_push(&document->tokens, token_make(TOKEN_FILE, 0));
}

void document_init(struct document *document, struct vocabulary *vocabulary, struct reading *reading,
                   struct slice prefix, struct slice suffix) {
    *document = (struct document){.own = reading ? NULL : reading_new()};
    document->reading = reading ? reading : document->own;
    intern_init(&document->unknown);
    str_init(&document->cursor_line);
    take_text(document, vocabulary, prefix, suffix);
    struct slice above = document->above;
    size_t start = slice_line_start(above, above.length);
    document->certain = read_line(document, slice_sub(above, start, above.length));
    document->unit = indent_unit(above);
    read_above(document, slice_sub(above, 0, start + document->certain));
    read_typed(document, slice_sub(above, start + document->certain, above.length));
    read_suffix(document, document->suffix);
    vec_reserve(&document->tokens, document->tokens.count + 1); // see packed_view
    resolve(document);
}

static bool ends_with(struct slice text, struct slice end) {
    return text.length >= end.length &&
           slice_equal(slice_sub(text, text.length - end.length, text.length), end);
}

// Of a long text the last part is read, and the line that is typed moves its beginning.
static bool is_same_above(const struct document *document, struct slice read, struct slice given) {
    return document->cut ? ends_with(read, given) || ends_with(given, read) : slice_equal(read, given);
}

bool document_follow(struct document *document, struct slice prefix, struct slice suffix) {
    struct slice above = document->above, given = tail(prefix, DOCUMENT_ABOVE);
    size_t was = slice_line_start(above, above.length), is = slice_line_start(given, given.length),
           certain = was + document->certain;
    struct slice line = slice_sub(given, is, given.length);
    if (document->cut != (given.length < prefix.length) || line.length > document->certain + DOCUMENT_LINE ||
        indentation_of(line).length != document->indentation.length || // it is part of the line end's token
        !slice_starts_with(line, slice_sub(above, was, certain)) ||
        !slice_equal(head(reading_below(suffix)), document->suffix) ||
        !is_same_above(document, slice_sub(above, 0, was), slice_sub(given, 0, is))) {
        return false;
    }
    size_t end = read_line(document, line);
    if (end < document->certain) { // what was certain is not: `a->` became `a-`
        return false;
    }
    document->line.count = 0;
    encoder_append(&document->encoder, slice_sub(str_slice(&document->cursor_line), document->certain, end),
                   &document->line);
    for (size_t i = 0; i < document->line.count; i++) {
        document->line.items[i] = token_id(document->line.items[i]);
    }
    read_typed(document, document->typed);
    return true;
}

uint32_t document_before(const struct document *document, uint32_t count) {
    if (count <= document->line.count) {
        return document->line.items[document->line.count - count];
    }
    count -= (uint32_t)document->line.count;
    return count <= document->cursor ? token_id(document->tokens.items[document->cursor - count]) : 0;
}

void document_fini(struct document *document) {
    intern_free(&document->unknown);
    reading_free(document->own);
    vec_free(&document->tokens);
    vec_free(&document->words);
    vec_free(&document->numbers);
    free(document->number_table);
    vec_free(&document->indents);
    vec_free(&document->line);
    free(document->of_met);
    free(document->met_ids);
    str_free(&document->cursor_line);
}
