#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int fleet_take_signals(void) {
    sigset_t set;
    sigfillset(&set);
    if (sigprocmask(SIG_SETMASK, &set, NULL) != 0) return -1;
    // An ignored signal reaches no descriptor, and the child of one who ignores SIGCHLD leaves no status.
    signal(SIGCHLD, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGCHLD);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int fleet_next_signal(int descriptor, int *from_kernel) {
    struct signalfd_siginfo info;
    ssize_t count;
    while ((count = read(descriptor, &info, sizeof info)) < 0 && errno == EINTR) {}
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    if (count != sizeof info) return 0;
    *from_kernel = info.ssi_code > 0;
    return (int)info.ssi_signo;
}

// What a child says before its program runs: that it is there (step 0, its number) or what failed (errno).
struct start_word {
    int step;
    int number;
};

static void say(int pipe, int step, int number) {
    struct start_word word = {step, number};
    while (write(pipe, &word, sizeof word) < 0 && errno == EINTR) {}
}

static void fail(int pipe, int step) {
    say(pipe, step, errno);
    _exit(127);
}

// In the child: async-signal-safe calls only (execvpe allocates nothing in glibc).
static void become(const struct fleet_program *program, int terminal, int pipe) {
    // Done with all signals blocked, so that one from the terminal cannot come in between.
    if (terminal >= 0) {
        for (int number = 0; number < 3; number++)
            if (dup2(terminal, number) < 0) fail(pipe, FLEET_START_TERMINAL);
    } else {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0 || dup2(null, 0) < 0) fail(pipe, FLEET_START_FORK);
        if (program->output >= 0 && dup2(program->output, 1) < 0) fail(pipe, FLEET_START_FORK);
        if (program->errors >= 0 && dup2(program->errors, 2) < 0) fail(pipe, FLEET_START_FORK);
    }
    if (program->directory && chdir(program->directory) != 0) fail(pipe, FLEET_START_DIRECTORY);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL); // fails for those that nobody may change
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvpe(program->file, program->arguments, program->environment);
    fail(pipe, FLEET_START_EXECUTE);
}

// Until every copy of the pipe's other end is closed, as a successful exec does. 0, or -1 with errno and the step.
static int await_start(int pipe, pid_t *child, int *step) {
    struct start_word word, failure = {0, 0};
    for (;;) {
        ssize_t count = read(pipe, &word, sizeof word);
        if (count < 0 && errno == EINTR) continue;
        if (count != sizeof word) break;
        if (word.step == 0) *child = word.number;
        else failure = word;
    }
    if (failure.step == 0) return 0;
    *step = failure.step;
    errno = failure.number;
    return -1;
}

static void reap(pid_t child) {
    int number = errno;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    errno = number;
}

static void close_keeping_errno(int descriptor) {
    int number = errno;
    close(descriptor);
    errno = number;
}

pid_t fleet_start_program(const struct fleet_program *program, int *step) {
    int ends[2];
    *step = FLEET_START_FORK;
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t child = fork();
    if (child == 0) become(program, -1, ends[1]);
    close_keeping_errno(ends[1]);
    if (child > 0 && await_start(ends[0], &child, step) != 0) {
        reap(child);
        child = -1;
    }
    close_keeping_errno(ends[0]);
    return child;
}

// Leads the terminal's session until its parent kills it or ends. It holds no descriptor, also not the terminal: tmux
// sees the terminal's end when the last of those is closed.
static void lead(const struct fleet_program *program, int terminal, int pipe, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(127); // it has ended before that call
    if (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) fail(pipe, FLEET_START_TERMINAL);
    // CLONE_PARENT: the program is the main process' child, which gets its exit status.
    pid_t child = (pid_t)syscall(SYS_clone, (unsigned long)(CLONE_PARENT | SIGCHLD), NULL, NULL, NULL, NULL);
    if (child < 0) fail(pipe, FLEET_START_FORK);
    if (child == 0) {
        if (setpgid(0, 0) != 0 || tcsetpgrp(terminal, getpid()) != 0) fail(pipe, FLEET_START_TERMINAL);
        become(program, terminal, pipe);
    }
    say(pipe, 0, child);
    prctl(PR_SET_NAME, "mosaic-terminal", 0, 0, 0);
    syscall(SYS_close_range, 0U, ~0U, 0U);
    for (;;) pause();
}

pid_t fleet_start_on_terminal(const struct fleet_program *program, int terminal, pid_t *leader, int *step) {
    int ends[2];
    *step = FLEET_START_FORK;
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t parent = getpid();
    *leader = fork();
    if (*leader == 0) lead(program, terminal, ends[1], parent);
    close_keeping_errno(ends[1]);
    if (*leader < 0) {
        close_keeping_errno(ends[0]);
        return -1;
    }
    pid_t child = -1;
    if (await_start(ends[0], &child, step) != 0) {
        int number = errno;
        kill(*leader, SIGKILL);
        reap(*leader);
        if (child > 0) reap(child);
        child = -1;
        errno = number;
    }
    close_keeping_errno(ends[0]);
    return child;
}
