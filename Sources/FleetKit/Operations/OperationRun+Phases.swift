internal import FleetGuard
internal import Glibc

/// The steps that an operation is made of: a phase, its commands, the holder's restart, and the watch afterwards.
extension OperationRun {
    /// What the next commands are decided by (`ServiceManager.brief`).
    func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { () throws(FleetError) in try manager.brief(of: units) }
    }

    func wholeStates(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { () throws(FleetError) in try manager.states(of: units) }
    }

    /// With each agent's reported activity.
    func overview(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { () throws(FleetError) in try manager.overview(of: units) }
    }

    private func asking(_ question: () throws(FleetError) -> [UnitState]) throws(FleetError) -> [UnitState] {
        try supervisor.look()
        let states = try question()
        try supervisor.managerAnswered()
        return states
    }

    func phase(
        _ phase: OperationPhase, total: Int, _ body: () throws(FleetError) -> Void
    ) throws(FleetError) {
        let begin = clock.now()
        // A phase that is cut short took time too.
        defer {
            let took = clock.now() - begin
            report.phases.append(.init(phase: phase, duration: took))
            supervisor.end(took: took)
        }
        try supervisor.begin(phase, total: total)
        try body()
    }

    /// Sends the commands and waits. A unit that the start limit refused is reset and sent once more: manual starts
    /// count too, so an operator's third restart in a row would be refused although nothing is wrong.
    func perform(_ commands: [UnitCommand], maxParallel: Int?) throws(FleetError) -> [UnitOutcome] {
        guard !commands.isEmpty else { return [] }
        var outcomes = try manager.perform(commands, maxParallel: maxParallel, supervisor: supervisor)
        let refused = outcomes.filter { $0.result == .startLimitHit }.map(\.command)
        guard !refused.isEmpty else { return outcomes }
        try reset(refused.map(\.unit))
        for second in try manager.perform(refused, maxParallel: maxParallel, supervisor: supervisor) {
            if let index = outcomes.firstIndex(where: { $0.command == second.command }) { outcomes[index] = second }
        }
        return outcomes
    }

    func reset(_ units: [UnitName]) throws(FleetError) {
        guard !units.isEmpty else { return }
        _ = try manager.perform(units.map { UnitCommand(.resetFailed, $0) }, maxParallel: nil, supervisor: supervisor)
    }

    /// Clears what an old loop left: the failed state, the counters, and with them the start limit.
    func resetLoops(_ states: [UnitState]) throws(FleetError) {
        let looping = states.filter {
            $0.loadState == "loaded"
                && ($0.isFailed || $0.isInAutoRestart || $0.restarts > 0 || $0.result == "start-limit-hit")
        }
        try reset(Set(looping.map(\.name)).sorted())
    }

    /// Brings the holder up in a new run and waits until it has settled.
    ///
    /// - Parameter old: the run that it was in under this lock first. A restart of somebody who died or was evicted may have
    ///   replaced it since, and is not repeated: it would end what has come up with the new run.
    /// - Returns: false when it did not: what lives inside it must not be started then.
    func holder(
        _ verb: UnitCommand.Verb, since old: UnitState? = nil, settleTimeout: Duration
    ) throws(FleetError) -> Bool {
        let unit = roster.holder.unit
        // Each start against it would fail, ten times, until systemd gives up.
        if verb == .start, let stranger = try stranger() {
            report.problems.append(stranger)
            return false
        }
        var before = Settle.Before(invocationID: "", processes: [])
        var outcome: UnitOutcome?
        try phase(.holder, total: 1) { () throws(FleetError) in
            before = try settle.before(verb)
            var now = try states(of: [unit])
            if verb == .restart, let state = now.first {
                now = [try settle.calm(state, within: settleTimeout)]
                outcome = try replacement(of: old, by: now[0], &before)
                guard outcome == nil else { return }
                // What came up meanwhile is the old run of ours.
                if !now[0].invocationID.isExactly(before.invocationID) { before = try settle.before(verb) }
            }
            try resetLoops(now)
            outcome = try perform([UnitCommand(verb, unit)], maxParallel: nil).first
        }
        guard let outcome else { return false }
        // Its own Restart=, or another command, may yet bring it up: settle finds out, and is bounded.
        if !outcome.isDone, try states(of: [unit]).contains(where: { !$0.isUpOrComing }) {
            // What the manager stopped for the holder's restart stays stopped: its start depends on the holder's.
            stopped.formUnion(try states(of: carried.sorted()).filter(\.isDown).map(\.name))
            _ = try respectStops(among: [unit] + roster.agents.map(\.unit), stopping: true)
            return false
        }
        guard try settled(since: before, within: settleTimeout, isNewRun: true) else { return false }
        if !outcome.isDone {
            let state = try states(of: [unit]).first
            note(UnitOutcome(command: outcome.command, result: .done, state: state, duration: outcome.duration))
        }
        return true
    }

    /// - Returns: the outcome of a restart of the holder, where another one has brought it into a new run under this lock.
    ///   An automatic restart is none: what its loop has left is to be cleared by ours.
    private func replacement(
        of old: UnitState?, by now: UnitState, _ before: inout Settle.Before
    ) throws(FleetError) -> UnitOutcome? {
        guard let old, !old.invocationID.isEmpty, now.isActive, now.job == nil, now.restarts == 0,
            !now.invocationID.isExactly(old.invocationID)
        else { return nil }
        // Where it was there at the first look already, none of its processes is an old one.
        if now.invocationID.isExactly(before.invocationID) { before.processes = [] }
        before.invocationID = old.invocationID
        let outcome = UnitOutcome(command: UnitCommand(.restart, now.name), result: .done, state: now)
        note(outcome)
        try supervisor.finished(outcome)
        return outcome
    }

    /// Waits until a holder that is left alone answers. It mostly does; but its run may have just begun, by the command
    /// of a restart that died or was evicted, and an agent that starts too early fails.
    /// - Returns: false when it did not: what lives inside it must not be started then.
    func holderAnswers(within timeout: Duration) throws(FleetError) -> Bool {
        let anyRun = Settle.Before(invocationID: "", processes: [])
        if try settle.isDone(since: anyRun) { return true }
        return try settled(since: anyRun, within: timeout, isNewRun: false)
    }

    /// - Returns: false if the agents would have no holder; the report says why.
    /// - Parameter isNewRun: what lived in the holder is down, so trying to start it harms nothing.
    private func settled(
        since before: Settle.Before, within timeout: Duration, isNewRun: Bool
    ) throws(FleetError) -> Bool {
        var found: Settle.Obstacle?
        try phase(.settle, total: 1) { () throws(FleetError) in
            found = try settle.run(since: before, timeout: timeout)
        }
        guard let obstacle = found else { return true }
        if obstacle.isSocketAlone && isNewRun {
            // The agents may well reach what this process does not; those that do not say so themselves.
            supervisor.warn(
                "\(obstacle.text); \(roster.holder.unit) is active, so its agents are started anyway")
            return true
        }
        let units = [roster.holder.unit] + roster.agents.map(\.unit)
        let isStopped = try !respectStops(among: units, stopping: true).contains(roster.holder.unit)
        if !isStopped {
            report.problems.append(
                "\(obstacle.text); no agent was started; find the cause with: \(words.commands.fleet("doctor"))")
        }
        return false
    }

    /// The unit is in a new run without a command of ours: its dependency on the holder brought it there.
    func restartedAlready(_ state: UnitState) throws(FleetError) {
        let outcome = UnitOutcome(command: UnitCommand(.restart, state.name), result: .done, state: state)
        report.record(
            outcome, in: supervisor.phase,
            message: step == nil ? "up: it was restarted with the holder" : "up: it was restarted meanwhile",
            nextStep: "",
            step: step)
        reached(state.name)
        try supervisor.finished(outcome)
    }

    /// Watches the units that came up.
    func verify(_ units: [UnitName], for window: Duration) throws(FleetError) {
        let watched = up(of: units)
        guard window > .zero, !watched.isEmpty else { return }
        try phase(.verify, total: watched.count) { () throws(FleetError) in try stayUp(watched, for: window) }
    }

    /// The same within a phase that continues after it.
    func watch(_ units: [UnitName], for window: Duration) throws(FleetError) {
        let watched = up(of: units)
        guard window > .zero, !watched.isEmpty else { return }
        let names = watched.map { $0.instance ?? $0.rawValue }.joined(separator: ", ")
        supervisor.waiting(for: "\(names) to stay up for \(DurationText.human(window))")
        try stayUp(watched, for: window)
        supervisor.waiting(for: "")
    }

    private func up(of units: [UnitName]) -> [UnitName] {
        let up = report.units.filter { $0.outcome.isDone }.map(\.unit)
        return units.filter { up.contains($0) }
    }

    private func stayUp(_ watched: [UnitName], for window: Duration) throws(FleetError) {
        // The state right after the start, as the outcome saw it, so that no flap falls between the two looks. (One
        // within the few milliseconds before that first look, which is not repeated, is not seen.)
        let now = try states(of: watched)
        let baseline = now.map { state in
            report.units.first { $0.unit == state.name }?.outcome.state ?? state
        }
        let watch = StabilityWatch(manager: manager, words: words, clock: clock, supervisor: supervisor)
        try watch.run(baseline, for: window) { fall throws(FleetError) in try fell(fall) }
    }

    private func fell(_ fall: StabilityWatch.Fall) throws(FleetError) {
        if try respectStops(among: [fall.state.name], stopping: false).isEmpty { return }
        let old = report.units.first { $0.unit == fall.state.name }?.outcome
        let result: UnitOutcome.Result =
            switch fall.state.result {
            case "start-limit-hit": .startLimitHit
            case "success": .exited(fall.state.isActive ? "restarted" : fall.state.subState)
            default: .failed(fall.state.result)
            }
        let outcome = UnitOutcome(
            command: old?.command ?? UnitCommand(.start, fall.state.name), result: result, state: fall.state,
            duration: old?.duration ?? .zero)
        report.record(
            outcome, in: .verify, message: fall.why, nextStep: words.nextStep(for: outcome), step: step)
        try supervisor.finished(outcome)
    }

    /// Every end of a command comes here, at the moment when it is known.
    func note(_ outcome: UnitOutcome) {
        guard outcome.command.verb != .resetFailed else { return }
        if supervisor.phase == .drain {
            // Only what a drain could not stop is worth a line: the agent's start decides about the agent.
            if outcome.isDone { stopped.insert(outcome.unit) }
            return
        }
        report.record(
            outcome, in: supervisor.phase, message: words.message(for: outcome), nextStep: words.nextStep(for: outcome),
            step: step)
        reached(outcome.unit)
    }
}
