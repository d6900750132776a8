package import FleetGuard

/// What `logs` asks of journalctl(1).
package struct JournalReading: Sendable, Equatable {
    package var units: [UnitName]
    package var scope: ManagerScope
    /// Goes on with what comes.
    package var follows = false
    /// So many of the newest lines; nil: journalctl's own default (all, or ten when it follows).
    package var lines: Int?
    /// One JSON object for each entry, as journalctl has it.
    package var isJSON = false
    /// No remarks of journalctl's own.
    package var isQuiet = false

    /// journalctl's own words for times, such as `10 min ago`.
    package var since: String?
    package var until: String?
    /// A regular expression that the entries' texts are to match.
    package var pattern: String?

    package init(units: [UnitName], scope: ManagerScope) {
        self.units = units
        self.scope = scope
    }

    /// Every name is part of its option's word, so none can become an option; being a `UnitName`, none is a pattern.
    ///
    /// `--user-unit=`, not `--user --unit=`: the latter opens the user's own journal files alone, which do not exist for
    /// root and where the journal is kept in memory; then it would say that there is nothing.
    package var options: [String] {
        let option = scope == .user ? "--user-unit=" : "--unit="
        var words = units.map { option + $0.rawValue }
        if follows { words.append("--follow") }
        if let lines { words.append("--lines=\(lines)") }
        // Each value in its option's word: none can become an option.
        if let since { words.append("--since=\(since)") }
        if let until { words.append("--until=\(until)") }
        if let pattern { words.append("--grep=\(pattern)") }
        if isJSON { words.append("--output=json") }
        if isQuiet { words.append("--quiet") }
        return words
    }

    /// The same for a program: nothing behind it is an option.
    package var arguments: [String] { options + ["--"] }

    /// - Throws: `.noServiceManager` when there is no journalctl in `PATH`.
    package func program(environment: [String: String]) throws(FleetError) -> ProgramHandover {
        let path = try ExecutablePath.ofSystemd("journalctl", in: environment)
        return ProgramHandover(executable: path, arguments: arguments, environment: environment)
    }
}
