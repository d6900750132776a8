package import FleetGuard
internal import Glibc

/// What the checks look at: the fleet, its service manager and the machine. Read once and shared, until `forget`.
package final class HealthContext {
    /// The connection to systemd, or why there is none.
    package struct Connection {
        package var manager: Result<any ServiceManager, FleetError>
        /// Why it is not the way that was preferred.
        package var remark: String?

        package init(manager: Result<any ServiceManager, FleetError>, remark: String? = nil) {
            self.manager = manager
            self.remark = remark
        }
    }

    package let home: MosaicHome
    package let scope: ManagerScope
    package let environment: [String: String]
    /// False for a scripted manager: nothing of systemd's surroundings is needed then.
    package let usesSystemd: Bool
    /// Names that no plug-in can have.
    let builtInCommands: Set<String>
    let machine: Machine
    let time: any GuardTime
    let processes: any ProcessTable
    private let connect: () -> Connection
    private var connection: Connection?
    private var loadedRoster: Result<Roster, FleetError>?
    private var states: [UnitName: UnitState]?
    private var settings: [UnitName: UnitSettings]?

    /// - Parameter connect: called once, on first use.
    package init(
        home: MosaicHome, scope: ManagerScope, environment: [String: String], usesSystemd: Bool = true,
        builtInCommands: Set<String> = [],
        machine: Machine = Machine(), time: any GuardTime, processes: any ProcessTable,
        connect: @escaping () -> Connection
    ) {
        self.home = home
        self.scope = scope
        self.environment = environment
        self.usesSystemd = usesSystemd
        self.builtInCommands = builtInCommands
        self.machine = machine
        self.time = time
        self.processes = processes
        self.connect = connect
    }

    /// What a restart that is over owes: one that runs brings up itself what it took down. Nothing where the run directory
    /// cannot be used: its own check says why.
    func owed() throws(FleetError) -> Set<UnitName> {
        // Where there is none, nothing is owed.
        let opened = try? FileLockStore.openForReading(home: home.path, time: time, processes: processes)
        guard let store = opened else { return [] }
        let intents = try IntentFile(home: home.path).read()
        guard !intents.owed.isEmpty else { return [] }
        let lock = try LockInspector(
            store: store, path: home.runDirectory + "/restart.lock", time: time, processes: processes,
            policy: WaitPolicy()
        ).inspect()
        return lock.verdict == .held && lock.observation?.record?.isRun != true ? [] : intents.owed
    }

    /// Something was repaired: look again.
    func forget() {
        loadedRoster = nil
        states = nil
        settings = nil
    }

    var managerConnection: Connection {
        if let connection { return connection }
        let made = connect()
        connection = made
        return made
    }

    func manager() throws(FleetError) -> any ServiceManager { try managerConnection.manager.get() }

    /// The roster file, else the fleet that the manager knows.
    func roster() throws(FleetError) -> Roster {
        if let loadedRoster { return try loadedRoster.get() }
        let result = Result { () throws(FleetError) in
            if let written = try Roster.load(home: home) { return written }
            return try Roster.discover(from: manager())
        }
        loadedRoster = result
        return try result.get()
    }

    /// The commands that advice names, for this fleet.
    var commands: NextCommands {
        NextCommands(scope: scope, mosaicHome: home.optionElsewhere(environment: environment))
    }

    /// The roster's mutex setting; a roster that cannot be read is another check's concern.
    var mutexChoice: MutexChoice {
        do throws(FleetError) { return try roster().guardSettings.mutex } catch { return .auto }
    }

    func state(of unit: UnitName) throws(FleetError) -> UnitState {
        if states == nil {
            let units = try roster().units
            states = Dictionary(try manager().states(of: units).map { ($0.name, $0) }) { first, _ in first }
        }
        return states?[unit] ?? UnitState(name: unit, loadState: "not-found")
    }

    func settings(of unit: UnitName) throws(FleetError) -> UnitSettings {
        if settings == nil {
            let units = try roster().units
            settings = Dictionary(try manager().settings(of: units).map { ($0.name, $0) }) { first, _ in first }
        }
        return settings?[unit] ?? UnitSettings(name: unit)
    }

    /// Names for a message: some of them, and how many more there are.
    static func list(_ names: [some CustomStringConvertible]) -> String {
        let some = names.prefix(4).map { Printable.oneLine($0.description, limit: 80) }.joined(separator: ", ")
        return names.count > 4 ? "\(some) and \(names.count - 4) more" : some
    }
}
