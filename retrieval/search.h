// search.h - ranked search over a snapshot: plain words, names or code in, definitions and passages out.
//
// Candidates come from four sides: BM25 over one-line signatures, BM25 over
// chunks, definitions of the very names that are asked for, and what the files
// themselves told (search_read.h): those that are named, who says the text word for word or the string
// that it was made of, and where nothing but keywords is asked for, the signatures and the code that say them;
// with an embedder also the chunks nearest to the question. A chunk stands
// for the definitions in it, or for itself if it is in none (a document, a
// script). Each candidate is rated by a handful of features and listed once.
//
// Ownership: search_run fills the caller's array; symbols and chunks are borrowed from the pinned snapshot.
// Threads:   any; the snapshot is pinned.
// Errors:    none; nothing asked or nothing found gives no hits.
// Limits:    SEARCH_MOST hits.
//
// Invariants (tests/unit/retrieval/search_test.c quotes the numbers):
//   Q1  a definition, or a passage outside of any, is listed once at most
//   Q2  what a search for one name finds by that name stands before all else, but a file of that name
//   Q3  nothing is listed of dead files, nor of files outside the folder asked for
//   Q4  every hit has a word or the text of the search in it, or a word in its name, scope, signature or path, or is of
//       a near chunk
#ifndef HUNCH_RETRIEVAL_SEARCH_H
#define HUNCH_RETRIEVAL_SEARCH_H

#include "retrieval/search_read.h"

enum { SEARCH_MOST = 1000 };

// What a candidate is rated by; each is within [0, 1].
#define SEARCH_FEATURES(X)                                                                                   \
    X(SIGNATURE)   /* BM25 of the signature document, the best one's being 1 */                              \
    X(NEAR_CHUNK)  /* its nearest chunk, the nearest of all being 1 and the last of SEARCH_NEAR 0 */         \
    X(CHUNK)       /* BM25 of its best chunk, the best one's being 1 */                                      \
    X(NAME)        /* how much of what is asked the name says */                                             \
    X(NAME_SAYS)   /* how much of the name is asked for */                                                   \
    X(SCOPE)       /* how much of what is asked the scope says */                                            \
    X(LINE)        /* the signature says */                                                                  \
    X(KEYWORD)     /* how many of the keywords that are asked for the signature says */                      \
    X(CODE)        /* how well its code says them, if nothing else is asked for; 0 unless all of them */     \
    X(PHRASE)      /* how well its text or comment says the search's word for word */                        \
    X(MESSAGE)     /* how much of the search, taken for a message, a string in it says */                    \
    X(DOC)         /* the doc comment's first line says */                                                   \
    X(FILE)        /* the file's name says */                                                                \
    X(FOLDER)      /* its folders say */                                                                     \
    X(BODY)        /* its best chunk says */                                                                 \
    X(ALL)         /* all of these together say */                                                           \
    X(EVERY)       /* of two or three words, one in no signature, none is left out */                        \
    X(PATH)        /* how well it is the place or the file asked for */                                      \
    X(EXACT)       /* a name that is asked for is its name, but for the case */                              \
    X(EXACT_CASE)  /* in the same case, too */                                                               \
    X(EXACT_SCOPE) /* and so is the scope */                                                                 \
    X(KIND)        /* it is of the kind that is asked for */                                                 \
    X(CONSTRUCTOR) /* of a type whose name alone is asked for */                                             \
    X(FUNCTION)                                                                                              \
    X(TYPE)                                                                                                  \
    X(CONSTANT) /* or a type that is but a name for another */                                               \
    X(FIELD)                                                                                                 \
    X(VARIABLE)                                                                                              \
    X(MODULE)                                                                                                \
    X(PASSAGE) /* no definition */                                                                           \
    X(DECLARATION)                                                                                           \
    X(LARGE)   /* has many lines */                                                                          \
    X(PRIVATE) /* begins with "_" */                                                                         \
    X(TEST)                                                                                                  \
    X(VENDORED) /* or generated */                                                                           \
    X(COPY)     /* the same stands in a smaller file, or is defined, too */                                  \
    X(PROSE)    /* in a file of no programming language */

enum search_feature {
#define SEARCH_ENUM(name) SEARCH_##name,
    SEARCH_FEATURES(SEARCH_ENUM)
#undef SEARCH_ENUM
        SEARCH_FEATURE_COUNT
};

struct search_hit {
    struct snapshot_file at;
    const char *path;            // of it
    const struct symbol *symbol; // NULL: no definition
    const struct chunk *chunk;   // the best of it; NULL: only its signature was found
    uint32_t line;               // to be shown, from 1; 0: as the features say
    uint32_t found;              // how many were found before it
    float features[SEARCH_FEATURE_COUNT];
    float score;
};

enum { SEARCH_NEAR = 300 };

// The chunks nearest to a question, the nearest first.
struct search_near {
    const struct bm25_hit *hits;
    size_t count; // 0: nobody knows
};

// Best first, into hits[limit]. folder: below the root, without a "/" at its end; "": everywhere.
size_t search_run(const struct snapshot *snapshot, const struct search_words *words, struct search_near near,
                  const struct search_read *read, struct slice folder, size_t limit, struct search_hit *hits);

#endif
