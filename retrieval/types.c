// types.c - see types.h.
//
// No tree is asked: a type stands before a name ("Foo *x"), behind it ("x: Foo", "x = new Foo(") or makes it
// ("Foo::make().x"), in every language, also where a line is half written.
#include "retrieval/types.h"

#include "indexer/terms.h"
#include "retrieval/identifiers.h"
#include "retrieval/segment.h"

enum {
    USES = 40,             // of a name, nearest to the cursor
    TYPE_WORDS = 6,        // of one type
    CHAIN_STEPS = 8,       // to the left of a member's sign
    BRACKETS_REACH = 1024, // bytes
};

void types_init(struct types *types) {
    *types = (struct types){0};
    map_init(&types->keys);
}

void types_free(struct types *types) {
    map_free(&types->keys);
    vec_free(&types->names);
}

// The identifier that ends right before `at`, spaces aside.
static struct slice word_before(struct slice text, size_t at) {
    while (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '*' || text.data[at - 1] == '&')) {
        at--;
    }
    size_t end = at;
    while (at > 0 && identifiers_has(text.data[at - 1])) {
        at--;
    }
    return slice_sub(text, at, end);
}

static bool is_passed_over(struct slice word) {
    return slice_equal(word, SLICE_LITERAL("new")) || slice_equal(word, SLICE_LITERAL("mut")) ||
           slice_equal(word, SLICE_LITERAL("await")) || slice_equal(word, SLICE_LITERAL("const")) ||
           slice_equal(word, SLICE_LITERAL("struct"));
}

void types_add(struct types *types, struct slice name) {
    uint32_t key = segment_exact_key(name);
    if (name.length > 1 && !terms_is_keyword(name) && !map_get(&types->keys, key)) {
        map_set(&types->keys, key, 1);
        vec_push(&types->names, name);
    }
}

// Foo in "Foo x" and "Foo *x"; all in "Foo<Bar> x".
static void add_type_before(struct types *types, struct slice text, size_t at) {
    int depth = 0;
    while (at > 0 && strchr(" *&", text.data[at - 1])) {
        at--;
    }
    for (int words = 0; at > 0 && words < TYPE_WORDS;) {
        char last = text.data[at - 1];
        if (identifiers_has(last)) {
            struct slice word = word_before(text, at);
            types_add(types, word);
            words += depth == 0 ? TYPE_WORDS : 1;
            at -= word.length;
        } else if (last == '>' || (depth > 0 && strchr("<, *&:?", last))) {
            depth += (last == '>') - (last == '<');
            at--;
        } else {
            return;
        }
    }
}

// Foo in "x: Foo", "x = new Foo(", "x := &pkg.Foo{", "x Foo"; all in "x: Foo[Bar]".
static void add_type_behind(struct types *types, struct slice text, size_t at) {
    size_t end = slice_line_end(text, at);
    for (int words = 0; words < TYPE_WORDS;) {
        while (at < end && strchr(" :=&*?\"'", text.data[at])) {
            at++;
        }
        size_t start = at;
        while (at < end && identifiers_has(text.data[at])) {
            at++;
        }
        struct slice word = slice_sub(text, start, at);
        bool passed_over = is_passed_over(word);
        if (!passed_over) {
            types_add(types, word);
        }
        if (word.length == 0 || at == end || !(passed_over || strchr(".:<[", text.data[at]))) {
            return;
        }
        words += !passed_over;
        at += strchr(".<[", text.data[at]) != NULL;
    }
}

struct using {
    struct slice name;
    size_t ends[USES]; // of the last ones
    size_t count;
};

static void take_use(void *context, struct slice name, size_t at) {
    struct using *using = context;
    if (slice_equal(name, using->name)) {
        using->ends[using->count++ % USES] = at + name.length;
    }
}

size_t types_sign_before(struct slice text, size_t at) {
    if (at >= 1 && text.data[at - 1] == '.') {
        return at - 1;
    }
    bool is_long =
        at >= 2 && (memcmp(text.data + at - 2, "->", 2) == 0 || memcmp(text.data + at - 2, "::", 2) == 0);
    return is_long ? at - 2 : at;
}

static bool stands_between(char c) { // what has a member, and the sign of that
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '?' || c == '!';
}

// Where the pair of brackets opens that closes right before `at`; `at` if none does within reach.
static size_t before_brackets(struct slice text, size_t at) {
    size_t depth = 0, least = at > BRACKETS_REACH ? at - BRACKETS_REACH : 0;
    for (size_t start = at; start > least; start--) {
        char c = text.data[start - 1];
        depth += c == ')' || c == ']';
        if (depth == 0) {
            return at;
        }
        depth -= c == '(' || c == '[';
        if (depth == 0) {
            return start - 1;
        }
    }
    return at;
}

// Methods of Rust's standard types, and await: the result has the members of what is asked.
static bool is_transparent(struct slice word) {
    static const char *const words[] = {"await",  "unwrap", "expect", "clone",
                                        "as_ref", "as_mut", "borrow", "borrow_mut"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_equal(word, slice_of_string(words[i]))) {
            return true;
        }
    }
    return false;
}

struct slice types_holder_before(struct slice text, size_t at) {
    size_t inside = 0; // the end of what stood in the last brackets
    for (int step = 0; step < CHAIN_STEPS; step++) {
        while (at > 0 && stands_between(text.data[at - 1])) {
            at--;
        }
        size_t open = before_brackets(text, at);
        struct slice name = word_before(text, at);
        size_t start = name.length > 0 ? (size_t)(name.data - text.data) : 0;
        bool is_member = name.length > 0 && types_sign_before(text, start) < start;
        bool is_name = name.length > 0 && (is_member || !terms_is_keyword(name)); // Foo::new is one
        if (open < at) {
            inside = at - 1;
            at = open;
        } else if (is_transparent(name) && is_member) {
            at = types_sign_before(text, start);
        } else if (!is_name && inside > 0) {
            at = inside;
            inside = 0;
        } else {
            return name;
        }
    }
    return (struct slice){0};
}

// Foo of "Foo::make()" and "Foo.make()": what a type makes is mostly of that type.
static void add_maker(struct types *types, struct slice text, struct slice made) {
    size_t at = (size_t)(made.data - text.data), sign = types_sign_before(text, at);
    struct slice maker = sign < at ? word_before(text, sign) : (struct slice){0};
    if (maker.length > 0 && maker.data[0] >= 'A' && maker.data[0] <= 'Z') {
        types_add(types, maker);
    }
}

void types_read(struct types *types, struct slice text, struct slice name, size_t end) {
    if (name.length == 0) {
        return;
    }
    struct using using = {.name = name};
    map_set(&types->keys, segment_exact_key(name), 1);
    vec_push(&types->names, name);
    add_maker(types, text, name);
    identifiers_scan(text, 0, end, take_use, &using);
    size_t uses = using.count < USES ? using.count : USES;
    for (size_t i = 1; i <= uses && types->names.count < TYPES_OF_TEXT; i++) {
        size_t at = using.ends[(using.count - i) % USES];
        add_type_before(types, text, at - name.length);
        if (at < text.length && strchr(" :=", text.data[at])) {
            add_type_behind(types, text, at);
        }
    }
}
