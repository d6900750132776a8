internal import FleetGuard
internal import FleetKit

/// `--canary`, `--canary=planner`, `--canary planner`.
enum CanaryChoice: Sendable, Equatable {
    case first
    case agent(String)

    /// Stands for the first agent; it cannot be the name of one.
    static let firstWord = ":first"

    @Sendable init(_ text: String) { self = text.isExactly(Self.firstWord) ? .first : .agent(text) }

    /// - Throws: `.noSuchUnit`; `.usage` for a pattern that fits several agents.
    func canary(in roster: Roster) throws(FleetError) -> RestartOptions.Canary {
        guard case .agent(let typed) = self else { return .first }
        let found = try roster.agents(named: [typed])
        guard let agent = found.first, found.count == 1 else {
            throw FleetError(
                .usage,
                "--canary '\(Printable.oneLine(typed))' matches \(found.count) agents, but the canary is a single agent",
                hint: "name one of them")
        }
        return .agent(agent.name)
    }
}
