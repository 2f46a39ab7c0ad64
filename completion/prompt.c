// prompt.c - see prompt.h.
//
// The order of decisions: how much each part may have, the block, then the
// prefix in what the block leaves, then the suffix. None of the shares depends
// on anything that a keystroke changes by more than a few bytes, so that one
// part does not move because another did.
#include "completion/prompt.h"

#include "base/utf8.h"
#include "completion/postprocess.h"
#include "completion/region.h"
#include "completion/window.h"

#include <math.h>

enum {
    AROUND = 32 * 1024, // bytes before the cursor, at most, that are compared with the block
    SAMPLE = 4096,      // bytes before and behind the cursor that tell how long a token is here
    GROWTH = 2048,      // bytes that a short document's prefix may grow by before the block is in its way
    OWN_TOKENS = 1024,  // of the document before the cursor, which come before any context in a small window
    LEAST_SUFFIX = 768, // bytes; less saves too little to go without
    SUFFIX_STEP = 256
};

static const double USED = 0.98;       // of the window: an estimate errs
static const double USUAL_DENSITY = 3; // bytes a token, where there is no text to tell
static const double MOST_OF_USUAL = 1.5;
static const double FAR_MORE = 1.25;
static const double A_LITTLE_LESS = 0.95; // so that it need not change soon

// A document as the last prompt showed it.
struct shown {
    char *path;
    double density; // bytes a token
    struct str header;
    size_t region;
    size_t line; // where the cursor's starts
    struct block block;
    struct window window;
};

struct prompt_memory {
    struct shown *documents[PROMPT_DOCUMENTS]; // most recent first
    struct str last;                           // prompt
};

struct budget {
    double tokens; // of the prompt
    size_t total;  // the same in bytes
    size_t text;   // of block, prefix and suffix
    size_t suffix; // at most
    size_t block;  // at most
    size_t fill;   // of it when it is made
};

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

// --- memory ---

struct prompt_memory *prompt_memory_new(void) {
    struct prompt_memory *memory = mem_zero(1, sizeof *memory);
    str_init(&memory->last);
    return memory;
}

static struct shown *shown_new(const char *path) {
    struct shown *shown = mem_zero(1, sizeof *shown);
    shown->path = mem_copy_string(path);
    shown->region = shown->line = (size_t)-1;
    str_init(&shown->header);
    block_init(&shown->block);
    window_init(&shown->window);
    return shown;
}

static void shown_free(struct shown *shown) {
    if (shown) {
        free(shown->path);
        str_free(&shown->header);
        block_free(&shown->block);
        window_free(&shown->window);
        free(shown);
    }
}

void prompt_memory_free(struct prompt_memory *memory) {
    if (memory) {
        for (size_t i = 0; i < PROMPT_DOCUMENTS; i++) {
            shown_free(memory->documents[i]);
        }
        str_free(&memory->last);
        free(memory);
    }
}

// The document's entry, now the most recent one; a new one if it has none.
static struct shown *recall(struct prompt_memory *memory, const char *path) {
    struct shown **documents = memory->documents;
    size_t i = 0;
    while (i < PROMPT_DOCUMENTS - 1 && documents[i] && strcmp(documents[i]->path, path) != 0) {
        i++;
    }
    struct shown *shown = documents[i];
    if (!shown || strcmp(shown->path, path) != 0) {
        shown_free(shown);
        shown = shown_new(path);
    }
    memmove(documents + 1, documents, i * sizeof *documents);
    documents[0] = shown;
    return shown;
}

