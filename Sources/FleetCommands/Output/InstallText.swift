internal import FleetKit

/// What `init` did, a line per file, and what to do next.
struct InstallText {
    private let changes: [FleetInstaller.Change]
    private let style: Style

    init(_ changes: [FleetInstaller.Change], style: Style) {
        self.changes = changes
        self.style = style
    }

    func render() -> String {
        var lines = changes.map { change in
            let word = style.bold(change.action.word.padded(to: 9))
            let detail = change.action.detail.map { " (\($0))" } ?? ""
            return "\(word) \(Printable.oneLine(change.path, limit: 4096))\(detail)"
        }
        let isFirst = changes.contains { $0.path.ends(with: "/roster.toml") && $0.action == .created }
        if isFirst {
            lines.append(
                "Next: list your agents in the roster, run 'mosaic fleet init' again, then 'mosaic fleet start'.")
        } else if changes.contains(where: { $0.action == .created && $0.path.ends(with: "@.service") }) {
            lines.append("Next: 'mosaic fleet start' brings the fleet up.")
        } else if changes.contains(where: { $0.action.isChange }) {
            lines.append("Next: 'mosaic fleet restart' makes running agents use what changed.")
        } else {
            lines.append("Everything is as the roster says.")
        }
        return lines.joined(separator: "\n")
    }
}

/// `init --json`.
struct InstallDocument: Encodable {
    struct File: Encodable {
        var path: String
        var action: String
        var detail: String?
    }

    let schemaVersion = 1
    var files: [File]
    var managerReloaded: Bool
    /// What is wrong with the roster beyond its text, in words.
    var warnings: [String]
    /// With `--enable`: units that come up at boot.
    var enabled: [String]?

    init(_ changes: [FleetInstaller.Change], reloaded: Bool, warnings: [String], enabled: [UnitName]?) {
        files = changes.map { File(path: $0.path, action: $0.action.word, detail: $0.action.detail) }
        managerReloaded = reloaded
        self.warnings = warnings
        self.enabled = enabled?.map(\.rawValue)
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

    var isChange: Bool {
        switch self {
        case .created, .renewed, .removed, .replaced: true
        case .unchanged, .kept: false
        }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
