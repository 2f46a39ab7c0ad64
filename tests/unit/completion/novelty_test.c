// novelty_test.c - what an item tells a model that its prompt does not.
#include "completion/novelty.h"
#include "tests/unit/unit.h"

// "|" is the cursor.
static bool is_news(const char *marked, const char *also_shown, enum context_source source,
                    const char *item) {
    struct str text;
    struct novelty novelty;
    str_init(&text);
    str_append_string(&text, marked);
    size_t cursor = slice_find(str_slice(&text), SLICE_LITERAL("|"), 0);
    str_splice(&text, cursor, cursor + 1, NULL, 0);
    novelty_init(&novelty, str_slice(&text), cursor);
    novelty_show(&novelty, slice_of_string(also_shown));
    struct context_item shown = {.text = slice_of_string(item), .source = source};
    bool news = novelty_is(&novelty, &shown);
    novelty_free(&novelty);
    str_free(&text);
    return news;
}

static void news_is_what_the_prompt_does_not_show(void **state) {
    static const struct {
        const char *text, *also;
        enum context_source source;
        const char *item;
        bool news;
    } rows[] = {
        {"a;\nb;\nopen_door(|);\n", "", CONTEXT_DEFINITION, "int open_door(int)", true},
        {"a;\nopen_door();\n|\n", "", CONTEXT_DEFINITION, "int open_door(int)", true},  // the line above
        {"open_door();\na;\n|\n", "", CONTEXT_DEFINITION, "int open_door(int)", false}, // not two lines above
        {"a;\nb;\nopen_door(|);\n", "", CONTEXT_SIGNATURE, "int open_door(int)",
         false}, // it only uses the name
        {"a;\nb;\nopen_door(|);\n", "int open_door(int)", CONTEXT_DEFINITION, "int open_door(int)", false},
        {"open_door(1);\nb;\nc;\nopen_door(|);\n", "", CONTEXT_DEFINITION, "int open_door(int)", false},
        {"b;\nc;\nopen_door(|);\nopen_door(1);\n", "", CONTEXT_DEFINITION, "int open_door(int)", false},
        {"a;\nb;\nope|\n", "", CONTEXT_SIGNATURE, "int open_door(int)", true}, // a name begins with the word
        {"a;\nb;\nop|\n", "", CONTEXT_SIGNATURE, "int open_door(int)", false},
        {"a;\nopera;\nope|\n", "", CONTEXT_SIGNATURE, "int open_door(int)", false}, // one is shown already
        {"a;\nb;\nope|\n", "opera", CONTEXT_SIGNATURE, "int open_door(int)", false},
        {"open;\nb;\nc;\nopen|\n", "", CONTEXT_SIGNATURE, "int open_door(int)", false}, // a whole word
        {"|", "", CONTEXT_DEFINITION, "int open_door(int)", false},
        {"|", "", CONTEXT_DEFINITION, "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (is_news(rows[i].text, rows[i].also, rows[i].source, rows[i].item) != rows[i].news) {
            fail_msg("row %zu", i);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(news_is_what_the_prompt_does_not_show)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
