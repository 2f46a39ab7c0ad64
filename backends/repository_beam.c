// repository_beam.c - see repository_beam.h.
//
// A path's score is the probability of its tokens times that of the text
// going on as it does behind the cursor: the rest of the line if there is
// one, else a line end that indents as the next line does, then that line's
// first words. So a line before an indented block tends to open it, and what
// stands right of the cursor is not said twice. The product is already fair to
// long paths, because every short one has to pay for ending early; what is added
// at last for a path's length is for the person, to whom a long line that is not
// quite right gives more than a short one. Not so where text stands right of the
// cursor: there it has to be what is missing. That nothing is, is a path, too.
//
// Probabilities only fall along a path, so the search is over when no open
// path is likelier than the last finished one worth keeping. Nor is a path
// followed that is far behind the best: of 1,400 development lines a dozen came
// out otherwise for it, one more of them right, and more than half the queries
// are saved.
#include "backends/repository_beam.h"

#include "backends/repository_coined.h"
#include "backends/repository_confidence.h"
#include "backends/repository_foreign.h"
#include "backends/repository_grammar.h"
#include "backends/repository_lexer.h"
#include "backends/repository_relevance.h"

#include <math.h>

enum { WIDTH = 4, BRANCHES = 8, KEPT = 5 };
_Static_assert((int)BRANCHES + TOKEN_LINE_SHALLOWER + 1 <= (int)COUNTS_SORTED,
               "no branch is a line's end, or a file's");
static const double LEAST = 1e-7;
// Tuned on the development tasks; halving or doubling any of them moves the result by 0.1 points.
static const double OTHER_LINE_END = 0.1;  // weight of a line end that indents otherwise than the next line
static const double LINE_BROKEN = 0.1;     // of one behind a value in a parenthesis that the line opened
static const double LEAST_RIGHT = 0.001;   // the right text may be new to the model
static const double LEAST_AHEAD = 0.02;    // so may what stands below
static const double AHEAD_WEIGHT = 0.15;   // the counts know of it too
static const double RIGHT_WEIGHT = 0.5;    // what stands on the cursor's own line says more
static const double WHOLE_WORD = 20;       // what is typed is a whole word rather than half of a longer one
static const double UNKNOWN_WORD = 0.0005; // below this no context knows a word that fits
// Of lines about as likely the longer one: where it is not quite right, more of it is than of a short one.
static const double BYTE_WEIGHT = 0.04;
// How far behind, as a difference of scores, a path is given up: behind the best finished one; behind the best
// open one; and behind the best one, before the words below are asked for, of which it would have to gain so much.
static const double BEHIND_FINISHED = 1.5, BEHIND_OPEN = 1.8, BEHIND_AHEAD = 1.5;
// A search that takes long is of a line that is not sure: each question beyond so many makes the first two that much less, down to
// a part of what they are. Of the hundredth of lines that took most it saves a quarter of the questions.
static const double FREE_QUESTIONS = 14, LESS_EACH = 0.03, LEAST_PART = 0.2;
// Where several lines are wanted, less likely ones are followed as well: at 1,057 of 1,400 places there were three then, not at 504.
static const double SEVERAL = 3;

// Words at the head of a path may be shown without the rest from this likelihood on, which is a little too low: of heads that
// were said to be 40 to 50 % sure, where lines were typed, 54 % were right.
static const double LEAST_HEAD = 0.4;

struct search {
    struct counts *counts;
    const struct beam_request *request;
    struct beam_path live[WIDTH], next[WIDTH];
    uint32_t live_count, next_count;
    uint32_t asked; // questions
    // Likelihood of the path that adds nothing, and of what is ahead of it; 0: not found.
    double nothing, nothing_ahead;
    struct beam_result *out;
};

