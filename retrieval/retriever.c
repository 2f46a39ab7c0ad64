// retriever.c - see retriever.h.
//
// The writer's half (the sink) hands records to the shelf, which publishes
// snapshots. The reader's half runs one query: read the text around the cursor,
// rank with each source in turn, pack. Order is by what each source is worth
// per byte: the few definitions named right at the cursor, places edited
// lately, then signatures until their budget is spent, then chunks, lexical and
// vector in turn. The cancel token is looked at between sources; what is ready by then counts.
#include "retrieval/retriever.h"

#include "base/clock.h"
#include "base/mem.h"
#include "indexer/source.h"
#include "indexer/syntax.h"
#include "retrieval/callers.h"
#include "retrieval/chunks.h"
#include "retrieval/definitions.h"
#include "retrieval/edits.h"
#include "retrieval/outlines.h"
#include "retrieval/pack.h"
#include "retrieval/paths.h"
#include "retrieval/receivers.h"
#include "retrieval/shelf.h"
#include "retrieval/signatures.h"

#include <stdlib.h>

enum {
    NEIGHBOUR_PASSED = 8, // definitions, among which the one beside another is looked for
    SIGNATURE_BYTES = 4000,
    CHUNK_BYTES = 6000,
    DEFINITIONS = 3,
    WORDS_OF_PROSE = 20, // among which names are looked for
    EDITS = 2,
    CALLERS = 2,
    CALLER_ABOVE = 1, // lines shown beside the call
    CALLER_BELOW = 2,
    OUTLINE = 12,
    OWN_SYMBOLS = 48, // among which the open file's functions are looked for
    CHUNK_HITS = CHUNKS_AROUND,
    LINES_ASKED = 20,
    SEARCH_WAIT_MS = 3000,
    EMBED_WAIT_MS = 8,      // for the vector of a question; a query as a whole may take twenty
    PARSED_MAX = 128 * 1024 // a document larger than this has no imports until it is indexed
};

struct retriever {
    char *root;
    struct snapshot_slot slot;
    struct shelf shelf;
    struct embeddings *embeddings; // NULL: none are made
};

// One query on its way through the sources.
struct asking {
    const struct retrieval_query *query;
    const struct snapshot *snapshot;
    struct embeddings *embeddings; // NULL: there are none
    struct query text;
    uint32_t line; // of the cursor
    bool is_prose; // or data: nothing is called in it
    struct imports imports;
    struct record *parsed; // of an open document that is not indexed; NULL otherwise
    struct snapshot_file at;
    const struct snapshot_file *self; // &at, or NULL if the document is not indexed
    struct chunks_asker asker;
    struct chunks_found lexical;
    struct bm25_hit vector[CHUNK_HITS];
    size_t vector_count;
    uint32_t sources; // CONTEXT_BITs
    struct pack pack;
};

// text: of the manifest, empty to read it from disk.
static void read_manifest(struct retriever *retriever, const char *path, struct slice text) {
    struct str bytes;
    str_init(&bytes);
    if (text.length == 0) {
        struct source_stat status;
        if (source_read(retriever->root, path, &bytes, &status) == 0) {
            text = slice_sub(str_slice(&bytes), 0, MANIFEST_BYTES);
        }
    }
    shelf_manifest(&retriever->shelf, path, text);
    str_free(&bytes);
}

static bool is_manifest(const char *path) {
    return manifests_kind(slice_of_string(path)) != MANIFEST_NONE;
}

static void sink_put(void *self, struct record *record, struct slice text) {
    struct retriever *retriever = self;
    shelf_put(&retriever->shelf, record);
    if (is_manifest(record->path)) {
        read_manifest(retriever, record->path, text);
    }
}

static void sink_remove(void *self, const char *path) {
    struct retriever *retriever = self;
    shelf_remove(&retriever->shelf, path);
    if (is_manifest(path)) {
        shelf_manifest(&retriever->shelf, path, slice_of(NULL, 0));
    }
}

static void sink_show(void *self, struct record *record, struct text *text, uint64_t version) {
    struct retriever *retriever = self;
    shelf_show(&retriever->shelf, record, text, version);
    if (retriever->embeddings) {
        embeddings_pause(retriever->embeddings);
    }
}

static void sink_hide(void *self, const char *path, uint64_t version) {
    shelf_hide(&((struct retriever *)self)->shelf, path, version);
}

static void wake_embeddings(struct retriever *retriever) {
    if (retriever->embeddings) {
        embeddings_wake(retriever->embeddings);
    }
}

