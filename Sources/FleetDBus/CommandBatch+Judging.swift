internal import FleetKit

extension CommandBatch {
    /// When the units whose jobs are gone are to be read and judged; nil while there are none.
    ///
    /// Reading takes time that the manager needs for the jobs that still run, so what ends within a moment is read together.
    /// But the last ones, and those whose end lets the next command go, are read at once.
    var judgingIsDue: SuspendingClock.Instant? {
        guard let first = entries.indices.lazy.compactMap({ self.entries[$0].overSince }).min() else { return nil }
        let isLast = !entries.indices.contains { entries[$0].phase.isUnderWay }
        return isLast || isFull ? first : first + Self.gathering
    }

    private static let gathering = Duration.milliseconds(20)

    /// Reads the states of the units whose jobs are gone, after they are gone, and judges them.
    func settle(_ connection: Connection) throws(WireError) {
        guard let due = judgingIsDue, due <= .now else { return }
        let over = entries.indices.filter { entries[$0].overSince != nil }
        let stopped = Set(over.indices.filter { entries[over[$0]].command.verb == .stop })
        let states = try connection.brief(
            of: over.map { entries[$0].command.unit }, withoutRuns: stopped, heartbeat
        ) { entries[over[$0]].isWell(in: $1) }
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
        return try connection.states(of: names, heartbeat).contains { !$0.isActive }
    }

    func finish(
        _ index: Int, _ result: UnitOutcome.Result, _ state: UnitState, duration: Duration
    ) throws(WireError) {
        let outcome = UnitOutcome(command: entries[index].command, result: result, state: state, duration: duration)
        entries[index].phase = .finished(outcome)
        try heartbeat.tell(.finished(outcome))
    }
}

extension CommandBatch.Entry {
    /// Whether the unit is what the command asked for, so that nothing more needs to be known of it.
    fileprivate func isWell(in row: UnitState) -> Bool {
        if case .ended(.lost) = phase { return false }
        return switch command.verb {
        case .start, .restart: row.isPlain && row.isActive
        case .stop: row.isPlain && !row.isActive
        case .resetFailed: row.isPlain
        }
    }
}
