internal import FleetKit
import Testing

/// Ends that systemd's words alone tell wrongly.
@Suite struct OutcomeJudgeEvidence {
    private let start: UnitCommand
    private let reset: UnitCommand
    private let stop: UnitCommand
    private let failed: UnitState

    init() throws {
        let unit = try UnitName("x.service")
        start = UnitCommand(.start, unit)
        reset = UnitCommand(.resetFailed, unit)
        stop = UnitCommand(.stop, unit)
        failed = UnitState(
            name: unit, activeState: "failed", subState: "failed", result: "exit-code", invocationID: "aa")
    }

    /// systemd 252 keeps the older Result when it refuses the next start.
    @Test(arguments: [JobResult.failed, .notDone, .lost])
    func aStartThatFailedWithoutANewInvocationHitTheStartLimit(job: JobResult) {
        #expect(OutcomeJudge.judge(start, job: job, before: failed, after: failed) == .startLimitHit)
    }

    @Test func aStartThatFailedInARunOfItsOwnFailed() {
        var after = failed
        after.invocationID = "bb"
        #expect(OutcomeJudge.judge(start, job: .failed, before: failed, after: after) == .failed("exit-code"))
    }

    @Test func aDownRequirementExplainsAStartThatNeverBegan() {
        let result = OutcomeJudge.judge(start, job: .notDone, before: failed, after: failed, requirementsDown: true)
        #expect(result == .failed("exit-code"))
    }

    /// A start sent right behind the reset may have failed by the time the state is read.
    @Test func aResetThatWasTakenIsDone() {
        #expect(OutcomeJudge.judge(reset, job: .done, before: failed, after: failed) == .done)
        #expect(OutcomeJudge.judge(reset, job: .notDone, before: failed, after: failed) == .failed("exit-code"))
    }

    @Test func whatMustNotBeSent() {
        func refusal(_ command: UnitCommand, _ load: String, _ active: String) -> UnitOutcome.Result? {
            let state = UnitState(name: command.unit, loadState: load, activeState: active)
            return OutcomeJudge.refusal(command, before: state)
        }
        #expect(refusal(start, "loaded", "inactive") == nil)
        #expect(refusal(start, "masked", "active") == .masked)
        #expect(refusal(start, "not-found", "inactive") == .notFound)
        #expect(refusal(start, "bad-setting", "active") == .loadFailed("bad-setting"))
        #expect(refusal(stop, "not-found", "inactive") == .done)
        #expect(refusal(stop, "masked", "active") == nil)
        #expect(refusal(stop, "not-found", "failed") == .done)
        #expect(refusal(reset, "not-found", "failed") == nil)
        #expect(refusal(reset, "not-found", "inactive") == .notFound)
        #expect(refusal(reset, "masked", "inactive") == .done)
    }
}
