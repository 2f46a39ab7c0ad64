// search_files.c - see search_files.h.
//
// Every living file is compared, as no index knows other cases and partial
// paths: some bytes each, and only for a text that may name a file.
#include "retrieval/search_files.h"

#include "indexer/language.h"
#include "retrieval/paths.h"
#include "retrieval/prose.h"
#include "retrieval/search_place.h"

#include <math.h>

enum { PARTS = 64, MOST_BEHIND = 2, FEW_WORDS = 3, NAMED = 64 };
static const float FOLDERS = 8; // deeper ones are alike

// How well a name fits: as it is written, in another case, without its ending.
static const float SAME = 1, OTHER_CASE = 0.85f, STEM = 0.92f, STEM_OTHER_CASE = 0.8f;
static const float ELSEWHERE = 0.7f; // the folders before it are others
static const float FOREIGN = 0.1f;   // so much less for tests, vendored and generated files
static const float A_FOLDER_DEEPER = 0.03f, A_PLACE_LATER = 0.01f;

// A path as its parts, without what leads to it from somewhere.
struct asked {
    struct slice parts[PARTS];
    uint32_t count;
    bool is_exact; // with its ending, as it stands among other words
    bool is_bare;  // words alone: how a file's name joins them does not matter
    bool is_apart; // several of them: prose has many such names, so only code is meant
    // A dotted name: files answer without their endings, folders by the file that stands for them.
    bool is_module;
};

struct likeness {
    uint32_t parts; // that agree, from the end on; 0: not even the name does
    float fit;
};

struct finding {
    struct search_files *files;
    const struct search_asked *where;
    const struct snapshot *snapshot;
    struct slice folder;
    const struct asked *asked;
    const struct search_place *place;
    float less;     // of each fit
    uint32_t parts; // of the best up to now
    size_t first;   // of this place's files
    bool has_empty; // the one that is named has nothing to show
};

// --- what is asked for ---

static void add_part(struct asked *asked, struct slice part) {
    bool leads = slice_equal(part, SLICE_LITERAL(".")) || slice_equal(part, SLICE_LITERAL("..")) ||
                 (part.length == 2 && part.data[1] == ':');
    if (part.length && !leads && asked->count < PARTS) {
        asked->parts[asked->count++] = part;
    }
}

static void split(struct slice path, const char *separators, struct asked *asked) {
    for (size_t start = 0, end; start <= path.length; start = end + 1) {
        for (end = start; end < path.length && !strchr(separators, path.data[end]); end++) {
        }
        add_part(asked, slice_sub(path, start, end));
    }
}

static bool is_space_or_dash(char byte) {
    return byte == ' ' || byte == '-';
}

// Names with "." or "::" between them?
static bool is_dotted(struct slice text) {
    bool has_joint = false;
    for (size_t i = 0; i < text.length; i++) {
        bool is_joint = text.data[i] == '.' || text.data[i] == ':';
        if (!is_joint && !prose_is_of_word(text.data[i])) {
            return false;
        }
        has_joint = has_joint || is_joint;
    }
    return has_joint;
}

// A word, or some with a blank or a dash between them.
static bool is_bare(struct slice text) {
    uint32_t between = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool is_of_word = prose_is_of_word(text.data[i]);
        bool is_behind_word = i > 0 && prose_is_of_word(text.data[i - 1]);
        if (!is_of_word && !(is_behind_word && is_space_or_dash(text.data[i]) && i + 1 < text.length)) {
            return false;
        }
        between += !is_of_word;
    }
    return text.length > 0 && between < FEW_WORDS;
}

// --- what fits ---

static float fit_of(struct slice name, struct slice asked, float same, float other_case) {
    return slice_equal(name, asked) ? same : slice_equal_any_case(name, asked) ? other_case : 0;
}

static size_t skip_joint(struct slice text, size_t at) {
    while (at < text.length && (text.data[at] == '_' || is_space_or_dash(text.data[at]))) {
        at++;
    }
    return at;
}

// Is "thread pool" meant by threadpool, thread_pool or ThreadPool?
static bool is_joined_so(struct slice name, struct slice asked) {
    size_t at = skip_joint(name, 0), other = skip_joint(asked, 0);
    while (at < name.length && other < asked.length &&
           slice_equal_any_case(slice_sub(name, at, at + 1), slice_sub(asked, other, other + 1))) {
        at = skip_joint(name, at + 1);
        other = skip_joint(asked, other + 1);
    }
    return at == name.length && other == asked.length;
}

// A file that stands for its folder.
static bool is_for_folder(struct slice stem) {
    static const char *const stems[] = {"__init__", "mod", "index", "lib"};
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++) {
        if (slice_equal(stem, slice_of_string(stems[i]))) {
            return true;
        }
    }
    return false;
}

