// searching.h - what tests of a search are made of: some sources as open documents, and a search in them.
#ifndef HUNCH_TESTS_SEARCHING_H
#define HUNCH_TESTS_SEARCHING_H

#include "records.h"
#include "retrieval/retriever.h"

struct source {
    const char *path, *text;
    enum taint taint;
};

// As open documents, so that their text is at hand without a disk.
static inline struct retriever *index_of(const struct source *files, size_t count) {
    struct retriever *retriever = retriever_new("/nowhere");
    struct index_sink sink = retriever_sink(retriever);
    for (size_t i = 0; i < count; i++) {
        struct record *record = record_of(files[i].path, files[i].text);
        record->taint = files[i].taint;
        struct text *text = text_new(slice_of_string(files[i].text));
        sink.show(sink.self, record, text, 1);
        text_release(text);
        record_release(record);
    }
    sink.commit(sink.self, true);
    return retriever;
}

static inline void search_in(struct retriever *retriever, const char *text, const char *folder,
                             struct search_results *out) {
    struct search_request request = {
        .text = slice_of_string(text), .folder = slice_of_string(folder), .limit = 20, .lines = 4};
    retriever_search(retriever, &request, out);
}

#endif
