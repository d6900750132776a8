import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// What real processes leave in the history.
@Suite("History", .timeLimit(.minutes(10)))
struct HistoryTests {
    private static func records(_ home: ScriptedHome) throws -> [HistoryRecord] {
        try History.read(HistoryFile(home: home.path)).records
    }

    @Test("A restart is one record: who, why, its units with their times")
    func restart() throws {
        let home = try ScriptedHome(pace: .slow)
        let restart = try home.mosaic("restart", "--reason", "new tmux", "--stable-for", "200ms")
        #expect(try restart.wait() == .exit(0))
        let record = try #require(try Self.records(home).first)
        #expect(try Self.records(home).count == 1)
        #expect((record.kind, record.result, record.pid, record.status) == ("restart", "done", restart.pid, 0))
        #expect(record.reason == "new tmux")
        #expect(record.scope == .fleet)
        #expect(record.phases.map(\.what) == ["drain", "holder", "settle", "start", "verify"])
        #expect(record.units.count == 4)
        let agent = try #require(record.units.first { $0.unit == "mosaic-agent@a1.service" })
        #expect(agent.spans.map(\.what) == ["stop", "start"])
        #expect(agent.spans.allSatisfy { $0.to - $0.from >= 140 && $0.to <= record.milliseconds })
        #expect(agent.spans[0].to <= agent.spans[1].from)
    }

