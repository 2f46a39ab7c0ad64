// child.c - see child.h.
//
// Why not uv_spawn, nor posix_spawn: nothing can be said to the kernel between
// fork and exec. Why vfork: fork copies the tables of all our memory, 10 ms
// for each GB of it, and the loop waits for that. The new process borrows our
// memory instead, and we stand still until its exec, or its end: so it touches
// nothing of ours but the stack below its caller. A pipe that closes itself on
// exec tells whether that worked: it brings the error's number, or its end.
//
//     started --SIGCHLD, and it has ended--> the rest of its output -> on_exit -> (child_close) gone
//
// The group is killed before the ended process is waited for: until then its
// number, which is the group's, is not given to another.
#include "base/child.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/close_range.h>
#include <sys/prctl.h>
#endif

struct child {
    pid_t id; // 0: it has ended and was waited for
    bool leads_group;
    int output;
    uv_poll_t poll; // of the output
    uv_signal_t signal;
    int handles; // not yet closed
    bool closed;
    char line[CHILD_LINE];
    size_t length; // of the line so far
    void (*on_line)(void *context, struct slice line);
    void (*on_exit)(void *context, int status, int killer);
    void *context;
};

// --- below: what it prints ---

static void end_line(struct child *child) {
    struct slice line = slice_of(child->line, child->length);
    child->length = 0;
    if (child->on_line && !child->closed) {
        child->on_line(child->context, line);
    }
}

static void take_byte(struct child *child, char byte) {
    if (byte == '\n') {
        end_line(child);
    } else if (child->length < CHILD_LINE) {
        child->line[child->length++] = byte;
    }
}

// Reads once. False: there is nothing, for now or for ever.
static bool read_some(struct child *child) {
    char bytes[4096];
    ssize_t got = read(child->output, bytes, sizeof bytes);
    for (ssize_t i = 0; i < got && !child->closed; i++) {
        take_byte(child, bytes[i]);
    }
    if (got == 0) {
        uv_poll_stop(&child->poll);
    }
    explicit_bzero(bytes, sizeof bytes);
    return got > 0 && !child->closed;
}

static void on_output(uv_poll_t *poll, int status, int events) {
    (void)status;
    (void)events;
    read_some(poll->data);
}

// A process that left its group may go on printing for ever.
static void read_rest(struct child *child) {
    for (int blocks = 0; blocks < 256 && read_some(child); blocks++) {
    }
    if (child->length && !child->closed) {
        end_line(child);
    }
}

// --- below: its end ---

static bool has_ended(const struct child *child) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)child->id, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == child->id;
}

static int reap(struct child *child) {
    int status = 0;
    kill(child->leads_group ? -child->id : child->id, SIGKILL);
    while (waitpid(child->id, &status, 0) < 0 && errno == EINTR) {
    }
    child->id = 0;
    return status;
}

static void on_signal(uv_signal_t *signal, int number) {
    struct child *child = signal->data;
    (void)number;
    if (child->id == 0 || child->closed || !has_ended(child)) {
        return; // it was another's
    }
    int status = reap(child);
    read_rest(child);
    if (!child->closed) {
        child->on_exit(child->context, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                       WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
}

static void on_closed(uv_handle_t *handle) {
    struct child *child = handle->data;
    if (--child->handles == 0) {
        close(child->output);
        explicit_bzero(child->line, sizeof child->line);
        free(child);
    }
}

void child_close(struct child *child) {
    if (!child || child->closed) {
        return;
    }
    child->closed = true;
    if (child->id) {
        reap(child);
    }
    uv_close((uv_handle_t *)&child->poll, on_closed);
    uv_close((uv_handle_t *)&child->signal, on_closed);
}

int child_id(const struct child *child) {
    return (int)child->id;
}

// --- below: its beginning ---

// What a library opened, or our own parent left open, may lack the flag. A child that lives longer than we do would
// keep a connection, or the pipe of someone who waits for its end.
static void close_on_exec(void) {
#ifdef __linux__
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); // Linux 5.11; before, those stay open
#endif
}

// Handlers of ours must not run in the new process: libuv's would tell us of a signal that only came to it.
static void forget_handlers(void) {
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL); // not all can be set
    }
}

