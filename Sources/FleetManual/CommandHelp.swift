internal import ArgumentParser
internal import FleetCommands
internal import FoundationEssentials

/// A command as `mosaic --experimental-dump-help` describes it, as far as the manual needs it.
public struct CommandHelp: Decodable, Sendable, CustomStringConvertible {
    public struct Argument: Decodable, Sendable {
        public enum Kind: String, Decodable, Sendable {
            case positional, option, flag
        }

        public struct Name: Decodable, Sendable, Equatable {
            public var kind: String
            public var name: String

            /// As it is typed: `--json`, `-q`.
            public var typed: String { (kind == "long" ? "--" : "-") + name }
        }

        public var kind: Kind
        public var names: [Name]?
        public var valueName: String?
        public var abstract: String?
        public var sectionTitle: String?
        public var defaultValue: String?
        /// What the value may be, where that is a closed set.
        public var allValues: [String]?
        public var isOptional: Bool
        public var isRepeating: Bool
        public var shouldDisplay: Bool
        public var parsingStrategy: String?

        /// Whether everything after `--` is its value.
        public var isBehindTerminator: Bool { parsingStrategy == "postTerminator" }
    }

    public var commandName: String
    public var abstract: String?
    public var superCommands: [String]?
    public var arguments: [Argument]?
    public var subcommands: [CommandHelp]?
    public var shouldDisplay: Bool

    /// The words that are typed to run it: `mosaic fleet lock inspect`.
    public var words: [String] { (superCommands ?? []) + [commandName] }

    public var description: String { words.joined(separator: " ") }

    /// What an operator can type after it; hidden arguments are left out.
    public var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

    /// Every command below this one that does something and is shown, in the order of `--help`.
    public var leaves: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }.flatMap { command in
            command.subcommands?.isEmpty == false ? command.leaves : [command]
        }
    }
}

/// What the program's own parser tells about itself. Asked in-process: no binary has to be found or be up to date.
public enum ProgramHelp {
    /// - Returns: `mosaic` with everything below it.
    public static func root() throws -> CommandHelp {
        struct Dump: Decodable {
            var command: CommandHelp
        }
        let text = answer(to: ["--experimental-dump-help"])
        return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command
    }

    /// - Parameter shell: `bash`, `zsh` or `fish`.
    public static func completionScript(_ shell: String) throws -> String {
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
    public static func answer(to arguments: [String]) -> String {
        do {
            _ = try RootCommand.parseAsRoot(arguments)
            return ""
        } catch {
            return RootCommand.fullMessage(for: error)
        }
    }
}
