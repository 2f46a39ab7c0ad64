// repository_edits.c - see repository_edits.h.
//
// The list is in the order in which documents were shown last, so that of two
// changes the later one counts, and the first document is the one to forget.
// Comparing takes a part of a millisecond, so it is done when somebody asks,
// and for a document that rests only once.
#include "backends/repository_edits.h"

#include <uv.h>

struct document_edits {
    char *path;
    struct text *first, *now;
    uint64_t version;
    bool is_closed, is_read; // the changes are of `now`
    struct changes changes;
};

struct edits {
    uv_mutex_t lock; // of all
    VEC(struct document_edits) documents;
};

struct edits *edits_new(void) {
    struct edits *edits = mem_zero(1, sizeof *edits);
    uv_mutex_init(&edits->lock);
    return edits;
}

static void forget_document(struct document_edits *document) {
    text_release(document->first);
    text_release(document->now);
    changes_fini(&document->changes);
    free(document->path);
}

void edits_free(struct edits *edits) {
    if (!edits) {
        return;
    }
    for (size_t i = 0; i < edits->documents.count; i++) {
        forget_document(&edits->documents.items[i]);
    }
    vec_free(&edits->documents);
    uv_mutex_destroy(&edits->lock);
    free(edits);
}

// NULL: it is not known.
static struct document_edits *find_document(struct edits *edits, const char *path) {
    for (size_t i = 0; i < edits->documents.count; i++) {
        if (strcmp(edits->documents.items[i].path, path) == 0) {
            return &edits->documents.items[i];
        }
    }
    return NULL;
}

static void take_out(struct edits *edits, struct document_edits *document) {
    size_t behind = --edits->documents.count - (size_t)(document - edits->documents.items);
    memmove(document, document + 1, behind * sizeof *document);
}

// The document, now the last of the list.
static struct document_edits *last_document(struct edits *edits, const char *path) {
    struct document_edits *known = find_document(edits, path), document;
    if (known) {
        document = *known;
        take_out(edits, known);
    } else {
        document = (struct document_edits){.path = mem_copy_string(path)};
        changes_init(&document.changes);
    }
    if (edits->documents.count == EDITS_DOCUMENTS) {
        forget_document(&edits->documents.items[0]);
        take_out(edits, &edits->documents.items[0]);
    }
    vec_push(&edits->documents, document);
    return &edits->documents.items[edits->documents.count - 1];
}

static void begin_anew(struct document_edits *document) {
    text_release(document->first);
    document->first = document->now ? text_retain(document->now) : NULL;
}

static bool reads_so(const struct document_edits *document, const struct text *text) {
    return document->now && slice_equal(text_slice(document->now), text_slice(text));
}

// Of a long one nothing is kept, as if it had not been opened yet: the documents of a session would fill the memory.
static void show(struct document_edits *document, struct text *text, uint64_t version) {
    bool is_long = text->length > EDITS_TEXT;
    bool is_other = document->is_closed && !reads_so(document, text);
    text_release(document->now);
    document->now = is_long ? NULL : text_retain(text);
    document->version = version;
    document->is_closed = document->is_read = false;
    if (!document->first || is_other || is_long) {
        begin_anew(document);
    }
}

void edits_show(struct edits *edits, const char *path, struct text *text, uint64_t version) {
    uv_mutex_lock(&edits->lock);
    const struct document_edits *known = find_document(edits, path);
    if (!known || version > known->version) {
        show(last_document(edits, path), text, version);
    }
    uv_mutex_unlock(&edits->lock);
}

void edits_hide(struct edits *edits, const char *path, uint64_t version) {
    uv_mutex_lock(&edits->lock);
    struct document_edits *known = find_document(edits, path);
    if (known && version > known->version) {
        known->version = version;
        known->is_closed = true;
    }
    uv_mutex_unlock(&edits->lock);
}

void edits_remove(struct edits *edits, const char *path) {
    uv_mutex_lock(&edits->lock);
    struct document_edits *known = find_document(edits, path);
    if (known) {
        forget_document(known);
        take_out(edits, known);
    }
    uv_mutex_unlock(&edits->lock);
}

static void read_document(struct document_edits *document, size_t cursor) {
    if (document->is_read && cursor == CHANGES_NOWHERE) {
        return;
    }
    changes_fini(&document->changes);
    if (document->first != document->now &&
        !changes_read(&document->changes, text_slice(document->first), text_slice(document->now), cursor)) {
        begin_anew(document);
    }
    document->is_read = cursor == CHANGES_NOWHERE;
}

void edits_read(struct edits *edits, const char *path, size_t cursor, struct changes *changes) {
    uv_mutex_lock(&edits->lock);
    struct document_edits *own = find_document(edits, path);
    for (size_t i = 0; i < edits->documents.count; i++) {
        struct document_edits *document = &edits->documents.items[i];
        read_document(document, document == own ? cursor : CHANGES_NOWHERE);
        if (document != own) {
            changes_join(changes, &document->changes);
        }
    }
    if (own) {
        changes_join(changes, &own->changes);
    }
    uv_mutex_unlock(&edits->lock);
}
