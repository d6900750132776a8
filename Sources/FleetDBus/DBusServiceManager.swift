internal import CDBusLoader
public import FleetGuard
public import FleetKit
internal import Glibc

/// systemd over libdbus-1: one private connection, pipelined calls, everything on the caller's thread.
public final class DBusServiceManager: ServiceManager {
    let link: ManagerLink
    private let title: String
    private let interruption: @Sendable () -> FleetError?

    /// Connects at once, so that "no manager" is known before anything is begun.
    ///
    /// - Parameters:
    ///   - environment: `XDG_RUNTIME_DIR` and the bus addresses are taken from it.
    ///   - patience: for each answer; nil: as long as a busy manager may rightly take.
    ///   - interruption: the signal that came, as the error that ends a question to a manager that does not answer.
    /// - Throws: `.noServiceManager`, naming every place that was tried.
    public convenience init(
        scope: ManagerScope, environment: [String: String], patience: Duration? = nil,
        interruption: @escaping @Sendable () -> FleetError? = { nil }
    ) throws(FleetError) {
        let timeouts = patience.map(Timeouts.init(brief:)) ?? Timeouts()
        try self.init(title: "systemd --\(scope.rawValue)", timeouts: timeouts, interruption: interruption) {
            () throws(FleetError) in
            try ManagerAddress.candidates(scope: scope, environment: environment)
        }
    }

    /// The manager behind one D-Bus address and nothing else.
    convenience init(address: String, isPeerToPeer: Bool, timeouts: Timeouts = Timeouts()) throws(FleetError) {
        let place = ManagerAddress(address: address, isPeerToPeer: isPeerToPeer)
        try self.init(title: "systemd", timeouts: timeouts, interruption: Self.never) { () throws(FleetError) in [place]
        }
    }

    private static let never: @Sendable () -> FleetError? = { nil }

    private init(
        title: String, timeouts: Timeouts, interruption: @escaping @Sendable () -> FleetError?,
        places: @escaping () throws(FleetError) -> [ManagerAddress]
    ) throws(FleetError) {
        if let why = fleet_dbus_load() {
            throw FleetError(
                .noServiceManager, "libdbus-1 cannot be loaded: \(Printable.oneLine(String(cString: why)))",
                hint: "install libdbus-1-3, or use --backend systemctl")
        }
        self.title = title
        self.interruption = interruption
        self.link = ManagerLink(timeouts: timeouts, places: places)
        do throws(WireError) { try link.openFirst(Heartbeat(Questioner(interruption))) } catch { throw error.error }
    }

    /// Names the address in use, or the last one that was.
    public var endpoint: String { "\(title) over D-Bus (\(Printable.oneLine(link.address)))" }

