#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t set_address(struct sockaddr_un *address, const char *text) {
    size_t count = strlen(text);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (count == 0 || count >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memcpy(address->sun_path, text, count);
    int is_abstract = text[0] == '@';
    if (is_abstract) address->sun_path[0] = 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + !is_abstract);
}

int fleet_listen(const char *text) {
    struct sockaddr_un address;
    socklen_t length = set_address(&address, text);
    if (length == 0) return -1;
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -1;
    // The mode of the file is that of the socket at bind(2).
    fchmod(listener, 0600);
    if (bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 16) == 0) return listener;
    int number = errno;
    close(listener);
    errno = number;
    return -1;
}

int fleet_accept(int listener, pid_t *process, uid_t *user) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) return -1;
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0) {
        *process = peer.pid;
        *user = peer.uid;
        return connection;
    }
    int number = errno;
    close(connection);
    errno = number;
    return -1;
}

ssize_t fleet_receive_descriptor(int connection, void *bytes, size_t size, int *descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *descriptor = -1;
    ssize_t count;
    while ((count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {}
    if (count < 0) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t number = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < number; index++) {
            int received;
            memcpy(&received, CMSG_DATA(header) + index * sizeof(int), sizeof received);
            if (*descriptor < 0) *descriptor = received;
            else close(received);
        }
    }
    return count;
}

// What tmux tells the programs in its panes about their terminal.
static const char *const names[] = {"TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "TMUX", "TMUX_PANE"};

static size_t gather(char *text, size_t size) {
    size_t used = 0;
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        const char *value = getenv(names[index]);
        if (!value) continue;
        size_t name = strlen(names[index]), length = name + 1 + strlen(value) + 1;
        if (length > size - used) continue;
        memcpy(text + used, names[index], name);
        text[used + name] = '=';
        memcpy(text + used + name + 1, value, length - name - 1);
        used += length;
    }
    return used;
}

// Bytes at a time with write(2): stdio would take a page for its buffer. It is the pane that shows it.
static int complain(const char *what) {
    const char *why = strerror(errno);
    const char *parts[] = {"mosaic fleet window: ", what, ": ", why, "\n"};
    for (size_t index = 0; index < sizeof parts / sizeof *parts; index++)
        if (write(2, parts[index], strlen(parts[index])) < 0) break;
    return 1;
}

// Connected to a socket of our own user; -1 with errno.
static int connect_to(const char *text, int type) {
    struct sockaddr_un address;
    socklen_t length = set_address(&address, text);
    if (length == 0) return -1;
    int connection = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (connection < 0) return -1;
    int result;
    while ((result = connect(connection, (struct sockaddr *)&address, length)) < 0 && errno == EINTR) {}
    struct ucred peer;
    socklen_t peer_length = sizeof peer;
    if (result == 0) result = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &peer_length);
    if (result == 0 && peer.uid != geteuid()) {
        errno = EPERM;
        result = -1;
    }
    if (result == 0) return connection;
    int number = errno;
    close(connection);
    errno = number;
    return -1;
}

int fleet_connect(const char *text) { return connect_to(text, SOCK_SEQPACKET | SOCK_NONBLOCK); }

static int window(const char *path) {
    // The terminal's end is the main process' to notice, and a change of its foreground concerns the agent.
    signal(SIGHUP, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    int connection = connect_to(path, SOCK_SEQPACKET);
    if (connection < 0) return complain("the agent's main process does not answer");
    // Only a session leader that gives its terminal up frees it for another session.
    if (ioctl(0, TIOCNOTTY) != 0) return complain("the pane's terminal");
    char text[8192];
    struct iovec part = {.iov_base = text, .iov_len = gather(text, sizeof text)};
    if (part.iov_len == 0) { // an empty message would look like the end
        text[0] = 0;
        part.iov_len = 1;
    }
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memset(CMSG_DATA(header), 0, sizeof(int)); // descriptor 0
    if (sendmsg(connection, &message, MSG_NOSIGNAL) < 0) return complain("handing the terminal over");
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int number = 0; number < 3; number++) {
        if (null >= 0) dup2(null, number);
        else close(number);
    }
    // The agent's exit status comes at its end, so that tmux can show it; the socket's end alone is that of a main
    // process that was killed.
    unsigned char status = 1;
    ssize_t count;
    while ((count = recv(connection, &status, sizeof status, 0)) < 0 && errno == EINTR) {}
    if (count != sizeof status) {
        if (path[0] == '/') unlink(path);
        return 1;
    }
    return status;
}

void fleet_become_window(int count, char *const *arguments) {
    if (count != 4 || strcmp(arguments[1], "fleet") != 0 || strcmp(arguments[2], "window") != 0) return;
    _exit(window(arguments[3]));
}
