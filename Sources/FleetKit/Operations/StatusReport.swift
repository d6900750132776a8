/// The fleet as it is at one moment: what `status` shows.
public struct StatusReport: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public enum Role: String, Sendable, CaseIterable { case holder, agent }

        public var role: Role
        /// nil for the holder.
        public var agent: AgentName?
        public var state: UnitState
        /// What is wrong, in words; nil when the unit is up and calm.
        public var trouble: String?
        /// It dies and is restarted again and again.
        public var isFlapping = false

        public var unit: UnitName { state.name }

        /// How much it needs somebody's eyes, the worst first.
        public enum Severity: Int, Sendable, Comparable {
            /// Failed, flapping, or there is no such unit.
            case broken
            /// Up, but not without trouble.
            case uneasy
            case changing
            case down
            case calm

            public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
        }

        public var severity: Severity {
            if state.isFailed || isFlapping || state.loadState != "loaded" { return .broken }
            if state.isActive { return trouble == nil ? .calm : .uneasy }
            return state.activeState == "inactive" ? .down : .changing
        }
    }

    /// The holder first, then the agents in the roster's order.
    public var rows: [Row]

    public init(rows: [Row]) { self.rows = rows }

    /// The holder first, then what is in the worst trouble; among equals the roster's order.
    public var worstFirst: [Row] {
        rows.enumerated().sorted { left, right in
            func key(_ place: Int, _ row: Row) -> (Int, Severity, Int) {
                (row.role == .holder ? 0 : 1, row.severity, place)
            }
            return key(left.offset, left.element) < key(right.offset, right.element)
        }.map(\.element)
    }

    private typealias Severity = Row.Severity

    /// - Parameter agents: nil = holder and all agents; else these agents only.
    /// - Throws: `.noSuchUnit`, `.noServiceManager`.
    public static func read(
        _ roster: Roster, agents: [AgentName]? = nil, from manager: any ServiceManager,
        words: OutcomeWords = OutcomeWords()
    ) throws(FleetError) -> StatusReport {
        let targets = try roster.agents(named: agents)
        let holder = agents == nil ? [roster.holder.unit] : []
        var rows: [Row] = []
        for (index, state) in try manager.overview(of: holder + targets.map(\.unit)).enumerated() {
            let agent = index < holder.count ? nil : targets[index - holder.count].name
            rows.append(
                Row(
                    role: agent == nil ? .holder : .agent, agent: agent, state: state,
                    trouble: trouble(of: state, words), isFlapping: state.isInAutoRestart))
        }
        return StatusReport(rows: rows)
    }

    /// 0: all active; 3: something is not.
    public var exitStatus: ExitStatus { rows.allSatisfy(\.state.isActive) ? .done : .attention }

    /// Units per state, the worst first: `1 failed, 1 restarting, 18 active`.
    public var summary: String {
        var counts: [(word: String, count: Int)] = [
            ("failed", 0), ("not found", 0), ("restarting", 0), ("changing", 0), ("inactive", 0), ("active", 0),
        ]
        for row in rows {
            let word = Self.word(of: row.state)
            if let index = counts.firstIndex(where: { $0.word == word }) { counts[index].count += 1 }
        }
        return counts.filter { $0.count > 0 }.map { "\($0.count) \($0.word)" }.joined(separator: ", ")
    }

    private static func word(of state: UnitState) -> String {
        if state.isActive { return "active" }
        if state.isNotFound { return "not found" }
        if state.isInAutoRestart { return "restarting" }
        if state.isFailed { return "failed" }
        return state.activeState == "inactive" ? "inactive" : "changing"
    }

    private static func trouble(of state: UnitState, _ words: OutcomeWords) -> String? {
        let why = words.reason(result: state.result, state: state)
        if state.isNotFound { return "there is no such unit" }
        if state.isMasked { return "masked" }
        if state.loadState != "loaded" { return "its unit file cannot be loaded (\(state.loadState))" }
        let times = state.restarts == 1 ? "once" : "\(state.restarts) times"
        if state.isInAutoRestart {
            return "flapping: \(why); restarted by itself \(times), the next is about to come"
        }
        if state.isFailed {
            return state.restarts > 0 ? "\(why); systemd gave up after \(state.restarts) automatic restarts" : why
        }
        if state.isActive && state.restarts > 0 { return "restarted by itself \(times) since it was last started" }
        if !state.conditionResult && !state.isActive { return "one of its conditions does not hold" }
        return nil
    }
}
