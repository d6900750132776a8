internal import Glibc

/// The names in a folder, also one of /proc.
package enum FolderEntries {
    /// In no order, without those that begin with a dot.
    /// - Returns: nil, with errno, when the folder is gone or not ours to read.
    package static func names(_ path: String) -> [String]? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.utf8.first != UInt8(ascii: ".") { names.append(name) }
        }
        return names
    }

    /// Every process that can be seen.
    /// - Returns: nil, with errno, when /proc cannot be listed.
    package static func processes() -> [Int32]? { names("/proc")?.compactMap { Int32($0) } }
}
