// embedder_static.h - a static table of word vectors that the user points to: model2vec's format.
//
// The folder holds model.safetensors with the tensor "embeddings", a row for
// each token (or for each group of them, which "mapping" then tells; "weights"
// says how much a token counts), and tokenizer.json. A text's vector is the
// mean of its tokens' rows. The rows come ordered by how much they tell (PCA),
// so the first 256 components of a longer one are kept; shorter ones are filled
// up with zeros. Source: https://github.com/MinishLab/model2vec.
//
// Ownership: embedder_static_new / embedder_close.
// Threads:   those of embedder.h; prepare reads the folder.
// Errors:    prepare's err names the file, what is wrong with it and what would be right.
// Limits:    WORDPIECE_VOCABULARY rows: 260 bytes of memory for each.
#ifndef HUNCH_RETRIEVAL_EMBEDDER_STATIC_H
#define HUNCH_RETRIEVAL_EMBEDDER_STATIC_H

#include "retrieval/embedder.h"

struct embedder *embedder_static_new(const char *folder); // an absolute path; read by prepare

#endif
