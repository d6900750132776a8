internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// Where everything that a restart from inside the fleet says can be read afterwards.
    var transcriptPath: String { home.fleetDirectory + "/last-restart-from-inside.log" }

    /// Moves this process out of the fleet if it is in it, before the lock is taken: a restart must survive what it
    /// restarts. Its terminal may not survive, so everything said from now on is kept in a file as well.
    ///
    /// It has to leave twice. Its cgroup, which systemd kills, by a transient scope; and its terminal's session, whose
    /// processes the agent's unit ends, by being started again in a session of its own.
    /// - Parameters:
    ///   - needsManager: false: when there is no service manager, the command stays where it is.
    ///   - isNested: the `lock run` around this command has left already, and the command with it.
    /// - Returns: the exit status of that other process, once it has ended; nil when this one is to go on.
    /// - Throws: `.usage` when it would have to move and may not; `.noServiceManager`; `.io`.
    func leaveFleet(isAllowed: Bool, needsManager: Bool, isNested: Bool) throws(FleetError) -> ExitStatus? {
        let found: FleetResidence?
        do throws(FleetError) {
            found = try FleetResidence.find(roster: roster(), manager: manager(), environment: environment)
        } catch {
            guard !needsManager, error.code == .noServiceManager || error.code == .noSuchUnit else { throw error }
            if error.code == .noServiceManager { goWithoutManager(error) }
            output.note("cannot tell whether this command runs inside the fleet: \(error.message)")
            return nil
        }
        guard let residence = found else { return nil }
        if case .cgroup(let unit) = residence.place { residentUnit = unit }
        let place: String =
            switch residence.place {
            case .cgroup(let unit): "inside \(unit)"
            case .terminal: "in a window of the fleet's tmux server"
            }
        guard isAllowed || isNested else {
            throw FleetError(
                .usage, "this command runs \(place), which it would stop, and --no-detach was given",
                hint: "run it from outside the fleet, or without --no-detach")
        }
        guard OwnSession.isOwn || isNested else {
            let asked = AskedEnds(home: home)
            let unit = residentUnit
            return ExitStatus(rawValue: try OwnSession.runAgain(until: signals) { unit.map(asked.isAsked) ?? false })
        }
        try output.keepTranscript(at: transcriptPath)
        output.note(
            "this command runs \(place); if its terminal closes, see \(transcriptPath)"
                + " and 'mosaic fleet history last'")
        signals.ignoreHangUp()
        if let unit = residence.unitToLeave, !isNested {
            output.detail("moved out of \(unit) into \(try FleetResidence.leave(unit, through: manager()))")
        }
        return nil
    }
}
