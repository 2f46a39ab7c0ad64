// repository_predict_test.c - what a person sees of the built-in model on tiny repositories.
#include "backends/repository_classes.h"

#include "tests/unit/backends/library.h"
#include "tests/unit/backends/predict_world.h"

#include <stdio.h>

static void test_repeats_a_line(void **state) {
    (void)state;
    struct world world = library();
    static const struct {
        const char *document, *expected;
    } cases[] = {
        {"int lock_door(struct door *door) {\n    if (door| ", " == NULL) {"},
        {"int lock_door(struct door *door) {\n    if (door |", "== NULL) {"},
        {"int lock_door(struct door *door) {\n    if (door == NULL) {\n        return report_missing(|\n    }\n",
         "door, \"no door\");"},
        {"int lock_door(struct door *door) {\n    |", "if (door == NULL) {"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_says(&world, "src/lock.c", cases[i].document, cases[i].expected);
    }
    world_free(&world);
}

static void test_half_a_word(void **state) {
    (void)state;
    struct world world = library();
    static const struct {
        const char *document, *expected;
    } cases[] = {
        {"int lock_door(struct door *door) {\n    if (door == NULL) {\n        return report_mis|\n    }\n",
         "sing(door, \"no door\");"},
        {"int lock_door(struct door *door) {\n    if (door == NU|", "LL) {"},
        {"void f(struct door *door) {\n    if (door =|", "= NULL) {"},
        {"int peculiar_name;\nint other(void) {\n    zork(); pecul|", "iar_name;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_says(&world, "src/lock.c", cases[i].document, cases[i].expected);
    }
    assert_says(&world, "src/lock.c", "    if (do|or == NULL) {", ""); // inside a word
    world_free(&world);
}

// `s` may be a word already, though each of many longer ones is likelier.
static void test_whole_word_among_many(void **state) {
    (void)state;
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    str_append_string(&text, "begin();\n"); // a file's first line is like another's
    for (int i = 0; i < 36; i++) {
        str_append_format(&text, "    put(s%c);\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"[i]);
    }
    world_put(&world, "src/many.c", text.data);
    world_put(&world, "vendor/one.py", "begin();\n    put(s);\n"); // counts for a quarter
    world_commit(&world, true);
    assert_says(&world, "src/new.c", "    put(s|", ");");
    str_free(&text);
    world_free(&world);
}

// Wherever the repository has the name it closes two brackets behind it; here one is open.
static void test_closes_what_is_open(void **state) {
    (void)state;
    struct world world = world_of("a.c", "void a(void) {\n    shut(wrap(door));\n    lock(wrap(door));\n    "
                                         "shut(wrap(door));\n}\n");
    assert_says(&world, "b.c", "void b(void) {\n    keep(mind(door |\n}\n", "));");
    assert_false(any_begins(&world, "b.c", "void b(void) {\n    keep(door |\n}\n", "))"));
    assert_true(any_begins(&world, "b.sh", "b() {\n    keep(door |\n}\n", "))")); // there one may
    world_free(&world);
}

// `if (` and `while (` stand behind the same line starts as `shut(`, many times more often.
static void test_space_is_the_words_own(void **state) {
    (void)state;
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    for (int i = 0; i < 60; i++) {
        str_append_format(
            &text, "void f%d(void) {\n    if (a%d) {\n        b = a;\n    }\n    while (a%d) {\n    }\n}\n",
            i, i, i);
    }
    str_append_string(&text, "void g(void) {\n    shut(&door);\n    shut(&door);\n}\n");
    world_put(&world, "src/door.c", text.data);
    str_free(&text);
    world_commit(&world, true);
    assert_says(&world, "src/lock.c", "void h(void) {\n    sh|\n}\n", "ut(&door);");
    world_free(&world);
}

// The word behind `=` is known from keywords alone, which have no blanks.
static void test_space_behind_an_assignment(void **state) {
    (void)state;
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    for (int i = 0; i < 12; i++) {
        str_append_format(&text, "def f%d(self, lid):\n    self.size = size\n    make(wobble=wobble)\n", i);
    }
    world_put(&world, "src/door.py", text.data);
    str_free(&text);
    world_commit(&world, true);
    assert_says(&world, "src/lock.py", "def g(self, wobble):\n    self.size = size\n    self.wobble|\n",
                " = wobble");
    world_free(&world);
}

static void test_own_edited_line_is_not_learned(void **state) {
    (void)state;
    struct world world = library();
    assert_false(any_says(&world, "src/lock.c", "x = | + secret_thing;\n", "secret_thing"));
    world_free(&world);
}

static void test_open_file_counts_not_its_disk_copy(void **state) {
    (void)state;
    struct world world = library();
    world_put(&world, "src/open.c", "void g(void) {\n    start_engine(OLD_SPEED);\n}\n");
    world_commit(&world, false);
    assert_false(any_says(&world, "src/open.c", "void h(void) {\n    start_engine(|\n}\n", "OLD_SPEED"));
    assert_true(any_says(&world, "src/else.c", "void h(void) {\n    start_engine(|\n}\n", "OLD_SPEED"));
    assert_says(&world, "src/open.c",
                "void h(void) {\n    start_engine(NEW_SPEED);\n}\nvoid i(void) {\n    start_engine(|\n}\n",
                "NEW_SPEED);");
    world_free(&world);
}

static void test_renames(void **state) {
    (void)state;
    struct world world = world_new(0);
    world_commit(&world, true);
    assert_says(
        &world, "copy.c",
        "void copy(void) {\n    a->width = b->width;\n    a->height = b->height;\n    a->depth = b->|\n}\n",
        "depth;");
    world_free(&world);
}

static void test_gone_files(void **state) { // C1, C2
    (void)state;
    struct world world = library();
    const char *document = "void h(void) {\n    start_engine(|\n}\n";
    world_put(&world, "a.c", "void g(void) {\n    start_engine(FIRST_SPEED);\n}\n");
    assert_false(any_says(&world, "z.c", document, "FIRST_SPEED")); // not committed yet
    world_commit(&world, false);
    assert_true(any_says(&world, "z.c", document, "FIRST_SPEED"));
    world_put(&world, "a.c", "void g(void) {\n    start_engine(SECOND_SPEED);\n}\n");
    world_commit(&world, false);
    assert_false(any_says(&world, "z.c", document, "FIRST_SPEED"));
    assert_true(any_says(&world, "z.c", document, "SECOND_SPEED"));
    corpus_remove(world.corpus, "a.c");
    world_commit(&world, false);
    assert_false(any_says(&world, "z.c", document, "SPEED"));
    corpus_remove(world.corpus, "src/door.c"); // from the base segment
    corpus_remove(world.corpus, "never/was.c");
    world_commit(&world, false);
    assert_says(&world, "z.c", "    if (door|", "");
    world_free(&world);
}

static void test_overlay_wins(void **state) { // C1
    (void)state;
    struct world world = world_of("a.c", "void g(void) {\n    start_engine(DISK_SPEED);\n}\n");
    const char *document = "void h(void) {\n    start_engine(|\n}\n";
    world_overlay(&world, "a.c", "void g(void) {\n    start_engine(OPEN_SPEED);\n}\n");
    world_commit(&world, false);
    assert_false(any_says(&world, "z.c", document, "DISK_SPEED"));
    assert_true(any_says(&world, "z.c", document, "OPEN_SPEED"));
    struct corpus_statistics figures;
    corpus_statistics(world.corpus, &figures);
    assert_int_equal(figures.files, 1);
    corpus_overlay_remove(world.corpus, "a.c");
    world_commit(&world, false);
    assert_true(any_says(&world, "z.c", document, "DISK_SPEED"));
    assert_false(any_says(&world, "z.c", document, "OPEN_SPEED"));
    world_free(&world);
}

static void test_candidates_differ(void **state) {
    (void)state;
    struct world world = library();
    struct predictions found =
        ask(&world, "z.c", "void f(struct door *door) {\n    door->state = |\n}\n", 1, 3);
    assert_true(found.count >= 2);
    for (uint32_t i = 0; i < found.count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(found.items[i].text.data, found.items[k].text.data);
        }
    }
    predictions_free(&found);
    world_free(&world);
}

// What a definition has in its parentheses, and behind them, is of no call.
static void test_calls_no_definition(void **state) {
    (void)state;
    struct world world = world_of("b.go", "");
    static const char *const calls[] = {"sum := |",
                                        "sum := addNumbers(|",
                                        "sum := addNumbers(first, |",
                                        "sum := addNumbers(first, second|",
                                        "sum := addNumbers(first, second)|",
                                        "ok && addNumbers(first, second|",
                                        "a[addNumbers(first, second|"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct str document;
        str_init(&document);
        str_append_string(&document,
                          "func addNumbers(first, second int) int {\n\treturn first + second\n}\n\n"
                          "func main() {\n\t");
        str_append_string(&document, calls[i]);
        str_append_string(&document, "\n}\n");
        struct predictions found = ask(&world, "a.go", document.data, 1, 3);
        for (uint32_t k = 0; k < found.count; k++) {
            assert_true(found.items[k].confidence < 0.06 || !strstr(found.items[k].text.data, "int"));
        }
        predictions_free(&found);
        str_free(&document);
    }
    world_free(&world);
}

// Of a call that goes on otherwise each time, what is the same.
static void assert_head(const char *pattern, const char *document, const char *expected) {
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    for (int i = 0; i < 24; i++) {
        for (const char *at = pattern; *at; at++) {
            str_append_char(&text, *at == '?' ? "ABCDEFGHIJKLMNOPQRSTUVWX"[i] : *at);
        }
    }
    world_put(&world, "src/many.c", text.data);
    world_commit(&world, true);
    struct predictions found = ask(&world, "src/new.c", document, 1, 1);
    assert_int_equal(found.count, 1);
    struct prediction *first = &found.items[0];
    struct str head;
    str_init(&head);
    str_append_slice(&head, slice_sub(str_slice(&first->text), 0, first->head));
    assert_string_equal(head.data, expected);
    assert_true(!first->head || (first->head_confidence >= 0.4 && first->head_confidence <= 1));
    assert_true(!first->head || first->head_confidence > first->confidence);
    str_free(&head);
    predictions_free(&found);
    str_free(&text);
    world_free(&world);
}

static void test_what_is_sure_of_an_unsure_line(void **state) {
    (void)state;
    static const char call[] = "int work?(int n) {\n    send_packet(queue, name?->size, other?);\n}\n";
    static const char quoted[] = "int work?(int n) {\n    send_packet(\"the text ? ?\");\n}\n";
    static const char short_call[] = "int work?(int n) {\n    go(name?, other?);\n}\n";
    assert_head(call, "int work(int n) {\n    |\n}\n", "send_packet(queue,");
    assert_head(call, "int work(int n) {\n    send_p|\n}\n", "acket(queue,");
    assert_head(quoted, "int work(int n) {\n    |\n}\n", "send_packet(");
    assert_head(quoted, "int work(int n) {\n    send_packet(\"|\n}\n", "the text");
    static const char nested[] = "int work?(int n) {\n    wrap(make_key(name?, other?));\n}\n";
    assert_head(nested, "int work(int n) {\n    wrap(|\n}\n", "make_key(");
    assert_head(nested, "int work(int n) {\n    wrap(|)\n}\n", "make_key");
    assert_head(nested, "int work(int n) {\n    wrap(| + n);\n}\n", "make_key");
    assert_head(call, "int work(int n) {\n    send_packet(|);\n}\n", "queue,");
    assert_head(short_call, "int work(int n) {\n    go(name, |);\n}\n", "");
    assert_head(short_call, "int work(int n) {\n    |\n}\n", "go(");
    assert_head(short_call, "int work(int n) {\n    g|\n}\n", "o("); // what is left of the same one
    assert_head(short_call, "int work(int n) {\n    go|\n}\n", "(");
}

static void test_finished_line_is_left_alone(void **state) {
    (void)state;
    struct world world =
        world_of("src/loop.c", "void run(void) {\n"
                               "    open_door(door);\n    wait_for(door);\n    close_door(door);\n"
                               "    for (door = first(house); door; door = next(house)) {\n"
                               "        open_door(door);\n        wait_for(door);\n    }\n}\n");
    struct predictions found = ask(&world, "src/new.c", "void go(void) {\n    open_door(door);|\n}\n", 1, 1);
    assert_true(found.count == 0 || found.items[0].confidence < 0.05);
    predictions_free(&found);
    world_free(&world);
}

// No place shows `lid` behind `box->`, but retrieval knows whose member it is.
static void test_members_of_the_receiver(void **state) {
    (void)state;
    struct world world = world_new(0);
    world_put(&world, "a.c", "struct box {\n    int lid;\n    int rim;\n};\n");
    world_put(&world, "b.c", "void f(struct door *door) {\n    knob = 1;\n    hinge = 2;\n}\n");
    world_commit(&world, true);
    const struct backend_hint hints[] = {
        {.name = "lid",
         .scope = "box",
         .signature = "int lid",
         .before = "",
         .after = "",
         .kind = SYMBOL_FIELD,
         .of_receiver = true,
         .score = 5},
        {.name = "rim", .scope = "", .signature = "int rim", .before = "", .after = "", .score = -5}};
    struct predict_request request = {.path = "z.c",
                                      .prefix = SLICE_LITERAL("void g(struct box *box) {\n    box->"),
                                      .suffix = SLICE_LITERAL(" = 1;\n}\n"),
                                      .candidates = PREDICT_CANDIDATES,
                                      .hints = hints};
    bool said[2] = {false, false};
    for (int hinted = 0; hinted <= 1; hinted++) {
        struct predictions found;
        request.hint_count = hinted ? 2 : 0;
        predict(world.corpus, &request, &found);
        for (uint32_t i = 0; i < found.count; i++) {
            said[hinted] |= strcmp(found.items[i].text.data, "lid") == 0;
        }
        predictions_free(&found);
    }
    assert_true(said[1] && !said[0]);
    world_free(&world);
}

static void test_second_line(void **state) {
    (void)state;
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    for (int i = 0; i < 12; i++) {
        str_append_format(
            &text,
            "int f%d(struct door *door) {\n\tif (!door) {\n\t\treturn MISSING;\n\t}\n\treturn f(door);\n}\n\n",
            i);
    }
    world_put(&world, "a.c", text.data);
    world_commit(&world, true);
    const char *document = "int g(struct door *door) {\n\tif (|";
    struct predictions one = ask(&world, "z.c", document, 1, 1), more = ask(&world, "z.c", document, 3, 1);
    assert_string_equal(one.items[0].text.data, "!door) {");
    assert_true(strncmp(more.items[0].text.data, "!door) {\n\t\treturn MISSING;", 25) == 0);
    assert_true(more.items[0].confidence <= one.items[0].confidence);
    predictions_free(&one);
    predictions_free(&more);
    str_free(&text);
    world_free(&world);
}

static void test_nothing_to_say(void **state) {
    (void)state;
    struct world world = world_new(0);
    static const char *const documents[] = {"|", "x|", "    |\n", "|\n\n", "\r\n|", "a b c|d"};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        assert_says(&world, "z.c", documents[i], "");
    }
    world_put(&world, "empty.c", " ");
    world_commit(&world, true);
    assert_says(&world, "z.c", "x |", "");
    struct cancel cancel;
    cancel_init(&cancel, 0);
    cancel_fire(&cancel);
    struct predict_request request = {.path = "z.c", .prefix = SLICE_LITERAL("x = "), .cancel = &cancel};
    struct predictions found;
    predict(world.corpus, &request, &found);
    assert_int_equal(found.count, 0);
    world_free(&world);
}

