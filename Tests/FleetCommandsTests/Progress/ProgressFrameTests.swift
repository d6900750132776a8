import FleetKit
import Testing

@testable import FleetCommands

/// The picture of an operation as a pure function of its events, the size and the time.
struct ProgressFrameTests {
    static let start = Duration.seconds(100)

    /// A fleet of `count` agents in the middle of a restart: half are up, some are on their way, the rest wait.
    static func model(_ count: Int) throws -> ProgressModel {
        let holder = try UnitName("mosaic-tmux-holder.service")
        let agents = try (1...count).map { try UnitName("mosaic-agent@a\($0).service") }
        var model = ProgressModel()
        func apply(_ event: OperationEvent, _ seconds: Double = 0) {
            model.apply(event, now: start + .seconds(seconds))
        }
        apply(
            .planned(
                OperationOutline(
                    units: [holder] + agents,
                    phases: [
                        .init(.drain, total: count), .init(.holder, total: 1), .init(.settle, total: 1),
                        .init(.start, total: count), .init(.verify, total: count + 1, lasts: .seconds(2)),
                    ])))
        apply(.phaseBegan(.drain, total: count))
        for (index, agent) in agents.enumerated() {
            apply(.sent(UnitCommand(.stop, agent)))
            let outcome = UnitOutcome(command: .init(.stop, agent), result: .done, state: nil, duration: .seconds(1))
            apply(.finished(outcome, phase: .drain, done: index + 1, total: count), 1)
        }
        apply(.phaseBegan(.holder, total: 1), 1)
        apply(.sent(UnitCommand(.restart, holder)), 1)
        let up = UnitOutcome(
            command: .init(.restart, holder), result: .done, state: nil, duration: .milliseconds(500))
        apply(.finished(up, phase: .holder, done: 1, total: 1), 1.5)
        apply(.phaseBegan(.settle, total: 1), 1.5)
        apply(.waiting(.settle, for: "the new holder does not answer"), 1.6)
        apply(.phaseEnded(.settle, took: .milliseconds(500)), 2)
        apply(.phaseBegan(.start, total: count), 2)
        for agent in agents.prefix(count / 2 + 3) { apply(.sent(UnitCommand(.start, agent)), 2) }
        for (index, agent) in agents.prefix(count / 2).enumerated() {
            let outcome = UnitOutcome(
                command: .init(.start, agent), result: index == 0 ? .failed("exit-code") : .done, state: nil,
                duration: .milliseconds(300))
            apply(.finished(outcome, phase: .start, done: index + 1, total: count), 2.3)
        }
        return model
    }

    static func text(_ model: ProgressModel, _ width: Int, _ height: Int, after seconds: Double = 3.2) -> [String] {
        ProgressFrame(
            model: model, size: TerminalSize(width: width, height: height), now: start + .seconds(seconds),
            style: Style(isColored: false)
        ).lines().map(\.text)
    }

