internal import FleetCommands
internal import FleetGuard

/// OPTIONS and SYNOPSIS of one command, from its help.
struct OptionList {
    private static let common = "Common options"

    let arguments: [CommandHelp.Argument]
    /// Names of those that may have a value and need none.
    let optionalValues: Set<String>

    /// - Parameter words: of the command line, without the program's name.
    init(_ arguments: [CommandHelp.Argument], of words: [String]) {
        self.arguments = arguments
        optionalValues = CommandRegistry.optionalValues(of: words)
    }

    /// `.Op` lines: the command's own options, then the operands. The common ones stand for themselves.
    var synopsis: [String] {
        var lines: [String] = []
        for option in arguments where option.kind != .positional && Self.title(of: option) != Self.common {
            lines.append((option.isOptional ? ".Op " : ".") + forms(option, isShort: true))
        }
        lines.append(".Op Ar common-options")
        for operand in arguments where operand.kind == .positional {
            let name = Mdoc.argument(operand.valueName ?? "argument")
            if operand.isBehindTerminator {
                lines += [".Fl \\-", ".Ar " + name, ".Op Ar arg ..."]
            } else {
                lines.append((operand.isOptional ? ".Op Ar " : ".Ar ") + name + (operand.isRepeating ? " ..." : ""))
            }
        }
        return lines
    }

    /// One list for each group, in the order of `--help`.
    var lines: [String] {
        // Options without a title are the command's own.
        let groups = arguments.grouped(by: Self.title)
        let own = groups.filter { $0.key == nil }
        let common = groups.filter { $0.key == Self.common }
        let others = groups.filter { $0.key != nil && $0.key != Self.common }
        return (own + others + common).flatMap { title, group in
            (title.map { [".Ss " + $0] } ?? []) + [".Bl -tag -width Ds"] + group.flatMap(item) + [".El"]
        }
    }

    /// The parser puts `--help` beside the command's own options.
    private static func title(of argument: CommandHelp.Argument) -> String? {
        (argument.names ?? []).contains { $0.typed == "--help" || $0.typed == "--version" }
            ? common : argument.sectionTitle
    }

    private func item(_ argument: CommandHelp.Argument) -> [String] {
        let operand = "Ar " + Mdoc.argument(argument.valueName ?? "argument") + (argument.isRepeating ? " ..." : "")
        var lines = [".It " + (argument.kind == .positional ? operand : forms(argument, isShort: false))]
        if let opposite = opposite(of: argument) {
            return lines + ["The opposite of", ".Fl " + Mdoc.argument(String(opposite.dropFirst())) + " ."]
        }
        let (text, written) = Self.split(argument.abstract ?? "")
        lines += Mdoc.text(text)
        if let values = argument.allValues, !values.isEmpty {
            let list = values.enumerated().map { index, value in
                ".Cm \(Mdoc.argument(value))" + (index == values.count - 1 ? " ." : " ,")
            }
            lines += ["One of"] + list
        }
        if let preset = written ?? argument.defaultValue {
            let isItself = (argument.names ?? []).contains { $0.typed == preset }
            lines += isItself ? ["This is the default."] : Mdoc.text("Default: \(preset).")
        }
        return lines
    }

    /// `--join` for `--no-join`: the parser has one text for both.
    private func opposite(of argument: CommandHelp.Argument) -> String? {
        let typed = arguments.flatMap { $0.names ?? [] }.map(\.typed)
        guard let no = (argument.names ?? []).map(\.typed).first(where: { $0.begins(with: "--no-") }) else {
            return nil
        }
        let opposite = "--" + no.dropFirst("--no-".count)
        return typed.first { $0.isExactly(opposite) }
    }

    /// `Fl q , -quiet`, `Fl -max-wait Ar dur`.
    private func forms(_ argument: CommandHelp.Argument, isShort: Bool) -> String {
        let names = (argument.names ?? []).sorted { $0.typed.count < $1.typed.count }
        let flags = names.map { "Fl " + Mdoc.argument(String($0.typed.dropFirst())) }
        let joined = isShort ? (flags.first ?? "") : flags.joined(separator: " , ")
        guard argument.kind == .option else { return joined }
        let isOptional = names.contains { optionalValues.contains($0.typed) }
        return joined + (isOptional ? " Ns Op = Ns Ar " : " Ar ") + Mdoc.argument(argument.valueName ?? "value")
    }

    /// Help texts end with `(default: …)` where the default is not the parser's to know.
    static func split(_ abstract: String) -> (text: String, preset: String?) {
        let mark = " (default: "
        guard abstract.hasSuffix(")"), let range = abstract.firstRange(of: mark) else { return (abstract, nil) }
        return (String(abstract[..<range.lowerBound]), String(abstract[range.upperBound...].dropLast()))
    }
}
