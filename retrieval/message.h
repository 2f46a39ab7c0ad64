// message.h - a message as a program said it, with values in it, against the string in the code that it was made of.
//
// "could not open file /etc/passwd: permission denied" was made of "could not open
// file %s: %s". So the words of the string, in rows between its placeholders, are looked for in those of the message, in order.
// Signs and the case do not matter. Of errors that were put one around the other, with
// colons between them, a string may be of one. Of a string that leaves nothing open, more has to be said.
//
// Placeholders: %s and the like, %(name)s, %1$s, {}, {name}, ${...}, #{...}, \(...).
//
// Ownership: views into the text given to message_init.
// Threads:   any; pure.
// Errors:    none; what is no message has no words, and is made of nothing.
// Limits:    MESSAGE_WORDS words; of a longer message the rest is passed over. Strings of MESSAGE_STRING bytes.
#ifndef HUNCH_RETRIEVAL_MESSAGE_H
#define HUNCH_RETRIEVAL_MESSAGE_H

#include "base/str.h"

#include <stdint.h>

enum { MESSAGE_WORDS = 96, MESSAGE_STRING = 1024 };

struct message {
    struct slice words[MESSAGE_WORDS];
    // Of those before each, how many look like no value: a number, part of a path, in quotes.
    uint32_t said[MESSAGE_WORDS + 1];
    uint8_t parts[MESSAGE_WORDS]; // of each: how many colons are before it
    uint32_t count;
};

// Of a text that looks like a message with values: several words, and signs or numbers among them.
void message_init(struct message *message, struct slice text);
// How much of the message the string's words are, within (0, 1]; 0: it was not made of it.
float message_match(const struct message *message, struct slice string);
// What is behind the first prefix that a program put before the message: "error: ", "(error) ", "[app]: ", "ERR ". *head:
// the prefix, without blanks. Empty, if there is none or what is behind it is too short to be told from other text.
struct slice message_behind_prefix(struct slice text, struct slice *head);
// So many words of a string are needed, at least.
uint32_t message_least_words(const struct message *message);

#endif
