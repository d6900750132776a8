// A file system with a fault, as far as one process can tell: preloaded, it lets flock fail with ENOLCK for every file in a
// directory named "run", as NFS without a lock service does. The scripted manager's own files stay as they are.
//
// With SLOW_LINK_MS=N in the environment it does something else: flock works, and the link that publishes the lock takes so
// long, as on a slow disk.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int flock(int descriptor, int operation) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = getenv("SLOW_LINK_MS") ? 0 : readlink(link, path, sizeof path - 1);
    if (length > 0) {
        path[length] = 0;
        if (strstr(path, "/fleet/run/")) {
            errno = ENOLCK;
            return -1;
        }
    }
    return (int)syscall(SYS_flock, descriptor, operation);
}

int linkat(int old_directory, const char *old_name, int new_directory, const char *new_name, int flags) {
    const char *slow = getenv("SLOW_LINK_MS");
    if (slow && !strcmp(new_name, "restart.lock")) {
        long milliseconds = atol(slow);
        struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
        while (nanosleep(&time, &time) < 0 && errno == EINTR) {
        }
    }
    return (int)syscall(SYS_linkat, old_directory, old_name, new_directory, new_name, flags);
}
