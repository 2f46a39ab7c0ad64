// prompt_test.c - the exact bytes of prompts, what of them stays from one to the next, and their budget.
#include "completion/prompt.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define TEXT(text)                                                                                           \
    { (text), sizeof(text) - 1 }

static struct context_item c_items[] = {
    {.path = "src/account.h",
     .text = TEXT("int account_deposit(struct account *, int)"),
     .source = CONTEXT_DEFINITION},
    {.path = "src/log.h", .text = TEXT("void log_line(const char *)"), .source = CONTEXT_SIGNATURE},
    {.path = "src/account.h", .text = TEXT("struct account"), .source = CONTEXT_SIGNATURE},
    {.path = "src/till.c", .text = TEXT("int till(void) {\n    return 1;\n}\n"), .source = CONTEXT_LEXICAL},
};
static struct context_item python_items[] = {
    {.path = "lib/bank.py", .text = TEXT("def deposit(account, cents)"), .source = CONTEXT_SIGNATURE},
};

#define C_PREFIX "int give(struct account *to) {\n    return "
#define C_SUFFIX ";\n}\n"
#define P_PREFIX "def give(to):\n    "
#define P_SUFFIX "\n"

static const struct golden {
    const char *template;
    bool python;
    const char *prompt;
} goldens[] = {
    {"qwen2.5-coder", false,
     "<|repo_name|>demo\n"
     "<|file_sep|>src/till.c\nint till(void) {\n    return 1;\n}\n"
     "<|file_sep|>src/log.h\nvoid log_line(const char *)\n"
     "<|file_sep|>src/account.h\nstruct account\nint account_deposit(struct account *, int)\n"
     "<|file_sep|>src/bank.c\n"
     "<|fim_prefix|>" C_PREFIX "<|fim_suffix|>" C_SUFFIX "<|fim_middle|>"},
    {"qwen2.5-coder", true,
     "<|repo_name|>demo\n<|file_sep|>lib/bank.py\ndef deposit(account, cents)\n<|file_sep|>src/bank.py\n"
     "<|fim_prefix|>" P_PREFIX "<|fim_suffix|>" P_SUFFIX "<|fim_middle|>"},
    {"codellama", false,
     "<PRE> // src/till.c\nint till(void) {\n    return 1;\n}\n\n// src/log.h\nvoid log_line(const char *)\n\n"
     "// src/account.h\nstruct account\nint account_deposit(struct account *, int)\n\n" C_PREFIX
     " <SUF>" C_SUFFIX " <MID>"},
    {"mellum", true,
     "<filename>lib/bank.py\ndef deposit(account, cents)\n\n<filename>src/bank.py\n"
     "<fim_suffix>" P_SUFFIX "<fim_prefix>" P_PREFIX "<fim_middle>"},
    {"codestral", true,
     "[SUFFIX]" P_SUFFIX
     "[PREFIX]+++++ lib/bank.py\ndef deposit(account, cents)\n\n+++++ src/bank.py\n" P_PREFIX},
    {"prefix", true, "# lib/bank.py\ndef deposit(account, cents)\n\n" P_PREFIX},
};

// A conversation: one memory, one template, a document that changes.
struct talk {
    struct prompt_memory *memory;
    struct prompt_query query;
    struct context context;
    struct str document, prompt;
    struct prompt_report report;
};

static void talk_init(struct talk *talk, const char *template, struct context_item *items, uint32_t count) {
    *talk = (struct talk){.memory = prompt_memory_new()};
    str_init(&talk->document);
    str_init(&talk->prompt);
    talk->context = (struct context){.items = items, .count = count};
    talk->query = (struct prompt_query){.fim = fim_by_name(template),
                                        .repository = "demo",
                                        .path = "src/bank.c",
                                        .context = &talk->context,
                                        .answer_tokens = 64};
}

static void talk_free(struct talk *talk) {
    prompt_memory_free(talk->memory);
    str_free(&talk->document);
    str_free(&talk->prompt);
}

