/// The last words of a unit, from the journal: read with `journalctl`, for people who would do that next.
public struct UnitJournal: Sendable {
    private let program: String
    private let scope: ManagerScope
    private let environment: [String: String]

    /// An answer takes milliseconds; a summary does not wait longer than this for one.
    private static let patience = Duration.seconds(2)

    /// - Returns: nil where `PATH` has no journalctl.
    public init?(scope: ManagerScope, environment: [String: String]) {
        let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        guard let program = ExecutablePath.find("journalctl", path: path) else { return nil }
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
    public func lastLines(of unit: UnitName, since: Double, count: Int) -> [String] {
        var reading = JournalReading(units: [unit], scope: scope)
        reading.lines = count
        reading.isQuiet = true
        let child = ChildProcess(
            executable: program,
            arguments: ["--no-pager", "--no-hostname", "--output=short", "--since=@\(Int64(since))"]
                + reading.arguments,
            environment: environment)
        do throws(FleetError) {
            let output = try child.run(limit: 1 << 20, timeout: Self.patience)
            guard output.isSuccess else { return [] }
            return output.standardOutput.split(separator: "\n").suffix(count).map { Printable.oneLine(String($0)) }
        } catch {
            // The next step that the summary names is the same program: it will say what is wrong.
            return []
        }
    }
}
