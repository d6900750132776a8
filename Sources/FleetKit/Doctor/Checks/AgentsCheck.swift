internal import FleetGuard

/// The agents' units: bound to the holder, and unable to start a tmux server of their own.
struct AgentsCheck: HealthCheck {
    let name = "agents"

    /// What can be wrong with one of them.
    private enum Trouble: CaseIterable {
        case missing, masked, unloadable, failed, owed, startsServer, unordered, unbound, leavesProcesses, ofOldKind,
            outdated

        var level: Diagnosis.Level {
            switch self {
            case .missing, .masked, .unloadable, .failed, .owed, .startsServer, .unordered: .failure
            case .unbound, .leavesProcesses, .ofOldKind, .outdated: .warning
            }
        }

        /// The least that helps. `init --force` mends neither a mask nor an operator's own drop-in.
        func advice(_ units: [UnitName], _ commands: NextCommands) -> String {
            guard let unit = units.first else { return "" }
            return switch self {
            case .missing: "run '\(commands.fleet("init"))'"
            case .masked: "run '\(commands.systemd("systemctl", "unmask", "--", unit.rawValue))'"
            case .unloadable:
                "'\(commands.systemd("systemctl", "status", "--", unit.rawValue))' says which file is wrong; correct"
                    + " that one"
            case .owed: "run '\(commands.fleet(words: ["start"] + units.compactMap(\.instance)))'"
            case .failed: "see why with '\(commands.journal(of: unit, lines: 50))'"
            case .startsServer, .unordered, .unbound, .leavesProcesses:
                "see which file says so with '\(commands.systemd("systemctl", "cat", "--", unit.rawValue))';"
                    + " '\(commands.fleet("init"))' writes such units"
            case .ofOldKind:
                // What ends nothing comes first, and what ends an agent names just that one.
                "'\(commands.fleet("init"))' rewrites the units and stops nothing; then \(Self.restart(unit, commands))"
            case .outdated: Self.restart(unit, commands)
            }
        }

        private static func restart(_ unit: UnitName, _ commands: NextCommands) -> String {
            "'\(commands.fleet("restart", unit.instance ?? "NAME"))' when the agent can be interrupted"
        }

        func words(_ holder: UnitName) -> String {
            switch self {
            case .missing: "there is no unit"
            case .masked: "masked, so nothing can start it"
            case .unloadable: "systemd cannot load it"
            case .failed: "failed, and systemd has given up"
            case .owed: "down: a restart took it down and did not start it again"
            case .startsServer: "runs tmux without -N, so it becomes the holder if it starts while the holder is down"
            case .unordered: "no After=\(holder), so it starts against a holder that is not up"
            case .unbound: "no Requires=\(holder), so nothing brings the holder up first"
            case .leavesProcesses: "its KillMode= leaves processes alive"
            case .ofOldKind:
                "its unit was written by an earlier version: the agent runs outside its unit, so the unit's environment and "
                    + "limits do not apply, its memory is not counted, a stop leaves daemons, and exit reasons are not reported"
            case .outdated:
                "it is outdated: its unit, program or environment has changed (see 'mosaic fleet status -o wide')"
            }
        }
    }

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let roster = try fleet.roster()
        let holder = roster.holder.unit
        var found: [Trouble: [UnitName]] = [:]
        let states = try roster.agents.map { agent throws(FleetError) in try fleet.state(of: agent.unit) }
        let freshness = try FileFreshness().look(at: states, of: roster, in: fleet.manager())
        for agent in roster.agents {
            for trouble in try troubles(of: agent.unit, holder, fleet, freshness[agent.unit]) {
                found[trouble, default: []].append(agent.unit)
            }
        }
        guard !found.isEmpty else { return .ok("\(roster.agents.count) bound to \(holder)") }
        let parts = Trouble.allCases.compactMap { trouble in
            found[trouble].map { "\(HealthContext.list($0)): \(trouble.words(holder))" }
        }
        let commands = NextCommands(
            scope: fleet.scope, mosaicHome: fleet.commands.mosaicHome, roster: roster)
        var advice: [String] = []
        for trouble in Trouble.allCases {
            guard let units = found[trouble] else { continue }
            let text = trouble.advice(units, commands)
            if !advice.contains(text) { advice.append(text) }
        }
        return Diagnosis(
            level: found.keys.map(\.level).max() ?? .failure, message: parts.joined(separator: "; "),
            advice: advice.joined(separator: "; "), repair: nil)
    }

    private func troubles(
        of unit: UnitName, _ holder: UnitName, _ fleet: HealthContext, _ freshness: Freshness?
    ) throws(FleetError) -> [Trouble] {
        let state = try fleet.state(of: unit)
        if state.isNotFound { return [.missing] }
        if state.isMasked { return [.masked] }
        guard state.loadState == "loaded" else { return [.unloadable] }
        let settings = try fleet.settings(of: unit)
        var troubles: [Trouble] = state.isFailed ? [.failed] : []
        if state.isDown, try fleet.owed().contains(unit) { troubles.append(.owed) }
        if settings.commands.contains(where: { TmuxCommandLine($0)?.startsNoServer == false }) {
            troubles.append(.startsServer)
        }
        if !state.after.contains(holder.rawValue) { troubles.append(.unordered) }
        if !state.requirements.contains(holder.rawValue) { troubles.append(.unbound) }
        if settings.killMode == "none" || settings.killMode == "process" { troubles.append(.leavesProcesses) }
        if settings.commands.contains(where: Self.isOfOldKind) {
            troubles.append(.ofOldKind)
        } else if freshness?.verdict == .outdated {
            troubles.append(.outdated)
        }
        return troubles
    }

    /// `mosaic fleet session` without the holder's name: it leaves the agent to the tmux server.
    private static func isOfOldKind(_ command: [String]) -> Bool {
        let options = command.prefix { !$0.utf8.elementsEqual("--".utf8) }
        return options.dropFirst().starts(with: ["fleet", "session"]) && !options.contains("--holder")
    }
}
