// prompt.h - lays out what a FIM model is told: context first and stable, best last, then the code around the
// cursor; each prompt as like the last one of its document as it can be.
//
// A model's server keeps what it computed for the head that two prompts share,
// and computes the rest, which is most of the time to the first token. So the
// compiler remembers, per document, the last prompt's parts, and changes them
// only for a reason, as far behind as it can: the retrieved block (block.h), where the prefix begins and
// what of the suffix is shown (window.h).
//
// The budget is the model's context window less what it may answer, less a
// fiftieth. What stands around the cursor tells how many bytes a token has here
// (a table of numbers has fewer than code); the shares are in bytes by that. The
// prompt is counted as a whole at last, and cut if it is too long after all.
//
// The suffix gets a sixth, and where it stands behind the prefix, so that all of
// it is read again with each keystroke, at most a fifth of what stands before
// it. Of the rest the prefix has the first half, or what the document has; of a
// small window, where half is less than 1,024 tokens, it has so many, but no
// more than three quarters: what stands right before the cursor tells a model
// more than anything else, while a few signatures are enough to tell it names.
// The block gets what is left then, but nothing if that is under
// PROMPT_LEAST_CONTEXT: so little helps nobody. A block is made an eighth
// smaller than it may be, and smaller than what the prefix may still grow by, so
// that neither is soon in the other's way.
//
// Ownership: prompt_memory_new / prompt_memory_free; what a query points to is borrowed for the call; out is the
//            caller's.
// Threads:   one owner of the memory at a time.
// Errors:    none.
// Limits:    PROMPT_DOCUMENTS documents are remembered, the one asked for longest ago is forgotten first.
//
// Invariants (tests/unit/completion/prompt_test.c quotes the numbers):
//   C1  the same queries in the same order give the same bytes
//   C2  never longer than the budget, by the estimate of backends/token_estimate.h, but for the template's own tokens
//   C3  the prefix ends at the cursor, the suffix begins there; where it stands first, behind the closing brackets
//       that end the cursor's line, which editors put there and a suggestion may say again
#ifndef HUNCH_COMPLETION_PROMPT_H
#define HUNCH_COMPLETION_PROMPT_H

#include "backends/token_estimate.h"
#include "completion/block.h"

enum { PROMPT_DOCUMENTS = 16, PROMPT_LEAST_CONTEXT = 256 };

struct prompt_memory;

struct prompt_query {
    const struct fim_template *fim;
    const char *repository;      // its name
    const char *path, *language; // LSP id; NULL: unknown
    struct slice document;
    size_t cursor;
    struct context *context;     // NULL: none; which of it the prompt shows is marked
    bool cut_short;              // retrieval did not finish in time
    struct block_files files;    // what the index knows, also of the document
    uint32_t context_tokens;     // of the model; 0: 4,096
    struct token_weights tokens; // how the model counts them
    uint32_t answer_tokens;
};

struct prompt_report {
    size_t bytes;
    size_t kept_bytes;               // at the head, as in the prompt compiled before, of whichever document
    uint32_t tokens, changed_tokens; // estimated; changed: behind the kept bytes
    size_t context_bytes;
    uint32_t context_items;
    uint32_t missing; // retrieved items that are not in it
    enum block_fate block;
};

struct prompt_memory *prompt_memory_new(void);
void prompt_memory_free(struct prompt_memory *memory); // NULL is allowed
// Appends the prompt to out.
void prompt_compile(struct prompt_memory *memory, const struct prompt_query *query, struct str *out,
                    struct prompt_report *report);

#endif
