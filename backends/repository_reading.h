// repository_reading.h - the open file's text as tokens, kept from one request to the next: what changed is read anew.
//
// Ownership: reading_new / reading_free. The text is copied.
// Threads:   one at a time.
// Errors:    none. Limits: READING_ABOVE bytes before and READING_BELOW behind the cursor, up to READING_STEP more of each,
//            or a whole text of READING_WHOLE bytes;
//            words that are in the text no more pile up until there are twice as many as there were: then all is read anew.
//
// Invariants (tests quote the numbers):
//   K1  whatever was read before, the tokens of any part of the text are those of that part alone
#ifndef HUNCH_BACKENDS_REPOSITORY_READING_H
#define HUNCH_BACKENDS_REPOSITORY_READING_H

#include "backends/repository_tokens.h"

enum {
    READING_ABOVE = 128 << 10,
    READING_BELOW = 64 << 10,
    READING_RIGHT = 4 << 10, // of the cursor's line, more than READING_BELOW
    READING_STEP = 16 << 10,
    READING_WHOLE = 384 << 10
};

struct reading;

struct reading *reading_new(void);
void reading_free(struct reading *reading); // NULL is fine
// What is read of a text before and behind the cursor. Where it is cut moves in steps, so that what is read stays the same
// while the cursor moves; and a part of this is read of a part of it.
struct slice reading_above(struct slice prefix);
struct slice reading_below(struct slice suffix);
// Reads these parts of a text before and behind the cursor, for words of that vocabulary, and all the rest if it has that
// already. The slices become the parts, in the copy. Returns how many bytes from the beginning on were there before.
size_t reading_take(struct reading *reading, struct vocabulary *vocabulary, struct slice *above,
                    struct slice *below);
// Of a text in which nobody types yet, so that nobody knows which parts are asked for: up to READING_WHOLE bytes.
size_t reading_take_whole(struct reading *reading, struct vocabulary *vocabulary, struct slice text);
// Are its words numbered for that vocabulary? If not, all is read anew when it is taken for it.
bool reading_is_of(const struct reading *reading, const struct vocabulary *vocabulary);
// Where a part begins in the copy.
size_t reading_start(const struct reading *reading, struct slice part);
// The tokens of a part of the copy, appended, with the words' numbers in reading_words and TOKEN_FIRST_WORD for ids.
void reading_append(const struct reading *reading, struct encoder *encoder, struct slice part,
                    struct token_list *out);
struct words *reading_words(struct reading *reading);
// Of all of them the numbers in the vocabulary, as of now; INTERN_NONE where it has them not. Valid until the next call.
const uint32_t *reading_known(struct reading *reading);

#endif
