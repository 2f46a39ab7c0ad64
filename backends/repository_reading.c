// repository_reading.c - see repository_reading.h.
//
// From one line to the next hardly anything of a text changes, and to read all
// of it takes a millisecond. The lexer has no state, so what it makes of a text
// is the same from the beginning of any lexeme on. So of a new text only what
// lies between the last line end of what both texts begin with and the first of
// what both end with is read; the tokens before and behind it stay.
//
// Where the cursor is, and what a line end says of two lines' indentation, is
// not in the tokens that are kept: a part of them is written out as if it had
// been read alone. Words are kept with their numbers in the vocabulary, which
// forgets none; those that it had not are looked up again.
#include "backends/repository_reading.h"

#include "backends/repository_lexer.h"

enum { FEW_WORDS = 1024 };
enum { BYTES_A_TOKEN = 4 }; // of most texts

struct line {       // an end of one, with blank lines and the indentation behind it
    uint32_t start; // in bytes
    uint32_t token; // its own
    uint32_t indent;
};
struct lines {
    struct line *items;
    size_t count, capacity;
};

struct reading {
    struct vocabulary *vocabulary; // a reference, or NULL
    struct str text, fresh;
    struct token_list tokens; // a line end is TOKEN_LINE_SAME
    struct lines lines;
    struct words words;
    size_t first_words; // when all was read
    bool is_whole;      // it has more than the parts around a cursor
    VEC(uint32_t) known;
};

struct reading *reading_new(void) {
    struct reading *reading = mem_zero(1, sizeof *reading);
    str_init(&reading->text);
    str_init(&reading->fresh);
    words_init(&reading->words, 0);
    return reading;
}

void reading_free(struct reading *reading) {
    if (reading) {
        vocabulary_release(reading->vocabulary);
        str_free(&reading->text);
        str_free(&reading->fresh);
        vec_free(&reading->tokens);
        vec_free(&reading->lines);
        words_fini(&reading->words);
        vec_free(&reading->known);
        free(reading);
    }
}

struct slice reading_above(struct slice prefix) {
    size_t more = prefix.length > READING_ABOVE ? prefix.length - READING_ABOVE - 1 : 0;
    return slice_sub(prefix, more / READING_STEP * READING_STEP, prefix.length);
}

struct slice reading_below(struct slice suffix) {
    size_t least = READING_BELOW + READING_RIGHT, more = suffix.length > least ? suffix.length - least : 0;
    return slice_sub(suffix, 0, suffix.length - more / READING_STEP * READING_STEP);
}

// --- what changed ---

