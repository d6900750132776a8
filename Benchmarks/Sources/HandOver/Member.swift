internal import FleetGuard
internal import Glibc
internal import LockSequence

/// One process that takes turns with the lock, as it is told on its standard input:
///
/// - `acquire`: says `waiting` once it watches somebody else's lock, and `owns NANOSECONDS` when it owns it
/// - `release`: says `released NANOSECONDS`, the moment before it began to
/// - `turn`: waits for the lock, runs true(1) under it, releases it, says `released NANOSECONDS` and ends
struct Member {
    static let request = LockRequest(scope: .fleet, command: "hand-over", reason: "a measurement")

    static func makeGuard(
        _ home: String, looking: @escaping () throws -> Void = {}
    ) throws -> Guard {
        try Guard(
            home: home,
            interruption: {
                do {
                    try looking()
                    return nil
                } catch { return FleetError(.io, "\(error)", hint: "") }
            })
    }

    private let home: String

    init(_ home: String) { self.home = home }

    func serve() throws {
        guard die_with_parent() == 0 else { throw Failure("prctl: errno \(errno)") }
        var input = Pipe(descriptor: STDIN_FILENO)
        let looks = Looks()
        let guarded = try Self.makeGuard(home, looking: looks.look)
        let policy = WaitPolicy(maxWait: .seconds(60), onTimeout: .fail)
        var owned: HeldLock?
        try looks.output.say("ready")
        while let word = try input.line() {
            looks.count = 0
            switch word {
            case "acquire":
                owned = try guarded.acquire(Self.request, policy)
                try looks.output.say("owns \(Moment.now())")
            case "release":
                guard let lock = owned else { throw Failure("nothing to release") }
                let moment = Moment.now()
                guarded.release(lock)
                owned = nil
                try looks.output.say("released \(moment)")
            case "turn":
                let lock = try guarded.acquire(Self.request, policy)
                try Child.runTrue()
                guarded.release(lock)
                try looks.output.say("released \(Moment.now())")
                return
            default: throw Failure("unknown word \(word)")
            }
        }
    }

    /// The guard asks before every look. By the second one it watches the lock, so nothing can be missed any more.
    private final class Looks {
        let output = Pipe(descriptor: STDOUT_FILENO)
        var count = 0

        func look() throws {
            count += 1
            if count == 2 { try output.say("waiting") }
        }
    }
}
