// collect.c - `hunch index --gc`: which repositories' indexes are stored, and away with those of no more use; with
// --dry-run they are but told.
#include "base/log.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "indexer/store_collect.h"

#include <getopt.h>
#include <stdlib.h>
#include <time.h>

// ISO 8601, to the day.
static void day_of(int64_t seconds, char *day, size_t size) {
    time_t time = (time_t)seconds;
    struct tm parts;
    day[0] = '\0';
    if (localtime_r(&time, &parts)) {
        strftime(day, size, "%Y-%m-%d", &parts);
    }
}

static void print_text(const char *folder, const struct store_collection *collection, bool only_told) {
    if (collection->count) {
        printf("%10s  %-10s  %-28s  %s\n", "MB", "opened", "state", "repository");
    }
    for (size_t i = 0; i < collection->count; i++) {
        const struct store_entry *entry = &collection->items[i];
        const char *root = entry->root[0] ? entry->root : "(unknown)";
        bool removed = entry->fate > STORE_STUCK;
        char day[20];
        char state[60];
        day_of(entry->opened_s, day, sizeof day);
        snprintf(state, sizeof state, "%s%s",
                 !removed    ? ""
                 : only_told ? "to go: "
                             : "removed: ",
                 store_fate_text(entry->fate));
        printf("%10.1f  %-10s  %-28s  ", (double)entry->size / 1e6, day, state);
        terminal_write_name(stdout, removed ? STYLE_DIM : STYLE_PLAIN, root);
        putchar('\n');
    }
    printf("%.1f MB in ", (double)collection->size / 1e6);
    terminal_write_name(stdout, STYLE_PLAIN, folder);
    printf(only_told ? ", %.1f MB would be removed\n" : ", %.1f MB removed\n",
           (double)collection->removed / 1e6);
}

static struct json *entry_object(const struct store_entry *entry) {
    struct json *object = json_object();
    json_set_string(object, "root", entry->root);
    json_set_string(object, "store", entry->path);
    json_set_number(object, "bytes", (double)entry->size);
    json_set_number(object, "opened", (double)entry->opened_s);
    json_set_bool(object, "removed", entry->fate > STORE_STUCK);
    json_set_string(object, "state", store_fate_text(entry->fate));
    return object;
}

static void print_json(const char *folder, const struct store_collection *collection, bool only_told) {
    struct json *object = json_object();
    struct json *stores = json_array();
    for (size_t i = 0; i < collection->count; i++) {
        json_push(stores, entry_object(&collection->items[i]));
    }
    json_set_string(object, "folder", folder);
    json_set_bool(object, "dryRun", only_told);
    json_set_number(object, "bytes", (double)collection->size);
    json_set_number(object, "removedBytes", (double)collection->removed);
    json_set(object, "stores", stores);
    terminal_print_json_line(object);
}

static int collect(bool json, bool only_told) {
    char *folder = store_folder();
    if (!folder) {
        log_error("there is no home folder in which indexes could be stored; set HOME or XDG_CACHE_HOME");
        return 1;
    }
    struct config *config = app_load_config(NULL, NULL);
    struct store_rules rules = {
        .folder = folder, .cap = (int64_t)config->cache_mb * 1024 * 1024, .only_told = only_told};
    struct store_collection collection;
    store_collect(&rules, &collection);
    (json ? print_json : print_text)(folder, &collection, only_told);
    store_collection_free(&collection);
    config_free(config);
    free(folder);
    return 0;
}

int command_collect(int argc, char **argv) {
    static const struct option known[] = {{"gc", no_argument, NULL, 'g'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"dry-run", no_argument, NULL, 'd'},
                                          {0}};
    const char *usage = "hunch index --gc [--dry-run] [--json]";
    bool json = false, only_told = false;
    opterr = 0; // what is wrong is told here
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == '?') {
            return options_refuse_option(usage, known, option, argv);
        }
        json = json || option == 'j';
        only_told = only_told || option == 'd';
    }
    if (optind < argc) {
        return options_refuse(usage, "--gc is about all stored indexes and takes no folder, as \"%s\" is",
                              argv[optind]);
    }
    return collect(json, only_told);
}
