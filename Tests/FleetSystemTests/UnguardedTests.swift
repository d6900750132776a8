import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Commands that never wait for the lock.
@Suite("Commands beside a restart", .timeLimit(.minutes(10)))
struct UnguardedTests {
    @Test("start and stop go on and say in one line that a restart is running", arguments: ["start", "stop"])
    func operations(_ verb: String) throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let before = try home.lockRecord()
        let command = try home.mosaic(verb, "a1")
        #expect(try command.wait() == .exit(0))
        let said = command.errorLines.filter { $0.contains("a restart is running") }
        #expect(said.count == 1)
        #expect(said.first?.contains("pid \(owner.pid) (guard-holder)") == true)
        #expect(said.first?.contains("reason: a test") == true)
        #expect(try home.lockRecord() == before)
        #expect(owner.isRunning)
        if verb == "stop" {
            #expect(try home.sent(by: command.pid).map(\.verb) == ["stop"])
            #expect(try home.mosaic("start", "a1").wait() == .exit(0))
        }
    }

    @Test("A lock run is announced as one, not as a restart")
    func besideALockRun() throws {
        let home = try ScriptedHome()
        let run = try home.mosaic(["lock", "run", "--", "/bin/sh", "-c", "echo up; read line"], input: .open)
        try run.waitForOutput("up")
        let stop = try home.mosaic("stop", "a1")
        #expect(try stop.wait() == .exit(0))
        #expect(stop.errors.contains("a lock run is in progress") && !stop.errors.contains("a restart is running"))
        #expect(!stop.errors.contains("owns the restart"))
        let status = try home.mosaic("status")
        #expect(try status.wait() == .exit(3))
        #expect(status.output.contains("A lock run is in progress: pid \(run.pid)"))
        run.endInput()
        try run.wait()
    }

    @Test("What they did is in the history, with who did it", arguments: ["start", "stop"])
    func history(_ verb: String) throws {
        let home = try ScriptedHome()
        #expect(try home.mosaic(verb, "a1").wait() == .exit(0))
        let record = try #require(try History.read(HistoryFile(home: home.path)).records.last)
        #expect((record.kind, record.result, record.scope) == (verb, "done", .agents(["a1"])))
        let who = try #require(record.who)
        #expect(who.hasPrefix(Author.user(getuid())))
        let list = try home.mosaic("history")
        #expect(try list.wait() == .exit(0))
        #expect(list.output.hasPrefix("WHEN ") && list.output.contains("  WHO  "))
        #expect(list.output.contains(who) && list.output.contains("  \(verb)  "))
        let token = String(try #require(record.token).prefix(8))
        let one = try home.mosaic("history", token)
        #expect(try one.wait() == .exit(0))
        #expect(
            one.output.contains("\(verb.prefix(1).uppercased())\(verb.dropFirst()) of agent a1 by pid"), "\(one.output)"
        )
    }

    @Test("Without a restart they say nothing of one")
    func silent() throws {
        let home = try ScriptedHome()
        let stop = try home.mosaic("stop", "a1")
        #expect(try stop.wait() == .exit(0))
        #expect(!stop.errors.contains("restart"))
    }

    static let lookers = [["lock", "inspect"], ["lock", "inspect", "--json"], ["status"], ["status", "--json"]]

    @Test("status and lock inspect answer at once and write nothing", arguments: lookers)
    func looks(_ words: [String]) throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let before = FolderListing(home.path)
        let look = try home.mosaic(words)
        #expect(try look.wait() == .exit(words[0] == "status" ? 0 : 3))
        #expect(FolderListing(home.path) == before)
        #expect(look.output.contains("\(owner.pid)"))
        if words == ["status"] { #expect(look.output.contains("A restart is running: pid \(owner.pid)")) }
        #expect(try home.sent().isEmpty)
    }

    @Test("They make no run directory", arguments: lookers)
    func freshHome(_ words: [String]) throws {
        let home = try ScriptedHome()
        let before = FolderListing(home.path)
        #expect(try home.mosaic(words).wait() == .exit(0))
        #expect(FolderListing(home.path) == before)
        #expect(before.entries.map(\.name) == ["fleet", "fleet/roster.toml"])
    }

    @Test("status says what is not active, and exits 3")
    func attention() throws {
        let home = try ScriptedHome()
        #expect(try home.mosaic("stop", "a2").wait() == .exit(0))
        let status = try home.mosaic("status")
        #expect(try status.wait() == .exit(3))
        let rows = status.output.split(separator: "\n")
        #expect(rows.first?.split(separator: " ").prefix(3) == ["AGENT", "UNIT", "STATE"])
        #expect(rows.dropFirst().first?.hasPrefix("(holder)") == true)
        #expect(rows.contains { $0.hasPrefix("a2 ") && $0.contains("inactive (dead)") })
    }
}
