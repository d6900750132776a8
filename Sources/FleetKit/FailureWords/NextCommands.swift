internal import FleetGuard

/// The commands that hints name. Each can be typed unchanged and reaches the fleet that this process acts on, even
/// from another shell, for example when it is read in the mail of a cron job.
public struct NextCommands: Sendable {
    /// `.system` adds `--system` to each command of `mosaic fleet`.
    public var scope: ManagerScope
    /// Of `--mosaic-home`; nil: every shell of this user finds the same one without it.
    public var mosaicHome: String?
    /// Whose units `mosaic fleet logs` knows.
    private let holder: UnitName?
    private let agents: [UnitName: AgentName]

    /// - Parameter roster: nil: no unit is one of the fleet's.
    public init(scope: ManagerScope = .user, mosaicHome: String? = nil, roster: Roster? = nil) {
        self.scope = scope
        self.mosaicHome = mosaicHome
        holder = roster?.holder.unit
        agents = Dictionary(roster?.agents.map { ($0.unit, $0.name) } ?? []) { first, _ in first }
    }

    /// `mosaic fleet WORDS…`.
    public func fleet(_ words: String...) -> String { fleet(words: words) }

    /// The same for words that are a list. What follows a `--` stays behind the options.
    public func fleet(words: [String]) -> String {
        let end = words.firstIndex { $0.isExactly("--") } ?? words.endIndex
        let options = (scope == .system ? ["--system"] : []) + (mosaicHome.map { ["--mosaic-home", $0] } ?? [])
        return ShellWord.line(["mosaic", "fleet"] + words[..<end] + options + words[end...])
    }

    /// The newest lines of a unit: `mosaic fleet logs` for a unit of the fleet, else the journalctl that it would become.
    package func journal(of unit: UnitName, lines: Int) -> String {
        if unit == holder { return fleet("logs", "--holder", "-n", "\(lines)") }
        if let agent = agents[unit] { return fleet("logs", "-n", "\(lines)", agent.rawValue) }
        var reading = JournalReading(units: [unit], scope: scope)
        reading.lines = lines
        return ShellWord.line(["journalctl"] + reading.options)
    }

    /// Starts the unit again, regardless of its start limit.
    func again(_ unit: UnitName) -> String { agents[unit].map { fleet("start", $0.rawValue) } ?? fleet("start") }

    /// A program of systemd's that takes `--user` or `--system`.
    public func systemd(_ program: String, _ words: String...) -> String {
        ShellWord.line([program, "--\(scope.rawValue)"] + words)
    }
}
