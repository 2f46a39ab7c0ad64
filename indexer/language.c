// language.c - see language.h.
//
// The table is constant; what is read from its texts (patterns and rules) sits
// in a parallel array of slots, filled on first use under one lock and then only
// read. A slot's pointer is published with release order,
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

const char *language_family(const struct language *language) {
    return language ? language->family : "";
}

bool language_is_data(const struct language *language) {
    return language && language->is_data;
}

bool language_has_apostrophes(const struct language *language) {
    return language && language->has_apostrophes;
}

bool language_has_unpaired(const struct language *language) {
    return !language || language->has_unpaired;
}

bool language_has_semicolons(const struct language *language) {
    return language && language->has_semicolons;
}

bool language_has_long_quotes(const struct language *language) {
    return !language || language->has_long_quotes;
}

bool language_has_backticks(const struct language *language) {
    return language && language->has_backticks;
}

bool language_has_templates(const struct language *language) {
    return language && language->has_templates;
}

bool language_has_patterns(const struct language *language) {
    return language && language->has_patterns;
}

bool language_has_colons(const struct language *language) {
    return language && language->has_colons;
}

bool language_has_overloads(const struct language *language) {
    return !language || language->has_overloads;
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
        {"file", CAPTURE_FILE, 0},
        {"declarator", CAPTURE_DECLARATOR, 0},
        {"body", CAPTURE_BODY, 0},
        {"block", CAPTURE_BLOCK, 0},
        {"value", CAPTURE_VALUE, 0},
        {"callable", CAPTURE_CALLABLE, 0},
        {"scope", CAPTURE_SCOPE, 0},
        {"container", CAPTURE_CONTAINER, 0},
        {"wrapper", CAPTURE_WRAPPER, 0},
        {"target", CAPTURE_TARGET, 0},
        {"rank", CAPTURE_RANK, 0},
    };
    size_t length = strcspn(name, ".");
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strlen(roles[i].name) == length && strncmp(roles[i].name, name, length) == 0) {
            const char *more = name[length] ? name + length + 1 : "";
            return (struct capture){.role = roles[i].role,
                                    .kind = roles[i].kind,
                                    .is_declaration = strcmp(more, "declaration") == 0,
                                    .rank = (unsigned)strtoul(more, NULL, 10)};
        }
    }
    return (struct capture){.role = CAPTURE_OTHER};
}

static TSSymbol symbol_of(const TSLanguage *grammar, const char *name) {
    return ts_language_symbol_for_name(grammar, name, (uint32_t)strlen(name), true);
}

static TSFieldId field_of(const TSLanguage *grammar, const char *name) {
    return ts_language_field_id_for_name(grammar, name, (uint32_t)strlen(name));
}

// Of symbols.scm and imports.scm together: one search finds both.
static bool compile_symbols(struct grammar *grammar, const struct language *language) {
    const char *texts[] = {language->symbols_query, language->imports_query};
    const char *mistake;
    grammar->symbols = patterns_new(grammar->language, texts, 2, &mistake);
    if (!grammar->symbols) {
        snprintf(trouble, sizeof trouble, "%s: symbols.scm or imports.scm: mistake before \"%.60s\"",
                 language->name, mistake);
        return false;
    }
    for (size_t i = 0; i < patterns_capture_count(grammar->symbols); i++) {
        grammar->captures[i] = capture_of_name(patterns_capture_name(grammar->symbols, i));
    }
    return true;
}

static bool compile_chunks(struct grammar *grammar, const struct language *language) {
    const char *mistake;
    grammar->chunks = patterns_new(grammar->language, &language->chunks_query, 1, &mistake);
    if (!grammar->chunks) {
        snprintf(trouble, sizeof trouble, "%s: chunks.scm: mistake before \"%.60s\"", language->name,
                 mistake);
    }
    return grammar->chunks;
}

static bool compile_references(struct grammar *grammar, const struct language *language) {
    size_t mistake;
    grammar->references = references_rules_new(grammar->language, language->references_query, &mistake);
    if (!grammar->references) {
        snprintf(trouble, sizeof trouble, "%s: references.scm: mistake before \"%.60s\"", language->name,
                 language->references_query + mistake);
    }
    return grammar->references;
}

static struct grammar *grammar_compile(const struct language *language) {
    struct grammar *grammar = mem_zero(1, sizeof *grammar);
    const TSLanguage *ts = language->grammar();
    grammar->language = ts;
    if (!compile_symbols(grammar, language) || !compile_chunks(grammar, language) ||
        !compile_references(grammar, language)) {
        patterns_free(grammar->symbols);
        patterns_free(grammar->chunks);
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