static void compile(struct talk *talk) {
    str_clear(&talk->prompt);
    talk->query.document = str_slice(&talk->document);
    prompt_compile(talk->memory, &talk->query, &talk->prompt, &talk->report);
    assert_int_equal(talk->report.bytes, talk->prompt.length);
}

static void ask(struct talk *talk, const char *prefix, const char *suffix) {
    str_clear(&talk->document);
    str_append_string(&talk->document, prefix);
    str_append_string(&talk->document, suffix);
    talk->query.cursor = strlen(prefix);
    compile(talk);
}

static void prompts_have_their_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        bool python = goldens[i].python;
        struct talk talk;
        talk_init(&talk, goldens[i].template, python ? python_items : c_items, python ? 1 : 4);
        talk.query.path = python ? "src/bank.py" : "src/bank.c";
        ask(&talk, python ? P_PREFIX : C_PREFIX, python ? P_SUFFIX : C_SUFFIX);
        assert_string_equal(talk.prompt.data, goldens[i].prompt);
        assert_int_equal(talk.report.kept_bytes, 0);
        assert_int_equal(talk.report.context_items, python ? 1 : 4);
        ask(&talk, python ? P_PREFIX : C_PREFIX, python ? P_SUFFIX : C_SUFFIX);
        assert_string_equal(talk.prompt.data, goldens[i].prompt); // C1
        assert_int_equal(talk.report.kept_bytes, talk.prompt.length);
        assert_int_equal(talk.report.changed_tokens, 0);
        talk_free(&talk);
    }
}

// While a line is typed what is retrieved may shift: the head stays.
static void typing_keeps_the_head(void **state) {
    (void)state;
    struct talk talk;
    talk_init(&talk, "qwen2.5-coder", c_items, 4);
    ask(&talk, C_PREFIX, C_SUFFIX);
    size_t head = (size_t)(strstr(talk.prompt.data, "<|fim_suffix|>") - talk.prompt.data);
    talk.context.items = &c_items[1];
    talk.context.count = 2;
    ask(&talk, C_PREFIX "log", C_SUFFIX);
    assert_int_equal(talk.report.kept_bytes, head);
    assert_int_equal(talk.report.block, BLOCK_KEPT);
    assert_int_equal(talk.report.missing, 0);
    assert_true(c_items[1].in_prompt && c_items[2].in_prompt);
    struct context_item other = {.path = "other.c", .text = SLICE_LITERAL("int other;"), .score = 0.1};
    talk.context.items = &other;
    talk.context.count = 1;
    ask(&talk, C_PREFIX "log(", C_SUFFIX);
    assert_false(other.in_prompt);
    assert_int_equal(talk.report.missing, 1);
    talk.context.items = &c_items[1];
    talk.context.count = 2;
    ask(&talk, C_PREFIX "log", C_SUFFIX);
    assert_non_null(strstr(talk.prompt.data, C_PREFIX "log<|fim_suffix|>" C_SUFFIX));
    talk_free(&talk);
}

// Where the suffix stands first it stays while it is true, and all before the cursor with it.
static void suffix_first_keeps_it_all(void **state) {
    (void)state;
    struct talk talk;
    talk_init(&talk, "codestral", python_items, 1);
    ask(&talk, P_PREFIX, P_SUFFIX);
    size_t length = talk.prompt.length;
    ask(&talk, P_PREFIX "deposit(", P_SUFFIX);
    assert_int_equal(talk.report.kept_bytes, length);
    ask(&talk, P_PREFIX "deposit(to", ")" P_SUFFIX); // C3: the editor closed it
    assert_int_equal(talk.report.kept_bytes, length + strlen("deposit("));
    ask(&talk, P_PREFIX "deposit(to", ", x)" P_SUFFIX);
    assert_int_equal(talk.report.kept_bytes, strlen("[SUFFIX]"));
    talk_free(&talk);
}

