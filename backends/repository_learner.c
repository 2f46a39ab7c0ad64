// repository_learner.c - see repository_learner.h; the idea is told in repository_corpus.c.
//
//     selection_next -> fresh (a builder) -> sorted -> merged with the delta -> with the base, if outgrown
//     learner_overlay -> typed (a builder) -> sorted -> merged with the overlays
//
// A place says where the tokens of a path are. What is superseded is dead until
// its segment is merged the next time.
//
// While a round lasts, overlays may come in between and are published with what
// was shown at the end of the last one, so that no file is missing whose new text
// is not sorted yet. Only when words are forgotten, and all segments change their
// meaning at once, they wait.
#include "backends/repository_learner.h"

#include "backends/repository_classes.h"
#include "backends/repository_segment.h"

#include "base/spill.h"
#include "indexer/language.h"
#include "indexer/source.h"

#define NOWHERE UINT32_MAX
enum { FRESH = SEGMENT_COUNT, SMALLEST_ROUND = 1 << 16, SMALLEST_PART = 1 << 18, UNUSED_WORDS = 1 << 18 };
static const uint64_t FIRST_GROWTH = 8; // of what there is, from one round of a first pass to the next
static const uint64_t DELTA_PART = 10;  // of the base: what later rounds are, and the delta may be
static const uint64_t RECOUNT_PART = 8; // of what was counted: a change that classes are counted anew for
static const uint64_t SLACK_PART = 16;  // of a round: the estimate may be too low
static const size_t BINARY_WINDOW = 4096;

struct place {
    uint32_t segment, file;             // of what is on disk: base, delta, fresh or NOWHERE
    uint32_t shown_segment, shown_file; // where it was last in the base or the delta
    uint32_t overlay;                   // file of the overlays, or NOWHERE
};

struct learner {
    struct learner_options options;
    struct order_watch open, closed; // with overlays in between, and without
    struct vocabulary *vocabulary;
    uint64_t kept_words;  // when unused ones were last forgotten
    uint64_t lost_tokens; // since then
    struct token_segment *segments[SEGMENT_COUNT];
    unsigned char *dead[SEGMENT_COUNT];  // a byte a file
    unsigned char *shown[SEGMENT_COUNT]; // the same at the end of the last round, when nothing was missing
    uint64_t dead_tokens[SEGMENT_COUNT];
    struct classes *classes; // of base and delta
    uint64_t counted;        // tokens there when they were
    struct segment_builder fresh, typed;
    VEC(unsigned char) fresh_dead;
    VEC(unsigned char) typed_dead;
    VEC(struct place) places;  // by the selection's id
    struct token_list scratch; // of the file being read
    struct str text;
    uint64_t round_limit; // tokens
    uint64_t round;       // grows when anything but the overlays changes
    uint32_t versions;    // of overlays
    bool is_first;        // pass, not over yet
    bool is_stale;        // something was learned, counted or died since the last generation
    bool has_died;        // a file other than an overlay, since the last round
};

// --- places ---

static struct place *place_of(struct learner *learner, uint32_t id) {
    while (learner->places.count <= id) {
        vec_push(&learner->places, (struct place){NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE});
    }
    return &learner->places.items[id];
}

static uint64_t file_tokens(const struct segment_file *file) {
    return file->end - file->start;
}

static void bury(struct learner *learner, uint32_t segment, uint32_t file) {
    uint64_t tokens = 0;
    if (segment == FRESH) {
        learner->fresh_dead.items[file] = 1;
        tokens = file_tokens(&learner->fresh.files.items[file]);
    } else {
        learner->dead[segment][file] = 1;
        tokens = file_tokens(&learner->segments[segment]->files[file]);
        learner->dead_tokens[segment] += tokens;
    }
    learner->lost_tokens += tokens;
    learner->has_died |= segment != SEGMENT_OVERLAY;
    learner->is_stale = true;
}

static void forget(struct learner *learner, uint32_t id) {
    struct place *place = place_of(learner, id);
    if (place->segment != NOWHERE) {
        bury(learner, place->segment, place->file);
    }
    place->segment = NOWHERE;
}

