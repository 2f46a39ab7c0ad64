// imports.c - see imports.h.
//
// Every rule is a few guesses at a path, each looked up in the snapshot's
// spellings of paths (whole path, base name, folder, module name). Where a
// guess is only a tail of the path, the files nearest to the importing one
// win, because a repository with several copies of a header or a module means
// its own.
#include "retrieval/imports_internal.h"

#include "retrieval/paths.h"

enum { NEAREST = 3 };

static uint64_t file_key(struct snapshot_file at) {
    return (uint64_t)at.segment << 32 | at.file;
}

static struct slice file_path(const struct snapshot *snapshot, struct snapshot_file at) {
    return slice_of_string(snapshot_file(snapshot, at)->record->path);
}

static void add_file(struct resolution *r, struct snapshot_file at) {
    if (r->imports->files.count >= IMPORTS_FILES || slice_equal(file_path(r->snapshot, at), r->path)) {
        return;
    }
    size_t known = r->imports->ways.count;
    uint64_t *way = map_insert(&r->imports->ways, file_key(at), r->way);
    if (r->imports->ways.count > known) {
        vec_push(&r->imports->files, at);
    } else if (r->way < (enum imports_way) * way) {
        *way = r->way;
    }
}

bool imports_add_path(struct resolution *r, struct slice path) {
    struct snapshot_file at;
    if (path.length == 0 || !snapshot_find(r->snapshot, path, &at)) {
        return false;
    }
    add_file(r, at);
    return true;
}

// stem + tail, for the tails that exist.
bool imports_add_tails(struct resolution *r, struct slice stem, const char *const *tails) {
    bool found = false;
    for (; *tails; tails++) {
        str_clear(&r->second);
        str_append_slice(&r->second, stem);
        str_append_string(&r->second, *tails);
        found |= imports_add_path(r, str_slice(&r->second));
    }
    return found;
}

struct nearest {
    struct snapshot_file files[NEAREST];
    uint32_t distances[NEAREST];
    int count;
};

static bool is_nearer(const struct snapshot *snapshot, const struct nearest *nearest, int i,
                      struct snapshot_file at, uint32_t distance) {
    return distance < nearest->distances[i] ||
           (distance == nearest->distances[i] && snapshot_compare_files(snapshot, at, nearest->files[i]) < 0);
}

static void offer_nearest(const struct snapshot *snapshot, struct nearest *nearest, struct snapshot_file at,
                          uint32_t distance) {
    int i = nearest->count < NEAREST ? nearest->count++ : NEAREST;
    while (i > 0 && is_nearer(snapshot, nearest, i - 1, at, distance)) {
        if (i < NEAREST) {
            nearest->files[i] = nearest->files[i - 1];
            nearest->distances[i] = nearest->distances[i - 1];
        }
        i--;
    }
    if (i < NEAREST) {
        nearest->files[i] = at;
        nearest->distances[i] = distance;
    }
}

static bool spells(enum segment_spelling spelling, struct slice path, struct slice text) {
    switch (spelling) {
    case SPELLING_PATH:
        return slice_equal(path, text);
    case SPELLING_BASE:
        return slice_equal(paths_base(path), text);
    case SPELLING_FOLDER:
        return slice_equal(paths_folder(path), text);
    case SPELLING_MODULE:
        return slice_equal(paths_module(path), text);
    }
    return false;
}

// Would a file of that folder be taken, as far as the folder tells? Most are not, and so need not be looked at. One as far
// away as those of its own segment comes behind them.
static bool may_be_nearest(const struct nearest *nearest, uint32_t segment, struct slice folder,
                           struct slice tail_folder, uint32_t distance) {
    uint32_t farthest = nearest->count < NEAREST ? UINT32_MAX : nearest->distances[NEAREST - 1];
    bool is_near =
        distance < farthest || (distance == farthest && nearest->files[NEAREST - 1].segment != segment);
    return is_near && paths_ends_with(folder, tail_folder);
}

