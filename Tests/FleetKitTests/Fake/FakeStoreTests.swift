import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Foundation
import Testing

@Suite("Fake state between processes", .timeLimit(.minutes(10)))
struct FakeStoreTests {
    let directory = FakeDirectory()

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.path + "/" + name))
    }

    @Test func theFirstScriptComesFromAFile() throws {
        try write(
            """
            [{"name": "h.service"},
             {"name": "a@1.service", "requires": ["h.service"], "after": ["h.service"], "restart": "always",
              "runs": [{"startDelay": 10}, {"exitStatus": 3}]}]
            """, to: "units.json")
        let manager = try FakeServiceManager(directory: directory.path, clock: ManualClock())
        #expect(try manager.loadedUnits(matching: ["a@*.service"]).map(\.rawValue) == ["a@1.service"])
        let agent = try UnitName("a@1.service")
        let commands = [UnitCommand(.start, agent)]
        #expect(try manager.perform(commands, maxParallel: nil, supervisor: Unsupervised()).map(\.isDone) == [true])
        #expect(try manager.states(of: [agent]).first?.requirements == ["h.service"])
    }

    @Test func scriptsSurviveTheirFile() throws {
        var unit = FakeUnit(try UnitName("x.service"), runs: [.fails(.signal(9)), .dies(after: .seconds(1)), .hanging])
        unit.startTimeout = .seconds(3)
        unit.linger = .milliseconds(70)
        unit.livesInside = try UnitName("h.service")
        let copy = try JSONDecoder().decode(FakeUnit.self, from: JSONEncoder().encode(unit))
        #expect(copy == unit)
    }

    @Test(arguments: ["[{\"name\": \"no suffix\"}]", "[{]", "{}"])
    func aBadScriptIsNamed(_ text: String) throws {
        try write(text, to: "units.json")
        let manager = try FakeServiceManager(directory: directory.path)
        let error = #expect(throws: FleetError.self) {
            try manager.perform(
                [UnitCommand(.start, UnitName("x.service"))], maxParallel: nil, supervisor: Unsupervised())
        }
        #expect(error?.message.contains("units.json") == true)
    }

    @Test func whatAKilledProcessLeavesIsNoObstacle() throws {
        let clock = ManualClock()
        let unit = try UnitName("x.service")
        try FakeFleet(directory: directory.path, clock: clock).install(FakeUnit(unit))
        try write("17\n{\"half", to: "state.new")
        let manager = try FakeServiceManager(directory: directory.path, clock: clock)
        _ = try manager.perform([UnitCommand(.start, unit)], maxParallel: nil, supervisor: Unsupervised())
        let path = directory.path + "/events.jsonl"
        let whole = try String(contentsOfFile: path, encoding: .utf8)
        try write(whole + "{\"at\":1,\"wh", to: "events.jsonl")
        #expect(try FakeEventLog(directory: directory.path).sent == ["start x.service"])
    }

    @Test func lookingLeavesNoTrace() throws {
        let manager = try FakeServiceManager(directory: directory.path + "/later")
        #expect(try manager.states(of: [UnitName("x.service")]).map(\.isNotFound) == [true])
        #expect(try manager.loadedUnits(matching: ["*"]).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/later"))
    }

    @Test func aDirectoryThatCannotBeUsedIsNamed() {
        let error = #expect(throws: FleetError.self) {
            try FakeFleet(directory: "/proc/none").install(FakeUnit(UnitName("x.service")))
        }
        #expect(error?.code == .noServiceManager)
        #expect(error?.message.contains("/proc/none") == true)
    }

    /// Real time, and threads with a manager each: they share nothing but the directory, as processes do.
    @Test func unguardedRestartsOverlapAndNoCommandIsLost() async throws {
        let units = try (1...5).map { try UnitName("x\($0).service") }
        try FakeFleet(directory: directory.path).install(
            units.map {
                var unit = FakeUnit($0, runs: [.up(after: .milliseconds(30))])
                unit.startLimitBurst = 0
                return unit
            })
        let path = directory.path
        let ends = await withTaskGroup(of: Int.self) { group in
            for _ in 1...4 {
                group.addTask { await Self.onThread { Self.restart(units, in: path, meeting: 4) } }
            }
            return await group.reduce(0, +)
        }
        #expect(ends == 20)
        let log = try FakeEventLog(directory: path)
        #expect(log.sent.count == 20)
        #expect(log.overlaps().count == 6)
        #expect(try FakeServiceManager(directory: path).states(of: units).filter(\.isActive).count == 5)
    }

    /// A thread of its own: waiting for the others on the test's thread pool could keep them from ever running.
    private static func onThread(_ body: @escaping @Sendable () -> Int) async -> Int {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// The number of outcomes; everybody waits after the first command until all have sent theirs.
    private static func restart(_ units: [UnitName], in path: String, meeting count: Int) -> Int {
        do {
            let manager = try FakeServiceManager(directory: path)
            return try manager.perform(
                units.map { UnitCommand(.restart, $0) }, maxParallel: nil,
                supervisor: Meeting(directory: path, count: count)
            ).count
        } catch {
            Issue.record(error)
            return 0
        }
    }

    private final class Meeting: JobSupervisor {
        let directory: String
        let count: Int
        var hasMet = false
        var commandDescriptor: CInt? { nil }

        init(directory: String, count: Int) {
            self.directory = directory
            self.count = count
        }

        func willSend(_ command: UnitCommand) throws(FleetError) {}

        func handle(_ event: JobEvent) throws(FleetError) {
            guard case .queued = event, !hasMet else { return }
            hasMet = true
            let clock = SystemClock()
            let deadline = clock.now() + .seconds(20)
            while clock.now() < deadline {
                let sent = try FakeEventLog(directory: directory).events.filter { $0.what == .sent }
                if Set(sent.map(\.actor)).count == count { return }
                clock.sleep(for: .milliseconds(2))
            }
            throw FleetError(.io, "the others did not come", hint: "")
        }
    }
}
