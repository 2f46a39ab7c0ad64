// repository_predict.c - see repository_predict.h.
//
// Around the search: what the document says about the cursor goes in, and text
// with spaces, several lines and a confidence comes out.
//
// A second line is a guess upon a guess, so it is added only if it is likely
// by itself, and only to the best candidate.
#include "backends/repository_predict.h"

#include "backends/repository_beam.h"
#include "backends/repository_choice.h"
#include "backends/repository_foreign.h"
#include "backends/repository_lexer.h"
#include "backends/repository_misplaced.h"
#include "backends/repository_repeated.h"
#include "backends/repository_taken.h"

#include "base/utf8.h"
#include "indexer/language.h"

#include <math.h>

enum { SHORTEST_HEAD = 3 }; // bytes: less is not worth a glance, unless a word ends that was longer a key ago
static const double LEAST_NEXT_LINE = 0.6; // confidence of a further line
// Few comments behind code are foretold: while lines were typed, 8 of 203 were right that were said to be less than 20 % sure. Of
// lines of one word 11 of 89 at least began the right line.
static const double SURE = 0.2, UNSURE = 0.25;
// What the odds are worth of a line that repeats another one: of 2,700 such 436 were right, where 735 were said to be. Of 361
// that open a block two were that were said to be less than 70 % sure, of 16 others 11.
static const double REPEATED = 0.35, SURE_REPEATED = 0.7;
// A refused line is next to never right. It stays possible, so that whoever wants to see everything does.
static const double REFUSED = 0.001;
// Of lines behind another 6 % were right where 14 % were foretold, and 10 % of 10 with this.
static const double OTHER_LINE = 0.6;
// Prose goes on as it did elsewhere less often than code, the more so the less sure it is: of 9,450 lines in comments and texts of
// several lines, while 4,200 were typed, 5 % were right of those said to be 14 % sure, and 93 % of those said to be 91 % sure.
static const double PROSE = 0.6, PROSE_SLOPE = 1.4;
// What the odds are worth where a name that nothing knows is taken to end at the cursor: while it is typed each letter might be its
// last one. Those who ask by hand do so behind the last one, so what is likely even without that stays.
static const double NEW_NAME = 0.25, SURE_NAME = 0.5;
// What the odds are worth before text that stands right of the cursor, if something is missing there. Without it, and with 2,
// 57.7, 58.8 and 59.4 % of 1,642 missing parts were shown, and 18.8, 21.1 and 22.5 % were wrong. Where it is likelier that nothing is
// missing, no head is shown.
static const double WITHIN = 1.5, LEAST_MISSING = 0.5;

struct line_search {
    struct counts *counts;
    const struct document *document;
    const struct predict_request *request;
    VEC(uint32_t) context; // ids, nearest last
    struct beam_result *result;
    struct brackets brackets; // open at the cursor
    const struct changes *changes;
    const struct language *language;
};

static bool is_sign(const struct document *document, const struct beam_path *path, uint32_t i,
                    const char *sign) {
    return slice_equal(encoder_word(&document->encoder, token_id(path->tokens[i])), slice_of_string(sign));
}

// Before the i-th word. Behind `=` stands what stands before it, whatever the places say from which either was taken: a blank, but
// in a call, whose names of arguments have none where places differ. is_spaced: the first word's blank is there.
static uint32_t space_before(const struct document *document, const struct beam_path *path, uint32_t i,
                             bool is_spaced, bool in_call) {
    uint32_t space = i == 0 && is_spaced ? SPACE_ONE : token_space(path->tokens[i]);
    bool is_behind = i > 0 && (i > 1 || document->typed.length == 0) && is_sign(document, path, i - 1, "=");
    bool is_before = !is_behind && i + 1 < path->count && is_sign(document, path, i, "=");
    uint32_t other = is_behind   ? (i == 1 && is_spaced ? SPACE_ONE : token_space(path->tokens[i - 1]))
                     : is_before ? token_space(path->tokens[i + 1])
                                 : space;
    bool differs = space != other && space <= SPACE_ONE && other <= SPACE_ONE;
    return !differs ? space : in_call && !(i < 2 && is_spaced) ? SPACE_NONE : SPACE_ONE;
}