// What the new process needs to know.
struct beginning {
    const struct child_options *options;
    int output, trouble; // the pipes' ends
    pid_t parent;
};

// A name is looked up, a path is not handed to a shell should the system not know what it is.
static void execute(const struct child_options *options) {
    const char *program = options->program ? options->program : options->arguments[0];
    char *const *variables = options->variables ? (char *const *)(uintptr_t)options->variables : environ;
    if (strchr(program, '/')) {
        execve(program, options->arguments, variables);
    } else {
        execvpe(program, options->arguments, variables);
    }
}

static bool set_streams(const struct beginning *with) {
    int nothing = open("/dev/null", O_RDWR);
    int errors = with->options->mute ? nothing : with->output;
    close_on_exec();
    return nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(with->output, 1) >= 0 && dup2(errors, 2) >= 0;
}

// The new process, between vfork and exec: only what is safe in a signal handler, in memory that is the parent's.
static _Noreturn void become(const struct beginning *with) {
    sigset_t none;
    struct rlimit no_core = {0, 0}; // it would hold what the variables do
    int error = 0;
    forget_handlers();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!with->options->stays_in_group) {
        setpgid(0, 0);
    }
    setrlimit(RLIMIT_CORE, &no_core);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != with->parent) {
        error = ESRCH; // it ended before the kernel was told
    } else {
        if (set_streams(with) && chdir(with->options->folder) == 0) {
            execute(with->options);
        }
        error = errno;
    }
    ssize_t ignored = write(with->trouble, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

// 0, or the number of the exec's error.
static int exec_error(int trouble) {
    int error = 0;
    while (read(trouble, &error, sizeof error) < 0 && errno == EINTR) {
    }
    return error;
}

static int watch(struct child *child, uv_loop_t *loop) {
    fcntl(child->output, F_SETFL, O_NONBLOCK);
    child->poll.data = child->signal.data = child;
    child->handles = 2;
    uv_signal_init(loop, &child->signal);
    uv_poll_init(loop, &child->poll, child->output);
    int code = uv_signal_start(&child->signal, on_signal, SIGCHLD);
    return code ? code : uv_poll_start(&child->poll, UV_READABLE, on_output);
}

// What arrives before the new process has forgotten our handlers waits until then. Never inlined: what the new
// process leaves on the stack must be below all that is in use.
static __attribute__((noinline)) pid_t begin(const struct beginning *with) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t id = vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)
    if (id == 0) {
        become(with); // NOLINT(clang-analyzer-unix.Vfork)
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return id;
}

static int begin_and_hear(struct child *child, const struct child_options *options, int output) {
    int trouble[2];
    if (pipe2(trouble, O_CLOEXEC) != 0) {
        return errno;
    }
    const struct beginning with = {options, output, trouble[1], getpid()};
    child->id = begin(&with);
    int error = child->id < 0 ? errno : 0;
    close(trouble[1]);
    error = error ? error : exec_error(trouble[0]);
    close(trouble[0]);
    if (child->id < 0) {
        child->id = 0;
    }
    return error;
}

int child_start(struct child **out, uv_loop_t *loop, const struct child_options *options, struct err *err) {
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0) {
        return err_set(err, ERR_IO, "cannot start %s: %s", options->arguments[0], strerror(errno));
    }
    struct child *child = mem_zero(1, sizeof *child);
    child->output = output[0];
    child->leads_group = !options->stays_in_group;
    child->on_line = options->on_line;
    child->on_exit = options->on_exit;
    child->context = options->context;
    int error = watch(child, loop) ? EIO : begin_and_hear(child, options, output[1]);
    close(output[1]);
    if (error) {
        child_close(child);
        return err_set(err, error == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot start %s: %s",
                       options->arguments[0], strerror(error));
    }
    *out = child;
    return 0;
}
