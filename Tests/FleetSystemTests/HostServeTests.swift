import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `mosaic fleet host serve` as a station's ssh runs it: real processes over a scripted manager.
@Suite("Host serve", .timeLimit(.minutes(5)))
struct HostServeTests {
    private static let id = "11111111-2222-3333-4444-555555555555"

    private func request(_ action: String, _ commands: [[String]] = [], id: String = id, version: Int = 1) -> String {
        let lists = commands.map { "[" + $0.map { "\"\($0)\"" }.joined(separator: ",") + "]" }.joined(separator: ",")
        return
            "{\"protocol\":\(version),\"action\":\"\(action)\",\"id\":\"\(id)\",\"commands\":[\(lists)],\"author\":\"me\"}\n"
    }

    /// The request is a file: what reads it sees its end.
    private func serve(_ home: ScriptedHome, _ request: String) throws -> TestProcess {
        let file = home.folder.path + "/request"
        try ScriptedHome.write(request, to: file)
        return try home.mosaic("host", "serve", wrapper: ["/bin/sh", "-c", "exec \"$@\" <\(file)", "sh"])
    }

    private func frames(_ process: TestProcess) throws -> [HostFrame] {
        #expect(try process.wait() == .exit(0), "\(process.errors)")
        return try Self.frames(process.output)
    }

    private static func frames(_ text: String) throws -> [HostFrame] {
        try text.split(separator: "\n").map { line in
            try #require(HostFrame(line: Array(line.utf8)), "\(line)")
        }
    }

    @Test("The first frame is a hello with version, id and identity; the last a bye") func hello() throws {
        let home = try ScriptedHome()
        let frames = try frames(serve(home, request("ask")))
        #expect(frames.map(\.kind) == [.hello, .health, .bye])
        #expect(frames[0].protocol == 1 && frames[0].id == Self.id)
        #expect(frames[0].version?.isEmpty == false)
        #expect(HostIdentity.isOne(frames[0].identity ?? ""))
        #expect(frames[1].health?.isHealthy == true && frames[1].health?.lock == "free")
        #expect((frames[1].health?.active, frames[1].health?.total) == (4, 4))
        #expect((frames[1].health?.outdated, frames[1].health?.unknown) == (0, 3), "no agent here has a record")
    }

    @Test("A restart is accepted before it acts, told to its end, and never done again") func restart() throws {
        let home = try ScriptedHome()
        let begin = request("begin", [["restart", "--stable-for", "0"]])
        let first = try frames(serve(home, begin))
        #expect(first.first?.kind == .hello && first.last?.kind == .bye)
        #expect(first.map(\.kind).firstIndex(of: .accepted) == 1)
        #expect(first.last { $0.kind == .state }?.state == .ended)
        #expect(first.last { $0.kind == .state }?.status == 0)
        let sent = try home.sent().count
        #expect(sent > 0)
        let second = try frames(serve(home, begin))
        #expect(!second.contains { $0.kind == .accepted })
        #expect(second.first { $0.kind == .state }?.status == 0)
        #expect(try home.sent().count == sent)
        let followed = try frames(serve(home, request("follow")))
        #expect(followed.first { $0.kind == .state }?.state == .ended)
        let settled = try frames(serve(home, request("settle")))
        #expect(settled.map(\.kind) == [.hello, .state, .health, .bye])
    }

    @Test("An operation that was settled first is refused for good") func void() throws {
        let home = try ScriptedHome()
        let settled = try frames(serve(home, request("settle")))
        #expect(settled.first { $0.kind == .state }?.state == .void)
        let begun = try frames(serve(home, request("begin", [["restart"]])))
        #expect(begun.first { $0.kind == .state }?.state == .void)
        #expect(!begun.contains { $0.kind == .accepted })
        #expect(try home.sent().isEmpty)
    }

    @Test("A beginning names the generation that the hello said, or is refused") func generation() throws {
        let home = try ScriptedHome()
        try ScriptedHome.makeFolder(home.path + "/fleet/operations")
        try ScriptedHome.write("3 2\n", to: home.path + "/fleet/operations/.generations")
        #expect(try frames(serve(home, request("ask"))).first?.generation == 3)
        let begin = request("begin", [["restart", "--stable-for", "0"]])
        let old = try frames(serve(home, begin))
        #expect(old.contains { $0.kind == .refused && $0.message?.contains("older than") == true })
        #expect(try home.sent().isEmpty)
        let new = try frames(serve(home, begin.replacing("\"action\"", with: "\"generation\":3,\"action\"")))
        #expect(new.contains { $0.kind == .accepted })
    }

