import FleetTestSupport

/// When a blow falls on a process. The delay is counted from the moment when the event was seen.
enum Moment {
    case spawn(Duration)
    /// It entered the registry mutex for the n-th time, so it is about to change the lock, or just did.
    case transition(Int, Duration)
    case owner(Duration)
    /// As owner it reported this phase.
    case phase(String, Duration)
}

enum Blow {
    case kill
    /// Stopped for this long, then continued or killed.
    case freeze(Duration, ending: Ending)
    enum Ending { case `continue`, kill }
}

struct Strike {
    var moment: Moment
    var blow: Blow
}

/// One process of a round: what it is told to do, when it starts, and what befalls it.
struct ProcessPlan {
    var words: [String]
    var start: Duration
    var strikes: [Strike]
}

/// One round as its seed has it. The processes' own speed is not in it, so a replay has the same plan, and nearly the
/// same schedule.
struct RoundPlan {
    var processes: [ProcessPlan] = []
    /// How slowly the scripted units move.
    var unitTimes: [Duration] = []

    init(seed: UInt64, round: Int, most: Int, isPathMode: Bool) {
        var random = SeededRandom(seed: seed &+ UInt64(round) &* 0x2545_f491_4f6c_dd1d)
        unitTimes = (0..<4).map { _ in
            random.chance(40) ? .zero : random.time(.microseconds(500), .milliseconds(40))
        }
        let count = Int.random(in: 2...most, using: &random)
        // All at once, or one after the other.
        let spread = random.pick([Duration.zero, .milliseconds(20), .milliseconds(300)])
        for _ in 0..<count {
            let words = Self.words(&random)
            let start = spread * Double.random(in: 0..<1, using: &random)
            processes.append(ProcessPlan(words: words, start: start, strikes: Self.strikes(&random, isPathMode)))
        }
    }

    private static let impatient = ["--max-wait", "500ms", "--on-timeout", "break", "--evict-grace", "200ms"]

    private static func words(_ random: inout SeededRandom) -> [String] {
        if random.chance(6) { return ["lock", "break", "--force", "--yes"] }
        var words = ["restart", "--stable-for", "0", "--stall-after", "3s"]
        switch Int.random(in: 0..<100, using: &random) {
        case ..<35: break
        case ..<50: words += ["a1"]
        case ..<60: words += ["a2", "a3"]
        case ..<72: words += ["--no-drain"]
        case ..<82: words += ["--only-failed"]
        case ..<94: words += ["--no-join"]
        default: words += ["--no-join", "a1"]
        }
        switch Int.random(in: 0..<100, using: &random) {
        case ..<70: words += impatient
        case ..<80: words += ["--max-wait", "300ms", "--on-timeout", "fail", "--evict-grace", "200ms"]
        case ..<85: words += ["--no-wait"]
        default: words += ["--max-wait", "5s", "--evict-grace", "500ms"]
        }
        return words
    }

    private static func strikes(_ random: inout SeededRandom, _ isPathMode: Bool) -> [Strike] {
        var strikes: [Strike] = []
        if random.chance(25) {
            let ending: Blow.Ending = random.chance(70) ? .continue : .kill
            // A few for longer than --stall-after: then the frozen owner is evicted.
            let isLong = random.chance(10)
            let length =
                isLong
                ? random.time(.milliseconds(3_300), .seconds(4)) : random.time(.milliseconds(1), .milliseconds(800))
            strikes.append(
                Strike(moment: moment(&random, isPathMode), blow: .freeze(length, ending: ending)))
        }
        if random.chance(75) { strikes.append(Strike(moment: moment(&random, isPathMode), blow: .kill)) }
        return strikes
    }

    private static let phases = ["drain", "holder", "settle", "start", "restart", "verify"]

    private static func moment(_ random: inout SeededRandom, _ isPathMode: Bool) -> Moment {
        // A crash inside a path mutex costs everybody the 5 s after which it is stale: fewer of them.
        let transitions = isPathMode ? 5 : 35
        let delay = random.time(.microseconds(1), .milliseconds(8))
        switch Int.random(in: 0..<100, using: &random) {
        case ..<transitions: return .transition(Int.random(in: 1...3, using: &random), delay / 16)
        case ..<60: return .owner(delay)
        case ..<85: return .phase(random.pick(phases), delay)
        default: return .spawn(random.time(.microseconds(1), .milliseconds(130)))
        }
    }
}
