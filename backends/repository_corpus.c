// repository_corpus.c - see repository_corpus.h.
//
// The index tells of files faster than they can be learned, and must not wait.
// So a put only notes the path in the selection; the corpus' own thread asks
// there what to learn next, reads it, and gathers its tokens. What is typed is
// handed over as text, in a short list, and goes before everything else: the
// long work (sorting, merging) asks every few milliseconds whether some came.
//
// The tokens stand in three segments: a large base, a delta of the files that
// changed since, and the unsaved texts of open documents. New text is sorted by
// itself and merged with the delta, and the delta with the base when it has
// outgrown a tenth of it. A first pass over much shows an eighth of it first, and all when
// it is over, so that little is sorted twice. A file that stands in a later segment is dead in
// the earlier ones.
//
// The vocabulary only grows, so it too is replaced by a smaller one now and then;
// a generation holds the one its tokens are numbers of.
//
// A published generation never changes; readers hold it by a counter.
//
//     idle -(commit, overlay, attend)-> learning -(nothing left: on_learned)-> idle
#include "backends/repository_corpus.h"

#include "backends/repository_classes.h"
#include "backends/repository_learner.h"
#include "backends/repository_segment.h"

#include "base/log.h"
#include "base/priority.h"
#include "base/thread.h"
#include "indexer/language.h"
#include "indexer/source.h"

struct overlay_news {
    struct segment_file file;
    struct str text; // empty: closed
};

struct corpus {
    char *root;
    struct selection *selection;
    struct learner *learner;
    void (*on_learned)(void *context);
    void *context;
    uv_thread_t thread;
    atomic_bool stop, has_overlays; // set under the lock

    uv_mutex_t lock; // of what follows
    uv_cond_t wake, settled;
    VEC(struct overlay_news) overlays; // one a path, to be learned
    uint64_t asked, answered;          // commits
    bool has_thread;
    struct generation *current;
};

// --- the corpus' own thread ---

static bool is_stopped(void *context) {
    struct corpus *corpus = context;
    return atomic_load_explicit(&corpus->stop, memory_order_relaxed);
}

static void publish(void *context, struct generation *generation) {
    struct corpus *corpus = context;
    uv_mutex_lock(&corpus->lock);
    struct generation *old = corpus->current;
    corpus->current = generation;
    uv_mutex_unlock(&corpus->lock);
    if (old) {
        corpus_unpin(old);
    }
}

static void learn_overlays(void *context) {
    struct corpus *corpus = context;
    if (!atomic_load_explicit(&corpus->has_overlays, memory_order_relaxed)) {
        return;
    }
    uv_mutex_lock(&corpus->lock);
    struct overlay_news *news = corpus->overlays.items;
    size_t count = corpus->overlays.count;
    corpus->overlays.items = NULL;
    corpus->overlays.count = corpus->overlays.capacity = 0;
    atomic_store(&corpus->has_overlays, false);
    uv_mutex_unlock(&corpus->lock);
    for (size_t i = 0; i < count; i++) {
        learner_overlay(corpus->learner, &news[i].file, str_slice(&news[i].text));
        str_free(&news[i].text);
    }
    free(news);
    if (count > 0) {
        learner_show(corpus->learner);
    }
}

// With the lock.
static bool is_learned(const struct corpus *corpus) {
    return corpus->answered == corpus->asked && corpus->overlays.count == 0;
}

static void answer(struct corpus *corpus, uint64_t asked) {
    uv_mutex_lock(&corpus->lock);
    corpus->answered = asked;
    bool told = is_learned(corpus);
    uv_mutex_unlock(&corpus->lock);
    uv_cond_broadcast(&corpus->settled); // a thread of low priority must not hold the lock meanwhile
    if (told && corpus->on_learned) {
        corpus->on_learned(corpus->context);
    }
}

// How often it was asked to learn, once that is more than was answered; waits for it, or to be stopped.
static uint64_t wait_for_work(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    while (is_learned(corpus) && !is_stopped(corpus)) {
        uv_cond_wait(&corpus->wake, &corpus->lock);
    }
    uint64_t asked = corpus->asked;
    uv_mutex_unlock(&corpus->lock);
    return asked;
}

static void thread_main(void *argument) {
    struct corpus *corpus = argument;
    thread_name("hunch-learn");
    priority_lower();
    while (!is_stopped(corpus)) {
        uint64_t asked = wait_for_work(corpus);
        if (learner_work(corpus->learner)) {
            answer(corpus, asked);
        }
    }
}

// --- what the index says ---

static void ask(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    corpus->asked++;
    uv_cond_signal(&corpus->wake);
    uv_mutex_unlock(&corpus->lock);
}

void corpus_put(struct corpus *corpus, const struct record *record) {
    selection_put(corpus->selection, record);
}

void corpus_remove(struct corpus *corpus, const char *path) {
    selection_remove(corpus->selection, path);
}

// With the lock.
static struct overlay_news *news_of(struct corpus *corpus, uint32_t id) {
    for (size_t i = 0; i < corpus->overlays.count; i++) {
        if (corpus->overlays.items[i].file.id == id) {
            return &corpus->overlays.items[i];
        }
    }
    struct overlay_news none = {.file = {.id = id}};
    str_init(&none.text);
    vec_push(&corpus->overlays, none);
    return &corpus->overlays.items[corpus->overlays.count - 1];
}

