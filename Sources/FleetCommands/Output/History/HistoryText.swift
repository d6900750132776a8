internal import FleetGuard
internal import FleetKit

/// `history` for people: a line for each record, the newest last; and what stands around a timeline.
struct HistoryText {
    let records: [HistoryRecord]
    let style: Style
    /// Lines are cut here; nil: not at all.
    let width: Int?

    private typealias Column = Table<HistoryRecord>.Column

    func render() -> String {
        let columns = [
            Column(name: "WHEN") { Self.when($0) },
            Column(name: "WHO") { Printable.oneLine($0.who ?? Author.user($0.uid), limit: 60) },
            Column(name: "WHAT") { Printable.oneLine($0.kind, limit: 12) },
            Column(name: "RESULT", paint: paint) { Printable.oneLine($0.result, limit: 24) },
            Column(name: "TOOK", isRightAligned: true) { $0.isOperation ? Self.time($0.milliseconds) : "-" },
            Column(name: "WAITED", isRightAligned: true) {
                $0.isOperation && ($0.waited >= 400 || $0.waitedFor != nil) ? Self.time($0.waited) : "-"
            },
            Column(name: "UNITS OK", isRightAligned: true) { Self.units($0) },
            Column(name: "TOKEN") { Printable.oneLine(String(($0.token ?? $0.owner?.token ?? "-").prefix(8))) },
            Column(name: "WHY") { Self.why($0) },
        ]
        return Table(columns: columns, expendable: ["WAITED", "UNITS OK", "TOOK"], paint: style.bold)
            .lines(records, width: width).map(\.text).joined(separator: "\n")
    }

    private func paint(_ record: HistoryRecord) -> (String) -> String {
        if record.isWell { style.good } else if record.isOperation { style.bad } else { style.warn }
    }

    /// What stands above a timeline.
    static func heading(_ record: HistoryRecord, style: Style) -> String {
        let sentence = HistoryWords.sentence(record)
        return "\(style.bold(when(record)))  \(sentence.prefix(1).uppercased() + sentence.dropFirst())"
    }

    /// What stands below it.
    static func rest(_ record: HistoryRecord) -> [String] {
        var lines: [String] = []
        if let omitted = record.omitted { lines.append("\(omitted) more units are not in the record.") }
        if let error = record.error { lines.append("Error: \(Printable.oneLine(error, limit: 1000))") }
        lines.append("Who: \(Printable.oneLine(record.who ?? Author.user(record.uid), limit: 100)), pid \(record.pid)")
        lines.append("Command: \(Printable.oneLine(record.command, limit: 1000))")
        if let token = record.token { lines.append("Token: \(Printable.oneLine(token, limit: 40))") }
        if let outer = record.outer { lines.append("Inside the lock run \(Printable.oneLine(outer, limit: 40))") }
        return lines
    }

    /// In local time; a time that is none stands as it is written.
    private static func when(_ record: HistoryRecord) -> String {
        guard let seconds = Timestamp.parse(record.startedAt) else {
            return Printable.oneLine(record.startedAt, limit: 24)
        }
        return LocalTime.ofDayWithDate(seconds)
    }

    /// `20/21`: well, of all.
    private static func units(_ record: HistoryRecord) -> String {
        guard !record.units.isEmpty else { return "-" }
        let well = record.units.filter { $0.outcome == "done" }.count
        return "\(well)/\(record.units.count)" + (record.omitted == nil ? "" : "+")
    }

    private static func why(_ record: HistoryRecord) -> String {
        switch HistoryRecord.Kind(rawValue: record.kind) {
        case .takeover: "from \(HistoryWords.party(record.owner))"
        case .eviction, .break: "of \(HistoryWords.party(record.owner))"
        case .run: record.reason.map { Printable.oneLine($0) } ?? Printable.oneLine(record.command)
        case .restart, .heal, .start, .stop, nil:
            [record.scope == .fleet ? nil : record.scope.words, record.reason.map { Printable.oneLine($0) }]
                .compactMap { $0 }.joined(separator: ": ")
        }
    }

    private static func time(_ milliseconds: Int64) -> String { DurationText.human(.milliseconds(milliseconds)) }
}

extension JSONObject {
    /// `history --json`.
    /// - Parameter unreadable: lines that were skipped.
    static func history(_ records: [HistoryRecord], unreadable: Int) -> Self {
        ["schemaVersion": 1, "records": records, "unreadable": unreadable]
    }
}
