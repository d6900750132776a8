package import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// What `restart` and `start` have in common beyond the agents' names.
package struct OperationOptions: ParsableArguments, Sendable {
    @Option(duration: "Time to watch started agents; 0: none. (default: 2s)", "0", "2s", "5s", "10s", "30s")
    package var stableFor: Duration?

    @Option(help: ArgumentHelp("Jobs in flight at once. (default: no limit)", valueName: "n"))
    package var maxParallel: Int?

    package init() {}

    package mutating func validate() throws {
        if let maxParallel, maxParallel < 1 { throw ValidationError("--max-parallel must be at least 1") }
    }

    func options(agents: [AgentName]?, _ settle: Roster.SettleSettings) -> RestartOptions {
        var options = RestartOptions(agents: agents)
        options.maxParallel = maxParallel
        if let stable = stableFor ?? settle.stableFor { options.stableFor = stable }
        if let timeout = settle.timeout { options.settleTimeout = timeout }
        return options
    }
}

extension Roster {
    /// The names that were typed, checked against the roster; nil when none was.
    /// - Throws: `.noSuchUnit`, `.usage`.
    func selection(_ typed: [String]) throws(FleetError) -> [AgentName]? {
        typed.isEmpty ? nil : try agents(named: typed).map(\.name)
    }
}
