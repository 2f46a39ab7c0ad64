// repository.c - the built-in model behind the backend contract; see repository.h.
//
// A call copies what it needs (a closed backend's job may outlive the
// request), runs predict() in the worker and reports on the loop.
//
//     start -> (worker: predict) -> done -> on_done
//     cancel, or the worker's queue was full -> a timer of no length -> on_done
//     close -> on_done, at once
//
// A document that the sink shows as it is at rest is read in the worker, so that
// the first request in it finds that done. The sink's thread leaves it and wakes
// the loop, which may give work to the worker. Only the last such one waits, and
// one job for it, so that whoever opens many leaves room for requests.
//
// The timer is there because neither start nor cancel may call back from
// inside themselves. A call is freed when the job and the timer that hold it
// are back, the corpus when the last call of a closed backend is, and the
// handle by which the corpus' thread calls the loop.
#include "backends/repository.h"

#include "backends/repository_document.h"
#include "backends/repository_edits.h"
#include "backends/repository_predict.h"

enum { MAX_CANDIDATES = PREDICT_CANDIDATES };
static const uint64_t DEFAULT_DEADLINE_US = 500000;

struct model {
    struct backend base;
    uv_loop_t *loop;
    struct worker *worker;
    struct corpus *corpus;
    struct edits *edits;
    struct warm *warm;          // the worker's
    struct backend_call *calls; // running, linked
    size_t jobs;                // given to the worker and not back yet
    bool closed, handle_closed;
    uv_async_t news; // something is learned, or shown
    void (*on_learned)(void *context);
    void *context;
    uv_mutex_t lock;       // of what is below
    struct opening *shown; // to be read ahead; NULL: nothing
    bool waits;            // the worker was told of it, and has not begun
};

// A document to be read ahead.
struct opening {
    char *path;
    struct text *text;
};

// Who types 1,400 everyday lines presses 44 keys for a hundred characters with these two, and 51 with 0.05 and 0.06, and reads
// fewer wrong suggestions; of a hundred lines that come out whole without them, one or two do not (tests/bench/score_typing.py).
static const double MINIMUM_CONFIDENCE = 0.08;
static const double CUT_CONFIDENCE = 0.15; // to a line's head, where it has one

struct backend_call {
    struct model *model;
    struct backend_call *next, **link;
    struct backend_callbacks callbacks;
    int holds; // the job's and the timer's
    bool reported;
    struct cancel cancel;
    uint64_t started;
    char *path, *text;  // prefix and suffix, one after the other
    struct arena arena; // of the hints
    struct predict_request request;
    struct predictions predictions;
    uv_timer_t timer;
    bool timing;
};

static void opening_free(struct opening *opening) {
    if (opening) {
        free(opening->path);
        text_release(opening->text);
        free(opening);
    }
}

static void model_free(struct model *model) {
    if (model->closed && model->handle_closed && model->jobs == 0) {
        opening_free(model->shown);
        uv_mutex_destroy(&model->lock);
        warm_free(model->warm);
        corpus_free(model->corpus);
        edits_free(model->edits);
        free(model);
    }
}

static void call_release(struct backend_call *call) {
    if (--call->holds > 0) {
        return;
    }
    struct model *model = call->model;
    predictions_free(&call->predictions);
    arena_free(&call->arena);
    free(call->path);
    free(call->text);
    free(call);
    model->jobs--;
    model_free(model);
}

static void unlink_call(struct backend_call *call) {
    *call->link = call->next;
    if (call->next) {
        call->next->link = call->link;
    }
}

static void report(struct backend_call *call, int code, const char *message, const char *hint) {
    struct backend_candidate candidates[MAX_CANDIDATES];
    struct backend_result result = {.code = code, .message = message, .hint = hint};
    result.finish = code ? FINISH_FAILED : FINISH_STOP;
    for (uint32_t i = 0; code == 0 && i < call->predictions.count; i++) {
        const struct prediction *item = &call->predictions.items[i];
        candidates[i] = (struct backend_candidate){str_slice(&item->text), item->confidence, item->head,
                                                   item->head_confidence, item->refused};
        result.candidate_count++;
    }
    result.candidates = candidates;
    result.first_token_ms = result.total_ms = clock_ms_since(call->started);
    call->reported = true;
    unlink_call(call);
    call->callbacks.on_done(call->callbacks.context, &result);
}

static void run_prediction(void *context) {
    struct backend_call *call = context;
    predict(call->model->corpus, &call->request, &call->predictions);
}

static void finish_prediction(void *context, bool ran) {
    struct backend_call *call = context;
    bool late = call->predictions.count == 0 && cancel_fired(&call->cancel);
    if (!call->reported && (!ran || atomic_load(&call->cancel.fired))) {
        report(call, ERR_CANCELLED, "cancelled", "");
    } else if (!call->reported && late) {
        report(call, ERR_TIMEOUT, "the built-in model passed the deadline", "");
    } else if (!call->reported) {
        report(call, 0, "", "");
    }
    call_release(call);
}

