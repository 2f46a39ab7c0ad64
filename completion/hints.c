// hints.c - see hints.h.
#include "completion/hints.h"

const struct backend_hint *hints_of(const struct context *context, struct arena *arena) {
    struct backend_hint *hints = arena_alloc(arena, (context->name_count + (size_t)1) * sizeof *hints);
    for (uint32_t i = 0; i < context->name_count; i++) {
        const struct context_name *name = &context->names[i];
        hints[i] = (struct backend_hint){.name = name->name,
                                         .scope = name->scope,
                                         .signature = name->signature,
                                         .before = name->before,
                                         .after = name->after,
                                         .kind = name->kind,
                                         .of_receiver = name->of_receiver,
                                         .is_named = name->is_named,
                                         .is_own = name->is_own,
                                         .uses = name->uses,
                                         .score = name->score};
    }
    return hints;
}
