internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// The command line as it was typed, for the lock record.
    var commandLine: String { ShellWord.line(["mosaic"] + arguments, limit: 1000) }

    /// What the next steps of an operation name.
    func nextCommands() throws(FleetError) -> NextCommands {
        NextCommands(
            scope: common.scope.managerScope, mosaicHome: home.optionElsewhere(environment: environment),
            roster: try roster())
    }

    /// What an operation needs beside its manager: who listens, what interrupts, what asks the holder's server.
    func surroundings() throws(FleetError) -> OperationSurroundings {
        var surroundings = OperationSurroundings(
            observer: ObserverPair(progress, history.timeline), interruption: { [signals] in signals.interruption() },
            probe: try holderProbe(),
            words: OutcomeWords(commands: try nextCommands()), intents: IntentFile(home: home.path),
            userHome: try HomeDirectory.path(environment: environment))
        surroundings.freshness = freshness
        return surroundings
    }

    /// The lock that another process holds; nil inside its `lock run`, where there is nothing to wait for: what runs in
    /// there is found out when the lock is entered. Only words hang on it, so the token may be believed.
    func otherRestart() throws(FleetError) -> LockObservation? {
        let inspection = try inspectLock()
        guard let observation = inspection.observation, inspection.verdict == .held else { return nil }
        if let record = observation.record, record.isRun == true, record.token == lockToken { return nil }
        return observation
    }

    /// `start` and `stop` do not wait for a restart that is under way, but they say that there is one.
    func noteRunningRestart() throws(FleetError) {
        guard let other = try otherRestart() else { return }
        output.note("\(LockWords.running(other)); not waiting for it: \(LockWords.ownerInFull(other))")
    }

    /// For a command that does not wait for the lock, before it does anything else.
    /// - Throws: `.busy` while another process holds the lock.
    func refuseWhileLocked(hint: String) throws(FleetError) {
        guard let other = try otherRestart() else { return }
        throw FleetError(.busy, "\(LockWords.running(other)): \(LockWords.ownerInFull(other))", hint: hint)
    }

    /// An unguarded operation, and its record in the history. Within a guarded operation, whose own record tells of it,
    /// there is no record of its own.
    func recorded(
        _ kind: HistoryRecord.Kind, _ scope: LockScope, _ body: () throws(FleetError) -> ExitStatus
    ) throws(FleetError) -> ExitStatus {
        guard !history.isOpen else { return try body() }
        history.begin(kind, scope)
        let status: ExitStatus
        do throws(FleetError) { status = try body() } catch {
            history.ended(error)
            throw error
        }
        history.ended(status)
        return status
    }

    /// Turns the report into the exit status, and prints it once the lock is free.
    /// - Parameters:
    ///   - sessions: of no agent, which were ended.
    ///   - turns: of `--when-idle`.
    func conclude(
        _ report: OperationReport, _ verb: String, sessions: [String] = [], waited turns: IdleTurns? = nil
    ) -> ExitStatus {
        let began = time.wallClock() - report.phases.reduce(.zero) { $0 + $1.duration }.inSeconds
        if let resume = report.resume, !report.failed.isEmpty {
            let failed = report.failed.map { $0.unit.instance ?? $0.unit.rawValue }.joined(separator: ", ")
            history.halted = "\(failed) failed; to continue: \(resume)"
        }
        history.hasJoined = report.units.isEmpty && !report.fulfilled.isEmpty
        afterRelease { () throws(FleetError) in
            if self.common.json {
                try self.output.json(.operation(report, verb: verb, sessions: sessions, waited: turns))
            } else if self.output.wantsSummary || report.exitStatus != .done {
                let words = self.lastWords(of: report.failed.map(\.unit), since: began)
                let text = OperationText(
                    report: report, verb: verb, style: self.output.style, lastWords: words,
                    isVerbose: self.common.verbose)
                self.output.outcome(text.render(), isWell: report.exitStatus == .done)
            }
        }
        return report.exitStatus
    }

    /// What the first few failed units last said. Each costs a journalctl, so not of all of a fleet.
    private func lastWords(of units: [UnitName], since began: Double) -> [UnitName: [String]] {
        guard !units.isEmpty, let journal = UnitJournal(scope: common.scope.managerScope, environment: environment)
        else { return [:] }
        var words: [UnitName: [String]] = [:]
        for unit in units.prefix(3) { words[unit] = journal.lastLines(of: unit, since: began - 1, count: 5) }
        return words
    }
}

extension LockScope {
    /// - Parameter agents: nil: the whole fleet.
    init(_ agents: [AgentName]?) { self = agents.map { .agents($0.map(\.rawValue)) } ?? .fleet }
}
