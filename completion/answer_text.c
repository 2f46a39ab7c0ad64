// answer_text.c - an engine's answer in lines for people: what `hunch complete --why` prints and every
// editor's "why" shows, so that the words stand in one place.
//
// Code of the repository and of a model goes into these lines; characters that show nothing or reorder a
// line (escape sequences, bidirectional controls) are written as '?', so that what is read is what is there.
#include "base/utf8.h"
#include "completion/engine.h"

#include <math.h>

enum { LINE_SHOWN = 90, ITEMS_SHOWN = 8 };

static void append_visible(struct str *out, struct slice text) {
    size_t length = 1;
    for (size_t i = 0; i < text.length; i += length) {
        uint32_t code = utf8_decode(slice_sub(text, i, text.length), &length);
        if (utf8_is_hidden(code)) {
            str_append_char(out, '?');
        } else {
            str_append(out, text.data + i, length);
        }
    }
}

// Was there anything to ask a model for?
static bool is_asked(enum outcome outcome) {
    return outcome != OUTCOME_DISABLED && outcome != OUTCOME_LANGUAGE_OFF && outcome != OUTCOME_IGNORED &&
           outcome != OUTCOME_MID_WORD;
}

double engine_answer_percent(double confidence) {
    return floor(confidence * 1000) / 10;
}

// What nobody who types would see is no sample of what Hunch suggests.
static void append_sureness(const struct engine_answer *answer, struct str *out) {
    double confidence = answer->candidates[0].confidence;
    if (confidence >= answer->usual_confidence) {
        str_append_format(out, ", %.0f %% sure", confidence * 100);
    } else if (confidence >= 0) {
        str_append_format(
            out,
            ", %.3g %% sure: shown as it was asked for by hand; while one types, from %.3g %% on "
            "(completion.minimumConfidence)",
            engine_answer_percent(confidence), answer->usual_confidence * 100);
    }
}

void engine_answer_summary(const struct engine_answer *answer, struct str *out) {
    if (answer->candidate_count == 0) {
        str_append_string(out, "silent: ");
        append_visible(out, slice_of_string(answer->reason));
        if (is_asked(answer->outcome)) {
            str_append_format(out, " (%s model, %.1f ms)", answer->model, answer->total_ms);
        }
        return;
    }
    str_append_format(out, "%s model, %.1f ms (%.1f ms of it for context)", answer->model, answer->total_ms,
                      answer->context_ms);
    append_sureness(answer, out);
}

static void append_item(struct str *out, const struct context_item *item) {
    struct slice line = slice_trim(item->text);
    size_t newline = slice_find(line, SLICE_LITERAL("\n"), 0);
    size_t end = newline == (size_t)-1 ? line.length : newline;
    line = slice_sub(line, 0, end < LINE_SHOWN ? end : utf8_floor(line, LINE_SHOWN));
    str_append_format(out, "%-10s ", context_source_name(item->source));
    append_visible(out, slice_of_string(item->path));
    str_append_format(out, ":%u  ", item->start_line + 1);
    if (item->scope) {
        append_visible(out, slice_of_string(item->scope));
        str_append_string(out, " > ");
    }
    append_visible(out, line);
    str_append_string(out, end > line.length ? "...\n" : "\n");
}

static bool says(struct slice text, struct slice name) {
    return slice_find_word(text, name, 0) != (size_t)-1;
}

// The names of the context that stand in what is suggested, or would be: all that a model which reads no prompt takes
// from it.
struct said {
    struct slice names[CONTEXT_NAMES];
    size_t count;
};

static void find_said(const struct engine_answer *answer, struct said *said) {
    const struct context *context = answer->context;
    struct slice text = answer->candidate_count ? answer->candidates[0].text : answer->unsure;
    said->count = 0;
    for (uint32_t i = 0; i < context->name_count && said->count < CONTEXT_NAMES && text.length; i++) {
        struct slice name = slice_of_string(context->names[i].name);
        if (says(text, name)) {
            said->names[said->count++] = name;
        }
    }
}

static bool is_used(const struct engine_answer *answer, const struct said *said,
                    const struct context_item *item) {
    if (answer->prompt.length) {
        return item->in_prompt;
    }
    size_t i = 0;
    while (i < said->count && !says(item->text, said->names[i])) {
        i++;
    }
    return i < said->count;
}