static void sink_commit(void *self, bool full_pass) {
    struct retriever *retriever = self;
    shelf_commit(&retriever->shelf, full_pass);
    wake_embeddings(retriever);
}

static void sink_restore(void *self, char *bytes, size_t size) {
    shelf_restore(&((struct retriever *)self)->shelf, bytes, size);
}

static char *sink_keep(void *self, size_t *size) {
    return shelf_keep(&((struct retriever *)self)->shelf, size);
}

static void sink_searchable(void *self) {
    shelf_searchable(&((struct retriever *)self)->shelf);
}

struct retriever *retriever_new(const char *root) {
    struct retriever *retriever = mem_zero(1, sizeof *retriever);
    retriever->root = mem_copy_string(root);
    snapshot_slot_init(&retriever->slot);
    shelf_init(&retriever->shelf, &retriever->slot);
    read_manifest(retriever, "go.mod", slice_of(NULL, 0));
    return retriever;
}

void retriever_free(struct retriever *retriever) {
    if (retriever) {
        embeddings_free(retriever->embeddings);
        shelf_fini(&retriever->shelf);
        snapshot_slot_fini(&retriever->slot);
        free(retriever->root);
        free(retriever);
    }
}

const char *retriever_root(const struct retriever *retriever) {
    return retriever->root;
}

void retriever_embed(struct retriever *retriever, const struct embeddings_options *options) {
    struct embeddings_options all = *options;
    all.root = retriever->root;
    all.slot = &retriever->slot;
    retriever->embeddings = embeddings_new(&all);
}

void retriever_settle(struct retriever *retriever) {
    if (retriever->embeddings) {
        embeddings_settle(retriever->embeddings);
    }
}

struct index_sink retriever_sink(struct retriever *retriever) {
    struct index_sink sink = index_sink_none(); // open documents are shown at once
    sink.self = retriever;
    sink.put = sink_put;
    sink.remove = sink_remove;
    sink.commit = sink_commit;
    sink.searchable = sink_searchable;
    sink.restore = sink_restore;
    sink.keep = sink_keep;
    sink.show = sink_show;
    sink.hide = sink_hide;
    return sink;
}

static struct record *parse_document(const struct retrieval_query *query) {
    const struct language *language = language_of_id(query->language);
    language = language ? language : language_of_text(query->path, query->text);
    if (!language || query->text.length > PARSED_MAX) {
        return NULL;
    }
    struct record *record = record_new(query->path);
    struct syntax *syntax = syntax_new();
    syntax_extract(syntax, language, query->text, query->cancel, record);
    syntax_free(syntax);
    return record;
}

static bool asks(const struct asking *asking, enum context_source source) {
    return asking->sources & CONTEXT_BIT(source);
}

static bool is_prose(struct slice path, const char *language) {
    // What editors call it, and extensions of files that nobody named a language for.
    static const char *const names[] = {
        "plaintext", "text", "restructuredtext", "asciidoc", "latex", "gitcommit", ".txt", ".rst",
        ".adoc",     ".tex", "git-commit"};
    const struct language *known = language_of_id(language);
    struct slice extension = paths_extension(path);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !known; i++) {
        if (strcmp(language, names[i]) == 0 || slice_equal(extension, slice_of_string(names[i]))) {
            return true;
        }
    }
    return language_is_data(known);
}

static void find_imports(struct asking *asking) {
    const struct retrieval_query *query = asking->query;
    struct slice path = slice_of_string(query->path);
    const struct record *record = NULL;
    if (snapshot_find(asking->snapshot, path, &asking->at)) {
        asking->self = &asking->at;
        record = snapshot_outline(asking->snapshot, asking->at);
    } else {
        record = asking->parsed = parse_document(query);
    }
    bool marked = !slice_equal(paths_plain_stem(path), paths_stem(path));
    const char *language = record && record->language[0] ? record->language : query->language;
    asking->asker = (struct chunks_asker){
        .is_test = asking->self && record ? record->taint == TAINT_TEST : marked,
        .is_code = language_of_id(language) != NULL,
        .prefers_open = asks(asking, CONTEXT_NEIGHBOUR),
    };
    asking->is_prose = is_prose(path, language);
    imports_init(&asking->imports, asking->snapshot, path, language, record ? record->imports : NULL,
                 record ? record->import_count : 0);
    receivers_follow(asking->snapshot, &asking->text, &asking->imports, asking->self, record, asking->line);
}

static bool add_symbol(struct asking *asking, uint32_t s, uint32_t id, enum context_source source,
                       float score) {
    const struct segment *segment = asking->snapshot->segments[s];
    uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], id);
    return pack_symbol(&asking->pack, &segment->files[file], segment_symbol(segment, id), source,
                       (double)score);
}

