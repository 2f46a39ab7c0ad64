// repository_warm_test.c - what is kept from one request to the next, and what is seen at once; quotes its invariants.
#include "backends/repository_predict.h"

#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static const char LIBRARY[] = "int open_door(struct door *door) {\n"
                              "    door->state = DOOR_OPEN;\n"
                              "    start_engine(door, FULL_SPEED);\n"
                              "    return 0;\n"
                              "}\n"
                              "int close_door(struct door *door) {\n"
                              "    door->state = DOOR_CLOSED;\n"
                              "    start_engine(door, HALF_SPEED);\n"
                              "    return 0;\n"
                              "}\n";

struct fixture {
    struct world world; // the library
    struct warm *warm;
};

static int set_up(void **state) {
    struct fixture *fixture = mem_zero(1, sizeof *fixture);
    fixture->world = world_of("src/door.c", LIBRARY);
    fixture->warm = warm_new();
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    warm_free(fixture->warm);
    world_free(&fixture->world);
    free(fixture);
    return 0;
}

struct asked {
    char text[128]; // the best answer
    double confidence;
    float features[CONFIDENCE_FEATURES]; // what it is made of
};

static struct asked ask(const struct world *world, struct warm *warm, const char *path, const char *document,
                        const struct backend_hint *hints, size_t hint_count) {
    const char *cursor = strchr(document, '|');
    struct predict_request request = {.path = path,
                                      .prefix = slice_of(document, (size_t)(cursor - document)),
                                      .suffix = slice_of_string(cursor + 1),
                                      .candidates = 3,
                                      .hints = hints,
                                      .hint_count = hint_count,
                                      .warm = warm};
    struct predictions found;
    struct asked asked = {.text = ""};
    predict(world->corpus, &request, &found);
    if (found.count > 0) {
        snprintf(asked.text, sizeof asked.text, "%s", found.items[0].text.data);
        asked.confidence = found.items[0].confidence;
        memcpy(asked.features, found.items[0].features, sizeof asked.features);
    }
    predictions_free(&found);
    return asked;
}

static bool is_same(struct asked a, struct asked b) {
    bool same = strcmp(a.text, b.text) == 0 && a.confidence == b.confidence;
    for (int i = 0; i < CONFIDENCE_FEATURES; i++) {
        same &= a.features[i] == b.features[i];
    }
    return same;
}

static void assert_as_cold(const struct fixture *fixture, const char *path, const char *document) {
    struct asked warmly = ask(&fixture->world, fixture->warm, path, document, NULL, 0),
                 cold = ask(&fixture->world, NULL, path, document, NULL, 0);
    assert_true(is_same(warmly, cold));
}

// The first request on a line, and those that have no more certain words than it, say what they would say alone.
static void test_half_a_word(void **state) { // W1
    struct fixture *fixture = *state;
    static const char line[] = "void f(struct door *door) {\n    start_engine";
    for (size_t typed = sizeof line - 1 - strlen("start_engine"); typed < sizeof line; typed++) {
        char document[128];
        snprintf(document, sizeof document, "%.*s|\n}\n", (int)typed, line);
        assert_as_cold(fixture, "z.c", document);
    }
    assert_as_cold(fixture, "z.c", "void f(struct door *door) {\n    sta|\n}\n"); // and back again
}

static void test_words_typed_are_context(void **state) { // W1
    struct fixture *fixture = *state;
    static const char *const documents[] = {"void f(struct door *door) {\n    |\n}\n",
                                            "void f(struct door *door) {\n    start_engine|\n}\n",
                                            "void f(struct door *door) {\n    start_engine(|\n}\n",
                                            "void f(struct door *door) {\n    start_engine(d|\n}\n"};
    struct asked last = {.text = ""};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        last = ask(&fixture->world, fixture->warm, "z.c", documents[i], NULL, 0);
    }
    assert_true(strncmp(last.text, "oor, ", 5) == 0);
    last = ask(&fixture->world, fixture->warm, "z.c",
               "void f(struct door *door) {\n    never_seen = door->|\n}\n", NULL, 0);
    assert_true(strncmp(last.text, "state", 5) == 0);
}

