internal import FleetGuard
internal import FleetKit

/// What a running command has at hand. Things that cost something are made on first use: `lock inspect` never pays
/// for a service manager.
final class CommandContext {
    let home: MosaicHome
    let common: CommonOptions
    let signals: SignalWatch
    let time: any GuardTime = SystemTime()
    let processes: any ProcessTable
    private let invocation: Invocation
    private var loadedRoster: Roster?
    private var connectedManager: (any ServiceManager)?
    private var connectionProblem: FleetError?
    /// Set by a command that can do without a manager.
    var managerPatience: Duration?
    /// A healthy manager answers within milliseconds, and one that reloads its unit files within a second.
    static let shortPatience: Duration = .seconds(2)
    /// Shows the operation, and the wait for its lock.
    let progress: ProgressVoice
    /// The agent's unit that this command was typed in, found before it moved out.
    var residentUnit: UnitName?
    private var afterwards: [() throws(FleetError) -> Void] = []

    init(_ invocation: Invocation, _ common: CommonOptions) throws(FleetError) {
        self.invocation = invocation
        self.common = common
        signals = try SignalWatch()
        progress = ProgressVoice(invocation.output, signals: signals)
        home = try MosaicHome.resolve(option: common.mosaicHome, environment: invocation.environment)
        processes = try ProcFileSystem()
    }

    var environment: [String: String] { invocation.environment }
    var output: Output { invocation.output }
    /// The command line without the program's name.
    var arguments: [String] { invocation.arguments }
    private var composition: Composition { invocation.composition }
    /// Of this program.
    var version: String { composition.version }

    /// The service manager, connected on first use.
    /// - Throws: `.noServiceManager`.
    func manager() throws(FleetError) -> any ServiceManager {
        if let connectedManager { return connectedManager }
        // Who can do without it waits for it once.
        if managerPatience != nil, let connectionProblem { throw connectionProblem }
        let manager: any ServiceManager
        do throws(FleetError) {
            manager = try composition.connect(common.backend, connection) { output.note($0) }
        } catch {
            connectionProblem = error
            throw error
        }
        output.detail("service manager: \(manager.endpoint)")
        connectedManager = manager
        return manager
    }

    /// It did not answer: a command that can do without it does not wait for it again.
    func goWithoutManager(_ error: FleetError) {
        connectedManager = nil
        connectionProblem = error
    }

    /// What the commands of `lock run`s are moved into; a scripted manager has none.
    private(set) lazy var commandScopes: CommandScopes? = {
        guard common.backend != .fake else { return nil }
        return CommandScopes(
            note: { [output] in output.note($0) },
            manager: { [unowned self] () throws(FleetError) in try manager() })
    }()

    /// The way to the manager as a thing to look at: a failure is not thrown, and what `auto` remarks is kept.
    func examineConnection() -> HealthContext.Connection {
        var remarks: [String] = []
        let result = Result { () throws(FleetError) in
            try composition.connect(common.backend, connection) { remarks.append($0) }
        }
        return HealthContext.Connection(manager: result, remark: remarks.first)
    }

    /// Writes down what this command does.
    private(set) lazy var history = HistoryWriter(self)

    /// Leaves something to be done when the lock is free again: no process waits for a summary.
    func afterRelease(_ body: @escaping () throws(FleetError) -> Void) { afterwards.append(body) }

    func runAfterwards() throws(FleetError) {
        for body in afterwards { try body() }
        afterwards = []
    }

    private var connection: Composition.Connection {
        let signals = signals
        return Composition.Connection(
            scope: common.scope.managerScope, environment: environment, fleetDirectory: home.fleetDirectory,
            patience: managerPatience, interruption: { signals.interruption() })
    }

    /// Asks the holder's server whether it answers; nil when the roster names no socket.
    func holderProbe() throws(FleetError) -> (any HolderProbe)? {
        let holder = try roster().holder
        if common.backend == .fake { return try composition.fake.probe(connection, holder: holder.unit) }
        guard let socket = holder.socket else { return nil }
        return try TmuxProbe(socket: socket, environment: environment)
    }

    /// The roster file, else the fleet that the service manager knows.
    /// - Throws: `.badRoster`, `.noSuchUnit`, `.noServiceManager`.
    func roster() throws(FleetError) -> Roster {
        if let loadedRoster { return loadedRoster }
        let roster = if let written = try rosterFile() { written } else { try Roster.discover(from: manager()) }
        loadedRoster = roster
        return roster
    }

    /// The roster was edited: read it again at the next use.
    func forgetRoster() { loadedRoster = nil }

    /// The roster file alone; nil when there is none.
    func rosterFile() throws(FleetError) -> Roster? { try Roster.load(home: home) }

    /// `[guard]` of the roster file; the defaults when there is none or, for a look at the lock, when it is broken.
    func guardSettings() throws(FleetError) -> Roster.GuardSettings {
        if let loadedRoster { return loadedRoster.guardSettings }
        return try rosterFile()?.guardSettings ?? Roster.GuardSettings()
    }

    /// The lock for transitions; makes the run directory.
    func openLock() throws(FleetError) -> FileLockStore {
        let store = try FileLockStore.open(
            home: home.path, mutex: guardSettings().mutex, time: time, processes: processes,
            wakeDescriptor: signals.wakeDescriptor)
        store.interruption = { [signals] in signals.interruption() }
        return store
    }

    /// The lock for looking; nil when there is no run directory.
    func openLockForReading() throws(FleetError) -> FileLockStore? {
        try FileLockStore.openForReading(home: home.path, time: time, processes: processes)
    }

    var lockPath: String { home.runDirectory + "/restart.lock" }
}
