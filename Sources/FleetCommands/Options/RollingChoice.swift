internal import FleetGuard
internal import FleetKit

/// `--rolling`, `--rolling=3`; and `--rolling planner`, where the parser takes the agent for the value.
enum RollingChoice: Sendable, Equatable {
    case plain
    case width(Int)
    case agent(String)
    /// Not a number, or one that cannot be.
    case refused(String)

    /// Throws nothing: the parser would take a value that it cannot read for none.
    @Sendable init(_ text: String) {
        let value = OptionalValues.joined(text)
        let word = value ?? text
        let isNumber = word.utf8.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        guard isNumber || value != nil else {
            self = .agent(text)
            return
        }
        guard let width = Int(word), (1...1000).contains(width) else {
            self = .refused(Printable.oneLine(word))
            return
        }
        self = .width(width)
    }

    var width: Int { if case .width(let width) = self { width } else { 1 } }
    var agent: String? { if case .agent(let name) = self { name } else { nil } }
}

/// `--canary`, `--canary=planner`, `--canary planner`.
enum CanaryChoice: Sendable, Equatable {
    case first
    case agent(String)

    @Sendable init(_ text: String) { self = .agent(OptionalValues.joined(text) ?? text) }

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

/// Options that may have a value, and need none.
enum OptionalValues {
    private static let options = [
        "status": ["--watch"], "restart": ["--rolling", "--canary"],
    ]

    /// `--watch=5s` as two words: where an option that it knows comes next, the parser (1.8) drops a value that is joined
    /// to an option which could do without. The second word keeps its `=`, so that it is not taken for an agent.
    static func separated(_ arguments: [String]) -> [String] {
        guard arguments.count > 1, arguments[0] == "fleet", let options = options[arguments[1]] else {
            return arguments
        }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { word in
            for option in options {
                if let value = word.after(option + "=") { return [option, "=\(value)"] }
            }
            return [word]
        } + arguments[end...]
    }

    /// What was joined to its option; nil for a word of its own.
    static func joined(_ text: String) -> String? { text.after("=").map(String.init) }
}
