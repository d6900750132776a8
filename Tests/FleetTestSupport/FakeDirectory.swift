internal import Glibc

/// A directory of its own for one test, removed with everything in it when the test lets go of it.
package final class FakeDirectory {
    package let path: String

    /// - Parameter parent: chooses the file system.
    package init(in parent: String = "/tmp") {
        var template = Array("\(parent)/fleet-fake-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return "" }
            return String(cString: made)
        }
        precondition(!path.isEmpty, "mkdtemp failed: \(String(cString: strerror(errno)))")
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if let entries = opendir(path) {
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != "." && name != ".." else { continue }
                let child = path + "/" + name
                if entry.pointee.d_type == DT_DIR { remove(child) } else { unlink(child) }
            }
            closedir(entries)
        }
        rmdir(path)
    }
}
