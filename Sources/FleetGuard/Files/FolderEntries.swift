internal import Glibc
internal import SystemPackage

/// The names in a folder, also one of /proc.
package enum FolderEntries {
    /// In no order.
    /// - Parameter withHidden: also those that begin with a dot.
    /// - Returns: nil, with errno, when the folder is gone or not ours to read.
    package static func names(_ path: String, withHidden: Bool = false) -> [String]? {
        guard let folder = Descriptor(result: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else { return nil }
        do throws(Errno) {
            return try DirectoryEntries.names(in: folder.number).filter {
                withHidden || $0.utf8.first != UInt8(ascii: ".")
            }
        } catch {
            errno = error.rawValue
            return nil
        }
    }

    /// Every process that can be seen.
    /// - Returns: nil, with errno, when /proc cannot be listed.
    package static func processes() -> [Int32]? { names("/proc")?.compactMap { Int32($0) } }
}
