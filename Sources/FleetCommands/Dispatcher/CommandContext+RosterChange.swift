internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// Looks whether the units of these agents were written since the agents came into the roster. Where they were not,
    /// systemd has a unit without a command, or an older one, and each start would fail in its own words.
    ///
    /// - Parameter agents: nil: every agent that a start of the whole fleet reaches.
    /// - Throws: `.noSuchUnit`, naming the agents that have no unit yet; nothing was done.
    func requireWrittenUnits(of agents: [AgentName]?) throws(FleetError) {
        let new = try unwrittenAgents().filter { agents?.contains($0) ?? true }
        guard let first = new.first else { return }
        let names = new.prefix(8).map(\.rawValue).joined(separator: ", ") + (new.count > 8 ? ", …" : "")
        throw FleetError(
            .noSuchUnit,
            "the roster changed: \(names) \(new.count == 1 ? "has" : "have") no unit yet; nothing was done",
            hint:
                "run '\(try nextCommands().fleet("init"))', then '\(try nextCommands().fleet("start", first.rawValue))'"
        )
    }

    /// Agents of the roster file whose drop-in `init` has yet to write; none where the units are not `init`'s.
    func unwrittenAgents() throws(FleetError) -> [AgentName] {
        try pendingChanges().filter { $0.action == .created }.compactMap(\.agent)
    }

    /// What `init` would write now.
    private func pendingChanges() throws(FleetError) -> [FleetInstaller.Change] {
        guard common.backend != .fake, case .file = try roster().origin,
            let installer = try FleetInstaller.ofInstalledUnits(
                home: home, scope: common.scope.managerScope, environment: environment)
        else { return [] }
        return try installer.preview()
    }

    /// Which units are outdated; also those that do not follow the roster yet.
    var freshness: any FreshnessLook {
        FileFreshness { [self] () throws(FleetError) in
            guard case .file(let path) = try roster().origin else { return [:] }
            var units: [UnitName: String] = [:]
            for change in try pendingChanges() where change.action == .renewed {
                if let agent = change.agent { units[try agent.unit] = path }
            }
            return units
        }
    }

    /// The roster file, for commands that change or follow it: what the manager knows is none.
    /// - Throws: `.badRoster`.
    func writtenRoster() throws(FleetError) -> Roster {
        guard let roster = try rosterFile() else {
            throw FleetError(
                .badRoster, "there is no roster \(Printable.oneLine(home.rosterPath))",
                hint: "run 'mosaic fleet init', which writes one")
        }
        return roster
    }

    func installer(force: Bool = false) throws(FleetError) -> FleetInstaller {
        try FleetInstaller(
            home: home, scope: common.scope.managerScope, mosaic: MosaicProgram.running(), environment: environment,
            force: force)
    }

    /// Writes the unit files as the roster says and has systemd read them. A scripted manager has none.
    func renewUnits() throws(FleetError) -> [FleetInstaller.Change] {
        guard common.backend != .fake else { return [] }
        var installer = try installer()
        try keepRunning(&installer)
        let changes = try installer.install()
        if changes.contains(where: \.action.isChange) {
            try manager().reload()
            try followEvents(changes)
        }
        return changes
    }

    /// Without a manager nothing is known to run, and files are written all the same.
    func keepRunning(_ installer: inout FleetInstaller) throws(FleetError) {
        do throws(FleetError) {
            try installer.keepRunning { () throws(FleetError) in try self.manager() }
        } catch {
            guard error.code == .noServiceManager else { throw error }
        }
    }

    /// Has systemd wait for events from now on, or no longer. Only after it has read the units.
    func followEvents(_ changes: [FleetInstaller.Change]) throws(FleetError) {
        guard let change = changes.first(where: \.isEventPath), change.action.isChange else { return }
        let path = try UnitName(FleetInstaller.eventPath)
        let verb: UnitCommand.Verb = change.action == .removed ? .stop : .restart
        let outcome = try manager().perform(
            [UnitCommand(verb, path)], maxParallel: nil, supervisor: Questioner { [signals] in signals.interruption() })
        guard verb == .restart, let failed = outcome.first(where: { !$0.isDone }) else { return }
        output.warning(
            "events are not delivered: \(path) \(OutcomeWords().message(for: failed)); see why with:"
                + " \(try nextCommands().systemd("systemctl", "status", "--", path.rawValue))")
    }

    /// New agents start at boot where the holder does.
    func followHolderAtBoot() throws(FleetError) -> Bool {
        let links = BootLinks(try roster(), manager: try manager())
        guard try links.isEnabled() else { return false }
        _ = try links.enable()
        return true
    }

    /// Stops agents, by units of their own: they need not be in the roster any more. Those that are down are left alone.
    func stop(_ agents: [Roster.Agent], maxParallel: Int? = nil) throws(FleetError) -> OperationReport? {
        let states = try manager().brief(of: agents.map(\.unit))
        let running = zip(agents, states).filter { !$0.1.isDown && !$0.1.isNotFound }.map(\.0)
        guard !running.isEmpty else { return nil }
        output.note("stopping \(running.map(\.name.rawValue).joined(separator: ", "))")
        var fleet = try roster()
        fleet.agents = running
        return try reported(.stop, running.map(\.name)) { () throws(FleetError) in
            try StopOperation(
                manager: self.manager(), roster: fleet, agents: running.map(\.name), maxParallel: maxParallel,
                surroundings: self.surroundings()
            ).run()
        }
    }

    func start(_ agents: [AgentName], _ options: OperationOptions) throws(FleetError) -> OperationReport {
        let roster = try roster()
        return try reported(.start, agents) { () throws(FleetError) in
            try StartOperation(
                manager: self.manager(), roster: roster, options: options.options(agents: agents, roster.settle),
                surroundings: self.surroundings()
            ).run()
        }
    }

    /// Its record in the history, and its report.
    /// - Parameter agents: nil: the whole fleet.
    func reported(
        _ kind: HistoryRecord.Kind, _ agents: [AgentName]?, _ body: () throws(FleetError) -> OperationReport
    ) throws(FleetError) -> OperationReport {
        var report = OperationReport()
        _ = try recorded(kind, LockScope(agents)) { () throws(FleetError) in
            report = try body()
            return report.exitStatus
        }
        return report
    }
}

