// repository_rank.c - see repository_rank.h.
//
// What comes next is a choice among the words seen behind the context and the
// names at hand in the open file, be they seen there or not. A word's score is
// a small function of its evidence and of what kind of place this is (a linear
// one plus sixteen hidden units), and its probability its share of the sum of
// e^score over all of them and one more score for a word that is none of them.
//
// Most inputs are the same for every word of a query, or for a word in every
// query, so what the weights make of them is summed once and kept: `place` for
// the query, and one a word for the request. Only evidence is added anew.
#include "backends/repository_rank.h"

#include "backends/float4.h"
#include "backends/repository_classes.h"
#include "backends/repository_hints.h"
#include "backends/repository_likely.h"
#include "indexer/language.h"

#include <math.h>

enum { HINTED = 40 }; // of the names that retrieval found
_Static_assert(SCOPE_NEAR + HINTED <= (int)COUNTS_ADDED, "there is room for all names at hand");

enum { RANKED = 40 }; // the words with the largest shares; of the rest, only the names at hand
enum { KEPT = 512 };  // words that a line ranks, most often
enum { MOST_RANKED = RANKED + SCOPE_NEAR + HINTED };
_Static_assert((int)MOST_RANKED <= (int)CLASSES_COUNT && (int)MOST_RANKED <= (int)SCOPE_AT_ONCE,
               "they are asked for at once");
static const double A_TRACE = 1e-3; // of its share, what a word gets that is not ranked
static const float LEAST = 1e-30f;
enum { GROUPS = WEIGHTS_HIDDEN / FLOAT4_LANES };

// The order that the weights were fitted in.
enum input {
    // of the word's places, see struct counted
    IN_BLEND,
    IN_SOFT,
    IN_FRAMED,
    IN_DEEPEST,
    IN_SHALLOW,
    IN_LIKE,
    IN_BOTH,
    IN_RENAMED,
    IN_OWN,
    IN_AWAY,
    IN_HAS_OWN,
    // of the word in the open file, see struct standing
    IN_ABOVE,
    IN_NAME_ABOVE,
    IN_NOT_ABOVE,
    IN_NAME_NOT_ABOVE,
    IN_HAS_BELOW,
    IN_NAME_HAS_BELOW,
    IN_USES,
    // of the word and the line
    IN_NAME_AGAIN,
    IN_SIGN_AGAIN,
    // of the word
    IN_NAME,
    IN_LINE_END,
    // of its places
    IN_SHARP,
    IN_NEAR,
    IN_AT_HAND, // nowhere behind the context
    // of the word in the open file
    IN_BELOW,
    IN_NEAR_USES,
    IN_HAS_VISIBLE,
    IN_VISIBLE,
    IN_LEVEL,
    IN_VISIBLE_ONCE, // declared, perhaps, and not used yet
    IN_VISIBLE_USES,
    // of the word and the place
    IN_SLOT_SHARE,
    IN_SLOT_USES,
    IN_ALIKE_LINE,
    IN_ALIKE_NEAREST,
    IN_WITHIN_LINE,
    // of the word
    IN_CAPITAL,
    IN_DIGIT,
    IN_SHORT,
    // of the place: is it of this kind?
    IN_SLOT, // and one for each but SLOT_SIGN
    IN_COUNT = IN_SLOT + SLOT_SIGN
};
enum { IN_CLASSES = (int)IN_COUNT + (int)HINTS_FEATURES };
_Static_assert((int)CLASSES_INPUTS == (int)FLOAT4_LANES, "a class has one vector of inputs");
_Static_assert((int)IN_CLASSES + (int)CLASSES_INPUTS == (int)RANK_FEATURES, "every input has its weight");
_Static_assert(SLOT_SIGN == SLOT_COUNT - 1, "the kind without an input is the last");

static const unsigned char OF_PLACES[] = {IN_BLEND, IN_SOFT,    IN_FRAMED,  IN_DEEPEST, IN_SHALLOW,
                                          IN_LIKE,  IN_BOTH,    IN_OWN,     IN_AWAY,    IN_SHARP,
                                          IN_NEAR,  IN_RENAMED, IN_HAS_OWN, IN_AT_HAND};
