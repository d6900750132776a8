internal import FleetGuard
internal import FleetKit

/// `history` for people: a line for each record, the newest last; and what stands around a timeline.
struct HistoryText {
    let records: [HistoryRecord]
    let style: Style
    /// Lines are cut here; nil: not at all.
    let width: Int?

    func render() -> String {
        var table = Table(
            header: ["WHEN", "WHO", "WHAT", "RESULT", "TOOK", "WAITED", "UNITS OK", "TOKEN", "WHY"],
            rightAligned: [4, 5, 6], expendable: [5, 6, 4], paint: style.bold)
        for record in records {
            let result = Printable.oneLine(record.result, limit: 24)
            let isOperation = record.isOperation
            let token = (record.token ?? record.owner?.token ?? "-").prefix(8)
            let paint = record.isWell ? style.good : isOperation ? style.bad : style.warn
            table.add([
                Table.Cell(Self.when(record)),
                Table.Cell(Printable.oneLine(record.who ?? Author.user(record.uid), limit: 60)),
                Table.Cell(Printable.oneLine(record.kind, limit: 12)),
                Table.Cell(result, paint: paint),
                Table.Cell(isOperation ? Self.time(record.milliseconds) : "-"),
                Table.Cell(
                    isOperation && (record.waited >= 400 || record.waitedFor != nil) ? Self.time(record.waited) : "-"),
                Table.Cell(Self.units(record)),
                Table.Cell(Printable.oneLine(String(token))),
                Table.Cell(Self.why(record)),
            ])
        }
        return table.render(width: width)
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
