public import FleetGuard

/// The state of the fleet at one moment: what `status` shows.
public struct StatusReport: Sendable, Equatable {
    /// One unit: the holder, an agent of the roster, or a unit of the agents' template that is not in the roster.
    public struct Row: Sendable, Equatable {
        package enum Role: String, Sendable, CaseIterable {
            case holder, agent
            /// Of the agents' template, and not in the roster.
            case unmanaged
        }

        package var role: Role
        /// nil for the holder.
        public var agent: AgentName?
        /// From the manager's overview: some properties of an active unit may be left at their defaults.
        public var state: UnitState
        /// The roster's program and arguments; empty for the holder and for a fleet without a roster.
        public var command: [String] = []
        /// As written: may begin with `~/`. nil for the holder, and where the roster gives none.
        public var directory: String?
        /// What is wrong, in words; nil when the unit is up and calm.
        package var trouble: String?
        /// The `mosaic fleet stop` that took it down, from the history (`StopAuthor`).
        public var stop: Stop?
        /// Whether it is outdated; nil if that was not checked, or it is not running.
        package var freshness: Freshness?
        /// A restart took it down and did not start it again (`Intents.owed`).
        package var isOwed = false
        /// It dies and is restarted again and again (`UnitState.isFlapping`).
        package var isFlapping = false

        /// The name that was asked for, even where it is an alias.
        public var unit: UnitName { state.name }

        /// How urgent it is, the worst first.
        package enum Severity: Int, Sendable, Comparable {
            /// Failed, died and about to be restarted, flapping, or there is no such unit.
            case broken
            /// Up, but not without trouble.
            case uneasy
            case changing
            case down
            case calm

            package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
        }

        package var severity: Severity {
            if isOwed || state.isFailed || state.isInAutoRestart || isFlapping || state.loadState != "loaded" {
                return .broken
            }
            if state.isActive { return trouble == nil ? .calm : .uneasy }
            return state.activeState == "inactive" ? .down : .changing
        }

        /// Why a unit that is up cannot be called well yet; nil: it can.
        ///
        /// A unit in a crash loop looks well most of the time, so one that systemd has restarted has to stay up first;
        /// longer from the second time on, when it is a pattern of unknown period.
        ///
        /// - Parameter now: seconds since 1970, by the clock that systemd's times are from.
        package func unrest(at now: Double) -> String? {
            let uptime = Duration.seconds(max(0, now - Double(state.activeSince) / 1e6))
            let calm = Duration.seconds(state.restarts >= UnitState.restartsOfFlapping ? 60 : 10)
            guard state.restarts > 0, uptime < calm else { return nil }
            let times = state.restarts == 1 ? "once" : "\(state.restarts) times"
            return "restarted automatically \(times) after a failure, up for only \(DurationText.human(uptime))"
        }
    }

    /// How a unit came to be down.
    public struct Stop: Sendable, Equatable {
        /// The user, and from where: `alice (pts/3)`.
        public var author: String
        /// Seconds since 1970.
        public var time: Double
    }

    /// The holder first, then the agents in roster order, then units that are not in the roster.
    public var rows: [Row]
    /// Sessions in the holder's server that belong to no agent, where they were looked for.
    public var sessions: [String] = []

    /// Without sessions; `read` is the usual way to make a report.
    public init(rows: [Row]) { self.rows = rows }

    /// The holder first, then the units with the worst problems; among equals in roster order.
    package var worstFirst: [Row] {
        rows.enumerated().sorted { left, right in
            func key(_ place: Int, _ row: Row) -> (Int, Severity, Int) {
                (row.role == .holder ? 0 : 1, row.severity, place)
            }
            return key(left.offset, left.element) < key(right.offset, right.element)
        }.map(\.element)
    }

    private typealias Severity = Row.Severity

    /// - Parameters:
    ///   - agents: nil = holder, all agents and what is not in the roster; else these agents only.
    ///   - probe: nil: sessions that belong to no agent are not looked for.
    ///   - withCPU: CPU times are wanted, too, which costs a question for each unit.
    ///   - freshness: nil: outdated units are not detected; that takes longer than all the rest.
    /// - Throws: `.noSuchUnit`, `.noServiceManager`.
    public static func read(
        _ roster: Roster, agents: [AgentName]? = nil, from manager: any ServiceManager,
        probe: (any HolderProbe)? = nil, withCPU: Bool = false, freshness: (any FreshnessLook)? = nil,
        words: OutcomeWords = OutcomeWords()
    ) throws(FleetError) -> StatusReport {
        let targets = try roster.agents(named: agents)
        let holder = agents == nil ? [roster.holder.unit] : []
        var rows: [Row] = []
        for (index, state) in try manager.overview(of: holder + targets.map(\.unit), withCPU: withCPU).enumerated() {
            let agent = index < holder.count ? nil : targets[index - holder.count]
            rows.append(
                Row(
                    role: agent == nil ? .holder : .agent, agent: agent?.name, state: state,
                    command: agent?.command ?? [], directory: agent?.directory,
                    trouble: trouble(of: state, words), isFlapping: state.isFlapping))
        }
        if let found = try freshness?.look(at: rows.map(\.state), of: roster, in: manager) {
            for index in rows.indices { rows[index].freshness = found[rows[index].unit] }
        }
        guard agents == nil else { return StatusReport(rows: rows) }
        let isUp = rows.first?.state.isActive ?? false
        let unmanaged = try UnmanagedMembers.find(beside: roster, in: manager, probe: isUp ? probe : nil)
        for state in unmanaged.units {
            let why = trouble(of: state, words).map { "not in the roster; \($0)" } ?? "not in the roster"
            rows.append(Row(role: .unmanaged, agent: AgentName(unit: state.name), state: state, trouble: why))
        }
        var report = StatusReport(rows: rows)
        report.sessions = unmanaged.sessions
        return report
    }

