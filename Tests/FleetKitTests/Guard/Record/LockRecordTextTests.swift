import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct LockRecordTextTests {
    static let record = LockRecord(
        token: LockToken.random(), owner: FakeProcesses.identity(42),
        request: LockRequest(
            scope: .agents(["planner", "coder"]), command: "mosaic fleet restart planner coder",
            reason: "new \"build\"\n",
            maxHold: .milliseconds(1500), isRun: true),
        acquiredAt: "2026-01-02T03:04:05.678Z", mutex: .kernel)

    private func parse(_ text: String) -> Result<LockRecordText, LockRecordText.Unreadable> {
        Result { () throws(LockRecordText.Unreadable) in try LockRecordText(parsing: Array(text.utf8)) }
    }

    private func reason(_ text: String) -> String? {
        if case .failure(let error) = parse(text) { error.reason } else { nil }
    }

    private func line(_ record: LockRecord = Self.record) throws -> String {
        String(decoding: try LockRecordText.firstLine(record), as: UTF8.self)
    }

    @Test func `A record and its events come back as they were written`() throws {
        let events = [
            ProgressEvent(phase: "drain", done: 1, total: 2, unit: "mosaic-agent@a.service", outcome: "done"),
            ProgressEvent(phase: "holder"),
        ]
        var bytes = try LockRecordText.firstLine(Self.record)
        #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        for event in events { bytes += try LockRecordText.line(event) }
        let read = try LockRecordText(parsing: bytes)
        #expect(read.record == Self.record)
        #expect(read.record.maxHoldSeconds == 1.5)
        #expect(read.events == events)
    }

    @Test func `The whole fleet is the word fleet, as design 5 has it`() throws {
        var record = Self.record
        record.scope = .fleet
        #expect(try line(record).contains(#""scope":"fleet""#))
        #expect(try parse(try line(record)).get().record.scope == .fleet)
    }

    @Test func `Unknown fields are tolerated`() throws {
        let text = try line().replacing("{", with: #"{"fromTheFuture":{"a":[1,2]},"#, maxReplacements: 1)
        #expect(try parse(text).get().record == Self.record)
    }

    @Test func `A torn last line is no event`() throws {
        let text = try line() + #"{"phase":"drain"}"# + "\n" + #"{"phase":"hol"#
        #expect(try parse(text).get().events == [ProgressEvent(phase: "drain")])
    }

    @Test func `A damaged line in the middle hides only itself`() throws {
        let text = try line() + "\u{0}\u{1}{{{\n\n" + #"{"phase":"holder"}"# + "\n"
        #expect(try parse(text).get().events == [ProgressEvent(phase: "holder")])
    }

    @Test func `What is not a record says why`() throws {
        #expect(reason("") == "it is empty")
        #expect(reason("garbage") == "its first line has no end")
        #expect(reason(try String(line().dropLast())) == "its first line has no end")
        #expect(reason("garbage\n") == "its first line is not a lock record")
        #expect(reason("{}\n") == "its first line is not a lock record")
        #expect(reason("\n" + (try line())) == "its first line is not a lock record")
        #expect(reason(String(repeating: " ", count: 70_000) + "\n") == "its first line is too long")
        let huge = String(repeating: "x", count: LockRecordText.maximumBytes + 1)
        #expect(reason(huge) == "it is larger than 4 MiB")
    }

    @Test func `Another version is not guessed at`() throws {
        var record = Self.record
        record.version = 2
        #expect(reason(try line(record)) == "its version is 2, this program supports 1")
    }

    @Test(arguments: [0, -1, Int32.min])
    func `A number that is no process is refused`(_ pid: Int32) throws {
        var record = Self.record
        record.pid = pid
        #expect(reason(try line(record)) == "its pid is not a process number")
    }

    @Test(arguments: [
        "", "x", "../../etc/passwd", "../x", "a/b", "00000000-0000-0000-0000-00000000000g",
        "00000000-0000-0000-0000-0000000000000", "{00000000-0000-0000-0000-000000000000}",
        "/0000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000\u{0}",
        "--------0000-0000-0000-000000000000", "0000000é-0000-0000-0000-000000000000",
    ])
    func `A token that is no UUID never becomes a file name`(_ token: String) throws {
        var record = Self.record
        record.token = token
        #expect(LockToken(token) == nil)
        #expect(reason(try line(record)) == "its token is not a UUID")
    }

    @Test func `A negative or fractional number where none belongs is no record, and no crash`() throws {
        for (field, value) in [("pid", "1e99"), ("processStart", "-1"), ("uid", "-1"), ("pid", "1.5"), ("scope", "7")] {
            let text = try line().replacing(
                try Regex("\"\(field)\":(\\[[^\\]]*\\]|[0-9]+)"), with: "\"\(field)\":\(value)")
            #expect(reason(text) == "its first line is not a lock record", "\(field) \(value)")
        }
    }
}
