internal import CLinux
internal import FleetGuard
internal import Glibc
internal import Synchronization

/// Signals that are not this process's own business: they are kept, each once, until the main loop asks for them.
///
/// One per process; it takes the place of `SignalWatch` for the signals that both know.
final class SignalRelay {
    /// Readable from the next signal on.
    let wakeDescriptor: CInt

    /// - Throws: `.io` when no descriptor can be made.
    init(_ signals: [CInt]) throws(FleetError) {
        wakeDescriptor = try Self.eventDescriptor()
        relayEnd.store(wakeDescriptor, ordering: .releasing)
        for number in signals { Self.install(number) }
    }

    /// For a handler to make readable.
    static func eventDescriptor() throws(FleetError) -> CInt {
        let descriptor = fleet_eventfd()
        guard descriptor >= 0 else {
            throw FleetError(
                .io, "cannot make an event descriptor for signals: \(String(cString: strerror(errno)))",
                hint: "raise the limit of open files (ulimit -n)")
        }
        return descriptor
    }

    /// The signals since the last call, lowest number first.
    func take() -> [CInt] {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)  // empties it; there is nothing to read when none came
        let bits = keptSignals.exchange(0, ordering: .acquiringAndReleasing)
        return (1..<64).filter { bits & (1 << UInt64($0)) != 0 }.map { CInt($0) }
    }

    static func install(_ number: CInt) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            _ = keptSignals.bitwiseOr(1 << UInt64(number), ordering: .acquiringAndReleasing)
            var one: UInt64 = 1
            _ = write(relayEnd.load(ordering: .acquiring), &one, 8)
            errno = saved
        }
        // No SA_RESTART: a poll that is under way must return.
        sigaction(number, &action, nil)
    }

    static func isIgnored(_ number: CInt) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}

private let keptSignals = Atomic<UInt64>(0)
private let relayEnd = Atomic<CInt>(-1)