    @Test("80 columns: the phase, the bar, and a line for each unit with its state and its time")
    func wide() throws {
        let lines = Self.text(try Self.model(8), 80, 24)
        #expect(
            lines == [
                "start 4/8      [=======================>                        ]   51%  3.2s",
                "  mosaic-tmux-holder  active      500ms",
                "  a1                  failed      300ms  failed: its process failed",
                "  a2                  active      300ms",
                "  a3                  active      300ms",
                "  a4                  active      300ms",
                "  a5                  starting     1.2s",
                "  a6                  starting     1.2s",
                "  a7                  starting     1.2s",
                "  a8                  stopped        1s",
            ])
    }

    @Test("what is done is collapsed first, then what waits; what failed stays")
    func collapsed() throws {
        let lines = Self.text(try Self.model(200), 80, 12)
        #expect(lines.count == 11)
        #expect(lines[1].hasPrefix("  a1 ") && lines[1].contains("failed"))
        #expect(lines.filter { $0.contains("starting") }.count == 3)
        #expect(!lines.contains { $0.contains("active   ") })
        #expect(lines.last == "  and 192 more: 100 active, 92 stopped")
    }

    @Test(
        "no size breaks it: never wider, never higher",
        arguments: [1, 2, 5, 10, 20, 39, 40, 60, 80, 200], [1, 2, 3, 5, 10, 24, 300])
    func sizes(_ width: Int, _ height: Int) throws {
        for count in [1, 3, 200] {
            let frame = ProgressFrame(
                model: try Self.model(count), size: TerminalSize(width: width, height: height),
                now: Self.start + .seconds(75), style: Style(isColored: true))
            let lines = frame.lines()
            #expect(lines.count <= max(1, height - 1))
            #expect(!lines.isEmpty)
            #expect(lines.allSatisfy { $0.columns <= max(1, width - 1) })
        }
    }

    @Test("the bar only grows, from nothing to all of it")
    func bar() throws {
        #expect(ProgressFrame.bar(0, width: 12) == "[          ]")
        #expect(ProgressFrame.bar(0.5, width: 12) == "[====>     ]")
        #expect(ProgressFrame.bar(1, width: 12) == "[==========]")
        var model = try Self.model(4)
        var last = model.fraction(now: Self.start + .seconds(2.3))
        #expect(last > 0 && last < 1)
        model.apply(.phaseEnded(.start, took: .seconds(1)), now: Self.start + .seconds(3))
        model.apply(.phaseBegan(.verify, total: 5), now: Self.start + .seconds(3))
        for tenth in 30...60 {
            let now = model.fraction(now: Self.start + .milliseconds(tenth * 100))
            #expect(now >= last)
            last = now
        }
        #expect(last == 1)
    }

    @Test("a unit that dies while it is watched flaps when systemd restarts it, else it failed")
    func falls() throws {
        var model = try Self.model(8)
        model.apply(.phaseBegan(.verify, total: 9), now: Self.start + .seconds(3))
        let unit = try UnitName("mosaic-agent@a2.service")
        var state = UnitState(name: unit, activeState: "activating", subState: "auto-restart", result: "exit-code")
        (state.mainExit, state.restarts) = (.init(code: 1, status: 7), UInt32(UnitState.restartsOfFlapping))
        let fall = UnitOutcome(command: .init(.start, unit), result: .failed("exit-code"), state: state)
        model.apply(.finished(fall, phase: .verify, done: 1, total: 9), now: Self.start + .seconds(3.5))
        let other = try UnitName("mosaic-agent@a3.service")
        let dead = UnitState(name: other, activeState: "failed", subState: "failed", result: "signal")
        let death = UnitOutcome(command: .init(.start, other), result: .failed("signal"), state: dead)
        model.apply(.finished(death, phase: .verify, done: 2, total: 9), now: Self.start + .seconds(3.5))
        let lines = Self.text(model, 120, 24, after: 4)
        #expect(lines[3].contains("a2") && lines[3].contains("flapping"))
        #expect(lines[3].contains("died (exit status 7) and waits for its automatic restart"))
        #expect(lines[4].contains("a3") && lines[4].contains("failed") && lines[4].contains("killed by a signal"))
    }

    @Test("a stop counts what is down as done")
    func stop() throws {
        let units = try ["a", "b"].map { try UnitName("mosaic-agent@\($0).service") }
        var model = ProgressModel()
        model.apply(
            .planned(OperationOutline(units: units, phases: [.init(.stop, total: 2)])), now: Self.start)
        #expect(model.goal == .stopped)
        model.apply(.phaseBegan(.stop, total: 2), now: Self.start)
        model.apply(.sent(UnitCommand(.stop, units[0])), now: Self.start)
        let lines = Self.text(model, 40, 24, after: 1)
        #expect(
            lines == [
                "stop 0/2       [          ]    0%  1.0s", "  a  stopping     1.0s", "  b  waiting",
            ])
    }

    @Test("a unit that uses its time to stop is shown with the time that it has")
    func slowStop() throws {
        let units = try ["a", "b"].map { try UnitName("mosaic-agent@\($0).service") }
        var outline = OperationOutline(units: units, phases: [.init(.drain, total: 2)])
        outline.stopTimeouts = [units[0]: .seconds(90)]
        var model = ProgressModel()
        model.apply(.planned(outline), now: Self.start)
        for unit in units { model.apply(.sent(UnitCommand(.stop, unit)), now: Self.start) }
        #expect(Self.text(model, 60, 24, after: 1.5).suffix(2) == ["  a  stopping     1.5s", "  b  stopping     1.5s"])
        #expect(
            Self.text(model, 60, 24, after: 14.5).suffix(2) == ["  a  stopping, 14 s of 90", "  b  stopping    14.5s"])
    }

    @Test("what the holder's restart carries along stops, starts and stays down with it", arguments: [true, false])
    func carried(comesUp: Bool) throws {
        let units = try ["holder", "mosaic-agent@a", "mosaic-agent@b"].map { try UnitName("\($0).service") }
        var model = ProgressModel()
        func states() -> [ProgressModel.State] { model.units.map(\.state) }
        let outline = OperationOutline(
            units: units, phases: [.init(.holder, total: 1), .init(.settle, total: 1), .init(.start, total: 2)],
            carried: [units[1]])
        model.apply(.planned(outline), now: Self.start)
        model.apply(.phaseBegan(.holder, total: 1), now: Self.start)
        model.apply(.sent(UnitCommand(.resetFailed, units[0])), now: Self.start)
        #expect(states() == [.waiting, .waiting, .waiting])
        model.apply(.sent(UnitCommand(.restart, units[0])), now: Self.start)
        #expect(states() == [.restarting, .stopping, .waiting])
        let end = UnitOutcome(
            command: .init(.restart, units[0]), result: comesUp ? .done : .failed("exit-code"), state: nil)
        model.apply(.finished(end, phase: .holder, done: 1, total: 1), now: Self.start + .seconds(1))
        #expect(states() == (comesUp ? [.active, .starting, .waiting] : [.failed, .stopped, .waiting]))
    }
}
