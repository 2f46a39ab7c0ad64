// repository_changes.c - see repository_changes.h.
//
// Somebody who makes bar() of foo() at one place mostly does so at the next.
// What the repository says of that next place is how things were. So each place
// where an open document differs from what it was when it was opened is
// compared word by word (longest common subsequence), and each run that became
// another is a rule: these words, between those, are now these. A rule fits a
// line where its old run stands, the better the more of what is around agrees.
// A short run of signs needs to agree in more, since it may stand anywhere.
#include "backends/repository_changes.h"

#include "backends/repository_hunks.h"
#include "backends/repository_lexer.h"

#include "base/hash.h"

#include <math.h>

enum { LONG_WORD = 3, LINE_HASH = 1, LEAST_AROUND_SIGNS = 3, MOST_REMOVED = 3 };
static const double LEAST_ALIKE = 0.3; // of a place's words, those that stayed; else it was written anew

struct word {
    uint32_t hash;
    bool tells;
    size_t start, end;
};

struct words {
    struct slice text;
    struct word items[CHANGES_PLACE];
    uint32_t count; // CHANGES_PLACE + 1: there are more
};

// Both versions of a place, and what they have in common.
struct place {
    struct words old, now;
    uint32_t left;                                         // pairs of words that may be compared yet
    uint16_t common[CHANGES_PLACE + 1][CHANGES_PLACE + 1]; // of the words from there on
};

// Where a run is: the words from first to before end.
struct span {
    uint32_t first, end;
};

void changes_init(struct changes *changes) {
    *changes = (struct changes){0};
}

void changes_fini(struct changes *changes) {
    vec_free(&changes->rules);
    vec_free(&changes->removed);
    vec_free(&changes->here);
}

// --- words ---

static void add_word(struct words *words, struct word word) {
    if (words->count < CHANGES_PLACE) {
        words->items[words->count++] = word;
    } else {
        words->count = CHANGES_PLACE + 1;
    }
}

static bool tells(const struct lexeme *lexeme) {
    char first = lexeme->text.data[0];
    return lexeme->kind == LEXEME_WORD && lexeme->text.length >= LONG_WORD && !(first >= '0' && first <= '9');
}

// With a line end before the first word and behind the last one.
static void read_words(struct words *words, struct slice text) {
    struct lexeme lexeme;
    words->text = text;
    words->count = 0;
    add_word(words, (struct word){.hash = LINE_HASH});
    for (size_t at = 0; words->count <= CHANGES_PLACE && lexer_next(text, &at, &lexeme);) {
        size_t start = (size_t)(lexeme.text.data - text.data);
        if (lexeme.kind == LEXEME_LINE) {
            add_word(words, (struct word){LINE_HASH, false, start, at});
        } else if (lexeme.kind != LEXEME_END) {
            uint32_t hash = hash_fold(hash_bytes(lexeme.text.data, lexeme.text.length)) | 2;
            add_word(words, (struct word){hash, tells(&lexeme), start, at});
        }
    }
    if (words->count > 1 && words->count <= CHANGES_PLACE) {
        words->items[0].start = words->items[0].end = words->items[1].start;
    }
    if (words->count > CHANGES_PLACE || words->items[words->count - 1].hash != LINE_HASH) {
        add_word(words, (struct word){LINE_HASH, false, text.length, text.length});
    }
}

// Of a line's words, whatever stands between them; 0: it has none.
static uint64_t hash_line(struct slice line) {
    struct lexeme lexeme;
    uint64_t hash = 0;
    for (size_t at = 0; lexer_next(line, &at, &lexeme);) {
        if (lexeme.kind == LEXEME_WORD || lexeme.kind == LEXEME_SIGN) {
            hash = (hash + hash_bytes(lexeme.text.data, lexeme.text.length)) * 0x9E3779B97F4A7C15u;
        }
    }
    return hash;
}

// --- what became of a text ---

static uint32_t number_of(uint32_t alike, uint32_t a, uint32_t b) {
    return alike > 0 ? alike : a > b ? a : b;
}

static void compare_words(struct place *place) {
    const struct words *old = &place->old, *now = &place->now;
    memset(place->common[old->count], 0, sizeof place->common[0]);
    for (uint32_t i = old->count; i-- > 0;) {
        place->common[i][now->count] = 0;
        for (uint32_t k = now->count; k-- > 0;) {
            bool same = old->items[i].hash == now->items[k].hash;
            uint32_t alike = same ? place->common[i + 1][k + 1] + 1u : 0;
            place->common[i][k] =
                (uint16_t)number_of(alike, place->common[i + 1][k], place->common[i][k + 1]);
        }
    }
}