static void insert_path(struct beam_path *paths, uint32_t *count, uint32_t limit,
                        const struct beam_path *path) {
    uint32_t at = *count;
    if (at == limit) {
        if (paths[limit - 1].score >= path->score) {
            return;
        }
        at--;
    } else {
        (*count)++;
    }
    for (; at > 0 && paths[at - 1].score < path->score; at--) {
        paths[at] = paths[at - 1];
    }
    paths[at] = *path;
}

static const struct counts_answer *query(struct search *search, const struct beam_path *path) {
    search->asked++;
    return counts_query(search->counts, path->ids, path->context + path->count);
}

static double line_ends(const struct counts_answer *answer) {
    double lines = 0;
    for (uint32_t id = TOKEN_LINE_SAME; id <= TOKEN_LINE_SHALLOWER; id++) {
        lines += counts_probability(answer, id);
    }
    return lines;
}

// How likely the text goes on behind the path as it does behind the cursor.
static double end_probability(const struct search *search, const struct counts_answer *answer) {
    const struct document *document = search->request->document;
    double lines = line_ends(answer);
    if (!search->request->use_ahead || document->ahead_count == 0) {
        return lines;
    }
    double exact = counts_probability(answer, document->ahead[0]);
    if (document->right) {
        return exact > LEAST_RIGHT ? exact : LEAST_RIGHT;
    }
    return exact + OTHER_LINE_END * (lines - exact);
}

size_t beam_path_length(const struct document *document, const struct beam_path *path) {
    size_t length = 0;
    for (uint32_t i = 0; i < path->count; i++) {
        length += encoder_word(&document->encoder, token_id(path->tokens[i])).length;
    }
    return length;
}

static bool has_text(const struct search *search, const struct beam_path *path) {
    return beam_path_length(search->request->document, path) > search->request->typed.length;
}

static void note_end(const struct search *search, const struct counts_answer *answer, struct beam_end *end) {
    const struct document *document = search->request->document;
    uint32_t index = document->ahead_count > 0 ? counts_find(answer, document->ahead[0]) : COUNTS_NONE;
    *end = (struct beam_end){.any = line_ends(answer), .depth = answer->depth, .support = answer->support};
    if (index != COUNTS_NONE) {
        end->probability = answer->words[index].probability;
        end->away = answer->words[index].away;
        end->classed = answer->words[index].classed;
    }
}

static bool is_sign(const struct search *search, uint32_t id, const char *sign) {
    return slice_equal(encoder_word(&search->request->document->encoder, id), slice_of_string(sign));
}

// Is the line `x = x`? As an argument it may be.
static bool assigns_to_itself(const struct search *search, const struct beam_path *path) {
    const uint32_t *line = path->ids + path->context - search->out->left;
    uint32_t count = search->out->left + path->count;
    count -= is_sign(search, line[count - 1], ";");
    uint32_t half = count / 2;
    return count % 2 == 1 && half > 0 && memcmp(line, line + half + 1, half * sizeof *line) == 0 &&
           is_sign(search, line[half], "=") && !brackets_are_in_parenthesis(&path->brackets);
}

// An open quote is closed before the line ends, unless what stands right of the cursor does so.
static bool may_finish(const struct search *search, const struct beam_path *path) {
    return !search->request->brackets || search->request->document->right || path->count == 0 ||
           (brackets_may_end_line(&path->brackets) && !assigns_to_itself(search, path));
}

// How much of a line's end is left where it breaks within what it opened.
static double whole(const struct search *search, const struct beam_path *path) {
    bool is_within = search->request->brackets && !search->request->document->right && path->count > 0 &&
                     brackets_are_within(&path->brackets);
    return is_within ? LINE_BROKEN : 1;
}

// The words right of the cursor and below, given that the path stands before them.
static void look_ahead(struct search *search, struct beam_path *path) {
    const struct document *document = search->request->document;
    for (uint32_t i = 0; i + 1 < document->ahead_count; i++) {
        path->ids[path->context + path->count + i] = document->ahead[i];
        double share = counts_share(search->counts, path->ids, path->context + path->count + i + 1,
                                    document->ahead[i + 1]);
        path->ahead += log(share + LEAST_AHEAD);
    }
}

