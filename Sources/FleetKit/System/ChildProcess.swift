internal import CLinux
internal import Dispatch
public import FleetGuard
internal import Glibc
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// A program run to its end, synchronously: an absolute path and an argument vector, never a shell.
///
/// The caller's thread waits here, and that is right: the thread that waits for systemd is the main loop whose life
/// is the lock's progress, so it must itself come by (`whileWaiting`) at least every 100 ms. swift-subprocess is
/// asynchronous; its tasks run on Swift's cooperative pool, of which the calling thread must not be one (where all
/// of them wait here, no thread is left to see the child's end). The main thread never is; a test uses a thread of
/// its own.
public struct ChildProcess: Sendable {
    public enum Ending: Sendable, Equatable {
        case exited(Int32)
        /// By the signal of this number.
        case signaled(Int32)
        /// Killed because it took longer than `timeout`.
        case timedOut
    }

    public struct Output: Sendable, Equatable {
        public var ending: Ending
        /// Invalid UTF-8 is repaired with U+FFFD.
        public var standardOutput: String
        public var standardError: String

        public var isSuccess: Bool { ending == .exited(0) }
    }

    /// An absolute path.
    public var executable: String
    /// Without the program's own name.
    public var arguments: [String]
    /// The whole environment: nothing is inherited.
    public var environment: [String: String]

    public init(executable: String, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// Runs the program. It inherits nothing but its standard streams.
    ///
    /// - Parameters:
    ///   - standardInput: stays the caller's to close; nil = `/dev/null`.
    ///   - limit: bytes of standard output that are read; a program that writes more is ended.
    ///   - timeout: after which the program is killed, through its pidfd; nil = none. Time in which this process was
    ///     itself stopped, or the machine suspended, does not count.
    ///   - whileWaiting: called on this thread, first when the program runs and then at least every 100 ms.
    /// - Throws: `.io` when the program cannot be started or writes too much, naming it; and what `whileWaiting`
    ///   threw. In every case the program has been killed and reaped before the throw.
    public func run(
        standardInput: CInt? = nil, limit: Int = 8 << 20, timeout: Duration? = nil,
        whileWaiting: () throws(FleetError) -> Void = {}
    ) throws(FleetError) -> Output {
        let watch = Watch()
        let input = standardInput.map(FileDescriptor.init(rawValue:))
        let child = self
        Task.detached {
            let end: Watch.End
            do {
                if let input {
                    end = try await child.spawn(
                        .fileDescriptor(input, closeAfterSpawningProcess: false), limit: limit, watch: watch)
                } else {
                    end = try await child.spawn(.none, limit: limit, watch: watch)
                }
            } catch { end = .failed("\(error)") }
            watch.finish(end)
        }
        let clock = SystemClock()
        var watched = WatchedTime(longestGap: Self.longestGap)
        watched.look(clock.now())
        var stop: FleetError?
        var isOverdue = false
        while true {
            if let end = watch.wait(atMost: .milliseconds(50)) {
                if let stop { throw stop }
                return try output(of: end, isOverdue: isOverdue)
            }
            guard stop == nil, !isOverdue, watch.isRunning else { continue }
            do throws(FleetError) { try whileWaiting() } catch { stop = error }
            watched.look(clock.now())
            if let timeout, watched.total >= timeout { isOverdue = true }
            if stop != nil || isOverdue { watch.kill() }
        }
    }

    /// The loop comes by every 50 ms, and `whileWaiting` may ask the manager something in between.
    private static let longestGap = Duration.seconds(1)

    private func spawn(
        _ input: some InputProtocol, limit: Int, watch: Watch
    ) async throws -> Watch.End {
        var variables: [Environment.Key: String] = [:]
        for (key, value) in environment { variables[Environment.Key(stringLiteral: key)] = value }
        let result = try await Subprocess.run(
            .path(FilePath(executable)), arguments: Arguments(arguments), environment: .custom(variables),
            input: input, output: .bytes(limit: limit), error: .bytes(limit: 1 << 20)
        ) { execution in
            watch.started(pidfd: execution.processIdentifier.processDescriptor)
        }
        return .ended(
            result.terminationStatus, String(decoding: result.standardOutput, as: UTF8.self),
            String(decoding: result.standardError, as: UTF8.self))
    }

    private func output(of end: Watch.End, isOverdue: Bool) throws(FleetError) -> Output {
        switch end {
        case .failed(let why):
            throw FleetError(
                .io, "\(Printable.oneLine(executable)) could not be run: \(Printable.oneLine(why))",
                hint: "try to run the program by hand")
        case .ended(let status, let output, let error):
            let ending: Ending =
                switch status {
                case _ where isOverdue: .timedOut
                case .exited(let code): .exited(code)
                case .signaled(let number): .signaled(number)
                }
            return Output(ending: ending, standardOutput: output, standardError: error)
        }
    }
}

/// What the waiting thread and the child's task tell each other.
private final class Watch: Sendable {
    enum End: Sendable {
        case ended(TerminationStatus, String, String)
        case failed(String)
    }

    private struct State {
        var pidfd: CInt = -1
        var end: End?
    }

    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)

    var isRunning: Bool { state.withLock { $0.pidfd >= 0 && $0.end == nil } }

    func finish(_ end: End) {
        state.withLock {
            $0.end = end
            if $0.pidfd >= 0 { close($0.pidfd) }
            $0.pidfd = -1
        }
        changed.signal()
    }

    /// nil when the child still runs after the time, or has just been started.
    func wait(atMost limit: DispatchTimeInterval) -> End? {
        _ = changed.wait(timeout: .now() + limit)
        return state.withLock { $0.end }
    }

    /// Keeps a descriptor of its own: swift-subprocess closes the other one as soon as the child was reaped.
    func started(pidfd: CInt) {
        state.withLock { $0.pidfd = fcntl(pidfd, F_DUPFD_CLOEXEC, 3) }
        changed.signal()
    }

    func kill() {
        // A child that has ended meanwhile is no error: its end is already on the way.
        state.withLock { if $0.pidfd >= 0 { _ = fleet_pidfd_send_signal($0.pidfd, SIGKILL) } }
    }
}
