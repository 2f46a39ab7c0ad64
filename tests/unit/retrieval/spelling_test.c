// spelling_test.c - what mistyped words may be meant for.

#include "records.h"
#include "retrieval/spelling.h"
#include "tests/unit/unit.h"

static const char SOURCE[] =
    "struct Reader {\n    int mutex;\n};\nint thread_start(int threads, int thread);\nint thread_stop(int thread);\n"
    "int thread_a(void);\nint thread_b(void);\n"
    "int three;\nvoid tcp_bind(int socket, int lock);\nvoid ServeHTTP(int reverse, int revert);\n"
    "void reverse_all(int reverse);\nint part_1;\nvoid work_queue(void);\nint queues;\nint sets;\n"
    "int connection;\nint iterator;\nint scheduler;\n";

static void describe(const struct snapshot *snapshot, const char *word, const char *typed, struct str *out) {
    struct spelling guesses[SPELLING_GUESSES];
    uint32_t count = spelling_guess(snapshot, "/nowhere", slice_of_string(word), true, guesses);
    for (uint32_t i = 0; i < count; i++) {
        spelling_write_as_named(snapshot, slice_of_string(typed), &guesses[i]);
        assert_int_equal(strlen(guesses[i].text), guesses[i].length);
        str_append_format(out, "%s%s", i ? " " : "", guesses[i].text);
    }
    if (count == 0 && spelling_split(snapshot, slice_of_string(word), guesses)) {
        str_append_format(out, "(%s)", guesses[0].text);
    }
}

static void test_what_is_meant(void **state) {
    (void)state;
    static const struct {
        const char *typed, *word, *meant;
    } cases[] = {
        {"thred", "thred", "thread"},           // three is said far less
        {"revers", "revers", "reverse revert"}, // the first is said oftener
        {"mutx", "mutx", "mutex"},              // of few letters: one left out within
        {"lokc", "lokc", "lock"},               // or exchanged
        {"loch", "loch", ""},                   // but not another
        {"ock", "ock", ""},                     // nor at a rim
        {"tpc", "tpc", "tcp"},                  // a part of a name
        {"servehtpp", "servehtpp", "ServeHTTP"},
        {"redaer", "redaer", "Reader"},
        {"tpc_bind", "tpc_bind", "tcp_bind"},
        {"workqueue", "workqueue", "work_queue"},
        {"part_2", "part_2", ""}, // another name than part_1
        {"threadstart", "threadstart", "thread_start"},
        {"queuework", "queuework", "(queue work)"},
        {"queuelock", "queuelock", ""}, // no definition says both
        {"quagga", "quagga", ""},
        {"qu", "qu", ""},
        // Two mistakes of those that are made most, in a long word that begins right.
        {"conetion", "conetion", "connection"},
        {"itterater", "itterater", "iterator"},
        {"shedular", "shedular", "scheduler"},
        {"onnetion", "onnetion", ""}, // not its first letter
        {"shedlar", "shedlar", ""},   // two of them left out
        {"thrda", "thrda", ""},       // too short
    };
    struct record *records[] = {record_of("a.cc", SOURCE)};
    struct pinned pinned;
    pin_records(&pinned, records, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str meant;
        str_init(&meant);
        describe(pinned.snapshot, cases[i].word, cases[i].typed, &meant);
        if (strcmp(meant.data, cases[i].meant) != 0) {
            fail_msg("\"%s\" is taken for \"%s\", not \"%s\"", cases[i].word, meant.data, cases[i].meant);
        }
        str_free(&meant);
    }
    unpin_records(&pinned);
}

// Of several that are as much like what was typed the same one is told in whatever order they were read.
static void test_writing(void **state) {
    (void)state;
    static const char *const names[] = {"int SendAll;\n", "int sendALL;\n"};
    for (uint32_t first = 0; first < 2; first++) {
        struct record *records[] = {record_of(first ? "b.c" : "a.c", names[first]),
                                    record_of(first ? "a.c" : "b.c", names[!first])};
        struct segment *segments[] = {segment_of(records, 1), segment_of(records + 1, 1)};
        struct snapshot_slot slot;
        struct spelling guess = {.text = "sendall", .length = 7};
        snapshot_slot_init(&slot);
        publish_segments(&slot, segments, 2);
        const struct snapshot *snapshot = snapshot_pin(&slot);
        spelling_write_as_named(snapshot, SLICE_LITERAL("sendaLx"), &guess);
        assert_string_equal(guess.text, "sendALL");
        guess = (struct spelling){.text = "sendall", .length = 7};
        spelling_write_as_named(snapshot, SLICE_LITERAL("xxxxxxx"), &guess);
        assert_string_equal(guess.text, "SendAll");
        snapshot_unpin(&slot, snapshot);
        snapshot_slot_fini(&slot);
    }
}

// Another word may have the hash by chance: what stands nowhere is no guess.
static void test_a_guess_has_to_stand_somewhere(void **state) {
    (void)state;
    struct term terms[] = {{segment_name_key(SLICE_LITERAL("mutex")), 1}, {0}};
    const struct term *rows[] = {terms};
    struct record *records[] = {record_with_terms("a.c", rows, 1)};
    struct pinned pinned;
    struct spelling guesses[SPELLING_GUESSES];
    pin_records(&pinned, records, 1);
    assert_int_equal(spelling_held(pinned.snapshot, terms[0].hash), 1);
    assert_int_equal(spelling_guess(pinned.snapshot, "/nowhere", SLICE_LITERAL("mutexx"), true, guesses), 0);
    unpin_records(&pinned);
}

// Nothing is written behind a guess, however long the word.
static void test_long_words(void **state) {
    (void)state;
    struct record *records[] = {record_of("a.c", SOURCE)};
    struct pinned pinned;
    struct spelling guesses[SPELLING_GUESSES];
    char word[SPELLING_LONGEST + 1];
    memset(word, 'a', sizeof word);
    pin_records(&pinned, records, 1);
    for (size_t length = SPELLING_LONGEST - 1; length <= sizeof word; length++) {
        assert_int_equal(spelling_guess(pinned.snapshot, "/nowhere", slice_of(word, length), true, guesses),
                         0);
        assert_false(spelling_split(pinned.snapshot, slice_of(word, length), guesses));
    }
    unpin_records(&pinned);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_meant),
        cmocka_unit_test(test_writing),
        cmocka_unit_test(test_a_guess_has_to_stand_somewhere),
        cmocka_unit_test(test_long_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