static void test_harmful_text_is_not_proposed(void **state) {
    (void)state;
    struct world world = world_of("a.c", "strange = \x01 odd;\nbroken = caf\xC3 ;\n"
                                         "turned = \xE2\x80\xAE odd;\n");
    assert_false(any_says(&world, "z.c", "strange = |", "\x01"));
    assert_false(any_says(&world, "z.c", "broken = |", "caf\xC3"));
    assert_false(any_says(&world, "z.c", "turned = |", "\xE2\x80\xAE"));
    world_free(&world);
}

static void test_limits(void **state) {
    (void)state;
    struct world world = world_new(40);
    world_put(&world, "a.c", "one two three four five six seven eight nine ten\n");
    world_put(&world, "b.c", LIBRARY); // would go over
    struct record *generated = world_record("g.c", "x y z\n");
    generated->taint = TAINT_GENERATED;
    corpus_put(world.corpus, generated);
    record_release(generated);
    world_commit(&world, true);
    struct corpus_statistics figures;
    corpus_statistics(world.corpus, &figures);
    assert_int_equal(figures.files, 1);
    struct generation *generation = corpus_pin(world.corpus);
    assert_true(figures.tokens <= 40 && figures.vocabulary >= 10);
    assert_true(figures.bytes > classes_bytes(generation->classes));
    corpus_unpin(generation);
    world_free(&world);
}

