internal import FleetGuard
internal import FleetKit
internal import Glibc

/// The supervisor's clock: a `.tick` at least every 250 ms, whatever the manager does in the meantime.
final class Heartbeat {
    /// Below the promised 250 ms by enough for a slow machine.
    static let interval = Duration.milliseconds(200)

    private let supervisor: any JobSupervisor
    private var last = SuspendingClock.now

    init(_ supervisor: any JobSupervisor) {
        self.supervisor = supervisor
    }

    /// What ends a wait besides the connection itself.
    var wakeDescriptors: [CInt] { supervisor.wakeDescriptors }

    /// How long one may sleep at most before the next tick is due.
    var untilDue: Duration { max(.zero, Self.interval - (SuspendingClock.now - last)) }

    func beatIfDue() throws(WireError) {
        if untilDue == .zero { try beat() }
    }

    /// A tick now; also called when a signal interrupted the wait, so that Ctrl-C is seen at once.
    func beat() throws(WireError) {
        last = SuspendingClock.now
        try tell(.tick)
    }

    func tell(_ event: JobEvent) throws(WireError) {
        do { try supervisor.handle(event) } catch { throw .stopped(error) }
    }

    func willSend(_ command: UnitCommand) throws(WireError) {
        do { try supervisor.willSend(command) } catch { throw .stopped(error) }
    }
}

extension Heartbeat {
    /// Sleeps, but never past a tick or a signal.
    func pause(_ duration: Duration) throws(WireError) {
        let end = SuspendingClock.now + duration
        while true {
            try beatIfDue()
            let left = end - SuspendingClock.now
            guard left > .zero else { return }
            if poll(nil, 0, min(left, untilDue).pollMilliseconds) < 0 && errno == EINTR { try beat() }
        }
    }
}
