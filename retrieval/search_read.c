// search_read.c - see search_read.h.
#include "retrieval/search_read.h"

#include "indexer/terms.h"
#include "retrieval/keyword_scan.h"
#include "retrieval/message_scan.h"
#include "retrieval/paths.h"
#include "retrieval/phrase_scan.h"
#include "retrieval/spelling.h"

#include <stdlib.h>

enum { PREFIXES = 4 }; // of one message: "(error) ERR ..."

struct reading {
    const struct search_asked *asked;
    const struct search_words *words;
    struct search_read *read;
};

static void read_phrases(struct reading *reading) {
    struct search_read *read = reading->read;
    read->phrases = mem_alloc(SEARCH_READ_HITS * sizeof *read->phrases);
    read->phrase_count = phrase_scan(reading->asked->snapshot, reading->asked->root, &reading->words->phrase,
                                     reading->words->phrase_is_code, reading->asked->folder, SEARCH_READ_HITS,
                                     read->phrases, &read->is_cut);
}

static void read_keywords(struct reading *reading) {
    struct search_read *read = reading->read;
    read->keywords = mem_alloc(SEARCH_READ_HITS * sizeof *read->keywords);
    read->keyword_count =
        keyword_scan(reading->asked->snapshot, reading->asked->root, reading->words, reading->asked->folder,
                     SEARCH_READ_HITS, read->keywords, &read->is_cut);
}

static void read_messages(struct reading *reading) {
    struct search_read *read = reading->read;
    struct message message;
    message_init(&message, slice_of_string(reading->words->text));
    if (message.count) {
        read->messages = mem_alloc(SEARCH_READ_HITS * sizeof *read->messages);
        read->message_count =
            message_scan(reading->asked->snapshot, reading->asked->root, &message, reading->asked->folder,
                         SEARCH_READ_HITS, read->messages, &read->is_cut);
    }
}

// What stands in the code as it was asked for was not made of something else; in a test it may be what is expected.
static bool is_in_code(const struct search_read *read, const struct snapshot *snapshot) {
    for (size_t i = 0; i < read->phrase_count; i++) {
        const struct record *record = snapshot_file(snapshot, read->phrases[i].at)->record;
        const struct language *language = language_of_id(record->language);
        if (record->taint == TAINT_OWN && language && !language_is_data(language)) {
            return true;
        }
    }
    return false;
}

// From now on it is that text which has to stand word for word, if it stands in the code.
static bool take_phrase(struct search_read *read, struct search_words *words,
                        const struct search_asked *asked, struct slice text) {
    struct phrase before = words->phrase;
    struct search_read part = {0};
    struct reading reading = {asked, words, &part};
    phrase_init(&words->phrase, text);
    if (words->phrase.count) {
        read_phrases(&reading);
    }
    bool stands = is_in_code(&part, asked->snapshot);
    read->is_cut = read->is_cut || part.is_cut;
    if (stands) {
        free(read->phrases);
        read->phrases = part.phrases;
        read->phrase_count = part.phrase_count;
        words->phrase_first = true;
    } else {
        free(part.phrases);
        words->phrase = before;
    }
    return stands;
}

// What a program puts before its messages stands elsewhere. The longest part behind it that the code says is taken.
static bool read_behind_prefixes(struct search_read *read, struct search_words *words,
                                 const struct search_asked *asked) {
    struct slice head, rest = slice_of_string(words->text);
    for (int i = 0; i < PREFIXES && (rest = message_behind_prefix(rest, &head)).length; i++) {
        if (take_phrase(read, words, asked, rest)) {
            return true;
        }
    }
    return false;
}

// "[app error]" alone, where what it was put before is from elsewhere.
static void read_prefix(struct search_read *read, struct search_words *words,
                        const struct search_asked *asked) {
    struct slice head;
    if (message_behind_prefix(slice_of_string(words->text), &head).length && head.data[0] == '[' &&
        memchr(head.data, ' ', head.length)) {
        take_phrase(read, words, asked, head);
    }
}

static void read_files(struct search_read *read, struct search_words *words,
                       const struct search_asked *asked) {
    *read = (struct search_read){0};
    struct reading reading = {asked, words, read};
    search_files_init(&read->files, asked, slice_of_string(words->text));
    if (read->files.is_all) {
        return;
    }
    if (words->phrase.count) {
        read_phrases(&reading);
    }
    if (read->phrase_count == 0 && words->only_keywords) {
        read_keywords(&reading);
    } else if (!words->is_name && !is_in_code(read, asked->snapshot) &&
               !read_behind_prefixes(read, words, asked)) {
        read_messages(&reading);
        if (read->message_count == 0) {
            read_prefix(read, words, asked);
        }
    }
}

struct saying {
    const struct snapshot *snapshot;
    bool says_all;
};

static void ask(void *context, uint32_t term) {
    struct saying *saying = context;
    saying->says_all = saying->says_all && spelling_held(saying->snapshot, term) > 0;
}

// Of a file's name its ending is no word: what is before it is searched for, if anything says it, and who names the file.
static void read_stem(struct search_read *read, struct search_words *words,
                      const struct search_asked *asked) {
    struct saying saying = {asked->snapshot, true};
    struct slice named = read->files.named, before = paths_stem(named);
    size_t at = slice_find(asked->text, named, 0);
    struct slice name = at == (size_t)-1 ? asked->text : slice_sub(asked->text, at, at + named.length);
    struct str stem;
    str_init(&stem);
    terms_scan(before, ask, &saying);
    str_append_slice(&stem, saying.says_all ? before : SLICE_LITERAL(""));
    struct search_files files = read->files;
    read->files = (struct search_files){0};
    str_init(&read->files.note);
    search_read_free(read);
    search_words_free(words);
    search_words_init(words, asked->snapshot, asked->root, str_slice(&stem));
    phrase_init(&words->phrase, name); // the caller's text outlives it
    words->phrase_first = true;
    words->phrase_is_code = false;
    read_files(read, words, asked);
    if (files.list.count == 0) { // what is called so without its ending, and that it is not there
        str_free(&read->files.note);
        read->files.note = files.note;
        str_init(&files.note);
        search_files_free(&files);
    } else {
        search_files_free(&read->files);
        read->files = files;
        read->files.named = SLICE_LITERAL(""); // it was of the words before these
    }
    str_free(&stem);
}

bool search_read_found(const struct search_read *read) {
    return read->files.list.count || read->message_count || read->phrase_count;
}

void search_read_init(struct search_read *read, struct search_words *words,
                      const struct search_asked *asked) {
    search_words_init(words, asked->snapshot, asked->root, asked->text);
    read_files(read, words, asked);
    if (read->files.named.length) {
        read_stem(read, words, asked);
    } else if (words->corrected.length && !search_read_found(read)) {
        search_read_free(read);
        search_words_correct(words, asked->snapshot, asked->root);
        read_files(read, words, asked);
    }
}

void search_read_free(struct search_read *read) {
    search_files_free(&read->files);
    free(read->keywords);
    free(read->phrases);
    free(read->messages);
}