static void test_what_cannot_be_read_is_left_out(void **state) {
    (void)state;
    struct world world = library();
    world_put(&world, "missing.c", "start_engine();\n");
    temporary_delete(world.root, "missing.c");
    world_put(&world, "binary.c", "start_engine();\n");
    temporary_write_bytes(world.root, "binary.c", SLICE_LITERAL("start\0engine"));
    world_commit(&world, false);
    struct corpus_statistics figures;
    corpus_statistics(world.corpus, &figures);
    assert_int_equal(figures.files, 1);
    world_free(&world);
}

// Puts, removes and overlays in any order leave what a corpus made of the result alone would have.
static void test_any_history(void **state) { // C1
    (void)state;
    enum { PATHS = 6 };
    srand(5);
    struct world world = world_new(0);
    int disk[PATHS] = {0}, open[PATHS] = {0};
    for (int round = 1; round < 300; round++) {
        int which = rand() % PATHS;
        char path[16], text[64];
        snprintf(path, sizeof path, "f%d.c", which);
        snprintf(text, sizeof text, "start(SPEED_%d);\n", round);
        switch (rand() % 5) {
        case 0:
        case 1:
            world_put(&world, path, text), disk[which] = round;
            break;
        case 2:
            corpus_remove(world.corpus, path), disk[which] = 0;
            break;
        case 3:
            world_overlay(&world, path, text), open[which] = round;
            break;
        default:
            corpus_overlay_remove(world.corpus, path), open[which] = 0;
        }
        world_commit(&world, round % 50 == 0);
        uint64_t live = 0;
        for (int i = 0; i < PATHS; i++) {
            live += disk[i] || open[i];
        }
        struct corpus_statistics figures;
        corpus_statistics(world.corpus, &figures);
        assert_int_equal(figures.files, live);
    }
    struct predictions found = ask(&world, "z.c", "start(|", 1, PREDICT_CANDIDATES);
    assert_true(found.count > 1);
    for (uint32_t k = 0; k < found.count; k++) {
        // other candidates are made of what else the open file has
        bool live = !slice_starts_with(str_slice(&found.items[k].text), SLICE_LITERAL("SPEED_"));
        long speed = live ? 0 : strtol(found.items[k].text.data + strlen("SPEED_"), NULL, 10);
        for (int i = 0; i < PATHS; i++) {
            live |= speed == (open[i] ? open[i] : disk[i]);
        }
        assert_true(live);
    }
    predictions_free(&found);
    world_free(&world);
}

