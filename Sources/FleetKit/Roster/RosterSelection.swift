public import FleetGuard

extension Roster {
    /// All units of the fleet, the holder first.
    public var units: [UnitName] { [holder.unit] + agents.map(\.unit) }

    /// All agents for nil; the named ones, and none for an empty list, else.
    func agents(named names: [AgentName]?) throws(FleetError) -> [Agent] {
        guard let names else { return agents }
        return names.isEmpty ? [] : try agents(named: names.map(\.rawValue))
    }

    /// The agents that an operator named, by agent name, by full unit name or by a pattern of either (`worker-*`), each
    /// once, in the order given; all of them when none is named.
    ///
    /// - Throws: `.noSuchUnit`, naming every name that fits no agent and what is near the first of them.
    public func agents(named names: [String]) throws(FleetError) -> [Agent] {
        guard !names.isEmpty else { return agents }
        var chosen: [Agent] = []
        var unknown: [String] = []
        for name in names {
            let pattern = NamePattern(name)
            let found = agents.filter { agent in
                guard let pattern else {
                    return agent.name.rawValue.isExactly(name) || agent.unit.rawValue.isExactly(name)
                }
                return pattern.matches(agent.name.rawValue) || pattern.matches(agent.unit.rawValue)
            }
            if found.isEmpty, !unknown.containsExactly(name) { unknown.append(name) }
            for agent in found where !chosen.contains(where: { $0.unit == agent.unit }) { chosen.append(agent) }
        }
        guard let first = unknown.first else { return chosen }
        let listed = unknown.prefix(5).map { "'\(Printable.oneLine($0, limit: 80))'" }.joined(separator: ", ")
        let more = unknown.count > 5 ? " and \(unknown.count - 5) more" : ""
        let what = unknown.contains { NamePattern($0) == nil } ? "no such agent" : "no agent matches"
        throw FleetError(.noSuchUnit, "\(what): \(listed)\(more)", hint: hint(for: first))
    }

    private func hint(for name: String) -> String {
        let known = agents.map(\.name.rawValue)
        let stem = String(holder.unit.rawValue.before(".service") ?? "")
        if ["holder", "(holder)", "tmux", stem, holder.unit.rawValue].contains(where: name.isExactly) {
            return
                "the holder (\(holder.unit)) is the tmux server of all agents, not one of them; name no agent to act on"
                + " the whole fleet"
        }
        // Whoever types one of these means a pattern, also one that does not end.
        let isPattern = name.utf8.contains { "*?[".utf8.contains($0) }
        let near = isPattern ? [] : Suggestion.near(name, in: known + agents.map(\.unit.rawValue))
        if !near.isEmpty { return "did you mean \(near.joined(separator: " or "))?" }
        let place =
            switch origin {
            case .file(let path): "in \(Printable.oneLine(path))"
            case .discovered: "known to the service manager"
            }
        guard !known.isEmpty else { return "there are no agents \(place)" }
        let some = known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "")
        return "the agents \(place): \(some)"
    }
}
