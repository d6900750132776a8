internal import FleetGuard
internal import Glibc

/// The beginning of a small text, for a look that may fail.
enum TextFile {
    /// - Returns: nil if it is not a regular file or cannot be read. Invalid UTF-8 is repaired with U+FFFD.
    static func read(_ path: String, limit: Int) -> String? {
        guard let file = Descriptor(result: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) else {
            return nil
        }
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        // Of its size, not of the limit: what is allocated once stays with an agent's main process for good.
        let size = min(limit, max(Int(status.st_size), 4096))
        var bytes = [UInt8](repeating: 0, count: size)
        let count = Glibc.read(file.number, &bytes, size)
        guard count >= 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
