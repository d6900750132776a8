package import FleetGuard

/// The waiting of one `restart --when-idle`: before the lock is asked for, and again each time it was given back. One
/// deadline bounds all of it; the wait for the lock is not counted here and has its own bound.
package final class IdleTurns {
    package enum OnDeadline: String, CaseIterable, Sendable {
        case giveUp = "give-up"
        case restart
    }

    /// What is waited for at one moment.
    package struct Status: Sendable, Equatable {
        package var occupied: [IdleWait.Occupied]
        /// In all turns.
        package var waited: Duration
        /// Until the deadline.
        package var left: Duration
        package var limit: Duration
        package var onDeadline: OnDeadline
    }

    package static let defaultLimit = Duration.seconds(600)

    private let limit: Duration
    private let onDeadline: OnDeadline
    private let clock: any OperationClock
    private let wallClock: () -> Double
    /// Set when something is busy for the first time.
    private var deadline: Duration?
    /// The last turn found these busy under the lock, after the deadline.
    private var lateOccupied: [IdleWait.Occupied]?
    /// The deadline has passed, and the restart was asked to continue anyway.
    package private(set) var cutsWork = false
    /// In all turns so far.
    package private(set) var waited = Duration.zero
    /// Whoever was waited for, in the order of the first time.
    package private(set) var waitedFor: [String] = []
    /// What earlier turns have restarted, in words; nil: nothing was touched.
    package var touched: String?

    /// - Parameter wallClock: seconds since 1970, to tell how long an agent has been busy.
    package init(
        limit: Duration = defaultLimit, onDeadline: OnDeadline = .giveUp, clock: any OperationClock = SystemClock(),
        wallClock: @escaping () -> Double
    ) {
        self.limit = limit
        self.onDeadline = onDeadline
        self.clock = clock
        self.wallClock = wallClock
    }

    /// Waits until a stop would cut no work, or until the deadline if the restart is to continue then.
    ///
    /// - Parameter told: called each time the agents waited for change; never if there were none.
    /// - Throws: `.busy` at the deadline, naming the busy agents and since when; what the supervisor threw, with the words
    ///   that nothing was touched; `.noServiceManager`.
    package func wait(
        _ wait: IdleWait, supervisor: any JobSupervisor, told: (Status) -> Void
    ) throws(FleetError) {
        guard !cutsWork else { return }
        let began = clock.now()
        let deadline = deadline ?? began + limit
        self.deadline = deadline
        let before = waited
        let end: IdleWait.End
        do throws(FleetError) {
            end = try wait.run(atMost: max(.zero, deadline - began), supervisor: supervisor) { occupied in
                note(occupied)
                let now = clock.now()
                told(
                    Status(
                        occupied: occupied, waited: before + now - began, left: max(.zero, deadline - now),
                        limit: limit, onDeadline: onDeadline))
            }
        } catch {
            var error = error
            if error.code == .interrupted || error.code == .terminated {
                error.message += " while waiting until no agent is busy; \(touched ?? "nothing was touched")"
            }
            throw error
        }
        waited = before + clock.now() - began
        if case .deadline(let occupied) = end {
            try isOver(occupied)
        } else if let lateOccupied {
            try isOver(lateOccupied)
        }
    }

    /// The lock was given back because of these.
    package func heldBack(_ occupied: [IdleWait.Occupied]) {
        note(occupied)
        let deadline = deadline ?? clock.now() + limit
        self.deadline = deadline
        lateOccupied = clock.now() >= deadline ? occupied : nil
    }

    private func isOver(_ occupied: [IdleWait.Occupied]) throws(FleetError) {
        note(occupied)
        guard onDeadline == .giveUp else {
            cutsWork = true
            return
        }
        let now = wallClock()
        throw FleetError(
            .busy,
            "still busy at the deadline of \(DurationText.canonical(limit)):"
                + " \(OccupiedWords.list(occupied, now: now)); \(touched ?? "nothing was touched")",
            hint: OccupiedWords.hint(occupied)
                ?? "try again later, give a longer --deadline, or interrupt them with --on-deadline restart")
    }

    private func note(_ occupied: [IdleWait.Occupied]) {
        for name in occupied.map(OccupiedWords.name) where !waitedFor.contains(name) { waitedFor.append(name) }
    }
}
