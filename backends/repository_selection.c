// repository_selection.c - see repository_selection.h.
//
// Most repositories fit: then every file is learned as it comes. Of a larger
// one a part must do, and code resembles the code nearby. So the files are
// sorted by the steps one takes in the tree of folders from where someone works
// to the file: up to the folder that holds both, and down again. Tests count as
// two steps farther away, what was copied from elsewhere as four. Before
// anything is open the way starts at the root, which puts what lies high above
// what lies deep. The nearest are taken until the limit is reached, by their
// size and the bytes that a token took so far.
//
// When someone comes to a folder they were not in lately the choice is made
// anew, but moderately: only a sixteenth of the limit is learned for it, and the
// farthest is forgotten. The last few folders count almost alike (the last one
// decides where the others do not), so going to and fro between two parts of the
// repository changes nothing.
//
//     unknown -(put)-> known -(chosen)-> waiting -(next, learned)-> learned
//                        ^------------------------(next: forget)------'
#include "backends/repository_selection.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "indexer/source.h"

#include <uv.h>

enum { TEST_STEPS = 2, VENDORED_STEPS = 4, FOLDER_BYTES = 1024 };
static const double BYTES_A_TOKEN = 3.5; // of C and Python; until it is known better
static const double SEEN_BEFORE = 65536; // tokens' worth of trust in that

struct candidate {
    const char *path;
    uint64_t hash, learned_hash; // of the bytes: as the index has them, as they were learned
    uint32_t bytes;
    uint32_t tokens; // learned
    enum taint taint;
    bool is_there, is_chosen, is_learned, is_waiting;
};

// A candidate while the choice is made.
struct rated {
    const char *path;
    uint32_t id;
    uint32_t distance;  // from the nearest of the places
    uint32_t from_here; // from the last one
    enum taint taint;
};

struct rated_list {
    struct rated *items;
    size_t count;
    size_t capacity;
};

// Of a fixed size, so that nobody allocates while another thread waits for them.
struct places {
    char folders[SELECTION_PLACES]
                [FOLDER_BYTES]; // worked in, the last one first; of a longer one its beginning
    size_t count;
};

struct selection {
    uv_mutex_t lock;
    uint64_t max_tokens;
    struct intern paths; // id = index of the candidate
    VEC(struct candidate) candidates;
    VEC(uint32_t) queue; // ids to look at, from queue_at on
    size_t queue_at;
    uint64_t known_bytes;    // of all files that are there and worth it
    uint64_t learned_tokens; // now
    double bytes_so_far, tokens_so_far;
    bool is_complete, is_chosen, must_choose;
    bool comes_by_words; // all files will be put before the first is parsed

    uv_mutex_t places_lock; // of what follows, held for moments only
    struct places places;
    bool is_stale; // they changed since the choice
};

struct selection *selection_new(uint64_t max_tokens) {
    struct selection *selection = mem_zero(1, sizeof *selection);
    selection->max_tokens = max_tokens;
    uv_mutex_init(&selection->lock);
    uv_mutex_init(&selection->places_lock);
    intern_init(&selection->paths);
    return selection;
}

void selection_free(struct selection *selection) {
    intern_free(&selection->paths);
    vec_free(&selection->candidates);
    vec_free(&selection->queue);
    uv_mutex_destroy(&selection->lock);
    uv_mutex_destroy(&selection->places_lock);
    free(selection);
}

// --- nearness ---

static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

// Where the part of a path that begins at `at` ends.
static size_t part_end(const char *path, size_t at, size_t length) {
    const char *slash = memchr(path + at, '/', length - at);
    return slash ? (size_t)(slash - path) : length;
}

static uint32_t count_parts(const char *path, size_t at, size_t length) {
    uint32_t parts = at < length;
    for (; at < length; at++) {
        parts += path[at] == '/';
    }
    return parts;
}

uint32_t selection_steps(const char *path, const char *folder) {
    size_t length = folder_length(path), other = strlen(folder), at = 0;
    while (at < length && at < other) {
        size_t end = part_end(path, at, length);
        if (end != part_end(folder, at, other) || memcmp(path + at, folder + at, end - at) != 0) {
            break;
        }
        at = end + 1;
    }
    return count_parts(path, at, length) + count_parts(folder, at, other);
}