static void note_nothing(struct search *search, const struct beam_path *path, double line_end) {
    search->out->line_end = line_end;
    if (search->request->document->right) {
        struct beam_path nothing = *path;
        look_ahead(search, &nothing);
        search->nothing = exp(nothing.log_probability);
        search->nothing_ahead = nothing.ahead;
    }
}

static void finish(struct search *search, const struct beam_path *path, const struct counts_answer *answer) {
    if (!may_finish(search, path)) {
        return;
    }
    double end = end_probability(search, answer) * whole(search, path);
    struct beam_path done = *path;
    done.score = done.log_probability += log(end + LEAST);
    done.end = end;
    done.finished = end > 0;
    note_end(search, answer, &done.line_end);
    search->out->mass += exp(done.log_probability);
    if (!has_text(search, path)) {
        note_nothing(search, &done, exp(path->log_probability) * line_ends(answer));
    } else if (done.finished) {
        insert_path(search->out->paths, &search->out->count, BEAM_PATHS, &done);
    }
}

// How much of what paths may be behind is left, after so many questions.
static double patience(const struct search *search) {
    double part = fmax(1 - LESS_EACH * fmax(search->asked - FREE_QUESTIONS, 0), LEAST_PART);
    return search->request->several ? SEVERAL * part : part;
}

static bool is_far_behind(const struct search *search, const struct beam_path *open, uint32_t open_count,
                          double score) {
    const struct beam_result *out = search->out;
    double part = patience(search);
    return (out->count > 0 && score < out->paths[0].score - BEHIND_FINISHED * part) ||
           (open_count > 0 && score < open[0].score - BEHIND_OPEN * part);
}

static struct beam_weakest weakest_of(const struct counted *word) {
    return (struct beam_weakest){.soft = word->soft,
                                 .sharp = word->sharp,
                                 .deepest = word->deepest,
                                 .shallow = word->shallow,
                                 .both = word->both,
                                 .own = word->own,
                                 .classed = word->classed,
                                 .match = fmax(word->own, word->away),
                                 .near = word->near};
}

static struct beam_weakest weaker_of(const struct beam_weakest *a, const struct beam_weakest *b) {
    return (struct beam_weakest){.soft = fmin(a->soft, b->soft),
                                 .sharp = fmin(a->sharp, b->sharp),
                                 .deepest = fmin(a->deepest, b->deepest),
                                 .shallow = fmin(a->shallow, b->shallow),
                                 .both = fmin(a->both, b->both),
                                 .own = fmin(a->own, b->own),
                                 .classed = fmin(a->classed, b->classed),
                                 .match = fmin(a->match, b->match),
                                 .near = fmax(a->near, b->near)};
}

static void note_word(struct beam_path *path, const struct counted *word, double probability) {
    struct beam_weakest weakest = weakest_of(word);
    bool is_first = path->count == 1;
    *(token_is_name(word->id) ? &path->log_names : &path->log_signs) += log(probability);
    path->first = is_first ? probability : path->first;
    path->least = fmin(path->least, probability);
    path->weakest = is_first ? weakest : weaker_of(&path->weakest, &weakest);
}

// No quote or comment that the path itself begins is cut, nor, where something stands right of it, a bracket: what an editor
// has closed there would close that one.
static bool may_be_cut(const struct search *search, const struct beam_path *path) {
    const struct brackets *before = search->request->brackets;
    const struct document *document = search->request->document;
    return before && (brackets_are_in_code(&path->brackets) || !brackets_are_in_code(before)) &&
           (path->brackets.count <= before->count || !(document->right || document->closed));
}

static void note_head(const struct search *search, struct beam_path *path) {
    if (path->log_probability < log(LEAST_HEAD) || !may_be_cut(search, path)) {
        return;
    }
    double part = foreign_head_part(search->request->document, search->request->brackets, path);
    double likely = confidence_in_part(exp(path->log_probability), part);
    if (likely >= LEAST_HEAD) {
        path->head = path->count;
        path->head_probability = likely;
    }
}

