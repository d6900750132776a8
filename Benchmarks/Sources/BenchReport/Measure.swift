/// One line of the table: what is measured, against what, and what it should reach.
struct Measure {
    enum Statistic {
        case median
        case percentile99
        /// Of all runs, the largest.
        case maximum
        /// Of the processor's time: how much steeper its line is from the second to the third size than from the first
        /// to the second, 1 is a straight line; with two sizes the second's time for each agent against the first's.
        case bend
    }

    enum Unit: String {
        case seconds = "s"
        case bytes
        case count
        case times = "×"
    }

    let part: String
    let title: String
    let size: Int?
    /// The series' name in the measurements.
    let value: String
    var statistic = Statistic.median
    var unit = Unit.seconds
    /// Its name and what it is; nil where the value itself has a bound.
    var reference: (series: String, title: String)?
    /// Of the ratio to the reference where there is one, of the value (in its unit) else. nil: for information.
    var goal: Double?

    /// - Parameter realSizes: of the fleets whose agents are real sessions.
    static func all(sizes: [Int], realSizes: [Int]) -> [Measure] {
        start + sizes.flatMap(status) + sizes.flatMap(restarts) + realSizes.flatMap(realSessions) + inProcess
            + handOvers + memory(at: sizes.max() ?? 20) + (sizes.count > 2 ? growth : [])
    }

    private static let start = [
        Measure(
            part: "start", title: "cold `lock inspect`", size: nil, value: "lock-inspect",
            reference: ("systemctl-version", "`systemctl --version`"), goal: 1.0)
    ]

    private static func status(_ size: Int) -> [Measure] {
        let goal = [20: 0.30, 200: 0.18, 1000: 0.15][size]
        return [
            Measure(
                part: "status", title: "`status`", size: size, value: "status/\(size)",
                reference: ("show/\(size)", "`systemctl show`, one call"), goal: goal),
            Measure(
                part: "status", title: "`status`", size: size, value: "status/\(size)",
                reference: ("show-named/\(size)", "the same with `--property` of what status shows"), goal: nil),
            Measure(
                part: "status", title: "`status --json`, with CPU times and what is outdated", size: size,
                value: "status-json/\(size)", reference: ("show/\(size)", "`systemctl show`, one call"), goal: nil),
        ]
    }

    private static func restarts(_ size: Int) -> [Measure] {
        // With more agents than this one run takes the manager half a minute.
        let isJudged = size <= 200
        let part = isJudged ? "restart" : "big-restart"
        let twoCalls = ("two-calls/\(size)", "`systemctl restart`, two calls")
        var measures = [
            Measure(
                part: part, title: "`restart --no-drain`", size: size, value: "no-drain/\(size)",
                reference: twoCalls, goal: isJudged ? 1.0 : nil),
            Measure(
                part: part, title: "`restart`, in phases", size: size, value: "phases/\(size)",
                reference: twoCalls, goal: isJudged ? 1.15 : nil),
            Measure(
                part: part, title: "`restart`, one transaction", size: size, value: "one-batch/\(size)",
                reference: twoCalls, goal: isJudged ? 0.85 : nil),
        ]
        if size == 20 {
            measures.append(
                Measure(
                    part: part, title: "`restart --no-drain`", size: size, value: "no-drain/\(size)",
                    reference: ("one-by-one/\(size)", "`systemctl restart`, a call for each unit"), goal: 0.55))
            measures.append(
                Measure(
                    part: part, title: "`restart --when-idle`, all idle: what it adds", size: size,
                    value: "when-idle/\(size)", goal: 0.020))
        }
        return measures
    }

    /// Agents as `init` writes them against units as an operator would: see docs/performance.md.
    private static func realSessions(_ size: Int) -> [Measure] {
        let twoCalls = ("hand-restart/\(size)", "hand-written units, `systemctl restart`, two calls")
        return [
            Measure(
                part: "real", title: "real sessions: `restart`, one transaction", size: size,
                value: "real-one-batch/\(size)",
                reference: twoCalls, goal: 1.0),
            Measure(
                part: "real", title: "real sessions: `restart`, in phases", size: size, value: "real-phases/\(size)",
                reference: twoCalls, goal: 1.0),
            Measure(
                part: "real", title: "real sessions: `start`", size: size, value: "real-start/\(size)",
                reference: ("hand-start/\(size)", "hand-written units, `systemctl start`, two calls"), goal: 1.3),
            Measure(
                part: "real", title: "memory of our processes for an agent (Pss)", size: size,
                value: "agent-memory/\(size)",
                unit: .bytes, goal: 1_300_000),
            Measure(
                part: "real", title: "`report` in an agent's window", size: size, value: "report/\(size)", goal: 0.005),
            Measure(
                part: "real", title: "an agent's end → its unit's end, median", size: size, value: "agent-end/\(size)",
                goal: nil),
        ]
    }

    private static let inProcess = [
        Measure(
            part: "calls", title: "acquire + release: system calls", size: nil, value: "guard-calls", unit: .count,
            goal: 30),
        Measure(
            part: "guard", title: "acquire + release, in process", size: nil, value: "guard",
            reference: ("guard-c", "the same system calls in C"), goal: 2.0),
    ]

    private static let handOvers = [
        Measure(
            part: "hand-over", title: "release → next waiter owns, median", size: nil, value: "release", goal: 0.001),
        Measure(
            part: "hand-over", title: "release → next waiter owns, p99", size: nil, value: "release",
            statistic: .percentile99, goal: 0.005),
        Measure(part: "hand-over", title: "SIGKILL → next waiter owns, median", size: nil, value: "kill", goal: 0.002),
        Measure(
            part: "hand-over", title: "SIGKILL → next waiter owns, p99", size: nil, value: "kill",
            statistic: .percentile99, goal: 0.010),
        Measure(
            part: "queue", title: "16 waiting processes, 200 hand-overs", size: nil, value: "queue",
            reference: ("queue-flock", "`flock(1)`"), goal: 1.5),
    ]

    private static func memory(at size: Int) -> [Measure] {
        [
            Measure(
                part: "memory", title: "peak memory of `status --json`", size: size, value: "memory/\(size)",
                statistic: .maximum, unit: .bytes, goal: 24 * 1_048_576)
        ]
    }

    /// Noise bends a straight line by some per cent.
    private static let growth = [
        Measure(
            part: "status", title: "growth of the own time of `status`", size: nil, value: "status",
            statistic: .bend, unit: .times, goal: 1.25),
        Measure(
            part: "restart", title: "growth of the own time of `restart --no-drain`", size: nil, value: "no-drain",
            statistic: .bend, unit: .times, goal: 1.25),
    ]
}
