internal import CLinux
internal import Glibc
package import SystemPackage

/// The names in a directory, by getdents64(2) alone. `opendir` asks the kernel three things more about a descriptor that
/// it is given, and every acquisition of the lock lists the run directory.
package enum DirectoryEntries {
    /// - Parameter directory: just opened; its position is used up.
    package static func names(in directory: CInt) throws(Errno) -> [String] {
        var names: [String] = []
        var failure: Errno?
        withUnsafeTemporaryAllocation(byteCount: 8 << 10, alignment: 8) { buffer in
            while true {
                let count = fleet_get_entries(directory, buffer.baseAddress, buffer.count)
                // A directory that was removed while it is open has no entries, as for readdir(3).
                if count < 0 && errno != ENOENT { failure = Errno(rawValue: errno) }
                guard count > 0 else { return }
                append(UnsafeRawBufferPointer(buffer)[..<count], to: &names)
            }
        }
        if let failure { throw failure }
        return names
    }

    /// Entries are `struct linux_dirent64`: inode (8 bytes), offset (8), length of the entry (2), type (1), and the name with
    /// a zero at its end.
    private static func append(_ entries: Slice<UnsafeRawBufferPointer>, to names: inout [String]) {
        var rest = UnsafeRawBufferPointer(rebasing: entries)
        while rest.count > nameOffset {
            let length = Int(rest.loadUnaligned(fromByteOffset: lengthOffset, as: UInt16.self))
            guard length > nameOffset, length <= rest.count else { return }
            let name = String(decoding: rest[nameOffset..<length].prefix { $0 != 0 }, as: UTF8.self)
            if name != "." && name != ".." { names.append(name) }
            rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        }
    }

    private static let lengthOffset = 16
    private static let nameOffset = 19
}
