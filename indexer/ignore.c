// ignore.c - see ignore.h.
//
// Rules lie in two flat stacks, git's and ours, weakest first: a path is looked
// up from the end, and the first rule that matches decides. A level remembers
// how long the stacks were before it, so leaving a folder is cutting them.
//
// Paths in here are counted from the top of the git repository (`above` is the
// way from there to the root). A rule holds for paths below the folder of its
// file, so the first `base` bytes of a path are not looked at.
#include "indexer/ignore.h"

#include "base/fs.h"
#include "base/glob.h"
#include "base/vec.h"
#include "indexer/deny.h"

#include <sys/stat.h>

enum { FILE_LIMIT = 1024 * 1024 };

struct rule {
    struct slice pattern;
    size_t literal; // bytes of the pattern before the first special one
    size_t base;    // length of the folder's path and its '/'
    bool negated;
    bool folders_only;
    bool any_depth; // no '/' in it: looks at the name alone
    const char *reason;
};

struct rules {
    struct rule *items;
    size_t count;
    size_t capacity;
};

struct level {
    char *texts[2]; // what the rules of this level point into
    size_t counts[2];
};

enum { GIT, OWN };

struct ignore {
    char *root; // NULL: memory only
    struct str above;
    struct rules rules[2];
    VEC(struct level) levels;
};

static const char *const rule_files[] = {".gitignore", ".hunchignore"};

bool ignore_is_rules(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return strcmp(name, rule_files[GIT]) == 0 || strcmp(name, rule_files[OWN]) == 0;
}

// Spaces at the end do not count unless escaped.
static struct slice trim_end(struct slice line) {
    size_t keep = 0;
    for (size_t i = 0; i < line.length; i++) {
        if (line.data[i] == '\\') {
            i++;
            keep = i + 1;
        } else if (line.data[i] != ' ') {
            keep = i + 1;
        }
    }
    return slice_sub(line, 0, keep);
}

static void add_rule(struct rules *rules, struct slice line, size_t base, const char *reason) {
    const char *nul = memchr(line.data, '\0', line.length);
    line = trim_end(nul ? slice_of(line.data, (size_t)(nul - line.data)) : line);
    struct rule rule = {.base = base, .reason = reason};
    if (line.length && line.data[0] == '!') {
        rule.negated = true;
        line = slice_sub(line, 1, line.length);
    }
    if (line.length && line.data[line.length - 1] == '/') {
        rule.folders_only = true;
        line.length--;
    }
    rule.any_depth = line.length && !memchr(line.data, '/', line.length);
    if (line.length && line.data[0] == '/') {
        line = slice_sub(line, 1, line.length);
    }
    if (line.length) {
        rule.pattern = line;
        rule.literal = glob_literal_length(line);
        vec_push(rules, rule);
    }
}

static void add_rules(struct rules *rules, struct slice text, size_t base, const char *reason) {
    if (slice_starts_with(text, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        text = slice_sub(text, 3, text.length);
    }
    while (text.length) {
        const char *newline = memchr(text.data, '\n', text.length);
        size_t length = newline ? (size_t)(newline - text.data) : text.length;
        struct slice line = slice_sub(text, 0, length);
        if (newline && length && line.data[length - 1] == '\r') {
            line.length--;
        }
        if (line.length && line.data[0] != '#') {
            add_rule(rules, line, base, reason);
        }
        text = slice_sub(text, length + 1, text.length);
    }
}

// An ignore file behind a link could be anything, so it counts as absent (as it does for git).
static char *read_rules(const char *path, size_t *length) {
    struct str text;
    str_init(&text);
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        fs_read(path, FILE_LIMIT, &text, NULL);
    }
    *length = text.length;
    return str_detach(&text);
}

static void push_level(struct ignore *self, size_t base, struct slice gitignore, struct slice hunchignore,
                       const char *git_reason) {
    struct level level = {.counts = {self->rules[GIT].count, self->rules[OWN].count}};
    level.texts[GIT] = mem_copy_bytes(gitignore.data, gitignore.length);
    level.texts[OWN] = mem_copy_bytes(hunchignore.data, hunchignore.length);
    add_rules(&self->rules[GIT], slice_of(level.texts[GIT], gitignore.length), base, git_reason);
    add_rules(&self->rules[OWN], slice_of(level.texts[OWN], hunchignore.length), base,
              "a rule in .hunchignore excludes it");
    vec_push(&self->levels, level);
}

// The length of what a folder below the root adds in front of its children, counted from the top.
static size_t base_of(const struct ignore *self, const char *folder) {
    return self->above.length + (*folder ? strlen(folder) + 1 : 0);
}

void ignore_enter_text(struct ignore *self, const char *folder, struct slice gitignore,
                       struct slice hunchignore) {
    push_level(self, base_of(self, folder), gitignore, hunchignore, "a rule in .gitignore excludes it");
}

// Reads the two ignore files in an absolute folder.
static void read_level(struct ignore *self, const char *folder, size_t base) {
    struct slice texts[2];
    char *owned[2];
    for (int i = GIT; i <= OWN; i++) {
        char *path = fs_join(folder, rule_files[i]);
        owned[i] = read_rules(path, &texts[i].length);
        texts[i].data = owned[i];
        free(path);
    }
    push_level(self, base, texts[GIT], texts[OWN], "a rule in .gitignore excludes it");
    free(owned[GIT]);
    free(owned[OWN]);
}

void ignore_enter(struct ignore *self, const char *folder) {
    char *path = fs_join(self->root, folder);
    read_level(self, path, base_of(self, folder));
    free(path);
}

