// fim.h - fill-in-the-middle templates of model families, as data.
//
// Ownership: static tables. Threads: any; pure. Errors: an unknown name gives NULL. Limits: none.
#ifndef HUNCH_BACKENDS_FIM_H
#define HUNCH_BACKENDS_FIM_H

#include "base/str.h"

struct fim_file {
    const char *path;
    struct slice text;
};

struct fim_parts {
    const char *repository;       // name of the repository
    const struct fim_file *files; // context, in prompt order (best last)
    size_t file_count;
    const char *path;     // of the open file
    const char *language; // its LSP id; NULL or "": unknown
    struct slice prefix;
    struct slice suffix;
};

struct fim_template;

const struct fim_template *fim_by_name(const char *name);    // "qwen2.5-coder"; "prefix" is for any model
const struct fim_template *fim_for_model(const char *model); // by a model's name; NULL if none fits
// By the control tokens that a model's tokenizer knows, one a line; NULL if no family's are all there. Of several
// families the one of which most are there.
const struct fim_template *fim_for_tokens(struct slice lines);
void fim_tokens(struct str *out); // the control tokens of all families, one a line
const char *fim_name(const struct fim_template *fim);
bool fim_has_suffix(const struct fim_template *fim);      // else the model is told of the prefix alone
bool fim_is_prefix_first(const struct fim_template *fim); // else the suffix stands before the prefix
const char *const *fim_stops(const struct fim_template *fim, size_t *count);
// Appends the whole prompt. Control tokens inside user text are neutralised.
void fim_render(const struct fim_template *fim, const struct fim_parts *parts, struct str *out);
bool fim_has_halves(const struct fim_template *fim); // a server wants the two halves of its prompts apart
// If so, cuts such a prompt in two: the suffix begins behind the mark.
bool fim_halves(const struct fim_template *fim, struct slice prompt, struct slice *prefix,
                struct slice *suffix);
size_t fim_count(void);
const struct fim_template *fim_at(size_t index);

#endif
