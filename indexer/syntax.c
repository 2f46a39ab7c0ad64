// syntax.c - see syntax.h.
//
// Parse once, search the tree for symbols and imports, cut it into chunks, drop
// the tree (it weighs twenty times its text) unless the file is open in an
// editor. Whatever cannot be finished falls back to chunks by lines, so that
// every file can at least be found by its words. Nothing here recurses by the depth of the input: pending
// work lies in heap arrays.
#include "indexer/syntax.h"

#include "base/err.h"
#include "indexer/lanes.h"
#include "indexer/syntax_internal.h"
#include "indexer/terms.h"
#include "indexer/tree_memory.h"

struct syntax *syntax_new(void) {
    struct syntax *syntax = mem_zero(1, sizeof *syntax);
    syntax->memory = tree_memory_new(); // first: from now on tree-sitter allocates as it says
    syntax->parser = ts_parser_new();
    return syntax;
}

static void have_tools(struct syntax *syntax) {
    syntax->matcher = syntax->matcher ? syntax->matcher : pattern_matcher_new();
    syntax->counter = syntax->counter ? syntax->counter : term_counter_new();
}

static void forget_tools(struct syntax *syntax) {
    pattern_matcher_free(syntax->matcher);
    term_counter_free(syntax->counter);
    syntax->matcher = NULL;
    syntax->counter = NULL;
}

void syntax_limit(struct syntax *syntax, unsigned milliseconds) {
    syntax->limit_us = (uint64_t)milliseconds * 1000;
}

void syntax_rest(struct syntax *syntax) {
    tree_memory_give_back(syntax->memory);
    forget_tools(syntax);
}

void syntax_free(struct syntax *syntax) {
    if (syntax) {
        forget_tools(syntax);
        ts_parser_delete(syntax->parser);
        tree_memory_free(syntax->memory);
        free(syntax);
    }
}

// The bits of the newlines in the text's next LANES_BLOCK bytes.
static uint64_t newlines_in(struct slice text, size_t at) {
    char padded[LANES_BLOCK];
    const char *bytes = lanes_block(text, at, padded);
    uint64_t bits = 0;
    for (unsigned i = 0; i < LANES_BLOCK; i += LANES) {
        bits |= lanes_top_bits(lanes_are(lanes_load(bytes + i), '\n')) << i;
    }
    return bits;
}

static void find_lines(struct extraction *extraction) {
    struct slice text = extraction->text;
    struct line_starts *starts = &extraction->line_starts;
    vec_push(starts, 0);
    for (size_t block = 0; block < text.length; block += LANES_BLOCK) {
        vec_reserve(starts, starts->count + LANES_BLOCK);
        for (uint64_t newlines = newlines_in(text, block); newlines; newlines &= newlines - 1) {
            starts->items[starts->count++] = (uint32_t)block + (uint32_t)__builtin_ctzll(newlines) + 1;
        }
    }
    bool ends_in_newline = starts->items[starts->count - 1] == text.length;
    extraction->record->line_count = (uint32_t)(starts->count - (ends_in_newline ? 1 : 0));
}

