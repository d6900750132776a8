internal import Glibc

/// What every operation needs from outside. Everything that waits, looks at processes or asks tmux can be replaced.
public struct OperationSurroundings {
    public var observer: any OperationObserver
    public var interruption: Interruption
    public var clock: any OperationClock
    /// nil: settle by the unit's state alone.
    public var probe: (any HolderProbe)?
    public var words: OutcomeWords
    /// For `~` in an agent's directory; nil: whether a directory is there is not looked at beforehand.
    public var userHome: String?
    /// What is owed, and what was stopped on purpose.
    public var intents: any IntentKeeping
    /// Seconds since 1970, for how long an agent has been busy.
    public var wallClock: () -> Double = { SystemTime().wallClock() }
    /// Which units are outdated.
    public var freshness: any FreshnessLook = FileFreshness()
    var processes: any ProcessLook = ProcProcessLook()

    public init(
        observer: any OperationObserver = Unobserved(), interruption: Interruption = .never,
        clock: any OperationClock = SystemClock(), probe: (any HolderProbe)? = nil,
        words: OutcomeWords = OutcomeWords(), intents: any IntentKeeping = RememberedIntents(), userHome: String? = nil
    ) {
        self.userHome = userHome
        self.observer = observer
        self.interruption = interruption
        self.clock = clock
        self.probe = probe
        self.words = words
        self.intents = intents
    }
}

/// One operation under way: its phases, and the report that grows with them.
final class OperationRun {
    let manager: any ServiceManager
    let roster: Roster
    let keeper: FencedSupervisor
    let words: OutcomeWords
    private let clock: any OperationClock
    private let settle: Settle
    private let intents: any IntentKeeping
    private let wallClock: () -> Double
    /// As they were when the operation looked first.
    private var earlier = Intents()
    private(set) var report = OperationReport()
    /// What is to be reached, and has not been.
    private var goals: [UnitName] = []
    private var stopped: Set<UnitName> = []
    /// Stopped and started by the holder's restart, without a command of their own.
    private var carried: Set<UnitName> = []
    /// Of a rolling restart: what was asked for, and whether it ended before it had reached everything.
    var resumption: RestartOptions?
    private var isHalted = false
    /// Of a rolling restart: the one that is under way, from 1.
    private var step: Int?

    init(
        manager: any ServiceManager, roster: Roster, lock: any OperationLock, surroundings: OperationSurroundings
    ) {
        self.manager = manager
        self.roster = roster
        self.words = surroundings.words
        self.clock = surroundings.clock
        intents = surroundings.intents
        wallClock = surroundings.wallClock
        keeper = FencedSupervisor(
            lock: lock, observer: surroundings.observer, interruption: surroundings.interruption,
            clock: surroundings.clock)
        settle = Settle(
            manager: manager, holder: roster.holder.unit, probe: surroundings.probe,
            processes: surroundings.processes, clock: surroundings.clock, keeper: keeper)
        keeper.onFinished = { [weak self] in self?.note($0) }
    }

    // MARK: Telling

    func carry(_ units: [UnitName]) { carried = Set(units) }
    func expect(_ units: [UnitName]) { goals = units }
    func skip(_ skipped: [OperationReport.Skipped]) { report.skipped += skipped }
    func fulfilled(_ units: [UnitName], by owner: String?) { (report.fulfilled, report.fulfilledBy) = (units, owner) }
    func problem(_ text: String) { report.problems.append(text) }
    /// The lock is to be given back; what is left of the goals is not reached.
    func holdBack(for occupied: [IdleWait.Occupied]) { report.occupied = occupied }
    /// The deadline has passed: these lose what they do.
    func cuts(_ occupied: [IdleWait.Occupied]) {
        let new = occupied.filter { one in !report.cut.contains { $0.who == one.who } }
        guard !new.isEmpty else { return }
        report.cut += new
        keeper.warn("the deadline has passed; cutting the work of \(OccupiedWords.list(new, now: wallClock()))")
    }
    func nothing(_ sentence: String) { report.nothing = sentence }
    func halt() { isHalted = true }
    func beginStep() { step = (step ?? 0) + 1 }
    /// One of them did not come up, did not stay up, or was not reached.
    func hasFailed(_ units: [UnitName]) -> Bool {
        report.failed.contains { units.contains($0.unit) } || goals.contains(where: units.contains)
    }
    /// The unit is where it was to be, without a command of ours.
    func reached(_ unit: UnitName) { goals.removeAll { $0 == unit } }

