internal import Glibc

/// Everything in a folder with its inode, size and times: equal listings mean that nobody wrote.
package struct FolderListing: Equatable, CustomStringConvertible {
    package struct Entry: Equatable, Sendable {
        package var name: String
        var inode: UInt64
        var size: Int64
        var modified: [Int]
        var changed: [Int]
    }

    package var entries: [Entry] = []
    private let isDeep: Bool

    /// - Parameter path: a missing folder has no entries.
    package init(_ path: String, isDeep: Bool = true) {
        self.isDeep = isDeep
        add(path, prefix: "")
        entries.sort { $0.name < $1.name }
    }

    package var description: String { entries.map { "\($0.name) \($0.inode) \($0.modified)" }.joined(separator: "\n") }

    private mutating func add(_ path: String, prefix: String) {
        guard let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            var status = stat()
            guard lstat(path + "/" + name, &status) == 0 else { continue }
            entries.append(
                Entry(
                    name: prefix + name, inode: UInt64(status.st_ino), size: Int64(status.st_size),
                    modified: [status.st_mtim.tv_sec, status.st_mtim.tv_nsec],
                    changed: [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]))
            if isDeep, status.st_mode & S_IFMT == S_IFDIR { add(path + "/" + name, prefix: prefix + name + "/") }
        }
    }
}
