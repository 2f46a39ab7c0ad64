// signatures.h - ranks the repository's definitions by how likely the code at the cursor needs them next.
//
// Every definition is a one-line document. What BM25 finds, what similar code
// elsewhere uses, what the rest of the file and its imports name, is gathered
// into candidates; a linear score over a few features of each orders them.
//
// Ownership: signatures_rank fills an array that the caller frees.
// Threads:   any; the snapshot is pinned.
// Errors:    none; past the token's deadline fewer candidates are considered.
// Limits:    SIGNATURES_CANDIDATES candidates, of which SIGNATURES_KEPT are rated in full and returned.
#ifndef HUNCH_RETRIEVAL_SIGNATURES_H
#define HUNCH_RETRIEVAL_SIGNATURES_H

#include "base/cancel.h"
#include "retrieval/chunks.h"
#include "retrieval/imports.h"
#include "retrieval/query.h"

enum { SIGNATURES_CANDIDATES = 1000, SIGNATURES_KEPT = 300 };

// Each is between 0 and about 1; the weights in signature_rating.c say what it is worth.
#define SIGNATURE_FEATURES(X)                                                                                \
    X(BM25)           /* score of the signature document, the best one's being 1 */                          \
    X(BM25_LINE)      /* the same for the words of the cursor's line and the two above */                    \
    X(SIMILAR)        /* in which part of the similar chunks the name occurs */                              \
    X(SIMILAR_RARE)   /* the same, rare names counting more */                                               \
    X(SIMILAR_LINE)   /* the same for chunks similar to the cursor's line and the two above */               \
    X(DIRECT)         /* in a file that the open one imports */                                              \
    X(PACKAGE)        /* in its package */                                                                   \
    X(SECOND)         /* in a file imported at second hand */                                                \
    X(SMALL)          /* in an imported file with few definitions */                                         \
    X(FOLDER)         /* in its folder */                                                                    \
    X(NEAR)           /* few folders away */                                                                 \
    X(BELOW)          /* named below the cursor */                                                           \
    X(BELOW_NEAR)     /* and soon */                                                                         \
    X(IMPORTED)       /* named by an import statement and not used yet */                                    \
    X(ABOVE)          /* named above the cursor: the model sees how it is used */                            \
    X(RECEIVER)       /* a member of the type left of the "." */                                             \
    X(SCOPE_NEAR)     /* a member of a type named in the lines above */                                      \
    X(SCOPE_ABOVE)    /* a member of a type named anywhere above */                                          \
    X(SCOPE_IMPORTED) /* a member of a type that is imported */                                              \
    X(MEMBER)         /* has a scope, after a "." */                                                         \
    X(FREE)           /* has none, after a "." */                                                            \
    X(FUNCTION)                                                                                              \
    X(TYPE)                                                                                                  \
    X(CONSTANT)                                                                                              \
    X(FIELD)                                                                                                 \
    X(DECLARATION)                                                                                           \
    X(TEST)      /* in a test, the open file is none */                                                      \
    X(BOTH_TEST) /* both are */                                                                              \
    X(VENDORED)                                                                                              \
    X(USED)      /* by many chunks of the repository */                                                      \
    X(USED_NEAR) /* by many chunks of the own and near folders */                                            \
    X(PRIVATE)   /* begins with "_", in another package */                                                   \
    X(PREFIX)    /* begins with the word being typed */

enum signature_feature {
#define SIGNATURE_ENUM(name) SIGNATURE_##name,
    SIGNATURE_FEATURES(SIGNATURE_ENUM)
#undef SIGNATURE_ENUM
        SIGNATURE_FEATURE_COUNT
};

struct signature {
    uint32_t segment, id, file; // of the symbol
    float features[SIGNATURE_FEATURE_COUNT];
    float score;
};

struct signatures_input {
    const struct snapshot *snapshot;
    const struct query *query;
    const struct imports *imports;
    const struct snapshot_file *self;   // NULL if the open file is not indexed
    bool is_test;                       // the open file is
    const struct chunks_found *similar; // chunks_lexical's
    const struct cancel *cancel;
};

// Best first; *count gets their number.
struct signature *signatures_rank(const struct signatures_input *input, size_t *count);

#endif
