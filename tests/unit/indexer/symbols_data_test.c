// symbols_data_test.c - symbols and chunks of what is no program: HTML, CSS, JSON, YAML, TOML, Markdown.
//
// See symbols_check.h.
#include "symbols_check.h"
#include "tests/unit/unit.h"

static const struct language_case cases[] = {
    {"html", "a.html",
     "<!DOCTYPE html>\n"
     "<html lang=\"en\">\n"
     "<head>\n"
     "  <title>Page</title>\n"
     "  <link rel=\"stylesheet\" href=\"style.css\">\n"
     "  <script src=\"js/app.js\"></script>\n"
     "  <style>.a { color: red; }</style>\n"
     "</head>\n"
     "<body>\n"
     "  <!-- The menu. -->\n"
     "  <nav id=\"menu\"><ul><li id=first class=\"x\">A</li></ul></nav>\n"
     "  <h1>Head</h1>\n"
     "  <my-widget data-x=\"1\"><template id='row'><p>hi</p></template></my-widget>\n"
     "  <form name=\"login\"><input id=\"user\" name=\"user\"/></form>\n"
     "  <script>\n"
     "    function f() {}\n"
     "  </script>\n"
     "</body>\n"
     "</html>\n",
     "field menu [] 11: <nav id=\"menu\">\n"
     "field first [] 11: <li id=first class=\"x\">\n"
     "module Head [] 12: <h1>Head</h1>\n"
     "field row [] 13: <template id='row'>\n"
     "field user [] 14: <input id=\"user\" name=\"user\"/>\n",
     "style.css:5 js/app.js:6 "},
    {"css", "a.css",
     "@import url(\"base.css\");\n"
     "@import \"other.css\" screen;\n"
     "/* Theme. */\n"
     ":root { --main-color: #06c; --gap: 4px; }\n"
     ".button, a.link:hover > span { color: var(--main-color); }\n"
     "#header .title::before { content: \"x\"; }\n"
     "h1 { margin: 0 }\n"
     "@media (max-width: 600px) {\n"
     "  .button { display: none; }\n"
     "  .only-small { x: y }\n"
     "}\n"
     "@keyframes spin { from { a: b } to { c: d } }\n"
     "@font-face { font-family: \"X\"; src: url(x.woff); }\n"
     "@supports (display: grid) { .grid { display: grid; } }\n"
     ".card { &:hover { color: red } .inner { b: c } }\n"
     "@layer base { html { a: b } }\n"
     "my-element { a: b }\n"
     "@property --angle { syntax: \"<angle>\"; }\n",
     "field root [] 4: :root\n"
     "constant --main-color [] 4: --main-color: #06c\n"
     "constant --gap [] 4: --gap: 4px\n"
     "field button [] 5: .button, a.link:hover > span\n"
     "field a.link:hover > span [] 5: .button, a.link:hover > span\n"
     "field #header .title::before [] 6: #header .title::before\n"
     "field h1 [] 7: h1\n"
     "field button [] 9: .button\n"
     "field only-small [] 10: .only-small\n"
     "constant spin [] 12: @keyframes spin\n"
     "field grid [] 14: .grid\n"
     "field card [] 15: .card\n"
     "field &:hover [card] 15: &:hover\n"
     "field inner [card] 15: .inner\n"
     "field html [] 16: html\n"
     "field my-element [] 17: my-element\n"
     "constant --angle [] 18: @property --angle\n",
     "base.css:1 other.css:2 "},
    {"json", "a.json",
     "{\n"
     "  \"name\": \"x\",\n"
     "  \"scripts\": { \"build\": \"tsc\", \"nested\": { \"deep\": 1 } },\n"
     "  \"list\": [ { \"a\": 1 } ],\n"
     "  \"token\": \"secret\"\n"
     "}\n",
     "field name [] 2: \"name\"\n"
     "field scripts [] 3: \"scripts\"\n"
     "field build [scripts] 3: \"build\"\n"
     "field nested [scripts] 3: \"nested\"\n"
     "field list [] 4: \"list\"\n"
     "field token [] 5: \"token\"\n",
     ""},
    {"yaml", "a.yaml",
     "# Head.\n"
     "version: \"3\"\n"
     "services:\n"
     "  web:\n"
     "    image: nginx\n"
     "    ports: [80]\n"
     "  db: { image: pg }\n"
     "\"quoted key\": 1\n"
     "list:\n"
     "  - name: a\n"
     "  - name: b\n"
     "anchors: &base\n"
     "  x: 1\n"
     "use:\n"
     "  <<: *base\n"
     "text: |\n"
     "  some\n"
     "---\n"
     "second: doc\n",
     "field version [] 2: version\n"
     "field services [] 3: services\n"
     "field web [services] 4: web\n"
     "field db [services] 7: db\n"
     "field quoted key [] 8: \"quoted key\"\n"
     "field list [] 9: list\n"
     "field anchors [] 12: anchors: &base\n"
     "field x [anchors] 13: x\n"
     "field use [] 14: use\n"
     "field << [use] 15: <<\n"
     "field text [] 16: text\n"
     "field second [] 19: second\n",
     ""},
    {"toml", "a.toml",
     "# Head.\n"
     "title = \"x\"\n"
     "a.b = 1\n"
     "\"quoted key\" = 2\n"
     "[package]\n"
     "name = \"hunch\"\n"
     "version = \"1\"\n"
     "[dependencies.serde]\n"
     "version = \"1\"\n"
     "[[bin]]\n"
     "name = \"one\"\n"
     "[tool.\"black\"]\n"
     "line = { length = 100 }\n",
     "field title [] 2: title\n"
     "field a.b [] 3: a.b\n"
     "field quoted key [] 4: \"quoted key\"\n"
     "field package [] 5: [package]\n"
     "field name [package] 6: name\n"
     "field version [package] 7: version\n"
     "field dependencies.serde [] 8: [dependencies.serde]\n"
     "field version [dependencies.serde] 9: version\n"
     "field bin [] 10: [[bin]]\n"
     "field name [bin] 11: name\n"
     "field tool.\"black\" [] 12: [tool.\"black\"]\n"
     "field line [tool.\"black\"] 13: line\n",
     ""},
    {"markdown", "a.md",
     "---\n"
     "title: x\n"
     "---\n"
     "# Hunch\n"
     "\n"
     "Intro [link](other.md).\n"
     "\n"
     "## Install\n"
     "Do it.\n"
     "\n"
     "```sh\n"
     "make\n"
     "```\n"
     "\n"
     "### Deep *thing*\n"
     "Text.\n"
     "\n"
     "Setext\n"
     "======\n"
     "para\n"
     "\n"
     "Second\n"
     "------\n"
     "- a\n"
     "- b\n"
     "\n"
     "| a | b |\n"
     "|---|---|\n"
     "| 1 | 2 |\n",
     "module Hunch [] 4: # Hunch\n"
     "module Install [Hunch] 8: ## Install\n"
     "module Deep *thing* [Hunch.Install] 15: ### Deep *thing*\n"
     "module Setext [] 18: Setext\n"
     "module Second [Setext] 22: Second\n",
     ""},
};