// The living files that `text` spells and whose path ends in `tail`, the nearest few of them.
bool imports_add_nearest(struct resolution *r, enum segment_spelling spelling, struct slice text,
                         struct slice tail) {
    struct nearest nearest = {0};
    struct slice tail_folder = slice_sub(tail, 0, tail.length - paths_base(tail).length);
    for (uint32_t s = 0; s < r->snapshot->segment_count; s++) {
        const struct segment *segment = r->snapshot->segments[s];
        struct postings_list list = postings_find(&segment->paths, segment_key(spelling, text));
        while (postings_next(&list)) {
            struct snapshot_file at = {s, list.document};
            struct slice folder = segment_folder(segment, segment->folders[at.file]);
            uint32_t distance = paths_distance(r->path, folder);
            if (!may_be_nearest(&nearest, s, folder, tail_folder, distance)) {
                continue;
            }
            struct slice path = file_path(r->snapshot, at);
            bool foreign = spelling == SPELLING_MODULE && !slice_equal(paths_extension(path), r->extension);
            if (!foreign && !snapshot_is_dead(r->snapshot, s, at.file) && spells(spelling, path, text) &&
                paths_ends_with(path, tail)) {
                offer_nearest(r->snapshot, &nearest, at, distance);
            }
        }
    }
    for (int i = 0; i < nearest.count; i++) {
        add_file(r, nearest.files[i]);
    }
    return nearest.count > 0;
}

// What is asked for of a folder.
struct wanted {
    const struct snapshot *snapshot;
    struct slice folder, extension;
    bool with_tests;
};

// A segment's files of the folder, at the next one that is wanted.
struct listing {
    struct snapshot_file at;
    struct postings_list list;
};

static bool go_on(const struct wanted *wanted, struct listing *listing) {
    while (postings_next(&listing->list)) {
        listing->at.file = listing->list.document;
        struct slice path = file_path(wanted->snapshot, listing->at);
        bool is_test = !slice_equal(paths_plain_stem(path), paths_stem(path));
        if (!snapshot_is_dead(wanted->snapshot, listing->at.segment, listing->at.file) &&
            spells(SPELLING_FOLDER, path, wanted->folder) &&
            slice_equal(paths_extension(path), wanted->extension) && (wanted->with_tests || !is_test)) {
            return true;
        }
    }
    return false;
}

// Which of them goes on first.
static uint32_t first_of(const struct snapshot *snapshot, const struct listing *listings, uint32_t count) {
    uint32_t first = 0;
    for (uint32_t i = 1; i < count; i++) {
        first = snapshot_compare_files(snapshot, listings[i].at, listings[first].at) < 0 ? i : first;
    }
    return first;
}

// The files right in a folder, in order, as many as there may be in all; with an extension only those that have it.
static bool add_folder(struct resolution *r, struct slice folder, struct slice extension, bool with_tests) {
    struct wanted wanted = {r->snapshot, folder, extension, with_tests};
    struct listing listings[SNAPSHOT_SEGMENTS];
    uint32_t count = 0, key = segment_key(SPELLING_FOLDER, folder);
    for (uint32_t s = 0; s < r->snapshot->segment_count; s++) {
        listings[count] = (struct listing){{s, 0}, postings_find(&r->snapshot->segments[s]->paths, key)};
        count += go_on(&wanted, &listings[count]);
    }
    bool found = count > 0;
    for (uint32_t added = 0; count && added < IMPORTS_FILES; added++) {
        struct listing *first = &listings[first_of(r->snapshot, listings, count)];
        add_file(r, first->at);
        if (!go_on(&wanted, first)) {
            *first = listings[--count];
        }
    }
    return found;
}

static void add_own_package(struct resolution *r) {
    enum imports_way way = r->way;
    r->way = way == IMPORTS_DIRECT ? IMPORTS_PACKAGE : way;
    add_folder(r, r->folder, r->extension, true);
    r->way = way;
}

struct slice imports_without_extension(struct slice path) {
    return slice_sub(path, 0, path.length - paths_extension(path).length);
}

// --- C, C++ and relatives

