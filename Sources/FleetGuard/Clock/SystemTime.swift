internal import Glibc

/// The machine's clocks.
public final class SystemTime: GuardTime {
    /// Has no state: all instances read the same kernel clocks.
    public init() {}

    /// `CLOCK_MONOTONIC`: from an arbitrary start, stopped while the machine is suspended.
    public func now() -> Duration { KernelClock.read(CLOCK_MONOTONIC) }

    /// `CLOCK_REALTIME`, in seconds since 1970; steps when the clock is set.
    public func wallClock() -> Double { KernelClock.read(CLOCK_REALTIME).inSeconds }

    /// Returns at once for zero or less, and early when a signal arrives.
    public func sleep(for duration: Duration) { KernelClock.sleep(for: duration) }

    /// A random (version 4) UUID.
    public func token() -> LockToken { LockToken.random() }
}
