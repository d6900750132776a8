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
    private let capacity: Int
    private var nextCheck: SuspendingClock.Instant

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
        }

        let command: UnitCommand
        let path: String
        var phase = Phase.waiting
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

    private var outcomes: [UnitOutcome]? {
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
        let pause = nextCheck - SuspendingClock.now
        if pause > .zero {
            try apply(connection.takeSignals(waitingAtMost: pause, heartbeat), connection)
        } else {
            try check(connection)
        }
    }

    private func apply(_ signals: [ManagerSignal], _ connection: Connection) throws(WireError) {
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
        guard !connection.place.isPeerToPeer else { return }
        var calls: [Message] = []
        do throws(FleetError) {
            if !connection.hasMatches {
                for match in Manager.matches { calls.append(try Manager.bus("AddMatch").adding(match)) }
            }
            // A bus may refuse to keep this many rules; then a skipped start is told from an ended one less well.
            for entry in entries where connection.watchedUnits.insert(entry.path).inserted {
                calls.append(try Manager.bus("AddMatch").adding(Manager.match(unitPath: entry.path)))
            }
            // Refused with AlreadySubscribed where we are; the refusal names the manager's connection just as well.
            calls.append(try Manager.call("Subscribe"))
        } catch { throw .stopped(error) }
        let replies = try connection.pipeline(calls, link.timeouts, heartbeat)
        connection.hasMatches = true
        switch replies.last {
        case .answer(let message): connection.managerName = message.sender
        case .refusal(_, _, let sender): connection.managerName = sender
        case nil: break
        }
        connection.signals.removeAll()
    }
}

// Sending
extension CommandBatch {
    private var free: Int {
        capacity
            - entries.count {
                switch $0.phase {
                case .sent, .unsure, .awaited, .ended, .refused: true
                case .waiting, .finished: false
                }
            }
    }

    private var canSend: Bool {
        free > 0 && entries.contains { if case .waiting = $0.phase { true } else { false } }
    }

    private func send(_ connection: Connection) throws(WireError) {
        guard canSend else { return }
        let group = Array(
            entries.indices.filter { if case .waiting = entries[$0].phase { true } else { false } }.prefix(free))
        // Read just before sending and not once for all: an earlier command of the batch may have moved this unit.
        let states = try connection.states(of: group.map { entries[$0].command.unit }, link.timeouts, heartbeat)
        var calls: [Message] = []
        var indices: [Int] = []
        for (index, state) in zip(group, states) {
            entries[index].before = state
            if let result = OutcomeJudge.refusal(entries[index].command, before: state) {
                try finish(index, result, state, duration: .zero)
                continue
            }
            do { calls.append(try Manager.command(entries[index].command)) } catch { throw .stopped(error) }
            indices.append(index)
        }
        let timeout = link.timeouts.call + link.timeouts.perCall * calls.count
        try connection.pipeline(calls, timeout: timeout, heartbeat) { (call) throws(WireError) in
            try heartbeat.willSend(entries[indices[call]].command)
            entries[indices[call]].phase = .sent
            entries[indices[call]].sentAt = .now
            entries[indices[call]].attempts += 1
        } received: { (call, reply) throws(WireError) in
            try take(reply, of: indices[call])
        }
    }

    private func take(_ reply: Reply, of index: Int) throws(WireError) {
        if reply.isUndelivered {
            entries[index].phase = .waiting
            return
        }
        if reply.isUnanswered {
            entries[index].phase = .unsure
            return
        }
        switch reply {
        case .refusal(let name, let text, _):
            entries[index].phase = .refused(name: name, text: text)
        case .answer(let message):
            if entries[index].command.verb == .resetFailed {
                entries[index].phase = .ended(.done)
            } else {
                var reader = MessageReader(message, "the answer to '\(entries[index].command)'")
                do throws(FleetError) {
                    let path = try reader.objectPath()
                    let prefix = UnitPath.manager + "/job/"
                    guard path.hasPrefix(prefix), let id = UInt32(path.dropFirst(prefix.count)) else {
                        throw WireError.unreadable("'\(Printable.oneLine(path))' is not a job")
                    }
                    entries[index].phase = .awaited(job: id)
                } catch { throw .stopped(error) }
            }
            try heartbeat.tell(.queued(entries[index].command))
        }
    }

