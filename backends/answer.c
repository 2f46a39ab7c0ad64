// answer.c - see answer.h.
//
// New bytes pass three stations. The first decodes UTF-8 (an unfinished
// sequence waits for its rest) and drops unwanted characters. The second looks
// for what ends the answer: of all stops and the last allowed newline, the one
// that is complete first counts, so the result is the same whether the text
// came at once or byte by byte. The third holds back the longest tail that
// may still grow into a stop.
#include "backends/answer.h"

#include "base/utf8.h"

static const size_t nowhere = (size_t)-1;

void answer_init(struct answer *answer, const struct answer_limits *limits) {
    *answer = (struct answer){.limits = *limits};
    if (answer->limits.max_bytes == 0) {
        answer->limits.max_bytes = ANSWER_TEXT_LIMIT;
    }
    str_init(&answer->text);
    str_init(&answer->raw);
}

void answer_fini(struct answer *answer) {
    str_free(&answer->text);
    str_free(&answer->raw);
}

// How many bytes at the end of text are the beginning of a UTF-8 sequence.
static size_t unfinished(struct slice text) {
    for (size_t back = 1; back <= 3 && back <= text.length; back++) {
        unsigned char byte = (unsigned char)text.data[text.length - back];
        if ((byte & 0xC0) != 0x80) {
            size_t need = byte > 0xF4 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1;
            return need > back ? back : 0;
        }
    }
    return 0;
}

static void append_clean(struct str *out, struct slice bytes) {
    size_t length = 1;
    for (size_t i = 0; i < bytes.length; i += length) {
        uint32_t code = utf8_decode(slice_sub(bytes, i, bytes.length), &length);
        if (code == UTF8_REPLACEMENT) {
            str_append_string(out, "\xEF\xBF\xBD");
        } else if (!utf8_is_hidden(code)) {
            str_append(out, bytes.data + i, length);
        }
    }
}

static void decode(struct answer *answer, struct slice bytes) {
    str_append_slice(&answer->raw, bytes);
    struct slice all = str_slice(&answer->raw);
    size_t whole = all.length - unfinished(all);
    append_clean(&answer->text, slice_sub(all, 0, whole));
    str_splice(&answer->raw, 0, whole, "", 0);
}

struct cut {
    size_t start, end; // the text is cut at start; end is where that became certain
    enum answer_end why;
};

static void consider(struct cut *best, struct cut other) {
    if (other.end < best->end || (other.end == best->end && other.start < best->start)) {
        *best = other;
    }
}

static void consider_stops(const struct answer *answer, size_t from, struct cut *best) {
    for (size_t i = 0; i < answer->limits.stop_count; i++) {
        struct slice stop = slice_of_string(answer->limits.stops[i]);
        size_t back = from < stop.length ? 0 : from - stop.length;
        size_t at = stop.length ? slice_find(str_slice(&answer->text), stop, back) : nowhere;
        if (at != nowhere) {
            consider(best, (struct cut){at, at + stop.length, ANSWER_STOPPED});
        }
    }
}

static void consider_lines(struct answer *answer, size_t from, struct cut *best) {
    for (size_t i = from; answer->limits.max_lines && i < answer->text.length; i++) {
        char c = answer->text.data[i];
        answer->started = answer->started || (c != '\n' && c != ' ' && c != '\t');
        if (c == '\n' && answer->started && ++answer->lines == answer->limits.max_lines) {
            consider(best, (struct cut){i, i + 1, ANSWER_LINES});
            return;
        }
    }
}

static void consider_size(const struct answer *answer, struct cut *best) {
    size_t limit = answer->limits.max_bytes;
    if (answer->text.length > limit) {
        consider(best, (struct cut){utf8_floor(str_slice(&answer->text), limit), limit + 1, ANSWER_FULL});
    }
}

// The longest tail that is the beginning of a stop.
static size_t undecided(const struct answer *answer) {
    size_t longest = 0;
    struct slice text = str_slice(&answer->text);
    for (size_t i = 0; i < answer->limits.stop_count; i++) {
        struct slice stop = slice_of_string(answer->limits.stops[i]);
        size_t length = stop.length && stop.length - 1 < text.length ? stop.length - 1 : text.length;
        length = stop.length ? length : 0;
        while (length > longest &&
               !slice_equal(slice_sub(text, text.length - length, text.length), slice_sub(stop, 0, length))) {
            length--;
        }
        longest = length > longest ? length : longest;
    }
    return longest;
}

static struct slice give(struct answer *answer, size_t until) {
    size_t from = answer->given;
    answer->given = until > from ? until : from;
    return slice_sub(str_slice(&answer->text), from, answer->given);
}

struct slice answer_add(struct answer *answer, struct slice bytes) {
    if (answer->end != ANSWER_OPEN) {
        return slice_of("", 0);
    }
    size_t from = answer->text.length;
    decode(answer, bytes);
    struct cut cut = {nowhere, nowhere, ANSWER_OPEN};
    consider_lines(answer, from, &cut);
    consider_stops(answer, from, &cut);
    consider_size(answer, &cut);
    answer->end = cut.why;
    if (cut.why != ANSWER_OPEN) {
        str_truncate(&answer->text, cut.start);
        return give(answer, cut.start);
    }
    return give(answer, answer->text.length - undecided(answer));
}

struct slice answer_finish(struct answer *answer) {
    return give(answer, answer->text.length);
}

void answer_clean_line(struct slice bytes, size_t limit, struct str *out) {
    struct str clean;
    str_init(&clean);
    append_clean(&clean, slice_sub(bytes, 0, 16 * limit)); // whatever comes after is too far anyway
    size_t start = out->length;
    bool space = false;
    for (size_t i = 0; i < clean.length; i++) {
        char c = clean.data[i];
        if (c == ' ' || c == '\n' || c == '\t') {
            space = out->length > start;
            continue;
        }
        if (space) {
            str_append_char(out, ' ');
        }
        space = false;
        str_append_char(out, c);
    }
    struct slice line = slice_sub(str_slice(out), start, out->length);
    str_truncate(out, start + utf8_floor(line, line.length > limit ? limit : line.length));
    str_free(&clean);
}