// Is it no plain word: parse_header, parseHeader?
static bool is_written_like_a_name(const char *name) {
    for (; name[0] && name[1]; name++) {
        bool is_hump = name[0] >= 'a' && name[0] <= 'z' && name[1] >= 'A' && name[1] <= 'Z';
        if (name[1] == '_' || is_hump) {
            return true;
        }
    }
    return false;
}

// Beside prose and data, most words are no names, whatever is called the same somewhere.
static void add_definitions(struct asking *asking) {
    struct definition found[WORDS_OF_PROSE];
    size_t limit = asking->is_prose ? WORDS_OF_PROSE : DEFINITIONS, added = 0;
    size_t count =
        definitions_find(asking->snapshot, &asking->text, &asking->imports, asking->self, limit, found);
    for (size_t i = 0; i < count && added < DEFINITIONS; i++) {
        const struct symbol *symbol =
            segment_symbol(asking->snapshot->segments[found[i].segment], found[i].id);
        if (!asking->is_prose || is_written_like_a_name(symbol->name)) {
            add_symbol(asking, found[i].segment, found[i].id, CONTEXT_DEFINITION, found[i].score);
            pack_name(&asking->pack, symbol, (struct context_name){.is_named = true});
            added++;
        }
    }
}

// The functions of the open file around the cursor's line, as far as it is indexed or parsed.
static void add_own_names(struct asking *asking) {
    const struct record *own = asking->self ? snapshot_outline(asking->snapshot, asking->at) : asking->parsed;
    uint32_t count = own ? own->symbol_count : 0, middle = 0;
    while (middle < count && own->symbols[middle].start_line < asking->line) {
        middle++;
    }
    uint32_t first = middle > OWN_SYMBOLS / 2 ? middle - OWN_SYMBOLS / 2 : 0;
    for (uint32_t i = first; i < count && i < first + OWN_SYMBOLS; i++) {
        if (own->symbols[i].kind == SYMBOL_FUNCTION || own->symbols[i].kind == SYMBOL_METHOD) {
            pack_name(&asking->pack, &own->symbols[i], (struct context_name){.is_own = true});
        }
    }
}

static void add_outline(struct asking *asking) {
    struct definition found[OUTLINE];
    size_t count =
        outlines_find(asking->snapshot, &asking->text, &asking->imports, asking->self, OUTLINE, found);
    for (size_t i = 0; i < count; i++) {
        add_symbol(asking, found[i].segment, found[i].id, CONTEXT_OUTLINE, found[i].score);
    }
}

static void add_callers(struct asking *asking) {
    struct caller found[CALLERS];
    const struct record *record =
        asking->self ? snapshot_record(asking->snapshot, asking->at) : asking->parsed;
    size_t count = record ? callers_find(asking->snapshot, &asking->text, record, asking->line, asking->self,
                                         CALLERS, found)
                          : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t start = found[i].line < CALLER_ABOVE ? 0 : found[i].line - CALLER_ABOVE;
        pack_lines(&asking->pack, snapshot_file(asking->snapshot, found[i].file), start,
                   found[i].line + CALLER_BELOW, CONTEXT_CALLER, (double)found[i].score);
    }
}

static void add_edits(struct asking *asking) {
    struct edit found[EDITS];
    size_t count = edits_find(asking->snapshot, &asking->text, EDITS, found);
    for (size_t i = 0; i < count; i++) {
        struct segment_file file = {snapshot_file(asking->snapshot, found[i].file)->record, found[i].text};
        pack_lines(&asking->pack, &file, found[i].start_line, found[i].end_line, CONTEXT_EDIT,
                   (double)found[i].score);
    }
}

// The next definition of the same scope, above or below in its file; NULL if none is near.
static const char *neighbour_of(const struct segment *segment, uint32_t id, int step) {
    const struct segment_part *part = &segment->fields[SEGMENT_SYMBOLS];
    uint32_t file = segment_file_of(part, id);
    const struct record *record = segment_outline(segment, file);
    int64_t at = id - part->firsts[file];
    const struct symbol *symbol = &record->symbols[at];
    for (int64_t i = at + step, passed = 0; i >= 0 && i < record->symbol_count && passed < NEIGHBOUR_PASSED;
         i += step, passed++) {
        const struct symbol *other = &record->symbols[i];
        if (other->kind == symbol->kind && strcmp(other->scope, symbol->scope) == 0 &&
            strcmp(other->name, symbol->name) != 0) {
            return other->name;
        }
    }
    return NULL;
}