static const char *const C_HEADERS[] = {".h", ".hpp", ".hh", ".hxx", "_internal.h", "-inl.h", NULL};
static const char *const C_BODIES[] = {".c", ".cc", ".cpp", ".cxx", ".m", ".mm", NULL};

static void resolve_c(struct resolution *r, struct slice target) {
    size_t known = r->imports->files.count;
    paths_join(&r->guess, r->folder, target);
    if (!imports_add_path(r, str_slice(&r->guess))) {
        imports_add_nearest(r, SPELLING_BASE, paths_base(target), target);
    }
    size_t headers = r->imports->files.count;
    for (size_t i = known; i < headers && r->way == IMPORTS_DIRECT; i++) {
        struct slice header = file_path(r->snapshot, r->imports->files.items[i]);
        imports_add_tails(r, imports_without_extension(header), C_BODIES);
    }
}

static void own_c(struct resolution *r) {
    imports_add_tails(r, imports_without_extension(r->path), C_HEADERS);
    imports_add_tails(r, imports_without_extension(r->path), C_BODIES);
}

// --- Python

static const char *const PYTHON_TAILS[] = {".py", "/__init__.py", ".pyi", NULL};

// `from package import x` may mean package/x.py, and statements keep no names: all of a package is at hand.
static void add_submodules(struct resolution *r) {
    struct snapshot_file at;
    enum imports_way way = r->way;
    str_clear(&r->second);
    str_append_slice(&r->second, str_slice(&r->guess));
    str_append_string(&r->second, "/__init__.py");
    if (way == IMPORTS_DIRECT && snapshot_find(r->snapshot, str_slice(&r->second), &at)) {
        r->way = IMPORTS_SECOND;
        add_folder(r, str_slice(&r->guess), r->extension, false);
        r->way = way;
    }
}

static bool python_module(struct resolution *r, struct slice folder, struct slice dotted) {
    struct str relative;
    str_init(&relative);
    str_append_slice(&relative, dotted);
    for (size_t i = 0; i < relative.length; i++) {
        relative.data[i] = relative.data[i] == '.' ? '/' : relative.data[i];
    }
    paths_join(&r->guess, folder, str_slice(&relative));
    str_free(&relative);
    if (!imports_add_tails(r, str_slice(&r->guess), PYTHON_TAILS)) {
        return false;
    }
    add_submodules(r);
    return true;
}

static struct slice without_last_part(struct slice dotted) {
    while (dotted.length > 0 && dotted.data[dotted.length - 1] != '.') {
        dotted.length--;
    }
    dotted.length -= dotted.length > 0;
    return dotted;
}

static void resolve_python(struct resolution *r, struct slice target) {
    static const char *const roots[] = {"", "src", "lib", "python", NULL};
    size_t dots = 0;
    while (dots < target.length && target.data[dots] == '.') {
        dots++;
    }
    struct slice dotted = slice_sub(target, dots, target.length);
    if (dots) {
        struct slice folder = r->folder;
        for (size_t i = 1; i < dots; i++) {
            folder = paths_folder(folder);
        }
        python_module(r, folder, dotted);
        python_module(r, folder, without_last_part(dotted));
        return;
    }
    python_module(r, r->folder, dotted);
    struct slice parent = without_last_part(dotted);
    for (int i = 0; roots[i]; i++) {
        python_module(r, slice_of_string(roots[i]), dotted);
        if (parent.length > 0) {
            python_module(r, slice_of_string(roots[i]), parent);
        }
    }
}

// --- Go

// Does the target name the module, or something in it? What follows the module's name goes to *rest.
bool imports_is_in_module(const struct module *module, struct slice target, struct slice *rest) {
    struct slice prefix = slice_of_string(module->prefix);
    if (!slice_starts_with(target, prefix)) {
        return false;
    }
    *rest = slice_sub(target, prefix.length, target.length);
    return rest->length == 0 || rest->data[0] == '/' || prefix.data[prefix.length - 1] == '/';
}

