// embedder_static.c - see embedder_static.h.
//
// Rows are kept as bytes with a scale each. Whatever the file holds, tokens
// without a row are left out when a text is embedded.
#include "retrieval/embedder_static.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/spill.h"
#include "retrieval/safetensors.h"
#include "retrieval/wordpiece.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <uv.h>

enum { BATCH = 64, NAME_BYTES = 40 };

struct row {
    struct vector vector;
    float scale; // of its components
};

struct table {
    struct row *rows;
    uint32_t row_count;
    uint32_t *mapping; // token -> row; NULL: the same
    float *weights;    // of each token; NULL: all alike
    uint32_t token_count;
};

struct static_embedder {
    struct embedder embedder;
    char *folder;
    char name[NAME_BYTES];
    struct table table;
    struct wordpiece *tokenizer;
    atomic_bool is_ready;
    uint64_t refused;   // the state of the files that were no table; 0: none were. Written by prepare alone
    uv_mutex_t lock;    // of what embed is to say:
    struct err refusal; // code 0: there is none
};

// --- reading ---

static void quantize_row(const float *values, uint64_t columns, struct row *row) {
    float kept[VECTOR_DIMENSIONS] = {0}, longest = 0;
    for (uint64_t i = 0; i < columns && i < VECTOR_DIMENSIONS; i++) {
        kept[i] = values[i];
        longest = fmaxf(longest, fabsf(values[i]));
    }
    vector_quantize(kept, &row->vector);
    row->scale = longest / 127;
}

static int read_rows(struct table *table, struct safetensors *file, struct err *err) {
    struct tensor tensor;
    int code = safetensors_find(file, "embeddings", &tensor, err);
    if (code || tensor.rows > WORDPIECE_VOCABULARY || tensor.type == TENSOR_I64) {
        return code
                   ? code
                   : err_set(
                         err, ERR_UNSUPPORTED,
                         "its tensor \"embeddings\" is larger or of another type than a table of a million tokens");
    }
    float *values = mem_alloc(tensor.columns * sizeof *values);
    table->rows = spill_alloc_resting(tensor.rows * sizeof *table->rows);
    table->row_count = (uint32_t)tensor.rows;
    for (uint32_t row = 0; row < table->row_count && code == 0; row++) {
        code = safetensors_read(file, &tensor, row, values, err);
        if (code == 0) {
            quantize_row(values, tensor.columns, &table->rows[row]);
        }
    }
    free(values);
    return code;
}

// One number for each token; *count 0 if there is no such tensor.
static int read_numbers(struct safetensors *file, const char *name, float **out, uint32_t *count,
                        struct err *err) {
    struct tensor tensor;
    struct err ignored;
    *count = 0;
    int code = safetensors_find(file, name, &tensor, &ignored);
    if (code) {
        return code == ERR_NOT_FOUND ? 0 : err_set(err, code, "%s", ignored.message);
    }
    if (tensor.columns != 1 || tensor.rows > WORDPIECE_VOCABULARY) {
        return err_set(err, ERR_INVALID, "its tensor \"%s\" is not one number for each token", name);
    }
    *out = mem_alloc(tensor.rows * sizeof **out);
    *count = (uint32_t)tensor.rows;
    for (uint32_t i = 0; i < *count && code == 0; i++) {
        code = safetensors_read(file, &tensor, i, *out + i, err);
    }
    return code;
}

static int read_mapping(struct table *table, struct safetensors *file, struct err *err) {
    float *numbers = NULL;
    uint32_t count = 0;
    int code = read_numbers(file, "mapping", &numbers, &count, err);
    table->token_count = table->row_count;
    if (code == 0 && count) {
        table->mapping = mem_alloc(count * sizeof *table->mapping);
        table->token_count = count;
        for (uint32_t i = 0; i < count; i++) {
            bool is_row = numbers[i] >= 0 && numbers[i] < (float)table->row_count;
            table->mapping[i] = is_row ? (uint32_t)numbers[i] : table->row_count;
        }
    }
    free(numbers);
    return code;
}

static int read_weights(struct table *table, struct safetensors *file, struct err *err) {
    uint32_t count = 0;
    int code = read_numbers(file, "weights", &table->weights, &count, err);
    if (code == 0 && count && count < table->token_count) {
        code = err_set(err, ERR_INVALID, "its tensor \"weights\" has fewer numbers than there are tokens");
    }
    return code;
}

static int read_table(struct static_embedder *self, struct err *err) {
    struct safetensors *file = NULL;
    char *path = fs_join(self->folder, "model.safetensors");
    struct err cause = {0};
    int code = safetensors_open(path, &file, &cause);
    code = code ? code : read_rows(&self->table, file, &cause);
    code = code ? code : read_mapping(&self->table, file, &cause);
    code = code ? code : read_weights(&self->table, file, &cause);
    if (code) {
        bool is_named = strncmp(cause.message, path, strlen(path)) == 0;
        err_set(err, code, "%s%s%s", is_named ? "" : path, is_named ? "" : ": ", cause.message);
    }
    safetensors_close(file);
    free(path);
    return code;
}

static int read_tokenizer(struct static_embedder *self, uint64_t *hash, struct err *err) {
    char *path = fs_join(self->folder, "tokenizer.json");
    struct str text;
    str_init(&text);
    int code = fs_read(path, WORDPIECE_FILE, &text, err);
    *hash = hash_bytes(text.data, text.length);
    code = code ? code : wordpiece_parse(str_slice(&text), path, &self->tokenizer, err);
    str_free(&text);
    free(path);
    return code;
}

