// repository_selection.h - which of the repository's files the built-in model learns: the nearest, within its limit.
//
// It is told of every file there is, and asked what to learn or forget next.
//
// Ownership: selection_new / selection_free; paths it gives live as long as it.
// Threads:   id, put, remove, complete and attend from any; the others from the one who learns. attend waits
//            for nothing but the copying of a few folders' names.
// Errors:    none. Limits: max_tokens learned at a time, and what one move makes the model learn, see S3.
//
// Invariants (tests quote the numbers):
//   S1  what is learned is never more than max_tokens
//   S2  if not all files fit, those are learned that are nearest to the files worked on when the choice was
//       made; before all files are known (selection_complete) none is learned that may not be among them
//   S3  a move learns at most a SELECTION_MOVE-th of max_tokens anew, and forgets the farthest for it
//   S4  of a path the last put or remove counts
//   S5  where records come by their words first, nothing is learned before all are in (selection_complete)
#ifndef HUNCH_BACKENDS_REPOSITORY_SELECTION_H
#define HUNCH_BACKENDS_REPOSITORY_SELECTION_H

#include "indexer/record.h"

enum { SELECTION_MOVE = 16, SELECTION_PLACES = 8 };

struct selection;

struct selection_task {
    uint32_t id;
    const char *path;
    enum taint taint;
    bool forget; // else learn, in place of what was learned of it
};

struct selection *selection_new(uint64_t max_tokens);
void selection_free(struct selection *selection);
uint32_t selection_id(struct selection *selection, const char *path, const char **kept);
void selection_put(struct selection *selection, const struct record *record);
void selection_remove(struct selection *selection, const char *path);
void selection_complete(struct selection *selection); // every file has been put
// Someone works on this file. True if it is in another folder than the last ones: ask for the next task.
bool selection_attend(struct selection *selection, const char *path);

bool selection_next(struct selection *selection, struct selection_task *out); // false: nothing to do
// A task is done: of so many bytes, with this hash (base/hash.h), came so many tokens. False: they are too many
// now, keep none of them.
bool selection_learned(struct selection *selection, uint32_t id, struct slice text, uint64_t tokens);
// About how many tokens the next tasks will bring.
uint64_t selection_waiting(struct selection *selection);
bool selection_is_complete(struct selection *selection);

// Steps through the tree of folders from one path's folder to a folder, see S2.
uint32_t selection_steps(const char *path, const char *folder);

#endif
