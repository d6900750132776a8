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

    /// The header, then a line for each row.
    func lines(_ rows: [StatusReport.Row], width: Int?) -> [ScreenLine] {
        var header = ["AGENT", "UNIT", "STATE", "PID", "SINCE", "RESTARTS", "MEMORY"]
        if layout == .wide {
            header += ["CPU", "RESULT", "JOB", "INVOCATION", "EXIT", "COMMAND", "DIRECTORY", "DESCRIPTION"]
        }
        // From the one that says least; AGENT and STATE stay.
        let expendable = [10, 14, 9, 7, 1, 6, 3, 8, 13, 5, 4, 12, 11].filter { $0 < header.count }
        var table = Table(header: header, rightAligned: [3, 5, 6, 7], expendable: expendable, paint: style.bold)
        for row in rows { table.add(cells(row)) }
        return table.lines(width: width)
    }

    private func cells(_ row: StatusReport.Row) -> [Table.Cell] {
        let state = row.state
        var cells = [
            Table.Cell(row.agent?.rawValue ?? "(holder)"),
            Table.Cell(state.name.rawValue),
            Table.Cell(Self.words(state), paint: paint(row)),
            Table.Cell(state.mainPID > 0 ? "\(state.mainPID)" : "-"),
            Table.Cell(since(state)),
            Table.Cell("\(state.restarts)"),
            Table.Cell(state.memory.map(ByteText.human) ?? "-"),
        ]
        guard layout == .wide else { return cells }
        cells += [
            Table.Cell(state.cpu.map { DurationText.human(.nanoseconds(Int64(clamping: $0))) } ?? "-"),
            Table.Cell(
                state.result == "success" ? "success" : OutcomeWords().reason(result: state.result, state: state)),
            Table.Cell(
                state.job.map { $0.type.isEmpty ? "\($0.id)" : Printable.oneLine("\($0.type) \($0.id)") } ?? "-"),
            Table.Cell(state.invocationID.isEmpty ? "-" : state.invocationID),
            Table.Cell(exit(state)),
            Table.Cell(row.command.isEmpty ? "-" : ShellWord.line(row.command, limit: 200)),
            Table.Cell(row.directory.map { Printable.oneLine($0) } ?? (row.agent == nil ? "-" : "~")),
            Table.Cell(Printable.oneLine(state.description)),
        ]
        return cells
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

    /// How the last run ended; a unit that is up has forgotten it.
    private func exit(_ state: UnitState) -> String {
        guard let exit = state.mainExit, !state.isActive else { return "-" }
        return exit.code == 1 ? "exit \(exit.status)" : "signal \(exit.status)"
    }

    private func since(_ state: UnitState) -> String {
        // Of one that is down: since it is.
        let moment = state.isActive ? state.activeSince : state.isDown ? state.inactiveSince : 0
        guard moment > 0 else { return "-" }
        let age = now - Double(moment) / 1e6
        return DurationText.human(.seconds(clamping: max(0, age))) + " ago"
    }
}
