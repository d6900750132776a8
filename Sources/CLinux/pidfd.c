#define _GNU_SOURCE
#include "CLinux.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int fleet_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0u); }

int fleet_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u);
}
