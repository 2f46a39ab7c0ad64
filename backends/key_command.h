// key_command.h - runs the user's own program that prints a key: `pass show codestral`, `op read ...`.
//
// The command comes from the user's own settings. It is split at blanks; no
// shell reads it. It runs in the home folder, so that nothing of a workspace
// can take the program's place, sees no input, and its complaints go nowhere:
// they might hold what it knows.
//
// Ownership: the run frees itself after on_done and the program's end; key_command_cancel ends both earlier, without
//            on_done. The loop must turn until then.
// Threads:   the loop's; on_done never inside key_command_run.
// Errors:    err names the program, never its arguments or what it printed.
// Limits:    4 KB of output, a minute (somebody may have to type a password), 32 words; a second to end when told to.
#ifndef HUNCH_BACKENDS_KEY_COMMAND_H
#define HUNCH_BACKENDS_KEY_COMMAND_H

#include "base/err.h"

#include <uv.h>

struct key_command;

// err is NULL on success. The key is borrowed for the call.
typedef void key_command_done(void *context, const char *key, const struct err *err);

struct key_command *key_command_run(uv_loop_t *loop, const char *command, key_command_done *on_done,
                                    void *context);
void key_command_cancel(struct key_command *run);

#endif
