public import FleetGuard

/// What an agent has on its screen, read without attaching.
public struct SessionScreen {
    private let tmux: AgentTmux

    /// - Throws: `.badRoster` where the roster names no socket; `.notActive` where the holder has no server; `.usage`
    ///   without tmux in `PATH`.
    public init(
        of roster: Roster, manager: any ServiceManager, environment: [String: String]
    ) throws(FleetError) {
        tmux = try AgentTmux(of: roster, manager: manager, environment: environment)
    }

    /// The lines of the agent's own pane, from the top, without the empty ones at the end. Not safe for a terminal.
    ///
    /// - Parameter history: lines above the screen to begin with.
    /// - Throws: `.notActive` where the agent has no session or the server does not answer.
    public func lines(of agent: AgentName, history: Int) throws(FleetError) -> [String] {
        let pane = try tmux.pane(of: agent, "").id
        let start = history > 0 ? ["-S", "-\(history)"] : []
        return LastScreen.lines(try tmux.run(["capture-pane", "-p", "-t", pane] + start, for: agent))
    }

    /// One look at a pane that is followed.
    public struct Look: Sendable, Equatable {
        /// From the top, without the empty ones at the end.
        public var lines: [String]
        /// Of `lines`: those above the screen.
        package var above: Int
        /// Of `lines`: those above the cursor, which are finished as far as can be told.
        public var finished: Int
    }

    /// As `lines`, with the place of the cursor, both of one moment.
    public func look(at agent: AgentName, history: Int) throws(FleetError) -> Look {
        let pane = try tmux.pane(of: agent, "").id
        let start = history > 0 ? ["-S", "-\(history)"] : []
        let output = try tmux.run(
            ["display-message", "-p", "-t", pane, "#{cursor_y} #{history_size}", ";", "capture-pane", "-p", "-t", pane]
                + start, for: agent)
        guard let (place, screen) = output.halves(at: "\n") else { return Look(lines: [], above: 0, finished: 0) }
        let numbers = place.parts(at: " ").compactMap { Int($0) }
        let above = numbers.count == 2 ? min(history, numbers[1]) : 0
        let lines = LastScreen.lines(String(screen))
        let finished = above + min(numbers.first ?? 0, 1 << 20)
        return Look(lines: lines, above: min(lines.count, above), finished: min(lines.count, finished))
    }
}
