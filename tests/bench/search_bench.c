// search_bench.c - answers searches of one folder, for tests/bench/search.
//
//     search_bench FOLDER EMBEDDER [FEATURES] <QUERIES >ANSWERS
//
// Indexes the folder as the program does, in memory. EMBEDDER is "none",
// "hashed", the folder of a static table or MODEL=URL, a server that speaks
// OpenAI's /v1/embeddings. Every line of stdin is a search;
// every line of stdout its answers as JSON: "ours", which is without vectors,
// "bm25", and with an embedder "fused", which is with them, and "vectors"; each
// a list of [path, line, last line], best first, lines from 1, and "us", how
// long ours or the fused took. BM25 alone ranks chunks by the search's words as
// they stand, vectors alone by the embedder's cosine.
//
// "recall" is which share of the 20 exactly nearest chunks a search by the estimate finds, "quarter" and "eighth" the same
// with so many of the chunks as candidates, be they few.
//
// With FEATURES, a file gets what the candidates of each search are rated by,
// for fitting weights: number of the search, path, line, last line, features.
#include "backends/embedding_prefix.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/embedder_remote.h"
#include "indexer/indexer.h"
#include "indexer/terms.h"
#include "retrieval/chunks.h"
#include "retrieval/embedder_hashed.h"
#include "retrieval/embedder_static.h"
#include "retrieval/retriever.h"
#include "retrieval/search.h"
#include "retrieval/shelf.h"

#include <stdio.h>

enum { RECALLED = 20, SHOWN = 10, FITTED = 100, WAIT_MS = 10000 };

// A model behind a server, and the thread that moves the bytes.
struct server {
    struct embedder_remote *remote; // NULL: none
    uv_loop_t loop;
    uv_async_t end;
    uv_thread_t thread;
};

struct bench {
    uv_loop_t loop;
    char *root;
    struct indexer *indexer;
    struct snapshot_slot slot;
    struct shelf shelf;
    struct embeddings *embeddings; // NULL: none
    struct server server;
    FILE *features;
};

static void put(void *self, struct record *record, struct slice text) {
    (void)text;
    shelf_put(&((struct bench *)self)->shelf, record);
}

static void remove_path(void *self, const char *path) {
    shelf_remove(&((struct bench *)self)->shelf, path);
}

static void commit(void *self, bool full_pass) {
    shelf_commit(&((struct bench *)self)->shelf, full_pass);
}

static void on_ready(void *context, const struct index_progress *progress) {
    (void)progress;
    uv_stop(&((struct bench *)context)->loop);
}

static int index_folder(struct bench *bench, const char *folder, struct err *err) {
    bench->root = fs_real_path(folder, err);
    if (!bench->root) {
        return ERR_NOT_FOUND;
    }
    struct index_sink sink = index_sink_none();
    sink.self = bench;
    sink.put = put;
    sink.remove = remove_path;
    sink.commit = commit;
    struct indexer_options options = {
        .root = bench->root, .store_path = "", .sink = sink, .on_ready = on_ready, .context = bench};
    int code = indexer_open(&bench->indexer, &bench->loop, &options, err);
    if (code == 0) {
        uv_run(&bench->loop, UV_RUN_DEFAULT);
    }
    return code;
}

static void push_place(struct json *list, const char *path, uint32_t line, uint32_t last) {
    struct json *place = json_push(list, json_array());
    json_push(place, json_new_string(slice_of_string(path)));
    json_push(place, json_new_number(line + 1));
    json_push(place, json_new_number(last + 1));
}

static void place_of(const struct search_hit *hit, uint32_t *line, uint32_t *last) {
    *line = hit->symbol ? hit->symbol->name_line : hit->chunk->start_line;
    *last = hit->symbol ? hit->symbol->end_line : hit->chunk->end_line;
}

static void write_features(FILE *out, int number, const char *path, const struct search_hit *hit) {
    uint32_t line, last;
    place_of(hit, &line, &last);
    fprintf(out, "%d\t%s\t%u\t%u", number, path, line + 1, last + 1);
    for (int i = 0; i < SEARCH_FEATURE_COUNT; i++) {
        fprintf(out, "\t%.4g", (double)hit->features[i]);
    }
    fputc('\n', out);
}

static struct search_near near_to(struct bench *bench, const struct snapshot *snapshot,
                                  const struct vector *vector) {
    static struct bm25_hit hits[SEARCH_NEAR];
    struct search_near near = {.hits = hits};
    near.count = embeddings_search(bench->embeddings, snapshot, vector, NULL, SEARCH_NEAR, hits);
    return near;
}

