// What a search learns from the files themselves: those that it names, and are nowhere.

#include "searching.h"
#include "tests/unit/unit.h"

// The ending of its name is nothing to search for.
static void test_a_file_that_is_nowhere(void **state) {
    (void)state;
    static const struct source files[] = {
        {"a.c", "int c;\nint cc;\nint valve_turn(int c) {\n    return c;\n}\n", TAINT_OWN},
        {"b.py", "class Valve:\n    def py(self):\n        pass\n", TAINT_OWN},
        {"t.c", "void tell(void) {\n    say(\"as is in said.c\");\n}\n", TAINT_OWN},
        {"empty.c", "", TAINT_OWN},
        {"of/none.c", "", TAINT_OWN},
    };
    static const struct {
        const char *asked, *first; // NULL: nothing
        const char *note;
    } cases[] = {
        {"zebra.c", NULL, "no file here is \"zebra.c\""},
        {"old/zebra.cc:12", NULL, "no file here is \"old/zebra.cc\""},
        {"zebra_valve.c", NULL, "no file here is \"zebra_valve.c\""},
        {"turn.c", "valve_turn", "no file here is \"turn.c\""},
        {"old/turn.cc:12", "valve_turn", "no file here is \"old/turn.cc\""},
        {"said.c", "tell", "no file here is \"said.c\""},
        {"said.c:12", "tell", "no file here is \"said.c\""}, // a line that nobody tells
        {"alve.py", NULL, "no file here is \"alve.py\""},    // no member of what only ends so
        {"valve.py", "py", ""},
        {"self.c", "c", ""},
        {"empty.c", NULL, "empty.c is empty"},
        {"empty.c:3", NULL, "empty.c is empty"},
        {"of/none.c", NULL, "of/none.c is empty"},
        {"elsewhere/none.c", NULL, "no file here is \"elsewhere/none.c\""},
    };
    struct retriever *retriever = index_of(files, sizeof files / sizeof files[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        const char *first = results.count ? results.items[0].name : NULL;
        if (!first != !cases[i].first || (first && strcmp(first, cases[i].first) != 0)) {
            fail_msg("\"%s\" gives %s", cases[i].asked, first ? first : "nothing");
        }
        assert_string_equal(results.note, cases[i].note);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_that_is_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
