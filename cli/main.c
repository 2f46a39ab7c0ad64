// main.c - dispatches to one file per subcommand.
#include "base/mem.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define AS_JSON "  --json        for programs\n"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
    const char *purpose;
    const char *options; // a line each
} commands[] = {
    {"lsp", command_lsp, "hunch lsp", "the language server, over stdin and stdout (editors start it)", ""},
    {"complete", command_complete, "hunch complete FILE:LINE:COL [--stdin] [--json] [--why]",
     "one completion at a place in a file (line and column count from 1)",
     "  --stdin       the file's text comes through the pipe: what is typed and not saved\n"
     "  --why         as hunch why: with what of the repository was found for it\n" AS_JSON},
    {"why", command_why, "hunch why FILE:LINE:COL [--stdin] [--json]",
     "what ghost text would appear there, and what of the repository was found for it",
     "  --stdin       the file's text comes through the pipe: what is typed and not saved\n"
     "  --json        for programs, with all that was found and its text\n"},
    {"search", command_search, "hunch search \"WORDS OR CODE\" [FOLDER] [--json]",
     "what answers best in a repository: plain words, a name or code (--limit N, --lines N)",
     "  --limit N     so many results (10)\n"
     "  --lines N     so many lines of each (4); 0: each result is one line, path:line: text\n" AS_JSON},
    {"index", command_index, "hunch index [DIR | --gc [--dry-run] | --explain PATH...] [--json]",
     "index a repository; tidy up all stored indexes (--dry-run: say which would go); or say why paths are in or not",
     "  --gc          show the stored indexes, and remove those of no more use\n"
     "  --dry-run     with --gc: say which would go, and remove none\n"
     "  --explain     say of each path (-: of those that come through the pipe) whether it is indexed, and why\n" AS_JSON},
    {"status", command_status, "hunch status [DIR] [--json]", "what is stored of a repository's index",
     AS_JSON},
    {"demo", command_demo, "hunch demo [DIR|FILE]",
     "completions at places of a repository or file, as ghost text", ""},
    {"replay", command_replay, "git log -p --first-parent -m | hunch replay [DIR] [--json]",
     "how often the built-in model foretells what a history's commits added (--limit LINES, --evidence FILE)",
     "  --limit LINES     ask at so many lines at most (2000)\n"
     "  --evidence FILE   write what the model knew at each place into this file, to fit it by\n" AS_JSON},
    {"model", command_model, "hunch model [setup | serve] [--json]",
     "the local model: what there is, how to get one; keep it running", AS_JSON},
    {"doctor", command_doctor, "hunch doctor [DIR] [--json]",
     "check settings, model and index, and say what is wrong", AS_JSON},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out) {
    fputs("hunch " HUNCH_VERSION ": code completion that knows your repository\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-65s %s\n", commands[i].usage, commands[i].purpose);
    }
    fputs("\nOf one: hunch COMMAND --help. Settings: docs/configuration.md. Editors: editors/.\n", out);
}

// A full disk or a closed pipe shows itself only when the last bytes go out.
static int finish_output(int status) {
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno != EPIPE) { // whoever read it has seen enough, as `head` does
            fprintf(stderr, "hunch: cannot write the output: %s\n", strerror(errno));
        }
        return status ? status : 1;
    }
    return status;
}

static int run(const struct command *command, int argc, char **argv) {
    bool helps_itself = command->run == command_model; // there are commands below it
    if (!helps_itself && options_want_help(argc, argv)) {
        printf("%s\n  %s\n%s%s", command->usage, command->purpose, command->options[0] ? "\n" : "",
               command->options);
        return 0;
    }
    return command->run(argc, argv);
}

static const struct command *find(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static bool asks_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static bool asks_version(const char *word) {
    return strcmp(word, "--version") == 0 || strcmp(word, "version") == 0;
}

static int refuse(const char *name) {
    static const char *const others[] = {"help", "--help", "version", "--version"};
    const char *meant = NULL;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        meant = str_nearer(name, meant, others[i]);
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        meant = str_nearer(name, meant, commands[i].name);
    }
    if (meant) {
        const struct command *command = find(meant);
        return options_refuse(command ? command->usage : "hunch [COMMAND ... | --help | --version]",
                              "there is no command \"%s\": did you mean %s?", name, meant);
    }
    fputs("hunch: there is no command \"", stderr);
    terminal_write_name(stderr, STYLE_PLAIN, name);
    fputs("\"; these are:\n\n", stderr);
    print_help(stderr);
    return OPTIONS_REFUSED;
}

// Of one command, or of one below it, as "hunch COMMAND --help" does, if one follows.
static int help(int argc, char **argv) {
    char option[] = "--help";
    const char *name = argc > 2 ? argv[2] : "";
    if (name[0] == '\0' || asks_help(name) || asks_version(name)) {
        print_help(stdout);
        return 0;
    }
    const struct command *command = find(name);
    char *asked[] = {argv[2], argc > 3 ? argv[3] : option, option, NULL};
    return command ? run(command, 3, asked) : refuse(name);
}

static int dispatch(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "--help";
    if (asks_version(name)) {
        puts("hunch " HUNCH_VERSION);
        return 0;
    }
    if (asks_help(name)) {
        return help(argc, argv);
    }
    // Editors start servers with --stdio by habit.
    const struct command *command = find(strcmp(name, "--stdio") == 0 ? "lsp" : name);
    return command ? run(command, argc - 1, argv + 1) : refuse(name);
}

int main(int argc, char **argv) {
    mem_set_up();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); // where files may not be large it is as on a full disk
    return finish_output(dispatch(argc, argv));
}
