/// What an operation is about to do, told once before its first phase: what a progress view is laid out by.
public struct OperationOutline: Sendable, Equatable {
    /// One phase as planned.
    public struct Phase: Sendable, Equatable {
        /// As in the events `phaseBegan` and `phaseEnded`.
        public var phase: OperationPhase
        /// The units that the phase is about.
        public var total: Int
        /// For a phase that takes a known time whatever its units do.
        public var lasts: Duration?

        /// - Parameter lasts: nil where the phase takes as long as its units need.
        public init(_ phase: OperationPhase, total: Int, lasts: Duration? = nil) {
            self.phase = phase
            self.total = total
            self.lasts = lasts
        }
    }

    /// Every unit that a command is meant for, the holder first, then in the roster's order.
    public var units: [UnitName]
    /// In their order. A phase may turn out to have nothing to do and never begin.
    package var phases: [Phase]

    /// Units that the restart of the first one stops and starts, without a command of their own.
    package var carried: [UnitName]

    /// How long each may take to stop (`TimeoutStopSec=`), where it is known and there is a bound.
    package var stopTimeouts: [UnitName: Duration] = [:]

    /// Stop timeouts are unknown until the operation fills them in.
    public init(units: [UnitName], phases: [Phase], carried: [UnitName] = []) {
        self.units = units
        self.phases = phases
        self.carried = carried
    }

    /// - Parameters:
    ///   - agents: how many units the last phase of commands brings up.
    ///   - window: of the watch that follows; zero = there is none.
    static func ending(
        with phase: OperationPhase, agents: Int, holder: Bool, window: Duration
    ) -> [Phase] {
        var phases: [Phase] = holder ? [Phase(.holder, total: 1), Phase(.settle, total: 1)] : []
        guard agents > 0 else { return phases }
        phases.append(Phase(phase, total: agents))
        if window > .zero { phases.append(Phase(.verify, total: agents + (holder ? 1 : 0), lasts: window)) }
        return phases
    }
}
