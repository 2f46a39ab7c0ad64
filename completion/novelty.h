// novelty.h - which retrieved items tell a model something about the line being written that its prompt does not.
//
// Models take names from what they see. An item is news if it holds
//
//   - a name that stands on the cursor's line or the one above, as its definition, while the rest of the prompt
//     does not use that name: else how it is used can be seen there; or
//   - a name that begins with the word being typed (NOVELTY_WORD bytes of it), while none in the prompt does.
//
// Ownership: borrows the texts given. Threads: one owner at a time. Errors, limits: none.
#ifndef HUNCH_COMPLETION_NOVELTY_H
#define HUNCH_COMPLETION_NOVELTY_H

#include "base/map.h"
#include "retrieval/context.h"

enum { NOVELTY_WORD = 3 };

struct novelty {
    struct map shown;      // hashes of names in the prompt, but for those two lines
    struct map line;       // of those lines, without the word being typed
    struct slice word;     // being typed; empty if it is too short to tell
    bool word_begins_name; // one that is shown
};

// around: the document's text that the prompt shows, with the cursor in it.
void novelty_init(struct novelty *novelty, struct slice around, size_t cursor);
void novelty_free(struct novelty *novelty);
void novelty_show(struct novelty *novelty, struct slice text); // more that the prompt shows
bool novelty_is(const struct novelty *novelty, const struct context_item *item);

#endif
