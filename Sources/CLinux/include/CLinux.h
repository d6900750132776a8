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

/// getdents64(2): entries of a directory as bytes; 0 at the end, -1 with errno.
ssize_t fleet_get_entries(int directory, void *buffer, size_t size);

/// ppoll(2), for waits shorter than poll(2)'s milliseconds: 1 when the first descriptor is readable, 2 the second (-1: there
/// is none), 3 both, 0 when the time is up; -1 with errno.
int fleet_wait_readable(int first, int second, long long nanoseconds);

/// posix_spawn_file_actions_addclosefrom_np(3): the child keeps nothing from `first` on. 0, or an error number.
int fleet_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/// adjtimex(2): 1 when the kernel's clock is synchronised, 0 when it is not, -1 when the kernel does not say.
int fleet_clock_is_synchronized(void);

/// POSIX_SPAWN_SETSID, posix_spawnattr_setflags(3), beside the flags that are set: the child leads a session of its own.
/// 0, or an error number.
int fleet_spawn_own_session(posix_spawnattr_t *attributes);

/// prctl(2) PR_SET_CHILD_SUBREAPER: orphaned descendants become children of this process. 0, or -1 with errno.
int fleet_become_subreaper(void);

/// prctl(2) PR_SET_NAME: what `ps` and `pkill` take for the name, 15 bytes. 0, or -1 with errno.
int fleet_set_process_name(const char *name);

/// SO_PEERCRED of a connected unix socket, unix(7): the process that called listen(2) at the other end, or -1 with errno.
pid_t fleet_listener(int socket);

/// A program and how it is to run.
struct fleet_command {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// A descriptor of the terminal whose foreground the command becomes; -1: none.
    int terminal;
    /// As under nohup(1).
    int ignores_hang_up;
};

/// Makes the command's process, the leader of a process group of its own; the kernel kills it when the calling thread
/// ends. posix_spawn(3) can do neither that nor the terminal on every libc that we support.
/// The process waits at a gate before it executes its program, so that it can be moved into a cgroup first; where the
/// gate is closed instead of opened, it ends. The number of the process, or -1 with errno.
pid_t fleet_fork_command(const struct fleet_command *command, int *gate, int *result);

/// Opens the gate: the program is executed with every signal at its default. Closes both descriptors. 0, or -1 with
/// errno when the program could not be executed.
int fleet_release_command(pid_t child, int gate, int result);

enum {
    FLEET_CHILD_UNCHANGED = 0,
    /// The value is the signal. Told once.
    FLEET_CHILD_STOPPED = 1,
    /// The value is the exit status. The child stays unreaped, so that its number stays its own.
    FLEET_CHILD_EXITED = 2,
    /// The value is the signal.
    FLEET_CHILD_KILLED = 3,
    /// No child of ours any more: it was waited for already.
    FLEET_CHILD_LOST = 4,
};

/// waitid(2) without waiting: one of the above.
int fleet_look_at_child(pid_t child, int *value);

/// Sends an entry of the journal to its socket: as a datagram or, where that is too long, as a sealed memfd_create(2)
/// file. 0, or -1 with errno.
int fleet_send_to_journal(int socket, const char *path, const void *bytes, size_t count);

/// Blocks every signal that can be blocked, and makes a descriptor that tells of SIGTERM, SIGINT, SIGQUIT and SIGCHLD
/// (signalfd(2)): -1 with errno. All others stay pending for ever, so they neither end nor stop this process.
int fleet_take_signals(void);

/// The next signal of that descriptor: its number, 0 when there is none, -1 with errno. `from_kernel` is 1 for one that
/// no process sent.
int fleet_next_signal(int descriptor, int *from_kernel);

/// A program that the main process of an agent's unit runs, with every signal at its default.
struct fleet_program {
    /// Looked for in PATH when it has no slash, as execvp(3) does.
    const char *file;
    char *const *arguments;
    char *const *environment;
    /// NULL: ours.
    const char *directory;
    /// Descriptors for the program's 1 and 2; -1: ours. Its 0 is /dev/null.
    int output;
    int errors;
};

/// What failed while a program was started.
enum {
    FLEET_START_FORK = 1,
    FLEET_START_TERMINAL = 2,
    FLEET_START_DIRECTORY = 3,
    FLEET_START_EXECUTE = 4,
};

/// Starts a program that has no terminal: its number, or -1 with errno and one of the above in `step`.
pid_t fleet_start_program(const struct fleet_program *program, int *step);

/// Starts a program on a terminal that no session has: as the leader of the foreground process group, with the terminal
/// for its 0, 1 and 2. A second process (`leader`) leads the terminal's session and does nothing else: the kernel sends
/// SIGHUP to the foreground when a session's leader ends, so it must not be the program. Both are children of the caller,
/// which is outside of that session. To the program it is as in a terminal window: its group is an orphaned one, which
/// Ctrl-Z does not stop.
pid_t fleet_start_on_terminal(const struct fleet_program *program, int terminal, pid_t *leader, int *step);

/// A listening socket of the type SOCK_SEQPACKET, at a path, or with an abstract name that begins with '@': -1 with errno.
int fleet_listen(const char *address);

/// The next connection, closed on exec, and who is at its other end: -1 with errno.
int fleet_accept(int listener, pid_t *process, uid_t *user);

/// A connection to such a socket, closed on exec and never blocking: -1 with errno (EAGAIN: its queue is full; EPERM: it is
/// another user's).
int fleet_connect(const char *address);

/// One message with a descriptor: the number of bytes (0: the other end has closed), -1 with errno. `descriptor` is -1
/// where none came.
ssize_t fleet_receive_descriptor(int connection, void *bytes, size_t size, int *descriptor);

/// `mosaic fleet window SOCKET`, the process in an agent's tmux pane, where these are the arguments: does not return
/// then. Begins before anything else has used memory, and needs next to none.
void fleet_become_window(int count, char *const *arguments);
