// remote_call.c - see remote_call.h.
//
// One struct backend_call per request ties the parts together: http brings
// bytes, sse or ndjson make messages of them, the provider reads a message,
// reply finds the text in a chat model's talk, answer makes it harmless and
// decides when it is enough.
//
//     http -> on_data -> sse | ndjson -> provider -> (reply) -> answer -> on_delta
//                                                 `-> failure, finish, counts
//     http -> on_done -> conclude -> on_done
//
// Whatever ends the call is noted where it happens (cancelled, failure,
// enough, complete) and judged in one place, conclude(), in this order:
// cancelled by the caller; something was wrong; we had enough; the server said
// that it is complete; the time is over, but whole lines have come; the
// connection's own fate.
#include "backends/remote_call.h"

#include "backends/remote_choice.h"
#include "backends/remote_learn.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    STREAM_LIMIT = 4 * 1024 * 1024, // JSON around 64 KiB of text, token by token
    EVENT_LIMIT = 256 * 1024,       // of JSON that is read at once, on the loop
    ERROR_LIMIT = 16 * 1024,
    COUNTS_WAIT_MS = 500, // after the last text
    END_WAIT_MS = 100,    // after [DONE]
};

static void fail(struct backend_call *call, int code, const char *what, const char *hint) {
    call->failed = true;
    err_set(&call->failure.err, code, "%s: %s", call->url.data, what);
    call->failure.hint = hint;
    call->failure.prompt_too_long = false;
    call->failure.refused_fields = 0;
}

// What answers is no server of this provider's.
static void fail_foreign(struct backend_call *call, const char *what) {
    fail(call, ERR_INVALID, what, call->self->provider->hint);
}

static void hand_out(struct backend_call *call, struct slice text) {
    if (text.length == 0 || call->enough || call->cancelled) {
        return;
    }
    if (call->result.first_token_ms == 0) {
        call->result.first_token_ms = clock_ms_since(call->started_us);
    }
    if (call->callbacks.on_delta && !call->callbacks.on_delta(call->callbacks.context, text)) {
        call->enough = true;
        call->result.finish = FINISH_ENOUGH;
    }
}

static void take_answer(struct backend_call *call, struct slice text) {
    static const enum backend_finish finish_of[] = {[ANSWER_OPEN] = FINISH_STOP,
                                                    [ANSWER_STOPPED] = FINISH_STOP,
                                                    [ANSWER_LINES] = FINISH_ENOUGH,
                                                    [ANSWER_FULL] = FINISH_LENGTH};
    hand_out(call, answer_add(&call->answer, text));
    if (call->answer.end != ANSWER_OPEN && !call->enough) {
        call->enough = true;
        call->result.finish = finish_of[call->answer.end];
    }
}

static void take_text(struct backend_call *call, const char *text) {
    if (!call->self->provider->replies) {
        take_answer(call, slice_of_string(text));
        return;
    }
    take_answer(call, reply_add(&call->reply, slice_of_string(text)));
    if (call->reply.ended && !call->enough) {
        hand_out(call, answer_finish(&call->answer));
        call->enough = true;
        call->result.finish = FINISH_STOP;
    }
}

static void take_error(struct backend_call *call, const struct json *error) {
    call->failed = true;
    failure_of_event(call->url.data, call->self->key.text, error, &call->failure);
}

static void take_event(struct backend_call *call, const struct provider_event *event) {
    if (event->error) {
        take_error(call, event->error);
        return;
    }
    if (event->prompt_tokens) {
        call->result.prompt_tokens = event->prompt_tokens;
        call->result.cached_tokens = event->cached_tokens;
    }
    take_text(call, event->text);
    if (event->end != PROVIDER_GOES_ON && !call->enough) {
        if (!call->complete) { // the first reason counts
            call->result.finish = event->end == PROVIDER_CUT ? FINISH_LENGTH : FINISH_STOP;
        }
        call->complete = true;
        http_hurry(call->http, event->last ? END_WAIT_MS : COUNTS_WAIT_MS);
    }
}

