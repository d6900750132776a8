internal import Glibc

/// A file or link that is read whole, as bytes: of /proc, or a unit file.
package enum SmallFile {
    /// - Returns: nil when it cannot be read, or has more than `limit` bytes.
    package static func read(_ path: String, limit: Int) -> [UInt8]? {
        guard let file = Descriptor(result: open(path, O_RDONLY | O_CLOEXEC)) else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 1 << 16))
        while true {
            let count = Glibc.read(file.number, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0, bytes.count + count <= limit else { return nil }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// - Returns: as `read`; what is not UTF-8 is replaced.
    package static func text(_ path: String, limit: Int) -> String? {
        read(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Where a symbolic link leads; nil when it cannot be read.
    package static func link(_ path: String) -> [UInt8]? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count < 0 ? nil : buffer[..<count].map { UInt8(bitPattern: $0) }
    }
}
