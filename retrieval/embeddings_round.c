// embeddings_round.c - brings the vectors to what a snapshot shows; see embeddings.h.
//
// Vectors lie in one array in the order in which they came, so a search scans memory from end to end. Those of a file
// that is gone are set to zero, which is near to nothing; when they are too many, or the array is full, the living are
// copied into a new one. Only the thread writes. It copies without the lock and takes it for the moment in which readers
// would see half of a change.
#include "retrieval/embeddings_internal.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/spill.h"
#include "base/utf8.h"
#include "retrieval/file_text.h"

#include <stdlib.h>

enum {
    LONGEST_PAUSE_US = 30000000,
    LEAST_ROOM = 1024,
    FILES_AT_ONCE = 4096, // wait for a batch of texts at most: some have no chunks
    TRIMMED_WITHOUT = 8   // what is kept is tidied only if fewer chunks than one in so many are missing
};

// --- the array ---

void embeddings_free_room(struct vectors *vectors, int32_t *owners, uint64_t *texts) {
    vectors_free(vectors);
    spill_free(owners);
    spill_free(texts);
}

void embeddings_make_room(struct embeddings *self, uint32_t more) {
    uint32_t living = self->vectors.count - self->gone;
    uint32_t room = 2 * living > living + more ? 2 * living : living + more;
    struct vectors vectors, old_vectors = self->vectors;
    int32_t *owners, *old_owners = self->owners;
    uint64_t *texts, *old_texts = self->texts;
    room = room > LEAST_ROOM ? room : LEAST_ROOM;
    vectors_init(&vectors, room);
    owners = spill_alloc_resting(room * sizeof *owners);
    texts = spill_alloc_resting(room * sizeof *texts);
    for (uint32_t at = 0; at < old_vectors.count; at++) {
        if (old_owners[at] != EMBEDDINGS_NOBODY) {
            struct embedded_file *file = &self->files.items[old_owners[at]];
            file->first = at == file->first ? vectors.count : file->first;
            owners[vectors.count] = old_owners[at];
            texts[vectors.count] = old_texts[at];
            vectors.vectors[vectors.count++] = old_vectors.vectors[at];
        }
    }
    vectors_center(&vectors);
    uv_rwlock_wrlock(&self->lock);
    self->vectors = vectors;
    self->owners = owners;
    self->texts = texts;
    self->room = room;
    self->centered = vectors.count;
    self->gone = 0;
    uv_rwlock_wrunlock(&self->lock);
    embeddings_free_room(&old_vectors, old_owners, old_texts);
}

// Under the lock.
static void forget_file(struct embeddings *self, struct embedded_file *file) {
    for (uint32_t i = file->first; i < file->first + file->count; i++) {
        vectors_clear(&self->vectors, i);
        self->owners[i] = EMBEDDINGS_NOBODY;
    }
    self->gone += file->count;
    *file = (struct embedded_file){0};
}

static void forget_unseen(struct embeddings *self, uint64_t round) {
    uv_rwlock_wrlock(&self->lock);
    for (size_t i = 0; i < self->files.count; i++) {
        if (self->files.items[i].seen && self->files.items[i].seen != round) {
            forget_file(self, &self->files.items[i]);
        }
    }
    uv_rwlock_wrunlock(&self->lock);
    if (self->gone > LEAST_ROOM && self->gone > self->vectors.count / 2) {
        embeddings_make_room(self, 0);
    }
}

// --- one round ---

// A file that the snapshot shows and that has no vectors yet.
struct missing {
    struct record *record;
    struct text *text;
};

struct round {
    uint64_t number;
    VEC(struct missing) missing;
    struct embeddings_progress progress;
    bool has_brought; // vectors
    struct err err;
    // What waits for the embedder: the texts of whole files, chunk by chunk.
    struct arena arena;
    VEC(struct slice) texts;
    VEC(uint64_t) hashes; // of the texts
    VEC(struct missing) files;
};

static struct embedded_file *find_file(const struct embeddings *self, const char *path) {
    uint32_t id = intern_find(&self->paths, slice_of_string(path));
    return id == INTERN_NONE ? NULL : &self->files.items[id];
}

static bool is_embedded(const struct embedded_file *file, const struct record *record) {
    return file && file->seen && file->hash == record->hash && file->count == record->chunk_count;
}

static void look_at_file(struct embeddings *self, const struct segment_file *shown, struct round *round) {
    struct embedded_file *file = find_file(self, shown->record->path);
    if (shown->record->by_words) {
        return;
    }
    round->progress.total += shown->record->chunk_count;
    if (is_embedded(file, shown->record)) {
        file->seen = round->number; // which readers do not look at
        round->progress.done += shown->record->chunk_count;
    } else {
        vec_push(&round->missing, (struct missing){record_retain(shown->record),
                                                   shown->text ? text_retain(shown->text) : NULL});
    }
}

