internal import FleetGuard

/// Whether events are delivered: the command of `[events]` can be run, systemd waits for events, and the last ones
/// were delivered.
struct EventsCheck: HealthCheck {
    let name = "events"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let roster = try fleet.roster()
        guard case .file = roster.origin, !roster.events.command.isEmpty else {
            return .ok("the roster has no [events] command")
        }
        guard fleet.usesSystemd else { return .ok("not used with a scripted service manager") }
        let command: [String]
        do throws(FleetError) {
            var environment = fleet.environment
            environment["PATH"] = try fleet.manager().searchPath() ?? environment["PATH"]
            command = try EventProgram.resolved(roster.events.command, environment)
        } catch  where error.code != .noServiceManager {
            return .failure("events are not delivered: \(error.message)", advice: error.hint)
        }
        let path = try UnitName(FleetUnits.eventPath)
        let folder = EventFolder(home: fleet.home)
        guard let state = try fleet.manager().states(of: [path]).first, !state.isNotFound, folder.isThere else {
            return .warning("events are not delivered: \(path) is not there", advice: fleet.commands.fleet("init"))
        }
        guard state.isActive else {
            let manager = Result { () throws(FleetError) in try fleet.manager() }
            return .warning(
                "events are not delivered: \(path) is \(state.activeState)",
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
        return .ok("delivered by \(Printable.oneLine(command[0]))")
    }
}
