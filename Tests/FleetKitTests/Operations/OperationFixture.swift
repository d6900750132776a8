import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// A lock whose loss the test decides.
final class ScriptedLock: RestartLock {
    var proof: HeldLock.Proof { HeldLock.Proof() }
    let token = LockToken.random()
    var isEvicted = false
    /// The process ends at this one (counted from 1): it does nothing after it.
    var crashAtCheck: Int?
    var onCheck: (Int) -> Void = { _ in }
    var diskIsFull = false
    var checks = 0
    var stamps: [Duration] = []
    var events: [ProgressEvent] = []
    let clock: ManualClock

    init(clock: ManualClock) { self.clock = clock }

    var lockToken: LockToken? { token }
    var commandDescriptor: CInt? { nil }

    func checkFence() throws(FleetError) {
        checks += 1
        onCheck(checks)
        if let crashAtCheck, checks >= crashAtCheck { throw FleetError(.evicted, "crashed", hint: "") }
        if isEvicted { throw FleetError(.evicted, "evicted by process 7", hint: "") }
    }

    func stamp() throws(FleetError) {
        stamps.append(clock.now())
        if diskIsFull { throw FleetError(.io, "disk full", hint: "") }
    }

    func report(_ event: ProgressEvent) throws(FleetError) {
        stamps.append(clock.now())
        if diskIsFull { throw FleetError(.io, "disk full", hint: "") }
        events.append(event)
    }
}

final class RecordingObserver: OperationObserver {
    var events: [OperationEvent] = []
    var lastTick: Duration?
    var longestGap = Duration.zero
    var onEvent: ((OperationEvent) -> Void)?
    let clock: ManualClock

    init(clock: ManualClock) { self.clock = clock }

    func operation(_ event: OperationEvent) {
        events.append(event)
        if case .tick = event {
            if let lastTick { longestGap = max(longestGap, clock.now() - lastTick) }
            lastTick = clock.now()
        }
        onEvent?(event)
    }

    var phases: [OperationPhase] {
        events.compactMap { if case .phaseBegan(let phase, _) = $0 { phase } else { nil } }
    }

    var waits: [String] { events.compactMap { if case .waiting(_, let text) = $0 { text } else { nil } } }
    var warnings: [String] { events.compactMap { if case .warning(let text) = $0 { text } else { nil } } }
}

/// A fleet of one holder and some agents in manual time, as `mosaic fleet init` would write it.
final class OperationFixture {
    let directory = FakeDirectory()
    let clock = ManualClock()
    let holder: UnitName
    let agents: [Roster.Agent]
    let fleet: FakeFleet
    let manager: FakeServiceManager
    let lock: ScriptedLock
    let observer: RecordingObserver
    var roster: Roster
    var options = RestartOptions()
    let signal = SignalBox()
    let intents: any IntentKeeping = RememberedIntents()
    let freshness = ScriptedFreshness()

    init(agents count: Int = 3) throws {
        holder = try UnitName("holder.service")
        agents = try (1...count).map {
            Roster.Agent(name: try AgentName("a\($0)"), unit: try UnitName("mosaic-agent@a\($0).service"))
        }
        fleet = FakeFleet(directory: directory.path, clock: clock)
        manager = try FakeServiceManager(directory: directory.path, clock: clock)
        lock = ScriptedLock(clock: clock)
        observer = RecordingObserver(clock: clock)
        roster = Roster(origin: .discovered, holder: .init(unit: holder), agents: agents)
        // A bound on the jobs keeps the phases apart; OneBatchTests is about the other order.
        options.maxParallel = 100
        try fleet.install([holderScript()] + agents.map { .agent($0.unit, in: holder) })
    }

    var units: [UnitName] { roster.units }

    func holderScript(_ change: (inout FakeUnit) -> Void = { _ in }) -> FakeUnit {
        var unit = FakeUnit.holder(holder, startDelay: .milliseconds(100))
        unit.stopDelay = .milliseconds(50)
        change(&unit)
        return unit
    }

    func agentScript(_ index: Int, _ change: (inout FakeUnit) -> Void) -> FakeUnit {
        var unit = FakeUnit.agent(agents[index].unit, in: holder)
        change(&unit)
        return unit
    }

    func bringUp() throws { try fleet.bringUp(units) }

    func surroundings(probe: (any HolderProbe)? = nil) -> OperationSurroundings {
        let signal = signal
        var surroundings = OperationSurroundings(
            observer: observer, interruption: { signal.value }, clock: clock,
            probe: probe ?? fleet.probe(of: holder), intents: intents)
        surroundings.freshness = freshness
        return surroundings
    }

    func operation(probe: (any HolderProbe)? = nil) -> RestartOperation {
        RestartOperation(
            manager: manager, roster: roster, options: options, surroundings: surroundings(probe: probe))
    }

    func restart() throws -> RestartReport { try operation().run(under: lock) }

    func states() throws -> [UnitState] { try manager.states(of: units) }

    func sent() throws -> [String] { try fleet.log().sent }

    func error(_ body: () throws -> Void) -> FleetError? {
        do { try body() } catch { return error as? FleetError }
        return nil
    }
}

/// Every run that a test calls old is outdated, those that it calls dark are unknown, and all others are current.
final class ScriptedFreshness: FreshnessLook {
    var old: Set<String> = []
    var dark: Set<String> = []

    func look(
        at states: [UnitState], of roster: Roster, in manager: any ServiceManager
    ) throws(FleetError) -> [UnitName: Freshness] {
        var found: [UnitName: Freshness] = [:]
        for state in states where state.isActive {
            found[state.name] =
                if old.contains(state.invocationID) {
                    Freshness(reasons: [.init(.program, "/bin/agent", "another file")])
                } else {
                    Freshness(doubt: dark.contains(state.invocationID) ? "it is dark" : nil)
                }
        }
        return found
    }
}

/// A signal that the test sends by setting it; read on the operation's thread, which is the test's.
final class SignalBox: @unchecked Sendable {
    var value: FleetError?
}
