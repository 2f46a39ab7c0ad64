// embedding_prefix.h - what an embedding model wants to stand before a question and before a text that may answer it.
//
// Many models were trained with such words and find less without them. A server
// does not say which; the model's name does. Source: the models' own cards.
//
// Ownership: the strings are constants. Threads: any. Errors: none; a model that is not known gets "" for both.
#ifndef HUNCH_BACKENDS_EMBEDDING_PREFIX_H
#define HUNCH_BACKENDS_EMBEDDING_PREFIX_H

struct embedding_prefixes {
    const char *query, *passage;
};

struct embedding_prefixes embedding_prefixes_of(const char *model); // its name as a server knows it

#endif