uint32_t line_of(const struct line_starts *starts, uint32_t byte) {
    size_t low = 0, high = starts->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (starts->items[middle] <= byte) {
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

static void forget(struct record *record) {
    record->symbols = NULL;
    record->symbol_count = 0;
    record->references = NULL;
    record->reference_count = 0;
    record->imports = NULL;
    record->import_count = 0;
}

// What is true of every text, whatever becomes of its tree. In this language and no other; by lines if it is
// NULL.
static void begin(struct extraction *extraction, struct syntax *syntax, const struct language *language,
                  struct slice text, struct record *record) {
    have_tools(syntax);
    *extraction =
        (struct extraction){.syntax = syntax, .parser = syntax->parser, .text = text, .record = record};
    record->language = language_id(language);
    find_lines(extraction);
    extraction->comment = language_line_comment(language);
    extraction->language = language;
    extraction->stop_us = syntax->limit_us ? clock_thread_us() + syntax->limit_us : 0;
}

static void choose_grammar(struct extraction *extraction) {
    const struct language *language = extraction->language;
    bool parses = language && !language_nests_too_deep(language, extraction->text);
    extraction->grammar = parses ? language_grammar(language) : NULL;
}

// The tree, with symbols and chunks taken from it; NULL when the token fired; *mask is filled if need be.
static TSTree *extract_tree(struct extraction *extraction, const struct syntax_tree *before,
                            struct mask *mask) {
    if (extraction->language->has_macros && before) {
        mask_again(&before->mask, extraction->text, extraction->edit, mask);
    } else if (extraction->language->has_macros && extraction->keeps_tree) {
        mask_begin(extraction->text, mask);
    } else if (extraction->language->has_macros) {
        mask_macros(extraction->text, &mask->bytes);
    }
    extraction->parsed = mask->bytes.length ? str_slice(&mask->bytes) : extraction->text;
    TSTree *tree = parse_tree(extraction, before);
    TSNode root = tree ? ts_tree_root_node(tree) : (TSNode){0};
    if (tree && symbols_extract(extraction, root) && chunks_by_syntax(extraction, root)) {
        references_extract(extraction, root);
        return tree;
    }
    ts_tree_delete(tree);
    return NULL;
}

static int reason_to_stop(const struct cancel *cancel) {
    bool asked = cancel && atomic_load_explicit(&cancel->fired, memory_order_acquire);
    return asked ? ERR_CANCELLED : ERR_TIMEOUT;
}

static struct syntax_tree *tree_new(struct extraction *extraction, TSTree *tree, struct mask *mask,
                                    struct text *text) {
    struct syntax_tree *made = mem_zero(1, sizeof *made);
    atomic_init(&made->references, 1);
    made->grammar = extraction->grammar;
    made->text = text_retain(text);
    made->mask = *mask;
    *mask = (struct mask){0};
    str_init(&mask->bytes);
    made->line_starts = extraction->line_starts;
    extraction->line_starts = (struct line_starts){0};
    made->tree = tree;
    made->record = record_retain(extraction->record);
    return made;
}

bool syntax_tree_has_errors(const struct syntax_tree *tree) {
    return ts_node_has_error(ts_tree_root_node(tree->tree));
}

struct syntax_tree *syntax_tree_retain(struct syntax_tree *tree) {
    atomic_fetch_add_explicit(&tree->references, 1, memory_order_relaxed);
    return tree;
}

void syntax_tree_release(struct syntax_tree *tree) {
    if (tree && atomic_fetch_sub_explicit(&tree->references, 1, memory_order_acq_rel) == 1) {
        ts_tree_delete(tree->tree);
        text_release(tree->text);
        record_release(tree->record);
        mask_free(&tree->mask);
        vec_free(&tree->line_starts);
        free(tree);
    }
}

// Nobody wants the tree: it goes with its memory, and so does its parser.
static bool extract_and_drop(struct extraction *extraction, struct mask *mask) {
    tree_memory_begin(extraction->syntax->memory);
    extraction->parser = ts_parser_new();
    bool done = extract_tree(extraction, NULL, mask) != NULL;
    ts_parser_delete(extraction->parser);
    tree_memory_end(extraction->syntax->memory);
    return done;
}

// keep: where the tree goes, with the text that `text` is of; NULL when it is not wanted.
static int extract(struct extraction *extraction, struct text *keep, struct syntax_tree **out) {
    struct mask mask = {0};
    str_init(&mask.bytes);
    extraction->keeps_tree = keep != NULL;
    choose_grammar(extraction);
    TSTree *tree = extraction->grammar && keep ? extract_tree(extraction, NULL, &mask) : NULL;
    bool done = tree || (extraction->grammar && !keep && extract_and_drop(extraction, &mask));
    if (!done) {
        forget(extraction->record);
        chunks_by_lines(extraction);
    }
    chunks_finish(extraction);
    if (tree) {
        *out = tree_new(extraction, tree, &mask, keep);
    }
    mask_free(&mask);
    vec_free(&extraction->line_starts);
    int code = done || !extraction->grammar ? 0 : reason_to_stop(extraction->cancel);
    extraction->record->cut_short = code == ERR_TIMEOUT;
    return code;
}

int syntax_extract(struct syntax *syntax, const struct language *language, struct slice text,
                   const struct cancel *cancel, struct record *record) {
    struct extraction extraction;
    begin(&extraction, syntax, language_refine(language, record->path, text), text, record);
    extraction.cancel = cancel;
    return extract(&extraction, NULL, NULL);
}

int syntax_extract_tree(struct syntax *syntax, const struct language *language, struct text *text,
                        const struct cancel *cancel, struct record *record, struct syntax_tree **tree) {
    struct extraction extraction;
    language = language_refine(language, record->path, text_slice(text));
    begin(&extraction, syntax, language, text_slice(text), record);
    extraction.cancel = cancel;
    *tree = NULL;
    return extract(&extraction, text, tree);
}

int syntax_extract_next(struct syntax *syntax, const struct language *language, struct text *text,
                        const struct syntax_tree *before, struct record *record, struct syntax_tree **tree) {
    struct extraction extraction;
    language = language_refine(language, record->path, text_slice(text));
    begin(&extraction, syntax, language, text_slice(text), record);
    extraction.before = before->record;
    extraction.edit = edit_between(text_slice(before->text), text_slice(text));
    choose_grammar(&extraction);
    struct mask mask = {0};
    str_init(&mask.bytes);
    bool same_language = extraction.grammar == before->grammar;
    TSTree *made = same_language ? extract_tree(&extraction, before, &mask) : NULL;
    if (made) {
        chunks_finish(&extraction);
        *tree = tree_new(&extraction, made, &mask, text);
    }
    mask_free(&mask);
    vec_free(&extraction.line_starts);
    return made ? 0 : ERR_TIMEOUT;
}

void syntax_patch(struct syntax *syntax, const struct language *language, struct text *text,
                  struct text *old_text, const struct record *old, struct record *record) {
    struct extraction extraction;
    language = language_refine(language, record->path, text_slice(text));
    begin(&extraction, syntax, language, text_slice(text), record);
    extraction.before = old;
    extraction.edit = edit_between(text_slice(old_text), text_slice(text));
    symbols_by_edit(&extraction, text_slice(old_text));
    chunks_by_edit(&extraction);
    chunks_finish(&extraction);
    vec_free(&extraction.line_starts);
}

void syntax_words(struct syntax *syntax, const struct language *language, struct slice text,
                  struct record *record) {
    struct extraction extraction;
    begin(&extraction, syntax, NULL, text, record);
    extract(&extraction, NULL, NULL);
    record->language = language_id(language_refine(language, record->path, text));
    record->by_words = true;
}
