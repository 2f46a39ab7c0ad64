// mask.c - C as the preprocessor would leave it, as far as a grammar needs.
//
// Tree-sitter parses C before preprocessing. Most macros look like something
// else and do no harm, but three habits throw the parser off for pages:
//
//     struct handle { COMMON_FIELDS  int fd; };      a macro that stands alone on its line
//     class API_EXPORT Server : public Base { };     a macro between keyword and name
//     typedef int (WINAPI *callback)(void);          a calling convention before the star
//
// Such a macro (a word in capitals) is overwritten with spaces in the parser's
// copy, so every offset stays right. One pass over the tokens of the file,
// comments, strings and directives left out, with the last few tokens in hand.
#include "indexer/syntax_internal.h"

enum token_kind { TOKEN_NONE, TOKEN_WORD, TOKEN_CAPITALS, TOKEN_PARENTHESES, TOKEN_PUNCTUATION };

struct token {
    enum token_kind kind;
    size_t start, end;
    bool first; // on its line
    bool last;
};

struct masker {
    struct slice text;
    size_t at;
    struct str *out;
    struct token recent[5]; // the newest last
};

static bool is_word_char(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c > 127;
}

static bool at_is(const struct masker *masker, size_t at, char c) {
    return at < masker->text.length && masker->text.data[at] == c;
}

static size_t line_end(const struct masker *masker, size_t at) {
    while (at < masker->text.length && masker->text.data[at] != '\n') {
        at += at_is(masker, at, '\\') ? 2 : 1; // a directive goes on behind a backslash
    }
    return at;
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
    return at;
}

static size_t comment_end(const struct masker *masker, size_t at) {
    if (at_is(masker, at + 1, '/')) {
        return line_end(masker, at);
    }
    size_t end = slice_find(masker->text, SLICE_LITERAL("*/"), at + 2);
    return end == (size_t)-1 ? masker->text.length : end + 2;
}

static bool line_is_blank_before(const struct masker *masker, size_t at) {
    while (at > 0 && (masker->text.data[at - 1] == ' ' || masker->text.data[at - 1] == '\t')) {
        at--;
    }
    return at == 0 || masker->text.data[at - 1] == '\n';
}

static bool line_is_blank_after(const struct masker *masker, size_t at) {
    while (at_is(masker, at, ' ') || at_is(masker, at, '\t') || at_is(masker, at, '\r')) {
        at++;
    }
    return at >= masker->text.length || masker->text.data[at] == '\n' ||
           (masker->text.data[at] == '/' && (at_is(masker, at + 1, '/') || at_is(masker, at + 1, '*')));
}

// Past white space, comments and directives.
static void skip_blank(struct masker *masker) {
    while (masker->at < masker->text.length) {
        char c = masker->text.data[masker->at];
        if (is_space(c)) {
            masker->at++;
        } else if (c == '/' && (at_is(masker, masker->at + 1, '/') || at_is(masker, masker->at + 1, '*'))) {
            masker->at = comment_end(masker, masker->at);
        } else if (c == '#' && line_is_blank_before(masker, masker->at)) {
            masker->at = line_end(masker, masker->at);
        } else {
            return;
        }
    }
}

static enum token_kind word_kind(struct slice word) {
    bool letter_first = word.data[0] >= 'A' && word.data[0] <= 'Z';
    for (size_t i = 0; i < word.length; i++) {
        if ((word.data[i] >= 'a' && word.data[i] <= 'z') || (unsigned char)word.data[i] > 127) {
            return TOKEN_WORD;
        }
    }
    return letter_first && word.length >= 3 ? TOKEN_CAPITALS : TOKEN_WORD;
}

