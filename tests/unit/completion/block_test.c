// block_test.c - the retrieved block stays while it serves, and changes as far behind as can be.
#include "completion/block.h"
#include "tests/unit/unit.h"

#include <stdio.h>

enum { ITEMS = 40, PLENTY = 100000 };

// What retrieval would find, and what the index knows: items by number, in files f0 .. f3.
struct world {
    struct context context;
    struct context_item items[ITEMS];
    char texts[ITEMS][64], paths[ITEMS][8];
    struct block block;
    struct block_query query;
    uint64_t hashes[4]; // of the files; 0: gone
    struct symbol symbols[4];
};

static struct record *find(void *self, const char *path) {
    struct world *world = self;
    int file = path[1] - '0';
    if (!world->hashes[file]) {
        return NULL;
    }
    struct record *record = record_new(path);
    record->hash = world->hashes[file];
    record->symbols = &world->symbols[file];
    record->symbol_count = 1;
    return record;
}

static void set_item(struct world *world, uint32_t i, int number, enum context_source source) {
    snprintf(world->texts[i], sizeof world->texts[i], "int name_%d(void)", number);
    snprintf(world->paths[i], sizeof world->paths[i], "f%d", number % 4);
    world->items[i] = (struct context_item){
        .path = world->paths[i], .text = slice_of_string(world->texts[i]), .source = source};
}

// The items numbered from `first`, best first.
static void retrieve(struct world *world, int first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        set_item(world, i, first + (int)i, CONTEXT_SIGNATURE);
    }
    world->context = (struct context){.items = world->items, .count = count};
    world->query.context = &world->context;
}

static int set_up(void **state) {
    struct world *world = mem_zero(1, sizeof *world);
    block_init(&world->block);
    world->query = (struct block_query){.same_region = true,
                                        .budget = PLENTY,
                                        .fill = PLENTY,
                                        .around = SLICE_LITERAL("int f(void) {\n    "),
                                        .cursor = 18,
                                        .files = {find, world}};
    for (int i = 0; i < 4; i++) {
        world->hashes[i] = 1;
        world->symbols[i].signature = "";
    }
    retrieve(world, 0, 20);
    *state = world;
    return block_update(&world->block, &world->query) == BLOCK_MOVED ? 0 : 1;
}

static int tear_down(void **state) {
    struct world *world = *state;
    block_free(&world->block);
    free(world);
    return 0;
}

static void type(struct world *world, const char *around) {
    world->query.around = slice_of_string(around);
    world->query.cursor = world->query.around.length;
}

static bool shows(const struct block *block, const char *text) {
    for (size_t i = 0; i < block->items.count; i++) {
        if (slice_equal(block->items.items[i].text, slice_of_string(text))) {
            return true;
        }
    }
    return false;
}

// The block in one string.
static char *image(const struct block *block) {
    struct str out;
    str_init(&out);
    for (size_t i = 0; i < block->items.count; i++) {
        const struct block_item *item = &block->items.items[i];
        str_append_format(&out, "%s %.*s\n", item->path, (int)item->text.length, item->text.data);
    }
    return str_detach(&out);
}

static void expect(struct world *world, enum block_fate fate) {
    assert_string_equal(block_fate_name(block_update(&world->block, &world->query)), block_fate_name(fate));
    assert_true(block_bytes(&world->block) <= world->query.budget);
}

static void the_best_is_last_and_files_stand_together(void **state) {
    struct world *world = *state;
    retrieve(world, 0, 5);
    set_item(world, 2, 8, CONTEXT_LEXICAL); // a chunk of f0, beside signatures of it
    world->query.same_region = false;
    block_free(&world->block);
    block_init(&world->block);
    expect(world, BLOCK_MOVED);
    char *bytes = image(&world->block);
    assert_string_equal(bytes, "f3 int name_3(void)\nf0 int name_8(void)\nf1 int name_1(void)\n"
                               "f0 int name_4(void)\nf0 int name_0(void)\n");
    free(bytes);
    size_t count;
    struct arena arena;
    arena_init(&arena);
    struct fim_file *files = block_layout(&world->block, &arena, &count);
    assert_int_equal(count, 4);
    assert_true(slice_equal(files[3].text, SLICE_LITERAL("int name_4(void)\nint name_0(void)")));
    arena_free(&arena);
}