static bool is_allowed(const struct search *search, const struct beam_path *path) {
    return grammar_allows(search->request->document, &path->brackets, path->ids, path->context + path->count);
}

// Reads on in the brackets over the path's last word. False: it closes what is not open.
static bool read_brackets(const struct search *search, struct beam_path *path) {
    uint32_t token = path->tokens[path->count - 1];
    struct slice word = encoder_word(&search->request->document->encoder, token_id(token));
    if (path->count == 1) {
        word = slice_sub(word, search->request->typed.length, word.length);
    } else {
        brackets_read(&path->brackets, lexer_space_text(token_space(token)));
    }
    return brackets_read(&path->brackets, word);
}

// Would the word and the one before it be read as one?
static bool is_glued(const struct beam_path *path, const struct counted *word) {
    return path->count > 0 && word->space == SPACE_NONE && token_is_name(word->id) &&
           token_is_name(token_id(path->tokens[path->count - 1]));
}

static void extend(struct search *search, const struct beam_path *path, const struct counted *word,
                   double probability) {
    double log_probability = path->log_probability + log(probability);
    bool full = search->next_count == WIDTH && search->next[WIDTH - 1].score >= log_probability;
    if (full || is_glued(path, word) ||
        is_far_behind(search, search->next, search->next_count, log_probability)) {
        return;
    }
    struct beam_path longer = *path;
    longer.score = longer.log_probability = log_probability;
    longer.ids[longer.context + longer.count] = word->id;
    longer.tokens[longer.count++] = token_make(word->id, word->space);
    if (search->request->brackets && (!is_allowed(search, &longer) || !read_brackets(search, &longer))) {
        return;
    }
    note_word(&longer, word, probability);
    note_head(search, &longer);
    insert_path(search->next, &search->next_count, WIDTH, &longer);
}

static void extend_all(struct search *search, const struct beam_path *path,
                       const struct counts_answer *answer) {
    uint32_t branches = 0;
    for (uint32_t i = 0; i < answer->count && branches < BRANCHES; i++) {
        const struct counted *word = &answer->words[answer->likeliest[i]];
        if (word->probability > LEAST && !token_is_line(word->id) && word->id != TOKEN_FILE) {
            extend(search, path, word, word->probability);
            branches++;
        }
    }
}

// Of the open file's words by their numbers: does it begin with what is typed, and go on? Each is asked for its bytes once, not
// wherever it stands.
static unsigned char *words_that_fit(const struct search *search) {
    enum { AT_ONCE = 64 };
    const struct document *document = search->request->document;
    const uint32_t *ids = document->words.items;
    struct slice texts[AT_ONCE], typed = search->request->typed;
    unsigned char *fit = mem_alloc(document->words.count);
    for (size_t from = 0; from < document->words.count; from += AT_ONCE) {
        size_t left = document->words.count - from, count = left < AT_ONCE ? left : AT_ONCE;
        encoder_words(&document->encoder, ids + from, count, texts);
        for (size_t i = 0; i < count; i++) {
            fit[from + i] = texts[i].length > typed.length && slice_starts_with(texts[i], typed);
        }
    }
    return fit;
}

// The nearest words of the open file that begin with what is typed, for when no context knows one.
static void extend_from_document(struct search *search, const struct beam_path *path, double probability) {
    const struct document *document = search->request->document;
    unsigned char *fit = words_that_fit(search);
    uint32_t count = 0;
    for (uint32_t i = 1; i < document->tokens.count && count < BRANCHES; i++) {
        uint32_t number = document->numbers.items[i < document->cursor ? document->cursor - i : i];
        if (fit[number]) {
            struct counted word = {.id = document->words.items[number]};
            fit[number] = false;
            extend(search, path, &word, probability / (1 << ++count));
        }
    }
    free(fit);
}

