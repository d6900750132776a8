import FleetGuard
import FleetKit
import FleetTestSupport
import Foundation
import Testing

/// `restart --rolling` with twenty agents on a real user manager, judged by what systemd itself has written down.
@Suite("A rolling restart, for real", .serialized, .timeLimit(.minutes(5)))
struct RollingSystemTests {
    private let fleet: RealFleet
    private static let width = 3

    /// Of the restarts that are killed at every line: `make soak` asks for more of them.
    private static let widths = (ProcessInfo.processInfo.environment["MOSAIC_ROLLING_WIDTHS"] ?? "2")
        .split(separator: ",").compactMap { Int($0) }

    init() throws {
        fleet = try RealFleet(
            agents: 20,
            script:
                "[ -e \"$1/fails\" ] && [ \"$2\" = a07 ] && exit 3\n[ -e \"$1/slow\" ] && sleep 0.3\nexec sleep infinity\n"
        )
    }

    /// The script becomes another file, older than the one that runs.
    private func upgrade() throws {
        let path = fleet.folder.path + "/agent.sh"
        let new = path + ".new"
        try ScriptedHome.write(TestProcess.contents(path) + "# new\n", to: new)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: new)
        #expect(rename(new, path) == 0)
    }

    private struct Record {
        var name: String
        var invocation: String
        var active: Bool
        /// Microseconds of the monotonic clock, of the last time; 0 = never.
        var downSince: Int
        var upSince: Int
        /// Its job or its process began then.
        var begun: Int
    }

    /// Asked of systemd itself.
    private func records() throws -> [Record] { try records(fleet) }

    private func records(_ fleet: RealFleet) throws -> [Record] {
        let properties = [
            "Id", "InvocationID", "ActiveState", "ActiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic",
            "InactiveExitTimestampMonotonic",
        ]
        let text = try fleet.systemctl(["show", "-p", properties.joined(separator: ",")] + fleet.agents)
        return text.components(separatedBy: "\n\n").map { block in
            var fields: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                fields[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            }
            func number(_ name: String) -> Int { Int(fields[name] ?? "") ?? 0 }
            return Record(
                name: fields["Id"] ?? "", invocation: fields["InvocationID"] ?? "",
                active: fields["ActiveState"] == "active", downSince: number("ActiveExitTimestampMonotonic"),
                upSince: number("ActiveEnterTimestampMonotonic"), begun: number("InactiveExitTimestampMonotonic"))
        }
    }

    /// How many were down at once, at most, from that moment on.
    private func mostDown(_ records: [Record], since: Int) -> Int {
        let downs = records.filter { $0.downSince > since }
        return downs.map { one in
            downs.count { other in
                other.downSince <= one.downSince && (!other.active || other.upSince > one.downSince)
            }
        }.max() ?? 0
    }

    private func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }

    /// The words of the command that was printed.
    private func printed(_ output: String) throws -> [String] {
        let line = try #require(output.split(separator: "\n").first { $0.contains("to continue: mosaic fleet ") })
        return String(line).components(separatedBy: "to continue: mosaic fleet ")[1].split(separator: " ").map(
            String.init)
    }

    @Test(arguments: [true, false]) func theSeventhFailsAndThePrintedCommandFinishes(onlyOutdated: Bool) throws {
        let before = try records()
        let holder = try fleet.units()[0].invocation
        try upgrade()
        try ScriptedHome.write("", to: fleet.folder.path + "/fails")
        let begin = now()
        let first = try fleet.mosaic(
            ["restart", "--rolling=\(Self.width)", "--stable-for", "200ms"] + (onlyOutdated ? ["--only-outdated"] : []))
        #expect(try first.wait(within: .seconds(90)) == .exit(1))
        let middle = try records()
        #expect(mostDown(middle, since: begin) <= Self.width)
        let touched = zip(before, middle).filter { $0.invocation != $1.invocation }.map(\.0.name)
        #expect(touched == Array(fleet.agents[..<9]), "none begun after the step of the failed one")
        #expect(first.output.contains("not reached: \(fleet.agents[9...].joined(separator: ", "))"))

        let words = try printed(first.output)
        #expect(words.contains("--only-outdated") == onlyOutdated)
        let then = now()
        let second = try fleet.mosaic(words)
        try fleet.must(second, within: .seconds(90))
        let after = try records()
        #expect(mostDown(after.filter { $0.name != fleet.agents[6] }, since: then) <= Self.width)
        for (index, name) in fleet.agents.enumerated() where index != 6 {
            #expect(after[index].active, "\(name)")
            #expect((after[index].invocation != middle[index].invocation) == (index >= 9), "\(name) once")
        }
        #expect(try fleet.units()[0].invocation == holder, "the holder stays")
    }

    /// The restart is killed at several steps; the same command finishes, and what is done already is not done again.
    @Test func killedAtAnyStepTheSameCommandFinishes() throws {
        try ScriptedHome.write("", to: fleet.folder.path + "/slow")
        for moment in [
            "restart: 20 units", "restart mosaic-agent@a02", "restart 3/20", "restart mosaic-agent@a10",
            "restart 19/20",
        ] {
            try upgrade()
            let before = try records()
            let begin = now()
            let command = ["restart", "--rolling=\(Self.width)", "--only-outdated", "--stable-for", "100ms", "-v"]
            let first = try fleet.mosaic(command)
            try first.waitForError(moment, within: .seconds(60))
            first.signal(SIGKILL)
            #expect(try first.wait() == .signal(SIGKILL))
            let second = try fleet.mosaic(command)
            try fleet.must(second, within: .seconds(90))
            let after = try records()
            #expect(after.allSatisfy { $0.active }, "\(moment)")
            #expect(mostDown(after, since: begin) <= Self.width, "\(moment)")
            #expect(zip(before, after).allSatisfy { $0.invocation != $1.invocation }, "\(moment)")
            let third = try fleet.mosaic(command)
            try fleet.must(third)
            #expect(third.output.contains("Nothing is outdated"), "\(moment)")
        }
    }

    /// At every line that it says, which is after every command, every end of one, and every wait.
    @Test(arguments: widths) func killedAtEveryLineTheSameCommandFinishes(width: Int) throws {
        let small = try RealFleet(agents: 6, script: "exec sleep infinity\n")
        let command = ["restart", "--rolling=\(width)", "--only-outdated", "--stable-for", "100ms", "-v"]
        func upgrade(_ number: Int) throws {
            let path = small.folder.path + "/agent.sh"
            try ScriptedHome.write("exec sleep infinity\n# \(number)\n", to: path + ".new")
            #expect(rename(path + ".new", path) == 0)
        }
        var index = 0
        while true {
            try upgrade(index)
            let begin = now()
            let before = try small.units().map(\.invocation)
            let first = try small.mosaic(command)
            let hasLine = try eventually("line \(index), or the end", within: .seconds(60)) { () -> Bool? in
                if first.errors.split(separator: "\n").count > index { return true }
                return first.isRunning ? nil : false
            }
            first.signal(SIGKILL)
            try first.wait()
            guard hasLine else { break }
            try small.must(small.mosaic(command), within: .seconds(60))
            let after = try records(small)
            #expect(after.allSatisfy { $0.active }, "line \(index)")
            #expect(mostDown(after, since: begin) <= width, "line \(index)")
            #expect(zip(before.dropFirst(), after).allSatisfy { $0 != $1.invocation }, "line \(index)")
            index += 1
        }
        // It says more than its beginning and its end.
        #expect(index >= 8, "\(index) lines")
    }

    @Test func theCanaryAloneFailsAndNothingElseIsTouched() throws {
        let before = try records()
        try ScriptedHome.write("", to: fleet.folder.path + "/fails")
        let process = try fleet.mosaic("restart", "--rolling", "--canary", "a07", "--stable-for", "100ms", "--json")
        #expect(try process.wait(within: .seconds(60)) == .exit(1))
        let after = try records()
        #expect(zip(before, after).filter { $0.invocation != $1.invocation }.map(\.0.name) == [fleet.agents[6]])
        let resume = try #require(JSONText(process.output).object["resume"] as? String)
        let names = fleet.names.filter { $0 != "a07" }.joined(separator: " ")
        #expect(resume == "mosaic fleet restart --rolling=1 --stable-for=100ms \(names)")
    }

    @Test func theHistoryTellsThatItHalted() throws {
        try ScriptedHome.write("", to: fleet.folder.path + "/fails")
        let process = try fleet.mosaic("restart", "--rolling=7", "--stable-for", "100ms")
        #expect(try process.wait(within: .seconds(60)) == .exit(1))
        let history = try fleet.mosaic("history", "last", "--json")
        try fleet.must(history)
        let records = try #require(JSONText(history.output).object["records"] as? [[String: Any]])
        let record = try #require(records.last)
        #expect(record["result"] as? String == "halted")
        let names = fleet.names[7...].joined(separator: " ")
        #expect(
            record["error"] as? String
                == "a07 failed; to continue: mosaic fleet restart --rolling=7 --stable-for=100ms \(names)")
    }
}

