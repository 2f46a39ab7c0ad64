// repository_classes_test.c - classes of words, and what is likely behind them.
#include "backends/repository_classes.h"

#include "backends/repository_document.h"
#include "backends/repository_rank.h"
#include "backends/repository_segment.h"
#include "indexer/language.h"

#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

// Functions that differ in their names alone, each with what its language asks for.
static void write_sources(struct str *c, struct str *python) {
    for (int i = 0; i < 60; i++) {
        int k = i % 6;
        str_append_format(
            c,
            "static int check_%d(struct part%d *p) {\n    if (is_%d(p->m%d)) {\n        return %d;\n    }\n"
            "    return use%d(p, m%d);\n}\n",
            i, i, k, k, i, i, i);
        str_append_format(python, "def f%d(a%d):\n    for k%d in made%d(a%d):\n        yield Thing%d(k%d)\n",
                          i, i, i, i, i, i, i);
    }
}

struct learned {
    struct world world;
    struct generation *generation;
};

static struct learned learn_in_order(bool python_first) {
    struct learned learned = {.world = world_new(0)};
    struct str c, python;
    str_init(&c);
    str_init(&python);
    write_sources(&c, &python);
    world_put(&learned.world, python_first ? "a.py" : "a.c", python_first ? python.data : c.data);
    world_put(&learned.world, python_first ? "a.c" : "a.py", python_first ? c.data : python.data);
    world_commit(&learned.world, true);
    learned.generation = corpus_pin(learned.world.corpus);
    str_free(&c);
    str_free(&python);
    return learned;
}

static struct learned learn(void) {
    return learn_in_order(false);
}

static void learned_free(struct learned *learned) {
    corpus_unpin(learned->generation);
    world_free(&learned->world);
}

// How likely the class of `word` is behind the text, in a file of this name.
static double likely(const struct classes *classes, struct vocabulary *vocabulary, const char *path,
                     const char *text, const char *word) {
    struct intern unknown;
    struct token_list tokens = {0};
    struct classes_place place;
    float shares[1][CLASSES_INPUTS];
    intern_init(&unknown);
    struct encoder encoder = {.vocabulary = vocabulary, .unknown = &unknown, .known = UINT32_MAX};
    vec_push(&tokens, token_make(TOKEN_FILE, 0));
    encoder_append(&encoder, slice_of_string(text), &tokens);
    encoder_append(&encoder, slice_of_string(word), &tokens);
    for (size_t i = 0; i < tokens.count; i++) {
        uint32_t id = token_id(tokens.items[i]);
        tokens.items[i] = classes_of_word(classes, id, encoder_word(&encoder, id));
    }
    classes_look(classes, classes_family(language_family(language_of_path(path))), tokens.items,
                 tokens.count - 1, &place);
    classes_fill(classes, &place, &tokens.items[tokens.count - 1], 1, shares);
    for (int i = 0; i < CLASSES_INPUTS; i++) {
        assert_true(shares[0][i] > 0 && shares[0][i] <= 1);
    }
    vec_free(&tokens);
    intern_free(&unknown);
    return (double)shares[0][CLASSES_INPUTS - 1];
}

// No word of these lines but those of the language was learned.
static const struct {
    const char *path, *text, *right, *wrong;
} PLACES[] = {
    {"b.c", "static int look(struct tree *t) {\n    if (has_leaf(t->top)) ", "{", ";"},
    {"b.c", "static int look(struct tree *t) {\n    if (has_leaf(t->top)", ")", ";"},
    {"b.c", "static int look(struct tree *t) {\n    return seek(t, top)", ";", "{"},
    {"b.c", "static int look(struct tree *t) ", "{", ";"},
    {"b.c", "static int look(struct ", "tree", "5"},
    {"b.c", "static int look(struct tree *t) {\n    return seek", "(", ";"},
    {"b.py", "def look(tree):\n    for leaf in seek(tree)", ":", ")"},
    {"b.py", "def look(tree):\n    for leaf ", "in", ":"},
    {"b.py", "def look(tree):\n    for leaf in seek(tree):\n        yield ", "Leaf", "leaf"},
};

