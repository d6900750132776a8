package import FleetKit

/// The script of one unit: how it loads, starts, stops, fails and restarts.
///
/// In JSON (`units.json`) times are whole milliseconds and everything but `name` may be left out.
package struct FakeUnit: Sendable, Equatable {
    package enum Load: String, Codable, Sendable, CaseIterable {
        case loaded, masked
        case notFound = "not-found"
        case badSetting = "bad-setting"
    }

    /// systemd's `Restart=`.
    package enum Restart: String, Codable, Sendable, CaseIterable {
        case no, always
        case onFailure = "on-failure"
    }

    /// What one run does. The unit's first start plays `runs[0]`, the next `runs[1]`, …; the last one repeats.
    package struct Run: Sendable, Equatable {
        /// From the job's beginning to "active" (or to the failure).
        package var startDelay: Duration = .zero
        /// Never becomes active; only `startTimeout` or a stop ends it.
        package var hangs = false
        /// How the main process ends; nil = it stays.
        package var end: End?
        /// Time from "active" to `end`; nil = it ends before it becomes active.
        package var lives: Duration?

        package static func up(after delay: Duration = .zero) -> Run { Run(startDelay: delay) }
    }

    package enum End: Sendable, Equatable, Codable {
        case status(Int32)
        case signal(Int32)
    }

    package var name: UnitName
    package var load: Load = .loaded
    package var runs: [Run] = [.up()]
    /// `Requires=`: stop and restart propagate from these units to this one, a start pulls them in.
    package var requires: [UnitName] = []
    package var after: [UnitName] = []
    /// The unit inside which this one's process lives (an agent in its holder's tmux server): when that one's run ends,
    /// or does not answer yet, this unit's process exits with status 1.
    package var livesInside: UnitName?
    /// A failed `Condition…=`: the start is skipped and systemd calls it done.
    package var conditionHolds = true
    package var startTimeout: Duration?
    package var jobTimeout: Duration?
    package var stopDelay: Duration = .zero
    /// After this the stop ends as `failed`, Result `timeout`.
    package var stopTimeout: Duration?
    /// How long the last process of an ended run stays in the cgroup after the unit is down.
    package var linger: Duration = .zero
    /// How long after "active" the unit's server does not answer yet.
    package var answersAfter: Duration = .zero
    package var restart: Restart = .no
    package var restartDelay: Duration = .milliseconds(100)
    /// `StartLimitBurst=`; 0 = no limit.
    package var startLimitBurst = 5
    package var startLimitInterval: Duration = .seconds(10)

    package init(_ name: UnitName, runs: [Run] = [.up()]) {
        self.name = name
        self.runs = runs
    }

    func run(_ index: Int) -> Run { runs.isEmpty ? .up() : runs[min(index, runs.count - 1)] }
}