static void on_timer_closed(uv_handle_t *handle) {
    call_release(handle->data);
}

static void on_timer(uv_timer_t *timer) {
    struct backend_call *call = timer->data;
    if (!call->reported && atomic_load(&call->cancel.fired)) {
        report(call, ERR_CANCELLED, "cancelled", "");
    } else if (!call->reported) {
        report(call, ERR_BUSY, "the built-in model has too many requests waiting", "ask again in a moment");
    }
    uv_close((uv_handle_t *)timer, on_timer_closed);
}

static void report_next_turn(struct backend_call *call) {
    if (!call->timing) {
        call->timing = true;
        call->holds++;
        uv_timer_init(call->model->loop, &call->timer);
        call->timer.data = call;
        uv_timer_start(&call->timer, on_timer, 0, 0);
    }
}

static const struct backend_hint *copy_hints(struct arena *arena, const struct backend_request *request) {
    struct backend_hint *hints = arena_alloc(arena, (request->hint_count + 1) * sizeof *hints);
    for (size_t i = 0; i < request->hint_count; i++) {
        hints[i] = request->hints[i];
        hints[i].name = arena_copy_string(arena, hints[i].name);
        hints[i].scope = arena_copy_string(arena, hints[i].scope);
        hints[i].signature = arena_copy_string(arena, hints[i].signature);
        hints[i].before = arena_copy_string(arena, hints[i].before);
        hints[i].after = arena_copy_string(arena, hints[i].after);
    }
    return hints;
}

static void copy_request(struct backend_call *call, const struct backend_request *request) {
    struct slice prefix = request->prefix, suffix = request->suffix;
    if (prefix.length + suffix.length > READING_WHOLE) {
        prefix = reading_above(prefix);
        suffix = reading_below(suffix);
    }
    arena_init(&call->arena);
    call->path = mem_copy_string(request->path ? request->path : "");
    call->text = mem_alloc(prefix.length + suffix.length + 1);
    if (prefix.length > 0) {
        memcpy(call->text, prefix.data, prefix.length);
    }
    if (suffix.length > 0) {
        memcpy(call->text + prefix.length, suffix.data, suffix.length);
    }
    uint64_t deadline = request->deadline_us ? request->deadline_us : call->started + DEFAULT_DEADLINE_US;
    cancel_init(&call->cancel, deadline);
    call->request = (struct predict_request){
        .path = call->path,
        .prefix = slice_of(call->text, prefix.length),
        .suffix = slice_of(call->text + prefix.length, suffix.length),
        .max_tokens = request->max_tokens,
        .max_lines = request->max_lines,
        .candidates = request->candidates,
        .cancel = &call->cancel,
        .hints = copy_hints(&call->arena, request),
        .hint_count = request->hint_count,
        .edits = call->model->edits,
        .cursor = request->prefix.length,
        .warm = call->model->warm,
    };
}

static struct backend_call *start(struct backend *self, const struct backend_request *request,
                                  const struct backend_callbacks *callbacks) {
    struct model *model = (struct model *)self;
    struct backend_call *call = mem_zero(1, sizeof *call);
    call->model = model;
    call->callbacks = *callbacks;
    call->started = clock_now_us();
    corpus_attend(model->corpus, request->path ? request->path : "");
    copy_request(call, request);
    call->next = model->calls;
    call->link = &model->calls;
    if (call->next) {
        call->next->link = &call->next;
    }
    model->calls = call;
    model->jobs++;
    call->holds = 1;
    if (worker_submit(model->worker, run_prediction, finish_prediction, call) != 0) {
        report_next_turn(call);
        call->holds--;
    }
    return call;
}

static void cancel(struct backend *self, struct backend_call *call) {
    (void)self;
    cancel_fire(&call->cancel);
    report_next_turn(call);
}

static void on_handle_closed(uv_handle_t *handle) {
    struct model *model = handle->data;
    model->handle_closed = true;
    model_free(model);
}

static void close_model(struct backend *self) {
    struct model *model = (struct model *)self;
    model->jobs++;
    while (model->calls) {
        cancel_fire(&model->calls->cancel);
        report(model->calls, ERR_CANCELLED, "cancelled", "");
    }
    model->jobs--;
    model->closed = true;
    corpus_stop(model->corpus);
    uv_close((uv_handle_t *)&model->news, on_handle_closed);
}

// --- reading ahead ---

// The caller's; never NULL while a job waits.
static struct opening *take_shown(struct model *model) {
    uv_mutex_lock(&model->lock);
    struct opening *opening = model->shown;
    model->shown = NULL;
    model->waits = false;
    uv_mutex_unlock(&model->lock);
    return opening;
}

static void run_reading(void *context) {
    struct model *model = context;
    struct opening *opening = take_shown(model);
    predict_ahead(model->corpus, model->warm, opening->path, text_slice(opening->text));
    opening_free(opening);
}

