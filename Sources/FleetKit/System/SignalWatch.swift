internal import CLinux
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as a question that the main loop asks, so that a command can end in order: leave the current
/// job to systemd, give the lock back, and say what was not reached.
///
/// One per process. The handler only stores the number and makes a descriptor readable, which wakes a wait.
public final class SignalWatch: Sendable {
    /// Readable from the first signal on.
    public let wakeDescriptor: CInt

    /// - Throws: `.io` when no descriptor can be made.
    public init() throws(FleetError) {
        wakeDescriptor = fleet_eventfd()
        guard wakeDescriptor >= 0 else {
            throw FleetError(
                .io, "cannot make an event descriptor for signals: \(String(cString: strerror(errno)))",
                hint: "raise the limit of open files (ulimit -n)")
        }
        wakeEnd.store(wakeDescriptor, ordering: .releasing)
        install(SIGINT)
        install(SIGTERM)
    }

    /// The signal that came first; nil when none did.
    public var caught: CInt? {
        let number = caughtSignal.load(ordering: .acquiring)
        return number == 0 ? nil : number
    }

    /// The caught signal as the error that ends a command.
    public func interruption() -> FleetError? {
        switch caught {
        case nil: nil
        case SIGTERM:
            FleetError(.terminated, "ended by SIGTERM", hint: "look at the fleet with 'mosaic fleet status'")
        default: FleetError(.interrupted, "interrupted", hint: "look at the fleet with 'mosaic fleet status'")
        }
    }

    /// From now on the terminal's end does not end this process: a dropped connection must not leave a fleet half
    /// restarted.
    public func ignoreHangUp() { signal(SIGHUP, SIG_IGN) }

    private func install(_ number: CInt) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            _ = caughtSignal.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing)
            var one: UInt64 = 1
            _ = write(wakeEnd.load(ordering: .acquiring), &one, 8)
            errno = saved
        }
        // No SA_RESTART: a poll that is under way must return.
        sigaction(number, &action, nil)
    }
}

private let caughtSignal = Atomic<CInt>(0)
private let wakeEnd = Atomic<CInt>(-1)