static const unsigned char OF_STANDING[] = {
    IN_ABOVE,          IN_NAME_ABOVE,  IN_NOT_ABOVE, IN_NAME_NOT_ABOVE, IN_HAS_BELOW,
    IN_NAME_HAS_BELOW, IN_USES,        IN_NAME,      IN_LINE_END,       IN_BELOW,
    IN_NEAR_USES,      IN_HAS_VISIBLE, IN_VISIBLE,   IN_LEVEL,          IN_VISIBLE_ONCE,
    IN_VISIBLE_USES,   IN_CAPITAL,     IN_DIGIT,     IN_SHORT};
static const unsigned char OF_BOTH[] = {IN_NAME_AGAIN, IN_SIGN_AGAIN,    IN_SLOT_SHARE, IN_SLOT_USES,
                                        IN_ALIKE_LINE, IN_ALIKE_NEAREST, IN_WITHIN_LINE};

// Of some inputs: what they say directly, and to the hidden units.
struct sums {
    float4 hidden[GROUPS];
    float direct;
};

// Of a word's inputs that are the same in every query.
struct kept {
    struct sums standing; // of where it stands in the open file, which stays
    struct sums all;      // and of the hints
    uint32_t hints;       // which ones
    uint32_t changed;     // by which ones it last did, or had any of its own
    bool is_hinted;       // by some of its own
    uint32_t class;       // the word's
};

// What is the same for all words of a class in one query.
struct class_sums {
    uint32_t query;
    double share;
    struct sums sums;
};

struct rank {
    struct scope *scope;
    struct hints *hints;
    const struct document *document;
    const struct classes *classes;
    uint64_t family;
    struct class_sums *of_classes;
    uint32_t query;
    struct sums without_places; // of a word that was seen nowhere behind the context
    VEC(struct kept) kept;
    uint32_t hints_taken;  // how often
    struct likely *chosen; // the words to be ranked
};

// What the cursor's place is like, the same for every word.
struct place_kind {
    enum scope_slot slot;
    uint64_t line_parts, nearest_parts; // sub-words of the names left of the cursor on its line
    struct hints_place hints;
    struct classes_place classes;
};

// --- inputs ---

static uint32_t class_of(const struct rank *rank, uint32_t id) {
    bool is_known = classes_know(rank->classes, id);
    return classes_of_word(rank->classes, id,
                           is_known ? slice_of("", 0) : encoder_word(&rank->document->encoder, id));
}

static void look_at_classes(const struct rank *rank, const uint32_t *context, size_t length,
                            struct classes_place *place) {
    uint32_t before[CLASSES_REACH];
    size_t count = length < CLASSES_REACH ? length : CLASSES_REACH;
    for (size_t i = 0; i < count; i++) {
        before[i] = class_of(rank, context[length - count + i]);
    }
    classes_look(rank->classes, rank->family, before, count, place);
}

// Also marks what stands on the line.
static struct place_kind kind_of(struct rank *rank, const uint32_t *context, size_t length) {
    struct place_kind kind = {.slot =
                                  length > 0 ? scope_of(rank->scope, context[length - 1])->slot : SLOT_LINE};
    rank->query++;
    for (size_t i = length; i > 0 && !token_is_line(context[i - 1]); i--) {
        struct standing *standing = scope_of(rank->scope, context[i - 1]);
        standing->query = rank->query;
        kind.nearest_parts = kind.nearest_parts ? kind.nearest_parts : standing->parts;
        kind.line_parts |= standing->parts;
    }
    look_at_classes(rank, context, length, &kind.classes);
    kind.hints = hints_place(rank->hints, context, length, kind.line_parts);
    return kind;
}

static float ln(double x) {
    return logf((float)x);
}

static float distance(uint32_t tokens) {
    return tokens > 0 ? ln(1 + tokens) : 0;
}

static void fill_places(const struct counted *word, float *features) {
    const float4 shares = ln_of_all((float4){(float)word->blend + 1e-6f, (float)word->soft + 1e-5f,
                                             (float)word->framed + 1e-5f, (float)word->sharp + 1e-6f});
    const float4 more = ln_of_all((float4){(float)word->deepest + 0.02f, (float)word->shallow + 1e-3f,
                                           1 + (float)word->like, 1 + (float)word->both});
    const float4 far =
        ln_of_all((float4){1 + (float)word->own, 1 + (float)word->away, 1 + (float)word->near, 1});
    features[IN_BLEND] = shares[0];
    features[IN_SOFT] = shares[1];
    features[IN_FRAMED] = shares[2];
    features[IN_SHARP] = shares[3];
    features[IN_DEEPEST] = more[0];
    features[IN_SHALLOW] = more[1];
    features[IN_LIKE] = more[2];
    features[IN_BOTH] = more[3];
    features[IN_OWN] = far[0];
    features[IN_AWAY] = far[1];
    features[IN_NEAR] = far[2];
    features[IN_RENAMED] = (float)word->renamed;
    features[IN_HAS_OWN] = word->own > 0;
    features[IN_AT_HAND] = word->shallow <= 0;
}

