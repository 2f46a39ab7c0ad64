// keyword_scan.c - see keyword_scan.h.
#include "retrieval/keyword_scan.h"

#include "indexer/language.h"
#include "retrieval/file_text.h"
#include "retrieval/paths.h"

#include <stdlib.h>
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

// --- code and what is none ---

// What tells them apart in a language.
struct marks {
    struct slice comment; // makes the rest of a line one; OCaml's are all in brackets, so it has ""
    bool has_apostrophes;
};

static size_t skip_to(struct slice text, size_t at, const char *end) {
    size_t found = slice_find(text, slice_of_string(end), at);
    return found == (size_t)-1 ? text.length : found + strlen(end);
}

static bool is_quote(char byte) {
    return byte == '"' || byte == '\'' || byte == '`';
}

static bool is_of_word(char byte) {
    return slice_is_word_byte(byte) || (unsigned char)byte >= 0x80;
}

// A ' begins the text: is it of a name? Else it quotes a character or an escape.
static bool is_apostrophe(struct slice text) {
    size_t next = 2;
    while (next < text.length && ((unsigned char)text.data[next] & 0xC0) == 0x80) {
        next++;
    }
    return next >= text.length || text.data[1] == '\'' || (text.data[1] != '\\' && text.data[next] != '\'');
}

// Behind the apostrophe and what follows of the name.
static size_t skip_name(struct slice text, size_t at) {
    do {
        at++;
    } while (at < text.length && is_of_word(text.data[at]));
    return at;
}

// Behind the string that begins at `at`; one that does not end in its line is none.
static size_t skip_string(struct slice text, size_t at) {
    char quote = text.data[at];
    char triple[] = {quote, quote, quote, '\0'};
    if (slice_starts_with(slice_sub(text, at, text.length), slice_of_string(triple))) {
        return skip_to(text, at + 3, triple);
    }
    size_t end = quote == '`' ? text.length : slice_line_end(text, at);
    for (size_t i = at + 1; i < end; i++) {
        if (text.data[i] == '\\') {
            i++;
        } else if (text.data[i] == quote) {
            return i + 1;
        }
    }
    return at + 1;
}

// An escaped quote outside of strings begins none; a line of nothing else would be gone through from each of them.
static size_t skip_escape(struct slice text, size_t at) {
    bool is_escape = text.data[at] == '\\' && at + 1 < text.length &&
                     (is_quote(text.data[at + 1]) || text.data[at + 1] == '\\');
    return is_escape ? at + 2 : at;
}

// Behind the comment or string that begins at `at`; `at` itself if none does.
static size_t skip_prose(struct slice text, size_t at, struct marks marks) {
    struct slice rest = slice_sub(text, at, text.length), comment = marks.comment;
    if (comment.length && slice_starts_with(rest, comment)) {
        return slice_line_end(text, at);
    }
    if (comment.data[0] == '/' && slice_starts_with(rest, SLICE_LITERAL("/*"))) {
        return skip_to(text, at + 2, "*/");
    }
    if (comment.length == 0 && slice_starts_with(rest, SLICE_LITERAL("(*"))) {
        return skip_to(text, at + 2, "*)");
    }
    if (marks.has_apostrophes && text.data[at] == '\'' && is_apostrophe(rest)) {
        return skip_name(text, at);
    }
    return is_quote(text.data[at]) ? skip_string(text, at) : skip_escape(text, at);
}

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

