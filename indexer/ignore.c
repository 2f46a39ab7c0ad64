// ignore.c - see ignore.h.
//
// Each list is a stack of rules, weakest first; a path is looked up from the
// end. A level remembers how long the stacks were before it, so leaving a
// folder is cutting them.
//
// Paths in here are counted from the top of the git repository (`above` is the
// way from there to the root).
#include "indexer/ignore.h"

#include "base/fs.h"
#include "base/vec.h"
#include "indexer/deny.h"
#include "indexer/gitplaces.h"
#include "indexer/names.h"
#include "indexer/rules.h"
#include "indexer/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT = 1024 * 1024 };

// A file with rules that was read.
struct rule_source {
    char *file; // as people see it
    char *text; // what the rules point into
    enum skip skip;
    bool is_shut; // it could not be read: excludes all
};

struct level {
    size_t rules[IGNORE_FILES];
    size_t sources;
};

struct ignore {
    char *root;         // NULL: memory only
    bool is_in_git;     // or in memory, where rules count as written
    struct rule waived; // the root's first rule that does not count; of no length if there is none
    struct str above;
    struct rules rules[IGNORE_FILES];
    VEC(struct rule_source) sources;
    VEC(struct level) levels;
};

static const struct {
    const char *name;
    enum skip skip;
} rule_files[IGNORE_FILES] = {
    [IGNORE_GIT] = {".gitignore", SKIP_GITIGNORE},
    [IGNORE_HUNCH] = {".hunchignore", SKIP_HUNCHIGNORE},
    [IGNORE_CURSOR] = {".cursorignore", SKIP_CURSORIGNORE},
    [IGNORE_AI] = {".aiexclude", SKIP_AIEXCLUDE},
    [IGNORE_COPILOT] = {".copilotignore", SKIP_COPILOTIGNORE},
};

unsigned ignore_mark(const char *name) {
    if (name[0] != '.') {
        return 0;
    }
    for (int i = 0; i < IGNORE_FILES; i++) {
        if (strcmp(name, rule_files[i].name) == 0) {
            return 1u << i;
        }
    }
    return strcmp(name, ".git") == 0 ? (unsigned)IGNORE_NESTED : 0;
}

bool ignore_is_rules(const char *path) {
    const char *slash = strrchr(path, '/');
    return (ignore_mark(slash ? slash + 1 : path) & ~(unsigned)IGNORE_NESTED) != 0;
}

static void begin_level(struct ignore *self) {
    struct level level = {.sources = self->sources.count};
    for (int i = 0; i < IGNORE_FILES; i++) {
        level.rules[i] = self->rules[i].count;
    }
    vec_push(&self->levels, level);
}

void ignore_leave(struct ignore *self) {
    const struct level *level = &self->levels.items[--self->levels.count];
    for (int i = 0; i < IGNORE_FILES; i++) {
        self->rules[i].count = level->rules[i];
    }
    while (self->sources.count > level->sources) {
        struct rule_source *source = &self->sources.items[--self->sources.count];
        free(source->file);
        free(source->text);
    }
}

// Takes over file and text. A file that is shut is one rule that excludes all.
static void add_source(struct ignore *self, enum ignore_file list, struct rule_source source, size_t length,
                       size_t base) {
    struct slice text = source.is_shut ? SLICE_LITERAL("*") : slice_of(source.text, length);
    rules_add(&self->rules[list], text, (uint32_t)base, (uint32_t)self->sources.count);
    vec_push(&self->sources, source);
}

// The length of what a folder below the root adds in front of its children, counted from the top.
static size_t base_of(const struct ignore *self, const char *folder) {
    return self->above.length + (*folder ? strlen(folder) + 1 : 0);
}

void ignore_enter_text(struct ignore *self, const char *folder, const struct slice texts[IGNORE_FILES]) {
    begin_level(self);
    for (int i = 0; i < IGNORE_FILES; i++) {
        struct rule_source source = {.file = *folder ? fs_join(folder, rule_files[i].name)
                                                     : mem_copy_string(rule_files[i].name),
                                     .text = mem_copy_bytes(texts[i].data, texts[i].length),
                                     .skip = rule_files[i].skip};
        add_source(self, (enum ignore_file)i, source, texts[i].length, base_of(self, folder));
    }
}

enum reading { ABSENT, READ, SHUT };

// A .gitignore behind a link counts as absent, as it does for git; for the others a link is what people use to
// have one file for all.
static enum reading read_file(int folder, enum ignore_file file, struct str *text) {
    const char *name = rule_files[file].name;
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        (file == IGNORE_GIT && !S_ISREG(status.st_mode))) {
        return ABSENT;
    }
    int opened = openat(folder, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    bool is_file = opened >= 0 && fstat(opened, &status) == 0 && S_ISREG(status.st_mode);
    bool is_read =
        is_file && status.st_size <= FILE_LIMIT && source_read_bytes(opened, FILE_LIMIT, text) == 0;
    if (opened >= 0) {
        close(opened);
    }
    return is_read ? READ : file == IGNORE_GIT ? ABSENT : SHUT;
}