static void resolve_go(struct resolution *r, struct slice target) {
    struct slice rest;
    for (uint32_t i = 0; i < r->snapshot->module_count; i++) {
        const struct module *module = &r->snapshot->modules[i];
        if (module->kind == MANIFEST_GO && imports_is_in_module(module, target, &rest)) {
            paths_join(&r->guess, slice_of_string(module->folder), rest);
            add_folder(r, str_slice(&r->guess), r->extension, false);
        }
    }
}

// --- Java and relatives

// "a.b.C" as "a/b/C" into out.
static void slashed(struct str *out, struct slice dotted) {
    str_clear(out);
    str_append_slice(out, dotted);
    for (size_t i = 0; i < out->length; i++) {
        out->data[i] = out->data[i] == '.' ? '/' : out->data[i];
    }
}

// The package's folder below any folder on the way to the importing file, tests looking into main as well.
static void add_java_package(struct resolution *r, struct slice package) {
    struct str tail;
    str_init(&tail);
    slashed(&tail, package);
    for (struct slice root = r->folder; root.length; root = paths_folder(root)) {
        paths_join(&r->guess, root, str_slice(&tail));
        add_folder(r, str_slice(&r->guess), r->extension, false);
    }
    size_t test = slice_find(r->path, SLICE_LITERAL("src/test/java/"), 0);
    if (test != (size_t)-1) {
        paths_join(&r->second, slice_sub(r->path, 0, test), SLICE_LITERAL("src/main/java"));
        paths_join(&r->guess, str_slice(&r->second), str_slice(&tail));
        add_folder(r, str_slice(&r->guess), r->extension, false);
    }
    str_free(&tail);
}

static void resolve_java(struct resolution *r, struct slice target) {
    if (target.length > 2 && memcmp(target.data + target.length - 2, ".*", 2) == 0) {
        target.length -= 2;
        add_java_package(r, target);
    }
    for (int part = 0; part < 3 && target.length; part++) {
        struct str tail;
        str_init(&tail);
        slashed(&tail, target);
        str_append_slice(&tail, r->extension);
        bool found = imports_add_nearest(r, SPELLING_BASE, paths_base(str_slice(&tail)), str_slice(&tail));
        str_free(&tail);
        if (found) {
            return;
        }
        target = without_last_part(target);
    }
}

static void own_java(struct resolution *r) {
    add_own_package(r);
    size_t test = slice_find(r->path, SLICE_LITERAL("src/test/java/"), 0);
    if (test != (size_t)-1) {
        enum imports_way way = r->way;
        r->way = IMPORTS_PACKAGE;
        paths_join(&r->second, slice_sub(r->path, 0, test), SLICE_LITERAL("src/main/java"));
        size_t package = test + sizeof("src/test/java/") - 1;
        paths_join(&r->guess, str_slice(&r->second), slice_sub(r->folder, package, r->folder.length));
        add_folder(r, str_slice(&r->guess), r->extension, false);
        r->way = way;
    }
}

// --- Others: a path beside the file, or the last part of a dotted name as a file's base name.

static void resolve_other(struct resolution *r, struct slice target) {
    paths_join(&r->guess, r->folder, target);
    bool found = imports_add_path(r, str_slice(&r->guess));
    str_append_slice(&r->guess, r->extension);
    if (found || imports_add_path(r, str_slice(&r->guess))) {
        return;
    }
    slashed(&r->second, target);
    paths_join(&r->guess, slice_of(NULL, 0), str_slice(&r->second));
    str_append_slice(&r->guess, r->extension);
    imports_add_nearest(r, SPELLING_BASE, paths_base(str_slice(&r->guess)), str_slice(&r->guess));
}

struct rule {
    const char *language;
    void (*resolve)(struct resolution *r, struct slice target);
    void (*own)(struct resolution *r);
};

