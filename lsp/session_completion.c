// session_completion.c - requests that the engine answers, from the client's message to the client's answer.
//
//   request -(engine_start)-> FLYING -(engine's answer)-> answered, gone
//
// That is all: a request is answered nowhere else. What ends it early ends it
// in the engine, whose answer then says cancelled or superseded: the client's
// $/cancelRequest, a closed document, shutdown, and the next request of the
// same kind for the same document, since not every client cancels what it has
// stopped waiting for.
#include "base/utf8.h"
#include "lsp/session_state.h"

#include <stdlib.h>

// Also the engine's channels.
enum question { ASK_INLINE, ASK_POPUP, ASK_CONTEXT };

struct flight {
    struct flight *next;
    struct session *session;
    struct rpc_request *request;
    struct engine_request *engine;
    enum question question;
    bool invoked;
    struct answer_place place;
    char *path;
};

static void trace_answer(const struct flight *flight, const struct engine_answer *answer) {
    static const char *const names[] = {"inlineCompletion", "completion", "context"};
    if (!flight->session->trace) {
        return;
    }
    struct str line;
    str_init(&line);
    str_append_format(&line, "%s %s:%u: %s in %.1f ms", names[flight->question], flight->path,
                      flight->place.line + 1, outcome_id(answer->outcome), answer->total_ms);
    if (answer->reason[0]) {
        str_append_format(&line, " (%s)", answer->reason);
    }
    if (answer->prompt.length) {
        str_append_format(&line, ", prompt of %u tokens, %u of them new", answer->told.tokens,
                          answer->told.changed_tokens);
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

static struct json *result_of(const struct flight *flight, const struct engine_answer *answer) {
    struct session *session = flight->session;
    switch (flight->question) {
    case ASK_INLINE:
        return session_inline_items(session, &flight->place, flight->path, answer, flight->invoked);
    case ASK_POPUP:
        return session_popup_items(session, &flight->place, flight->path, answer);
    default:
        return session_context_results(session, answer);
    }
}

static void free_flight(struct flight *flight) {
    struct flight **link = &flight->session->flights;
    while (*link != flight) {
        link = &(*link)->next;
    }
    *link = flight->next;
    text_release(flight->place.text);
    json_free(flight->place.selected_range);
    free(flight->path);
    free(flight);
}

static void on_answer(void *context, const struct engine_answer *answer) {
    struct flight *flight = context;
    session_note_answer(flight->session, answer, flight->invoked);
    trace_answer(flight, answer);
    if (answer->outcome == OUTCOME_CANCELLED || answer->outcome == OUTCOME_SUPERSEDED) {
        rpc_fail(flight->request, RPC_REQUEST_CANCELLED, answer->reason);
    } else {
        rpc_reply(flight->request, result_of(flight, answer));
    }
    free_flight(flight);
}

static void on_cancel(void *context) {
    struct flight *flight = context;
    engine_cancel(flight->session->project.engine, flight->engine);
}

static void cancel_flights(struct session *session, const char *path) {
    struct flight *next = NULL;
    for (struct flight *flight = session->flights; flight; flight = next) {
        next = flight->next;
        if (!path || strcmp(flight->path, path) == 0) {
            on_cancel(flight);
        }
    }
}

void session_cancel_all(struct session *session) {
    cancel_flights(session, NULL);
}

void session_forget_document(struct session *session, const struct document *document) {
    const char *path = session_path(session, document);
    if (session->is_open && path) {
        cancel_flights(session, path);
        engine_forget(session->project.engine, path);
    }
}

// Takes over request and place.
static void take_off(struct session *session, struct document *document, struct rpc_request *request,
                     const struct answer_place *place, enum question question, bool invoked) {
    struct flight *flight = mem_zero(1, sizeof *flight);
    *flight = (struct flight){.next = session->flights, .session = session, .request = request};
    flight->question = question;
    flight->invoked = invoked;
    flight->place = *place;
    flight->path = mem_copy_string(session_path(session, document));
    session->flights = flight;
    struct engine_query query = {
        .path = flight->path,
        .language = document->language,
        .text = place->text,
        .cursor = place->cursor,
        .invoked = invoked,
        .candidates = question == ASK_POPUP ? 3 : 0,
        .context_only = question == ASK_CONTEXT,
        .ignored = session_is_ignored(session, document),
        .channel = (unsigned)question,
    };
    flight->engine = engine_start(session->project.engine, &query, on_answer, flight);
    rpc_on_cancel(request, on_cancel, flight);
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
    str_append_slice(&changed, slice_sub(whole, 0, start));
    utf8_append_valid(&changed, slice_of_string(text));
    place->selected = true;
    place->selected_start = start;
    place->selected_end = place->cursor = changed.length;
    str_append_slice(&changed, slice_sub(whole, end, whole.length));
    text_release(place->text);
    place->text = text_new(str_slice(&changed));
    str_free(&changed);
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
    if (!document || !session_path(session, document) || document->too_large || !session->is_open) {
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
                enum question question, bool invoked) {
    struct answer_place place;
    if (!find_place(session, request, params, question, &place)) {
        return;
    }
    session_note_typing(session);
    struct document *document = session_document(session, params);
    session_replace_string(&session->last_path, session_path(session, document));
    take_off(session, document, request, &place, question, invoked);
}

void session_inline_completion(void *self, struct rpc_request *request, const struct json *params) {
    bool invoked = json_get_integer(json_get(params, "context"), "triggerKind", 2) == 1;
    ask(self, request, params, ASK_INLINE, invoked);
}

void session_popup_completion(void *self, struct rpc_request *request, const struct json *params) {
    ask(self, request, params, ASK_POPUP, false);
}

void session_context(void *self, struct rpc_request *request, const struct json *params) {
    ask(self, request, params, ASK_CONTEXT, true);
}
