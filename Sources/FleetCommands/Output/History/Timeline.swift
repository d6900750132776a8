internal import FleetGuard
internal import FleetKit

/// A record as rows of bars, for a terminal and for a picture.
struct Timeline {
    enum Part: String, CaseIterable {
        case wait, stop, holder, settle, restart, start, verify, command

        /// A bar of a terminal without colours.
        var mark: Character {
            switch self {
            case .wait: "."
            case .stop: "x"
            case .holder: "#"
            case .settle: "~"
            case .restart: "%"
            case .start: "="
            case .verify: "+"
            case .command: "="
            }
        }
    }

    struct Bar: Equatable {
        var part: Part
        /// Milliseconds since the operation was asked for.
        var from: Int64
        var to: Int64
        /// Of a command that did not end well.
        var failure: String?
    }

    struct Row: Equatable {
        /// The agent's name, or the unit's.
        var label: String
        var unit: String
        var outcome: String
        /// In the order in which they are drawn: a later one covers an earlier one.
        var bars: [Bar]

        var isWell: Bool { outcome == "done" }
        var isAgent: Bool { unit.begins(with: AgentName.unitPrefix) }
        /// When the unit was where it was to be.
        var end: Int64 { bars.filter { $0.part != .verify }.map(\.to).max() ?? 0 }
    }

    let rows: [Row]
    /// At least 1.
    let milliseconds: Int64
    var parts: [Part] { Part.allCases.filter { part in rows.contains { $0.bars.contains { $0.part == part } } } }

    init(_ record: HistoryRecord) {
        milliseconds = max(1, ([record.milliseconds] + record.phases.map(\.to)).max() ?? 1)
        let wait = record.waited > 0 ? [Bar(part: .wait, from: 0, to: min(record.waited, record.milliseconds))] : []
        let settle = Self.phase("settle", .settle, record)
        let verify = Self.phase("verify", .verify, record)
        var rows = record.units.map { unit in
            let own = unit.spans.map { Self.bar($0, isAgent: unit.unit.begins(with: AgentName.unitPrefix)) }
            return Row(
                label: Self.label(unit.unit), unit: Printable.oneLine(unit.unit),
                outcome: Printable.oneLine(unit.outcome, limit: 40),
                bars: wait + settle + (unit.outcome == "done" ? verify : []) + own)
        }
        if rows.isEmpty {
            let isRun = record.kind == "run" && record.token != nil
            let run = isRun ? [Bar(part: .command, from: record.waited, to: record.milliseconds)] : []
            rows = [
                Row(
                    label: isRun ? "command" : "(no unit)", unit: "",
                    outcome: Printable.oneLine(record.result, limit: 40),
                    bars: wait + run)
            ]
        }
        // The holder's row comes first, whether its command or its agents' went out first.
        self.rows = rows.filter { !$0.isAgent } + rows.filter(\.isAgent)
    }

    private static func phase(_ name: String, _ part: Part, _ record: HistoryRecord) -> [Bar] {
        record.phases.filter { $0.what == name }.map { Bar(part: part, from: $0.from, to: $0.to) }
    }

    private static func bar(_ span: HistoryRecord.Span, isAgent: Bool) -> Bar {
        let part: Part =
            switch span.what {
            case "stop", "drain": .stop
            case "restart" where isAgent: .restart
            case "restart", "holder": .holder
            case "verify": .verify
            case "settle": .settle
            default: .start
            }
        let outcome = span.outcome ?? "done"
        return Bar(
            part: part, from: span.from, to: span.to,
            failure: outcome == "done" ? nil : Printable.oneLine(outcome, limit: 40))
    }

    private static func label(_ unit: String) -> String {
        let short = unit.before(".service")
        return Printable.oneLine(String(short?.after(AgentName.unitPrefix) ?? short ?? unit[...]), limit: 40)
    }
}
