// session_answer.c - an engine's answer in the client's words; see session_state.h.
//
// The engine says which bytes of the cursor's line to replace by what; here
// they become positions. With a popup item selected the engine saw the item
// in the text, while the client wants a text that begins with the item and
// replaces exactly the item's range.
#include "base/uri.h"
#include "lsp/session_state.h"

#include <stdlib.h>

enum { POPUP_LIMIT = 3 };

static size_t line_start(const struct answer_place *place) {
    size_t at = place->cursor;
    while (at > 0 && place->text->bytes[at - 1] != '\n' && place->text->bytes[at - 1] != '\r') {
        at--;
    }
    return at;
}

static struct json *position_json(const struct session *session, const struct answer_place *place,
                                  size_t byte) {
    size_t start = line_start(place);
    struct slice head = slice_sub(text_slice(place->text), start, byte);
    struct json *position = json_object();
    json_set_number(position, "line", place->line);
    json_set_number(position, "character", position_units(head, session->documents.encoding));
    return position;
}

static struct json *range_json(const struct session *session, const struct answer_place *place, size_t start,
                               size_t end) {
    struct json *range = json_object();
    json_set(range, "start", position_json(session, place, start));
    json_set(range, "end", position_json(session, place, end));
    return range;
}

// The engine promises a range on the cursor's line around the cursor; a broken promise shows nothing.
static bool is_usable(const struct answer_place *place, const struct engine_candidate *candidate) {
    size_t start = candidate->replace_start;
    size_t end = candidate->replace_end;
    if (candidate->text.length == 0 || start > place->cursor || end < place->cursor ||
        end > place->text->length || start < line_start(place)) {
        return false;
    }
    struct slice right = slice_sub(text_slice(place->text), place->cursor, end);
    return !memchr(right.data, '\n', right.length) && !memchr(right.data, '\r', right.length);
}

// A candidate for the text with the item in it, as one that replaces exactly the item. False: it cannot be.
static bool fit_selected(const struct answer_place *place, const struct engine_candidate *candidate,
                         struct str *out) {
    struct slice whole = text_slice(place->text);
    struct slice text = candidate->text;
    size_t start = candidate->replace_start;
    if (start > place->selected_start) {
        str_append_slice(out, slice_sub(whole, place->selected_start, start));
    } else {
        struct slice before = slice_sub(whole, start, place->selected_start);
        if (!slice_starts_with(text, before)) {
            return false;
        }
        text = slice_sub(text, before.length, text.length);
    }
    struct slice behind = slice_sub(whole, place->selected_end, candidate->replace_end);
    size_t kept = text.length < behind.length ? 0 : text.length - behind.length;
    if (!slice_equal(slice_sub(text, kept, text.length), behind)) {
        return false;
    }
    str_append_slice(out, slice_sub(text, 0, kept));
    struct slice item = slice_sub(whole, place->selected_start, place->selected_end);
    return out->length > item.length && slice_starts_with(str_slice(out), item);
}

// Remembers a suggestion until SESSION_SHOWN_LIMIT newer ones were given.
static uint64_t remember(struct session *session, const char *path, size_t bytes) {
    struct shown *shown = &session->shown[++session->last_shown % SESSION_SHOWN_LIMIT];
    free(shown->path);
    *shown = (struct shown){session->last_shown, mem_copy_string(path), bytes};
    return shown->id;
}

void session_free_shown(struct session *session) {
    for (size_t i = 0; i < SESSION_SHOWN_LIMIT; i++) {
        free(session->shown[i].path);
    }
}

static struct json *accept_command(struct session *session, const char *path, size_t bytes) {
    struct json *command = json_object();
    json_set_string(command, "title", "Accept");
    json_set_string(command, "command", "hunch.didAccept");
    struct json *arguments = json_set(command, "arguments", json_array());
    struct str id;
    str_init(&id);
    str_append_format(&id, "%llu", (unsigned long long)remember(session, path, bytes));
    json_push(arguments, json_new_string(str_slice(&id)));
    str_free(&id);
    return command;
}

static void push_inline(struct session *session, const struct answer_place *place, const char *path,
                        const struct engine_candidate *candidate, struct json *items) {
    struct str fitted;
    str_init(&fitted);
    if (is_usable(place, candidate) && (!place->selected || fit_selected(place, candidate, &fitted))) {
        struct json *item = json_push(items, json_object());
        json_set_slice(item, "insertText", place->selected ? str_slice(&fitted) : candidate->text);
        json_set(item, "range",
                 place->selected
                     ? json_copy(place->selected_range)
                     : range_json(session, place, candidate->replace_start, candidate->replace_end));
        json_set(item, "command", accept_command(session, path, candidate->shown.length));
    }
    str_free(&fitted);
}