    @Test("It goes on when its reader and its session are gone, and the end is written down") func readerGone() throws {
        let home = try ScriptedHome(pace: .slow)
        let file = home.folder.path + "/request"
        try ScriptedHome.write(request("begin", [["restart", "--stable-for", "200ms"]]), to: file)
        // `head` leaves after the second line; then the shell that led the session is hung up.
        let process = try home.mosaic(
            "host", "serve", wrapper: ["/bin/sh", "-c", "\"$@\" <\(file) | head -n 3", "sh"])
        _ = try process.wait()
        let ended = try eventually("the operation ended", within: .seconds(30)) { () -> HostFrame? in
            let frames = try self.frames(self.serve(home, self.request("follow")))
            return frames.first { $0.kind == .state && $0.state == .ended }
        }
        #expect(ended.status == 0)
        #expect(!home.lockExists)
    }

    @Test("Killed with its keeper gone, an operation ends under its guard and is told as ended") func keeperKilled()
        throws
    {
        let home = try ScriptedHome(pace: .slow)
        let process = try serve(home, request("begin", [["restart", "--stable-for", "200ms"]]))
        try process.waitForOutput("accepted")
        try eventually("its program acts") { home.lockExists }
        process.signal(SIGKILL)
        let ended = try eventually("the operation ended", within: .seconds(30)) { () -> HostFrame? in
            let frames = try self.frames(self.serve(home, self.request("follow")))
            return frames.first { $0.kind == .state && $0.state == .ended }
        }
        #expect(ended.status == nil)
        #expect(!home.lockExists, "it was told as ended while its program ran")
        let settled = try frames(serve(home, request("settle")))
        #expect(settled.first { $0.kind == .health }?.health?.isHealthy == true)
    }

    @Test("A failure's words and its status come through") func failure() throws {
        let home = try ScriptedHome()
        var unit = FakeUnit.agent(home.agents[1], in: home.holder, runs: [.fails(.status(7))])
        unit.restart = .no
        try home.fleet.install(unit)
        let frames = try frames(serve(home, request("begin", [["restart", "--stable-for", "0"]])))
        #expect(frames.first { $0.kind == .state }?.status == 1)
        #expect(frames.contains { $0.kind == .progress && $0.text?.contains("a2") == true })
        let later = try self.frames(serve(home, request("follow")))
        #expect(later.contains { $0.kind == .progress && $0.text?.contains("a2") == true }, "for one that was away")
        let settled = try self.frames(serve(home, request("settle")))
        #expect(settled.first { $0.kind == .health }?.health?.isHealthy == false)
    }

    @Test("A command under the lock, with its output and its exit status") func run() throws {
        let home = try ScriptedHome()
        let frames = try frames(
            serve(home, request("begin", [["lock", "run", "--", "/bin/sh", "-c", "echo said; cat; exit 7"]])))
        #expect(frames.contains { $0.text == "said" })
        #expect(frames.first { $0.kind == .state }?.status == 7)
    }

    @Test("Commands that only read are answered; nothing else is") func questions() throws {
        let home = try ScriptedHome()
        let answered = try frames(
            serve(home, request("ask", [["status", "--json"], ["restart", "--dry-run"], ["history"]])))
        #expect(answered.map(\.kind) == [.hello, .document, .document, .document, .bye])
        #expect(answered.filter { $0.kind == .document }.map(\.index) == [0, 1, 2])
        for words in [
            ["restart"], ["stop"], ["doctor", "--fix"], ["lock", "break"], ["logs", "-f"],
            ["restart", "--", "--dry-run"], [],
        ] {
            let refused = try frames(serve(home, request("ask", [words])))
            #expect(refused.contains { $0.kind == .refused && $0.code == "usage" }, "\(words)")
        }
        for words in [["stop"], ["init"], ["lock", "break", "--force"], []] {
            let refused = try frames(serve(home, request("begin", [words])))
            #expect(refused.contains { $0.kind == .refused } && !refused.contains { $0.kind == .accepted }, "\(words)")
        }
        #expect(try home.sent().isEmpty)
    }

    @Test("What is no request is refused after the hello, so that a newer station learns the version")
    func garbage() throws {
        let home = try ScriptedHome()
        let long = "{\"x\":\"" + String(repeating: "y", count: 70_000) + "\"}\n"
        for text in ["", "\n", "hello\n", "[]\n", "{\"protocol\":1}\n", long, request("dance"), "\u{0}\u{1}\n"] {
            let frames = try frames(serve(home, text))
            #expect(frames.map(\.kind) == [.hello, .refused, .bye])
        }
        let newer = try frames(serve(home, request("ask", version: 2)))
        #expect(newer.map(\.kind) == [.hello, .refused, .bye])
        #expect(newer[1].message?.contains("protocol 2") == true)
        let badID = try frames(serve(home, request("begin", [["restart"]], id: "../../x")))
        #expect(badID.contains { $0.kind == .refused })
        #expect(try home.sent().isEmpty)
    }
}