// Some list all their models, hundreds of kilobytes of which nothing is wanted.
static bool is_unread(const struct backend_call *call) {
    return call->probing && !call->self->provider->read_facts;
}

static void take_read(struct backend_call *call, const struct json *json) {
    struct provider_event event = {.text = ""};
    if (call->sample) {
        remote_take_count(call->self, json, call->sample - 1);
    } else if (call->tokenizing) {
        remote_take_tokens(call->self, json);
    } else if (call->probing) {
        remote_take_facts(call->self, json);
    } else {
        const struct json *error = json_get(json, "error");
        call->self->provider->read_event(json, &event);
        event.error = json_is_null(error) ? event.error : error;
        take_event(call, &event);
    }
}

static void take_json(struct backend_call *call, struct slice bytes) {
    if (is_unread(call) && slice_starts_with(slice_trim(bytes), SLICE_LITERAL("{"))) {
        return;
    }
    const struct json *json = json_parse_in(&call->self->room, bytes, NULL);
    bool is_list = json_is_array(json) && !call->probing; // TGI's answer that is no stream
    json = is_list ? json_first(json) : json;
    if (json_is_object(json) || (json && call->sample)) {
        take_read(call, json);
    } else if (call->self->room.full) {
        fail(call, ERR_TOO_LARGE, "the answer has more parts than a completion", call->self->provider->hint);
    } else {
        fail_foreign(call, "the answer is not a completion");
    }
}

static bool on_event(void *context, const struct sse_event *event) {
    struct backend_call *call = context;
    if (sse_is_done(event)) {
        call->complete = true;
        http_hurry(call->http, END_WAIT_MS);
        return false;
    }
    if (slice_equal(event->name, SLICE_LITERAL("error"))) {
        take_error(call, json_parse_in(&call->self->room, event->data, NULL));
    } else {
        take_json(call, event->data);
    }
    return !call->failed && !call->enough && !call->cancelled;
}

static bool on_line(void *context, struct slice line) {
    struct backend_call *call = context;
    take_json(call, line);
    return !call->failed && !call->enough && !call->cancelled;
}

// Of what is not read the beginning is enough, and an error's: the rest is thrown away.
static bool take_body(struct backend_call *call, struct slice bytes) {
    bool whole = call->shape == SHAPE_WHOLE;
    size_t room = (whole ? EVENT_LIMIT : ERROR_LIMIT) - call->body.length;
    if (whole && bytes.length > room && !is_unread(call)) {
        fail(call, ERR_TOO_LARGE, "the answer is over its limit", call->self->provider->hint);
        return false;
    }
    str_append_slice(&call->body, slice_sub(bytes, 0, bytes.length < room ? bytes.length : room));
    return whole || call->body.length < ERROR_LIMIT;
}

static bool on_data(void *context, const struct http_head *head, struct slice bytes) {
    struct backend_call *call = context;
    call->shape = call->shape ? call->shape : remote_shape_of(call->self->provider, call->probing, head);
    if (call->shape == SHAPE_UNKNOWN) {
        fail_foreign(call, "the answer is a web page or a file, not a completion");
        return false;
    }
    if (call->shape != SHAPE_STREAM) {
        return take_body(call, bytes);
    }
    bool lines = call->self->provider->framing == PROVIDER_LINES;
    int failure = lines ? ndjson_feed(&call->lines, bytes) : sse_feed(&call->sse, bytes); // none after [DONE]
    if (failure == ERR_TOO_LARGE && !call->failed) {
        fail(call, ERR_TOO_LARGE, "an event of the stream is over its limit", call->self->provider->hint);
    }
    return !call->failed && !call->enough;
}

static void call_free(struct backend_call *call) {
    sse_fini(&call->sse);
    ndjson_fini(&call->lines);
    reply_fini(&call->reply);
    answer_fini(&call->answer);
    str_free(&call->body);
    str_free(&call->message);
    str_free(&call->hint);
    str_free(&call->url);
    free(call);
}

