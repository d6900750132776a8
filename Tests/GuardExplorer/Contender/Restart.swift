internal import FleetGuard
internal import FleetKit

/// One guarded restart of the agent, as the dispatcher runs it for `mosaic fleet restart`.
struct Restart {
    let policy: WaitPolicy
    let joins: Bool
    let onlyFailed: Bool
    let steps: [ScriptStep]
    let bug: SeededBug?

    func run(
        _ policyGuard: Guard, _ seam: Seam, step: @escaping (ScriptStep, HeldLock) throws(FleetError) -> Void
    ) throws(FleetError) {
        let manager = SimulatedManager(seam, onlyFailed: onlyFailed, joins: joins)
        var wish: RestartWish?
        if bug == .wishedTooEarly { wish = try manager.wish() }
        _ = seam.ask(.mark(.asked))
        if bug == .decidedTooEarly { seam.knownAgent = seam.ask(.agent) }
        func contended() throws(FleetError) {
            guard joins, bug != .wishedTooEarly else { return }
            wish = try manager.wish()
        }
        func work(_ lock: HeldLock) throws(FleetError) {
            _ = seam.ask(.mark(.granted))
            for one in steps {
                guard case .operate = one else {
                    try step(one, lock)
                    continue
                }
                let report = try manager.operation(wish: bug == .joinLeftOut ? nil : wish).run(holding: lock)
                _ = seam.ask(.mark(.wellDone(onlyFailed: onlyFailed)))
                if report.units.isEmpty && !report.fulfilled.isEmpty { _ = seam.ask(.mark(.joined)) }
            }
        }
        try policyGuard.withLock(
            LockRequest(scope: .agents(["a"]), command: "restart"), policy, contended: contended, work)
    }
}

extension ScriptStep {
    var isOperation: Bool {
        switch self {
        case .operate, .roll: true
        case .restart(_, joins: _, onlyFailed: _, let steps): steps.contains(where: \.isOperation)
        default: false
        }
    }

    /// It appends to the lock record.
    var writesRecord: Bool {
        switch self {
        case .progress, .operate, .roll: true
        case .restart(_, joins: _, onlyFailed: _, let steps): steps.contains(where: \.writesRecord)
        default: false
        }
    }
}