static const struct rule *rule_of(const char *language) {
    static const struct rule rules[] = {
        {"c", resolve_c, own_c},
        {"cpp", resolve_c, own_c},
        {"objective-c", resolve_c, own_c},
        {"python", resolve_python, NULL},
        {"go", resolve_go, add_own_package},
        {"typescript", imports_resolve_script, NULL},
        {"typescriptreact", imports_resolve_script, NULL},
        {"javascript", imports_resolve_script, NULL},
        {"javascriptreact", imports_resolve_script, NULL},
        {"java", resolve_java, own_java},
        {"kotlin", resolve_java, own_java},
        {"scala", resolve_java, own_java},
        {"rust", imports_resolve_rust, add_own_package},
        {"", resolve_other, NULL},
    };
    size_t i = 0;
    while (rules[i].language[0] && strcmp(rules[i].language, language) != 0) {
        i++;
    }
    return &rules[i];
}

// A test's own subject: foo_test.go beside or nearest to foo.go.
static void add_subject(struct resolution *r) {
    struct slice stem = paths_plain_stem(r->path);
    if (slice_equal(stem, paths_stem(r->path))) {
        return;
    }
    str_clear(&r->guess);
    str_append_slice(&r->guess, stem);
    str_append_slice(&r->guess, r->extension);
    imports_add_nearest(r, SPELLING_BASE, str_slice(&r->guess), slice_of(NULL, 0));
}

static void resolve_file(struct imports *imports, const struct snapshot *snapshot, struct slice path,
                         const char *language, const struct import *statements, uint32_t count,
                         enum imports_way way) {
    struct resolution r = {.imports = imports,
                           .snapshot = snapshot,
                           .path = path,
                           .folder = paths_folder(path),
                           .extension = paths_extension(path),
                           .language = language,
                           .way = way};
    const struct rule *rule = rule_of(language);
    str_init(&r.guess);
    str_init(&r.second);
    for (uint32_t i = 0; i < count && imports->files.count < IMPORTS_FILES; i++) {
        rule->resolve(&r, slice_of_string(statements[i].target));
    }
    if (way == IMPORTS_DIRECT) {
        add_subject(&r);
        if (rule->own) {
            rule->own(&r);
        }
    }
    str_free(&r.guess);
    str_free(&r.second);
}

// Files that hand on what they import: headers, and modules that stand for their folder.
static bool hands_on(struct slice path) {
    struct slice extension = paths_extension(path), stem = paths_stem(path);
    return slice_starts_with(extension, SLICE_LITERAL(".h")) || slice_equal(stem, SLICE_LITERAL("index")) ||
           slice_equal(stem, SLICE_LITERAL("__init__")) || slice_equal(stem, SLICE_LITERAL("lib")) ||
           slice_equal(stem, SLICE_LITERAL("mod"));
}

void imports_init(struct imports *imports, const struct snapshot *snapshot, struct slice path,
                  const char *language, const struct import *statements, uint32_t count) {
    *imports = (struct imports){0};
    map_init(&imports->ways);
    struct snapshot_file self;
    resolve_file(imports, snapshot, path, language, statements, count, IMPORTS_DIRECT);
    size_t direct = imports->files.count;
    for (size_t i = 0; i < direct; i++) {
        struct snapshot_file at = imports->files.items[i];
        if (imports_way(imports, at) == IMPORTS_DIRECT && hands_on(file_path(snapshot, at))) {
            const struct record *record = snapshot_outline(snapshot, at);
            resolve_file(imports, snapshot, slice_of_string(record->path), language, record->imports,
                         record->import_count, IMPORTS_SECOND);
        }
    }
    if (snapshot_find(snapshot, path, &self)) {
        map_remove(&imports->ways, file_key(self)); // an imported header may include the file itself
        for (size_t i = 0; i < imports->files.count; i++) {
            if (file_key(imports->files.items[i]) == file_key(self)) {
                imports->files.items[i--] = imports->files.items[--imports->files.count];
            }
        }
    }
}

void imports_free(struct imports *imports) {
    vec_free(&imports->files);
    map_free(&imports->ways);
}

enum imports_way imports_way(const struct imports *imports, struct snapshot_file at) {
    const uint64_t *way = map_get(&imports->ways, file_key(at));
    return way ? (enum imports_way) * way : IMPORTS_NONE;
}