    @Test("Waiting, a crash and its takeover, an eviction, a break and a failure are records")
    func everything() throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let token = try #require(try home.lockRecord()?.record.token)
        #expect(try home.mosaic("restart", "--no-wait").wait() == .exit(75))
        let waiter = try home.mosaic("restart", "--stable-for", "0")
        try waiter.waitForError("waiting up to")
        owner.signal(SIGKILL)
        #expect(try waiter.wait() == .exit(0))
        let second = try home.idleOwner()
        #expect(try home.mosaic("lock", "break", "--force", "--yes").wait() == .exit(0))
        second.endInput()
        try second.wait()
        let third = try home.idleOwner()
        let evictor = try home.mosaic(
            "restart", "--stable-for", "0", "--max-wait", "1s", "--on-timeout", "break", "--evict-grace", "100ms")
        #expect(try evictor.wait() == .exit(0))
        _ = try? third.wait(within: .seconds(5))
        var unit = FakeUnit.agent(home.agents[1], in: home.holder, runs: [.fails(.status(7))])
        unit.restart = .no
        try home.fleet.install(unit)
        #expect(try home.mosaic("restart", "--stable-for", "0").wait() == .exit(1))
        let records = try Self.records(home)
        #expect(
            records.map { "\($0.kind) \($0.result)" } == [
                "restart busy", "takeover abandoned", "restart done", "break held", "eviction held", "restart done",
                "restart failed",
            ])
        // An eviction is dated by when it happened, not by when its evictor began to wait.
        let (eviction, restart) = (Timestamp.parse(records[4].startedAt), Timestamp.parse(records[5].startedAt))
        #expect(try #require(eviction) - #require(restart) >= 0.9)
        // The owner that crashed left nothing; its successor names it.
        #expect(records[1].owner?.token == token)
        #expect(records[1].owner?.pid == owner.pid)
        #expect(records[2].waited >= 400)
        #expect(records[2].waitedFor?.pid == owner.pid)
        #expect(records[6].units.first { $0.unit == home.agents[1].rawValue }?.outcome == "failed")

        let failed = try home.mosaic("history", "--failed", "--json")
        #expect(try failed.wait() == .exit(0))
        #expect((try JSONText(failed.output).object["records"] as? [Any])?.count == 5)
        let list = try home.mosaic("history", "-n", "1")
        #expect(try list.wait() == .exit(0))
        #expect(list.output.split(separator: "\n").count == 2)
        #expect(list.output.contains("failed"))
    }

    @Test("A lock run and the restart inside it are two records, joined by the token")
    func nested() throws {
        let home = try ScriptedHome()
        let run = try LockRunTests.run(
            home, ["--reason", "upgrade"], "$MOSAIC fleet restart a1 --stable-for 0 --backend fake; exit 5")
        #expect(try run.wait() == .exit(5))
        let records = try Self.records(home)
        #expect(records.map { "\($0.kind) \($0.result) \($0.status)" } == ["restart done 0", "run failed 5"])
        #expect(records[0].outer == records[1].token)
    }

    @Test("A history that cannot be written is one warning, and the restart is done")
    func unwritable() throws {
        let home = try ScriptedHome()
        symlink("/dev/null", home.path + "/fleet/history.jsonl")
        let restart = try home.mosaic("restart", "--stable-for", "0")
        #expect(try restart.wait() == .exit(0))
        #expect(restart.errorLines.filter { $0.contains("the history is not written") }.count == 1)
        #expect(restart.output.contains("4 units restarted"))
    }

    @Test("Writers at once, over several rotations, lose nothing and tear nothing")
    func concurrent() throws {
        let home = try ScriptedHome()
        let writers = try (0..<6).map { writer in
            try TestProcess(
                [try BuiltProduct.path("guard-holder"), "history", home.path, "200", "\(writer)"],
                environment: home.environment)
        }
        // Whoever looks meanwhile sees whole lines: one is one write. (The kernel shows a long one page by page.)
        let path = home.path + "/fleet/history.jsonl"
        var looks = 0
        while writers.contains(where: \.isRunning) {
            for _ in 0..<100 {
                guard let end = Self.end(of: path), end.size > 0 else { continue }
                looks += 1
                #expect(end.last == UInt8(ascii: "\n") || end.size % 4096 == 0, "half a line at \(end.size)")
            }
        }
        #expect(looks > 100)
        for writer in writers { #expect(try writer.wait(within: .seconds(60)) == .exit(0), "\(writer.output)") }
        let names = ["history.jsonl", "history.jsonl.1"]
        let lines = names.flatMap { name in
            TestProcess.contents(home.path + "/fleet/" + name).split(separator: "\n").map { Array($0.utf8) }
        }
        let records = lines.compactMap { HistoryRecord.parse($0) }
        #expect(records.count == lines.count)
        // Of each writer the newest ones are there, in its order and without a gap.
        for writer in 0..<6 {
            let own = try History.read(HistoryFile(home: home.path)).records.filter { $0.reason == "\(writer)" }
            let numbers = own.compactMap { Int($0.result) }
            if let first = numbers.first { #expect(numbers == Array(first...199)) }
        }
        #expect(records.count > 50)
    }

    private static func end(of path: String) -> (size: Int, last: UInt8)? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        var last: UInt8 = 0
        return size == 0 ? (0, 0) : pread(file, &last, 1, size - 1) == 1 ? (Int(size), last) : nil
    }

    @Test("A line for which there is no room is taken back whole, and the restart is done")
    func noRoom() throws {
        let home = try ScriptedHome()
        #expect(try home.mosaic("restart", "--stable-for", "0").wait() == .exit(0))
        let path = home.path + "/fleet/history.jsonl"
        let line = TestProcess.contents(path)
        // Larger than anything else that a restart writes; then there is room for the beginning of a line.
        let before = String(repeating: line, count: 200_000 / line.utf8.count)
        try ScriptedHome.write(before, to: path)
        let restart = try home.mosaic(
            ["restart", "--stable-for", "0"], wrapper: ["/usr/bin/prlimit", "--fsize=\(before.utf8.count + 100)"])
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(restart.errorLines.filter { $0.contains("the history is not written") }.count == 1)
        #expect(TestProcess.contents(path) == before)
        #expect(try home.mosaic("restart", "--stable-for", "0").wait() == .exit(0))
        let history = try History.read(HistoryFile(home: home.path))
        #expect(history.unreadable == 0)
    }

    @Test("The timeline fits the terminal, and the picture is well-formed whatever the record says")
    func timeline() throws {
        let home = try ScriptedHome(pace: .slow)
        let reason = "<script>alert(1)</script> & \u{1B}[31m \" '"
        #expect(try home.mosaic("restart", "--reason", reason, "--stable-for", "100ms").wait() == .exit(0))
        let text = try home.mosaic("history", "last")
        #expect(try text.wait() == .exit(0))
        let lines = text.output.split(separator: "\n").map(String.init)
        let bars = lines.filter { $0.contains("|") }
        #expect(bars.count == 4)
        #expect(bars.allSatisfy { $0.count <= 80 })
        #expect(bars.filter { $0.contains("x") && $0.contains("=") }.count == 3, "\(text.output)")
        #expect(!text.output.contains("\u{1B}"))
        let picture = home.folder.path + "/t.svg"
        #expect(try home.mosaic("history", "last", "--svg", picture).wait() == .exit(0))
        let svg = TestProcess.contents(picture)
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(!svg.contains("<script") && !svg.contains("\u{1B}"))
        #expect(svg.contains("&lt;script&gt;"))
    }
}
