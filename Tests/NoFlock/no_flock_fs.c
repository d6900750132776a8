// A real file system without flock, for the guard's path mode: it passes everything on to a directory below, and answers
// every flock with ENOLCK, as NFS does where no lock service runs. Usage: no-flock-fs DIRECTORY MOUNTPOINT; runs in the
// foreground until it is unmounted or gets SIGTERM. Needs root or fusermount3, and /dev/fuse.
//
// With SLOW_WRITE_MS=N in the environment it is a slow disk instead: flock works, and the write of a lock record, which an
// owner stages inside the registry mutex, is answered so much later. Other requests are served meanwhile.
//
// One thread serves one request after the other, so nothing here is locked. Nothing is cached by the kernel: what one
// process did must be there for the next one at once.
#define _GNU_SOURCE
#define FUSE_USE_VERSION 35
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

// One file that the kernel knows. Its descriptor (O_PATH) keeps it reachable when its last name is gone.
struct node {
    int fd;
    dev_t device;
    ino_t inode;
    uint64_t lookups;
    struct node *next;
};

static struct node root;
static long slow_ms;

static struct node *node_of(fuse_ino_t ino) { return ino == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)ino; }
static int fd_of(fuse_ino_t ino) { return node_of(ino)->fd; }

// The same file by a name that every system call takes.
static const char *path_of(int fd, char *buffer) {
    sprintf(buffer, "/proc/self/fd/%d", fd);
    return buffer;
}

static void reply_result(fuse_req_t req, int result) { fuse_reply_err(req, result < 0 ? errno : 0); }

// Fills in the entry of a name; 0 or an errno.
static int look_up(fuse_ino_t parent, const char *name, struct fuse_entry_param *entry) {
    memset(entry, 0, sizeof *entry);
    int fd = openat(fd_of(parent), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno;
    if (fstatat(fd, "", &entry->attr, AT_EMPTY_PATH) < 0) {
        int error = errno;
        close(fd);
        return error;
    }
    struct node *node = root.next;
    while (node && (node->inode != entry->attr.st_ino || node->device != entry->attr.st_dev)) node = node->next;
    if (node) {
        close(fd);
    } else {
        node = calloc(1, sizeof *node);
        if (!node) {
            close(fd);
            return ENOMEM;
        }
        *node = (struct node){fd, entry->attr.st_dev, entry->attr.st_ino, 0, root.next};
        root.next = node;
    }
    node->lookups++;
    entry->ino = (uintptr_t)node;
    return 0;
}

static void reply_entry(fuse_req_t req, fuse_ino_t parent, const char *name) {
    struct fuse_entry_param entry;
    int error = look_up(parent, name, &entry);
    if (error) {
        fuse_reply_err(req, error);
    } else {
        fuse_reply_entry(req, &entry);
    }
}

static void forget_one(fuse_ino_t ino, uint64_t count) {
    struct node *node = node_of(ino);
    if (node == &root || (node->lookups -= count) > 0) return;
    struct node **place = &root.next;
    while (*place != node) place = &(*place)->next;
    *place = node->next;
    close(node->fd);
    free(node);
}

static void fs_init(void *data, struct fuse_conn_info *conn) {
    (void)data;
    if (slow_ms) return;
    conn->want |= conn->capable & FUSE_CAP_FLOCK_LOCKS; // else the kernel would do flock by itself
    conn->want &= ~FUSE_CAP_WRITEBACK_CACHE;
    if (!(conn->want & FUSE_CAP_FLOCK_LOCKS)) {
        fprintf(stderr, "no-flock-fs: this kernel does not pass flock on\n");
        exit(69);
    }
}

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) { reply_entry(req, parent, name); }

static void fs_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count) {
    forget_one(ino, count);
    fuse_reply_none(req);
}

static void fs_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets) {
    for (size_t i = 0; i < count; i++) forget_one(forgets[i].ino, forgets[i].nlookup);
    fuse_reply_none(req);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file) {
    (void)file;
    struct stat status;
    if (fstatat(fd_of(ino), "", &status, AT_EMPTY_PATH) < 0) {
        fuse_reply_err(req, errno);
    } else {
        fuse_reply_attr(req, &status, 0);
    }
}

