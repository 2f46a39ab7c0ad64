// session_completion.c - requests that the engine answers, from the client's message to the client's answer.
//
// A flight is one run of the engine for one place in one text; its waiters are
// the requests that want the answer. Usually there is one. Clients with both
// ghost text and a popup ask twice on the same keystroke, and the engine runs
// once for a document, so the second request joins the flight of the first.
//
//   request -> joins a flight of the same text and cursor, or starts its own, which ends the others of the
//              document (their requests are answered with RequestCancelled: not every client cancels)
//   FLYING -(engine's answer)-> every waiter is answered, gone
//   FLYING -(superseded, closed, shutdown)-> waiters answered, WITHOUT WAITERS until the engine's answer
//   FLYING -(client cancels the last waiter)-> engine_cancel, WITHOUT WAITERS until the engine's answer
#include "base/clock.h"
#include "lsp/session_state.h"

#include <assert.h>
#include <stdlib.h>

enum question { ASK_INLINE, ASK_POPUP, ASK_CONTEXT };

struct waiter {
    struct waiter *next;
    struct flight *flight;
    struct rpc_request *request;
    enum question question;
    bool invoked;
};

struct flight {
    struct flight *next;
    struct session *session;
    struct engine_request *engine; // NULL until engine_start has returned
    struct waiter *waiters;
    struct answer_place place;
    char *path;
    char *uri;
    bool context_only;
    bool invoked;
    bool stopped; // engine_cancel was called
    bool answered;
};

static const char *question_name(enum question question) {
    static const char *const names[] = {"inlineCompletion", "completion", "context"};
    return names[question];
}

static void trace_answer(const struct flight *flight, enum question question,
                         const struct engine_answer *answer) {
    if (!flight->session->trace) {
        return;
    }
    struct str line;
    str_init(&line);
    str_append_format(&line, "%s %s:%u: %s in %.1f ms", question_name(question), flight->path,
                      flight->place.line + 1, outcome_id(answer->outcome), answer->total_ms);
    if (answer->reason && answer->reason[0]) {
        str_append_format(&line, " (%s)", answer->reason);
    }
    session_trace(flight->session, line.data);
    str_free(&line);
}

static struct json *nothing(enum question question) {
    struct json *result = json_object();
    if (question == ASK_CONTEXT) {
        json_set(result, "results", json_array());
        json_set(result, "timings", json_object());
        return result;
    }
    if (question == ASK_POPUP) {
        json_set_bool(result, "isIncomplete", true);
    }
    json_set(result, "items", json_array());
    return result;
}

static struct json *result_of(const struct flight *flight, const struct waiter *waiter,
                              const struct engine_answer *answer) {
    struct session *session = flight->session;
    switch (waiter->question) {
    case ASK_INLINE:
        return session_inline_items(session, &flight->place, flight->path, answer, waiter->invoked);
    case ASK_POPUP:
        return session_popup_items(session, &flight->place, flight->path, answer);
    default:
        return session_context_results(session, answer);
    }
}

static struct waiter *take_waiter(struct flight *flight) {
    struct waiter *waiter = flight->waiters;
    flight->waiters = waiter->next;
    return waiter;
}

static void answer_waiter(struct flight *flight, struct waiter *waiter, const struct engine_answer *answer) {
    trace_answer(flight, waiter->question, answer);
    if (answer->outcome == OUTCOME_CANCELLED || answer->outcome == OUTCOME_SUPERSEDED) {
        rpc_fail(waiter->request, RPC_REQUEST_CANCELLED, answer->reason);
    } else {
        rpc_reply(waiter->request, result_of(flight, waiter, answer));
    }
    free(waiter);
}

static void cancel_waiters(struct flight *flight, const char *reason) {
    while (flight->waiters) {
        struct waiter *waiter = take_waiter(flight);
        rpc_fail(waiter->request, RPC_REQUEST_CANCELLED, reason);
        free(waiter);
    }
}

