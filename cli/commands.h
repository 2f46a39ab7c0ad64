// commands.h - the subcommands of `hunch`: each takes its own arguments and returns the exit status.
//
// Status: 0 fine, 1 the thing asked for failed (one clear line on stderr), 2 wrong usage.
#ifndef HUNCH_CLI_COMMANDS_H
#define HUNCH_CLI_COMMANDS_H

int command_lsp(int argc, char **argv);
int command_index(int argc, char **argv);
int command_collect(int argc, char **argv); // hunch index --gc
int command_complete(int argc, char **argv);
int command_why(int argc, char **argv);
int command_search(int argc, char **argv); // 1: nothing was found; 2: it failed, too
int command_demo(int argc, char **argv);
int command_replay(int argc, char **argv); // git log -p | hunch replay
int command_status(int argc, char **argv);
int command_model(int argc, char **argv);       // and its own subcommands
int command_model_setup(int argc, char **argv); // hunch model setup
int command_model_serve(int argc, char **argv); // hunch model serve
int command_doctor(int argc, char **argv);

#endif
