internal import FleetGuard
internal import FleetKit

/// What `init` did, a line per file, and what to do next.
struct InstallText {
    let changes: [FleetInstaller.Change]
    let style: Style
    /// A line also for each file that was as it should be.
    var isVerbose = false
    /// Agents with `autostart = false`, which are started by name alone.
    var manual: Set<AgentName> = []
    /// Agents that left the roster and still run, so that their drop-ins stayed. A warning names them.
    var running: Set<AgentName> = []

    func render() -> String {
        var lines = changes.filter { isVerbose || $0.action != .unchanged }.filter { !isLeft($0) }.map { change in
            let word = style.bold(change.action.word.padded(to: 9))
            let detail = change.action.detail.map { " (\($0))" } ?? ""
            return "\(word) \(Printable.oneLine(change.path, limit: 4096))\(detail)"
        }
        let same = changes.count { $0.action == .unchanged }
        if !isVerbose && same > 0 { lines.append("\(same) \(same == 1 ? "file" : "files") unchanged") }
        let isFirst = changes.contains { $0.path.ends(with: "/roster.toml") && $0.action == .created }
        if isFirst {
            lines.append(
                "Next: list your agents in the roster, run 'mosaic fleet init' again, then 'mosaic fleet start'.")
        } else if changes.contains(where: { $0.action == .created && $0.path.ends(with: "@.service") && !$0.isHelper })
        {
            lines.append("Next: 'mosaic fleet start' brings the fleet up.")
        } else {
            lines += next
        }
        return lines.joined(separator: "\n")
    }

    private func isLeft(_ change: FleetInstaller.Change) -> Bool { change.agent.map(running.contains) ?? false }

    /// The least that makes what runs fit the files: an agent that is new is started, one whose file changed is
    /// restarted alone, and only a change of the holder's unit takes the whole fleet down.
    private var next: [String] {
        let holders = changes.filter { $0.action.isChange && $0.path.ends(with: ".service") && !$0.isHelper }
        func agents(_ isWanted: (FleetInstaller.Change.Action) -> Bool) -> [String] {
            changes.filter { isWanted($0.action) }.compactMap(\.agent?.rawValue)
        }
        let created = changes.filter { $0.action == .created }.compactMap(\.agent)
        let new = created.filter { !manual.contains($0) }.map(\.rawValue)
        let changed = agents { $0.isChange && $0 != .created && $0 != .removed }
        let gone = agents { $0 == .removed }
        var lines: [String] = []
        if !new.isEmpty { lines.append("Next: 'mosaic fleet start \(ShellWord.line(new))' starts the new agents.") }
        if !holders.isEmpty {
            lines.append("Next: 'mosaic fleet restart', when it suits, makes the whole fleet use its new units.")
        } else if !changed.isEmpty {
            lines.append(
                "Next: 'mosaic fleet restart \(ShellWord.line(changed))' makes \(changed.count == 1 ? "it" : "them") use"
                    + " what changed.")
        }
        if !gone.isEmpty { lines.append("Removed from the roster: \(gone.joined(separator: ", ")).") }
        let isDone = lines.isEmpty && running.isEmpty && !changes.contains { $0.action.isChange }
        return isDone ? ["Everything matches the roster."] : lines
    }
}

extension JSONObject {
    /// `init --json`.
    /// - Parameters:
    ///   - warnings: what is wrong with the roster beyond its text, in words.
    ///   - enabled: with `--enable`: units that start at boot.
    static func installation(
        _ changes: [FleetInstaller.Change], reloaded: Bool, warnings: [String], enabled: [UnitName]?
    ) -> Self {
        [
            "schemaVersion": 1, "files": files(changes), "managerReloaded": reloaded, "warnings": warnings,
            "enabled": enabled?.map(\.rawValue),
        ]
    }

    static func files(_ changes: [FleetInstaller.Change]) -> [Self] {
        changes.map { ["path": $0.path, "action": $0.action.word, "detail": $0.action.detail] }
    }
}

extension FleetInstaller.Change.Action {
    var word: String {
        switch self {
        case .created: "created"
        case .unchanged: "unchanged"
        case .renewed: "renewed"
        case .removed: "removed"
        case .replaced: "replaced"
        case .kept: "kept"
        }
    }

    var detail: String? {
        switch self {
        case .replaced(let backup): "the old one is \(Printable.oneLine(backup, limit: 4096))"
        case .kept(let why): why
        case .created, .unchanged, .renewed, .removed: nil
        }
    }

    var isChange: Bool { if case .kept = self { false } else { self != .unchanged } }
}
