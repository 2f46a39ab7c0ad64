// explain.c - see explain.h.
#include "indexer/explain.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/app.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "indexer/language.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *const taints[] = {"own", "test", "vendored", "generated"};
static const char *const kinds[] = {"file", "folder", "other", "missing"};

// A path in words: its repository, and the way from there ("" for the repository itself).
struct question {
    const char *asked;
    char *root;
    char *below;
};

// --- where the path lies ---

// Without empty parts, "." and ".."; by letters alone, so that links stay what they are.
static char *plain_path(const char *folder, const char *path) {
    char *joined = path[0] == '/' ? mem_copy_string(path) : fs_join(folder, path);
    struct str out;
    str_init(&out);
    for (const char *part = joined; *part;) {
        part += strspn(part, "/");
        size_t length = strcspn(part, "/");
        if (length == 2 && strncmp(part, "..", 2) == 0) {
            const char *slash = strrchr(out.data, '/');
            str_truncate(&out, slash ? (size_t)(slash - out.data) : 0);
        } else if (length && !(length == 1 && part[0] == '.')) {
            str_append_char(&out, '/');
            str_append(&out, part, length);
        } else if (length == 0 && out.length) {
            str_append_char(&out, '/'); // a slash at the end says that a folder is meant
        }
        part += length;
    }
    if (!out.length) {
        str_append_char(&out, '/');
    }
    free(joined);
    return str_detach(&out);
}

// What of the path lies below the root; NULL if it does not.
static const char *part_below(const char *root, const char *path) {
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
        return NULL;
    }
    return path + length + (path[length] == '/' ? 1 : 0);
}

// The nearest folder above the path that exists, links resolved, with the rest of the path behind it. *folder
// gets its length.
static char *resolve_above(char *path, size_t *folder) {
    size_t end = strlen(path);
    end -= end > 1 && path[end - 1] == '/' ? 1 : 0;
    for (;;) {
        while (end > 0 && path[end - 1] != '/') {
            end--;
        }
        size_t parent = end > 1 ? end - 1 : 1;
        char *start = mem_copy_bytes(path, parent);
        char *real = fs_is_folder(start) ? fs_real_path(start, NULL) : NULL;
        free(start);
        if (real) {
            *folder = strlen(real);
            char *whole = fs_join(real, path + end);
            free(real);
            return whole;
        }
        end = parent;
    }
}

static int place_elsewhere(struct question *question, char *whole, struct err *err) {
    size_t length;
    char *path = resolve_above(whole, &length);
    char *folder = mem_copy_bytes(path, length);
    int code = app_find_root(folder, &question->root, err);
    if (code == 0) {
        question->below = mem_copy_string(part_below(question->root, path));
    }
    free(folder);
    free(path);
    return code;
}

static int place_question(struct question *question, struct err *err) {
    char *current = fs_real_path(".", err);
    if (!current) {
        return ERR_NOT_FOUND;
    }
    char *whole = plain_path(current, question->asked);
    char *root = NULL;
    bool is_found = app_find_root(".", &root, NULL) == 0;
    const char *below = is_found ? part_below(root, whole) : NULL;
    int code = 0;
    if (!below || !app_is_marked(root)) { // below a folder that is no repository there may be some
        code = place_elsewhere(question, whole, err);
    }
    if (below && !(question->root && app_is_marked(question->root))) {
        free(question->root);
        free(question->below);
        question->root = mem_copy_string(root);
        question->below = mem_copy_string(below);
        code = 0;
    }
    free(root);
    free(whole);
    free(current);
    return code;
}

// --- the answer in words ---

static void say_rule(FILE *out, const struct ignore_story *story) {
    terminal_write_name(out, STYLE_PLAIN, story->file);
    fprintf(out, ":%u \"", story->line);
    terminal_write_name(out, STYLE_PLAIN, story->written);
    fputc('"', out);
}

static void say_out(FILE *out, const struct question *question, const struct explanation *answer) {
    const struct ignore_story *story = &answer->story;
    size_t length = strlen(question->below);
    length -= length && question->below[length - 1] == '/' ? 1 : 0;
    bool is_parent = story->skip && strlen(story->subject) < length;
    if (story->skip && story->line) {
        say_rule(out, story);
        fputs(" excludes", out);
    } else if (story->skip && story->file[0]) {
        terminal_write_name(out, STYLE_PLAIN, story->file);
        fputs(" is empty or cannot be read, which excludes", out);
    } else {
        fputs(skip_words(answer->skip), out);
    }
    if (story->skip && story->file[0]) {
        fputs(is_parent ? " the folder " : " it", out);
    } else if (is_parent) {
        fputs(": the folder ", out);
    }
    if (is_parent) {
        terminal_write_name(out, STYLE_PLAIN, story->subject);
    }
    if (answer->skip == SKIP_SECRET || answer->skip == SKIP_FOREIGN) {
        fputs(" (built in; no ignore file takes it back)", out);
    }
}

