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
        try first.waitForError("waiting for at most")
        try first.freeze()
        let second = try fleet.mosaic(["restart"] + other + Self.quick, backend: backend)
        try second.waitForError("waiting for at most")
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
        "A restart joins one that began later, ended well and covers it, says whose, and sends nothing",
        arguments: backends)
    func joins(_ backend: String) throws {
        let fleet = try makeFleet()
        for (joining, other) in Self.covered {
            let played = try overtake(fleet, joining + ["--join"], by: other, backend: backend)
            #expect(try played.other.wait() == .exit(0), "\(played.other.errors)")
            #expect(try played.joining.wait() == .exit(0), "\(played.joining.errors)")
            #expect(!commands(played.other).isEmpty)
            #expect(commands(played.joining) == [])
            let said = played.joining.output
            #expect(said.contains("by pid \(played.other.pid) (mosaic fleet restart"), "\(said)")
            #expect(said.contains("ended well at "), "\(said)")
            #expect(try fleet.units().map(\.invocation) == played.between.map(\.invocation))
        }
        #expect(try fleet.troubles() == [])
    }

    @Test(
        "It does not join a narrower one, nor one of --only-failed, nor does it join without --join",
        arguments: backends)
    func narrower(_ backend: String) throws {
        let fleet = try makeFleet()
        let cases: [(joining: [String], other: [String])] = [
            (["--join"], ["a01", "a02"]), (["a02", "--join"], ["a01"]), (["a02", "--join"], ["--only-failed"]),
            ([], []),
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

    @Test("It does not join one that failed, and repairs what that left", arguments: backends)
    func failed(_ backend: String) throws {
        let fleet = try makeFleet()
        let broken = fleet.folder.path + "/broken-a02"
        try ScriptedHome.write("", to: broken)
        let played = try overtake(fleet, ["--join"], by: ["--stable-for", "1s"], backend: backend) {
            #expect(unlink(broken) == 0)
        }
        #expect(try played.other.wait() == .exit(1), "\(played.other.errors)")
        #expect(try played.joining.wait() == .exit(0), "\(played.joining.errors) \(played.joining.output)")
        #expect(commands(played.joining).contains("restart \(RealFleet.holder)"))
        #expect(try fleet.troubles() == [])
    }

    @Test("It does not join one that was under way when it was asked for", arguments: backends)
    func before(_ backend: String) throws {
        let fleet = try makeFleet()
        let first = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        try first.waitForError("holder: 1 unit")
        let second = try fleet.mosaic(["restart", "--join"] + Self.quick, backend: backend)
        #expect(try first.wait(within: .seconds(60)) == .exit(0), "\(first.errors)")
        #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(second.errors)")
        #expect(commands(second).contains("restart \(RealFleet.holder)"))
        #expect(!second.output.contains("Nothing left to do"))
        #expect(try fleet.troubles() == [])
    }

    @Test("Of three, the last joins the second, and not the first, which failed", arguments: backends)
    func three(_ backend: String) throws {
        let fleet = try makeFleet()
        let owner = try idleOwner(fleet)
        let last = try fleet.mosaic(["restart", "--join"] + Self.quick, backend: backend)
        try last.waitForError("waiting for at most")
        try last.freeze()
        let broken = fleet.folder.path + "/broken-a01"
        try ScriptedHome.write("", to: broken)
        let first = try fleet.mosaic(["restart"] + Self.quick + ["--stable-for", "1s"], backend: backend)
        try first.waitForError("waiting for at most")
        owner.endInput()
        #expect(try first.wait(within: .seconds(60)) == .exit(1), "\(first.errors)")
        #expect(unlink(broken) == 0)
        let second = try fleet.mosaic(["restart"] + Self.quick, backend: backend)
        #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(second.errors)")
        last.thaw()
        #expect(try last.wait(within: .seconds(60)) == .exit(0), "\(last.errors)")
        #expect(last.output.contains("by pid \(second.pid) "), "\(last.output)")
        #expect(commands(last) == [])
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
        try restart.waitForError("waiting for at most")
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
