// history.c - see history.h.
//
// The folder is as of the newest commit that is told of. Commit by commit its
// changes are taken back, so that the model has read the parent and nothing
// later, and then lines that the commit added are foretold: above the cursor
// is what the commit left there, below it only what stood there before. Known, too, as it is of the open documents in an
// editor, is what was changed in the commit's files before that one, and in this one to get there.
//
// One position a line, at a word's beginning, by a fixed sequence: two runs ask
// the same. Evidence is of all places, though: were it only of those with enough behind them, a short answer
// would seem wrong by itself; and each is asked for a second time with all that the commit left below, as lines are
// written into finished code as well. The confidence is compared with how often it was right in ten
// groups of equal size (the expected calibration error), and with what a confidence
// that is exactly right would show: so few lines are never as right as foretold.
#include "cli/history.h"

#include "backends/repository_corpus.h"
#include "backends/repository_edits.h"
#include "backends/repository_lexer.h"
#include "backends/repository_predict.h"
#include "base/clock.h"
#include "base/hash.h"
#include "cli/hinting.h"
#include "cli/patch.h"
#include "indexer/language.h"
#include "indexer/walk.h"

#include <math.h>

enum {
    COMMIT_POSITIONS = 40, // so that one large commit does not decide
    SHORTEST_LINE = 8,     // characters
    LONGEST_LINE = 180,
    SHORTEST_REST = 4
};

struct answer {
    double confidence, ms;
    bool right, said, at_line_start;
};

// A file as of the commit that is being looked at, once it is not what is on disk.
struct past {
    struct str text;
    bool exists;
};

struct replay {
    const char *root;
    struct corpus *corpus;
    struct hinting *hinting;
    struct edits *edits; // of the commit
    uint64_t shown;      // so many texts were shown to them
    struct intern paths; // of the files below
    VEC(struct past) files;
    VEC(struct answer) answers;
    size_t limit, commits, unmatched, shortest_rest, files_read;
    FILE *evidence;
    history_progress *tell;
    uint64_t random;
};

// What a commit did to a file; all that can be asked of it.
struct change {
    const struct patch_file *file;
    struct str before, after;
    struct patch_place *places; // one a line of the file
    size_t wanted;              // lines that could be asked for
    bool is_known;              // before and after
};

static uint32_t next_random(struct replay *replay) {
    replay->random = replay->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(replay->random >> 33);
}

// --- the folder as of some commit ---

static void learn_file(void *context, const char *path, const struct source_stat *status) {
    struct replay *replay = context;
    struct source_stat now = *status;
    replay->tell("files read", ++replay->files_read, 0);
    struct str text;
    str_init(&text);
    if (source_read(replay->root, path, &text, &now) == 0 &&
        source_judge_text(path, str_slice(&text)) == SKIP_NOT) {
        struct record *record = record_new(path);
        record->size = (int64_t)text.length;
        record->hash = hash_bytes(text.data, text.length);
        record->taint = source_taint(path, str_slice(&text));
        hinting_put(replay->hinting, record, str_slice(&text));
        corpus_put(replay->corpus, record);
        record_release(record);
    }
    str_free(&text);
}

static struct past *past_of(struct replay *replay, struct slice path) {
    uint32_t id = intern_add(&replay->paths, path);
    if (id == replay->files.count) {
        struct past past = {.exists = true};
        str_init(&past.text);
        char *name = mem_copy_bytes(path.data, path.length);
        struct source_stat status;
        past.exists = source_read(replay->root, name, &past.text, &status) == 0;
        free(name);
        vec_push(&replay->files, past);
    }
    return &replay->files.items[id];
}

// Puts a text, or nothing, in a file's place.
static void put_back(struct replay *replay, struct slice path, const struct str *text) {
    struct past *past = past_of(replay, path);
    str_clear(&past->text);
    past->exists = text != NULL;
    if (text) {
        str_append_slice(&past->text, str_slice(text));
    }
    char *name = mem_copy_bytes(path.data, path.length);
    struct record *record = record_new(name);
    record->taint = source_taint(name, str_slice(&past->text));
    record->hash = hash_bytes(past->text.data, past->text.length);
    if (text) {
        hinting_put(replay->hinting, record, str_slice(&past->text));
    } else {
        hinting_remove(replay->hinting, name);
    }
    corpus_overlay(replay->corpus, record, str_slice(&past->text));
    record_release(record);
    free(name);
}