static uint32_t count_used(const struct engine_answer *answer, const struct said *said) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < answer->context->count; i++) {
        used += is_used(answer, said, &answer->context->items[i]);
    }
    return used;
}

static void append_count(const struct engine_answer *answer, uint32_t used, struct str *out) {
    uint32_t count = answer->context->count;
    bool has_prompt = answer->prompt.length > 0;
    str_append_format(out, "context of %u item%s in %.1f ms", count, str_plural(count), answer->context_ms);
    if (count && !has_prompt) {
        str_append_string(out, " (this model takes names from it)");
    }
    if (used) {
        str_append_format(
            out, has_prompt ? ", %u of them in the prompt" : ", %u with a name that it suggests", used);
    }
    str_append_string(out, count == 0 ? "\n" : used && used < count ? ", those first:\n" : ", best first:\n");
}

void engine_context_text(const struct engine_answer *answer, uint32_t limit, const char *margin,
                         const char *all, struct str *out) {
    const struct context *context = answer->context;
    struct said said;
    find_said(answer, &said);
    uint32_t used = count_used(answer, &said), shown = 0;
    str_append_string(out, margin);
    append_count(answer, used, out);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < context->count && shown < limit; i++) {
            if (is_used(answer, &said, &context->items[i]) == (round == 0)) {
                str_append_format(out, "%s  ", margin);
                append_item(out, &context->items[i]);
                shown++;
            }
        }
    }
    if (context->count > limit) {
        str_append_format(out, "%s  ... and %u more%s\n", margin, context->count - limit, all);
    }
}

// What of the prompt is new to the model, and what became of the block of context in it.
static void append_prompt(const struct engine_answer *answer, struct str *out) {
    static const char *const fates[] = {"as before",
                                        "with news at its end",
                                        "anew from where it no longer held",
                                        "anew for this place",
                                        "anew to make room for news",
                                        "anew, as it had become old",
                                        "anew, as it had not been complete"};
    const struct prompt_report *told = &answer->told;
    str_append_format(
        out, "\nprompt of about %u tokens, %u of them new since the last one; its context of %u item%s %s",
        told->tokens, told->changed_tokens, told->context_items, str_plural(told->context_items),
        fates[told->block]);
}

static void append_instead(const struct engine_answer *answer, struct str *out) {
    if (answer->instead[0]) {
        str_append_string(out, "\nin place of another model: ");
        append_visible(out, slice_of_string(answer->instead));
    }
}

static void append_cut(const struct engine_candidate *candidate, struct str *out) {
    if (candidate->whole.length) {
        str_append_string(out, "cut from:  ");
        append_visible(out, candidate->whole);
        str_append_format(out, "  (%.0f %% sure as a whole)\n", candidate->whole_confidence * 100);
    }
}

static void append_unsure(const struct engine_answer *answer, struct str *out) {
    if (answer->unsure.length) {
        str_append_string(out, "not shown: ");
        append_visible(out, answer->unsure);
        str_append_char(out, '\n');
    }
}

// What is suggested is but the rest of what was.
static void append_typed(const struct engine_answer *answer, struct str *out) {
    if (answer->typed.length) {
        str_append_string(out, "at first:  ");
        append_visible(out, answer->typed);
        append_visible(out, answer->candidates[0].shown);
        str_append_string(out, "  (typed since: ");
        append_visible(out, answer->typed);
        str_append_string(out, ")\n");
    }
}

void engine_answer_text(const struct engine_answer *answer, struct str *out) {
    for (size_t i = 0; i < answer->candidate_count; i++) {
        str_append_string(out, i == 0 ? "suggested: " : "or:        ");
        append_visible(out, answer->candidates[i].shown);
        str_append_char(out, '\n');
        append_cut(&answer->candidates[i], out);
    }
    append_typed(answer, out);
    append_unsure(answer, out);
    engine_answer_summary(answer, out);
    append_instead(answer, out);
    if (answer->candidate_count == 0 && answer->context->count == 0) { // most often none was asked for
        str_append_char(out, '\n');
        return;
    }
    if (answer->prompt.length) {
        append_prompt(answer, out);
    }
    str_append_char(out, '\n');
    engine_context_text(answer, ITEMS_SHOWN, "", "", out);
}
