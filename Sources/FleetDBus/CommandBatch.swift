internal import FleetGuard
internal import FleetKit

/// One run of `perform`: sends commands, waits for their jobs and judges them, in one loop on the caller's thread.
///
/// The loop never rests on a signal alone. `JobRemoved` is the quick way to learn that a job ended; besides, each
/// awaited unit's own job is asked for every `Timeouts.jobCheck`, and at once after everything that can lose a
/// signal: a daemon-reload, a daemon-reexec, a lost connection.
final class CommandBatch {
    let heartbeat: Heartbeat
    let link: ManagerLink
    var entries: [Entry]
    let capacity: Int
    var nextCheck: SuspendingClock.Instant

    init(_ commands: [UnitCommand], maxParallel: Int?, _ heartbeat: Heartbeat, _ link: ManagerLink) {
        self.heartbeat = heartbeat
        self.link = link
        self.entries = commands.map { Entry($0) }
        self.capacity = max(1, maxParallel ?? .max)
        self.nextCheck = SuspendingClock.now + link.timeouts.jobCheck
    }

    /// One command on its way.
    struct Entry {
        enum Phase {
            case waiting
            /// Sent; the manager's answer is not here yet.
            case sent
            /// Sent, and the connection broke before the answer came.
            case unsure
            /// The manager's job of this number runs.
            case awaited(job: UInt32)
            /// The job is gone; the state after it is yet to be read.
            case ended(JobResult)
            /// The manager refused to make a job.
            case refused(name: String, text: String)
            case finished(UnitOutcome)

            /// It may still have an effect.
            var isUnderWay: Bool {
                switch self {
                case .sent, .unsure, .awaited: true
                case .waiting, .ended, .refused, .finished: false
                }
            }

            var isOver: Bool {
                switch self {
                case .ended, .refused: true
                case .waiting, .sent, .unsure, .awaited, .finished: false
                }
            }
        }

        let command: UnitCommand
        let path: String
        var phase = Phase.waiting {
            didSet { overSince = phase.isOver ? overSince ?? .now : nil }
        }
        /// Since when its outcome is to be judged; nil while it is under way, and when it is judged.
        private(set) var overSince: SuspendingClock.Instant?
        var before: UnitState?
        var sentAt = SuspendingClock.now
        /// How often it was sent; more than once only where the manager has provably not seen it.
        var attempts = 0
        /// Whether the unit's conditions held at the last start, as far as a signal told.
        var conditionHeld: Bool?

        init(_ command: UnitCommand) {
            self.command = command
            self.path = UnitPath.of(command.unit)
        }
    }

    func run() throws(FleetError) -> [UnitOutcome] {
        // Set while the manager is away; a single success does not clear it before the jobs were asked for.
        var giveUp: SuspendingClock.Instant?
        do throws(WireError) {
            while outcomes == nil {
                do throws(WireError) {
                    let wait = giveUp.map { $0 - .now } ?? .zero
                    let connection = try link.reopen(within: wait, heartbeat)
                    try listen(on: connection)
                    if giveUp != nil { try check(connection) }
                    giveUp = nil
                    while outcomes == nil { try step(connection) }
                } catch {
                    guard case .lost = error, giveUp.map({ $0 > .now }) ?? true else { throw error }
                    giveUp = giveUp ?? .now + link.timeouts.comeBack
                    link.drop()
                    loseAnswers()
                }
            }
        } catch {
            // Nothing that has not left yet may leave after the supervisor said no.
            link.drop()
            throw error.error
        }
        link.rest()
        return outcomes ?? []
    }

    var outcomes: [UnitOutcome]? {
        var outcomes: [UnitOutcome] = []
        for entry in entries {
            guard case .finished(let outcome) = entry.phase else { return nil }
            outcomes.append(outcome)
        }
        return outcomes
    }

    private func step(_ connection: Connection) throws(WireError) {
        try send(connection)
        try apply(connection.takeSignals(waitingAtMost: .zero, heartbeat), connection)
        try settle(connection)
        guard outcomes == nil, !canSend else { return }
        let now = SuspendingClock.now
        let pause = min(nextCheck, judgingIsDue ?? nextCheck) - now
        if nextCheck > now {
            try apply(connection.takeSignals(waitingAtMost: max(.zero, pause), heartbeat), connection)
        } else {
            try check(connection)
        }
    }

    func apply(_ signals: [ManagerSignal], _ connection: Connection) throws(WireError) {
        for signal in signals {
            switch signal {
            case .jobRemoved(let id, let result):
                for index in entries.indices {
                    // Compatible jobs merge: two commands may wait for the same one.
                    if case .awaited(id) = entries[index].phase { entries[index].phase = .ended(result) }
                }
            case .condition(let path, let held):
                for index in entries.indices where entries[index].path == path {
                    // Later news is of later runs.
                    if case .awaited = entries[index].phase { entries[index].conditionHeld = held }
                }
            case .reloading(false): nextCheck = .now
            case .reloading(true): break
            case .managerLeft: throw .lost("the manager left the bus", at: connection.place.address)
            }
        }
    }

    /// Registers for the signals; before the first command, so that no job's end can be missed.
    private func listen(on connection: Connection) throws(WireError) {
        connection.keepsSignals = true
        try connection.subscribe(to: entries.map(\.path), heartbeat)
        connection.signals.removeAll()
    }
}
