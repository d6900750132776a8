internal import FleetGuard
internal import Glibc

/// Sixteen processes that have started and wait for a lock. It is let go, and each of them gets it in its turn, runs
/// true(1) under it and lets go in turn; the time is until the last one has. Then the next sixteen, until all turns were
/// had. The same with `flock FILE true`, in the same minute; flock(1) lets go by its end.
struct Queue {
    private static let waiting = 16
    private let home: String
    private let turns: Int

    init(_ home: String, turns: Int) {
        self.home = home
        self.turns = turns
    }

    /// - Returns: of each run the sum of its rounds, here and for flock(1).
    func run(_ count: Int) throws -> [Samples] {
        let guarded = try Member.makeGuard(home)
        let file = home + "/flock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("\(file): errno \(errno)") }
        defer { close(descriptor) }
        var ours = Samples("queue")
        var theirs = Samples("queue-flock")
        for _ in 0..<count {
            var sums = (ours: 0, theirs: 0)
            var left = turns
            while left > 0 {
                let size = min(left, Self.waiting)
                sums.ours += try round(guarded, size)
                sums.theirs += try round(flock: descriptor, file, size)
                left -= size
            }
            ours.add(nanoseconds: sums.ours)
            theirs.add(nanoseconds: sums.theirs)
        }
        return [ours, theirs]
    }

    private func round(_ guarded: Guard, _ size: Int) throws -> Int {
        let gate = try guarded.acquire(Member.request, WaitPolicy())
        let members = try (0..<size).map { _ in try Child(memberIn: home) }
        for member in members { try member.say("turn") }
        for member in members { try member.expect("waiting") }
        Moment.pause()
        let begin = Moment.now()
        guarded.release(gate)
        let releases = try members.map { (member) throws(Failure) in try member.moment(after: "released") }
        _ = try end(of: members, since: begin)
        return (releases.max() ?? begin) - begin
    }

    private func round(flock descriptor: CInt, _ file: String, _ size: Int) throws -> Int {
        guard flock(descriptor, LOCK_EX) == 0 else { throw Failure("flock: errno \(errno)") }
        let members = try (0..<size).map { _ in try Child("/usr/bin/flock", ["flock", file, "true"]) }
        try awaitWaiters(size, of: descriptor)
        Moment.pause()
        let begin = Moment.now()
        _ = flock(descriptor, LOCK_UN)
        return try end(of: members, since: begin)
    }

    private func end(of members: [Child], since begin: Int) throws -> Int {
        for member in members {
            let status = member.end()
            guard status == 0 else { throw Failure("a process that waited ended with \(status)") }
        }
        return Moment.now() - begin
    }

    /// `/proc/locks` has one line with an arrow for each process that waits for the lock on this file.
    private func awaitWaiters(_ count: Int, of descriptor: CInt) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure("fstat: errno \(errno)") }
        let end = Moment.now() + 10_000_000_000
        while try waiters(of: status.st_ino) < count {
            guard Moment.now() < end else { throw Failure("flock(1) does not wait in the kernel") }
            Moment.pause()
        }
    }

    private func waiters(of inode: ino_t) throws -> Int {
        guard let stream = fopen("/proc/locks", "re") else { throw Failure("/proc/locks: errno \(errno)") }
        defer { fclose(stream) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        var count = 0
        while getline(&line, &size, stream) >= 0, let line {
            let text = String(cString: line)
            if text.contains(" -> ") && text.contains(":\(inode) ") { count += 1 }
        }
        return count
    }
}