    /// One pipeline; status texts only of units that failed. A connection that ended is opened again once.
    /// - Throws: `.noServiceManager`; what `interruption` gave.
    public func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking(of: units, Connection.states)
    }

    /// One list of the units, the runs of active ones, and the list again; a unit that moved meanwhile is read whole.
    /// - Throws: as `states(of:)`.
    public func brief(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        try asking { (connection, heartbeat) throws(WireError) in
            try connection.brief(of: units, heartbeat)
        }
    }

    /// Five `Get` for each unit. A property that a unit does not have keeps its default.
    /// - Throws: as `states(of:)`.
    public func files(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        try asking(of: units, Connection.files)
    }

    /// Two `GetAll` for each unit. A property that a unit does not have keeps its default.
    /// - Throws: as `states(of:)`.
    public func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        try asking(of: units, Connection.settings)
    }

    /// Two `Get` for each unit. A property that a unit does not have keeps its default.
    /// - Throws: as `states(of:)`.
    public func timeouts(of units: [UnitName]) throws(FleetError) -> [UnitTimeouts] {
        try asking(of: units, Connection.timeouts)
    }

    /// One `ListUnitsByNames`, and some properties of active services; every other unit is read whole.
    /// - Throws: as `states(of:)`.
    public func overview(of units: [UnitName], withCPU: Bool) throws(FleetError) -> [UnitState] {
        try asking { (connection, heartbeat) throws(WireError) in
            try connection.overview(of: units, withCPU: withCPU, heartbeat)
        }
    }

    /// Leaves out names that are not a `UnitName`, such as `-.mount`.
    /// - Throws: as `states(of:)`.
    public func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] {
        let question = try Manager.call("ListUnitsByPatterns").adding([String]()).adding(patterns)
        var reader = MessageReader(try answer(to: question, "to list its units"), "the list of units")
        let names = try reader.array { (row) throws(FleetError) in
            var fields = try row.structure()
            return try fields.string()
        }
        // systemd knows names that are no files' (`-.mount`); none of them can be asked for here.
        return names.compactMap(UnitName.init(known:))
    }

    /// `GetUnitProcesses`; empty also for a unit that the manager does not know.
    /// - Throws: as `states(of:)`.
    public func processes(of unit: UnitName) throws(FleetError) -> [Int32] {
        let question = try Manager.call("GetUnitProcesses").adding(unit.rawValue)
        let reply = try reply(to: question)
        if reply.isNoSuchUnit { return [] }
        var reader = MessageReader(try reply.get("to list the processes of \(unit)"), "the processes of \(unit)")
        return try reader.array { (row) throws(FleetError) in
            var fields = try row.structure()
            _ = try fields.string()
            return Int32(clamping: try fields.uint32())
        }
    }

    /// Of a unit that the manager does not know, the name as asked and an empty path.
    /// - Throws: as `states(of:)`.
    public func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting {
        try asking(of: units, Connection.footing)
    }

    /// A connection that ends meanwhile is no failure: the manager is asked once more, which does no harm.
    public func reload() throws(FleetError) {
        _ = try answer(to: try Manager.call("Reload"), "to reload its unit files", timeout: link.timeouts.reload)
    }

    /// From the manager's `Environment` property; nil when it has no `PATH`.
    /// - Throws: as `states(of:)`.
    public func searchPath() throws(FleetError) -> String? {
        let question = try Manager.get("Environment", of: Manager.interface, at: UnitPath.manager)
        let answer = try answer(to: question, "to report its environment")
        var variables = try answer.variant("the manager's environment")
        let mark = "PATH="
        return try variables.strings().lazy.compactMap { $0.after(mark) }.first.map(String.init)
    }

    /// systemd's `UnitFileState`; empty for a unit without a file.
    /// - Throws: as `states(of:)`.
    public func unitFileStates(of units: [UnitName]) throws(FleetError) -> [String] {
        try asking(of: units, Connection.unitFileStates)
    }

    /// Links that lead elsewhere are not replaced. The unit files are read again even when no link changed.
    /// - Throws: as `states(of:)`, also when the manager refuses.
    public func setEnabled(_ isEnabled: Bool, _ units: [UnitName]) throws(FleetError) -> Bool {
        let question = try Manager.call(isEnabled ? "EnableUnitFiles" : "DisableUnitFiles")
            .adding(units.map(\.rawValue)).adding(false)
        // Foreign links in their place are not replaced.
        if isEnabled { try question.adding(false) }
        let what = isEnabled ? "to enable the units" : "to disable the units"
        var reader = MessageReader(try answer(to: question, what), "the changes of links")
        // Whether the units have anything to install at all.
        if isEnabled { _ = try reader.boolean() }
        let changes = try reader.array { (change) throws(FleetError) in
            var fields = try change.structure()
            return try fields.string()
        }
        try reload()
        return changes.contains("symlink") || changes.contains("unlink")
    }

    /// Asked once: where the answer is lost, only the process itself tells whether it was moved.
    public func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {
        let question = try TransientScope.call(scope, pid: pid, description: description)
        _ = try reply(to: question, isRepeatable: false).get("to make \(scope)")
    }

    /// `KillUnit` with `all`: every process in the unit's cgroup.
    /// - Throws: as `states(of:)`, also when the manager refuses.
    public func kill(_ unit: UnitName) throws(FleetError) {
        let question = try Manager.call("KillUnit").adding(unit.rawValue).adding("all").adding(SIGKILL)
        _ = try answer(to: question, "to kill \(unit)")
    }

    /// Runs on the caller's thread. `JobRemoved` ends a wait early; besides, each job is asked for every 1.5 s.
    /// - Throws: what the supervisor threw; `.noServiceManager` when the manager does not come back within 30 s (with
    ///   `patience`: at once).
    public func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome] {
        let batch = CommandBatch(commands, maxParallel: maxParallel, Heartbeat(supervisor), link)
        return try batch.run()
    }

    /// True also when listening has only begun, and after a lost connection: earlier changes were not heard.
    /// - Throws: as `perform`.
    public func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool {
        let heartbeat = Heartbeat(supervisor)
        do throws(WireError) {
            do throws(WireError) {
                // Where changes come without a pause, this is the only chance to see a signal.
                try heartbeat.beat()
                let connection = try link.open(heartbeat)
                if try connection.watch(units, heartbeat) { return true }
                return try connection.heardChange(waitingAtMost: limit, heartbeat)
            } catch {
                guard case .lost = error else { throw error }
                link.drop()
                // Whatever happened meanwhile was not heard. The next call listens to the new connection.
                _ = try link.reopen(within: link.timeouts.comeBack, heartbeat)
                return true
            }
        } catch {
            link.drop()
            throw error.error
        }
    }

    private func answer(
        to question: Message, _ what: String, timeout: Duration? = nil
    ) throws(FleetError) -> Message {
        try reply(to: question, timeout: timeout).get(what)
    }

    private func reply(
        to question: Message, timeout: Duration? = nil, isRepeatable: Bool = true
    ) throws(FleetError) -> Reply {
        try asking(isRepeatable: isRepeatable) { (connection, heartbeat) throws(WireError) in
            try connection.call(question, timeout: timeout ?? connection.limits.call, heartbeat)
        }
    }

    private func asking<Answer>(
        of units: [UnitName], _ question: (Connection) -> ([UnitName], Heartbeat) throws(WireError) -> Answer
    ) throws(FleetError) -> Answer {
        try asking { (connection, heartbeat) throws(WireError) in try question(connection)(units, heartbeat) }
    }

    /// A connection that has ended since it was last used is opened again, for a question that may be asked twice.
    private func asking<Answer>(
        isRepeatable: Bool = true, _ question: (Connection, Heartbeat) throws(WireError) -> Answer
    ) throws(FleetError) -> Answer {
        let heartbeat = Heartbeat(Questioner(interruption))
        do throws(WireError) {
            do throws(WireError) {
                return try question(try link.open(heartbeat), heartbeat)
            } catch {
                guard case .lost = error, isRepeatable else { throw error }
                link.drop()
                return try question(try link.reopen(within: link.timeouts.comeBack, heartbeat), heartbeat)
            }
        } catch {
            // An answer may still be on its way; it must not meet the next question.
            link.drop()
            throw error.error
        }
    }
}