static void what_was_deleted_behind_the_cursor_is_gone(void **state) {
    static const char *const templates[] = {"qwen2.5-coder", "mellum", "codestral"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk talk;
        talk_init(&talk, templates[i], c_items, 4);
        ask(&talk, "int f(void) {\n    a();\n    ", "\n    doomed();\n    b();\n    c();\n    d();\n}\n");
        assert_non_null(strstr(talk.prompt.data, "doomed"));
        ask(&talk, "int f(void) {\n    a();\n    ", "\n    b();\n    c();\n    d();\n}\n");
        assert_null(strstr(talk.prompt.data, "doomed"));
        talk_free(&talk);
    }
}

// The head of the next function is typed with what the last one needed; its first line gets its own.
static void a_function_is_left_by_the_line(void **state) {
    (void)state;
    struct talk talk;
    talk_init(&talk, "qwen2.5-coder", c_items, 4);
    ask(&talk, "int f(void) {\n    a();\n    ", "\n}\n");
    assert_int_equal(talk.report.block, BLOCK_MOVED);
    ask(&talk, "int f(void) {\n    a();\n}\n\n", "\n");
    talk.context.items = python_items;
    talk.context.count = 1;
    ask(&talk, "int f(void) {\n    a();\n}\n\nint g(int", "\n");
    assert_int_equal(talk.report.block, BLOCK_KEPT);
    ask(&talk, "int f(void) {\n    a();\n}\n\nint g(int b) {\n    ", "\n}\n");
    assert_int_equal(talk.report.block, BLOCK_MOVED);
    talk_free(&talk);
}

static void each_document_has_its_own(void **state) {
    (void)state;
    struct talk talk;
    talk_init(&talk, "qwen2.5-coder", c_items, 4);
    ask(&talk, C_PREFIX, C_SUFFIX);
    talk.query.path = "src/other.c";
    talk.context.count = 0;
    ask(&talk, C_PREFIX, C_SUFFIX);
    assert_int_equal(talk.report.context_items, 0);
    assert_int_equal(talk.report.kept_bytes,
                     strlen("<|repo_name|>demo\n<|file_sep|>src/")); // of the last of any
    talk.query.path = "src/bank.c";
    ask(&talk, C_PREFIX, C_SUFFIX);
    assert_int_equal(talk.report.context_items, 4);
    char path[16];
    for (int i = 0; i < PROMPT_DOCUMENTS; i++) {
        snprintf(path, sizeof path, "%d.c", i);
        talk.query.path = path;
        ask(&talk, C_PREFIX, C_SUFFIX);
    }
    talk.query.path = "src/bank.c";
    ask(&talk, C_PREFIX, C_SUFFIX);
    assert_int_equal(talk.report.context_items, 0); // forgotten by now
    talk_free(&talk);
}

static void little_room_is_for_the_code(void **state) {
    (void)state;
    struct talk talk;
    talk_init(&talk, "qwen2.5-coder", c_items, 4);
    talk.query.context_tokens = 256;
    struct str code;
    str_init(&code);
    for (int i = 0; i < 40; i++) {
        str_append_format(&code, "    call_%d();\n", i);
    }
    ask(&talk, code.data, C_SUFFIX);
    assert_int_equal(talk.report.context_items, 0);
    assert_non_null(strstr(talk.prompt.data, "call_39();\n<|fim_suffix|>" C_SUFFIX));
    str_free(&code);
    talk_free(&talk);
}

// Of a long document in front of more context than fits, how many percent of the prompt are context.
static void a_small_window_is_more_for_the_code(void **state) {
    (void)state;
    static const struct {
        uint32_t window, least, most;
    } rows[] = {{768, 18, 25},  {1024, 18, 25}, {1536, 22, 30}, {2048, 35, 45},
                {3072, 40, 50}, {4096, 40, 50}, {0, 40, 50},    {8192, 40, 50}};
    struct context_item items[400];
    struct str code, names;
    str_init(&code);
    str_init(&names);
    for (int i = 0; i < 2000; i++) {
        str_append_format(&code, "    total += call_%d(total, other);\n", i);
    }
    for (size_t i = 0; i < 400; i++) {
        str_append_format(&names, "int function_%03zu(int first, int second)", i);
    }
    for (size_t i = 0; i < 400; i++) {
        size_t length = names.length / 400;
        items[i] = (struct context_item){
            .path = "src/a.h", .text = {names.data + i * length, length}, .source = CONTEXT_SIGNATURE};
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct talk talk;
        talk_init(&talk, "prefix", items, 400);
        talk.query.context_tokens = rows[i].window;
        ask(&talk, code.data, "");
        size_t percent = talk.report.context_bytes * 100 / talk.report.bytes;
        assert_in_range(percent, rows[i].least, rows[i].most);
        talk_free(&talk);
    }
    str_free(&code);
    str_free(&names);
}

