import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Restarts inside a `lock run`, and tokens that open nothing.
@Suite("Inside a lock run", .timeLimit(.minutes(10)))
struct NestedLockTests {
    private static let restart = "$MOSAIC fleet restart --backend fake --stable-for 0 --max-wait 5s"

    @Test("A nested restart uses the lock that it is inside of")
    func nested() throws {
        let home = try ScriptedHome()
        let run = try LockRunTests.run(home, [], Self.restart + " -v && " + Self.restart + " a1")
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        #expect(run.errors.contains("using the lock of the enclosing lock run: pid \(run.pid) "))
        #expect(run.output.contains("4 units restarted"))
        #expect(run.output.contains("1 unit restarted"))
        #expect(!run.errors.contains("waiting up to"))
        #expect(home.leftovers.isEmpty)
    }

    @Test("A lock run inside a lock run runs at once, and so does a restart inside that")
    func twice() throws {
        let home = try ScriptedHome()
        let run = try LockRunTests.run(
            home, [], "$MOSAIC fleet lock run --no-wait --backend fake -- sh -c '\(Self.restart); exit 9'")
        #expect(try run.wait() == .exit(9), "\(run.errors)")
        #expect(run.output.contains("4 units restarted"))
        #expect(home.leftovers.isEmpty)
    }

    @Test("Two restarts at once inside one lock run do not interleave")
    func siblings() throws {
        let home = try ScriptedHome(pace: .slow)
        let run = try LockRunTests.run(
            home, [], Self.restart + " --no-join & first=$!; " + Self.restart + " --no-join & wait $first && wait $!")
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        #expect(try home.fleet.log().overlaps().isEmpty)
        #expect(run.errors.contains("waiting inside the same lock run for the restart by pid "))
        let senders = try home.sent().map(\.pid)
        #expect(Set(senders).count == 2)
        // One after the other: the sender changes once.
        #expect(zip(senders, senders.dropFirst()).filter { $0 != $1 }.count == 1)
    }

    @Test("A nested restart sees at once that the outer lock is lost, and sends nothing more")
    func outerLost() throws {
        let home = try ScriptedHome(
            pace: .init(stop: .zero, holderStart: .seconds(2), holderAnswers: .zero, agentStart: .zero))
        // In a session of its own the lock run leaves it alone: only its fence stops it.
        let run = try LockRunTests.run(
            home, [], "setsid " + Self.restart + " 2> $HOME/nested & wait $!; echo $? > $HOME/status; sleep 600")
        try eventually("the nested restart is at the holder", state: run.errors) {
            LockRunTests.said(home, "nested").contains("holder: 1 unit")
        }
        let breaker = try home.mosaic("lock", "break", "--force", "--yes")
        #expect(try breaker.wait() == .exit(0))
        try eventually("its end", state: LockRunTests.said(home, "nested")) {
            LockRunTests.said(home, "nested").contains("this process lost the lock")
        }
        #expect(try run.wait(within: .seconds(10)) == .exit(76))
        let sent = try home.sent().map { "\($0.verb) \($0.unit)" }
        #expect(!sent.contains { $0.hasPrefix("start mosaic-agent") })
    }

    static let forgeries: [(String, String)] = [
        ("garbage", "it is not a lock token"), ("old", "the lock is free"), ("other", "the lock belongs to pid"),
        ("stolen", "was not started by process"), ("dead", "no longer holds it"),
        ("restart", "the lock's owner runs no command under it"),
    ]

    @Test("A token that is stale, forged or stolen opens nothing, and one line says why", arguments: forgeries)
    func forged(_ kind: String, _ why: String) throws {
        let home = try ScriptedHome()
        var token = LockToken.random().rawValue
        var owner: TestProcess?
        switch kind {
        case "garbage": token = "../../etc/passwd"
        case "old": break
        case "restart":
            let idle = try home.idleOwner()
            token = try #require(try home.lockRecord()?.record.token)
            owner = idle
        default:
            let run = try LockRunTests.run(home, [], "sleep 600")
            try eventually("the lock", state: run.errors) { home.lockExists }
            if kind != "other" { token = try #require(try home.lockRecord()?.record.token) }
            owner = run
        }
        if kind == "dead" {
            owner?.signal(SIGKILL)
            try owner?.wait()
        }
        let isFree = ["garbage", "old", "dead"].contains(kind)
        let restart = try home.mosaic(
            ["restart", "--stable-for", "0"] + (isFree ? [] : ["--no-wait"]),
            environment: ["MOSAIC_LOCK_TOKEN": token])
        #expect(try restart.wait() == .exit(isFree ? 0 : 75), "\(restart.errors)")
        #expect(restart.errorLines.filter { $0.contains("MOSAIC_LOCK_TOKEN is ignored: ") }.count == 1)
        #expect(restart.errors.contains(why), "\(restart.errors)")
        if !isFree { #expect(try home.sent().isEmpty) }
    }

    @Test("What a nested restart that died has left stopped, the next one brings up")
    func leftStopped() throws {
        let home = try ScriptedHome(
            pace: .init(stop: .zero, holderStart: .seconds(1), holderAnswers: .zero, agentStart: .zero))
        let roster = ScriptedHome.roster(3) + "autostart = false\n"  // a3
        try ScriptedHome.write(roster, to: home.rosterPath)
        let run = try LockRunTests.run(
            home, [],
            Self.restart + " 2> $HOME/nested & nested=$!\n"
                + "while ! grep -q 'holder: 1 unit' $HOME/nested; do sleep 0.01; done\n"
                + "kill -KILL $nested; " + Self.restart)
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        #expect(run.output.contains("4 units restarted"), "\(run.output)")
    }
}