static void test_languages(void **state) {
    (void)state;
    check_languages(cases, sizeof cases / sizeof cases[0]);
}

struct parts_case {
    const char *language, *first, *second, *before, *after, *end, *kind, *name, *scope;
};

// Two parts of sixty numbered lines; gives the byte where the second begins.
static size_t write_parts(const struct parts_case *it, struct str *text) {
    size_t second = 0;
    for (int part = 0; part < 2; part++) {
        second = text->length;
        str_append_string(text, part == 0 ? it->first : it->second);
        for (int line = 0; line < 60; line++) {
            str_append_format(text, "%s%d%s\n", it->before, line, it->after);
        }
    }
    str_append_string(text, it->end);
    return second;
}

// Two parts are too large to share a chunk: the second has its own, called after what heads it.
static void test_chunks(void **state) {
    (void)state;
    static const struct parts_case parts[] = {
        {"markdown", "# Guide\n\n## First\n\n", "## Second\n\n", "Word ", " of prose, and more.", "",
         "module", "Second", "Guide"},
        {"markdown", "Guide\n=====\n\nFirst\n-----\n\n", "\nSecond\n------\n\n", "Word ",
         " of prose, and more.", "", "module", "Second", "Guide"},
        {"toml", "[first]\n", "[second]\n", "key_", " = \"some value\"", "", "field", "second", ""},
        {"yaml", "first:\n", "second:\n", "  key_", ": some value of it", "", "field", "second", ""},
        {"css", ".first {\n", "}\n.second {\n", "  --key-", ": some value;", "}\n", "field", "second", ""},
        {"json", "{\"first\": {\n", "\"\": 0}, \"second\": {\n", "  \"key_", "\": \"value\",", "\"\": 0}}\n",
         "field", "second", ""},
        {"html", "<div id=\"first\">\n", "</div><div id=\"second\">\n", "<p>Word ", " of it</p>", "</div>\n",
         "field", "second", ""},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct str text;
        str_init(&text);
        size_t second = write_parts(&parts[i], &text);
        struct record *record = extract(parts[i].language, "a", str_slice(&text));
        size_t found = 0;
        for (uint32_t c = 0; c < record->chunk_count; c++) {
            const struct chunk *chunk = &record->chunks[c];
            if (strcmp(chunk->name, parts[i].name) == 0) {
                assert_in_range(chunk->start_byte, second,
                                found ? text.length : second + 10); // with its head
                assert_string_equal(chunk->kind, parts[i].kind);
                assert_string_equal(chunk->scope, parts[i].scope);
                found++;
            }
        }
        assert_int_not_equal(found, 0);
        record_release(record);
        str_free(&text);
    }
}