// What is missing, and what is there for nothing.
static void look(struct embeddings *self, struct round *round) {
    const struct snapshot *snapshot = snapshot_pin(self->slot);
    if (embedder_learn(self->embedder, snapshot)) { // anew
        forget_unseen(self, round->number);
    }
    struct snapshot_walk walk = snapshot_walk_files(snapshot);
    while (snapshot_walk_next(&walk)) {
        look_at_file(self, snapshot_file(snapshot, walk.at), round);
    }
    snapshot_unpin(self->slot, snapshot);
    forget_unseen(self, round->number);
}

static void release_files(struct missing *files, size_t count) {
    for (size_t i = 0; i < count; i++) {
        record_release(files[i].record);
        text_release(files[i].text);
    }
}

// Under the lock. A chunk without any direction is near to nothing.
static void add_file(struct embeddings *self, const struct record *record, const struct vector *vectors,
                     const uint64_t *texts, uint64_t round) {
    uint32_t id = intern_add(&self->paths, slice_of_string(record->path));
    if (id == self->files.count) {
        vec_push(&self->files, (struct embedded_file){0});
    }
    struct embedded_file *file = &self->files.items[id];
    if (file->seen) {
        forget_file(self, file);
    }
    *file = (struct embedded_file){
        .hash = record->hash, .seen = round, .first = self->vectors.count, .count = record->chunk_count};
    for (uint32_t chunk = 0; chunk < record->chunk_count; chunk++) {
        self->owners[self->vectors.count] = (int32_t)id;
        self->texts[self->vectors.count] = texts[chunk];
        vectors_push(&self->vectors, &vectors[chunk]);
    }
}

static void add_files(struct embeddings *self, const struct round *round, const struct vector *vectors) {
    const uint64_t *texts = round->hashes.items;
    if (self->vectors.count + round->texts.count > self->room) {
        embeddings_make_room(self, (uint32_t)round->texts.count);
    }
    for (size_t i = 0; i < round->files.count; i++) {
        uv_rwlock_wrlock(&self->lock); // for a file at a time, so that nobody waits long
        add_file(self, round->files.items[i].record, vectors, texts, round->number);
        uv_rwlock_wrunlock(&self->lock);
        vectors += round->files.items[i].record->chunk_count;
        texts += round->files.items[i].record->chunk_count;
    }
}

static bool is_stopping(struct embeddings *self) {
    uv_mutex_lock(&self->turns);
    bool stopping = self->stopping;
    uv_mutex_unlock(&self->turns);
    return stopping;
}

static void tell(const struct embeddings *self, const struct round *round) {
    if (self->on_progress) {
        self->on_progress(self->context, &round->progress);
    }
}

// Typing comes first; but whoever never rests gets vectors in the end.
static void await_quiet(struct embeddings *self) {
    uint64_t latest = clock_now_us() + LONGEST_PAUSE_US;
    uv_mutex_lock(&self->turns);
    for (uint64_t now = clock_now_us(); !self->stopping && now < self->quiet_us && now < latest;
         now = clock_now_us()) {
        uv_cond_timedwait(&self->turned, &self->turns, (self->quiet_us - now) * 1000);
    }
    uv_mutex_unlock(&self->turns);
}

// The texts without a kept vector, by number.
struct batch {
    VEC(uint32_t) numbers;
    VEC(struct slice) texts;
    VEC(uint64_t) hashes;
};

static void find_kept(struct embeddings *self, const struct round *round, struct vector *vectors,
                      struct batch *batch) {
    for (uint32_t i = 0; i < round->texts.count; i++) {
        if (!self->kept || !store_vectors_get(self->kept, round->hashes.items[i], &vectors[i])) {
            vec_push(&batch->numbers, i);
            vec_push(&batch->texts, round->texts.items[i]);
            vec_push(&batch->hashes, round->hashes.items[i]);
        }
    }
}

// What cannot be kept is lost at the end; that is told once, and nothing is kept any more.
static void keep(struct embeddings *self, struct round *round, const uint64_t *hashes,
                 const struct vector *made, size_t count) {
    if (self->kept && store_vectors_put(self->kept, hashes, made, count, &round->err) != 0) {
        round->progress.trouble = round->err.message;
        tell(self, round);
        store_vectors_close(self->kept);
        self->kept = NULL;
    }
}

static int embed_batch(struct embeddings *self, struct round *round, const struct batch *batch, size_t at,
                       struct vector *vectors) {
    size_t left = batch->texts.count - at,
           count = left < self->embedder->batch ? left : self->embedder->batch;
    struct vector *made = mem_alloc(count * sizeof *made);
    await_quiet(self);
    int code = embedder_embed(self->embedder, batch->texts.items + at, count, made, &round->err);
    for (size_t i = 0; i < count && code == 0; i++) {
        vectors[batch->numbers.items[at + i]] = made[i];
    }
    if (code == 0) {
        keep(self, round, batch->hashes.items + at, made, count);
    }
    free(made);
    return code;
}

static int embed_texts(struct embeddings *self, struct round *round, struct vector *vectors) {
    struct batch batch = {0};
    int code = 0;
    find_kept(self, round, vectors, &batch);
    for (size_t at = 0; at < batch.texts.count && code == 0; at += self->embedder->batch) {
        code = embed_batch(self, round, &batch, at, vectors);
    }
    vec_free(&batch.numbers);
    vec_free(&batch.texts);
    vec_free(&batch.hashes);
    return code;
}

