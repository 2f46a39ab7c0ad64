// mem_test.c - what threads freed and keep for themselves goes to all; whole pages.
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { SIZES = 64, EACH = 7, STEP = 16, LEAST = 24 };

static size_t size_of(size_t i) {
    return LEAST + i % SIZES * STEP;
}

// As the C library counts: what a thread keeps is in use. A sanitizer's allocator counts nothing.
static size_t bytes_in_use(void) {
#ifdef __GLIBC__
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

static void what_a_thread_freed_is_shared(void **state) {
    (void)state;
    void *pieces[SIZES * EACH];
    size_t bytes = 0;
    for (size_t i = 0; i < SIZES * EACH; i++) {
        pieces[i] = mem_alloc(size_of(i));
        bytes += size_of(i);
    }
    size_t held = bytes_in_use();
    for (size_t i = 0; i < SIZES * EACH; i++) {
        free(pieces[i]);
    }
    mem_share_freed();
    assert_true(held == 0 || bytes_in_use() + bytes / 2 < held);
}

static void what_is_mapped_is_zeroed(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 5000, (size_t)5 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *plain = mem_map(sizes[i]), *whole = mem_map_whole(sizes[i]);
        for (size_t at = 0; at < sizes[i]; at++) {
            assert_true(plain[at] == 0 && whole[at] == 0);
            plain[at] = whole[at] = 1;
        }
        mem_unmap(plain, sizes[i]);
        mem_unmap(whole, sizes[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_thread_freed_is_shared),
                                       cmocka_unit_test(what_is_mapped_is_zeroed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
