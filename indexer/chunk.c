// chunk.c - a file cut along its syntax into pieces worth retrieving.
//
// The tree is walked from the top. A node that weighs (in bytes that are not
// white space) no more than a chunk should is a piece; a heavier one is opened
// and its children are looked at instead, down to leaves, which are cut by
// lines if need be. Neighbouring pieces are gathered greedily into chunks.
// Comments and attributes are held back until the piece they belong to is
// known; imports stay among themselves; what is left over at the end of an
// opened node (a closing brace) joins the chunk before it.
//
// R1 holds by construction: a piece reaches from the end of the last piece to
// its own end, the last one to the end of the file, and only white space at
// the rims is then given up. (Tree-sitter skips some bytes that belong to no
// node, such as a backslash before a newline.)
#include "indexer/syntax_internal.h"

#include "base/utf8.h"
#include "indexer/tree_walk.h"

enum {
    WEIGHT_BLOCK = 64,                   // bytes between two entries of the running count
    SMALL = CHUNK_WEIGHT / 6,            // a head that stays with what it opens
    REST = CHUNK_WEIGHT / 16,            // a rest not worth its own chunk
    STRETCHED = CHUNK_WEIGHT * 5 / 4,    // allowed so as not to cut inside a line
    WITH_LEADING = CHUNK_WEIGHT * 3 / 2, // allowed for a piece with its comment, or a chunk with its rest
};

struct span {
    uint32_t start, end;
    const char *kind;
    bool is_empty;
};

// A node whose children are looked at.
struct opened {
    uint32_t start;
    size_t first, next; // of its children: the first one, and the one to look at next
};

struct chunker {
    struct extraction *extraction;
    uint32_t *weights;          // non-space bytes before each block
    struct span leading;        // comments waiting for what they belong to
    struct span open;           // the chunk being gathered
    uint32_t reached;           // all before is in a span
    VEC(struct opened) opened;  // the opened nodes around, the innermost last; the file itself first
    struct tree_children nodes; // their children, those of the innermost last
    VEC(struct chunk) chunks;
};

static uint32_t count_weight(const char *data, size_t length) {
    uint32_t weight = 0;
    for (size_t i = 0; i < length; i++) {
        weight += !is_space(data[i]);
    }
    return weight;
}

static void weigh(struct chunker *chunker) {
    struct slice text = chunker->extraction->text;
    size_t blocks = text.length / WEIGHT_BLOCK + 1;
    chunker->weights = mem_alloc((blocks + 1) * sizeof *chunker->weights);
    uint32_t total = 0;
    for (size_t i = 0; i < blocks; i++) {
        chunker->weights[i] = total;
        size_t start = i * WEIGHT_BLOCK;
        size_t length = text.length - start < WEIGHT_BLOCK ? text.length - start : WEIGHT_BLOCK;
        total += count_weight(text.data + start, length);
    }
}

static uint32_t weight_before(const struct chunker *chunker, uint32_t byte) {
    size_t block = byte / WEIGHT_BLOCK;
    return chunker->weights[block] +
           count_weight(chunker->extraction->text.data + block * WEIGHT_BLOCK, byte % WEIGHT_BLOCK);
}

static uint32_t weight_of(const struct chunker *chunker, uint32_t start, uint32_t end) {
    return weight_before(chunker, end) - weight_before(chunker, start);
}

// Gives up white space at both rims; a chunk that begins a line begins with its indentation.
static bool trim_span(struct slice text, struct span *span) {
    while (span->start < span->end && is_space(text.data[span->start])) {
        span->start++;
    }
    while (span->end > span->start && is_space(text.data[span->end - 1])) {
        span->end--;
    }
    return span->start < span->end;
}

static uint32_t with_indentation(struct slice text, uint32_t start) {
    uint32_t at = start;
    while (at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '\t')) {
        at--;
    }
    return at == 0 || text.data[at - 1] == '\n' ? at : start;
}

static void push_chunk(struct chunker *chunker, struct span span) {
    struct extraction *extraction = chunker->extraction;
    if (!trim_span(extraction->text, &span)) {
        return;
    }
    span.start = with_indentation(extraction->text, span.start);
    vec_push(&chunker->chunks, (struct chunk){
                                   .start_byte = span.start,
                                   .end_byte = span.end,
                                   .start_line = extraction_line(extraction, span.start),
                                   .end_line = extraction_line(extraction, span.end - 1),
                                   .kind = span.kind,
                                   .name = "",
                                   .scope = "",
                               });
}

