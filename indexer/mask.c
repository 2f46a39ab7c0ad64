// mask.c - C as the preprocessor would leave it, as far as a grammar needs.
//
// Tree-sitter parses C before preprocessing. Most macros look like something
// else and do no harm, but a few habits throw the parser off for pages:
//
//     struct handle { COMMON_FIELDS  int fd; };      a macro that stands alone on its line
//     class API_EXPORT Server : public Base { };     a macro between keyword and name
//     typedef int (WINAPI *callback)(void);          a calling convention before the star
//
//     API_EXPORT int open(void);                     a macro before the type, or behind it
//     int size GUARDED_BY(mutex);                    a macro behind the name
//     #ifdef __cplusplus  extern "C" {  #endif       a brace that only C++ sees
//
// Such a macro (a word in capitals) is overwritten with spaces in the parser's
// copy, so every offset stays right. One pass over the tokens of the file,
// comments, strings and directives left out, with the last few tokens in hand.
//
// In a file that is being typed the pass need not be made again. No rule reaches
// back over a semicolon, so behind one the pass can be taken up, if nothing that
// was looked at so far has changed; and it can end where it comes to a semicolon
// behind the edit that it came to before, with the same tokens in hand.
#include "indexer/lanes.h"
#include "indexer/syntax_internal.h"

// How far a macro's list of arguments is followed: without an end to it a line of "A(A(A(" costs its square.
enum { ARGUMENTS_REACH = 1000, POINT_GAP = 512, TOKENS_HELD = 64 };

struct masker {
    struct slice text;
    size_t at;
    size_t reach; // no byte from here on has been looked at
    struct str *out;
    struct token *recent; // TOKENS_RECENT of those held, the newest last
    struct token held[TOKENS_HELD];
};

static void masker_begin(struct masker *masker, struct slice text, struct str *out) {
    *masker = (struct masker){.text = text, .out = out};
    masker->recent = masker->held;
}

static bool at_is(const struct masker *masker, size_t at, char c) {
    return at < masker->text.length && masker->text.data[at] == c;
}

static void saw(struct masker *masker, size_t end) {
    masker->reach = end > masker->reach ? end : masker->reach;
}

static size_t line_end(struct masker *masker, size_t at) {
    while (at < masker->text.length && masker->text.data[at] != '\n') {
        at += at_is(masker, at, '\\') ? 2 : 1;
    }
    saw(masker, at + 1);
    return at < masker->text.length ? at : masker->text.length;
}

static size_t quoted_end(const struct masker *masker, size_t at) {
    char quote = masker->text.data[at];
    for (at++; at < masker->text.length && masker->text.data[at] != '\n'; at++) {
        if (masker->text.data[at] == '\\') {
            at++;
        } else if (masker->text.data[at] == quote) {
            return at + 1;
        }
    }
    return at < masker->text.length ? at : masker->text.length;
}

// By the slash: comments hold few of them, but many stars.
static size_t comment_end(struct masker *masker, size_t at) {
    if (at_is(masker, at + 1, '/')) {
        return line_end(masker, at);
    }
    size_t end = at + 2;
    do {
        end = slice_find(masker->text, SLICE_LITERAL("/"), end + 1);
    } while (end != (size_t)-1 && masker->text.data[end - 1] != '*');
    saw(masker, end == (size_t)-1 ? masker->text.length + 1 : end + 1);
    return end == (size_t)-1 ? masker->text.length : end + 1;
}

static bool line_is_blank_before(const struct masker *masker, size_t at) {
    while (at > 0 && (masker->text.data[at - 1] == ' ' || masker->text.data[at - 1] == '\t')) {
        at--;
    }
    return at == 0 || masker->text.data[at - 1] == '\n';
}

static bool line_is_blank_after(struct masker *masker, size_t at) {
    while (at_is(masker, at, ' ') || at_is(masker, at, '\t') || at_is(masker, at, '\r')) {
        at++;
    }
    saw(masker, at + 2);
    return at >= masker->text.length || masker->text.data[at] == '\n' ||
           (masker->text.data[at] == '/' && (at_is(masker, at + 1, '/') || at_is(masker, at + 1, '*')));
}

static void blank(struct masker *masker, size_t start, size_t end) {
    if (masker->out->length == 0) {
        str_append_slice(masker->out, masker->text);
    }
    memset(masker->out->data + start, ' ', end - start);
}

