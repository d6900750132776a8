/// What is checked in every state. A seeded bug is hunted with some of them off, to see that the rest finds it by its
/// consequences.
package struct Checks: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Only the owner that was granted the lock last may act.
    package static let acts = Checks(rawValue: 1)
    /// An owner that lost the lock sends nothing beyond the command whose fence it has already passed.
    package static let fence = Checks(rawValue: 2)
    /// Nobody removes the record of a living owner, or of anybody but the owner that was observed.
    package static let foreignRemoval = Checks(rawValue: 4)
    /// Of all who take or break one lock, one wins.
    package static let oneWinner = Checks(rawValue: 8)
    /// Files, kernel locks and descriptors are all given back.
    package static let leaks = Checks(rawValue: 16)
    /// A dead owner's lock is taken without waiting for a clock.
    package static let recovery = Checks(rawValue: 32)
    /// Somebody can always go on.
    package static let progress = Checks(rawValue: 64)
    /// SIGKILL hits only evicted owners and holders of the mutex that have stood still.
    package static let kills = Checks(rawValue: 128)
    /// No error that nothing explains.
    package static let errors = Checks(rawValue: 256)

    /// What ends well without doing everything rests on what another one did.
    package static let joins = Checks(rawValue: 512)

    /// An owner that makes progress is evicted only past both the waiter's patience, counted for this owner, and its own plan.
    package static let evictions = Checks(rawValue: 1024)

    /// Never more agents down than a rolling restart may take, none begun after the first failure, none twice; and what
    /// ends well has reached all of them.
    package static let rolling = Checks(rawValue: 2048)

    package static let all = Checks(rawValue: 4095)
}