// What was asked on the way there, and taken back again, is of no matter.
static void test_ways_to_a_place(void **state) { // W1
    struct fixture *fixture = *state;
    struct warm *direct = warm_new();
    static const char *const lines[] = {
        "",     "s",       "start_", "start_engine", "start_engine(", "start_engine(d",
        "door", "door->",  "door-",  "door->s",      "door->x",       "door->state",
        "",     "x = 1.5", "x = 1",  "x = 1.",       "x = d",         "start_engine("};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        static const char before[] = "void f(struct door *door) {\n    ";
        char document[128];
        snprintf(document, sizeof document, "%s|\n}\n", before);
        warm_free(direct);
        direct = warm_new();
        ask(&fixture->world, direct, "z.c", document, NULL, 0);
        snprintf(document, sizeof document, "%s%s|\n}\n", before, lines[i]);
        assert_true(is_same(ask(&fixture->world, fixture->warm, "z.c", document, NULL, 0),
                            ask(&fixture->world, direct, "z.c", document, NULL, 0)));
    }
    warm_free(direct);
}

static void test_another_document(void **state) { // W3
    struct fixture *fixture = *state;
    static const struct {
        const char *path, *document;
    } cases[] = {
        {"z.c", "void f(struct door *door) {\n    start_engine(|\n}\n"},
        {"y.c", "void f(struct door *door) {\n    start_engine(|\n}\n"},                   // its path
        {"y.c", "void f(struct knob *knob) {\n    start_engine(|\n}\n"},                   // above
        {"y.c", "void f(struct knob *knob) {\n    start_engine(|\n    return 0;\n}\n"},    // below
        {"y.c", "void f(struct knob *knob) {\n    start_engine(|)\n    return 0;\n}\n"},   // right
        {"y.c", "void f(struct knob *knob) {\n    start_engine(FULL_SPEED);\n    |\n}\n"}, // a line more
        {"y.c", "void f(struct knob *knob) {\n    start_engine(FULL_SPEED);\n|\n}\n"},     // indentation
        {"y.c", "void f(struct knob *knob) {\n    start_engine(FULL_SPEED);\n        door->|\n}\n"},
        {"y.c",
         "void f(struct knob *knob) {\n    start_engine(FULL_SPEED);\n        door-|\n}\n"}, // a word less
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_as_cold(fixture, cases[i].path, cases[i].document);
    }
}

static void test_what_is_learned_elsewhere(void **state) { // W3
    struct fixture *fixture = *state;
    static const char document[] = "void f(struct door *door) {\n    start_engine(knob, |\n}\n";
    static const char third[] = "void g(void) {\n    start_engine(knob, THIRD_SPEED);\n}\n";
    static const char fourth[] = "void g(void) {\n    start_engine(knob, FOURTH_SPEED);\n}\n";
    assert_as_cold(fixture, "z.c", document);
    world_put(&fixture->world, "a.c", third);
    world_commit(&fixture->world, false);
    assert_as_cold(fixture, "z.c", document);
    assert_string_equal(ask(&fixture->world, fixture->warm, "z.c", document, NULL, 0).text, "THIRD_SPEED);");
    world_overlay(&fixture->world, "a.c", fourth);
    world_commit(&fixture->world, false);
    assert_string_equal(ask(&fixture->world, fixture->warm, "z.c", document, NULL, 0).text, "FOURTH_SPEED);");
    world_overlay(&fixture->world, "a.c", third);
    world_commit(&fixture->world, false);
    assert_string_equal(ask(&fixture->world, fixture->warm, "z.c", document, NULL, 0).text, "THIRD_SPEED);");
    corpus_overlay_remove(fixture->world.corpus, "a.c");
    corpus_remove(fixture->world.corpus, "a.c");
    world_commit(&fixture->world, false);
    assert_as_cold(fixture, "z.c", document);
}

// What is typed is learned at every key, as text of the open file, which is no reason to begin anew.
static void test_own_overlay(void **state) { // W1
    struct fixture *fixture = *state;
    static const char *const documents[] = {"void f(struct door *door) {\n    |\n}\n",
                                            "void f(struct door *door) {\n    s|\n}\n",
                                            "void f(struct door *door) {\n    start|\n}\n"};
    const struct counts *first = NULL;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        world_overlay(&fixture->world, "z.c", documents[i]);
        world_commit(&fixture->world, false);
        assert_true(ask(&fixture->world, fixture->warm, "z.c", documents[i], NULL, 0).confidence >= 0);
        first = first ? first : warm_counts(fixture->warm);
        assert_ptr_equal(warm_counts(fixture->warm), first);
        assert_int_equal(warm_document(fixture->warm)->cursor_line.length,
                         strchr(documents[i], '|') - documents[i] - 28);
    }
}