// How likely the word that is typed is this one, if it is any of those that begin so.
static double fitting(const struct counted *word, struct slice text, struct slice typed) {
    return !slice_starts_with(text, typed) ? 0
           : text.length == typed.length   ? word->probability * WHOLE_WORD
                                           : word->probability;
}

// Is it a name that is used here, and not written to its end? A member may be of what stands elsewhere, and a type, too; and
// behind a parenthesis Go names a method.
static bool is_half_used(const struct search *search, const struct beam_path *path) {
    const struct document *document = search->request->document;
    const struct brackets *brackets = search->request->brackets;
    uint32_t before = path->context > 0 ? path->ids[path->context - 1] : TOKEN_FILE;
    struct slice word = encoder_word(&document->encoder, before);
    bool is_other =
        word.length > 0 && (strchr(".>*&])", word.data[word.length - 1]) || is_sign(search, before, "::"));
    return brackets && brackets_are_in_code(brackets) && !is_other &&
           !relevance_declares_behind(document, before) &&
           relevance_declares_behind(document, document->typed_id) && coined_is_half_used(document);
}

// The first step when half a word is typed: only words that begin with it, all of them, since a word of one letter may
// be far down among the likeliest.
static void extend_typed(struct search *search, const struct beam_path *path,
                         const struct counts_answer *answer) {
    double fits[COUNTS_WORDS + COUNTS_ADDED], total = UNKNOWN_WORD;
    uint32_t ids[COUNTS_WORDS + COUNTS_ADDED];
    struct slice texts[COUNTS_WORDS + COUNTS_ADDED];
    for (uint32_t i = 0; i < answer->count; i++) {
        ids[i] = answer->words[i].id;
    }
    encoder_words(&search->request->document->encoder, ids, answer->count, texts);
    bool is_half = is_half_used(search, path);
    for (uint32_t i = 0; i < answer->count; i++) {
        fits[i] = is_half && texts[i].length == search->request->typed.length
                      ? 0
                      : fitting(&answer->words[i], texts[i], search->request->typed);
        total += fits[i];
    }
    for (uint32_t i = 0; i < answer->count; i++) {
        uint32_t word = answer->likeliest[i];
        if (fits[word] > 0) {
            extend(search, path, &answer->words[word], fits[word] / total);
        }
    }
    if (!is_half && counts_probability(answer, search->request->document->typed_id) <= 0) {
        struct counted whole = {.id = search->request->document->typed_id};
        extend(search, path, &whole, UNKNOWN_WORD / 2 / total);
    }
    if (total < 2 * UNKNOWN_WORD) {
        extend_from_document(search, path, UNKNOWN_WORD / 2 / total);
    }
}

// What is typed, taken for a whole word, though it stands nowhere else: nothing is known to follow it where it is used, not
// declared, and where it is declared what follows is known, but not that the name is over.
static bool is_half_a_word(const struct search *search, const struct beam_path *path,
                           const struct counts_answer *answer) {
    const struct document *document = search->request->document;
    return path->count == 1 && search->request->typed.length > 0 && token_is_name(document->typed_id) &&
           token_id(path->tokens[0]) == document->typed_id && answer->depth == 0 &&
           (!(path->context > 0 && relevance_declares_behind(document, path->ids[path->context - 1])) ||
            coined_is_half(&document->encoder, document->typed));
}

