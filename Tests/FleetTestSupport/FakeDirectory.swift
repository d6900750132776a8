internal import Glibc
internal import Synchronization

/// A directory of its own for one test, removed with everything in it when the test lets go of it, or at the end of the
/// process: a test whose closures refer to its fixture never lets go.
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
        _ = Self.removalAtExit
        Self.present.withLock { _ = $0.insert(path) }
    }

    deinit {
        Self.remove(path)
        Self.present.withLock { _ = $0.remove(path) }
    }

    private static let present = Mutex<Set<String>>([])
    private static let removalAtExit: Void = {
        _ = atexit { for path in FakeDirectory.present.withLock({ $0 }) { FakeDirectory.remove(path) } }
    }()

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
