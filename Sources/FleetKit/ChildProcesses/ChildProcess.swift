internal import CLinux
public import FleetGuard
internal import Glibc

/// A program run to its end, on the caller's own thread.
///
/// The thread that waits for systemd is the main loop whose life is the lock's progress, so it must itself come by
/// (`whileWaiting`) at least every 100 ms. The program has none of our descriptors but its three streams: a server that it
/// brought up would otherwise hold the fleet's lock for as long as it lives.
public struct ChildProcess: Sendable {
    /// How the program's own process ended; its children may still run.
    public enum Ending: Sendable, Equatable {
        /// With this exit status, 0 to 255.
        case exited(Int32)
        /// By the signal of this number.
        case signaled(Int32)
        /// Killed because it took longer than `timeout`.
        case timedOut
    }

    /// What `run` returns for a program that could be started.
    public struct Output: Sendable, Equatable {
        /// After `.timedOut`, the output is what was written until then.
        public var ending: Ending
        /// Invalid UTF-8 is repaired with U+FFFD.
        public var standardOutput: String
        /// As `standardOutput`; what exceeds 1 MiB is dropped.
        public var standardError: String

        /// Exit status 0, whatever was written to standard error.
        public var isSuccess: Bool { ending == .exited(0) }
    }

    /// An absolute path.
    public var executable: String
    /// Without the program's own name.
    public var arguments: [String]
    /// The whole environment: nothing is inherited.
    public var environment: [String: String]

    /// Starts nothing; `run` does.
    public init(executable: String, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// Runs the program. It inherits nothing but its standard streams.
    ///
    /// - Parameters:
    ///   - standardInput: stays the caller's to close; nil = `/dev/null`.
    ///   - limit: bytes of standard output that are read; a program that writes more is killed.
    ///   - timeout: after which the program is killed; nil = none. Time in which this process was itself stopped, or the
    ///     machine suspended, does not count.
    ///   - whileWaiting: called on this thread, first when the program runs and then at least every 100 ms.
    /// - Throws: `.io` when the program cannot be started or writes too much, naming it; and what `whileWaiting`
    ///   threw. In every case the program has been killed and reaped before the throw.
    public func run(
        standardInput: CInt? = nil, limit: Int = 8 << 20, timeout: Duration? = nil,
        whileWaiting: () throws(FleetError) -> Void = {}
    ) throws(FleetError) -> Output {
        let output = try ChildPipe(limit: limit)
        let result = try run(standardInput, nil, output, errorLimit: 1 << 20, timeout, endsWhenCut: true, whileWaiting)
        guard output.isCut else { return result }
        throw FleetError(
            .io, "\(Printable.oneLine(executable)) wrote more than \(limit) bytes, and was killed",
            hint: "try to run the program by hand")
    }

    /// The same for a program that reads these bytes, and of whose streams only so much is kept.
    func run(input: [UInt8]?, keeping limit: Int, timeout: Duration) throws(FleetError) -> Output {
        let feed = try input.map { bytes throws(FleetError) in try ChildInput(bytes) }
        return try run(
            feed?.reader, feed, try ChildPipe(limit: limit), errorLimit: limit, timeout, endsWhenCut: false, {})
    }

    private func run(
        _ input: CInt?, _ feed: ChildInput?, _ output: ChildPipe, errorLimit: Int, _ timeout: Duration?,
        endsWhenCut: Bool, _ whileWaiting: () throws(FleetError) -> Void
    ) throws(FleetError) -> Output {
        let errors = try ChildPipe(limit: errorLimit)
        let process: pid_t
        do throws(SpawnFailure) {
            process = try ProcessSpawn(
                path: executable, line: ([executable] + arguments, environment),
                input: input.map(ProcessSpawn.Stream.descriptor) ?? .nothing,
                output: .descriptor(output.writer), errors: .descriptor(errors.writer)
            ).start()
        } catch {
            throw FleetError(
                .io, "\(Printable.oneLine(executable)) could not be run: \(error.words)",
                hint: "try to run the program by hand")
        }
        for pipe in [output, errors] { pipe.closeWriter() }
        feed?.closeReader()
        let wait = ChildWait(process: process, streams: [output, errors], feed: feed)
        defer { wait.reap() }
        let clock = SystemClock()
        var watched = WatchedTime(longestGap: Self.longestGap)
        watched.look(clock.now())
        while true {
            try whileWaiting()
            watched.look(clock.now())
            if let timeout, watched.total >= timeout { break }
            switch wait.look(atMost: min(.milliseconds(50), timeout.map { $0 - watched.total } ?? .seconds(1))) {
            case .runs: break
            case .ended(let ending):
                return Output(ending: ending, standardOutput: output.text, standardError: errors.text)
            case .lost:
                throw FleetError(
                    .io, "how \(Printable.oneLine(executable)) ended is unknown: it was waited for somewhere else",
                    hint: "report this as a bug")
            }
            if endsWhenCut && output.isCut { break }
        }
        return Output(ending: .timedOut, standardOutput: output.text, standardError: errors.text)
    }

    /// The loop comes by every 50 ms, and `whileWaiting` may ask the manager something in between.
    private static let longestGap = Duration.seconds(1)
}

/// A started program, and what still comes from it.
private final class ChildWait {
    enum State {
        case runs
        /// And everything that it wrote was read.
        case ended(ChildProcess.Ending)
        /// No child of ours any more.
        case lost
    }

    private let process: pid_t
    private let streams: [ChildPipe]
    private let feed: ChildInput?
    /// Wakes a wait when the program ends; nil where the kernel gives none.
    private var end: Descriptor?
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    init(process: pid_t, streams: [ChildPipe], feed: ChildInput?) {
        self.process = process
        self.streams = streams
        self.feed = feed
        end = Descriptor(result: fleet_pidfd_open(process))
    }

    /// Waits that long for something to happen, and takes what has come.
    ///
    /// The end of the program is the end, even if something that it started keeps its streams open. What it wrote itself
    /// is in the pipes by then.
    func look(atMost limit: Duration) -> State {
        var polled = streams.compactMap(\.reader).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if let writer = feed?.writer { polled.append(pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)) }
        if let number = end?.number { polled.append(pollfd(fd: number, events: Int16(POLLIN), revents: 0)) }
        poll(&polled, nfds_t(polled.count), limit.pollMilliseconds)
        // Before the reading: what the program writes after this look is read at the next one.
        let state = self.state
        feed?.write()
        for stream in streams { stream.read(&buffer) }
        return state
    }

    private var state: State {
        var value: CInt = 0
        return switch Int(fleet_look_at_child(process, &value)) {
        case FLEET_CHILD_EXITED: .ended(.exited(value))
        case FLEET_CHILD_KILLED: .ended(.signaled(value))
        case FLEET_CHILD_LOST: .lost
        default: .runs
        }
    }

    /// Our own child, not yet waited for: its number is no other process's, and the signal is lost on one that has ended.
    func reap() {
        if case .lost = state { return }
        kill(process, SIGKILL)
        while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    }
}