static void render(const struct line_search *search, const struct beam_path *path, uint32_t count,
                   bool first_line, struct str *out) {
    const struct document *document = search->document;
    const struct brackets *brackets = &search->brackets;
    bool spaced = !first_line || document->spaced || document->line_start;
    uint32_t depth = brackets->count > 0 && brackets->open[brackets->count - 1] == ')'; // of parentheses
    for (uint32_t i = 0; i < count; i++) {
        struct slice word = encoder_word(&document->encoder, token_id(path->tokens[i]));
        depth -= depth > 0 && is_sign(document, path, i, ")");
        if (i == 0 && first_line && document->typed.length > 0) {
            word = slice_sub(word, document->typed.length, word.length);
        } else if (i > 0 || !spaced) {
            str_append_slice(out, lexer_space_text(space_before(document, path, i, spaced, depth > 0)));
        }
        str_append_slice(out, word);
        depth += is_sign(document, path, i, "(");
    }
}

// A cloned repository is somebody else's text: what hides in it must not be offered as the user's own.
static bool is_clean(struct slice text) {
    size_t length = 1;
    for (size_t i = 0; i < text.length; i += length) {
        uint32_t code = utf8_decode(slice_sub(text, i, text.length), &length);
        if (code == '\n' || utf8_is_hidden(code)) {
            return false;
        }
    }
    return text.length > 0 && utf8_valid(text);
}

static bool is_new(const struct predictions *out, struct slice text) {
    for (uint32_t i = 0; i < out->count; i++) {
        if (slice_equal(str_slice(&out->items[i].text), text)) {
            return false;
        }
    }
    return true;
}

// A name that is typed already is the person's own choice.
static bool has_taken_name(const struct line_search *search, const struct beam_path *path, uint32_t count) {
    const struct document *document = search->document;
    bool is_typed = document->typed.length > 0 && token_id(path->tokens[0]) == document->typed_id;
    for (uint32_t i = is_typed; i < count; i++) {
        if (taken_name(document, search->language, path->ids, path->context + i + 1)) {
            return true;
        }
    }
    return false;
}

// The cursor's line as it would be with the text.
static struct str line_of(const struct line_search *search, struct slice text) {
    struct str line;
    str_init(&line);
    str_append_slice(&line, str_slice(&search->document->cursor_line));
    str_append_slice(&line, text);
    return line;
}

// How much of the text behind the cursor is enough to say that the line is there already, or out of place; 0 if neither is so.
static size_t amiss_part(const struct line_search *search, struct slice text) {
    if (search->document->right) {
        return misplaced_beside(search->document, &search->brackets, text);
    }
    bool is_code = brackets_are_in_code(&search->brackets);
    size_t start = search->document->cursor_line.length;
    struct str line = line_of(search, text);
    size_t amiss = is_code ? taken_line(search->document, search->language, str_slice(&line)) : 0;
    amiss =
        amiss > 0 ? amiss : repeated_part(search->document, str_slice(&line), is_code && search->language);
    amiss =
        amiss > 0 || !is_code ? amiss : misplaced_part(search->document, search->language, str_slice(&line));
    str_free(&line);
    return amiss > start ? amiss - start : amiss > 0;
}

// A path that never found its end says how the line may go on, not where it stops.
static double confidence_in(const struct beam_path *path, const float *features) {
    return path->finished ? confidence_of(features) : 0;
}

static struct slice right_of_cursor(const struct document *document) {
    struct slice below = document->suffix;
    return document->closed ? slice_of("", 0) : slice_sub(below, 0, slice_line_end(below, 0));
}

static struct change_line line_with(const struct line_search *search, struct slice text) {
    return (struct change_line){str_slice(&search->document->cursor_line), text,
                                right_of_cursor(search->document)};
}

