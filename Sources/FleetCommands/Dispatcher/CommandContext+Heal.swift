internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// How often a timer heals the fleet; nil where none does.
    func healInterval() throws(FleetError) -> Duration? {
        guard common.backend != .fake else { return nil }
        return try FleetInstaller.healInterval(scope: common.scope.managerScope, environment: environment)
    }

    /// The same for a command that has other things to say.
    var knownHealInterval: Duration? {
        do throws(FleetError) { return try healInterval() } catch {
            output.detail("cannot tell whether a heal timer is set: \(error.message)")
            return nil
        }
    }

    /// Writes the timer, and has systemd run it from now on and after each boot.
    func enableHeal(every interval: Duration) throws(FleetError) {
        guard common.backend != .fake else {
            throw FleetError(
                .usage, "--heal needs timers, and a scripted service manager has none", hint: "leave out --heal")
        }
        let timer = try UnitName(FleetInstaller.healTimer)
        let changes = try installer().installHeal(every: interval)
        for change in changes {
            if case .kept(let why) = change.action {
                throw FleetError(
                    .unsafeHome, "\(Printable.oneLine(change.path, limit: 4096)) was \(why), and is left alone",
                    hint: "move it away and run the command again")
            }
        }
        if changes.contains(where: \.action.isChange) { try manager().reload() }
        _ = try manager().setEnabled(true, [timer])
        try send(.restart, timer)
    }

    /// - Returns: whether there was a timer.
    func disableHeal() throws(FleetError) -> Bool {
        guard try healInterval() != nil else { return false }
        let timer = try UnitName(FleetInstaller.healTimer)
        // First the timer: a heal that it has begun goes on, and is the last.
        try send(.stop, timer)
        _ = try manager().setEnabled(false, [timer])
        for change in try installer().removeHeal() {
            if case .kept(let why) = change.action {
                output.warning("\(Printable.oneLine(change.path, limit: 4096)) is left alone: \(why)")
            }
        }
        try manager().reload()
        return true
    }

    private func send(_ verb: UnitCommand.Verb, _ unit: UnitName) throws(FleetError) {
        let outcomes = try manager().perform(
            [UnitCommand(verb, unit)], maxParallel: nil, supervisor: Questioner { [signals] in signals.interruption() })
        guard let failed = outcomes.first(where: { !$0.isDone }) else { return }
        throw FleetError(
            .unitFailed, "\(unit): \(OutcomeWords().message(for: failed))",
            hint: "see why with: \(try nextCommands().systemd("systemctl", "status", "--", unit.rawValue))")
    }
}
