// imports_script.c - what JavaScript's and TypeScript's imports lead to; see imports_internal.h.
//
// A relative path names a file with or without its extension (or that of what
// it is compiled to), or a folder with an index. Anything else is a package of
// the workspace or an alias, by the names in the manifests, or by custom: "@/x"
// is src/x and "@scope/name" is packages/name.
#include "retrieval/imports_internal.h"

#include "retrieval/paths.h"

static const char *const SCRIPT_TAILS[] = {"",           ".ts",       ".tsx", ".d.ts",   ".js",
                                           ".jsx",       ".mjs",      ".vue", ".svelte", "/index.ts",
                                           "/index.tsx", "/index.js", NULL};
static const char *const SCRIPT_PACKAGE_TAILS[] = {"/src/index.ts", "/index.ts",    "/src/index.js",
                                                   "/index.js",     "/src/main.ts", NULL};

// A file, with any script's extension instead of the one that the compiled one has, or a folder's index.
static bool add_script(struct resolution *r, struct slice folder, struct slice relative) {
    paths_join(&r->guess, folder, relative);
    struct slice guess = str_slice(&r->guess);
    return imports_add_tails(r, guess, SCRIPT_TAILS) ||
           imports_add_tails(r, imports_without_extension(guess), SCRIPT_TAILS);
}

static bool add_package(struct resolution *r, struct slice folder, struct slice rest) {
    static const char *const roots[] = {"src", "lib", "source", NULL};
    if (rest.length > 1 && add_script(r, folder, slice_sub(rest, 1, rest.length))) {
        return true;
    }
    for (int i = 0; rest.length > 1 && roots[i]; i++) {
        paths_join(&r->second, folder, slice_of_string(roots[i]));
        struct str root;
        str_init(&root);
        str_append_slice(&root, str_slice(&r->second));
        bool found = add_script(r, str_slice(&root), slice_sub(rest, 1, rest.length));
        str_free(&root);
        if (found) {
            return true;
        }
    }
    paths_join(&r->guess, folder, slice_of(NULL, 0));
    return rest.length <= 1 && imports_add_tails(r, str_slice(&r->guess), SCRIPT_PACKAGE_TAILS);
}

// A package of the workspace by its name, or an alias of the compiler's.
static bool add_named(struct resolution *r, struct slice target) {
    struct slice rest;
    bool found = false;
    for (uint32_t i = 0; i < r->snapshot->module_count && !found; i++) {
        const struct module *module = &r->snapshot->modules[i];
        struct slice folder = slice_of_string(module->folder);
        if (module->kind == MANIFEST_NODE && imports_is_in_module(module, target, &rest)) {
            found = add_package(r, folder, rest);
        } else if (module->kind == MANIFEST_TYPESCRIPT && imports_is_in_module(module, target, &rest)) {
            found = add_script(r, folder, rest);
        }
    }
    return found;
}

void imports_resolve_script(struct resolution *r, struct slice target) {
    if (slice_starts_with(target, SLICE_LITERAL("."))) {
        add_script(r, r->folder, target);
        return;
    }
    if (add_named(r, target)) {
        return;
    }
    if (slice_starts_with(target, SLICE_LITERAL("@/")) || slice_starts_with(target, SLICE_LITERAL("~/"))) {
        paths_join(&r->guess, SLICE_LITERAL("src"), slice_sub(target, 2, target.length));
        imports_add_tails(r, str_slice(&r->guess), SCRIPT_TAILS);
        return;
    }
    paths_join(&r->guess, SLICE_LITERAL("packages"), paths_base(target));
    imports_add_tails(r, str_slice(&r->guess), SCRIPT_PACKAGE_TAILS);
}