// The end of (...) on one line, or `at` if it does not close there.
static size_t parentheses_end(const struct masker *masker, size_t at) {
    int depth = 0;
    for (size_t i = at; i < masker->text.length && masker->text.data[i] != '\n'; i++) {
        depth += masker->text.data[i] == '(';
        depth -= masker->text.data[i] == ')';
        if (depth == 0) {
            return i + 1;
        }
    }
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
    } else if (is_word_char(c)) {
        while (end < masker->text.length && is_word_char(masker->text.data[end])) {
            end++;
        }
        kind = word_kind(slice_of(masker->text.data + start, end - start));
    } else if (c == '(' && masker->recent[4].kind == TOKEN_CAPITALS &&
               (masker->recent[4].first || masker->recent[3].kind == TOKEN_WORD)) {
        end = parentheses_end(masker, start);
        kind = end > start + 1 ? TOKEN_PARENTHESES : TOKEN_PUNCTUATION;
        end = end > start + 1 ? end : start + 1;
    }
    *token = (struct token){kind, start, end, line_is_blank_before(masker, start), false};
    token->last = line_is_blank_after(masker, end);
    masker->at = end;
    return true;
}

static void blank(struct masker *masker, size_t start, size_t end) {
    if (masker->out->length == 0) {
        str_append_slice(masker->out, masker->text);
    }
    memset(masker->out->data + start, ' ', end - start);
}

static char mark(const struct masker *masker, const struct token *token) {
    return token->kind == TOKEN_PUNCTUATION ? masker->text.data[token->start] : '\0';
}

static bool token_is(const struct masker *masker, const struct token *token, const char *word) {
    return token->kind == TOKEN_WORD &&
           slice_equal(slice_sub(masker->text, token->start, token->end), slice_of_string(word));
}

// COMMON_FIELDS, or FIELDS(a, b), alone on a line between two members or statements.
static void mask_line(struct masker *masker) {
    const struct token *recent = masker->recent;
    const struct token *next = &recent[4];
    bool has_arguments = recent[3].kind == TOKEN_PARENTHESES;
    const struct token *macro = has_arguments ? &recent[2] : &recent[3];
    const struct token *before = macro - 1;
    char before_mark = mark(masker, before), next_mark = mark(masker, next);
    bool alone = macro->kind == TOKEN_CAPITALS && macro->first && recent[3].last;
    bool behind_end = before->kind == TOKEN_NONE || (before_mark && strchr(";{}:", before_mark));
    bool before_start = next->kind != TOKEN_PUNCTUATION || next_mark == '}' || next_mark == '~';
    bool only_enumerator = before_mark == '{' && next_mark == '}';
    if (alone && behind_end && before_start && !only_enumerator) {
        blank(masker, macro->start, recent[3].end);
    }
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
    bool named = recent[3].kind == TOKEN_WORD || recent[3].kind == TOKEN_CAPITALS;
    bool is_type = token_is(masker, keyword, "class") || token_is(masker, keyword, "struct") ||
                   token_is(masker, keyword, "union") || token_is(masker, keyword, "enum");
    if (opens && named && is_type && macro->kind == TOKEN_CAPITALS) {
        blank(masker, macro->start, recent[2].end);
    }
}

// (WINAPI *name)
static void mask_convention(struct masker *masker) {
    const struct token *recent = masker->recent;
    bool words = recent[1].kind == TOKEN_CAPITALS &&
                 (recent[3].kind == TOKEN_WORD || recent[3].kind == TOKEN_CAPITALS);
    if (words && mark(masker, &recent[0]) == '(' && mark(masker, &recent[2]) == '*' &&
        mark(masker, &recent[4]) == ')' && at_is(masker, recent[4].end, '(')) {
        blank(masker, recent[1].start, recent[1].end);
    }
}

void mask_macros(struct slice text, struct str *out) {
    struct masker masker = {.text = text, .out = out};
    struct token token;
    while (next_token(&masker, &token)) {
        memmove(masker.recent, masker.recent + 1, 4 * sizeof *masker.recent);
        masker.recent[4] = token;
        mask_line(&masker);
        mask_type(&masker);
        mask_convention(&masker);
    }
}
