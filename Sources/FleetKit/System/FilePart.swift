internal import FleetGuard
internal import Glibc

/// A part of a regular file, read through its descriptor.
enum FilePart {
    /// - Parameters:
    ///   - limit: bytes at most; fewer where the file ends before.
    ///   - failure: gets the error number of a read that failed.
    static func read(
        _ file: CInt, from start: off_t = 0, atMost limit: Int, failure: (CInt) -> FleetError
    ) throws(FleetError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: max(0, min(limit, 1 << 16)))
        while bytes.count < limit {
            let count = pread(file, &chunk, min(chunk.count, limit - bytes.count), start + off_t(bytes.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}
