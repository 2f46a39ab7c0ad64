// language.c - see language.h.
//
// The table is constant; what is compiled from it (queries: 4 to 40 ms a
// language) sits in a parallel array of slots, filled on first use under one
// lock and then only read. A slot's pointer is published with release order,
// so readers take no lock.
#include "indexer/language.h"

#include "base/mem.h"
#include "indexer/language_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { LANGUAGES_MAX = 64 };

static _Atomic(struct grammar *) grammars[LANGUAGES_MAX];
static pthread_mutex_t grammars_lock = PTHREAD_MUTEX_INITIALIZER;
static char trouble[256];

size_t language_count(void) {
    return language_table_count;
}

const struct language *language_at(size_t index) {
    return index < language_table_count ? &language_table[index] : NULL;
}

const char *const *language_keywords(void) {
    return language_table_keywords;
}

const char *language_id(const struct language *language) {
    return language ? language->ids[0] : "";
}

const char *language_name(const struct language *language) {
    return language ? language->name : "text";
}

const char *language_line_comment(const struct language *language) {
    return language ? language->comment : "//";
}

bool language_is_data(const struct language *language) {
    return language && language->is_data;
}

static struct capture capture_of_name(const char *name) {
    static const struct {
        const char *name;
        enum capture_role role;
        enum symbol_kind kind;
    } roles[] = {
        {"function", CAPTURE_DEFINITION, SYMBOL_FUNCTION},
        {"method", CAPTURE_DEFINITION, SYMBOL_METHOD},
        {"type", CAPTURE_DEFINITION, SYMBOL_TYPE},
        {"macro", CAPTURE_DEFINITION, SYMBOL_MACRO},
        {"constant", CAPTURE_DEFINITION, SYMBOL_CONSTANT},
        {"field", CAPTURE_DEFINITION, SYMBOL_FIELD},
        {"variable", CAPTURE_DEFINITION, SYMBOL_VARIABLE},
        {"module", CAPTURE_DEFINITION, SYMBOL_MODULE},
        {"name", CAPTURE_NAME, 0},
        {"declarator", CAPTURE_DECLARATOR, 0},
        {"body", CAPTURE_BODY, 0},
        {"block", CAPTURE_BLOCK, 0},
        {"value", CAPTURE_VALUE, 0},
        {"callable", CAPTURE_CALLABLE, 0},
        {"scope", CAPTURE_SCOPE, 0},
        {"container", CAPTURE_CONTAINER, 0},
        {"wrapper", CAPTURE_WRAPPER, 0},
        {"target", CAPTURE_TARGET, 0},
    };
    size_t length = strcspn(name, ".");
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strlen(roles[i].name) == length && strncmp(roles[i].name, name, length) == 0) {
            return (struct capture){roles[i].role, roles[i].kind, strcmp(name + length, ".declaration") == 0,
                                    name};
        }
    }
    return (struct capture){.role = CAPTURE_OTHER, .name = name};
}

static uint32_t predicate_length(const TSQueryPredicateStep *step, uint32_t steps) {
    uint32_t length = 0;
    while (length < steps && step[length].type != TSQueryPredicateStepTypeDone) {
        length++;
    }
    return length;
}

// The steps of a predicate: its name, the capture, the texts.
static bool read_predicate(struct grammar_query *out, uint32_t pattern, const TSQueryPredicateStep *step,
                           uint32_t length) {
    uint32_t name_length;
    bool known = length >= 3 && step[0].type == TSQueryPredicateStepTypeString &&
                 step[1].type == TSQueryPredicateStepTypeCapture && out->predicate_count < PREDICATES_MAX;
    for (uint32_t i = 2; known && i < length; i++) {
        known = step[i].type == TSQueryPredicateStepTypeString;
    }
    if (!known) {
        return false;
    }
    const char *name = ts_query_string_value_for_id(out->query, step[0].value_id, &name_length);
    bool negated = strcmp(name, "not-any-of?") == 0;
    out->predicates[out->predicate_count++] =
        (struct predicate){pattern, step[1].value_id, negated, step + 2, length - 2};
    return negated || strcmp(name, "any-of?") == 0 || (strcmp(name, "eq?") == 0 && length == 3);
}

