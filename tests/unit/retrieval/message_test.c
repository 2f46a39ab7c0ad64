// message_test.c - which strings a message with values in it was made of.

#include "retrieval/message.h"
#include "tests/unit/unit.h"

static void test_what_it_was_made_of(void **state) {
    (void)state;
    static const char OPEN[] = "could not open file /etc/passwd: permission denied";
    static const struct {
        const char *message, *string;
        bool is_made;
    } cases[] = {
        {OPEN, "could not open file %s: %s", true},
        {OPEN, "Could not open file '%s': %s\\n", true},
        {OPEN, "could not open file {}: {}", true},
        {OPEN, "could not open file {path!r}: {error}", true},
        {OPEN, "could not open file ${path}: ${error}", true},
        {OPEN, "could not open file #{path}", true},
        {OPEN, "could not open file \\(path)", true},
        {OPEN, "could not open file %(path)s: %1$-5.2lu", true},
        {OPEN, "could not open file ", true},                // what follows is appended
        {OPEN, "could not open file", true},                 // four words are no chance
        {OPEN, "Fatal error: could not open file %s", true}, // people leave that out
        {OPEN, "This fatal error: could not open file %s", false},
        {OPEN, "could not close file %s: %s", false}, // another word
        {OPEN, "file %s could not open", false},      // another order
        {OPEN, "could not %s file %s: permission granted", false},
        {OPEN, "permission denied: ", true}, // all of its part
        {OPEN, "permission denied", false},  // too little to tell
        {OPEN, "%s: %s", false},
        {"unrecognized directive: foo", "unrecognized directive: %s", true},
        {"unrecognized directive: foo", "unrecognized directive: ", true},
        {"unrecognized directive: foo", "unrecognized directive", false}, // as far as one can tell
        {"reading a.conf: line 3: unrecognized directive: foo", "unrecognized directive: %s", true},
        {"reading the file: unrecognized directive: foo", "reading the ", true},
        {"reading the whole long file: unrecognized directive: foo", "reading the ", false},
        {"error: line 12 of a.conf is too long", "line %d of %s is too long", true},
        {"error: line 12 of a.conf is too long", "line %d of %s is too short", false},
        {"worker 7 exited with code 3", "worker %d exited with code %d", true},
        {"who closes idle sockets", "who closes %s sockets", false}, // a question
        {"it's not found", "it's %s", false},
        // Placeholders within words.
        {"MAC42: failed to init bands", "MAC%u: failed to init bands\n", true},
        {"MAC42: failed to init bands", "CAM%u: failed to init bands\n", false},
        {"took 12ms for the whole pass", "took %dms for the whole pass", true},
        {"took 12ms for the whole pass", "took %dns for the whole pass", false},
        {"cannot send URB 7: 1e", "cannot send URB %u: %pe\n", true},
        {"VF[42] supports queues", "VF[%d] supports queues", true}, // a number among signs
        {"foo", "foo %s", false},
        {"a: 1", "", false},
        {": : :", "%s %s", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct message message;
        message_init(&message, slice_of_string(cases[i].message));
        float score = message_match(&message, slice_of_string(cases[i].string));
        if ((score > 0) != cases[i].is_made || score > 1) {
            fail_msg("\"%s\" of \"%s\": %g", cases[i].message, cases[i].string, (double)score);
        }
    }
}

static void test_the_more_words_the_better(void **state) {
    (void)state;
    struct message message;
    message_init(&message, SLICE_LITERAL("cannot bind to port 80: address in use"));
    float all = message_match(&message, SLICE_LITERAL("cannot bind to port %d: address in use"));
    float some = message_match(&message, SLICE_LITERAL("cannot bind to port %d: %s"));
    assert_true(all > some && some > 0);
}

static void test_what_is_before_it(void **state) {
    (void)state;
    static const struct {
        const char *text, *head, *behind; // behind "": it has no prefix
    } cases[] = {
        {"ERR value is not an integer", "ERR", "value is not an integer"},
        {"ERR value is not", "ERR", ""}, // as a question may be
        {"(error) ERR value is not an integer", "(error)", "ERR value is not an integer"},
        {" ValueError: bad value given\n", "ValueError", "bad value given"},
        {"fatal error: bad value given", "fatal error", "bad value given"},
        {"the file is bad: no such file", "", ""}, // a message of its own
        {"[my app]: bad value given", "[my app]", "bad value given"},
        {"[12:01] bad value given", "[12:01]", "bad value given"},
        {"std::bad value given here", "", ""},
        {"Error: ", "Error", ""},
        {": bad value given", "", ""},
        {"(", "", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice head, behind = message_behind_prefix(slice_of_string(cases[i].text), &head);
        bool is_head = behind.length == 0 || slice_equal(head, slice_of_string(cases[i].head));
        if (!is_head || !slice_equal(behind, slice_of_string(cases[i].behind))) {
            fail_msg("\"%s\" has \"%.*s\" behind it", cases[i].text, (int)behind.length, behind.data);
        }
    }
}

static void test_long_and_broken_ones(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    for (int i = 0; i < 5000; i++) {
        str_append_string(&text, "word: %{(\\( ");
    }
    struct message message;
    message_init(&message, str_slice(&text));
    assert_int_equal(message.count, MESSAGE_WORDS);
    for (size_t length = 0; length <= MESSAGE_STRING + 1; length++) {
        message_match(&message, slice_sub(str_slice(&text), 0, length));
    }
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_was_made_of),
        cmocka_unit_test(test_the_more_words_the_better),
        cmocka_unit_test(test_what_is_before_it),
        cmocka_unit_test(test_long_and_broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
