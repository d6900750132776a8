internal import Glibc

/// Lines over one descriptor.
struct Pipe: ~Copyable {
    static var standardError: Pipe { Pipe(descriptor: STDERR_FILENO) }

    let descriptor: CInt
    private var pending: [UInt8] = []

    init(descriptor: CInt) { self.descriptor = descriptor }

    /// In one write: shorter than PIPE_BUF, so it is whole.
    func say(_ line: String) throws(Failure) {
        let bytes = Array((line + "\n").utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure("write: errno \(errno)") }
    }

    /// nil at the end of the input.
    /// - Parameter limit: milliseconds; a process that says nothing for so long is a failure. -1: for ever.
    mutating func line(within limit: CInt = -1) throws(Failure) -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                return line
            }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, limit) > 0 else { throw Failure("nothing was said for \(limit) ms") }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            pending += buffer[..<count]
        }
    }
}
