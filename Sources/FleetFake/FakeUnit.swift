public import FleetKit

/// The script of one unit: how it loads, starts, stops, fails and restarts.
///
/// In JSON (`units.json`) times are whole milliseconds and everything but `name` may be left out.
public struct FakeUnit: Sendable, Equatable {
    public enum Load: String, Codable, Sendable, CaseIterable {
        case loaded, masked
        case notFound = "not-found"
        case badSetting = "bad-setting"
    }

    /// systemd's `Restart=`.
    public enum Restart: String, Codable, Sendable, CaseIterable {
        case no, always
        case onFailure = "on-failure"
    }

    /// What one run does. The unit's first start plays `runs[0]`, the next `runs[1]`, …; the last one repeats.
    public struct Run: Sendable, Equatable {
        /// From the job's beginning to "active" (or to the failure).
        public var startDelay: Duration = .zero
        /// Never becomes active; only `startTimeout` or a stop ends it.
        public var hangs = false
        /// How the main process ends; nil = it stays.
        public var end: End?
        /// Time from "active" to `end`; nil = it ends before it becomes active.
        public var lives: Duration?

        public static func up(after delay: Duration = .zero) -> Run { Run(startDelay: delay) }
        public static func fails(after delay: Duration = .zero, _ end: End = .status(1)) -> Run {
            Run(startDelay: delay, end: end)
        }
        public static func dies(after lives: Duration, startDelay: Duration = .zero, _ end: End = .status(1)) -> Run {
            Run(startDelay: startDelay, end: end, lives: lives)
        }
        public static let hanging = Run(hangs: true)
    }

    public enum End: Sendable, Equatable, Codable {
        case status(Int32)
        case signal(Int32)
    }

    public var name: UnitName
    public var load: Load = .loaded
    public var runs: [Run] = [.up()]
    /// `Requires=`: stop and restart propagate from these units to this one, a start pulls them in.
    public var requires: [UnitName] = []
    public var after: [UnitName] = []
    /// The unit inside which this one's process lives (an agent in its holder's tmux server): when that one's run ends,
    /// or does not answer yet, this unit's process exits with status 1.
    public var livesInside: UnitName?
    /// A failed `Condition…=`: the start is skipped and systemd calls it done.
    public var conditionHolds = true
    public var startTimeout: Duration?
    public var jobTimeout: Duration?
    public var stopDelay: Duration = .zero
    /// After this the stop ends as `failed`, Result `timeout`.
    public var stopTimeout: Duration?
    /// How long the last process of an ended run stays in the cgroup after the unit is down.
    public var linger: Duration = .zero
    /// How long after "active" the unit's server does not answer yet.
    public var answersAfter: Duration = .zero
    public var restart: Restart = .no
    public var restartDelay: Duration = .milliseconds(100)
    /// `StartLimitBurst=`; 0 = no limit.
    public var startLimitBurst = 5
    public var startLimitInterval: Duration = .seconds(10)

    public init(_ name: UnitName, runs: [Run] = [.up()]) {
        self.name = name
        self.runs = runs
    }

    /// A holder as `mosaic fleet init` writes it.
    public static func holder(_ name: UnitName, startDelay: Duration = .zero) -> FakeUnit {
        FakeUnit(name, runs: [.up(after: startDelay)])
    }

    /// An agent as `mosaic fleet init` writes it: bound to the holder, started again whenever it ends.
    public static func agent(_ name: UnitName, in holder: UnitName, runs: [Run] = [.up()]) -> FakeUnit {
        var unit = FakeUnit(name, runs: runs)
        unit.requires = [holder]
        unit.after = [holder]
        unit.livesInside = holder
        unit.restart = .always
        return unit
    }

    func run(_ index: Int) -> Run { runs.isEmpty ? .up() : runs[min(index, runs.count - 1)] }
}