    /// 0: all are active and in the roster; 3: something is not.
    public var exitStatus: ExitStatus {
        rows.allSatisfy { Condition($0.state) == .active && $0.role != .unmanaged } ? .done : .attention
    }

    /// What a unit is, in one word of an operator's.
    public enum Condition: String, Sendable, CaseIterable {
        // The worst first, which is the order of the summary.
        case failed
        case notFound = "not-found"
        /// Between two automatic restarts.
        case restarting
        /// On its way up or down.
        case changing
        case inactive, active

        /// The first that fits of not found, active, between restarts and failed; otherwise inactive or changing.
        public init(_ state: UnitState) {
            self =
                if state.isNotFound {
                    .notFound
                } else if state.isActive {
                    .active
                } else if state.isInAutoRestart {
                    .restarting
                } else if state.isFailed {
                    .failed
                } else {
                    state.activeState == "inactive" ? .inactive : .changing
                }
        }
    }

    /// Only these members.
    public func only(_ agents: [AgentName], _ units: [UnitName], _ sessions: [String]) -> StatusReport {
        var report = self
        report.rows = rows.filter { row in
            row.role == .agent && row.agent.map(agents.contains) == true || units.contains(row.unit)
        }
        report.sessions = self.sessions.filter(sessions.contains)
        return report
    }

    /// Only the units in one of the conditions; all of them for none.
    public func only(_ conditions: [Condition]) -> StatusReport {
        guard !conditions.isEmpty else { return self }
        var report = self
        report.rows = rows.filter { conditions.contains(Condition($0.state)) }
        return report
    }

    /// Units per condition, the worst first: `1 failed, 1 restarting, 18 active`.
    public var summary: String {
        guard !rows.isEmpty else { return "no unit is in that state" }
        let owed = rows.count(where: \.isOwed)
        return Condition.allCases.compactMap { condition in
            let count = rows.count { Condition($0.state) == condition }
            return count == 0 ? nil : "\(count) \(condition == .notFound ? "not found" : condition.rawValue)"
        }.joined(separator: ", ") + (owed == 0 ? "" : "; \(owed) owed by a restart")
    }

    /// Marks what is down because a restart took it down.
    /// - Parameter owed: as the intent file says.
    public mutating func mark(owed: Set<UnitName>, _ commands: NextCommands) {
        for index in rows.indices where rows[index].state.isDown && owed.contains(rows[index].unit) {
            rows[index].isOwed = true
            let start = rows[index].agent.map { commands.fleet("start", $0.rawValue) } ?? commands.fleet("start")
            let why = "a restart took it down and did not start it again; start it with: \(start)"
            rows[index].trouble = rows[index].trouble.map { "\($0); \(why)" } ?? why
        }
    }

    private static func trouble(of state: UnitState, _ words: OutcomeWords) -> String? {
        let why = words.reason(result: state.result, state: state)
        if state.isNotFound { return "there is no such unit" }
        if state.isMasked { return "masked" }
        if state.loadState != "loaded" {
            return "its unit file cannot be loaded (\(Printable.oneLine(state.loadState)))"
        }
        let times = state.restarts == 1 ? "once" : "\(state.restarts) times"
        if state.isInAutoRestart {
            let head = state.isFlapping ? "flapping: \(why)" : "died (\(why))"
            let past = state.restarts == 0 ? "" : ", restarted automatically \(times) before"
            return "\(head)\(past); systemd is about to restart it"
        }
        if state.isFailed {
            // It does not continue by itself: systemd starts it again only on request.
            if state.restarts == 0 && state.result != "start-limit-hit" { return why }
            let after = state.restarts == 0 ? "" : " after \(state.restarts) automatic restarts"
            return "\(why); systemd gave up\(after) and does not restart it again"
        }
        if state.isActive && state.restarts > 0 {
            return "restarted automatically \(times) after a failure, since it was last started by a command"
        }
        if !state.conditionResult && !state.isActive { return "one of its conditions is not met" }
        return nil
    }
}