// Reads what could only be read once it was whole.
static void read_rest(struct backend_call *call, const struct http_head *head) {
    if (call->shape == SHAPE_ERROR || head->status < 200 || head->status > 299) {
        call->failed = true;
        failure_of_answer(call->url.data, call->self->key.text, head, str_slice(&call->body), &call->failure);
        if (head->status == 401) {
            server_key_expired(&call->self->key);
        }
    } else if (call->shape == SHAPE_WHOLE) {
        take_json(call, str_slice(&call->body));
        call->complete = true;
    } else if (call->self->provider->framing == PROVIDER_LINES) {
        ndjson_finish(&call->lines);
    } else {
        sse_finish(&call->sse);
    }
    if (!call->failed && !call->enough && !call->complete) {
        fail(call, ERR_UNAVAILABLE, "the server closed the connection in mid-answer", "see the server's log");
    }
}

static void set_failure(struct backend_call *call, int code, const char *message, const char *hint) {
    struct backend_result *result = &call->result;
    result->code = code;
    result->message = message;
    result->hint = hint;
    result->retry_after_ms = call->failed ? call->failure.retry_after_ms : 0;
    result->finish = FINISH_FAILED;
    result->candidates = NULL;
    result->candidate_count = 0;
}

// Does the server refuse a field that it has not refused before?
static bool refuses_news(const struct backend_call *call) {
    return call->failed && (call->failure.refused_fields & ~call->self->without);
}

// A model that is too slow has said something nevertheless: the whole lines that came by the deadline are an answer.
static void keep_whole_lines(struct backend_call *call) {
    struct slice given = slice_sub(str_slice(&call->answer.text), 0, call->answer.given);
    size_t line = slice_line_start(given, given.length);
    struct slice whole = slice_sub(given, 0, line ? line - 1 : 0);
    if (slice_trim(whole).length) {
        call->answer.given = whole.length;
        call->complete = true;
        call->result.finish = FINISH_LENGTH;
    }
}

static void conclude(struct backend_call *call, const struct http_result *http) {
    if (!call->cancelled && !call->failed && !call->enough && http->code == 0) {
        read_rest(call, &http->head);
    }
    if (!call->cancelled && !call->failed && !call->enough && call->complete) {
        if (call->self->provider->replies) {
            take_answer(call, reply_finish(&call->reply));
        }
        hand_out(call, answer_finish(&call->answer)); // may have been the beginning of a stop
        if (call->self->provider->replies && call->result.finish == FINISH_LENGTH && !call->answer.given) {
            fail(call, ERR_UNSUPPORTED, "the reply was cut off before it came to the text",
                 "raise completion.maxTokens, or take a model that does not think first");
        }
    }
    if (!call->cancelled && !call->failed && !call->enough && !call->complete && http->code == ERR_TIMEOUT) {
        keep_whole_lines(call);
    }
    if (call->cancelled || http->code == ERR_CANCELLED) {
        set_failure(call, ERR_CANCELLED, "cancelled", "");
    } else if (call->failed) {
        set_failure(call, call->failure.err.code, call->failure.err.message,
                    refuses_news(call) ? "the next request does without it" : call->failure.hint);
    } else if (!call->enough && !call->complete) {
        set_failure(call, http->code, http->message, http->hint);
    }
}

static void remember(struct remote *self, const struct backend_result *result) {
    err_set(&self->last.err, result->code, "%s", result->message);
    self->last.hint = result->hint; // static, or ours
}

// A prompt that is too long is that request's own fault, and so is a field that the next one will not have.
static bool is_own_fault(const struct backend_call *call) {
    return call->result.code == ERR_TOO_LARGE || refuses_news(call);
}