/// Rolling through agents that say what they do.
@Suite("A rolling restart when idle, for real", .serialized, .timeLimit(.minutes(5)))
struct RollingWhenIdleTests {
    @Test func eachIsTakenWhenItIsIdleAndTheOneThatAsksIsTakenToo() throws {
        let real = try ReportingFleet(agents: 6)
        let fleet = real.fleet
        try real.say("idle", ["a01", "a02", "a05", "a06"])
        try real.work(6, "a04")
        try real.say("busy", ["a03"])
        let before = try real.invocations()
        try real.order(
            "a03",
            "'\(try BuiltProduct.path("mosaic"))' fleet restart --rolling=2 --when-idle --stable-for 0 --reason '\(fleet.folder.path)'"
        )
        let path = fleet.fleetPath + "/last-restart-from-inside.log"
        try eventually("all but the busy one are restarted", within: .seconds(60), state: TestProcess.contents(path)) {
            let now = try real.invocations()
            return zip(before, now).filter { $0 == $1 }.count == 2
        }
        #expect(real.pieces("a04") == (1, 0), "the others did not wait for it")
        try eventually("its outcome", within: .seconds(60), state: TestProcess.contents(path)) {
            TestProcess.contents(path).contains("6 units restarted")
        }
        #expect(real.pieces("a04") == (1, 1))
        let after = try real.invocations()
        #expect(zip(before, after).filter { $0 == $1 }.count == 1, "only the holder stays")
    }
}