// Adds a line whose features are known but for those of changes.
static void add_found(const struct line_search *search, struct predictions *out, uint32_t path) {
    struct prediction *item = &out->items[out->count];
    const struct beam_path *found = &search->result->paths[path];
    const struct change_line line = line_with(search, str_slice(&item->text));
    changes_judge(search->changes, &line, item->features + CONFIDENCE_OF_SEARCH);
    item->path = path;
    item->place = out->count;
    item->judged = item->refused = false;
    item->confidence = confidence_in(found, item->features);
    const float *own = item->features, *first = out->items[0].features;
    item->score = search->document->right
                      ? choice_score_within(own, first, out->count, found->score)
                      : choice_score(own, first, out->count, beam_path_length(search->document, found));
    out->count++;
}

// Every line that the search found, in its order.
static void collect(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < search->result->count && out->count < PREDICT_CANDIDATES; i++) {
        const struct beam_path *path = &search->result->paths[i];
        struct prediction *item = &out->items[out->count];
        str_init(&item->text);
        render(search, path, path->count, true, &item->text);
        if (!is_clean(str_slice(&item->text)) || !is_new(out, str_slice(&item->text))) {
            str_free(&item->text);
            continue;
        }
        confidence_features(search->document, search->result, path, item->features);
        add_found(search, out, i);
    }
}

// Of lines that were found, what they would be if they were changed as others were.
static void collect_changed(const struct line_search *search, struct predictions *out) {
    uint32_t found = out->count;
    for (uint32_t i = 0; i < 2 * found && out->count < PREDICT_CANDIDATES; i++) {
        const struct prediction *origin = &out->items[i / 2];
        const struct change_line line = line_with(search, str_slice(&origin->text));
        struct prediction *item = &out->items[out->count];
        str_init(&item->text);
        if (!changes_apply(search->changes, &line, i % 2, &item->text) || !is_clean(str_slice(&item->text)) ||
            !is_new(out, str_slice(&item->text))) {
            str_free(&item->text);
            continue;
        }
        memcpy(item->features, origin->features, sizeof item->features);
        item->features[CONFIDENCE_MADE] = 1;
        add_found(search, out, origin->path);
    }
}

static int best_first(const void *a, const void *b) {
    const struct prediction *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1)
                                : (x->place > y->place) - (x->place < y->place);
}

// Is it the beginning of a line before it? Of 7,000 such ones, 30 were what was written.
static bool is_cut(const struct predictions *found, uint32_t before, struct slice text) {
    for (uint32_t i = 0; i < before; i++) {
        if (slice_starts_with(str_slice(&found->items[i].text), text)) {
            return true;
        }
    }
    return false;
}

static char last_of(const struct prediction *item) {
    return item->text.data[item->text.length - 1];
}

static bool repeats(const struct line_search *search, struct slice text) {
    const struct brackets *brackets = &search->brackets;
    if (brackets->in_line_comment || brackets->in_block_comment || search->document->right) {
        return false;
    }
    struct str line = line_of(search, text);
    bool repeats = repeated_once(search->document, str_slice(&line));
    str_free(&line);
    return repeats;
}

// A colon does so in code and data, not in prose, which has no line comments.
static bool opens_block(const struct language *language, char last) {
    return last == '{' || (last == ':' && language_line_comment(language)[0] != '\0');
}

// A line that repeats another one is unlikely, and if it opens a block, as a `case` does, it is hardly ever right.
static void weigh_repeated(const struct line_search *search, struct prediction *item) {
    if (!repeats(search, str_slice(&item->text))) {
        return;
    }
    bool opens = opens_block(search->language, last_of(item));
    item->taken = opens && item->confidence < SURE_REPEATED ? item->text.length : 0;
    item->confidence = confidence_in_part(item->confidence, REPEATED);
}

// One that declares what is there already, or is out of place, is not right. Asked once, and only of what may be shown, as all
// of the document is read for it.
static void refuse_taken(const struct line_search *search, struct prediction *item) {
    if (item->judged) {
        return;
    }
    const struct beam_path *path = &search->result->paths[item->path];
    item->judged = true;
    item->taken = amiss_part(search, str_slice(&item->text));
    item->refused = item->taken > 0 || has_taken_name(search, path, path->count);
    if (!item->refused) {
        weigh_repeated(search, item);
        item->refused = item->taken > 0;
    }
    item->confidence *= item->refused ? REFUSED : 1;
}

