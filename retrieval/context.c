// context.c - see context.h.
#include "retrieval/context.h"

void context_init(struct context *context) {
    *context = (struct context){0};
    arena_init(&context->arena);
}

void context_free(struct context *context) {
    arena_free(&context->arena);
    context_init(context);
}

const char *context_source_name(enum context_source source) {
    static const char *const names[] = {"definition", "signature", "outline", "caller",
                                        "lexical",    "vector",    "edit",    "neighbour"};
    return (unsigned)source < sizeof names / sizeof names[0] ? names[source] : "unknown";
}

bool context_shows_lines(enum context_source source) {
    return source == CONTEXT_LEXICAL || source == CONTEXT_VECTOR || source == CONTEXT_CALLER ||
           source == CONTEXT_EDIT;
}