static void forget_overlay(struct learner *learner, uint32_t id) {
    struct place *place = place_of(learner, id);
    if (place->overlay != NOWHERE) {
        bury(learner, SEGMENT_OVERLAY, place->overlay);
    }
    place->overlay = NOWHERE;
}

static void replace(struct learner *learner, uint32_t which, struct token_segment *segment) {
    token_segment_release(learner->segments[which]);
    free(learner->dead[which]);
    free(learner->shown[which]);
    learner->segments[which] = segment;
    learner->dead[which] = mem_zero((size_t)segment->file_count + 1, 1);
    learner->shown[which] = mem_zero((size_t)segment->file_count + 1, 1);
    learner->dead_tokens[which] = 0;
    learner->round += which != SEGMENT_OVERLAY;
    for (uint32_t i = 0; i < segment->file_count; i++) {
        struct place *place = place_of(learner, segment->files[i].id);
        if (which == SEGMENT_OVERLAY) {
            place->overlay = i;
        } else {
            place->segment = place->shown_segment = which;
            place->file = place->shown_file = i;
        }
    }
    learner->is_stale = true;
}

static struct token_segment *empty_segment(void) {
    struct segment_builder none = {0};
    return token_segment_finish(&none, NULL);
}

static uint64_t live_tokens(const struct learner *learner, uint32_t which) {
    return learner->segments[which]->count - learner->dead_tokens[which];
}

// --- generations ---

static void hide_overlaid(struct learner *learner, struct generation *generation) {
    const struct token_segment *overlays = learner->segments[SEGMENT_OVERLAY];
    for (uint32_t i = 0; i < overlays->file_count; i++) {
        uint32_t id = overlays->files[i].id;
        const struct place *place = place_of(learner, id);
        if (place->overlay != i || place->shown_segment == NOWHERE) {
            continue;
        }
        const struct token_segment *segment = learner->segments[place->shown_segment];
        if (place->shown_file < segment->file_count && segment->files[place->shown_file].id == id) {
            generation->dead[place->shown_segment][place->shown_file] = 1;
        }
    }
}

static void publish(struct learner *learner) {
    struct generation *generation = mem_zero(1, sizeof *generation);
    atomic_init(&generation->references, 1);
    generation->vocabulary = vocabulary_retain(learner->vocabulary);
    generation->round = learner->round;
    generation->classes = classes_retain(learner->classes);
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        struct token_segment *segment = token_segment_retain(learner->segments[i]);
        generation->segments[i] = segment;
        generation->dead[i] = mem_alloc((size_t)segment->file_count + 1);
        memcpy(generation->dead[i], learner->shown[i], (size_t)segment->file_count + 1);
    }
    hide_overlaid(learner, generation);
    learner->options.publish(learner->options.context, generation);
}

static uint64_t living(const struct learner *learner) {
    return live_tokens(learner, SEGMENT_BASE) + live_tokens(learner, SEGMENT_DELTA);
}

// Again once there is much more, or much less. False if stopped.
static bool count_classes(struct learner *learner, const struct order_watch *watch) {
    uint64_t now = living(learner),
             change = now > learner->counted ? now - learner->counted : learner->counted - now;
    if (learner->classes && change <= learner->counted / RECOUNT_PART) {
        return true;
    }
    struct classes *classes =
        classes_new(learner->segments, learner->dead, SEGMENT_OVERLAY, learner->vocabulary, watch);
    if (classes) {
        classes_release(learner->classes);
        learner->classes = classes;
        learner->counted = now;
        learner->is_stale = true;
        learner->round++; // what was ranked with others is out of date
    }
    return classes != NULL;
}

// Nothing is on its way: what died may go.
static void publish_round(struct learner *learner) {
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        memcpy(learner->shown[i], learner->dead[i], (size_t)learner->segments[i]->file_count + 1);
    }
    learner->is_stale = false;
    learner->round += learner->has_died;
    learner->has_died = false;
    publish(learner);
}

// --- reading ---

