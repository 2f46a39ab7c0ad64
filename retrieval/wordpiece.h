// wordpiece.h - text to the numbers of its word pieces, as the tokenizers of BERT's family do.
//
// Reads a tokenizer.json of Hugging Face's tokenizers. A text is cleaned,
// lower-cased, rid of accents, split at white space and around each mark of
// punctuation; each word becomes the longest pieces that the vocabulary has,
// from its start on. A word of which a part has no piece gives nothing.
//
// An identifier is taken apart where a small letter meets a capital one, which
// the original does not: its vocabulary has "parse" and "header", not "parseheader".
//
// Ownership: wordpiece_read / wordpiece_free.
// Threads:   read by one; afterwards any.
// Errors:    ERR_UNSUPPORTED says which part of the tokenizer is of a kind that is not known here.
// Limits:    a file of WORDPIECE_FILE bytes; words of 100 bytes; accents and capitals of Latin-1, beyond it letters are
//            taken as they are.
#ifndef HUNCH_RETRIEVAL_WORDPIECE_H
#define HUNCH_RETRIEVAL_WORDPIECE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum { WORDPIECE_FILE = 16 << 20, WORDPIECE_VOCABULARY = 1 << 20 };

struct wordpiece;

// json: the file's text; path: its name, for messages.
int wordpiece_parse(struct slice json, const char *path, struct wordpiece **out, struct err *err);
void wordpiece_free(struct wordpiece *wordpiece); // NULL is allowed
void wordpiece_scan(const struct wordpiece *wordpiece, struct slice text,
                    void (*emit)(void *context, uint32_t piece), void *context);

#endif