static size_t nearest(struct bench *bench, const struct snapshot *snapshot, const struct vector *vector,
                      uint32_t candidates, struct bm25_hit hits[RECALLED]) {
    embeddings_set_candidates(bench->embeddings, candidates);
    return embeddings_search(bench->embeddings, snapshot, vector, NULL, RECALLED, hits);
}

// How many of the exactly nearest are among the found; those as near as the last one count as it.
static double recall(struct bench *bench, const struct snapshot *snapshot, const struct vector *vector,
                     uint32_t candidates) {
    struct bm25_hit found[RECALLED], exact[RECALLED];
    size_t all = nearest(bench, snapshot, vector, UINT32_MAX, exact),
           count = nearest(bench, snapshot, vector, candidates, found);
    size_t right = 0;
    for (size_t i = 0; i < count && all; i++) {
        right += found[i].score >= exact[all - 1].score;
    }
    return all ? (double)right / (double)all : 1;
}

static size_t run(const struct bench *bench, const struct snapshot *snapshot, struct slice query,
                  struct search_near near, bool fits, struct search_hit hits[FITTED]) {
    struct search_words words;
    struct search_read read;
    struct slice everywhere = slice_of(NULL, 0);
    struct search_asked asked = {.snapshot = snapshot, .root = bench->root, .text = query};
    search_read_init(&read, &words, &asked);
    size_t count = search_run(snapshot, &words, near, &read, everywhere, fits ? FITTED : SHOWN, hits);
    search_read_free(&read);
    search_words_free(&words);
    return count;
}

// The way's name: "ours" or "fused".
static void answer(struct bench *bench, const struct snapshot *snapshot, struct slice query, int number,
                   struct search_near near, const char *way, struct json *out) {
    static struct search_hit hits[FITTED];
    bool fits = bench->features && strcmp(way, bench->embeddings ? "fused" : "ours") == 0;
    uint64_t start = clock_now_us();
    size_t count = run(bench, snapshot, query, near, fits, hits);
    json_set_number(out, "us", (double)(clock_now_us() - start));
    struct json *list = json_set(out, way, json_array());
    for (size_t i = 0; i < count; i++) {
        uint32_t line, last;
        const char *path = snapshot_file(snapshot, hits[i].at)->record->path;
        place_of(&hits[i], &line, &last);
        if (i < SHOWN) {
            push_place(list, path, line, last);
        }
        if (fits) {
            write_features(bench->features, number, path, &hits[i]);
        }
    }
}

static void push_term(void *context, uint32_t hash) {
    struct query *query = context;
    query->terms[query->term_count++] = (struct weighted_term){hash, 1};
}

static void push_chunks(const struct snapshot *snapshot, const struct bm25_hit *hits, size_t count,
                        struct json *list) {
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = snapshot->segments[hits[i].segment];
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_CHUNKS], hits[i].id);
        const struct chunk *chunk = segment_chunk(segment, hits[i].id);
        push_place(list, segment->files[file].record->path, chunk->start_line, chunk->end_line);
    }
}

static void answer_plainly(const struct snapshot *snapshot, struct slice text, struct json *out) {
    struct bm25_hit hits[SHOWN];
    struct query query = {
        .terms = mem_alloc((text.length + 1) * sizeof *query.terms)}; // a term has two bytes or more
    terms_scan(text, push_term, &query);
    // Like a search, and unlike chunks_lexical, it may take what effort it needs.
    struct bm25_question question = {
        .snapshot = snapshot, .field = SEGMENT_CHUNKS, .terms = query.terms, .count = query.term_count};
    size_t count = bm25_search(&question, SHOWN, hits);
    push_chunks(snapshot, hits, count, json_set(out, "bm25", json_array()));
    free(query.terms);
}

static uint32_t count_chunks(const struct snapshot *snapshot) {
    uint32_t count = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        count += snapshot->segments[s]->fields[SEGMENT_CHUNKS].count;
    }
    return count;
}

// What an embedder adds, if it answers at all.
static void answer_nearly(struct bench *bench, const struct snapshot *snapshot, struct slice query,
                          int number, struct json *out) {
    struct vector vector;
    struct err err;
    if (!bench->embeddings || embeddings_ask(bench->embeddings, query, WAIT_MS, &vector, &err) != 0) {
        return;
    }
    struct search_near near = near_to(bench, snapshot, &vector);
    answer(bench, snapshot, query, number, near, "fused", out);
    push_chunks(snapshot, near.hits, near.count < SHOWN ? near.count : SHOWN,
                json_set(out, "vectors", json_array()));
    uint32_t chunks = count_chunks(snapshot);
    json_set_number(out, "recall", recall(bench, snapshot, &vector, 0));
    json_set_number(out, "quarter", recall(bench, snapshot, &vector, chunks / 4));
    json_set_number(out, "eighth", recall(bench, snapshot, &vector, chunks / 8));
}

