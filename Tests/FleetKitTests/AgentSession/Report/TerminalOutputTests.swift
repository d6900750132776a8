import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Hearing a terminal's output")
struct TerminalOutputTests {
    private func terminal() throws -> (master: CInt, slave: CInt) {
        var ends: (CInt, CInt) = (-1, -1)
        try #require(openpty(&ends.0, &ends.1, nil, nil, nil) == 0)
        return (ends.0, ends.1)
    }

    @Test func eachWriteIsHeardOnceAndSilenceIsNot() throws {
        let (master, slave) = try terminal()
        defer { for end in [master, slave] { close(end) } }
        let output = try #require(TerminalOutput(terminal: slave))
        #expect(!output.hasCome())
        for _ in 0..<1000 {
            #expect(write(slave, "x", 1) == 1)
            var byte: UInt8 = 0
            #expect(read(master, &byte, 1) == 1)
        }
        var polled = pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&polled, 1, 0) == 1)
        #expect(output.hasCome() && !output.hasCome())
        #expect(poll(&polled, 1, 0) == 0)
    }

    @Test("what is typed is no output")
    func input() throws {
        let (master, slave) = try terminal()
        defer { for end in [master, slave] { close(end) } }
        let output = try #require(TerminalOutput(terminal: slave))
        #expect(write(master, "x\n", 2) == 2)
        #expect(!output.hasCome())
    }

    @Test("through another name of the terminal the kernel's time of it tells")
    func modification() throws {
        let (master, slave) = try terminal()
        defer { for end in [master, slave] { close(end) } }
        let output = try #require(TerminalOutput(terminal: slave))
        var times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
        #expect(futimens(slave, &times) == 0)
        #expect(output.hasCome() && !output.hasCome())
    }
}
