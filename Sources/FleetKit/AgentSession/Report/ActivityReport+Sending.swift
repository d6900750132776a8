internal import CLinux
package import FleetGuard
internal import Glibc

extension ActivityReport {
    /// A main process that runs answers within a millisecond. One that does not get the CPU for so long is as good as hung.
    package static let patience: Duration = .milliseconds(500)

    /// Tells the main process of the unit in which this process runs, and waits for its answer, at most `patience`.
    ///
    /// The wait is also what proves the sender: the other end looks at the cgroup of a process that is still there.
    /// - Parameter environment: of the agent's program, which names the socket.
    /// - Throws: `.usage` for a note that cannot be shown; `.notActive` when this is no agent's window, or the main
    ///   process is gone, silent or does not want the report. Nothing has changed then.
    package func send(environment: [String: String], patience: Duration = Self.patience) throws(FleetError) {
        _ = try Activity(state, since: 0, note: note)
        guard let address = environment["MOSAIC_AGENT_SOCKET"], let run = environment["MOSAIC_AGENT_RUN"] else {
            throw FleetError(
                .notActive, "this process does not belong to an agent's unit",
                hint: "report from a program that the agent's unit started")
        }
        let clock = SystemClock()
        let deadline = clock.now() + patience
        let connection = try Self.connect(to: address, until: deadline, clock)
        let message = ReportMessage(self, run: run).bytes
        guard Glibc.send(connection.number, message, message.count, CInt(MSG_NOSIGNAL)) == message.count else {
            throw Self.silence(String(cString: strerror(errno)))
        }
        let answer = try Self.answer(on: connection.number, until: deadline, clock)
        guard answer.isExactly(ReportMessage.taken) else {
            throw FleetError(
                .notActive, Printable.oneLine(answer), hint: "report from a program of the agent's current run")
        }
    }

    private static func silence(_ why: String) -> FleetError {
        FleetError(
            .notActive, "the agent's main process does not answer: \(why)",
            hint: "check the agent with 'mosaic fleet status'")
    }

    private static func connect(
        to address: String, until deadline: Duration, _ clock: SystemClock
    ) throws(FleetError) -> Descriptor {
        while true {
            if let connection = Descriptor(result: fleet_connect(address)) { return connection }
            // Its queue is full: others report at this moment.
            guard errno == EAGAIN, clock.now() < deadline else { throw silence(String(cString: strerror(errno))) }
            clock.sleep(for: .milliseconds(1))
        }
    }

    private static func answer(
        on connection: CInt, until deadline: Duration, _ clock: SystemClock
    ) throws(FleetError) -> String {
        while true {
            let left = deadline - clock.now()
            guard left > .zero else { throw silence("it is hung or stopped") }
            var polled = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, CInt(clamping: left.wholeMilliseconds + 1)) > 0 else { continue }
            var bytes = [UInt8](repeating: 0, count: ReportMessage.answerLimit)
            let count = recv(connection, &bytes, bytes.count, 0)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count > 0 else {
                throw silence(count == 0 ? "it closed the connection" : String(cString: strerror(errno)))
            }
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}
