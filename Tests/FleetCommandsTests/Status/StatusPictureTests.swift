import Testing

@testable import FleetCommands
@testable import FleetGuard
@testable import FleetKit

/// `status` on terminals of any size, as a pure function.
struct StatusPictureTests {
    static func row(_ name: String, _ change: (inout UnitState) -> Void = { _ in }) throws -> StatusReport.Row {
        var state = UnitState(
            name: try UnitName("mosaic-agent@\(name).service"), activeState: "active", subState: "running",
            mainPID: 4711, invocationID: "00112233445566778899aabbccddeeff", activeSince: 940_000_000,
            memory: 3 << 20)
        state.description = "Agent \(name) of the fleet"
        change(&state)
        return StatusReport.Row(role: .agent, agent: try AgentName(name), state: state)
    }

    static func report(_ count: Int) throws -> StatusReport {
        var rows = try (1...count).map { try row("a\($0)") }
        rows[count - 1].state.activeState = "failed"
        rows[count - 1].state.subState = "failed"
        rows[count - 1].state.result = "start-limit-hit"
        rows[count - 1].trouble = "start-limit-hit (it was started too often); systemd gave up"
        return StatusReport(rows: rows)
    }

    static func text(_ report: StatusReport, _ layout: StatusLayout = .table) -> StatusText {
        let lock = LockInspection(path: "/run/restart.lock", verdict: .free, policy: WaitPolicy(), evicted: [])
        return StatusText(report: report, lock: lock, layout: layout, style: Style(isColored: false), now: 1000)
    }

    @Test("a pipe gets whole rows in the roster's order, a terminal the troubled ones first and nothing too wide")
    func order() throws {
        let report = try Self.report(3)
        let piped = Self.text(report).render().split(separator: "\n").map(String.init)
        #expect(piped.map { $0.prefix(6) }.prefix(4) == ["AGENT ", "a1    ", "a2    ", "a3    "])
        #expect(piped[1].hasSuffix("active (running)  4711  1m 00s ago         0    3.0M"))
        let narrow = Self.text(report).render(width: 40).split(separator: "\n").map(String.init)
        #expect(narrow[1].hasPrefix("a3 ") && narrow[1].contains("failed (failed)"))
        #expect(narrow[0].contains("STATE") && !narrow[0].contains("UNIT"))
        #expect(narrow.prefix(4).allSatisfy { $0.count <= 40 })
    }

    @Test("a column says what agents do, where one says it, and a long note costs no other column")
    func activity() throws {
        var report = try Self.report(3)
        #expect(!Self.text(report).render().contains("ACTIVITY"))
        let note = String(repeating: "x", count: 200)
        let since: Int64 = 1000 - 12 * 60 - 5
        report.rows[0].state.statusText = try #require(Activity(.busy, since: since, note: note).statusText)
        report.rows[1].state.statusText = try #require(Activity(.idle, since: 990, isGuess: true).statusText)
        let piped = Self.text(report).render().split(separator: "\n").map(String.init)
        #expect(piped[0].hasSuffix("  ACTIVITY"))
        #expect(piped[1].hasSuffix("  busy 12m: \(note)") && piped[2].hasSuffix("  idle 10s (guess)"))
        #expect(piped[3].hasSuffix("  -"))
        let shown = Self.text(report).render(width: 120).split(separator: "\n").map(String.init)
        #expect(shown.prefix(4).allSatisfy { $0.count <= 120 })
        #expect(shown[0].contains("UNIT") && shown[0].contains("MEMORY"))
        #expect(shown.contains { $0.contains("busy 12m: xxx") })
        let narrow = Self.text(report).render(width: 50).split(separator: "\n").map(String.init)
        #expect(narrow[0].contains("ACTIVITY") && narrow.prefix(4).allSatisfy { $0.count <= 50 })
    }

    @Test("a status text of any kind moves no cursor and forges no line")
    func foreignStatusText() throws {
        var report = try Self.report(2)
        for text in ["idle since 2026-01-02T03:04:05Z: \u{1b}[2J", "busy\nactive (running)", "\u{202e}idle"] {
            report.rows[0].state.statusText = text
            #expect(!Self.text(report).render().contains("ACTIVITY"))
        }
        // Of a run that has ended.
        report.rows[1].state.statusText = try #require(Activity(.idle, since: 0).statusText)
        #expect(!Self.text(report).render().contains("ACTIVITY"))
    }

