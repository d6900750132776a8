internal import FleetGuard

/// The holder's unit: there, and such that its teardown really ends.
struct HolderCheck: HealthCheck {
    let name = "holder"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let holder = try fleet.roster().holder.unit
        let state = try fleet.state(of: holder)
        guard state.loadState == "loaded" else { return Self.notLoaded(holder, state.loadState, fleet.commands) }
        let settings = try fleet.settings(of: holder)
        if settings.killMode == "none" || settings.killMode == "process" {
            return .failure(
                "\(holder) has KillMode=\(settings.killMode): its stop leaves the sessions' processes alive",
                advice: "set KillMode=control-group in a drop-in; 'mosaic fleet init' writes it that way")
        }
        if settings.commands.contains(where: { TmuxCommandLine($0)?.startsNoServer == true }) {
            return .failure(
                "\(holder) runs tmux with -N, which never starts a server",
                advice: "take -N out of its ExecStart=; 'mosaic fleet init' writes it that way")
        }
        let why = OutcomeWords().reason(result: state.result, state: state)
        let logs = "see why with '\(fleet.commands.fleet("logs", "--holder", "-n", "50"))'"
        if state.isFailed {
            return .failure(
                "\(holder) failed: \(why)", advice: "\(logs), then run '\(fleet.commands.fleet("start"))'")
        }
        if state.isInAutoRestart {
            return .failure("\(holder) died (\(why)), and systemd is about to restart it", advice: logs)
        }
        return .ok(Printable.oneLine("\(holder) is \(state.activeState), KillMode=\(settings.killMode)"))
    }

    /// A unit that systemd could not load. `init --force` mends neither a mask nor an operator's own drop-in.
    static func notLoaded(_ unit: UnitName, _ loadState: String, _ commands: NextCommands) -> Diagnosis {
        switch loadState {
        case "not-found":
            return .failure("there is no unit \(unit)", advice: commands.fleet("init"))
        case "masked":
            return .failure(
                "\(unit) is masked, so nothing can start it",
                advice: commands.systemd("systemctl", "unmask", "--", unit.rawValue))
        default:
            return .failure(
                "systemd cannot load \(unit) (\(Printable.oneLine(loadState)))",
                advice: "'\(commands.systemd("systemctl", "status", "--", unit.rawValue))' says which file is wrong;"
                    + " correct that one")
        }
    }
}
