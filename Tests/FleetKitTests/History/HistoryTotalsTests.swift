import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Counters that outlive the files that they are made of.
@Suite("The history's totals")
struct HistoryTotalsTests {
    private let directory = FakeDirectory()
    private var home: String { directory.path + "/home" }
    private var folder: String { home + "/fleet/" }

    private func record(_ kind: HistoryRecord.Kind, _ result: String, waited: Int64 = 0) -> HistoryRecord {
        var record = HistoryRecord(
            kind, by: ProcessIdentity(pid: 7, start: 1, pidNamespace: 1, bootID: "b", host: "h", uid: 1),
            command: "mosaic fleet restart", reason: nil, scope: .fleet, startedAt: "2026-01-01T00:00:00.000Z",
            endedAt: "2026-01-01T00:00:00.000Z", result: result)
        record.waited = waited
        return record
    }

    @Test func eachRecordCountsOnceAcrossAnyNumberOfFiles() throws {
        // A few records to a file.
        let file = HistoryFile(home: home, limit: 2000)
        for number in 1...60 {
            try file.append(record(.restart, number % 3 == 0 ? "failed" : "done", waited: 10))
            if number % 10 == 0 { try file.append(record(.takeover, "abandoned")) }
            let totals = try file.totals()
            #expect(totals.restarts["failed"] == Int64(number / 3), "\(number)")
            #expect(totals.restarts["done"] == Int64(number - number / 3), "\(number)")
            #expect(totals.takeovers["takeover"] == Int64(number / 10))
            #expect(totals.waits == Int64(number) && totals.waitedMilliseconds == 10 * Int64(number))
        }
        // More was thrown away than is there.
        #expect(try History.read(file).records.count < 30)
    }

    @Test func aCrashBetweenTheCountingAndTheRenameCountsNothingTwice() throws {
        let file = HistoryFile(home: home, limit: 2000)
        for _ in 1...20 { try file.append(record(.restart, "done")) }
        #expect(access(folder + HistoryFile.oldName, F_OK) == 0)
        let descriptor = open(home + "/fleet", O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        for _ in 1...3 { try file.countOlder(descriptor) }
        #expect(try file.totals().restarts["done"] == 20)
        for _ in 1...20 { try file.append(record(.restart, "done")) }
        #expect(try file.totals().restarts["done"] == 40)
    }

    @Test func damagedTotalsBeginAnew() throws {
        let file = HistoryFile(home: home, limit: 2000)
        for _ in 1...40 { try file.append(record(.restart, "done")) }
        try ScriptedHome.write("{\"restarts\":", to: folder + HistoryFile.totalsName)
        let totals = try #require(try file.totals().restarts["done"])
        #expect(totals > 0 && totals < 40)
        try file.append(record(.restart, "done"))
        #expect(try file.totals().restarts["done"] == totals + 1)
    }

    @Test func hugeNumbersDoNotTrap() throws {
        var totals = try #require(
            HistoryTotals(
                text: Array(
                    "{\"restarts\":{\"done\":9223372036854775807},\"waits\":9223372036854775807,\"waitedMilliseconds\":-5,\"takeovers\":{}}"
                        .utf8)))
        totals.add(record(.restart, "done", waited: .max))
        #expect(totals.restarts["done"] == .max && totals.waits == .max)
        totals.add(record(.restart, "a\"} 1\n# EOF"))
        #expect(totals.restarts["other"] == 1)
    }

    @Test func withoutAHistoryThereAreZeros() throws {
        let totals = try HistoryFile(home: home).totals()
        #expect(totals.restarts["done"] == 0 && totals.takeovers == ["takeover": 0, "eviction": 0, "break": 0])
        #expect(access(home, F_OK) != 0)
    }
}