// What waits for the embedder goes through it and is shown.
static int flush(struct embeddings *self, struct round *round) {
    struct vector *vectors = mem_alloc((round->texts.count + 1) * sizeof *vectors);
    int code = embed_texts(self, round, vectors);
    if (code == 0) {
        add_files(self, round, vectors);
        round->progress.done += round->texts.count;
        round->has_brought = true;
    }
    release_files(round->files.items, round->files.count);
    arena_free(&round->arena);
    round->texts.count = round->hashes.count = round->files.count = 0;
    free(vectors);
    return code;
}

// The chunk as an embedder reads it: below the header of the definition that it is the middle of.
static struct slice text_of(const struct record *record, const struct chunk *chunk, struct slice text,
                            struct arena *arena) {
    struct slice header = slice_of_string(record_chunk_header(record, chunk));
    struct slice body = slice_sub(text, chunk->start_byte, chunk->end_byte);
    size_t most = EMBEDDER_TEXT_BYTES - (header.length < EMBEDDER_TEXT_BYTES / 2 ? header.length + 1 : 0);
    body = slice_sub(body, 0, body.length > most ? utf8_floor(body, most) : body.length);
    return slice_of_string(arena_format(arena, "%.*s%s%.*s", (int)header.length, header.data,
                                        header.length ? "\n" : "", (int)body.length, body.data));
}

// A file that is not any more as it was indexed has no text: another record of it will come.
static void queue_file(const struct embeddings *self, struct missing *missing, struct round *round) {
    struct str buffer;
    str_init(&buffer);
    struct record *record = record_unpack(missing->record);
    struct slice text =
        file_text(&(struct segment_file){missing->record, missing->text}, self->root, &buffer);
    if (text.length || record->chunk_count == 0) {
        for (uint32_t i = 0; i < record->chunk_count; i++) {
            struct slice chunk = text_of(record, &record->chunks[i], text, &round->arena);
            vec_push(&round->texts, chunk);
            vec_push(&round->hashes, hash_bytes(chunk.data, chunk.length));
        }
        vec_push(&round->files, *missing);
        *missing = (struct missing){0};
    }
    record_release(record);
    str_free(&buffer);
}

// False: it was cut short.
static bool work(struct embeddings *self, struct round *round) {
    int code = 0;
    if (round->missing.count) {
        tell(self, round);
    }
    for (size_t i = 0; i < round->missing.count && code == 0 && !is_stopping(self); i++) {
        queue_file(self, &round->missing.items[i], round);
        bool is_last = i + 1 == round->missing.count;
        if (is_last || round->texts.count >= self->embedder->batch || round->files.count >= FILES_AT_ONCE) {
            code = flush(self, round);
            round->progress.trouble = code ? round->err.message : "";
            tell(self, round);
        }
    }
    return code == 0 && !is_stopping(self);
}

static void open_kept(struct embeddings *self, struct round *round) {
    if (self->kept_path && self->embedder->is_kept &&
        store_vectors_open(&self->kept, self->kept_path, self->embedder->model, sizeof(struct vector),
                           &round->err) != 0) {
        round->progress.trouble = round->err.message;
        tell(self, round);
    }
}

static bool prepare(struct embeddings *self, struct round *round) {
    if (self->is_prepared) {
        return true;
    }
    if (embedder_prepare(self->embedder, &round->err) != 0) {
        round->progress.trouble = round->err.message;
        tell(self, round);
        return false;
    }
    open_kept(self, round);
    self->is_prepared = true;
    return true;
}

// After a round that brought something: what the store has for texts that are no more goes when it is the larger part.
// A few files that cannot be read hinder nothing; many may be back soon.
static void trim_kept(struct embeddings *self, struct round *round) {
    uint64_t missing = round->progress.total - round->progress.done;
    if (!self->kept || !round->has_brought || missing > round->progress.total / TRIMMED_WITHOUT) {
        return;
    }
    VEC(uint64_t) texts = {0};
    for (uint32_t i = 0; i < self->vectors.count; i++) {
        if (self->owners[i] != EMBEDDINGS_NOBODY) {
            vec_push(&texts, self->texts[i]);
        }
    }
    store_vectors_trim(self->kept, texts.items, texts.count, &round->err);
    vec_free(&texts);
}

void embeddings_run_round(struct embeddings *self, uint64_t number) {
    struct round round = {.number = number, .progress.trouble = ""};
    arena_init(&round.arena);
    if (prepare(self, &round)) {
        look(self, &round);
        if (work(self, &round)) {
            trim_kept(self, &round);
        }
        if (self->vectors.count > 2 * self->centered) { // the mean is of few of them
            embeddings_make_room(self, 0);
        }
        self->is_untidy = self->is_untidy || round.has_brought;
        round.progress.ended = true;
        tell(self, &round);
    }
    release_files(round.missing.items, round.missing.count);
    release_files(round.files.items, round.files.count);
    arena_free(&round.arena);
    vec_free(&round.missing);
    vec_free(&round.texts);
    vec_free(&round.hashes);
    vec_free(&round.files);
}