static bool read_run(const struct words *words, struct span span, struct change_run *run) {
    run->count = span.end - span.first;
    for (uint32_t i = 0; run->count <= CHANGES_RUN && i < run->count; i++) {
        const struct word *word = &words->items[span.first + i];
        run->words[i] = word->hash;
        run->tells |= word->tells;
        if (word->hash == LINE_HASH) {
            return false;
        }
    }
    return run->count <= CHANGES_RUN;
}

// Where one version has nothing, white space is part of the change.
static struct slice text_between(const struct words *words, struct span span, bool whole) {
    size_t start = whole ? words->items[span.first - 1].end : words->items[span.first].start;
    size_t end = whole ? words->items[span.end].start : words->items[span.end - 1].end;
    return slice_sub(words->text, start, end);
}

static bool is_same_run(const struct change_run *a, const struct change_run *b) {
    return a->count == b->count && memcmp(a->words, b->words, a->count * sizeof *a->words) == 0;
}

static bool is_same_change(const struct change_rule *a, const struct change_rule *b) {
    return is_same_run(&a->old, &b->old) && is_same_run(&a->now, &b->now);
}

static bool is_same_place(const struct change_rule *a, const struct change_rule *b) {
    return memcmp(a->left, b->left, sizeof a->left) == 0 && memcmp(a->right, b->right, sizeof a->right) == 0;
}

static void remove_rule(struct changes *changes, size_t at) {
    struct change_rule *rules = changes->rules.items;
    memmove(rules + at, rules + at + 1, (--changes->rules.count - at) * sizeof *rules);
}

// The same one again is the latest again.
static void keep_change(struct changes *changes, struct change_rule *change) {
    size_t at = 0;
    while (at < changes->rules.count && !(is_same_change(change, &changes->rules.items[at]) &&
                                          is_same_place(change, &changes->rules.items[at]))) {
        at++;
    }
    if (at < changes->rules.count) {
        change->times += changes->rules.items[at].times;
        remove_rule(changes, at);
    } else if (at == CHANGES_RULES) {
        remove_rule(changes, 0);
    }
    vec_push(&changes->rules, *change);
}

static void add_change(struct changes *changes, const struct place *place, struct span old, struct span now) {
    struct change_rule change = {.times = 1};
    if (!read_run(&place->old, old, &change.old) || !read_run(&place->now, now, &change.now)) {
        return;
    }
    struct slice put = text_between(&place->now, now, change.old.count == 0 || change.now.count == 0);
    if (put.length > CHANGES_PUT || slice_find(put, SLICE_LITERAL("\n"), 0) != (size_t)-1) {
        return;
    }
    memcpy(change.put, put.data, put.length);
    change.put_length = (uint32_t)put.length;
    for (uint32_t i = 0; i < CHANGES_AROUND; i++) {
        change.left[i] = old.first > i ? place->old.items[old.first - 1 - i].hash : 0;
        change.right[i] = old.end + i < place->old.count ? place->old.items[old.end + i].hash : 0;
    }
    keep_change(changes, &change);
}

// Both begin and end with a line's end, so there is a word on either side.
static void read_place(struct changes *changes, struct place *place) {
    struct span old = {0, 0}, now = {0, 0};
    while (old.end < place->old.count && now.end < place->now.count) {
        uint16_t common = place->common[old.end][now.end];
        if (place->old.items[old.end].hash == place->now.items[now.end].hash) {
            if (old.first < old.end || now.first < now.end) {
                add_change(changes, place, old, now);
            }
            old.first = ++old.end;
            now.first = ++now.end;
        } else if (common == place->common[old.end + 1][now.end]) {
            old.end++;
        } else {
            now.end++;
        }
    }
}

static void read_rules(struct changes *changes, const struct hunk *hunk, struct place *place) {
    if (hunk->before.length == 0 || hunk->now.length == 0) {
        return;
    }
    read_words(&place->old, hunk->before);
    read_words(&place->now, hunk->now);
    uint32_t old = place->old.count, now = place->now.count;
    if (old > CHANGES_PLACE || now > CHANGES_PLACE || old * now > place->left) {
        return;
    }
    place->left -= old * now;
    compare_words(place);
    if (place->common[0][0] >= LEAST_ALIKE * (old > now ? old : now)) {
        read_place(changes, place);
    }
}

static void add_line(struct changes *changes, uint64_t hash, bool here) {
    if (hash && changes->removed.count < CHANGES_REMOVED) {
        vec_push(&changes->removed, hash);
        if (here) {
            vec_push(&changes->here, hash);
        }
    }
}

static bool take_out(uint64_t *hashes, size_t *count, uint64_t hash) {
    for (size_t i = 0; i < *count; i++) {
        if (hashes[i] == hash) {
            hashes[i] = hashes[--*count];
            return true;
        }
    }
    return false;
}