static bool step(struct search *search) {
    struct beam_result *out = search->out;
    search->next_count = 0;
    for (uint32_t i = 0; i < search->live_count; i++) {
        struct beam_path *path = &search->live[i];
        if (is_far_behind(search, search->live, search->live_count, path->score)) {
            break;
        }
        if (cancel_fired(search->request->cancel)) {
            out->cancelled = true;
            return false;
        }
        const struct counts_answer *answer = query(search, path);
        bool typed = path->count == 0 && search->request->typed.length > 0;
        if (path->count == 0) {
            out->depth = answer->depth;
            out->support = answer->support;
            out->seen = answer->seen;
            out->line_end = typed ? 0 : line_ends(answer);
        }
        if (is_half_a_word(search, path, answer)) {
            continue;
        }
        if (typed) {
            extend_typed(search, path, answer);
            continue;
        }
        finish(search, path, answer);
        if (path->count < search->request->max_tokens) {
            extend_all(search, path, answer);
        }
    }
    memcpy(search->live, search->next, search->next_count * sizeof *search->next);
    search->live_count = search->next_count;
    double worst = out->count >= KEPT ? out->paths[KEPT - 1].score : -1e9;
    return search->live_count > 0 && search->live[0].score > worst &&
           !is_far_behind(search, search->live, search->live_count, search->live[0].score);
}

static void rank_by_ahead(struct search *search) {
    struct beam_result *out = search->out;
    struct beam_path ranked[BEAM_PATHS];
    uint32_t count = 0;
    bool right = search->request->document->right;
    double weight = right ? RIGHT_WEIGHT : AHEAD_WEIGHT, of_byte = right ? 0 : BYTE_WEIGHT;
    double behind = BEHIND_AHEAD * patience(search);
    for (uint32_t i = 0; i < out->count && i < KEPT; i++) {
        struct beam_path path = out->paths[i];
        if (count > 0 && ranked[0].score - weight * ranked[0].ahead - path.score > behind) {
            path.ahead = ranked[0].ahead; // as likely as there
        } else {
            look_ahead(search, &path);
        }
        path.score += weight * path.ahead;
        insert_path(ranked, &count, BEAM_PATHS, &path);
    }
    out->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        ranked[i].score += of_byte * (double)beam_path_length(search->request->document, &ranked[i]);
        insert_path(out->paths, &out->count, BEAM_PATHS, &ranked[i]);
    }
}

// How much of all that was found it is that nothing is missing, also by what stands right of the cursor behind the best path.
static double joined_part(struct search *search) {
    const struct beam_result *out = search->out;
    if (out->count == 0 || search->nothing <= 0) {
        return 0;
    }
    struct beam_path best = out->paths[0];
    if (best.ahead >= 0) { // it was the only one
        look_ahead(search, &best);
    }
    double nothing = search->nothing * exp(RIGHT_WEIGHT * (search->nothing_ahead - best.ahead));
    return nothing / (nothing + fmax(out->mass - search->nothing, 0));
}

static uint32_t tokens_left(const struct beam_path *root) {
    uint32_t left = 0;
    while (left < root->context) {
        uint32_t id = root->ids[root->context - 1 - left];
        if (token_is_line(id) || id == TOKEN_FILE) {
            break;
        }
        left++;
    }
    return left;
}

void beam_search(struct counts *counts, const struct beam_request *request, struct beam_result *out) {
    struct search *search = mem_zero(1, sizeof *search);
    memset(out, 0, sizeof *out);
    search->counts = counts;
    search->request = request;
    search->out = out;
    struct beam_path *root = &search->live[0];
    size_t length = request->context_count < BEAM_CONTEXT ? request->context_count : BEAM_CONTEXT;
    memcpy(root->ids, request->context + request->context_count - length, length * sizeof *root->ids);
    root->context = (uint32_t)length;
    root->least = root->first = 1;
    if (request->brackets) {
        root->brackets = *request->brackets;
    }
    search->live_count = 1;
    out->left = tokens_left(root);
    out->typed = (uint32_t)request->typed.length;
    while (step(search)) {
    }
    if (out->cancelled) {
        out->count = 0;
    } else if (out->count == 0 && search->live_count > 0 && search->live[0].count > 0) {
        out->paths[out->count++] = search->live[0];
    } else if (request->use_ahead && out->count > 1) {
        rank_by_ahead(search);
    }
    out->joined = joined_part(search);
    free(search);
}