// It is left only when neither the index nor the indents say that the cursor is still in it: of a text whose syntax
// is broken just now each of them may be wrong.
// Nor while its line is being typed: that may be the head of the next one, and what is needed in there shows below it.
static bool in_same_region(struct shown *shown, const struct prompt_query *query) {
    size_t line = slice_line_start(query->document, query->cursor);
    bool is_typing = line == shown->line;
    shown->line = line;
    if (is_typing) {
        return true;
    }
    struct record *record = query->files.find ? query->files.find(query->files.self, query->path) : NULL;
    struct region before = {shown->region, str_slice(&shown->header)};
    struct region now = region_at(query->document, query->cursor, record);
    struct region by_indent = region_at(query->document, query->cursor, NULL);
    bool same = region_same(&before, &now) || region_same(&before, &by_indent);
    now = region_same(&before, &by_indent) ? by_indent : now;
    shown->region = now.start;
    str_clear(&shown->header);
    str_append_slice(&shown->header, now.header);
    record_release(record);
    return same;
}

// --- budget ---

// How many bytes a token has around the cursor. It stays as it is while it is not too much, nor a quarter too little: no
// part of the prompt is to move with each keystroke.
static double density(struct shown *shown, const struct prompt_query *query) {
    size_t before = smaller(query->cursor, SAMPLE);
    struct slice around = slice_sub(query->document, query->cursor - before, query->cursor + SAMPLE);
    double tokens = token_estimate(&query->tokens, around);
    double now = tokens > 0 ? (double)around.length / tokens : USUAL_DENSITY;
    now = now < USUAL_DENSITY * MOST_OF_USUAL ? now : USUAL_DENSITY * MOST_OF_USUAL;
    if (now < shown->density || now > shown->density * FAR_MORE) {
        shown->density = now * A_LITTLE_LESS;
    }
    return shown->density;
}

// What the prefix has before the block may have anything: half, and of a small window up to three quarters.
static size_t own_part(const struct budget *budget, size_t left) {
    size_t wanted = (size_t)(OWN_TOKENS * (double)budget->total / budget->tokens);
    wanted = smaller(wanted, left / 4 * 3);
    return wanted > left / 2 ? wanted : left / 2;
}

static struct budget share(struct shown *shown, const struct prompt_query *query) {
    uint32_t window = query->context_tokens ? query->context_tokens : 4096;
    struct budget budget = {.tokens = (double)(window - smaller(query->answer_tokens, window / 2)) * USED};
    budget.total = (size_t)(budget.tokens * density(shown, query));
    struct fim_parts frame = {
        .repository = query->repository, .path = query->path, .language = query->language};
    struct str empty;
    str_init(&empty);
    fim_render(query->fim, &frame, &empty);
    budget.text = budget.total - smaller(empty.length, budget.total);
    str_free(&empty);
    size_t most = fim_has_suffix(query->fim) ? budget.text / 6 : 0;
    budget.suffix = smaller(query->document.length - query->cursor, most);
    size_t left = budget.text - budget.suffix;
    size_t own = own_part(&budget, left);
    budget.block = left - smaller(query->cursor, own);
    budget.fill = left - smaller(query->cursor + smaller(GROWTH, left / 8), own);
    budget.fill -= smaller(budget.fill / 8, GROWTH);
    budget.fill = budget.fill < PROMPT_LEAST_CONTEXT ? 0 : budget.fill;
    return budget;
}

static size_t wanted_suffix(const struct prompt_query *query, const struct budget *budget, size_t before) {
    if (!fim_is_prefix_first(query->fim)) {
        return budget->suffix;
    }
    size_t wanted = before / 5 / SUFFIX_STEP * SUFFIX_STEP;
    return wanted > LEAST_SUFFIX ? wanted : LEAST_SUFFIX;
}

// Where the suffix begins. Standing first, it would change all behind it with each bracket that the editor closes
// and the user types over; those are left out, as a suggestion may say them again (postprocess.h).
static size_t suffix_start(const struct prompt_query *query) {
    bool first = !fim_is_prefix_first(query->fim);
    return query->cursor + (first ? postprocess_closers(query->document, query->cursor) : 0);
}

// --- compiling ---

