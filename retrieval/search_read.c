// search_read.c - see search_read.h.
#include "retrieval/search_read.h"

#include "retrieval/keyword_scan.h"
#include "retrieval/phrase_scan.h"

#include <stdlib.h>

void search_read_init(struct search_read *read, const struct snapshot *snapshot, const char *root,
                      const struct search_words *words, struct slice folder) {
    *read = (struct search_read){0};
    if (words->phrase.count) {
        read->phrases = mem_alloc(SEARCH_READ_HITS * sizeof *read->phrases);
        read->phrase_count = phrase_scan(snapshot, root, &words->phrase, words->phrase_is_code, folder,
                                         SEARCH_READ_HITS, read->phrases, &read->is_cut);
    }
    if (words->only_keywords && read->phrase_count == 0) {
        read->keywords = mem_alloc(SEARCH_READ_HITS * sizeof *read->keywords);
        read->keyword_count =
            keyword_scan(snapshot, root, words, folder, SEARCH_READ_HITS, read->keywords, &read->is_cut);
    }
}

void search_read_free(struct search_read *read) {
    free(read->keywords);
    free(read->phrases);
}
