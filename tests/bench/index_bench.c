// index_bench.c - what the indexer's raw material costs: a bare parse, and words alone.
//
//   index_bench ROOT [parse|extract|words] prints one line of JSON
//
// Takes the files that `hunch index` would take, reads them first, then
// measures the processor time of one thread over them in memory, a thread of
// the index's low priority, so that what else runs on the machine costs both alike:
//
//   parse     ts_parser_parse of each and dropping its tree, with the allocator
//             that the index gives tree-sitter: the index is measured against it
//   extract   parse, symbols, chunks and their terms: what a parsing thread does
//   words     chunks by lines and their terms: what the first pass does
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/priority.h"
#include "base/vec.h"
#include "indexer/language_internal.h"
#include "indexer/syntax.h"
#include "indexer/tree_memory.h"
#include "indexer/walk.h"

#include <stdio.h>
#include <stdlib.h>

struct source {
    char *path;
    struct str text;
    const struct language *language;
};

struct sources {
    struct source *items;
    size_t count;
    size_t capacity;
    const char *root;
    uint64_t bytes;
};

static void take(void *context, const char *path, const struct source_stat *status) {
    (void)status;
    struct sources *sources = context;
    struct source source = {.path = mem_copy_string(path)};
    struct source_stat now;
    str_init(&source.text);
    if (source_read(sources->root, path, &source.text, &now) != 0 ||
        source_judge_text(path, str_slice(&source.text)) != SKIP_NOT) {
        str_free(&source.text);
        free(source.path);
        return;
    }
    source.language = language_refine(language_of_path(path), path, str_slice(&source.text));
    sources->bytes += source.text.length;
    vec_push(sources, source);
}

static void parse_all(const struct sources *sources) {
    struct tree_memory *memory = tree_memory_new();
    tree_memory_begin(memory);
    TSParser *parser = ts_parser_new();
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        const struct grammar *grammar = source->language ? language_grammar(source->language) : NULL;
        if (grammar && ts_parser_set_language(parser, grammar->language)) {
            ts_tree_delete(
                ts_parser_parse_string(parser, NULL, source->text.data, (uint32_t)source->text.length));
        }
    }
    ts_parser_delete(parser);
    tree_memory_end(memory);
    tree_memory_free(memory);
}

static void extract_all(const struct sources *sources, bool by_syntax) {
    struct syntax *syntax = syntax_new();
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        struct record *record = record_new(source->path);
        record->hash = hash_bytes(source->text.data, source->text.length);
        if (by_syntax) {
            syntax_extract(syntax, source->language, str_slice(&source->text), NULL, record);
        } else {
            syntax_words(syntax, source->language, str_slice(&source->text), record);
        }
        record_release(record);
    }
    syntax_free(syntax);
}

static void compile_queries(const struct sources *sources) {
    for (size_t i = 0; i < sources->count; i++) {
        if (sources->items[i].language) {
            language_grammar(sources->items[i].language);
        }
    }
}

static uint64_t measure(const struct sources *sources, const char *what) {
    uint64_t start = clock_thread_us();
    if (strcmp(what, "parse") == 0) {
        parse_all(sources);
    } else {
        extract_all(sources, strcmp(what, "words") != 0);
    }
    return clock_thread_us() - start;
}

int main(int argc, char **argv) {
    mem_set_up(); // as hunch does
    if (argc != 3) {
        fprintf(stderr, "usage: index_bench ROOT parse|extract|words\n");
        return 2;
    }
    struct sources sources = {.root = argv[1]};
    struct walk_stats stats;
    struct err err;
    if (walk_run(argv[1], NULL, take, &sources, &stats, &err) != 0) {
        log_error("%s", err.message);
        return 1;
    }
    compile_queries(&sources);
    priority_lower();
    uint64_t us = measure(&sources, argv[2]);
    printf("{\"files\": %zu, \"bytes\": %llu, \"seconds\": %.3f}\n", sources.count,
           (unsigned long long)sources.bytes, (double)us / 1e6);
    return 0;
}
