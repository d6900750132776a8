internal import FleetGuard
internal import FoundationEssentials

/// What the history counts up to, also of records that it has thrown away since: counters must not go down.
package struct HistoryTotals: Codable, Sendable, Equatable {
    /// Restarts by their result.
    package var restarts: [String: Int64]
    /// Of restarts and `lock run`s: how many got or gave up the lock, and what they waited for it together.
    package var waits: Int64 = 0
    package var waitedMilliseconds: Int64 = 0
    /// `takeover`, `eviction`, `break`.
    package var takeovers: [String: Int64]
    /// Of the older file when it was last counted in: it is not counted twice, whenever a crash comes.
    var counted: String?

    /// Results that a dashboard may ask for before the first of them.
    private static let known = ["done", "joined", "failed", "halted", "evicted", "busy"]

    package init() {
        restarts = Dictionary(uniqueKeysWithValues: Self.known.map { ($0, 0) })
        takeovers = Dictionary(
            uniqueKeysWithValues: HistoryRecord.Kind.allCases.filter { !$0.isOperation }.map { ($0.rawValue, 0) })
    }

    mutating func add(lines: [UInt8]) {
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            if let record = HistoryRecord.parse(line) { add(record) }
        }
    }

    mutating func add(_ record: HistoryRecord) {
        switch HistoryRecord.Kind(rawValue: record.kind) {
        case .restart?, .heal?:
            Self.increase(&restarts[Self.word(record.result), default: 0], by: 1)
            fallthrough
        case .run?:
            Self.increase(&waits, by: 1)
            Self.increase(&waitedMilliseconds, by: record.waited)
        case .takeover?, .eviction?, .break?: Self.increase(&takeovers[record.kind, default: 0], by: 1)
        case .start?, .stop?, nil: break
        }
    }

    private static func increase(_ value: inout Int64, by step: Int64) {
        let (sum, overflow) = value.addingReportingOverflow(step)
        value = overflow ? .max : max(0, sum)
    }

    /// A label's value is not to be whatever a damaged line says.
    private static func word(_ result: String) -> String {
        let isPlain = result.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
        }
        return isPlain && (1...32).contains(result.utf8.count) ? result : "other"
    }

    // MARK: As a text

    /// nil for a damaged text: then counting starts again, which is a counter reset.
    init?(text: [UInt8]) {
        do { self = try JSONDecoder().decode(HistoryTotals.self, from: Data(text)) } catch { return nil }
    }

    func text() throws(FleetError) -> [UInt8] {
        try JSONLine.bytes(self, of: "the history's totals")
    }
}
