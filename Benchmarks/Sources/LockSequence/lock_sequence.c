// One line for each call, in the order in which strace(1) shows them of `hand-over cycles`. Scripts/bench counts both by
// name and says what differs when the guard has changed and this file has not.
#define _GNU_SOURCE
#include "lock_sequence.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MUTEX_SIZE = 512, RECORD_SIZE = 308 };
#define STAGED "staging-00000000-0000-4000-8000-000000000000"

/// A call that must succeed, and one that must find nothing.
#define CALL(call) do { if ((call) < 0) return __LINE__; } while (0)
#define ABSENT(call) do { if ((call) >= 0 || errno != ENOENT) return __LINE__; } while (0)

static const char *path;
static int directory, mutex, staged, listed;
static struct stat status;
static char mutex_text[MUTEX_SIZE + 1], record_text[RECORD_SIZE], entries[8192], random_bytes[16];

int lock_sequence_open(const char *run_directory) {
    memset(mutex_text, ' ', sizeof mutex_text);
    memset(record_text, ' ', sizeof record_text);
    path = strdup(run_directory);
    directory = open(run_directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return -1;
    mutex = openat(directory, "restart.mutex", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (mutex < 0) return -1;
    // Written back as it was: the guard must not find anything strange.
    return pread(mutex, mutex_text, MUTEX_SIZE, 0) >= 0 ? 0 : -1;
}

/// Into the registry mutex, which says who is inside.
static int enter_mutex(void) {
    CALL(flock(mutex, LOCK_EX | LOCK_NB));
    CALL(fstatat(directory, "restart.mutex", &status, AT_SYMLINK_NOFOLLOW));
    CALL(getrandom(random_bytes, sizeof random_bytes, 0));
    CALL(pwrite(mutex, mutex_text, MUTEX_SIZE, 0));
    return 0;
}

static int list_directory(void) {
    CALL(listed = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CALL(syscall(SYS_getdents64, listed, entries, sizeof entries));
    CALL(syscall(SYS_getdents64, listed, entries, sizeof entries));
    CALL(close(listed));
    return 0;
}

#define PART(part) do { int line = (part); if (line) return line; } while (0)

static int acquire(void) {
    ABSENT(openat(directory, "restart.lock", O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    PART(enter_mutex());
    ABSENT(fstatat(directory, "restart.lock", &status, AT_SYMLINK_NOFOLLOW));
    CALL(fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW));
    CALL(getrandom(random_bytes, sizeof random_bytes, 0));
    CALL(staged = openat(directory, STAGED, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    CALL(flock(staged, LOCK_EX | LOCK_NB));
    CALL(pwrite(staged, record_text, RECORD_SIZE, 0));
    CALL(fstat(staged, &status));
    CALL(linkat(directory, STAGED, directory, "restart.lock", 0));
    CALL(unlinkat(directory, STAGED, 0));
    PART(list_directory());
    CALL(flock(mutex, LOCK_UN));
    return 0;
}

static int release(void) {
    PART(enter_mutex());
    CALL(fstatat(directory, "restart.lock", &status, AT_SYMLINK_NOFOLLOW));
    CALL(unlinkat(directory, "restart.lock", 0));
    CALL(flock(mutex, LOCK_UN));
    CALL(close(staged));
    return 0;
}

int lock_sequence_turn(void) {
    PART(acquire());
    PART(release());
    return 0;
}
