internal import FleetFake
internal import FleetKit
internal import FleetTestSupport
internal import Glibc

/// Rounds on one file system until enough were killed.
struct Campaign {
    let options: ChaosOptions
    let place: String

    /// - Throws: `Interrupted`; `ChaosFailure` with the round's story and the words that replay it.
    func run() throws {
        let arena = try Arena(options, in: place)
        let flock = options.preload != nil ? ", flock fails (preloaded)" : arena.hasFlock ? "" : ", no flock"
        let mode = options.mutex + flock
        print(
            "fleet-chaos: seed \(options.seed), \(place) (\(fileSystem)), mutex \(mode), at most \(options.most) processes"
        )
        fflush(nil)
        let begin = SystemClock().now()
        var tally = Tally()
        while tally.kills < options.kills, tally.rounds < options.rounds {
            let number = options.from + tally.rounds
            let plan = RoundPlan(
                seed: options.seed, round: number, most: options.most, isPathMode: arena.isPathMode)
            try arena.prepare(plan)
            let round = try Round(plan, in: arena)
            do {
                try round.run()
                tally.add(round.tally)
                for odd in round.oddEnds {
                    guard odd.end == .exit(1) else { throw ChaosFailure("\(odd.pid) ended with \(odd.account)") }
                    print("  round \(number), a unit failed: \(odd.account)")
                    if options.isVerbose {
                        try print(arena.home.fleet.log().events.map { "\($0)" }.joined(separator: "\n"))
                    }
                }
                try arena.judge(&tally)
            } catch let interruption as Interrupted {
                for line in tally.lines { print("  " + line) }
                throw interruption
            } catch {
                for line in tally.lines { print("  \(line)") }
                throw ChaosFailure(
                    "round \(number) in \(place): \(error)\n\(round.account)\nreplay: fleet-chaos --seed \(options.seed)"
                        + " --from \(number) --rounds 1 --place \(place) --mutex \(options.mutex) --processes \(options.most)"
                )
            }
            tally.rounds += 1
            if options.isVerbose {
                print(round.account)
                print("  round \(number): \(tally.kills) kills after \(SystemClock().now() - begin)")
                fflush(nil)
            }
        }
        for line in tally.lines { print("  " + line) }
        print("  took \(Histogram.text(SystemClock().now() - begin))")
        fflush(nil)
    }

    /// As the kernel names it.
    private var fileSystem: String {
        let mounts = TestProcess.contents("/proc/self/mounts").split(separator: "\n").map { $0.split(separator: " ") }
        let above = mounts.filter { $0.count > 2 && (place + "/").hasPrefix($0[1] == "/" ? "/" : $0[1] + "/") }
        return above.max { $0[1].count < $1[1].count }.map { String($0[2]) } ?? "?"
    }
}

extension Tally {
    mutating func add(_ round: Tally) {
        processes += round.processes
        kills += round.kills
        killsOfOwners += round.killsOfOwners
        killsInside += round.killsInside
        killsInCalls += round.killsInCalls
        freezes += round.freezes
        takeovers += round.takeovers
        evictions += round.evictions
        ends.merge(round.ends) { $0 + $1 }
        calm.add(round.calm)
        disturbed.add(round.disturbed)
    }
}
