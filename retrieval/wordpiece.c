// wordpiece.c - see wordpiece.h.
//
// The vocabulary is two maps from the hash of a piece to its number: pieces that
// begin a word, and those that go on in one ("##ing"), without their mark.
// Source: tokenizers' BertNormalizer, BertPreTokenizer and WordPiece.
#include "retrieval/wordpiece.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>

enum { WORD_BYTES = 100 };

struct wordpiece {
    struct map starts, goes_on;
    size_t longest; // piece, in bytes
    bool lowercase, strips_accents, splits_chinese;
};

// --- reading ---

static bool has_type(const struct json *part, const char *type) {
    return strcmp(json_get_string(part, "type", ""), type) == 0;
}

static int refuse(const char *path, const char *part, const struct json *json, const char *known,
                  struct err *err) {
    return err_set(err, ERR_UNSUPPORTED, "%s: a %s of type \"%.40s\" is not supported, only %s", path, part,
                   json_get_string(json, "type", "none"), known);
}

static int check_kinds(const struct json *root, const char *path, struct err *err) {
    const struct json *model = json_get(root, "model"), *normalizer = json_get(root, "normalizer"),
                      *splitter = json_get(root, "pre_tokenizer");
    if (!json_is_object(root)) {
        return err_set(err, ERR_INVALID, "%s: it is no tokenizer", path);
    }
    if (!has_type(model, "WordPiece")) {
        return refuse(path, "model", model, "WordPiece", err);
    }
    if (!has_type(normalizer, "BertNormalizer")) {
        return refuse(path, "normalizer", normalizer, "BertNormalizer", err);
    }
    return has_type(splitter, "BertPreTokenizer")
               ? 0
               : refuse(path, "pre_tokenizer", splitter, "BertPreTokenizer", err);
}

static void add_piece(struct wordpiece *self, struct slice piece, struct slice mark, uint64_t number) {
    bool goes_on = mark.length && piece.length > mark.length && slice_starts_with(piece, mark);
    piece = goes_on ? slice_sub(piece, mark.length, piece.length) : piece;
    self->longest = piece.length > self->longest ? piece.length : self->longest;
    map_set(goes_on ? &self->goes_on : &self->starts, hash_bytes(piece.data, piece.length), number);
}

static int read_vocabulary(struct wordpiece *self, const struct json *model, const char *path,
                           struct err *err) {
    const struct json *vocabulary = json_get(model, "vocab");
    struct slice mark = slice_of_string(json_get_string(model, "continuing_subword_prefix", "##"));
    const char *unknown = json_get_string(model, "unk_token", "");
    size_t count = 0;
    for (const struct json *piece = json_first(vocabulary); piece; piece = json_next(piece)) {
        int64_t number = json_integer(piece, -1);
        if (!json_is_object(vocabulary) || number < 0 || number >= WORDPIECE_VOCABULARY ||
            ++count > WORDPIECE_VOCABULARY) {
            return err_set(err, ERR_INVALID, "%s: its vocabulary is not as it should be", path);
        }
        if (strcmp(json_key(piece), unknown) != 0) {
            add_piece(self, slice_of_string(json_key(piece)), mark, (uint64_t)number);
        }
    }
    return count ? 0 : err_set(err, ERR_INVALID, "%s: its vocabulary is empty", path);
}

int wordpiece_parse(struct slice text, const char *path, struct wordpiece **out, struct err *err) {
    struct err cause = {0};
    struct json *root = json_parse(text, &cause);
    const struct json *normalizer = json_get(root, "normalizer");
    if (!root) {
        return err_set(err, ERR_INVALID, "%s: %s", path, cause.message);
    }
    struct wordpiece *self = mem_zero(1, sizeof *self);
    map_init(&self->starts);
    map_init(&self->goes_on);
    self->lowercase = json_get_bool(normalizer, "lowercase", true);
    self->strips_accents = json_get_bool(normalizer, "strip_accents", self->lowercase);
    self->splits_chinese = json_get_bool(normalizer, "handle_chinese_chars", true);
    int code = check_kinds(root, path, err);
    code = code ? code : read_vocabulary(self, json_get(root, "model"), path, err);
    json_free(root);
    if (code) {
        wordpiece_free(self);
        return code;
    }
    *out = self;
    return 0;
}

void wordpiece_free(struct wordpiece *self) {
    if (self) {
        map_free(&self->starts);
        map_free(&self->goes_on);
        free(self);
    }
}

// --- a word to pieces ---

static const uint64_t *longest_piece(const struct wordpiece *self, struct slice word, size_t start,
                                     size_t *end) {
    const struct map *pieces = start ? &self->goes_on : &self->starts;
    *end = word.length - start > self->longest ? start + self->longest : word.length;
    for (; *end > start; --*end) {
        const uint64_t *number = map_get(pieces, hash_bytes(word.data + start, *end - start));
        if (number) {
            return number;
        }
    }
    return NULL;
}

