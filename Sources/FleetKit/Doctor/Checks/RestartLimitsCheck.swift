internal import FleetGuard

/// `Restart=` together with the start limit: neither a loop without end nor one that gives up within a blink.
struct RestartLimitsCheck: HealthCheck {
    let name = "restart-limits"

    /// A holder's restart takes about this long at most; a unit that gives up sooner is lost by one.
    static let holderRestart: Duration = .seconds(3)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let units = try fleet.roster().units
        var looping: [UnitName] = []
        var endless: [UnitName] = []
        var hasty: [UnitName] = []
        for unit in units {
            let state = try fleet.state(of: unit)
            guard state.loadState == "loaded" else { continue }
            if state.isInAutoRestart { looping.append(unit) }
            switch Self.judge(try fleet.settings(of: unit)) {
            case .endless: endless.append(unit)
            case .hasty: hasty.append(unit)
            case .sound: break
            }
        }
        if !looping.isEmpty {
            return .failure(
                "in a restart loop: \(HealthContext.list(looping))",
                advice: "see why with 'mosaic fleet logs', then 'mosaic fleet restart --only-failed'")
        }
        var parts: [String] = []
        if !endless.isEmpty {
            parts.append("would restart forever if it kept failing: \(HealthContext.list(endless))")
        }
        if !hasty.isEmpty {
            parts.append(
                "systemd gives up after \(DurationText.human(Self.holderRestart)) of failing starts: \(HealthContext.list(hasty))"
            )
        }
        guard parts.isEmpty else {
            return .warning(
                parts.joined(separator: "; "),
                advice: "use RestartSec=2, StartLimitIntervalSec=60 and StartLimitBurst=10, as 'mosaic fleet init'"
                    + " does")
        }
        return .ok("no unit restarts forever or gives up too soon")
    }

    enum Judgement { case sound, endless, hasty }

    /// A unit that fails at once is started every `RestartSec`. It reaches the limit when one more than the burst falls
    /// into the interval, so never if burst × RestartSec is as long as that.
    static func judge(_ settings: UnitSettings) -> Judgement {
        guard settings.restart != "no" else { return .sound }
        guard settings.startLimitInterval > .zero, settings.startLimitBurst > 0 else { return .endless }
        // Bounded, since a product with systemd's `infinity` has no end.
        let delay = min(settings.restartDelay, .seconds(1_000_000))
        let time = delay * Int(settings.startLimitBurst)
        if time >= settings.startLimitInterval { return .endless }
        return time < holderRestart ? .hasty : .sound
    }
}
