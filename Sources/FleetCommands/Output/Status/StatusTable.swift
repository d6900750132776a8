internal import FleetGuard
internal import FleetKit

/// Which columns `status` shows.
enum StatusLayout: String, CaseIterable, Sendable {
    case table, wide
}

/// The rows of `status` as a table: the same for a pipe and for a terminal of any width.
struct StatusTable {
    let layout: StatusLayout
    let style: Style
    /// Seconds since 1970.
    let now: Double

    private struct Column {
        var name: String
        var isRightAligned = false
        var cell: (StatusReport.Row) -> Table.Cell
    }

    /// From the one that says least; AGENT, STATE and ACTIVITY stay.
    private static let expendable = [
        "INVOCATION", "DESCRIPTION", "JOB", "CPU", "UNIT", "MEMORY", "PID", "RESULT", "DIRECTORY", "RESTARTS", "SINCE",
        "COMMAND", "EXIT", "OUTDATED",
    ]

    /// The header, then a line for each row.
    func lines(_ rows: [StatusReport.Row], width: Int?) -> [ScreenLine] {
        var columns = mainColumns
        // Only if an agent reports its activity, or it is guessed.
        if rows.contains(where: { $0.state.activity.state != .unknown }) {
            columns.append(Column(name: "ACTIVITY") { Table.Cell(activity($0, width: width)) })
        }
        if layout == .wide { columns += wideColumns }
        let names = columns.map(\.name)
        var table = Table(
            header: names, rightAligned: Set(columns.indices.filter { columns[$0].isRightAligned }),
            expendable: Self.expendable.compactMap { name in names.firstIndex { $0 == name } }, paint: style.bold)
        for row in rows { table.add(columns.map { $0.cell(row) }) }
        return table.lines(width: width)
    }

    private var mainColumns: [Column] {
        [
            Column(name: "AGENT") { Table.Cell($0.agent?.rawValue ?? "(holder)") },
            Column(name: "UNIT") { Table.Cell($0.state.name.rawValue) },
            Column(name: "STATE") { Table.Cell(Self.words($0.state), paint: paint($0)) },
            Column(name: "PID", isRightAligned: true) {
                Table.Cell($0.state.mainPID > 0 ? "\($0.state.mainPID)" : "-")
            },
            Column(name: "SINCE") { Table.Cell(since($0)) },
            Column(name: "RESTARTS", isRightAligned: true) { Table.Cell("\($0.state.restarts)") },
            Column(name: "MEMORY", isRightAligned: true) { Table.Cell($0.state.memory.map(ByteText.human) ?? "-") },
        ]
    }

    private var wideColumns: [Column] {
        [
            Column(name: "CPU", isRightAligned: true) {
                Table.Cell($0.state.cpu.map { DurationText.human(.nanoseconds(Int64(clamping: $0))) } ?? "-")
            },
            Column(name: "RESULT") { Table.Cell(result($0.state)) },
            Column(name: "JOB") { Table.Cell(job($0.state)) },
            Column(name: "INVOCATION") { Table.Cell($0.state.invocationID.isEmpty ? "-" : $0.state.invocationID) },
            Column(name: "EXIT") { Table.Cell(exit($0.state)) },
            Column(name: "COMMAND") { Table.Cell($0.command.isEmpty ? "-" : ShellWord.line($0.command, limit: 200)) },
            Column(name: "DIRECTORY") { row in
                Table.Cell(row.directory.map { Printable.oneLine($0) } ?? (row.agent == nil ? "-" : "~"))
            },
            Column(name: "OUTDATED") { outdated($0.freshness) },
            Column(name: "DESCRIPTION") { Table.Cell(Printable.oneLine($0.state.description)) },
        ]
    }

    /// By what; why is in a line of its own.
    private func outdated(_ freshness: Freshness?) -> Table.Cell {
        guard let freshness else { return Table.Cell("-") }
        switch freshness.verdict {
        case .outdated: return Table.Cell("by \(freshness.kinds)", paint: style.warn)
        case .unknown: return Table.Cell("unknown")
        case .current: return Table.Cell("no")
        }
    }

    static func words(_ state: UnitState) -> String {
        state.isNotFound ? "not-found" : Printable.oneLine("\(state.activeState) (\(state.subState))", limit: 80)
    }

    private func paint(_ row: StatusReport.Row) -> (String) -> String {
        switch row.severity {
        case .broken: style.bad
        case .calm: style.good
        case .uneasy, .changing, .down: style.warn
        }
    }

    /// On a terminal at most a quarter of it: a long note costs no other column.
    private func activity(_ row: StatusReport.Row, width: Int?) -> String {
        let words = ActivityText.words(row.state.activity, now: now)
        return width.map { TextColumns.cut(words, to: max(16, $0 / 4)) } ?? words
    }

    private func result(_ state: UnitState) -> String {
        state.result == "success" ? "success" : OutcomeWords().reason(result: state.result, state: state)
    }

    private func job(_ state: UnitState) -> String {
        state.job.map { $0.type.isEmpty ? "\($0.id)" : Printable.oneLine("\($0.type) \($0.id)") } ?? "-"
    }

    /// How the last run ended; a unit that is up has forgotten it.
    private func exit(_ state: UnitState) -> String {
        guard let exit = state.mainExit, !state.isActive else { return "-" }
        return exit.code == 1 ? "exit \(exit.status)" : "signal \(exit.status)"
    }

    private func since(_ row: StatusReport.Row) -> String {
        let state = row.state
        // Of one that is down: since it is.
        let moment = state.isActive ? state.activeSince : state.isDown ? state.inactiveSince : 0
        guard let seconds = moment > 0 ? Double(moment) / 1e6 : state.isDown ? row.stop?.time : nil else { return "-" }
        return DurationText.human(.seconds(clamping: max(0, now - seconds))) + " ago"
    }
}