// What the file's own overlay teaches meanwhile makes the words that were read no other ones.
static void test_own_words_are_learned(void **state) { // W1
    struct fixture *fixture = *state;
    struct warm *before = fixture->warm, *after = warm_new();
    static const char begun[] = "void f(void) {\n    zorble->quux = grommet;\n    |\n}\n";
    static const char typed[] = "void f(void) {\n    zorble->quux = grommet;\n    zorble->|\n}\n";
    ask(&fixture->world, before, "z.c", begun, NULL, 0);
    ask(&fixture->world, after, "z.c", begun, NULL, 0);
    struct asked unlearned = ask(&fixture->world, before, "z.c", typed, NULL, 0);
    world_overlay(&fixture->world, "z.c", begun);
    world_commit(&fixture->world, false);
    assert_true(is_same(ask(&fixture->world, after, "z.c", typed, NULL, 0), unlearned));
    assert_true(strncmp(unlearned.text, "quux", 4) == 0);
    warm_free(after);
}

// The word that was half typed at first is known later, too, wherever the line is kept by then.
static void test_a_new_word_goes_on(void **state) { // W1
    struct fixture *fixture = *state;
    static const char *const lines[] = {"a_name_of_nothing_else",
                                        "a_name_of_nothing_else = f(a_name_of_nothing_else->",
                                        "a_name_of_another_else = f(a_name_of_nothing_else->"};
    const struct counts *first = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char document[160];
        snprintf(document, sizeof document, "void f(void) {\n%40s%s|\n}\n", "", lines[i]);
        ask(&fixture->world, fixture->warm, "z.c", document, NULL, 0);
        first = first ? first : warm_counts(fixture->warm);
        assert_ptr_equal(warm_counts(fixture->warm), first);
    }
    const struct token_list *line = &warm_document(fixture->warm)->line;
    assert_int_equal(line->count, 6); // all but `->`
    assert_int_not_equal(line->items[0], line->items[4]);
}

// However long somebody types on one line, what was typed and taken back does not pile up.
static void test_half_words_are_forgotten(void **state) {
    struct fixture *fixture = *state;
    enum { OF_THE_DOCUMENT = 8 };
    for (int i = 0; i < 2 * WARM_REQUESTS; i++) {
        char document[64];
        snprintf(document, sizeof document, "void f(void) {\n    half_%d|\n}\n", i);
        ask(&fixture->world, fixture->warm, "z.c", document, NULL, 0);
        assert_true(warm_document(fixture->warm)->unknown.count <= WARM_REQUESTS + OF_THE_DOCUMENT);
    }
}

static void append_filler(struct str *text, size_t length) {
    for (int i = 0; text->length < length; i++) {
        str_append_format(text, "int filler_%d;\n", i);
    }
}

// A line at the top of a file that is long, but read as a whole.
static void test_far_above(void **state) { // W3
    struct fixture *fixture = *state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "start_engine(knob, TOP_SPEED);\n");
    size_t top = text.length;
    append_filler(&text, DOCUMENT_ABOVE - 128);
    str_append_string(&text, "void f(void) {\n    start_engine(knob, |\n}\n");
    assert_as_cold(fixture, "z.c", text.data + top);
    assert_as_cold(fixture, "z.c", text.data);
    assert_string_equal(ask(&fixture->world, fixture->warm, "z.c", text.data, NULL, 0).text, "TOP_SPEED);");
    assert_as_cold(fixture, "z.c", text.data + top);
    str_free(&text);
}

// What is typed moves the beginning of what is read, which is no reason to begin anew.
static void test_long_text(void **state) { // W1
    struct fixture *fixture = *state;
    static const char typed[] = "(door, FULL_SPEED)";
    struct str text;
    str_init(&text);
    append_filler(&text, DOCUMENT_ABOVE);
    str_append_string(&text, "void f(void) {\n    start_engine|\n}\n");
    ask(&fixture->world, fixture->warm, "z.c", text.data, NULL, 0);
    const struct counts *first = warm_counts(fixture->warm);
    str_truncate(&text, text.length - strlen("|\n}\n"));
    str_append_string(&text, typed);
    str_append_string(&text, "|\n}\n");
    ask(&fixture->world, fixture->warm, "z.c", text.data, NULL, 0);
    assert_ptr_equal(warm_counts(fixture->warm), first);
    assert_int_equal(warm_document(fixture->warm)->line.count, 6);
    str_free(&text);
}

