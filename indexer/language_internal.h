// language_internal.h - the generated table's rows and their compiled queries; for the tree-sitter files
// only.
//
// cmake/languages.cmake makes language_table from indexer/languages/<folder>/. A query's
// captures carry the whole meaning of a language, so a new one needs no C:
//
//   symbols.scm   @function @method @type @macro @constant @field @variable @module: a definition
//                 (".declaration" behind it: only a prototype). With it go
//                 @name        its name, or
//                 @declarator  a C declarator that is followed down to the name
//                 @body        where the signature ends
//                 @block       a body that stands behind the definition, or that has none at all (C)
//                 @callable    a function as a value: the signature ends where its `body` begins
//                 @value       kept in the signature if short
//                 @scope       the enclosing type's name where the tree does not enclose (Go methods)
//                 @container   look inside for more (only the direct children are searched)
//                 @wrapper     look inside; what is found begins where the wrapper begins
//   chunks.scm    the kind of a chunk by single node types, "(node) @kind"; @comment and @attribute
//                 stay with what follows, @import is not mixed with others
//   imports.scm   @target
//   references.scm  @call @type on the innermost of nested nodes, see references_rules.h
//
// Ownership: static, never freed. Threads: any (see language_grammar). Errors: as below. Limits: 32 captures
// a query.
#ifndef HUNCH_INDEXER_LANGUAGE_INTERNAL_H
#define HUNCH_INDEXER_LANGUAGE_INTERNAL_H

#include "indexer/language.h"
#include "indexer/patterns.h"
#include "indexer/record.h"
#include "indexer/references_rules.h"

#include <tree_sitter/api.h>

struct language {
    const char *name;
    const char *comment;
    const char *family;     // see language.h
    const char *const *ids; // NULL-terminated, the first is language_id()
    const char *const *extensions;
    const char *const *files;
    const char *const *shebangs; // programs that run such scripts, without folder and version
    const char *const *nesting;  // how it opens and closes what the grammar's scanner follows by recursion
    const TSLanguage *(*grammar)(void);
    const char *symbols_query;
    const char *chunks_query;
    const char *imports_query;
    const char *references_query;
    bool has_macros;      // C's family: see mask.c
    bool has_clauses;     // neighbouring definitions of one name are one: Haskell's equations
    bool is_data;         // what it defines are keys, not what a program can call: at most DATA_SYMBOLS_MAX
    bool has_apostrophes; // see language.h
    bool has_unpaired;    // likewise
    bool has_semicolons;  // likewise
    bool has_long_quotes; // likewise
    bool has_backticks;   // likewise
    bool has_templates;   // likewise
    bool has_patterns;    // likewise
    bool has_colons;      // likewise
    bool has_overloads;   // likewise
};

extern const struct language language_table[];
extern const size_t language_table_count;
extern const char *const language_table_keywords[];

enum capture_role {
    CAPTURE_OTHER,
    CAPTURE_DEFINITION,
    CAPTURE_NAME,
    CAPTURE_FILE,
    CAPTURE_DECLARATOR,
    CAPTURE_BODY,
    CAPTURE_BLOCK,
    CAPTURE_CALLABLE,
    CAPTURE_VALUE,
    CAPTURE_SCOPE,
    CAPTURE_CONTAINER,
    CAPTURE_WRAPPER,
    CAPTURE_TARGET,
    CAPTURE_RANK,
};

struct capture {
    enum capture_role role;
    enum symbol_kind kind; // of CAPTURE_DEFINITION
    bool is_declaration;
    unsigned rank; // of CAPTURE_RANK, 1 for the highest
};

struct grammar {
    const TSLanguage *language;
    struct patterns *symbols; // symbols.scm and imports.scm together: one search finds both
    struct capture captures[PATTERN_CAPTURES];
    struct patterns *chunks;
    struct references_rules *references;
    // Of C's declarators; 0 where the grammar has none.
    TSFieldId declarator_field, name_field, scope_field, body_field;
    TSSymbol function_declarator, operator_cast;
};

// Compiled on first use, under a lock. NULL if the grammar or a query does not load: a mistake in the folder,
// which tests/unit/indexer/patterns_test.c finds.
const struct grammar *language_grammar(const struct language *language);
// Why language_grammar gave NULL, for that test.
const char *language_trouble(void);
// The language of this text: as given, but a C header that reads like C++ is C++, and where none is given the
// first line may name one.
const struct language *language_refine(const struct language *language, const char *path, struct slice text);

// Would this text lead the grammar's scanner deeper than a thread's stack allows?
bool language_nests_too_deep(const struct language *language, struct slice text);
// What a grammar's scanner remembers, by its own `serialize`, into tree-sitter's buffer; nothing if it is too much.
unsigned language_scanner_state(unsigned (*serialize)(void *, char *), void *scanner, char *buffer);

#endif
