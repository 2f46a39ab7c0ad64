// prompt.c - see prompt.h.
#include "completion/prompt.h"

#include "base/utf8.h"
#include "base/vec.h"

// Bytes per token of source code for common BPE vocabularies, on the safe side (most are at 3 to 4).
enum { BYTES_PER_TOKEN = 3 };

struct budget {
    size_t prefix, suffix, context;
};

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static struct budget share(const struct prompt_query *query) {
    uint32_t window = query->context_tokens ? query->context_tokens : 4096;
    size_t total = (window - smaller(query->answer_tokens, window / 2)) * BYTES_PER_TOKEN;
    struct budget budget;
    budget.suffix = smaller(query->suffix.length, total / 5);
    size_t left = total - budget.suffix;
    budget.prefix = smaller(query->prefix.length, left * 5 / 8);
    budget.context = left - budget.prefix;
    return budget;
}

// The start of the kept prefix: a line start that moves in steps of a quarter of the budget.
static struct slice cut_prefix(struct slice prefix, size_t budget) {
    if (prefix.length <= budget) {
        return prefix;
    }
    size_t step = budget / 4 ? budget / 4 : 1;
    size_t over = prefix.length - budget;
    size_t start = (over + step - 1) / step * step;
    size_t line = slice_find(prefix, SLICE_LITERAL("\n"), start);
    start = line != (size_t)-1 && line - start < step ? line + 1 : utf8_floor(prefix, start);
    return slice_sub(prefix, start, prefix.length);
}

static struct slice cut_suffix(struct slice suffix, size_t budget) {
    return slice_sub(suffix, 0, utf8_floor(suffix, smaller(suffix.length, budget)));
}

// Every file's head (path, separators) costs about this many bytes beside its path.
enum { FILE_OVERHEAD = 24 };

struct files {
    struct fim_file *items;
    size_t count, capacity;
};

// Signatures of one path share a file; the others are a file each. Best last, as models weigh the end most.
static void gather_files(const struct prompt_query *query, size_t budget, struct arena *arena,
                         struct files *files) {
    const struct context *context = query->context;
    size_t used = 0;
    uint32_t kept = 0;
    while (context && kept < context->count) {
        const struct context_item *item = &context->items[kept];
        size_t cost = item->text.length + strlen(item->path) + FILE_OVERHEAD;
        if (used + cost > budget) {
            break;
        }
        used += cost;
        kept++;
    }
    for (uint32_t i = kept; i-- > 0;) {
        const struct context_item *item = &context->items[i];
        struct fim_file *last = files->count ? &files->items[files->count - 1] : NULL;
        bool joins = last && item->source != CONTEXT_LEXICAL && item->source != CONTEXT_VECTOR &&
                     strcmp(last->path, item->path) == 0;
        if (joins) {
            const char *text = arena_format(arena, "%.*s\n%.*s", (int)last->text.length, last->text.data,
                                            (int)item->text.length, item->text.data);
            last->text = slice_of_string(text);
        } else {
            struct fim_file file = {item->path, item->text};
            vec_push(files, file);
        }
    }
}

void prompt_compile(const struct prompt_query *query, struct str *out) {
    struct budget budget = share(query);
    struct arena arena;
    arena_init(&arena);
    struct files files = {0};
    gather_files(query, budget.context, &arena, &files);
    struct fim_parts parts = {
        .repository = query->repository,
        .files = files.items,
        .file_count = files.count,
        .path = query->path,
        .prefix = cut_prefix(query->prefix, budget.prefix),
        .suffix = cut_suffix(query->suffix, budget.suffix),
    };
    fim_render(query->fim, &parts, out);
    vec_free(&files);
    arena_free(&arena);
}