static void assert_same_brackets(const struct fixture *fixture, const char *path, const char *document) {
    struct warm *fresh = warm_new();
    ask(&fixture->world, fresh, path, document, NULL, 0);
    const struct brackets *a = warm_brackets(fixture->warm), *b = warm_brackets(fresh);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->open, b->open, a->count);
    assert_int_equal(a->more, b->more);
    assert_int_equal(a->text, b->text);
    assert_int_equal(a->in_block_comment, b->in_block_comment);
    warm_free(fresh);
}

// Somebody goes up and down in a text and writes lines in place of others; if `opens`, in two by turns, each of which
// is opened now and then as it was some lines ago.
static void write_lines(const struct fixture *fixture, bool opens) {
    enum { LINES = 400, TIMES = 80, SEED = 5 };
    static const char *const kinds[] = {"void f(struct door *door) {",
                                        "    start_engine(door, FULL_SPEED);",
                                        "}",
                                        "",
                                        "    if (door->state == DOOR_OPEN) {",
                                        "    door->state = DOOR_CLOSED;",
                                        "/* of the",
                                        " * door */",
                                        "    \"\"\" (((",
                                        "        start_engine(knob, ((HALF_SPEED,"};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    uint32_t lines[LINES], seed = SEED;
    for (uint32_t i = 0; i < LINES; i++) {
        lines[i] = i * 7 % KINDS;
    }
    for (uint32_t i = 0; i < TIMES; i++) {
        struct str text;
        str_init(&text);
        seed = seed * 1664525u + 1013904223u;
        uint32_t at = (seed >> 8) % LINES;
        for (uint32_t k = 0; k < LINES; k++) {
            str_append_format(&text, "%s\n", k == at ? "    start_engine(|" : kinds[lines[k]]);
        }
        lines[at] = (seed >> 20) % KINDS;
        const char *path = opens && i / 5 % 2 ? "y.c" : "z.c";
        assert_as_cold(fixture, path, text.data);
        assert_same_brackets(fixture, path, text.data);
        if (opens && i % 3 == 0) {
            predict_ahead(fixture->world.corpus, fixture->warm, i % 2 ? "y.c" : "z.c", str_slice(&text));
        }
        str_free(&text);
    }
}

// What was read of it before is of no matter.
static void test_lines_of_a_text(void **state) { // W3
    write_lines(*state, false);
}

static void test_read_ahead(void **state) { // W4
    struct fixture *fixture = *state;
    write_lines(fixture, true);
    struct str text;
    str_init(&text);
    append_filler(&text, WARM_AHEAD);
    predict_ahead(fixture->world.corpus, fixture->warm, "x.c", str_slice(&text)); // too long
    str_append_string(&text, "void f(void) {\n    start_engine(|\n}\n");
    assert_as_cold(fixture, "x.c", text.data);
    str_free(&text);
}

// What was read of a document is there when someone comes back to it from a few others.
static void test_documents_come_back(void **state) { // W4
    struct fixture *fixture = *state;
    char path[16], text[32];
    for (int i = 0; i <= WARM_DOCUMENTS; i++) { // the first one is one too many
        snprintf(path, sizeof path, "z%d.c", i);
        snprintf(text, sizeof text, "%d;\nint b = |", i);
        assert_as_cold(fixture, path, text);
    }
    for (int i = WARM_DOCUMENTS; i >= 0; i--) {
        snprintf(path, sizeof path, "z%d.c", i);
        snprintf(text, sizeof text, "%d;\nint b;\nint c = |", i);
        assert_as_cold(fixture, path, text);
        assert_int_equal(warm_document(fixture->warm)->same, i > 0 ? strlen("0;\nint b") : 0);
    }
}

// Of a text with many more words than that in whose place it is kept.
static void test_many_words_ahead(void **state) { // W4
    struct fixture *fixture = *state;
    char path[16];
    struct str text;
    for (int i = 0; i < WARM_DOCUMENTS; i++) {
        snprintf(path, sizeof path, "z%d.c", i);
        assert_as_cold(fixture, path, "int a = |");
    }
    str_init(&text);
    for (int i = 0; i < 3000; i++) {
        str_append_format(&text, "word%d\n", i);
    }
    predict_ahead(fixture->world.corpus, fixture->warm, "words.c", str_slice(&text));
    str_append_string(&text, "|");
    assert_as_cold(fixture, "words.c", text.data);
    assert_int_equal(warm_document(fixture->warm)->same, text.length - 1);
    str_free(&text);
}

