internal import FleetGuard
internal import FleetKit

extension FakeUnit: Codable {
    private enum Key: String, CodingKey {
        case name, load, runs, requires, after, livesInside, conditionHolds, startTimeout, jobTimeout, stopDelay
        case stopTimeout, linger, answersAfter, restart, restartDelay, startLimitBurst, startLimitInterval
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        func milliseconds(_ key: Key) throws -> Duration? {
            try values.decodeIfPresent(Int64.self, forKey: key).map(Duration.scripted)
        }
        func units(_ key: Key) throws -> [UnitName] {
            try (values.decodeIfPresent([String].self, forKey: key) ?? []).map { try UnitName($0) }
        }
        self.init(try UnitName(values.decode(String.self, forKey: .name)))
        load = try values.decodeIfPresent(Load.self, forKey: .load) ?? load
        runs = try values.decodeIfPresent([Run].self, forKey: .runs) ?? runs
        requires = try units(.requires)
        after = try units(.after)
        livesInside = try values.decodeIfPresent(String.self, forKey: .livesInside).map { try UnitName($0) }
        conditionHolds = try values.decodeIfPresent(Bool.self, forKey: .conditionHolds) ?? conditionHolds
        startTimeout = try milliseconds(.startTimeout)
        jobTimeout = try milliseconds(.jobTimeout)
        stopDelay = try milliseconds(.stopDelay) ?? stopDelay
        stopTimeout = try milliseconds(.stopTimeout)
        linger = try milliseconds(.linger) ?? linger
        answersAfter = try milliseconds(.answersAfter) ?? answersAfter
        restart = try values.decodeIfPresent(Restart.self, forKey: .restart) ?? restart
        restartDelay = try milliseconds(.restartDelay) ?? restartDelay
        startLimitBurst = try values.decodeIfPresent(Int.self, forKey: .startLimitBurst) ?? startLimitBurst
        startLimitInterval = try milliseconds(.startLimitInterval) ?? startLimitInterval
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(name.rawValue, forKey: .name)
        try values.encode(load, forKey: .load)
        try values.encode(runs, forKey: .runs)
        try values.encode(requires.map(\.rawValue), forKey: .requires)
        try values.encode(after.map(\.rawValue), forKey: .after)
        try values.encodeIfPresent(livesInside?.rawValue, forKey: .livesInside)
        try values.encode(conditionHolds, forKey: .conditionHolds)
        try values.encodeIfPresent(startTimeout?.wholeMilliseconds, forKey: .startTimeout)
        try values.encodeIfPresent(jobTimeout?.wholeMilliseconds, forKey: .jobTimeout)
        try values.encode(stopDelay.wholeMilliseconds, forKey: .stopDelay)
        try values.encodeIfPresent(stopTimeout?.wholeMilliseconds, forKey: .stopTimeout)
        try values.encode(linger.wholeMilliseconds, forKey: .linger)
        try values.encode(answersAfter.wholeMilliseconds, forKey: .answersAfter)
        try values.encode(restart, forKey: .restart)
        try values.encode(restartDelay.wholeMilliseconds, forKey: .restartDelay)
        try values.encode(startLimitBurst, forKey: .startLimitBurst)
        try values.encode(startLimitInterval.wholeMilliseconds, forKey: .startLimitInterval)
    }
}

extension Duration {
    /// As a script says it; at most 30 years, so that times of the script can be added to the clock's.
    fileprivate static func scripted(_ milliseconds: Int64) -> Duration {
        .milliseconds(min(max(milliseconds, 0), 1_000_000_000_000))
    }
}

extension FakeUnit.Run: Codable {
    private enum Key: String, CodingKey { case startDelay, hangs, exitStatus, signal, lives }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        self.init(
            startDelay: .scripted(try values.decodeIfPresent(Int64.self, forKey: .startDelay) ?? 0),
            hangs: try values.decodeIfPresent(Bool.self, forKey: .hangs) ?? false,
            end: nil,
            lives: try values.decodeIfPresent(Int64.self, forKey: .lives).map(Duration.scripted))
        if let status = try values.decodeIfPresent(Int32.self, forKey: .exitStatus) { end = .status(status) }
        if let signal = try values.decodeIfPresent(Int32.self, forKey: .signal) { end = .signal(signal) }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(startDelay.wholeMilliseconds, forKey: .startDelay)
        if hangs { try values.encode(hangs, forKey: .hangs) }
        try values.encodeIfPresent(lives?.wholeMilliseconds, forKey: .lives)
        switch end {
        case .status(let status): try values.encode(status, forKey: .exitStatus)
        case .signal(let signal): try values.encode(signal, forKey: .signal)
        case nil: break
        }
    }
}
