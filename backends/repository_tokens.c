// repository_tokens.c - see repository_tokens.h.
//
// Spaces are kept out of the word's number so that `f(a` and `f( a` are the
// same context, and kept in the token so that what is proposed has the spaces
// people use in this place. Line ends carry the turn of the indentation
// because it says whether a block opens or closes there, in every language.
#include "backends/repository_tokens.h"

#include "backends/repository_lexer.h"

struct vocabulary *vocabulary_new(void) {
    struct vocabulary *vocabulary = mem_zero(1, sizeof *vocabulary);
    atomic_init(&vocabulary->references, 1);
    uv_mutex_init(&vocabulary->lock);
    intern_init(&vocabulary->words);
    memset(vocabulary->of_byte, 0xff, sizeof vocabulary->of_byte); // INTERN_NONE
    return vocabulary;
}

struct vocabulary *vocabulary_retain(struct vocabulary *vocabulary) {
    atomic_fetch_add_explicit(&vocabulary->references, 1, memory_order_relaxed);
    return vocabulary;
}

void vocabulary_release(struct vocabulary *vocabulary) {
    if (vocabulary && atomic_fetch_sub_explicit(&vocabulary->references, 1, memory_order_acq_rel) == 1) {
        intern_free(&vocabulary->words);
        uv_mutex_destroy(&vocabulary->lock);
        free(vocabulary);
    }
}

static uint32_t find_word(const struct vocabulary *vocabulary, struct slice word) {
    return word.length == 1 ? vocabulary->of_byte[(unsigned char)word.data[0]]
                            : intern_find(&vocabulary->words, word);
}

static struct recent_word *recent_of(struct recent_word *all, struct slice word) {
    const unsigned char *bytes = (const unsigned char *)word.data;
    size_t last = word.length - 1;
    const unsigned char some[4] = {bytes[0], bytes[last / 2], bytes[last / 4 * 3], bytes[last]};
    uint32_t number;
    memcpy(&number, some, sizeof number);
    return &all[((number + (uint32_t)word.length) * 2654435761u) >> (32 - RECENT_BITS)];
}

// By the one whose recent words these are.
static uint32_t find_again(const struct vocabulary *vocabulary, struct recent_word *all, struct slice word) {
    if (word.length == 1) {
        return find_word(vocabulary, word);
    }
    struct recent_word *recent = recent_of(all, word);
    if (slice_equal(recent->word, word)) {
        return recent->id;
    }
    uint32_t known = find_word(vocabulary, word);
    if (known != INTERN_NONE) {
        *recent = (struct recent_word){intern_string(&vocabulary->words, known), known};
    }
    return known;
}

// Nobody else changes the words, so the writer reads them without the lock: a repository being learned must
// not make a person wait, and a mutex let go for a moment is taken again before any waiter wakes up.
static uint32_t add_word(struct vocabulary *vocabulary, struct slice word) {
    uint32_t known = find_again(vocabulary, vocabulary->written, word);
    if (known == INTERN_NONE) {
        uv_mutex_lock(&vocabulary->lock);
        known = intern_add(&vocabulary->words, word);
        if (word.length == 1) {
            vocabulary->of_byte[(unsigned char)word.data[0]] = known;
        }
        uv_mutex_unlock(&vocabulary->lock);
    }
    return known;
}

struct vocabulary *vocabulary_shrink(const struct vocabulary *from, const unsigned char *used,
                                     uint32_t *renumbered) {
    struct vocabulary *fresh = vocabulary_new();
    for (uint32_t i = 0; i < from->words.count; i++) {
        if (used[i]) {
            renumbered[i] = add_word(fresh, intern_string(&from->words, i));
        }
    }
    return fresh;
}

static bool is_known(const struct encoder *encoder, uint32_t word) {
    return word != INTERN_NONE && (!encoder->unknown || word < encoder->known);
}

// 0: it was not met.
static uint32_t id_of_met(const struct encoder *encoder, struct slice word) {
    uint32_t number = encoder->met ? words_find(encoder->met, word) : WORDS_NONE;
    return number == WORDS_NONE ? 0 : encoder->met_ids[number];
}

static uint32_t is_name(struct slice word) {
    return lexer_is_word_byte(word.data[0]) ? 1 : 0;
}

uint32_t encoder_id(const struct encoder *encoder, struct slice word, uint32_t number) {
    return is_known(encoder, number) ? number * 2 + TOKEN_FIRST_WORD + is_name(word)
                                     : intern_add(encoder->unknown, word) * 2 + TOKEN_UNKNOWN + is_name(word);
}

static uint32_t word_id(struct encoder *encoder, struct slice word) {
    if (encoder->numbered) {
        return TOKEN_FIRST_WORD + words_number(encoder->numbered, word);
    }
    if (!encoder->unknown) {
        return add_word(encoder->vocabulary, word) * 2 + TOKEN_FIRST_WORD + is_name(word);
    }
    uint32_t met = id_of_met(encoder, word);
    return met ? met
               : encoder_id(encoder, word,
                            find_again(encoder->vocabulary, encoder->vocabulary->recent, word));
}