static void for_lines(struct changes *changes, struct slice text, bool added, bool here) {
    for (size_t at = 0; at < text.length;) {
        size_t end = slice_line_end(text, at);
        uint64_t hash = hash_line(slice_sub(text, at, end));
        at = end + 1;
        if (!added) {
            add_line(changes, hash, here);
        } else if (take_out(changes->removed.items, &changes->removed.count, hash)) {
            take_out(changes->here.items, &changes->here.count, hash);
        }
    }
}

static void read_hunks(struct changes *changes, const struct hunk *hunks, size_t count, const char *cursor) {
    struct place *place = mem_alloc(sizeof *place);
    place->left = CHANGES_PAIRS;
    for (size_t i = 0; i < count; i++) {
        struct slice now = hunks[i].now;
        bool here = cursor && cursor >= now.data && cursor <= now.data + now.length;
        for_lines(changes, hunks[i].before, false, here);
        read_rules(changes, &hunks[i], place);
    }
    for (size_t i = 0; changes->removed.count > 0 && i < count; i++) {
        for_lines(changes, hunks[i].now, true, false);
    }
    free(place);
}

// Without the line on which the cursor is, whose beginning is where it would stand.
static size_t without_line(struct str *out, struct slice text, size_t cursor) {
    size_t at = cursor < text.length ? cursor : text.length;
    size_t start = slice_line_start(text, at), end = slice_line_end(text, at);
    str_append_slice(out, slice_sub(text, 0, start));
    str_append_slice(out, slice_sub(text, end + 1, text.length));
    return start;
}

static bool is_too_much(const struct hunk *hunks, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count && count <= CHANGES_HUNKS; i++) {
        bytes += hunks[i].before.length + hunks[i].now.length;
    }
    return count > CHANGES_HUNKS || bytes > CHANGES_BYTES;
}

bool changes_read(struct changes *changes, struct slice before, struct slice now, size_t cursor) {
    struct hunk *hunks = mem_alloc(CHANGES_HUNKS * sizeof *hunks);
    const char *place = NULL;
    struct str rest;
    str_init(&rest);
    if (cursor != CHANGES_NOWHERE) {
        size_t at = without_line(&rest, now, cursor);
        now = str_slice(&rest);
        place = now.data + at;
    }
    size_t count = hunks_find(before, now, hunks, CHANGES_HUNKS);
    bool is_read = !is_too_much(hunks, count);
    if (is_read) {
        read_hunks(changes, hunks, count, place);
    }
    str_free(&rest);
    free(hunks);
    return is_read;
}

// So many lines have room, in the place of the earliest.
static void make_room(struct changes *changes, size_t count) {
    size_t all = changes->removed.count + count, over = all > CHANGES_REMOVED ? all - CHANGES_REMOVED : 0;
    if (over > 0) {
        changes->removed.count -= over;
        memmove(changes->removed.items, changes->removed.items + over,
                changes->removed.count * sizeof *changes->removed.items);
    }
}

void changes_join(struct changes *changes, const struct changes *others) {
    for (size_t i = 0; i < others->rules.count; i++) {
        struct change_rule change = others->rules.items[i];
        keep_change(changes, &change);
    }
    make_room(changes, others->removed.count);
    for (size_t i = 0; i < others->removed.count; i++) {
        add_line(changes, others->removed.items[i], false);
    }
    for (size_t i = 0; i < others->here.count; i++) {
        vec_push(&changes->here, others->here.items[i]);
    }
}

// --- what they say of a line ---

// A change that fits, and where in the line.
struct fit {
    const struct change_rule *change;
    uint32_t at, around, times;
};

// A line as words, and how it was made of them.
struct reading {
    struct words words;
    struct str text;
    size_t cursor, after;
};

static void read_line(struct reading *reading, const struct change_line *line) {
    str_init(&reading->text);
    str_append_slice(&reading->text, line->before);
    str_append_slice(&reading->text, line->text);
    str_append_slice(&reading->text, line->after);
    reading->cursor = line->before.length;
    reading->after = line->before.length + line->text.length;
    read_words(&reading->words, str_slice(&reading->text));
}

static bool is_run_at(const struct words *words, uint32_t at, const struct change_run *run) {
    for (uint32_t i = 0; i < run->count; i++) {
        if (words->items[at + i].hash != run->words[i]) {
            return false;
        }
    }
    return true;
}

// How many words agree on either side of so many.
static uint32_t around(const struct words *words, uint32_t at, uint32_t count,
                       const struct change_rule *change) {
    uint32_t left = 0, right = 0;
    while (left < CHANGES_AROUND && left < at && words->items[at - 1 - left].hash == change->left[left]) {
        left++;
    }
    while (right < CHANGES_AROUND && at + count + right < words->count &&
           words->items[at + count + right].hash == change->right[right]) {
        right++;
    }
    return count == 0 && (left == 0 || right == 0) ? 0 : left + right;
}

