// repository_beam.c - see repository_beam.h.
//
// A path's score is the probability of its tokens times that of the text
// going on as it does behind the cursor: the rest of the line if there is
// one, else a line end that indents as the next line does, then that line's
// first words. So a line before an indented block tends to open it, and what
// stands right of the cursor is not said twice. The product is already fair to
// long paths, because every short one has to pay for ending early.
//
// Probabilities only fall along a path, so the search is over when no open
// path is likelier than the worst finished one worth keeping.
#include "backends/repository_beam.h"

#include "backends/repository_lexer.h"
#include "backends/repository_tune.h"

#include <math.h>

enum { WIDTH = 6, BRANCHES = 10 };
static const double LEAST = 1e-7;

struct search {
    struct counts *counts;
    const struct beam_request *request;
    struct beam_path live[WIDTH], next[WIDTH];
    uint32_t live_count, next_count;
    struct beam_result *out;
};

static void insert_path(struct beam_path *paths, uint32_t *count, uint32_t limit,
                        const struct beam_path *path) {
    uint32_t at = *count;
    if (at == limit) {
        if (paths[limit - 1].log_probability >= path->log_probability) {
            return;
        }
        at--;
    } else {
        (*count)++;
    }
    for (; at > 0 && paths[at - 1].log_probability < path->log_probability; at--) {
        paths[at] = paths[at - 1];
    }
    paths[at] = *path;
}

static const struct counts_answer *query(struct search *search, const struct beam_path *path) {
    return counts_query(search->counts, path->ids, path->context + path->count);
}

// How likely the text goes on behind the path as it does behind the cursor.
static double end_probability(const struct search *search, const struct counts_answer *answer) {
    const struct document *document = search->request->document;
    double lines = 0;
    for (uint32_t id = TOKEN_LINE_SAME; id <= TOKEN_LINE_SHALLOWER; id++) {
        lines += counts_probability(answer, id);
    }
    if (!search->request->use_ahead || document->ahead_count == 0) {
        return lines;
    }
    double exact = counts_probability(answer, document->ahead[0]);
    if (document->right) {
        return exact > TUNE(rightfloor, 0.001) ? exact : TUNE(rightfloor, 0.001);
    }
    return exact + TUNE(leak, 0.1) * (lines - exact);
}

static bool has_text(const struct search *search, const struct beam_path *path) {
    size_t length = 0;
    for (uint32_t i = 0; i < path->count && i < 2; i++) {
        length += encoder_word(&search->request->document->encoder, token_id(path->tokens[i])).length;
    }
    return length > search->request->typed.length;
}

static void finish(struct search *search, const struct beam_path *path, const struct counts_answer *answer) {
    double end = end_probability(search, answer);
    struct beam_path done = *path;
    done.log_probability += log(end + LEAST);
    done.end = end;
    done.finished = end > 0;
    search->out->mass += exp(done.log_probability);
    if (!has_text(search, path)) {
        search->out->empty += exp(done.log_probability);
        return;
    }
    if (done.finished) {
        insert_path(search->out->paths, &search->out->count, BEAM_PATHS, &done);
    }
}

static void extend(struct search *search, const struct beam_path *path, const struct counted *word,
                   double probability, const struct counts_answer *answer) {
    double log_probability = path->log_probability + log(probability);
    if (search->next_count == WIDTH && search->next[WIDTH - 1].log_probability >= log_probability) {
        return;
    }
    struct beam_path longer = *path;
    longer.log_probability = log_probability;
    longer.ids[longer.context + longer.count] = word->id;
    longer.tokens[longer.count++] = token_make(word->id, word->space);
    longer.first = longer.count == 1 ? probability : longer.first;
    longer.least = probability < longer.least ? probability : longer.least;
    longer.depth = answer->depth < longer.depth ? answer->depth : longer.depth;
    longer.support = answer->support < longer.support ? answer->support : longer.support;
    insert_path(search->next, &search->next_count, WIDTH, &longer);
}

static void extend_all(struct search *search, const struct beam_path *path,
                       const struct counts_answer *answer) {
    uint32_t branches = 0;
    for (uint32_t i = 0; i < answer->count && branches < BRANCHES; i++) {
        const struct counted *word = &answer->words[i];
        if (word->probability > LEAST && !token_is_line(word->id) && word->id != TOKEN_FILE) {
            extend(search, path, word, word->probability, answer);
            branches++;
        }
    }
}