// --- what may be asked ---

static bool is_code(const char *path) {
    const struct language *language = language_of_path(path);
    return language && !language_is_data(language) && strcmp(language_id(language), "markdown") != 0 &&
           source_judge_name(path) == SKIP_NOT;
}

static bool is_askable(const struct patch_line *line) {
    static const char *const comments[] = {"//", "/*", "*", "#", "--", "\"\"\""};
    struct slice body = slice_trim(line->text);
    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++) {
        if (slice_starts_with(body, slice_of_string(comments[i]))) {
            return false;
        }
    }
    return line->kind == '+' && body.length >= SHORTEST_LINE && line->text.length <= LONGEST_LINE;
}

// The beginning of one of the line's words, with enough behind it.
static size_t draw_cut(struct replay *replay, struct slice line) {
    size_t cuts[LONGEST_LINE + 1], count = 0;
    struct lexeme lexeme;
    for (size_t at = 0; lexer_next(line, &at, &lexeme);) {
        size_t start = (size_t)(lexeme.text.data - line.data);
        if (lexeme.kind != LEXEME_END &&
            slice_trim(slice_sub(line, start, line.length)).length >= replay->shortest_rest) {
            cuts[count++] = start;
        }
    }
    return count > 0 ? cuts[next_random(replay) % count] : line.length;
}

static bool is_same(struct slice a, struct slice b) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.length && strchr(" \t\r", a.data[i])) {
            i++;
        }
        while (k < b.length && strchr(" \t\r", b.data[k])) {
            k++;
        }
        if (i == a.length || k == b.length) {
            return i == a.length && k == b.length;
        }
        if (a.data[i++] != b.data[k++]) {
            return false;
        }
    }
}

// All lines that the search found; the first is what would be shown.
static void print_evidence(FILE *out, const struct predictions *found, struct slice rest) {
    for (uint32_t i = 0; i < found->count; i++) {
        const struct prediction *item = &found->items[i];
        fprintf(out, "%s{\"right\":%s,\"place\":%u,\"left\":%zu,\"features\":[", i ? "," : "[",
                is_same(str_slice(&item->text), rest) ? "true" : "false", item->place,
                slice_trim(rest).length);
        for (int k = 0; k < CONFIDENCE_FEATURES; k++) {
            fprintf(out, "%s%.6g", k ? "," : "", (double)item->features[k]);
        }
        fputs("]}", out);
    }
    fputs("]\n", out);
}

// An open document reads so now.
static void show(struct replay *replay, const char *path, struct slice bytes) {
    struct text *text = text_new(bytes);
    edits_show(replay->edits, path, text, ++replay->shown);
    text_release(text);
}

static void show_around(struct replay *replay, const char *path, struct slice above, struct slice below) {
    struct str text;
    str_init(&text);
    str_append_slice(&text, above);
    str_append_slice(&text, below);
    show(replay, path, str_slice(&text));
    str_free(&text);
}

// What the model would write there, and whether that is right.
static struct answer answer_of(struct replay *replay, const char *path, struct slice above,
                               struct slice below, struct slice rest) {
    struct predict_request request = {.path = path,
                                      .prefix = above,
                                      .suffix = below,
                                      .max_lines = 1,
                                      .edits = replay->edits,
                                      .cursor = above.length,
                                      .candidates = replay->evidence ? PREDICT_CANDIDATES : 1};
    const struct language *language = language_of_path(path);
    struct hinting_place asked = {path, language ? language_id(language) : "", above, below};
    struct predictions found;
    show_around(replay, path, above, below);
    request.hints = hinting_ask(replay->hinting, &asked, &request.hint_count);
    uint64_t began = clock_thread_us();
    predict(replay->corpus, &request, &found);
    struct answer answer = {.ms = (double)(clock_thread_us() - began) / 1000, .said = found.count > 0};
    if (answer.said) {
        answer.confidence = found.items[0].confidence;
        answer.right = is_same(str_slice(&found.items[0].text), rest);
        if (replay->evidence) {
            print_evidence(replay->evidence, &found, rest);
        }
    }
    predictions_free(&found);
    return answer;
}

