package import Glibc

/// The kernel's clocks: the only place that reads them and sleeps.
package enum KernelClock {
    package static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Shorter when a signal comes: the remaining time is the caller's business.
    package static func sleep(for duration: Duration) {
        guard duration > .zero else { return }
        var time = timespec(duration)
        nanosleep(&time, nil)
    }
}

extension timespec {
    package init(_ duration: Duration) {
        let nanoseconds = duration.wholeNanoseconds
        self.init(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