static void free_flight(struct flight *flight) {
    assert(!flight->waiters);
    struct flight **link = &flight->session->flights;
    while (*link != flight) {
        link = &(*link)->next;
    }
    *link = flight->next;
    text_release(flight->place.text);
    json_free(flight->place.selected_range);
    free(flight->path);
    free(flight->uri);
    free(flight);
}

static void on_answer(void *context, const struct engine_answer *answer) {
    struct flight *flight = context;
    session_note_answer(flight->session, answer);
    while (flight->waiters) {
        answer_waiter(flight, take_waiter(flight), answer);
    }
    flight->answered = true;
    if (flight->engine) {
        free_flight(flight); // else engine_start has not returned yet: start() does it
    }
}

static void stop(struct flight *flight) {
    if (flight->engine && !flight->stopped) {
        flight->stopped = true;
        engine_cancel(flight->session->project.engine, flight->engine);
    }
}

// The client cancelled one request: answered at once; the engine stops when nobody waits any more.
static void on_cancel(void *context) {
    struct waiter *waiter = context;
    struct flight *flight = waiter->flight;
    struct waiter **link = &flight->waiters;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    rpc_fail(waiter->request, RPC_REQUEST_CANCELLED, "cancelled");
    free(waiter);
    if (!flight->waiters) {
        stop(flight);
    }
}

static void add_waiter(struct flight *flight, struct rpc_request *request, enum question question,
                       bool invoked) {
    struct waiter *waiter = mem_zero(1, sizeof *waiter);
    *waiter = (struct waiter){flight->waiters, flight, request, question, invoked};
    flight->waiters = waiter;
    rpc_on_cancel(request, on_cancel, waiter);
}

// Flights whose place is taken by a newer one are ended by the engine itself, the others are stopped here.
static void end_flights_of(struct session *session, const char *uri, const char *reason, bool superseded) {
    struct flight *next = NULL;
    for (struct flight *flight = session->flights; flight; flight = next) {
        next = flight->next;
        if (!uri || strcmp(flight->uri, uri) == 0) {
            cancel_waiters(flight, reason);
            if (!superseded) {
                stop(flight);
            }
        }
    }
}

void session_cancel_all(struct session *session) {
    end_flights_of(session, NULL, "the server shuts down", false);
}

void session_forget_document(struct session *session, const struct document *document) {
    end_flights_of(session, document->uri, "the document was closed", false);
    if (session->is_open && document->path) {
        engine_forget(session->project.engine, session_path(session, document));
    }
}

// The flight that would answer the same question; a flight with a selected item is of its own kind.
static struct flight *find_twin(struct session *session, const struct document *document,
                                const struct answer_place *place, bool context_only, bool invoked) {
    for (struct flight *flight = session->flights; flight; flight = flight->next) {
        if (flight->waiters && (flight->invoked || !invoked) && !context_only && !flight->context_only &&
            !place->selected && !flight->place.selected && flight->place.text == place->text &&
            flight->place.cursor == place->cursor && strcmp(flight->uri, document->uri) == 0) {
            return flight;
        }
    }
    return NULL;
}

// Takes over the place.
static struct flight *new_flight(struct session *session, const struct document *document,
                                 const struct answer_place *place, bool context_only) {
    struct flight *flight = mem_zero(1, sizeof *flight);
    flight->session = session;
    flight->place = *place;
    flight->uri = mem_copy_string(document->uri);
    flight->path = mem_copy_string(session_path(session, document));
    flight->context_only = context_only;
    flight->next = session->flights;
    session->flights = flight;
    return flight;
}

static void start(struct flight *flight, const struct document *document, bool invoked, uint32_t candidates) {
    flight->invoked = invoked;
    struct engine_query query = {
        .path = flight->path,
        .language = document->language,
        .text = flight->place.text,
        .cursor = flight->place.cursor,
        .invoked = invoked,
        .candidates = candidates,
        .context_only = flight->context_only,
        .ignored = document->ignored,
    };
    struct engine_request *request = engine_start(flight->session->project.engine, &query, on_answer, flight);
    if (flight->answered) {
        free_flight(flight);
    } else {
        flight->engine = request;
    }
}

