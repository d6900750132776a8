import Testing

@testable import FleetCommands
@testable import FleetKit

@Suite("What status says of a unit that is down")
struct StatusRemarkTests {
    private func row(_ active: String, since: UInt64, exit: UnitState.MainExit? = nil, trouble: String? = nil) throws
        -> StatusReport.Row
    {
        var state = UnitState(name: try UnitName("mosaic-agent@a.service"), activeState: active, mainExit: exit)
        state.inactiveSince = since
        return StatusReport.Row(role: .agent, agent: try AgentName("a"), state: state, trouble: trouble)
    }

    /// 2026-01-02 03:04:05 UTC, in whatever zone the test runs.
    private let since: UInt64 = 1_767_323_045_000_000
    private var time: String { LocalTime.ofDayWithDate(1_767_323_045) }

    @Test func theTimeAndTheEndAreSaid() throws {
        #expect(
            StatusText.remark(try row("failed", since: since, trouble: "exit status 7")) == "exit status 7, at \(time)")
        #expect(
            StatusText.remark(try row("inactive", since: since, exit: .init(code: 1, status: 0)))
                == "down since \(time), with exit status 0")
        #expect(StatusText.remark(try row("inactive", since: since)) == "down since \(time)")
        var stopped = try row("inactive", since: since, exit: .init(code: 1, status: 0))
        stopped.stop = .init(author: "alice (pts/3)", time: 1_767_323_000)
        #expect(StatusText.remark(stopped) == "stopped by alice (pts/3) at \(time)")
        stopped.trouble = "exit status 7"
        #expect(StatusText.remark(stopped) == "exit status 7, at \(time), stopped by alice (pts/3)")
        // systemd has forgotten it, and the history has not.
        var forgotten = try row("inactive", since: 0)
        forgotten.stop = .init(author: "bob", time: 1_767_323_045)
        #expect(StatusText.remark(forgotten) == "stopped by bob at \(time)")
        #expect(StatusText.remark(try row("inactive", since: 0)) == nil)
        #expect(StatusText.remark(try row("active", since: since)) == nil)
        #expect(StatusText.remark(try row("active", since: since, trouble: "flaps")) == "flaps")
    }

    @Test func sinceTellsHowLongItHasBeenDown() throws {
        let table = StatusTable(layout: .wide, style: Style(isColored: false), now: 1_767_323_045 + 90)
        let lines = table.lines([try row("failed", since: since)], width: nil).map(\.text)
        #expect(lines[1].contains("1m 30s ago"))
        #expect(lines[0].contains("  CPU  RESULT"))
    }
}