static void test_what_follows(void **state) {
    (void)state;
    struct learned learned = learn();
    const struct classes *classes = learned.generation->classes;
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        double right =
            likely(classes, learned.generation->vocabulary, PLACES[i].path, PLACES[i].text, PLACES[i].right);
        double wrong =
            likely(classes, learned.generation->vocabulary, PLACES[i].path, PLACES[i].text, PLACES[i].wrong);
        assert_true(right > 0.4 && wrong < 0.1);
    }
    // and nothing is known of it in a language that was not learned
    assert_true(likely(classes, learned.generation->vocabulary, "b.go", PLACES[0].text, "{") < 0.01);
    learned_free(&learned);
}

static void test_classes_of_words(void **state) {
    (void)state;
    struct learned learned = learn();
    const struct classes *classes = learned.generation->classes;
    static const char *const words[] = {"(", "{", ")", ",", "=", "lower", "Upper", "ALL_CAPS", "7", "@"};
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
        for (uint32_t k = 0; k < i; k++) { // each of another class, also where no vocabulary has it
            assert_int_not_equal(classes_of_word(classes, TOKEN_UNKNOWN, slice_of_string(words[i])),
                                 classes_of_word(classes, TOKEN_UNKNOWN, slice_of_string(words[k])));
        }
    }
    struct encoder encoder = {.vocabulary = learned.generation->vocabulary};
    uint32_t called = encoder_find(&encoder, SLICE_LITERAL("is_1")),
             owned = encoder_find(&encoder, SLICE_LITERAL("m1"));
    uint32_t other = encoder_find(&encoder, SLICE_LITERAL("is_2")),
             often = encoder_find(&encoder, SLICE_LITERAL("return"));
    struct slice none = slice_of("", 0);
    assert_int_equal(classes_of_word(classes, called, none), classes_of_word(classes, other, none));
    assert_int_not_equal(classes_of_word(classes, called, none), classes_of_word(classes, owned, none));
    assert_int_not_equal(classes_of_word(classes, often, none), classes_of_word(classes, owned, none));
    for (uint32_t id = TOKEN_FILE; id < TOKEN_FIRST_WORD; id++) {
        assert_int_equal(classes_of_word(classes, id, none), id);
    }
    learned_free(&learned);
}

static uint32_t class_in(const struct learned *learned, const char *word) {
    struct encoder encoder = {.vocabulary = learned->generation->vocabulary};
    return classes_of_word(learned->generation->classes, encoder_find(&encoder, slice_of_string(word)),
                           slice_of("", 0));
}

// Words that are used as much as others have the same classes, whichever was read first.
static void test_order_of_files(void **state) {
    (void)state;
    struct learned one = learn_in_order(false), other = learn_in_order(true);
    static const char *const words[] = {"static", "struct", "if", "def", "yield", "in"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(class_in(&one, words[i]), class_in(&other, words[i]));
    }
    learned_free(&one);
    learned_free(&other);
}

// What the weights are told of the class of a word in an open document.
static void inputs_of(const struct learned *learned, const char *word, float inputs[CLASSES_INPUTS]) {
    struct document document;
    float features[RANK_FEATURES];
    struct generation *generation = corpus_pin(learned->world.corpus);
    document_init(&document, generation->vocabulary, NULL, SLICE_LITERAL("int a = fresh_name(lost_name"),
                  SLICE_LITERAL(")\n"));
    struct rank *rank = rank_new(&document, generation, "b.c");
    uint32_t context[] = {TOKEN_FILE, document_before(&document, 1)};
    const struct counted counted = {.id = encoder_find(&document.encoder, slice_of_string(word))};
    rank_features(rank, context, 2, &counted, features);
    memcpy(inputs, features + RANK_FEATURES - CLASSES_INPUTS, CLASSES_INPUTS * sizeof *inputs);
    rank_free(rank);
    document_fini(&document);
    corpus_unpin(generation);
}

// A word that the vocabulary has since it was typed is of the same class as one that it has not.
static void test_words_typed_since(void **state) {
    (void)state;
    struct learned learned = learn();
    float before[CLASSES_INPUTS], typed[CLASSES_INPUTS], sign[CLASSES_INPUTS];
    inputs_of(&learned, "fresh_name", before);
    world_overlay(&learned.world, "d.c", "int fresh_name, ~ @");
    corpus_settle(learned.world.corpus);
    inputs_of(&learned, "fresh_name", typed);
    inputs_of(&learned, "@", sign);
    assert_memory_equal(before, typed, sizeof before);
    assert_memory_not_equal(before, sign, sizeof before);
    learned_free(&learned);
}