    /// Of the units, those that a drain of this operation stopped.
    func hasStopped(_ units: [UnitName]) -> [UnitName] { units.filter(stopped.contains) }

    /// Closes the report: every goal that is left was not reached.
    func close() {
        report.notReached = goals.map { unit in
            let condition: OperationReport.NotReached.Condition =
                if keeper.inFlight.contains(where: { $0.unit == unit }) {
                    .leftToSystemd
                } else if stopped.contains(unit) {
                    .stopped
                } else if carried.contains(unit) && keeper.sent.contains(roster.holder.unit) {
                    .leftToSystemd
                } else {
                    .untouched
                }
            return .init(unit: unit, condition: condition)
        }
        if isHalted || resumption != nil && !report.occupied.isEmpty { report.resume = rest("restart") }
    }

    /// The error with what was done and what it left undone, for an operation that ends in the middle.
    /// - Parameter whole: the command that reaches everything.
    func cut(by error: FleetError, whole: String) -> FleetError {
        close()
        var error = error
        let left = report.notReachedWords
        guard !left.isEmpty else { return error }
        let reached = report.units.count { $0.outcome.isDone }
        error.message += "; " + (reached == 0 ? "" : "up: \(reached) \(reached == 1 ? "unit" : "units"); ") + left
        if error.hint.isEmpty { error.hint = "to reach the rest: \(rest(whole))" }
        return error
    }

    /// Somebody else's tmux server on the holder's socket, in words. One that lives in an agent's unit ends with that.
    func stranger() throws(FleetError) -> String? {
        let members = try manager.processes(of: roster.holder.unit)
        var found = try settle.stranger(among: members)
        if found == nil, members.isEmpty, let socket = roster.holder.socket {
            // Where the manager would have the holder listen.
            let folder =
                try manager.footing(of: []).environment["TMUX_TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
            let path =
                switch socket {
                case .path(let path): path
                case .name(let name): "\(folder)/tmux-\(geteuid())/\(name)"
                }
            if case .listener(let other) = ListeningSocket.look(at: path) {
                found = ("another process (\(other)) listens on the holder's socket \(Printable.oneLine(path))", other)
            }
        }
        guard let found else { return nil }
        if let server = found.server, let place = ControlGroupScan.path(of: server) {
            let states = try manager.states(of: roster.agents.map(\.unit))
            if states.contains(where: { ControlGroupScan.contains($0.controlGroup, place) }) { return nil }
        }
        let end = found.server.map { " (kill \($0))" } ?? ""
        return
            "\(found.words), so \(roster.holder.unit) cannot start; end it\(end) when nothing in it is needed, and try again"
    }

    /// The least that reaches what was not reached.
    private func rest(_ whole: String) -> String {
        let left = report.notReached
        if let resumption { return rest(of: resumption, left) }
        // What was stopped is owed, and a start pays.
        if left.allSatisfy({ $0.condition == .stopped }) { return words.commands.fleet("start") }
        let names = left.compactMap { missing in roster.agents.first { $0.unit == missing.unit }?.name.rawValue }
        guard whole == "restart", names.count == left.count, names.count <= 20 else {
            return words.commands.fleet(whole)
        }
        return words.commands.fleet(words: [whole] + names)
    }

    /// What is outdated still is found anew; else the agents are named. Those that systemd brings up need no more.
    private func rest(of options: RestartOptions, _ left: [OperationReport.NotReached]) -> String {
        let untouched = left.filter { $0.condition != .leftToSystemd }
        let names = roster.agents.filter { agent in
            !options.onlyOutdated && (untouched.isEmpty ? left : untouched).contains { $0.unit == agent.unit }
        }.map(\.name)
        return words.commands.fleet(words: options.resumption + names.map(\.rawValue))
    }

    // MARK: Intents

    /// The first look; later ones find what was stopped since.
    func readIntents() throws(FleetError) -> Intents {
        earlier = try intents.read()
        return earlier
    }

    /// The units that somebody has stopped since the first look. The others are returned.
    /// - Parameter stopping: they may have been started by us since, and are stopped again.
    func respectStops(among units: [UnitName], stopping: Bool) throws(FleetError) -> [UnitName] {
        let stopped = stops(among: units)
        guard !stopped.isEmpty else { return units }
        if stopping {
            // The holder last: an agent whose server is taken away first does not end, it dies.
            let holder = roster.holder.unit
            let running = try states(of: stopped).filter { !$0.isDown }.map(\.name)
            for group in [running.filter { $0 != holder }, running.filter { $0 == holder }] where !group.isEmpty {
                try phase(.stop, total: group.count) { () throws(FleetError) in
                    _ = try perform(group.map { UnitCommand(.stop, $0) }, maxParallel: nil)
                }
            }
        }
        leave(stopped)
        return units.filter { !stopped.contains($0) }
    }

    /// With the fleet half down, an unreadable file must not end the operation.
    private func stops(among units: [UnitName]) -> [UnitName] {
        do throws(FleetError) {
            return try intents.read().stopped(since: earlier, among: units)
        } catch {
            keeper.warn("whether somebody has stopped an agent meanwhile is not known: \(error.message)")
            return []
        }
    }

    /// Somebody's stop: no goal of ours any more, and no failure.
    private func leave(_ stopped: [UnitName]) {
        for unit in stopped where !report.skipped.contains(where: { $0.unit == unit }) {
            // A stop that did not succeed is worth its line.
            if let outcome = report.units.first(where: { $0.unit == unit })?.outcome, !outcome.isDone,
                outcome.command.verb == .stop
            {
                continue
            }
            report.units.removeAll { $0.unit == unit }
            report.skipped.append(.init(unit: unit, why: RestartPlan.stoppedMeanwhile))
            reached(unit)
        }
    }

    /// These were started: whatever became of them is seen in their own state from now on. Those that nobody tried to
    /// start stay owed.
    func pay(_ units: [UnitName]) throws(FleetError) {
        let paid = units.filter { unit in
            switch report.units.first(where: { $0.unit == unit })?.outcome.result {
            case .done, .failed, .exited, .startLimitHit, .timeout: true
            default: false
            }
        }
        forgive(paid)
    }

    /// These run, or were never taken down: they are owed no longer.
    func forgive(_ units: [UnitName]) {
        guard !units.isEmpty else { return }
        do throws(FleetError) {
            try intents.add(.runs(Dictionary(units.map { ($0, earlier.stopped[$0]?.id ?? "") }) { first, _ in first }))
        } catch {
            keeper.warn("what was started still counts as stopped by a restart: \(error.message)")
        }
    }

    // MARK: Phases

    /// What the next commands are decided by (`ServiceManager.brief`).
    func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { () throws(FleetError) in try manager.brief(of: units) }
    }

