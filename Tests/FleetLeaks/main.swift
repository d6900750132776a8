internal import FleetDBus
internal import FleetKit
internal import Glibc
internal import Logging

// fleet-leaks N FOLDER [--under-valgrind]: N guarded restarts over D-Bus, each with a store, a guard and a connection of
// its own, as N processes would make them; prints what is in use after the first hundred (or half, if N is small) and at
// the end. Valgrind's own memory grows, so under it only the descriptors count.
// fleet-leaks --peer SOCKET: the manager that answers; started by the former.

func fail(_ words: String) -> Never {
    print("fleet-leaks: \(words)")
    exit(1)
}

// The cut connections are on purpose: nobody needs to read of them.
LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }

let units = ["mosaic-tmux-holder.service"] + (1...3).map { "mosaic-agent@a\($0).service" }
let arguments = CommandLine.arguments
if arguments.count == 3, arguments[1] == "--peer" { exit(Peer(units).serve(arguments[2]) ? 0 : 1) }
let isUnderValgrind = arguments.last == "--under-valgrind"
guard arguments.count == (isUnderValgrind ? 4 : 3), let count = Int(arguments[1]), count > 1 else {
    fail("usage: fleet-leaks N FOLDER [--under-valgrind], N > 1")
}
let warmUp = min(100, count / 2)

do {
    let loop = try RestartLoop(in: arguments[2], units: units)
    defer { loop.end() }
    for _ in 0..<warmUp { try loop.turn() }
    let first = Usage()
    print("after \(warmUp) restarts: \(first)")
    for _ in warmUp..<count { try loop.turn() }
    let last = Usage()
    print("after \(count) restarts: \(last)")
    print("growth: \(last.descriptors - first.descriptors) descriptors, \(last.resident - first.resident) KiB resident")
    loop.end()
    // Pages come in clusters. One lost message for each command of each restart is far beyond this; what is smaller
    // shows under valgrind (make soak).
    let growsInMemory = !isUnderValgrind && last.resident - first.resident > 256
    guard last.descriptors == first.descriptors, !growsInMemory else { fail("something grows") }
} catch {
    fail("\(error)")
}