    @Test("-o wide has more columns, and a narrow terminal still shows the agent and its state")
    func wide() throws {
        let header = Self.text(try Self.report(2), .wide).render().split(separator: "\n")[0]
        for column in ["RESULT", "JOB", "INVOCATION", "EXIT", "COMMAND", "DIRECTORY", "DESCRIPTION"] {
            #expect(header.contains(column))
        }
        let row = Self.text(try Self.report(2), .wide).render().split(separator: "\n")[1]
        #expect(row.contains("  success  "))
        #expect(row.contains("  -    00112233445566778899aabbccddeeff  -") && row.hasSuffix("  Agent a1 of the fleet"))
        var ended = StatusReport(rows: [
            try Self.row("a1") {
                ($0.activeState, $0.subState, $0.mainExit) = ("failed", "failed", .init(code: 1, status: 7))
            }
        ])
        ended.rows[0].command = ["sh", "-c", "exit 7"]
        ended.rows[0].directory = "~/work"
        let line = Self.text(ended, .wide).render().split(separator: "\n")[1]
        #expect(line.contains("  exit 7  sh -c 'exit 7'  ~/work  "), "\(line)")
        let narrow = Self.text(try Self.report(2), .wide).render(width: 40)
        #expect(narrow.contains("a1") && narrow.contains("active (running)"))
    }

    @Test("no size breaks a picture", arguments: [1, 8, 40, 80, 200], [1, 2, 3, 4, 6, 24, 300])
    func sizes(_ width: Int, _ height: Int) throws {
        for count in [1, 5, 200] {
            for layout in StatusLayout.allCases {
                let lines = Self.text(try Self.report(count), layout).picture(
                    TerminalSize(width: width, height: height))
                #expect(!lines.isEmpty && lines.count <= max(1, height - 1))
                #expect(lines.allSatisfy { $0.columns <= max(1, width - 1) })
            }
        }
    }

    @Test("two hundred agents on 24 rows: the failed one first with its reason, the rest as a number")
    func many() throws {
        let lines = Self.text(try Self.report(200)).picture(TerminalSize(width: 80, height: 24)).map(\.text)
        #expect(lines.count == 23)
        #expect(lines[1].hasPrefix("a200 "))
        #expect(lines[2] == "    start-limit-hit (it was started too often); systemd gave up")
        #expect(lines[21].hasPrefix("and ") && lines[21].hasSuffix(" active"))
        #expect(lines[22].hasPrefix("1 failed, 199 active, at "))
    }

    @Test("a unit that keeps dying between two looks stands out, and is calm again after a minute")
    func flaps() throws {
        var memory = FlapMemory()
        func look(_ restarts: UInt32, at seconds: Int) throws -> StatusReport.Row {
            var report = StatusReport(rows: [try Self.row("a1") { $0.restarts = restarts }])
            memory.mark(&report, now: .seconds(seconds))
            return report.rows[0]
        }
        // What was there before anybody looked is no news.
        #expect(try look(5, at: 0).isFlapping == false)
        let second = try look(6, at: 2)
        #expect(second.trouble == "restarted once after a failure, 1s ago")
        #expect(!second.isFlapping && second.severity == .uneasy)
        let third = try look(8, at: 12)
        #expect(third.trouble == "flapping: restarted automatically 3 times in the last 10s")
        #expect(third.isFlapping && third.severity == .broken)
        #expect(try look(8, at: 70).isFlapping)
        #expect(try look(8, at: 73).isFlapping == false)
        // Reset, or started by hand.
        _ = try look(9, at: 80)
        #expect(try look(0, at: 81).isFlapping == false)
    }

    @Test("one crash is no flapping: not while systemd is about to restart the unit, nor when it has recovered")
    func oneCrash() throws {
        func down(_ restarts: UInt32) throws -> StatusReport {
            StatusReport(rows: [
                try Self.row("a1") {
                    ($0.activeState, $0.subState, $0.result) = ("activating", "auto-restart", "exit-code")
                    ($0.restarts, $0.mainExit) = (restarts, .init(code: 1, status: 7))
                }
            ])
        }
        let up = StatusReport(rows: [try Self.row("a1") { $0.restarts = 1 }])
        #expect(try [0, 1].allSatisfy { try !down($0).rows[0].state.isFlapping })
        #expect(try down(2).rows[0].state.isFlapping)
        // It needs somebody's eyes all the same while it is down.
        #expect(try down(0).rows[0].severity == .broken)
        var memory = FlapMemory()
        var first = try down(0)
        memory.mark(&first, now: .zero)
        var second = up
        memory.mark(&second, now: .seconds(3))
        #expect(second.rows[0].trouble == "restarted once after a failure (exit status 7), 1s ago")
        #expect(!second.rows[0].isFlapping)
    }
}