// Stops when it is asked for the n-th time.
static bool stop_later(void *context) {
    size_t *left = context;
    return (*left)-- > 1;
}

static bool stop(void *context) {
    (void)context;
    return false;
}

static void test_nothing_and_stopped(void **state) {
    (void)state;
    struct world world = world_new(0);
    struct generation *generation = corpus_pin(world.corpus); // of nothing
    assert_true(likely(generation->classes, generation->vocabulary, "a.c", "if (a) ", "{") < 0.01);
    corpus_unpin(generation);
    world_free(&world);
    struct learned learned = learn();
    const struct order_watch watch = {stop, NULL};
    assert_null(classes_new(learned.generation->segments, learned.generation->dead, SEGMENT_COUNT,
                            learned.generation->vocabulary, &watch));
    // nor does it count on, however late it is stopped: in naming the words, or in counting
    for (size_t asked = 2; asked < 5; asked++) {
        size_t left = asked;
        const struct order_watch later = {stop_later, &left};
        assert_null(classes_new(learned.generation->segments, learned.generation->dead, SEGMENT_COUNT,
                                learned.generation->vocabulary, &later));
        assert_int_equal(left, 0);
    }
    assert_true(classes_bytes(learned.generation->classes) < 1u << 20);
    learned_free(&learned);
}

// What is learned later is counted, once it is much.
static void test_grows(void **state) {
    (void)state;
    struct learned learned = learn();
    struct str text;
    str_init(&text);
    for (int i = 0; i < 60; i++) {
        str_append_format(&text, "func (r *Reader) Read%d(b []byte) error {\n\treturn r.at%d.Read(b)\n}\n", i,
                          i);
    }
    world_put(&learned.world, "a.go", text.data);
    world_commit(&learned.world, false);
    struct generation *later = corpus_pin(learned.world.corpus);
    static const char place[] = "func (w *Writer) Write(c []byte) ";
    assert_true(likely(learned.generation->classes, learned.generation->vocabulary, "b.go", place, "error") <
                0.1);
    assert_true(likely(later->classes, later->vocabulary, "b.go", place, "error") > 0.5);
    corpus_unpin(later);
    str_free(&text);
    learned_free(&learned);
}

// Of so many lines each, every file with a family of its own, by which it is asked for.
static struct token_segment *segment_of_lines(const char *const *names, const uint32_t *lines, size_t count) {
    struct segment_builder builder = {0};
    struct token_list tokens = {0};
    for (size_t i = 0; i < count; i++) {
        const struct segment_file file = {.path = names[i], .family = names[i]};
        while (tokens.count < lines[i]) {
            vec_push(&tokens, token_make(TOKEN_LINE_SAME, 0));
        }
        assert_true(token_segment_add(&builder, &file, tokens.items, lines[i]));
    }
    vec_free(&tokens);
    return token_segment_unsorted(&builder);
}

static struct classes *count_all(struct token_segment *segment, unsigned char *dead) {
    struct vocabulary *vocabulary = vocabulary_new();
    struct classes *classes = classes_new(&segment, &dead, 1, vocabulary, NULL);
    vocabulary_release(vocabulary);
    token_segment_release(segment);
    return classes;
}

static uint32_t places_counted(const struct classes *classes, const char *family) {
    struct classes_place place;
    classes_look(classes, classes_family(family), (const uint32_t[]){TOKEN_FILE}, 1, &place);
    return (uint32_t)place.seen[0];
}

static float frames_counted(const struct classes *classes, const char *family, uint32_t before) {
    struct classes_place place;
    classes_look(classes, classes_family(family), &before, 1, &place);
    return place.seen[CLASSES_BEHIND];
}

// Each place of a file once, however many there are; what it begins with is none.
static void test_counts_every_place(void **state) {
    (void)state;
    static const char *const names[] = {"one", "two", "seven", "eight", "nine", "ten", "many"};
    static const uint32_t lines[] = {1, 2, 7, 8, 9, 10, 5000};
    enum { FILES = sizeof lines / sizeof *lines };
    unsigned char dead[FILES] = {0};
    struct classes *classes = count_all(segment_of_lines(names, lines, FILES), dead);
    for (size_t i = 0; i < FILES; i++) {
        assert_int_equal(places_counted(classes, names[i]), lines[i]);
        assert_float_equal(frames_counted(classes, names[i], TOKEN_FILE), 1, 0);
    }
    classes_release(classes);
}

