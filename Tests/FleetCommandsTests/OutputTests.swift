import Testing

@testable import FleetCommands
@testable import FleetGuard
@testable import FleetKit

/// What commands say at their end, as pure functions.
struct OutputTests {
    private let plain = Style(isColored: false)

    // MARK: init

    private func install(_ changes: [(String, FleetInstaller.Change.Action)], isVerbose: Bool = false) -> [String] {
        InstallText(
            changes: changes.map { .init(path: "/u/" + $0.0, action: $0.1) }, style: plain, isVerbose: isVerbose
        ).render().split(separator: "\n").map(String.init)
    }

    @Test("after one new agent init says to start it, never to restart the fleet; unchanged files are a number")
    func newAgent() {
        let changes: [(String, FleetInstaller.Change.Action)] = [
            ("roster.toml", .unchanged), ("mosaic-agent@.service", .unchanged),
            ("mosaic-agent@a.service.d/10-mosaic.conf", .unchanged),
            ("mosaic-agent@new.service.d/10-mosaic.conf", .created),
        ]
        #expect(
            install(changes) == [
                "created   /u/mosaic-agent@new.service.d/10-mosaic.conf", "3 files unchanged",
                "Next: 'mosaic fleet start new' starts the new agents.",
            ])
        #expect(install(changes, isVerbose: true).count { $0.hasPrefix("unchanged ") } == 3)
    }

    @Test("init names the smallest step for each kind of change")
    func smallestStep() {
        let lines = install([
            ("mosaic-agent@a.service.d/10-mosaic.conf", .renewed),
            ("mosaic-agent@b.service.d/10-mosaic.conf", .removed),
        ])
        #expect(lines.contains("Next: 'mosaic fleet restart a' makes it use what changed."))
        #expect(lines.contains("Removed from the roster: b."))
        #expect(install([("x.service", .renewed)]).last?.contains("'mosaic fleet restart', when it suits") == true)
        #expect(install([("roster.toml", .unchanged)]) == ["1 file unchanged", "Everything matches the roster."])
    }

    @Test("an agent that left the roster and runs is left to its warning, and not everything matches")
    func leftRunning() throws {
        let text = InstallText(
            changes: [
                .init(path: "/u/roster.toml", action: .unchanged),
                .init(path: "/u/mosaic-agent@b.service.d/10-mosaic.conf", action: .kept("it runs")),
            ], style: plain, running: [try AgentName("b")])
        #expect(text.render() == "1 file unchanged")
    }

    // MARK: An operation

    @Test("a unit that failed costs two lines at most, and units that failed alike have one next step")
    func failures() throws {
        var report = OperationReport()
        var words: [UnitName: [String]] = [:]
        for name in ["a1", "a2"] {
            let unit = try UnitName("mosaic-agent@\(name).service")
            let outcome = UnitOutcome(command: UnitCommand(.start, unit), result: .failed("exit-code"), state: nil)
            report.record(
                outcome, in: .start, message: "failed: exit-code 3", nextStep: "see why with: mosaic fleet logs \(name)"
            )
            words[unit] = [
                "Nov 25 host systemd[1]: Started.", "Nov 25 host mosaic[7]: its command ended with status 3",
                "Nov 25 host systemd[1]: Main process exited.", "Nov 25 host systemd[1]: Failed with result.",
            ]
        }
        let lines = OperationText(report: report, verb: "start", style: plain, lastWords: words).render().split(
            separator: "\n")
        #expect(lines.count == 1 + 2 * 2 + 1, "\(lines)")
        #expect(lines[2].contains("its command ended with status 3"))
        #expect(lines[5] == "  next: see why with: mosaic fleet logs a1; the same for mosaic-agent@a2.service")
        let verbose = OperationText(report: report, verb: "start", style: plain, lastWords: words, isVerbose: true)
            .render()
        #expect(verbose.split(separator: "\n").count == 1 + 2 * 5 + 1)
    }

    // MARK: doctor

    @Test("on a terminal doctor breaks its lines at words, and what it skipped is one line")
    func doctor() {
        let advice =
            "create it: mkdir -p /home/me/coder, or change 'directory' in the roster and run 'mosaic fleet init'"
        let findings = [
            Doctor.Finding(check: "manager", diagnosis: .ok("it answers"), repaired: nil),
            Doctor.Finding(
                check: "roster",
                diagnosis: .failure("the roster is broken in its third line and cannot be read", advice: advice),
                repaired: nil),
            Doctor.Finding(check: "holder", diagnosis: .skipped(becauseOf: "roster"), repaired: nil),
            Doctor.Finding(check: "agents", diagnosis: .skipped(becauseOf: "roster"), repaired: nil),
        ]
        let wide = DoctorText(findings: findings, style: plain, isQuiet: false).render().split(separator: "\n")
        #expect(wide.count == 4 && wide[1].hasSuffix("cannot be read; fix: " + advice))
        #expect(wide[2] == "skipped  holder, agents: fix 'roster' first")
        #expect(wide[3] == "1 ok, 2 skipped, 1 failure")
        let narrow = DoctorText(findings: findings, style: plain, isQuiet: false, width: 50).render().split(
            separator: "\n")
        #expect(narrow.allSatisfy { $0.count <= 50 }, "\(narrow)")
        let words = narrow.joined(separator: " ").split(separator: " ")
        #expect(advice.split(separator: " ").allSatisfy(words.contains), "\(narrow)")
        #expect(narrow.contains { $0.hasPrefix("                  fix: create it:") }, "\(narrow)")
        #expect(Doctor.exitStatus(findings) == .unitFailed)
        #expect(Doctor.exitStatus([findings[0], findings[2]]) == .done)
    }

    @Test("words are wrapped, and one that is too long stays whole")
    func wrap() {
        #expect(TextColumns.wrap("one two three", to: 7) == ["one two", "three"])
        #expect(TextColumns.wrap("incomprehensible a b", to: 4) == ["incomprehensible", "a b"])
        #expect(TextColumns.wrap("", to: 4) == [])
    }

    // MARK: history

    private func record(_ units: [(String, String)], waited: Int64 = 0) -> HistoryRecord {
        let spans = [HistoryRecord.Span("start", from: 100, to: 200)]
        let entries = units.map { HistoryRecord.Unit(unit: $0.0, outcome: $0.1, spans: spans) }
        var record = HistoryRecord(
            .restart,
            by: ProcessIdentity(pid: 7, start: 1, pidNamespace: 1, bootID: "b", host: "h", uid: 0), command: "c",
            reason: nil, scope: .fleet, startedAt: "2026-11-24T17:34:48Z", endedAt: "2026-11-24T17:34:50Z",
            result: "done")
        record.units = entries
        record.milliseconds = 2000
        return record
    }

    @Test("the holder's row comes first, and an outcome is whole in the text and in the picture")
    func timeline() {
        let timeline = Timeline(
            record([
                ("mosaic-agent@a.service", "done"), ("mosaic-tmux-holder.service", "done"),
                ("mosaic-agent@b.service", "start-limit-hit"),
            ]))
        #expect(timeline.rows.map(\.label) == ["mosaic-tmux-holder", "a", "b"])
        let text = TimelineText(timeline: timeline, width: 80, style: plain).render().split(separator: "\n")
        #expect(text[0].hasSuffix(" READY"))
        #expect(text[3].hasSuffix("| start-limit-hit") && text.allSatisfy { $0.count <= 80 })
        let reason = Array(repeating: "because", count: 60).joined(separator: " ")
        let picture = TimelineSVG(timeline: timeline, title: "t", subtitle: reason).render()
        #expect(picture.contains(">start-limit-hit<"))
        #expect(picture.components(of: "because") == 60 && !picture.contains("…"))
    }

    @Test(
        "--since takes a day by name and a time of day",
        arguments: [
            ("today", 0, 0, 0), ("yesterday", 1, 0, 0), ("14:30", 0, 14, 30), ("00:00", 0, 0, 0), ("15:01", 1, 15, 1),
            ("14:30:00", 0, 14, 30),
        ])
    func since(_ text: String, _ daysBack: Int, _ hour: Int, _ minute: Int) throws {
        // 15:00 of a day here.
        let midnight = try SinceText.parse("2026-06-24", now: 0)
        let now = midnight + 15 * 3600
        let found = try SinceText.parse(text, now: now)
        #expect(found == midnight - Double(daysBack) * 86400 + Double(hour * 3600 + minute * 60))
    }

    @Test("what is no time is refused", arguments: ["24:00", "14:60", "1:2:3:4", "now", "14:3x", "-1:30", "٣٠:٣٠", ""])
    func noTime(_ text: String) {
        #expect(throws: FleetError.self) { try SinceText.parse(text, now: 1_800_000_000) }
    }

    // MARK: Under sudo

    @Test("under sudo the hint names the fleet of the user who typed it")
    func sudo() {
        let error = FleetError(.noServiceManager, "no user service manager", hint: "run loginctl")
        func hint(_ environment: [String: String], isRoot: Bool = true, _ error: FleetError) -> String {
            SudoHint.added(
                to: error, home: nil, scope: .user, environment: environment, arguments: ["fleet", "status"],
                isRoot: isRoot
            ).hint
        }
        #expect(hint(["SUDO_USER": "alice"], error).hasSuffix("sudo -u alice mosaic fleet status"))
        #expect(hint(["SUDO_USER": "root"], error) == "run loginctl")
        #expect(hint([:], error) == "run loginctl")
        #expect(hint(["SUDO_USER": "alice"], isRoot: false, error) == "run loginctl")
        #expect(hint(["SUDO_USER": "alice"], FleetError(.busy, "busy", hint: "wait")) == "wait")
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