static bool is_worth(struct slice text) {
    size_t window = text.length < BINARY_WINDOW ? text.length : BINARY_WINDOW;
    return text.length > 0 && text.length <= SOURCE_SIZE_LIMIT && !memchr(text.data, 0, window);
}

static struct token_list *encode(struct learner *learner, struct slice text) {
    learner->scratch.count = 0;
    if (is_worth(text)) {
        struct encoder encoder = {.vocabulary = learner->vocabulary};
        encoder_append(&encoder, text, &learner->scratch);
    }
    return &learner->scratch;
}

static void learn(struct learner *learner, const struct selection_task *task) {
    forget(learner, task->id);
    struct source_stat status;
    str_clear(&learner->text);
    if (source_read(learner->options.root, task->path, &learner->text, &status) != 0) {
        str_clear(&learner->text);
    }
    const struct token_list *tokens = encode(learner, str_slice(&learner->text));
    uint64_t cost = tokens->count ? tokens->count + 1 : 0;
    bool has_room = selection_learned(learner->options.selection, task->id, str_slice(&learner->text), cost);
    struct segment_file file = {.path = task->path,
                                .id = task->id,
                                .folder = corpus_folder_hash(task->path),
                                .family = language_family(language_of_path(task->path)),
                                .taint = task->taint};
    if (has_room && cost > 0 && token_segment_add(&learner->fresh, &file, tokens->items, tokens->count)) {
        struct place *place = place_of(learner, task->id);
        place->segment = FRESH;
        place->file = (uint32_t)learner->fresh_dead.count;
        vec_push(&learner->fresh_dead, 0);
    }
}

// How much more is learned before it is merged and seen. If it is known what there is, rounds end at an eighth
// of it, a 64th and so on, and at all of it; a part that is learned in a moment is not worth sorting twice. Until it is
// known, the first files are shown at once, and more of them when that takes longer than a moment.
static uint64_t round_limit(struct learner *learner) {
    uint64_t live = living(learner);
    uint64_t limit = live / DELTA_PART;
    if (learner->is_first && selection_is_complete(learner->options.selection)) {
        uint64_t goal = live + selection_waiting(learner->options.selection);
        while (goal / FIRST_GROWTH > live + SMALLEST_PART) {
            goal /= FIRST_GROWTH;
        }
        limit = goal - live + goal / SLACK_PART;
    } else if (learner->is_first && live > 0) {
        limit = (live > SMALLEST_PART ? live : SMALLEST_PART) * (FIRST_GROWTH - 1);
    }
    return limit > SMALLEST_ROUND ? limit : SMALLEST_ROUND;
}

static bool round_is_full(const struct learner *learner) {
    return learner->fresh.count >= learner->round_limit;
}

// Until the round is full or there is nothing to learn now; false if stopped.
static bool gather(struct learner *learner) {
    struct selection_task task;
    if (learner->fresh.files.count == 0) {
        uint64_t waiting = selection_waiting(learner->options.selection);
        learner->round_limit = round_limit(learner);
        token_segment_reserve(&learner->fresh,
                              (size_t)(waiting < learner->round_limit ? waiting : learner->round_limit),
                              learner->segments[SEGMENT_BASE]->tokens.bits);
    }
    while (!round_is_full(learner)) {
        if (!order_goes_on(&learner->open)) {
            return false;
        }
        if (!selection_next(learner->options.selection, &task)) {
            break;
        }
        if (task.forget) {
            forget(learner, task.id);
        } else {
            learn(learner, &task);
        }
    }
    return true;
}

// --- merging ---

static struct token_segment *merge(struct learner *learner, uint32_t which, struct token_segment *other,
                                   const unsigned char *dead, const uint32_t *renumbered,
                                   const struct order_watch *watch) {
    return token_segment_merge(token_segment_retain(learner->segments[which]), learner->dead[which], other,
                               dead, renumbered, watch);
}

// Data files written again and again, and every half-typed name, would fill the memory in a long session.
static bool is_crowded(const struct learner *learner) {
    return learner->vocabulary->words.count > 2 * learner->kept_words + UNUSED_WORDS &&
           learner->lost_tokens > UNUSED_WORDS;
}

