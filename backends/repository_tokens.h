// repository_tokens.h - lexemes as 32-bit numbers: 28 bits say which word, 4 bits which space before it.
//
// Ownership: vocabulary_new gives one reference. A vocabulary forgets no word, so a word's bytes stay valid as
//            long as it; a smaller one is made with vocabulary_shrink. token_list is freed with vec_free.
// Threads:   one at a time encodes without `unknown`, which adds words; with it, any, locked for one call.
// Errors:    none. Limits: TOKEN_UNKNOWN / 2 words (67 million), 20 bytes and the word itself each.
//
// A line end is one of three words by the next line's indentation against this line's; its 4 bits say whether
// blank lines follow. A request's own words that the vocabulary lacks are numbered from TOKEN_UNKNOWN up.
#ifndef HUNCH_BACKENDS_REPOSITORY_TOKENS_H
#define HUNCH_BACKENDS_REPOSITORY_TOKENS_H

#include "backends/repository_words.h"

#include "base/map.h"
#include "base/vec.h"

#include <stdatomic.h>
#include <uv.h>

enum {
    TOKEN_SPACE_BITS = 4,
    TOKEN_FILE = 0, // begins a file
    TOKEN_LINE_SAME = 1,
    TOKEN_LINE_DEEPER = 2,
    TOKEN_LINE_SHALLOWER = 3,
    TOKEN_FIRST_WORD = 4,
    TOKEN_UNKNOWN = 1 << 27,
};

struct token_list {
    uint32_t *items;
    size_t count;
    size_t capacity;
};

// A word lately met. Text repeats itself, and all words of a large vocabulary are far away in memory.
struct recent_word {
    struct slice word; // the vocabulary's own bytes; empty: none yet
    uint32_t id;
};
enum { RECENT_BITS = 12 };

struct vocabulary {
    atomic_int references;
    uv_mutex_t lock;
    struct intern words;
    struct recent_word recent[1 << RECENT_BITS];  // by readers, with the lock; each word has one place
    struct recent_word written[1 << RECENT_BITS]; // by the one who adds words
    uint32_t of_byte[256]; // the words of one byte, which are half of all; INTERN_NONE if it has it not
};

struct encoder {
    struct vocabulary *vocabulary;
    struct intern *unknown;     // NULL: new words are added to the vocabulary
    uint32_t known;             // else: how many of its words there are; one learned meanwhile stays unknown
    uint32_t indent;            // of the line encoded last
    struct token_list *indents; // NULL, or gets the indentation behind every line end
    bool started;               // false: the first lexeme's space is an indentation
    struct words *numbered;     // NULL, or words become numbers here, and TOKEN_FIRST_WORD
    struct words *met;          // NULL, or words whose ids may be known
    const uint32_t *met_ids;    // by their numbers; 0: not known
};

static inline uint32_t token_make(uint32_t id, uint32_t space) {
    return (id << TOKEN_SPACE_BITS) | space;
}
static inline uint32_t token_id(uint32_t token) {
    return token >> TOKEN_SPACE_BITS;
}
// The number in its vocabulary of a word's id.
static inline uint32_t token_number(uint32_t id) {
    return (id - TOKEN_FIRST_WORD) / 2;
}
static inline uint32_t token_space(uint32_t token) {
    return token & ((1u << TOKEN_SPACE_BITS) - 1);
}
static inline bool token_is_name(uint32_t id) {
    return id >= TOKEN_FIRST_WORD && (id & 1);
}
static inline bool token_is_line(uint32_t id) {
    return id >= TOKEN_LINE_SAME && id <= TOKEN_LINE_SHALLOWER;
}

struct vocabulary *vocabulary_new(void);
struct vocabulary *vocabulary_retain(struct vocabulary *vocabulary);
void vocabulary_release(struct vocabulary *vocabulary); // NULL is fine
// A vocabulary of the used words alone, in the same order; renumbered: of each used word its new number. By
// the one who encodes into it.
struct vocabulary *vocabulary_shrink(const struct vocabulary *from, const unsigned char *used,
                                     uint32_t *renumbered);
// The words of a text, appended. White space at the end of the text leaves no token.
void encoder_append(struct encoder *encoder, struct slice text, struct token_list *out);
// A line's end before a line of such an indentation, appended; the same as from its text.
void encoder_append_line(struct encoder *encoder, uint32_t indent, bool has_blank, struct token_list *out);
// Of many words their numbers in the vocabulary, INTERN_NONE where it has them not.
void vocabulary_find(struct vocabulary *vocabulary, const struct slice *words, size_t count,
                     uint32_t *numbers);
// The id of a word whose number in the vocabulary is this, or INTERN_NONE.
uint32_t encoder_id(const struct encoder *encoder, struct slice word, uint32_t number);
// The id of one word; 0 if neither the vocabulary nor the request has it.
uint32_t encoder_find(const struct encoder *encoder, struct slice word);
// A word's bytes; empty for line ends and TOKEN_FILE.
struct slice encoder_word(const struct encoder *encoder, uint32_t id);
// The same of many: in a large vocabulary each of them is far away, so the processor fetches all at once.
void encoder_words(const struct encoder *encoder, const uint32_t *ids, size_t count, struct slice *out);
// How many words it has now; bytes: NULL, or gets what they take.
uint64_t vocabulary_count(struct vocabulary *vocabulary, uint64_t *bytes);

#endif
