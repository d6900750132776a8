internal import FleetGuard

/// The timer that heals, where there is one: systemd runs it, and the last heal ended well.
struct HealCheck: HealthCheck {
    let name = "heal"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd,
            let interval = try FleetInstaller.healInterval(scope: fleet.scope, environment: fleet.environment)
        else { return .ok("no timer restarts failed units ('mosaic fleet enable --heal 2m' sets one)") }
        let timer = try UnitName(FleetUnits.healTimer)
        let service = try UnitName(FleetUnits.healService)
        let span = DurationText.canonical(interval)
        let again = fleet.commands.fleet("enable", "--heal", span)
        let states = try fleet.manager().states(of: [timer, service])
        guard states.count == 2, states[0].isActive else {
            return .warning("\(timer) is not running, so nothing is healed", advice: again)
        }
        guard try fleet.manager().unitFileStates(of: [timer]).first?.isExactly("enabled") == true else {
            return .warning("every \(span), but not after the next boot: \(timer) is not enabled", advice: again)
        }
        if let now = BootTime.now() {
            let resting = try HealFile(home: fleet.home).read().resting(at: now).keys.sorted()
            if !resting.isEmpty {
                return .warning(
                    "every \(span); tried \(HealTries.most) times within an hour and now resting: "
                        + HealthContext.list(resting),
                    advice: "see why it fails: \(fleet.commands.journal(of: resting[0], lines: 50))")
            }
        }
        if states[1].isFailed {
            return .warning(
                "every \(span); the last heal failed",
                advice: fleet.commands.journal(of: service, lines: 20))
        }
        return .ok("every \(span)")
    }
}