static void mark_used(const struct token_segment *segment, const struct segment_file *file,
                      unsigned char *used) {
    for (uint32_t i = file->start; i < file->end; i++) {
        uint32_t id = token_id(packed_get(segment->tokens, i));
        if (id >= TOKEN_FIRST_WORD) {
            used[(id - TOKEN_FIRST_WORD) / 2] = 1;
        }
    }
}

// A vocabulary of the words that living files have; NULL if stopped.
static struct vocabulary *used_words(const struct learner *learner, uint32_t *renumbered) {
    const struct vocabulary *old = learner->vocabulary;
    unsigned char *used = mem_zero(old->words.count + 1u, 1);
    bool done = true;
    for (uint32_t which = 0; which < SEGMENT_COUNT; which++) {
        const struct token_segment *segment = learner->segments[which];
        for (uint32_t i = 0; i < segment->file_count && done; i++) {
            if (!learner->dead[which][i]) {
                mark_used(segment, &segment->files[i], used);
            }
            done = order_goes_on(&learner->closed);
        }
    }
    struct vocabulary *fresh = done ? vocabulary_shrink(old, used, renumbered) : NULL;
    free(used);
    return fresh;
}

// Every segment anew, with a vocabulary of the words that are left; fresh is empty.
static bool forget_words(struct learner *learner) {
    uint32_t *renumbered = mem_zero(learner->vocabulary->words.count + 1u, sizeof *renumbered);
    struct vocabulary *fresh = used_words(learner, renumbered);
    struct token_segment *moved[SEGMENT_COUNT] = {NULL};
    bool done = fresh != NULL;
    for (uint32_t i = 0; i < SEGMENT_COUNT && done; i++) {
        moved[i] = merge(learner, i, empty_segment(), NULL, renumbered, &learner->closed);
        done = moved[i] != NULL;
    }
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        if (done) {
            replace(learner, i, moved[i]);
        } else {
            token_segment_release(moved[i]);
        }
    }
    free(renumbered);
    vocabulary_release(done ? learner->vocabulary : fresh);
    learner->vocabulary = done ? fresh : learner->vocabulary;
    learner->kept_words = learner->vocabulary->words.count;
    learner->lost_tokens = 0;
    learner->counted = done ? 0 : learner->counted;
    return done && count_classes(learner, &learner->closed);
}

static uint64_t delta_limit(const struct learner *learner) {
    return SMALLEST_ROUND + live_tokens(learner, SEGMENT_BASE) / DELTA_PART;
}

static bool base_is_rotten(const struct learner *learner) {
    return learner->dead_tokens[SEGMENT_BASE] > delta_limit(learner);
}

static bool merge_base(struct learner *learner, struct token_segment *other, const unsigned char *dead) {
    struct token_segment *base = merge(learner, SEGMENT_BASE, other, dead, NULL, &learner->open);
    if (base) {
        replace(learner, SEGMENT_BASE, base);
    }
    return base != NULL;
}

static bool merge_delta(struct learner *learner, struct token_segment *fresh, const unsigned char *dead) {
    struct token_segment *delta = merge(learner, SEGMENT_DELTA, fresh, dead, NULL, &learner->open);
    if (!delta) {
        return false;
    }
    if (delta->count <= delta_limit(learner) && !base_is_rotten(learner)) {
        replace(learner, SEGMENT_DELTA, delta);
        return true;
    }
    bool done = merge_base(learner, delta, NULL);
    if (done) {
        replace(learner, SEGMENT_DELTA, empty_segment());
    }
    return done;
}

// What was gathered becomes part of the delta, or of the base: all of it is sorted then, so not before.
static bool absorb(struct learner *learner) {
    bool is_large = learner->fresh.count > delta_limit(learner) && live_tokens(learner, SEGMENT_DELTA) == 0;
    struct token_segment *fresh = is_large ? token_segment_unsorted(&learner->fresh)
                                           : token_segment_finish(&learner->fresh, &learner->open);
    vec_push(&learner->fresh_dead, 0); // so that it is never NULL
    bool done = fresh && (is_large ? merge_base : merge_delta)(learner, fresh, learner->fresh_dead.items);
    learner->fresh_dead.count = 0;
    return done;
}

