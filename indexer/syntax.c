// syntax.c - see syntax.h.
//
// Parse once, search the tree for symbols and imports, cut it into chunks, drop
// the tree (it weighs twenty times its text). Whatever cannot be finished
// falls back to chunks by lines, so that every file can at least be found by
// its words. Nothing here recurses by the depth of the input: trees are walked
// with cursors, and pending work lies in heap arrays.
#include "indexer/syntax.h"

#include "base/err.h"
#include "indexer/syntax_internal.h"
#include "indexer/terms.h"

struct syntax *syntax_new(void) {
    struct syntax *syntax = mem_zero(1, sizeof *syntax);
    syntax->parser = ts_parser_new();
    syntax->cursor = ts_query_cursor_new();
    ts_query_cursor_set_match_limit(syntax->cursor, 4096);
    syntax->counter = term_counter_new();
    return syntax;
}

void syntax_limit(struct syntax *syntax, unsigned milliseconds) {
    syntax->limit_us = (uint64_t)milliseconds * 1000;
}

void syntax_free(struct syntax *syntax) {
    if (syntax) {
        ts_query_cursor_delete(syntax->cursor);
        ts_parser_delete(syntax->parser);
        term_counter_free(syntax->counter);
        free(syntax);
    }
}

static void find_lines(struct extraction *extraction) {
    struct slice text = extraction->text;
    vec_push(&extraction->line_starts, 0);
    const char *end = text.data + text.length;
    for (const char *at = text.data; text.length && at < end; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at) {
            break;
        }
        vec_push(&extraction->line_starts, (uint32_t)(at - text.data) + 1);
    }
    size_t count = extraction->line_starts.count;
    bool ends_in_newline = extraction->line_starts.items[count - 1] == text.length;
    extraction->record->line_count = (uint32_t)(count - (ends_in_newline ? 1 : 0));
}

uint32_t extraction_line(const struct extraction *extraction, uint32_t byte) {
    size_t low = 0, high = extraction->line_starts.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (extraction->line_starts.items[middle] <= byte) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

bool extraction_stopped(const struct extraction *extraction) {
    return cancel_fired(extraction->cancel) ||
           (extraction->stop_us && clock_thread_us() >= extraction->stop_us);
}

static bool should_stop(TSQueryCursorState *state) {
    return extraction_stopped(state->payload);
}

// The callback is needed even for one node's children: the search looks at the siblings of every level above
// for each, which in a tree of a million brackets never ends.
void extraction_search(struct extraction *extraction, const struct grammar_query *query, TSNode node,
                       uint32_t depth) {
    TSQueryCursor *cursor = extraction->syntax->cursor;
    extraction->search = (TSQueryCursorOptions){.payload = extraction, .progress_callback = should_stop};
    ts_query_cursor_set_max_start_depth(cursor, depth);
    ts_query_cursor_exec_with_options(cursor, query->query, node, &extraction->search);
}

static bool extract_tree(struct extraction *extraction) {
    TSTree *tree = parse_tree(extraction);
    if (!tree) {
        return false;
    }
    TSNode root = ts_tree_root_node(tree);
    bool done = symbols_extract(extraction, root) && chunks_by_syntax(extraction, root);
    if (done) {
        references_extract(extraction, root);
    }
    ts_tree_delete(tree);
    return done;
}

static void forget(struct record *record) {
    record->symbols = NULL;
    record->symbol_count = 0;
    record->references = NULL;
    record->reference_count = 0;
    record->imports = NULL;
    record->import_count = 0;
}

int syntax_extract(struct syntax *syntax, const struct language *language, struct slice text,
                   const struct cancel *cancel, struct record *record) {
    language = language_refine(language, record->path, text);
    struct extraction extraction = {.syntax = syntax, .text = text, .cancel = cancel, .record = record};
    record->language = language_id(language);
    find_lines(&extraction);
    extraction.comment = language_line_comment(language);
    extraction.grammar = language ? language_grammar(language) : NULL;
    extraction.stop_us = syntax->limit_us ? clock_thread_us() + syntax->limit_us : 0;
    struct str masked;
    str_init(&masked);
    if (extraction.grammar && language->has_macros) {
        mask_macros(text, &masked);
    }
    extraction.parsed = masked.length ? str_slice(&masked) : text;
    bool stopped = extraction.grammar && !extract_tree(&extraction);
    str_free(&masked);
    if (stopped || !extraction.grammar) {
        forget(record);
        chunks_by_lines(&extraction);
    }
    chunks_finish(&extraction);
    vec_free(&extraction.line_starts);
    if (!stopped) {
        return 0;
    }
    bool asked = cancel && atomic_load_explicit(&cancel->fired, memory_order_acquire);
    return asked ? ERR_CANCELLED : ERR_TIMEOUT;
}

void syntax_words(struct syntax *syntax, const struct language *language, struct slice text,
                  struct record *record) {
    syntax_extract(syntax, NULL, text, NULL, record);
    record->language = language_id(language_refine(language, record->path, text));
    record->by_words = true;
}
