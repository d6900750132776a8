import FleetTestSupport
import Glibc
import Testing

/// `--join` and `--only-failed` of whole processes on a real fleet: what they decide once the lock is theirs.
@Suite("Deciding under the lock", .serialized, .timeLimit(.minutes(10)))
struct JoinTests {
    static let backends = ["dbus", "systemctl"]
    private static let quick = ["--stable-for", "200ms", "-v"]

    /// An agent cannot be started while the file `broken-NAME` is there.
    private static let agent = "[ ! -e \"$1/broken-$2\" ] || exit 7\nexec sleep infinity\n"

    private func makeFleet() throws -> RealFleet {
        let fleet = try RealFleet(agents: 3, script: Self.agent)
        #expect(try fleet.troubles() == [])
        return fleet
    }

    private func commands(_ process: TestProcess) -> [String] { CommandTrace(process.errorLines).commands }

    private func idleOwner(_ fleet: RealFleet) throws -> TestProcess {
        let owner = try TestProcess(
            [try BuiltProduct.path("guard-holder"), "lock", fleet.homePath], environment: fleet.environment,
            input: .open)
        try owner.waitForOutput("owns ")
        return owner
    }

    /// One restart that was asked for, and is stopped while it waits; another one that begins after that and ends. The
    /// first then goes on, alone.
    /// - Returns: both, ended.
    private func overtake(
        _ fleet: RealFleet, _ joining: [String], by other: [String], backend: String, meanwhile: () throws -> Void = {}
    ) throws -> (joining: TestProcess, other: TestProcess, between: [RealFleet.Unit]) {
        let owner = try idleOwner(fleet)
        let first = try fleet.mosaic(["restart"] + joining + Self.quick, backend: backend)
        try first.waitForError("waiting up to")
        try first.freeze()
        let second = try fleet.mosaic(["restart"] + other + Self.quick, backend: backend)
        try second.waitForError("waiting up to")
        owner.endInput()
        try second.wait(within: .seconds(60))
        try meanwhile()
        let between = try fleet.units()
        first.thaw()
        try first.wait(within: .seconds(60))
        return (first, second, between)
    }

    static let covered: [(joining: [String], other: [String])] = [
        ([], []), (["a02"], []), (["a02", "a03"], ["a01", "a02", "a03"]),
    ]

    @Test(
        "What a later restart has restarted is left alone; the line says whose restart it was", arguments: backends)
    func joins(_ backend: String) throws {
        let fleet = try makeFleet()
        for (joining, other) in Self.covered {
            let played = try overtake(fleet, joining, by: other, backend: backend)
            #expect(try played.other.wait() == .exit(0), "\(played.other.errors)")
            #expect(try played.joining.wait() == .exit(0), "\(played.joining.errors)")
            #expect(!commands(played.other).isEmpty)
            #expect(commands(played.joining) == [])
            let said = played.joining.output
            // It was stopped while the other one had the lock, and saw only the one before.
            #expect(said.contains("Nothing left to do: already done by other restarts (last seen: pid "), "\(said)")
            #expect(said.contains("left alone"), "\(said)")
            #expect(try fleet.units().map(\.invocation) == played.between.map(\.invocation))
        }
        #expect(try fleet.troubles() == [])
    }

    @Test(
        "A restart in between that was narrower leaves the rest to this one, and --no-join leaves everything",
        arguments: backends)
    func narrower(_ backend: String) throws {
        let fleet = try makeFleet()
        let cases: [(joining: [String], other: [String])] = [
            ([], ["a01", "a02"]), (["a02"], ["a01"]), (["a02"], ["--only-failed"]), (["--no-join"], []),
        ]
        for (joining, other) in cases {
            let played = try overtake(fleet, joining, by: other, backend: backend)
            #expect(try played.other.wait() == .exit(0), "\(played.other.errors)")
            #expect(try played.joining.wait() == .exit(0), "\(played.joining.errors)")
            #expect(!commands(played.joining).isEmpty, "\(joining) after \(other)")
            let after = try fleet.units().map(\.invocation)
            #expect(after[2] != played.between[2].invocation, "\(joining) after \(other)")
        }
        #expect(try fleet.troubles() == [])
    }

