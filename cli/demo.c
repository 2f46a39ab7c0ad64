// demo.c - `hunch demo [DIR|FILE]`: what ghost text would look like in this very repository.
//
// Two hundred places, no two on one line, are drawn from the repository's own
// source files, or from those below what was named (a fixed sequence, so that
// two runs show the same), of data and prose only where no code has such a
// line: the rest of an ordinary line at a token's end. Of a model behind a
// server, which takes its time, forty are asked for. The file's text without
// that rest, read when its turn comes, is the open document; the file on disk is
// masked from the model, so nothing is given away. How all of them went is told first, then the surest
// suggestions that are long enough to be worth a key are shown with what was really
// written there; of a model that reads a prompt with what was retrieved for it.
//
// A suggestion may also be the right beginning of what is written: of an unsure
// line the sure head is shown, by design.
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uri.h"
#include "base/vec.h"
#include "cli/admit.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "indexer/language.h"

#include <stdlib.h>

enum {
    PLACES = 200,
    PLACES_OF_SERVER = 40,
    WORTH_A_KEY = 10, // characters
    SHOWN = 8,
    SHOWN_CONTEXT = 3,
    FILE_LIMIT = 1024 * 1024,
    SMALLEST_FILE = 100,
    MIN_LINE = 20,
    MAX_LINE = 140
};

enum match { WRONG, BEGINNING, EXACT };

struct sample {
    char *path;
    char *rest;  // what was written there
    size_t line; // where it starts
    size_t cursor;
    struct str report; // what to print, once answered
    char *model;       // that said it; NULL: nobody did
    double confidence;
    bool shown;
    size_t length; // of what is shown
    enum match match;
    double total_ms;
};

struct source {
    char *path;
    bool is_data;
};

// Why a file has no place.
enum unfit { UNFIT_LANGUAGE, UNFIT_VENDORED, UNFIT_GENERATED, UNFIT_SMALL, UNFIT_LINES, UNFIT_COUNT };

struct demo {
    struct app *app;
    const char *below; // what was named, as a path from the root; "" if that is the root, or nothing was
    uv_mutex_t mutex;  // guards the next two: the writer thread fills them
    VEC(struct source) sources;
    bool unfit[UNFIT_COUNT]; // some file below it is
    struct sample samples[PLACES];
    size_t sample_count, asked;
    struct text *document; // that is asked about; of all of them at once there may be much
    enum outcome outcome;  // of the last answer
    char *reason;          // the same: why nothing was suggested
    uint64_t random;
};

static uint32_t next_random(struct demo *demo) {
    demo->random = demo->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(demo->random >> 33);
}

// --- the files, gathered while the index delivers them ---

static bool is_named(const struct demo *demo, const char *path) {
    return demo->below[0] == '\0' || uri_path_below(path, demo->below);
}

// If it is long enough and of code, it may still have no line.
static enum unfit judge(const struct record *record) {
    return !record->language[0]               ? UNFIT_LANGUAGE
           : record->taint == TAINT_VENDORED  ? UNFIT_VENDORED
           : record->taint == TAINT_GENERATED ? UNFIT_GENERATED
           : record->size <= SMALLEST_FILE    ? UNFIT_SMALL
                                              : UNFIT_LINES;
}

static void on_record(void *self, struct record *record, struct slice text) {
    (void)text;
    struct demo *demo = self;
    if (!is_named(demo, record->path)) {
        return;
    }
    enum unfit unfit = judge(record);
    uv_mutex_lock(&demo->mutex);
    demo->unfit[unfit] = true;
    if (unfit == UNFIT_LINES) {
        bool is_data = language_is_data(language_of_id(record->language));
        vec_push(&demo->sources, (struct source){mem_copy_string(record->path), is_data});
    }
    uv_mutex_unlock(&demo->mutex);
}

static int code_first(const void *a, const void *b) {
    const struct source *x = a, *y = b;
    return x->is_data != y->is_data ? x->is_data - y->is_data : strcmp(x->path, y->path);
}

