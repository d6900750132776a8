public import FleetGuard

/// Waits until a stop would cut no work: what `restart --when-idle` does before it takes the lock, and asks
/// again once it has it.
///
/// An agent that is down has nothing to lose. One that runs is free while it reports that it is idle or waits for a
/// person; unknown is never taken for idle, and neither is a run that is just beginning or ending.
public struct IdleWait {
    /// Something whose work a stop would cut.
    public struct Occupied: Sendable, Equatable {
        /// The agent's unit; for an unmanaged session its name in words.
        public var who: String
        /// nil: no unit of the roster.
        public var unit: UnitName?
        package var activity: Activity

        /// For what is no unit of the roster: `unit` stays nil.
        public init(who: String, activity: Activity) {
            self.who = who
            self.activity = activity
        }

        init(_ state: UnitState) {
            unit = state.name
            who = state.name.rawValue
            activity = state.activity
        }
    }

    /// How `run(atMost:supervisor:waiting:)` ended.
    public enum End: Sendable, Equatable {
        /// In the last look, a stop would have cut no work.
        case free
        /// These still worked at the deadline.
        case deadline([Occupied])
    }

    private let manager: any ServiceManager
    private let units: [UnitName]
    private let look: () throws(FleetError) -> [Occupied]
    private let clock: any OperationClock

    /// The agents are polled at least this often, in case the manager reports no changes.
    private static let lookEvery = Duration.seconds(1)
    /// Reports may come in crowds: between two looks there is at least this long.
    private static let calm = Duration.milliseconds(50)

    /// - Parameters:
    ///   - units: a change of one of these is worth a look.
    ///   - look: whose work a stop at this moment would cut.
    public init(
        _ manager: any ServiceManager, listeningTo units: [UnitName], clock: any OperationClock = SystemClock(),
        look: @escaping () throws(FleetError) -> [Occupied]
    ) {
        self.manager = manager
        self.units = units
        self.look = look
        self.clock = clock
    }

    /// - Parameters:
    ///   - units: the agents that would be stopped, without the one that asks: it does not wait for itself.
    ///   - others: units and sessions that would end with the holder and report no activity (unmanaged ones),
    ///     looked up again each time.
    public init(
        _ manager: any ServiceManager, units: [UnitName], clock: any OperationClock = SystemClock(),
        others: @escaping () throws(FleetError) -> [Occupied] = { () throws(FleetError) in [] }
    ) {
        self.init(manager, listeningTo: units, clock: clock) { () throws(FleetError) in
            try Self.occupied(manager.overview(of: units)) + others()
        }
    }

    /// Whose work a stop at this moment would cut.
    /// - Throws: `.noServiceManager`.
    public func occupied() throws(FleetError) -> [Occupied] { try look() }

    /// - Parameter states: with the status texts of active units, as `ServiceManager.overview` gives them.
    static func occupied(_ states: [UnitState]) -> [Occupied] { states.filter(isOccupied).map(Occupied.init) }

    static func isOccupied(_ state: UnitState) -> Bool {
        if state.isActive { return !state.activity.state.isFree || state.job != nil }
        // Nothing runs between two automatic restarts.
        if state.isInAutoRestart { return false }
        return state.activeState != "inactive" && state.activeState != "failed"
    }

    /// Waits until all are free at once.
    ///
    /// - Parameters:
    ///   - limit: from now on.
    ///   - supervisor: gets `.tick` while nothing happens; its throw (a signal) ends the wait.
    ///   - waiting: called with the agents waited for, at first and each time that changes.
    /// - Throws: what the supervisor threw; `.noServiceManager`.
    public func run(
        atMost limit: Duration, supervisor: any JobSupervisor, waiting: ([Occupied]) -> Void
    ) throws(FleetError) -> End {
        let deadline = clock.now() + limit
        var said: [Occupied]?
        while true {
            // The first call begins to listen, before the look: nothing falls in between.
            let rest = deadline - clock.now()
            _ = try manager.waitForChange(
                of: units, atMost: said == nil ? .zero : min(max(.zero, rest), Self.lookEvery), supervisor: supervisor)
            if said != nil { clock.sleep(for: min(Self.calm, max(.zero, rest))) }
            let occupied = try look()
            if occupied.isEmpty { return .free }
            if clock.now() >= deadline { return .deadline(occupied) }
            if occupied != said { waiting(occupied) }
            said = occupied
        }
    }
}