    func wholeStates(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { () throws(FleetError) in try manager.states(of: units) }
    }

    /// With what each agent says it does.
    func overview(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { () throws(FleetError) in try manager.overview(of: units) }
    }

    private func asking(_ question: () throws(FleetError) -> [UnitState]) throws(FleetError) -> [UnitState] {
        try keeper.look()
        let states = try question()
        try keeper.managerAnswered()
        return states
    }

    func phase(
        _ phase: OperationPhase, total: Int, _ body: () throws(FleetError) -> Void
    ) throws(FleetError) {
        let begin = clock.now()
        // A phase that is cut short took time too.
        func end() {
            let took = clock.now() - begin
            report.phases.append(.init(phase: phase, duration: took))
            keeper.end(took: took)
        }
        do throws(FleetError) {
            try keeper.begin(phase, total: total)
            try body()
        } catch {
            end()
            throw error
        }
        end()
    }

    /// Sends the commands and waits. A unit that the start limit refused is reset and sent once more: manual starts
    /// count too, so an operator's third restart in a row would be refused although nothing is wrong.
    func perform(_ commands: [UnitCommand], maxParallel: Int?) throws(FleetError) -> [UnitOutcome] {
        guard !commands.isEmpty else { return [] }
        var outcomes = try manager.perform(commands, maxParallel: maxParallel, supervisor: keeper)
        let refused = outcomes.filter { $0.result == .startLimitHit }.map(\.command)
        guard !refused.isEmpty else { return outcomes }
        try reset(refused.map(\.unit))
        for second in try manager.perform(refused, maxParallel: maxParallel, supervisor: keeper) {
            if let index = outcomes.firstIndex(where: { $0.command == second.command }) { outcomes[index] = second }
        }
        return outcomes
    }

