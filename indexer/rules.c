// rules.c - see rules.h.
//
// Most rules are a plain name, a plain path or `*` with an end; they are
// compared without the matcher, as git does it: every path of a repository
// meets every rule above it.
#include "indexer/rules.h"

#include "base/glob.h"
#include "base/vec.h"

// Spaces at the end do not count unless escaped.
static struct slice trim_end(struct slice line) {
    size_t keep = 0;
    for (size_t i = 0; i < line.length; i++) {
        if (line.data[i] == '\\') {
            i++;
            keep = i + 1;
        } else if (line.data[i] != ' ') {
            keep = i + 1;
        }
    }
    return slice_sub(line, 0, keep);
}

static void add_rule(struct rules *rules, struct slice line, struct rule rule) {
    const char *nul = memchr(line.data, '\0', line.length);
    line = trim_end(nul ? slice_of(line.data, (size_t)(nul - line.data)) : line);
    rule.written = line;
    if (line.length && line.data[0] == '!') {
        rule.negated = true;
        line = slice_sub(line, 1, line.length);
    }
    if (line.length && line.data[line.length - 1] == '/') {
        rule.folders_only = true;
        line.length--;
    }
    rule.any_depth = line.length && !memchr(line.data, '/', line.length);
    if (line.length && line.data[0] == '/') {
        line = slice_sub(line, 1, line.length);
    }
    if (!line.length) {
        return;
    }
    rule.pattern = line;
    rule.literal = (uint32_t)glob_literal_length(line);
    struct slice end = slice_sub(line, 1, line.length);
    rule.ends_plain = line.data[0] == '*' && glob_literal_length(end) == end.length;
    vec_push(rules, rule);
}

void rules_add(struct rules *rules, struct slice text, uint32_t base, uint32_t source) {
    if (slice_starts_with(text, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        text = slice_sub(text, 3, text.length);
    }
    for (uint32_t number = 1; text.length; number++) {
        const char *newline = memchr(text.data, '\n', text.length);
        size_t length = newline ? (size_t)(newline - text.data) : text.length;
        struct slice line = slice_sub(text, 0, length);
        if (length && line.data[length - 1] == '\r') {
            line.length--;
        }
        if (line.length && line.data[0] != '#') {
            add_rule(rules, line, (struct rule){.base = base, .line = number, .source = source});
        }
        text = slice_sub(text, length + 1, text.length);
    }
}

static bool name_matches(const struct rule *rule, struct slice name) {
    struct slice pattern = rule->pattern;
    if (rule->literal == pattern.length) {
        return slice_equal(pattern, name);
    }
    if (rule->ends_plain) {
        size_t end = pattern.length - 1;
        return name.length >= end && memcmp(name.data + name.length - end, pattern.data + 1, end) == 0;
    }
    return glob_match(pattern, name, GLOB_NAME);
}

static bool rule_matches(const struct rule *rule, struct slice path, struct slice name, bool is_folder) {
    if (rule->folders_only && !is_folder) {
        return false;
    }
    if (rule->any_depth) {
        return name_matches(rule, name);
    }
    // git compares the part before the first special byte on its own: a `**` right behind it counts as one
    // at the start.
    struct slice rest = slice_sub(path, rule->base, path.length);
    struct slice literal = slice_sub(rule->pattern, 0, rule->literal);
    return slice_starts_with(rest, literal) &&
           glob_match(slice_sub(rule->pattern, rule->literal, rule->pattern.length),
                      slice_sub(rest, rule->literal, rest.length), GLOB_PATH);
}

const struct rule *rules_last_match(const struct rules *rules, struct slice path, struct slice name,
                                    bool is_folder) {
    for (size_t i = rules->count; i > 0; i--) {
        if (rule_matches(&rules->items[i - 1], path, name, is_folder)) {
            return &rules->items[i - 1];
        }
    }
    return NULL;
}

void rules_free(struct rules *rules) {
    vec_free(rules);
}
