// hinting.c - see hinting.h.
#include "cli/hinting.h"

#include "completion/hints.h"
#include "indexer/syntax.h"
#include "retrieval/retriever.h"

struct hinting {
    struct retriever *retriever;
    struct index_sink sink;
    struct syntax *syntax;
    struct context context;
    struct str text;
};

struct hinting *hinting_new(const char *root) {
    struct hinting *hinting = mem_zero(1, sizeof *hinting);
    hinting->retriever = retriever_new(root);
    hinting->sink = retriever_sink(hinting->retriever);
    hinting->syntax = syntax_new();
    syntax_limit(hinting->syntax, SYNTAX_FILE_MS);
    context_init(&hinting->context);
    str_init(&hinting->text);
    return hinting;
}

void hinting_free(struct hinting *hinting) {
    if (hinting) {
        retriever_free(hinting->retriever);
        syntax_free(hinting->syntax);
        context_free(&hinting->context);
        str_free(&hinting->text);
        free(hinting);
    }
}

void hinting_put(struct hinting *hinting, struct record *record, struct slice text) {
    syntax_extract(hinting->syntax, language_of_text(record->path, text), text, NULL, record);
    hinting->sink.put(hinting->sink.self, record, text);
}

void hinting_remove(struct hinting *hinting, const char *path) {
    hinting->sink.remove(hinting->sink.self, path);
}

void hinting_commit(struct hinting *hinting, bool full_pass) {
    hinting->sink.commit(hinting->sink.self, full_pass);
}

const struct backend_hint *hinting_ask(struct hinting *hinting, const struct hinting_place *place,
                                       size_t *count) {
    str_clear(&hinting->text);
    str_append_slice(&hinting->text, place->prefix);
    str_append_slice(&hinting->text, place->suffix);
    struct retrieval_query query = {.path = place->path,
                                    .language = place->language,
                                    .text = str_slice(&hinting->text),
                                    .cursor = place->prefix.length};
    context_free(&hinting->context);
    retriever_query(hinting->retriever, &query, &hinting->context);
    *count = hinting->context.name_count;
    return hints_of(&hinting->context, &hinting->context.arena);
}