// Nothing that the first pass of a large repository left unsorted is lost when it is over.
static void test_first_pass_of_many_files(void **state) { // C1, C2
    (void)state;
    enum { FILES = 150, WORDS = 2000 };
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    struct corpus_statistics figures;
    for (int file = 0; file < FILES; file++) {
        char path[32];
        snprintf(path, sizeof path, "f%d.c", file);
        text.length = 0;
        for (int i = 0; i < WORDS; i++) {
            char word[32];
            snprintf(word, sizeof word, "w%d ", i * file % 977);
            str_append_string(&text, word);
        }
        world_put(&world, path, text.data);
        world_commit(&world, false);
        corpus_statistics(world.corpus, &figures);
        assert_true(figures.files <= (uint64_t)file + 1 && figures.files >= (uint64_t)file / 8);
    }
    corpus_remove(world.corpus, "f149.c"); // not sorted yet, perhaps
    world_commit(&world, true);
    corpus_statistics(world.corpus, &figures);
    assert_int_equal(figures.files, FILES - 1);
    assert_int_equal(figures.tokens, (FILES - 1) * (WORDS + 1));
    str_free(&text);
    world_free(&world);
}

// Every word that a generation's files have, one after the other.
static void decode(struct generation *generation, struct str *out) {
    struct encoder encoder = {.vocabulary = generation->vocabulary};
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        for (uint32_t k = 0; k < generation->segments[i]->count; k++) {
            str_append_slice(
                out, encoder_word(&encoder, token_id(packed_get(generation->segments[i]->tokens, k))));
        }
    }
}