// #ifdef __cplusplus, a line of extern "C" { or }, #endif: blanks the line.
static void mask_cplusplus(struct masker *masker, size_t end) {
    struct slice rest = slice_sub(masker->text, end, end + 64);
    saw(masker, end + 64);
    struct slice directive = slice_sub(masker->text, masker->at, end);
    size_t close = slice_find(rest, SLICE_LITERAL("#endif"), 0);
    if (close == (size_t)-1 || slice_find(directive, SLICE_LITERAL("__cplusplus"), 0) == (size_t)-1) {
        return;
    }
    struct slice inner = slice_trim(slice_sub(rest, 0, close));
    bool opens = slice_starts_with(inner, SLICE_LITERAL("extern")) && inner.data[inner.length - 1] == '{';
    if (opens || slice_starts_with(inner, SLICE_LITERAL("}"))) {
        size_t start = (size_t)(inner.data - masker->text.data);
        blank(masker, start, start + inner.length);
        masker->at = start + inner.length;
    }
}

static size_t directive_end(struct masker *masker, size_t at) {
    while (at < masker->text.length && masker->text.data[at] != '\n') {
        bool comment = masker->text.data[at] == '/' && at_is(masker, at + 1, '*');
        at = comment ? comment_end(masker, at) : at + (at_is(masker, at, '\\') ? 2 : 1);
    }
    saw(masker, at + 1);
    return at < masker->text.length ? at : masker->text.length;
}

// In a macro of several lines: to the grammar a comment ends the macro, and a backslash before an empty line
// does not.
static void mask_directive(struct masker *masker, size_t start, size_t end) {
    struct slice directive = slice_sub(masker->text, start, end);
    if (slice_find(directive, SLICE_LITERAL("\\\n"), 0) == (size_t)-1) {
        return;
    }
    size_t at = 0;
    while ((at = slice_find(directive, SLICE_LITERAL("/*"), at)) != (size_t)-1) {
        size_t close = slice_find(directive, SLICE_LITERAL("*/"), at + 2);
        close = close == (size_t)-1 ? directive.length : close + 2;
        if (!memchr(directive.data + at, '\n', close - at)) {
            blank(masker, start + at, start + close);
        }
        at = close;
    }
    struct slice trimmed = slice_trim(directive);
    if (trimmed.data[trimmed.length - 1] == '\\') {
        size_t last = (size_t)(trimmed.data - masker->text.data) + trimmed.length - 1;
        blank(masker, last, last + 1);
    }
}

static size_t space_end(struct slice text, size_t at) {
    while (at < text.length && is_space(text.data[at])) {
        at++;
    }
    return at;
}

// Past white space, comments and directives.
static void skip_blank(struct masker *masker) {
    while ((masker->at = space_end(masker->text, masker->at)) < masker->text.length) {
        char c = masker->text.data[masker->at];
        if (c == '/' && (at_is(masker, masker->at + 1, '/') || at_is(masker, masker->at + 1, '*'))) {
            masker->at = comment_end(masker, masker->at);
        } else if (c == '#' && line_is_blank_before(masker, masker->at)) {
            size_t end = directive_end(masker, masker->at);
            size_t start = masker->at;
            mask_cplusplus(masker, end);
            mask_directive(masker, start, end);
            masker->at = masker->at > start ? masker->at : end;
        } else {
            return;
        }
    }
}

// The end of the word that begins at `start`; *kind gets its kind.
static size_t word_end(const struct masker *masker, size_t start, enum token_kind *kind) {
    const char *data = masker->text.data, *text_end = data + masker->text.length;
    uint64_t small = 0, others = 0;
    size_t end = start;
    for (; !others; end += others ? (size_t)__builtin_ctzll(others) : LANES) {
        lanes here = lanes_load_before(data + end, text_end), are_small = lanes_between(here, 'a', 'z');
        lanes in_word =
            are_small | lanes_between(here, 'A', 'Z') | lanes_between(here, '0', '9') | lanes_are(here, '_');
        others = lanes_top_bits(~in_word);
        small |= lanes_top_bits(are_small) & (others ^ (others - 1)); // those before the word's end
    }
    bool letter_first = data[start] >= 'A' && data[start] <= 'Z';
    *kind = letter_first && !small && end - start >= 3 ? TOKEN_CAPITALS : TOKEN_WORD;
    return end;
}

