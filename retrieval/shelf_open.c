// shelf_open.c - what the editor has open, in front of what is on disk; see shelf.h.
//
// Two threads show documents: the one that answers requests, with every
// keystroke, and the writer, when typing rests. Neither waits for the other
// but for the moment of publishing, so either may come late; versions tell
// (H3). A closed document keeps its version for that reason.
#include "retrieval/shelf.h"

#include "base/mem.h"

#include <stdlib.h>

static void drop(struct shelf_document *document) {
    record_release(document->record);
    text_release(document->text);
    segment_release(document->segment);
    document->record = NULL;
    document->text = NULL;
    document->segment = NULL;
}

void shelf_forget_documents(struct shelf *shelf) {
    for (size_t i = 0; i < shelf->documents.count; i++) {
        drop(&shelf->documents.items[i]);
        free(shelf->documents.items[i].path);
    }
    vec_free(&shelf->documents);
    editing_release(shelf->editing);
}

static bool reads_as_on_disk(const struct snapshot_parts *parts, const struct record *record) {
    for (uint32_t i = 0; i < parts->segment_count; i++) {
        uint32_t file = 0;
        if (segment_find(parts->segments[i], slice_of_string(record->path), &file) &&
            !segment_is_gone(parts->gone[i], file)) {
            const struct record *disk = parts->segments[i]->files[file].record;
            return !disk->by_words && disk->hash == record->hash && disk->size == record->size &&
                   strcmp(disk->language, record->language) == 0;
        }
    }
    return false;
}

void shelf_publish(struct shelf *shelf, struct snapshot_parts parts) {
    struct segment *open[SNAPSHOT_OPEN];
    for (size_t i = 0; i < shelf->documents.count && parts.open_count < SNAPSHOT_OPEN; i++) {
        struct shelf_document *document = &shelf->documents.items[i];
        if (!document->record || reads_as_on_disk(&parts, document->record)) {
            segment_release(document->segment);
            document->segment = NULL;
            continue;
        }
        if (!document->segment) { // what it read as has changed on disk
            struct segment_file file = {document->record, document->text};
            document->segment = segment_build(&file, 1);
        }
        open[parts.open_count++] = document->segment;
    }
    parts.open = open;
    parts.editing = shelf->editing;
    snapshot_publish(shelf->slot, &parts);
}

// The document of that path, now the first; made if there is none.
static struct shelf_document *first_document(struct shelf *shelf, const char *path) {
    size_t at = 0;
    while (at < shelf->documents.count && strcmp(shelf->documents.items[at].path, path) != 0) {
        at++;
    }
    if (at == shelf->documents.count) {
        vec_push(&shelf->documents, (struct shelf_document){.path = mem_copy_string(path)});
    }
    struct shelf_document *documents = shelf->documents.items, found = documents[at];
    memmove(documents + 1, documents, at * sizeof *documents);
    documents[0] = found;
    return documents;
}

static void forget_closed(struct shelf *shelf) {
    size_t closed = 0, kept = 0;
    for (size_t i = 0; i < shelf->documents.count; i++) {
        struct shelf_document document = shelf->documents.items[i];
        closed += !document.record;
        if (!document.record && closed > SHELF_CLOSED) {
            free(document.path);
        } else {
            shelf->documents.items[kept++] = document;
        }
    }
    shelf->documents.count = kept;
}

static void note_change(struct shelf *shelf, const char *path, struct text *old, struct text *now) {
    struct editing *editing = editing_after(shelf->editing, path, old, now);
    editing_release(shelf->editing);
    shelf->editing = editing;
}

// record NULL: closed. Takes over the segment.
static void set_document(struct shelf *shelf, const char *path, uint64_t version,
                         struct shelf_document content) {
    uv_mutex_lock(&shelf->lock);
    struct shelf_document *document = first_document(shelf, path), old = *document;
    if (version > document->version) {
        *document = content;
        document->path = old.path;
        document->version = version;
        note_change(shelf, path, old.text, content.text);
        shelf_publish(shelf, snapshot_current_parts(shelf->slot));
        forget_closed(shelf);
    } else {
        old = content;
    }
    uv_mutex_unlock(&shelf->lock);
    drop(&old);
}

void shelf_show(struct shelf *shelf, struct record *record, struct text *text, uint64_t version) {
    uv_mutex_lock(&shelf->lock);
    struct snapshot_parts parts = snapshot_current_parts(shelf->slot);
    bool needed = !reads_as_on_disk(&parts, record);
    uv_mutex_unlock(&shelf->lock);
    struct shelf_document content = {.record = record_retain(record), .text = text_retain(text)};
    struct segment_file file = {record, text};
    content.segment = needed ? segment_build(&file, 1) : NULL;
    set_document(shelf, record->path, version, content);
}

void shelf_hide(struct shelf *shelf, const char *path, uint64_t version) {
    set_document(shelf, path, version, (struct shelf_document){.record = NULL});
}
