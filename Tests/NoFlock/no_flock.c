// A file system without flock, as far as one process can tell: preloaded, it lets flock fail with ENOLCK for every file
// in a directory named "run", as NFS without a lock service does. The scripted manager's own files stay as they are.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int flock(int descriptor, int operation) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) {
        path[length] = 0;
        if (strstr(path, "/fleet/run/")) {
            errno = ENOLCK;
            return -1;
        }
    }
    return (int)syscall(SYS_flock, descriptor, operation);
}