// The popup's selected item stands in the text as if it had been accepted. False: the item makes no sense.
static bool apply_selected(const struct documents *documents, const struct document *document,
                           const struct json *selected, struct answer_place *place) {
    const struct json *range = json_get(selected, "range");
    const char *text = json_get_string(selected, "text", NULL);
    struct position from;
    struct position to;
    if (!text || !documents_read_position(json_get(range, "start"), &from) ||
        !documents_read_position(json_get(range, "end"), &to)) {
        return false;
    }
    struct slice whole = text_slice(document->text);
    size_t start = position_to_byte(&document->lines, whole, from, documents->encoding);
    size_t end = position_to_byte(&document->lines, whole, to, documents->encoding);
    if (from.line != place->line || to.line != place->line || start > place->cursor || end < place->cursor) {
        return false;
    }
    struct str changed;
    str_init(&changed);
    str_append_slice(&changed, whole);
    str_splice(&changed, start, end, text, strlen(text));
    text_release(place->text);
    place->text = text_new(str_slice(&changed));
    str_free(&changed);
    place->selected = true;
    place->selected_start = start;
    place->selected_end = place->cursor = start + strlen(text);
    place->selected_range = json_copy(range);
    return true;
}

// Where params.position is. False: no such place; the request has been answered.
static bool find_place(struct session *session, struct rpc_request *request, const struct json *params,
                       enum question question, struct answer_place *place) {
    const struct document *document = session_document(session, params);
    struct position position;
    if (!documents_read_position(json_get(params, "position"), &position)) {
        rpc_fail(request, RPC_INVALID_PARAMS, "position is missing or not one");
        return false;
    }
    if (!document || !document->path || document->too_large || !session->is_open) {
        rpc_reply(request, nothing(question));
        return false;
    }
    struct slice whole = text_slice(document->text);
    *place = (struct answer_place){.text = text_retain(document->text)};
    place->cursor = position_to_byte(&document->lines, whole, position, session->documents.encoding);
    place->line = line_index_line_of(&document->lines, place->cursor);
    const struct json *selected = json_get(json_get(params, "context"), "selectedCompletionInfo");
    if (question == ASK_INLINE && !json_is_null(selected) &&
        !apply_selected(&session->documents, document, selected, place)) {
        text_release(place->text);
        rpc_reply(request, nothing(question));
        return false;
    }
    return true;
}

static void ask(struct session *session, struct rpc_request *request, const struct json *params,
                enum question question, bool invoked, uint32_t candidates) {
    struct answer_place place;
    if (!find_place(session, request, params, question, &place)) {
        return;
    }
    struct document *document = session_document(session, params);
    session_check_ignored(session, document);
    session_replace_string(&session->last_path, session_path(session, document));
    struct flight *twin = find_twin(session, document, &place, question == ASK_CONTEXT, invoked);
    if (twin) {
        text_release(place.text);
        add_waiter(twin, request, question, invoked);
        return;
    }
    end_flights_of(session, document->uri, "a newer request took its place", true);
    struct flight *flight = new_flight(session, document, &place, question == ASK_CONTEXT);
    add_waiter(flight, request, question, invoked);
    start(flight, document, invoked, candidates);
}

void session_inline_completion(void *self, struct rpc_request *request, const struct json *params) {
    bool invoked = json_get_integer(json_get(params, "context"), "triggerKind", 2) == 1;
    ask(self, request, params, ASK_INLINE, invoked, 0);
}

void session_popup_completion(void *self, struct rpc_request *request, const struct json *params) {
    ask(self, request, params, ASK_POPUP, false, 3);
}

void session_context(void *self, struct rpc_request *request, const struct json *params) {
    ask(self, request, params, ASK_CONTEXT, true, 0);
}
