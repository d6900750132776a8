/// Turns a job's end and the unit's states around it into one outcome; the same rules for every backend.
///
/// `done` alone proves nothing: a failed Condition is `done`, and so is a service that ended at once. So the state
/// decides wherever it speaks, and the job's result only where the state is silent.
package enum OutcomeJudge {
    /// - Parameters:
    ///   - before: the state read before the command was sent.
    ///   - after: the state read after its job was gone.
    ///   - requirementsDown: a unit that `after.requirements` names is not active; consulted only where the backend
    ///     could not learn the job's own result.
    package static func judge(
        _ command: UnitCommand, job: JobResult, before: UnitState?, after: UnitState, requirementsDown: Bool = false
    ) -> UnitOutcome.Result {
        if after.isNotFound && !after.isActive { return command.verb == .stop ? .done : .notFound }
        switch command.verb {
        case .resetFailed:
            // Taken is done: a start that was sent right behind it may have failed by now.
            return job == .done || !after.isFailed ? .done : .failed(after.result)
        case .stop: return judgeStop(job: job, after: after)
        case .start, .restart:
            return judgeStart(
                command, job: job, before: before, after: after, requirementsDown: requirementsDown)
        }
    }

    /// The outcome of a command that must not be sent at all, or nil when it may be sent.
    ///
    /// A unit that runs although its file is masked or gone can still be stopped.
    package static func refusal(_ command: UnitCommand, before: UnitState) -> UnitOutcome.Result? {
        guard before.loadState != "loaded" else { return nil }
        switch command.verb {
        case .stop where before.isDown, .resetFailed where !before.isFailed:
            return before.isNotFound && command.verb != .stop ? .notFound : .done
        case .stop, .resetFailed: return nil
        case .start, .restart:
            if before.isMasked { return .masked }
            return before.isNotFound ? .notFound : .loadFailed(before.loadState)
        }
    }

    private static func judgeStop(job: JobResult, after: UnitState) -> UnitOutcome.Result {
        if after.isDown { return .done }
        return named(job) ?? .failed(after.result == "success" ? "still \(after.activeState)" : after.result)
    }

    private static func judgeStart(
        _ command: UnitCommand, job: JobResult, before: UnitState?, after: UnitState, requirementsDown: Bool
    ) -> UnitOutcome.Result {
        if after.isMasked && !after.isActive { return .masked }
        if after.result == "start-limit-hit" { return .startLimitHit }
        // `named` first for the results that are not about this unit's own process: an older failure may still show.
        if let result = named(job) { return result }
        if after.loadState != "loaded" && !after.isActive { return .loadFailed(after.loadState) }
        if after.isActive {
            let isNewRun = before?.invocationID != after.invocationID || before?.isActive != true
            if command.verb == .start || isNewRun { return .done }
            return job == .done ? .done : .canceled
        }
        if !after.conditionResult { return .skipped }
        if wasRefusedByStartLimit(job, before: before, after: after), !requirementsDown { return .startLimitHit }
        if after.isFailed || after.isInAutoRestart { return .failed(after.result) }
        switch job {
        case .notDone, .lost: return requirementsDown ? .dependency : .canceled
        case .failed: return .failed(after.result)
        default: return .exited(after.subState)
        }
    }

    /// systemd writes `start-limit-hit` only over `success`: a unit that had failed keeps its older Result when the
    /// next start is refused (service_enter_dead() of systemd 252). But each run has an invocation of its own, so a
    /// start that failed without a new one never began.
    private static func wasRefusedByStartLimit(_ job: JobResult, before: UnitState?, after: UnitState) -> Bool {
        guard [.failed, .notDone, .lost].contains(job), after.isFailed, let before else { return false }
        return !after.invocationID.isEmpty && before.invocationID == after.invocationID
    }

    /// The outcomes that the job's result alone decides.
    private static func named(_ job: JobResult) -> UnitOutcome.Result? {
        switch job {
        case .canceled: .canceled
        case .timeout: .timeout
        case .dependency: .dependency
        case .skipped: .skipped
        case .done, .failed, .notDone, .lost: nil
        case .invalid, .assert, .unsupported, .collected, .once, .frozen, .concurrency: .refused("\(job)")
        case .other(let word): .unknown(word)
        }
    }
}
