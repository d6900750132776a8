public import FleetGuard
internal import Glibc

/// What every operation needs from outside. Everything that waits, looks at processes or asks tmux can be replaced.
public struct OperationSurroundings {
    /// Gets live progress on the operation's own thread.
    public var observer: any OperationObserver
    /// The signal that came, as the error that ends the operation; asked on the operation's own thread.
    public var interruption: () -> FleetError?
    /// Measures the phases and paces every wait.
    public var clock: any OperationClock
    /// nil: settle by the unit's state alone.
    public var probe: (any HolderProbe)?
    /// Makes the report's messages and next steps.
    public var words: OutcomeWords
    /// For `~` in an agent's directory; nil: directories are not checked beforehand.
    public var userHome: String?
    /// What is owed, and what was stopped on purpose.
    public var intents: any IntentKeeping
    /// Seconds since 1970, for how long an agent has been busy.
    public var wallClock: () -> Double = { SystemTime().wallClock() }
    /// Which units are outdated.
    public var freshness: any FreshnessLook = FileFreshness()
    var processes: any ProcessLook = ProcProcessLook()

    /// The defaults suit a caller without a terminal and a mosaic home: no progress, no signals, no probe, and intents
    /// kept in memory only.
    public init(
        observer: any OperationObserver = Unobserved(), interruption: @escaping () -> FleetError? = { nil },
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
    let supervisor: FencedSupervisor
    let settle: Settle
    private let surroundings: OperationSurroundings
    /// As they were when the operation looked first.
    var earlier = Intents()
    var report = OperationReport()
    /// What is to be reached, and has not been.
    var goals: [UnitName] = []
    /// By a drain of this operation.
    var stopped: Set<UnitName> = []
    /// Stopped and started by the holder's restart, without a command of their own.
    var carried: Set<UnitName> = []
    /// Of a rolling restart: what was asked for, and whether it ended before it had reached everything.
    var resumption: RestartOptions?
    /// Of any restart: options that the command for the rest repeats.
    var repeats: [String] = []
    var isHalted = false
    /// Of a rolling restart: the one that is under way, from 1.
    var step: Int?

    init(
        manager: any ServiceManager, roster: Roster, lock: any OperationLock, surroundings: OperationSurroundings
    ) {
        self.manager = manager
        self.roster = roster
        self.surroundings = surroundings
        supervisor = FencedSupervisor(lock, surroundings)
        settle = Settle(
            manager: manager, holder: roster.holder.unit, probe: surroundings.probe,
            processes: surroundings.processes, clock: surroundings.clock, supervisor: supervisor)
        supervisor.onFinished = { [weak self] in self?.note($0) }
    }

    var words: OutcomeWords { surroundings.words }
    var clock: any OperationClock { surroundings.clock }
    var intents: any IntentKeeping { surroundings.intents }

    /// The whole of an operation, which is `body`.
    ///
    /// - Parameters:
    ///   - name: of the command that goes on where it is cut short: `restart`.
    ///   - keep: gets the report, which is complete also when this throws.
    /// - Throws: what `body` threw, with what was not reached.
    func whole(
        _ name: String, keep: (OperationReport) -> Void, _ body: (OperationRun) throws(FleetError) -> Void
    ) throws(FleetError) -> OperationReport {
        defer { keep(report) }
        do throws(FleetError) { try body(self) } catch { throw cut(by: error, whole: name) }
        close()
        return report
    }

    // MARK: Telling

    /// The deadline has passed: these lose what they do.
    func cuts(_ occupied: [IdleWait.Occupied]) {
        let new = occupied.filter { one in !report.cut.contains { $0.who == one.who } }
        guard !new.isEmpty else { return }
        report.cut += new
        supervisor.warn(
            "the deadline has passed; interrupting \(OccupiedWords.list(new, now: surroundings.wallClock()))")
    }
    /// One of them did not come up, did not stay up, or was not reached.
    func hasFailed(_ units: [UnitName]) -> Bool {
        report.failed.contains { units.contains($0.unit) } || goals.contains(where: units.contains)
    }
    /// The unit is where it was to be, without a command of ours.
    func reached(_ unit: UnitName) { goals.removeAll { $0 == unit } }

    /// Closes the report: every goal that is left was not reached.
    func close() {
        report.notReached = goals.map { unit in
            let condition: OperationReport.NotReached.Condition =
                if supervisor.inFlight.contains(where: { $0.unit == unit }) {
                    .leftToSystemd
                } else if stopped.contains(unit) {
                    .stopped
                } else if carried.contains(unit) && supervisor.sent.contains(roster.holder.unit) {
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

    /// The smallest command that reaches the rest.
    private func rest(_ whole: String) -> String {
        let left = report.notReached
        if let resumption { return rest(of: resumption, left) }
        // What was stopped is owed, and a start pays; what systemd brings up needs no command, and must not be cut by one.
        let mine = left.filter { $0.condition != .leftToSystemd }
        if mine.isEmpty { return words.commands.fleet("status") }
        if mine.allSatisfy({ $0.condition == .stopped }) { return words.commands.fleet("start") }
        let names = mine.compactMap { missing in roster.agents.first { $0.unit == missing.unit }?.name.rawValue }
        guard whole == "restart", names.count == mine.count, names.count <= 20 else {
            return words.commands.fleet(words: [whole] + repeats)
        }
        return words.commands.fleet(words: [whole] + names + repeats)
    }

    /// The remaining outdated agents are found again; otherwise the agents are named. Those that systemd brings up need no more.
    private func rest(of options: RestartOptions, _ left: [OperationReport.NotReached]) -> String {
        let untouched = left.filter { $0.condition != .leftToSystemd }
        let names = roster.agents.filter { agent in
            !options.onlyOutdated && (untouched.isEmpty ? left : untouched).contains { $0.unit == agent.unit }
        }.map(\.name)
        return words.commands.fleet(words: options.resumption + names.map(\.rawValue))
    }
}
