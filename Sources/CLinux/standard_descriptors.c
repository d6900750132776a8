#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// Whatever is opened next takes the lowest free number. If the caller closed 0, 1 or 2, the registry mutex or the lock
// record would become standard output, and messages would be written into it.
static void open_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        struct stat status;
        // Lower numbers are all open, so this takes the closed one's. In a broken /dev the name may be a plain file, which
        // would fill up.
        if (open("/dev/null", O_RDWR | O_NOCTTY) != descriptor || fstat(descriptor, &status) != 0 ||
            !S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
            _exit(74); // ExitStatus.io; there may be no descriptor for a message
    }
}

// Every executable that links this module runs it before anything else of its own, and before the constructors of the
// libraries, which may open files, too.
__attribute__((section(".preinit_array"), used)) static void (*const before_everything)(void) = open_standard_descriptors;