struct json *session_inline_items(struct session *session, const struct answer_place *place, const char *path,
                                  const struct engine_answer *answer, bool invoked) {
    struct json *result = json_object();
    struct json *items = json_set(result, "items", json_array());
    size_t count = answer->outcome == OUTCOME_SHOWN ? answer->candidate_count : 0;
    for (size_t i = 0; i < count && (invoked || json_count(items) == 0); i++) {
        push_inline(session, place, path, &answer->candidates[i], items);
    }
    return result;
}

static struct slice first_line(struct slice text) {
    const char *end = memchr(text.data, '\n', text.length);
    return slice_trim(end ? slice_sub(text, 0, (size_t)(end - text.data)) : text);
}

static void push_popup(struct session *session, const struct answer_place *place, const char *path,
                       const struct engine_candidate *candidate, struct json *items) {
    struct slice label = first_line(candidate->text);
    if (!is_usable(place, candidate) || label.length == 0) {
        return;
    }
    _Static_assert(POPUP_LIMIT <= 10, "a digit for each");
    char order[] = "~hunch0"; // behind what a language server knows for certain, the likeliest first
    order[strlen(order) - 1] = (char)('0' + json_count(items));
    struct json *item = json_push(items, json_object());
    json_set_slice(item, "label", label);
    json_set_string(item, "sortText", order);
    json_set_number(item, "kind", 1);
    json_set_string(item, "detail", "hunch");
    json_set_slice(item, "filterText", label);
    json_set_number(item, "insertTextFormat", 1);
    struct json *edit = json_set(item, "textEdit", json_object());
    json_set(edit, "range", range_json(session, place, candidate->replace_start, candidate->replace_end));
    json_set_slice(edit, "newText", candidate->text);
    json_set(item, "command", accept_command(session, path, candidate->shown.length));
}

struct json *session_popup_items(struct session *session, const struct answer_place *place, const char *path,
                                 const struct engine_answer *answer) {
    struct json *result = json_object();
    json_set_bool(result, "isIncomplete", true);
    struct json *items = json_set(result, "items", json_array());
    size_t count = answer->outcome == OUTCOME_SHOWN ? answer->candidate_count : 0;
    for (size_t i = 0; i < count && json_count(items) < POPUP_LIMIT; i++) {
        push_popup(session, place, path, &answer->candidates[i], items);
    }
    return result;
}

static struct json *lines_json(uint32_t start_line, uint32_t end_line) {
    struct json *range = json_object();
    struct json *start = json_set(range, "start", json_object());
    json_set_number(start, "line", start_line);
    json_set_number(start, "character", 0);
    struct json *end = json_set(range, "end", json_object());
    json_set_number(end, "line", (double)end_line + 1);
    json_set_number(end, "character", 0);
    return range;
}

static void set_item_uri(const struct session *session, struct json *result, const char *path) {
    struct str whole;
    str_init(&whole);
    if (path[0] != '/' && session->root) {
        str_append_string(&whole, session->root);
        if (whole.length && whole.data[whole.length - 1] != '/') {
            str_append_char(&whole, '/');
        }
    }
    str_append_string(&whole, path);
    char *uri = uri_from_path(whole.data);
    json_set_string(result, "uri", uri);
    free(uri);
    str_free(&whole);
}

struct json *session_context_results(const struct session *session, const struct engine_answer *answer) {
    const struct context *context = answer->context;
    struct json *out = json_object();
    struct json *results = json_set(out, "results", json_array());
    for (uint32_t i = 0; context && i < context->count; i++) {
        const struct context_item *item = &context->items[i];
        struct json *result = json_push(results, json_object());
        set_item_uri(session, result, item->path);
        json_set(result, "range", lines_json(item->start_line, item->end_line));
        json_set_string(result, "source", context_source_name(item->source));
        json_set_number(result, "score", item->score);
        json_set_number(result, "tokens", item->tokens);
    }
    struct json *timings = json_set(out, "timings", json_object());
    if (context) {
        json_set_number(timings, "definitions", context->definitions_ms);
        json_set_number(timings, "signatures", context->signatures_ms);
        json_set_number(timings, "lexical", context->lexical_ms);
        json_set_number(timings, "vectors", context->vectors_ms);
        json_set_number(timings, "total", context->total_ms);
    }
    return out;
}
