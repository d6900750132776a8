package import FleetGuard
package import FleetKit

extension FakeServiceManager {
    /// How often the wait reports that the manager knows its jobs; the contract allows 2 s.
    private static let report = Duration.milliseconds(500)

    package func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome] {
        let sender = sender(supervisor.lockToken)
        var outcomes = [UnitOutcome?](repeating: nil, count: commands.count)
        var waiting: [Awaited] = []
        var next = 0
        var reported = clock.now()
        while next < commands.count || !waiting.isEmpty {
            while next < commands.count, waiting.count < max(1, maxParallel ?? .max) {
                let sent = try send(commands[next], at: next, by: sender, supervisor: supervisor)
                if let outcome = sent.outcome { outcomes[next] = outcome } else { waiting.append(sent) }
                next += 1
            }
            for awaited in try takeEnded(&waiting, by: sender) {
                if let outcome = awaited.outcome {
                    outcomes[awaited.position] = outcome
                    try supervisor.handle(.finished(outcome))
                }
            }
            guard !waiting.isEmpty else { continue }
            if clock.now() - reported >= Self.report {
                reported = clock.now()
                try supervisor.handle(.jobsKnown)
            }
            try supervisor.handle(.tick)
            clock.sleep(for: Self.step)
        }
        return outcomes.compactMap { $0 }
    }

    private struct Awaited {
        var position: Int
        var command: UnitCommand
        var before: UnitState
        var job: UInt32
        var since: Duration
        var outcome: UnitOutcome?
    }

    /// Sends one command, or says at once why it is not sent.
    private func send(
        _ command: UnitCommand, at position: Int, by sender: FakeSender, supervisor: any JobSupervisor
    ) throws(FleetError) -> Awaited {
        let since = clock.now()
        let before = try look().state(of: command.unit)
        var awaited = Awaited(position: position, command: command, before: before, job: 0, since: since)
        if let refusal = OutcomeJudge.refusal(command, before: before) {
            let outcome = UnitOutcome(command: command, result: refusal, state: before)
            awaited.outcome = outcome
            try supervisor.handle(.finished(outcome))
            return awaited
        }
        try supervisor.willSend(command)
        let unit = command.unit.rawValue
        awaited.job = try change { world, now in
            // It comes before what the command itself sets off.
            let position = world.events.count
            var job: UInt32 = 0
            if let verb = FakeJob.Verb(rawValue: command.verb.rawValue) {
                job = world.enqueue(verb, unit, by: sender, at: now)
            } else {
                world.resetFailed(unit)
            }
            let event = FakeEvent(.sent, command.verb.rawValue, unit, by: sender, job: job, at: now)
            world.events.insert(event, at: position)
            return job
        }
        try supervisor.handle(.queued(command))
        if command.verb == .resetFailed {
            let after = try look().state(of: command.unit)
            let outcome = UnitOutcome(
                command: command, result: OutcomeJudge.judge(command, job: .done, before: before, after: after),
                state: after, duration: clock.now() - since)
            awaited.outcome = outcome
            try supervisor.handle(.finished(outcome))
        }
        return awaited
    }

    /// Takes out the commands whose jobs are gone, with their outcomes.
    private func takeEnded(_ waiting: inout [Awaited], by sender: FakeSender) throws(FleetError) -> [Awaited] {
        let world = try look()
        let isGone = { (awaited: Awaited) in !world.jobs.contains { $0.id == awaited.job } }
        let ended = waiting.filter(isGone)
        guard !ended.isEmpty else { return [] }
        waiting.removeAll(where: isGone)
        let results = ended.map { world.ends[$0.job]?.result }
        try change { world, now in
            for (awaited, result) in zip(ended, results) {
                world.events.append(
                    FakeEvent(
                        .seen, awaited.command.verb.rawValue, awaited.command.unit.rawValue, by: sender,
                        job: awaited.job, result: result, at: now))
            }
        }
        let end = clock.now()
        return zip(ended, results).map { awaited, result in
            let after = world.state(of: awaited.command.unit)
            var awaited = awaited
            awaited.outcome = UnitOutcome(
                command: awaited.command,
                result: OutcomeJudge.judge(
                    awaited.command, job: result.map { JobResult(systemdName: $0) } ?? .lost,
                    before: awaited.before, after: after),
                state: after, duration: end - awaited.since)
            return awaited
        }
    }
}

extension FakeEvent {
    init(
        _ what: What, _ verb: String, _ unit: String, by sender: FakeSender, job: UInt32 = 0, result: String? = nil,
        at time: Int64
    ) {
        self.init(
            at: time, what: what, verb: verb, unit: unit, pid: sender.pid, token: sender.token, actor: sender.actor,
            job: job, result: result)
    }
}
