// live.c - see live.h.
//
// Any earlier version of a text will do to begin from, since the edit is found
// by comparing: so keystrokes that come faster than they can be worked off are
// simply left out, and a full parse that ends when more was typed already is
// still welcome as a base.
//
// The loop waits for the lock at every keystroke, and freeing a large tree takes
// milliseconds: what a change leaves over is put aside under the lock and
// released after it.
//
// A document may be closed while a thread still parses it. What is left of it is
// its path and the ticket of the closing, so that what comes late is known to be.
#include "indexer/live.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/vec.h"
#include "indexer/source.h"

#include <uv.h>

enum { GUESSED_BYTES_A_US = 64 }; // of a parse from a tree, until one was made

struct document {
    char *path;
    // What is shown; NULL: nothing yet, or closed.
    struct text *text;
    struct record *record;
    uint64_t ticket;          // of the closing, if closed
    struct syntax_tree *tree; // of that text or an older one, NULL: none
    size_t tree_bytes;
    uint64_t used;     // when it got the tree, for the trees' limit
    bool is_moved;     // what is shown was not parsed
    bool is_put_off;   // and should be
    uint64_t parse_us; // what the last parse from a tree took
    unsigned patience; // texts until parsing is tried again
    char *language;    // LSP's id
    // What is wanted; NULL: nothing.
    struct text *wanted;
    uint64_t wanted_ticket;
};

struct live {
    struct index_sink sink;
    struct syntax *syntax; // the worker's
    uv_mutex_t lock;       // guards what follows
    VEC(struct document) documents;
    bool is_asked; // live_run is to come
    uint64_t clock;
};

// To be released once the lock is.
struct leftovers {
    struct document *items;
    size_t count, capacity;
};

// A text in work, outside the lock.
struct stroke {
    char *path, *language;
    struct text *text; // the new one
    uint64_t ticket;
    struct text *old_text;
    struct record *old_record;
    struct syntax_tree *old_tree; // NULL: not to be parsed
    struct record *record;
    struct syntax_tree *tree;
    uint64_t parse_us; // 0: not parsed
    bool is_put_off;
};

struct live *live_new(const struct index_sink *sink) {
    struct live *live = mem_zero(1, sizeof *live);
    live->sink = *sink;
    live->syntax = syntax_new();
    uv_mutex_init(&live->lock);
    return live;
}

static void document_fini(struct document *document) {
    text_release(document->text);
    record_release(document->record);
    syntax_tree_release(document->tree);
    text_release(document->wanted);
    free(document->language);
    free(document->path);
}

void live_free(struct live *live) {
    if (live) {
        for (size_t i = 0; i < live->documents.count; i++) {
            document_fini(&live->documents.items[i]);
        }
        vec_free(&live->documents);
        uv_mutex_destroy(&live->lock);
        syntax_free(live->syntax);
        free(live);
    }
}

static void leftovers_fini(struct leftovers *left) {
    for (size_t i = 0; i < left->count; i++) {
        document_fini(&left->items[i]);
    }
    vec_free(left);
}

static struct document *find(struct live *live, const char *path) {
    for (size_t i = 0; i < live->documents.count; i++) {
        if (strcmp(live->documents.items[i].path, path) == 0) {
            return &live->documents.items[i];
        }
    }
    return NULL;
}

bool live_want(struct live *live, const char *path, const char *language, struct text *text,
               uint64_t ticket) {
    struct leftovers left = {0};
    uv_mutex_lock(&live->lock);
    struct document *document = find(live, path);
    bool asks = false;
    if (document && document->record && text->length <= SOURCE_SIZE_LIMIT) {
        vec_push(&left, (struct document){.wanted = document->wanted, .language = document->language});
        document->wanted = text_retain(text);
        document->language = mem_copy_string(language ? language : "");
        document->wanted_ticket = ticket;
        asks = !live->is_asked;
        live->is_asked = true;
    }
    uv_mutex_unlock(&live->lock);
    leftovers_fini(&left);
    return asks;
}

void live_unwant(struct live *live) {
    uv_mutex_lock(&live->lock);
    live->is_asked = false;
    uv_mutex_unlock(&live->lock);
}

// The trees of the documents that were left alone longest go first.
static void limit_trees(struct live *live, struct leftovers *left) {
    for (;;) {
        size_t bytes = 0;
        struct document *oldest = NULL;
        for (size_t i = 0; i < live->documents.count; i++) {
            struct document *document = &live->documents.items[i];
            bytes += document->tree ? document->tree_bytes : 0;
            bool older = document->tree && (!oldest || document->used < oldest->used);
            oldest = older ? document : oldest;
        }
        if (bytes <= LIVE_TREE_BYTES) {
            return;
        }
        vec_push(left, (struct document){.tree = oldest->tree});
        oldest->tree = NULL;
    }
}