static void fill_standing(const struct standing *standing, float *features) {
    bool name = token_is_name(standing->id);
    float above = distance(standing->above);
    features[IN_ABOVE] = above;
    features[IN_NAME_ABOVE] = name ? above : 0;
    features[IN_NOT_ABOVE] = standing->above == 0;
    features[IN_NAME_NOT_ABOVE] = name && standing->above == 0;
    features[IN_HAS_BELOW] = standing->below > 0;
    features[IN_NAME_HAS_BELOW] = name && standing->below > 0;
    features[IN_USES] = ln(1 + standing->uses);
    features[IN_NAME] = name;
    features[IN_LINE_END] = token_is_line(standing->id);
    features[IN_BELOW] = distance(standing->below);
    features[IN_NEAR_USES] = ln(1 + standing->near_uses);
    features[IN_HAS_VISIBLE] = standing->visible > 0;
    features[IN_VISIBLE] = distance(standing->visible);
    features[IN_LEVEL] = (float)standing->level / SCOPE_HIDDEN_LEVEL;
    features[IN_VISIBLE_ONCE] = standing->visible_uses == 1;
    features[IN_VISIBLE_USES] = ln(1 + standing->visible_uses);
    features[IN_CAPITAL] = standing->first >= 'A' && standing->first <= 'Z';
    features[IN_DIGIT] = standing->first >= '0' && standing->first <= '9';
    features[IN_SHORT] = standing->length == 1;
}

static void fill_both(const struct rank *rank, const struct place_kind *kind, const struct standing *standing,
                      float *features) {
    bool name = token_is_name(standing->id), again = standing->query == rank->query;
    uint32_t after = standing->after[kind->slot];
    features[IN_NAME_AGAIN] = again && name;
    features[IN_SIGN_AGAIN] = again && !name;
    features[IN_SLOT_SHARE] = ((float)after + 0.3f) / (float)(standing->total + 1);
    features[IN_SLOT_USES] = after ? ln(1 + after) : 0;
    features[IN_ALIKE_LINE] = scope_alike(standing->parts, kind->line_parts);
    features[IN_ALIKE_NEAREST] = scope_alike(standing->parts, kind->nearest_parts);
    features[IN_WITHIN_LINE] = scope_within(standing->parts, kind->line_parts);
}

static float4 class_inputs(const float shares[CLASSES_INPUTS]) {
    return ln_of_all(float4_at(shares) + CLASSES_TRACE);
}

static void fill_kind(const struct place_kind *kind, float *features) {
    if (kind->slot < SLOT_SIGN) {
        features[IN_SLOT + kind->slot] = 1;
    }
}

void rank_features(struct rank *rank, const uint32_t *context, size_t length, const struct counted *word,
                   float features[RANK_FEATURES]) {
    struct place_kind kind = kind_of(rank, context, length);
    const struct standing *standing = scope_of(rank->scope, word->id);
    memset(features, 0, RANK_FEATURES * sizeof *features);
    fill_places(word, features);
    fill_standing(standing, features);
    fill_both(rank, &kind, standing, features);
    fill_kind(&kind, features);
    hints_fill_word(rank->hints, standing, features + IN_COUNT);
    standing = scope_of(rank->scope, word->id); // reading hints may have moved it
    hints_fill_place(rank->hints, &kind.hints, standing, features + IN_COUNT);
    float shares[1][CLASSES_INPUTS];
    uint32_t class = class_of(rank, word->id);
    classes_fill(rank->classes, &kind.classes, &class, 1, shares);
    const float4 of_class = class_inputs(shares[0]);
    memcpy(features + IN_CLASSES, &of_class, sizeof of_class);
}

void rank_unseen_features(const struct counts_answer *answer, double features[RANK_UNSEEN]) {
    features[0] = 1;
    features[1] = log(answer->residual + 1e-6);
    features[2] = log(1 + answer->depth);
    features[3] = log(1 + answer->seen); // not the names at hand, which come later
}

