// embedding_prefix.c - see embedding_prefix.h.
//
// The first row whose word is in the name counts, so the special stand before the general. Where a model
// takes any instruction, ours says what it is for.
#include "backends/embedding_prefix.h"

#include <stddef.h>
#include <string.h>

#define FOR_PASSAGES "Represent this sentence for searching relevant passages: "
#define FOR_CODE     "Represent this query for searching relevant code: "
#define INSTRUCTION  "Instruct: Given a question about a program, retrieve the code that answers it\nQuery: "

static const struct {
    const char *word;
    struct embedding_prefixes prefixes;
} models[] = {
    {"nomic-embed-code", {FOR_CODE, ""}},
    {"coderankembed", {FOR_CODE, ""}},
    {"nomic-embed", {"search_query: ", "search_document: "}},
    {"jina-code-embeddings",
     {"Find the most relevant code snippet given the following query:\n", "Candidate code snippet:\n"}},
    {"embeddinggemma", {"task: code retrieval | query: ", "title: none | text: "}},
    {"qwen3-embedding", {INSTRUCTION, ""}},
    {"e5-mistral", {INSTRUCTION, ""}},
    {"e5-large-instruct", {INSTRUCTION, ""}},
    {"e5-", {"query: ", "passage: "}},
    {"arctic-embed2", {"query: ", ""}},
    {"arctic-embed-m-v2", {"query: ", ""}},
    {"arctic-embed-l-v2", {"query: ", ""}},
    {"arctic-embed", {FOR_PASSAGES, ""}},
    {"mxbai-embed", {FOR_PASSAGES, ""}},
    {"bge-small", {FOR_PASSAGES, ""}},
    {"bge-base", {FOR_PASSAGES, ""}},
    {"bge-large", {FOR_PASSAGES, ""}},
};

struct embedding_prefixes embedding_prefixes_of(const char *model) {
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        if (strcasestr(model, models[i].word)) {
            return models[i].prefixes;
        }
    }
    return (struct embedding_prefixes){"", ""};
}
