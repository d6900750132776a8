import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

@Suite(.timeLimit(.minutes(10))) struct InheritedOutputTests {
    /// As another program may leave a terminal.
    @Test func aSlowReaderOfAStreamThatDoesNotBlockGetsEverything() async throws {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        let (reader, writer) = (ends[0], ends[1])
        defer { close(reader) }
        let size = 1 << 20
        async let written = onOwnThread {
            defer { close(writer) }
            return InheritedOutput.write(String(repeating: "x", count: size), to: writer)
        }
        let count = try await onOwnThread {
            var count = 0
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let got = read(reader, &buffer, buffer.count)
                if got < 0 && errno == EINTR { continue }
                if got <= 0 { return count }
                count += got
            }
        }
        #expect(try await written == nil)
        #expect(count == size)
    }

    @Test func whatWasLostIsAnErrorUnlessNobodyWantsIt() {
        #expect(InheritedOutput.error(EPIPE) == nil)
        #expect(InheritedOutput.error(ENOSPC)?.code == .io)
    }
}
