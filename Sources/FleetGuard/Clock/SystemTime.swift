internal import Glibc

/// The machine's clocks.
public final class SystemTime: GuardTime {
    public init() {}

    public func now() -> Duration { KernelClock.read(CLOCK_MONOTONIC) }

    public func wallClock() -> Double { KernelClock.read(CLOCK_REALTIME).inSeconds }

    public func sleep(for duration: Duration) { KernelClock.sleep(for: duration) }

    public func token() -> LockToken { LockToken.random() }
}
