import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Running the event command", .timeLimit(.minutes(10)))
struct EventDeliveryTests {
    private let directory = FakeDirectory()
    private let home: MosaicHome
    private let folder: EventFolder

    init() throws {
        home = MosaicHome(absolute: directory.path + "/home")
        folder = EventFolder(home: home)
        try folder.make()
    }

    private func post(_ summaries: String...) throws {
        for (index, summary) in summaries.enumerated() {
            try folder.post(FleetEvent(.takeover, home: home.path, time: Double(index), summary: summary))
        }
    }

    /// - Returns: what was said of the command.
    private func deliver(_ script: String, clock: any OperationClock = SystemClock()) throws -> [String] {
        final class Said { var lines: [String] = [] }
        let said = Said()
        try EventDelivery(
            folder: folder, command: ["/bin/sh", "-c", script, "tell", directory.path],
            environment: ["PATH": "/usr/bin:/bin"], clock: clock, time: { "now" }, note: { said.lines.append($0) }
        ).run(lingering: .zero)
        return said.lines
    }

    private func told() throws -> [String] {
        guard let bytes = SmallFile.read(directory.path + "/told", limit: 1 << 20) else { return [] }
        return try String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            try JSONText(String($0)).object["summary"] as? String ?? ""
        }
    }

    @Test func eachEventIsOneRunWithItsDocument() throws {
        try post("a", "b", "c", "d", "e", "f")
        #expect(try deliver("cat >> \"$1/told\"") == [])
        #expect(try told().sorted() == ["a", "b", "c", "d", "e", "f"])
        #expect(try folder.waiting() == [])
    }

    @Test func aFailureIsSaidOnceUntilTheCommandEndsWell() throws {
        try post("a", "b", "c")
        let said = try deliver("echo no route >&2; exit 3")
        #expect(said.count == 1 && said.first?.contains("exit status 3: no route") == true)
        try post("d")
        #expect(try deliver("exit 3") == [])
        #expect(try folder.text(EventFolder.problem)?.contains("exit status 3: no route") == true)
        try post("e")
        #expect(try deliver("exit 0") == [])
        #expect(try folder.text(EventFolder.problem) == nil)
        try post("f")
        #expect(try deliver("exit 4").count == 1)
    }

    /// An hour passes once as many commands have begun as were told to.
    private final class Hour: OperationClock {
        let path: String
        let count: Int
        init(after count: Int, in path: String) { (self.count, self.path) = (count, path) }

        func now() -> Duration {
            let begun = SmallFile.read(path, limit: 1000).map { $0.count { $0 == UInt8(ascii: "\n") } } ?? 0
            return SystemClock().now() + (begun >= count ? .seconds(3600) : .zero)
        }

        func sleep(for duration: Duration) { SystemClock().sleep(for: duration) }
    }

    @Test func aHangingCommandIsKilledWithItsChildrenAndHoldsNoOtherBack() throws {
        try post("a", "b")
        let pids = directory.path + "/pids"
        let said = try deliver(
            "cat >> \"$1/told\"; sleep 3600 & echo $! >> \"$1/pids\"; wait", clock: Hour(after: 2, in: pids))
        #expect(try told().sorted() == ["a", "b"])
        #expect(said.count == 1 && said.first?.contains("it had not ended after 10s, and was killed") == true)
        let bytes = try #require(SmallFile.read(pids, limit: 1000))
        for word in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let pid = try #require(Int32(word))
            try eventually("its child is gone") { ProcessStat.read(pid)?.hasEnded ?? true }
        }
    }

    @Test func aFloodIsEndedAndSaidOnce() throws {
        try post("a", "b")
        let said = try deliver("exec yes")
        #expect(said.count == 1 && said.first?.contains("wrote more than 1 MiB") == true)
    }

    @Test func whatIsLeftInTheBackgroundIsNotWaitedFor() throws {
        try post("a")
        #expect(try deliver("sleep 3600 & exit 0") == [])
    }

    @Test func aProgramThatIsNotThereIsSaid() throws {
        try post("a", "b")
        final class Said { var lines: [String] = [] }
        let said = Said()
        try EventDelivery(
            folder: folder, command: ["/nonexistent/tell"], environment: [:], time: { "now" },
            note: { said.lines.append($0) }
        ).run(lingering: .zero)
        #expect(said.lines.count == 1 && said.lines.first?.contains("cannot be started") == true)
        #expect(try folder.waiting() == [])
    }
}
