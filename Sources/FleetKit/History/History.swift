package import FleetGuard

/// What has happened to the fleet, as far as it was written down.
package struct History: Sendable {
    package struct Query: Sendable {
        /// Seconds since 1970; records that ended before are left out.
        package var since: Double?
        /// Only what touched one of these units.
        package var units: Set<String>?
        /// Agents as a scope names them, for operations that ended before they touched a unit.
        package var agents: Set<String> = []
        package var onlyFailed = false
        package var limit: Int?
        /// Only the newest lines, so many of each file: decoding is what costs.
        package var lines: Int?

        package init() {}
    }

    /// Newest last.
    package var records: [HistoryRecord]
    /// Lines that are not records: torn, damaged, or of a later version.
    package var unreadable: Int

    /// More than two files of the usual size; a larger one was not written by us.
    private static let readLimit = 8 << 20

    /// - Throws: `.unsafeHome`, `.io`.
    package static func read(_ file: HistoryFile, _ query: Query = Query()) throws(FleetError) -> History {
        var found: [HistoryRecord] = []
        var unreadable = 0
        // From the end: decoding is what costs, and most want the last few.
        for content in try file.contents(atMost: readLimit).reversed() {
            let lines = content.split(separator: UInt8(ascii: "\n")).reversed()
            for line in lines.prefix(query.lines ?? lines.count) {
                if let limit = query.limit, found.count >= limit { break }
                guard let record = HistoryRecord.parse(line) else {
                    unreadable += 1
                    continue
                }
                if query.selects(record) { found.append(record) }
            }
        }
        return History(records: found.reversed(), unreadable: unreadable)
    }

    /// The one record that `text` names: `last` is the last operation, else a token or the beginning of one.
    /// - Throws: `.usage` when it names none or several; `.unsafeHome`, `.io`.
    package static func find(_ text: String, in file: HistoryFile) throws(FleetError) -> HistoryRecord {
        let shown = "'\(Printable.oneLine(text))'"
        // What happened to the lock on the way to it has no timeline.
        let operations = try read(file).records.filter(\.isOperation)
        if text == "last" {
            guard let last = operations.last else {
                throw FleetError(
                    .usage, "the history has no restart yet (\(Printable.oneLine(file.path)))",
                    hint: "it begins with the next 'mosaic fleet restart'")
            }
            return last
        }
        let wanted = text.lowercased()
        let matching = operations.filter { $0.token?.begins(with: wanted) == true }
        guard wanted.count >= 4, let first = matching.last else {
            throw FleetError(
                .usage, "no record in the history has the token \(shown)",
                hint: "give a token from 'mosaic fleet history', at least its first 4 characters, or 'last'")
        }
        guard matching.allSatisfy({ $0.token == first.token }) else {
            throw FleetError(
                .usage, "several records in the history have tokens that begin with \(shown)",
                hint: "give more characters of the token")
        }
        return first
    }
}

extension History.Query {
    func selects(_ record: HistoryRecord) -> Bool {
        if let since, let ended = Timestamp.parse(record.endedAt), ended < since { return false }
        if onlyFailed && record.isWell { return false }
        guard let units else { return true }
        if record.units.contains(where: { units.contains($0.unit) }) { return true }
        if case .agents(let names) = record.scope { return !agents.isDisjoint(with: names) }
        return false
    }
}