// Of the path's last part, or of its last folder if the file stands for that; *folder is what is before it.
static float fit_name(struct slice path, const struct asked *asked, struct slice *folder) {
    struct slice name = asked->parts[asked->count - 1], stem = paths_stem(path);
    *folder = paths_folder(path);
    float whole = asked->is_module ? 0 : fit_of(paths_base(path), name, SAME, OTHER_CASE);
    float fit = whole > 0 || asked->is_exact ? whole : fit_of(stem, name, STEM, STEM_OTHER_CASE);
    if (fit <= 0 && asked->is_bare && is_joined_so(stem, name)) {
        fit = STEM_OTHER_CASE;
    }
    if (fit <= 0 && asked->is_module && is_for_folder(stem)) {
        fit = fit_of(paths_base(*folder), name, STEM, STEM_OTHER_CASE);
        *folder = paths_folder(*folder);
    }
    return fit;
}

static struct likeness compare(struct slice path, const struct asked *asked) {
    struct slice folder;
    struct likeness like = {.fit = fit_name(path, asked, &folder)};
    like.parts = like.fit > 0;
    while (like.parts && like.parts < asked->count && folder.length &&
           slice_equal_any_case(paths_base(folder), asked->parts[asked->count - 1 - like.parts])) {
        like.parts++;
        folder = paths_folder(folder);
    }
    like.fit *= like.parts < asked->count ? ELSEWHERE : 1;
    return like;
}

static bool is_code(const struct segment *segment, uint32_t file) {
    const struct language *language = language_of_id(segment->files[file].record->language);
    return language && !language_is_data(language);
}

static void add(struct finding *finding, struct snapshot_file at, struct slice path, struct likeness like) {
    struct search_files *files = finding->files;
    const struct segment *segment = finding->snapshot->segments[at.segment];
    bool is_prose = finding->asked->is_bare && !is_code(segment, at.file);
    bool is_foreign = segment->taints[at.file] != TAINT_OWN || is_prose;
    if (finding->asked->is_apart && is_foreign) {
        return;
    }
    if (like.parts > finding->parts) { // where more folders agree, the rest is something else
        files->list.count = finding->first;
        finding->parts = like.parts;
    }
    float fit = like.fit - finding->less - (is_foreign ? FOREIGN : 0) -
                A_FOLDER_DEEPER * fminf(FOLDERS, (float)slice_count(path, '/'));
    bool is_hint = finding->asked->is_module && finding->asked->count == 1;
    if (files->list.count - finding->first < SEARCH_FILES) {
        vec_push(&files->list, (struct search_file){at, finding->place->line, is_hint ? 0 : fit});
    }
}

// Those that fit best, if `least` parts agree.
static void find(struct finding *finding, uint32_t least) {
    struct snapshot_walk walk = snapshot_walk_files(finding->snapshot);
    finding->parts = least > 1 ? least : 1;
    while (finding->asked->count && snapshot_walk_next(&walk)) {
        const struct record *record = snapshot_file(finding->snapshot, walk.at)->record;
        struct slice path = slice_of_string(record->path);
        struct likeness like = compare(path, finding->asked);
        bool fits = like.parts >= finding->parts && paths_is_below(finding->folder, path);
        bool is_empty = fits && like.parts == finding->asked->count && !record->chunk_count;
        finding->has_empty = finding->has_empty || is_empty;
        if (fits && record->chunk_count) {
            add(finding, walk.at, path, like);
        }
    }
}

// --- places ---

// A line behind a file's end is none of it.
static void check_line(struct search_files *files, const struct snapshot *snapshot,
                       struct search_file *file) {
    const struct record *record = snapshot_file(snapshot, file->at)->record;
    if (file->line > record->line_count) {
        if (files->note.length == 0) {
            str_append_format(&files->note, "%s has no line %u: it has %u", record->path, file->line,
                              record->line_count);
        }
        file->line = 0;
    }
}

// "and/or" is not "or.c": who names folders means them, or gives a name with its ending.
static uint32_t least_parts(const struct search_place *place, size_t count, const struct asked *asked) {
    bool has_ending = asked->count &&
                      memchr(asked->parts[asked->count - 1].data, '.', asked->parts[asked->count - 1].length);
    return count > 1 ? (asked->count > 1 ? 2 : 1) : place->line || has_ending ? 1 : asked->count;
}

// By its ending: a host with its port is no file with a line.
static bool is_source(struct slice path) {
    char *name = mem_copy_bytes(path.data, path.length);
    bool is_known = language_of_path(name) != NULL;
    free(name);
    return is_known;
}