// A data file that is written again and again with new numbers, on disk or in an editor.
static void test_words_of_old_versions_are_forgotten(void **state) { // C3
    (void)state;
    enum { ROUNDS = 14, WORDS = 40000, MOST = (1 << 18) + 6 * WORDS };
    struct world world = library();
    struct generation *first = corpus_pin(world.corpus);
    world_overlay(&world, "open.c", "int shut_door(struct door *door);\n");
    struct str text, before, after;
    str_init(&text), str_init(&before), str_init(&after);
    decode(first, &before);
    for (int round = 0; round < ROUNDS; round++) {
        text.length = 0;
        for (int i = 0; i < WORDS; i++) {
            char word[32];
            snprintf(word, sizeof word, "k%d\n", round * WORDS + i);
            str_append_string(&text, word);
        }
        (round % 2 ? world_put : world_overlay)(&world, round % 2 ? "a.json" : "b.json", text.data);
        world_commit(&world, false);
        struct corpus_statistics figures;
        corpus_statistics(world.corpus, &figures);
        assert_true(figures.vocabulary < MOST);
    }
    assert_says(&world, "z.c", "int f(struct door *door) {\n    if (door|", " == NULL) {");
    assert_true(any_says(&world, "z.c", "int shut|", "_door(struct door *door);"));
    decode(first, &after);
    assert_string_equal(before.data, after.data);
    str_free(&text), str_free(&before), str_free(&after);
    corpus_unpin(first);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeats_a_line),
        cmocka_unit_test(test_half_a_word),
        cmocka_unit_test(test_calls_no_definition),
        cmocka_unit_test(test_whole_word_among_many),
        cmocka_unit_test(test_closes_what_is_open),
        cmocka_unit_test(test_space_is_the_words_own),
        cmocka_unit_test(test_space_behind_an_assignment),
        cmocka_unit_test(test_own_edited_line_is_not_learned),
        cmocka_unit_test(test_open_file_counts_not_its_disk_copy),
        cmocka_unit_test(test_renames),
        cmocka_unit_test(test_gone_files),
        cmocka_unit_test(test_overlay_wins),
        cmocka_unit_test(test_candidates_differ),
        cmocka_unit_test(test_what_is_sure_of_an_unsure_line),
        cmocka_unit_test(test_finished_line_is_left_alone),
        cmocka_unit_test(test_members_of_the_receiver),
        cmocka_unit_test(test_second_line),
        cmocka_unit_test(test_nothing_to_say),
        cmocka_unit_test(test_harmful_text_is_not_proposed),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_what_cannot_be_read_is_left_out),
        cmocka_unit_test(test_any_history),
        cmocka_unit_test(test_first_pass_of_many_files),
        cmocka_unit_test(test_words_of_old_versions_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
