internal import FleetKit

extension CommandBatch {
    /// Reads the states of the units whose jobs are gone, after they are gone, and judges them.
    func settle(_ connection: Connection) throws(WireError) {
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

    func finish(
        _ index: Int, _ result: UnitOutcome.Result, _ state: UnitState, duration: Duration
    ) throws(WireError) {
        let outcome = UnitOutcome(command: entries[index].command, result: result, state: state, duration: duration)
        entries[index].phase = .finished(outcome)
        try heartbeat.tell(.finished(outcome))
    }
}
