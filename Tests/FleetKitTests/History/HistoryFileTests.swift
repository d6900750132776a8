import FleetTestSupport
import FoundationEssentials
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The history's file: whole lines or none, whatever is there already.
@Suite struct HistoryFileTests {
    /// A mosaic home of the test's own.
    private final class Home {
        let arena: Arena
        var file: HistoryFile { HistoryFile(home: arena.home) }
        var path: String { file.path }
        var old: String { path + ".1" }

        init() throws {
            arena = try Arena()
            _ = try arena.calls()
        }

        func write(_ bytes: [UInt8]) throws { try ScriptedHome.write(bytes, to: path) }
        var text: String { TestProcess.contents(path) }
    }

    static func record(_ result: String = "done", reason: String? = nil, units: Int = 0) -> HistoryRecord {
        var record = HistoryRecord(
            .restart, by: FakeProcesses.identity(7), command: "mosaic fleet restart", reason: reason, scope: .fleet,
            startedAt: "2026-11-24T10:00:00.000Z", endedAt: "2026-11-24T10:00:02.000Z", result: result)
        record.token = LockToken.random().rawValue
        record.units = (0..<units).map {
            HistoryRecord.Unit(
                unit: "mosaic-agent@a\($0).service", outcome: $0 == units - 1 ? "failed" : "done",
                spans: [.init("stop", from: 0, to: 5, outcome: "done"), .init("start", from: 9, to: 12)])
        }
        return record
    }

    @Test func `What is appended is read, newest last`() throws {
        let home = try Home()
        let records = [Self.record(reason: "one\ntwo\u{1B}[31m"), Self.record("failed", units: 3)]
        for record in records { try home.file.append(record) }
        let history = try History.read(home.file)
        #expect(history.records == records)
        #expect(history.unreadable == 0)
        #expect(home.text.split(separator: "\n").count == 2)
    }

    @Test func `A torn last line costs itself and nothing else`() throws {
        let home = try Home()
        try home.file.append(Self.record("done"))
        let whole = Array(home.text.utf8)
        for cut in [1, whole.count / 2, whole.count - 1] {
            try home.write(whole + whole.prefix(cut))
            try home.file.append(Self.record("failed"))
            let history = try History.read(home.file)
            // The line without its newline is whole.
            let isWhole = cut == whole.count - 1
            #expect(history.records.map(\.result) == (isWhole ? ["done", "done", "failed"] : ["done", "failed"]))
            #expect(history.unreadable == (isWhole ? 0 : 1))
        }
    }

    @Test func `A full file is put aside, and both are read`() throws {
        let home = try Home()
        let file = HistoryFile(home: home.arena.home, limit: 2000)
        for number in 1...30 { try file.append(Self.record("\(number)")) }
        let sizes = [home.path, home.old].map { TestProcess.contents($0).utf8.count }
        #expect(sizes.allSatisfy { $0 > 0 && $0 <= 2000 })
        let results = try History.read(file).records.map(\.result)
        #expect(results.count > 3)
        #expect(results == (1...30).suffix(results.count).map { "\($0)" })
    }

    @Test func `A line that is too long leaves units out, the failed ones last`() throws {
        let home = try Home()
        try home.file.append(Self.record(units: 5000))
        let record = try #require(try History.read(home.file).records.first)
        #expect(record.units.count + (record.omitted ?? 0) == 5000)
        #expect(record.units.contains { $0.outcome == "failed" })
        #expect(home.text.utf8.count <= HistoryRecord.maximumBytes)
    }

    static let strangers = ["link", "pipe", "folder", "writable"]