// The end of a macro's (...) on one line, or `at` if it does not close there. "(WINAPI *" begins a
// declarator.
static size_t parentheses_end(struct masker *masker, size_t at) {
    size_t word = at + 1;
    while (word < masker->text.length && slice_is_word_byte(masker->text.data[word])) {
        word++;
    }
    while (at_is(masker, word, ' ')) {
        word++;
    }
    saw(masker, word + 1);
    if (at_is(masker, word, '*')) {
        return at;
    }
    size_t end = masker->text.length - at < ARGUMENTS_REACH ? masker->text.length : at + ARGUMENTS_REACH;
    int depth = 0;
    size_t i = at;
    for (; i < end && masker->text.data[i] != '\n'; i++) {
        depth += masker->text.data[i] == '(';
        depth -= masker->text.data[i] == ')';
        if (depth == 0) {
            saw(masker, i + 1);
            return i + 1;
        }
    }
    saw(masker, i + 1);
    return at;
}

static bool next_token(struct masker *masker, struct token *token) {
    skip_blank(masker);
    size_t start = masker->at;
    if (start >= masker->text.length) {
        return false;
    }
    char c = masker->text.data[start];
    size_t end = start + 1;
    enum token_kind kind = TOKEN_PUNCTUATION;
    if (c == '"' || c == '\'') {
        end = quoted_end(masker, start);
    } else if (slice_is_word_byte(c)) {
        end = word_end(masker, start, &kind);
    } else if (c == '(' && masker->recent[4].kind == TOKEN_CAPITALS) {
        end = parentheses_end(masker, start);
        kind = end > start + 1 ? TOKEN_PARENTHESES : TOKEN_PUNCTUATION;
        end = end > start + 1 ? end : start + 1;
    }
    *token = (struct token){kind, start, end};
    saw(masker, end + 2); // a word's, a string's or an operator's end is known by what follows
    masker->at = end;
    return true;
}

static char mark(const struct masker *masker, const struct token *token) {
    return token->kind == TOKEN_PUNCTUATION ? masker->text.data[token->start] : '\0';
}

static bool token_is(const struct masker *masker, const struct token *token, const char *word) {
    return token->kind == TOKEN_WORD &&
           slice_equal(slice_sub(masker->text, token->start, token->end), slice_of_string(word));
}

static bool is_first(const struct masker *masker, const struct token *token) {
    return line_is_blank_before(masker, token->start);
}

static bool is_last(struct masker *masker, const struct token *token) {
    return line_is_blank_after(masker, token->end);
}

// COMMON_FIELDS, or FIELDS(a, b), alone on a line between two members or statements.
static void mask_line(struct masker *masker) {
    const struct token *recent = masker->recent;
    const struct token *next = &recent[4];
    bool has_arguments = recent[3].kind == TOKEN_PARENTHESES;
    struct token *macro = &masker->recent[has_arguments ? 2 : 3];
    const struct token *before = macro - 1;
    char before_mark = mark(masker, before), next_mark = mark(masker, next);
    bool alone = macro->kind == TOKEN_CAPITALS && is_first(masker, macro) && is_last(masker, &recent[3]);
    bool behind_end = before->kind <= TOKEN_MASKED || (before_mark && strchr(";{}:", before_mark));
    bool before_start = next->kind != TOKEN_PUNCTUATION || next_mark == '}' || next_mark == '~';
    bool only_member = token_is(masker, &recent[0], "struct") || token_is(masker, &recent[0], "union");
    bool only_enumerator = before_mark == '{' && next_mark == '}' && !has_arguments && !only_member;
    if (alone && behind_end && before_start && !only_enumerator) {
        blank(masker, macro->start, recent[3].end);
        macro->kind = masker->recent[3].kind = TOKEN_MASKED;
    }
}

static bool is_name(const struct token *token) {
    return token->kind == TOKEN_WORD || token->kind == TOKEN_CAPITALS;
}

// class API_EXPORT Server {   class API_EXPORT Server :   class API_EXPORT Server final
static void mask_type(struct masker *masker) {
    const struct token *recent = masker->recent;
    bool has_arguments = recent[2].kind == TOKEN_PARENTHESES;
    const struct token *macro = has_arguments ? &recent[1] : &recent[2];
    const struct token *keyword = macro - 1;
    char next_mark = mark(masker, &recent[4]);
    bool opens = next_mark == '{' || (next_mark == ':' && !at_is(masker, recent[4].end, ':')) ||
                 token_is(masker, &recent[4], "final");
    bool is_type = token_is(masker, keyword, "class") || token_is(masker, keyword, "struct") ||
                   token_is(masker, keyword, "union") || token_is(masker, keyword, "enum");
    if (opens && is_name(&recent[3]) && is_type && macro->kind == TOKEN_CAPITALS) {
        blank(masker, macro->start, recent[2].end);
    }
}

