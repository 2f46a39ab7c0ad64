// references_rules.c - see references_rules.h; a recursive descent without the recursion.
#include "indexer/references_rules.h"

#include "base/mem.h"
#include "indexer/scm.h"

#include <stdlib.h>

struct reader {
    const TSLanguage *language;
    const char *at;
};

// "(type" and, if a field of it follows, "field:".
static bool read_node(struct reader *reader, struct references_step *step, TSFieldId *field) {
    if (!scm_take(&reader->at, '(')) {
        return false;
    }
    struct slice type = scm_word(&reader->at);
    step->symbol = ts_language_symbol_for_name(reader->language, type.data, (uint32_t)type.length, true);
    step->field = *field;
    struct slice name = scm_word(&reader->at);
    *field = ts_language_field_id_for_name(reader->language, name.data, (uint32_t)name.length);
    bool good_field = name.length == 0 || (*field && scm_take(&reader->at, ':'));
    return step->symbol && step->symbol < ts_language_symbol_count(reader->language) && good_field;
}

static bool read_kind(struct reader *reader, enum reference_kind *kind) {
    if (!scm_take(&reader->at, '@')) {
        return false;
    }
    struct slice name = scm_word(&reader->at);
    *kind = slice_equal(name, SLICE_LITERAL("call")) ? REFERENCE_CALL : REFERENCE_TYPE;
    return *kind == REFERENCE_CALL || slice_equal(name, SLICE_LITERAL("type"));
}

static bool read_rule(struct reader *reader, struct references_rule *rule) {
    TSFieldId field = 0;
    do {
        if (rule->length == REFERENCES_DEPTH || !read_node(reader, &rule->steps[rule->length], &field)) {
            return false;
        }
        rule->length++;
        scm_skip_space(&reader->at);
    } while (*reader->at == '(');
    if (field || !scm_take(&reader->at, ')') || !read_kind(reader, &rule->kind)) {
        return false;
    }
    for (int open = rule->length - 1; open > 0; open--) {
        if (!scm_take(&reader->at, ')')) {
            return false;
        }
    }
    return true;
}

static void enter_rule(struct references_rules *rules) {
    struct references_rule *rule = &rules->items[rules->count++];
    uint8_t *first = &rules->first[rule->steps[0].symbol];
    rule->next = *first;
    *first = rules->count;
}

// Several symbols bear one name (aliases): a pattern means them all.
static void spread(struct references_rules *rules, const TSLanguage *language) {
    for (TSSymbol symbol = 0; symbol < rules->symbols; symbol++) {
        bool is_node = ts_language_symbol_type(language, symbol) == TSSymbolTypeRegular;
        for (uint8_t i = 0; is_node && rules->first[symbol] == 0 && i < rules->count; i++) {
            TSSymbol known = rules->items[i].steps[0].symbol;
            bool same = strcmp(ts_language_symbol_name(language, symbol),
                               ts_language_symbol_name(language, known)) == 0;
            rules->first[symbol] = same ? rules->first[known] : 0;
        }
    }
}

struct references_rules *references_rules_new(const TSLanguage *language, const char *text, size_t *mistake) {
    struct references_rules *rules = mem_zero(1, sizeof *rules);
    struct reader reader = {language, text};
    rules->symbols = (TSSymbol)ts_language_symbol_count(language);
    rules->first = mem_zero(rules->symbols, sizeof *rules->first);
    for (scm_skip_space(&reader.at); *reader.at; scm_skip_space(&reader.at)) {
        if (rules->count == REFERENCES_RULES || !read_rule(&reader, &rules->items[rules->count])) {
            *mistake = (size_t)(reader.at - text);
            references_rules_free(rules);
            return NULL;
        }
        enter_rule(rules);
    }
    spread(rules, language);
    return rules;
}

void references_rules_free(struct references_rules *rules) {
    if (rules) {
        free(rules->first);
        free(rules);
    }
}
