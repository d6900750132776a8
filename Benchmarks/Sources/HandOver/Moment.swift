internal import FleetGuard
internal import Glibc

/// The clock that all processes of the machine share.
enum Moment {
    /// Nanoseconds of CLOCK_MONOTONIC.
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// One to three milliseconds, so that what is measured does not fall into step with anything.
    static func pause() {
        usleep(.random(in: 1_000..<3_000))
    }
}
