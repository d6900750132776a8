internal import FleetGuard

/// Watches units that have just come up: one that dies, flaps or goes to auto-restart within the window did not stay up.
struct StabilityWatch {
    struct Fall {
        var state: UnitState
        var why: String
    }

    let manager: any ServiceManager
    let words: OutcomeWords
    let clock: any OperationClock
    let supervisor: FencedSupervisor

    private static let step = Duration.milliseconds(100)

    /// - Parameter baseline: the states of the units right after they came up.
    /// - Returns: the units that fell, in the order in which they were seen to; each was also given to `onFall`.
    func run(
        _ baseline: [UnitState], for window: Duration, onFall: (Fall) throws(FleetError) -> Void
    ) throws(FleetError) {
        var watched = baseline
        let deadline = clock.now() + window
        while !watched.isEmpty {
            try supervisor.look()
            let states = try manager.overview(of: watched.map(\.name))
            try supervisor.managerAnswered()
            var standing: [UnitState] = []
            for (before, now) in zip(watched, states) {
                if Self.stands(before, now) {
                    standing.append(before)
                } else {
                    try onFall(Fall(state: now, why: words.fall(from: before, to: now)))
                }
            }
            watched = standing
            let rest = deadline - clock.now()
            guard rest > .zero else { return }
            clock.sleep(for: min(Self.step, rest))
        }
    }

    private static func stands(_ before: UnitState, _ now: UnitState) -> Bool {
        now.isActive && now.invocationID == before.invocationID && now.restarts <= before.restarts
    }
}
