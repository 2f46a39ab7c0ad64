// slab_test.c - small things keep their bytes and come again zeroed, whoever takes and gives them back.
#include "base/mem.h"
#include "base/slab.h"
#include "tests/unit/base/taking.h"

#include <stdlib.h>
#include <string.h>

static void *take(size_t size, uint32_t turn) {
    (void)turn;
    return slab_alloc(size);
}

static void any_thread_may_take_and_give_back(void **state) {
    (void)state;
    assert_threads_may_take(&(struct taking){take, slab_free, 0, SLAB_MOST + 100, 20000});
    assert_int_equal(slab_blocks(), 0);
}

enum { COUNT = 1000, SIZE = 200, FULL = COUNT * SIZE / SLAB_BLOCK };

// However much others take in between; and what is freed is used again before there is another block.
static void they_lie_side_by_side(void **state) {
    (void)state;
    if (MEM_IS_WATCHED) {
        return; // each is an allocation of its own
    }
    char *held[COUNT];
    for (int round = 0; round < 3; round++) {
        for (size_t i = round ? 1 : 0; i < COUNT; i += round ? 2 : 1) {
            held[i] = slab_alloc(SIZE - (size_t)round); // as large as the others, rounded
        }
        assert_in_range(slab_blocks(), FULL, FULL + 2);
        for (size_t i = 1; i < COUNT; i += 2) {
            slab_free(held[i], SIZE - (size_t)round);
        }
        assert_in_range(slab_blocks(), FULL, FULL + 2);
    }
    for (size_t i = 0; i < COUNT; i += 2) {
        slab_free(held[i], SIZE);
    }
    assert_int_equal(slab_blocks(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_lie_side_by_side),
        cmocka_unit_test(any_thread_may_take_and_give_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