// Brings the files of code to the front. Returns how many they are.
static size_t order_sources(struct demo *demo) {
    size_t code = 0;
    if (demo->sources.count) {
        qsort(demo->sources.items, demo->sources.count, sizeof *demo->sources.items, code_first);
    }
    while (code < demo->sources.count && !demo->sources.items[code].is_data) {
        code++;
    }
    return code;
}

// --- the places ---

static bool ordinary(struct slice line) {
    struct slice body = slice_trim(line);
    static const char *const comments[] = {"//",     "/*",     "*",    "#",       "--",
                                           "\"\"\"", "import", "use ", "package", "from "};
    for (size_t i = 0; i < sizeof comments / sizeof comments[0]; i++) {
        if (slice_starts_with(body, slice_of_string(comments[i]))) {
            return false;
        }
    }
    bool is_text = !memchr(line.data, '\0', line.length); // of a file only the head was searched for zeros
    return is_text && body.length >= MIN_LINE && line.length <= MAX_LINE;
}

// Fills the sample from a random ordinary line of the text; false if the line drawn is none.
static bool draw(struct demo *demo, struct slice text, struct sample *sample) {
    size_t start = next_random(demo) % text.length;
    while (start > 0 && text.data[start - 1] != '\n') {
        start--;
    }
    size_t end = slice_find(text, SLICE_LITERAL("\n"), start);
    end = end == (size_t)-1 ? text.length : end;
    struct slice line = slice_sub(text, start, end);
    while (line.length && (line.data[line.length - 1] == '\r' || line.data[line.length - 1] == ' ')) {
        line.length--;
    }
    if (!ordinary(line)) {
        return false;
    }
    size_t cut = line.length / 4 + next_random(demo) % (line.length / 2 + 1);
    while (cut < line.length && slice_is_word_byte(line.data[cut - 1]) &&
           slice_is_word_byte(line.data[cut])) {
        cut++;
    }
    if (line.length - cut < 4) {
        return false;
    }
    sample->rest = mem_copy_bytes(line.data + cut, line.length - cut);
    sample->line = start;
    sample->cursor = start + cut;
    return true;
}