// The whole of a message was tried as a path, for there is a dot in it and a slash.
static bool is_sentence(struct slice path) {
    return memchr(path.data, ' ', path.length) || slice_find(path, SLICE_LITERAL("::"), 0) != (size_t)-1;
}

// The first place's trouble is told.
static void note_absent(const struct finding *finding, const char *more) {
    struct slice path = finding->place->path;
    struct str *note = &finding->files->note;
    if (note->length == 0) {
        str_append_format(note, finding->has_empty ? "%.*s is empty" : "no file here is \"%.*s\"",
                          (int)path.length, path.data);
        str_append_string(note, more);
    }
}

static void note_place(struct finding *finding, const struct asked *asked) {
    const struct search_place *place = finding->place;
    struct search_files *files = finding->files;
    bool is_found = files->list.count > finding->first;
    bool is_elsewhere = is_found && finding->parts == 1 && asked->count > 1;
    bool has_folder = memchr(place->path.data, '/', place->path.length) != NULL;
    bool has_dot = memchr(place->path.data, '.', place->path.length) != NULL;
    bool is_missing = !is_found && !(is_sentence(place->path) && !is_source(place->path)) &&
                      (has_folder ? has_dot : place->line && is_source(place->path));
    if (!asked->is_module && (is_elsewhere || is_missing)) {
        note_absent(finding, is_elsewhere ? ", so what is called so elsewhere was taken for it" : "");
    }
}

static void find_place(struct finding *finding, uint32_t least, const struct asked *asked) {
    struct search_files *files = finding->files;
    finding->asked = asked;
    finding->first = files->list.count;
    find(finding, least);
    note_place(finding, asked);
    for (size_t i = finding->first; i < files->list.count; i++) {
        check_line(files, finding->snapshot, &files->list.items[i]);
    }
    finding->asked = NULL; // which may lie in our caller's frame
}

// scrapy.core.engine is a file, of scrapy.core.engine.ExecutionEngine.crawl what is before the definition.
static void find_module(struct finding *finding, struct slice text) {
    struct asked all = {.is_module = true};
    split(text, ".:", &all);
    for (uint32_t behind = 0;
         behind <= MOST_BEHIND && behind + 1 < all.count && finding->files->list.count == 0; behind++) {
        struct asked asked = all;
        asked.count = all.count - behind;
        find_place(finding, asked.count > 1 ? 2 : 1, &asked);
        finding->files->member = all.parts[all.count - 1];
        finding->files->is_member_type = behind == 0;
    }
}

// A sentence is no path.
static bool may_be_path(const struct search_place *place) {
    struct slice path = place->path;
    bool has_blank = memchr(path.data, ' ', path.length), has_dot = memchr(path.data, '.', path.length);
    return !has_blank || has_dot || memchr(path.data, '/', path.length) || is_bare(path);
}

// --- paths that say where they begin ---

static bool begins_with(struct slice path, const char *head) {
    return slice_starts_with(path, slice_of_string(head));
}

// The file that the path leads to from a folder.
static bool follow(const struct finding *finding, struct slice from, struct slice path,
                   struct snapshot_file *at) {
    struct str joined, root;
    str_init(&joined);
    str_init(&root);
    paths_join(&root, slice_of_string(finding->where->root), SLICE_LITERAL(""));
    paths_join(&joined, from, path);
    struct slice file = str_slice(&joined);
    bool is_there = file.length && paths_is_below(str_slice(&root), file);
    file = slice_sub(file, root.length ? root.length + 1 : 0, file.length);
    is_there =
        is_there && paths_is_below(finding->folder, file) && snapshot_find(finding->snapshot, file, at);
    str_free(&joined);
    str_free(&root);
    return is_there;
}

// Of an empty file there is nothing to show.
static void add_exact(struct finding *finding, struct snapshot_file at) {
    struct search_files *files = finding->files;
    const struct record *record = snapshot_file(finding->snapshot, at)->record;
    struct search_file file = {at, finding->place->line, SAME - finding->less};
    if (record->chunk_count) {
        vec_push(&files->list, file);
        check_line(files, finding->snapshot, &files->list.items[files->list.count - 1]);
    } else if (files->note.length == 0) {
        str_append_format(&files->note, "%s is empty", record->path);
    }
}

// A compiler may have begun at the root, too, wherever one stands.
static bool find_exact(struct finding *finding, struct slice path) {
    const struct search_asked *where = finding->where;
    struct slice root = slice_of_string(where->root);
    struct slice here = where->here.length ? where->here : root;
    struct snapshot_file at = {0};
    bool is_there = false;
    if (begins_with(path, "/")) {
        is_there = follow(finding, SLICE_LITERAL(""), path, &at);
    } else if (begins_with(path, "./") || begins_with(path, "../")) {
        is_there = follow(finding, here, path, &at) || follow(finding, root, path, &at);
    }
    if (is_there) {
        add_exact(finding, at);
    }
    return is_there;
}

