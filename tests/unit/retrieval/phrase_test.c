// phrase_test.c - a search's text is found as it stands, however it is set.

#include "retrieval/phrase.h"
#include "tests/unit/unit.h"

static void test_what_is_found(void **state) {
    (void)state;
    static const struct {
        const char *phrase, *text, *found; // NULL: it is not
        bool is_exact, is_whole;
    } cases[] = {
        {"for (;;)", "  for(;;) {", "for(;;)", true, true},
        {"for(;;)", "for ( ; ; )\n", "for ( ; ; )", true, true},
        {"else if", "} else\n    if (x)", "else\n    if", true, true},
        {"else if", "elseif x", NULL, false, false},
        {"else if", "else_if x, else ifx", "else if", true, false},
        {"bad block", "the Bad BLOCK.", "Bad BLOCK", false, true},
        {"\"bad block\"", "say(bad block)", "bad block", true, true},
        {"'bad block", "say('bad block')", "'bad block", true, true},
        {"Corruption(\"bad", "Status::Corruption( \"badly", "Corruption( \"bad", true, false},
        {"out of memory now", "f(\"out of \"\n    \"memory now\")", "out of \"\n    \"memory now", true,
         true},
        {"out of memory", "// it is out\n// of memory", "out\n// of memory", true, true},
        {"out of memory", " * out of\n * memory", "out of\n * memory", true, true},
        {"out of memory", "out * of / memory", NULL, false, false},
        {"out of memory", "out of ////\n//////// memory", "out of ////\n//////// memory", true, true},
        {"out of memory", "out of ////////\n//////// /// memory", NULL, false, false},
        {"a + b", "a +\n    b", "a +\n    b", true, true},
        {"caf\xc3\xa9 noir", "un caf\xc3\xa9 noir", "caf\xc3\xa9 noir", true, true},
        {"caf noir", "caf\xc3\xa9 noir", NULL, false, false},
        {"  ", "a", NULL, false, false},
        {"\"\"", "a\"\"", "\"\"", true, true},
        {"goto", "", NULL, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct phrase phrase;
        struct phrase_match match;
        struct slice text = slice_of_string(cases[i].text);
        phrase_init(&phrase, slice_of_string(cases[i].phrase));
        bool is_found = phrase_find(&phrase, text, 0, text.length, &match);
        struct slice found = is_found ? slice_sub(text, match.start, match.end) : slice_of(NULL, 0);
        if (is_found != (cases[i].found != NULL) ||
            (is_found && (!slice_equal(found, slice_of_string(cases[i].found)) ||
                          match.is_exact != cases[i].is_exact || match.is_whole != cases[i].is_whole))) {
            fail_msg("%zu: \"%s\" is found as \"%.*s\"", i, cases[i].phrase, (int)found.length, found.data);
        }
    }
}

static void test_where_a_match_may_begin(void **state) {
    (void)state;
    struct phrase phrase;
    struct phrase_match match;
    struct slice text = SLICE_LITERAL("go now, go now");
    phrase_init(&phrase, SLICE_LITERAL("go now"));
    assert_true(phrase_find(&phrase, text, 1, text.length, &match));
    assert_int_equal(match.start, 8);
    assert_false(phrase_find(&phrase, text, 1, 8, &match));
    assert_true(phrase_find(&phrase, text, 1, 9, &match)); // it ends behind
    phrase.is_whole = true;
    assert_false(phrase_find(&phrase, SLICE_LITERAL("go nowhere"), 0, 10, &match));
}

// A name may be a part of a longer one, if it has parts itself.
static void test_names_in_names(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
        bool is_found;
    } cases[] = {
        {"tcp_bind", "uv_tcp_bind(a)", true},
        {"tcp_bind", "uv__tcp_bind_all", true},
        {"tcp_bind", "mytcp_bind(a)", false},
        {"tcp_bind", "tcp_binding", false},
        {"tcpBind", "uvTcpBind6, uvTcpBind", true},
        {"tcpBind", "uvtcpBind", false},
        {"tcp_bind", "TCP_BIND", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct phrase phrase;
        struct phrase_match match;
        struct slice text = slice_of_string(cases[i].text);
        phrase_init(&phrase, slice_of_string(cases[i].name));
        phrase.is_whole = phrase.is_of_parts = true;
        if (phrase_find(&phrase, text, 0, text.length, &match) != cases[i].is_found) {
            fail_msg("%zu: \"%s\" in \"%s\"", i, cases[i].name, cases[i].text);
        }
        phrase.is_of_parts = false;
        bool is_same = text.length == strlen(cases[i].name);
        assert_int_equal(phrase_find(&phrase, text, 0, text.length, &match), is_same);
    }
}

static void test_long_phrases_are_none(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    for (int i = 0; i <= PHRASE_TOKENS; i++) {
        str_append_string(&text, "a ");
    }
    struct phrase phrase;
    struct phrase_match match;
    phrase_init(&phrase, slice_sub(str_slice(&text), 0, text.length - 2));
    assert_int_equal(phrase.count, PHRASE_TOKENS);
    phrase_init(&phrase, str_slice(&text));
    assert_int_equal(phrase.count, 0);
    assert_false(phrase_find(&phrase, str_slice(&text), 0, text.length, &match));
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_found),
        cmocka_unit_test(test_where_a_match_may_begin),
        cmocka_unit_test(test_names_in_names),
        cmocka_unit_test(test_long_phrases_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
