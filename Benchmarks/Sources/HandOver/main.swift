internal import FleetGuard
internal import Glibc
internal import LockSequence

// hand-over release FOLDER SAMPLES        an owner releases, the next waiter owns
// hand-over kill FOLDER SAMPLES           an owner is killed, the next waiter owns
// hand-over queue FOLDER RUNS TURNS       TURNS hand-overs through 16 waiting processes, and through flock(1)'s
// hand-over cycles FOLDER N               N times acquire and release, for counting the system calls
// hand-over cycles-in-c FOLDER N          the same calls in C
// hand-over member FOLDER                 one of the processes that the first three start
//
// FOLDER is an empty folder that becomes a mosaic home. What was measured is printed as JSON.

do {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { throw Failure("usage: see main.swift") }
    let home = arguments[2]
    func number(_ index: Int) throws -> Int {
        guard arguments.count > index, let number = Int(arguments[index]), number > 0 else {
            throw Failure("\(arguments[1]) needs a number")
        }
        return number
    }
    switch arguments[1] {
    case "release": print(try Latency(home).releases(number(3)).json)
    case "kill": print(try Latency(home).kills(number(3)).json)
    case "queue": print(try Queue(home, turns: number(4)).run(number(3)).json)
    case "cycles":
        let guarded = try Member.makeGuard(home)
        for _ in 0..<(try number(3)) { guarded.release(try guarded.acquire(Member.request, WaitPolicy())) }
    case "cycles-in-c":
        let guarded = try Member.makeGuard(home)
        guarded.release(try guarded.acquire(Member.request, WaitPolicy()))  // makes the run directory
        guard lock_sequence_open(home + "/fleet/run") == 0 else { throw Failure("open: \(errno)") }
        for _ in 0..<(try number(3)) {
            let line = lock_sequence_turn()
            guard line == 0 else { throw Failure("lock_sequence.c:\(line): errno \(errno)") }
        }
    case "member": try Member(home).serve()
    default: throw Failure("unknown command \(arguments[1])")
    }
} catch {
    try? Pipe.standardError.say("hand-over: \(error)")
    exit(1)
}