static uint32_t times_of(const struct changes *changes, const struct change_rule *change) {
    uint32_t times = 0;
    for (size_t i = 0; i < changes->rules.count; i++) {
        const struct change_rule *other = &changes->rules.items[i];
        times += is_same_change(change, other) ? other->times : 0;
    }
    return times;
}

static bool is_better(const struct fit *a, const struct fit *b) {
    return !b->change || a->around > b->around || (a->around == b->around && a->times > b->times);
}

static void find_fits(const struct changes *changes, const struct reading *reading,
                      const struct change_rule *change, bool old, struct fit best[2]) {
    const struct words *words = &reading->words;
    const struct change_run *run = old ? &change->old : &change->now;
    uint32_t least = run->tells ? 1 : LEAST_AROUND_SIGNS, touched = run->count > 0 ? run->count : 1;
    for (uint32_t at = 1; at + run->count < words->count; at++) {
        bool behind = words->items[at + touched - 1].end > reading->cursor;
        if (!behind || !is_run_at(words, at, run)) {
            continue;
        }
        struct fit fit = {change, at, around(words, at, run->count, change), 0};
        if (fit.around < least) {
            continue;
        }
        fit.times = times_of(changes, change);
        if (is_better(&fit, &best[0])) {
            best[1] = best[0];
            best[0] = fit;
        } else if (is_better(&fit, &best[1])) {
            best[1] = fit;
        }
    }
}

// old: what was changed; else what it was changed to.
static void find_best(const struct changes *changes, const struct reading *reading, bool old,
                      struct fit best[2]) {
    memset(best, 0, 2 * sizeof *best);
    for (size_t i = 0; reading->words.count <= CHANGES_PLACE && i < changes->rules.count; i++) {
        const struct change_rule *change = &changes->rules.items[i];
        if (old || change->now.count > 0) {
            find_fits(changes, reading, change, old, best);
        }
    }
}

static uint32_t count_hash(const uint64_t *hashes, size_t count, uint64_t hash) {
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += hashes[i] == hash;
    }
    return found;
}

void changes_judge(const struct changes *changes, const struct change_line *line,
                   float features[CHANGES_FEATURES]) {
    memset(features, 0, CHANGES_FEATURES * sizeof *features);
    if (changes->removed.count == 0 && changes->rules.count == 0) {
        return;
    }
    struct reading reading;
    struct fit old[2], now[2];
    read_line(&reading, line);
    find_best(changes, &reading, true, old);
    find_best(changes, &reading, false, now);
    uint64_t hash = hash_line(str_slice(&reading.text));
    uint32_t removed = count_hash(changes->removed.items, changes->removed.count, hash);
    features[0] = count_hash(changes->here.items, changes->here.count, hash) > 0;
    features[1] = (float)(removed < MOST_REMOVED ? removed : MOST_REMOVED);
    features[2] = (float)old[0].around;
    features[3] = log1pf((float)old[0].times);
    features[4] = (float)now[0].around;
    features[5] = log1pf((float)now[0].times);
    str_free(&reading.text);
}

// The line with what is there now in the old run's place.
static void put(const struct reading *reading, const struct fit *fit, struct str *out) {
    const struct change_rule *change = fit->change;
    const struct word *words = reading->words.items + fit->at;
    uint32_t count = change->old.count;
    bool whole = count == 0 || change->now.count == 0;
    size_t start = whole ? words[-1].end : words[0].start;
    size_t end = whole ? words[count].start : words[count - 1].end;
    struct slice line = str_slice(&reading->text);
    str_append_slice(out, slice_sub(line, 0, start));
    str_append_slice(out, slice_of(change->put, change->put_length));
    str_append_slice(out, slice_sub(line, end, line.length));
}

static bool cut_out(struct slice made, const struct change_line *line, struct str *text) {
    size_t kept = line->before.length + line->after.length;
    if (made.length <= kept || !slice_starts_with(made, line->before) ||
        !slice_equal(slice_sub(made, made.length - line->after.length, made.length), line->after)) {
        return false;
    }
    str_append_slice(text, slice_sub(made, line->before.length, made.length - line->after.length));
    return true;
}

bool changes_apply(const struct changes *changes, const struct change_line *line, uint32_t which,
                   struct str *text) {
    if (changes->rules.count == 0) {
        return false;
    }
    struct reading reading;
    struct fit best[2];
    read_line(&reading, line);
    find_best(changes, &reading, true, best);
    struct str made;
    str_init(&made);
    bool found = which < 2 && best[which].change;
    if (found) {
        put(&reading, &best[which], &made);
        found = cut_out(str_slice(&made), line, text);
    }
    str_free(&made);
    str_free(&reading.text);
    return found;
}