// An empty .aiexclude excludes all in one of the products that read it.
static bool excludes_all(enum ignore_file file, enum reading reading, const struct str *text) {
    return reading == SHUT || (file == IGNORE_AI && reading == READ && text->length == 0);
}

static bool excludes_everything(const struct rule *rule) {
    return slice_equal(rule->pattern, SLICE_LITERAL("*")) && !rule->negated && !rule->folders_only;
}

// Drops such rules from the list of git's, from this one on.
static void waive(struct ignore *self, size_t first) {
    struct rules *rules = &self->rules[IGNORE_GIT];
    size_t kept = first;
    for (size_t i = first; i < rules->count; i++) {
        if (!excludes_everything(&rules->items[i])) {
            rules->items[kept++] = rules->items[i];
        } else if (!self->waived.written.length) {
            self->waived = rules->items[i];
        }
    }
    rules->count = kept;
}

// `shown` is the folder as people see it, "" for the root.
static void read_folder(struct ignore *self, int folder, const char *shown, size_t base, unsigned marks) {
    for (int i = 0; i < IGNORE_FILES; i++) {
        struct str text;
        str_init(&text);
        enum reading reading = marks & (1u << i) ? read_file(folder, (enum ignore_file)i, &text) : ABSENT;
        if (reading != ABSENT) {
            const char *name = rule_files[i].name;
            struct rule_source source = {.file = *shown ? fs_join(shown, name) : mem_copy_string(name),
                                         .skip = rule_files[i].skip,
                                         .is_shut = excludes_all((enum ignore_file)i, reading, &text)};
            size_t length = text.length;
            source.text = str_detach(&text);
            add_source(self, (enum ignore_file)i, source, length, base);
        }
        str_free(&text);
    }
}

// Rules of git that do not lie in the tree; there is a root. Takes over path.
static void read_outside(struct ignore *self, char *path, enum skip skip, size_t base) {
    struct str text;
    str_init(&text);
    if (path && fs_read(path, FILE_LIMIT, &text, NULL) == 0) {
        size_t root = strlen(self->root);
        bool is_below = strncmp(path, self->root, root) == 0 && path[root] == '/';
        struct rule_source source = {.file = mem_copy_string(is_below ? path + root + 1 : path),
                                     .skip = skip};
        size_t length = text.length;
        source.text = str_detach(&text);
        add_source(self, IGNORE_GIT, source, length, base);
    }
    str_free(&text);
    free(path);
}

void ignore_enter_marked(struct ignore *self, const char *folder, int open_folder, unsigned marks) {
    begin_level(self);
    if (!self->root || open_folder < 0) {
        return;
    }
    if (*folder && (marks & IGNORE_NESTED)) {
        char *top = fs_join(self->root, folder);
        read_outside(self, gitplaces_exclude(top), SKIP_GIT_EXCLUDE, base_of(self, folder));
        free(top);
    }
    size_t before = self->rules[IGNORE_GIT].count;
    read_folder(self, open_folder, folder, base_of(self, folder), marks);
    if (!*folder && !self->is_in_git) {
        waive(self, before);
    }
}

void ignore_enter(struct ignore *self, const char *folder) {
    int opened = self->root ? source_open(self->root, folder, O_RDONLY | O_DIRECTORY) : -1;
    ignore_enter_marked(self, folder, opened, IGNORE_ANY);
    if (opened >= 0) {
        close(opened);
    }
}

static bool has_git(const char *folder) {
    char *git = fs_join(folder, ".git");
    struct stat status;
    bool found = stat(git, &status) == 0;
    free(git);
    return found;
}

// The nearest folder at or above the root that holds .git; the root itself without one. Heap.
static char *find_top(const char *root, bool *found) {
    char *top = mem_copy_string(root);
    while (!(*found = has_git(top))) {
        char *slash = strrchr(top, '/');
        if (!slash || slash == top) {
            free(top);
            return mem_copy_string(root);
        }
        *slash = '\0';
    }
    return top;
}

// The ignore files of one folder above the root.
static void read_above(struct ignore *self, const char *folder, size_t base) {
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened >= 0) {
        read_folder(self, opened, folder, base, IGNORE_ANY);
        close(opened);
    }
}

// Reads what holds for the whole root: the user's own file, and the levels above from the repository's top
// down.
static void enter_above(struct ignore *self) {
    char *top = find_top(self->root, &self->is_in_git);
    size_t length = strlen(top);
    begin_level(self);
    read_outside(self, gitplaces_global(top), SKIP_GIT_GLOBAL, 0);
    read_outside(self, gitplaces_exclude(top), SKIP_GIT_EXCLUDE, 0);
    if (strlen(self->root) > length) {
        str_append_string(&self->above, self->root + length + 1);
        str_append_char(&self->above, '/');
    }
    char *folder = mem_copy_string(self->root);
    for (size_t end = length; end < strlen(self->root); end += 1 + strcspn(self->root + end + 1, "/")) {
        folder[end] = '\0';
        read_above(self, folder, end > length ? end - length : 0);
        folder[end] = '/';
    }
    free(folder);
    free(top);
}

