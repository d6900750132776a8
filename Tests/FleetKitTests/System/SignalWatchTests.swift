import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The signals of this very process; nothing else in it listens to them.
@Suite("Signals")
struct SignalWatchTests {
    @Test("Each signal counts, also the one after the first, and SIGTERM says how to end")
    func second() throws {
        let watch = try SignalWatch()
        defer { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
        try #require(watch.caught == nil)
        func isReadable() -> Bool {
            var polled = pollfd(fd: watch.wakeDescriptor, events: Int16(POLLIN), revents: 0)
            return poll(&polled, 1, 0) > 0
        }
        // To the process: the threads of tests block signals.
        for count in 1...2 {
            #expect(!isReadable())
            kill(getpid(), SIGINT)
            try eventually("SIGINT \(count)") { watch.count(of: SIGINT) == count && isReadable() }
            #expect(watch.caught == SIGINT)
            watch.rearm()
        }
        kill(getpid(), SIGTERM)
        try eventually("SIGTERM") { watch.caught == SIGTERM && isReadable() }
        #expect(watch.interruption()?.code == .terminated)
    }
}