// (WINAPI *name)(
static void mask_convention(struct masker *masker) {
    const struct token *recent = masker->recent;
    bool words = recent[1].kind == TOKEN_CAPITALS && is_name(&recent[3]);
    if (!words || mark(masker, &recent[0]) != '(' || mark(masker, &recent[2]) != '*' ||
        mark(masker, &recent[4]) != ')') {
        return;
    }
    size_t after = space_end(masker->text, recent[4].end);
    saw(masker, after + 1);
    if (at_is(masker, after, '(')) {
        blank(masker, recent[1].start, recent[1].end);
    }
}

static bool is_specifier(const struct masker *masker, const struct token *token) {
    return token_is(masker, token, "static") || token_is(masker, token, "extern") ||
           token_is(masker, token, "inline") || token_is(masker, token, "const") ||
           token_is(masker, token, "volatile");
}

// API_EXPORT int f(void);   API_EXPORT struct a *f(void);   static FORCE_INLINE void f(void)
static void mask_specifier(struct masker *masker) {
    const struct token *before = &masker->recent[1], *macro = before + 1, *type = before + 2,
                       *name = before + 3;
    char before_mark = mark(masker, before);
    bool begins = before->kind <= TOKEN_MASKED || (before_mark && strchr(";{}:", before_mark)) ||
                  before->kind == TOKEN_PARENTHESES || is_specifier(masker, before);
    bool pointer = mark(masker, name) == '*' && !is_specifier(masker, type);
    bool typed = type->kind == TOKEN_WORD && !is_first(masker, type) && (pointer || is_name(name));
    if (begins && typed && macro->kind == TOKEN_CAPITALS &&
        (is_first(masker, macro) || is_specifier(masker, before))) {
        blank(masker, macro->start, macro->end);
    }
}

// int API_CALL f(void)
static void mask_call(struct masker *masker) {
    const struct token *type = &masker->recent[1], *macro = type + 1, *name = type + 2;
    bool typed = is_name(type) && is_first(masker, type) && !is_specifier(masker, type) &&
                 !token_is(masker, type, "unsigned") && !token_is(masker, type, "return");
    if (typed && macro->kind == TOKEN_CAPITALS && !is_first(masker, macro) && name->kind == TOKEN_WORD &&
        mark(masker, &masker->recent[4]) == '(') {
        blank(masker, macro->start, macro->end);
    }
}

// void lock() EXCLUSIVE_LOCK();   int size GUARDED_BY(mutex);
static void mask_annotation(struct masker *masker) {
    const struct token *recent = masker->recent;
    char next = mark(masker, &recent[4]);
    const struct token *macro = &recent[2], *arguments = &recent[3], *before = &recent[1];
    if (macro->kind != TOKEN_CAPITALS || arguments->kind != TOKEN_PARENTHESES || !next ||
        !strchr(";{=", next)) {
        return;
    }
    bool behind_list = mark(masker, before) == ')' || token_is(masker, before, "const") ||
                       token_is(masker, before, "override");
    char type = mark(masker, &recent[0]);
    bool typed = (recent[0].kind == TOKEN_WORD && !is_specifier(masker, &recent[0])) || type == '>' ||
                 type == '*' || type == '&';
    struct slice list = slice_sub(masker->text, arguments->start, arguments->end);
    bool names_only = !memchr(list.data, ' ', list.length) && !slice_equal(list, SLICE_LITERAL("(void)"));
    bool behind_name = next == ';' && before->kind == TOKEN_WORD && typed && names_only;
    if (behind_list || behind_name) {
        blank(masker, macro->start, arguments->end);
    }
}

static void apply_rules(struct masker *masker) {
    mask_line(masker);
    mask_type(masker);
    mask_convention(masker);
    mask_specifier(masker);
    mask_call(masker);
    mask_annotation(masker);
}

// Each rule is about a macro that is followed by one to three tokens.
static bool has_capitals(const struct masker *masker) {
    return masker->recent[1].kind == TOKEN_CAPITALS || masker->recent[2].kind == TOKEN_CAPITALS ||
           masker->recent[3].kind == TOKEN_CAPITALS;
}

