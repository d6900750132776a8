internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// A word where a command should stand: the parser only calls it unexpected.
enum UnknownCommand {
    private static let groups: [(words: [String], commands: [any ParsableCommand.Type])] = [
        (["fleet", "lock"], CommandRegistry.lock), (["fleet"], CommandRegistry.fleet), ([], [FleetCommand.self]),
    ]

    /// - Parameters:
    ///   - arguments: of a command line that cannot be run, without the program's name.
    /// - Returns: nil when its command is known, so that something else is wrong.
    ///   - program: the running one, beside which the second program lies; nil where it cannot be told.
    static func error(_ arguments: [String], plugins: PluginSearch, program: String?) -> FleetError? {
        guard let group = groups.first(where: { arguments.starts(with: $0.words) }),
            let word = arguments.dropFirst(group.words.count).first
        else { return nil }
        let command = (["mosaic"] + group.words).joined(separator: " ")
        let known = group.commands.filter { $0.configuration.shouldDisplay }.compactMap { $0.configuration.commandName }
        if word.begins(with: "-") {
            guard !group.words.isEmpty else { return nil }
            return FleetError(
                .usage, "the command is missing: \(command) COMMAND \(Printable.oneLine(word))",
                hint: "see '\(command) --help'")
        }
        guard !known.containsExactly(word) else { return nil }
        if group.words == ["fleet"], word.isExactly("hosts") { return withoutHosts(program) }
        return FleetError(
            .usage, "unknown command '\(Printable.oneLine(word))'",
            hint: hint(
                word, command, group.words == ["fleet"] ? known + plugins.plugins.map { $0.name.rawValue } : known))
    }

    private static func withoutHosts(_ program: String?) -> FleetError {
        let folder = program.flatMap { path in path.lastPlace(of: "/").map { String(path[..<$0]) } }
        return FleetError(
            .usage,
            "'mosaic fleet hosts' needs the program mosaic-fleet-hosts, which is not in PATH"
                + (folder.map { " or in \(Printable.oneLine($0.isEmpty ? "/" : $0))" } ?? ""),
            hint: "build it with 'make hosts' in mosaic's sources and install it with 'make install'")
    }

    private static func hint(_ word: String, _ command: String, _ known: [String]) -> String {
        // A word of the fleet's, without `fleet`.
        if command == "mosaic", CommandRegistry.fleet.contains(where: { $0.configuration.commandName == word }) {
            return "did you mean 'mosaic fleet \(word)'?"
        }
        let near = Suggestion.near(word, in: known).map { "'\(command) \($0)'" }
        return near.isEmpty ? "see '\(command) --help'" : "did you mean \(near.joined(separator: " or "))?"
    }

    /// `mosaic fleet help restart` as the parser knows it: `mosaic help fleet restart`. So with `mosaic fleet help` and
    /// `mosaic fleet lock help run`.
    static func helpFirst(_ arguments: [String]) -> [String] {
        for group in [["fleet", "lock"], ["fleet"]] where arguments.starts(with: group + ["help"]) {
            return ["help"] + group + arguments.dropFirst(group.count + 1)
        }
        return arguments
    }
}