void encoder_append_line(struct encoder *encoder, uint32_t indent, bool has_blank, struct token_list *out) {
    uint32_t before = encoder->indent;
    encoder->indent = indent;
    encoder->started = true;
    if (encoder->indents) {
        vec_push(encoder->indents, indent);
    }
    uint32_t id = indent == before  ? TOKEN_LINE_SAME
                  : indent > before ? TOKEN_LINE_DEEPER
                                    : TOKEN_LINE_SHALLOWER;
    vec_push(out, token_make(id, has_blank));
}

static void append_lexeme(struct encoder *encoder, const struct lexeme *lexeme, struct token_list *out) {
    if (lexeme->kind == LEXEME_LINE) {
        encoder_append_line(encoder, lexer_indent(lexeme->text), lexer_has_blank_line(lexeme->text), out);
    } else if (lexeme->kind != LEXEME_END) {
        if (!encoder->started) {
            encoder->indent = lexer_indent(lexeme->space);
        }
        vec_push(out, token_make(word_id(encoder, lexeme->text), lexer_space_class(lexeme->space)));
    }
    encoder->started = true;
}

void encoder_append(struct encoder *encoder, struct slice text, struct token_list *out) {
    bool reader = encoder->unknown != NULL && !encoder->numbered;
    if (reader) {
        uv_mutex_lock(&encoder->vocabulary->lock);
    }
    size_t at = 0;
    for (struct lexeme lexeme; lexer_next(text, &at, &lexeme);) {
        append_lexeme(encoder, &lexeme, out);
    }
    if (reader) {
        uv_mutex_unlock(&encoder->vocabulary->lock);
    }
}

void vocabulary_find(struct vocabulary *vocabulary, const struct slice *words, size_t count,
                     uint32_t *numbers) {
    uv_mutex_lock(&vocabulary->lock);
    intern_find_all(&vocabulary->words, words, count, numbers);
    uv_mutex_unlock(&vocabulary->lock);
}

uint32_t encoder_find(const struct encoder *encoder, struct slice word) {
    uint32_t met = word.length > 0 ? id_of_met(encoder, word) : 0;
    if (word.length == 0 || met) {
        return met;
    }
    uint32_t name = is_name(word);
    uv_mutex_lock(&encoder->vocabulary->lock);
    uint32_t known = find_again(encoder->vocabulary, encoder->vocabulary->recent, word);
    uv_mutex_unlock(&encoder->vocabulary->lock);
    if (is_known(encoder, known)) {
        return known * 2 + TOKEN_FIRST_WORD + name;
    }
    known = encoder->unknown ? intern_find(encoder->unknown, word) : INTERN_NONE;
    return known != INTERN_NONE ? known * 2 + TOKEN_UNKNOWN + name : 0;
}

static bool is_of_vocabulary(uint32_t id) {
    return id >= TOKEN_FIRST_WORD && id < TOKEN_UNKNOWN;
}

// With the lock, if it is a word of the vocabulary.
static struct slice word_of(const struct encoder *encoder, uint32_t id) {
    return id < TOKEN_FIRST_WORD ? slice_of("", 0)
           : id >= TOKEN_UNKNOWN ? intern_string(encoder->unknown, (id - TOKEN_UNKNOWN) / 2)
                                 : intern_string(&encoder->vocabulary->words, (id - TOKEN_FIRST_WORD) / 2);
}

struct slice encoder_word(const struct encoder *encoder, uint32_t id) {
    if (!is_of_vocabulary(id)) {
        return word_of(encoder, id);
    }
    uv_mutex_lock(&encoder->vocabulary->lock);
    struct slice word = word_of(encoder, id);
    uv_mutex_unlock(&encoder->vocabulary->lock);
    return word;
}

void encoder_words(const struct encoder *encoder, const uint32_t *ids, size_t count, struct slice *out) {
    uv_mutex_lock(&encoder->vocabulary->lock);
    const char **strings = encoder->vocabulary->words.strings;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < count; i++) {
            if (is_of_vocabulary(ids[i])) {
                const char **string = &strings[(ids[i] - TOKEN_FIRST_WORD) / 2];
                __builtin_prefetch(round == 0 ? (const void *)string : *string);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = word_of(encoder, ids[i]);
    }
    uv_mutex_unlock(&encoder->vocabulary->lock);
}

uint64_t vocabulary_count(struct vocabulary *vocabulary, uint64_t *bytes) {
    uv_mutex_lock(&vocabulary->lock);
    uint64_t count = vocabulary->words.count;
    if (bytes) {
        *bytes = intern_size(&vocabulary->words);
    }
    uv_mutex_unlock(&vocabulary->lock);
    return count;
}
