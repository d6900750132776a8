internal import ArgumentParser
internal import FleetGuard

/// The command that a line names, looked up in the registry; its own parser reads the rest.
///
/// The parser of the whole tree builds the tables of every group above a command, which takes longer than a command
/// such as `lock inspect` does. It is asked only for what no single command can answer: help, and what is wrong.
struct NamedCommand {
    let type: any ParsableCommand.Type
    /// Of the line: the words that name it.
    private let name: ArraySlice<String>
    private let rest: [String]

    /// - Parameter line: without the program's name.
    /// - Returns: nil where no command is named.
    init?(_ line: [String]) {
        var type: any ParsableCommand.Type = RootCommand.self
        var rest = line[...]
        while !type.configuration.subcommands.isEmpty {
            guard let word = rest.popFirst(),
                let next = type.configuration.subcommands.first(where: {
                    $0.configuration.commandName?.isExactly(word) == true
                })
            else { return nil }
            type = next
        }
        self.type = type
        name = line[..<rest.startIndex]
        let options = (type as? any CommandModule.Type)?.optionalValues ?? []
        self.rest = OptionalValue.filled(Array(rest), options)
    }

    /// For the parser of the whole tree.
    var line: [String] { name + rest }

    /// - Returns: nil where the line is no command but a question (`--help`).
    /// - Throws: the parser's error.
    func module() throws -> (any CommandModule)? {
        if rest.isEmpty, let plain = (type as? any CommandModule.Type)?.plain { return plain }
        return try type.parseAsRoot(rest) as? any CommandModule
    }
}
