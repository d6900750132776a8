internal import FleetKit

/// `status` for people: a banner while a restart runs, the table, what is wrong, and a summary line.
struct StatusText {
    private let report: StatusReport
    private let lock: LockInspection
    private let style: Style
    private let now: Double

    init(_ report: StatusReport, lock: LockInspection, style: Style, now: Double) {
        self.report = report
        self.lock = lock
        self.style = style
        self.now = now
    }

    func render() -> String {
        var parts: [String] = []
        if let banner { parts.append(banner) }
        parts.append(table)
        let troubles = report.rows.compactMap { row in row.trouble.map { "  \(row.unit): \($0)" } }
        parts += troubles.map { style.warn($0) }
        parts.append(report.summary)
        return parts.joined(separator: "\n")
    }

    private var banner: String? {
        guard let observation = lock.observation else { return nil }
        let words = LockWords.ownerInFull(observation)
        switch lock.verdict {
        case .free: return nil
        case .held: return style.bold("A restart is running: ") + words
        case .abandoned: return style.warn("A restart died half-way: ") + words + "; the next restart takes over"
        case .stalled, .unreadable: return style.warn("The lock is \(lock.verdict.rawValue): ") + words
        }
    }

    private var table: String {
        var table = Table(
            header: ["AGENT", "UNIT", "STATE", "PID", "SINCE", "RESTARTS", "MEMORY"], rightAligned: [3, 5, 6],
            paint: style.bold)
        for row in report.rows {
            let state = row.state
            table.add([
                Table.Cell(row.agent?.rawValue ?? "(holder)"),
                Table.Cell(state.name.rawValue),
                Table.Cell(stateWords(state), paint: paint(row)),
                Table.Cell(state.mainPID > 0 ? "\(state.mainPID)" : "-"),
                Table.Cell(since(state)),
                Table.Cell("\(state.restarts)"),
                Table.Cell(memory(state)),
            ])
        }
        return table.render()
    }

    private func stateWords(_ state: UnitState) -> String {
        state.isNotFound ? "not-found" : "\(state.activeState) (\(state.subState))"
    }

    private func paint(_ row: StatusReport.Row) -> (String) -> String {
        if row.state.isFailed || row.state.isInAutoRestart || row.state.isNotFound { return style.bad }
        if row.state.isActive { return style.good }
        return style.warn
    }

    private func memory(_ state: UnitState) -> String {
        guard let bytes = state.memory else { return "-" }
        return ByteText.human(bytes)
    }

    private func since(_ state: UnitState) -> String {
        guard state.isActive, state.activeSince > 0 else { return "-" }
        let age = now - Double(state.activeSince) / 1e6
        return DurationText.human(.seconds(max(0, age))) + " ago"
    }
}
