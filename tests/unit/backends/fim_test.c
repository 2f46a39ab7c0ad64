// fim_test.c - the exact bytes of a prompt, family by family.

#include "backends/fim.h"
#include "tests/unit/unit.h"

#include <string.h>

#define DS(word)                                                                                             \
    "<\xEF\xBD\x9C"                                                                                          \
    "fim\xE2\x96\x81" word "\xEF\xBD\x9C>"

// Each family in its single form, then with two files, in a repository "demo".
static const struct golden {
    const char *name, *single, *repository;
} goldens[] = {
    {"qwen2.5-coder", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
     "<|repo_name|>demo\n<|file_sep|>a.c\nA\n<|file_sep|>lib/b.py\nB\n<|file_sep|>cur.c\n"
     "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"},
    {"mercury", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
     "<|file_sep|>a.c\nA\n<|file_sep|>lib/b.py\nB\n<|file_sep|>cur.c\n"
     "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"},
    {"stable-code", "<fim_prefix>P<fim_suffix>S<fim_middle>",
     "<fim_prefix>// a.c\nA\n\n# lib/b.py\nB\n\nP<fim_suffix>S<fim_middle>"},
    {"starcoder2", "<fim_prefix>P<fim_suffix>S<fim_middle>",
     "<repo_name>demo<file_sep>a.c\nA<file_sep>lib/b.py\nB\n\n"
     "<file_sep><fim_prefix>cur.c\nP<fim_suffix>S<fim_middle>"},
    {"starcoder", "<fim_prefix>P<fim_suffix>S<fim_middle>",
     "<reponame>demo<filename>a.c\nA<filename>lib/b.py\nB\n\n"
     "<filename>cur.c\n<fim_prefix>P<fim_suffix>S<fim_middle>"},
    {"refact", "<fim_suffix>S<fim_prefix>P<fim_middle>",
     "<fim_suffix>S<fim_prefix>// a.c\nA\n\n# lib/b.py\nB\n\nP<fim_middle>"},
    {"deepseek-coder", DS("begin") "P" DS("hole") "S" DS("end"),
     "#a.c\nA\n#lib/b.py\nB\n#cur.c\n" DS("begin") "P" DS("hole") "S" DS("end")},
    {"codellama", "<PRE> P <SUF>S <MID>", "<PRE> // a.c\nA\n\n# lib/b.py\nB\n\nP <SUF>S <MID>"},
    {"codegemma", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
     "a.c\nA<|file_separator|>lib/b.py\nB\n\n<|file_separator|>cur.c\n"
     "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"},
    {"codestral", "[SUFFIX]S[PREFIX]P",
     "[SUFFIX]S[PREFIX]+++++ a.c\nA\n\n+++++ lib/b.py\nB\n\n+++++ cur.c\nP"},
    {"granite-code", "<fim_prefix>P<fim_suffix>S<fim_middle>",
     "<filename>a.c\nA\n<filename>lib/b.py\nB\n<filename>cur.c\n<fim_prefix>P<fim_suffix>S<fim_middle>"},
    {"granite", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
     "<|fim_prefix|>// a.c\nA\n\n# lib/b.py\nB\n\nP<|fim_suffix|>S<|fim_middle|>"},
    {"seed-coder", "<[fim-suffix]>S<[fim-prefix]>P<[fim-middle]>",
     "<[fim-suffix]>S<[fim-prefix]>// a.c\nA\n\n# lib/b.py\nB\n\nP<[fim-middle]>"},
    {"mellum", "<fim_suffix>S<fim_prefix>P<fim_middle>",
     "<filename>a.c\nA\n\n<filename>lib/b.py\nB\n\n<filename>cur.c\n<fim_suffix>S<fim_prefix>P<fim_middle>"},
    {"glm", "<|code_prefix|>P<|code_suffix|>S<|code_middle|>",
     "<|code_prefix|>// a.c\nA\n\n# lib/b.py\nB\n\nP<|code_suffix|>S<|code_middle|>"},
    {"codegeex4", "<|user|>\n<|code_suffix|>S<|code_prefix|>P<|code_middle|><|assistant|>\n",
     "<|user|>\n###REFERENCE:\n###PATH:a.c\nA\n###PATH:lib/b.py\nB\n###PATH:cur.c\n###LANGUAGE:c\n###MODE:BLOCK\n"
     "<|code_suffix|>S<|code_prefix|>P<|code_middle|><|assistant|>\n"},
    {"prefix", "P", "// a.c\nA\n\n# lib/b.py\nB\n\nP"},
    {"halves", "P<|hunch-halves|>S", "// a.c\nA\n\n# lib/b.py\nB\n\nP<|hunch-halves|>S"},
    {"codestral-halves", "P<|hunch-halves|>S",
     "+++++ a.c\nA\n\n+++++ lib/b.py\nB\n\n+++++ cur.c\nP<|hunch-halves|>S"},
    {"chat", "P<|cursor|>S",
     "<file>\na.c\nA\n</file>\n<file>\nlib/b.py\nB\n</file>\n<file>\ncur.c\nP<|cursor|>S"},
};

