internal import CLinux
package import FleetGuard
internal import Glibc

/// Tells the waiting events: the work of the event service, which systemd starts when there are some.
///
/// Each event is delivered once, by one run of the command with the document as its standard input, even if the command
/// fails, hangs or is killed with this process. A failing command is reported once, until it succeeds again.
package final class EventDelivery {
    /// A command that takes longer is killed, with its process group.
    package static let timeLimit = Duration.seconds(10)
    /// Commands at once: one that hangs does not keep the next event back.
    static let parallel = 4
    /// Bytes of output; a command that writes more is killed.
    static let outputLimit = 1 << 20
    /// systemd starts the service again while events wait, so the service must not end faster than this: neither its
    /// start limit nor the processor is to be used up by a command that fails at once.
    package static let linger = Duration.seconds(3)
    private static let step = Duration.milliseconds(20)

    private let folder: EventFolder
    private let command: [String]
    private let environment: [String: String]
    private let clock: any OperationClock
    private let note: (String) -> Void
    private let time: () -> String
    private var running: [Run] = []

    private struct Run {
        var process: pid_t
        /// Of its standard output and error.
        var output: ChildPipe
        var deadline: Duration
    }

    /// - Parameters:
    ///   - command: absolute program and arguments; empty: the events are dropped.
    ///   - note: a line for the journal.
    ///   - time: for the note in the folder.
    package init(
        folder: EventFolder, command: [String], environment: [String: String],
        clock: any OperationClock = SystemClock(),
        time: @escaping () -> String, note: @escaping (String) -> Void
    ) {
        self.folder = folder
        self.command = command
        // The command is not the process that systemd listens to.
        self.environment = environment.filter { !["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"].contains($0.key) }
        self.clock = clock
        self.time = time
        self.note = note
    }

    /// Until no event has come for a while, and every command has ended.
    /// - Throws: `.unsafeHome`, `.io` where the queue cannot be read.
    package func run(lingering: Duration = EventDelivery.linger) throws(FleetError) {
        var quietSince = clock.now()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        defer { for run in running { end(run) } }
        while true {
            while running.count < Self.parallel, let name = try folder.waiting().first {
                try tell(name)
                quietSince = clock.now()
            }
            guard !running.isEmpty || clock.now() - quietSince < lingering else { return }
            clock.sleep(for: Self.step)
            for (index, run) in running.enumerated().reversed() {
                // The pipe must not fill up, and its end may have been given to another process.
                run.output.read(&buffer)
                guard let words = outcome(of: run) else { continue }
                end(run)
                running.remove(at: index)
                report(words.isEmpty ? nil : words)
                quietSince = clock.now()
            }
        }
    }

    private func tell(_ name: String) throws(FleetError) {
        guard let document = try folder.take(name) else { return }
        defer { close(document) }
        guard !command.isEmpty else { return }
        let output: ChildPipe
        do throws(FleetError) { output = try ChildPipe(limit: Self.outputLimit) } catch {
            return report("no pipe for it: \(String(cString: strerror(error.errno ?? 0)))")
        }
        guard let process = spawn(input: document, output: output.writer) else { return }
        output.closeWriter()
        running.append(Run(process: process, output: output, deadline: clock.now() + Self.timeLimit))
    }

    private func spawn(input: CInt, output: CInt) -> pid_t? {
        do throws(SpawnFailure) {
            // In a session of its own, so that what it starts can be killed with it.
            return try ProcessSpawn(
                path: command[0], line: (command, environment), input: .descriptor(input),
                output: .descriptor(output), errors: .descriptor(output), group: .session
            ).start()
        } catch {
            report("it cannot be started: \(error.words)")
            return nil
        }
    }

    /// nil while it runs; empty after success; else the error.
    private func outcome(of run: Run) -> String? {
        var value: CInt = 0
        let said =
            String(decoding: run.output.bytes.suffix(300), as: UTF8.self).parts(at: "\n").last.map { ": \($0)" } ?? ""
        switch Int(fleet_look_at_child(run.process, &value)) {
        case FLEET_CHILD_EXITED: return value == 0 ? "" : "exit status \(value)\(said)"
        case FLEET_CHILD_KILLED: return "killed by \(SignalName.of(value))\(said)"
        default: break
        }
        if run.output.isCut { return "it wrote more than \(Self.outputLimit >> 20) MiB, and was killed" }
        guard clock.now() >= run.deadline else { return nil }
        return "it had not ended after \(DurationText.canonical(Self.timeLimit)), and was killed"
    }

    /// With its process group. The number is its own as long as it was not waited for.
    private func end(_ run: Run) {
        kill(-run.process, SIGKILL)
        kill(run.process, SIGKILL)
        while waitpid(run.process, nil, 0) < 0 && errno == EINTR {}
    }

    /// - Parameter problem: nil: it was told.
    private func report(_ problem: String?) {
        do throws(FleetError) {
            let known = try folder.text(EventFolder.problem)
            guard let problem else {
                if known != nil { try folder.setText(nil, EventFolder.problem) }
                return
            }
            guard known == nil else { return }
            let words = Printable.oneLine(problem, limit: 400)
            note("the event command failed: \(words); further failures are not reported until it succeeds")
            try folder.setText("\(time()) \(words)\n", EventFolder.problem)
        } catch {
            note(error.message)
        }
    }
}
