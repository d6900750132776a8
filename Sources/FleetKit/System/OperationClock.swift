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
    public init() {}

    public func now() -> Duration { KernelClock.read(CLOCK_MONOTONIC) }

    public func sleep(for duration: Duration) { KernelClock.sleep(for: duration) }
}