static void check(const char *name, const struct fim_parts *parts, const char *want) {
    struct str out;
    str_init(&out);
    fim_render(fim_by_name(name), parts, &out);
    assert_string_equal(out.data, want);
    str_free(&out);
}

static void every_family_has_its_bytes(void **state) {
    const struct fim_file files[] = {{"a.c", SLICE_LITERAL("A")}, {"lib/b.py", SLICE_LITERAL("B\n\n")}};
    struct fim_parts single = {
        .path = "cur.c", .language = "c", .prefix = SLICE_LITERAL("P"), .suffix = SLICE_LITERAL("S")};
    struct fim_parts many = single;
    (void)state;
    many.repository = "demo";
    many.files = files;
    many.file_count = 2;
    assert_int_equal(fim_count(), sizeof goldens / sizeof *goldens);
    for (size_t i = 0; i < fim_count(); i++) {
        assert_string_equal(fim_name(fim_at(i)), goldens[i].name);
        check(goldens[i].name, &single, goldens[i].single);
        check(goldens[i].name, &many, goldens[i].repository);
        check(goldens[i].name, &many, goldens[i].repository); // and again the same
    }
    assert_null(fim_at(fim_count()));
}

static void a_repository_without_files_names_the_open_one(void **state) {
    struct fim_parts parts = {.repository = "demo", .path = "cur.c", .prefix = SLICE_LITERAL("P")};
    (void)state;
    check("qwen2.5-coder", &parts,
          "<|repo_name|>demo\n<|file_sep|>cur.c\n<|fim_prefix|>P<|fim_suffix|><|fim_middle|>");
    parts.path = NULL;
    parts.repository = "";
    check("qwen2.5-coder", &parts, "<|fim_prefix|>P<|fim_suffix|><|fim_middle|>");
}