static void drop(struct static_embedder *self) {
    spill_free(self->table.rows);
    free(self->table.mapping);
    free(self->table.weights);
    wordpiece_free(self->tokenizer);
    self->table = (struct table){0};
    self->tokenizer = NULL;
}

// Of all that its vectors depend on.
static uint64_t hash_table(const struct table *table) {
    uint64_t parts[] = {
        hash_bytes(table->rows, table->row_count * sizeof *table->rows),
        table->mapping ? hash_bytes(table->mapping, table->token_count * sizeof *table->mapping) : 0,
        table->weights ? hash_bytes(table->weights, table->token_count * sizeof *table->weights) : 0};
    return hash_bytes(parts, sizeof parts);
}

// Of the files as they lie there: what was no table is read again once it has changed.
static uint64_t state_of(const struct static_embedder *self) {
    static const char *const names[] = {"model.safetensors", "tokenizer.json"};
    uint64_t parts[6] = {0};
    for (size_t i = 0; i < 2; i++) {
        struct stat status;
        char *path = fs_join(self->folder, names[i]);
        if (stat(path, &status) == 0) {
            parts[3 * i] = (uint64_t)status.st_size;
            parts[3 * i + 1] = (uint64_t)status.st_mtim.tv_sec;
            parts[3 * i + 2] = (uint64_t)status.st_mtim.tv_nsec;
        }
        free(path);
    }
    return hash_bytes(parts, sizeof parts) | 1;
}

static int read_files(struct static_embedder *self, struct err *err) {
    uint64_t hash = 0;
    struct err cause = {0};
    int code = read_tokenizer(self, &hash, &cause);
    code = code ? code : read_table(self, &cause);
    if (code) {
        drop(self);
        return err_set(
            err, code,
            "%s (embedder.path must be a folder with model2vec's model.safetensors and tokenizer.json)",
            cause.message);
    }
    snprintf(self->name, sizeof self->name, "static %016" PRIx64, hash ^ hash_table(&self->table));
    atomic_store_explicit(&self->is_ready, true, memory_order_release);
    return 0;
}

static int prepare(struct embedder *embedder, struct err *err) {
    struct static_embedder *self = (struct static_embedder *)embedder;
    uint64_t state = state_of(self);
    if (state != self->refused) {
        struct err refusal = {0};
        self->refused = read_files(self, &refusal) ? state : 0;
        uv_mutex_lock(&self->lock);
        self->refusal = refusal;
        uv_mutex_unlock(&self->lock);
    }
    if (self->refused) {
        *err = self->refusal;
    }
    return self->refused ? err->code : 0;
}

// --- embedding ---

struct sum {
    const struct table *table;
    float values[VECTOR_DIMENSIONS];
};

static void add_token(void *context, uint32_t token) {
    struct sum *sum = context;
    const struct table *table = sum->table;
    uint32_t number = token >= table->token_count ? table->row_count
                      : table->mapping            ? table->mapping[token]
                                                  : token;
    if (number >= table->row_count) {
        return;
    }
    const struct row *row = &table->rows[number];
    float scale = table->weights ? row->scale * table->weights[token] : row->scale;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        sum->values[i] += scale * (float)row->vector.components[i];
    }
}

// In the words that prepare had for it, so that whoever tells of both tells it once.
static int refuse(struct static_embedder *self, struct err *err) {
    err_set(err, ERR_UNAVAILABLE, "the table of %s is not read yet", self->folder);
    uv_mutex_lock(&self->lock);
    if (self->refusal.code) {
        err_set(err, ERR_UNAVAILABLE, "%s", self->refusal.message);
    }
    uv_mutex_unlock(&self->lock);
    return ERR_UNAVAILABLE;
}

static int embed(struct embedder *embedder, const struct slice *texts, size_t count, struct vector *out,
                 struct err *err) {
    struct static_embedder *self = (struct static_embedder *)embedder;
    if (!atomic_load_explicit(&self->is_ready, memory_order_acquire)) {
        return refuse(self, err);
    }
    for (size_t i = 0; i < count; i++) {
        struct sum sum = {.table = &self->table};
        wordpiece_scan(self->tokenizer, texts[i], add_token, &sum);
        vector_quantize(sum.values, &out[i]);
    }
    return 0;
}

static void rest(struct embedder *embedder) {
    const struct table *table = &((struct static_embedder *)embedder)->table;
    if (table->rows) {
        spill_rest(table->rows, table->row_count * sizeof *table->rows);
    }
}

static void close_static(struct embedder *embedder) {
    struct static_embedder *self = (struct static_embedder *)embedder;
    drop(self);
    uv_mutex_destroy(&self->lock);
    free(self->folder);
    free(self);
}

struct embedder *embedder_static_new(const char *folder) {
    static const struct embedder_operations operations = {
        .prepare = prepare, .embed = embed, .rest = rest, .close = close_static};
    struct static_embedder *self = mem_zero(1, sizeof *self);
    self->folder = mem_copy_string(folder);
    uv_mutex_init(&self->lock);
    self->embedder =
        (struct embedder){.operations = &operations, .model = self->name, .batch = BATCH, .is_kept = true};
    return &self->embedder;
}