struct scan {
    const struct wordpiece *wordpiece;
    void (*emit)(void *context, uint32_t piece);
    void *context;
    char word[WORD_BYTES];
    size_t length;
    bool too_long;
};

static void end_word(struct scan *scan) {
    uint32_t pieces[WORD_BYTES];
    size_t count = 0, start = 0, end = 0;
    struct slice word = slice_of(scan->word, scan->length);
    for (; start < word.length && !scan->too_long; start = end) {
        const uint64_t *number = longest_piece(scan->wordpiece, word, start, &end);
        if (!number) {
            count = 0; // the word is not known
            break;
        }
        pieces[count++] = (uint32_t)*number;
    }
    for (size_t i = 0; i < count; i++) {
        scan->emit(scan->context, pieces[i]);
    }
    scan->length = 0;
    scan->too_long = false;
}

static void add_bytes(struct scan *scan, struct slice bytes) {
    if (scan->length + bytes.length > WORD_BYTES) {
        scan->too_long = true;
        return;
    }
    memcpy(scan->word + scan->length, bytes.data, bytes.length);
    scan->length += bytes.length;
}

// --- a text to words ---

static bool is_space(uint32_t code) {
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0xA0 || code == 0x3000 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F;
}

static bool is_control(uint32_t code) {
    return code < ' ' || (code >= 0x7F && code < 0xA0) || code == 0xFFFD ||
           (code >= 0x200B && code <= 0x200F) || code == 0xFEFF;
}

static bool is_punctuation(uint32_t code) {
    bool is_ascii_letter =
        (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
    return (code < 0x7F && !is_ascii_letter) || (code >= 0x2010 && code <= 0x205E) ||
           (code >= 0x3001 && code <= 0x3011) || code == 0xA1 || code == 0xA7 || code == 0xAB ||
           code == 0xB6 || code == 0xB7 || code == 0xBB || code == 0xBF;
}

static bool is_chinese(uint32_t code) {
    return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) ||
           (code >= 0x20000 && code <= 0x2CEAF) || (code >= 0xF900 && code <= 0xFAFF);
}

// The letter of Latin-1 without its accent; itself if it has none.
static uint32_t without_accent(uint32_t code) {
    static const char plain[] = "AAAAAA\0CEEEEIIII\0NOOOOO\0\0UUUUY\0\0aaaaaa\0ceeeeiiii\0nooooo\0\0uuuuy\0y";
    uint32_t letter = code >= 0xC0 && code <= 0xFF ? (unsigned char)plain[code - 0xC0] : 0;
    return letter ? letter : code;
}

static uint32_t to_lower(uint32_t code) {
    bool is_capital = (code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7);
    return is_capital ? code + 32 : code;
}

static bool is_capital(uint32_t code) {
    return code >= 'A' && code <= 'Z';
}

static bool is_small(uint32_t code) {
    return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
}

// Only what Latin-1 has is changed, so one or two bytes are enough.
static void add_letter(struct scan *scan, uint32_t code, struct slice original) {
    uint32_t changed = scan->wordpiece->strips_accents ? without_accent(code) : code;
    changed = scan->wordpiece->lowercase ? to_lower(changed) : changed;
    if (changed == code) {
        add_bytes(scan, original);
        return;
    }
    char bytes[2] = {(char)(0xC0 | changed >> 6), (char)(0x80 | (changed & 0x3F))};
    if (changed < 0x80) {
        bytes[0] = (char)changed;
    }
    add_bytes(scan, slice_of(bytes, changed < 0x80 ? 1 : 2));
}

static void scan_letter(struct scan *scan, uint32_t code, uint32_t before, struct slice bytes) {
    bool stands_alone = is_punctuation(code) || (scan->wordpiece->splits_chinese && is_chinese(code));
    if (stands_alone || is_space(code)) {
        end_word(scan);
    } else if (is_capital(code) && is_small(before)) {
        end_word(scan);
    }
    bool is_mark = scan->wordpiece->strips_accents && code >= 0x300 && code <= 0x36F;
    if (!is_space(code) && !is_control(code) && !is_mark) {
        add_letter(scan, code, bytes);
    }
    if (stands_alone) {
        end_word(scan);
    }
}

void wordpiece_scan(const struct wordpiece *self, struct slice text,
                    void (*emit)(void *context, uint32_t piece), void *context) {
    struct scan scan = {.wordpiece = self, .emit = emit, .context = context};
    uint32_t before = ' ';
    for (size_t at = 0, length = 0; at < text.length; at += length) {
        uint32_t code = utf8_decode(slice_sub(text, at, text.length), &length);
        scan_letter(&scan, code, before, slice_sub(text, at, at + length));
        before = code;
    }
    end_word(&scan);
}