static void set_shown(struct document *document, struct text *text, struct record *record, uint64_t ticket,
                      struct leftovers *left) {
    vec_push(left, (struct document){.text = document->text, .record = document->record});
    document->text = text_retain(text);
    document->record = record_retain(record);
    document->ticket = ticket;
}

static void set_tree(struct live *live, struct document *document, struct syntax_tree *tree, size_t bytes,
                     struct leftovers *left) {
    vec_push(left, (struct document){.tree = document->tree});
    document->tree = tree ? syntax_tree_retain(tree) : NULL;
    document->tree_bytes = bytes;
    document->used = ++live->clock;
    limit_trees(live, left);
}

static struct document *find_or_add(struct live *live, const char *path) {
    struct document *document = find(live, path);
    if (!document) {
        vec_push(&live->documents, (struct document){.path = mem_copy_string(path)});
        document = &live->documents.items[live->documents.count - 1];
    }
    return document;
}

static void settle(struct live *live, struct document *document, struct text *text, struct record *record,
                   struct syntax_tree *tree, uint64_t ticket, struct leftovers *left) {
    document->parse_us = document->parse_us ? document->parse_us : 1 + text->length / GUESSED_BYTES_A_US;
    bool is_new = !document->record || ticket >= document->ticket;
    if (is_new) {
        set_shown(document, text, record, ticket, left);
    }
    if (is_new || document->is_moved) { // the tree of an older text is better than one that is older still
        set_tree(live, document, tree, text->length, left);
    }
    document->is_moved = document->is_moved && !is_new;
    document->is_put_off = document->is_put_off && !is_new;
}

void live_settle(struct live *live, struct text *text, struct record *record, struct syntax_tree *tree,
                 uint64_t ticket) {
    struct leftovers left = {0};
    uv_mutex_lock(&live->lock);
    struct document *document = find_or_add(live, record->path);
    bool was_closed_since = !document->record && ticket < document->ticket;
    if (!was_closed_since) {
        settle(live, document, text, record, tree, ticket, &left);
    }
    uv_mutex_unlock(&live->lock);
    leftovers_fini(&left);
}

// Of too many closed documents the one closed first is forgotten.
static void limit_closed(struct live *live, struct leftovers *left) {
    size_t closed = 0;
    struct document *first = NULL;
    for (size_t i = 0; i < live->documents.count; i++) {
        struct document *document = &live->documents.items[i];
        closed += !document->record;
        bool earlier = !document->record && (!first || document->ticket < first->ticket);
        first = earlier ? document : first;
    }
    if (first && closed > LIVE_CLOSED) {
        vec_push(left, *first);
        *first = live->documents.items[--live->documents.count];
    }
}

void live_drop(struct live *live, const char *path, uint64_t ticket) {
    struct leftovers left = {0};
    uv_mutex_lock(&live->lock);
    struct document *document = find_or_add(live, path);
    if (document->ticket <= ticket) { // else opened again since
        vec_push(&left, *document);
        *document = (struct document){.path = mem_copy_string(path), .ticket = ticket};
        limit_closed(live, &left);
    }
    uv_mutex_unlock(&live->lock);
    leftovers_fini(&left);
}

static struct stroke stroke_of(const struct document *document, struct text *text, uint64_t ticket) {
    return (struct stroke){.path = mem_copy_string(document->path),
                           .language = mem_copy_string(document->language ? document->language : ""),
                           .text = text_retain(text),
                           .ticket = ticket,
                           .old_text = text_retain(document->text),
                           .old_record = record_retain(document->record)};
}

// The next text that is wanted, if any.
static bool take_wanted(struct live *live, struct stroke *stroke) {
    uv_mutex_lock(&live->lock);
    struct document *document = NULL;
    for (size_t i = 0; i < live->documents.count && !document; i++) {
        document = live->documents.items[i].wanted ? &live->documents.items[i] : NULL;
    }
    if (document) {
        *stroke = stroke_of(document, document->wanted, document->wanted_ticket);
        text_release(document->wanted);
        document->wanted = NULL;
        bool may_parse = document->tree && document->patience == 0;
        bool is_quick = document->parse_us < LIVE_QUICK_US;
        stroke->old_tree = may_parse && is_quick ? syntax_tree_retain(document->tree) : NULL;
        stroke->is_put_off = may_parse && !is_quick;
        document->patience -= document->patience > 0;
    } else {
        live->is_asked = false;
    }
    uv_mutex_unlock(&live->lock);
    return document != NULL;
}

static struct document *find_put_off(struct live *live) {
    for (size_t i = 0; i < live->documents.count; i++) {
        struct document *document = &live->documents.items[i];
        if (document->is_put_off && document->is_moved && document->tree && !document->wanted) {
            return document;
        }
    }
    return NULL;
}

