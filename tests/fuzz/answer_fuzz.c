// answer_fuzz.c - any bytes become the same harmless text whole and in pieces (answer.h, A1 to A3).
//
// The first byte chooses the size of the pieces and the number of lines.
#include "backends/answer.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const char *const stops[] = {"<|end|>", "aab", "\n\n", "\xE2\x82\xAC", ""};

static void require(bool truth) {
    if (!truth) {
        abort();
    }
}

static void check_harmless(struct slice text) {
    size_t length = 1;
    require(utf8_valid(text));
    for (size_t i = 0; i < text.length; i += length) {
        uint32_t code = utf8_decode(slice_sub(text, i, text.length), &length);
        require(code >= 0x20 || code == '\n' || code == '\t');
        require(code < 0x7F || code > 0x9F);
        require(code < 0x202A || code > 0x202E);
        require(code < 0x2066 || code > 0x2069);
        require(code < 0xE0000 || code > 0xE007F);
    }
    for (size_t i = 0; stops[i][0]; i++) {
        require(slice_find(text, slice_of_string(stops[i]), 0) == (size_t)-1);
    }
}

static enum answer_end read_all(struct slice bytes, size_t piece, uint32_t lines, struct str *out) {
    struct answer_limits limits = {stops, sizeof stops / sizeof *stops, lines, 200};
    struct answer answer;
    answer_init(&answer, &limits);
    for (size_t at = 0; at < bytes.length; at += piece) {
        str_append_slice(out, answer_add(&answer, slice_sub(bytes, at, at + piece)));
    }
    str_append_slice(out, answer_finish(&answer));
    require(slice_equal(str_slice(out), str_slice(&answer.text)));
    enum answer_end end = answer.end;
    answer_fini(&answer);
    return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = slice_of((const char *)bytes, length);
    size_t piece = length ? (size_t)bytes[0] % 5 + 1 : 1;
    uint32_t lines = length ? bytes[0] / 64u : 0;
    struct str whole;
    struct str pieces;
    struct str line;
    str_init(&whole);
    str_init(&pieces);
    str_init(&line);
    enum answer_end end = read_all(text, length + 1, lines, &whole);
    require(read_all(text, piece, lines, &pieces) == end);
    require(slice_equal(str_slice(&whole), str_slice(&pieces)));
    check_harmless(str_slice(&whole));
    answer_clean_line(text, 50, &line);
    require(line.length <= 50 && utf8_valid(str_slice(&line)) && !strchr(line.data, '\n'));
    str_free(&whole);
    str_free(&pieces);
    str_free(&line);
    return 0;
}
