// hints_test.c - every name of a context becomes a hint of the model's request, in the same order.
#include "completion/hints.h"
#include "tests/unit/unit.h"

static void a_hint_says_what_the_name_says(void **state) {
    (void)state;
    struct context_name names[] = {
        {.name = "read",
         .scope = "Reader",
         .signature = "read(size)",
         .before = "open",
         .after = "close",
         .kind = SYMBOL_METHOD,
         .of_receiver = true,
         .uses = 0.5f,
         .score = 2.5f},
        {.name = "open", .scope = "", .signature = "open()", .before = "", .after = "", .is_named = true},
        {.name = "main", .scope = "", .signature = "main()", .before = "", .after = "", .is_own = true},
    };
    enum { COUNT = sizeof names / sizeof *names };
    struct context context;
    context_init(&context);
    context.names = names;
    context.name_count = COUNT;
    const struct backend_hint *hints = hints_of(&context, &context.arena);
    for (size_t i = 0; i < COUNT; i++) {
        assert_string_equal(hints[i].name, names[i].name);
        assert_string_equal(hints[i].scope, names[i].scope);
        assert_string_equal(hints[i].signature, names[i].signature);
        assert_string_equal(hints[i].before, names[i].before);
        assert_string_equal(hints[i].after, names[i].after);
        assert_true(hints[i].uses == names[i].uses);
        assert_int_equal(hints[i].kind, names[i].kind);
        assert_int_equal(hints[i].of_receiver, names[i].of_receiver);
        assert_int_equal(hints[i].is_named, names[i].is_named);
        assert_int_equal(hints[i].is_own, names[i].is_own);
        assert_true(hints[i].score == names[i].score);
    }
    context_free(&context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_hint_says_what_the_name_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