    @Test(arguments: strangers) func `What somebody else could have put there is refused, and not followed`(
        _ kind: String
    ) throws {
        let home = try Home()
        let other = home.arena.home + "/other"
        switch kind {
        case "link":
            try ScriptedHome.write("", to: other)
            symlink(other, home.path)
        case "pipe": mkfifo(home.path, 0o600)
        case "folder": try ScriptedHome.makeFolder(home.path)
        case "writable":
            try home.write([])
            chmod(home.path, 0o666)
        default: try #require(Bool(false), "no such kind: \(kind)")
        }
        let error = failure { try home.file.append(Self.record()) }
        #expect(error != nil)
        #expect(error?.message.contains(home.path) == true)
        #expect(TestProcess.contents(other).isEmpty)
        if kind != "folder" { #expect([.unsafeHome, .io].contains(error?.code)) }
    }

    /// Root may write what is read-only for others.
    @Test func `A folder that is read-only is an error that names the file, but for root`() throws {
        let home = try Home()
        home.arena.close()
        let error = failure { try home.file.append(Self.record()) }
        home.arena.reopen()
        if geteuid() == 0 {
            #expect(error == nil)
            #expect(try History.read(home.file).records.count == 1)
        } else {
            #expect(error?.message.contains(home.path) == true && [.unsafeHome, .io].contains(error?.code))
        }
    }

    @Test func `A writer that is stopped with the file locked does not stop the others`() throws {
        let home = try Home()
        try home.file.append(Self.record("one"))
        let holder = open(home.path, O_RDWR | O_CLOEXEC)
        defer { close(holder) }
        #expect(flock(holder, LOCK_EX) == 0)
        try home.file.append(Self.record("two"))
        #expect(try History.read(home.file).records.map(\.result) == ["one", "two"])
    }

    @Test func `No file is an empty history`() throws {
        let home = try Home()
        #expect(try History.read(home.file).records.isEmpty)
        #expect(failure { try History.find("last", in: home.file) }?.code == .usage)
    }

    static let hostile: [String] = [
        "", "\n\n\n", "null", "[]", "{}", "{\"version\":1}", String(repeating: "[", count: 100_000),
        "{\"version\":2}", "\u{0}\u{1}\u{2}", String(repeating: "x", count: 1_000_000),
        "{\"version\":1,\"milliseconds\":99999999999999999999999}",
    ]

    @Test(arguments: hostile.indices) func `Nothing in the file stops the reader`(_ index: Int) throws {
        let home = try Home()
        try home.write(Array(Self.hostile[index].utf8))
        try home.file.append(Self.record("after"))
        #expect(try History.read(home.file).records.map(\.result) == ["after"])
    }

    @Test func `Any mutation of a record is read or passed over, and can be drawn`() throws {
        var random = SeededRandom(seed: 20_261_128)
        var record = Self.record(units: 4)
        record.phases = [.init("settle", from: 3, to: 8)]
        let line = try record.line()
        for _ in 0..<3000 {
            var bytes = line
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: Array("9223372036854775807".utf8), at: place)
                }
            }
            guard let read = HistoryRecord.parse(bytes.dropLast()) else { continue }
            #expect(read.phases.allSatisfy { 0 <= $0.from && $0.from <= $0.to })
            #expect(!HistoryWords.sentence(read).contains("\u{1B}"))
        }
    }

    @Test func `Times that cannot be are brought into a range`() throws {
        let text = String(decoding: try Self.record(units: 1).line(), as: UTF8.self)
            .replacing("\"from\":0,\"outcome\":\"done\",\"to\":5", with: "\"from\":9223372036854775807,\"to\":-5")
            .replacing("\"milliseconds\":0", with: "\"milliseconds\":-9223372036854775808")
        let record = try #require(HistoryRecord.parse(Array(text.utf8.dropLast())))
        let span = try #require(record.units.first?.spans.first)
        #expect(span.from <= span.to)
        #expect(record.milliseconds == 0)
    }

    @Test func `Failed ones, an agent's and the last ones are chosen`() throws {
        let home = try Home()
        for (result, count) in [("done", 2), ("failed", 3), ("done", 0)] {
            try home.file.append(Self.record(result, units: count))
        }
        var query = History.Query()
        query.onlyFailed = true
        #expect(try History.read(home.file, query).records.map(\.result) == ["failed"])
        query = History.Query()
        query.units = ["mosaic-agent@a1.service"]
        #expect(try History.read(home.file, query).records.map(\.units.count) == [2, 3])
        query = History.Query()
        query.limit = 1
        #expect(try History.read(home.file, query).records.map(\.units.count) == [0])
        query = History.Query()
        query.since = Timestamp.parse("2026-11-24T10:00:03Z")
        #expect(try History.read(home.file, query).records.isEmpty)
    }

    @Test func `A record is found by the beginning of its token`() throws {
        let home = try Home()
        let record = Self.record()
        try home.file.append(Self.record())
        try home.file.append(record)
        #expect(try History.find(String(try #require(record.token).prefix(9)), in: home.file) == record)
        #expect(try History.find("last", in: home.file) == record)
        #expect(failure { try History.find("a", in: home.file) }?.code == .usage)
        #expect(failure { try History.find("nosuchtoken", in: home.file) }?.code == .usage)
    }
}

extension Arena {
    /// Nothing can be made in the fleet's folder until it is open again.
    fileprivate func close() { chmod(home + "/fleet", 0o500) }
    fileprivate func reopen() { chmod(home + "/fleet", 0o700) }
}