    @Test("Of one that failed, it repairs what is broken and nothing else", arguments: backends)
    func failed(_ backend: String) throws {
        let fleet = try makeFleet()
        let broken = fleet.folder.path + "/broken-a02"
        try ScriptedHome.write("", to: broken)
        let played = try overtake(fleet, [], by: ["--stable-for", "1s"], backend: backend) {
            #expect(unlink(broken) == 0)
        }
        #expect(try played.other.wait() == .exit(1), "\(played.other.errors)")
        #expect(try played.joining.wait() == .exit(0), "\(played.joining.errors) \(played.joining.output)")
        let after = try fleet.units()
        let isSame = zip(played.between, after).map { $0.invocation == $1.invocation }
        #expect(isSame == [true, true, false, true])
        #expect(try fleet.troubles() == [])
    }

    @Test("One that was under way counts for what it had not restarted yet", arguments: backends)
    func underWay(_ backend: String) throws {
        let fleet = try makeFleet()
        // An agent that takes its time keeps the first one in front of the holder's restart.
        try fleet.addDropIn("mosaic-agent@a01.service", "[Service]\nExecStop=/bin/sleep 2\n")
        let first = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        try first.waitForError("holder: 1 unit")
        let second = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        #expect(try first.wait(within: .seconds(60)) == .exit(0), "\(first.errors)")
        let between = try fleet.units()
        #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(second.errors)")
        #expect(commands(second) == [], "\(second.errors)")
        #expect(try fleet.units().map(\.invocation) == between.map(\.invocation))
        #expect(try fleet.troubles() == [])
    }

    @Test("One that asked when the holder was new restarts everything once more", arguments: backends)
    func nearlyDone(_ backend: String) throws {
        let fleet = try makeFleet()
        let first = try fleet.mosaic(["restart", "-v", "--stable-for", "5s"], backend: backend)
        try first.waitForError("verify: ")
        let between = try fleet.units()
        let second = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        let third = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        for restart in [first, second, third] {
            #expect(try restart.wait(within: .seconds(60)) == .exit(0), "\(restart.errors)")
        }
        #expect(zip(between, try fleet.units()).allSatisfy { $0.invocation != $1.invocation })
        let idle = [second, third].filter { commands($0).isEmpty }
        #expect(idle.count == 1, "one of the two did it for both")
        #expect(try fleet.troubles() == [])
    }

    @Test(
        "--only-failed takes what is failed once the lock is held, not what was when it was typed", arguments: backends)
    func onlyFailed(_ backend: String) throws {
        let fleet = try makeFleet()
        try fleet.addDropIn("mosaic-agent@.service", "[Service]\nRestart=no\n")
        let broken = fleet.folder.path + "/broken-"
        // Failed when the command is typed, and mended by somebody while it waits.
        try ScriptedHome.write("", to: broken + "a01")
        try fleet.systemctl("restart", fleet.agents[0])
        try eventually("a01 has failed") { try fleet.units()[1].active == "failed" }
        let owner = try idleOwner(fleet)
        let restart = try fleet.mosaic(["restart", "--only-failed"] + Self.quick, backend: backend)
        try restart.waitForError("waiting up to")
        #expect(unlink(broken + "a01") == 0)
        try fleet.systemctl("start", fleet.agents[0])
        // And the other way round.
        try fleet.systemctl("kill", "--signal=KILL", fleet.agents[1])
        try eventually("a02 has failed") { try fleet.units()[2].active == "failed" }
        let between = try fleet.units()
        #expect(between.map(\.active) == ["active", "active", "failed", "active"])
        owner.endInput()
        #expect(try restart.wait(within: .seconds(60)) == .exit(0), "\(restart.errors)")
        #expect(Set(commands(restart).filter { !$0.hasPrefix("reset-failed") }) == ["start \(fleet.agents[1])"])
        let after = try fleet.units()
        #expect(zip(between, after).map { $0.invocation == $1.invocation } == [true, true, false, true])
        #expect(after.allSatisfy { $0.active == "active" })
    }
}
