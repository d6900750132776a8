internal import FleetGuard
internal import FleetKit

/// Says on stderr what the guard does while it acquires. One line for a wait, however long.
final class GuardVoice {
    private let output: Output
    private var hasSaidWaiting = false

    init(_ output: Output) { self.output = output }

    func say(_ event: GuardEvent) {
        switch event {
        case .waiting(let status): sayOnce(Self.waiting(status))
        case .waitingInside(let occupant, _): sayOnce("waiting inside the same lock run for the restart by \(occupant)")
        case .tookOver(let observation, let verdict):
            output.note(
                "took over the lock from \(observation.record == nil ? "an " : "")\(LockWords.owner(observation)): "
                    + LockWords.why(verdict))
        case .burying(let owner, let grace):
            output.note(
                "waiting up to \(DurationText.canonical(grace)) for the evicted \(LockWords.owner(owner.observation)) to stop"
            )
        case .killed(let owner, let pid):
            output.warning("killed process \(pid) of the evicted \(LockWords.owner(owner.observation))")
        case .buried(let owner):
            output.detail("the evicted \(LockWords.owner(owner.observation)) is gone")
        case .notBuried(let owner, let why):
            output.warning(
                "continuing, although the evicted \(LockWords.owner(owner.observation)) may still act: \(why)")
        case .releaseFailed(let error):
            output.warning("the lock was not released (\(error.message)); it is free once this process has ended")
        }
    }

    private func sayOnce(_ words: @autoclosure () -> String) {
        guard !hasSaidWaiting else { return }
        hasSaidWaiting = true
        output.note(words())
    }

    static func waiting(_ status: WaitStatus) -> String {
        func clock(_ left: Duration) -> String { LocalTime.ofDay(SystemTime().wallClock() + left.inSeconds) }
        let until =
            switch status.policy.end(for: status.observation.record) {
            case .never: "until it is released"
            case .givesUp(let limit):
                "up to \(DurationText.canonical(limit)) (until \(clock(limit - status.waited)))"
            case .takesOver(let limit):
                "up to \(DurationText.canonical(limit)) for this owner (until \(clock(limit - status.owner)))"
            }
        return "waiting \(until): \(LockWords.ownerInFull(status.observation))"
    }
}
