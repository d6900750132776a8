import FleetTestSupport
import Testing

/// `restart --when-idle` on a real manager: agents that report, and what becomes of their work.
@Suite("Restarting a real fleet without cutting work", .serialized, .timeLimit(.minutes(10)))
struct WhenIdleRealTests {
    private static let quick = ["--stable-for", "0"]

    @Test("20 agents, some busy for a while: none that is busy is cut", arguments: ["dbus", "systemctl"])
    func cutsNothing(_ backend: String) throws {
        let real = try ReportingFleet(agents: 20)
        let fleet = real.fleet
        let names = fleet.names
        try real.say("idle", Array(names[8...]))
        for (index, name) in names[..<8].enumerated() { try real.work(index % 8 + 1, name, note: "piece \(index)") }
        let before = try real.invocations()
        let restart = try fleet.mosaic(
            ["restart", "--when-idle", "--deadline", "60s"] + Self.quick, backend: backend)
        let line = try restart.waitForError("until no agent is busy")
        #expect(line.contains("a08 (busy for ") && line.contains(": piece 7)"), "\(line)")
        // One begins another piece while the others are waited for.
        try real.order(names[0], "work 2 again")
        #expect(try restart.wait(within: .seconds(120)) == .exit(0), "\(restart.errors)")
        for name in names {
            let pieces = real.pieces(name)
            #expect(pieces.begun == pieces.ended, "\(name) was cut")
        }
        #expect(real.pieces(names[0]).begun == 2)
        #expect(Set(before).isDisjoint(with: try real.invocations()))
        #expect(try fleet.troubles() == [])
    }

    @Test(
        "One that is busy for ever is named at the deadline with nothing touched, or it alone is cut",
        arguments: ["dbus", "systemctl"])
    func busyForEver(_ backend: String) throws {
        let real = try ReportingFleet(agents: 20)
        let fleet = real.fleet
        let names = fleet.names
        try real.say("idle", Array(names[1..<19]))
        try real.say("waiting", [names[19]])
        try real.work(100_000, names[0], note: "no end")
        let before = try real.invocations()
        let patient = try fleet.mosaic(
            ["restart", "--when-idle", "--deadline", "2s"] + Self.quick, backend: backend)
        #expect(try patient.wait(within: .seconds(60)) == .exit(75), "\(patient.errors)")
        #expect(patient.errors.contains("still busy at the deadline of 2s: a01 (busy for "), "\(patient.errors)")
        #expect(patient.errors.contains(": no end); nothing was touched"))
        #expect(try real.invocations() == before)
        #expect(real.pieces(names[0]) == (1, 0))
        let other = try fleet.mosaic(
            ["restart", "--when-idle", "--deadline", "1s", "--on-deadline", "restart"] + Self.quick, backend: backend)
        #expect(try other.wait(within: .seconds(60)) == .exit(0), "\(other.errors)")
        #expect(other.errors.contains("interrupting a01 (busy for "), "\(other.errors)")
        #expect(other.output.contains("cut while busy: a01\n"), "\(other.output)")
        #expect(Set(before).isDisjoint(with: try real.invocations()))
        #expect(try fleet.troubles() == [])
    }

    @Test("An agent that asks from inside while it is busy does not wait for itself, but for the others")
    func fromInside() throws {
        let real = try ReportingFleet(agents: 3)
        let fleet = real.fleet
        try real.say("idle", ["a01"])
        try real.work(3, "a03")
        try real.say("busy", ["a02"])
        let before = try real.invocations()
        try real.order("a02", "'\(try BuiltProduct.path("mosaic"))' fleet restart --when-idle --stable-for 0")
        let path = fleet.fleetPath + "/last-restart-from-inside.log"
        try eventually("it waits for the other one", state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("until no agent is busy: a03 (busy for ")
        }
        #expect(!TestProcess.contents(path).contains("a02 (busy"))
        try eventually("its outcome", within: .seconds(60), state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("4 units restarted")
        }
        let pieces = real.pieces("a03")
        #expect(pieces == (1, 1))
        #expect(Set(before).isDisjoint(with: try real.invocations()))
    }

    @Test("send --when-idle types once the agent is idle, and nothing at the deadline")
    func send() throws {
        let real = try ReportingFleet(agents: 1)
        let fleet = real.fleet
        try real.work(2, "a01", note: "first")
        let sent = try fleet.mosaic("send", "a01", "typed-later", "--when-idle")
        try sent.waitForError("a01 (busy for ")
        #expect(try sent.wait(within: .seconds(30)) == .exit(0), "\(sent.errors)")
        #expect(real.pieces("a01") == (1, 1))
        func shown() throws -> String {
            let peek = try fleet.mosaic("peek", "a01")
            _ = try peek.wait()
            return peek.output
        }
        try eventually("the text is on its terminal") { try shown().contains("typed-later") ? true : nil }
        try real.work(100_000, "a01", note: "no end")
        let refused = try fleet.mosaic("send", "a01", "never", "--when-idle", "--deadline", "300ms")
        #expect(try refused.wait() == .exit(75))
        #expect(refused.errors.contains("still busy at the deadline of 300ms: a01 (busy for "), "\(refused.errors)")
        #expect(refused.errors.contains(": no end); nothing was typed"))
        #expect(try !shown().contains("never"))
    }

    @Test("In 50 random steps on real units no busy or unknown agent is taken for idle")
    func random() throws {
        let real = try ReportingFleet(agents: 4)
        let fleet = real.fleet
        var state = [String: String](uniqueKeysWithValues: fleet.names.map { ($0, "unknown") })
        var random = SeededRandom(seed: 20_261_128)
        for step in 0..<50 {
            let name = fleet.names[Int(random.next(upperBound: UInt32(4)))]
            // Starts by hand count too, and the chosen ones may be more than the unit's limit allows.
            try fleet.systemctl("reset-failed", "mosaic-agent@\(name).service")
            let choice = random.next(upperBound: UInt32(6))
            switch choice {
            case 0:
                try fleet.systemctl("restart", "mosaic-agent@\(name).service")
                state[name] = "unknown"
            case 1:
                try fleet.systemctl("kill", "--kill-whom=main", "-s", "KILL", "mosaic-agent@\(name).service")
                try fleet.systemctl("restart", "mosaic-agent@\(name).service")
                state[name] = "unknown"
            default:
                let word = ["busy", "waiting", "idle"][Int(choice - 2) % 3]
                try real.say(word, [name])
                state[name] = word
            }
            let busy = fleet.names.filter { ["busy", "unknown"].contains(state[$0]) }
            let look = try fleet.mosaic("restart", "--dry-run", "--when-idle", "--json")
            #expect(try look.wait() == .exit(0), "\(look.errors)")
            let occupied = try JSONText(look.output).object["occupied"] as? [[String: Any]] ?? []
            #expect(occupied.compactMap { $0["who"] as? String } == busy, "step \(step): \(state)")
        }
    }
}
