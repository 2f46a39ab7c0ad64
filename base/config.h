// config.h - the user's settings, where each came from, and who may set what.
//
// Three sources, later ones stronger: $XDG_CONFIG_HOME/hunch/config.json (JSON
// with comments), the editor's initializationOptions, workspace/configuration.
// The trust boundary: a key that names a host, a credential, a command or a
// path counts only in the user's own file, whatever the editor says
// (docs/configuration.md lists them); elsewhere it is refused with a warning.
//
// Each source is a layer: a later config_load or config_merge of the same
// origin replaces what that origin said before, as editors send all they have.
// Members may be nested ({"model": {"url": ...}}) or dotted ({"model.url": ...}).
//
// Ownership: config_new / config_free; strings are borrowed from the config until the next config_merge.
// Threads:   the loop's thread.
// Errors:    config_load gives err for a broken file and leaves the defaults; unknown or mistyped keys are
//            reported through `warn`, one line each.
// Limits:    a file of 1 MB; a key of 4 KB.
#ifndef HUNCH_BASE_CONFIG_H
#define HUNCH_BASE_CONFIG_H

#include "base/err.h"
#include "base/json.h"

#include <stdint.h>

enum config_origin { CONFIG_DEFAULT, CONFIG_USER_FILE, CONFIG_EDITOR, CONFIG_WORKSPACE };

// One server that is spoken to: a group of settings, all of them the user file's only. What a group
// lacks (docs/configuration.md tells) is NULL or 0 in it.
struct config_server {
    const char *group;                // "model": what its settings begin with
    const char *provider;             // ".provider"
    const char *url;                  // ".url"
    const char *name;                 // ".name": of the model
    const char *key_env;              // ".keyEnvironment": name of a variable
    const char *key_file;             // ".keyFile": a file of mode 0600
    const char *ca_file;              // ".caFile": authorities in PEM form, "" = the system's
    const char *certificate_file;     // ".certificateFile": that we show, in PEM form
    const char *certificate_key_file; // ".certificateKeyFile": its private key, of mode 0600
    bool insecure;                    // ".insecure": its certificate is not looked at
    const char *key_command;          // ".keyCommand": a program that prints it
    const char *file;                 // ".file": a model that Hunch serves itself     not of embedders
    const char *program;              // ".program": that serves it                   not of embedders
    const char *arguments;            // ".arguments": of that                        not of embedders
    const char *template;             // ".template"                                  not of embedders
    uint32_t context_tokens;          // ".contextTokens": 0 = the model's            not of embedders
    const char *path;                 // ".path": a folder, of "static"                of embedders only
    double price;                     // ".pricePerMillionTokens": 0 = not known       of embedders only
    const char *query_prefix,
        *passage_prefix; // ".queryPrefix", ".passagePrefix"; "": by the name  of embedders only
};

struct config {
    char editor[40];            // that is configured, as it names itself; "": not known. Set by the session
    bool enabled;               // "enabled": true
    struct config_server model; // "model.*": the one that is asked, "repository" or a server's kind
    struct config_server
        fallback;              // "fallback.*": what is asked where that one fails; "none", or a server's kind
    double instant_confidence; // "model.instantConfidence": 0.75; 0: never                  user file only
    bool
        fall_back_to_builtin; // "fallback.builtIn": true; the built-in model comes last           user file only
    struct config_server embedder; // "embedder.*": "none", "hashed", "static" or a server's kind
    uint32_t max_tokens;           // "completion.maxTokens": 96
    uint32_t max_lines;            // "completion.maxLines": 1 for the built-in model, else 8 (0 = by model)
    uint32_t timeout_ms;           // "completion.timeoutMs": 10000
    double minimum_confidence;     // "completion.minimumConfidence": 0..1
    uint32_t cache_mb;             // "index.cacheMb": 2048                               user file only
    uint32_t index_threads;        // "index.threads": 0 = cores - 1, of two both
    const char *log_level;         // "log.level": "error" | "warning" | "info" | "debug"
    struct config_store *store;    // private: the merged tree, the disabled languages, the origins
};

struct config *config_new(void); // defaults
void config_free(struct config *config);
// From now on names of languages that seem mistyped are warned of, too. meant: which was, NULL if none was.
void config_know_languages(struct config *config, const char *(*meant)(const char *name));
// Reads the user's file (path NULL: the standard place). A missing file is no error.
int config_load(struct config *config, const char *path, void (*warn)(void *context, const char *line),
                void *context, struct err *err);
// Merges an editor's object; sensitive keys are refused with a warning.
void config_merge(struct config *config, const struct json *object, enum config_origin origin,
                  void (*warn)(void *context, const char *line), void *context);
bool config_language_enabled(const struct config *config,
                             const char *language); // "languages": {"markdown": false}
enum config_origin config_language_origin(const struct config *config, const char *language); // who says so
// "retrieval.sources": {"vector": false}; otherwise: what holds if nobody says anything of this one
bool config_source_enabled(const struct config *config, const char *source, bool otherwise);
// The languages that are switched off, as a JSON array of their names. The caller's to free.
struct json *config_languages_off(const struct config *config);
bool config_has_key(const char *key); // "model.url": is there such a setting?
// "model.url" -> its origin's name, for `hunch doctor`.
const char *config_origin_name(const struct config *config, const char *key);
// Every key with its effective value and origin, as a JSON object; what may be a misplaced key is left out.
struct json *config_describe(const struct config *config);
// The server's key, appended to out, without white space around it: from the variable keyEnvironment, else from
// the file keyFile (from / or ~/ on), which must be readable by its owner alone. Nothing if neither is set. err
// names the setting, never the key, not even one that was put in a wrong place. Who has read one leaves no core dump.
int config_read_key(const struct config_server *server, struct str *out, struct err *err);
// A path of a setting as a whole one: heap; NULL if it does not begin with / or ~/.
char *config_full_path(const char *path);
// Where the user's file is or would be. Heap; NULL without a home.
char *config_user_path(void);

#endif