static uint32_t draw(uint32_t *seed, uint32_t below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 10) % below;
}

// Something to type: code, broken code, control tokens, half characters.
static void edit(struct str *document, size_t *cursor, uint32_t *seed) {
    static const char *const pieces[] = {"x",
                                         "(",
                                         ")",
                                         "\n",
                                         "}\n\nint f(int a) {\n    ",
                                         "    y = name_7(z);\n",
                                         "<|fim_middle|>",
                                         "<fim_suffix>",
                                         "\xC3",
                                         "\xE2\x96\x81",
                                         "/* a\n",
                                         "[SUFFIX]",
                                         "<|fim_prefix|><|fim_prefix|><|fim_prefix|>\n"};
    if (draw(seed, 12) == 0) {
        *cursor = draw(seed, (uint32_t)document->length + 1);
    }
    if (draw(seed, 9) == 0) {
        str_splice(document, *cursor, *cursor + draw(seed, 60), NULL, 0);
    }
    const char *piece = pieces[draw(seed, sizeof pieces / sizeof *pieces)];
    str_splice(document, *cursor, *cursor, piece, strlen(piece));
    *cursor += strlen(piece);
}

static size_t frame_of(const struct prompt_query *query) {
    struct fim_parts parts = {0};
    struct str out;
    str_init(&out);
    fim_render(query->fim, &parts, &out);
    size_t length = out.length;
    str_free(&out);
    return length;
}

// C1, C2: two memories with the same history agree, and no prompt is too long, whatever the budgets.
static void any_history_is_repeatable_and_bounded(void **state) {
    (void)state;
    uint32_t seed = 11;
    for (size_t t = 0; t < fim_count(); t++) {
        struct talk talk, twin;
        size_t cursor = 0;
        talk_init(&talk, fim_name(fim_at(t)), c_items, 4);
        talk_init(&twin, fim_name(fim_at(t)), c_items, 4);
        for (int round = 0; round < 600; round++) {
            edit(&talk.document, &cursor, &seed);
            cursor = cursor < talk.document.length ? cursor : talk.document.length;
            talk.query.cursor = cursor;
            talk.query.context_tokens = round % 3 ? 2048 : draw(&seed, 900);
            talk.query.cut_short = draw(&seed, 10) == 0;
            talk.context.count = draw(&seed, 5);
            compile(&talk);
            twin.query = talk.query;
            str_clear(&twin.document);
            str_append_slice(&twin.document, str_slice(&talk.document));
            compile(&twin);
            assert_true(slice_equal(str_slice(&talk.prompt), str_slice(&twin.prompt)));
            uint32_t window = talk.query.context_tokens ? talk.query.context_tokens : 4096;
            size_t budget = (window - (64 < window / 2 ? 64 : window / 2)) * 3;
            size_t frame = frame_of(&talk.query);
            assert_true(talk.prompt.length <= (budget > frame ? budget : frame));
        }
        talk_free(&talk);
        talk_free(&twin);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompts_have_their_bytes),
        cmocka_unit_test(typing_keeps_the_head),
        cmocka_unit_test(suffix_first_keeps_it_all),
        cmocka_unit_test(what_was_deleted_behind_the_cursor_is_gone),
        cmocka_unit_test(a_function_is_left_by_the_line),
        cmocka_unit_test(each_document_has_its_own),
        cmocka_unit_test(little_room_is_for_the_code),
        cmocka_unit_test(a_small_window_is_more_for_the_code),
        cmocka_unit_test(any_history_is_repeatable_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
