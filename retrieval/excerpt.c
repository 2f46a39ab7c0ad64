// excerpt.c - see excerpt.h.
#include "retrieval/excerpt.h"

#include "base/utf8.h"
#include "indexer/terms.h"
#include "retrieval/query.h"

static const float MARKED_FROM = 0.5f; // weight of a form; looser ones would mark half the text

// Of a line, where nothing else is asked for: names made of such words come after.
static const float KEYWORD = 100;
// Of a line, that goes before all words.
static const float PHRASE = 1e6f, NAME = 1e9f;

struct line {
    uint32_t number;
    struct slice text;
    float score;
};

// The best lines so far, the worst last.
struct choice {
    struct line lines[EXCERPT_LINES];
    uint32_t count, limit;
};

struct saying {
    const struct search_words *words;
    float said[SEARCH_WORDS];
    float best_weight; // of the forms met
    float keywords;
};

static void say(void *context, uint32_t term) {
    struct saying *saying = context;
    const struct search_form *form = search_words_find(saying->words, term);
    float weight = !form ? 0 : form->is_compound ? 1 : form->weight;
    saying->best_weight = weight > saying->best_weight ? weight : saying->best_weight;
    for (uint32_t i = form ? form->word : 0; form && i < form->behind; i++) {
        float value = search_words_value(saying->words, form, i, SEGMENT_CHUNKS) +
                      search_words_value(saying->words, form, i, SEGMENT_SYMBOLS);
        saying->said[i] = value > saying->said[i] ? value : saying->said[i];
    }
}

static void say_keyword(void *context, struct slice name, size_t at) {
    struct saying *saying = context;
    (void)at;
    saying->keywords += search_words_has_keyword(saying->words, name);
}

static float score_line(const struct search_words *words, struct slice line) {
    struct saying saying = {.words = words};
    terms_scan(line, say, &saying);
    if (words->only_keywords) {
        query_identifiers(line, 0, line.length, say_keyword, &saying);
    }
    float score = saying.keywords * KEYWORD;
    for (uint32_t i = 0; i < words->count; i++) {
        score += saying.said[i];
    }
    return score;
}

// Of equal lines the earlier stays in front.
static void offer(struct choice *choice, struct line line) {
    uint32_t at = choice->count < choice->limit ? choice->count++ : choice->limit;
    for (; at > 0 && choice->lines[at - 1].score < line.score; at--) {
        if (at < choice->limit) {
            choice->lines[at] = choice->lines[at - 1];
        }
    }
    if (at < choice->limit) {
        choice->lines[at] = line;
    }
}

static void choose(const struct search_words *words, struct slice text, struct excerpt_range range,
                   struct choice *choice) {
    uint32_t number = 0;
    for (size_t start = 0; start < text.length && number <= range.last; number++) {
        const char *newline = memchr(text.data + start, '\n', text.length - start);
        size_t end = newline ? (size_t)(newline - text.data) : text.length;
        if (number >= range.first) {
            struct line line = {.number = number, .text = slice_sub(text, start, end)};
            struct phrase_match match;
            line.score = number == range.name_line || range.is_whole ? NAME
                         : phrase_find(&words->phrase, text, start, end, &match)
                             ? PHRASE
                             : score_line(words, line.text);
            if (line.score > 0) {
                offer(choice, line);
            }
        }
        start = end + 1;
    }
}

uint32_t excerpt_phrase_line(const struct search_words *words, struct slice text,
                             struct excerpt_range range) {
    size_t start = 0;
    uint32_t number = 0;
    for (; number < range.first && start < text.length; number++) {
        start = slice_line_end(text, start) + 1;
    }
    for (; number <= range.last && start < text.length; number++) {
        size_t end = slice_line_end(text, start);
        struct phrase_match match;
        if (phrase_find(&words->phrase, text, start, end, &match)) {
            return number;
        }
        start = end + 1;
    }
    return UINT32_MAX;
}

struct marking {
    const struct search_words *words;
    struct excerpt_line *line;
};

static void mark_words(void *context, struct slice name, size_t at) {
    struct marking *marking = context;
    struct excerpt_line *line = marking->line;
    struct saying saying = {.words = marking->words};
    terms_scan(name, say, &saying);
    bool is_asked = saying.best_weight >= MARKED_FROM || search_words_has_keyword(marking->words, name);
    if (is_asked && line->mark_count < EXCERPT_MARKS) {
        line->marks[line->mark_count++] = (struct excerpt_mark){(uint32_t)at, (uint32_t)(at + name.length)};
    }
}

// The whole phrase wherever it begins in the line; it may end in another.
static void mark_phrase(const struct phrase *phrase, struct slice text, size_t start,
                        struct excerpt_line *line) {
    struct phrase_match match;
    size_t end = start + line->text.length;
    for (size_t at = start; line->mark_count < EXCERPT_MARKS && phrase_find(phrase, text, at, end, &match);
         at = match.end) {
        size_t last = match.end < end ? match.end : end;
        line->marks[line->mark_count++] =
            (struct excerpt_mark){(uint32_t)(match.start - start), (uint32_t)(last - start)};
    }
}

static int compare_numbers(const void *left, const void *right) {
    const struct line *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct slice cut(struct slice line) {
    while (line.length && (line.data[line.length - 1] == '\r' || line.data[line.length - 1] == ' ')) {
        line.length--;
    }
    return slice_sub(line, 0,
                     line.length > EXCERPT_LINE_BYTES ? utf8_floor(line, EXCERPT_LINE_BYTES) : line.length);
}

struct excerpt_line *excerpt_choose(const struct search_words *words, struct slice text,
                                    struct excerpt_range range, uint32_t limit, struct arena *arena,
                                    uint32_t *count) {
    struct choice choice = {.limit = limit < EXCERPT_LINES ? limit : EXCERPT_LINES};
    if (choice.limit) {
        choose(words, text, range, &choice);
    }
    qsort(choice.lines, choice.count, sizeof *choice.lines, compare_numbers);
    struct excerpt_line *lines = arena_alloc(arena, (choice.count + (size_t)1) * sizeof *lines);
    for (uint32_t i = 0; i < choice.count; i++) {
        lines[i].number = choice.lines[i].number;
        lines[i].text = cut(choice.lines[i].text);
        lines[i].marks = arena_alloc(arena, EXCERPT_MARKS * sizeof *lines[i].marks);
        struct marking marking = {words, &lines[i]};
        mark_phrase(&words->phrase, text, (size_t)(lines[i].text.data - text.data), &lines[i]);
        if (lines[i].mark_count == 0) {
            query_identifiers(lines[i].text, 0, lines[i].text.length, mark_words, &marking);
        }
    }
    *count = choice.count;
    return lines;
}