static void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *wanted, int which, struct fuse_file_info *file) {
    char path[64];
    path_of(fd_of(ino), path);
    int result = 0;
    if (which & FUSE_SET_ATTR_MODE) result = chmod(path, wanted->st_mode);
    if (result == 0 && which & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
        result = chown(
            path, which & FUSE_SET_ATTR_UID ? wanted->st_uid : (uid_t)-1,
            which & FUSE_SET_ATTR_GID ? wanted->st_gid : (gid_t)-1);
    if (result == 0 && which & FUSE_SET_ATTR_SIZE) result = truncate(path, wanted->st_size);
    if (result == 0 && which & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) {
        struct timespec times[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
        if (which & FUSE_SET_ATTR_ATIME) times[0] = wanted->st_atim;
        if (which & FUSE_SET_ATTR_ATIME_NOW) times[0].tv_nsec = UTIME_NOW;
        if (which & FUSE_SET_ATTR_MTIME) times[1] = wanted->st_mtim;
        if (which & FUSE_SET_ATTR_MTIME_NOW) times[1].tv_nsec = UTIME_NOW;
        result = utimensat(AT_FDCWD, path, times, 0);
    }
    if (result < 0) {
        fuse_reply_err(req, errno);
    } else {
        fs_getattr(req, ino, file);
    }
}

static void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
    if (mkdirat(fd_of(parent), name, mode) < 0) {
        fuse_reply_err(req, errno);
    } else {
        reply_entry(req, parent, name);
    }
}

// The write that is waited for.
static struct {
    fuse_req_t req;
    int fd;
    char bytes[64 << 10];
    size_t size;
    off_t offset;
    long due;
} slow;

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void fs_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name) {
    char path[64];
    if (linkat(AT_FDCWD, path_of(fd_of(ino), path), fd_of(parent), name, AT_SYMLINK_FOLLOW) < 0) {
        fuse_reply_err(req, errno);
    } else {
        reply_entry(req, parent, name);
    }
}

static void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name) {
    reply_result(req, unlinkat(fd_of(parent), name, 0));
}

static void fs_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name) {
    reply_result(req, unlinkat(fd_of(parent), name, AT_REMOVEDIR));
}

static void fs_rename(
    fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent, const char *new_name, unsigned flags) {
    reply_result(req, renameat2(fd_of(parent), name, fd_of(new_parent), new_name, flags));
}

static void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file) {
    char path[64];
    int fd = open(path_of(fd_of(ino), path), (file->flags & ~O_NOFOLLOW) | O_CLOEXEC);
    if (fd < 0) {
        fuse_reply_err(req, errno);
        return;
    }
    file->fh = (uint64_t)fd;
    fuse_reply_open(req, file);
}

static void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *file) {
    struct fuse_entry_param entry;
    int fd = openat(fd_of(parent), name, (file->flags | O_CREAT | O_CLOEXEC) & ~O_NOFOLLOW, mode);
    if (fd < 0) {
        fuse_reply_err(req, errno);
        return;
    }
    int error = look_up(parent, name, &entry);
    if (error) {
        close(fd);
        fuse_reply_err(req, error);
        return;
    }
    file->fh = (uint64_t)fd;
    fuse_reply_create(req, &entry, file);
}

static void fs_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file) {
    (void)ino;
    close((int)file->fh);
    fuse_reply_err(req, 0);
}

static void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *file) {
    (void)ino;
    char *bytes = malloc(size);
    ssize_t count = bytes ? pread((int)file->fh, bytes, size, offset) : -1;
    if (count < 0) {
        fuse_reply_err(req, errno);
    } else {
        fuse_reply_buf(req, bytes, (size_t)count);
    }
    free(bytes);
}

static void do_write(fuse_req_t req, int fd, const char *bytes, size_t size, off_t offset) {
    ssize_t count = pwrite(fd, bytes, size, offset);
    if (count < 0) {
        fuse_reply_err(req, errno);
    } else {
        fuse_reply_write(req, (size_t)count);
    }
}

static void fs_write(
    fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t offset, struct fuse_file_info *file) {
    static const char record[] = "{\"acquiredAt\"";
    (void)ino;
    if (!slow_ms || slow.req || size < sizeof record || size > sizeof slow.bytes || memcmp(bytes, record, sizeof record - 1)) {
        do_write(req, (int)file->fh, bytes, size, offset);
        return;
    }
    slow.req = req;
    slow.fd = (int)file->fh;
    memcpy(slow.bytes, bytes, size);
    slow.size = size;
    slow.offset = offset;
    slow.due = now_ms() + slow_ms;
}