static void answer_all(struct bench *bench) {
    char line[4096];
    struct str text;
    str_init(&text);
    const struct snapshot *snapshot = snapshot_pin(&bench->slot);
    for (int number = 0; fgets(line, sizeof line, stdin); number++) {
        struct slice query = slice_trim(slice_of_string(line));
        struct json *out = json_object();
        answer(bench, snapshot, query, number, (struct search_near){0}, "ours", out);
        answer_plainly(snapshot, query, out);
        answer_nearly(bench, snapshot, query, number, out);
        json_print(out, &text);
        puts(text.data);
        json_free(out);
        str_clear(&text);
    }
    snapshot_unpin(&bench->slot, snapshot);
    str_free(&text);
}

static void on_embedded(void *context, const struct embeddings_progress *progress) {
    if (progress->trouble[0]) {
        err_set(context, ERR_IO, "%s", progress->trouble);
    }
}

// --- a server ---

static void on_end(uv_async_t *end) {
    struct server *server = end->data;
    embedder_remote_release(server->remote);
    uv_close((uv_handle_t *)end, NULL);
}

static void turn(void *context) {
    uv_run(&((struct server *)context)->loop, UV_RUN_DEFAULT);
}

// `name` is MODEL=URL.
static struct embedder *open_server(struct server *server, const char *name, struct err *err) {
    char *model = mem_copy_string(name), *url = strchr(model, '=') + 1;
    url[-1] = '\0';
    struct embedding_prefixes usual = embedding_prefixes_of(model);
    struct embedding_server asked = {.provider = "openai",
                                     .url = url,
                                     .model = model,
                                     .key = "",
                                     .key_command = "",
                                     .query_prefix = usual.query,
                                     .passage_prefix = usual.passage};
    uv_loop_init(&server->loop);
    if (embedder_remote_new(&server->remote, &server->loop, &asked, false, err) == 0) {
        server->end.data = server;
        uv_async_init(&server->loop, &server->end, on_end);
        uv_thread_create(&server->thread, turn, server);
    }
    free(model);
    return server->remote ? embedder_remote_embedder(server->remote) : NULL;
}

static void close_server(struct server *server) {
    if (server->remote) {
        uv_async_send(&server->end);
        uv_thread_join(&server->thread);
        uv_loop_close(&server->loop);
    }
}

static struct embedder *open_embedder(struct bench *bench, const char *name, struct err *err) {
    return strcmp(name, "hashed") == 0 ? embedder_hashed_new()
           : strchr(name, '=')         ? open_server(&bench->server, name, err)
                                       : embedder_static_new(name);
}

static int open_embeddings(struct bench *bench, const char *name, struct err *err) {
    struct embedder *embedder = strcmp(name, "none") == 0 ? NULL : open_embedder(bench, name, err);
    if (embedder) {
        struct embeddings_options options = {.embedder = embedder,
                                             .root = bench->root,
                                             .slot = &bench->slot,
                                             .on_progress = on_embedded,
                                             .context = err};
        bench->embeddings = embeddings_new(&options);
        embeddings_settle(bench->embeddings);
    }
    return err->code;
}

int main(int argc, char **argv) {
    struct bench bench = {0};
    struct err err = {0};
    if (argc < 3 || argc > 4) {
        fputs("usage: search_bench FOLDER EMBEDDER [FEATURES] <QUERIES >ANSWERS\n", stderr);
        return 2;
    }
    uv_loop_init(&bench.loop);
    snapshot_slot_init(&bench.slot);
    shelf_init(&bench.shelf, &bench.slot);
    if (index_folder(&bench, argv[1], &err) != 0 || open_embeddings(&bench, argv[2], &err) != 0) {
        log_error("%s", err.message);
        return 1;
    }
    bench.features = argc > 3 ? fopen(argv[3], "w") : NULL;
    answer_all(&bench);
    if (bench.features) {
        fclose(bench.features);
    }
    indexer_close(bench.indexer);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    embeddings_free(bench.embeddings);
    close_server(&bench.server);
    shelf_fini(&bench.shelf);
    snapshot_slot_fini(&bench.slot);
    free(bench.root);
    return 0;
}