// In place of a line that is taken the best one that ends as it does. Others are most often parts of it.
static void pass_taken(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < out->count; i++) {
        if (last_of(&out->items[i]) != last_of(&out->items[0])) {
            continue;
        }
        refuse_taken(search, &out->items[i]);
        struct prediction item = out->items[i];
        if (!item.refused) {
            memmove(out->items + 1, out->items, i * sizeof *out->items);
            out->items[0] = item;
            return;
        }
    }
}

// Is it worth a place among several? Neither is what begins one that was not.
static bool is_another(const struct line_search *search, struct predictions *out, uint32_t at) {
    struct prediction *item = &out->items[at];
    if (is_cut(out, at, str_slice(&item->text))) {
        return false;
    }
    refuse_taken(search, item);
    return !item->refused;
}

// Whoever asks for all gets all, since the choice is fitted on them. The first is kept even if it is refused, since it tells why
// nothing is shown.
static void keep_best(const struct line_search *search, struct predictions *out, uint32_t wanted) {
    bool kept[PREDICT_CANDIDATES] = {false};
    uint32_t count = 0;
    qsort(out->items, out->count, sizeof *out->items, best_first);
    pass_taken(search, out);
    for (uint32_t i = 0; i < out->count && count < wanted; i++) {
        kept[i] = i == 0 || wanted == PREDICT_CANDIDATES || is_another(search, out, i);
        count += kept[i];
    }
    count = 0;
    for (uint32_t i = 0; i < out->count; i++) {
        struct prediction item = out->items[i];
        if (kept[i]) {
            refuse_taken(search, &item);
            out->items[count++] = item;
        } else {
            str_free(&item.text);
        }
    }
    out->count = count;
}

// What may be shown of lines that are not sure as a whole.
static void cut_heads(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < out->count; i++) {
        struct prediction *item = &out->items[i];
        const struct beam_path *path = &search->result->paths[item->path];
        struct str text;
        str_init(&text);
        render(search, path, path->head, true, &text);
        bool is_own = item->features[CONFIDENCE_MADE] <= 0; // the text is the path's
        size_t length = slice_trim(str_slice(&text)).length, typed = search->document->typed.length;
        bool is_worth = is_own && length > 0 && length + typed >= SHORTEST_HEAD;
        bool is_taken =
            (item->taken > 0 && text.length >= item->taken) || has_taken_name(search, path, path->head);
        item->head = is_worth && !is_taken ? text.length : 0;
        item->head_confidence = path->head_probability;
        str_free(&text);
    }
}

static void run_search(struct line_search *search, bool first_line) {
    const struct predict_request *request = search->request;
    uint32_t limit =
        request->max_tokens && request->max_tokens < PREDICT_TOKENS ? request->max_tokens : PREDICT_TOKENS;
    struct beam_request beam = {.document = search->document,
                                .context = search->context.items,
                                .context_count = search->context.count,
                                .typed = first_line ? search->document->typed : slice_of("", 0),
                                .use_ahead = first_line,
                                .several = first_line && request->candidates > 1,
                                .max_tokens = limit,
                                .cancel = request->cancel,
                                .brackets = first_line ? &search->brackets : NULL};
    beam_search(search->counts, &beam, search->result);
}

// The likeliest line end behind the context, with its share of all line ends; 0 if there is none.
static uint32_t next_line_end(struct line_search *search, double *share) {
    const struct counts_answer *answer =
        counts_query(search->counts, search->context.items, search->context.count);
    double total = 0, best = 0;
    uint32_t id = 0;
    for (uint32_t line = TOKEN_LINE_SAME; line <= TOKEN_LINE_SHALLOWER; line++) {
        double probability = counts_probability(answer, line);
        total += probability;
        id = probability > best ? line : id;
        best = probability > best ? probability : best;
    }
    *share = total > 0 ? best / total : 0;
    return id;
}

static void append_path(struct line_search *search, const struct beam_path *path) {
    for (uint32_t i = 0; i < path->count; i++) {
        vec_push(&search->context, token_id(path->tokens[i]));
    }
}