static void add_names(struct asking *asking, const struct signature *ranked, size_t count) {
    bool more = true;
    for (size_t i = 0; i < count && more; i++) {
        const struct segment *segment = asking->snapshot->segments[ranked[i].segment];
        more = pack_name(&asking->pack, segment_symbol(segment, ranked[i].id),
                         (struct context_name){.of_receiver = ranked[i].features[SIGNATURE_RECEIVER] > 0,
                                               .before = neighbour_of(segment, ranked[i].id, -1),
                                               .after = neighbour_of(segment, ranked[i].id, 1),
                                               .uses = ranked[i].features[SIGNATURE_USED],
                                               .score = ranked[i].score});
    }
}

static void add_signatures(struct asking *asking) {
    size_t count;
    struct signatures_input input = {.snapshot = asking->snapshot,
                                     .query = &asking->text,
                                     .imports = &asking->imports,
                                     .self = asking->self,
                                     .is_test = asking->asker.is_test,
                                     .similar = &asking->lexical,
                                     .cancel = asking->query->cancel};
    struct signature *ranked = signatures_rank(&input, &count);
    bool more = true;
    add_names(asking, ranked, count);
    for (size_t i = 0; i < count && more; i++) {
        const struct segment *segment = asking->snapshot->segments[ranked[i].segment];
        if (segment->keys[ranked[i].id].length * SEGMENT_LENGTH_STEP >= asking->pack.signature_bytes) {
            continue; // without following its pointers
        }
        more = add_symbol(asking, ranked[i].segment, ranked[i].id, CONTEXT_SIGNATURE, ranked[i].score);
    }
    free(ranked);
}

static bool add_chunk(struct asking *asking, const struct bm25_hit *hit, enum context_source source) {
    const struct segment *segment = asking->snapshot->segments[hit->segment];
    uint32_t file = segment_file_of(&segment->fields[SEGMENT_CHUNKS], hit->id);
    return pack_chunk(&asking->pack, &segment->files[file], segment_chunk(segment, hit->id), source,
                      (double)hit->score);
}

// In turn, one of each, until the budget is spent.
static void add_chunks(struct asking *asking) {
    bool more = true;
    chunks_prefer_own(asking->snapshot, asking->asker, asking->lexical.around, asking->lexical.around_count);
    chunks_prefer_own(asking->snapshot, asking->asker, asking->vector, asking->vector_count);
    for (size_t i = 0; i < CHUNK_HITS && more; i++) {
        if (i < asking->lexical.around_count) {
            more = add_chunk(asking, &asking->lexical.around[i], CONTEXT_LEXICAL);
        }
        if (more && i < asking->vector_count) {
            more = add_chunk(asking, &asking->vector[i], CONTEXT_VECTOR);
        }
    }
}

static double lap(uint64_t *start) {
    uint64_t now = clock_now_us();
    double elapsed = (double)(now - *start) / 1000.0;
    *start = now;
    return elapsed;
}

static bool is_late(const struct asking *asking) {
    return cancel_fired(asking->query->cancel);
}

// Similar chunks tell which signatures are needed, too.
static void find_similar(struct asking *asking) {
    if (asks(asking, CONTEXT_LEXICAL) || asks(asking, CONTEXT_SIGNATURE)) {
        chunks_lexical(asking->snapshot, &asking->text, asking->self, &asking->lexical);
    }
}

// The lines above the cursor and its own, which say what is being written.
static struct slice asked_text(const struct retrieval_query *query) {
    size_t start = query->cursor;
    for (int lines = 0; start > 0; start--) {
        lines += query->text.data[start - 1] == '\n';
        if (lines > LINES_ASKED) {
            break;
        }
    }
    size_t most = query->cursor - start < EMBEDDER_TEXT_BYTES ? query->cursor - start : EMBEDDER_TEXT_BYTES;
    return slice_sub(query->text, query->cursor - most, query->cursor);
}

static void find_nearest(struct asking *asking) {
    struct vector vector;
    struct err ignored;
    if (asking->embeddings && embeddings_ask(asking->embeddings, asked_text(asking->query), EMBED_WAIT_MS,
                                             &vector, &ignored) == 0) {
        asking->vector_count = embeddings_search(asking->embeddings, asking->snapshot, &vector, asking->self,
                                                 CHUNK_HITS, asking->vector);
    }
}

