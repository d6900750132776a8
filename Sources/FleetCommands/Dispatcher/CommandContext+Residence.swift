internal import FleetKit

extension CommandContext {
    /// Where everything that a restart from inside the fleet says can be read afterwards.
    var transcriptPath: String { home.fleetDirectory + "/last-restart-from-inside.log" }

    /// Moves this process out of the fleet if it is in it, before the lock is taken: a restart must survive what it
    /// restarts. Its terminal may not survive, so everything said from now on is kept in a file as well.
    ///
    /// It has to leave twice. Its cgroup, which systemd kills, by a transient scope; and its terminal's session, whose
    /// processes the agent's unit ends, by being started again in a session of its own.
    /// - Returns: the exit status of that other process, once it has ended; nil when this one is to go on.
    /// - Throws: `.usage` when it would have to move and may not; `.noServiceManager`; `.io`.
    func leaveFleet(isAllowed: Bool) throws(FleetError) -> Int32? {
        let manager = try manager()
        guard let residence = try FleetResidence.find(roster: roster(), manager: manager, environment: environment)
        else { return nil }
        let place: String =
            switch residence.place {
            case .cgroup(let unit): "inside \(unit)"
            case .terminal: "in a window of the fleet's tmux server"
            }
        guard isAllowed else {
            throw FleetError(
                .usage, "this command runs \(place), which the restart takes down, and --no-detach was given",
                hint: "run it from outside the fleet, or without --no-detach")
        }
        guard OwnSession.isOwn else { return try OwnSession.runAgain(until: signals) }
        try output.keepTranscript(at: transcriptPath)
        output.note("this command runs \(place); if its terminal ends, read on in \(transcriptPath)")
        signals.ignoreHangUp()
        if case .cgroup(let unit) = residence.place {
            output.detail("moved out of \(unit) into \(try FleetResidence.leave(unit, through: manager))")
        }
        return nil
    }
}
