import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Who stopped a unit: the history's `stop` whose time the unit's end lies in.
@Suite struct StopAuthorTests {
    private let arena: Arena
    private var file: HistoryFile { HistoryFile(home: arena.home) }
    private let first = "2026-11-24T10:00:00.000Z"
    private let unit = "mosaic-agent@a0.service"

    init() throws {
        arena = try Arena()
        _ = try arena.calls()
    }

    private func append(
        _ kind: HistoryRecord.Kind, by who: String?, from: String, to: String, unit: String? = nil
    ) throws {
        var record = HistoryRecord(
            kind, by: FakeProcesses.identity(7), command: "mosaic fleet \(kind.rawValue)", reason: "\"kind\":\"stop\"",
            scope: .fleet, startedAt: from, endedAt: to, result: "done")
        record.who = who
        record.units = [.init(unit: unit ?? self.unit, outcome: "done", spans: [])]
        try file.append(record)
    }

    private func report(downAt text: String?, active: String = "inactive") throws -> StatusReport {
        var state = UnitState(name: try UnitName(unit), loadState: "loaded", activeState: active)
        if let text { state.inactiveSince = UInt64(try #require(Timestamp.parse(text)) * 1e6) }
        return StatusReport(rows: [.init(role: .agent, state: state)])
    }

    private func author(downAt text: String?, active: String = "inactive") throws -> String? {
        var report = try report(downAt: text, active: active)
        try StopAuthor(file).add(to: &report)
        return report.rows[0].stop?.author
    }

    @Test func `The stop that lies around the unit's end names its author`() throws {
        try append(.stop, by: "alice (pts/3)", from: first, to: "2026-11-24T10:00:09.000Z")
        try append(.stop, by: "bob", from: "2026-11-24T11:00:00.000Z", to: "2026-11-24T11:00:01.000Z")
        try append(.stop, by: "eve", from: first, to: "2026-11-24T12:00:00.000Z", unit: "mosaic-agent@b.service")
        #expect(try author(downAt: "2026-11-24T10:00:08.000Z") == "alice (pts/3)")
        #expect(try author(downAt: "2026-11-24T11:00:00.500Z") == "bob")
        #expect(try author(downAt: "2026-11-24T10:30:00.000Z") == nil)
        #expect(try author(downAt: first, active: "active") == nil)
    }

    @Test func `Where systemd has forgotten the time, the last that was done to the unit counts`() throws {
        #expect(try author(downAt: nil) == nil)
        try append(.stop, by: "alice", from: first, to: first)
        try append(.start, by: "eve", from: first, to: first, unit: "mosaic-agent@b.service")
        #expect(try author(downAt: nil) == "alice")
        try append(.restart, by: "bob", from: first, to: first)
        #expect(try author(downAt: nil) == nil)
    }

    @Test func `A restart is no stop, and an older record without an author names the user's number`() throws {
        try append(.restart, by: "alice", from: first, to: first)
        #expect(try author(downAt: first) == nil)
        try append(.stop, by: nil, from: first, to: first)
        #expect(try author(downAt: first) == "user \(FakeProcesses.identity(7).uid)")
    }

    @Test func `A watch sees the record that is written after the unit went down`() throws {
        let authors = StopAuthor(file)
        var shown = try report(downAt: first)
        try authors.add(to: &shown)
        #expect(shown.rows[0].stop?.author == nil)
        try append(.stop, by: "alice", from: first, to: "2026-11-24T10:00:30.000Z")
        try authors.add(to: &shown)
        #expect(shown.rows[0].stop?.author == "alice")
    }
}