static void show_chunks(struct asking *asking) {
    if (asks(asking, CONTEXT_VECTOR)) {
        find_nearest(asking);
    }
    if (!asks(asking, CONTEXT_LEXICAL)) {
        asking->lexical.around_count = 0;
    }
    add_chunks(asking);
}

static void ask_sources(struct asking *asking, struct context *out) {
    uint64_t start = clock_now_us();
    find_imports(asking);
    if (asks(asking, CONTEXT_DEFINITION)) {
        add_definitions(asking);
    }
    add_own_names(asking);
    if (asks(asking, CONTEXT_EDIT)) {
        add_edits(asking);
    }
    if (asks(asking, CONTEXT_OUTLINE)) {
        add_outline(asking);
    }
    out->definitions_ms = lap(&start);
    if (!is_late(asking)) {
        find_similar(asking);
        out->lexical_ms = lap(&start);
    }
    if (!is_late(asking) && !asking->is_prose && asks(asking, CONTEXT_SIGNATURE)) {
        add_signatures(asking);
        out->signatures_ms = lap(&start);
    }
    if (!is_late(asking) && asks(asking, CONTEXT_CALLER)) {
        add_callers(asking);
    }
    if (!is_late(asking)) {
        show_chunks(asking);
        out->vectors_ms = lap(&start);
    }
}

void retriever_query(struct retriever *retriever, const struct retrieval_query *query, struct context *out) {
    uint64_t start = clock_now_us();
    struct asking asking = {.query = query,
                            .snapshot = snapshot_pin(&retriever->slot),
                            .embeddings = retriever->embeddings,
                            .sources = query->sources ? query->sources : CONTEXT_USUAL};
    out->generation = asking.snapshot->generation;
    query_init(&asking.text, slice_of_string(query->path), query->text, query->cursor, query->surroundings);
    asking.line = (uint32_t)slice_count(slice_sub(query->text, 0, query->cursor), '\n');
    pack_init(&asking.pack, out, retriever->root, query->path, surroundings_lines(asking.text.surroundings),
              query->signature_bytes ? query->signature_bytes : SIGNATURE_BYTES,
              query->chunk_bytes ? query->chunk_bytes : CHUNK_BYTES);
    ask_sources(&asking, out);
    pack_finish(&asking.pack);
    imports_free(&asking.imports);
    query_free(&asking.text);
    record_release(asking.parsed);
    snapshot_unpin(&retriever->slot, asking.snapshot);
    shelf_trim(&retriever->shelf, SHELF_DECODED);
    out->total_ms = clock_ms_since(start);
}

struct record *retriever_record(struct retriever *retriever, const char *path) {
    const struct snapshot *snapshot = snapshot_pin(&retriever->slot);
    struct snapshot_file at;
    struct record *record = NULL;
    if (snapshot_find(snapshot, slice_of_string(path), &at)) {
        record = record_retain((struct record *)(uintptr_t)snapshot_record(snapshot, at));
    }
    snapshot_unpin(&retriever->slot, snapshot);
    return record;
}

void retriever_search(struct retriever *retriever, const struct search_request *request,
                      struct search_results *results) {
    const struct snapshot *snapshot = snapshot_pin(&retriever->slot);
    struct search_near near = {0};
    struct bm25_hit *hits = NULL;
    struct vector vector;
    struct err err = {0};
    if (retriever->embeddings &&
        embeddings_ask(retriever->embeddings, request->text, SEARCH_WAIT_MS, &vector, &err) == 0) {
        hits = mem_alloc(SEARCH_NEAR * sizeof *hits);
        near.hits = hits;
        near.count = embeddings_search(retriever->embeddings, snapshot, &vector, NULL, SEARCH_NEAR, hits);
    }
    search_results_find(snapshot, near, retriever->root, request, results);
    results->trouble = err.code ? err : results->trouble;
    free(hits);
    snapshot_unpin(&retriever->slot, snapshot);
    shelf_trim(&retriever->shelf, SHELF_DECODED);
}

void retriever_statistics(struct retriever *retriever, struct retriever_statistics *out) {
    const struct snapshot *snapshot = snapshot_pin(&retriever->slot);
    *out = (struct retriever_statistics){.generation = snapshot->generation,
                                         .segments = snapshot->segment_count};
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s];
        out->bytes += segment_bytes(segment);
        for (uint32_t file = 0; file < segment->file_count; file++) {
            if (!snapshot_is_dead(snapshot, s, file)) {
                out->files++;
                out->chunks += segment->files[file].record->chunk_count;
                out->symbols += segment->files[file].record->symbol_count;
            }
        }
    }
    snapshot_unpin(&retriever->slot, snapshot);
}