static uint32_t taint_steps(enum taint taint) {
    return taint == TAINT_TEST ? TEST_STEPS : taint == TAINT_VENDORED ? VENDORED_STEPS : 0;
}

static void measure(struct rated *rated, const struct places *places) {
    rated->from_here = selection_steps(rated->path, places->count ? places->folders[0] : "");
    rated->distance = rated->from_here;
    for (size_t i = 1; i < places->count; i++) {
        uint32_t steps = selection_steps(rated->path, places->folders[i]);
        rated->distance = steps < rated->distance ? steps : rated->distance;
    }
    rated->distance += taint_steps(rated->taint);
}

bool selection_attend(struct selection *selection, const char *path) {
    size_t length = folder_length(path), at = 0;
    char folder[FOLDER_BYTES] = "";
    memcpy(folder, path, length < FOLDER_BYTES ? length : FOLDER_BYTES - 1);
    uv_mutex_lock(&selection->places_lock);
    struct places *places = &selection->places;
    while (at < places->count && strcmp(places->folders[at], folder) != 0) {
        at++;
    }
    bool is_new = at == places->count;
    if (is_new) {
        places->count += places->count < SELECTION_PLACES;
        at = places->count - 1;
        selection->is_stale = true;
    }
    memmove(places->folders[1], places->folders[0], at * sizeof *places->folders);
    memcpy(places->folders[0], folder, sizeof folder);
    uv_mutex_unlock(&selection->places_lock);
    return is_new;
}

static bool take_stale(struct selection *selection) {
    uv_mutex_lock(&selection->places_lock);
    bool was_stale = selection->is_stale;
    selection->is_stale = false;
    uv_mutex_unlock(&selection->places_lock);
    return was_stale;
}

// --- the choice ---

static uint64_t tokens_of(const struct selection *selection, uint64_t bytes) {
    double each =
        (BYTES_A_TOKEN * SEEN_BEFORE + selection->bytes_so_far) / (SEEN_BEFORE + selection->tokens_so_far);
    return (uint64_t)((double)bytes / each);
}

static bool all_fit(const struct selection *selection) {
    return tokens_of(selection, selection->known_bytes) <= selection->max_tokens;
}

static bool is_known(const struct candidate *candidate) {
    return candidate->is_learned && candidate->learned_hash == candidate->hash;
}

static void enqueue(struct selection *selection, uint32_t id) {
    struct candidate *candidate = &selection->candidates.items[id];
    if (!candidate->is_waiting) {
        candidate->is_waiting = true;
        vec_push(&selection->queue, id);
    }
}

static uint64_t waiting_tokens(const struct selection *selection) {
    uint64_t bytes = 0;
    for (size_t i = selection->queue_at; i < selection->queue.count; i++) {
        const struct candidate *candidate = &selection->candidates.items[selection->queue.items[i]];
        bytes += candidate->is_there && candidate->is_chosen ? candidate->bytes : 0;
    }
    return tokens_of(selection, bytes);
}

static void empty_queue(struct selection *selection) {
    for (size_t i = selection->queue_at; i < selection->queue.count; i++) {
        selection->candidates.items[selection->queue.items[i]].is_waiting = false;
    }
    selection->queue.count = selection->queue_at = 0;
}

static int by_distance(const void *a, const void *b) {
    const struct rated *x = a, *y = b;
    if (x->distance != y->distance) {
        return x->distance < y->distance ? -1 : 1;
    }
    if (x->from_here != y->from_here) {
        return x->from_here < y->from_here ? -1 : 1;
    }
    return x->id < y->id ? -1 : x->id > y->id;
}

static struct rated_list copy_candidates(struct selection *selection, bool *is_complete) {
    struct rated_list list = {0};
    uv_mutex_lock(&selection->lock);
    *is_complete = selection->is_complete;
    for (uint32_t i = 0; i < selection->candidates.count; i++) {
        const struct candidate *candidate = &selection->candidates.items[i];
        if (candidate->is_there) {
            vec_push(&list, ((struct rated){.path = candidate->path, .id = i, .taint = candidate->taint}));
        }
    }
    uv_mutex_unlock(&selection->lock);
    return list;
}

