#define _GNU_SOURCE
#include "CLinux.h"

#include <poll.h>
#include <time.h>

int fleet_wait_readable(int first, int second, long long nanoseconds) {
    struct pollfd wanted[] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    if (ppoll(wanted, 2, &limit, NULL) < 0) return -1;
    return (wanted[0].revents != 0) | (wanted[1].revents != 0) << 1;
}
