package import FleetGuard
package import FleetKit
internal import FoundationEssentials
internal import Glibc

/// The scripted manager's state as files in one directory, shared by any number of processes.
///
/// `state` is replaced whole by rename, so it is read without a lock; every change happens under `flock` on `mutex`,
/// which the kernel frees when its holder dies. Events are appended *before* the state that they belong to is
/// published: a process killed in between leaves a line too many, never one too few.
package struct FakeStore {
    package struct Known {
        var world: FakeWorld
        var generation: UInt64
    }

    let directory: String

    package init(directory: String) { self.directory = directory }

    private static let mutexWait = Duration.seconds(30)

    var statePath: String { directory + "/state" }
    var scriptPath: String { directory + "/units.json" }
    package var eventsPath: String { directory + "/events.jsonl" }

    /// Creates the directory (0700, with its parents). Only a change needs it: looking leaves no trace.
    private func makeDirectory() throws(FleetError) {
        var path = directory.begins(with: "/") ? "" : "."
        for part in directory.parts(at: "/") {
            path += "/" + part
            if mkdir(path, 0o700) != 0 && errno != EEXIST { throw failure("create", path) }
        }
    }

    /// The world as it was last published, and its generation; nil while nothing was.
    func read(unless known: UInt64?) throws(FleetError) -> (world: FakeWorld?, generation: UInt64)? {
        guard let bytes = try contents(of: statePath) else { return nil }
        // The first line is the generation, so that a reader can see cheaply that nothing changed.
        guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let generation = UInt64(String(decoding: bytes[..<newline], as: UTF8.self))
        else { throw damaged(statePath, "its first line is not a number") }
        if generation == known { return (nil, generation) }
        do {
            return (try JSONDecoder().decode(FakeWorld.self, from: Data(bytes[(newline + 1)...])), generation)
        } catch {
            throw damaged(statePath, "\(error)")
        }
    }

    /// Reads, changes and publishes the world as one step among all processes.
    ///
    /// - Parameter known: what the caller read or changed last; brought up to date. Decoding again what is known would
    ///   make the time under the mutex several times as long.
    private func change<Answer>(
        known: inout Known?, _ body: (inout FakeWorld) throws(FleetError) -> Answer
    ) throws(FleetError) -> Answer {
        try makeDirectory()
        let mutex = try opened(directory + "/mutex", O_RDWR | O_CREAT)
        defer { close(mutex) }
        try lock(mutex)
        let current = try read(unless: known?.generation)
        var world: FakeWorld
        if let read = current?.world {
            world = read
        } else if current != nil, let known {
            world = known.world
        } else {
            world = try firstWorld()
        }
        let answer = try body(&world)
        try append(world.events)
        world.events = []
        let generation = (current?.generation ?? 0) + 1
        try publish(world, generation: generation)
        known = Known(world: world, generation: generation)
        return answer
    }

    /// A change at the time at which it is its turn: what is due is played before it and after it.
    package func change<Answer>(
        known: inout Known?, by clock: any OperationClock,
        _ body: (inout FakeWorld, Int64) throws(FleetError) -> Answer
    ) throws(FleetError) -> Answer {
        try change(known: &known) { world throws(FleetError) in
            let now = clock.now().wholeNanoseconds
            world.advance(to: now)
            let answer = try body(&world, now)
            world.runJobs(at: now)
            world.advance(to: now)
            return answer
        }
    }

    /// A stopped process may hold the mutex: the wait is bounded, and says so.
    private func lock(_ mutex: Int32) throws(FleetError) {
        let clock = SystemClock()
        let deadline = clock.now() + Self.mutexWait
        while flock(mutex, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR || errno == EWOULDBLOCK else { throw failure("lock", directory + "/mutex") }
            guard clock.now() < deadline else {
                throw FleetError(
                    .noServiceManager,
                    "\(Printable.oneLine(directory))/mutex is held by a process that makes no progress",
                    hint: "see which with: fuser '\(Printable.oneLine(directory))/mutex'")
            }
            clock.sleep(for: .milliseconds(1))
        }
    }

    /// A world with the units of `units.json`, if there is one.
    func firstWorld() throws(FleetError) -> FakeWorld {
        var world = FakeWorld()
        world.wallOffset = (KernelClock.read(CLOCK_REALTIME) - SystemClock().now()).wholeNanoseconds
        guard let bytes = try contents(of: scriptPath) else { return world }
        do {
            for unit in try JSONDecoder().decode([FakeUnit].self, from: Data(bytes)) {
                world.units[unit.name.rawValue] = unit
            }
        } catch {
            throw damaged(scriptPath, "\(error)")
        }
        return world
    }

    private func publish(_ world: FakeWorld, generation: UInt64) throws(FleetError) {
        let staging = statePath + ".new"
        let data: Data
        do {
            data = try JSONEncoder().encode(world)
        } catch {
            throw damaged(staging, "\(error)")
        }
        let file = try opened(staging, O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(file) }
        try write(Array("\(generation)\n".utf8) + Array(data), to: file, staging)
        if rename(staging, statePath) != 0 { throw failure("publish", statePath) }
    }

    /// Each event is one line and one write, so that lines of different processes never mix.
    func append(_ events: [FakeEvent]) throws(FleetError) {
        guard !events.isEmpty else { return }
        let file = try opened(eventsPath, O_WRONLY | O_CREAT | O_APPEND)
        defer { close(file) }
        for event in events {
            try write(JSONLine.bytes(event, of: "an event of the scripted fleet"), to: file, eventsPath)
        }
    }

    // MARK: Files

    /// nil = there is no such file.
    package func contents(of path: String) throws(FleetError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 && errno == ENOENT { return nil }
        guard file >= 0 else { throw failure("open", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private func opened(_ path: String, _ flags: Int32) throws(FleetError) -> Int32 {
        let file = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("open", path) }
        return file
    }

    private func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(FleetError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private func failure(_ what: String, _ path: String) -> FleetError {
        let number = errno
        let isFull = number == EMFILE || number == ENFILE
        return FleetError(
            .noServiceManager, "cannot \(what) \(Printable.oneLine(path)): \(String(cString: strerror(number)))",
            hint: isFull
                ? "raise the limit of open files (ulimit -n)"
                : "the fake backend keeps its state there; set MOSAIC_FAKE_DIR to a directory of your own")
    }

    private func damaged(_ path: String, _ why: String) -> FleetError {
        FleetError(
            .noServiceManager, "\(Printable.oneLine(path)) is damaged: \(Printable.oneLine(why, limit: 300))",
            hint: "correct it, or remove the fake backend's directory")
    }
}
