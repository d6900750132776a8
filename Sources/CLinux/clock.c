#include "CLinux.h"
#include <sys/timex.h>

int fleet_clock_is_synchronized(void) {
    struct timex clock = {.modes = 0};
    if (adjtimex(&clock) < 0) return -1;
    return (clock.status & STA_UNSYNC) ? 0 : 1;
}
