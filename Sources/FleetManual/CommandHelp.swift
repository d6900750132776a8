internal import ArgumentParser
internal import FleetCommands
internal import FoundationEssentials

/// A command as `mosaic --experimental-dump-help` describes it, as far as the manual needs it.
package struct CommandHelp: Decodable, Sendable, CustomStringConvertible {
    package struct Argument: Decodable, Sendable {
        package enum Kind: String, Decodable, Sendable {
            case positional, option, flag
        }

        package struct Name: Decodable, Sendable, Equatable {
            package var kind: String
            package var name: String

            /// As it is typed: `--json`, `-q`.
            package var typed: String { (kind == "long" ? "--" : "-") + name }
        }

        package var kind: Kind
        package var names: [Name]?
        package var valueName: String?
        package var abstract: String?
        package var sectionTitle: String?
        package var defaultValue: String?
        /// What the value may be, where that is a closed set.
        package var allValues: [String]?
        package var isOptional: Bool
        package var isRepeating: Bool
        package var shouldDisplay: Bool
        package var parsingStrategy: String?

        /// Whether everything after `--` is its value.
        package var isBehindTerminator: Bool { parsingStrategy == "postTerminator" }
    }

    package var commandName: String
    package var abstract: String?
    package var superCommands: [String]?
    package var arguments: [Argument]?
    package var subcommands: [CommandHelp]?
    package var shouldDisplay: Bool

    /// The words that are typed to run it: `mosaic fleet lock inspect`.
    package var words: [String] { (superCommands ?? []) + [commandName] }

    package var description: String { words.joined(separator: " ") }

    /// What an operator can type after it; hidden arguments are left out.
    package var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

    /// Every command below this one that does something and is shown, in the order of `--help`.
    package var leaves: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }.flatMap { command in
            command.subcommands?.isEmpty == false ? command.leaves : [command]
        }
    }
}

/// What the program's own parser tells about itself. Asked in-process: no binary has to be found or be up to date.
package enum ProgramHelp {
    /// - Returns: `mosaic` with everything below it.
    package static func root() throws -> CommandHelp {
        struct Dump: Decodable {
            var command: CommandHelp
        }
        let text = answer(to: ["--experimental-dump-help"])
        return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
    }

    /// - Parameter shell: `bash`, `zsh` or `fish`.
    package static func completionScript(_ shell: String) throws -> String {
        try completionChanges(shell).applied(to: generatedScript(shell))
    }

    /// What the parser itself writes.
    static func generatedScript(_ shell: String) -> String {
        let script = answer(to: ["--generate-completion-script", shell])
        return script.hasSuffix("\n") ? script : script + "\n"
    }

    static func completionChanges(_ shell: String) throws -> CompletionScript {
        let fleet = try root().subcommands?.first { $0.commandName == "fleet" }
        let commands = fleet?.subcommands?.filter { $0.shouldDisplay && $0.commandName != "help" } ?? []
        return try CompletionScript(shell, commands: commands.count)
    }

    /// What `mosaic` prints for a request that ends in the parser.
    package static func answer(to arguments: [String]) -> String {
        do {
            _ = try RootCommand.parseAsRoot(arguments)
            return ""
        } catch {
            return RootCommand.fullMessage(for: error)
        }
    }
}
