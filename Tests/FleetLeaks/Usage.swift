internal import Glibc

/// What this process uses now.
struct Usage: CustomStringConvertible {
    let descriptors: Int
    /// KiB.
    let resident: Int
    init() {
        var count = 0
        if let stream = opendir("/proc/self/fd") {
            while readdir(stream) != nil { count += 1 }
            closedir(stream)
        }
        descriptors = count - 3  // ".", ".." and the stream's own
        var buffer = [UInt8](repeating: 0, count: 256)
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        let length = read(file, &buffer, buffer.count)
        close(file)
        let fields = String(decoding: buffer[..<max(0, length)], as: UTF8.self).split(separator: " ")
        resident = (fields.count > 1 ? Int(fields[1]) ?? -1 : -1) * (Int(getpagesize()) / 1024)
    }

    var description: String { "\(descriptors) descriptors, \(resident) KiB resident" }
}