static void overlay(struct corpus *corpus, const char *path, enum taint taint, struct slice text) {
    struct segment_file file = {.folder = corpus_folder_hash(path),
                                .family = language_family(language_of_path(path)),
                                .taint = taint};
    file.id = selection_id(corpus->selection, path, &file.path);
    uv_mutex_lock(&corpus->lock);
    struct overlay_news *news = news_of(corpus, file.id);
    news->file = file;
    str_clear(&news->text);
    str_append_slice(&news->text, text);
    atomic_store(&corpus->has_overlays, true);
    uv_cond_signal(&corpus->wake);
    uv_mutex_unlock(&corpus->lock);
}

void corpus_overlay(struct corpus *corpus, const struct record *record, struct slice text) {
    bool is_worth = record->taint != TAINT_GENERATED && text.length <= SOURCE_SIZE_LIMIT;
    overlay(corpus, record->path, record->taint, is_worth ? text : slice_of("", 0));
    corpus_attend(corpus, record->path);
}

void corpus_overlay_remove(struct corpus *corpus, const char *path) {
    overlay(corpus, path, TAINT_OWN, slice_of("", 0));
}

void corpus_complete(struct corpus *corpus) {
    selection_complete(corpus->selection);
    ask(corpus);
}

void corpus_commit(struct corpus *corpus, bool full_pass) {
    if (full_pass) {
        selection_complete(corpus->selection);
    }
    ask(corpus);
}

void corpus_attend(struct corpus *corpus, const char *path) {
    if (selection_attend(corpus->selection, path)) {
        ask(corpus);
    }
}

// --- what is learned ---

bool corpus_is_learned(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    bool learned = is_learned(corpus) || !corpus->has_thread;
    uv_mutex_unlock(&corpus->lock);
    return learned;
}

void corpus_settle(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    while (corpus->has_thread && !is_learned(corpus)) {
        uv_cond_wait(&corpus->settled, &corpus->lock);
    }
    uv_mutex_unlock(&corpus->lock);
}

struct generation *corpus_pin(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    struct generation *generation = corpus->current;
    atomic_fetch_add_explicit(&generation->references, 1, memory_order_relaxed);
    uv_mutex_unlock(&corpus->lock);
    return generation;
}

void corpus_unpin(struct generation *generation) {
    if (atomic_fetch_sub_explicit(&generation->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        token_segment_release(generation->segments[i]);
        free(generation->dead[i]);
    }
    classes_release(generation->classes);
    vocabulary_release(generation->vocabulary);
    free(generation);
}

void corpus_statistics(struct corpus *corpus, struct corpus_statistics *out) {
    struct generation *generation = corpus_pin(corpus);
    *out = (struct corpus_statistics){0};
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        const struct token_segment *segment = generation->segments[i];
        out->bytes += token_segment_bytes(segment);
        for (uint32_t file = 0; file < segment->file_count; file++) {
            if (!generation->dead[i][file]) {
                out->files++;
                out->tokens += segment->files[file].end - segment->files[file].start;
            }
        }
    }
    uint64_t words = 0;
    out->vocabulary = vocabulary_count(generation->vocabulary, &words);
    out->bytes += words + classes_bytes(generation->classes);
    corpus_unpin(generation);
}

// --- life ---

struct corpus *corpus_new(const struct corpus_options *options) {
    struct corpus *corpus = mem_zero(1, sizeof *corpus);
    corpus->root = mem_copy_string(options->root ? options->root : "");
    corpus->on_learned = options->on_learned;
    corpus->context = options->context;
    atomic_init(&corpus->stop, false);
    atomic_init(&corpus->has_overlays, false);
    uv_mutex_init(&corpus->lock);
    uv_cond_init(&corpus->wake);
    uv_cond_init(&corpus->settled);
    corpus->selection = selection_new(options->max_tokens ? options->max_tokens : CORPUS_TOKENS);
    struct learner_options learner = {.root = corpus->root,
                                      .selection = corpus->selection,
                                      .is_stopped = is_stopped,
                                      .interrupt = learn_overlays,
                                      .publish = publish,
                                      .context = corpus};
    corpus->learner = learner_new(&learner);
    int code = uv_thread_create(&corpus->thread, thread_main, corpus);
    corpus->has_thread = code == 0;
    if (code) {
        log_error("the built-in model learns nothing: no thread could be started (%s); restart Hunch",
                  uv_strerror(code));
    }
    return corpus;
}

void corpus_stop(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    bool has_thread = corpus->has_thread;
    corpus->has_thread = false;
    atomic_store(&corpus->stop, true);
    uv_cond_signal(&corpus->wake);
    uv_mutex_unlock(&corpus->lock);
    if (has_thread) {
        uv_thread_join(&corpus->thread);
    }
}

void corpus_free(struct corpus *corpus) {
    if (!corpus) {
        return;
    }
    corpus_stop(corpus);
    learner_free(corpus->learner);
    corpus_unpin(corpus->current);
    selection_free(corpus->selection);
    for (size_t i = 0; i < corpus->overlays.count; i++) {
        str_free(&corpus->overlays.items[i].text);
    }
    vec_free(&corpus->overlays);
    uv_cond_destroy(&corpus->settled);
    uv_cond_destroy(&corpus->wake);
    uv_mutex_destroy(&corpus->lock);
    free(corpus->root);
    free(corpus);
}
