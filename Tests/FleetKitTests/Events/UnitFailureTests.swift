import FleetTestSupport
import Testing

@testable import FleetKit

/// Which of systemd's two ways to tell of a failure is believed, so that each is told once.
@Suite("Failures of units, told once")
struct UnitFailureTests {
    private let directory = FakeDirectory()
    private let folder: EventFolder
    private let home: MosaicHome
    private let unit: UnitName

    init() throws {
        home = MosaicHome(absolute: directory.path + "/home")
        folder = EventFolder(home: home)
        try folder.make()
        unit = try UnitName("mosaic-agent@planner.service")
    }

    private func tell(
        _ environment: [String: String], at seconds: Int64 = 100, boot: String = "b", change: (inout UnitState) -> Void
    ) throws -> FleetEvent? {
        var state = UnitState(name: unit, activeState: "deactivating", subState: "stop-post")
        change(&state)
        return try UnitFailure(unit, environment: environment).event(
            home: home, state: state, time: 1_000, now: BootTime(boot: boot, seconds: seconds), folder: folder)
    }

    private func died(_ invocation: String, at seconds: Int64, boot: String = "b") throws -> FleetEvent? {
        try tell(
            ["SERVICE_RESULT": "exit-code", "EXIT_CODE": "exited", "EXIT_STATUS": "7", "INVOCATION_ID": invocation],
            at: seconds, boot: boot
        ) {
            $0.result = "exit-code"
            $0.mainExit = .init(code: 1, status: 7)
        }
    }

    /// `OnFailure=` on systemd 252 for a unit that is not started again.
    private func failed(
        _ invocation: String, at seconds: Int64, restarts: UInt32 = 0, result: String = "exit-code", said: String = ""
    ) throws -> FleetEvent? {
        try tell(["MONITOR_SERVICE_RESULT": result, "MONITOR_INVOCATION_ID": invocation], at: seconds) {
            $0.activeState = "failed"
            $0.result = result
            $0.restarts = restarts
            $0.statusText = said
            $0.mainExit = .init(code: 1, status: 7)
        }
    }

    @Test func anEndThatIsNoFailureIsNotTold() throws {
        #expect(try tell(["SERVICE_RESULT": "success"]) { _ in } == nil)
        #expect(try tell(["SERVICE_RESULT": "exec-condition"]) { _ in } == nil)
        #expect(UnitFailure.isSuccess(["SERVICE_RESULT": "success"]))
        #expect(!UnitFailure.isSuccess(["SERVICE_RESULT": "signal"]) && !UnitFailure.isSuccess([:]))
    }

    @Test func theDocumentSaysWhoWhatAndWhatToType() throws {
        let event = try #require(try died("i1", at: 100))
        #expect(event.event == .unitFailed && event.agent == "planner" && event.unit == unit.rawValue)
        #expect(event.result == "exit-code" && event.exit == "exit status 7" && event.invocation == "i1")
        #expect(event.summary == "planner: exit status 7" && event.home == home.path)
        #expect(event.next == "journalctl --user-unit=mosaic-agent@planner.service --lines=50")
    }

    @Test func bothWaysTellOfOneRunOnce() throws {
        #expect(try died("i1", at: 100) != nil)
        #expect(try failed("i1", at: 101) == nil)
    }

    @Test func aUnitThatFailsBeforeItHasAProcessIsToldByOnFailure() throws {
        #expect(try failed("i1", at: 100, result: "resources")?.event == .unitFailed)
    }

    @Test func aCrashLoopIsToldAtItsFirstFailureAndWhenSystemdGivesUp() throws {
        var told: [FleetEvent.Kind] = []
        for number in 0..<10 {
            if let event = try died("i\(number)", at: 100 + 2 * Int64(number)) { told.append(event.event) }
        }
        if let event = try failed("i9", at: 119, restarts: 9) { told.append(event.event) }
        #expect(told == [.unitFailed, .unitGaveUp])
    }

    @Test func aStartThatIsRefusedIsGivingUpToo() throws {
        #expect(try failed("i9", at: 119, result: "start-limit-hit")?.event == .unitGaveUp)
    }

    @Test func anAgentThatFailsWhileItIsStoppedHasNotBeenGivenUp() throws {
        #expect(try died("i1", at: 100) != nil)
        #expect(try failed("i1", at: 100, restarts: 3, said: "stopped: exit status 7") == nil)
        #expect(try failed("i1", at: 100, restarts: 3, result: "timeout") == nil)
    }

    @Test func theNextFailureAfterAWhileIsToldAgain() throws {
        #expect(try died("i1", at: 100) != nil)
        #expect(try died("i2", at: 100 + UnitFailure.loop) != nil)
        // Another boot has another clock.
        #expect(try died("i3", at: 5, boot: "c") != nil)
    }

    @Test(arguments: ["", "x", "i1 b", "i1 b 99999999999999999999", "i1 b -5", "\u{0}\u{0} \u{0} 5"])
    func aDamagedNoteIsPassedOver(_ text: String) throws {
        try folder.setText(text, unit.rawValue, in: EventFolder.units)
        #expect(try died("i7", at: 100) != nil)
    }

    @Test func outOfMemoryIsAKindOfItsOwn() throws {
        let event = try tell(["SERVICE_RESULT": "exit-code", "INVOCATION_ID": "i1"]) {
            $0.result = "exit-code"
            $0.statusText = "out of memory: killed by the kernel (SIGKILL)"
            $0.mainExit = .init(code: 1, status: 137)
        }
        #expect(event?.event == .outOfMemory && event?.exit?.contains("out of memory") == true)
    }

    @Test func withoutTheManagerTheEnvironmentIsEnough() throws {
        let failure = UnitFailure(
            unit,
            environment: [
                "SERVICE_RESULT": "signal", "EXIT_CODE": "killed", "EXIT_STATUS": "KILL", "INVOCATION_ID": "i",
            ])
        let event = try failure.event(home: home, state: nil, time: 1, now: nil, folder: folder)
        #expect(event?.exit == "killed by SIGKILL")
    }
}
