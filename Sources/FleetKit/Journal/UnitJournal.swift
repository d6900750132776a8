internal import FleetGuard

/// The last words of a unit, from the journal: read with `journalctl`, for people who would do that next.
package struct UnitJournal: Sendable {
    private let program: String
    private let scope: ManagerScope
    private let environment: [String: String]

    /// An answer takes milliseconds; a summary does not wait longer than this for one.
    private static let patience = Duration.seconds(2)

    /// - Returns: nil where `PATH` has no journalctl.
    package init?(scope: ManagerScope, environment: [String: String]) {
        guard let program = ExecutablePath.find("journalctl", in: environment) else { return nil }
        self.program = program
        self.scope = scope
        // Its own text must not change with the caller's pager, colours or SYSTEMD_… variables.
        self.environment = environment.filter { ["PATH", "HOME", "XDG_RUNTIME_DIR", "TZ"].contains($0.key) }
            .merging(["LC_ALL": "C.UTF-8"]) { _, ours in ours }
    }

    /// At most `count` lines that the unit and systemd wrote about it, oldest first, each safe for a terminal.
    ///
    /// - Parameter since: seconds since 1970.
    /// - Returns: nothing, too, where there is no journal or it may not be read: that is no failure of the fleet.
    package func lastLines(of unit: UnitName, since: Double, count: Int) -> [String] {
        var reading = JournalReading(units: [unit], scope: scope)
        // Room for what is left out below: of this operation, and of others at this moment.
        reading.lines = count + 5
        reading.isQuiet = true
        let child = ChildProcess(
            executable: program,
            arguments: [
                "--no-pager", "--no-hostname", "--output=short", "--reverse", "--since=@\(Int64(clamping: since))",
            ]
                + reading.arguments,
            environment: environment)
        // The next step that the summary names is the same program: it will say what is wrong.
        guard let output = try? child.run(limit: 1 << 20, timeout: Self.patience), output.isSuccess else { return [] }
        return Self.oldestFirst(output.standardOutput).suffix(count).map { Printable.oneLine($0) }
    }

    /// The newest first is how journalctl has to be asked: with a beginning, its `--lines` counts from there (seen with
    /// 252). The lines of one entry stay in their order: all but its first are indented. Our own entries are left out.
    static func oldestFirst(_ text: String) -> [String] {
        var entries: [[String]] = []
        for line in text.parts(at: "\n").map(String.init) {
            if line.begins(with: " "), !entries.isEmpty {
                entries[entries.count - 1].append(line)
            } else {
                entries.append([line])
            }
        }
        return entries.filter { !isOwn($0[0]) }.reversed().flatMap(\.self)
    }

    /// What the history writes about an operation is no news of the unit. `Nov 24 15:00:00 mosaic-fleet[12]: restart of …`
    private static func isOwn(_ line: String) -> Bool {
        let words = line.parts(at: " ", atMost: 5)
        return words.count == 5 && words[3].begins(with: JournalSocket.identifier + "[")
    }
}
