internal import FleetTestSupport
internal import Glibc

/// What the run directory shows to somebody who watches from outside: who is the owner, who is in the mutex.
final class RunDirectoryView {
    enum LockChange {
        /// A record was renamed over the old one: the takeover from a dead owner.
        case takenOver
        /// A record appeared where none was: an acquire, or the second half of an eviction.
        case published
        case gone
    }

    struct Look {
        var token: String?
        var owner: pid_t?
        var phase: String?
        var mutexToken: String?
        var inside: pid_t?
    }

    /// Readable when something changed.
    let descriptor: CInt
    private let path: String
    private var buffer = [UInt8](repeating: 0, count: 65536)

    init(_ path: String) throws {
        self.path = path
        descriptor = inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0,
            inotify_add_watch(descriptor, path, UInt32(IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MODIFY)) >= 0
        else { throw ChaosFailure("cannot watch \(path): \(errno)") }
    }

    deinit { close(descriptor) }

    /// nil when nothing at all happened.
    func changes() -> [LockChange]? {
        var found: [LockChange] = []
        var isAny = false
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return isAny ? found : nil }
            isAny = true
            var position = 0
            while position + 16 <= count {
                let (mask, length) = buffer.withUnsafeBytes {
                    (
                        $0.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self),
                        Int($0.loadUnaligned(fromByteOffset: position + 12, as: UInt32.self))
                    )
                }
                let name = buffer[(position + 16)..<(position + 16 + length)].prefix { $0 != 0 }
                position += 16 + length
                guard name.elementsEqual("restart.lock".utf8) else { continue }
                if mask & UInt32(IN_MOVED_TO) != 0 { found.append(.takenOver) }
                if mask & UInt32(IN_CREATE) != 0 { found.append(.published) }
                if mask & UInt32(IN_DELETE) != 0 { found.append(.gone) }
            }
        }
    }

    func look() -> Look {
        let lock = Array(TestProcess.contents(path + "/restart.lock").utf8)
        let mutex = Array(TestProcess.contents(path + "/restart.mutex").utf8)
        let first = lock.prefix { $0 != UInt8(ascii: "\n") }
        return Look(
            token: Self.text("token", in: first), owner: Self.number("pid", in: first),
            phase: Self.text("phase", in: lock.suffix(300)), mutexToken: Self.text("token", in: mutex[...]),
            inside: Self.number("pid", in: mutex[...]))
    }

    private static func number(_ key: String, in bytes: ArraySlice<UInt8>) -> pid_t? {
        value(key, in: bytes).flatMap { pid_t(String(decoding: $0.prefix { $0 >= 48 && $0 < 58 }, as: UTF8.self)) }
    }

    private static func text(_ key: String, in bytes: ArraySlice<UInt8>) -> String? {
        value(key, in: bytes).map {
            String(decoding: $0.dropFirst().prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        }
    }

    /// What follows the last `"key":`. A torn record has none; that is no error for an onlooker.
    private static func value(_ key: String, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let pattern = Array("\"\(key)\":".utf8)
        var start = bytes.endIndex - pattern.count
        while start >= bytes.startIndex {
            if bytes[start] == pattern[0], bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
                return bytes[(start + pattern.count)...]
            }
            start -= 1
        }
        return nil
    }
}