static void ask(struct replay *replay, const char *path, const struct change *change, size_t index,
                struct slice line) {
    const struct patch_place *place = &change->places[index];
    size_t cut = draw_cut(replay, line);
    struct slice rest = slice_sub(line, cut, line.length), after = str_slice(&change->after);
    struct slice above = slice_sub(after, 0, place->in_new + cut);
    struct str below;
    str_init(&below);
    str_append_char(&below, '\n');
    str_append_slice(&below, slice_sub(str_slice(&change->before), place->in_old, change->before.length));
    struct answer answer = answer_of(replay, path, above, str_slice(&below), rest);
    answer.at_line_start = slice_trim(slice_sub(line, 0, cut)).length == 0;
    vec_push(&replay->answers, answer);
    if (replay->evidence) {
        answer_of(replay, path, above, slice_sub(after, place->in_new + line.length, after.length), rest);
    }
    str_free(&below);
}

// --- one commit ---

// Files that the index would not have are not for the model either.
static bool is_allowed(const struct replay *replay, struct slice path) {
    char *name = mem_copy_bytes(path.data, path.length);
    const char *reason;
    bool allowed = path.length == 0 || walk_allows(replay->root, name, &reason);
    free(name);
    return allowed;
}

static void take_back(struct replay *replay, const struct patch_commit *commit, struct change *change) {
    const struct patch_file *file = change->file;
    if (!is_allowed(replay, file->new_path) || !is_allowed(replay, file->old_path)) {
        return;
    }
    change->places = mem_zero(file->count + 1, sizeof *change->places);
    if (file->new_path.length > 0) {
        struct past *past = past_of(replay, file->new_path);
        str_append_slice(&change->after, str_slice(&past->text));
    }
    if (!patch_revert(commit, file, str_slice(&change->after), &change->before, change->places)) {
        replay->unmatched++;
        return;
    }
    if (file->new_path.length > 0 && !slice_equal(file->new_path, file->old_path)) {
        put_back(replay, file->new_path, NULL);
    }
    if (file->old_path.length > 0) {
        put_back(replay, file->old_path, &change->before);
    }
    change->is_known = true;
    for (size_t i = 0; i < file->count; i++) {
        change->wanted += is_askable(&commit->lines.items[file->first + i]);
    }
}

// Evenly over the commit's lines, of which there may be many more.
static void ask_about(struct replay *replay, const struct patch_commit *commit, const struct change *change,
                      size_t step, size_t *passed) {
    char *path = mem_copy_bytes(change->file->new_path.data, change->file->new_path.length);
    bool is_shown = change->is_known && path[0]; // what is deleted is nobody's to read
    if (is_shown) {
        show(replay, path, str_slice(&change->before));
    }
    for (size_t i = 0; change->wanted > 0 && is_code(path) && i < change->file->count; i++) {
        const struct patch_line *line = &commit->lines.items[change->file->first + i];
        if (is_askable(line) && (*passed)++ % step == 0 && replay->answers.count < replay->limit) {
            ask(replay, path, change, i, line->text);
            replay->tell("lines asked for", replay->answers.count, replay->limit);
        }
    }
    if (is_shown) {
        show(replay, path, str_slice(&change->after));
    }
    free(path);
}

static void replay_commit(struct replay *replay, const struct patch_commit *commit) {
    struct change *changes = mem_zero(commit->files.count + 1, sizeof *changes);
    size_t wanted = 0, passed = 0;
    for (size_t i = 0; i < commit->files.count; i++) {
        changes[i].file = &commit->files.items[i];
        str_init(&changes[i].before);
        str_init(&changes[i].after);
        take_back(replay, commit, &changes[i]);
        wanted += changes[i].wanted;
    }
    hinting_commit(replay->hinting, false);
    corpus_commit(replay->corpus, false);
    corpus_settle(replay->corpus);
    replay->edits = edits_new();
    for (size_t i = 0; i < commit->files.count; i++) {
        ask_about(replay, commit, &changes[i], wanted / COMMIT_POSITIONS + 1, &passed);
        str_free(&changes[i].before);
        str_free(&changes[i].after);
        free(changes[i].places);
    }
    replay->commits++;
    edits_free(replay->edits);
    free(changes);
}

// --- what came of it ---

static int surest_first(const void *a, const void *b) {
    const struct answer *x = a, *y = b;
    return (x->confidence < y->confidence) - (x->confidence > y->confidence);
}