// --- what the weights make of them ---

static inline void add_input(struct sums *sums, uint32_t input, float value) {
    sums->direct += WEIGHTS_DIRECT[input] * value;
    for (int k = 0; k < GROUPS; k++) {
        sums->hidden[k] += float4_at(WEIGHTS_LAYER[input] + FLOAT4_LANES * k) * value;
    }
}

static inline void add_inputs(struct sums *sums, const float *features, const unsigned char *inputs,
                              size_t count) {
    struct sums all = *sums;
    for (size_t i = 0; i < count; i++) {
        add_input(&all, inputs[i], features[inputs[i]]);
    }
    *sums = all;
}

static inline void add_sums(struct sums *sums, const struct sums *more) {
    sums->direct += more->direct;
    for (int k = 0; k < GROUPS; k++) {
        sums->hidden[k] += more->hidden[k];
    }
}

static inline double score(const struct sums *sums) {
    float4 total = {0};
    for (int k = 0; k < GROUPS; k++) {
        int4 above = sums->hidden[k] > 0;
        total += (float4)((int4)sums->hidden[k] & above) * float4_at(WEIGHTS_TOP + FLOAT4_LANES * k);
    }
    return (double)(sums->direct + (total[0] + total[1]) + (total[2] + total[3]));
}

static void keep_standing(struct rank *rank, struct standing *standing) {
    float features[RANK_FEATURES];
    struct kept kept = {.class = class_of(rank, standing->id)};
    fill_standing(standing, features);
    add_inputs(&kept.standing, features, OF_STANDING, sizeof OF_STANDING);
    vec_push(&rank->kept, kept);
    standing->kept = (uint32_t)rank->kept.count;
}

static bool are_equal(const struct sums *a, const struct sums *b) {
    int4 differ = {0};
    for (int k = 0; k < GROUPS; k++) {
        differ |= a->hidden[k] != b->hidden[k];
    }
    return a->direct == b->direct && !(differ[0] | differ[1] | differ[2] | differ[3]);
}

static void add_hints(struct rank *rank, const struct standing *standing, struct kept *kept) {
    float features[HINTS_FEATURES];
    const struct sums before = kept->all;
    bool is_hinted = standing->hint != 0, is_other = is_hinted || kept->is_hinted || kept->hints == 0;
    hints_fill_word(rank->hints, standing, features);
    kept->is_hinted = is_hinted;
    kept->all = kept->standing;
    kept->hints = rank->hints_taken;
    for (uint32_t i = 0; i < HINTS_OF_WORD; i++) {
        if (features[i] != 0) {
            add_input(&kept->all, IN_COUNT + i, features[i]);
        }
    }
    if (is_other || !are_equal(&before, &kept->all)) {
        kept->changed = rank->hints_taken;
    }
}

// What is kept of a word, up to date from here on.
static struct kept *kept_of(struct rank *rank, uint32_t number) {
    struct standing *standing = scope_at(rank->scope, number);
    if (standing->kept == 0) {
        keep_standing(rank, standing);
    }
    struct kept *kept = &rank->kept.items[standing->kept - 1];
    if (kept->hints != rank->hints_taken) {
        add_hints(rank, standing, kept);
    }
    return kept;
}

// The sums of what is the same for every word of a query.
static struct sums sums_of(const struct place_kind *kind) {
    float features[RANK_FEATURES] = {0};
    struct sums sums = {.direct = 0};
    for (int k = 0; k < GROUPS; k++) {
        sums.hidden[k] = float4_at(WEIGHTS_BIAS + FLOAT4_LANES * k);
    }
    fill_kind(kind, features);
    for (uint32_t i = IN_SLOT; i < IN_COUNT; i++) {
        add_input(&sums, i, features[i]);
    }
    return sums;
}

static void sum_classes(struct rank *rank, const struct place_kind *kind, const uint32_t *classes,
                        uint32_t count) {
    float shares[MOST_RANKED][CLASSES_INPUTS];
    classes_fill(rank->classes, &kind->classes, classes, count, shares);
    for (uint32_t k = 0; k < count; k++) {
        struct class_sums *of_class = &rank->of_classes[classes[k]];
        const float4 inputs = class_inputs(shares[k]);
        of_class->share = (double)shares[k][CLASSES_INPUTS - 1];
        of_class->sums = (struct sums){.direct = 0};
        for (uint32_t i = 0; i < CLASSES_INPUTS; i++) {
            add_input(&of_class->sums, (uint32_t)IN_CLASSES + i, inputs[i]);
        }
    }
}

