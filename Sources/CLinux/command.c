#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int fleet_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int fleet_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

// In the child, before exec: async-signal-safe calls only.
static void become(const struct fleet_command *command, pid_t parent, int gate) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    // The parent may have died before that call, and then nobody would tell.
    if (getppid() != parent) _exit(127);
    char word;
    ssize_t count;
    while ((count = read(gate, &word, 1)) < 0 && errno == EINTR) {}
    if (count != 1) _exit(127); // closed instead of opened
    // From the background this call would stop us; the keeper ignores SIGTTOU, and so do we until the loop below.
    if (command->terminal >= 0) tcsetpgrp(command->terminal, getpid());
    struct sigaction action;
    memset(&action, 0, sizeof action);
    for (int number = 1; number < NSIG; number++) {
        action.sa_handler = number == SIGHUP && command->ignores_hang_up ? SIG_IGN : SIG_DFL;
        sigaction(number, &action, NULL); // fails for those that nobody may change
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(command->path, command->arguments, command->environment);
}

pid_t fleet_fork_command(const struct fleet_command *command, int *gate, int *result) {
    int gates[2], results[2];
    if (pipe2(gates, O_CLOEXEC) != 0) return -1;
    int number = 0;
    pid_t child = -1;
    if (pipe2(results, O_CLOEXEC) == 0) {
        pid_t parent = getpid();
        child = fork();
        if (child == 0) {
            close(gates[1]); // else it would wait for its own end
            become(command, parent, gates[0]);
            number = errno;
            while (write(results[1], &number, sizeof number) < 0 && errno == EINTR) {}
            _exit(127);
        }
        number = errno;
        close(results[1]);
        if (child < 0) close(results[0]);
    } else {
        number = errno;
    }
    close(gates[0]);
    if (child < 0) {
        close(gates[1]);
        errno = number;
        return -1;
    }
    setpgid(child, child); // whoever comes first
    *gate = gates[1];
    *result = results[0];
    return child;
}

int fleet_release_command(pid_t child, int gate, int result) {
    char word = 1;
    while (write(gate, &word, 1) < 0 && errno == EINTR) {}
    close(gate);
    int number = 0;
    ssize_t count;
    while ((count = read(result, &number, sizeof number)) < 0 && errno == EINTR) {}
    close(result);
    if (count != sizeof number) return 0; // closed by the execution of the program
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    errno = number;
    return -1;
}

int fleet_look_at_child(pid_t child, int *value) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid == child) {
        *value = info.si_status;
        return FLEET_CHILD_STOPPED;
    }
    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child) {
        *value = info.si_status;
        return info.si_code == CLD_EXITED ? FLEET_CHILD_EXITED : FLEET_CHILD_KILLED;
    }
    // Nothing to tell is not an error: with WNOHANG waitid(2) then returns 0.
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD) return FLEET_CHILD_LOST;
    return FLEET_CHILD_UNCHANGED;
}