static void say_record(FILE *out, const struct record *record) {
    const char *how = record->cut_short           ? "by lines (its parse takes too long),"
                      : explain_by_syntax(record) ? "along its syntax,"
                                                  : "by lines,";
    static const char *const marks[] = {"", ", test code", ", vendored: ranked behind your own",
                                        ", generated: ranked behind your own"};
    const struct language *language = language_of_id(record->language);
    fprintf(out, "%s, %" PRId64 " byte%s, %u chunk%s %s %u symbol%s%s",
            language ? language_name(language) : "no known language", record->size,
            str_plural((uint64_t)record->size), record->chunk_count, str_plural(record->chunk_count), how,
            record->symbol_count, str_plural(record->symbol_count), marks[record->taint]);
}

static void say_in(FILE *out, const struct question *question, const struct explanation *answer) {
    const struct language *language = language_of_path(question->below);
    if (answer->record) {
        say_record(out, answer->record);
    } else if (answer->kind == EXPLAIN_MISSING && answer->is_folder) {
        fputs("once it exists, what lies in it is looked at", out);
    } else if (answer->kind == EXPLAIN_MISSING) {
        fprintf(out, "once it exists, it is taken (%s)",
                language ? language_name(language) : "no known language");
    } else {
        fputs("a folder; what lies in it is looked at", out);
    }
    if (answer->story.file && answer->story.file[0]) {
        fputs("; ", out);
        say_rule(out, &answer->story);
        fputs(answer->story.is_waived ? " does not count, for this is no git repository" : " takes it back",
              out);
    }
}

static void say_unmarked(FILE *out, const char *root) {
    fputs("; but ", out);
    terminal_write_name(out, STYLE_PLAIN, root);
    fputs(
        " is no repository (no .git, .hg, .svn, .jj or .hunchignore is in it), so an editor reads it only if it opens "
        "that folder",
        out);
}

static void print_text(const struct question *question, const struct explanation *answer) {
    bool is_missing = !answer->skip && answer->kind == EXPLAIN_MISSING;
    terminal_write(stdout, answer->skip ? STYLE_RED : STYLE_GREEN,
                   slice_of_string(answer->skip ? "out"
                                   : is_missing ? "not there"
                                                : "in"));
    fputs(": ", stdout);
    terminal_write_name(stdout, STYLE_BOLD, question->asked);
    fputs(": ", stdout);
    (answer->skip ? say_out : say_in)(stdout, question, answer);
    if (!answer->skip && !app_is_marked(question->root)) {
        say_unmarked(stdout, question->root);
    }
    fputc('\n', stdout);
}

// --- the answer as JSON ---

static void set_rule(struct json *object, const struct ignore_story *story) {
    if (story->file && story->file[0]) {
        struct json *rule = json_set(object, "rule", json_object());
        json_set_string(rule, "file", story->file);
        json_set_number(rule, "line", story->line);
        json_set_string(rule, "text", story->written);
    }
    if (story->is_waived) {
        json_set_bool(object, "waived", true);
    }
    if (story->skip) {
        json_set_string(object, "excluded", story->subject);
    }
}

static void print_json(const struct question *question, const struct explanation *answer) {
    struct json *object = json_object();
    json_set_string(object, "asked", question->asked);
    json_set_string(object, "path", question->below);
    json_set_string(object, "root", question->root);
    json_set_bool(object, "isRepository", app_is_marked(question->root));
    json_set_bool(object, "indexed", answer->skip == SKIP_NOT);
    json_set_string(object, "kind", kinds[answer->kind]);
    if (answer->skip) {
        json_set_string(object, "reason", skip_key(answer->skip));
        json_set_string(object, "words", skip_words(answer->skip));
    }
    set_rule(object, &answer->story);
    if (answer->record) {
        json_set_string(object, "language", answer->record->language);
        json_set_number(object, "bytes", (double)answer->record->size);
        json_set_number(object, "chunks", answer->record->chunk_count);
        json_set_number(object, "symbols", answer->record->symbol_count);
        json_set_bool(object, "bySyntax", explain_by_syntax(answer->record));
        json_set_bool(object, "cutShort", answer->record->cut_short);
        json_set_string(object, "taint", taints[answer->record->taint]);
    }
    terminal_print_json_line(object);
}

// --- the command ---

static int explain_one(const char *path, bool json) {
    struct question question = {.asked = path};
    struct err err = {0};
    if (!*path || place_question(&question, &err) != 0) {
        log_error("%s; give a path, as in: hunch index --explain src/main.c",
                  *path ? err.message : "there is no path without a name");
        free(question.root);
        return OPTIONS_REFUSED;
    }
    struct explanation answer;
    explain_path(question.root, question.below, &answer);
    (json ? print_json : print_text)(&question, &answer);
    bool is_out = answer.skip != SKIP_NOT;
    explanation_free(&answer);
    free(question.root);
    free(question.below);
    return is_out ? 1 : 0;
}

static int worse(int status, int other) {
    return status > other ? status : other;
}

static int explain_lines(bool json) {
    enum { LINE_LIMIT = 64 * 1024 };
    int status = 0;
    char *line = mem_alloc(LINE_LIMIT);
    while (fgets(line, LINE_LIMIT, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0]) {
            status = worse(status, explain_one(line, json));
        }
    }
    free(line);
    return status;
}

int explain_command(char *const *paths, int count, bool json) {
    int status = count ? 0 : explain_one(".", json);
    for (int i = 0; i < count; i++) {
        bool is_list = strcmp(paths[i], "-") == 0;
        status = worse(status, is_list ? explain_lines(json) : explain_one(paths[i], json));
    }
    return status;
}
