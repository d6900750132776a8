public import FleetGuard
internal import Glibc

/// Writing to the streams that the caller of this program opened. They may be anything: a terminal that went away, a pipe
/// without a reader, a full disk.
public enum InheritedOutput {
    /// - Returns: nil if all of it was written; else the `errno` that says why not, EPIPE where the reader went away.
    public static func write(_ text: String, to descriptor: CInt) -> CInt? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN {
                // Another program has set the terminal or the pipe so: the reader is slow, not gone. Data waits for it;
                // messages do so for a second, since they are written beside the work.
                var asked = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&asked, 1, descriptor == STDERR_FILENO ? 1000 : -1) == 0 { return EAGAIN }
                continue
            }
            guard count > 0 else {
                let number = count < 0 ? errno : EIO
                // A terminal that was closed, as the pane in which the command was typed.
                return number == EIO && !hasReader(descriptor) ? EPIPE : number
            }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// False once the other end of a pipe or a terminal is closed. Writes nothing.
    public static func hasReader(_ descriptor: CInt) -> Bool {
        var asked = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&asked, 1, 0) <= 0 || asked.revents & Int16(POLLERR | POLLNVAL) == 0
    }

    /// The error of output that was lost.
    /// - Returns: nil where its reader went away (`| head`): it wanted no more.
    public static func error(_ number: CInt) -> FleetError? {
        guard number != EPIPE else { return nil }
        return FleetError(
            .io, "the output is not complete: standard output: \(String(cString: strerror(number)))",
            hint: "redirect the output to where there is space, then run the command again")
    }

    /// Prints the answer of a line that no command answers, such as `--version`.
    /// - Returns: why it is not complete, if it is not.
    public static func answer(_ text: String) -> FleetError? { write(text, to: STDOUT_FILENO).flatMap(error) }
}