static void rate(struct selection *selection, struct rated_list *list) {
    uv_mutex_lock(&selection->places_lock);
    struct places places = selection->places;
    uv_mutex_unlock(&selection->places_lock);
    for (size_t i = 0; i < list->count; i++) {
        measure(&list->items[i], &places);
    }
    if (list->count) {
        qsort(list->items, list->count, sizeof *list->items, by_distance);
    }
}

// Of the sorted ones the first that the limit and, of those not learned yet, the most allow.
static void choose_of(struct selection *selection, const struct rated_list *sorted, uint64_t most) {
    uint64_t total = 0, fresh = 0;
    for (size_t i = 0; i < sorted->count; i++) {
        struct candidate *candidate = &selection->candidates.items[sorted->items[i].id];
        uint64_t cost = candidate->is_learned ? candidate->tokens : tokens_of(selection, candidate->bytes);
        uint64_t fresh_cost = candidate->is_learned ? 0 : cost;
        bool fits = total + cost <= selection->max_tokens && fresh_cost <= most - fresh;
        candidate->is_chosen = candidate->is_there && fits;
        total += candidate->is_chosen ? cost : 0;
        fresh += candidate->is_chosen ? fresh_cost : 0;
    }
}

static void enqueue_if_due(struct selection *selection, uint32_t id) {
    const struct candidate *candidate = &selection->candidates.items[id];
    if (candidate->is_there && candidate->is_chosen && !is_known(candidate)) {
        enqueue(selection, id);
    }
}

// What is to be forgotten comes first, to have room. Under the lock.
static void fill_queue(struct selection *selection, const struct rated_list *sorted) {
    empty_queue(selection);
    for (uint32_t i = 0; i < selection->candidates.count; i++) {
        const struct candidate *candidate = &selection->candidates.items[i];
        if (candidate->is_learned && !(candidate->is_there && candidate->is_chosen)) {
            enqueue(selection, i);
        }
    }
    for (size_t i = 0; i < sorted->count; i++) {
        enqueue_if_due(selection, sorted->items[i].id);
    }
    for (uint32_t i = 0; i < selection->candidates.count; i++) { // what came while they were sorted
        enqueue_if_due(selection, i);
    }
}

// Measures and sorts without the lock: the index' writer must not wait for a thread of low priority.
static void choose(struct selection *selection) {
    bool is_complete; // now: what comes while they are sorted is not among them
    struct rated_list list = copy_candidates(selection, &is_complete);
    rate(selection, &list);
    uv_mutex_lock(&selection->lock);
    uint64_t most = selection->is_chosen ? waiting_tokens(selection) + selection->max_tokens / SELECTION_MOVE
                                         : UINT64_MAX;
    choose_of(selection, &list, most);
    fill_queue(selection, &list);
    selection->is_chosen = is_complete;
    uv_mutex_unlock(&selection->lock);
    vec_free(&list);
}

// --- what there is ---

static uint32_t id_of(struct selection *selection, const char *path) {
    uint32_t id = intern_add(&selection->paths, slice_of_string(path));
    if (id == selection->candidates.count) {
        struct candidate candidate = {.path = intern_string(&selection->paths, id).data};
        vec_push(&selection->candidates, candidate);
    }
    return id;
}

uint32_t selection_id(struct selection *selection, const char *path, const char **kept) {
    uv_mutex_lock(&selection->lock);
    uint32_t id = id_of(selection, path);
    *kept = selection->candidates.items[id].path;
    uv_mutex_unlock(&selection->lock);
    return id;
}

// bytes: 0 if it is gone, or not worth learning.
static void note(struct selection *selection, uint32_t id, uint32_t bytes) {
    struct candidate *candidate = &selection->candidates.items[id];
    bool is_new = !candidate->is_there;
    selection->known_bytes -= candidate->is_there ? candidate->bytes : 0;
    selection->known_bytes += bytes;
    candidate->bytes = bytes;
    candidate->is_there = bytes > 0;
    if (candidate->is_there && !candidate->is_chosen) {
        candidate->is_chosen = all_fit(selection);
        selection->must_choose |= is_new && !candidate->is_chosen;
    }
    enqueue(selection, id); // also when there is nothing to forget: it may be read at this moment
}

