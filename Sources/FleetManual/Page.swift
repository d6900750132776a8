internal import FleetKit

/// A mistake in a hand-written part.
package struct PartError: Error, CustomStringConvertible {
    package var description: String
}

/// One manual page, made of its hand-written part and the help of the command that it is about.
///
/// A part is mdoc. A line that begins with `@` is replaced:
///
/// | line | by |
/// | --- | --- |
/// | `@name [TEXT]` | head and NAME; without a text the command's own abstract |
/// | `@synopsis`, `@options` | those sections, from the help |
/// | `@commands` | a list of all commands |
/// | `@environment NAME…` | ENVIRONMENT with the standard texts; none: all of them |
/// | `@exit CODE…` or `@exit CODE TEXT` | lines of EXIT STATUS with the standard texts or an own one; `@exit`: all |
struct Page {
    /// `mosaic-fleet-restart`
    let name: String
    let section: Int
    let command: CommandHelp?
    let root: CommandHelp
    /// As mdoc has it: `November 24, 2026`.
    let date: String

    func render(part: String) throws -> String {
        var lines = [".\\\" Made from man/parts/\(name).\(section).mdoc and the program's help by 'make manual'."]
        var statuses: [(ExitStatus, String)] = []
        var source = part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if source.last == "" { source.removeLast() }
        for (index, line) in source.enumerated() {
            if !statuses.isEmpty, !line.hasPrefix("@exit") {
                lines += Self.exitStatus(statuses)
                statuses = []
            }
            guard line.hasPrefix("@") else {
                lines.append(Mdoc.ascii(line))
                continue
            }
            let words = line.dropFirst().split(separator: " ").map(String.init)
            let rest = words.dropFirst()
            switch words.first {
            case "name": lines += try head(rest.joined(separator: " "))
            case "synopsis": lines += try synopsis()
            case "options":
                lines += [".Sh OPTIONS"] + OptionList(try options(), of: Array(try known().words.dropFirst())).lines
            case "commands": lines += commands()
            case "environment": lines += try environment(Array(rest))
            case "exit": statuses += try exits(Array(rest))
            default: throw PartError(description: "\(name).\(section): line \(index + 1): unknown '\(line)'")
            }
        }
        if !statuses.isEmpty { lines += Self.exitStatus(statuses) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func head(_ text: String) throws -> [String] {
        let abstract = text.isEmpty ? try known().abstract ?? "" : text
        // .Nd takes no full stop at its end.
        let short = abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract
        return [
            ".Dd \(date)", ".Dt \(name.uppercased()) \(section)", ".Os mosaic-fleet", ".Sh NAME", ".Nm \(name)",
            ".Nd " + Mdoc.text(short.prefix(1).lowercased() + short.dropFirst()).joined(separator: " "),
        ]
    }

    private func synopsis() throws -> [String] {
        let command = try known()
        return [".Sh SYNOPSIS", ".Nm \(command.words[0])", ".Cm " + command.words.dropFirst().joined(separator: " ")]
            + OptionList(command.shown, of: Array(command.words.dropFirst())).synopsis
    }

    /// A group has the options that all of its commands have.
    private func options() throws -> [CommandHelp.Argument] {
        let command = try known()
        guard let first = command.leaves.first else { return command.shown }
        let common = first.shown.filter { argument in
            argument.kind != .positional
                && command.leaves.allSatisfy { $0.shown.contains { $0.names == argument.names } }
        }
        return common + root.shown.filter { argument in !common.contains { $0.names == argument.names } }
    }

    private func commands() -> [String] {
        [".Bl -tag -width Ds"]
            + root.leaves.flatMap { command in
                [".It Xr \(command.words.joined(separator: "-")) 1"] + Mdoc.text(command.abstract ?? "")
            } + [".El"]
    }

    private func environment(_ names: [String]) throws -> [String] {
        let known = StandardTexts.environment
        if let unknown = names.first(where: { name in !known.contains { $0.key == name } }) {
            throw PartError(description: "\(name).\(section): no standard text for the variable \(unknown)")
        }
        return [".Sh ENVIRONMENT", ".Bl -tag -width Ds"]
            + known.filter { names.isEmpty || names.contains($0.key) }.flatMap { [".It Ev " + $0.key] + $0.value }
            + [".El"]
    }

    private func exits(_ words: [String]) throws -> [(ExitStatus, String)] {
        if words.isEmpty { return ExitStatus.allCases.map { ($0, StandardTexts.meanings[$0] ?? "") } }
        let numbers = words.prefix { Int32($0) != nil }.compactMap { Int32($0).map(ExitStatus.init) }
            .filter { StandardTexts.meanings[$0] != nil }
        let own = words.drop { Int32($0) != nil }.joined(separator: " ")
        guard !numbers.isEmpty, own.isEmpty || numbers.count == 1 else {
            throw PartError(description: "\(name).\(section): no exit status: '\(words.joined(separator: " "))'")
        }
        return numbers.map { ($0, own.isEmpty ? StandardTexts.meanings[$0] ?? "" : own) }
    }

    private static func exitStatus(_ statuses: [(ExitStatus, String)]) -> [String] {
        let items = statuses.sorted { $0.0.rawValue < $1.0.rawValue }
            .flatMap { [".It \($0.0.rawValue)"] + Mdoc.text($0.1) }
        return [".Sh EXIT STATUS", ".Bl -tag -width Ds"] + items + [".El"]
    }

    private func known() throws -> CommandHelp {
        guard let command else { throw PartError(description: "\(name).\(section) is about no command") }
        return command
    }
}
