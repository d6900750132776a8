package import FleetGuard
package import FleetKit
internal import Glibc

/// A service manager that plays scripts, for tests and for `--backend fake`.
///
/// Any number of processes may use one directory at the same time, as clients of one systemd would.
package final class FakeServiceManager: ServiceManager {
    private let store: FakeStore
    let clock: any OperationClock
    private let connection: String
    private let runtimeDirectory: String
    private var known: FakeStore.Known?
    /// What `waitForChange` last saw.
    private var awaited: [UnitState] = []

    /// How long the wait for a job sleeps between two looks.
    static let step = Duration.milliseconds(10)

    /// - Parameter directory: created by the first change; `units.json` in it (an array of `FakeUnit`) is the first
    ///   script.
    /// - Parameter runtimeDirectory: what `footing` names; nil: the same directory. Clients that name different ones are
    ///   not kept apart by the holder's lock.
    /// - Throws: nothing yet; `.noServiceManager` comes from the calls, where the directory cannot be used.
    package init(
        directory: String, runtimeDirectory: String? = nil, clock: any OperationClock = SystemClock()
    ) throws(FleetError) {
        self.runtimeDirectory = runtimeDirectory ?? directory
        self.store = FakeStore(directory: directory)
        self.clock = clock
        self.connection = "\(getpid())-\(LockToken.random().rawValue.prefix(8))"
    }

    package var endpoint: String { "fake service manager (\(Printable.oneLine(store.directory)))" }

    package func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        let world = try look()
        return units.map { world.state(of: $0) }
    }

    package func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        let world = try look()
        return units.map { unit in
            guard let script = world.units[unit.rawValue], script.load == .loaded else {
                return UnitSettings(name: unit)
            }
            return UnitSettings(
                name: unit, path: "/fake/\(unit)",
                // One that answers late is one whose start proves nothing; so with what its stop leaves behind.
                type: script.answersAfter == .zero ? "notify" : "simple",
                killMode: script.linger == .zero ? "control-group" : "process", restart: script.restart.rawValue,
                restartDelay: script.restartDelay,
                startLimitInterval: script.startLimitBurst == 0 ? .zero : script.startLimitInterval,
                startLimitBurst: UInt32(clamping: script.startLimitBurst),
                timeouts: UnitTimeouts(start: script.startTimeout, stop: script.stopTimeout))
        }
    }

    package func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] {
        var names: [UnitName] = []
        for name in try look().units.keys.sorted() where patterns.contains(where: { fnmatch($0, name, 0) == 0 }) {
            names.append(try UnitName(name))
        }
        return names
    }

    package func processes(of unit: UnitName) throws(FleetError) -> [Int32] {
        let world = try look()
        guard let runtime = world.runtimes[unit.rawValue] else { return [] }
        let now = clock.now().wholeNanoseconds
        return (runtime.isRunning ? [runtime.mainPID] : [])
            + runtime.lingering.filter { $0.until > now }.map(\.pid)
    }

    /// Everything of a scripted manager is in its directory.
    package func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting {
        _ = try look()
        return ManagerFooting(
            runtimeDirectory: runtimeDirectory, environment: [:],
            units: units.map { ManagerFooting.Unit(id: $0, path: "") })
    }

    package func reload() throws(FleetError) {
        let sender = sender(nil)
        try change { world, now in world.events.append(FakeEvent(.sent, "reload", "", by: sender, at: now)) }
    }

    package func unitFileStates(of units: [UnitName]) throws(FleetError) -> [String] {
        let world = try look()
        return units.map { unit in
            guard let script = world.units[unit.rawValue], script.load != .notFound else { return "" }
            return world.enabled?.contains(unit.rawValue) == true ? "enabled" : "disabled"
        }
    }

    package func setEnabled(_ isEnabled: Bool, _ units: [UnitName]) throws(FleetError) -> Bool {
        let sender = sender(nil)
        let names = units.map(\.rawValue)
        return try change { world, now in
            let before = world.enabled ?? []
            let after = isEnabled ? before.union(names) : before.subtracting(names)
            world.enabled = after
            for name in names {
                world.events.append(FakeEvent(.sent, isEnabled ? "enable" : "disable", name, by: sender, at: now))
            }
            return after != before
        }
    }

    /// Scripted units have no cgroup that a process could be in.
    package func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {
        let sender = sender(nil)
        try change { world, now in world.events.append(FakeEvent(.sent, "adopt", scope.rawValue, by: sender, at: now)) }
    }

    package func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool {
        let deadline = clock.now() + limit
        while true {
            try supervisor.handle(.tick)
            let now = try states(of: units)
            if now != awaited {
                awaited = now
                return true
            }
            guard clock.now() < deadline else { return false }
            clock.sleep(for: Self.step)
        }
    }

    func sender(_ token: LockToken?) -> FakeSender {
        FakeSender(pid: getpid(), token: token?.rawValue, actor: token?.rawValue ?? connection)
    }

    // MARK: The world

    /// The world as it is now. Takes the mutex only when something has happened since the last look, so that a process
    /// stopped while it waits does not stop the others.
    func look() throws(FleetError) -> FakeWorld {
        let now = clock.now().wholeNanoseconds
        guard let read = try store.read(unless: known?.generation) else { return try store.firstWorld() }
        if let world = read.world { known = .init(world: world, generation: read.generation) }
        if let world = known?.world, world.nextDeadline.map({ $0 > now }) ?? true { return world }
        return try change { world, _ in world }
    }

    func change<Answer>(
        _ body: (inout FakeWorld, Int64) throws(FleetError) -> Answer
    ) throws(FleetError) -> Answer {
        try store.change(known: &known, by: clock, body)
    }
}

extension FakeWorld {
    func state(of unit: UnitName) -> UnitState {
        let runtime = runtimes[unit.rawValue] ?? FakeRuntime()
        // What runs is known also after its file was removed.
        guard let script = units[unit.rawValue], script.load != .notFound || runtime.isRunning else {
            return UnitState(name: unit, loadState: "not-found")
        }
        var state = UnitState(
            name: unit, loadState: script.load.rawValue, activeState: runtime.active, subState: runtime.sub,
            result: runtime.result, mainPID: runtime.mainPID, restarts: runtime.restarts,
            invocationID: runtime.invocation, activeSince: runtime.activeSince,
            controlGroup: runtime.isRunning ? "/fake/\(unit.rawValue)" : "",
            conditionResult: runtime.conditionResult,
            job: jobs.first { $0.unit == unit.rawValue }.map { .init(id: $0.id, type: $0.verb.rawValue) },
            mainExit: runtime.exitCode == 0 ? nil : .init(code: runtime.exitCode, status: runtime.exitStatus),
            requirements: script.requires.map(\.rawValue), after: script.after.map(\.rawValue))
        state.description = "scripted \(unit)"
        state.statusText = runtime.statusText ?? ""
        return state
    }
}