struct ignore *ignore_new(const char *root) {
    struct ignore *self = mem_zero(1, sizeof *self);
    str_init(&self->above);
    if (root) {
        self->root = mem_copy_string(root);
        enter_above(self);
    }
    return self;
}

void ignore_free(struct ignore *self) {
    if (!self) {
        return;
    }
    while (self->levels.count) {
        ignore_leave(self);
    }
    vec_free(&self->levels);
    vec_free(&self->sources);
    for (int i = 0; i < IGNORE_FILES; i++) {
        rules_free(&self->rules[i]);
    }
    str_free(&self->above);
    free(self->root);
    free(self);
}

static struct slice from_top(const struct ignore *self, const char *path, struct str *joined) {
    if (self->above.length == 0) {
        return slice_of_string(path);
    }
    str_append_slice(joined, str_slice(&self->above));
    str_append_string(joined, path);
    return str_slice(joined);
}

// The rule that decides among all lists; NULL if none speaks of the path.
static const struct rule *decide(const struct ignore *self, struct slice path, struct slice name,
                                 bool is_folder) {
    const struct rule *found[IGNORE_FILES];
    for (int i = IGNORE_FILES - 1; i > IGNORE_GIT; i--) {
        found[i] = rules_last_match(&self->rules[i], path, name, is_folder);
        if (found[i] && !found[i]->negated) {
            return found[i];
        }
    }
    found[IGNORE_GIT] = rules_last_match(&self->rules[IGNORE_GIT], path, name, is_folder);
    return found[IGNORE_HUNCH] ? found[IGNORE_HUNCH] : found[IGNORE_GIT];
}

static void tell_rule(const struct ignore *self, const struct rule *rule, struct ignore_rule *out) {
    const struct rule_source *source = &self->sources.items[rule->source];
    *out = (struct ignore_rule){.file = source->file,
                                .line = source->is_shut ? 0 : rule->line,
                                .written = source->is_shut ? slice_of("", 0) : rule->written};
}

enum skip ignore_check(const struct ignore *self, const char *path, bool is_folder,
                       struct ignore_rule *rule) {
    struct ignore_rule unused;
    rule = rule ? rule : &unused;
    *rule = (struct ignore_rule){.file = "", .written = slice_of("", 0)};
    struct slice name = names_last(path);
    enum skip denied = deny_name(name, is_folder);
    if (denied) {
        return denied;
    }
    struct str joined;
    str_init(&joined);
    const struct rule *decides = decide(self, from_top(self, path, &joined), name, is_folder);
    str_free(&joined);
    if (decides) {
        tell_rule(self, decides, rule);
    }
    return decides && !decides->negated ? self->sources.items[decides->source].skip : SKIP_NOT;
}

static void keep_story(struct ignore_story *story, enum skip skip, const char *path, bool is_folder,
                       const struct ignore_rule *rule) {
    *story = (struct ignore_story){.skip = skip,
                                   .subject = mem_copy_string(path),
                                   .is_folder = is_folder,
                                   .file = mem_copy_string(rule->file),
                                   .line = rule->line,
                                   .written = mem_copy_bytes(rule->written.data, rule->written.length)};
}

void ignore_tell(const char *root, const char *path, bool is_folder, struct ignore_story *story) {
    struct ignore *self = ignore_new(root);
    char *part = mem_copy_string(path);
    struct ignore_rule rule;
    enum skip skip = SKIP_NOT;
    ignore_enter(self, "");
    char *slash = strchr(part, '/');
    for (; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        skip = ignore_check(self, part, true, &rule);
        if (skip) {
            break;
        }
        ignore_enter(self, part);
        *slash = '/';
    }
    skip = skip ? skip : ignore_check(self, part, is_folder, &rule);
    bool is_waived = !skip && !rule.line && self->waived.written.length;
    if (is_waived) {
        tell_rule(self, &self->waived, &rule);
    }
    keep_story(story, skip, part, slash || is_folder, &rule);
    story->is_waived = is_waived;
    free(part);
    ignore_free(self);
}

void ignore_story_free(struct ignore_story *story) {
    free(story->subject);
    free(story->file);
    free(story->written);
}

bool ignore_path(const char *root, const char *path, bool is_folder, const char **reason) {
    struct ignore_story story;
    ignore_tell(root, path, is_folder, &story);
    *reason = story.skip ? skip_words(story.skip) : NULL;
    ignore_story_free(&story);
    return *reason != NULL;
}