static void finish_reading(void *context, bool ran) {
    (void)ran;
    struct model *model = context;
    model->jobs--;
    model_free(model);
}

static void read_shown(struct model *model) {
    uv_mutex_lock(&model->lock);
    bool is_news = model->shown && !model->waits;
    model->waits |= is_news;
    uv_mutex_unlock(&model->lock);
    if (!is_news) {
        return;
    }
    model->jobs++;
    if (worker_submit(model->worker, run_reading, finish_reading, model) != 0) {
        model->jobs--;
        opening_free(take_shown(model)); // who asks has more to do: the request reads it
    }
}

// --- news for the loop ---

// On the corpus' thread.
static void tell_loop(void *context) {
    struct model *model = context;
    uv_async_send(&model->news);
}

static void on_news(uv_async_t *handle) {
    struct model *model = handle->data;
    void (*told)(void *context) = model->on_learned;
    read_shown(model);
    if (told && corpus_is_learned(model->corpus)) {
        model->on_learned = NULL;
        uv_unref((uv_handle_t *)handle);
        told(model->context);
    }
}

void repository_await(struct backend *backend, void (*told)(void *context), void *context) {
    struct model *model = (struct model *)backend;
    model->on_learned = told;
    model->context = context;
    uv_ref((uv_handle_t *)&model->news);
    uv_async_send(&model->news); // it may have learned all already
}

void repository_attend(struct backend *backend, const char *path) {
    corpus_attend(((struct model *)backend)->corpus, path);
}

struct backend *repository_new(uv_loop_t *loop, const struct repository_options *options) {
    static const struct backend_operations operations = {
        .start = start, .cancel = cancel, .close = close_model};
    struct model *model = mem_zero(1, sizeof *model);
    model->base.operations = &operations;
    model->base.traits = (struct backend_traits){.name = "repository",
                                                 .model = "built-in",
                                                 .minimum_confidence = MINIMUM_CONFIDENCE,
                                                 .cut_confidence = CUT_CONFIDENCE};
    model->loop = loop;
    model->worker = options->worker;
    uv_mutex_init(&model->lock);
    uv_async_init(loop, &model->news, on_news);
    uv_unref((uv_handle_t *)&model->news);
    model->news.data = model;
    struct corpus_options corpus = {
        .root = options->root, .max_tokens = options->max_tokens, .on_learned = tell_loop, .context = model};
    model->corpus = corpus_new(&corpus);
    model->edits = edits_new();
    model->warm = warm_new();
    return &model->base;
}

static void sink_put(void *self, struct record *record, struct slice text) {
    (void)text;
    corpus_put(((struct model *)self)->corpus, record);
}

static void sink_remove(void *self, const char *path) {
    corpus_remove(((struct model *)self)->corpus, path);
    edits_remove(((struct model *)self)->edits, path);
}

static void sink_overlay(void *self, struct record *record, struct slice text) {
    corpus_overlay(((struct model *)self)->corpus, record, text);
}

static void sink_overlay_remove(void *self, const char *path) {
    corpus_overlay_remove(((struct model *)self)->corpus, path);
}

static void leave_for_reading(struct model *model, const char *path, struct text *text) {
    struct opening *opening = mem_zero(1, sizeof *opening);
    opening->path = mem_copy_string(path);
    opening->text = text_retain(text);
    uv_mutex_lock(&model->lock);
    struct opening *before = model->shown;
    model->shown = opening;
    uv_mutex_unlock(&model->lock);
    opening_free(before);
    uv_async_send(&model->news);
}

static void sink_show(void *self, struct record *record, struct text *text, uint64_t version) {
    struct model *model = self;
    if (record->taint != TAINT_GENERATED) {
        edits_show(model->edits, record->path, text, version);
    }
    if (overlay_stage_of(version) == OVERLAY_AT_REST && text->length <= WARM_AHEAD) {
        leave_for_reading(model, record->path, text);
    }
}

static void sink_hide(void *self, const char *path, uint64_t version) {
    edits_hide(((struct model *)self)->edits, path, version);
}

static void sink_searchable(void *self) {
    corpus_complete(((struct model *)self)->corpus);
}

static void sink_commit(void *self, bool full_pass) {
    corpus_commit(((struct model *)self)->corpus, full_pass);
}

struct index_sink repository_sink(struct backend *backend) {
    return (struct index_sink){.self = backend,
                               .put = sink_put,
                               .remove = sink_remove,
                               .overlay = sink_overlay,
                               .overlay_remove = sink_overlay_remove,
                               .show = sink_show,
                               .hide = sink_hide,
                               .searchable = sink_searchable,
                               .commit = sink_commit};
}

void repository_statistics(struct backend *backend, struct repository_statistics *out) {
    struct corpus_statistics statistics;
    corpus_statistics(((struct model *)backend)->corpus, &statistics);
    *out = (struct repository_statistics){statistics.files, statistics.tokens, statistics.vocabulary,
                                          statistics.bytes};
}