// A first pass shows nothing new until it is worth the merging, or over.
static bool is_due(const struct learner *learner) {
    bool small = learner->segments[SEGMENT_BASE]->count + learner->segments[SEGMENT_DELTA]->count +
                     learner->fresh.count <=
                 SMALLEST_ROUND;
    return !learner->is_first || small || round_is_full(learner);
}

// The first files, before the others are known: soon all is counted, which would be most of the work.
static bool is_glimpse(const struct learner *learner) {
    return learner->is_first && living(learner) < SMALLEST_PART;
}

// What was merged is shown before words are forgotten: else what is shown now would be kept beside both.
static bool show_round(struct learner *learner) {
    if (!is_glimpse(learner) && !count_classes(learner, &learner->open)) {
        return false;
    }
    if (learner->is_stale) {
        publish_round(learner);
    }
    bool done = !is_crowded(learner) || forget_words(learner);
    if (done && learner->is_stale) {
        publish_round(learner);
    }
    return done;
}

bool learner_work(struct learner *learner) {
    for (bool is_over = false; !is_over;) {
        if (!gather(learner)) {
            return false;
        }
        is_over = !round_is_full(learner);
        learner->is_first =
            learner->is_first && !(is_over && selection_is_complete(learner->options.selection));
        if (is_due(learner)) {
            bool is_unmerged = learner->fresh.files.count > 0 || base_is_rotten(learner);
            if ((is_unmerged && !absorb(learner)) || !show_round(learner)) {
                return false;
            }
        }
    }
    return true;
}

// --- what is typed ---

void learner_overlay(struct learner *learner, const struct segment_file *file, struct slice text) {
    forget_overlay(learner, file->id);
    for (size_t i = 0; i < learner->typed.files.count; i++) {
        learner->typed_dead.items[i] |= learner->typed.files.items[i].id == file->id;
    }
    const struct token_list *tokens = encode(learner, text);
    struct segment_file added = *file;
    added.version = ++learner->versions;
    if (tokens->count > 0 && token_segment_add(&learner->typed, &added, tokens->items, tokens->count)) {
        vec_push(&learner->typed_dead, 0);
    }
}

void learner_show(struct learner *learner) {
    struct token_segment *typed = token_segment_finish(&learner->typed, &learner->closed);
    if (typed) {
        vec_push(&learner->typed_dead, 0);
        typed = merge(learner, SEGMENT_OVERLAY, typed, learner->typed_dead.items, NULL, &learner->closed);
    }
    learner->typed_dead.count = 0;
    if (typed) {
        replace(learner, SEGMENT_OVERLAY, typed);
        publish(learner);
    }
}

// --- life ---

static bool goes_on_closed(void *context) {
    const struct learner *learner = context;
    return !learner->options.is_stopped(learner->options.context);
}

static bool goes_on_open(void *context) {
    const struct learner *learner = context;
    learner->options.interrupt(learner->options.context);
    return goes_on_closed(context);
}

struct learner *learner_new(const struct learner_options *options) {
    struct learner *learner = mem_zero(1, sizeof *learner);
    learner->options = *options;
    learner->open = (struct order_watch){goes_on_open, learner};
    learner->closed = (struct order_watch){goes_on_closed, learner};
    learner->vocabulary = vocabulary_new();
    learner->is_first = true;
    str_init(&learner->text);
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        replace(learner, i, empty_segment());
    }
    count_classes(learner, NULL);
    publish(learner);
    return learner;
}

void learner_free(struct learner *learner) {
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        token_segment_release(learner->segments[i]);
        free(learner->dead[i]);
        free(learner->shown[i]);
    }
    token_segment_drop(&learner->fresh);
    token_segment_drop(&learner->typed);
    vec_free(&learner->fresh_dead);
    vec_free(&learner->typed_dead);
    vec_free(&learner->places);
    vec_free(&learner->scratch);
    str_free(&learner->text);
    classes_release(learner->classes);
    vocabulary_release(learner->vocabulary);
    free(learner);
}