/// What `add`, `remove` and `apply` did.
struct RosterChange {
    var command: String
    /// Agents that were added or removed.
    var agents: [AgentName] = []
    var files: [FleetInstaller.Change] = []
    var warnings: [String] = []
    /// What was done to units, with its verb.
    var operations: [(report: OperationReport, verb: String)] = []
    /// Sentences for people, beside the operations' own.
    var notes: [String] = []
    /// Units that run with less than they would get now.
    var outdated: [(unit: UnitName, freshness: Freshness)] = []

    /// nil: the unit is not outdated.
    func freshness(of unit: UnitName) -> Freshness? { outdated.first { $0.unit == unit }?.freshness }

    /// The command wrote this file itself, before the units were written by it.
    mutating func wrote(_ path: String) {
        for index in files.indices where files[index].path.isExactly(path) && files[index].action == .unchanged {
            files[index].action = .renewed
        }
    }

    var exitStatus: ExitStatus {
        operations.allSatisfy { $0.report.exitStatus == .done } ? .done : .unitFailed
    }
}

extension CommandContext {
    /// Says what was done; the lock is free by then.
    func conclude(_ change: RosterChange) throws(FleetError) -> ExitStatus {
        guard !common.json else {
            afterRelease { () throws(FleetError) in try self.output.json(.rosterChange(change)) }
            return change.exitStatus
        }
        for warning in change.warnings { output.warning(warning) }
        for file in change.files where file.action.isChange {
            output.detail("\(file.action.word) \(Printable.oneLine(file.path, limit: 4096))")
        }
        for file in change.files {
            if case .kept(let why) = file.action {
                output.warning("\(Printable.oneLine(file.path, limit: 4096)) is left alone: \(why)")
            }
        }
        for note in change.notes { output.summary(note) }
        for (report, verb) in change.operations { _ = conclude(report, verb) }
        return change.exitStatus
    }
}

extension JSONObject {
    /// `add --json`, `remove --json`, `apply --json`.
    fileprivate static func rosterChange(_ change: RosterChange) -> Self {
        [
            "schemaVersion": 1, "command": change.command, "ok": change.exitStatus == .done,
            "agents": change.agents.map(\.rawValue), "files": files(change.files), "warnings": change.warnings,
            "outdated": change.outdated.map(\.unit.rawValue), "outdatedBy": outdated(change.outdated),
            "operations": change.operations.map { operation($0.report, verb: $0.verb) },
        ]
    }
}
