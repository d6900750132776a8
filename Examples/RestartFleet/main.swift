import FleetDBus
import FleetGuard
import FleetKit
import Glibc

// restart-fleet [HOME]: restarts the fleet of a mosaic home over D-Bus, as `mosaic fleet restart` does.

do {
    let environment = ProcessEnvironment.current()
    let home = try MosaicHome.resolve(option: CommandLine.arguments.dropFirst().first, environment: environment)
    guard let roster = try Roster.load(home: home) else {
        print("there is no roster below \(home.path)")
        exit(78)
    }
    let manager = try DBusServiceManager(scope: .user, environment: environment)
    let operation = RestartOperation(
        manager: manager, roster: roster, options: RestartOptions(),
        surroundings: OperationSurroundings(intents: IntentFile(home: home.path)))
    let request = LockRequest(scope: .fleet, command: "restart-fleet", reason: "an example")
    // `run` takes the lock: without one it does not compile.
    let report = try Guard(home: home.path).withLock(request, WaitPolicy()) { lock throws(FleetError) in
        try operation.run(holding: lock)
    }
    for unit in report.units {
        print("\(unit.phase.rawValue) \(unit.unit): \(unit.outcome.isDone ? "done" : unit.message)")
    }
    exit(report.exitStatus.rawValue)
} catch {
    print("not done: \(error.message); \(error.hint)")
    exit(error.exitStatus.rawValue)
}