static enum block_fate update_block(struct shown *shown, const struct prompt_query *query,
                                    const struct budget *budget) {
    static const struct context nothing = {0};
    size_t before = smaller(smaller(query->cursor, AROUND), budget->text - budget->suffix - budget->block);
    struct block_query block = {
        .context = query->context ? query->context : &nothing,
        .cut_short = query->cut_short,
        .same_region = in_same_region(shown, query),
        .budget = budget->block,
        .fill = budget->fill,
        .around = slice_sub(query->document, query->cursor - before,
                            query->cursor + smaller(budget->suffix, AROUND / 4)),
        .cursor = before,
        .files = query->files,
    };
    return block_update(&shown->block, &block);
}

// How many bytes must go at least, as far as can be told from all of it.
static size_t bytes_over(const struct prompt_query *query, const struct budget *budget, struct slice prompt) {
    double tokens = token_estimate(&query->tokens, prompt);
    double share = tokens > budget->tokens ? 1 - budget->tokens / tokens : 0;
    return (size_t)ceil(share * (double)prompt.length);
}

// Neutralised control tokens may make a prompt longer than its parts, and these may differ from what stands around
// the cursor. Then the least goes: first of the prefix what is farthest from the cursor, then the block, then the
// suffix.
static void render(const struct prompt_query *query, const struct budget *budget, struct fim_parts *parts,
                   struct str *out) {
    struct str prompt;
    str_init(&prompt);
    for (;;) {
        str_clear(&prompt);
        fim_render(query->fim, parts, &prompt);
        size_t over = bytes_over(query, budget, str_slice(&prompt));
        if (over == 0) {
            break;
        }
        if (parts->prefix.length > over) {
            size_t from = utf8_floor(parts->prefix, over + 3);
            parts->prefix = slice_sub(parts->prefix, from, parts->prefix.length);
        } else if (parts->file_count) {
            parts->file_count = 0;
        } else if (parts->suffix.length) {
            size_t end = parts->suffix.length - smaller(over, parts->suffix.length);
            parts->suffix = slice_sub(parts->suffix, 0, utf8_floor(parts->suffix, end));
        } else if (parts->repository || parts->path || parts->prefix.length) {
            parts->repository = parts->path = NULL;
            parts->prefix.length = 0;
        } else {
            break;
        }
    }
    str_append_slice(out, str_slice(&prompt));
    str_free(&prompt);
}

static uint32_t tokens_of(const struct prompt_query *query, struct slice text) {
    return (uint32_t)ceil(token_estimate(&query->tokens, text));
}

// Compares with the last prompt, whose place this one takes.
static void compare(struct prompt_memory *memory, const struct prompt_query *query, struct slice prompt,
                    struct prompt_report *report) {
    report->bytes = prompt.length;
    report->kept_bytes = slice_common_head(prompt, str_slice(&memory->last));
    report->tokens = tokens_of(query, prompt);
    report->changed_tokens = tokens_of(query, slice_sub(prompt, report->kept_bytes, prompt.length));
    str_clear(&memory->last);
    str_append_slice(&memory->last, prompt);
}

void prompt_compile(struct prompt_memory *memory, const struct prompt_query *query, struct str *out,
                    struct prompt_report *report) {
    struct shown *shown = recall(memory, query->path);
    struct budget budget = share(shown, query);
    struct arena arena;
    arena_init(&arena);
    size_t start = out->length;
    *report = (struct prompt_report){.block = update_block(shown, query, &budget)};
    struct fim_parts parts = {
        .repository = query->repository, .path = query->path, .language = query->language};
    parts.files = block_layout(&shown->block, &arena, &parts.file_count);
    report->context_bytes = block_bytes(&shown->block);
    size_t left = budget.text - budget.suffix - report->context_bytes;
    parts.prefix = window_prefix(&shown->window, query->document, query->cursor, left);
    size_t wanted = wanted_suffix(query, &budget, report->context_bytes + parts.prefix.length);
    parts.suffix = window_suffix(&shown->window, query->document, suffix_start(query), wanted, budget.suffix);
    render(query, &budget, &parts, out);
    report->context_items = (uint32_t)shown->block.items.count;
    report->missing = query->context ? block_mark(&shown->block, query->context) : 0;
    compare(memory, query, slice_sub(str_slice(out), start, out->length), report);
    arena_free(&arena);
}