static double score_word(struct rank *rank, const struct place_kind *kind, const struct sums *place,
                         const struct standing *standing, struct counted *word) {
    float features[RANK_FEATURES]; // those in the lists
    const struct kept *kept = &rank->kept.items[standing->kept - 1];
    const struct class_sums *class = &rank->of_classes[kept->class];
    struct sums sums = kept->all;
    add_sums(&sums, place);
    fill_both(rank, kind, standing, features);
    add_inputs(&sums, features, OF_BOTH, sizeof OF_BOTH);
    if (hints_fill_place(rank->hints, &kind->hints, standing, features + IN_COUNT)) {
        for (uint32_t i = IN_COUNT + HINTS_OF_WORD; i < (uint32_t)IN_CLASSES; i++) {
            add_input(&sums, i, features[i]);
        }
    }
    word->classed = class->share;
    add_sums(&sums, &class->sums);
    if (word->shallow <= 0) {
        add_sums(&sums, &rank->without_places);
    } else {
        fill_places(word, features);
        add_inputs(&sums, features, OF_PLACES, sizeof OF_PLACES);
    }
    return score(&sums);
}

// --- which words, and in which order ---

static struct likely by_share(const struct counts_answer *answer, uint32_t index) {
    const struct counted *word = &answer->words[index];
    return (struct likely){word->framed + word->blend, index, word->id};
}

// The space before the likeliest name, or before the likeliest sign if there is no name.
static uint32_t space_of_names(const struct counts_answer *answer) {
    struct likely best[2] = {{-1, 0, 0}, {-1, 0, 0}}; // signs, names
    for (uint32_t i = 0; i < answer->seen; i++) {
        struct likely word = by_share(answer, i);
        if (likely_is_before(&word, &best[token_is_name(word.id)])) {
            best[token_is_name(word.id)] = word;
        }
    }
    const struct likely *likeliest = &best[best[1].key >= 0];
    return likeliest->key >= 0 ? answer->words[likeliest->index].space : 0;
}

// The words with the largest shares, the names at hand in the open file, and those that retrieval found. Returns how
// many.
static uint32_t choose(struct rank *rank, const struct place_kind *kind, struct counts_answer *answer,
                       struct likely *chosen) {
    uint32_t shared = answer->seen < RANKED ? answer->seen : RANKED, count = shared, near_count;
    uint32_t space = space_of_names(answer);
    for (uint32_t i = 0; i < answer->seen; i++) {
        chosen[i] = by_share(answer, i);
    }
    if (answer->seen > RANKED) {
        likely_select(chosen, answer->seen, RANKED);
    }
    uint32_t near[SCOPE_NEAR + HINTED];
    const uint32_t *names = scope_near(rank->scope, &near_count);
    memcpy(near, names, near_count * sizeof *near);
    near_count += hints_names(rank->hints, &kind->hints, HINTED, near + near_count);
    for (uint32_t i = 0; i < near_count; i++) {
        uint32_t index = counts_add(answer, near[i], space);
        struct likely word = by_share(answer, index);
        if (shared < RANKED ? index >= answer->seen : likely_is_before(&chosen[shared - 1], &word)) {
            chosen[count++] = word;
        }
    }
    return count;
}

static double unseen_of(const struct counts_answer *answer) {
    double features[RANK_UNSEEN], sum = 0;
    rank_unseen_features(answer, features);
    for (uint32_t k = 0; k < RANK_UNSEEN; k++) {
        sum += WEIGHTS_OF_UNSEEN[k] * features[k];
    }
    return exp(sum);
}

// The likeliest words by falling probability, then the others that were ranked, then those that were not.
static void list_likeliest(struct counts_answer *answer, const struct likely *chosen, uint32_t count) {
    struct likely sorted[COUNTS_SORTED];
    uint32_t listed = 0, sorted_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct likely word = chosen[i];
        word.key = answer->words[word.index].probability;
        uint32_t fallen = likely_insert(sorted, &sorted_count, COUNTS_SORTED, word);
        if (fallen != LIKELY_NONE) {
            answer->likeliest[COUNTS_SORTED + listed++] = fallen;
        }
    }
    for (uint32_t i = 0; i < sorted_count; i++) {
        answer->likeliest[i] = sorted[i].index;
    }
    listed += sorted_count;
    for (uint32_t i = 0; i < answer->count; i++) {
        struct counted *word = &answer->words[i];
        if (word->probability <= 0) {
            word->probability = word->blend * A_TRACE;
            answer->likeliest[listed++] = i;
        }
    }
}