static void tell_breaker(const struct backend_call *call) {
    const struct backend_result *result = &call->result;
    struct breaker *breaker = &call->self->breaker;
    if (!call->counts) {
        return;
    }
    if (result->code == 0) {
        breaker_worked(breaker);
    } else if (result->code == ERR_CANCELLED || is_own_fault(call)) {
        breaker_unknown(breaker);
    } else {
        breaker_failed(breaker, result->retry_after_ms, clock_now_us());
        remember(call->self, result);
    }
}

static void learn_lengths(const struct backend_call *call) {
    if (call->failed && call->failure.prompt_too_long) {
        remote_take_refusal(call->self, &call->units, &call->failure);
    } else {
        remote_take_counts(call->self, &call->units, call->result.prompt_tokens);
    }
}

static void name_settings(struct backend_call *call) {
    remote_name_settings(call->self->group, call->result.message, &call->message);
    remote_name_settings(call->self->group, call->result.hint, &call->hint);
    call->result.message = call->message.data;
    call->result.hint = call->hint.data;
}

static void on_done(void *context, const struct http_result *http) {
    struct backend_call *call = context;
    struct backend_result *result = &call->result;
    struct backend_candidate candidate = {.confidence = -1};
    result->message = result->hint = "";
    conclude(call, http);
    result->total_ms = clock_ms_since(call->started_us);
    if (result->code == 0 && !call->probing && call->answer.given) {
        candidate.text = slice_sub(str_slice(&call->answer.text), 0, call->answer.given);
        result->candidates = &candidate;
        result->candidate_count = 1;
    }
    tell_breaker(call);
    if (!call->probing) {
        learn_lengths(call);
        call->self->without |= call->failed ? call->failure.refused_fields : 0;
    }
    name_settings(call);
    if (result->code && result->code != ERR_CANCELLED && !call->tokenizing && !call->trial) {
        call->self->known = false; // who comes back may be another
    }
    call->callbacks.on_done(call->callbacks.context, result);
    call_free(call);
}

void remote_call_aim(struct backend_call *call, const char *path) {
    const struct remote *self = call->self;
    str_clear(&call->url);
    provider_url(self->provider, self->url, path, self->model, &call->url);
}

struct backend_call *remote_call_new(struct remote *self, const char *path,
                                     const struct answer_limits *limits,
                                     const struct backend_callbacks *callbacks) {
    struct backend_call *call = mem_zero(1, sizeof *call);
    call->self = self;
    call->callbacks = *callbacks;
    call->started_us = clock_now_us();
    call->deadline_us = call->started_us + self->timeout_ms * UINT64_C(1000);
    str_init(&call->url);
    str_init(&call->body);
    str_init(&call->message);
    str_init(&call->hint);
    remote_call_aim(call, path);
    ndjson_init(&call->lines, EVENT_LIMIT, on_line, call);
    reply_init(&call->reply, slice_of("", 0));
    sse_init(&call->sse, EVENT_LIMIT, on_event, call);
    answer_init(&call->answer, limits);
    return call;
}

void remote_call_send(struct backend_call *call, struct json *body) {
    struct remote *self = call->self;
    struct str bytes, query;
    str_init(&bytes);
    str_init(&query);
    if (call->probing && !body) {
        provider_facts_query(self->provider, self->model, &query);
    }
    if (body) {
        json_print(body, &bytes);
        json_free(body);
    }
    bool held = !call->failed && server_key_wish(&self->key);
    struct http_request request = {
        .url = call->url.data,
        .held = held,
        .refusal = call->failed ? &call->failure.err : NULL,
        .query = query.length    ? query.data
                 : call->probing ? NULL
                                 : self->provider->query,
        .bearer = held ? "" : self->key.text,
        .key_header = self->provider->key_header,
        .header = self->provider->header,
        .body = str_slice(&bytes),
        .connect_timeout_ms = self->connect_timeout_ms,
        .first_byte_timeout_ms = call->first_token_ms,
        .deadline_us = call->deadline_us,
        .body_limit = STREAM_LIMIT,
    };
    call->http = http_start(self->http, &request, &(struct http_callbacks){on_data, on_done, call});
    str_free(&bytes);
    str_free(&query);
}