    func reset(_ units: [UnitName]) throws(FleetError) {
        guard !units.isEmpty else { return }
        _ = try manager.perform(units.map { UnitCommand(.resetFailed, $0) }, maxParallel: nil, supervisor: keeper)
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
    /// - Returns: false when it did not: what lives inside it must not be started then.
    func holder(_ verb: UnitCommand.Verb, settleTimeout: Duration) throws(FleetError) -> Bool {
        let unit = roster.holder.unit
        // Each start against it would fail, ten times, until systemd gives up.
        if verb == .start, let stranger = try stranger() {
            problem(stranger)
            return false
        }
        var before = Settle.Before(invocationID: "", processes: [])
        var outcome: UnitOutcome?
        try phase(.holder, total: 1) { () throws(FleetError) in
            before = try settle.before(verb)
            try resetLoops(try states(of: [unit]))
            outcome = try perform([UnitCommand(verb, unit)], maxParallel: nil).first
        }
        guard let outcome else { return false }
        // Its own Restart=, or somebody else's command, may yet bring it up: settle finds out, and is bounded.
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

    /// Waits until a holder that is left alone answers. It mostly does; but its run may have just begun, by the command
    /// of somebody who died or was evicted, and an agent that starts too early fails.
    /// - Returns: false when it did not: what lives inside it must not be started then.
    func holderAnswers(within timeout: Duration) throws(FleetError) -> Bool {
        let anyRun = Settle.Before(invocationID: "", processes: [])
        if try settle.isDone(since: anyRun) { return true }
        return try settled(since: anyRun, within: timeout, isNewRun: false)
    }

    /// - Returns: false when the agents would not find a holder of theirs; the report says why.
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
            keeper.warn(
                "\(obstacle.text); \(roster.holder.unit) is active, so its agents are started all the same")
            return true
        }
        let units = [roster.holder.unit] + roster.agents.map(\.unit)
        let isStopped = try !respectStops(among: units, stopping: true).contains(roster.holder.unit)
        if !isStopped {
            problem(
                "\(obstacle.text); no agent was started; look for the cause with: \(words.commands.fleet("doctor"))")
        }
        return false
    }

    /// The unit is in a new run without a command of ours: its dependency on the holder brought it there.
    func restartedAlready(_ state: UnitState) throws(FleetError) {
        let outcome = UnitOutcome(command: UnitCommand(.restart, state.name), result: .done, state: state)
        report.record(
            outcome, in: keeper.phase,
            message: step == nil ? "up: it was restarted with the holder" : "up: it was restarted meanwhile",
            nextStep: "",
            step: step)
        reached(state.name)
        try keeper.finished(outcome)
    }

    /// Watches the units that came up.
    func verify(_ units: [UnitName], for window: Duration) throws(FleetError) {
        let watched = up(of: units)
        guard window > .zero, !watched.isEmpty else { return }
        try phase(.verify, total: watched.count) { () throws(FleetError) in try stayUp(watched, for: window) }
    }

    /// The same within a phase that goes on after it.
    func watch(_ units: [UnitName], for window: Duration) throws(FleetError) {
        let watched = up(of: units)
        guard window > .zero, !watched.isEmpty else { return }
        let names = watched.map { $0.instance ?? $0.rawValue }.joined(separator: ", ")
        keeper.waiting(for: "\(names) to stay up for \(DurationText.human(window))")
        try stayUp(watched, for: window)
        keeper.waiting(for: "")
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
        let watch = StabilityWatch(manager: manager, words: words, clock: clock, keeper: keeper)
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
        try keeper.finished(outcome)
    }

    /// Every end of a command comes here, at the moment when it is known.
    private func note(_ outcome: UnitOutcome) {
        guard outcome.command.verb != .resetFailed else { return }
        if keeper.phase == .drain {
            // Only what a drain could not stop is worth a line: the agent's start decides about the agent.
            if outcome.isDone { stopped.insert(outcome.unit) }
            return
        }
        report.record(
            outcome, in: keeper.phase, message: words.message(for: outcome), nextStep: words.nextStep(for: outcome),
            step: step)
        reached(outcome.unit)
    }
}