static bool is_taken(const struct demo *demo, const char *path, size_t line) {
    for (size_t i = 0; i < demo->sample_count; i++) {
        if (demo->samples[i].line == line && strcmp(demo->samples[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

static void forget(struct sample *sample) {
    free(sample->path);
    free(sample->rest);
    free(sample->model);
    str_free(&sample->report);
    *sample = (struct sample){0};
}

static size_t places_wanted(const struct demo *demo) {
    const struct app *app = demo->app;
    return app->links[0].backend == app->repository ? PLACES : PLACES_OF_SERVER;
}

// Among so many of the sources.
static void choose_samples(struct demo *demo, size_t count) {
    size_t wanted = places_wanted(demo);
    for (size_t attempt = 0; attempt < wanted * 20 && demo->sample_count < wanted && count; attempt++) {
        const char *path = demo->sources.items[next_random(demo) % count].path;
        char *whole = fs_join(demo->app->root, path);
        struct str text;
        str_init(&text);
        struct sample *sample = &demo->samples[demo->sample_count];
        if (fs_read(whole, FILE_LIMIT, &text, NULL) == 0 && text.length &&
            draw(demo, str_slice(&text), sample)) {
            bool is_new = !is_taken(demo, path, sample->line);
            sample->path = mem_copy_string(path);
            str_init(&sample->report);
            demo->sample_count += is_new;
            if (!is_new) {
                forget(sample);
            }
        }
        str_free(&text);
        free(whole);
    }
}

// --- asking and showing ---

static void ask_next(struct demo *demo);

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// But for spaces. Half a word is no beginning.
static enum match compare(struct slice shown, struct slice written) {
    size_t at = 0;
    for (size_t i = 0; i < shown.length; i++) {
        if (is_blank(shown.data[i])) {
            continue;
        }
        while (at < written.length && is_blank(written.data[at])) {
            at++;
        }
        if (at == written.length || written.data[at++] != shown.data[i]) {
            return WRONG;
        }
    }
    if (slice_trim(slice_sub(written, at, written.length)).length == 0) {
        return EXACT;
    }
    bool is_half = at > 0 && slice_is_word_byte(written.data[at - 1]) && slice_is_word_byte(written.data[at]);
    return at == 0 || is_half ? WRONG : BEGINNING;
}

// The answer lives only for this call, so what will be printed is written now, into memory.
static void write_report(const struct sample *sample, struct slice document,
                         const struct engine_answer *answer, FILE *out) {
    terminal_write_name(out, STYLE_BOLD, sample->path);
    fputc('\n', out);
    terminal_ghost(out, document, answer);
    fprintf(out, "         %.1f ms", answer->total_ms);
    if (sample->confidence >= 0) { // else the model has no idea
        fprintf(out, ", %.0f %% sure", sample->confidence * 100);
    }
    fputs("; ", out);
    if (sample->match == EXACT) {
        terminal_write(out, STYLE_GREEN, SLICE_LITERAL("exactly what is written there\n"));
    } else {
        fputs(sample->match == BEGINNING ? "right so far, written there: " : "written there: ", out);
        terminal_write(out, STYLE_RED, slice_trim(slice_of_string(sample->rest)));
        fputc('\n', out);
    }
    if (strcmp(answer->model, "built-in") != 0) { // which reads no prompt
        terminal_context(out, answer, SHOWN_CONTEXT, "");
    }
}

static void on_answer(void *context, const struct engine_answer *answer) {
    struct demo *demo = context;
    struct sample *sample = &demo->samples[demo->asked++];
    sample->total_ms = answer->total_ms;
    sample->shown = answer->candidate_count > 0;
    demo->outcome = answer->outcome;
    free(demo->reason);
    demo->reason = mem_copy_string(answer->reason);
    if (sample->shown) {
        sample->model = mem_copy_string(answer->model);
        const struct engine_candidate *best =
            &answer->candidates[0]; // the head of an unsure line is no sure one
        sample->confidence = best->whole.length ? best->whole_confidence : best->confidence;
        sample->match = compare(slice_trim(best->shown), slice_of_string(sample->rest));
        sample->length = slice_trim(best->shown).length;
        char *memory = NULL;
        size_t size = 0;
        FILE *out = terminal_open_memory(&memory, &size);
        write_report(sample, text_slice(demo->document), answer, out);
        fclose(out);
        str_append(&sample->report, memory, size);
        free(memory);
    }
    ask_next(demo);
}

// The file without the rest of the line. False: that no longer stands there.
static bool read_document(struct demo *demo, const struct sample *sample) {
    char *whole = fs_join(demo->app->root, sample->path);
    size_t end = sample->cursor + strlen(sample->rest);
    struct str text;
    str_init(&text);
    bool is_there =
        fs_read(whole, FILE_LIMIT, &text, NULL) == 0 &&
        slice_equal(slice_sub(str_slice(&text), sample->cursor, end), slice_of_string(sample->rest));
    if (is_there) {
        str_splice(&text, sample->cursor, end, NULL, 0);
        text_release(demo->document);
        demo->document = text_new(str_slice(&text));
    }
    str_free(&text);
    free(whole);
    return is_there;
}

// The last one takes its place.
static void drop(struct demo *demo, size_t at) {
    forget(&demo->samples[at]);
    demo->sample_count--;
    demo->samples[at] = demo->samples[demo->sample_count];
}

static void ask_next(struct demo *demo) {
    while (demo->asked < demo->sample_count && !read_document(demo, &demo->samples[demo->asked])) {
        drop(demo, demo->asked); // it changed since it was drawn
    }
    if (demo->asked == demo->sample_count) {
        uv_stop(demo->app->loop);
        return;
    }
    const struct sample *sample = &demo->samples[demo->asked];
    struct engine_query query = {
        .path = sample->path,
        .language = language_id(language_of_path(sample->path)),
        .text = demo->document,
        .cursor = sample->cursor,
    };
    engine_start(demo->app->engine, &query, on_answer, demo);
}

static int order_of(const struct sample *sample) {
    return !sample->shown ? 2 : sample->length < WORTH_A_KEY ? 1 : 0;
}

static int surest_first(const void *a, const void *b) {
    const struct sample *left = a;
    const struct sample *right = b;
    if (order_of(left) != order_of(right)) {
        return order_of(left) - order_of(right);
    }
    return (left->confidence < right->confidence) - (left->confidence > right->confidence);
}

static int by_duration(const void *a, const void *b) {
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

// So many of the first `shown` are this one's, beginning at `from`.
static size_t count_of(const struct demo *demo, const char *model, size_t from, size_t shown) {
    size_t count = 0;
    for (size_t i = from; i < shown; i++) {
        count += strcmp(demo->samples[i].model, model) == 0;
    }
    return count;
}

// Any of the models may have answered, each at some of the places.
static void print_models(const struct demo *demo, size_t shown) {
    const char *before = "The surest ones, short ones last, from";
    for (size_t i = 0; i < shown; i++) {
        const char *model = demo->samples[i].model;
        size_t count = count_of(demo, model, 0, shown);
        if (count_of(demo, model, i, shown) < count) {
            continue; // named already
        }
        printf("%s the %s model", before, model);
        if (count < shown) {
            printf(" (%zu of %zu suggestions)", count, shown);
        }
        before = ",";
    }
    puts(":");
}

static int print_nothing(const struct demo *demo) {
    if (outcome_is_failure(demo->outcome)) {
        log_error("no model answered: %s", demo->reason);
        return 1;
    }
    printf("Nothing was suggested: %s.\n", demo->reason);
    return 0;
}

static void print_counts(const struct demo *demo, size_t shown) {
    double durations[PLACES];
    size_t matches[] = {0, 0, 0}, sure = 0, sure_and_exact = 0;
    for (size_t i = 0; i < demo->sample_count; i++) {
        const struct sample *sample = &demo->samples[i];
        bool is_sure = sample->shown && sample->confidence >= 0.5;
        durations[i] = sample->total_ms;
        matches[sample->match]++;
        sure += is_sure;
        sure_and_exact += is_sure && sample->match == EXACT;
    }
    qsort(durations, demo->sample_count, sizeof *durations, by_duration);
    printf(
        "Asked at %zu place%s: %zu suggestion%s, %zu of them exactly what is written there, %zu its beginning; %.1f ms each "
        "(median).\n",
        demo->sample_count, str_plural(demo->sample_count), shown, str_plural(shown), matches[EXACT],
        matches[BEGINNING], durations[demo->sample_count / 2]);
    if (sure > 1) {
        printf("Of the %zu that the model was at least half sure of, %zu %s exactly that.\n", sure,
               sure_and_exact, sure_and_exact == 1 ? "is" : "are");
    }
}

// What keeps the files below what was named from having a place. False: there is none in the index.
static bool print_unfit(struct demo *demo) {
    static const char *const words[] = {"it is no source code", "it is somebody else's code",
                                        "it is generated", "it is too small",
                                        "none of its lines is of 20 to 140 characters and code"};
    _Static_assert(MIN_LINE == 20 && MAX_LINE == 140, "the words say so");
    const char *separator = " has no line to complete: ";
    uv_mutex_lock(&demo->mutex);
    for (int i = 0; i < UNFIT_COUNT; i++) {
        if (demo->unfit[i]) {
            printf("%s%s", separator, words[i]);
            separator = ", or ";
        }
    }
    uv_mutex_unlock(&demo->mutex);
    return separator[0] == ',';
}

static void print_no_place(struct demo *demo) {
    if (demo->below[0]) {
        terminal_write_name(stdout, STYLE_PLAIN, demo->below);
        puts(print_unfit(demo) ? "." : " is not in the index: hunch index --explain says of each file why.");
    } else {
        puts(
            "There is no source file here that is large enough to complete in: give the folder of a repository, as in: "
            "hunch demo ~/src/project");
    }
}

// Returns the exit status.
static int show(struct demo *demo) {
    size_t shown = 0;
    if (demo->sample_count == 0) {
        print_no_place(demo);
        return 0;
    }
    qsort(demo->samples, demo->sample_count, sizeof *demo->samples, surest_first);
    while (shown < demo->sample_count && demo->samples[shown].shown) {
        shown++;
    }
    print_counts(demo, shown);
    if (shown == 0) {
        return print_nothing(demo);
    }
    print_models(demo, shown);
    for (size_t i = 0; i < SHOWN && i < shown; i++) {
        putchar('\n');
        fwrite(demo->samples[i].report.data, 1, demo->samples[i].report.length, stdout);
    }
    return 0;
}

// --- the run ---

static void on_progress(void *context, const struct index_progress *progress) {
    (void)context;
    terminal_progress(progress);
}

static void begin(void *demo) {
    ask_next(demo);
}

static void on_ready(void *context, const struct index_progress *progress) {
    (void)progress;
    struct demo *demo = context;
    terminal_progress_end();
    if (demo->sample_count) {
        return;
    }
    uv_mutex_lock(&demo->mutex);
    choose_samples(demo, order_sources(demo));
    if (demo->sample_count == 0) {
        choose_samples(demo, demo->sources.count);
    }
    uv_mutex_unlock(&demo->mutex);
    app_await_model(demo->app, begin, demo);
}

static void on_warning(void *context, const char *message) {
    (void)context;
    terminal_progress_end();
    log_warning("%s", message);
}

static void free_demo(struct demo *demo) {
    for (size_t i = 0; i < demo->sample_count; i++) {
        forget(&demo->samples[i]);
    }
    for (size_t i = 0; i < demo->sources.count; i++) {
        free(demo->sources.items[i].path);
    }
    vec_free(&demo->sources);
    text_release(demo->document);
    uv_mutex_destroy(&demo->mutex);
    free(demo->reason);
    free(demo);
}

static int run_demo(const char *named) {
    struct err err = {0};
    char *root = NULL;
    if (admit_folder(named, &root, &err) != 0) {
        return options_refuse_folder(&err, "hunch demo ~/src/project");
    }
    struct demo *demo = mem_zero(1, sizeof *demo);
    char *real = named ? fs_real_path(named, NULL) : NULL;
    const char *below = real ? uri_path_below(real, root) : NULL;
    demo->below = below ? below : "";
    demo->random = 7;
    uv_mutex_init(&demo->mutex);
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct config *config = app_load_config(NULL, NULL);
    struct index_sink observer = index_sink_none();
    observer.self = demo;
    observer.put = on_record;
    struct app_events events = {.on_progress = on_progress,
                                .on_ready = on_ready,
                                .on_warning = on_warning,
                                .context = demo,
                                .observer = &observer};
    int code = app_open(&demo->app, &loop, config, root, &events, &err);
    if (code == 0) {
        uv_run(&loop, UV_RUN_DEFAULT);
        terminal_progress_end();
        code = show(demo);
        app_close(demo->app);
        uv_run(&loop, UV_RUN_DEFAULT);
    } else {
        log_error("%s", err.message);
    }
    uv_loop_close(&loop);
    config_free(config);
    free_demo(demo);
    free(real);
    free(root);
    return code ? 1 : 0;
}

int command_demo(int argc, char **argv) {
    const char *usage = "hunch demo [DIR|FILE]";
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            return options_refuse(usage, "there is no option %s", argv[i]);
        }
    }
    return argc > 2 ? options_refuse_more(usage, argv[2]) : run_demo(argc == 2 ? argv[1] : NULL);
}