// The tokens in hand move along those held, and back to their beginning at times: cheaper than to move them all.
static void push_token(struct masker *masker, struct token token) {
    if (masker->recent == masker->held + TOKENS_HELD - TOKENS_RECENT) {
        memcpy(masker->held, masker->recent, TOKENS_RECENT * sizeof token);
        masker->recent = masker->held;
    }
    masker->recent++;
    masker->recent[TOKENS_RECENT - 1] = token;
}

static bool step(struct masker *masker) {
    struct token token;
    if (!next_token(masker, &token)) {
        return false;
    }
    push_token(masker, token);
    if (has_capitals(masker)) {
        apply_rules(masker);
    }
    return true;
}

void mask_macros(struct slice text, struct str *out) {
    struct masker masker;
    masker_begin(&masker, text, out);
    while (step(&masker)) {
    }
}

// --- a pass that can be taken up again ---

void mask_free(struct mask *mask) {
    str_free(&mask->bytes);
    vec_free(mask);
}

static void note_point(const struct masker *masker, struct mask *out) {
    bool far = out->count == 0 || masker->at - out->items[out->count - 1].at >= POINT_GAP;
    if (far && mark(masker, &masker->recent[4]) == ';') {
        struct mask_point point = {.at = masker->at, .reach = masker->reach};
        memcpy(point.recent, masker->recent, sizeof point.recent);
        vec_push(out, point);
    }
}

void mask_begin(struct slice text, struct mask *out) {
    struct masker masker;
    masker_begin(&masker, text, &out->bytes);
    str_append_slice(&out->bytes, text); // also if nothing is blanked: other versions begin from it
    while (step(&masker)) {
        note_point(&masker, out);
    }
}

// The point as it is behind the edit.
static struct mask_point moved(struct mask_point point, struct edit edit) {
    size_t by = (size_t)edit.new_end - edit.old_end; // wraps around, as does what it is added to
    point.at += by;
    point.reach += by;
    for (size_t i = 0; i < sizeof point.recent / sizeof point.recent[0]; i++) {
        point.recent[i].start += by;
        point.recent[i].end += by;
    }
    return point;
}

static bool tokens_equal(const struct token *a, const struct token *b) {
    return a->kind == b->kind && a->start == b->start && a->end == b->end;
}

// Has the pass come to `old`, a point of the pass before and now behind the edit, with all the same in hand?
static bool meets(const struct masker *masker, const struct mask_point *old, struct edit edit) {
    bool same = masker->at == old->at && masker->recent[0].start >= edit.new_end;
    for (size_t i = 0; i < sizeof old->recent / sizeof old->recent[0] && same; i++) {
        same = tokens_equal(&masker->recent[i], &old->recent[i]);
    }
    return same;
}

static void take_up(struct masker *masker, const struct mask *before, struct edit edit, struct mask *out) {
    size_t kept = 0;
    while (kept < before->count && before->items[kept].reach <= edit.start) {
        vec_push(out, before->items[kept]);
        kept++;
    }
    if (kept) {
        const struct mask_point *point = &before->items[kept - 1];
        masker->at = point->at;
        masker->reach = point->reach;
        memcpy(masker->recent, point->recent, sizeof point->recent);
        memcpy(masker->out->data, before->bytes.data, masker->at);
    }
}

// All that follows is as it was.
static void adopt_rest(struct masker *masker, const struct mask *before, size_t next, struct edit edit,
                       struct mask *out) {
    size_t old_at = before->items[next].at;
    memcpy(masker->out->data + masker->at, before->bytes.data + old_at, before->bytes.length - old_at);
    for (; next < before->count; next++) {
        vec_push(out, moved(before->items[next], edit));
    }
}

void mask_again(const struct mask *before, struct slice text, struct edit edit, struct mask *out) {
    struct masker masker;
    masker_begin(&masker, text, &out->bytes);
    str_append_slice(&out->bytes, text);
    take_up(&masker, before, edit, out);
    size_t next = out->count;
    while (next < before->count && before->items[next].at < edit.old_end) {
        next++;
    }
    while (step(&masker)) {
        struct mask_point old = {0};
        for (; next < before->count; next++) {
            old = moved(before->items[next], edit);
            if (old.at >= masker.at) {
                break;
            }
        }
        if (next < before->count && meets(&masker, &old, edit)) {
            adopt_rest(&masker, before, next, edit, out);
            return;
        }
        note_point(&masker, out);
    }
}