// What was read for a vocabulary that is another one now does not keep that one's words.
static void test_old_words_are_let_go(void **state) {
    struct warm *warm = warm_new();
    struct vocabulary *vocabularies[] = {vocabulary_new(), vocabulary_new()};
    (void)state;
    for (int i = 0; i < 4; i++) {
        char path[16];
        snprintf(path, sizeof path, "z%d.c", i);
        const struct generation generation = {.vocabulary = vocabularies[i / 2]};
        warm_read_ahead(warm, &generation, path, SLICE_LITERAL("int a;\n"));
    }
    assert_int_equal(vocabularies[0]->references, 1);
    assert_int_equal(vocabularies[1]->references, 3);
    warm_free(warm);
    vocabulary_release(vocabularies[0]);
    vocabulary_release(vocabularies[1]);
}

// Of a long document that was read whole, only what is near the cursor counts, wherever that is.
static void test_read_ahead_of_a_long_text(void **state) { // W4
    struct fixture *fixture = *state;
    static const char typed[] = "void f(void) {\n    start_engine(|\n}\n";
    for (size_t above = 0; above <= 300; above += 100) {
        struct str text, opened;
        str_init(&text);
        str_init(&opened);
        append_filler(&text, above << 10);
        str_append_slice(&opened, str_slice(&text));
        str_append_string(&text, typed);
        append_filler(&text, 350 << 10);
        append_filler(&opened, 350 << 10);
        assert_true(opened.length <= WARM_AHEAD && opened.length > READING_ABOVE + READING_BELOW);
        predict_ahead(fixture->world.corpus, fixture->warm, "x.c", str_slice(&opened));
        assert_as_cold(fixture, "x.c", text.data);
        assert_same_brackets(fixture, "x.c", text.data);
        assert_as_cold(fixture, "y.c", typed);
        str_free(&text);
        str_free(&opened);
    }
}

// While a line is typed another document is opened, and this one is shown at rest: the line goes on.
static void test_read_ahead_between_keys(void **state) { // W4
    struct fixture *fixture = *state;
    static const char before[] = "void f(struct door *door) {\n    start_engine|\n}\n",
                      after[] = "void f(struct door *door) {\n    start_engine(|\n}\n";
    ask(&fixture->world, fixture->warm, "z.c", before, NULL, 0);
    predict_ahead(fixture->world.corpus, fixture->warm, "y.c", slice_of_string(LIBRARY));
    predict_ahead(fixture->world.corpus, fixture->warm, "z.c", slice_of_string(LIBRARY));
    predict_ahead(fixture->world.corpus, fixture->warm, "z.c", slice_of_string(before));
    ask(&fixture->world, fixture->warm, "z.c", after, NULL, 0);
    assert_int_equal(warm_document(fixture->warm)->line.count, 2); // it was followed
    assert_as_cold(fixture, "y.c", after);
    assert_as_cold(fixture, "z.c", before);
}

static void test_hints_of_a_word(void **state) { // W2
    (void)state;
    struct world world = world_of("a.c", "struct box {\n    int lid;\n    int rim;\n};\n");
    struct warm *warm = warm_new();
    const struct backend_hint rim = {.name = "rim",
                                     .scope = "box",
                                     .signature = "int rim",
                                     .before = "",
                                     .after = "",
                                     .kind = SYMBOL_FIELD,
                                     .of_receiver = true,
                                     .score = 1};
    struct backend_hint hints[] = {rim, rim};
    static const char dot[] = "void g(struct box *box) {\n    box->| = 1;\n}\n";
    static const char letter[] = "void g(struct box *box) {\n    box->l| = 1;\n}\n";
    ask(&world, warm, "z.c", dot, hints, 1);
    struct asked one = ask(&world, NULL, "z.c", letter, hints, 1);
    hints[1].name = "int"; // begins otherwise
    assert_true(is_same(ask(&world, warm, "z.c", letter, hints, 2), one));
    hints[1].name = "lid";
    struct asked two = ask(&world, NULL, "z.c", letter, hints, 2);
    assert_false(is_same(one, two));
    assert_true(is_same(ask(&world, warm, "z.c", letter, hints, 2), two));
    warm_free(warm);
    world_free(&world);
}