// The first line end at `at` or behind it.
static size_t line_from(const struct lines *lines, size_t at) {
    size_t low = 0, high = lines->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lines->items[middle].start < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// --- reading ---

// What replaces some of the lines, and the tokens from the first one's on.
struct patch {
    size_t first, last; // lines: the last one stays
    struct token_list tokens;
    struct lines lines;
};

static void read_lexeme(struct reading *reading, const struct lexeme *lexeme, struct patch *patch) {
    if (lexeme->kind == LEXEME_LINE) {
        uint32_t start = (uint32_t)(lexeme->text.data - reading->text.data);
        vec_push(&patch->lines, (struct line){.start = start,
                                              .token = (uint32_t)patch->tokens.count,
                                              .indent = lexer_indent(lexeme->text)});
        vec_push(&patch->tokens, token_make(TOKEN_LINE_SAME, lexer_has_blank_line(lexeme->text)));
    } else if (lexeme->kind != LEXEME_END) {
        uint32_t number = words_number(&reading->words, lexeme->text);
        vec_push(&patch->tokens, token_make(TOKEN_FIRST_WORD + number, lexer_space_class(lexeme->space)));
    }
}

// From `at` to a line end that stood `grown` bytes before it in the old text and is followed by the same.
static void read_between(struct reading *reading, size_t at, size_t grown, struct patch *patch) {
    const struct lines *old = &reading->lines;
    struct slice text = str_slice(&reading->text);
    for (struct lexeme lexeme; lexer_next(text, &at, &lexeme);) {
        if (lexeme.kind == LEXEME_LINE) {
            size_t start = (size_t)(lexeme.text.data - text.data);
            while (patch->last < old->count && old->items[patch->last].start + grown < start) {
                patch->last++;
            }
            if (patch->last < old->count && old->items[patch->last].start + grown == start) {
                return;
            }
        }
        read_lexeme(reading, &lexeme, patch);
    }
    patch->last = old->count;
}

// In place of items[first] up to items[last].
#define splice(list, first, last, patch)                                                                     \
    do {                                                                                                     \
        size_t rest_ = (list)->count - (last), end_ = (first) + (patch)->count;                              \
        vec_reserve((list), end_ + rest_);                                                                   \
        if (rest_ > 0) {                                                                                     \
            memmove((list)->items + end_, (list)->items + (last), rest_ * sizeof *(list)->items);            \
        }                                                                                                    \
        if ((patch)->count > 0) {                                                                            \
            memcpy((list)->items + (first), (patch)->items, (patch)->count * sizeof *(list)->items);         \
        }                                                                                                    \
        (list)->count = end_ + rest_;                                                                        \
    } while (0)

static size_t token_of_line(const struct reading *reading, size_t line) {
    return line < reading->lines.count ? reading->lines.items[line].token : reading->tokens.count;
}

static void apply(struct reading *reading, size_t first_token, size_t grown, struct patch *patch) {
    size_t last_token = token_of_line(reading, patch->last);
    for (size_t i = 0; i < patch->lines.count; i++) {
        patch->lines.items[i].token += (uint32_t)first_token;
    }
    for (size_t i = patch->last; i < reading->lines.count; i++) {
        struct line *line = &reading->lines.items[i];
        line->start += (uint32_t)grown;
        line->token += (uint32_t)(first_token + patch->tokens.count - last_token);
    }
    splice(&reading->tokens, first_token, last_token, &patch->tokens);
    splice(&reading->lines, patch->first, patch->last, &patch->lines);
    vec_free(&patch->tokens);
    vec_free(&patch->lines);
}

static void forget(struct reading *reading) {
    words_fini(&reading->words);
    words_init(&reading->words, reading->fresh.length);
    reading->known.count = reading->tokens.count = reading->lines.count = 0;
    str_clear(&reading->text);
}

static void swap_texts(struct reading *reading) {
    struct str text = reading->text;
    reading->text = reading->fresh;
    reading->fresh = text;
}

// Returns how many bytes from the beginning on are the same.
static size_t read_changes(struct reading *reading) {
    struct slice old = str_slice(&reading->text), fresh = str_slice(&reading->fresh);
    size_t head = slice_common_head(old, fresh);
    size_t tail = slice_common_tail(slice_sub(old, head, old.length), slice_sub(fresh, head, fresh.length));
    size_t grown = fresh.length - old.length;       // modulo 2^64, if there is less
    size_t kept = line_from(&reading->lines, head); // line ends that begin before what changed
    struct patch patch = {.first = kept > 0 ? kept - 1 : 0,
                          .last = line_from(&reading->lines, old.length - tail)};
    size_t at = kept > 0 ? reading->lines.items[patch.first].start : 0;
    size_t first_token = kept > 0 ? reading->lines.items[patch.first].token : 0;
    swap_texts(reading);
    vec_reserve(&patch.tokens, (fresh.length - head - tail) / BYTES_A_TOKEN);
    read_between(reading, at, grown, &patch);
    apply(reading, first_token, grown, &patch);
    return head;
}

static size_t take(struct reading *reading, struct vocabulary *vocabulary, struct slice above,
                   struct slice below) {
    str_clear(&reading->fresh);
    str_append_slice(&reading->fresh, above);
    str_append_slice(&reading->fresh, below);
    bool has_too_many = reading->words.items.count > 2 * reading->first_words + FEW_WORDS;
    if (reading->vocabulary != vocabulary || has_too_many) {
        forget(reading);
        vocabulary_release(reading->vocabulary);
        reading->vocabulary = vocabulary_retain(vocabulary);
    }
    bool is_all = reading->tokens.count == 0;
    size_t same = read_changes(reading);
    reading->first_words = is_all ? reading->words.items.count : reading->first_words;
    return same;
}

size_t reading_take(struct reading *reading, struct vocabulary *vocabulary, struct slice *above,
                    struct slice *below) {
    struct slice near_above = reading_above(*above), near_below = reading_below(*below);
    reading->is_whole = reading->is_whole && above->length + below->length <= READING_WHOLE;
    *above = reading->is_whole ? *above : near_above;
    *below = reading->is_whole ? *below : near_below;
    size_t cursor = above->length, same = take(reading, vocabulary, *above, *below);
    struct slice text = str_slice(&reading->text);
    *above = slice_sub(text, cursor - near_above.length, cursor);
    *below = slice_sub(text, cursor, cursor + near_below.length);
    return same;
}

size_t reading_take_whole(struct reading *reading, struct vocabulary *vocabulary, struct slice text) {
    reading->is_whole = true;
    return take(reading, vocabulary, text, slice_of("", 0));
}

bool reading_is_of(const struct reading *reading, const struct vocabulary *vocabulary) {
    return reading->vocabulary == vocabulary;
}

size_t reading_start(const struct reading *reading, struct slice part) {
    return (size_t)(part.data - reading->text.data);
}

// --- what was read ---

void reading_append(const struct reading *reading, struct encoder *encoder, struct slice part,
                    struct token_list *out) {
    struct slice text = str_slice(&reading->text);
    size_t from = reading_start(reading, part), to = from + part.length;
    size_t first = line_from(&reading->lines, from), behind = line_from(&reading->lines, to);
    if (first >= behind) {
        encoder_append(encoder, part, out);
        return;
    }
    const struct line *lines = reading->lines.items;
    const uint32_t *tokens = reading->tokens.items;
    encoder_append(encoder, slice_sub(text, from, lines[first].start), out);
    vec_reserve(out, out->count + lines[behind - 1].token - lines[first].token);
    for (size_t i = first; i + 1 < behind; i++) {
        uint32_t next = lines[i].token + 1, count = lines[i + 1].token - next;
        encoder_append_line(encoder, lines[i].indent, token_space(tokens[lines[i].token]), out);
        memcpy(out->items + out->count, tokens + next, count * sizeof *tokens);
        out->count += count;
    }
    encoder_append(encoder, slice_sub(text, lines[behind - 1].start, to), out);
}

struct words *reading_words(struct reading *reading) {
    return &reading->words;
}

// All at once: in a large vocabulary each of them is far away.
static void look_up(struct reading *reading, const size_t *words, size_t count) {
    struct slice texts[64];
    uint32_t numbers[64];
    for (size_t i = 0; i < count; i++) {
        texts[i] = reading->words.items.items[words[i]].text;
    }
    vocabulary_find(reading->vocabulary, texts, count, numbers);
    for (size_t i = 0; i < count; i++) {
        reading->known.items[words[i]] = numbers[i];
    }
}

const uint32_t *reading_known(struct reading *reading) {
    size_t unknown[64], count = 0;
    while (reading->known.count < reading->words.items.count) {
        vec_push(&reading->known, INTERN_NONE);
    }
    for (size_t i = 0; i < reading->known.count; i++) {
        if (reading->known.items[i] == INTERN_NONE) {
            unknown[count++] = i;
        }
        if (count == 64 || (count > 0 && i + 1 == reading->known.count)) {
            look_up(reading, unknown, count);
            count = 0;
        }
    }
    return reading->known.items;
}
