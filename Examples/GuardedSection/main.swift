import FleetGuard
import Glibc

// guarded-section HOME [STEPS]: does some work that must never run twice at a time, in whatever processes.

guard CommandLine.arguments.count > 1 else {
    print("usage: guarded-section HOME [STEPS]")
    exit(64)
}
let home = CommandLine.arguments[1]
let steps = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 3 : 3

do {
    let fleetGuard = try Guard(
        home: home,
        report: { event in
            if case .tookOver(_, let verdict) = event { print("took over, it was \(verdict)") }
        })
    // Waits for the owner, and gives up after half a minute. An owner that crashed is taken over at once.
    let policy = WaitPolicy(maxWait: .seconds(30), onTimeout: .fail)
    let request = LockRequest(scope: .fleet, command: "guarded-section", reason: "an example")
    try fleetGuard.withLock(request, policy) { lock throws(FleetError) in
        // Each step begins with the fence and ends with a stamp: an owner that lost the lock does nothing more, and one
        // that works for long is not taken for a stalled one.
        try lock.inSteps(over: 1...max(1, steps)) { step throws(FleetError) in
            print("process \(getpid()) step \(step)")
            fflush(nil)
            usleep(10_000)
        }
    }
} catch {
    print("not done: \(error.message) (\(error.code.rawValue), errno \(error.errno ?? 0))")
    exit(1)
}
