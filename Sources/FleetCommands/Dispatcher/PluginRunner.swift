internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet [OPTIONS] NAME …` for a NAME that is not built in: becomes `mosaic-fleet-NAME`.
///
/// Everything after NAME is the plug-in's, unread. Before it may stand what decides which fleet is meant; the plug-in
/// gets that in its environment, whichever way it was said.
struct PluginRunner {
    let environment: [String: String]

    /// Names that a plug-in cannot have: the built-in ones, also the hidden, and the parser's own `help`.
    static let builtIns = Set(CommandRegistry.fleet.compactMap { $0.configuration.commandName } + ["help"])

    /// What the completion scripts type to learn the plug-ins' names; fish adds the words of the line.
    static let listing = ["fleet", "---plugins"]

    var search: PluginSearch {
        PluginSearch(
            path: environment["PATH"], program: try? MosaicProgram.running(), builtIns: Self.builtIns)  // nil says it
    }

    /// Options that a plug-in receives; the others would be dropped silently.
    private static let passed: Set<String> = ["--mosaic-home", "--backend", "--user", "--system", "-v", "--verbose"]

    /// - Parameter arguments: without the program's name.
    /// - Returns: the plug-in, and what `-v` says of it; nil when this is no plug-in's command line.
    /// - Throws: `.usage` when the plug-in must not run, or for options that cannot be; `.io`.
    func plugin(_ arguments: [String]) throws(FleetError) -> (program: ProgramHandover, remarks: [String])? {
        guard arguments.first == "fleet" else { return nil }
        let words = arguments.dropFirst()
        var place = words.startIndex
        while place < words.endIndex, words[place].begins(with: "-") {
            place += LeadingOptions.valued.contains(words[place]) ? 2 : 1
        }
        guard place < words.endIndex, let name = PluginName(words[place]), !Self.builtIns.contains(name.rawValue)
        else { return nil }
        let search = search
        guard let plugin = try search.plugin(name) else { return nil }
        let common = try options(words[..<place], before: name)
        var variables = environment
        variables["MOSAIC_HOME"] = try MosaicHome.resolve(option: common.mosaicHome, environment: environment).path
        variables["MOSAIC_BACKEND"] = common.backend.rawValue
        variables["MOSAIC_SCOPE"] = common.scope.rawValue
        variables["MOSAIC_PROGRAM"] = try MosaicProgram.running()
        let program = ProgramHandover(
            executable: plugin.path, arguments: Array(words[(place + 1)...]), environment: variables)
        guard common.verbose else { return (program, []) }
        let shadows = search.shadows.filter { $0.name == name }.map { "warning: \($0)" }
        return (program, ["executing \(Printable.oneLine(plugin.path))"] + shadows)
    }

    private func options(_ words: ArraySlice<String>, before name: PluginName) throws(FleetError) -> CommonOptions {
        let names = words.filter { $0.begins(with: "-") }.map { String($0.prefix { $0 != "=" }) }
        if let other = names.first(where: { !Self.passed.contains($0) }) {
            throw FleetError(
                .usage, "\(Printable.oneLine(other)) must come after the plug-in's name '\(name)'",
                hint: "only --mosaic-home, --backend, --user, --system and -v go before it"
            )
        }
        do {
            return try CommonOptions.parse(Array(words))
        } catch {
            throw FleetError(
                .usage, Printable.oneLine(CommonOptions.message(for: error), limit: 1000),
                hint: "see 'mosaic fleet status --help' for these options")
        }
    }

    /// What `mosaic fleet --help` says beyond the built-in commands; empty without plug-ins.
    var help: String {
        let search = search
        guard !search.plugins.isEmpty || !search.shadows.isEmpty else { return "" }
        var lines = ["", "PLUG-INS:"]
        lines += search.plugins.map { "  \($0.name.rawValue.padded(to: 22))  \(Printable.oneLine($0.path))" }
        lines += search.shadows.map { "  warning: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether the parser was asked for the help of `mosaic fleet` itself.
    static func isHelpOfFleet(_ arguments: [String]) -> Bool {
        [["fleet"], ["fleet", "--help"], ["fleet", "-h"], ["fleet", "help"], ["help", "fleet"]].contains(arguments)
    }
}
