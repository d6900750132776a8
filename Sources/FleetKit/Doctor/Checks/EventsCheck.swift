internal import FleetGuard

/// Whether somebody would be told: the command of `[events]` can be run, systemd waits for events, and the last ones
/// were told.
struct EventsCheck: HealthCheck {
    let name = "events"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let roster = try fleet.roster()
        guard case .file = roster.origin, !roster.events.command.isEmpty else {
            return .ok("the roster has no [events] command")
        }
        guard fleet.usesSystemd else { return .ok("not told by a scripted service manager") }
        let command: [String]
        do throws(FleetError) {
            var environment = fleet.environment
            environment["PATH"] = try fleet.manager().searchPath() ?? environment["PATH"]
            command = try EventProgram.resolved(roster.events.command, environment)
        } catch {
            guard error.code != .noServiceManager else { throw error }
            return .failure("nobody is told of events: \(error.message)", advice: error.hint)
        }
        let path = try UnitName(FleetUnits.eventPath)
        let folder = EventFolder(home: fleet.home)
        guard let state = try fleet.manager().states(of: [path]).first, !state.isNotFound, folder.isThere else {
            return .warning("nobody is told of events: \(path) is not there", advice: fleet.commands.fleet("init"))
        }
        guard state.isActive else {
            let manager = Result { () throws(FleetError) in try fleet.manager() }
            return .warning(
                "nobody is told of events: \(path) is \(state.activeState)",
                advice: fleet.commands.systemd("systemctl", "restart", "--", path.rawValue),
                repair: Repair("started \(path)") { () throws(FleetError) in
                    _ = try manager.get().perform(
                        [UnitCommand(.restart, path)], maxParallel: nil, supervisor: Unsupervised())
                })
        }
        if let problem = try folder.text(EventFolder.problem), let line = problem.parts(at: "\n").first {
            return .warning(
                "the event command failed: \(Printable.oneLine(String(line), limit: 500))",
                advice: "run it by hand: \(ShellWord.line(command)) < EVENT.json")
        }
        return .ok("told by \(Printable.oneLine(command[0]))")
    }
}