static bool take_put_off(struct live *live, struct stroke *stroke) {
    uv_mutex_lock(&live->lock);
    struct document *document = find_put_off(live);
    if (document) {
        *stroke = stroke_of(document, document->text, document->ticket);
        stroke->old_tree = syntax_tree_retain(document->tree);
        document->is_put_off = false;
    }
    uv_mutex_unlock(&live->lock);
    return document != NULL;
}

static struct record *new_record(const struct stroke *stroke) {
    struct slice text = text_slice(stroke->text);
    struct record *record = record_new(stroke->path);
    record->hash = hash_bytes(text.data, text.length);
    record->taint = source_taint(stroke->path, text);
    record->size = (int64_t)text.length;
    return record;
}

static const struct language *language_of(const struct stroke *stroke) {
    const struct language *language = language_of_id(stroke->language);
    return language ? language : language_of_path(stroke->path);
}

// From the tree; false: it took too long.
static bool parse(struct live *live, struct stroke *stroke, unsigned limit_ms) {
    uint64_t start = clock_thread_us();
    stroke->record = new_record(stroke);
    syntax_limit(live->syntax, limit_ms);
    bool done = syntax_extract_next(live->syntax, language_of(stroke), stroke->text, stroke->old_tree,
                                    stroke->record, &stroke->tree) == 0;
    stroke->parse_us = clock_thread_us() - start + 1;
    if (!done) {
        record_release(stroke->record);
        stroke->record = NULL;
    }
    return done;
}

static void work(struct live *live, struct stroke *stroke) {
    if (stroke->old_tree && parse(live, stroke, 2 * LIVE_QUICK_US / 1000)) {
        return;
    }
    stroke->is_put_off = stroke->is_put_off || stroke->old_tree;
    stroke->record = new_record(stroke);
    syntax_patch(live->syntax, language_of(stroke), stroke->text, stroke->old_text, stroke->old_record,
                 stroke->record);
}

// At the stage that the stroke brings it to, unless it is beyond that.
static void keep(struct live *live, const struct stroke *stroke) {
    struct leftovers left = {0};
    uv_mutex_lock(&live->lock);
    struct document *document = find(live, stroke->path);
    bool is_known = document && document->record;
    if (is_known && stroke->parse_us) {
        document->parse_us = stroke->parse_us;
    }
    bool is_later = is_known && document->ticket < stroke->ticket;
    bool is_same = is_known && document->ticket == stroke->ticket && document->is_moved && stroke->tree;
    if (is_later || is_same) {
        set_shown(document, stroke->text, stroke->record, stroke->ticket, &left);
        document->is_moved = !stroke->tree;
        document->is_put_off = stroke->is_put_off;
    }
    if ((is_later || is_same) && stroke->tree) {
        set_tree(live, document, stroke->tree, stroke->text->length, &left);
    }
    uv_mutex_unlock(&live->lock);
    leftovers_fini(&left);
}

// Parsing it is of no use for a while.
static void wait_with(struct live *live, const char *path) {
    uv_mutex_lock(&live->lock);
    struct document *document = find(live, path);
    if (document) {
        document->patience = LIVE_PATIENCE;
    }
    uv_mutex_unlock(&live->lock);
}

static void show(struct live *live, const struct stroke *stroke) {
    keep(live, stroke);
    enum overlay_stage stage = stroke->tree ? OVERLAY_PARSED : OVERLAY_MOVED;
    live->sink.show(live->sink.self, stroke->record, stroke->text, overlay_version(stroke->ticket, stage));
}

static void stroke_fini(struct stroke *stroke) {
    record_release(stroke->record);
    record_release(stroke->old_record);
    text_release(stroke->old_text);
    text_release(stroke->text);
    syntax_tree_release(stroke->old_tree);
    syntax_tree_release(stroke->tree);
    free(stroke->language);
    free(stroke->path);
}

void live_run(struct live *live) {
    struct stroke stroke;
    while (take_wanted(live, &stroke)) {
        work(live, &stroke);
        show(live, &stroke);
        stroke_fini(&stroke);
    }
}

bool live_can_parse(struct live *live) {
    uv_mutex_lock(&live->lock);
    bool can = find_put_off(live) != NULL;
    uv_mutex_unlock(&live->lock);
    return can;
}

void live_parse(struct live *live) {
    struct stroke stroke;
    if (!take_put_off(live, &stroke)) {
        return;
    }
    if (parse(live, &stroke, LIVE_PARSE_MS)) {
        show(live, &stroke);
    } else {
        wait_with(live, stroke.path);
    }
    stroke_fini(&stroke);
}