static bool read_predicates(struct grammar_query *out) {
    for (uint32_t pattern = 0; pattern < ts_query_pattern_count(out->query); pattern++) {
        uint32_t steps;
        const TSQueryPredicateStep *step = ts_query_predicates_for_pattern(out->query, pattern, &steps);
        for (uint32_t at = 0, length; at < steps; at += length + 1) {
            length = predicate_length(step + at, steps - at);
            if (!read_predicate(out, pattern, step + at, length)) {
                return false;
            }
        }
    }
    return true;
}

static bool query_compile(struct grammar_query *out, const struct language *language,
                          const TSLanguage *grammar, const char *source, bool kinds) {
    uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    out->query = ts_query_new(grammar, source, (uint32_t)strlen(source), &offset, &error);
    if (!out->query || ts_query_capture_count(out->query) > CAPTURES_MAX || !read_predicates(out)) {
        snprintf(trouble, sizeof trouble, "%s: query error %d at byte %u: %.60s", language->name, (int)error,
                 offset, source + offset);
        return false;
    }
    for (uint32_t i = 0; i < ts_query_capture_count(out->query); i++) {
        uint32_t length;
        const char *name = ts_query_capture_name_for_id(out->query, i, &length);
        out->captures[i] =
            kinds ? (struct capture){.role = CAPTURE_KIND, .name = name} : capture_of_name(name);
    }
    return true;
}

static TSSymbol symbol_of(const TSLanguage *grammar, const char *name) {
    return ts_language_symbol_for_name(grammar, name, (uint32_t)strlen(name), true);
}

static TSFieldId field_of(const TSLanguage *grammar, const char *name) {
    return ts_language_field_id_for_name(grammar, name, (uint32_t)strlen(name));
}

static struct grammar *grammar_compile(const struct language *language) {
    struct grammar *grammar = mem_zero(1, sizeof *grammar);
    const TSLanguage *ts = language->grammar();
    grammar->language = ts;
    struct str source;
    str_init(&source);
    str_append_string(&source, language->symbols_query);
    str_append_string(&source, language->imports_query);
    bool good = query_compile(&grammar->symbols, language, ts, source.data, false) &&
                query_compile(&grammar->chunks, language, ts, language->chunks_query, true);
    str_free(&source);
    size_t mistake;
    if (good && !(grammar->references = references_rules_new(ts, language->references_query, &mistake))) {
        snprintf(trouble, sizeof trouble, "%s: references.scm: mistake before \"%.60s\"", language->name,
                 language->references_query + mistake);
        good = false;
    }
    if (!good) {
        ts_query_delete(grammar->symbols.query);
        ts_query_delete(grammar->chunks.query);
        free(grammar);
        return NULL;
    }
    grammar->declarator_field = field_of(ts, "declarator");
    grammar->body_field = field_of(ts, "body");
    grammar->name_field = field_of(ts, "name");
    grammar->scope_field = field_of(ts, "scope");
    grammar->function_declarator = symbol_of(ts, "function_declarator");
    grammar->operator_cast = symbol_of(ts, "operator_cast");
    return grammar;
}

const struct grammar *language_grammar(const struct language *language) {
    size_t index = (size_t)(language - language_table);
    if (index >= language_table_count || index >= LANGUAGES_MAX) {
        return NULL;
    }
    struct grammar *grammar = atomic_load_explicit(&grammars[index], memory_order_acquire);
    if (grammar) {
        return grammar;
    }
    pthread_mutex_lock(&grammars_lock);
    grammar = atomic_load_explicit(&grammars[index], memory_order_relaxed);
    if (!grammar) {
        grammar = grammar_compile(language);
        atomic_store_explicit(&grammars[index], grammar, memory_order_release);
    }
    pthread_mutex_unlock(&grammars_lock);
    return grammar;
}

const char *language_trouble(void) {
    return trouble;
}
