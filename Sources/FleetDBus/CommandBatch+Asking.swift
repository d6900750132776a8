internal import FleetKit

// Signals get lost, so the units themselves are asked.
extension CommandBatch {
    func check(_ connection: Connection) throws(WireError) {
        try clearUp(connection)
        let awaited = entries.indices.filter { if case .awaited = entries[$0].phase { true } else { false } }
        let jobs = try connection.jobs(of: awaited.map { entries[$0].command.unit }, heartbeat)
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
        let states = try connection.states(of: unsure.map { entries[$0].command.unit }, heartbeat)
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
