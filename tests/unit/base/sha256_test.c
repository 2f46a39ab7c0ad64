// sha256_test.c - the standard's own examples, and every way to cut a text.
#include "tests/unit/unit.h"

#include "base/sha256.h"

#include <string.h>

static void check(const char *text, size_t times, const char *expected) {
    struct sha256 sha;
    char hex[SHA256_HEX + 1];
    sha256_init(&sha);
    for (size_t i = 0; i < times; i++) {
        sha256_add(&sha, text, strlen(text));
    }
    sha256_finish(&sha, hex);
    assert_string_equal(hex, expected);
}

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
static void the_examples_of_the_standard(void **state) {
    (void)state;
    check("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void cuts_make_no_difference(void **state) {
    char text[200];
    char whole[SHA256_HEX + 1];
    (void)state;
    for (size_t length = 0; length < sizeof text; length++) {
        struct sha256 sha;
        memset(text, 'x', sizeof text);
        sha256_init(&sha);
        sha256_add(&sha, text, length);
        sha256_finish(&sha, whole);
        for (size_t cut = 0; cut <= length; cut += 7) {
            char hex[SHA256_HEX + 1];
            sha256_init(&sha);
            sha256_add(&sha, text, cut);
            sha256_add(&sha, text + cut, length - cut);
            sha256_finish(&sha, hex);
            assert_string_equal(hex, whole);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard),
        cmocka_unit_test(cuts_make_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
