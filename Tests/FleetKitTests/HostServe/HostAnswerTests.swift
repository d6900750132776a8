import FleetGuard
import Glibc
import Testing

@testable import FleetKit

/// The way back to a station that may have stopped reading.
@Suite("Host answer", .timeLimit(.minutes(10))) struct HostAnswerTests {
    @Test("A station that does not read holds up nothing and costs a bounded memory, and gets the end") func bounded()
        throws
    {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let answer = HostAnswer(descriptor: ends[1])
        var progress = HostFrame(.progress)
        progress.text = String(repeating: "x", count: 1000)
        for _ in 0..<5000 { try answer.tell(progress) }
        try answer.send(HostFrame(.bye))
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            answer.pump()
            var polled = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { break }
            bytes += chunk[..<read(ends[0], &chunk, chunk.count)]
        }
        #expect(bytes.count < 5 << 18, "a MiB, and what the pipe took")
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count > 500)
        #expect(lines.last.flatMap { HostFrame(line: $0) }?.kind == .bye)
        #expect(lines.allSatisfy { HostFrame(line: $0) != nil })
        #expect(!answer.isGone)
    }

    @Test("A reader that is gone is noticed, and nothing more is kept for it") func gone() throws {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[1]) }
        close(ends[0])
        let answer = HostAnswer(descriptor: ends[1])
        try answer.send(HostFrame(.bye))
        #expect(answer.isGone)
    }
}