static int by_ms(const void *a, const void *b) {
    const struct answer *x = a, *y = b;
    return (x->ms > y->ms) - (x->ms < y->ms);
}

static double share_right(const struct answer *answers, size_t count) {
    double right = 0;
    for (size_t i = 0; i < count; i++) {
        right += answers[i].right;
    }
    return count > 0 ? 100 * right / (double)count : 0;
}

static void add_to_group(struct history_group *group, const struct answer *answer) {
    group->lines++;
    group->confidence += answer->confidence;
    group->right += answer->right;
    group->variance += answer->confidence * (1 - answer->confidence);
}

// Both by groups of equal size. Of a sum of independent errors the mean size is root(2 / pi) of its deviation.
static void measure_calibration(const struct answer *answers, struct history_figures *figures) {
    size_t count = figures->positions;
    for (size_t i = 0; i < HISTORY_GROUPS; i++) {
        struct history_group group = {0};
        for (size_t k = i * count / HISTORY_GROUPS; k < (i + 1) * count / HISTORY_GROUPS; k++) {
            add_to_group(&group, &answers[k]);
        }
        figures->calibration_error += fabs(group.confidence - group.right) / (double)count;
        figures->calibration_chance += sqrt(2 / M_PI * group.variance) / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        size_t group = (size_t)(answers[i].confidence * HISTORY_GROUPS);
        add_to_group(&figures->groups[group < HISTORY_GROUPS ? group : HISTORY_GROUPS - 1], &answers[i]);
    }
}

static struct history_figures figures_of(struct replay *replay) {
    struct answer *answers = replay->answers.items;
    struct history_figures figures = {
        .commits = replay->commits, .positions = replay->answers.count, .unmatched = replay->unmatched};
    double right[2] = {0, 0}, asked[2] = {0, 0};
    for (size_t i = 0; i < figures.positions; i++) {
        figures.said += answers[i].said;
        right[answers[i].at_line_start] += answers[i].right;
        asked[answers[i].at_line_start]++;
    }
    if (figures.positions > 0) {
        figures.exact = share_right(answers, figures.positions);
        figures.exact_within = asked[0] > 0 ? 100 * right[0] / asked[0] : 0;
        figures.exact_line_start = asked[1] > 0 ? 100 * right[1] / asked[1] : 0;
        qsort(answers, figures.positions, sizeof *answers, surest_first);
        figures.exact_surest_fifth = share_right(answers, figures.positions / 5);
        measure_calibration(answers, &figures);
        qsort(answers, figures.positions, sizeof *answers, by_ms);
        figures.p50_ms = answers[figures.positions / 2].ms;
        figures.p99_ms = answers[figures.positions * 99 / 100].ms;
    }
    return figures;
}

// --- the run ---

static void replay_all(struct replay *replay, struct slice history) {
    struct patch_reader reader = {history, 0};
    struct patch_commit commit = {{0}, {0}, {0}};
    while (replay->answers.count < replay->limit && patch_next(&reader, &commit)) {
        replay_commit(replay, &commit);
    }
    patch_free(&commit);
}

static void free_replay(struct replay *replay) {
    corpus_free(replay->corpus);
    hinting_free(replay->hinting);
    for (size_t i = 0; i < replay->files.count; i++) {
        str_free(&replay->files.items[i].text);
    }
    vec_free(&replay->files);
    vec_free(&replay->answers);
    intern_free(&replay->paths);
}

int history_replay(const char *root, struct slice history, size_t limit, FILE *evidence,
                   history_progress *tell, struct history_figures *figures, struct err *err) {
    struct replay replay = {.root = root, .limit = limit, .evidence = evidence, .tell = tell, .random = 7};
    replay.shortest_rest = evidence ? 1 : SHORTEST_REST;
    struct corpus_options options = {.root = root};
    struct walk_stats stats;
    replay.corpus = corpus_new(&options);
    replay.hinting = hinting_new(root);
    intern_init(&replay.paths);
    int code = walk_run(root, NULL, learn_file, &replay, &stats, err);
    if (code == 0) {
        hinting_commit(replay.hinting, true);
        corpus_commit(replay.corpus, true);
        corpus_settle(replay.corpus);
        replay_all(&replay, history);
        *figures = figures_of(&replay);
    }
    free_replay(&replay);
    return code;
}
