internal import CLinux
internal import FleetGuard
internal import Glibc

/// A stream of a program's, as far as it is kept.
final class ChildPipe {
    private(set) var bytes: [UInt8] = []
    /// The program wrote more than was wanted.
    private(set) var isCut = false
    private var readEnd: Descriptor?
    private var writeEnd: Descriptor?
    private let limit: Int

    /// - Parameter limit: of the bytes that are kept.
    init(limit: Int) throws(FleetError) {
        var ends: [CInt] = [-1, -1]
        guard fleet_pipe(&ends) == 0 else {
            let number = errno
            throw FleetError(
                .io, "cannot make a pipe to a program: \(String(cString: strerror(number)))",
                hint: "raise the limit of open files (ulimit -n)", errno: number)
        }
        readEnd = Descriptor(ends[0])
        writeEnd = Descriptor(ends[1])
        self.limit = limit
        // The program's end has a description of its own, which stays as it is.
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    }

    /// nil: the program, and all that it started, have closed their ends.
    var reader: CInt? { readEnd?.number }

    /// For the program; ours is closed as soon as that has its copy.
    var writer: CInt { writeEnd?.number ?? -1 }

    func closeWriter() { writeEnd = nil }

    /// What is there now: at least all that a pipe holds, and of a program that never stops no more than that.
    func read(_ buffer: inout [UInt8]) {
        for _ in 0..<64 {
            guard let reader else { return }
            let count = Glibc.read(reader, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return }
            guard count > 0 else {
                readEnd = nil
                return
            }
            let room = limit - bytes.count
            bytes += buffer[..<min(count, room)]
            if count > room { isCut = true }
        }
    }

    /// Invalid UTF-8 is repaired with U+FFFD.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