// However it is written, a heading reaches to the next one of its rank or a higher one.
static void test_headings(void **state) {
    (void)state;
    static const struct {
        const char *text, *headings; // name, scope, first line, last line
    } texts[] = {
        {"# A\na\n\n## B\nb\n\n# C\nc\n", "A [] 1-5; B [A] 4-5; C [] 7-8; "},
        {"A\n===\na\n\nB\n---\nb\n\nC\n===\nc\n", "A [] 1-7; B [A] 5-7; C [] 9-11; "},
        {"# A\na\n\n### B\nb\n\nC\n---\nc\n\n### D\nd\n\nE\n===\ne\n",
         "A [] 1-12; B [A] 4-5; C [A] 7-12; D [A.C] 11-12; E [] 14-16; "},
        {"B\n---\nb\n\n# C\n\n###### D\n", "B [] 1-3; C [] 5-7; D [C] 7-7; "},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct record *record = extract("markdown", "a.md", slice_of_string(texts[i].text));
        struct str headings;
        str_init(&headings);
        for (uint32_t s = 0; s < record->symbol_count; s++) {
            const struct symbol *symbol = &record->symbols[s];
            str_append_format(&headings, "%s [%s] %u-%u; ", symbol->name, symbol->scope,
                              symbol->start_line + 1, symbol->end_line + 1);
        }
        assert_string_equal(headings.data, texts[i].headings);
        record_release(record);
        str_free(&headings);
    }
}

// Of a table of data not every key becomes a symbol.
static void test_many_keys(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    for (int i = 0; i < 5000; i++) {
        str_append_format(&text, "key_%d: 1\n", i);
    }
    struct record *record = extract("yaml", "a.yaml", str_slice(&text));
    assert_int_equal(record->symbol_count, 4000);
    assert_string_equal(record->symbols[0].name, "key_0");
    record_release(record);
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_headings),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