// Behind the end of a word hints are of another place: they say what is a member of what stands there.
static void test_hints_of_a_place(void **state) { // W1, W2
    (void)state;
    struct world world = world_of(
        "a.c",
        "struct box {\n    int lid;\n    int lip;\n};\nstruct cup {\n    int lip;\n    int lid;\n};\n");
    static const char begun[] = "void g(struct box *box, struct cup *cup) {\n    |\n}\n";
    static const char word[] = "void g(struct box *box, struct cup *cup) {\n    box->l|\n}\n";
    static const char other[] = "void g(struct box *box, struct cup *cup) {\n    cup->l|\n}\n";
    static const char sign[] = "void g(struct box *box, struct cup *cup) {\n    cup->|\n}\n";
    const struct backend_hint of_cup = {.name = "lid",
                                        .scope = "cup",
                                        .signature = "int lid",
                                        .before = "",
                                        .after = "",
                                        .kind = SYMBOL_FIELD,
                                        .of_receiver = true,
                                        .score = 1};
    struct backend_hint of_none = of_cup;
    of_none.of_receiver = false;
    const struct {
        const char *before, *document;
        const struct backend_hint *hint; // before; then of_cup
    } cases[] = {
        {begun, sign, &of_cup}, // the same hints, of which the receiver stands there only now
        {word, other, &of_none},
        {sign, sign, &of_none}, // no word is typed
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct warm *direct = warm_new(), *warm = warm_new();
        ask(&world, direct, "z.c", begun, NULL, 0);
        ask(&world, warm, "z.c", begun, NULL, 0);
        ask(&world, warm, "z.c", cases[i].before, cases[i].hint, 1);
        assert_true(is_same(ask(&world, warm, "z.c", cases[i].document, &of_cup, 1),
                            ask(&world, direct, "z.c", cases[i].document, &of_cup, 1)));
        warm_free(direct);
        warm_free(warm);
    }
    world_free(&world);
}

// What is ranked anew for other hints is as likely as if these had been the first, be the word one that has a hint, had one,
// or stands in a call that one describes.
static void test_hints_come_and_go(void **state) { // W3
    (void)state;
    struct world world =
        world_of("a.c", "int lid;\nint rim;\nint fill(int lid, int rim);\nint g(void) {\n    lid = rim;\n"
                        "    rim = lid;\n    return fill(lid, rim);\n}\n");
    static const char *const documents[] = {"int h(void) {\n    lid = |;\n}\n",
                                            "int h(void) {\n    return fill(|);\n}\n"};
    const struct backend_hint lid = {.name = "lid",
                                     .scope = "",
                                     .signature = "int lid",
                                     .before = "",
                                     .after = "",
                                     .kind = SYMBOL_VARIABLE,
                                     .score = 1};
    struct backend_hint rim = lid, fill = lid, taken = lid;
    rim.name = "rim";
    taken.score = 3;
    fill = (struct backend_hint){.name = "fill",
                                 .scope = "",
                                 .signature = "int fill(int lid, int rim)",
                                 .before = "",
                                 .after = "",
                                 .kind = SYMBOL_FUNCTION,
                                 .score = 1};
    const struct {
        struct backend_hint hints[3];
        size_t count;
    } steps[] = {{{rim}, 1},  {{lid, rim}, 2}, {{rim, fill}, 2}, {{fill, lid}, 2},  {{taken}, 1}, {{lid}, 1},
                 {{fill}, 1}, {{rim}, 0},      {{rim, lid}, 2},  {{taken, rim}, 2}, {{rim}, 1}};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct warm *warm = warm_new();
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            struct asked cold = ask(&world, NULL, "z.c", documents[i], steps[k].hints, steps[k].count);
            assert_true(
                is_same(ask(&world, warm, "z.c", documents[i], steps[k].hints, steps[k].count), cold));
        }
        warm_free(warm);
    }
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_half_a_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words_typed_are_context, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ways_to_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_learned_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_overlay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_words_are_learned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_new_word_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_half_words_are_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_far_above, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lines_of_a_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_documents_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_words_ahead, set_up, tear_down),
        cmocka_unit_test(test_old_words_are_let_go),
        cmocka_unit_test_setup_teardown(test_read_ahead_of_a_long_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_ahead_between_keys, set_up, tear_down),
        cmocka_unit_test(test_hints_of_a_word),
        cmocka_unit_test(test_hints_of_a_place),
        cmocka_unit_test(test_hints_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
