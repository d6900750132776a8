internal import FleetGuard
internal import Glibc

/// Time for everything that waits, so that tests can run it by hand.
public protocol OperationClock: Sendable {
    /// Monotonic, the same for all processes of the machine since its boot.
    func now() -> Duration

    /// Waits about that long; returns early when a signal arrives, so that the caller can look at what it says.
    func sleep(for duration: Duration)
}

/// `CLOCK_MONOTONIC`.
public struct SystemClock: OperationClock {
    /// Has no state: all instances tell the same time.
    public init() {}

    /// Does not count the time that the machine was suspended.
    public func now() -> Duration { KernelClock.read(CLOCK_MONOTONIC) }

    /// Returns at once for zero or less; a signal ends the wait early (nanosleep(2)).
    public func sleep(for duration: Duration) { KernelClock.sleep(for: duration) }
}