// The end of a cut of text[start, end): at most LINE_CHUNK_LINES lines or LINE_CHUNK_BYTES bytes.
static uint32_t cut_end(const struct extraction *extraction, uint32_t start, uint32_t end) {
    struct slice text = extraction->text;
    uint32_t line = extraction_line(extraction, start) + LINE_CHUNK_LINES;
    uint32_t cut = line < extraction->line_starts.count ? extraction->line_starts.items[line] : end;
    if (cut > end) {
        cut = end;
    }
    if (cut - start <= LINE_CHUNK_BYTES) {
        return cut;
    }
    cut = start + LINE_CHUNK_BYTES;
    uint32_t line_start = extraction->line_starts.items[extraction_line(extraction, cut)];
    if (line_start > start) {
        return line_start;
    }
    uint32_t boundary = (uint32_t)utf8_floor(text, cut);
    return boundary > start ? boundary : cut;
}

static void push_by_lines(struct chunker *chunker, struct span span) {
    while (span.start < span.end) {
        uint32_t end = cut_end(chunker->extraction, span.start, span.end);
        push_chunk(chunker, (struct span){span.start, end, span.kind, false});
        span.start = end;
    }
}

static void close_chunk(struct chunker *chunker) {
    struct span open = chunker->open;
    if (open.is_empty) {
        return;
    }
    chunker->open.is_empty = true;
    uint32_t weight = weight_of(chunker, open.start, open.end);
    if (weight > WITH_LEADING) {
        push_by_lines(chunker, open);
        return;
    }
    push_chunk(chunker, open);
}

static struct opened *innermost(const struct chunker *chunker) {
    return &chunker->opened.items[chunker->opened.count - 1];
}

// What is left at the end of an opened node, if it is little more than closing braces, joins the chunk
// before.
static void close_rest(struct chunker *chunker) {
    struct span open = chunker->open;
    size_t count = chunker->chunks.count;
    struct chunk *last = count ? &chunker->chunks.items[count - 1] : NULL;
    bool is_rest = !open.is_empty && last && last->end_byte > innermost(chunker)->start &&
                   weight_of(chunker, open.start, open.end) < REST;
    if (!is_rest || weight_of(chunker, last->start_byte, open.end) > WITH_LEADING) {
        close_chunk(chunker);
        return;
    }
    chunker->open.is_empty = true;
    if (trim_span(chunker->extraction->text, &open)) {
        last->end_byte = open.end;
        last->end_line = extraction_line(chunker->extraction, open.end - 1);
    }
}

static bool same_line(const struct chunker *chunker, uint32_t before, uint32_t after) {
    struct slice gap = slice_sub(chunker->extraction->text, before, after);
    return gap.length == 0 || !memchr(gap.data, '\n', gap.length);
}

static bool is_kind(const char *kind, const char *name) {
    return strcmp(kind, name) == 0;
}

// May `span` join the open chunk?
static bool fits(const struct chunker *chunker, struct span span) {
    const struct span *open = &chunker->open;
    uint32_t together = weight_of(chunker, open->start, span.end);
    uint32_t first = span.start;
    while (first < span.end && is_space(chunker->extraction->text.data[first])) {
        first++;
    }
    if (together <= STRETCHED && same_line(chunker, open->end, first)) {
        return true;
    }
    bool mixes_imports = is_kind(open->kind, "import") != is_kind(span.kind, "import");
    return together <= CHUNK_WEIGHT && !mixes_imports;
}

static void gather(struct chunker *chunker, struct span span) {
    struct span *open = &chunker->open;
    if (!open->is_empty && !fits(chunker, span)) {
        close_chunk(chunker);
    }
    if (open->is_empty) {
        *open = span;
    } else {
        open->end = span.end;
    }
}

static void flush_leading(struct chunker *chunker) {
    if (!chunker->leading.is_empty) {
        chunker->leading.is_empty = true;
        gather(chunker, chunker->leading);
        chunker->open.is_empty = false;
    }
}

static void add_piece(struct chunker *chunker, uint32_t end, const char *kind) {
    struct span span = {chunker->reached, end, kind, false};
    chunker->reached = end;
    bool leads = is_kind(kind, "comment") || is_kind(kind, "attribute");
    struct span *leading = &chunker->leading;
    if (leads && leading->is_empty) {
        *leading = span;
    } else if (leads) {
        leading->end = end;
    }
    if (leads && weight_of(chunker, leading->start, end) <= CHUNK_WEIGHT) {
        return;
    }
    if (leads) {
        span = *leading;
        leading->is_empty = true;
    } else if (!leading->is_empty) {
        if (weight_of(chunker, leading->start, end) <= WITH_LEADING) {
            span.start = leading->start;
            leading->is_empty = true;
        } else {
            flush_leading(chunker);
        }
    }
    gather(chunker, span);
}

static const char *kind_of(const struct chunker *chunker, TSNode node) {
    const char *kind = patterns_kind(chunker->extraction->grammar->chunks, ts_node_symbol(node));
    return kind ? kind : "statement";
}