void selection_put(struct selection *selection, const struct record *record) {
    bool is_worth = record->taint != TAINT_GENERATED && record->size <= SOURCE_SIZE_LIMIT;
    uv_mutex_lock(&selection->lock);
    selection->comes_by_words |= record->by_words;
    uint32_t id = id_of(selection, record->path);
    struct candidate *candidate = &selection->candidates.items[id];
    bool is_same = candidate->is_there && record->hash != 0 && candidate->hash == record->hash &&
                   candidate->taint == record->taint;
    if (!is_same) {
        candidate->hash = record->hash;
        candidate->taint = record->taint;
        note(selection, id, is_worth ? (uint32_t)record->size : 0);
    }
    uv_mutex_unlock(&selection->lock);
}

void selection_remove(struct selection *selection, const char *path) {
    uv_mutex_lock(&selection->lock);
    note(selection, id_of(selection, path), 0);
    uv_mutex_unlock(&selection->lock);
}

void selection_complete(struct selection *selection) {
    uv_mutex_lock(&selection->lock);
    selection->is_complete = true;
    uv_mutex_unlock(&selection->lock);
}

bool selection_is_complete(struct selection *selection) {
    uv_mutex_lock(&selection->lock);
    bool is_complete = selection->is_complete;
    uv_mutex_unlock(&selection->lock);
    return is_complete;
}

// --- tasks ---

static bool take_task(struct selection *selection, uint32_t id, struct selection_task *out) {
    struct candidate *candidate = &selection->candidates.items[id];
    candidate->is_waiting = false;
    bool is_wanted = candidate->is_there && candidate->is_chosen;
    if (is_wanted ? is_known(candidate) : !candidate->is_learned) {
        return false;
    }
    selection->learned_tokens -= candidate->tokens;
    candidate->tokens = 0;
    candidate->is_learned = false;
    *out = (struct selection_task){id, candidate->path, candidate->taint, !is_wanted};
    return true;
}

// May anything be learned yet? Not while others hurry to make a large repository searchable. Under the lock.
static bool may_learn(const struct selection *selection) {
    return selection->is_complete || (all_fit(selection) && !selection->comes_by_words);
}

// For newcomers the choice is made when all else is done: each costs as much as there are files.
static bool wants_choice(struct selection *selection) {
    bool has_moved = take_stale(selection);
    uv_mutex_lock(&selection->lock);
    bool is_idle = selection->queue_at == selection->queue.count;
    has_moved = has_moved && (!is_idle || !all_fit(selection));
    selection->must_choose |= has_moved;
    bool wants =
        selection->must_choose && may_learn(selection) && (has_moved || is_idle || !selection->is_chosen);
    selection->must_choose = selection->must_choose && !wants;
    uv_mutex_unlock(&selection->lock);
    return wants;
}

bool selection_next(struct selection *selection, struct selection_task *out) {
    bool found = false;
    if (wants_choice(selection)) {
        choose(selection);
    }
    uv_mutex_lock(&selection->lock);
    while (may_learn(selection) && !found && selection->queue_at < selection->queue.count) {
        found = take_task(selection, selection->queue.items[selection->queue_at++], out);
    }
    if (selection->queue_at == selection->queue.count) {
        selection->queue.count = selection->queue_at = 0;
    }
    uv_mutex_unlock(&selection->lock);
    return found;
}

bool selection_learned(struct selection *selection, uint32_t id, struct slice text, uint64_t tokens) {
    uint64_t hash = hash_bytes(text.data, text.length);
    uv_mutex_lock(&selection->lock);
    struct candidate *candidate = &selection->candidates.items[id];
    selection->bytes_so_far += (double)text.length;
    selection->tokens_so_far += (double)tokens;
    bool fits = selection->learned_tokens + tokens <= selection->max_tokens;
    candidate->is_learned = candidate->is_chosen = fits;
    candidate->learned_hash = hash;
    candidate->tokens = fits ? (uint32_t)tokens : 0;
    selection->learned_tokens += candidate->tokens;
    uv_mutex_unlock(&selection->lock);
    return fits;
}

uint64_t selection_waiting(struct selection *selection) {
    uv_mutex_lock(&selection->lock);
    uint64_t tokens = waiting_tokens(selection);
    uv_mutex_unlock(&selection->lock);
    return tokens;
}
