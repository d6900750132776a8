internal import CLinux
internal import FleetGuard
internal import Glibc

/// A stream of a program's, as far as it is kept. Its ends close with it.
final class ChildPipe {
    private(set) var bytes: [UInt8] = []
    /// The program wrote more than was wanted.
    private(set) var isCut = false
    /// nil: the program, and all that it started, have closed their ends.
    private(set) var reader: CInt?
    /// For the program; closed here as soon as that has its copy.
    private(set) var writer: CInt
    private let limit: Int

    /// - Parameter limit: of the bytes that are kept.
    init(limit: Int) throws(FleetError) {
        var ends: [CInt] = [-1, -1]
        guard fleet_pipe(&ends) == 0 else {
            throw FleetError(
                .io, "cannot make a pipe to a program: \(String(cString: strerror(errno)))",
                hint: "raise the limit of open files (ulimit -n)")
        }
        (reader, writer) = (ends[0], ends[1])
        self.limit = limit
    }

    deinit {
        closeWriter()
        if let reader { close(reader) }
    }

    func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }

    /// Once, when poll(2) said that there is something.
    func read(_ buffer: inout [UInt8]) {
        guard let reader else { return }
        let count = Glibc.read(reader, &buffer, buffer.count)
        if count < 0 && errno == EINTR { return }
        guard count > 0 else {
            close(reader)
            self.reader = nil
            return
        }
        let room = limit - bytes.count
        bytes += buffer[..<min(count, room)]
        if count > room { isCut = true }
    }

    /// Invalid UTF-8 is repaired with U+FFFD.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
