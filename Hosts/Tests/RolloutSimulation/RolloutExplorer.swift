internal import HostsKit

/// Every order in which things can happen to some stations and hosts, within a budget of faults.
public struct RolloutExplorer {
    public struct Report: Sendable {
        public var states = 0
        public var transitions = 0
        /// How it came to the state that broke a promise; nil: none did.
        public var counterexample: [String]?
        /// Left off at the bound on states.
        public var isCut = false
    }

    public struct Scenario: Sendable, CustomStringConvertible {
        public var description: String
        var stations: Int
        var hosts: Int
        var limit: Int
        var budget: World.Budget
        /// The slots are in etcd, and a station talks with it request by request.
        var isEtcd = false
    }

    public static let etcd = [
        Scenario(
            description: "etcd: two stations, two hosts, one at once", stations: 2, hosts: 2, limit: 1,
            budget: World.Budget(), isEtcd: true),
        Scenario(
            description: "etcd: lost answers and late transactions", stations: 1, hosts: 1, limit: 1,
            budget: World.Budget(lost: 2), isEtcd: true),
        Scenario(
            description: "etcd: two stations, a lost answer", stations: 2, hosts: 1, limit: 1,
            budget: World.Budget(lost: 1), isEtcd: true),
        Scenario(
            description: "etcd: a killed station and its successor", stations: 2, hosts: 1, limit: 1,
            budget: World.Budget(lost: 1, crashes: 1), isEtcd: true),
        Scenario(
            description: "etcd: an expired lease, its station goes on", stations: 2, hosts: 1, limit: 1,
            budget: World.Budget(lost: 1, expiries: 1), isEtcd: true),
        Scenario(
            description: "etcd: an operator who breaks a slot", stations: 2, hosts: 1, limit: 1,
            budget: World.Budget(crashes: 1, breaks: 1), isEtcd: true),
        Scenario(
            description: "etcd: three stations, one host", stations: 3, hosts: 1, limit: 1, budget: World.Budget(),
            isEtcd: true),
    ]

    /// Small ones, which are explored whole within seconds, and larger ones for a long run.
    public static let small = [
        Scenario(
            description: "two stations, two hosts, one at once", stations: 2, hosts: 2, limit: 1,
            budget: World.Budget()),
        Scenario(
            description: "a lost answer", stations: 1, hosts: 2, limit: 1, budget: World.Budget(lost: 2)),
        Scenario(
            description: "a killed station and its successor", stations: 2, hosts: 2, limit: 1,
            budget: World.Budget(crashes: 1)),
        Scenario(
            description: "a mark that is gone while its station lives", stations: 2, hosts: 1, limit: 1,
            budget: World.Budget(lost: 1, expiries: 1)),
        Scenario(
            description: "a failed host, mended", stations: 1, hosts: 2, limit: 2,
            budget: World.Budget(failures: 1, mends: 1)),
        Scenario(
            description: "a busy host", stations: 1, hosts: 2, limit: 1, budget: World.Budget(lost: 1, busy: 2)),
        Scenario(
            description: "an interruption", stations: 1, hosts: 2, limit: 2,
            budget: World.Budget(lost: 1, interrupts: 1)),
        Scenario(
            description: "an operator who breaks a slot", stations: 2, hosts: 1, limit: 1,
            budget: World.Budget(crashes: 1, breaks: 1)),
        Scenario(
            description: "three stations, one host, one of them killed", stations: 3, hosts: 1, limit: 1,
            budget: World.Budget(crashes: 1)),
    ]

    public static let large = [
        Scenario(
            description: "two stations, two at once, all faults", stations: 2, hosts: 2, limit: 2,
            budget: World.Budget(lost: 1, crashes: 1, expiries: 1, failures: 1, mends: 1)),
        Scenario(
            description: "three stations, one host", stations: 3, hosts: 1, limit: 1,
            budget: World.Budget(lost: 1, crashes: 1, expiries: 1)),
        Scenario(
            description: "two lost answers, two stations", stations: 2, hosts: 2, limit: 1,
            budget: World.Budget(lost: 2)),
    ]

    let bug: SeededBug?

    public init() { bug = nil }
    init(bug: SeededBug) { self.bug = bug }

    /// - Parameter bound: states, after which it leaves off.
    public func explore(_ scenario: Scenario, bound: Int) -> Report {
        var report = Report()
        let first = World(
            stations: scenario.stations, hosts: scenario.hosts, limit: scenario.limit, budget: scenario.budget,
            bug: bug, isEtcd: scenario.isEtcd
        )
        var seen: Set<Int> = [first.hashValue]
        // With the way there, for the counterexample.
        var open: [(world: World, path: Path)] = [(first, Path(nil, "begin"))]
        while let (world, path) = open.popLast() {
            report.states += 1
            guard report.states <= bound else {
                report.isCut = true
                return report
            }
            for move in world.moves() {
                report.transitions += 1
                var next = world
                do throws(Violation) {
                    try move.apply(&next)
                    try next.check()
                    guard seen.insert(next.hashValue).inserted else { continue }
                    try next.checkNobodyIsStuck()
                } catch {
                    report.counterexample = Path(path, move.description).words + [error.description]
                    return report
                }
                open.append((next, Path(path, move.description)))
            }
        }
        return report
    }

    private final class Path {
        let before: Path?
        let word: String

        init(_ before: Path?, _ word: String) {
            self.before = before
            self.word = word
        }

        var words: [String] {
            var words: [String] = []
            var place: Path? = self
            while let path = place {
                words.append(path.word)
                place = path.before
            }
            return words.reversed()
        }
    }
}
