package import Glibc

/// The machine's clocks.
public final class SystemTime: GuardTime {
    public init() {}

    public func now() -> Duration { read(CLOCK_MONOTONIC) }

    public func wallClock() -> Double { read(CLOCK_REALTIME).inSeconds }

    public func sleep(for duration: Duration) {
        var time = timespec(max(duration, .zero))
        nanosleep(&time, nil)  // shorter when a signal comes: the caller looks at signals anyway
    }

    public func token() -> LockToken { LockToken.random() }

    private func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension timespec {
    package init(_ duration: Duration) {
        let nanoseconds = duration.wholeNanoseconds
        self.init(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