// One more line below `indent`, which becomes its own. False if none is likely enough.
static bool add_line(struct line_search *search, struct str *indent, struct prediction *item) {
    double share = 0;
    float features[CONFIDENCE_FEATURES];
    uint32_t id = next_line_end(search, &share);
    if (id == 0) {
        return false;
    }
    vec_push(&search->context, id);
    run_search(search, false);
    if (search->result->count == 0) {
        return false;
    }
    const struct beam_path *path = &search->result->paths[0];
    confidence_features(search->document, search->result, path, features);
    struct str line;
    str_init(&line);
    render(search, path, path->count, false, &line);
    double confidence = has_taken_name(search, path, path->count) ? 0 : confidence_in(path, features) * share;
    bool good = confidence >= LEAST_NEXT_LINE && is_clean(str_slice(&line)) &&
                !slice_equal(str_slice(&line), search->document->below);
    if (good) {
        document_indent(search->document, id, indent);
        str_append_char(&item->text, '\n');
        str_append_slice(&item->text, str_slice(indent));
        str_append_slice(&item->text, str_slice(&line));
        item->confidence *= confidence;
        append_path(search, path);
    }
    str_free(&line);
    return good;
}

static void add_lines(struct line_search *search, struct predictions *out) {
    struct prediction *item = &out->items[0];
    if (out->count == 0 || item->features[CONFIDENCE_MADE] > 0 || search->document->right ||
        search->document->closed || !search->result->paths[item->path].finished) {
        return;
    }
    append_path(search, &search->result->paths[item->path]);
    struct str indent;
    str_init(&indent);
    str_append_slice(&indent, search->document->indentation);
    for (uint32_t line = 1; line < search->request->max_lines; line++) {
        if (cancel_fired(search->request->cancel) || !add_line(search, &indent, item)) {
            break;
        }
    }
    str_free(&indent);
}

// The confidence was fitted where a line goes on. Where it may well be over, a continuation is less likely
// right: behind a statement's end a person wants no more of it.
static void weigh_line_end(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < out->count && !search->document->right; i++) {
        out->items[i].confidence *= 1 - fmin(search->result->line_end, 1);
    }
}

static void weigh_joined(const struct line_search *search, struct predictions *out) {
    double missing = 1 - search->result->joined;
    for (uint32_t i = 0; i < out->count && search->document->right; i++) {
        struct prediction *item = &out->items[i];
        item->confidence = confidence_in_part(item->confidence, WITHIN * missing);
        item->head = missing < LEAST_MISSING ? 0 : item->head;
    }
}

static bool begins_comment(const struct line_search *search, struct slice text) {
    struct brackets brackets = search->brackets;
    size_t start = 0;
    while (start < text.length && strchr(" \t", text.data[start])) {
        start++;
    }
    bool is_behind_code =
        brackets_are_in_code(&brackets) && slice_trim(str_slice(&search->document->cursor_line)).length > 0;
    brackets_read(&brackets, slice_sub(text, 0, start + 2));
    return is_behind_code && (brackets.in_line_comment || brackets.in_block_comment);
}

// Is it all of the line, as `return` or `break;`?
static bool is_one_word(const struct line_search *search, struct slice text) {
    size_t length = 0;
    while (length < text.length && lexer_is_word_byte(text.data[length])) {
        length++;
    }
    bool is_all = length == text.length || (length + 1 == text.length && text.data[length] == ';');
    return search->document->line_start && brackets_are_in_code(&search->brackets) && is_all;
}

static void weigh_unsure(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < out->count; i++) {
        struct prediction *item = &out->items[i];
        struct slice text = str_slice(&item->text);
        if (item->confidence < SURE && (begins_comment(search, text) || is_one_word(search, text))) {
            item->confidence *= UNSURE;
        }
    }
}

// In a comment, or in a text of several lines.
static bool is_in_prose(const struct brackets *brackets) {
    return brackets->in_line_comment || brackets->in_block_comment || brackets->text;
}

static void weigh_prose(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < out->count && is_in_prose(&search->brackets); i++) {
        struct prediction *item = &out->items[i];
        double odds = item->confidence / fmax(1 - item->confidence, 1e-9);
        item->confidence = confidence_in_part(item->confidence, PROSE * pow(odds, PROSE_SLOPE - 1));
    }
}

