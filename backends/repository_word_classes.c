// repository_word_classes.c - see repository_word_classes.h.
//
// Words are many, and most are rare; what may follow a word is much the same for all of a kind. Brackets,
// commas and what assigns are kinds of their own, as are the words that a repository uses most, which are
// mostly keywords and the names that everybody there knows. Of all others it counts how they are written
// (with a capital, in capitals, a number, a sign) and whether they are mostly called or have members.
#include "backends/repository_word_classes.h"

#include "backends/repository_lexer.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/vec.h"

// Uses of a word that is not new, and the least of one that has a class of its own.
enum { LEAST_USES = 3, LEAST_COMMON = 30 };
// Words from one question whether to go on to the next.
enum { WATCH = 1 << 12 };

enum shape { SHAPE_SMALL, SHAPE_CAPITAL, SHAPE_CAPITALS, SHAPE_NUMBER, SHAPE_SIGN, SHAPE_COUNT };
enum role { ROLE_NEW, ROLE_PLAIN, ROLE_CALLED, ROLE_OWNER, ROLE_COUNT };
_Static_assert((int)CLASS_OTHER + (int)SHAPE_COUNT * (int)ROLE_COUNT == (int)CLASSES_COUNT,
               "the header counts all");

static enum shape shape_of(struct slice word) {
    char c = word.length > 0 ? word.data[0] : '.';
    if (c >= '0' && c <= '9') {
        return SHAPE_NUMBER;
    }
    if (c < 'A' || c > 'Z') {
        return lexer_is_word_byte(c) ? SHAPE_SMALL : SHAPE_SIGN;
    }
    for (size_t i = 1; i < word.length; i++) {
        if (word.data[i] >= 'a' && word.data[i] <= 'z') {
            return SHAPE_CAPITAL;
        }
    }
    return SHAPE_CAPITALS;
}

static uint16_t class_by_shape(struct slice word, enum role role) {
    return (uint16_t)(CLASS_OTHER + (int)shape_of(word) * (int)ROLE_COUNT + (int)role);
}

// 0: it has no such class.
static uint16_t class_of_sign(struct slice word) {
    static const char *const signs[] = {"(", "[", "{", ")", "]", "}", ",", "=", ":="};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (slice_equal(word, slice_of_string(signs[i]))) {
            return (uint16_t)(CLASS_OPEN + i);
        }
    }
    return 0;
}

// How a word is used.
struct usage {
    uint32_t uses, calls, members;
};

// The id of a sign; TOKEN_UNKNOWN if the vocabulary lacks it.
static uint32_t id_of_sign(const struct vocabulary *vocabulary, const char *sign) {
    uint32_t number = intern_find(&vocabulary->words, slice_of_string(sign));
    return number == INTERN_NONE ? TOKEN_UNKNOWN : number * 2 + TOKEN_FIRST_WORD;
}

// False if stopped. Without branches, but for the loop's: nearly every one would be guessed wrongly.
static bool count_usage(const struct token_segment *segment, const struct vocabulary *vocabulary,
                        const struct order_watch *watch, struct usage *usage, uint32_t words) {
    uint32_t opens = id_of_sign(vocabulary, "("), dot = id_of_sign(vocabulary, "."),
             arrow = id_of_sign(vocabulary, "->"), colons = id_of_sign(vocabulary, "::"),
             maybe = id_of_sign(vocabulary, "?."), before = words, name = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t id = token_id(packed_get(segment->tokens, i)), is_word = id >= TOKEN_FIRST_WORD;
        uint32_t is_member = (uint32_t)(id == dot) | (uint32_t)(id == arrow) | (uint32_t)(id == colons) |
                             (uint32_t)(id == maybe);
        if (i % WATCH == 0 && !order_goes_on(watch)) {
            return false;
        }
        usage[before].calls += name & (uint32_t)(id == opens);
        usage[before].members += name & is_member;
        before = is_word ? token_number(id) : words;
        name = is_word & id;
        usage[before].uses++;
    }
    return true;
}

struct used_word {
    uint64_t rank; // its uses, and of those used as much a hash: numbers depend on what was read first
    uint32_t number;
};

static int most_used_first(const void *a, const void *b) {
    uint64_t x = ((const struct used_word *)a)->rank, y = ((const struct used_word *)b)->rank;
    return x < y ? 1 : x > y ? -1 : 0;
}

// The most used words have classes of their own.
static void name_common(const struct vocabulary *vocabulary, const struct usage *usage, uint16_t *classes,
                        uint32_t words) {
    VEC(struct used_word) common = {0};
    for (uint32_t i = 0; i < words; i++) {
        if (usage[i].uses >= LEAST_COMMON && classes[i] >= CLASS_OTHER) {
            struct slice word = intern_string(&vocabulary->words, i);
            uint64_t rank = (uint64_t)usage[i].uses << 32 | hash_fold(hash_bytes(word.data, word.length));
            vec_push(&common, (struct used_word){rank, i});
        }
    }
    if (common.count > 0) {
        qsort(common.items, common.count, sizeof *common.items, most_used_first);
    }
    for (uint32_t i = 0; i < common.count && i < WORD_CLASS_COMMON; i++) {
        classes[common.items[i].number] = (uint16_t)(CLASS_COMMON + i);
    }
    vec_free(&common);
}

// What is seen seldom is as good as new: how new words are used can be learned from such ones alone.
static enum role role_of(const struct usage *usage) {
    return usage->uses < LEAST_USES           ? ROLE_NEW
           : usage->calls * 2 > usage->uses   ? ROLE_CALLED
           : usage->members * 2 > usage->uses ? ROLE_OWNER
                                              : ROLE_PLAIN;
}

static bool name_by_use(const struct vocabulary *vocabulary, const struct order_watch *watch,
                        const struct usage *usage, uint16_t *classes, uint32_t words) {
    for (uint32_t i = 0; i < words; i++) {
        struct slice word = intern_string(&vocabulary->words, i);
        uint16_t sign = class_of_sign(word);
        enum role role = role_of(&usage[i]);
        classes[i] = sign ? sign : class_by_shape(word, role);
        if (i % WATCH == 0 && !order_goes_on(watch)) {
            return false;
        }
    }
    name_common(vocabulary, usage, classes, words);
    return true;
}

bool word_class_name_all(struct token_segment *const *segments, uint32_t count,
                         const struct vocabulary *vocabulary, const struct order_watch *watch,
                         uint16_t *classes, uint32_t words) {
    struct usage *usage = mem_zero((size_t)words + 1, sizeof *usage);
    bool goes_on = true;
    for (uint32_t i = 0; i < count && goes_on; i++) {
        goes_on = count_usage(segments[i], vocabulary, watch, usage, words);
    }
    goes_on = goes_on && name_by_use(vocabulary, watch, usage, classes, words);
    free(usage);
    return goes_on;
}

uint16_t word_class_of_new(struct slice word) {
    uint16_t sign = class_of_sign(word);
    return sign ? sign : class_by_shape(word, ROLE_NEW);
}