static int serve(struct fuse_session *session) {
    struct fuse_buf buffer = {0};
    int result = 0;
    while (!fuse_session_exited(session)) {
        long left = slow.req ? slow.due - now_ms() : -1;
        struct pollfd request = {fuse_session_fd(session), POLLIN, 0};
        int ready = poll(&request, 1, slow.req && left < 0 ? 0 : (int)left);
        if (ready < 0 && errno != EINTR) break;
        if (slow.req && slow.due <= now_ms()) {
            fuse_req_t req = slow.req;
            slow.req = NULL;
            do_write(req, slow.fd, slow.bytes, slow.size, slow.offset);
        }
        if (ready <= 0) continue;
        result = fuse_session_receive_buf(session, &buffer);
        if (result == -EINTR) continue;
        if (result <= 0) break;
        fuse_session_process_buf(session, &buffer);
    }
    free(buffer.mem);
    return result;
}

static void fs_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file) {
    int fd = openat(fd_of(ino), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream) {
        fuse_reply_err(req, errno);
        if (fd >= 0) close(fd);
        return;
    }
    file->fh = (uintptr_t)stream;
    fuse_reply_open(req, file);
}

static void fs_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *file) {
    (void)ino;
    DIR *stream = (DIR *)(uintptr_t)file->fh;
    char *bytes = calloc(1, size);
    if (!bytes) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    size_t used = 0;
    struct dirent *entry;
    seekdir(stream, offset);
    while ((entry = readdir(stream))) {
        struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)DTTOIF(entry->d_type)};
        size_t needed = fuse_add_direntry(req, bytes + used, size - used, entry->d_name, &status, entry->d_off);
        if (needed > size - used) break;
        used += needed;
    }
    fuse_reply_buf(req, bytes, used);
    free(bytes);
}

static void fs_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file) {
    (void)ino;
    closedir((DIR *)(uintptr_t)file->fh);
    fuse_reply_err(req, 0);
}

static void fs_statfs(fuse_req_t req, fuse_ino_t ino) {
    struct statvfs status;
    if (fstatvfs(fd_of(ino), &status) < 0) {
        fuse_reply_err(req, errno);
    } else {
        fuse_reply_statfs(req, &status);
    }
}

static void fs_flock(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file, int operation) {
    (void)ino, (void)file, (void)operation;
    fuse_reply_err(req, ENOLCK);
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "usage: no-flock-fs DIRECTORY MOUNTPOINT\n");
        return 64;
    }
    umask(0);
    root.fd = open(words[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root.fd < 0) {
        perror(words[1]);
        return 74;
    }
    const char *slowness = getenv("SLOW_WRITE_MS");
    if (slowness) slow_ms = atol(slowness);
    struct fuse_lowlevel_ops operations = {
        .init = fs_init, .lookup = fs_lookup, .forget = fs_forget, .forget_multi = fs_forget_multi,
        .getattr = fs_getattr, .setattr = fs_setattr, .mkdir = fs_mkdir, .link = fs_link, .unlink = fs_unlink,
        .rmdir = fs_rmdir, .rename = fs_rename, .open = fs_open, .create = fs_create, .release = fs_release,
        .read = fs_read, .write = fs_write, .opendir = fs_opendir, .readdir = fs_readdir,
        .releasedir = fs_releasedir, .statfs = fs_statfs, .flock = fs_flock,
    };
    if (slow_ms) operations.flock = NULL;  // then the kernel does it
    char *options[] = {words[0], "-o", "default_permissions,fsname=no-flock,subtype=no-flock", NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(3, options);
    struct fuse_session *session = fuse_session_new(&arguments, &operations, sizeof operations, NULL);
    if (!session || fuse_set_signal_handlers(session) != 0) return 70;
    if (fuse_session_mount(session, words[2]) != 0) return 69;
    int result = serve(session);
    fuse_session_unmount(session);
    fuse_remove_signal_handlers(session);
    fuse_session_destroy(session);
    return result < 0 ? 1 : 0;
}
