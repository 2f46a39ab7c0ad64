// tree_memory_test.c - what tree-sitter allocates between begin and end keeps its bytes, and then is gone.
#include "indexer/tree_memory.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

// What the library calls; grammars' scanners are compiled to call the C library's.
extern void *(*ts_current_malloc)(size_t size);
extern void *(*ts_current_calloc)(size_t count, size_t size);
extern void *(*ts_current_realloc)(void *piece, size_t size);
extern void (*ts_current_free)(void *piece);

enum { PIECES = 300, ROUNDS = 3000, TREES = 3 };

struct piece {
    unsigned char *data;
    size_t size;
    unsigned char byte; // that it is filled with
};

static void check_piece(const struct piece *piece) {
    assert_int_equal((uintptr_t)piece->data % 16, 0);
    size_t same = 0;
    while (same < piece->size && piece->data[same] == piece->byte) {
        same++;
    }
    assert_int_equal(same, piece->size);
}

static size_t any_size(unsigned *seed) {
    static const size_t limits[] = {1, 17, 100, 600, 5000, 1 << 21};
    size_t kind = (size_t)rand_r(seed) % 100;
    return (size_t)rand_r(seed) % limits[kind < 99 ? kind % 5 : 5];
}

static void change_piece(struct piece *piece, unsigned *seed) {
    size_t size = any_size(seed), kept = size < piece->size ? size : piece->size;
    check_piece(piece);
    if (rand_r(seed) % 3 == 0) {
        ts_current_free(piece->data);
        piece->data = ts_current_calloc(size, 1);
        *piece = (struct piece){piece->data, size, 0};
        check_piece(piece);
    } else {
        piece->data = ts_current_realloc(piece->data, size);
        piece->size = kept;
        check_piece(piece);
    }
    *piece = (struct piece){piece->data, size, (unsigned char)rand_r(seed)};
    memset(piece->data, piece->byte, size);
}

// Nothing is given back at the end: a leak would be seen by LeakSanitizer.
static void test_pieces(void **state) {
    (void)state;
    unsigned seed = 7;
    struct tree_memory *memory = tree_memory_new();
    for (int tree = 0; tree < TREES; tree++) {
        struct piece pieces[PIECES] = {0};
        tree_memory_begin(memory);
        for (int i = 0; i < PIECES; i++) {
            pieces[i].data = ts_current_malloc(0);
        }
        for (int i = 0; i < ROUNDS; i++) {
            change_piece(&pieces[(size_t)rand_r(&seed) % PIECES], &seed);
        }
        for (int i = 0; i < PIECES; i++) {
            check_piece(&pieces[i]);
        }
        tree_memory_end(memory);
        if (tree == 1) { // the next one begins with nothing
            tree_memory_give_back(memory);
        }
    }
    tree_memory_free(memory);
}

static void test_reuse(void **state) {
    (void)state;
    struct tree_memory *memory = tree_memory_new();
    tree_memory_begin(memory);
    void *first = ts_current_malloc(40);
    ts_current_free(first);
    ts_current_free(NULL);
    assert_ptr_equal(ts_current_malloc(48), first);        // of one class
    assert_ptr_not_equal(ts_current_malloc(48), first);    // no more
    assert_ptr_equal(ts_current_realloc(first, 1), first); // there is room
    tree_memory_end(memory);
    tree_memory_free(memory);
}

// What came before is the allocator's own, and stays when the blocks go.
static void test_outside(void **state) {
    (void)state;
    struct tree_memory *memory = tree_memory_new();
    char *before = ts_current_malloc(8);
    memset(before, 'x', 8);
    tree_memory_begin(memory);
    memset(ts_current_malloc(TREE_MEMORY_KEPT + 1), 'y', TREE_MEMORY_KEPT + 1);
    tree_memory_end(memory);
    tree_memory_free(memory);
    before = ts_current_realloc(before, 16);
    assert_memory_equal(before, "xxxxxxxx", 8);
    ts_current_free(before);
    void *zeros = ts_current_calloc(2, 4);
    assert_memory_equal(zeros, "\0\0\0\0\0\0\0", 8);
    ts_current_free(zeros);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
