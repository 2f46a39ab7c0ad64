// engine_ahead.c - see engine_read_ahead in engine.h.
//
// A server that has just started, or slept, or lost its model has read nothing: who asks first waits until it has read
// all of a prompt, seconds without a graphics card. So the place that was asked for last is laid out
// for it once more, and read without an answer; what is asked there next finds all but the new words read.
//
//     unread -(nobody waits)-> reading -(done)-> read          engine_ahead_start(), after_reading()
//       ^                        `-(somebody asks)-> unread    engine_ahead_stop()
//       `--(a model says that it was too late)-----------      engine_ahead_note()
//
// It goes the way of any request but for the model's answer, is superseded by whatever else begins, and is
// neither kept nor counted. When a document is opened nothing is read: nobody knows yet where the cursor goes.
#include "completion/engine_request.h"

#include "base/clock.h"

enum { READING_US = 60 * 1000 * 1000 };

static void after_reading(void *context, const struct engine_answer *answer) {
    struct engine *engine = context;
    (void)answer;
    engine->reading = NULL;
}

static bool is_worth_it(const struct engine *engine) {
    return engine->unread && engine->kept[0] && !engine->running && !engine->ahead &&
           backend_choose(engine->options.backend, NULL)->reads_ahead;
}

void engine_ahead_start(struct engine *engine) {
    if (!is_worth_it(engine)) {
        return;
    }
    struct engine_query query = engine->kept[0]->query;
    query.ahead = true;
    query.context_only = false;
    engine->unread = false;
    engine->reading = engine_request_start(engine, &query, after_reading, engine);
    engine->reading->deadline_us = clock_now_us() + READING_US;
}

void engine_ahead_stop(struct engine *engine) {
    if (engine->reading) {
        engine->unread = true; // unless what is asked now is answered
        engine_cancel(engine, engine->reading);
        engine->reading = NULL;
    }
}

void engine_ahead_note(struct engine_request *request, const struct backend_result *result) {
    if (request->model->reads_ahead && !request->query.ahead && result->code != ERR_CANCELLED) {
        request->engine->unread = result->code == ERR_TIMEOUT;
    }
}

void engine_read_ahead(struct engine *engine) {
    engine->unread = true;
    engine_ahead_start(engine);
}
