public import FleetGuard

/// The only way to systemd. Implementations: FleetDBus, FleetSystemctl, FleetFake; one conformance suite holds them
/// to the same scenarios.
///
/// The protocol is synchronous on purpose. A restart's progress must be proof that its *own main loop* lives, so the
/// loop that waits for jobs is the loop that stamps the lock: `perform` runs on the caller's thread and reports
/// through the supervisor. Instances are confined to one thread.
public protocol ServiceManager: AnyObject {
    /// Names the manager for messages, such as `systemd --user over D-Bus (unix:path=/run/user/1000/bus)`.
    var endpoint: String { get }

    /// The state of each unit, in the order asked. An unknown unit is a state with `loadState == "not-found"`.
    /// Pipelined where the transport can.
    /// - Throws: `.noServiceManager` when the manager cannot be asked.
    func states(of units: [UnitName]) throws(FleetError) -> [UnitState]

    /// What commands are decided by, in the order asked: all of a unit that is neither simply active nor simply inactive
    /// (loaded, no job). Of those, only the names, the load, active and sub state and, where it is active, `invocationID`
    /// and `restarts`; the rest may be left at its default. Who decides by what a unit that is down had been remembers it
    /// from before.
    /// - Throws: `.noServiceManager` when the manager cannot be asked.
    func brief(of units: [UnitName]) throws(FleetError) -> [UnitState]

    /// How each unit was told to behave, in the order asked.
    /// - Throws: `.noServiceManager` when the manager cannot be asked.
    func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings]

    /// Which files make each unit, in the order asked: of the settings `path`, `dropIns`, `mainStartedAt`, `needsReload` and
    /// `environmentFiles`; the rest may be left at its default.
    func files(of units: [UnitName]) throws(FleetError) -> [UnitSettings]

    /// How long each unit may take, in the order asked: of the settings, what every restart asks for before it waits.
    func timeouts(of units: [UnitName]) throws(FleetError) -> [UnitTimeouts]

    /// What there is to show of each unit, in the order asked. Of a unit that is active, `controlGroup`,
    /// `conditionResult`, `mainExit`, `requirements` and `after` may be left at their defaults, and `cpu` unless it is
    /// asked for: asking for less takes half the time.
    func overview(of units: [UnitName], withCPU: Bool) throws(FleetError) -> [UnitState]

    /// Units in the manager's memory whose name matches one of the shell patterns.
    func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName]

    /// Sends the commands in order (at most `maxParallel` jobs in flight; nil = no bound) and waits for every job.
    ///
    /// A command for a unit that is masked, missing or unloadable is not sent; its outcome says so. The outcomes come
    /// in the order of the commands, and each was also reported as `.finished` at the moment it was known.
    /// No wait rests on a signal alone: the unit's own job is asked for at least every 2 s, so a daemon-reload, a
    /// daemon-reexec or a bus restart in between loses nothing.
    /// - Throws: what the supervisor threw, or `.noServiceManager` when the manager went away and did not come back.
    func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome]

    /// Waits until one of the units may have changed since the last call, for at most `limit`.
    ///
    /// The first call for a set of units begins to listen and returns at once, so that a look at the units which
    /// follows misses nothing. A change is heard early where the manager tells of it (D-Bus); a backend that cannot
    /// hear returns when the time is up, so callers check the units in either case. The supervisor
    /// gets `.tick` in every call, also in one that returns at once, and at least every 250 ms; its throw ends the wait.
    /// - Returns: true when something was heard; it may turn out to be nothing.
    /// - Throws: what the supervisor threw, or `.noServiceManager`.
    func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool

    /// Process numbers in the unit's cgroup and below; empty when it has none.
    func processes(of unit: UnitName) throws(FleetError) -> [Int32]

    /// Where the manager itself stands, and where these units come from.
    /// - Throws: `.noServiceManager` when the manager cannot be asked.
    func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting

    /// Reads all unit files again (`daemon-reload`).
    func reload() throws(FleetError)

    /// `PATH` of the environment that the manager gives to its units; nil where it has none or cannot tell.
    /// - Throws: `.noServiceManager` when the manager cannot be asked.
    func searchPath() throws(FleetError) -> String?

    /// Whether each unit comes up at boot, in the order asked: systemd's word (`enabled`, `disabled`, `static`,
    /// `masked`, …), empty where there is no such unit file.
    /// - Throws: `.noServiceManager` when the manager cannot be asked.
    func unitFileStates(of units: [UnitName]) throws(FleetError) -> [String]

    /// Makes the links that the units' `[Install]` sections ask for, or removes them; the manager has read its unit
    /// files again when this returns. Nothing is started or stopped.
    /// - Returns: whether a link was made or removed.
    /// - Throws: `.noServiceManager`, with the manager's reason.
    func setEnabled(_ isEnabled: Bool, _ units: [UnitName]) throws(FleetError) -> Bool

    /// Moves a running process of this user into a new transient scope, out of whatever unit it is in.
    /// - Throws: `.noServiceManager`, with the manager's reason.
    func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError)

    /// Sends SIGKILL to every process of the unit.
    /// - Throws: `.noServiceManager`, with the manager's reason.
    func kill(_ unit: UnitName) throws(FleetError)
}

extension ServiceManager {
    /// For managers without processes.
    public func kill(_ unit: UnitName) throws(FleetError) {}
    /// Default: the whole state, as `states(of:)` gives it.
    public func brief(of units: [UnitName]) throws(FleetError) -> [UnitState] { try states(of: units) }
    /// Without CPU times, which cost one more question for each unit.
    /// - Throws: as `overview(of:withCPU:)`.
    public func overview(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try overview(of: units, withCPU: false)
    }
    /// Default: the whole state, as `states(of:)` gives it, whatever `withCPU` says.
    public func overview(of units: [UnitName], withCPU: Bool) throws(FleetError) -> [UnitState] {
        try states(of: units)
    }
    /// Default: nil, for managers that cannot tell.
    public func searchPath() throws(FleetError) -> String? { nil }
    /// Default: all settings, as `settings(of:)` gives them.
    public func files(of units: [UnitName]) throws(FleetError) -> [UnitSettings] { try settings(of: units) }
    /// Default: empty for each unit, for managers without unit files.
    public func unitFileStates(of units: [UnitName]) throws(FleetError) -> [String] { units.map { _ in "" } }
    /// Default: does nothing and returns false, for managers without unit files.
    public func setEnabled(_ isEnabled: Bool, _ units: [UnitName]) throws(FleetError) -> Bool { false }
    /// Default: taken from `settings(of:)`.
    public func timeouts(of units: [UnitName]) throws(FleetError) -> [UnitTimeouts] {
        try settings(of: units).map(\.timeouts)
    }
}
