internal import FleetKit

/// One guarded restart, as the dispatcher runs it for `mosaic fleet restart`.
struct Restart {
    let policy: WaitPolicy
    let scope: ScriptScope
    let joins: Bool
    let isWhole: Bool
    let steps: [ScriptStep]
    let bug: SeededBug?

    func run(
        _ policyGuard: Guard, _ seam: Seam, step: @escaping (ScriptStep, HeldLock) throws(FleetError) -> Void
    ) throws(FleetError) {
        _ = seam.ask(.mark(.asked(scope.rawValue)))
        if bug == .decidedTooEarly { seam.knownAgent = seam.ask(.agent) }
        let work = { (lock: HeldLock) throws(FleetError) in
            _ = seam.ask(.mark(.granted))
            if bug == .recordedTooEarly { try policyGuard.recordCompleted(lock) }
            for (index, one) in steps.enumerated() {
                try step(one, lock)
                // The restart operation remembers what an owner before it left behind, which no checkpoint knows.
                if bug == nil, !steps.contains(where: \.isOperation) {
                    seam.finishedStep(100 + index, holdsLock: true, isJoinable: true)
                }
            }
            if isWhole { _ = seam.ask(.mark(.whole)) }
        }
        let outcome = try policyGuard.run(
            LockRequest(scope: scope.scope, command: "restart"), policy, joins: joins, isWhole: { isWhole },
            notRecorded: { _ in }, work)
        if case .joined = outcome { _ = seam.ask(.mark(.joined)) }
    }
}

extension ScriptStep {
    var isOperation: Bool {
        switch self {
        case .operate: true
        case .restart(_, of: _, joins: _, isWhole: _, let steps): steps.contains(where: \.isOperation)
        default: false
        }
    }

    /// It appends to the lock record.
    var writesRecord: Bool {
        switch self {
        case .progress, .operate: true
        case .restart(_, of: _, joins: _, isWhole: _, let steps): steps.contains(where: \.writesRecord)
        default: false
        }
    }
}
