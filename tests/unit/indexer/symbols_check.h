// symbols_check.h - for the tests of languages: a small file of each, and beside it what is to be found in it.
//
// A reader expects one line a symbol (see print_symbols), then the imports with their lines. Locals of functions
// must not turn up. Line ends of Windows change nothing; a file cut off anywhere, as it is while someone types,
// keeps its invariants.
#ifndef HUNCH_TESTS_UNIT_INDEXER_SYMBOLS_CHECK_H
#define HUNCH_TESTS_UNIT_INDEXER_SYMBOLS_CHECK_H

#include "extract.h"

struct language_case {
    const char *language, *path, *text, *symbols, *imports;
};

static inline void check_symbols(const struct language_case *it, struct slice text) {
    struct record *record = extract(it->language, it->path, text);
    struct str symbols, imports;
    str_init(&symbols);
    str_init(&imports);
    print_symbols(record, &symbols);
    print_imports(record, &imports);
    assert_string_equal(symbols.data, it->symbols);
    assert_string_equal(imports.data, it->imports);
    str_free(&symbols);
    str_free(&imports);
    record_release(record);
}

static inline void check_crlf(const struct language_case *it) {
    struct str text;
    str_init(&text);
    for (const char *at = it->text; *at; at++) {
        str_append_string(&text, *at == '\n' ? "\r" : "");
        str_append_char(&text, *at);
    }
    check_symbols(it, str_slice(&text));
    str_free(&text);
}

static inline void check_cut_off(const struct language_case *it) {
    size_t length = strlen(it->text);
    for (size_t end = 1; end < length; end += 37) {
        record_release(extract(it->language, it->path, slice_of(it->text, end)));
    }
}

// All of the above, of every case.
static inline void check_languages(const struct language_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        check_symbols(&cases[i], slice_of_string(cases[i].text));
        check_crlf(&cases[i]);
        check_cut_off(&cases[i]);
    }
}

// That the text calls the names of `calls`, separated by blanks, and uses the types of `types`.
static inline void check_references(const char *language, const char *text, const char *calls,
                                    const char *types) {
    struct record *record = extract(language, "a", slice_of_string(text));
    const char *const lists[] = {calls, types};
    static const enum reference_kind kinds[] = {REFERENCE_CALL, REFERENCE_TYPE};
    uint32_t expected = 0;
    for (size_t i = 0; i < 2; i++) {
        for (const char *at = lists[i]; *at; at += strspn(at, " ")) {
            struct slice name = slice_of(at, strcspn(at, " "));
            size_t count = 0;
            const struct reference *found = record_references(record, name, &count);
            assert_int_equal(count, 1);
            assert_int_equal(found->kind, kinds[i]);
            expected++;
            at += name.length;
        }
    }
    assert_int_equal(record->reference_count, expected);
    record_release(record);
}

#endif