// Counts of the words of the open file that begin with what is typed, for when no context knows any.
static void extend_typed_unknown(struct search *search, const struct beam_path *path,
                                 const struct counts_answer *answer, double left) {
    const struct document *document = search->request->document;
    double total = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 1; i < document->tokens.count; i++) {
            uint32_t token = document->tokens.items[i];
            if (!slice_starts_with(encoder_word(&document->encoder, token_id(token)),
                                   search->request->typed)) {
                continue;
            }
            if (pass == 0) {
                total += 1;
            } else {
                struct counted word = {token_id(token), token_space(token), left / (total + 1)};
                extend(search, path, &word, word.probability, answer);
                return;
            }
        }
    }
}

// The first step when half a word is typed: only words that begin with it, likely to be whole already.
static void extend_typed(struct search *search, const struct beam_path *path,
                         const struct counts_answer *answer) {
    const struct encoder *encoder = &search->request->document->encoder;
    struct slice typed = search->request->typed;
    double whole = TUNE(whole, 20.0), total = 0;
    for (uint32_t i = 0; i < answer->count; i++) {
        struct counted *word = &answer->words[i];
        struct slice text = encoder_word(encoder, word->id);
        bool fits = slice_starts_with(text, typed);
        word->probability *= !fits ? 0 : text.length == typed.length ? whole : 1;
        total += word->probability;
    }
    uint32_t branches = 0;
    double unknown = TUNE(unknown, 0.0005);
    for (uint32_t i = 0; i < answer->count && branches < 4 * BRANCHES; i++) {
        struct counted *word = &answer->words[i];
        if (word->probability > 0) {
            extend(search, path, word, word->probability / (total + unknown), answer);
            branches++;
        }
    }
    if (total < unknown) {
        extend_typed_unknown(search, path, answer, unknown / (total + unknown));
    }
}

static bool step(struct search *search) {
    struct beam_result *out = search->out;
    search->next_count = 0;
    for (uint32_t i = 0; i < search->live_count; i++) {
        struct beam_path *path = &search->live[i];
        if (cancel_fired(search->request->cancel)) {
            out->cancelled = true;
            return false;
        }
        const struct counts_answer *answer = query(search, path);
        bool typed = path->count == 0 && search->request->typed.length > 0;
        if (path->count == 0) {
            out->depth = answer->depth;
            out->support = answer->support;
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
    double worst = out->count > 4 ? out->paths[4].log_probability : -1e9;
    return search->live_count > 0 && search->live[0].log_probability > worst;
}

// The words below the cursor, given that the path stands before them.
static void look_ahead(struct search *search, struct beam_path *path) {
    const struct document *document = search->request->document;
    for (uint32_t i = 0; i + 1 < document->ahead_count; i++) {
        path->ids[path->context + path->count + i] = document->ahead[i];
        const struct counts_answer *answer =
            counts_query(search->counts, path->ids, path->context + path->count + i + 1);
        path->ahead += log(counts_probability(answer, document->ahead[i + 1]) + TUNE(aheadfloor, 0.003));
    }
    path->log_probability += TUNE(ahead, 0.7) * path->ahead;
}

static void rank_by_ahead(struct search *search) {
    struct beam_result *out = search->out;
    struct beam_path ranked[BEAM_PATHS];
    uint32_t count = 0;
    uint32_t limit = (uint32_t)TUNE(aheadpaths, 6);
    for (uint32_t i = 0; i < out->count && i < limit; i++) {
        struct beam_path path = out->paths[i];
        look_ahead(search, &path);
        insert_path(ranked, &count, BEAM_PATHS, &path);
    }
    memcpy(out->paths, ranked, count * sizeof *ranked);
    out->count = count;
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
    root->support = 1e9;
    root->depth = BEAM_CONTEXT;
    search->live_count = 1;
    while (step(search)) {
    }
    if (out->cancelled) {
        out->count = 0;
    } else if (out->count == 0 && search->live_count > 0 && search->live[0].count > 0) {
        out->paths[out->count++] = search->live[0];
    } else if (request->use_ahead && out->count > 1) {
        rank_by_ahead(search);
    }
    free(search);
}
