internal import FleetGuard
internal import Glibc

/// What a program reads from its standard input: any bytes, of any number, and nothing of it in a command line.
final class ChildInput {
    private var readEnd: Descriptor?
    private var writeEnd: Descriptor?
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) throws(FleetError) {
        var ends: [CInt] = [-1, -1]
        // A socket: writing to one that was closed can be told not to raise SIGPIPE.
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            let number = errno
            throw FleetError(
                .io, "cannot make a socket to a program: \(String(cString: strerror(number)))",
                hint: "raise the limit of open files (ulimit -n)", errno: number)
        }
        readEnd = Descriptor(ends[0])
        writeEnd = Descriptor(ends[1])
        rest = bytes[...]
        write()
    }

    /// The program's end.
    var reader: CInt? { readEnd?.number }

    /// nil once everything is written, or the program has closed its end.
    var writer: CInt? { writeEnd?.number }

    func closeReader() { readEnd = nil }

    /// As much as it takes now.
    func write() {
        guard let writer else { return }
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(writer, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        writeEnd = nil
    }
}