void ignore_leave(struct ignore *self) {
    struct level *level = &self->levels.items[--self->levels.count];
    for (int i = GIT; i <= OWN; i++) {
        self->rules[i].count = level->counts[i];
        free(level->texts[i]);
    }
}

// In a worktree or submodule .git is a file that names the real folder, which may name a common one.
static char *common_folder(char *git) {
    struct str text;
    str_init(&text);
    if (fs_is_file(git) && fs_read(git, 4096, &text, NULL) == 0 &&
        slice_starts_with(str_slice(&text), SLICE_LITERAL("gitdir:"))) {
        struct slice named = slice_trim(slice_sub(str_slice(&text), 7, text.length));
        char *copy = mem_copy_bytes(named.data, named.length);
        git[strlen(git) - strlen(".git")] = '\0';
        char *folder = copy[0] == '/' ? mem_copy_string(copy) : fs_join(git, copy);
        free(copy);
        free(git);
        git = folder;
    }
    str_clear(&text);
    char *pointer = fs_join(git, "commondir");
    if (fs_read(pointer, 4096, &text, NULL) == 0) {
        struct slice named = slice_trim(str_slice(&text));
        char *copy = mem_copy_bytes(named.data, named.length);
        char *folder = copy[0] == '/' ? mem_copy_string(copy) : fs_join(git, copy);
        free(copy);
        free(git);
        git = folder;
    }
    free(pointer);
    str_free(&text);
    return git;
}

static void read_exclude(struct ignore *self, const char *top) {
    char *git = common_folder(fs_join(top, ".git"));
    char *path = fs_join(git, "info/exclude");
    size_t length;
    char *text = read_rules(path, &length);
    push_level(self, 0, slice_of(text, length), slice_of("", 0), "a rule in .git/info/exclude excludes it");
    free(text);
    free(path);
    free(git);
}

static bool has_git(const char *folder) {
    char *git = fs_join(folder, ".git");
    struct stat status;
    bool found = stat(git, &status) == 0;
    free(git);
    return found;
}

// The nearest folder at or above the root that holds .git; the root itself without one. Heap.
static char *find_top(const char *root) {
    char *top = mem_copy_string(root);
    while (!has_git(top)) {
        char *slash = strrchr(top, '/');
        if (!slash || slash == top) {
            free(top);
            return mem_copy_string(root);
        }
        *slash = '\0';
    }
    return top;
}

// Reads the levels above the root, from the repository's top down.
static void enter_above(struct ignore *self) {
    char *top = find_top(self->root);
    size_t length = strlen(top);
    read_exclude(self, top);
    if (strlen(self->root) > length) {
        str_append_string(&self->above, self->root + length + 1);
        str_append_char(&self->above, '/');
    }
    char *folder = mem_copy_string(self->root);
    for (size_t end = length; end < strlen(self->root); end += 1 + strcspn(self->root + end + 1, "/")) {
        folder[end] = '\0';
        read_level(self, folder, end > length ? end - length : 0);
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
    vec_free(&self->rules[GIT]);
    vec_free(&self->rules[OWN]);
    str_free(&self->above);
    free(self->root);
    free(self);
}

static bool rule_matches(const struct rule *rule, struct slice path, struct slice name, bool is_folder) {
    if (rule->folders_only && !is_folder) {
        return false;
    }
    if (rule->any_depth) {
        return glob_match(rule->pattern, name, GLOB_NAME);
    }
    // git compares the part before the first special byte on its own: a `**` right behind it counts as one
    // at the start.
    struct slice rest = slice_sub(path, rule->base, path.length);
    struct slice literal = slice_sub(rule->pattern, 0, rule->literal);
    return slice_starts_with(rest, literal) &&
           glob_match(slice_sub(rule->pattern, rule->literal, rule->pattern.length),
                      slice_sub(rest, rule->literal, rest.length), GLOB_PATH);
}

static const struct rule *last_match(const struct rules *rules, struct slice path, struct slice name,
                                     bool is_folder) {
    for (size_t i = rules->count; i > 0; i--) {
        if (rule_matches(&rules->items[i - 1], path, name, is_folder)) {
            return &rules->items[i - 1];
        }
    }
    return NULL;
}

static struct slice name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slice_of_string(slash ? slash + 1 : path);
}

static struct slice from_top(const struct ignore *self, const char *path, struct str *joined) {
    if (self->above.length == 0) {
        return slice_of_string(path);
    }
    str_append_slice(joined, str_slice(&self->above));
    str_append_string(joined, path);
    return str_slice(joined);
}

bool ignore_check(const struct ignore *self, const char *path, bool is_folder, const char **reason) {
    struct slice name = name_of(path);
    *reason = deny_name(name, is_folder);
    if (*reason) {
        return true;
    }
    struct str joined;
    str_init(&joined);
    struct slice full = from_top(self, path, &joined);
    const struct rule *rule = last_match(&self->rules[OWN], full, name, is_folder);
    rule = rule ? rule : last_match(&self->rules[GIT], full, name, is_folder);
    str_free(&joined);
    bool excluded = rule && !rule->negated;
    *reason = excluded ? rule->reason : NULL;
    return excluded;
}

bool ignore_path(const char *root, const char *path, bool is_folder, const char **reason) {
    struct ignore *self = ignore_new(root);
    char *parent = mem_copy_string(path);
    ignore_enter(self, "");
    bool excluded = false;
    for (char *slash = strchr(parent, '/'); slash && !excluded; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        excluded = ignore_check(self, parent, true, reason);
        ignore_enter(self, parent);
        *slash = '/';
    }
    excluded = excluded || ignore_check(self, path, is_folder, reason);
    free(parent);
    ignore_free(self);
    return excluded;
}
