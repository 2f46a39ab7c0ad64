// documents.c - see documents.h.
//
// Edits are made in a text with a gap (gap_text.h), one after the other, and the
// result is copied once a message, however many they are.
#include "lsp/documents.h"

#include "base/log.h"
#include "base/uri.h"
#include "base/utf8.h"
#include "indexer/language.h"

#include <stdlib.h>
#include <strings.h>

enum { NAME_LIMIT = 4096 }; // as of paths

void documents_init(struct documents *documents) {
    *documents = (struct documents){0};
}

static void free_document(struct document *document) {
    text_release(document->text);
    line_index_free(&document->lines);
    gap_text_free(&document->gap);
    free(document->uri);
    free(document->path);
    free(document->name);
    free(document->language);
    free(document);
}

void documents_free(struct documents *documents) {
    for (size_t i = 0; i < documents->open.count; i++) {
        free_document(documents->open.items[i]);
    }
    vec_free(&documents->open);
}

struct document *documents_find(const struct documents *documents, const char *uri) {
    for (size_t i = 0; uri && i < documents->open.count; i++) {
        if (strcmp(documents->open.items[i]->uri, uri) == 0) {
            return documents->open.items[i];
        }
    }
    return NULL;
}

// text: valid UTF-8.
static void set_text(struct document *document, struct slice text) {
    gap_text_free(&document->gap);
    line_index_free(&document->lines);
    line_index_init(&document->lines, text);
    gap_text_init(&document->gap, text, &document->lines);
}

static void drop_text(struct document *document) {
    if (!document->too_large) {
        log_warning("%s is over %d MB: no completions in it", document->uri, DOCUMENT_LIMIT / 1024 / 1024);
    }
    document->too_large = true;
    set_text(document, slice_of("", 0));
}

static void replace_all(struct document *document, struct slice text) {
    struct str valid;
    str_init(&valid);
    utf8_append_valid(&valid, slice_sub(text, 0, DOCUMENT_LIMIT + 1));
    if (valid.length > DOCUMENT_LIMIT) {
        drop_text(document);
    } else {
        document->too_large = false;
        set_text(document, str_slice(&valid));
    }
    str_free(&valid);
}

static void publish(struct document *document) {
    text_release(document->text);
    document->text = text_new(gap_text_whole(&document->gap, &document->lines));
}

// Where the name begins in the URI of what was never saved; NULL: it is no such URI.
static const char *unsaved_part(const char *uri) {
    return strncasecmp(uri, "untitled:", 9) == 0 ? uri + 9 : NULL;
}

// VS Code may know where it will be saved: "untitled:/p/a.c".
static char *path_of(const char *uri) {
    const char *unsaved = unsaved_part(uri);
    if (!unsaved) {
        return uri_to_path(uri);
    }
    struct str whole;
    str_init(&whole);
    str_append_format(&whole, "file:%s", unsaved);
    char *path = uri_to_path(whole.data);
    str_free(&whole);
    return path;
}

static bool is_taken(const struct documents *documents, const struct document *but, const char *name) {
    for (size_t i = 0; i < documents->open.count; i++) {
        const struct document *other = documents->open.items[i];
        if (other != but && other->name && strcmp(other->name, name) == 0) {
            return true;
        }
    }
    return false;
}

// Two URIs may come to one name, as "untitled:1" and "UNTITLED:1" do, or "untitled:1" in C and "untitled:1.c": the later
// one gets a number.
static char *name_of(const struct documents *documents, const struct document *document) {
    const char *unsaved = unsaved_part(document->uri);
    if (!unsaved || document->path || strlen(unsaved) > NAME_LIMIT) {
        return NULL;
    }
    const char *extension = language_extension(language_of_id(document->language));
    struct str name;
    str_init(&name);
    str_append_format(&name, "untitled:%s%s", unsaved, extension);
    for (unsigned number = 2; is_taken(documents, document, name.data); number++) {
        str_clear(&name);
        str_append_format(&name, "untitled:%s-%u%s", unsaved, number, extension);
    }
    return str_detach(&name);
}

struct document *documents_open(struct documents *documents, const char *uri, const char *language,
                                int64_t version, struct slice text) {
    struct document *document = documents_find(documents, uri);
    if (!document) {
        document = mem_zero(1, sizeof *document);
        document->uri = mem_copy_string(uri);
        document->path = path_of(uri);
        document->is_unsaved = unsaved_part(uri) != NULL;
        vec_push(&documents->open, document);
    }
    free(document->language);
    document->language = mem_copy_string(language);
    free(document->name);
    document->name = name_of(documents, document);
    document->version = version;
    replace_all(document, text);
    publish(document);
    return document;
}

bool documents_read_position(const struct json *json, struct position *out) {
    int64_t line = json_get_integer(json, "line", -1);
    int64_t character = json_get_integer(json, "character", -1);
    if (line < 0 || character < 0) {
        return false;
    }
    out->line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
    out->character = character > UINT32_MAX ? UINT32_MAX : (uint32_t)character;
    return true;
}

static void replace_range(struct document *document, const struct json *range, struct slice text,
                          enum position_encoding encoding) {
    struct position from;
    struct position to;
    if (!documents_read_position(json_get(range, "start"), &from) ||
        !documents_read_position(json_get(range, "end"), &to)) {
        return;
    }
    size_t start = gap_text_byte(&document->gap, from, encoding);
    size_t end = gap_text_byte(&document->gap, to, encoding);
    end = end < start ? start : end;
    struct str valid;
    str_init(&valid);
    utf8_append_valid(&valid, slice_sub(text, 0, DOCUMENT_LIMIT + 1));
    if (gap_text_length(&document->gap) - (end - start) + valid.length > DOCUMENT_LIMIT) {
        drop_text(document);
    } else {
        gap_text_replace(&document->gap, start, end, str_slice(&valid));
    }
    str_free(&valid);
}

void documents_change(struct documents *documents, struct document *document, int64_t version,
                      const struct json *changes) {
    for (const struct json *change = json_first(changes); change; change = json_next(change)) {
        const char *text = json_get_string(change, "text", NULL);
        const struct json *range = json_get(change, "range");
        if (text && json_is_null(range)) {
            replace_all(document, slice_of_string(text));
        } else if (text && !document->too_large) {
            replace_range(document, range, slice_of_string(text), documents->encoding);
        }
    }
    document->version = version;
    publish(document);
}

void documents_close(struct documents *documents, struct document *document) {
    for (size_t i = 0; i < documents->open.count; i++) {
        if (documents->open.items[i] == document) {
            documents->open.items[i] = documents->open.items[--documents->open.count];
            free_document(document);
            return;
        }
    }
}