static void members_stand_below_their_type(void **state) {
    struct world *world = *state;
    static const char *const scopes[] = {"Reader", NULL, "Writer", "Reader", "Reader", "Writer"};
    for (uint32_t i = 0; i < 6; i++) {
        set_item(world, i, 4 * (int)i, CONTEXT_SIGNATURE); // all of f0
        world->items[i].scope = scopes[i];
    }
    set_item(world, 6, 0, CONTEXT_SIGNATURE); // of the text of the first, but of no type
    world->context.count = 7;
    world->query.same_region = false;
    block_free(&world->block);
    block_init(&world->block);
    expect(world, BLOCK_MOVED);
    size_t count;
    struct arena arena;
    arena_init(&arena);
    struct fim_file *files = block_layout(&world->block, &arena, &count);
    assert_int_equal(count, 1);
    const char *expected = "Writer:\n    int name_20(void)\n    int name_8(void)\n"
                           "int name_0(void)\nint name_4(void)\n"
                           "Reader:\n    int name_16(void)\n    int name_12(void)\n    int name_0(void)";
    assert_true(slice_equal(files[0].text, slice_of_string(expected)));
    assert_true(block_bytes(&world->block) >= files[0].text.length + strlen("f0"));
    arena_free(&arena);
}

// B3
static void what_shifts_a_little_changes_nothing(void **state) {
    struct world *world = *state;
    char *before = image(&world->block);
    retrieve(world, 8, 20); // eight of the best twelve are there
    expect(world, BLOCK_KEPT);
    type(world, "int f(void) {\n    x = y");
    retrieve(world, 30, 10); // drawn away by what is typed, but nothing says so
    expect(world, BLOCK_KEPT);
    type(world, "int f(void) {\n    // name_30");
    expect(world, BLOCK_KEPT);
    char *after = image(&world->block);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

// B3
static void news_stand_at_the_end(void **state) {
    static const char *const rows[] = {"int f(void) {\n    name_33(", "int f(void) {\n    name_33"};
    struct world *world = *state;
    retrieve(world, 30, 10);
    for (size_t i = 0; i < 2; i++) {
        bool definition = i == 0;
        set_item(world, 3, 33, definition ? CONTEXT_DEFINITION : CONTEXT_SIGNATURE);
        type(world, rows[i]);
        char *before = image(&world->block);
        expect(world, definition ? BLOCK_GROWN : BLOCK_KEPT); // the second time it is there
        char *after = image(&world->block);
        assert_true(strncmp(before, after, strlen(before)) == 0);
        free(before);
        free(after);
    }
    assert_true(shows(&world->block, "int name_33(void)"));
}

static void a_word_that_only_retrieval_knows_is_news(void **state) {
    struct world *world = *state;
    retrieve(world, 30, 10);
    snprintf(world->texts[0], sizeof world->texts[0], "int other_name(void)");
    world->items[0].text = slice_of_string(world->texts[0]);
    type(world, "int f(void) {\n    ot"); // too short
    expect(world, BLOCK_KEPT);
    type(world, "int f(void) {\n    oth");
    expect(world, BLOCK_GROWN);
    expect(world, BLOCK_KEPT);
}

static void what_is_used_nearby_is_no_news(void **state) {
    struct world *world = *state;
    retrieve(world, 30, 10);
    set_item(world, 0, 30, CONTEXT_DEFINITION);
    type(world, "int f(void) {\n    name_30();\n    g();\n    h();\n    name_30(");
    expect(world, BLOCK_KEPT);
}

static void it_is_made_anew_for_a_reason(void **state) {
    struct world *world = *state;
    retrieve(world, 30, 10);
    expect(world, BLOCK_KEPT); // none of it is news
    world->query.same_region = false;
    expect(world, BLOCK_MOVED);
    assert_false(shows(&world->block, "int name_0(void)"));
    retrieve(world, 31, 10);
    expect(world, BLOCK_KEPT);
    retrieve(world, 36, 4);
    world->query.cut_short = true;
    retrieve(world, 0, 10);
    expect(world, BLOCK_MOVED);
    world->query.same_region = true;
    expect(world, BLOCK_KEPT);
    world->query.cut_short = false;
    expect(world, BLOCK_COMPLETED);
    world->query.budget = block_bytes(&world->block) - 1;
    world->query.fill = world->query.budget / 2;
    expect(world, BLOCK_CROWDED);
    world->query.budget = block_bytes(&world->block);
    retrieve(world, 30, 10);
    set_item(world, 0, 30, CONTEXT_DEFINITION);
    type(world, "int f(void) {\n    name_30(");
    expect(world, BLOCK_CROWDED); // no room for news
    assert_true(shows(&world->block, "int name_30(void)"));
}

// B4
static void stale_items_go(void **state) {
    struct world *world = *state;
    char *before = image(&world->block);
    world->hashes[1] = 2; // changed, and its one symbol is no more what it was
    expect(world, BLOCK_MENDED);
    char *after = image(&world->block);
    size_t head = (size_t)(strstr(before, "f1 ") - before);
    assert_true(strncmp(before, after, head) == 0);
    free(before);
    free(after);
    world->hashes[2] = 0; // gone
    retrieve(world, 0, 2);
    expect(world, BLOCK_MENDED);
    assert_false(shows(&world->block, "int name_2(void)"));
}

static void a_signature_may_outlive_a_change(void **state) {
    struct world *world = *state;
    retrieve(world, 1, 1);
    world->query.same_region = false;
    block_free(&world->block);
    block_init(&world->block);
    expect(world, BLOCK_MOVED);
    world->query.same_region = true;
    world->hashes[1] = 2;
    world->symbols[1].signature = "int name_1(void)";
    expect(world, BLOCK_KEPT);
    set_item(world, 0, 1, CONTEXT_LEXICAL);
    block_free(&world->block);
    block_init(&world->block);
    expect(world, BLOCK_MOVED);
    world->hashes[1] = 3; // of a chunk nobody knows
    expect(world, BLOCK_MENDED);
}

static void a_chunk_that_was_typed_is_stale(void **state) {
    struct world *world = *state;
    retrieve(world, 0, 1);
    set_item(world, 0, 0, CONTEXT_VECTOR);
    block_free(&world->block);
    block_init(&world->block);
    expect(world, BLOCK_MOVED);
    retrieve(world, 1, 1);
    type(world, "int name_0(void)\n    x");
    expect(world, BLOCK_MENDED);
    assert_false(shows(&world->block, "int name_0(void)"));
}

// B1, B2: whatever is asked, twice the same; no item twice, never over the budget.
static void any_history_is_repeatable_and_bounded(void **state) {
    struct world *world = *state;
    struct block twin;
    uint32_t seed = 3;
    block_init(&twin);
    block_free(&world->block);
    block_init(&world->block);
    for (int round = 0; round < 3000; round++) {
        seed = seed * 1664525u + 1013904223u;
        retrieve(world, (int)(seed >> 8) % 30, (seed >> 16) % ITEMS);
        for (uint32_t i = 0; i < world->context.count; i++) {
            world->items[i].source = (enum context_source)((seed >> (i % 20)) % (CONTEXT_VECTOR + 1));
        }
        world->query.same_region = seed >> 30;
        world->query.cut_short = (seed >> 25) % 8 == 0;
        world->query.budget = (seed >> 12) % 1500;
        world->query.fill = world->query.budget - world->query.budget / 8;
        world->hashes[seed % 4] = seed >> 29;
        type(world, (seed >> 20) % 2 ? "a\n    " : "a\n    name_12(");
        struct block_query query = world->query;
        enum block_fate fate = block_update(&world->block, &world->query);
        assert_int_equal(fate, block_update(&twin, &query));
        char *one = image(&world->block), *two = image(&twin);
        assert_string_equal(one, two);
        assert_true(block_bytes(&world->block) <= world->query.budget);
        for (size_t i = 0; i < twin.items.count; i++) {
            for (size_t j = 0; j < i; j++) {
                assert_int_not_equal(twin.items.items[i].key, twin.items.items[j].key);
            }
        }
        free(one);
        free(two);
    }
    block_free(&twin);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_best_is_last_and_files_stand_together),
        TEST(members_stand_below_their_type),
        TEST(what_shifts_a_little_changes_nothing),
        TEST(news_stand_at_the_end),
        TEST(a_word_that_only_retrieval_knows_is_news),
        TEST(what_is_used_nearby_is_no_news),
        TEST(it_is_made_anew_for_a_reason),
        TEST(stale_items_go),
        TEST(a_signature_may_outlive_a_change),
        TEST(a_chunk_that_was_typed_is_stale),
        TEST(any_history_is_repeatable_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
