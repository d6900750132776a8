// Linux calls that Swift cannot import: variadic, or newer than the libc headers of supported distributions.
#pragma once
#include <spawn.h>
#include <sys/types.h>

/// pidfd_open(2): a descriptor that names exactly this process, or -1 with errno.
int fleet_pidfd_open(pid_t pid);

/// pidfd_send_signal(2): 0, or -1 with errno. Cannot hit a process that reused the number.
int fleet_pidfd_send_signal(int pidfd, int signal);

/// eventfd(2), closed on exec and never blocking: a descriptor that a signal handler can make readable; -1 with errno.
int fleet_eventfd(void);

/// pipe2(2) with O_CLOEXEC: 0, or -1 with errno.
int fleet_pipe(int ends[2]);

/// posix_spawn_file_actions_addclosefrom_np(3): the child keeps nothing from `first` on. 0, or an error number.
int fleet_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/// adjtimex(2): 1 when the kernel's clock is synchronised, 0 when it is not, -1 when the kernel does not say.
int fleet_clock_is_synchronized(void);
/// POSIX_SPAWN_SETSID, posix_spawnattr_setflags(3): the child leads a session of its own. 0, or an error number.
int fleet_spawn_own_session(posix_spawnattr_t *attributes);