static bool has_files_below(const struct snapshot *snapshot, struct slice folder) {
    for (uint32_t s = 0; s < snapshot->segment_count && folder.length; s++) {
        const struct segment *segment = snapshot->segments[s];
        for (uint32_t i = 0; i < segment->file_count; i++) {
            struct slice path = slice_of_string(segment->files[i].record->path);
            if (path.length > folder.length && paths_is_below(folder, path) &&
                !snapshot_is_dead(snapshot, s, i)) {
                return true;
            }
        }
    }
    return false;
}

static void note_folder(struct search_files *files, const struct snapshot *snapshot, struct slice path) {
    while (path.length && path.data[path.length - 1] == '/') {
        path.length--;
    }
    if (memchr(path.data, '/', path.length) && has_files_below(snapshot, path)) {
        str_clear(&files->note);
        str_append_format(&files->note, "\"%.*s\" is a folder: to search in it, name it behind the words",
                          (int)path.length, path.data);
    }
}

// Is there a definition of what is behind the dot, in what is before it? "self" is no file's name, either.
static bool is_member(const struct snapshot *snapshot, struct slice stem, struct slice ending) {
    struct snapshot_symbol named[NAMED];
    uint32_t count = snapshot_named(snapshot, segment_name_key(ending), NAMED, named);
    bool is_there = slice_equal(stem, SLICE_LITERAL("self")) || slice_equal(stem, SLICE_LITERAL("this"));
    for (uint32_t i = 0; i < count && i < NAMED && !is_there; i++) {
        const struct symbol *symbol = segment_symbol(snapshot->segments[named[i].segment], named[i].id);
        struct slice scope = slice_of_string(symbol->scope);
        size_t outer = scope.length - (scope.length < stem.length ? scope.length : stem.length);
        is_there = slice_equal_any_case(slice_sub(scope, outer, scope.length), stem) &&
                   (outer == 0 || !slice_is_word_byte(scope.data[outer - 1]));
    }
    return is_there;
}

// A source file's name and no more, or with folders; with a line, too, if there is none of that name.
static void note_named(const struct finding *finding) {
    struct search_files *files = finding->files;
    struct slice path = finding->place->path;
    struct slice name = paths_base(path), stem = paths_stem(path);
    char *text = mem_copy_bytes(name.data, name.length);
    const struct language *language = language_of_path(text);
    free(text);
    bool is_there = files->list.count > 0;
    bool is_name = language && !language_is_data(language) && stem.length && stem.length + 1 < name.length &&
                   !is_sentence(path);
    if (is_name &&
        (is_there || !is_member(finding->snapshot, stem, slice_sub(name, stem.length + 1, name.length)))) {
        files->named = path;
        if (!is_there) {
            note_absent(finding, "");
        }
    }
}

static void find_named(struct finding *finding, size_t count) {
    struct slice path = finding->place->path;
    struct asked asked = {.is_exact = !finding->place->is_all, .is_bare = is_bare(path)};
    asked.is_apart = asked.is_bare && memchr(path.data, ' ', path.length);
    split(path, "/\\", &asked);
    find_place(finding, least_parts(finding->place, count, &asked), &asked);
}

void search_files_init(struct search_files *files, const struct search_asked *asked, struct slice text) {
    struct search_place places[SEARCH_PLACES];
    *files = (struct search_files){0};
    str_init(&files->note);
    size_t count = search_place_read(text, places);
    struct finding finding = {.files = files,
                              .where = asked,
                              .snapshot = asked->snapshot,
                              .folder = asked->folder,
                              .place = places};
    for (size_t i = 0; i < count && may_be_path(&places[i]); i++) {
        finding.place = &places[i];
        finding.has_empty = false;
        finding.less = A_PLACE_LATER * (float)i;
        if (!find_exact(&finding, places[i].path)) {
            find_named(&finding, count);
        }
    }
    bool is_path = count == 1 && places[0].is_all && places[0].line == 0;
    if (is_path && files->list.count == 0 && is_dotted(places[0].path)) {
        find_module(&finding, places[0].path);
    }
    if (is_path && files->list.count == 0) {
        note_folder(files, asked->snapshot, places[0].path);
    }
    bool is_module = files->list.count && files->member.length; // whose last part is no ending
    if (count == 1 && places[0].is_all && !is_module && (is_path || files->list.count == 0)) {
        note_named(&finding);
    }
    files->is_bare = is_path && is_bare(places[0].path);
    files->is_all = files->list.count && count == 1 && places[0].is_all && places[0].line;
}

void search_files_free(struct search_files *files) {
    vec_free(&files->list);
    str_free(&files->note);
}
