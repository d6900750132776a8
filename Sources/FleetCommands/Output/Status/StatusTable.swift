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

    private typealias Column = Table<StatusReport.Row>.Column

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
            columns.append(Column(name: "ACTIVITY") { activity($0, width: width) })
        }
        if layout == .wide { columns += wideColumns }
        return Table(columns: columns, expendable: Self.expendable, paint: style.bold).lines(rows, width: width)
    }

    private var mainColumns: [Column] {
        [
            Column(name: "AGENT") { $0.agent?.rawValue ?? "(holder)" },
            Column(name: "UNIT") { $0.state.name.rawValue },
            Column(name: "STATE", paint: paint) { Self.words($0.state) },
            Column(name: "PID", isRightAligned: true) { $0.state.mainPID > 0 ? "\($0.state.mainPID)" : "-" },
            Column(name: "SINCE") { since($0) },
            Column(name: "RESTARTS", isRightAligned: true) { "\($0.state.restarts)" },
            Column(name: "MEMORY", isRightAligned: true) { $0.state.memory.map(ByteText.human) ?? "-" },
        ]
    }

    private var wideColumns: [Column] {
        [
            Column(name: "CPU", isRightAligned: true) {
                $0.state.cpu.map { DurationText.human(.nanoseconds(Int64(clamping: $0))) } ?? "-"
            },
            Column(name: "RESULT") { row in
                let result = row.state.result
                return result == "success" ? result : OutcomeWords().reason(result: result, state: row.state)
            },
            Column(name: "JOB") { row in
                row.state.job.map { $0.type.isEmpty ? "\($0.id)" : Printable.oneLine("\($0.type) \($0.id)") } ?? "-"
            },
            Column(name: "INVOCATION") { $0.state.invocationID.isEmpty ? "-" : $0.state.invocationID },
            Column(name: "EXIT") { exit($0.state) },
            Column(name: "COMMAND") { $0.command.isEmpty ? "-" : ShellWord.line($0.command, limit: 200) },
            Column(name: "DIRECTORY") { row in
                row.directory.map { Printable.oneLine($0) } ?? (row.agent == nil ? "-" : "~")
            },
            Column(name: "OUTDATED", paint: paintFreshness) { outdated($0.freshness) },
            Column(name: "DESCRIPTION") { Printable.oneLine($0.state.description) },
        ]
    }

    private func paintFreshness(_ row: StatusReport.Row) -> (String) -> String {
        if row.freshness?.verdict == .outdated { style.warn } else { style.plain }
    }

    /// By what; why is in a line of its own.
    private func outdated(_ freshness: Freshness?) -> String {
        switch freshness?.verdict {
        case .outdated: "by \(freshness?.kinds ?? "")"
        case .unknown: "unknown"
        case .current: "no"
        case nil: "-"
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
