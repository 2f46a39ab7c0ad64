// keyword_scan.c - see keyword_scan.h.
#include "retrieval/keyword_scan.h"

#include "retrieval/prose.h"

#include <string.h>

static const float OFTEN = 8; // so many times is half of what can be had for it
enum { LOOKS = 8 }; // at a file's text: definitions within others are looked at with them and by themselves

// What some code says.
struct said {
    const struct search_words *words;
    uint32_t counts[SEARCH_KEYWORDS];
    uint32_t in_line; // bit k: the k-th keyword was in the line
    uint32_t in_row;  // how many of them stood side by side, up to now
    bool all_in_line, all_in_row;
};

// --- words ---

// Behind "." or "->"; nothing else that a word follows at once looks like them ("..x" is a range).
static bool is_member(struct slice text, size_t at) {
    bool dot = at >= 1 && text.data[at - 1] == '.' && (at < 2 || text.data[at - 2] != '.');
    return dot || (at >= 2 && text.data[at - 1] == '>' && text.data[at - 2] == '-');
}

static void say_word(struct said *said, struct slice word) {
    uint32_t count = said->words->keyword_count;
    uint32_t k = 0;
    while (k < count && !slice_equal(said->words->keywords[k], word)) {
        k++;
    }
    if (k == count) {
        said->in_row = 0;
        return;
    }
    said->counts[k]++;
    said->in_line |= 1u << k;
    said->all_in_line = said->all_in_line || said->in_line == (1u << count) - 1;
    said->in_row = k == said->in_row ? k + 1 : k == 0;
    said->all_in_row = said->all_in_row || said->in_row == count;
}

static void read_code(struct said *said, struct slice text, struct prose_marks marks) {
    for (size_t at = 0; at < text.length;) {
        size_t behind = prose_skip(text, at, marks);
        size_t start = at;
        if (behind > at) {
            said->in_row = 0;
            at = behind;
            continue;
        }
        while (at < text.length && prose_is_of_word(text.data[at])) {
            at++;
        }
        if (at > start) {
            say_word(said, is_member(text, start) ? slice_sub(text, at, at) : slice_sub(text, start, at));
            continue;
        }
        said->in_line = text.data[at] == '\n' ? 0 : said->in_line;
        said->in_row = strchr(" \t\r\n", text.data[at]) ? said->in_row : 0;
        at++;
    }
}

// 0: not all of them are said.
static float score(const struct said *said) {
    uint32_t least = UINT32_MAX;
    for (uint32_t k = 0; k < said->words->keyword_count; k++) {
        least = said->counts[k] < least ? said->counts[k] : least;
    }
    float steps = 1 + (float)(said->all_in_line + said->all_in_row) + (float)least / ((float)least + OFTEN);
    return least ? steps / 4 : 0;
}

// --- files ---

// A file being read.
struct reading {
    const struct search_words *words;
    const struct scan_file *file;
    struct prose_marks marks;
    size_t left; // bytes to be looked at
    struct scan_hits *found;
};

static void rate(struct reading *reading, struct slice code, const struct symbol *symbol,
                 const struct chunk *chunk) {
    struct said said = {.words = reading->words};
    if (code.length > reading->left) {
        return;
    }
    reading->left -= code.length;
    read_code(&said, code, reading->marks);
    if (score(&said) > 0) {
        vec_push(&reading->found->list,
                 (struct scan_hit){reading->file->at, symbol, chunk, score(&said), 0, 0});
    }
}

static void rate_symbols(struct reading *reading) {
    const struct record *record = scan_record(reading->file);
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        const struct symbol *symbol = &record->symbols[i];
        if (symbol->kind != SYMBOL_TYPE && symbol->kind != SYMBOL_MODULE) {
            rate(reading, slice_sub(reading->file->text, symbol->start_byte, symbol->end_byte), symbol, NULL);
        }
    }
}

// A passage may begin in the middle of a comment.
static void rate_passages(struct reading *reading) {
    const struct record *record = scan_record(reading->file);
    struct slice text = reading->file->text;
    uint32_t next = 0;  // symbol
    size_t defined = 0; // up to where those before reach
    size_t code = 0;
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        for (; next < record->symbol_count && record->symbols[next].start_byte < chunk->end_byte; next++) {
            defined = record->symbols[next].end_byte > defined ? record->symbols[next].end_byte : defined;
        }
        if (defined <= chunk->start_byte) {
            code = prose_end(text, code > defined ? code : defined, chunk->start_byte, reading->marks);
            rate(reading, slice_sub(text, code, chunk->end_byte), NULL, chunk);
        }
    }
}

static bool is_code(const void *context, struct snapshot_file at, const struct language *language) {
    (void)context;
    (void)at;
    return language && !language_is_data(language);
}

// Before anything is decoded.
static bool has_all(const struct search_words *words, struct slice text) {
    for (uint32_t k = 0; k < words->keyword_count; k++) {
        if (slice_find(text, words->keywords[k], 0) == (size_t)-1) {
            return false;
        }
    }
    return true;
}

static void look(const void *context, const struct scan_file *file, struct scan_hits *found) {
    if (!has_all(context, file->text)) {
        return;
    }
    struct reading reading = {.words = context,
                              .file = file,
                              .marks = prose_marks_of(file->language),
                              .left = LOOKS * file->text.length,
                              .found = found};
    rate_symbols(&reading);
    rate_passages(&reading);
}

size_t keyword_scan(const struct snapshot *snapshot, const char *root, const struct search_words *words,
                    struct slice folder, size_t limit, struct scan_hit *hits, bool *is_cut) {
    struct scan scan = {.snapshot = snapshot,
                        .root = root,
                        .folder = folder,
                        .is_asked = is_code,
                        .look = look,
                        .context = words};
    *is_cut = false;
    return words->keyword_count ? scan_files(&scan, limit, hits, is_cut) : 0;
}
