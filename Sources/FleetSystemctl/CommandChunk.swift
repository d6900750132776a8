internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Commands of one verb on their way through one systemctl child, until the last of their jobs is over.
final class CommandChunk {
    private struct Entry {
        let command: UnitCommand
        var before: ShownUnit
        /// A job was seen for the unit; when it is gone, ours is over.
        var hadJob = false
        var outcome: UnitOutcome?
    }

    private let commands: [UnitCommand]
    private let verb: UnitCommand.Verb
    private let manager: SystemctlServiceManager
    private let supervisor: any JobSupervisor
    private var entries: [Entry] = []
    private let clock = SuspendingClock()
    private var started: SuspendingClock.Instant
    private var lastLook: SuspendingClock.Instant

    /// How often the manager itself is asked for the jobs (`JobEvent.jobsKnown`), and how long it may be away.
    private static let lookEvery = Duration.milliseconds(1_800)
    private static let absence = Duration.seconds(30)

    /// - Parameter commands: of one verb, no unit twice, not empty.
    init(_ commands: [UnitCommand], manager: SystemctlServiceManager, supervisor: any JobSupervisor) {
        self.commands = commands
        self.verb = commands[0].verb
        self.manager = manager
        self.supervisor = supervisor
        started = clock.now
        lastLook = clock.now
    }

    func run() throws(FleetError) -> [UnitOutcome] {
        entries = zip(commands, try show(commands.map(\.unit))).map { Entry(command: $0, before: $1) }
        for index in entries.indices {
            let entry = entries[index]
            if let result = OutcomeJudge.refusal(entry.command, before: entry.before.state) {
                try finish(index, result, entry.before.state)
            }
        }
        if entries.contains(where: { $0.outcome == nil }) { try send() }
        return entries.compactMap(\.outcome)
    }

    private var awaited: [Int] { entries.indices.filter { entries[$0].outcome == nil } }

    private func send() throws(FleetError) {
        let sent = awaited
        for index in sent { try supervisor.willSend(entries[index].command) }
        started = clock.now
        lastLook = clock.now
        var isQueued = false
        let child = manager.systemctl.child(verb.rawValue, names: sent.map { entries[$0].command.unit.rawValue })
        // The lock record is the child's standard input: the kernel lock lives as long as the command can act.
        let output = try child.run(standardInput: supervisor.commandDescriptor) { () throws(FleetError) in
            if !isQueued {
                isQueued = true
                for index in sent { try self.supervisor.handle(.queued(self.entries[index].command)) }
            }
            try self.tick()
        }
        if !isQueued { for index in sent { try supervisor.handle(.queued(entries[index].command)) } }
        try settle(output, sent: sent)
    }

    private func tick() throws(FleetError) {
        try supervisor.handle(.tick)
        guard clock.now - lastLook >= Self.lookEvery else { return }
        lastLook = clock.now
        do { try look() } catch  where error.code == .noServiceManager {
            // Away for a moment (daemon-reexec): no progress is reported, and the next look tells more.
        }
    }

    /// Asks the manager for every job that is still awaited.
    private func look() throws(FleetError) {
        let indices = awaited
        let shown = try show(indices.map { entries[$0].command.unit })
        lastLook = clock.now
        var isAnyKnown = false
        for (index, unit) in zip(indices, shown) {
            if unit.state.job != nil {
                entries[index].hadJob = true
                isAnyKnown = true
            } else if entries[index].hadJob || isPlainlyDone(entries[index], unit.state) {
                try conclude(index, job: .lost, after: unit.state)
            }
        }
        // A systemctl that has handed over nothing (stopped, frozen) is no progress.
        if isAnyKnown { try supervisor.handle(.jobsKnown) }
    }

    /// Too quick for its job to be seen, but the state proves that the command was carried out.
    private func isPlainlyDone(_ entry: Entry, _ now: UnitState) -> Bool {
        switch verb {
        case .start, .restart: now.isActive && now.invocationID != entry.before.state.invocationID
        case .stop: now.isDown && !entry.before.state.isDown
        case .resetFailed: false
        }
    }

    /// After the child's end: when it ended badly, jobs may still be under way (it was killed, or the manager
    /// re-executed itself and cut the connection); they are awaited here.
    private func settle(_ output: ChildProcess.Output, sent: [Int]) throws(FleetError) {
        var job: JobResult = output.isSuccess ? .done : .notDone
        var silentSince: SuspendingClock.Instant?
        while true {
            let indices = awaited
            guard !indices.isEmpty else { return }
            do {
                let shown = try show(indices.map { entries[$0].command.unit })
                silentSince = nil
                let isUnderWay = !output.isSuccess && shown.contains { $0.state.job != nil }
                if isUnderWay { job = .lost }
                for (index, unit) in zip(indices, shown) where output.isSuccess || unit.state.job == nil {
                    // While others are under way this one may only be waiting for systemd to come back.
                    try conclude(index, job: job, after: unit.state, refusal: refusal(output))
                }
                if isUnderWay && clock.now - lastLook >= Self.lookEvery {
                    lastLook = clock.now
                    try supervisor.handle(.jobsKnown)
                }
            } catch  where error.code == .noServiceManager {
                let since = silentSince ?? clock.now
                silentSince = since
                if clock.now - since > Self.absence { throw error }
            }
            if awaited.isEmpty { return }
            _ = usleep(100_000)
            try supervisor.handle(.tick)
        }
    }

    /// systemctl(1) exits with 3 to 6 when the manager refused the request itself; the text is for a human only.
    private func refusal(_ output: ChildProcess.Output) -> String? {
        guard case .exited(3...6) = output.ending else { return nil }
        return Systemctl.lastLine(output.standardError)
    }

    private func conclude(
        _ index: Int, job: JobResult, after: UnitState, refusal: String? = nil
    ) throws(FleetError) {
        let entry = entries[index]
        var isRequirementDown = false
        if job != .done && !after.isActive && verb != .stop {
            let names = after.requirements.compactMap { UnitName(known: $0) }
            isRequirementDown = try show(names).contains { !$0.state.isActive }
        }
        var result = OutcomeJudge.judge(
            entry.command, job: job, before: entry.before.state, after: after, requirementsDown: isRequirementDown)
        if result == .canceled {
            if let limit = entry.before.jobTimeout, clock.now - started >= limit { result = .timeout }
            if let refusal, !entry.hadJob { result = .refused(refusal) }
        }
        try finish(index, result, after)
    }

    private func finish(_ index: Int, _ result: UnitOutcome.Result, _ state: UnitState) throws(FleetError) {
        let outcome = UnitOutcome(
            command: entries[index].command, result: result, state: state, duration: clock.now - started)
        entries[index].outcome = outcome
        try supervisor.handle(.finished(outcome))
    }

    private func show(_ units: [UnitName]) throws(FleetError) -> [ShownUnit] {
        try manager.show(units) { () throws(FleetError) in try self.supervisor.handle(.tick) }
    }
}
