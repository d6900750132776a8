import FleetTestSupport
import Glibc
import Testing

@testable import FleetKit

/// The journal's protocol, against a socket of the test's own.
@Suite struct JournalTests {
    /// What journald would get: the datagram, or the content of the file whose descriptor came.
    private final class Listener {
        private let folder = FakeDirectory()
        let socket: CInt
        var path: String { folder.path + "/socket" }

        init() throws {
            socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array((folder.path + "/socket").utf8)) }
            let bound = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard bound == 0 else { throw DeadlineMissed("bind: \(errno)") }
        }

        deinit { close(socket) }

        func datagram() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = recv(socket, &bytes, bytes.count, CInt(MSG_DONTWAIT))
            return Array(bytes.prefix(max(0, count)))
        }

        /// A sealed file's content, and whether it is sealed.
        func file() -> (bytes: [UInt8], seals: CInt) {
            var control = [UInt8](repeating: 0, count: 64)
            var byte: UInt8 = 0
            let result = control.withUnsafeMutableBytes { space in
                withUnsafeMutablePointer(to: &byte) { data in
                    var vector = iovec(iov_base: data, iov_len: 1)
                    return withUnsafeMutablePointer(to: &vector) { vector in
                        var message = msghdr()
                        message.msg_iov = vector
                        message.msg_iovlen = 1
                        message.msg_control = space.baseAddress
                        message.msg_controllen = space.count
                        return recvmsg(socket, &message, CInt(MSG_DONTWAIT | MSG_CMSG_CLOEXEC))
                    }
                }
            }
            guard result == 0 else { return ([], 0) }
            // One header of 16 bytes, then the descriptor.
            let descriptor = control.withUnsafeBytes { $0.load(fromByteOffset: 16, as: CInt.self) }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 8 << 20)
            let count = pread(descriptor, &bytes, bytes.count, 0)
            return (Array(bytes.prefix(max(0, count))), fcntl(descriptor, 1034))  // F_GET_SEALS
        }
    }

    @Test func `An entry is one datagram of fields, and no value forges another field`() throws {
        let listener = try Listener()
        #expect(JournalSocket(path: listener.path).send([("MESSAGE", "one\nPRIORITY=0"), ("PRIORITY", "6")]) == nil)
        let value = Array("one\nPRIORITY=0".utf8)
        let length: [UInt8] = [UInt8(value.count), 0, 0, 0, 0, 0, 0, 0]
        #expect(listener.datagram() == Array("MESSAGE\n".utf8) + length + value + Array("\nPRIORITY=6\n".utf8))
    }

    @Test func `What is too long for a datagram comes as a sealed file`() throws {
        let listener = try Listener()
        let long = String(repeating: "x", count: 4 << 20)
        #expect(JournalSocket(path: listener.path).send([("MESSAGE", long)]) == nil)
        let (bytes, seals) = listener.file()
        #expect(bytes == Array("MESSAGE=\(long)\n".utf8))
        #expect(seals == 0xF)
    }

    @Test func `Without a journal it says why`() {
        #expect(JournalSocket(path: "/nonexistent/socket").send([("MESSAGE", "x")]) == "No such file or directory")
        #expect(JournalSocket(path: "/" + String(repeating: "x", count: 200)).send([("MESSAGE", "x")]) != nil)
    }

    @Test func `An entry is found by its token, by the evicted one's, and by each unit`() {
        var record = HistoryFileTests.record(units: 2)
        record.owner = .init(pid: 3, command: "c", token: "other", reason: nil, progress: nil)
        let fields = JournalEntry.fields(record, .user)
        #expect(fields.filter { $0.name == "MOSAIC_TOKEN" }.map(\.value) == [record.token, "other"])
        #expect(
            fields.filter { $0.name == "USER_UNIT" }.map(\.value)
                == ["mosaic-agent@a0.service", "mosaic-agent@a1.service"])
        #expect(JournalEntry.fields(record, .system).contains { $0.name == "OBJECT_SYSTEMD_UNIT" })
        let names = fields.map(\.name)
        #expect(names.allSatisfy { $0.allSatisfy { $0.isUppercase || $0 == "_" } && !$0.hasPrefix("_") })
    }
}
