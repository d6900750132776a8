internal import FleetGuard

/// A small generator of one's own, so that a seed means the same on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension Explorer {
    /// Runs so many random schedules, for worlds that are too large to be explored wholly.
    package func walk(_ count: Int, seed: UInt64) -> ExplorationReport {
        let clock = ContinuousClock()
        let begin = clock.now
        var random = SplitMix(state: seed)
        var seen: Set<Digest> = []
        var steps = 0
        var failure: ScheduleFailure?
        walks: for _ in 0..<count {
            var state = start
            var choices: [Choice] = []
            while !isOver(state) {
                let choice = pick(state, &random)
                choices.append(choice)
                apply(choice, to: &state)
                steps += 1
                seen.insert(state.key)
                if state.world.violation != nil { break }
            }
            if state.world.violation == nil { finish(&state) }
            if let violation = state.world.violation {
                failure = ScheduleFailure(violation: violation, schedule: ScheduleString.encode(choices))
                break walks
            }
        }
        return ExplorationReport(
            scenario: scenario, states: seen.count, transitions: steps, schedules: Double(count), endings: endings,
            endStates: 0, endStatesDigest: 0, joins: joins, histories: historiesRun,
            seconds: (clock.now - begin).inSeconds, isComplete: false, failure: failure)
    }

    /// Mostly the one that ran last goes on; harm is rare, or nobody would ever get anywhere.
    private func pick(_ state: SearchState, _ random: inout SplitMix) -> Choice {
        let all = choices(in: state)
        let harmless = all.filter { choice in
            switch choice {
            case .step, .child, .job: true
            case .die(let index): state.world.processes[index].phase != .alive
            case .tick: false
            }
        }
        let isHarm = harmless.isEmpty || UInt64.random(in: 0..<40, using: &random) == 0
        let from = isHarm ? all : harmless
        if !isHarm, UInt64.random(in: 0..<3, using: &random) != 0 { return from[0] }
        return from[Int(UInt64.random(in: 0..<UInt64(from.count), using: &random))]
    }
}
