internal import CLinux
internal import FleetGuard
internal import Glibc

/// A unix stream socket at a path of the file system, and the process that listens there.
enum ListeningSocket {
    enum Presence: Equatable {
        /// This process called listen(2) on it.
        case listener(Int32)
        /// No file there, or no directory for it.
        case missing
        /// A socket file that no process listens on any more.
        case abandoned
        /// Neither can be told; the text says why.
        case unclear(String)
    }

    /// Connects and asks the kernel for the listener's process. Never waits, also when that process is stopped.
    static func look(at path: String) -> Presence {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= TmuxSocket.pathLimit, !bytes.contains(0) else {
            return .unclear("its path is too long for a socket: more than \(TmuxSocket.pathLimit) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let flags = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard let descriptor = Descriptor(result: socket(AF_UNIX, flags, 0)) else {
            return .unclear(String(cString: strerror(errno)))
        }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            switch errno {
            case ENOENT: return .missing
            case ECONNREFUSED: return .abandoned
            case EAGAIN: return .unclear("its server accepts no connection: it hangs")
            default: return .unclear(String(cString: strerror(errno)))
            }
        }
        let listener = fleet_listener(descriptor.number)
        guard listener > 0 else { return .unclear("its server's process cannot be seen from here") }
        return .listener(listener)
    }

    /// Paths on which a process listens, as they were bound: a path stays here when its file is removed.
    ///
    /// - Returns: nothing for a process that has ended, or that may not be looked into.
    static func paths(of pid: Int32) -> [String] {
        let inodes = socketInodes(of: pid)
        guard !inodes.isEmpty, let table = SmallFile.read("/proc/\(pid)/net/unix", limit: 64 << 20) else { return [] }
        var found: [String] = []
        // `Num: RefCount Protocol Flags Type St Inode Path`; flag 10000 is a listening socket, type 0001 a stream.
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 7, omittingEmptySubsequences: true)
            guard fields.count == 8, fields[3].elementsEqual("00010000".utf8), fields[4].elementsEqual("0001".utf8),
                fields[7].first == UInt8(ascii: "/"), inodes.contains(Array(fields[6]))
            else { continue }
            // One that is no text cannot be one of ours.
            guard let path = String(validating: fields[7], as: UTF8.self), !found.contains(path) else { continue }
            found.append(path)
        }
        return found
    }

    /// Numbers, as text, of the sockets that a process has open.
    private static func socketInodes(of pid: Int32) -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        for name in FolderEntries.names("/proc/\(pid)/fd") ?? [] {
            // `socket:[12345]`
            guard let target = SmallFile.link("/proc/\(pid)/fd/\(name)"), target.starts(with: "socket:[".utf8) else {
                continue
            }
            found.insert(Array(target.dropFirst("socket:[".utf8.count).dropLast()))
        }
        return found
    }
}
