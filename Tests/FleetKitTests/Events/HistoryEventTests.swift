import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("What of the history is told")
struct HistoryEventTests {
    private func event(
        _ kind: HistoryRecord.Kind, _ result: String, token: String? = "t",
        change: (inout HistoryRecord) -> Void = { _ in }
    ) -> FleetEvent? {
        var record = HistoryRecord(
            kind,
            by: ProcessIdentity(pid: 7, start: 1, pidNamespace: 1, bootID: "b", host: "h", uid: 1),
            command: "mosaic fleet restart", reason: "why", scope: .fleet, startedAt: "", endedAt: "", result: result)
        record.token = token
        record.phases = [.init("drain", from: 0, to: 1)]
        record.who = "alice (pts/3)"
        change(&record)
        return FleetEvent(record, home: MosaicHome(absolute: "/h"), time: 0, commands: NextCommands())
    }

    @Test(arguments: [
        (HistoryRecord.Kind.restart, "failed", FleetEvent.Kind.restartFailed),
        (.restart, "unit-failed", .restartFailed),
        (.restart, "terminated", .restartFailed), (.restart, "io", .restartFailed),
        (.restart, "evicted", .restartEvicted), (.restart, "halted", .restartHalted),
        (.run, "evicted", .restartEvicted), (.heal, "failed", .restartFailed),
        (.takeover, "abandoned", .takeover), (.eviction, "stalled", .takeover),
    ])
    func told(_ kind: HistoryRecord.Kind, _ result: String, _ expected: FleetEvent.Kind) {
        #expect(event(kind, result)?.event == expected)
    }

    @Test(arguments: [
        (HistoryRecord.Kind.restart, "done"), (.restart, "joined"), (.restart, "interrupted"), (.run, "failed"),
        (.start, "failed"), (.stop, "failed"), (.break, "held"),
    ])
    func notTold(_ kind: HistoryRecord.Kind, _ result: String) { #expect(event(kind, result) == nil) }

    @Test func whatNeverHadTheLockDidNothing() { #expect(event(.restart, "busy", token: nil) == nil) }

    @Test func aHealThatOnlySaysThatAUnitRestsIsNoFailure() {
        #expect(event(.restart, "failed") { $0.phases = [] } == nil)
        #expect(
            event(.restart, "failed") {
                $0.phases = []
                $0.error = "the disk is full"
            } != nil)
    }

    @Test func theTakenRestartIsNamed() {
        let event = event(.takeover, "abandoned", token: nil) {
            $0.owner = .init(
                pid: 5, command: "mosaic fleet restart x", token: "old", reason: "r", progress: "phase drain 1/2")
        }
        #expect(event?.restart == "old" && event?.reason == "r" && event?.who == "alice (pts/3)")
        #expect(event?.summary.contains("from pid 5 (mosaic fleet restart x)") == true)
        #expect(event?.summary.contains("phase drain 1/2") == true)
        #expect(event?.command == "mosaic fleet restart x", "the owner's, as the token is")
    }

    @Test func whatFailedIsLookedUpByItsToken() {
        #expect(event(.restart, "failed")?.next == "mosaic fleet history t")
        #expect(event(.heal, "failed")?.next == "mosaic fleet history t")
        #expect(event(.restart, "halted")?.next == "mosaic fleet history t")
    }
}