// How often the last classes of these stood there, from the last one on.
static void check_runs(const struct classes *classes, const char *family, const uint32_t *before,
                       size_t count, const float *seen) {
    struct classes_place place;
    classes_look(classes, classes_family(family), before, count, &place);
    for (size_t i = 1; i < CLASSES_BEHIND; i++) {
        assert_float_equal(place.seen[i], seen[i - 1], 0);
    }
}

// A longer run is counted once a shorter one was there before, and none that two files would make.
static void test_counts_runs(void **state) {
    (void)state;
    enum { TIMES = 10, PERIOD = 3 };
    static const uint32_t period[PERIOD] = {TOKEN_LINE_SAME, TOKEN_LINE_DEEPER, TOKEN_LINE_SHALLOWER};
    struct segment_builder builder = {0};
    uint32_t tokens[TIMES * PERIOD];
    for (size_t i = 0; i < TIMES * PERIOD; i++) {
        tokens[i] = token_make(period[i % PERIOD], 0);
    }
    const struct segment_file one = {.path = "one", .family = "a"}, other = {.path = "other", .family = "a"};
    assert_true(token_segment_add(&builder, &one, tokens, TIMES * PERIOD - 1));
    assert_true(token_segment_add(&builder, &other, tokens, 1));
    unsigned char dead[2] = {0};
    struct classes *classes = count_all(token_segment_unsorted(&builder), dead);
    const uint32_t known[] = {period[2], period[0], period[1], period[2], period[0], period[1]};
    check_runs(classes, "a", known, sizeof known / sizeof *known, (float[]){10, 10, 9, 8, 7});
    check_runs(classes, "b", known, sizeof known / sizeof *known, (float[]){0, 0, 0, 0, 0});
    for (size_t i = 0; i < 2; i++) { // whichever file is counted first
        const uint32_t across[] = {period[i], TOKEN_FILE, period[0]};
        check_runs(classes, "a", across, 3, (float[]){11, 2, 0, 0, 0});
    }
    classes_release(classes);
}

// Of more than CLASSES_TOKENS the same files are counted whichever comes first, and another for one that is gone.
static void test_counts_no_more(void **state) {
    (void)state;
    enum { FILES = 8, LINES = 100000, COUNTED = CLASSES_TOKENS / LINES };
    static const char *const names[2][FILES] = {{"a", "b", "c", "d", "e", "f", "g", "h"},
                                                {"h", "g", "f", "e", "d", "c", "b", "a"}};
    static const uint32_t lines[FILES] = {LINES, LINES, LINES, LINES, LINES, LINES, LINES, LINES};
    unsigned char dead[FILES] = {0};
    uint32_t counted = 0, again = 0, gone = FILES;
    struct classes *one = count_all(segment_of_lines(names[0], lines, FILES), dead),
                   *other = count_all(segment_of_lines(names[1], lines, FILES), dead);
    for (uint32_t i = 0; i < FILES; i++) {
        bool is_counted = places_counted(one, names[0][i]) > 0;
        assert_int_equal(is_counted, places_counted(other, names[0][i]) > 0);
        counted += is_counted;
        gone = is_counted ? i : gone;
    }
    assert_int_equal(counted, COUNTED);
    dead[gone] = 1;
    struct classes *without = count_all(segment_of_lines(names[0], lines, FILES), dead);
    for (uint32_t i = 0; i < FILES; i++) {
        bool is_counted = places_counted(without, names[0][i]) > 0;
        assert_true(is_counted || i == gone || places_counted(one, names[0][i]) == 0);
        again += is_counted;
    }
    assert_int_equal(again, COUNTED);
    assert_int_equal(places_counted(without, names[0][gone]), 0);
    classes_release(one), classes_release(other), classes_release(without);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_follows),
        cmocka_unit_test(test_counts_runs),
        cmocka_unit_test(test_classes_of_words),
        cmocka_unit_test(test_order_of_files),
        cmocka_unit_test(test_words_typed_since),
        cmocka_unit_test(test_nothing_and_stopped),
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_counts_every_place),
        cmocka_unit_test(test_counts_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