static void read_code(struct said *said, struct slice text, struct marks marks) {
    for (size_t at = 0; at < text.length;) {
        size_t behind = skip_prose(text, at, marks);
        size_t start = at;
        if (behind > at) {
            said->in_row = 0;
            at = behind;
            continue;
        }
        while (at < text.length && is_of_word(text.data[at])) {
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

struct scan {
    const struct snapshot *snapshot;
    const char *root;
    const struct search_words *words;
    size_t left; // bytes to be read
    bool is_cut; // there were more
    VEC(struct keyword_hit) found;
};

// A file being read.
struct reading {
    struct snapshot_file at;
    const struct record *record;
    struct slice text;
    struct marks marks;
    size_t left; // bytes to be looked at
};

static void rate(struct scan *scan, struct reading *file, struct slice code, const struct symbol *symbol,
                 const struct chunk *chunk) {
    struct said said = {.words = scan->words};
    if (code.length > file->left) {
        return;
    }
    file->left -= code.length;
    read_code(&said, code, file->marks);
    if (score(&said) > 0) {
        vec_push(&scan->found, (struct keyword_hit){file->at, symbol, chunk, score(&said)});
    }
}

static void rate_symbols(struct scan *scan, struct reading *file) {
    for (uint32_t i = 0; i < file->record->symbol_count; i++) {
        const struct symbol *symbol = &file->record->symbols[i];
        if (symbol->kind != SYMBOL_TYPE && symbol->kind != SYMBOL_MODULE) {
            rate(scan, file, slice_sub(file->text, symbol->start_byte, symbol->end_byte), symbol, NULL);
        }
    }
}

// The first byte from `start` on that is in no comment or string, as one goes through the text from `from` on.
static size_t code_from(const struct reading *file, size_t from, size_t start) {
    while (from < start) {
        size_t behind = skip_prose(file->text, from, file->marks);
        from = behind > from ? behind : from + 1;
    }
    return from;
}

// A passage may begin in the middle of a comment.
static void rate_passages(struct scan *scan, struct reading *file) {
    const struct record *record = file->record;
    uint32_t next = 0;  // symbol
    size_t defined = 0; // up to where those before reach
    size_t code = 0;
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        for (; next < record->symbol_count && record->symbols[next].start_byte < chunk->end_byte; next++) {
            defined = record->symbols[next].end_byte > defined ? record->symbols[next].end_byte : defined;
        }
        if (defined <= chunk->start_byte) {
            code = code_from(file, code > defined ? code : defined, chunk->start_byte);
            rate(scan, file, slice_sub(file->text, code, chunk->end_byte), NULL, chunk);
        }
    }
}

static void scan_file(struct scan *scan, struct snapshot_file at, const struct language *language) {
    const struct segment *segment = scan->snapshot->segments[at.segment];
    struct str buffer;
    str_init(&buffer);
    struct reading file = {
        .at = at,
        .record = segment_record(segment, at.file),
        .text = file_text(&segment->files[at.file], scan->root, &buffer),
        .marks = {slice_of_string(language_line_comment(language)), language_has_apostrophes(language)}};
    file.left = LOOKS * file.text.length;
    scan->left -= file.text.length < scan->left ? file.text.length : scan->left;
    if (file.text.length) {
        rate_symbols(scan, &file);
        rate_passages(scan, &file);
    }
    str_free(&buffer);
}

static void scan_segment(struct scan *scan, uint32_t s, struct slice folder) {
    const struct segment *segment = scan->snapshot->segments[s];
    for (uint32_t i = 0; i < segment->file_count && !scan->is_cut; i++) {
        const struct record *record = segment->files[i].record;
        const struct language *language = language_of_id(record->language);
        bool is_asked =
            !snapshot_is_dead(scan->snapshot, s, i) && paths_is_below(folder, slice_of_string(record->path));
        bool is_code = is_asked && language && !language_is_data(language);
        scan->is_cut = is_code && scan->left == 0;
        if (is_code && !scan->is_cut) {
            scan_file(scan, (struct snapshot_file){s, i}, language);
        }
    }
}

static int compare_hits(const void *left, const void *right) {
    const struct keyword_hit *a = left, *b = right;
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score ? -1 : 1;
    }
    if (a->at.segment != b->at.segment) {
        return a->at.segment < b->at.segment ? -1 : 1;
    }
    return a->at.file < b->at.file ? -1 : a->at.file > b->at.file;
}

size_t keyword_scan(const struct snapshot *snapshot, const char *root, const struct search_words *words,
                    struct slice folder, size_t limit, struct keyword_hit *hits, bool *is_cut) {
    struct scan scan = {.snapshot = snapshot, .root = root, .words = words, .left = KEYWORD_SCAN_BYTES};
    for (uint32_t s = 0; s < snapshot->segment_count && words->keyword_count; s++) {
        scan_segment(&scan, s, folder);
    }
    *is_cut = scan.is_cut;
    size_t count = scan.found.count < limit ? scan.found.count : limit;
    if (count) {
        qsort(scan.found.items, scan.found.count, sizeof *scan.found.items, compare_hits);
        memcpy(hits, scan.found.items, count * sizeof *hits);
    }
    vec_free(&scan.found);
    return count;
}
