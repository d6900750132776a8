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
static void become(const struct fleet_command *command, pid_t parent) {
    setpgid(0, 0);
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
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    // The parent may have died before that call, and then nobody would tell.
    if (getppid() != parent) _exit(127);
    execve(command->path, command->arguments, command->environment);
}

pid_t fleet_start_command(const struct fleet_command *command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        become(command, parent);
        int number = errno;
        while (write(ends[1], &number, sizeof number) < 0 && errno == EINTR) {}
        _exit(127);
    }
    int number = errno;
    close(ends[1]);
    if (child > 0) {
        setpgid(child, child); // whoever comes first; the child may have executed its program already
        ssize_t count;
        while ((count = read(ends[0], &number, sizeof number)) < 0 && errno == EINTR) {}
        if (count == sizeof number) {
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
            child = -1;
        }
    }
    close(ends[0]);
    errno = number;
    return child;
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
    return FLEET_CHILD_UNCHANGED;
}