    /// After a lost connection: what was sent and not answered may have been taken.
    private func loseAnswers() {
        for index in entries.indices {
            if case .sent = entries[index].phase { entries[index].phase = .unsure }
        }
    }
}

// Asking, because signals get lost
extension CommandBatch {
    private func check(_ connection: Connection) throws(WireError) {
        try clearUp(connection)
        let awaited = entries.indices.filter { if case .awaited = entries[$0].phase { true } else { false } }
        let jobs = try connection.jobs(of: awaited.map { entries[$0].command.unit }, link.timeouts, heartbeat)
        // A job that ended before the answer has its signal before the answer, too: it knows more.
        try apply(connection.takeSignals(waitingAtMost: .zero, heartbeat), connection)
        var isKnown = false
        for (index, job) in zip(awaited, jobs) {
            guard case .awaited(let id) = entries[index].phase else { continue }
            if job?.id == id { isKnown = true } else { entries[index].phase = .ended(.lost) }
        }
        nextCheck = .now + link.timeouts.jobCheck
        if isKnown { try heartbeat.tell(.jobsKnown) }
    }

    /// Finds out of each unanswered command whether the manager took it, and sends again only what it did not.
    private func clearUp(_ connection: Connection) throws(WireError) {
        let unsure = entries.indices.filter { if case .unsure = entries[$0].phase { true } else { false } }
        guard !unsure.isEmpty else { return }
        let states = try connection.states(of: unsure.map { entries[$0].command.unit }, link.timeouts, heartbeat)
        for (index, state) in zip(unsure, states) {
            switch Uncertainty.judge(entries[index].command, before: entries[index].before, now: state) {
            case .taken(let job?): entries[index].phase = .awaited(job: job)
            case .taken(nil): entries[index].phase = .ended(.lost)
            case .notTaken:
                entries[index].phase = entries[index].attempts < 3 ? .waiting : .ended(.lost)
                continue
            }
            try heartbeat.tell(.queued(entries[index].command))
        }
    }
}

// Judging
extension CommandBatch {
    /// Reads the states of the units whose jobs are gone, after they are gone, and judges them.
    private func settle(_ connection: Connection) throws(WireError) {
        let over = entries.indices.filter {
            switch entries[$0].phase {
            case .ended, .refused: true
            default: false
            }
        }
        guard !over.isEmpty else { return }
        let states = try connection.states(of: over.map { entries[$0].command.unit }, link.timeouts, heartbeat)
        for (index, state) in zip(over, states) {
            let entry = entries[index]
            let duration = SuspendingClock.now - entry.sentAt
            switch entry.phase {
            case .ended(let job):
                var state = state
                if let held = entry.conditionHeld { state.conditionResult = held }
                let isDependencyDown = job == .lost ? try requirementsAreDown(state, connection) : false
                let result = OutcomeJudge.judge(
                    entry.command, job: job, before: entry.before, after: state, requirementsDown: isDependencyDown)
                try finish(index, result, state, duration: duration)
            case .refused(let name, let text):
                let result = Refusal.judge(entry.command, name: name, text: text, after: state)
                try finish(index, result, state, duration: duration)
            default: break
            }
        }
    }

    private func requirementsAreDown(_ state: UnitState, _ connection: Connection) throws(WireError) -> Bool {
        let names = state.requirements.compactMap(UnitName.init(known:))
        return try connection.states(of: names, link.timeouts, heartbeat).contains { !$0.isActive }
    }

    private func finish(
        _ index: Int, _ result: UnitOutcome.Result, _ state: UnitState, duration: Duration
    ) throws(WireError) {
        let outcome = UnitOutcome(command: entries[index].command, result: result, state: state, duration: duration)
        entries[index].phase = .finished(outcome)
        try heartbeat.tell(.finished(outcome))
    }
}