// A heavy node begins, its children are listed from `first` on: what is gathered stays with it only if it is the
// small head of what is open already ("static int f(int a)" before the body), not if it is a neighbour of its own.
static void enter(struct chunker *chunker, TSNode node, size_t first) {
    const struct span *open = &chunker->open;
    bool is_head = !open->is_empty && chunker->opened.count > 1 && open->start <= innermost(chunker)->start &&
                   weight_of(chunker, open->start, open->end) < SMALL;
    if (!is_head) {
        close_chunk(chunker);
    }
    vec_push(&chunker->opened, (struct opened){ts_node_start_byte(node), first, first});
}

// A heavy node ends: the next neighbour begins afresh.
static void leave(struct chunker *chunker) {
    flush_leading(chunker);
    close_rest(chunker);
    chunker->nodes.count = innermost(chunker)->first;
    chunker->opened.count--;
}

static void look_at(struct chunker *chunker, TSNode node) {
    uint32_t end = ts_node_end_byte(node);
    size_t first = chunker->nodes.count;
    if (end <= chunker->reached) {
        return;
    }
    if (weight_of(chunker, ts_node_start_byte(node), end) > CHUNK_WEIGHT &&
        tree_children_add(&chunker->nodes, node)) {
        enter(chunker, node, first);
    } else {
        add_piece(chunker, end, kind_of(chunker, node));
    }
}

static bool walk(struct chunker *chunker, TSNode root) {
    vec_push(&chunker->opened, (struct opened){0});
    tree_children_add(&chunker->nodes, root);
    for (uint32_t step = 1; step % 256 || !extraction_stopped(chunker->extraction); step++) {
        struct opened *inner = innermost(chunker);
        if (inner->next < chunker->nodes.count) {
            look_at(chunker, chunker->nodes.items[inner->next++].node);
        } else if (chunker->opened.count > 1) {
            leave(chunker);
        } else {
            return true;
        }
    }
    return false;
}

static void keep_chunks(struct chunker *chunker) {
    struct record *record = chunker->extraction->record;
    size_t count = chunker->chunks.count;
    struct chunk *chunks = arena_alloc(&record->arena, count * sizeof *chunks);
    if (count) {
        memcpy(chunks, chunker->chunks.items, count * sizeof *chunks);
    }
    chunker->extraction->chunks = chunks;
    record->chunks = chunks;
    record->chunk_count = (uint32_t)count;
    vec_free(&chunker->chunks);
}

bool chunks_by_syntax(struct extraction *extraction, TSNode root) {
    struct chunker chunker = {.extraction = extraction};
    chunker.leading.is_empty = chunker.open.is_empty = true;
    weigh(&chunker);
    bool done = walk(&chunker, root);
    if (done) {
        uint32_t length = (uint32_t)extraction->text.length;
        if (chunker.reached < length) {
            add_piece(&chunker, length, "statement");
        }
        flush_leading(&chunker);
        close_chunk(&chunker);
    }
    keep_chunks(&chunker);
    vec_free(&chunker.opened);
    tree_children_free(&chunker.nodes);
    free(chunker.weights);
    return done;
}

void chunks_by_lines(struct extraction *extraction) {
    struct chunker chunker = {.extraction = extraction};
    push_by_lines(&chunker, (struct span){0, (uint32_t)extraction->text.length, "lines", false});
    keep_chunks(&chunker);
}

static void move_chunk(struct chunker *chunker, const struct chunk *old, uint32_t moved) {
    push_chunk(chunker, (struct span){old->start_byte + moved, old->end_byte + moved, old->kind, false});
}

// The chunks that the edit touches, and what it put between them, become one span.
void chunks_by_edit(struct extraction *extraction) {
    struct chunker chunker = {.extraction = extraction};
    const struct record *before = extraction->before;
    struct edit edit = extraction->edit;
    struct span touched = {edit.start, edit.new_end, "lines", false};
    uint32_t moved = edit.new_end - edit.old_end; // wraps around, as does what it is added to
    uint32_t i = 0;
    for (; i < before->chunk_count && before->chunks[i].end_byte < edit.start; i++) {
        move_chunk(&chunker, &before->chunks[i], 0);
    }
    for (; i < before->chunk_count && before->chunks[i].start_byte <= edit.old_end; i++) {
        const struct chunk *old = &before->chunks[i];
        touched.start = old->start_byte < touched.start ? old->start_byte : touched.start;
        touched.end = old->end_byte > edit.old_end ? old->end_byte + moved : touched.end;
        touched.kind = old->kind;
    }
    push_by_lines(&chunker, touched);
    for (; i < before->chunk_count; i++) {
        move_chunk(&chunker, &before->chunks[i], moved);
    }
    keep_chunks(&chunker);
}