// The words that are ranked, and where each stands.
struct ranked {
    const struct likely *chosen;
    uint32_t count;
    uint32_t numbers[MOST_RANKED];
};

// Where only other hints came since, it is as likely as it was, but for those that have hints or hear of them by others.
static bool is_news(const struct place_kind *kind, const struct counted *word, const struct kept *kept) {
    return word->rated < kept->changed || kind->hints.call;
}

// Each step for all words, so that the processor waits for many at once.
static void prepare(struct rank *rank, const struct place_kind *kind, const struct counts_answer *answer,
                    struct ranked *ranked) {
    uint32_t classes[MOST_RANKED], count = 0;
    for (uint32_t i = 0; i < ranked->count; i++) {
        ranked->numbers[i] = scope_number(rank->scope, ranked->chosen[i].id);
    }
    scope_describe(rank->scope, ranked->numbers, ranked->count);
    for (uint32_t i = 0; i < ranked->count; i++) {
        const struct kept *kept = kept_of(rank, ranked->numbers[i]);
        struct class_sums *of_class = &rank->of_classes[kept->class];
        if (is_news(kind, &answer->words[ranked->chosen[i].index], kept) && of_class->query != rank->query) {
            of_class->query = rank->query;
            classes[count++] = kept->class;
        }
    }
    sum_classes(rank, kind, classes, count);
}

static void rate(struct rank *rank, const struct place_kind *kind, const struct sums *place,
                 const struct standing *standing, struct counted *word) {
    if (is_news(kind, word, &rank->kept.items[standing->kept - 1])) {
        word->likely = expf((float)score_word(rank, kind, place, standing, word));
        word->rated = kind->hints.call ? 0 : rank->hints_taken;
    }
}

void rank_words(struct rank *rank, const uint32_t *context, size_t length, struct counts_answer *answer) {
    struct likely *chosen = rank->chosen;
    double unseen = unseen_of(answer), total = unseen;
    struct place_kind kind = kind_of(rank, context, length);
    struct sums place = sums_of(&kind);
    uint32_t count = choose(rank, &kind, answer, chosen);
    struct ranked ranked = {.chosen = chosen, .count = count};
    prepare(rank, &kind, answer, &ranked);
    for (uint32_t i = 0; i < count; i++) {
        struct counted *word = &answer->words[chosen[i].index];
        rate(rank, &kind, &place, scope_at(rank->scope, ranked.numbers[i]), word);
        word->probability = word->likely > LEAST ? (double)word->likely : (double)LEAST;
        total += word->probability;
    }
    for (uint32_t i = 0; i < count; i++) {
        answer->words[chosen[i].index].probability /= total;
    }
    list_likeliest(answer, chosen, count);
}

// --- life ---

struct rank *rank_new(const struct document *document, const struct generation *generation,
                      const char *path) {
    struct rank *rank = mem_zero(1, sizeof *rank);
    const struct counted nothing = {.id = 0};
    float features[RANK_FEATURES];
    rank->scope = scope_new(document);
    rank->document = document;
    rank->classes = generation->classes;
    rank->of_classes = mem_zero(CLASSES_COUNT, sizeof *rank->of_classes);
    rank->family = classes_family(language_family(language_of_path(path)));
    rank->hints = hints_new(document, rank->scope);
    rank->hints_taken = 1;
    vec_reserve(&rank->kept, KEPT);
    rank->chosen = mem_alloc((COUNTS_WORDS + COUNTS_ADDED) * sizeof *rank->chosen);
    fill_places(&nothing, features);
    add_inputs(&rank->without_places, features, OF_PLACES, sizeof OF_PLACES);
    return rank;
}

void rank_follow(struct rank *rank, const struct generation *generation) {
    rank->classes = generation->classes; // the same, or the round would be another
}

void rank_renew_hints(struct rank *rank) {
    hints_renew(rank->hints);
    rank->hints_taken++;
}

void rank_free(struct rank *rank) {
    vec_free(&rank->kept);
    free(rank->chosen);
    free(rank->of_classes);
    hints_free(rank->hints);
    scope_free(rank->scope);
    free(rank);
}
