// Names that the program defines itself, so that it also runs where the C library is too old to have them: Swift's static
// runtime calls arc4random (glibc 2.36) and hypotf (its 2.35 edition), and everything else that is linked in is of glibc
// 2.34 or older. Scripts/check-binary holds that floor. Hidden: what is loaded later keeps the C library's own.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN uint32_t arc4random(void);
HIDDEN void arc4random_buf(void *buffer, size_t size);
HIDDEN uint32_t arc4random_uniform(uint32_t bound);
HIDDEN float hypotf(float x, float y);

// arc4random(3) cannot report an error, so there is no way back from here: a number that can be guessed would be worse.
static _Noreturn void no_randomness(void) { abort(); }

// Blocks until the kernel's generator has been seeded: /dev/urandom alone would not.
static void await_seed(void) {
    int file = open("/dev/random", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) no_randomness();
    struct pollfd ready = {.fd = file, .events = POLLIN};
    int count;
    do count = poll(&ready, 1, -1);
    while (count < 0 && errno == EINTR);
    if (count != 1 || !(ready.revents & POLLIN)) no_randomness();
    close(file);
}

static void fill_from_device(unsigned char *bytes, size_t size) {
    await_seed();
    int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) no_randomness();
    while (size > 0) {
        ssize_t count = read(file, bytes, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) no_randomness();
        bytes += count;
        size -= (size_t)count;
    }
    close(file);
}

void arc4random_buf(void *buffer, size_t size) {
    unsigned char *bytes = buffer;
    int error = errno; // arc4random(3) leaves it alone
    while (size > 0) {
        ssize_t count = syscall(SYS_getrandom, bytes, size, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) { // no such call (a seccomp filter, say)
            fill_from_device(bytes, size);
            break;
        }
        bytes += count;
        size -= (size_t)count;
    }
    errno = error;
}

uint32_t arc4random(void) {
    uint32_t number;
    arc4random_buf(&number, sizeof number);
    return number;
}

uint32_t arc4random_uniform(uint32_t bound) {
    if (bound < 2) return 0;
    // The lowest 2^32 mod bound numbers would come up once too often.
    uint32_t lowest = -bound % bound, number;
    do number = arc4random();
    while (number < lowest);
    return number % bound;
}

// The squares of two floats, and nearly their sum, are exact as doubles, and nothing overflows on the way.
float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY; // whatever the other one is, also not a number
    float length = (float)sqrt((double)x * x + (double)y * y);
    if (isinf(length)) errno = ERANGE;
    return length;
}