static void control_tokens_in_text_become_text(void **state) {
    static const struct {
        const char *name, *text, *neutral;
    } rows[] = {
        {"qwen2.5-coder", "a<|fim_middle|>b", "a< |fim_middle|>b"},
        {"qwen2.5-coder", "<|file_sep|><|im_end|>", "< |file_sep|>< |im_end|>"},
        {"qwen2.5-coder", "<<|endoftext|>", "<< |endoftext|>"},
        {"qwen2.5-coder", "<|other|> a<|b <|fim_mid", "<|other|> a<|b <|fim_mid"},
        {"qwen2.5-coder", "<fim_prefix> <PRE>", "<fim_prefix> <PRE>"},
        {"starcoder2", "<file_sep>x<fim_prefix>", "< file_sep>x< fim_prefix>"},
        {"deepseek-coder", "s" DS("hole"),
         "s< \xEF\xBD\x9C"
         "fim\xE2\x96\x81hole\xEF\xBD\x9C>"},
        {"codellama", "<PRE> <MID>", "< PRE> < MID>"},
        {"codestral", "[PREFIX]a[0][SUFFIX]", "[ PREFIX]a[0][ SUFFIX]"},
        {"seed-coder", "<[fim-middle]>", "< [fim-middle]>"},
        {"starcoder", "<gh_stars><reponame>", "< gh_stars>< reponame>"},
        {"codegeex4", "<|assistant|>\n", "< |assistant|>\n"},
        {"halves", "a<|fim_middle|>" DS("hole") "<PRE>",
         "a< |fim_middle|>< \xEF\xBD\x9C"
         "fim\xE2\x96\x81hole\xEF\xBD\x9C><PRE>"},
        {"codestral-halves", "<fim_suffix>[0]<[fim-middle]>", "< fim_suffix>[0]< [fim-middle]>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fim_file file = {rows[i].text, slice_of_string(rows[i].text)};
        struct fim_parts hostile = {rows[i].text,
                                    &file,
                                    1,
                                    rows[i].text,
                                    "c",
                                    slice_of_string(rows[i].text),
                                    slice_of_string(rows[i].text)};
        struct fim_file mild_file = {rows[i].neutral, slice_of_string(rows[i].neutral)};
        struct fim_parts mild = {rows[i].neutral,
                                 &mild_file,
                                 1,
                                 rows[i].neutral,
                                 "c",
                                 slice_of_string(rows[i].neutral),
                                 slice_of_string(rows[i].neutral)};
        struct str want;
        str_init(&want);
        fim_render(fim_by_name(rows[i].name), &mild, &want);
        assert_non_null(strstr(want.data, rows[i].neutral)); // neutral text passes unchanged
        check(rows[i].name, &hostile, want.data);
        str_free(&want);
    }
}

static void a_path_cannot_leave_its_line(void **state) {
    struct fim_parts parts = {
        .repository = "r\n<|file_sep|>x", .path = "a\nb.c", .prefix = SLICE_LITERAL("P")};
    (void)state;
    check("qwen2.5-coder", &parts,
          "<|repo_name|>r?< |file_sep|>x\n<|file_sep|>a?b.c\n<|fim_prefix|>P<|fim_suffix|><|fim_middle|>");
}

static void models_find_their_template(void **state) {
    static const struct {
        const char *model, *name;
    } rows[] = {
        {"qwen2.5-coder:1.5b", "qwen2.5-coder"},
        {"ggml-org/Qwen2.5-Coder-3B-Q8_0-GGUF", "qwen2.5-coder"},
        {"/models/qwen3-coder-30b-a3b.gguf", "qwen2.5-coder"},
        {"CodeQwen1.5-7B", "qwen2.5-coder"},
        {"qwen2.5:7b", NULL},
        {"mercury-coder-small", "mercury"},
        {"starcoder2:3b", "starcoder2"},
        {"bigcode/starcoder2-15b", "starcoder2"},
        {"starcoder:7b", "starcoder"},
        {"bigcode/starcoderbase-1b", "starcoder"},
        {"stable-code-3b", "stable-code"},
        {"smallcloudai/Refact-1_6B-fim", "refact"},
        {"THUDM/glm-4-9b", "glm"},
        {"codegeex4:9b", "codegeex4"},
        {"zai-org/codegeex4-all-9b", "codegeex4"},
        {"zeta-2", NULL},
        {"sweep-next-edit-1.5b", NULL},
        {"deepseek-coder:6.7b-base", "deepseek-coder"},
        {"DeepSeek-Coder-V2-Lite-Base", "deepseek-coder"},
        {"deepseek-chat", NULL},
        {"codellama:7b-code", "codellama"},
        {"codellama:34b-code", NULL},
        {"codellama:7b-python", NULL},
        {"codegemma:2b", "codegemma"},
        {"codestral-latest", "codestral"},
        {"codestral-mamba", NULL},
        {"granite-code:3b", "granite-code"},
        {"ibm-granite/granite-3b-code-base-128k", "granite-code"},
        {"granite3.3:8b", "granite"},
        {"ibm-granite/granite-4.0-h-tiny", "granite"},
        {"granite-3.1-8b-instruct-Q4_K_M", NULL},
        {"Seed-Coder-8B-Base", "seed-coder"},
        {"JetBrains/Mellum-4b-base", "mellum"},
        {"gpt-4o", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fim_template *fim = fim_for_model(rows[i].model);
        const char *name = fim ? fim_name(fim) : "none";
        if (strcmp(name, rows[i].name ? rows[i].name : "none") != 0) {
            print_error("%s: %s\n", rows[i].model, name);
        }
        assert_string_equal(name, rows[i].name ? rows[i].name : "none");
    }
    assert_null(fim_by_name("qwen"));
    assert_null(fim_by_name(""));
}

// Whatever ends the model's turn by force must be cut from its answer, and strict servers take four stops.
static void stops_start_with_the_useful_ones(void **state) {
    size_t count = 0;
    (void)state;
    const char *const *stops = fim_stops(fim_by_name("qwen2.5-coder"), &count);
    assert_true(count > 4);
    assert_string_equal(stops[0], "<|endoftext|>");
    assert_string_equal(stops[1], "<|file_sep|>");
    for (size_t i = 0; i < fim_count(); i++) {
        stops = fim_stops(fim_at(i), &count);
        assert_true(count > 0 || strcmp(fim_name(fim_at(i)), "halves") == 0 ||
                    strcmp(fim_name(fim_at(i)), "prefix") == 0);
        for (size_t j = 0; j < count; j++) {
            assert_true(stops[j][0] != '\0');
        }
    }
}

static void halves_are_cut_at_their_mark_alone(void **state) {
    (void)state;
    const struct fim_template *fim = fim_by_name("halves");
    struct fim_parts parts = {.prefix = SLICE_LITERAL("a<|hunch-halves|>b"),
                              .suffix = SLICE_LITERAL("<|hunch-halves|>c")};
    struct slice prefix;
    struct slice suffix;
    struct str prompt;
    str_init(&prompt);
    fim_render(fim, &parts, &prompt);
    assert_true(fim_halves(fim, str_slice(&prompt), &prefix, &suffix));
    assert_true(slice_equal(prefix, SLICE_LITERAL("a< |hunch-halves|>b")));
    assert_true(slice_equal(suffix, SLICE_LITERAL("< |hunch-halves|>c")));
    assert_false(fim_halves(fim, SLICE_LITERAL("no mark"), &prefix, &suffix));
    assert_false(fim_halves(fim_by_name("qwen2.5-coder"), str_slice(&prompt), &prefix, &suffix));
    str_free(&prompt);
}

static void a_models_tokens_tell_its_family(void **state) {
    static const struct {
        const char *lines, *name;
    } rows[] = {
        {"<|fim_prefix|>\n\n\n<|fim_suffix|>\n<|fim_middle|>\n<|repo_name|>\n<|file_sep|>\n",
         "qwen2.5-coder"},
        {"<|fim_prefix|>\n<|fim_suffix|>\n<|fim_middle|>\n<|file_separator|>\n<eos>\n", "codegemma"},
        {"<|fim_prefix|>\n<|fim_suffix|>\n<|fim_middle|>\n<|filename|>\n<|reponame|>\n<|end_of_text|>\n",
         "granite"},
        {"<fim_prefix>\n<fim_suffix>\n<fim_middle>\n<file_sep>\n<repo_name>\n", "starcoder2"},
        {"<fim_prefix>\n<fim_suffix>\n<fim_middle>\n<filename>\n<reponame>\n<gh_stars>\n", "starcoder"},
        {"<fim_prefix>\n<fim_suffix>\n<fim_middle>\n<filename>\n<reponame>\n<gh_stars>\n<|im_start|>\n<|im_end|>\n",
         "mellum"},
        {"<fim_prefix>\n<fim_suffix>\n<fim_middle>\n<|endoftext|>\n", "stable-code"},
        {"<|code_prefix|>\n<|code_suffix|>\n<|code_middle|>\n<|user|>\n<|assistant|>\n", "glm"},
        {"<PRE>\n<SUF>\n<MID>\n<EOT>", "codellama"},
        {"<|fim_prefix|>\n<|fim_middle|>\n", NULL},                 // one is missing
        {"a <|fim_prefix|>\n<|fim_suffix|>\n<|fim_middle|>", NULL}, // a line is a token
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fim_template *fim = fim_for_tokens(slice_of_string(rows[i].lines));
        assert_string_equal(fim ? fim_name(fim) : "-", rows[i].name ? rows[i].name : "-");
    }
    struct str all;
    str_init(&all);
    fim_tokens(&all);
    assert_non_null(strstr(all.data, "<[fim-middle]>\n"));
    assert_null(strstr(all.data, "hunch"));
    str_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_has_its_bytes),
        cmocka_unit_test(a_repository_without_files_names_the_open_one),
        cmocka_unit_test(control_tokens_in_text_become_text),
        cmocka_unit_test(a_path_cannot_leave_its_line),
        cmocka_unit_test(models_find_their_template),
        cmocka_unit_test(stops_start_with_the_useful_ones),
        cmocka_unit_test(halves_are_cut_at_their_mark_alone),
        cmocka_unit_test(a_models_tokens_tell_its_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