// A text that was changed has no longer the path's names.
static void weigh_foreign(const struct line_search *search, struct predictions *out) {
    for (uint32_t i = 0; i < out->count; i++) {
        struct prediction *item = &out->items[i];
        const struct beam_path *path = &search->result->paths[item->path];
        bool is_own = item->features[CONFIDENCE_MADE] <= 0;
        double part = is_own ? foreign_part(search->document, &search->brackets, path) : 1;
        bool ends_name = item->confidence < SURE_NAME && foreign_ends_name(search->document, path);
        item->confidence = confidence_in_part(item->confidence, ends_name ? fmin(part, NEW_NAME) : part);
    }
}

// None is surer than the one before it: which comes first is better told by the choice than by how likely each is by itself.
static void weigh_others(struct predictions *out) {
    double before = 1;
    for (uint32_t i = 0; i < out->count; i++) {
        struct prediction *item = &out->items[i];
        item->confidence = i > 0 ? OTHER_LINE * fmin(item->confidence, before) : item->confidence;
        before = item->refused || item->confidence <= 0 ? before : item->confidence;
    }
}

static void search_lines(const struct warm *warm, const struct predict_request *request,
                         struct predictions *out) {
    const struct document *document = warm_document(warm);
    struct line_search search = {.counts = warm_counts(warm),
                                 .document = document,
                                 .request = request,
                                 .result = mem_zero(1, sizeof *search.result),
                                 .brackets = *warm_brackets(warm),
                                 .changes = warm_changes(warm),
                                 .language = language_of_path(request->path)};
    brackets_read(&search.brackets, str_slice(&document->cursor_line));
    uint32_t start = document->cursor > BEAM_CONTEXT ? document->cursor - BEAM_CONTEXT : 0;
    for (uint32_t i = start; i < document->cursor; i++) {
        vec_push(&search.context, token_id(document->tokens.items[i]));
    }
    for (size_t i = 0; i < document->line.count; i++) {
        vec_push(&search.context, document->line.items[i]);
    }
    run_search(&search, true);
    uint32_t wanted = request->candidates < PREDICT_CANDIDATES ? request->candidates : PREDICT_CANDIDATES;
    collect(&search, out);
    collect_changed(&search, out);
    keep_best(&search, out, wanted ? wanted : 1);
    cut_heads(&search, out);
    weigh_line_end(&search, out);
    weigh_joined(&search, out);
    weigh_unsure(&search, out);
    weigh_prose(&search, out);
    weigh_foreign(&search, out);
    weigh_others(out);
    add_lines(&search, out);
    vec_free(&search.context);
    free(search.result);
}

// Between two halves of a word nothing can be said without knowing the right half to be wrong.
static bool splits_word(const struct predict_request *request) {
    return request->prefix.length > 0 && request->suffix.length > 0 &&
           lexer_is_word_byte(request->prefix.data[request->prefix.length - 1]) &&
           lexer_is_word_byte(request->suffix.data[0]);
}

void predict(struct corpus *corpus, const struct predict_request *request, struct predictions *out) {
    out->count = 0;
    if (splits_word(request) || cancel_fired(request->cancel)) {
        return;
    }
    struct generation *generation = corpus_pin(corpus);
    struct warm *single = request->warm ? NULL : warm_new(), *warm = single ? single : request->warm;
    const struct warm_place place = {request->path,       request->prefix, request->suffix, request->hints,
                                     request->hint_count, request->edits,  request->cursor};
    warm_take(warm, generation, &place, single != NULL);
    search_lines(warm, request, out);
    warm_free(single);
    corpus_unpin(generation);
}

void predict_ahead(struct corpus *corpus, struct warm *warm, const char *path, struct slice text) {
    struct generation *generation = corpus_pin(corpus);
    warm_read_ahead(warm, generation, path, text);
    corpus_unpin(generation);
}

void predictions_free(struct predictions *predictions) {
    for (uint32_t i = 0; i < predictions->count; i++) {
        str_free(&predictions->items[i].text);
    }
    predictions->count = 0;
}
