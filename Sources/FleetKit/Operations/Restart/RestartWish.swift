/// A restart that was asked for: every target is to run, in a run that began after this moment.
///
/// The states are read after the wish and before this process waits for another one, so a unit that is in another
/// run once the lock is held has begun it after the wish, no matter what started it. One that was restarted between the wish and
/// the look is restarted again: once too often, never once too few.
public struct RestartWish: Sendable, Equatable {
    private let runs: [UnitName: String]
    let intents: Intents
    /// Who did what was done meanwhile, for people: `other restarts (last seen: pid 17, mosaic fleet restart)`. A process that was stopped may have seen an older
    /// owner last.
    package var fulfilledBy: String?

    init(states: [UnitState], intents: Intents) {
        var runs: [UnitName: String] = [:]
        for state in states { runs[state.name] = state.invocationID }
        self.runs = runs
        self.intents = intents
    }

    /// Of this wish, what was stopped on purpose by then: no restart by others makes it come true.
    package var withoutRuns: RestartWish { RestartWish(states: [], intents: intents) }

    /// The run that the unit was in; empty for none.
    func run(of unit: UnitName) -> String? { runs[unit] }

    /// Whether the wish has come true for this unit.
    func isFulfilled(by state: UnitState) -> Bool {
        guard let run = runs[state.name], state.isActive, !state.isToGoDown else { return false }
        return !state.invocationID.isEmpty && state.invocationID != run
    }
}
